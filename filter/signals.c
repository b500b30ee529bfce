/* signals.c: measures a document.
 *
 * Words are found once for all signals that need them; n-grams, lines and paragraphs are told apart by 64-bit hashes in
 * one open-addressing table that is emptied by raising a generation number, so no measure allocates once the table has
 * grown to the longest text. Two different n-grams of one document share a hash with a probability of about n^2/2^65.
 *
 * In: valid UTF-8. Out: numbers. State: per thread, reused. Memory: 24 bytes a word, 24 a table slot. */
#include "filter/signals.h"
#include "common/hash.h"
#include <stdlib.h>

struct seen_slot {
    uint64_t hash;
    uint32_t generation, count;
    uint64_t first; /* index of the first element with this hash */
};

struct seen {
    struct seen_slot *slot;
    size_t cap; /* a power of two */
    uint32_t generation;
};

struct signals {
    struct words words;
    uint64_t *word_hash;
    uint64_t *char_sum; /* char_sum[i]: characters of words before i */
    size_t cap_words;
    struct seen seen;
};

static const char *const names[SIG_COUNT] = {
    "words",      "mean_word_length", "hash_ratio",     "ellipsis_ratio", "letter_words",
    "stop_words", "bullet_lines",     "ellipsis_lines", "dup_paragraphs", "dup_paragraph_chars",
    "dup_lines",  "dup_line_chars",   "top_2gram",      "top_3gram",      "top_4gram",
    "dup_5grams", "dup_6grams",       "dup_7grams",     "dup_8grams",     "dup_9grams",
    "dup_10grams"};

const char *signal_name(enum signal s)
{
    return names[s];
}

/* ------------------------------------------------------------------ the table of what was seen */

/* Empties the table and makes room for n elements at a load of at most one half. */
static int seen_reset(struct seen *t, size_t n)
{
    size_t cap = 64;
    while (cap < 2 * n) cap *= 2;
    if (cap > t->cap) {
        free(t->slot);
        t->slot = calloc(cap, sizeof *t->slot);
        t->cap = t->slot ? cap : 0;
        t->generation = 0;
        if (!t->slot) return -1;
    }
    if (++t->generation == 0) {
        memset(t->slot, 0, t->cap * sizeof *t->slot);
        t->generation = 1;
    }
    return 0;
}

/* Counts one more of `hash`; the slot's count is 1 for the first. Only slots below the mask of this text's size are
 * used, so that a short text after a long one stays in the cache. */
static struct seen_slot *seen_add(struct seen *t, uint64_t hash, size_t mask, uint64_t index)
{
    size_t i = hash_mix64(hash) & mask;
    while (t->slot[i].generation == t->generation && t->slot[i].hash != hash) i = (i + 1) & mask;
    struct seen_slot *s = &t->slot[i];
    if (s->generation != t->generation) *s = (struct seen_slot){hash, t->generation, 0, index};
    s->count++;
    return s;
}

static size_t seen_mask(size_t n)
{
    size_t cap = 64;
    while (cap < 2 * n) cap *= 2;
    return cap - 1;
}

/* ------------------------------------------------------------------ words */

static uint64_t count_bytes(struct slice text, char c)
{
    uint64_t n = 0;
    for (const char *p = text.p, *end = text.p + text.n; (p = memchr(p, c, (size_t)(end - p))) != NULL; p++)
        n++;
    return n;
}

static uint64_t count_ellipses(struct slice text)
{
    uint64_t n = 0;
    const char *end = text.p + text.n;
    for (const char *p = text.p; (p = memchr(p, '.', (size_t)(end - p))) != NULL;) {
        bool dots = end - p >= 3 && p[1] == '.' && p[2] == '.';
        n += dots;
        p += dots ? 3 : 1;
    }
    for (const char *p = text.p; (p = memchr(p, '\xe2', (size_t)(end - p))) != NULL; p++)
        n += end - p >= 3 && p[1] == '\x80' && p[2] == '\xa6';
    return n;
}

