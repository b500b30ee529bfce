/* spacy_simple.c: cuts chunks that are letters, and a mark that comes off or none, from 64 bytes' bit masks.
 *
 * Most chunks of English are. Their ends are found for a whole window by one addition, whose carry runs through each
 * chunk's letters. All that is left to do for a word is to ask whether it may be an exception, for which its first 8 bytes
 * are hashed to a bit. Chunks between them that are not so simple go to spacy_usual. State: the list. Time: linear. */
#include "filter/words/spacy_internal.h"

#ifdef __SSE2__
#include "common/simd.h"
#include "common/simd_bytes.h"

#define WINDOW SPACY_WINDOW
#define INLINE SIMD_INLINE

/* One bit a byte, the first byte's lowest. */
struct masks {
    uint64_t letters, digits, dots, spaces;
    uint64_t
        ends; /* white space, or one character that comes off what stands before it, and then white space */
    uint64_t suffix; /* of these, the latter */
};

/* ---- masks */

/* ",", ";", ":", "!", """, "?", ")" */
#define MARKS(isa, x)                                                         \
    OR_##isa(OR_##isa(OR_##isa(EQUAL_##isa(x, ','), WITHIN(isa, x, ':', 1)),  \
                      OR_##isa(WITHIN(isa, x, '!', 1), EQUAL_##isa(x, ')'))), \
             EQUAL_##isa(x, '?'))
#define SPACES(isa, x) \
    OR_##isa(EQUAL_##isa(x, ' '), OR_##isa(WITHIN(isa, x, '\t', 4), WITHIN(isa, x, 0x1C, 3)))

#define CLASSIFY(isa)                                                            \
    SIMD_TARGET(isa) INLINE struct masks classify_##isa(const char *p)           \
    {                                                                            \
        struct masks m = {0};                                                    \
        uint64_t small = 0, marks = 0;                                           \
        for (unsigned i = 0; i < WINDOW; i += sizeof(vec_##isa)) {               \
            vec_##isa x = LOAD_##isa(p + i);                                     \
            m.letters |= BITS_AT(isa, WITHIN(isa, SMALL_##isa(x), 'a', 25), i);  \
            small |= BITS_AT(isa, WITHIN(isa, x, 'a', 25), i);                   \
            m.digits |= BITS_AT(isa, WITHIN(isa, x, '0', 9), i);                 \
            m.dots |= BITS_AT(isa, EQUAL_##isa(x, '.'), i);                      \
            marks |= BITS_AT(isa, MARKS(isa, x), i);                             \
            m.spaces |= BITS_AT(isa, SPACES(isa, x), i);                         \
        }                                                                        \
        m.suffix = (marks | (m.dots & (small | m.digits) << 1)) & m.spaces >> 1; \
        m.ends = m.spaces | m.suffix;                                            \
        return m;                                                                \
    }
CLASSIFY(sse2)
CLASSIFY(avx2)

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
        out[0] = (struct word){(uint32_t)base + from, n, n, WORD_LETTER};
        out[1] = (struct word){(uint32_t)base + to, 1, 1, WORD_SYMBOL};
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

#define SIMPLE(isa)                                                                                  \
    SIMD_TARGET(isa)                                                                                 \
    static size_t simple_##isa(struct spacy *s, const char *p, size_t n, uint64_t base, bool *other) \
    {                                                                                                \
        size_t i = 0;                                                                                \
        *other = false;                                                                              \
        while (!*other && n - i >= WINDOW + SPACY_AHEAD && s->w->cap - s->w->n > WINDOW)             \
            i += cut_window(s, p + i, base + i, classify_##isa(p + i), other);                       \
        return i;                                                                                    \
    }
SIMPLE(sse2)
SIMPLE(avx2)

spacy_simple *spacy_simple_chosen(void)
{
    return simd_widest() >= SIMD_AVX2 ? simple_avx2 : simple_sse2;
}
#endif
