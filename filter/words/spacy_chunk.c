/* spacy_chunk.c: cuts one chunk, what stands between white space, by spaCy's rules.
 *
 * In: valid UTF-8 (an invalid byte counts as U+FFFD). Out: words, appended in order. The order of the rules is that of
 * the documentation (spacy.io/usage/linguistic-features#how-tokenizer-works) and of release 3.8: in turns, while
 * something comes off, an exception ends it, a prefix and a suffix come off; the rest is an exception, a URL, or is cut
 * at infixes. The expressions are alternatives of fixed strings and one character with its neighbours, so no expression
 * is run: a character's class says what begins or ends there. A suffix is searched from the left, so the longest wins; a
 * prefix is the first alternative, and no two of several characters begin alike.
 *
 * State: the lengths of the suffixes taken off, in the list's scratch. Memory: 4 bytes a suffix. Time: linear: what an
 * expression reads, other than a fixed number of characters, comes off. */
#include "filter/words/spacy_internal.h"

/* What a chunk without any of these has is no affix and no infix. */
#define TRIGGERS (SP_PREFIX | SP_SUFFIX | SP_INFIX | SP_MONEY)
#define UNIT_BYTES_MAX 15

static int push(struct spacy *s, const char *p, const char *end)
{
    uint32_t any = 0, all = ~0U, chars = 0;
    unsigned bytes;
    if (spacy_reserve(s->w, 1, s->e) < 0) return -ERR_IO;
    for (const char *q = p; q < end; q += bytes, chars++) {
        uint32_t class = spacy_at(q, end, &bytes);
        any |= class;
        all &= class;
    }
    s->w->at[s->w->n++] =
        (struct word){(uint32_t)(p - s->text), (uint32_t)(end - p), chars, spacy_flags(any, all)};
    return 0;
}

int spacy_cuts(struct spacy *s, const struct spacy_exception *x, const char *p)
{
    for (int i = 0; i < 3 && x->cuts[i]; p += x->cuts[i++])
        if (push(s, p, p + x->cuts[i]) < 0) return -ERR_IO;
    return 0;
}