static unsigned stop_word_bit(const char *p, uint32_t n)
{
    static const char *const stop[] = {"the", "be", "to", "of", "and", "that", "have", "with"};
    for (unsigned i = 0; i < 8; i++)
        if (strlen(stop[i]) == n && memcmp(stop[i], p, n) == 0) return 1u << i;
    return 0;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void measure_words(const struct signals *s, struct slice text, double *value)
{
    uint64_t plain = 0, plain_chars = 0, letters = 0;
    unsigned stops = 0;
    for (size_t i = 0; i < s->words.n; i++) {
        const struct word *w = &s->words.at[i];
        if (w->flags & WORD_SYMBOL) continue;
        plain++;
        plain_chars += w->chars;
        letters += (w->flags & WORD_LETTER) != 0;
        if (w->bytes >= 2 && w->bytes <= 4) stops |= stop_word_bit(text.p + w->offset, w->bytes);
    }
    double all = (double)s->words.n;
    value[SIG_WORDS] = (double)plain;
    value[SIG_MEAN_WORD_LENGTH] = ratio((double)plain_chars, (double)plain);
    value[SIG_LETTER_WORDS] = ratio((double)letters, all);
    value[SIG_STOP_WORDS] = __builtin_popcount(stops);
    value[SIG_HASH_RATIO] = ratio((double)count_bytes(text, '#'), all);
    value[SIG_ELLIPSIS_RATIO] = ratio((double)count_ellipses(text), all);
}

/* ------------------------------------------------------------------ lines and paragraphs */

static void measure_line_shapes(struct slice text, double *value)
{
    uint64_t lines = 0, bullets = 0, ellipses = 0;
    struct slice line;
    for (size_t at = 0; line_next(text, &at, &line);) {
        struct slice t = slice_trim(line);
        lines++;
        bullets += slice_has_prefix(t, "\xe2\x80\xa2") || slice_has_prefix(t, "-");
        ellipses += slice_has_suffix(t, "...") || slice_has_suffix(t, "\xe2\x80\xa6");
    }
    value[SIG_BULLET_LINES] = ratio((double)bullets, (double)lines);
    value[SIG_ELLIPSIS_LINES] = ratio((double)ellipses, (double)lines);
}

/* The next piece of text up to a run of at least min_newlines newlines, as Python's re.split("\n{k,}") gives it (also
 * empty pieces at the ends). */
static bool piece_next(struct slice text, size_t *at, unsigned min_newlines, struct slice *piece)
{
    if (*at > text.n) return false;
    size_t start = *at, i = start;
    while (i < text.n) {
        const char *nl = memchr(text.p + i, '\n', text.n - i);
        if (!nl) break;
        size_t from = (size_t)(nl - text.p), to = from;
        while (to < text.n && text.p[to] == '\n') to++;
        if (to - from >= min_newlines) {
            *piece = slice_of(text.p + start, from - start);
            *at = to;
            return true;
        }
        i = to;
    }
    *piece = slice_of(text.p + start, text.n - start);
    *at = text.n + 1;
    return true;
}

/* Share of pieces that stood before, and their characters over text_chars. */
static int measure_pieces(struct signals *s, struct slice text, unsigned min_newlines, double text_chars,
                          double *elements, double *chars)
{
    uint64_t n = 0, dups = 0, dup_chars = 0;
    struct slice piece;
    size_t room = (size_t)count_bytes(text, '\n') + 1, mask = seen_mask(room);
    if (seen_reset(&s->seen, room) < 0) return -1;
    for (size_t at = 0; piece_next(text, &at, min_newlines, &piece); n++) {
        if (seen_add(&s->seen, hash64(piece.p, piece.n), mask, n)->count == 1) continue;
        dups++;
        dup_chars += utf8_count(piece.p, piece.n);
    }
    *elements = ratio((double)dups, (double)n);
    *chars = ratio((double)dup_chars, text_chars);
    return 0;
}

/* ------------------------------------------------------------------ n-grams */

static int hash_words(struct signals *s, struct slice text)
{
    if (s->words.n + 1 > s->cap_words) {
        size_t cap = 2 * (s->words.n + 1);
        uint64_t *h = realloc(s->word_hash, cap * sizeof *h);
        if (h) s->word_hash = h;
        uint64_t *c = realloc(s->char_sum, cap * sizeof *c);
        if (c) s->char_sum = c;
        if (!h || !c) return -1;
        s->cap_words = cap;
    }
    s->char_sum[0] = 0;
    for (size_t i = 0; i < s->words.n; i++) {
        const struct word *w = &s->words.at[i];
        s->word_hash[i] = hash64(text.p + w->offset, w->bytes);
        s->char_sum[i + 1] = s->char_sum[i] + w->chars;
    }
    return 0;
}

static uint64_t ngram_hash(const uint64_t *word_hash, unsigned n)
{
    uint64_t h = 0;
    for (unsigned i = 0; i < n; i++) h = (h + word_hash[i]) * 0x9e3779b97f4a7c15ULL;
    return h;
}

/* Characters of the most frequent n-gram (words joined by a space) times its count; of equals the first counts. */
static double top_ngram_chars(struct signals *s, unsigned n)
{
    size_t total = s->words.n < n ? 0 : s->words.n - n + 1, mask = seen_mask(total);
    uint64_t best_count = 0, best_first = 0;
    for (size_t i = 0; i < total; i++) seen_add(&s->seen, ngram_hash(s->word_hash + i, n), mask, i);
    for (size_t i = 0; i <= mask; i++) {
        const struct seen_slot *t = &s->seen.slot[i];
        if (t->generation != s->seen.generation) continue;
        if (t->count > best_count || (t->count == best_count && t->first < best_first)) {
            best_count = t->count;
            best_first = t->first;
        }
    }
    if (!best_count) return 0;
    return (double)((s->char_sum[best_first + n] - s->char_sum[best_first] + n - 1) * best_count);
}

/* Characters of n-grams that stood before; a repeated one is stepped over whole. */
static double dup_ngram_chars(struct signals *s, unsigned n)
{
    uint64_t chars = 0;
    size_t mask = seen_mask(s->words.n);
    for (size_t i = 0; i + n <= s->words.n;) {
        if (seen_add(&s->seen, ngram_hash(s->word_hash + i, n), mask, i)->count == 1) {
            i++;
            continue;
        }
        chars += s->char_sum[i + n] - s->char_sum[i];
        i += n;
    }
    return (double)chars;
}

static int measure_ngrams(struct signals *s, uint32_t wanted, double text_chars, double *value)
{
    for (unsigned n = 2; n <= 10; n++) {
        enum signal g = n <= 4 ? (enum signal)(SIG_TOP_2GRAM + n - 2) : (enum signal)(SIG_DUP_5GRAMS + n - 5);
        if (!(wanted & SIGNAL_BIT(g))) continue;
        if (seen_reset(&s->seen, s->words.n) < 0) return -1;
        value[g] = ratio(n <= 4 ? top_ngram_chars(s, n) : dup_ngram_chars(s, n), text_chars);
    }
    return 0;
}

/* ------------------------------------------------------------------ all of it */

#define BITS(from, to) ((SIGNAL_BIT((to) + 1) - 1) & ~(SIGNAL_BIT(from) - 1))
#define NEED_COUNTS BITS(SIG_WORDS, SIG_STOP_WORDS)
#define NEED_SHAPES BITS(SIG_BULLET_LINES, SIG_ELLIPSIS_LINES)
#define NEED_PARAGRAPHS BITS(SIG_DUP_PARAGRAPHS, SIG_DUP_PARAGRAPH_CHARS)
#define NEED_LINES BITS(SIG_DUP_LINES, SIG_DUP_LINE_CHARS)
#define NEED_NGRAMS BITS(SIG_TOP_2GRAM, SIG_DUP_10GRAMS)

int signals_measure(struct signals *s, struct slice text, uint32_t wanted, double value[SIG_COUNT],
                    struct err *e)
{
    double chars =
        wanted & (NEED_PARAGRAPHS | NEED_LINES | NEED_NGRAMS) ? (double)utf8_count(text.p, text.n) : 0;
    int r = 0;
    if (wanted & (NEED_COUNTS | NEED_NGRAMS)) r = words_find(&s->words, text, e);
    if (r < 0) return r;
    if (wanted & NEED_COUNTS) measure_words(s, text, value);
    if (wanted & NEED_SHAPES) measure_line_shapes(text, value);
    if (wanted & NEED_PARAGRAPHS)
        r |= measure_pieces(s, slice_trim(text), 2, chars, &value[SIG_DUP_PARAGRAPHS],
                            &value[SIG_DUP_PARAGRAPH_CHARS]);
    if (wanted & NEED_LINES)
        r |= measure_pieces(s, text, 1, chars, &value[SIG_DUP_LINES], &value[SIG_DUP_LINE_CHARS]);
    if (wanted & NEED_NGRAMS)
        r |= hash_words(s, text) < 0 || measure_ngrams(s, wanted, chars, value) < 0 ? -1 : 0;
    return r < 0 ? err_nomem(e, "measuring a document") : 0;
}

struct signals *signals_new(void)
{
    struct signals *s = calloc(1, sizeof *s);
    if (s) words_init(&s->words);
    return s;
}

void signals_free(struct signals *s)
{
    if (!s) return;
    words_free(&s->words);
    free(s->word_hash);
    free(s->char_sum);
    free(s->seen.slot);
    free(s);
}
