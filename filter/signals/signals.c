/* signals.c: measures a document, as far as it is asked.
 *
 * Words are found once for all signals that need them; n-grams have files of their own (ngrams.h, bounds.h), words and
 * lines too (word_signals.c, line_signals.c). Lines and words are told apart by 64-bit hashes: two different ones of n in
 * one document share one with a probability of n^2/2^65.
 *
 * In: valid UTF-8. Out: numbers. State: per thread, reused. Memory: see signals.h. */
#include "filter/signals/signals_internal.h"
#include <math.h>
#include <stdlib.h>

static const struct {
    const char *name;
    enum group group;
} table[SIG_COUNT] = {
    [SIG_CHARS] = {"chars", GROUP_CHARS},
    [SIG_WORDS] = {"words", GROUP_WORDS},
    [SIG_ENTROPY] = {"entropy", GROUP_ENTROPY},
    [SIG_MEAN_WORD_LENGTH] = {"mean_word_length", GROUP_WORDS},
    [SIG_MEDIAN_WORD_LENGTH] = {"median_word_length", GROUP_MEDIAN},
    [SIG_HASH_RATIO] = {"hash_ratio", GROUP_SYMBOLS},
    [SIG_ELLIPSIS_RATIO] = {"ellipsis_ratio", GROUP_SYMBOLS},
    [SIG_SYMBOL_RATIO] = {"symbol_ratio", GROUP_SYMBOLS},
    [SIG_LETTER_WORDS] = {"letter_words", GROUP_WORDS},
    [SIG_STOP_WORDS] = {"stop_words", GROUP_STOPS},
    [SIG_STOP_WORD_COUNT] = {"stop_word_count", GROUP_STOPS},
    [SIG_BULLET_LINES] = {"bullet_lines", GROUP_SHAPES},
    [SIG_ELLIPSIS_LINES] = {"ellipsis_lines", GROUP_SHAPES},
    [SIG_DUP_PARAGRAPHS] = {"dup_paragraphs", GROUP_PARAGRAPHS},
    [SIG_DUP_PARAGRAPH_CHARS] = {"dup_paragraph_chars", GROUP_PARAGRAPHS},
    [SIG_DUP_LINES] = {"dup_lines", GROUP_LINES},
    [SIG_DUP_LINE_CHARS] = {"dup_line_chars", GROUP_LINES},
    [SIG_BULLET_LINES_V1] = {"bullet_lines_v1", GROUP_LINES_V1},
    [SIG_ELLIPSIS_LINES_V1] = {"ellipsis_lines_v1", GROUP_LINES_V1},
    [SIG_DUP_LINES_V1] = {"dup_lines_v1", GROUP_LINES_V1},
    [SIG_DUP_LINE_CHARS_V1] = {"dup_line_chars_v1", GROUP_LINES_V1},
    [SIG_TOP_2GRAM] = {"top_2gram", GROUP_NGRAMS},
    [SIG_TOP_3GRAM] = {"top_3gram", GROUP_NGRAMS},
    [SIG_TOP_4GRAM] = {"top_4gram", GROUP_NGRAMS},
    [SIG_DUP_5GRAMS] = {"dup_5grams", GROUP_NGRAMS},
    [SIG_DUP_6GRAMS] = {"dup_6grams", GROUP_NGRAMS},
    [SIG_DUP_7GRAMS] = {"dup_7grams", GROUP_NGRAMS},
    [SIG_DUP_8GRAMS] = {"dup_8grams", GROUP_NGRAMS},
    [SIG_DUP_9GRAMS] = {"dup_9grams", GROUP_NGRAMS},
    [SIG_DUP_10GRAMS] = {"dup_10grams", GROUP_NGRAMS},
    [SIG_C4_LOREM_IPSUM] = {"c4_lorem_ipsum", GROUP_GIVEN},
    [SIG_C4_CURLY_BRACKET] = {"c4_curly_bracket", GROUP_GIVEN},
    [SIG_C4_SENTENCES] = {"c4_sentences", GROUP_GIVEN},
    [SIG_REMOVED_WORDS] = {"removed_words", GROUP_GIVEN},
    [SIG_LONG_LINES] = {"long_lines", GROUP_LONG_LINES},
    [SIG_FULL_LINES] = {"full_lines", GROUP_FINEWEB},
    [SIG_PUNCT_LINES] = {"punct_lines", GROUP_FINEWEB},
    [SIG_SHORT_LINES] = {"short_lines", GROUP_FINEWEB},
    [SIG_LINE_CHAR_DUPS] = {"line_char_dups", GROUP_FINEWEB},
    [SIG_NEWLINE_RATIO] = {"newline_ratio", GROUP_NEWLINES},
    [SIG_LINES] = {"lines", GROUP_TAGS},
    [SIG_UNPUNCTUATED_LINES] = {"unpunctuated_lines", GROUP_TAGS},
    [SIG_FEW_WORD_LINES] = {"few_word_lines", GROUP_TAGS},
    [SIG_HAS_JAVASCRIPT] = {"has_javascript", GROUP_TAGS},
    [SIG_HAS_JAVASCRIPT_V1] = {"has_javascript_v1", GROUP_TAGS},
    [SIG_HAS_LOREM_IPSUM] = {"has_lorem_ipsum", GROUP_TAGS},
    [SIG_HAS_CURLY_BRACE] = {"has_curly_brace", GROUP_TAGS},
    [SIG_LANGUAGE_SCORE] = {"language_score", GROUP_GIVEN},
    [SIG_PERPLEXITY] = {"perplexity", GROUP_GIVEN},
    [SIG_CLASSIFIER_SCORE] = {"classifier_score", GROUP_GIVEN},
    [SIG_TOKENS] = {"tokens", GROUP_GIVEN},
};

