/* python.c: see python.h. No state, no allocation; each function is linear in what it passes over. */
#include "filter/signals/python.h"
#include "common/simd.h"
#include "common/simd_bytes.h"
#include <endian.h>

unsigned py_space_bytes_wide(const char *p, const char *end)
{
    switch ((unsigned char)*p) { /* the first bytes of the 19 of them that are not ASCII */
    case 0xC2:
    case 0xE1:
    case 0xE2:
    case 0xE3: break;
    default: return 0;
    }
    uint32_t cp;
    unsigned bytes = utf8_decode(p, end, &cp);
    bool space = cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 ||
                 cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
    return space ? bytes : 0;
}

bool py_isalpha(uint32_t cp)
{
    if (cp < 0x80) return (cp | 0x20) - 'a' < 26;
    return unicode_classes(cp) & UC_LETTER;
}

bool py_isalnum(uint32_t cp)
{
    if (cp < 0x80) return (cp | 0x20) - 'a' < 26 || cp - '0' < 10;
    return unicode_classes(cp) & (UC_LETTER | UC_NUMBER);
}

struct range {
    uint32_t first, last;
};

static bool within(const struct range *r, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= r[i].first && cp <= r[i].last) return true;
    return false;
}

/* Numeric_Type=Digit: what isdigit takes besides Nd. */
static const struct range digits[] = {
    {0xB2, 0xB3},     {0xB9, 0xB9},       {0x1369, 0x1371},   {0x19DA, 0x19DA},   {0x2070, 0x2070},
    {0x2074, 0x2079}, {0x2080, 0x2089},   {0x2460, 0x2468},   {0x2474, 0x247C},   {0x2488, 0x2490},
    {0x24EA, 0x24EA}, {0x24F5, 0x24FD},   {0x24FF, 0x24FF},   {0x2776, 0x277E},   {0x2780, 0x2788},
    {0x278A, 0x2792}, {0x10A40, 0x10A43}, {0x10E60, 0x10E68}, {0x11052, 0x1105A}, {0x1F100, 0x1F10A}};

/* Other_Uppercase: what isupper takes besides Lu. */
static const struct range capitals[] = {
    {0x2160, 0x216F}, {0x24B6, 0x24CF}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};

bool py_isdigit(uint32_t cp)
{
    if (cp < 0x80) return cp - '0' < 10;
    const char *c = unicode_category(cp);
    return (c[0] == 'N' && c[1] == 'd') || within(digits, sizeof digits / sizeof *digits, cp);
}

bool py_isupper(uint32_t cp)
{
    if (cp < 0x80) return cp - 'A' < 26;
    const char *c = unicode_category(cp);
    return (c[0] == 'L' && c[1] == 'u') || within(capitals, sizeof capitals / sizeof *capitals, cp);
}

/* ------------------------------------------------------------------ strip, split */

struct slice py_lstrip(struct slice s)
{
    for (unsigned n; s.n && (n = py_space_bytes(s.p, s.p + s.n)); s.p += n) s.n -= n;
    return s;
}

/* Bytes of the white space that ends s, or 0. */
static unsigned space_before_end(struct slice s)
{
    size_t bytes = 1;
    while (bytes < 3 && bytes < s.n && (s.p[s.n - bytes] & 0xC0) == 0x80) bytes++;
    return py_space_bytes(s.p + s.n - bytes, s.p + s.n) == bytes ? (unsigned)bytes : 0;
}

struct slice py_rstrip(struct slice s)
{
    for (unsigned n; s.n && (n = space_before_end(s));) s.n -= n;
    return s;
}

struct slice py_strip(struct slice s)
{
    return py_rstrip(py_lstrip(s));
}

bool py_isblank(struct slice s)
{
    return py_lstrip(s).n == 0;
}

/* Bytes of the 8 at p before the first that may begin white space: one below '!', or no ASCII. */
static inline unsigned plain_bytes(const char *p)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t x;
    memcpy(&x, p, 8);
    x = le64toh(x);
    uint64_t odd = (((x - '!' * each) & ~x) | x) & 0x80 * each;
    return odd ? (unsigned)__builtin_ctzll(odd) / 8 : 8;
}

bool py_word_next(struct slice text, size_t *at, struct slice *word)
{
    *word = slice_of("", 0);
    if (*at >= text.n) return false;
    struct slice rest = py_lstrip(slice_of(text.p + *at, text.n - *at));
    const char *p = rest.p, *end = text.p + text.n;
    while (p < end) {
        unsigned plain = end - p >= 8 ? plain_bytes(p) : 0;
        p += plain;
        if (plain == 8) continue;
        if (py_space_bytes(p, end)) break;
        p++;
    }
    *word = slice_of(rest.p, (size_t)(p - rest.p));
    *at = (size_t)(p - text.p);
    return word->n > 0;
}

