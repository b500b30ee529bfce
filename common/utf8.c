/* utf8.c: validation, decoding, counting and repair of UTF-8 (RFC 3629). In: bytes; no state, no allocation but the
 * caller's buffer.
 *
 * Valid text is what is nearly always met. Runs of ASCII are passed over 32 bytes at a time by the top bits of 64-bit
 * words; the rest goes through an automaton over the well-formed byte ranges of Unicode's table 3-7, whose step is one
 * load and one shift, so that its speed does not depend on the script (Per Vognsen, "Shift-based DFAs", 2020). Only
 * where that finds an error, and at the end, are sequences looked at one by one. */
#include "common/text.h"

#define TOP_BITS 0x8080808080808080ULL
#define REPLACEMENT "\xEF\xBF\xBD"

static inline uint64_t load64(const char *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

static inline bool is_ascii16(const char *p)
{
    return !((load64(p) | load64(p + 8)) & TOP_BITS);
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
    if (lead < 0xE0) return lead >= 0xC2 && end - p >= 2 && is_tail(p[1]) ? 2 : -1;
    if (lead > 0xF4) return -1;
    if (lead == 0xE0) low = 0xA0;  /* shorter forms exist */
    if (lead == 0xED) high = 0x9F; /* surrogates */
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F; /* past U+10FFFF */
    int want = lead < 0xF0 ? 3 : 4;
    if (end - p < 2 || p[1] < low || p[1] > high) return -1;
    for (int i = 2; i < want; i++)
        if (end - p <= i || !is_tail(p[i])) return -i;
    return want;
}

/* The automaton. A state is the bit, within a byte's row, at which its successor (6 bits) stands; BAD stays BAD. */
enum state {
    BAD = 0,
    START = 6, /* between sequences */
    LAST = 12, /* one tail is due */
    TWO = 18,  /* two tails */
    THREE = 24,
    AFTER_E0 = 30, /* two or three tails, the first within bounds */
    AFTER_ED = 36,
    AFTER_F0 = 42,
    AFTER_F4 = 48
};

#define GO(from, to) ((uint64_t)(to) << (from))
#define TAIL (GO(LAST, START) | GO(TWO, LAST) | GO(THREE, TWO))

static const uint64_t steps[256] = {
    [0x00 ... 0x7F] = GO(START, START),
    [0x80 ... 0x8F] = TAIL | GO(AFTER_ED, LAST) | GO(AFTER_F4, TWO),
    [0x90 ... 0x9F] = TAIL | GO(AFTER_ED, LAST) | GO(AFTER_F0, TWO),
    [0xA0 ... 0xBF] = TAIL | GO(AFTER_E0, LAST) | GO(AFTER_F0, TWO),
    [0xC2 ... 0xDF] = GO(START, LAST),
    [0xE0] = GO(START, AFTER_E0),
    [0xE1 ... 0xEC] = GO(START, TWO),
    [0xED] = GO(START, AFTER_ED),
    [0xEE ... 0xEF] = GO(START, TWO),
    [0xF0] = GO(START, AFTER_F0),
    [0xF1 ... 0xF3] = GO(START, THREE),
    [0xF4] = GO(START, AFTER_F4),
};

/* Passes over 16 bytes at a time while they are valid; returns the start of a sequence, before which all is. */
static const char *skip_valid(const char *p, const char *end)
{
    const char *start = p;
    uint64_t state = START;
    for (; end - p >= 16; p += 16) {
        if (state == START) {
            while (end - p >= 32 && is_ascii16(p) && is_ascii16(p + 16)) p += 32;
            if (end - p < 16) break;
        }
        uint64_t next = state;
        for (unsigned i = 0; i < 16; i++) next = steps[(uint8_t)p[i]] >> (next & 63);
        next &= 63;
        if (next == BAD) break;
        state = next;
    }
    while (state != START && p > start && is_tail((uint8_t)p[-1])) p--;
    return state != START ? p - 1 : p; /* the lead of what is unfinished */
}

size_t utf8_valid_prefix(const char *p, size_t n)
{
    if (n == 0) return 0; /* p may be NULL */
    const char *end = p + n, *at = skip_valid(p, end);
    while (at < end) {
        int bytes = sequence((const uint8_t *)at, (const uint8_t *)end);
        if (bytes < 0) break;
        at += bytes;
    }
    return (size_t)(at - p);
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
