/* json_index.cc: simdjson's stage 1 (structural indexing and UTF-8 validation) behind json_index.h.
 *
 * Source of the algorithm: Langdale and Lemire, Parsing Gigabytes of JSON per Second, VLDB Journal 28 (2019); library
 * libsimdjson, which picks AVX-512, AVX2, SSE4.2, NEON or plain C++ at run time. State: the index of the last text. It grows
 * to the longest line, and is given back once lines are short again. */
#include "common/json_index.h"
#include <memory>
#include <new>
#include <simdjson.h>

static_assert(JSON_INDEX_PADDING >= simdjson::SIMDJSON_PADDING,
              "texts carry too little padding for simdjson");

namespace
{
constexpr size_t START_BYTES = 64 << 10, KEEP_BYTES = 4 << 20, MAX_DEPTH = 4; /* stage 1 has no depth */
}

struct json_index {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
    size_t capacity = 0;
};

extern "C" struct json_index *json_index_new(void)
{
    return new (std::nothrow) json_index;
}

extern "C" void json_index_free(struct json_index *x)
{
    delete x;
}

static bool fit(struct json_index *x, size_t n)
{
    bool too_large = x->capacity > KEEP_BYTES && n < x->capacity / 64;
    if (n <= x->capacity && !too_large) return true;
    size_t capacity = START_BYTES;
    while (capacity < n) capacity *= 2;
    x->stage1.reset();
    x->capacity = 0;
    const simdjson::implementation *cpu = simdjson::get_active_implementation();
    if (cpu->create_dom_parser_implementation(capacity, MAX_DEPTH, x->stage1) != simdjson::SUCCESS)
        return false;
    x->capacity = capacity;
    return true;
}

extern "C" enum json_index_status json_index_find(struct json_index *x, const char *p, size_t n,
                                                  const uint32_t **at, size_t *count)
{
    if (n >= UINT32_MAX / 2) return JSON_INDEX_SIZE;
    if (n == 0) return JSON_INDEX_EMPTY;
    if (!fit(x, n)) return JSON_INDEX_MEMORY;
    switch (x->stage1->stage1(reinterpret_cast<const uint8_t *>(p), n, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::UTF8_ERROR:
    case simdjson::UNCLOSED_STRING:
    case simdjson::UNESCAPED_CHARS: return JSON_INDEX_BYTES;
    case simdjson::EMPTY: return JSON_INDEX_EMPTY;
    default: return JSON_INDEX_MEMORY;
    }
    *at = x->stage1->structural_indexes.get();
    *count = x->stage1->n_structural_indexes;
    return JSON_INDEX_OK;
}
