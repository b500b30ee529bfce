/* signals.c: measures a document.
 *
 * Words are found once for all signals that need them; n-grams have a file of their own (ngrams.h). Lines and paragraphs
 * are told apart by 64-bit hashes: two different ones of n in one document share one with a probability of n^2/2^65.
 *
 * In: valid UTF-8. Out: numbers. State: per thread, reused. Memory: 24 bytes a word and those of ngrams.h. */
#include "filter/signals/signals.h"
#include "common/hash.h"
#include "filter/signals/ngrams.h"
#include <stdlib.h>

struct signals {
    struct words words;
    struct ngrams ngrams;
    struct names pieces;
};

static const char *const signal_names[SIG_COUNT] = {
    "words",      "mean_word_length", "hash_ratio",     "ellipsis_ratio", "letter_words",
    "stop_words", "bullet_lines",     "ellipsis_lines", "dup_paragraphs", "dup_paragraph_chars",
    "dup_lines",  "dup_line_chars",   "top_2gram",      "top_3gram",      "top_4gram",
    "dup_5grams", "dup_6grams",       "dup_7grams",     "dup_8grams",     "dup_9grams",
    "dup_10grams"};

const char *signal_name(enum signal s)
{
    return signal_names[s];
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
    for (const char *p = text.p; (p = memchr(p, 0xe2, (size_t)(end - p))) != NULL; p++)
        n += end - p >= 3 && p[1] == '\x80' && p[2] == '\xa6';
    return n;
}

/* The word's bytes as a little-endian number; 0 for more than four. Without a branch that depends on the length, which
 * no CPU can foresee. */
static uint32_t short_word(struct slice text, const struct word *w)
{
    static const uint32_t keep[6] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0};
    const uint8_t *p = (const uint8_t *)text.p + w->offset;
    uint32_t x = 0;
    if (text.n - w->offset >= 4)
        x = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    else
        for (unsigned i = 0; i < text.n - w->offset; i++) x |= (uint32_t)p[i] << 8 * i;
    return x & keep[w->bytes < 5 ? w->bytes : 5];
}

#define TWO(a, b) ((a) | (b) << 8)
#define FOUR(a, b, c, d) ((uint32_t)TWO(a, b) | (uint32_t)TWO(c, d) << 16)
#define STOP_SPREAD 0x6ec9d287u /* found by trial: sends each of the eight to a slot of its own */

/* The bit of one of the eight stop words, 0 of any other. */
static unsigned stop_word_bit(uint32_t word)
{
    static const uint32_t stop[8] = {TWO('b', 'e'),
                                     FOUR('t', 'h', 'a', 't'),
                                     FOUR('t', 'h', 'e', 0),
                                     TWO('o', 'f'),
                                     FOUR('w', 'i', 't', 'h'),
                                     TWO('t', 'o'),
                                     FOUR('h', 'a', 'v', 'e'),
                                     FOUR('a', 'n', 'd', 0)};
    unsigned slot = word * STOP_SPREAD >> 29;
    return (unsigned)(stop[slot] == word) << slot;
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
        bool symbol = w->flags & WORD_SYMBOL;
        plain += !symbol;
        plain_chars += symbol ? 0 : w->chars;
        letters += (w->flags & WORD_LETTER) != 0;
        stops |= stop_word_bit(short_word(text, w));
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
    names_reset(&s->pieces, 0);
    for (size_t at = 0; piece_next(text, &at, min_newlines, &piece); n++) {
        size_t before = s->pieces.n;
        names_of(&s->pieces, hash64(piece.p, piece.n));
        if (s->pieces.n > before) continue;
        dups++;
        dup_chars += utf8_count(piece.p, piece.n);
    }
    *elements = ratio((double)dups, (double)n);
    *chars = ratio((double)dup_chars, text_chars);
    return s->pieces.failed ? -1 : 0;
}

/* ------------------------------------------------------------------ n-grams */

static int measure_ngrams(struct signals *s, struct slice text, uint32_t wanted, double text_chars,
                          double *value)
{
    int r = ngrams_start(&s->ngrams, text, &s->words);
    for (unsigned n = 2; r == 0 && n <= 10; n++) {
        enum signal g = n <= 4 ? (enum signal)(SIG_TOP_2GRAM + n - 2) : (enum signal)(SIG_DUP_5GRAMS + n - 5);
        r = ngrams_lengthen(&s->ngrams);
        if (r < 0 || !(wanted & SIGNAL_BIT(g))) continue;
        uint64_t chars = n <= 4 ? ngrams_top_chars(&s->ngrams) : ngrams_dup_chars(&s->ngrams);
        value[g] = ratio((double)chars, text_chars);
    }
    return r;
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
    if (text.n == 0) text = slice_of("", 0); /* never NULL */
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
    if (wanted & NEED_NGRAMS) r |= measure_ngrams(s, text, wanted, chars, value);
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
    ngrams_free(&s->ngrams);
    names_free(&s->pieces);
    free(s);
}