static inline const struct spacy_exception *exception(const struct spacy *s, const char *p, const char *end)
{
    return spacy_exception(s->rules, p, (size_t)(end - p));
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- prefixes and suffixes: bytes, 0: none */

static size_t prefix_of(const char *p, const char *end)
{
    unsigned bytes;
    uint32_t class = spacy_at(p, end, &bytes);
    if (class & SP_PREFIX) return bytes;
    switch (*p) {
    case '+': return end - p < 2 || !is_digit(p[1]);
    case '.': {
        size_t n = 1;
        while (p + n < end && p[n] == '.') n++;
        return n > 1 ? n : 0;
    }
    case 'U': return end - p > 2 && p[1] == 'S' && p[2] == '$' ? 3 : 0;
    case 'A':
    case 'C': return end - p > 1 && p[1] == '$' ? 2 : 0;
    default: return 0;
    }
}

/* Dots at the end: two or more come off together, one after certain characters. */
static size_t dot_suffix(const char *p, const char *end)
{
    const char *q = end - 1;
    unsigned one, two;
    while (q > p && q[-1] == '.') q--;
    if (end - q > 1) return (size_t)(end - q);
    if (q == p) return 0;
    uint32_t last = spacy_before(q, p, &one);
    if (last & SP_STOPS) return 1;
    if (q - one == p) return 0;
    uint32_t before = spacy_before(q - one, p, &two);
    if (last & before & SP_UPPER) return 1;
    bool degree = two == 2 && memcmp(q - one - 2, "°", 2) == 0;
    char unit = (char)(q[-1] | 0x20);
    return degree && (unit == 'f' || unit == 'c' || unit == 'k');
}

/* A unit of measure after a digit. */
static size_t unit_suffix(const char *p, const char *end)
{
    const char *q = end;
    while (q > p && end - q <= UNIT_BYTES_MAX && !is_digit(q[-1])) q--;
    if (q == p || q == end || !is_digit(q[-1])) return 0;
    size_t n = (size_t)(end - q);
    for (const struct spacy_piece *u = spacy_units; u->bytes && u->bytes <= n; u++)
        if (u->bytes == n && memcmp(u->text, q, n) == 0) return n;
    return 0;
}

/* A currency after a digit; the character `bytes` before `end` is one. */
static size_t money_suffix(const char *p, const char *end, unsigned bytes)
{
    const char *q = end - bytes;
    if (*q == '$' && q - p > 2 && q[-1] == 'S' && q[-2] == 'U' && is_digit(q[-3])) return 3;
    if (*q == '$' && q - p > 1 && (q[-1] == 'A' || q[-1] == 'C') && is_digit(q[-2])) return 2;
    return q > p && is_digit(q[-1]) ? bytes : 0;
}

/* "'s", "’s" and in capitals. */
static size_t possessive(const char *p, const char *end)
{
    if (end - p >= 2 && end[-2] == '\'') return 2;
    return end - p >= 4 && memcmp(end - 4, "’", 3) == 0 ? 4 : 0;
}

static size_t suffix_of(const char *p, const char *end)
{
    unsigned bytes;
    size_t n = 0, other;
    if (p == end) return 0;
    uint32_t class = spacy_before(end, p, &bytes);
    if (end[-1] == '.') return dot_suffix(p, end);
    if (end[-1] == '+') return end - p > 1 && is_digit(end[-2]);
    if (class & SP_SUFFIX) n = bytes;
    if (n == 3 && end - p >= 6 && memcmp(end - 6, "……", 6) == 0) n = 6;
    if ((end[-1] | 0x20) == 's' && (other = possessive(p, end)) > n) n = other;
    if (class & SP_MONEY && (other = money_suffix(p, end, bytes)) > n) n = other;
    if (class & SP_UNIT && (other = unit_suffix(p, end)) > n) n = other;
    return n;
}

/* ---- infixes */

struct infix {
    const char *start, *p, *end;
    uint32_t last; /* class of the character before p; 0 at the start */
};

static inline uint32_t class_here(const char *p, const char *end)
{
    unsigned bytes;
    return p < end ? spacy_at(p, end, &bytes) : 0;
}

/* The length of the hyphens at p that stand before a letter: one character, "--", "---" or "——". */
static size_t hyphens_at(const char *p, const char *end, unsigned bytes)
{
    size_t n = bytes;
    for (int i = 0; i < 3; i++, n += bytes) {
        if (class_here(p + n, end) & SP_ALPHA) return n;
        bool more = *p == '-'
                        ? i < 2 && p + n < end && p[n] == '-'
                        : i < 1 && memcmp(p, "—", bytes) == 0 && end - p >= 6 && memcmp(p + 3, "—", 3) == 0;
        if (!more) return 0;
    }
    return 0;
}

/* The length of the infix at p, a character of class `class` and `bytes`; 0: none. */
static size_t infix_at(const struct infix *in, const struct spacy_rules *rules, uint32_t class,
                       unsigned bytes)
{
    const char *p = in->p, *next = p + bytes;
    if (class & SP_ICON) return bytes;
    uint32_t last = in->last, after = class_here(next, in->end);
    switch (*p) {
    case '.':
        if (next < in->end && *next == '.') {
            while (next < in->end && *next == '.') next++;
            return (size_t)(next - p);
        }
        return last & (SP_LOWER | SP_QUOTE) && after & (SP_UPPER | SP_QUOTE);
    case ',': return last & after & SP_ALPHA ? 1 : 0;
    case '+':
    case '*':
    case '^': return last & SP_DIGIT && next < in->end && (after & SP_DIGIT || *next == '-');
    case ':':
    case '<':
    case '>':
    case '=':
    case '/': return last & (SP_ALPHA | SP_DIGIT) && after & SP_ALPHA;
    default: break;
    }
    if (bytes == 3 && memcmp(p, "…", 3) == 0) return 3;
    if (*p == '-' && last & SP_DIGIT && next < in->end && (after & SP_DIGIT || *next == '-')) return 1;
    uint32_t before = SP_ALPHA | (rules->hyphen_after_digit ? SP_DIGIT : 0);
    return class & SP_HYPHEN && last & before ? hyphens_at(p, in->end, bytes) : 0;
}

/* Appends the words between infixes and the infixes. An infix at the very start is none. */
static int cut_infixes(struct spacy *s, const char *p, const char *end)
{
    struct infix in = {p, p, end, 0};
    unsigned bytes;
    while (in.p < end) {
        uint32_t class = spacy_at(in.p, end, &bytes);
        size_t n = class & SP_INFIX ? infix_at(&in, s->rules, class, bytes) : 0;
        if (n && in.p > in.start) {
            if (in.p > p && push(s, p, in.p) < 0) return -ERR_IO;
            if (push(s, in.p, in.p + n) < 0) return -ERR_IO;
            p = in.p + n;
        }
        if (n > bytes) class = spacy_before(in.p + n, in.p, &bytes);
        in.p += n ? n : bytes;
        in.last = class;
    }
    return p < end ? push(s, p, end) : 0;
}

/* ---- */

static int stack(struct words *w, size_t bytes, struct err *e)
{
    uint32_t n = (uint32_t)bytes;
    return buf_put(&w->scratch, &n, sizeof n) < 0 ? err_nomem(e, "cutting words") : 0;
}

/* Takes affixes off *p..*end: prefixes become words, suffixes' lengths go to the scratch. Returns the exception that the
 * rest is; *failed: out of memory. */
static const struct spacy_exception *take_affixes(struct spacy *s, const char **p, const char **end,
                                                  bool *failed)
{
    const struct spacy_exception *x = NULL;
    bool asked = false; /* whether the string is an exception */
    while (*p < *end && (asked || !(x = exception(s, *p, *end)))) {
        size_t pre = prefix_of(*p, *end), suf;
        const char *q = *p + pre;
        if (pre && (x = exception(s, q, *end))) {
            *failed = push(s, *p, q) < 0;
            *p = q;
            break;
        }
        suf = suffix_of(q, *end);
        x = suf ? exception(s, *p, *end - suf) : NULL;
        if (!pre && !suf) break;
        if (!x && pre && push(s, *p, q) < 0) *failed = true;
        if (suf && stack(s->w, suf, s->e) < 0) *failed = true;
        if (!x) *p = q;
        *end -= suf;
        if (x || *failed) break;
        asked = !pre || !suf;
    }
    return x;
}

/* Appends the suffixes, of which the last taken stands at p. */
static int push_suffixes(struct spacy *s, const char *p)
{
    struct buf *b = &s->w->scratch;
    uint32_t n;
    for (; b->n >= sizeof n; p += n) {
        b->n -= sizeof n;
        memcpy(&n, b->p + b->n, sizeof n);
        if (push(s, p, p + n) < 0) return -ERR_IO;
    }
    return 0;
}

/* Notes where, from word `first` on, words are together an exception that the second pass may put together. */
static void note_torn(struct spacy *s, size_t first)
{
    const struct word *at = s->w->at;
    for (size_t i = first; i + 1 < s->w->n; i++) {
        size_t bytes = at[i].bytes;
        if (spacy_alnum(s->text[at[i].offset]) && spacy_alnum(s->text[at[i + 1].offset])) continue;
        for (size_t k = i + 1; k < s->w->n && (bytes += at[k].bytes) <= SPACY_KEY_MAX; k++) {
            const struct spacy_exception *x = spacy_exception(s->rules, s->text + at[i].offset, bytes);
            if (!x || !x->mends) continue;
            if (s->torn_n < SPACY_TORN_MAX) s->torn[s->torn_n] = i;
            s->torn_n++;
            break;
        }
    }
}

static int cut(struct spacy *s, const char *p, const char *end)
{
    bool failed = false;
    size_t first = s->w->n;
    s->w->scratch.n = 0;
    const struct spacy_exception *x = take_affixes(s, &p, &end, &failed);
    if (failed) return -ERR_IO;
    if (x) {
        if (spacy_cuts(s, x, p) < 0) return -ERR_IO;
    } else if (p < end) {
        if ((spacy_is_url(p, end) ? push(s, p, end) : cut_infixes(s, p, end)) < 0) return -ERR_IO;
    }
    if (push_suffixes(s, end) < 0) return -ERR_IO;
    if (s->w->n - first > 2) note_torn(s, first); /* two are the whole chunk, which is no exception */
    return 0;
}

int spacy_chunk(struct spacy *s, const char *p, const char *limit, const char **stop)
{
    uint32_t any = 0, all = ~0U, class = 0, chars = 0;
    unsigned bytes;
    const char *q = p;
    for (; q < limit; q += bytes, chars++) {
        uint32_t here = spacy_at(q, limit, &bytes);
        if (here & SP_SPACE) break;
        class = here;
        any |= here;
        all &= class;
    }
    *stop = q;
    bool plain = !(any & TRIGGERS) && !(any & SP_DIGIT && class & SP_UNIT);
    if (!plain || exception(s, p, q)) return cut(s, p, q);
    if (spacy_reserve(s->w, 1, s->e) < 0) return -ERR_IO;
    s->w->at[s->w->n++] =
        (struct word){(uint32_t)(p - s->text), (uint32_t)(q - p), chars, spacy_flags(any, all)};
    return 0;
}
