/* json_text.c: JSON strings, numbers and members at the level of bytes, and the writers of json.h.
 *
 * Strings are scanned 16 bytes at a time with SSE2, which every x86-64 has, and 8 bytes at a time elsewhere: long texts
 * with an escape every hundred bytes are what a crawl consists of. Memory: none but the caller's. */
#include "common/json_text.h"
#include "common/json.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ------------------------------------------------------------------ unescaping */

static int hex_digit(char c)
{
    static const signed char value[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
        ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
        ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};
    return value[(unsigned char)c] - 1;
}

/* The four digits behind "\u" at p, or -1. */
static inline int32_t hex4(const char *p, size_t n)
{
    if (n < 6 || p[0] != '\\' || p[1] != 'u') return -1;
    int a = hex_digit(p[2]), b = hex_digit(p[3]), c = hex_digit(p[4]), d = hex_digit(p[5]);
    return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
}

/* What the byte behind a backslash stands for; 0: it is no short escape. */
static const char short_escape[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                       ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};

size_t json_escapes_check(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n) {
        const char *slash = memchr(p + i, '\\', n - i);
        if (!slash) return n;
        i = (size_t)(slash - p);
        if (i + 1 < n && short_escape[(unsigned char)p[i + 1]])
            i += 2;
        else if (hex4(p + i, n - i) >= 0)
            i += 6;
        else
            return i;
    }
    return n;
}

