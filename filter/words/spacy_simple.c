/* spacy_simple.c: cuts chunks that are letters, and a mark that comes off or none, from 64 bytes' bit masks.
 *
 * Most chunks of English are. Their ends are found for a whole window by one addition, whose carry runs through each
 * chunk's letters. All that is left to do for a word is to ask whether it may be an exception, for which its first 8 bytes
 * are hashed to a bit. Chunks between them that are not so simple go to spacy_usual. State: the list. Time: linear. */
#include "filter/words/spacy_internal.h"

#ifdef __SSE2__
#include "common/simd.h"
#include <immintrin.h>

#define WINDOW SPACY_WINDOW
#define INLINE static inline __attribute__((always_inline))
#define AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define AVX512 __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw")))

/* One bit a byte, the first byte's lowest. */
struct masks {
    uint64_t letters, digits, dots, spaces;
    uint64_t
        ends; /* white space, or one character that comes off what stands before it, and then white space */
    uint64_t suffix; /* of these, the latter */
};

/* ---- masks. A set says of each byte of a vector whether it belongs to it. */

typedef __m128i vec_sse2, set_sse2;
#define LOAD_sse2(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define SMALL_sse2(x) _mm_or_si128(x, _mm_set1_epi8(0x20))
#define EQUAL_sse2(x, c) _mm_cmpeq_epi8(x, _mm_set1_epi8(c))
#define UP_TO_sse2(x, c) _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(c)), x)
#define LESS_sse2(x, c) _mm_sub_epi8(x, _mm_set1_epi8(c))
#define OR_sse2(a, b) _mm_or_si128(a, b)
#define BITS_sse2(s) ((uint16_t)_mm_movemask_epi8(s))

typedef __m256i vec_avx2, set_avx2;
#define LOAD_avx2(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define SMALL_avx2(x) _mm256_or_si256(x, _mm256_set1_epi8(0x20))
#define EQUAL_avx2(x, c) _mm256_cmpeq_epi8(x, _mm256_set1_epi8(c))
#define UP_TO_avx2(x, c) _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(c)), x)
#define LESS_avx2(x, c) _mm256_sub_epi8(x, _mm256_set1_epi8(c))
#define OR_avx2(a, b) _mm256_or_si256(a, b)
#define BITS_avx2(s) ((uint32_t)_mm256_movemask_epi8(s))

typedef __m512i vec_avx512;
typedef __mmask64 set_avx512;
#define LOAD_avx512(p) _mm512_loadu_si512((const void *)(p))
#define SMALL_avx512(x) _mm512_or_si512(x, _mm512_set1_epi8(0x20))
#define EQUAL_avx512(x, c) _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(c))
#define UP_TO_avx512(x, c) _mm512_cmple_epu8_mask(x, _mm512_set1_epi8(c))
#define LESS_avx512(x, c) _mm512_sub_epi8(x, _mm512_set1_epi8(c))
#define OR_avx512(a, b) ((a) | (b))
#define BITS_avx512(s) (s)

#define WITHIN(isa, x, low, width) UP_TO_##isa(LESS_##isa(x, low), width)
/* ",", ";", ":", "!", """, "?", ")" */
#define MARKS(isa, x)                                                         \
    OR_##isa(OR_##isa(OR_##isa(EQUAL_##isa(x, ','), WITHIN(isa, x, ':', 1)),  \
                      OR_##isa(WITHIN(isa, x, '!', 1), EQUAL_##isa(x, ')'))), \
             EQUAL_##isa(x, '?'))
#define SPACES(isa, x) \
    OR_##isa(EQUAL_##isa(x, ' '), OR_##isa(WITHIN(isa, x, '\t', 4), WITHIN(isa, x, 0x1C, 3)))

