/* entities.c: character references.
 *
 * A name with ';' is the whole run of letters and digits, so one binary search among the names of its first letter finds
 * it. Names without ';' are few and at most six letters long: the longest that fits the run is tried first.
 * In: text. Out: UTF-8. State: none. */
#include "ingest/html/entities.h"
#include "common/text.h"
#include "ingest/html/entities_table.h"

#define NAME_MAX_BYTES 32
#define BARE_MIN 2
#define BARE_MAX 6

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static const struct entity *find_name(const char *name, size_t n)
{
    unsigned letter = (unsigned char)*name;
    size_t low = entity_first[letter], high = entity_first[letter + 1];
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct entity *entity = &entity_table[middle];
        int order = strncmp(entity->name, name, n);
        if (order == 0 && entity->name[n] == 0) return entity;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static size_t take_name(const struct entity *entity, size_t bytes, char out[ENTITY_BYTES], size_t *out_bytes)
{
    *out_bytes = strlen(entity->text);
    memcpy(out, entity->text, *out_bytes);
    return bytes;
}

static size_t decode_name(const char *p, const char *end, bool attribute, char out[ENTITY_BYTES],
                          size_t *out_bytes)
{
    const char *name = p + 1;
    size_t n = 0;
    while (n < NAME_MAX_BYTES && name + n < end && is_alnum(name[n])) n++;
    if (n == 0 || (unsigned char)*name < 'A') return 0;
    if (name + n < end && name[n] == ';') {
        const struct entity *entity = find_name(name, n);
        if (entity) return take_name(entity, n + 2, out, out_bytes);
    }
    for (size_t k = n < BARE_MAX ? n : BARE_MAX; k >= BARE_MIN; k--) {
        const struct entity *entity = find_name(name, k);
        if (!entity || !entity->bare) continue;
        char next = name + k < end ? name[k] : 0;
        if (attribute && (next == '=' || is_alnum(next))) return 0;
        return take_name(entity, k + 1, out, out_bytes);
    }
    return 0;
}

/* What C1 controls mean on the web: windows-1252. 0: themselves. */
static const uint16_t c1_meaning[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                        0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static int digit(char c, unsigned base)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t decode_number(const char *p, const char *end, char out[ENTITY_BYTES], size_t *out_bytes)
{
    const char *at = p + 2;
    unsigned base = at < end && (*at | 0x20) == 'x' ? 16 : 10;
    uint32_t cp = 0;
    if (base == 16) at++;
    const char *digits = at;
    for (; at < end && digit(*at, base) >= 0; at++)
        if (cp <= 0x10ffff) cp = cp * base + (uint32_t)digit(*at, base);
    if (at == digits) return 0;
    if (at < end && *at == ';') at++;
    if (cp >= 0x80 && cp < 0xa0 && c1_meaning[cp - 0x80]) cp = c1_meaning[cp - 0x80];
    *out_bytes = utf8_encode(cp == 0 ? 0xfffd : cp, out);
    return (size_t)(at - p);
}

size_t entity_decode(const char *p, const char *end, bool attribute, char out[ENTITY_BYTES],
                     size_t *out_bytes)
{
    if (p + 1 < end && p[1] == '#') return decode_number(p, end, out, out_bytes);
    return decode_name(p, end, attribute, out, out_bytes);
}

int entities_put(struct buf *b, struct slice text, bool attribute)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        char out[ENTITY_BYTES];
        size_t n = 0, taken;
        const char *amp = memchr(p, '&', (size_t)(end - p));
        if (!amp) return buf_put(b, p, (size_t)(end - p));
        buf_put(b, p, (size_t)(amp - p));
        taken = entity_decode(amp, end, attribute, out, &n);
        if (taken == 0) {
            out[n++] = '&';
            taken = 1;
        }
        buf_put(b, out, n);
        p = amp + taken;
    }
    return b->failed ? -1 : 0;
}