static inline size_t put_utf8(char *dst, uint32_t c)
{
    if (c < 0x80) {
        dst[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        dst[0] = (char)(0xc0 | c >> 6);
        dst[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        dst[0] = (char)(0xe0 | c >> 12);
        dst[1] = (char)(0x80 | (c >> 6 & 0x3f));
        dst[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    dst[0] = (char)(0xf0 | c >> 18);
    dst[1] = (char)(0x80 | (c >> 12 & 0x3f));
    dst[2] = (char)(0x80 | (c >> 6 & 0x3f));
    dst[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* The escape at p: its bytes go to dst, their number to *out. Returns the length of the escape; 0: not valid. */
static inline size_t unescape_one(char *dst, const char *p, size_t n, size_t *out)
{
    char c = n > 1 ? short_escape[(unsigned char)p[1]] : 0;
    if (c) {
        dst[0] = c;
        *out = 1;
        return 2;
    }
    int32_t high = hex4(p, n);
    if (high < 0 || (high >= 0xdc00 && high < 0xe000)) return 0;
    if (high < 0xd800 || high >= 0xe000) {
        *out = put_utf8(dst, (uint32_t)high);
        return 6;
    }
    int32_t low = hex4(p + 6, n - 6);
    if (low < 0xdc00 || low >= 0xe000) return 0;
    *out = put_utf8(dst, 0x10000 + (((uint32_t)high & 0x3ff) << 10) + ((uint32_t)low & 0x3ff));
    return 12;
}

/* Copies up to the next backslash; returns how many bytes. */
static inline size_t copy_run(char *dst, const char *p, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i slash = _mm_set1_epi8('\\');
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
        _mm_storeu_si128((__m128i *)(dst + i), v);
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, slash));
        if (mask) return i + (size_t)__builtin_ctz(mask);
    }
#endif
    for (; i < n && p[i] != '\\'; i++) dst[i] = p[i];
    return i;
}

int64_t json_unescape(char *dst, const char *p, size_t n)
{
    size_t i = 0, out = 0;
    for (;;) {
        size_t run = copy_run(dst + out, p + i, n - i), bytes;
        i += run;
        out += run;
        if (i == n) return (int64_t)out;
        do {
            size_t length = unescape_one(dst + out, p + i, n - i, &bytes);
            if (!length) return -1 - (int64_t)i;
            i += length;
            out += bytes;
        } while (i < n && p[i] == '\\');
    }
}

/* ------------------------------------------------------------------ numbers */

static size_t digits(const char *p, size_t n, size_t i)
{
    while (i < n && p[i] >= '0' && p[i] <= '9') i++;
    return i;
}

size_t json_number_length(const char *p, size_t n)
{
    size_t i = n > 0 && p[0] == '-', start = i;
    i = i < n && p[i] == '0' ? i + 1 : digits(p, n, i);
    if (i == start) return 0;
    if (i < n && p[i] == '.') {
        size_t end = digits(p, n, i + 1);
        if (end == i + 1) return i;
        i = end;
    }
    if (i < n && (p[i] | 0x20) == 'e') {
        size_t sign = i + 1 < n && (p[i + 1] == '+' || p[i + 1] == '-'), end = digits(p, n, i + 1 + sign);
        if (end > i + 1 + sign) i = end;
    }
    return i;
}

/* ------------------------------------------------------------------ members */

static size_t skip_space(struct slice s, size_t i)
{
    while (i < s.n && json_is_space(s.p[i])) i++;
    return i;
}

/* s.p[i] is a quote; returns the offset behind the closing one. */
static size_t skip_string(struct slice s, size_t i)
{
    for (i++; i < s.n; i++) {
        const char *quote = memchr(s.p + i, '"', s.n - i);
        if (!quote) return s.n;
        size_t at = (size_t)(quote - s.p), slashes = 0;
        while (at - slashes > i && s.p[at - slashes - 1] == '\\') slashes++;
        i = at;
        if (slashes % 2 == 0) return at + 1;
    }
    return s.n;
}

static size_t skip_value(struct slice s, size_t i)
{
    if (i < s.n && s.p[i] == '"') return skip_string(s, i);
    if (i < s.n && s.p[i] != '{' && s.p[i] != '[') {
        while (i < s.n && !json_is_space(s.p[i]) && s.p[i] != ',' && s.p[i] != '}' && s.p[i] != ']') i++;
        return i;
    }
    for (size_t depth = 0; i < s.n;) {
        char c = s.p[i];
        if (c == '"') {
            i = skip_string(s, i);
            continue;
        }
        i++;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && --depth == 0) return i;
    }
    return s.n;
}

bool json_member_next(struct slice *at, struct slice *key, struct slice *value)
{
    struct slice s = *at;
    size_t i = skip_space(s, 0);
    if (i < s.n && (s.p[i] == '{' || s.p[i] == ',')) i = skip_space(s, i + 1);
    if (i >= s.n || s.p[i] != '"') return false;
    size_t end = skip_string(s, i);
    if (end < i + 2) return false;
    *key = slice_of(s.p + i + 1, end - i - 2);
    i = skip_space(s, end);
    if (i < s.n && s.p[i] == ':') i = skip_space(s, i + 1);
    end = skip_value(s, i);
    *value = slice_of(s.p + i, end - i);
    *at = slice_of(s.p + end, s.n - end);
    return true;
}

bool json_key_is(struct slice escaped, struct slice name)
{
    if (!memchr(escaped.p, '\\', escaped.n)) return slice_eq(escaped, name);
    size_t i = 0, at = 0;
    while (i < escaped.n) {
        char bytes[4] = {escaped.p[i]};
        size_t n = 1,
               length = escaped.p[i] == '\\' ? unescape_one(bytes, escaped.p + i, escaped.n - i, &n) : 1;
        if (!length || n > name.n - at || memcmp(bytes, name.p + at, n) != 0) return false;
        i += length;
        at += n;
    }
    return at == name.n;
}

/* ------------------------------------------------------------------ writing */

static bool must_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* Bytes at the front of p[0..n) that stand in a JSON string as they are. */
static size_t plain_run(const char *p, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i slash = _mm_set1_epi8('\\'), quote = _mm_set1_epi8('"'), control = _mm_set1_epi8(0x1f);
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
        __m128i bad = _mm_or_si128(_mm_cmpeq_epi8(v, slash), _mm_cmpeq_epi8(v, quote));
        bad = _mm_or_si128(bad, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        unsigned mask = (unsigned)_mm_movemask_epi8(bad);
        if (mask) return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < n && !must_escape((unsigned char)p[i])) i++;
    return i;
}

static size_t escape_one(char *dst, unsigned char c)
{
    static const char short_name[256] = {
        ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    static const char hex[] = "0123456789abcdef";
    const char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    memcpy(dst, escape, sizeof escape);
    if (!short_name[c]) return sizeof escape;
    dst[1] = short_name[c];
    return 2;
}

int json_put_str(struct buf *b, struct slice s)
{
    buf_putc(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t run = plain_run(s.p + i, s.n - i);
        buf_put(b, s.p + i, run);
        i += run;
        char escape[6];
        if (i < s.n) buf_put(b, escape, escape_one(escape, (unsigned char)s.p[i++]));
    }
    return buf_putc(b, '"');
}

int json_put_num(struct buf *b, double v)
{
    char z[32];
    if (!isfinite(v)) return buf_puts(b, "null");
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(z, sizeof z, "%.*g", precision, v);
        if (strtod(z, NULL) == v) break;
    }
    return buf_puts(b, z);
}
