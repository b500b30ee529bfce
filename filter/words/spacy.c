/* spacy.c: finds the chunks between white space; cuts the simple ones itself, leaves the others to spacy_chunk.c.
 *
 * Most chunks of English are letters, or letters and one mark that comes off. Those are cut from 64 bytes' bit masks,
 * one bit a byte; all that is left to do for a word is to ask whether it is an exception, for which its first 8 bytes
 * (16, if it is longer) are hashed to a bit. Everything else takes spacy_chunk's way, which cuts simple chunks to the
 * same words. State: the list. Memory: 24 bytes a word. Time: linear. */
#include "filter/words/spacy.h"
#include "filter/words/spacy_internal.h"

int spacy_grow(struct words *w, size_t extra, struct err *e)
{
    size_t cap = w->cap ? w->cap * 2 : 1024;
    if (cap - w->n < extra) cap = w->n + extra;
    struct word *at = cap <= SIZE_MAX / sizeof *at ? realloc(w->at, cap * sizeof *at) : NULL;
    if (!at) return err_nomem(e, "cutting words");
    w->at = at;
    w->cap = cap;
    return 0;
}

/* ---- simple chunks, 64 bytes at a time */

#ifdef __SSE2__
#include <emmintrin.h>

#define WINDOW 64
#define AHEAD 16 /* bytes that hashing a word reads from its start */

/* One bit a byte, the first byte's lowest. */
struct masks {
    uint64_t letters, small, digits, marks, dots, spaces;
};

static inline __m128i within(__m128i x, char low, char width)
{
    x = _mm_sub_epi8(x, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(width)), x);
}

static inline __m128i equal(__m128i x, char c)
{
    return _mm_cmpeq_epi8(x, _mm_set1_epi8(c));
}

static inline uint64_t bits(__m128i x)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(x);
}

static inline struct masks classify(const char *p)
{
    struct masks m = {0};
    for (unsigned i = 0; i < WINDOW; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
        __m128i marks = _mm_or_si128(_mm_or_si128(equal(x, ','), within(x, ':', 1)),
                                     _mm_or_si128(_mm_or_si128(within(x, '!', 1), equal(x, ')')), equal(x, '?')));
        __m128i spaces = _mm_or_si128(equal(x, ' '), _mm_or_si128(within(x, '\t', 4), within(x, 0x1C, 3)));
        m.letters |= bits(within(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25)) << i;
        m.small |= bits(within(x, 'a', 25)) << i;
        m.digits |= bits(within(x, '0', 9)) << i;
        m.marks |= bits(marks) << i;
        m.dots |= bits(equal(x, '.')) << i;
        m.spaces |= bits(spaces) << i;
    }
    return m;
}

/* Whether the `n` bytes at p, of which AHEAD may be read, are an exception; letters are, and letters and a dot. */
static inline bool is_exception(const struct spacy_rules *r, const char *p, unsigned n)
{
    uint64_t low, high = 0;
    if (n > SPACY_LETTERS_MAX + 1) return false;
    memcpy(&low, p, 8);
    if (n <= 8) {
        low &= ~0ULL >> (64 - 8 * n);
    } else {
        memcpy(&high, p + 8, 8);
        high &= ~0ULL >> (128 - 8 * n);
    }
    uint64_t h = spacy_hash(low, high, n);
    return spacy_maybe(r, h) && spacy_slot(r, h, p, n) != NULL;
}

/* Cuts the chunk of `n` bytes at `from` of the window if it is simple. */
static inline bool cut_simple(struct spacy *s, const struct masks *m, const char *window, unsigned from, unsigned n)
{
    const char *p = window + from;
    uint64_t at = (uint64_t)(p - s->text);
    unsigned body = (unsigned)__builtin_ctzll(~(m->letters >> from) | 1ULL << 63), flags = WORD_LETTER;
    if (body == 0) {
        body = (unsigned)__builtin_ctzll(~(m->digits >> from) | 1ULL << 63);
        flags = WORD_NUMBER;
    }
    if (body == 0 || body + 1 < n) return false;
    if (body < n) {
        unsigned last = from + body;
        bool dot = m->dots >> last & 1;
        if (!dot && !(m->marks >> last & 1)) return false;
        if (flags == WORD_NUMBER && *(p + body) == ')') return false;
        if (dot && flags == WORD_LETTER && (!(m->small >> (last - 1) & 1) || is_exception(s->rules, p, n))) return false;
    }
    if (flags == WORD_LETTER && is_exception(s->rules, p, body)) return false;
    struct word *out = s->w->at + s->w->n;
    out[0] = (struct word){at, body, body, flags};
    out[1] = (struct word){at + body, 1, 1, WORD_SYMBOL};
    s->w->n += body < n ? 2 : 1;
    return true;
}

/* Cuts simple chunks that end in the window at p; returns where the first that it leaves begins, or the window's end.
 * *other: that one is not simple, or longer than a window. */
static const char *simple_chunks(struct spacy *s, const char *p, bool *other)
{
    struct masks m = classify(p);
    uint64_t starts = ~m.spaces & (m.spaces << 1 | 1);
    *other = false;
    for (; starts; starts &= starts - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts);
        uint64_t spaces = m.spaces >> from;
        *other = spaces ? !cut_simple(s, &m, p, from, (unsigned)__builtin_ctzll(spaces)) : from == 0;
        if (*other || !spaces) return p + from;
    }
    return p + WINDOW;
}
#else
#define WINDOW 0
#define AHEAD 0
static const char *simple_chunks(struct spacy *s, const char *p, bool *other)
{
    *other = true;
    return p;
}
#endif

/* ---- */

static inline bool ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

/* Cuts what stands between p and the next ASCII white space, or the end; returns that. */
static const char *other_chunks(struct spacy *s, const char *p, int *rc)
{
    const char *limit = p;
    unsigned bytes;
    while (limit < s->end && !ascii_space(*limit)) limit++;
    while (*rc == 0 && p < limit) {
        if (spacy_at(p, limit, &bytes) & SP_SPACE)
            p += bytes;
        else
            *rc = spacy_chunk(s, p, limit, &p);
    }
    return limit;
}

static int cut_text(struct spacy *s, bool windows)
{
    int rc = 0;
    for (const char *p = s->text; rc == 0 && p < s->end;) {
        bool other = true;
        if (windows && s->end - p >= WINDOW + AHEAD) {
            if (spacy_reserve(s->w, WINDOW + 1, s->e) < 0) return -ERR_IO;
            p = simple_chunks(s, p, &other);
        }
        if (!other) continue;
        if (ascii_space(*p))
            p++;
        else
            p = other_chunks(s, p, &rc);
    }
    return rc == 0 && s->mend ? spacy_mend(s) : rc;
}

static int split(struct words *w, const struct spacy_rules *rules, struct slice text, bool windows, struct err *e)
{
    struct spacy s = {w, rules, text.p, text.p + text.n, false, e};
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    return cut_text(&s, windows);
}

int spacy_words(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e)
{
    return split(w, rules, text, true, e);
}

int spacy_words_plain(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e)
{
    return split(w, rules, text, false, e);
}