const char *signal_name(enum signal s)
{
    return table[s].name;
}

int signal_find(const char *name)
{
    for (int s = 0; s < SIG_COUNT; s++)
        if (strcmp(table[s].name, name) == 0) return s;
    return -1;
}

/* ------------------------------------------------------------------ what groups share */

uint64_t signals_chars(struct signals *s)
{
    return s->text.n - signals_census(s)->tails;
}

static int split(struct signals *s, bool *has, struct words *w, enum dialect d, struct err *e)
{
    if (*has) return 0;
    struct slice language = s->frame->language.n ? s->frame->language : slice_of("", 0);
    int r = words_split(w, d, language, s->text, e);
    *has = r >= 0;
    return r;
}

int signals_words(struct signals *s, const struct words **words, struct err *e)
{
    *words = &s->words;
    return split(s, &s->has_words, &s->words, s->frame->dialect, e);
}

int signals_plain_words(struct signals *s, const struct words **words, struct err *e)
{
    if (s->frame->dialect != DIALECT_DCLM) return signals_words(s, words, e);
    *words = &s->split;
    return split(s, &s->has_split, &s->split, DIALECT_DOLMA, e);
}

uint32_t *signals_counts(struct signals *s, size_t n)
{
    if (n > s->count_cap) {
        uint32_t *p = realloc(s->count, (n + n / 2) * sizeof *p);
        if (!p) return NULL;
        s->count = p;
        s->count_cap = n + n / 2;
    }
    if (n) memset(s->count, 0, n * sizeof *s->count);
    return s->count;
}

/* ------------------------------------------------------------------ n-grams */

static double top_value(struct signals *s, const struct words *words)
{
    const struct ngrams *g = &s->ngrams;
    double all = (double)g->char_sum[words->n];
    switch (s->frame->dialect) {
    case DIALECT_DOLMA: return ratio((double)ngrams_top_plain(g), all);
    case DIALECT_DCLM: return ratio((double)ngrams_top_longest(g), all);
    default: return ratio((double)ngrams_top_chars(g), (double)signals_chars(s));
    }
}

