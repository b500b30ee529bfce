/* spacy_simple.c: cuts simple chunks, from 64 bytes' bit masks, one bit a byte.
 *
 * Most chunks of English are letters, or letters and one mark that comes off, or some such. Of those that are letters the
 * ends are found for a whole window by one addition, whose carry runs through each chunk's letters. All that is left to
 * do for a word is to ask whether it may be an exception, for which its first 8 bytes are hashed to a bit.
 * State: the list. Time: linear. */
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

/* The number of ones from bit `from` on. */
INLINE unsigned run(uint64_t mask, unsigned from)
{
    return (unsigned)__builtin_ctzll(~(mask >> from) | 1ULL << 63);
}

/* Writes a word of `n` bytes at `at`, and if there is a suffix, 0 or 1, the character behind it. */
INLINE struct word *put(struct word *out, uint64_t at, unsigned n, unsigned suffix, uint32_t flags)
{
    out[0] = (struct word){at, n, n, flags};
    out[1] = (struct word){at + n, 1, 1, WORD_SYMBOL};
    return out + 1 + suffix;
}

INLINE void append(struct spacy *s, uint64_t at, unsigned n, unsigned suffix, uint32_t flags)
{
    s->w->n = (size_t)(put(s->w->at + s->w->n, at, n, suffix, flags) - s->w->at);
}

/* Whether the letters at p, or with the dot behind them, are an exception. */
static __attribute__((noinline)) bool is_exception(const struct spacy_rules *r, const char *p, unsigned n,
                                                   unsigned dot)
{
    return spacy_exception(r, p, n) || (dot && spacy_exception(r, p, n + 1));
}

/* Whether the `n` letters at p, behind which stands a dot or not, may be cut as if there were no exceptions. */
INLINE bool no_exception(const struct spacy_rules *r, const char *p, unsigned n, unsigned dot)
{
    static const uint64_t first[9] = {0,           0xFF,       0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF,
                                      ~0ULL >> 16, ~0ULL >> 8, ~0ULL};
    uint64_t low;
    memcpy(&low, p, 8);
    return !spacy_letters_maybe(r, low & first[n < 8 ? n : 8], dot) || !is_exception(r, p, n, dot);
}

/* Cuts the chunks that are letters and a mark or none, of those that begin at `starts`, up to the first that is not, or
 * may be an exception; returns the starts that are left. */
INLINE uint64_t cut_letters(struct spacy *s, const struct masks *m, const char *window, uint64_t starts)
{
    const struct spacy_rules *rules = s->rules;
    uint64_t others = starts & ~m->letters, here = starts & ((others & -others) - 1);
    uint64_t ends = (m->letters + here) & ~m->letters & m->ends, base = (uint64_t)(window - s->text);
    uint64_t good = (m->letters + here) & ~m->letters; /* one for each start, but a last one that goes on */
    struct word *out = s->w->at + s->w->n;
    for (; good; good &= good - 1, starts &= starts - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts), to = (unsigned)__builtin_ctzll(good),
                 n = to - from;
        if (!(ends >> to & 1) || !no_exception(rules, window + from, n, m->dots >> to & 1)) break;
        out = put(out, base + from, n, m->suffix >> to & 1, WORD_LETTER);
    }
    s->w->n = (size_t)(out - s->w->at);
    return starts;
}

/* Cuts the chunk at `from` of the window if it is digits, or these and a mark other than ")" (units of measure do not
 * end in one, but "8)" is an exception). */
static bool cut_digits(struct spacy *s, const struct masks *m, const char *window, unsigned from)
{
    unsigned n = run(m->digits, from), to = from + n;
    if (n == 0 || to >= WINDOW || !(m->ends >> to & 1) || window[to] == ')') return false;
    append(s, (uint64_t)(window + from - s->text), n, m->suffix >> to & 1, WORD_NUMBER);
    return true;
}

/* Cuts the chunk at `from` if it is letters and a mark or none, behind a quote or parenthesis. "(o:" is an exception. */
static bool cut_quoted(struct spacy *s, const struct masks *m, const char *window, unsigned from)
{
    const char *p = window + from;
    unsigned n = from + 1 < WINDOW ? run(m->letters, from + 1) : 0, to = from + 1 + n;
    if ((*p != '"' && *p != '(') || n == 0 || to >= WINDOW || !(m->ends >> to & 1)) return false;
    if ((*p == '(' && window[to] == ':') || !no_exception(s->rules, p + 1, n, m->dots >> to & 1))
        return false;
    uint64_t at = (uint64_t)(p - s->text);
    append(s, at, 1, 0, WORD_SYMBOL);
    append(s, at + 1, n, m->suffix >> to & 1, WORD_LETTER);
    return true;
}

/* Cuts the chunk at `from` if it is letters joined by hyphens and a mark or none. No part of it is looked for among
 * exceptions, and the second pass finds none unless a dot is the mark. */
static bool cut_hyphens(struct spacy *s, const struct masks *m, const char *window, unsigned from)
{
    size_t n = s->w->n;
    unsigned to = from + run(m->letters, from);
    while (to < WINDOW && window[to] == '-') {
        append(s, (uint64_t)(window + from - s->text), to - from, 1, WORD_LETTER);
        from = to + 1;
        to = from < WINDOW ? from + run(m->letters, from) : from;
        if (to == from) break;
    }
    if (from < to && to < WINDOW && (m->ends & ~m->dots) >> to & 1) {
        append(s, (uint64_t)(window + from - s->text), to - from, m->suffix >> to & 1, WORD_LETTER);
        return true;
    }
    s->w->n = n;
    return false;
}

/* Cuts the chunk at `from`, which cut_letters left, if it is of another kind that is cut here. */
static __attribute__((noinline)) bool cut_other(struct spacy *s, const struct masks *m, const char *window,
                                                unsigned from)
{
    if (!(m->letters >> from & 1)) return cut_digits(s, m, window, from) || cut_quoted(s, m, window, from);
    unsigned to = from + run(m->letters, from);
    return to < WINDOW && window[to] == '-' && cut_hyphens(s, m, window, from);
}

INLINE const char *cut_window(struct spacy *s, const char *p, struct masks m, bool *other)
{
    uint64_t starts = ~m.spaces & (m.spaces << 1 | 1);
    *other = false;
    while ((starts = cut_letters(s, &m, p, starts)) != 0) {
        unsigned from = (unsigned)__builtin_ctzll(starts);
        bool whole = m.spaces >> from; /* else too near the end to tell */
        if (!whole || !cut_other(s, &m, p, from)) {
            *other = from == 0 || whole;
            return p + from;
        }
        starts &= starts - 1;
    }
    return p + WINDOW;
}

static const char *simple_sse2(struct spacy *s, const char *p, bool *other)
{
    return cut_window(s, p, classify_sse2(p), other);
}

AVX2 static const char *simple_avx2(struct spacy *s, const char *p, bool *other)
{
    return cut_window(s, p, classify_avx2(p), other);
}

AVX512 static const char *simple_avx512(struct spacy *s, const char *p, bool *other)
{
    return cut_window(s, p, classify_avx512(p), other);
}

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