/* ------------------------------------------------------------------ lines */

/* Bytes of the line end at p < end; "\r\n" is one. */
static unsigned line_end_bytes(const char *p, const char *end)
{
    switch ((unsigned char)*p) {
    case '\n':
    case '\v':
    case '\f':
    case 0x1c:
    case 0x1d:
    case 0x1e: return 1;
    case '\r': return end - p > 1 && p[1] == '\n' ? 2 : 1;
    case 0xC2: return end - p > 1 && (unsigned char)p[1] == 0x85 ? 2 : 0;
    case 0xE2:
        return end - p > 2 && (unsigned char)p[1] == 0x80 && ((unsigned char)p[2] & 0xFE) == 0xA8 ? 3 : 0;
    default: return 0;
    }
}

static bool only_newlines_plain(const char *p, const char *end)
{
    for (; p < end; p++)
        if (*p != '\n' && line_end_bytes(p, end)) return false;
    return true;
}

#ifdef __SSE2__
/* Looks at the bytes with which other line ends may begin, 64 at a time. */
#define ONLY_NEWLINES(isa)                                                                         \
    SIMD_TARGET(isa)                                                                               \
    static bool only_newlines_##isa(const char *p, const char *end)                                \
    {                                                                                              \
        for (; end - p >= 64; p += 64) {                                                           \
            uint64_t odd = 0;                                                                      \
            for (unsigned i = 0; i < 64; i += sizeof(vec_##isa)) {                                 \
                vec_##isa x = LOAD_##isa(p + i);                                                   \
                odd |= BITS_AT(isa,                                                                \
                               OR_##isa(WITHIN(isa, x, '\v', 0x1E - '\v'),                         \
                                        OR_##isa(EQUAL_##isa(x, '\xC2'), EQUAL_##isa(x, '\xE2'))), \
                               i);                                                                 \
            }                                                                                      \
            for (; odd; odd &= odd - 1)                                                            \
                if (line_end_bytes(p + __builtin_ctzll(odd), end)) return false;                   \
        }                                                                                          \
        return only_newlines_plain(p, end);                                                        \
    }
ONLY_NEWLINES(sse2)
ONLY_NEWLINES(avx2)
ONLY_NEWLINES(avx512)

bool py_only_newlines(struct slice text)
{
    static bool (*const of[])(const char *, const char *) = {[SIMD_PLAIN] = only_newlines_sse2,
                                                             [SIMD_AVX2] = only_newlines_avx2,
                                                             [SIMD_AVX512] = only_newlines_avx512};
    return of[simd_widest()](text.p, text.p + text.n);
}
#else
bool py_only_newlines(struct slice text)
{
    return only_newlines_plain(text.p, text.p + text.n);
}
#endif

bool py_line_next(struct slice text, size_t *at, struct slice *line, bool only_newlines)
{
    if (only_newlines) return line_next(text, at, line);
    if (*at >= text.n) return false;
    const char *start = text.p + *at, *p = start, *end = text.p + text.n;
    unsigned bytes = 0;
    while (p < end && !(bytes = line_end_bytes(p, end))) p++;
    *line = slice_of(start, (size_t)(p - start));
    *at += line->n + bytes;
    return true;
}

bool py_piece_next(struct slice text, size_t *at, struct slice *piece)
{
    if (*at > text.n) return false;
    const char *start = text.p + *at, *nl = text.n > *at ? memchr(start, '\n', text.n - *at) : NULL;
    *piece = slice_of(start, nl ? (size_t)(nl - start) : text.n - *at);
    *at += piece->n + 1;
    return true;
}

bool py_block_next(struct slice text, size_t *at, unsigned least_newlines, struct slice *piece)
{
    if (*at > text.n) return false;
    size_t start = *at, i = start;
    while (i < text.n) {
        const char *nl = memchr(text.p + i, '\n', text.n - i);
        if (!nl) break;
        size_t from = (size_t)(nl - text.p), to = from;
        while (to < text.n && text.p[to] == '\n') to++;
        if (to - from >= least_newlines) {
            *piece = slice_of(text.p + start, from - start);
            *at = to;
            return true;
        }
        i = to;
    }
    *piece = slice_of(text.p + start, text.n - start);
    *at = text.n + 1;
    return true;
}
