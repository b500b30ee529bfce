/* build.c: a model's tables from words and n-grams.
 *
 * Tables grow by doubling while they are filled, whatever counts were announced, and are laid out anew at their final size
 * at the end, in an order that depends on their content alone. Each n-gram marks the n-gram without its first word (a
 * longer one ends in it) and its context (something goes on from it), so that scoring asks for no n-gram that cannot be.
 *
 * In: words, n-grams. Out: struct lm. Memory: while a table grows, three times its final size. */
#include "filter/lm/model.h"
#include "common/stream.h"
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LINE 64

static void *lines_new(uint64_t n_lines)
{
    void *p = mmap(NULL, n_lines * LINE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return NULL;
    madvise(p, n_lines * LINE, MADV_HUGEPAGE);
    return p;
}

static uint64_t *line_keys(const struct table *t, uint64_t line)
{
    return (uint64_t *)(void *)((char *)t->lines + line * LINE);
}

static int table_new(struct table *t, unsigned per_line, uint64_t n_lines, struct err *e)
{
    void *lines = n_lines <= SIZE_MAX / LINE / 4 ? lines_new(n_lines) : NULL;
    if (!lines) return err_nomem(e, "building a language model's tables");
    *t = (struct table){.lines = lines, .n_lines = n_lines, .bytes = n_lines * LINE, .per_line = per_line};
    return 0;
}

static void table_free(struct table *t)
{
    if (t->bytes) munmap(t->lines, t->bytes);
    *t = (struct table){0};
}

/* Where a key that is not there goes; the table has room. */
static uint64_t table_place(struct table *t, uint64_t key)
{
    for (uint64_t at = table_line(key, t->n_lines);; at = at + 1 == t->n_lines ? 0 : at + 1) {
        uint64_t *k = line_keys(t, at);
        for (unsigned i = 0; i < t->per_line; i++) {
            if (k[i]) continue;
            k[i] = key;
            t->n++;
            return at * t->per_line + i;
        }
    }
}

static void copy_value(struct table *to, uint64_t i, const struct table *from, uint64_t j)
{
    if (to->per_line == 4)
        *middle_at(to, i) = *middle_at(from, j);
    else
        ((struct line_last *)to->lines)[i / 5].prob[i % 5] = last_at(from, j);
}

/* The same keys in n_lines lines. */
static int table_move(struct table *t, uint64_t n_lines, struct err *e)
{
    struct table to = {0};
    int r = table_new(&to, t->per_line, n_lines, e);
    if (r < 0) return r;
    for (uint64_t line = 0; line < t->n_lines; line++) {
        const uint64_t *k = line_keys(t, line);
        for (unsigned i = 0; i < t->per_line && k[i]; i++)
            copy_value(&to, table_place(&to, k[i]), t, line * t->per_line + i);
    }
    table_free(t);
    *t = to;
    return 0;
}

static uint64_t lines_for(uint64_t n, unsigned per_line)
{
    return n / (per_line - 1) + 2; /* one place in each line stays free on average */
}

static int table_room(struct table *t, struct err *e)
{
    return t->n < t->n_lines * (t->per_line - 1) ? 0 : table_move(t, 2 * t->n_lines, e);
}

/* ------------------------------------------------------------------ words */

static uint64_t hint(uint64_t n)
{
    return n < (1 << 20) ? n : 1 << 20;
}

int model_new(struct lm **out, unsigned order, unsigned normal, const uint64_t *counts, struct err *e)
{
    struct lm *m = calloc(1, sizeof *m);
    if (!m) return err_nomem(e, "building a language model");
    m->order = order;
    m->normal = normal;
    m->count[1] = WORD_FIRST;
    for (unsigned i = 0; i < WORD_FIRST; i++)
        m->special[i] = (struct lm_weight){weight_no_left(LM_MISSING), LM_NO_RIGHT};
    *out = m;
    int r = table_new(&m->words, 4, lines_for(hint(counts[1]), 4), e);
    for (unsigned k = 2; k <= order && r == 0; k++)
        r = table_new(&m->gram[k], k == order ? 5 : 4, lines_for(hint(counts[k]), k == order ? 5 : 4), e);
    if (r == 0) return 0;
    lm_close(m);
    *out = NULL;
    return r;
}

/* Its id, or -1. */
static int special_word(struct slice word)
{
    if (slice_is(word, "<unk>") || slice_is(word, "<UNK>")) return WORD_UNK;
    if (slice_is(word, "<s>")) return WORD_BOS;
    return slice_is(word, "</s>") ? WORD_EOS : -1;
}

uint32_t model_word(const struct lm *m, struct slice word)
{
    int special = word.n && word.p[0] == '<' ? special_word(word) : -1;
    if (special >= 0) return (uint32_t)special;
    uint64_t i = middle_find(&m->words, word_key(word.p, word.n));
    return i == UINT64_MAX ? WORD_UNK : WORD_FIRST + (uint32_t)i;
}

int model_add_word(struct lm *m, struct slice word, float prob, float backoff, struct err *e)
{
    struct lm_weight w = {weight_no_left(prob), backoff == 0 ? LM_NO_RIGHT : backoff};
    int special = special_word(word);
    if (special >= 0) {
        bool first = m->special[special].prob == weight_no_left(LM_MISSING);
        m->special[special] = w;
        return first;
    }
    uint64_t key = word_key(word.p, word.n);
    if (middle_find(&m->words, key) != UINT64_MAX) return 0;
    int r = table_room(&m->words, e);
    if (r < 0) return r;
    *middle_at(&m->words, table_place(&m->words, key)) = w;
    m->count[1]++;
    return 1;
}

int model_words_done(struct lm *m, struct err *e)
{
    uint64_t lines = lines_for(m->words.n, 4);
    if (lines * 4 + WORD_FIRST > UINT32_MAX) return err_set(e, ERR_DATA, "more words than 3 * 2^30");
    return table_move(&m->words, lines, e);
}

/* ------------------------------------------------------------------ n-grams */

/* The weight of words[0..k), k < order, or NULL. */
static struct lm_weight *weight_of(struct lm *m, unsigned k, const uint32_t *words)
{
    uint64_t h = 0;
    if (k == 1)
        return words[0] < WORD_FIRST ? &m->special[words[0]] : middle_at(&m->words, words[0] - WORD_FIRST);
    for (unsigned i = k; i-- > 0;) h = gram_hash(h, words[i]);
    uint64_t at = middle_find(&m->gram[k], h);
    return at == UINT64_MAX ? NULL : middle_at(&m->gram[k], at);
}

static void mark_right(struct lm_weight *w)
{
    if (w && weight_is_no_right(w->backoff)) w->backoff = 0.0f;
}

/* words[0..k), k < order, is put in with the value that its shorter n-gram and its context's backoff give. */
static int add_blank(struct lm *m, unsigned k, const uint32_t *words, uint64_t key, struct err *e)
{
    struct lm_weight *shorter = weight_of(m, k - 1, words + 1), *context = weight_of(m, k - 1, words);
    float prob = weight_prob(shorter->prob) + (context ? context->backoff : 0);
    shorter->prob = weight_prob(shorter->prob);
    mark_right(context);
    int r = table_room(&m->gram[k], e);
    if (r < 0) return r;
    *middle_at(&m->gram[k], table_place(&m->gram[k], key)) =
        (struct lm_weight){weight_no_left(prob), LM_NO_RIGHT};
    m->count[k]++;
    return 0;
}

/* Makes sure that all that end words[0..k) are there, and marks the longest of them. keys[j]: of the j last words. */
static int extend(struct lm *m, unsigned k, const uint32_t *words, const uint64_t *keys, struct err *e)
{
    bool whole = k == 2 || middle_find(&m->gram[k - 1], keys[k - 1]) != UINT64_MAX;
    for (unsigned j = 2; j < k && !whole; j++) {
        if (middle_find(&m->gram[j], keys[j]) != UINT64_MAX) continue;
        int r = add_blank(m, j, words + (k - j), keys[j], e);
        if (r < 0) return r;
    }
    struct lm_weight *shorter = weight_of(m, k - 1, words + 1);
    shorter->prob = weight_prob(shorter->prob);
    mark_right(weight_of(m, k - 1, words));
    return 0;
}

int model_add_gram(struct lm *m, unsigned k, const uint32_t *words, float prob, float backoff, struct err *e)
{
    uint64_t keys[LM_MAX_ORDER + 1] = {0};
    struct table *t = &m->gram[k];
    for (unsigned j = 1; j <= k; j++) keys[j] = gram_hash(keys[j - 1], words[k - j]);
    if ((k == m->order ? last_find(t, keys[k]) : middle_find(t, keys[k])) != UINT64_MAX) return 0;
    int r = extend(m, k, words, keys, e);
    if (r == 0) r = table_room(t, e);
    if (r < 0) return r;
    uint64_t at = table_place(t, keys[k]);
    if (k == m->order)
        ((struct line_last *)t->lines)[at / 5].prob[at % 5] = prob;
    else
        *middle_at(t, at) = (struct lm_weight){weight_no_left(prob), backoff == 0 ? LM_NO_RIGHT : backoff};
    m->count[k]++;
    return 1;
}

int model_finish(struct lm *m, struct err *e)
{
    int r = 0;
    for (unsigned k = 2; k <= m->order && r == 0; k++)
        r = table_move(&m->gram[k], lines_for(m->gram[k].n, m->gram[k].per_line), e);
    return r;
}

void lm_close(struct lm *m)
{
    if (!m) return;
    if (m->map) {
        munmap(m->map, m->map_bytes);
    } else {
        table_free(&m->words);
        for (unsigned k = 2; k <= LM_MAX_ORDER; k++) table_free(&m->gram[k]);
    }
    free(m);
}
