/* spacy.c: finds the chunks between white space; cuts the simple ones itself, leaves the others to spacy_chunk.c.
 *
 * Most chunks of English are letters, or letters and one mark that comes off, or some such. Those are cut from 64 bytes' bit masks,
 * one bit a byte; all that is left to do for a word is to ask whether it may be an exception, for which its first 8 bytes
 * are hashed to a bit. Everything else takes spacy_chunk's way, which cuts simple chunks to the
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
#define AHEAD 8 /* bytes that hashing a word reads from its start */

/* One bit a byte, the first byte's lowest. */
struct masks {
    uint64_t letters, digits, dots, spaces;
    uint64_t
        ends; /* white space, or one character that comes off what stands before it, and then white space */
    uint64_t suffix; /* of these, the latter */
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

/* ",", ";", ":", "!", """, "?", ")" */
static inline __m128i marks_of(__m128i x)
{
    __m128i a = _mm_or_si128(equal(x, ','), within(x, ':', 1)),
            b = _mm_or_si128(within(x, '!', 1), equal(x, ')'));
    return _mm_or_si128(_mm_or_si128(a, b), equal(x, '?'));
}

static inline __m128i spaces_of(__m128i x)
{
    return _mm_or_si128(equal(x, ' '), _mm_or_si128(within(x, '\t', 4), within(x, 0x1C, 3)));
}

static inline struct masks classify(const char *p)
{
    struct masks m = {0};
    uint64_t small = 0, marks = 0;
    for (unsigned i = 0; i < WINDOW; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
        m.letters |= bits(within(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25)) << i;
        small |= bits(within(x, 'a', 25)) << i;
        m.digits |= bits(within(x, '0', 9)) << i;
        marks |= bits(marks_of(x)) << i;
        m.dots |= bits(equal(x, '.')) << i;
        m.spaces |= bits(spaces_of(x)) << i;
    }
    m.suffix = (marks | (m.dots & (small | m.digits) << 1)) & m.spaces >> 1;
    m.ends = m.spaces | m.suffix;
    return m;
}

/* The number of ones from bit `from` on. */
static inline unsigned run(uint64_t mask, unsigned from)
{
    return (unsigned)__builtin_ctzll(~(mask >> from) | 1ULL << 63);
}

/* Whether the letters at p, or with the dot behind them, are an exception. */
static bool is_exception(const struct spacy_rules *r, const char *p, unsigned n, unsigned dot)
{
    return spacy_exception(r, p, n) || (dot && spacy_exception(r, p, n + 1));
}

/* Appends a word of `n` bytes at `at`, and if there is a suffix, 0 or 1, the character behind it. */
static inline void put(struct words *w, uint64_t at, unsigned n, unsigned suffix, uint32_t flags)
{
    struct word *out = w->at + w->n;
    out[0] = (struct word){at, n, n, flags};
    out[1] = (struct word){at + n, 1, 1, WORD_SYMBOL};
    w->n += 1 + suffix;
}

/* Cuts the chunk at `from` of the window if it is digits, or these and a mark other than ")" (units of measure do not
 * end in one, but "8)" is an exception). */
static bool cut_digits(struct spacy *s, const struct masks *m, const char *window, unsigned from)
{
    unsigned n = run(m->digits, from), to = from + n;
    if (n == 0 || to >= WINDOW || !(m->ends >> to & 1) || window[to] == ')') return false;
    put(s->w, (uint64_t)(window + from - s->text), n, m->suffix >> to & 1, WORD_NUMBER);
    return true;
}

/* Whether the `n` letters at p, behind which stands a dot or not, may be cut as if there were no exceptions. */
static inline bool no_exception(const struct spacy_rules *r, const char *p, unsigned n, unsigned dot)
{
    static const uint64_t first[9] = {0,           0xFF,       0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF,
                                      ~0ULL >> 16, ~0ULL >> 8, ~0ULL};
    uint64_t low;
    memcpy(&low, p, 8);
    return !spacy_letters_maybe(r, low & first[n < 8 ? n : 8], dot) || !is_exception(r, p, n, dot);
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
    put(s->w, at, 1, 0, WORD_SYMBOL);
    put(s->w, at + 1, n, m->suffix >> to & 1, WORD_LETTER);
    return true;
}

/* Cuts the chunk at `from` if it is letters joined by hyphens, of which the first ends before `to`, and a mark or none. No
 * part of it is looked for among exceptions, and the second pass finds none unless a dot is the mark. */
static bool cut_hyphens(struct spacy *s, const struct masks *m, const char *window, unsigned from,
                        unsigned to)
{
    size_t n = s->w->n;
    while (to < WINDOW && window[to] == '-') {
        put(s->w, (uint64_t)(window + from - s->text), to - from, 1, WORD_LETTER);
        from = to + 1;
        to = from < WINDOW ? from + run(m->letters, from) : from;
        if (to == from) break;
    }
    if (from < to && to < WINDOW && (m->ends & ~m->dots) >> to & 1) {
        put(s->w, (uint64_t)(window + from - s->text), to - from, m->suffix >> to & 1, WORD_LETTER);
        return true;
    }
    s->w->n = n;
    return false;
}

/* Cuts the chunk at `from` of the window if it is of a kind that is cut here. */
static inline bool cut_simple(struct spacy *s, const struct masks *m, const char *window, unsigned from)
{
    const char *p = window + from;
    unsigned n = run(m->letters, from), to = from + n;
    if (n == 0) return cut_digits(s, m, window, from) || cut_quoted(s, m, window, from);
    if (to >= WINDOW) return false;
    if (!(m->ends >> to & 1)) return window[to] == '-' && cut_hyphens(s, m, window, from, to);
    if (!no_exception(s->rules, p, n, m->dots >> to & 1)) return false;
    put(s->w, (uint64_t)(p - s->text), n, m->suffix >> to & 1, WORD_LETTER);
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
        if (cut_simple(s, &m, p, from)) continue;
        *other = from == 0 || m.spaces >> from != 0; /* or too near the end to tell */
        return p + from;
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
    return rc == 0 && s->torn_n ? spacy_mend(s) : rc;
}

static int split(struct words *w, const struct spacy_rules *rules, struct slice text, bool windows,
                 struct err *e)
{
    struct spacy s;
    s.w = w;
    s.rules = rules;
    s.text = text.p ? text.p : "";
    s.end = s.text + text.n;
    s.e = e;
    s.torn_n = 0;
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
