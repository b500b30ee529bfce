/* utf8.c: validation, decoding, counting and repair of UTF-8 (RFC 3629). In: bytes; no state, no allocation but the
 * caller's buffer.
 *
 * Valid text is mostly long runs of ASCII, so those are passed over 32 bytes at a time by the top bits of 64-bit words;
 * the rest is checked sequence by sequence against the well-formed byte ranges of Unicode's table 3-7. */
#include "common/text.h"

#define TOP_BITS 0x8080808080808080ULL
#define REPLACEMENT "\xEF\xBF\xBD"

static inline uint64_t load64(const char *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

static const char *skip_ascii(const char *p, const char *end)
{
    while (end - p >= 32 && !((load64(p) | load64(p + 8) | load64(p + 16) | load64(p + 24)) & TOP_BITS))
        p += 32;
    while (end - p >= 8 && !(load64(p) & TOP_BITS)) p += 8;
    while (p < end && !(*p & 0x80)) p++;
    return p;
}

static inline bool is_tail(uint8_t b)
{
    return (b & 0xC0) == 0x80;
}

/* Length of the well-formed sequence at p < end, or minus the length (1..3) of its longest prefix that starts one: the
 * "maximal subpart" of Unicode chapter 3, conformance D93b, that one U+FFFD replaces. */
static inline int sequence(const uint8_t *p, const uint8_t *end)
{
    uint8_t lead = p[0], low = 0x80, high = 0xBF;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return -1;
    if (lead == 0xE0) low = 0xA0;  /* shorter forms exist */
    if (lead == 0xED) high = 0x9F; /* surrogates */
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F; /* past U+10FFFF */
    int want = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (end - p < 2 || p[1] < low || p[1] > high) return -1;
    for (int i = 2; i < want; i++)
        if (end - p <= i || !is_tail(p[i])) return -i;
    return want;
}

size_t utf8_valid_prefix(const char *p, size_t n)
{
    if (n == 0) return 0; /* p may be NULL */
    const char *at = p, *end = p + n;
    while ((at = skip_ascii(at, end)) < end) {
        do {
            int bytes = sequence((const uint8_t *)at, (const uint8_t *)end);
            if (bytes < 0) return (size_t)(at - p);
            at += bytes;
        } while (at < end && (*at & 0x80));
    }
    return n;
}

unsigned utf8_decode(const char *p, const char *end, uint32_t *cp)
{
    const uint8_t *u = (const uint8_t *)p;
    int bytes = sequence(u, (const uint8_t *)end);
    switch (bytes) {
    case 1: *cp = u[0]; return 1;
    case 2: *cp = (u[0] & 0x1FU) << 6 | (u[1] & 0x3FU); return 2;
    case 3: *cp = (u[0] & 0x0FU) << 12 | (u[1] & 0x3FU) << 6 | (u[2] & 0x3FU); return 3;
    case 4:
        *cp = (u[0] & 0x07U) << 18 | (u[1] & 0x3FU) << 12 | (u[2] & 0x3FU) << 6 | (u[3] & 0x3FU);
        return 4;
    default: *cp = 0xFFFD; return 1;
    }
}

unsigned utf8_encode(uint32_t cp, char out[4])
{
    if ((cp >= 0xD800 && cp <= 0xDFFF) || cp > 0x10FFFF) cp = 0xFFFD;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    unsigned bytes = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (unsigned i = bytes - 1; i > 0; i--, cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)(0xF00 >> bytes | cp); /* 110xxxxx, 1110xxxx, 11110xxx */
    return bytes;
}

uint64_t utf8_count(const char *p, size_t n)
{
    uint64_t tails = 0;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t x = load64(p + i), tail_bits = (x & ~(x << 1) & TOP_BITS) >> 7; /* bit 7 without bit 6 */
        tails += tail_bits * (TOP_BITS >> 7) >> 56;                              /* their sum */
    }
    for (; i < n; i++) tails += is_tail((uint8_t)p[i]);
    return n - tails;
}

int64_t utf8_repair(struct buf *b, const char *p, size_t n)
{
    int64_t replaced = 0;
    for (size_t at = 0; at < n;) {
        size_t good = utf8_valid_prefix(p + at, n - at);
        if (buf_put(b, p + at, good) != 0) return -1;
        at += good;
        if (at == n) break;
        at += (size_t)-sequence((const uint8_t *)p + at, (const uint8_t *)p + n);
        if (buf_put(b, REPLACEMENT, 3) != 0) return -1;
        replaced++;
    }
    return replaced;
}
