/* said.c: pairs of words of descriptions.
 *
 * In: attribute values and JSON as written. Out: a Bloom filter. State: none. Memory: the filter. Time: linear. */
#include "ingest/extract/said.h"
#include "common/text.h"
#include "ingest/extract/words.h"

void said_clear(struct said *s)
{
    if (s->pairs) memset(s, 0, sizeof *s);
}

/* How many bytes at p are not text: a reference or an escape. */
static size_t mark_bytes(const char *p, const char *end)
{
    if (*p == '\\') return end - p >= 6 && p[1] == 'u' ? 6 : end - p >= 2 ? 2 : 1;
    if (*p != '&') return 0;
    for (const char *q = p + 1; q < end && q - p < 10; q++)
        if (*q == ';') return (size_t)(q + 1 - p);
    return 1;
}

void said_add(struct said *s, struct slice text)
{
    const char *p = text.p, *end = p + text.n;
    uint32_t before = 0;
    bool first = true;
    while (p < end) {
        size_t skip = mark_bytes(p, end);
        if (skip || !said_in_word(*p)) {
            p += skip ? skip : 1;
            continue;
        }
        const char *from = p;
        while (p < end && said_in_word(*p)) p++;
        uint32_t word = word_hash(from, (size_t)(p - from), end);
        if (!first) {
            uint32_t bit = said_pair(before, word);
            s->bits[bit / 64] |= (uint64_t)1 << bit % 64;
            s->pairs++;
        }
        first = false;
        before = word;
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void said_add_json(struct said *s, struct slice json)
{
    static const char *const keys[] = {"\"description\"", "\"articleBody\"", "\"text\""};
    const char *end = json.p + json.n;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *p = json.p;
        while ((p = slice_find(slice_of(p, (size_t)(end - p)), slice_str(keys[k])))) {
            p += strlen(keys[k]);
            while (p < end && (is_space(*p) || *p == ':')) p++;
            if (p == end || *p != '"') continue;
            const char *from = ++p;
            while (p < end && *p != '"') p += *p == '\\' && end - p > 1 ? 2 : 1;
            said_add(s, slice_of(from, (size_t)(p - from)));
        }
    }
}
