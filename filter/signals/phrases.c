/* phrases.c: sixteen or 32 places at a time, one pair of letters that is rare in English for each phrase; where a pair stands,
 * the phrase is compared. No state. Linear.
 *
 * Phrases: Raffel et al. 2020 (C4) as in tensorflow_datasets' c4_utils.py and datatrove's c4_filters.py. */
#include "filter/signals/phrases.h"
#include "common/simd.h"

static const struct known {
    const char *text;
    unsigned bytes;
    unsigned pair_at; /* offset of the pair that is looked for */
    enum phrase phrase;
} known[] = {
#define PHRASE(text, pair_at, phrase)           \
    {                                           \
        text, sizeof(text) - 1, pair_at, phrase \
    }
    PHRASE("lorem ipsum", 6, PHRASE_LOREM_IPSUM), /* ip */
    PHRASE("javascript", 0, PHRASE_JAVASCRIPT),   /* ja */
    PHRASE("terms of use", 3, PHRASE_POLICY),     /* ms */
    PHRASE("privacy policy", 5, PHRASE_POLICY),   /* cy */
    PHRASE("cookie policy", 3, PHRASE_POLICY),    /* ki, here and below */
    PHRASE("uses cookies", 8, PHRASE_POLICY),     PHRASE("use of cookies", 10, PHRASE_POLICY),
    PHRASE("use cookies", 7, PHRASE_POLICY),
};
#define KNOWN (sizeof known / sizeof *known)

static inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The known phrases that have their pair at text.p + at. */
static unsigned phrases_at(struct slice text, size_t at)
{
    unsigned found = 0;
    for (size_t k = 0; k < KNOWN; k++) {
        size_t n = known[k].bytes, i = 0;
        if (at < known[k].pair_at || text.n - (at - known[k].pair_at) < n) continue;
        const char *p = text.p + at - known[k].pair_at;
        while (i < n && lower(p[i]) == known[k].text[i]) i++;
        if (i == n) found |= known[k].phrase;
    }
    return found;
}

static bool pair_at(const char *p)
{
    char a = (char)(p[0] | 0x20), b = (char)(p[1] | 0x20);
    return (a == 'i' && b == 'p') || (a == 'j' && b == 'a') || (a == 'm' && b == 's') ||
           (a == 'c' && b == 'y') || (a == 'k' && b == 'i');
}

/* Blocks of pairs: `bytes` places from p on, one bit a place: a pair stands there. Reads one byte more. */
#ifdef __SSE2__
#define PAIRS(name, bytes, bits_of, attributes)                                                             \
    attributes SIMD_INLINE uint32_t name(const char *p)                                                     \
    {                                                                                                       \
        typedef char vec __attribute__((vector_size(bytes)));                                               \
        vec a, b;                                                                                           \
        memcpy(&a, p, bytes);                                                                               \
        memcpy(&b, p + 1, bytes);                                                                           \
        a |= 0x20;                                                                                          \
        b |= 0x20;                                                                                          \
        vec hit = (vec)(((a == 'i') & (b == 'p')) | ((a == 'j') & (b == 'a')) | ((a == 'm') & (b == 's')) | \
                        ((a == 'c') & (b == 'y')) | ((a == 'k') & (b == 'i')));                             \
        return (uint32_t)bits_of(hit);                                                                      \
    }
PAIRS(pairs16, 16, __builtin_ia32_pmovmskb128, )
PAIRS(pairs32, 32, __builtin_ia32_pmovmskb256, __attribute__((target("avx2"))))
#else
static uint32_t pairs16(const char *p)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 16; i++) bits |= (uint32_t)pair_at(p + i) << i;
    return bits;
}
#endif

#define FIND_ALL(name, bytes, pairs, attributes)                              \
    attributes static unsigned name(struct slice text)                        \
    {                                                                         \
        unsigned found = 0;                                                   \
        size_t i = 0;                                                         \
        for (; text.n > i + (bytes); i += bytes)                              \
            for (uint32_t bits = pairs(text.p + i); bits; bits &= bits - 1)   \
                found |= phrases_at(text, i + (unsigned)__builtin_ctz(bits)); \
        for (; i + 1 < text.n; i++)                                           \
            if (pair_at(text.p + i)) found |= phrases_at(text, i);            \
        return found;                                                         \
    }
FIND_ALL(find_all_plain, 16, pairs16, )
#ifdef __SSE2__
FIND_ALL(find_all_avx2, 32, pairs32, __attribute__((target("avx2,bmi"))))
#endif

static unsigned find_all(struct slice text)
{
#ifdef __SSE2__
    if (simd_widest() >= SIMD_AVX2) return find_all_avx2(text);
#endif
    return find_all_plain(text);
}

#define KELVIN "\xE2\x84\xAA"

/* With k in place of Kelvin signs, in pieces that overlap by more than a phrase. */
static unsigned find_with_kelvins(struct slice text)
{
    char piece[4096];
    unsigned found = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool kelvin = text.n - i >= 3 && memcmp(text.p + i, KELVIN, 3) == 0;
        piece[n++] = kelvin ? 'k' : text.p[i];
        i += kelvin ? 2 : 0;
        if (n < sizeof piece) continue;
        found |= find_all(slice_of(piece, n));
        memmove(piece, piece + n - 16, 16);
        n = 16;
    }
    return found | find_all(slice_of(piece, n));
}

/* By its middle byte, which few characters have. */
static bool has_kelvin(struct slice text)
{
    const char *end = text.p + text.n;
    for (const char *p = text.p; (p = memchr(p, 0x84, (size_t)(end - p))) != NULL; p++)
        if (p > text.p && p + 1 < end && memcmp(p - 1, KELVIN, 3) == 0) return true;
    return false;
}

unsigned phrases_in(struct slice text)
{
    if (text.n == 0) return 0;
    unsigned found = find_all(text);
    if (!(found & PHRASE_POLICY) && has_kelvin(text)) found |= find_with_kelvins(text);
    return found;
}