#define CLASSIFY(isa, attributes)                                                         \
    attributes INLINE struct masks classify_##isa(const char *p)                          \
    {                                                                                     \
        struct masks m = {0};                                                             \
        uint64_t small = 0, marks = 0;                                                    \
        for (unsigned i = 0; i < WINDOW; i += sizeof(vec_##isa)) {                        \
            vec_##isa x = LOAD_##isa(p + i);                                              \
            m.letters |= (uint64_t)BITS_##isa(WITHIN(isa, SMALL_##isa(x), 'a', 25)) << i; \
            small |= (uint64_t)BITS_##isa(WITHIN(isa, x, 'a', 25)) << i;                  \
            m.digits |= (uint64_t)BITS_##isa(WITHIN(isa, x, '0', 9)) << i;                \
            m.dots |= (uint64_t)BITS_##isa(EQUAL_##isa(x, '.')) << i;                     \
            marks |= (uint64_t)BITS_##isa(MARKS(isa, x)) << i;                            \
            m.spaces |= (uint64_t)BITS_##isa(SPACES(isa, x)) << i;                        \
        }                                                                                 \
        m.suffix = (marks | (m.dots & (small | m.digits) << 1)) & m.spaces >> 1;          \
        m.ends = m.spaces | m.suffix;                                                     \
        return m;                                                                         \
    }
CLASSIFY(sse2, )
CLASSIFY(avx2, AVX2)
CLASSIFY(avx512, AVX512)

/* ---- words */

/* Cuts the chunks that are letters and a mark or none, of those that begin at `starts`, up to the first that is not, or
 * may be an exception; returns the starts that are left. */
INLINE uint64_t cut_letters(struct spacy *s, const struct masks *m, const char *window, uint64_t base,
                            uint64_t starts)
{
    const struct spacy_rules *rules = s->rules;
    uint64_t others = starts & ~m->letters, here = starts & ((others & -others) - 1);
    uint64_t stops = (m->letters + here) & ~m->letters; /* one for each start, but a last one that goes on */
    struct word *out = s->w->at + s->w->n;
    for (; stops; stops &= stops - 1, starts &= starts - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts), to = (unsigned)__builtin_ctzll(stops),
                 n = to - from;
        if (!(m->ends >> to & 1) || !spacy_unexceptional(rules, window + from, n, m->dots >> to & 1)) break;
        out[0] = (struct word){base + from, n, n, WORD_LETTER};
        out[1] = (struct word){base + to, 1, 1, WORD_SYMBOL};
        out += 1 + (m->suffix >> to & 1);
    }
    s->w->n = (size_t)(out - s->w->at);
    return starts;
}

/* Of one window; see spacy_simple. */
INLINE unsigned cut_window(struct spacy *s, const char *window, uint64_t base, struct masks m, bool *other)
{
    uint64_t starts = ~m.spaces & (m.spaces << 1 | 1);
    *other = false;
    while ((starts = cut_letters(s, &m, window, base, starts)) != 0) {
        unsigned from = (unsigned)__builtin_ctzll(starts);
        uint64_t spaces = m.spaces >> from; /* none: too near the end to tell */
        if (!spaces || !spacy_usual(s, window + from, (unsigned)__builtin_ctzll(spaces), base + from)) {
            *other = from == 0 || spaces;
            return from;
        }
        starts &= starts - 1;
    }
    return WINDOW;
}

#define SIMPLE(isa, attributes)                                                                    \
    attributes static size_t simple_##isa(struct spacy *s, const char *p, size_t n, uint64_t base, \
                                          bool *other)                                             \
    {                                                                                              \
        size_t i = 0;                                                                              \
        *other = false;                                                                            \
        while (!*other && n - i >= WINDOW + SPACY_AHEAD && s->w->cap - s->w->n > WINDOW)           \
            i += cut_window(s, p + i, base + i, classify_##isa(p + i), other);                     \
        return i;                                                                                  \
    }
SIMPLE(sse2, )
SIMPLE(avx2, AVX2)
SIMPLE(avx512, AVX512)

spacy_simple *spacy_simple_chosen(void)
{
    static spacy_simple *const of[] = {
        [SIMD_PLAIN] = simple_sse2, [SIMD_AVX2] = simple_avx2, [SIMD_AVX512] = simple_avx512};
    return of[simd_widest()];
}
#else
spacy_simple *spacy_simple_chosen(void)
{
    return NULL;
}
#endif