static double dup_value(struct signals *s, const struct words *words)
{
    struct ngrams *g = &s->ngrams;
    switch (s->frame->dialect) {
    case DIALECT_DOLMA: return ratio((double)ngrams_copies_chars(g), (double)ngrams_all_chars(g));
    case DIALECT_DCLM: return ratio((double)ngrams_covered_chars(g), (double)g->char_sum[words->n]);
    default: return ratio((double)ngrams_dup_chars(g), (double)signals_chars(s));
    }
}

static int measure_ngrams(struct signals *s, struct err *e)
{
    const struct words *words;
    int r = signals_words(s, &words, e);
    if (r < 0) return r;
    r = ngrams_start(&s->ngrams, s->text, words);
    for (unsigned n = 2; r == 0 && n <= 10; n++) {
        enum signal g = n <= 4 ? (enum signal)(SIG_TOP_2GRAM + n - 2) : (enum signal)(SIG_DUP_5GRAMS + n - 5);
        r = ngrams_lengthen(&s->ngrams);
        if (r == 0) s->value[g] = n <= 4 ? top_value(s, words) : dup_value(s, words);
    }
    return r < 0 ? err_nomem(e, "counting n-grams") : 0;
}

static int find_bounds(struct signals *s, struct err *e)
{
    const struct words *words;
    if (s->has_bounds) return 0;
    int r = signals_words(s, &words, e);
    if (r < 0) return r;
    if (bounds_measure(&s->bounds, s->text, words, s->top_bound, &s->dup_bound) < 0)
        return err_nomem(e, "counting n-grams");
    s->has_bounds = true;
    return 0;
}

/* ------------------------------------------------------------------ groups */

static int measure_chars(struct signals *s, struct err *e)
{
    s->value[SIG_CHARS] = (double)signals_chars(s);
    return 0;
}

static int measure_entropy(struct signals *s, struct err *e)
{
    const struct words *words;
    int r = signals_words(s, &words, e);
    if (r < 0) return r;
    r = entropy_measure(&s->entropy, s->text, words, &s->value[SIG_ENTROPY]);
    return r < 0 ? err_nomem(e, "measuring entropy") : 0;
}

static int measure_given(struct signals *s, struct err *e)
{
    return 0;
}

static int measure(struct signals *s, enum group g, struct err *e)
{
    static int (*const by_group[GROUP_COUNT])(struct signals *, struct err *) = {
        [GROUP_CHARS] = measure_chars,           [GROUP_WORDS] = measure_words,
        [GROUP_SYMBOLS] = measure_symbols,       [GROUP_MEDIAN] = measure_median,
        [GROUP_ENTROPY] = measure_entropy,       [GROUP_SHAPES] = measure_shapes,
        [GROUP_PARAGRAPHS] = measure_paragraphs, [GROUP_LINES] = measure_lines,
        [GROUP_LINES_V1] = measure_lines_v1,     [GROUP_NGRAMS] = measure_ngrams,
        [GROUP_LONG_LINES] = measure_long_lines, [GROUP_FINEWEB] = measure_fineweb,
        [GROUP_NEWLINES] = measure_newlines,     [GROUP_TAGS] = measure_tags,
        [GROUP_GIVEN] = measure_given,           [GROUP_STOPS] = measure_stops,
    };
    if (s->measured[g]) return 0;
    int r = by_group[g](s, e);
    s->measured[g] = r >= 0;
    return r;
}

