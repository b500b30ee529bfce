/* phrases.c: sixteen places at a time, one pair of letters that is rare in English for each phrase; where a pair stands,
 * the phrase is compared. No state. Linear.
 *
 * Phrases: Raffel et al. 2020 (C4) as in tensorflow_datasets' c4_utils.py and datatrove's c4_filters.py. */
#include "filter/signals/phrases.h"

static const struct known {
    const char *text;
    unsigned pair_at; /* offset of the pair that is looked for */
    enum phrase phrase;
} known[] = {
    {"lorem ipsum", 6, PHRASE_LOREM_IPSUM}, /* ip */
    {"javascript", 0, PHRASE_JAVASCRIPT},   /* ja */
    {"terms of use", 3, PHRASE_POLICY},     /* ms */
    {"privacy policy", 5, PHRASE_POLICY},   /* cy */
    {"cookie policy", 3, PHRASE_POLICY},    /* ki, here and below */
    {"uses cookies", 8, PHRASE_POLICY},     {"use of cookies", 10, PHRASE_POLICY},
    {"use cookies", 7, PHRASE_POLICY},
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
        size_t n = strlen(known[k].text), i = 0;
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

/* One bit a place of sixteen: a pair stands there. Reads seventeen bytes. */
static inline unsigned pairs16(const char *p)
{
#ifdef __SSE2__
    typedef char v16 __attribute__((vector_size(16)));
    v16 a, b;
    memcpy(&a, p, 16);
    memcpy(&b, p + 1, 16);
    a |= 0x20;
    b |= 0x20;
    v16 hit = (v16)(((a == 'i') & (b == 'p')) | ((a == 'j') & (b == 'a')) | ((a == 'm') & (b == 's')) |
                    ((a == 'c') & (b == 'y')) | ((a == 'k') & (b == 'i')));
    return (unsigned)__builtin_ia32_pmovmskb128(hit);
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++) bits |= (unsigned)pair_at(p + i) << i;
    return bits;
#endif
}

static unsigned find_all(struct slice text)
{
    unsigned found = 0;
    size_t i = 0;
    for (; text.n > i + 16; i += 16)
        for (unsigned bits = pairs16(text.p + i); bits; bits &= bits - 1)
            found |= phrases_at(text, i + (unsigned)__builtin_ctz(bits));
    for (; i + 1 < text.n; i++)
        if (pair_at(text.p + i)) found |= phrases_at(text, i);
    return found;
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
