/* text.c: lines and small questions about slices. No state, no allocation. */
#include "common/text.h"

bool line_next(struct slice text, size_t *at, struct slice *line)
{
    if (*at >= text.n) return false;
    const char *start = text.p + *at, *nl = memchr(start, '\n', text.n - *at);
    size_t n = nl ? (size_t)(nl - start) : text.n - *at;
    *line = slice_of(start, n);
    *at += n + (nl != NULL);
    return true;
}

/* Bytes of the white space that slice_trim takes away at p < end, or 0. */
static size_t blank_at(const char *p, size_t n)
{
    if (*p == ' ' || (*p >= '\t' && *p <= '\r')) return 1;
    if (n >= 2 && memcmp(p, "\xC2\xA0", 2) == 0) return 2;
    if (n >= 3 && (memcmp(p, "\xE3\x80\x80", 3) == 0 || memcmp(p, "\xEF\xBB\xBF", 3) == 0)) return 3;
    return 0;
}

static size_t blank_before_end(struct slice s)
{
    for (size_t bytes = 1; bytes <= 3 && bytes <= s.n; bytes++)
        if (blank_at(s.p + s.n - bytes, bytes) == bytes) return bytes;
    return 0;
}

struct slice slice_trim(struct slice s)
{
    size_t bytes;
    while (s.n && (bytes = blank_at(s.p, s.n))) {
        s.p += bytes;
        s.n -= bytes;
    }
    while (s.n && (bytes = blank_before_end(s))) s.n -= bytes;
    return s;
}

bool slice_has_prefix(struct slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && memcmp(s.p, z, n) == 0;
}

bool slice_has_suffix(struct slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && memcmp(s.p + s.n - n, z, n) == 0;
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool slice_eq_nocase(struct slice s, const char *z)
{
    size_t i = 0; /* nearly always the first byte differs */
    while (i < s.n && z[i] && ascii_lower(s.p[i]) == ascii_lower(z[i])) i++;
    return i == s.n && !z[i];
}

const char *slice_find(struct slice hay, struct slice needle)
{
    if (needle.n == 0) return hay.p;
    return hay.n < needle.n ? NULL : memmem(hay.p, hay.n, needle.p, needle.n);
}