int signals_value(struct signals *s, enum signal g, double *value, struct err *e)
{
    int r = measure(s, table[g].group, e);
    *value = s->value[g];
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------ bounds */

/* At most how large the n-gram signal is: datatrove's and leat's. If that is above the threshold, more closely. */
static int ngram_bound(struct signals *s, enum signal g, double threshold, double *most, struct err *e)
{
    int r = find_bounds(s, e);
    double chars = (double)signals_chars(s);
    *most = 0;
    if (r < 0) return r;
    if (g > SIG_TOP_4GRAM) {
        *most = ratio((double)s->dup_bound, chars);
        return r;
    }
    const uint64_t *bound = &s->top_bound[g - SIG_TOP_2GRAM];
    *most = ratio((double)*bound, chars);
    if (*most <= threshold || s->has_close_bounds) return r;
    bounds_refine(&s->bounds, &s->words, s->top_bound);
    s->has_close_bounds = true;
    *most = ratio((double)*bound, chars);
    return r;
}

static bool is_english(struct slice language)
{
    return language.n == 0 || slice_is(language, "en") || slice_is(language, "eng_Latn");
}

/* Ellipses and hashes per word, at most: three dots make one, and not every E2 begins U+2026. */
static int symbol_bound(struct signals *s, enum signal g, double *most, struct err *e)
{
    const struct words *words;
    int r = signals_plain_words(s, &words, e);
    if (r < 0) return r;
    const struct census *c = signals_census(s);
    uint64_t symbols = g == SIG_HASH_RATIO ? c->hashes : c->dots / 3 + c->e2;
    *most = symbols ? ratio((double)symbols, (double)words->n) : 0;
    return 0;
}

/* Whether a bound says that the signal is not > threshold. */
static int surely_not_above(struct signals *s, enum signal g, double threshold, bool *sure, struct err *e)
{
    enum dialect d = s->frame->dialect;
    double most = INFINITY;
    int r = 0;
    if (d != DIALECT_DATATROVE && d != DIALECT_LEAT) return 0;
    if (g >= SIG_TOP_2GRAM && g <= SIG_DUP_10GRAMS)
        r = ngram_bound(s, g, threshold, &most, e);
    else if (g == SIG_HASH_RATIO || g == SIG_ELLIPSIS_RATIO)
        r = symbol_bound(s, g, &most, e);
    else if (g == SIG_NEWLINE_RATIO && d == DIALECT_DATATROVE && !s->has_words &&
             is_english(s->frame->language)) {
        const struct census *c =
            signals_census(s); /* datatrove's words are no fewer than what white space separates */
        if (c->word_starts) most = (double)c->newlines / (double)c->word_starts;
    }
    *sure = r >= 0 && most <= threshold;
    return r;
}

static int surely_not(struct signals *s, enum signal g, bool below, double threshold, bool *sure,
                      struct err *e)
{
    *sure = false;
    if (!s->frame->by_bounds || s->measured[table[g].group]) return 0;
    if (!below) return surely_not_above(s, g, threshold, sure, e);
    return g == SIG_STOP_WORDS ? signals_enough_stops(s, threshold, sure, e) : 0;
}

int signals_test(struct signals *s, enum signal g, bool below, double threshold, bool *holds, struct err *e)
{
    bool sure = false;
    *holds = false;
    int r = surely_not(s, g, below, threshold, &sure, e);
    if (r < 0 || sure) return r;
    double v = 0;
    r = signals_value(s, g, &v, e);
    *holds = below ? v < threshold : v > threshold;
    return r;
}

/* ------------------------------------------------------------------ life */

struct signals *signals_new(void)
{
    struct signals *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    words_init(&s->words);
    words_init(&s->split);
    return s;
}

void signals_free(struct signals *s)
{
    if (!s) return;
    words_free(&s->words);
    words_free(&s->split);
    bounds_free(&s->bounds);
    ngrams_free(&s->ngrams);
    names_free(&s->pieces);
    entropy_free(&s->entropy);
    free(s->count);
    free(s);
}

void signals_continue(struct signals *s, struct slice text)
{
    s->text = text.n ? text : slice_of("", 0); /* never NULL */
    memset(s->measured, 0, sizeof s->measured);
    s->has_words = s->has_split = s->has_bounds = s->has_close_bounds = s->has_census = false;
}

void signals_begin(struct signals *s, const struct signal_frame *frame, struct slice text)
{
    s->frame = frame;
    memset(s->value, 0, sizeof s->value);
    signals_continue(s, text);
}

void signals_give(struct signals *s, enum signal g, double value)
{
    s->value[g] = value;
}

bool signals_known(const struct signals *s, enum signal g)
{
    return s->measured[table[g].group] || table[g].group == GROUP_GIVEN;
}
