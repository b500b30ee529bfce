/* ngrams.c: repeated n-grams, from the repeated (n-1)-grams.
 *
 * The list of places shrinks as n grows: in plain text about two thirds of the words, a tenth of the 4-grams and next to
 * none of the 10-grams are repeated. Words are told apart by 64-bit hashes, n-grams by pairs of numbers.
 *
 * State: the lists, reused. Memory: 16 bytes a word, and the table of names. Time: linear in words times n. */
#include "filter/signals/ngrams.h"
#include <stdlib.h>

void ngrams_free(struct ngrams *g)
{
    free(g->at);
    free(g->number);
    free(g->count);
    free(g->char_sum);
    names_free(&g->names);
    *g = (struct ngrams){0};
}

static uint32_t *resize(uint32_t **list, size_t n)
{
    uint32_t *p = realloc(*list, n * sizeof *p);
    if (p) *list = p;
    return p;
}

static int reserve(struct ngrams *g, size_t n)
{
    if (n <= g->cap) return 0;
    size_t cap = n + n / 2;
    if (!resize(&g->at, cap) || !resize(&g->number, cap) || !resize(&g->count, cap) ||
        !resize(&g->char_sum, cap))
        return -1;
    g->cap = cap;
    return 0;
}

/* Keeps the places whose n-gram was counted more than once. */
static void drop_single(struct ngrams *g)
{
    size_t kept = 0;
    for (size_t k = 0; k < g->places; k++) {
        g->at[kept] = g->at[k];
        g->number[kept] = g->number[k];
        kept += g->count[g->number[k]] > 1;
    }
    g->places = kept;
}

int ngrams_start(struct ngrams *g, struct slice text, const struct words *words)
{
    if (reserve(g, words->n + 1) < 0) return -1;
    names_reset(&g->names, words->n / 4);
    g->n = 1;
    g->words = g->places = words->n;
    memset(g->count, 0, words->n * sizeof *g->count);
    g->char_sum[0] = 0;
    for (size_t i = 0; i < words->n; i++) {
        const struct word *w = &words->at[i];
        g->at[i] = (uint32_t)i;
        g->number[i] = names_of(&g->names, hash64(text.p + w->offset, w->bytes));
        g->count[g->number[i]]++;
        g->char_sum[i + 1] = g->char_sum[i] + w->chars;
    }
    drop_single(g);
    return g->names.failed ? -1 : 0;
}

int ngrams_lengthen(struct ngrams *g)
{
    size_t kept = 0;
    g->n++;
    if (g->places == 0) return 0;
    names_reset(&g->names, g->places / 2);
    memset(g->count, 0, g->places * sizeof *g->count);
    for (size_t k = 0; k + 1 < g->places; k++) {
        if (g->at[k + 1] != g->at[k] + 1) continue;
        uint64_t pair = (uint64_t)g->number[k] << 32 | g->number[k + 1];
        g->at[kept] = g->at[k];
        g->number[kept] = names_of(&g->names, pair);
        g->count[g->number[kept++]]++;
    }
    g->places = kept;
    drop_single(g);
    return g->names.failed ? -1 : 0;
}

/* Characters of the n-gram that begins with word i. */
static inline uint64_t chars_at(const struct ngrams *g, size_t i)
{
    return g->char_sum[i + g->n] - g->char_sum[i];
}

/* The count of the most frequent n-gram, and its first place. */
static uint64_t most_frequent(const struct ngrams *g, size_t *first)
{
    uint64_t best = 1;
    *first = 0;
    for (size_t k = 0; k < g->places; k++) {
        if (g->count[g->number[k]] <= best) continue;
        best = g->count[g->number[k]];
        *first = g->at[k];
    }
    return best;
}

uint64_t ngrams_top_chars(const struct ngrams *g)
{
    if (g->words < g->n) return 0;
    size_t first;
    uint64_t best = most_frequent(g, &first);
    return best * (chars_at(g, first) + g->n - 1);
}

uint64_t ngrams_top_plain(const struct ngrams *g)
{
    if (g->words < g->n) return 0;
    size_t first;
    uint64_t best = most_frequent(g, &first);
    return best * chars_at(g, first);
}

uint64_t ngrams_top_longest(const struct ngrams *g)
{
    size_t first;
    uint64_t best = g->places ? most_frequent(g, &first) : 1, longest = 0;
    for (size_t k = 0; k < g->places; k++) {
        uint64_t chars = chars_at(g, g->at[k]);
        if (g->count[g->number[k]] == best && chars > longest) longest = chars;
    }
    return best * longest;
}

uint64_t ngrams_copies_chars(const struct ngrams *g)
{
    uint64_t chars = 0;
    for (size_t k = 0; k < g->places; k++) chars += chars_at(g, g->at[k]);
    return chars;
}

uint64_t ngrams_all_chars(const struct ngrams *g)
{
    uint64_t chars = 0;
    for (size_t i = 0; i + g->n <= g->words; i++) chars += chars_at(g, i);
    return chars;
}

uint64_t ngrams_covered_chars(const struct ngrams *g)
{
    uint64_t chars = 0;
    size_t covered = 0; /* words before it are counted */
    for (size_t k = 0; k < g->places; k++) {
        size_t from = g->at[k] > covered ? g->at[k] : covered;
        covered = g->at[k] + g->n;
        chars += g->char_sum[covered] - g->char_sum[from];
    }
    return chars;
}

uint64_t ngrams_dup_chars(struct ngrams *g)
{
    uint64_t chars = 0;
    size_t next = 0;
    for (size_t k = 0; k < g->places; k++) {
        size_t at = g->at[k];
        uint32_t *unseen = &g->count[g->number[k]];
        if (at < next) continue;
        if (*unseen) {
            *unseen = 0;
            continue;
        }
        next = at + g->n;
        chars += g->char_sum[next] - g->char_sum[at];
    }
    return chars;
}
