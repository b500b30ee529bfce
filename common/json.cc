/* json.cc: JSON files read whole: simdjson's DOM behind json.h.
 *
 * A node is simdjson's own dom::element (a document and an index into its tape) carried by value. In: the text of a file.
 * Out: nodes. State: the parser with its document. Memory: about 12 bytes of tape and 2 of strings a byte of text at worst;
 * the text itself is freed once it is parsed. */
#pragma GCC diagnostic ignored "-Wshadow" /* in C a struct and a function may share their name */
#include "common/json.h"
#include "common/json_index.h"
#include "common/stream.h"
#include <new>
#include <simdjson.h>
#include <type_traits>

using simdjson::dom::element;

struct json_file {
    simdjson::dom::parser parser;
    element root;
};

static_assert(sizeof(element) <= sizeof(struct json) && std::is_trivially_copyable<element>::value,
              "a node does not hold simdjson's element");
static_assert(sizeof(simdjson::dom::object::iterator) <= 2 * sizeof(size_t) &&
                  std::is_trivially_copyable<simdjson::dom::object::iterator>::value &&
                  sizeof(simdjson::dom::array::iterator) <= 2 * sizeof(size_t) &&
                  std::is_trivially_copyable<simdjson::dom::array::iterator>::value,
              "an iterator does not hold simdjson's");

static struct json node_of(element e)
{
    struct json v = {nullptr, 0};
    std::memcpy(static_cast<void *>(&v), &e, sizeof e);
    return v;
}

static element element_of(struct json v)
{
    element e;
    std::memcpy(static_cast<void *>(&e), &v, sizeof e);
    return e;
}

template <class T> static bool get(struct json v, T *out)
{
    return v.tape && element_of(v).get(*out) == simdjson::SUCCESS;
}

extern "C" int json_parse(struct json_file **f, const char *name, struct slice text, struct err *e)
{
    *f = nullptr;
    json_file *file = new (std::nothrow) json_file;
    simdjson::padded_string copy;
    if (file) copy = simdjson::padded_string(text.p, text.n);
    if (!file || (text.n > 0 && !copy.data())) {
        delete file;
        return err_nomem(e, "reading JSON");
    }
    simdjson::error_code r = file->parser.parse(copy).get(file->root);
    if (r == simdjson::SUCCESS) {
        *f = file;
        return 0;
    }
    delete file;
    if (r == simdjson::MEMALLOC) return err_nomem(e, "reading JSON");
    return err_set(e, ERR_DATA, "%s: not valid JSON: %s", name, simdjson::error_message(r));
}

extern "C" int json_load(struct json_file **f, const char *path, size_t max_bytes, struct err *e)
{
    struct buf b;
    *f = nullptr;
    buf_init(&b, BUF_NO_MAX);
    int r = file_read(path, max_bytes, &b, e);
    if (r == 0) r = json_parse(f, path, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

extern "C" void json_free(struct json_file *f)
{
    delete f;
}

extern "C" struct json json_root(const struct json_file *f)
{
    return node_of(f->root);
}

extern "C" enum json_type json_type(struct json v)
{
    if (!v.tape) return JSON_NONE;
    switch (element_of(v).type()) {
    case simdjson::dom::element_type::NULL_VALUE: return JSON_NULL;
    case simdjson::dom::element_type::BOOL: return JSON_BOOL;
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64: return JSON_INT;
    case simdjson::dom::element_type::DOUBLE: return JSON_NUM;
    case simdjson::dom::element_type::STRING: return JSON_STR;
    case simdjson::dom::element_type::ARRAY: return JSON_ARRAY;
    default: return JSON_OBJECT;
    }
}

extern "C" struct json json_get(struct json object, const char *key)
{
    struct json none = {nullptr, 0};
    simdjson::dom::object o;
    element e;
    if (!get(object, &o) || o.at_key(key).get(e) != simdjson::SUCCESS) return none;
    return node_of(e);
}

extern "C" bool json_has(struct json object, const char *key)
{
    return json_get(object, key).tape != nullptr;
}

extern "C" size_t json_size(struct json v)
{
    size_t n = 0;
    for (struct json_iter i = json_iter(v); json_next(&i);) n++;
    return n;
}

extern "C" bool json_bool(struct json v, bool *out)
{
    return get(v, out);
}

extern "C" bool json_int(struct json v, int64_t *out)
{
    return json_type(v) == JSON_INT && get(v, out);
}

extern "C" bool json_uint(struct json v, uint64_t *out)
{
    return json_type(v) == JSON_INT && get(v, out);
}

extern "C" bool json_num(struct json v, double *out)
{
    return get(v, out);
}

extern "C" bool json_str(struct json v, struct slice *out)
{
    std::string_view s;
    if (!get(v, &s)) return false;
    *out = slice_of(s.data(), s.size());
    return true;
}

/* The iterator's two words lie in tape and at; `end` is the index of its end. */
template <class C> static void begin(struct json_iter *i, C container)
{
    auto first = container.begin(), last = container.end();
    size_t words[2];
    std::memcpy(words, static_cast<const void *>(&last), sizeof words);
    i->end = words[1];
    std::memcpy(words, static_cast<const void *>(&first), sizeof words);
    i->tape = reinterpret_cast<void *>(words[0]);
    i->at = words[1];
}

extern "C" struct json_iter json_iter(struct json v)
{
    struct json_iter i = {};
    simdjson::dom::object o;
    simdjson::dom::array a;
    i.object = get(v, &o);
    if (i.object)
        begin(&i, o);
    else if (get(v, &a))
        begin(&i, a);
    return i;
}

template <class I> static I resume(const struct json_iter *i)
{
    size_t words[2] = {reinterpret_cast<size_t>(i->tape), i->at};
    I it;
    std::memcpy(static_cast<void *>(&it), words, sizeof words);
    return it;
}

template <class I> static void advance(struct json_iter *i, I it)
{
    size_t words[2];
    ++it;
    std::memcpy(words, static_cast<const void *>(&it), sizeof words);
    i->at = words[1];
}

extern "C" bool json_next(struct json_iter *i)
{
    if (!i->tape || i->at >= i->end) return false;
    if (i->object) {
        auto it = resume<simdjson::dom::object::iterator>(i);
        std::string_view key = it.key();
        i->key = slice_of(key.data(), key.size());
        i->value = node_of(it.value());
        advance(i, it);
    } else {
        auto it = resume<simdjson::dom::array::iterator>(i);
        i->value = node_of(*it);
        advance(i, it);
    }
    return true;
}
