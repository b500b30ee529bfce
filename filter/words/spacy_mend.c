/* spacy_mend.c: spaCy's second pass, which puts exceptions together that the affixes cut to pieces.
 *
 * After the cuts, spaCy looks for the tokens of every exception that its own affix rules would cut, wherever these
 * follow each other, a single space between them or none; white space tokens stand in their way. Of the matches
 * (Tokenizer._apply_special_cases, 3.8) the longest in tokens go first, the leftmost of equal ones; a match is taken
 * unless a longer one, taken or not, held its first or last token. A match with spaces in it is taken and changes
 * nothing. So only the surroundings of exceptions that were cut to pieces matter, which spacy_chunk notes, as far as
 * matches overlap; where it noted too many, all words are looked at.
 *
 * Memory: 4 bytes a word, in the list's scratch. Time: linear. */
#include "filter/words/spacy_internal.h"

struct mark {
    uint16_t lengths; /* bit k: a match of k words begins here */
    uint8_t seen;     /* part of a match that was looked at */
    uint8_t take;     /* words of the match taken that begins here; 0: none */
};

static inline bool follows(const struct spacy *s, size_t i)
{
    const struct word *a = &s->w->at[i - 1], *b = &s->w->at[i];
    return !spacy_gap(slice_of(s->text, (size_t)(s->end - s->text)), a->offset + a->bytes, b->offset);
}

static bool pattern_is(const struct spacy_exception *x, const struct word *at, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (x->pattern[k] != at[k].bytes) return false;
    return n == SPACY_PATTERN_MAX || x->pattern[n] == 0;
}

/* The exception whose pattern the `n` words from i are, all in `key`; NULL: none. */
static const struct spacy_exception *match(const struct spacy *s, size_t i, unsigned n, const char *key,
                                           size_t bytes)
{
    const struct spacy_exception *x = spacy_exception(s->rules, key, bytes);
    return x && x->pattern[0] && pattern_is(x, &s->w->at[i], n) ? x : NULL;
}

/* Lengths of the matches that begin at word i, as bits. */
static uint16_t matches_at(const struct spacy *s, size_t i)
{
    const struct word *at = s->w->at;
    char key[SPACY_KEY_MAX];
    size_t bytes = 0;
    uint16_t lengths = 0;
    if (i + 1 >= s->w->n || (spacy_alnum(s->text[at[i].offset]) && spacy_alnum(s->text[at[i + 1].offset])))
        return 0;
    for (unsigned n = 1; n <= SPACY_PATTERN_MAX && i + n <= s->w->n; n++) {
        const struct word *last = &at[i + n - 1];
        if (bytes + last->bytes > sizeof key || (n > 1 && !follows(s, i + n - 1))) break;
        memcpy(key + bytes, s->text + last->offset, last->bytes);
        bytes += last->bytes;
        if (n > 1 && match(s, i, n, key, bytes)) lengths |= (uint16_t)(1U << n);
    }
    return lengths;
}

static inline size_t longest(uint16_t lengths)
{
    return lengths ? 31 - (size_t)__builtin_clz(lengths) : 0;
}

/* Decides about the matches that begin in [i, end), of which none reaches over its ends. */
static void decide(struct mark *m, size_t i, size_t end)
{
    for (unsigned n = SPACY_PATTERN_MAX; n >= 2; n--)
        for (size_t k = i; k < end; k++) {
            if (!(m[k].lengths >> n & 1)) continue;
            if (!m[k].seen && !m[k + n - 1].seen) m[k].take = (uint8_t)n;
            for (unsigned j = 0; j < n; j++) m[k + j].seen = 1;
        }
}

/* Marks the matches taken among those that begin at word i or overlap these; none reaches over i. *taken gets how many
 * more. Returns the word behind the last. */
static size_t mark_from(const struct spacy *s, struct mark *m, size_t i, size_t *taken)
{
    size_t end = i + 1;
    for (size_t k = i; k < end; k++) {
        m[k].lengths = matches_at(s, k);
        size_t reach = k + longest(m[k].lengths);
        if (reach > end) end = reach;
    }
    if (end > i + 1) decide(m, i, end);
    for (size_t k = i; k < end; k++) *taken += m[k].take > 0;
    return end;
}

/* The first word of the matches that overlap those at word i, or each other. None begins before `floor`. */
static size_t overlap_begin(const struct spacy *s, size_t i, size_t floor)
{
    for (size_t k = i; k > floor && i - k < SPACY_PATTERN_MAX;) {
        k--;
        if (k + longest(matches_at(s, k)) > i) i = k;
    }
    return i;
}

/* Marks all matches taken that change something; returns how many are taken. */
static size_t mark_all(const struct spacy *s, struct mark *m)
{
    size_t taken = 0, end = 0;
    if (s->torn_n > SPACY_TORN_MAX) {
        while (end < s->w->n) end = mark_from(s, m, end, &taken);
        return taken;
    }
    for (size_t t = 0; t < s->torn_n; t++)
        if (s->torn[t] >= end) end = mark_from(s, m, overlap_begin(s, s->torn[t], end), &taken);
    return taken;
}

/* The exception whose words, with nothing between them, are the `n` from `at`; NULL: there is something between. */
static const struct spacy_exception *whole(const struct spacy *s, const struct word *at, unsigned n)
{
    size_t bytes = at[n - 1].offset + at[n - 1].bytes - at->offset, sum = 0;
    for (unsigned k = 0; k < n; k++) sum += at[k].bytes;
    return sum == bytes ? spacy_exception(s->rules, s->text + at->offset, bytes) : NULL;
}

/* Writes the list anew, from the first match on, from a copy of it that lies `taken` words further on: an exception may have one word more than
 * its pattern. */
static int rewrite(struct spacy *s, const struct mark *m, size_t n, size_t taken)
{
    struct words *w = s->w;
    size_t first = 0;
    while (!m[first].take) first++;
    memmove(w->at + first + taken, w->at + first, (n - first) * sizeof *w->at);
    w->n = first;
    for (size_t i = first; i < n;) {
        const struct word *at = w->at + taken + i;
        unsigned take = m[i].take;
        const struct spacy_exception *x = take ? whole(s, at, take) : NULL;
        if (x) {
            if (spacy_cuts(s, x, s->text + at->offset) < 0) return -ERR_IO;
        } else {
            take = 1;
            w->at[w->n++] = *at;
        }
        i += take;
    }
    return 0;
}

int spacy_mend(struct spacy *s)
{
    struct words *w = s->w;
    size_t n = w->n;
    buf_clear(&w->scratch);
    if (buf_reserve(&w->scratch, n * sizeof(struct mark)) < 0) return err_nomem(s->e, "cutting words");
    struct mark *m = (struct mark *)(void *)w->scratch.p;
    memset(m, 0, n * sizeof *m);
    size_t taken = mark_all(s, m);
    if (taken == 0) return 0;
    if (spacy_reserve(w, taken, s->e) < 0) return -ERR_IO;
    return rewrite(s, m, n, taken);
}
