/* charbits.c: kinds of characters, 16 at a time by SSE2, which every x86-64 has. State: none. */
#include "ingest/extract/charbits.h"
#include <stdbool.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct charbits charbits_plain(const char *p, size_t n)
{
    struct charbits b = {0};
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)p[i], low = c | 0x20;
        bool digit = c >= '0' && c <= '9', letter = low >= 'a' && low <= 'z';
        b.word |= (uint64_t)(digit || letter || c >= 0x80) << i;
        b.digit |= (uint64_t)digit << i;
        b.space |= (uint64_t)(c == ' ' || c == '\t' || c == '\n' || c < 8) << i;
        b.end |= (uint64_t)(c == '.' || c == '!' || c == '?') << i;
        b.comma |= (uint64_t)(c == ',' || c == ';' || c == ':') << i;
        b.mark |= (uint64_t)(c == '$' || c == '@' || c == '|' || c == '"' || c == 0xc2 || c == 0xe2) << i;
    }
    return b;
}

#if defined(__SSE2__)
static inline __m128i is(__m128i v, char c)
{
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline __m128i within(__m128i v, char from, char last)
{
    __m128i above = _mm_sub_epi8(v, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((char)(last - from))), above);
}

static inline __m128i either(__m128i a, __m128i b)
{
    return _mm_or_si128(a, b);
}

static inline uint64_t bits(__m128i v)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(v);
}

static inline void add_16(struct charbits *b, __m128i v, size_t at)
{
    __m128i low = either(v, _mm_set1_epi8(0x20)), digit = within(v, '0', '9');
    __m128i letter = within(low, 'a', 'z');
    __m128i white = either(is(v, ' '), either(is(v, '\t'), is(v, '\n')));
    __m128i colon = is(either(v, _mm_set1_epi8(1)), ';');                       /* : ; */
    __m128i lead = is(_mm_and_si128(v, _mm_set1_epi8((char)0xdf)), (char)0xc2); /* 0xC2 0xE2 */
    b->word |= bits(either(either(digit, letter), v)) << at; /* a byte's highest bit counts */
    b->digit |= bits(digit) << at;
    b->space |= bits(either(white, within(v, 0, 7))) << at;
    b->end |= bits(either(is(v, '.'), either(is(v, '!'), is(v, '?')))) << at;
    b->comma |= bits(either(colon, is(v, ','))) << at;
    b->mark |= bits(either(either(is(v, '$'), is(v, '@')), either(either(is(v, '|'), is(v, '"')), lead)))
               << at;
}

static inline void cut(struct charbits *b, size_t n)
{
    uint64_t valid = n < CHARBITS ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
    b->word &= valid;
    b->digit &= valid;
    b->space &= valid;
    b->end &= valid;
    b->comma &= valid;
    b->mark &= valid;
}

struct charbits charbits_of(const char *p, size_t n, const char *readable)
{
    struct charbits b = {0};
    char copy[CHARBITS];
    if (readable - p < CHARBITS) {
        memset(copy, 0, sizeof copy);
        memcpy(copy, p, n);
        p = copy;
    }
    for (size_t at = 0; at < n; at += 16)
        add_16(&b, _mm_loadu_si128((const __m128i *)(const void *)(p + at)), at);
    cut(&b, n);
    return b;
}
#else
struct charbits charbits_of(const char *p, size_t n, const char *readable)
{
    (void)readable;
    return charbits_plain(p, n);
}
#endif
