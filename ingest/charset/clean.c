/* clean.c: control characters and line ends. One pass, runs of other bytes are copied whole. State: none. */
#include "ingest/charset/clean.h"
#include "common/text.h"

/* Bytes to look at: controls, and the first byte of C1 controls. */
static bool is_plain(uint8_t c)
{
    return (c >= 0x20 || c == '\n' || c == '\t') && c != 0x7f && c != 0xc2;
}

int clean_text(struct buf *out, struct slice text)
{
    const char *p = text.p, *end = p + text.n;
    if (buf_reserve(out, text.n) < 0) return -1;
    while (p < end) {
        const char *from = p;
        while (p < end && is_plain((uint8_t)*p)) p++;
        buf_put(out, from, (size_t)(p - from));
        if (p == end) break;
        bool wide = (uint8_t)*p == 0xc2 && end - p > 1, newline = p + 1 < end && p[1] == '\n';
        if (*p == '\r' && !newline) buf_putc(out, '\n');
        if (wide && (uint8_t)p[1] >= 0xa0) buf_put(out, p, 2);
        p += wide ? 2 : 1;
    }
    return out->failed ? -1 : 0;
}

/* Noise has one control character in nine bytes, which is near the limit; but text has no NUL at all. */
#define NUL_WEIGHT ((size_t)8)

/* Control characters that no text has; n is at most 255, so that the count is a byte: loops over bytes become vectors. */
static uint8_t count_controls(const char *p, size_t n)
{
    uint8_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)p[i];
        bool white = (c >= '\t' && c <= '\r' && c != '\v') | (c == '\033');
        found = (uint8_t)(found + ((c < 0x20 && !white) | (c == 0x7f)));
    }
    return found;
}

static uint8_t count_nuls(const char *p, size_t n)
{
    uint8_t found = 0;
    for (size_t i = 0; i < n; i++) found = (uint8_t)(found + (p[i] == 0));
    return found;
}

/* U+FFFD: bytes that were no text before. */
static size_t count_replaced(const char *p, size_t n)
{
    size_t found = 0;
    const char *end = p + n;
    for (const char *q = p; (q = memchr(q, 0xef, (size_t)(end - q))) && end - q >= 3; q++)
        found += memcmp(q, "\xef\xbf\xbd", 3) == 0;
    return found;
}

bool clean_is_binary(struct slice text)
{
    size_t n = text.n < 4096 ? text.n : 4096, odd = n ? count_replaced(text.p, n) : 0;
    for (size_t i = 0; i < n; i += 128) {
        size_t piece = n - i < 128 ? n - i : 128;
        odd += count_controls(text.p + i, piece) + (NUL_WEIGHT - 1) * count_nuls(text.p + i, piece);
    }
    return odd * 10 > n;
}
