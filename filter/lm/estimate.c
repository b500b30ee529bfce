/* estimate.c: adjusted counts to probabilities and backoffs, one sort per order.
 *
 * Downwards, from the highest order: the k-grams are sorted into context order, so that a context's n-grams stand
 * together. Their sums give gamma, which is the backoff of the (k-1)-gram that the context is; contexts come in suffix
 * order, as the (k-1)-grams lie, so it is joined to them in passing, before these are sorted in their turn.
 * Upwards: of context c all n-grams (c, w) are at hand in the order of w, and those of the context without c's first word
 * lie, computed just before, as one block in the order of w as well; for contexts in suffix order the blocks come in their
 * order. So p(w | c) is one walk along the block, and no n-gram is ever looked up.
 *
 * In: spools of counts. Out: n-grams with p and backoff, one after the other. State: per order two spools; one block.
 * Memory: the sorter's; 16 bytes a word of the vocabulary. After the streams of lmplz (Heafield et al., ACL 2013), which
 * sorts once more, back into suffix order. */
#include "filter/lm/estimate.h"
#include "common/buf.h"
#include "filter/lm/logs.h"
#include <stdlib.h>

#define READ_BYTES ((size_t)768 << 10) /* a multiple of every record's size */

struct context {  /* of the k-grams that have it */
    gram_key key; /* suffix order, k-1 words */
    double gamma;
    uint64_t sum, kept; /* of the counts; n-grams that pruning left */
    uint64_t pad;
};

struct weight { /* the backoff of a (k-1)-gram */
    gram_key key;
    float backoff;
    float pad[3];
};

struct lower { /* of a block */
    uint32_t word, pad;
    double p;
};

_Static_assert(READ_BYTES % sizeof(struct context) == 0 && READ_BYTES % sizeof(struct gram) == 0 &&
                   READ_BYTES % sizeof(struct weight) == 0 && READ_BYTES % sizeof(struct lower) == 0,
               "buffers hold whole records");

struct estimate {
    struct counter *c;
    struct discounts discounts[LM_MAX_ORDER + 1];
    struct spool *grams[LM_MAX_ORDER + 1];    /* struct gram, kept, context order */
    struct spool *contexts[LM_MAX_ORDER + 1]; /* struct context, in their order */
    /* upwards */
    unsigned k;
    bool started;
    struct spool_reader in_grams, in_contexts; /* of level k */
    struct context context;                    /* whose n-grams are being read */
    uint64_t left;                             /* of them */
    struct spool *results;                     /* struct lower of level k, for level k+1 */
    struct spool *lower;                       /* of level k-1 */
    struct spool_reader in_lower, in_lower_contexts;
    struct context lower_context;
    struct lower *block; /* the n-grams of lower_context */
    uint64_t n_block, cap_block, at_block;
    uint64_t words; /* unigrams without <s> */
};

void discounts_find(struct discounts *out, const uint64_t n[5], const double fallback[3])
{
    *out = (struct discounts){.fallback = n[1] == 0 || n[2] == 0 || n[3] == 0};
    double y = out->fallback ? 0 : (double)n[1] / ((double)n[1] + 2.0 * (double)n[2]);
    for (int j = 1; j <= 3 && !out->fallback; j++) {
        out->d[j] = j - (j + 1) * y * (double)n[j + 1] / (double)n[j];
        out->fallback = out->d[j] < 0 || out->d[j] > j;
    }
    for (int j = 1; j <= 3 && out->fallback; j++) out->d[j] = fallback[j - 1];
}

const struct discounts *estimate_discounts(const struct estimate *x, unsigned k)
{
    return &x->discounts[k];
}

/* ------------------------------------------------------------------ downwards */

struct sums { /* of one context */
    struct context context;
    uint64_t with[4], pruned;
};

static void sums_add(struct sums *s, const struct gram *g)
{
    uint64_t a = GRAM_COUNT(g);
    s->context.sum += a;
    if (g->count & GRAM_PRUNED) {
        s->pruned += a;
    } else {
        s->with[a < 3 ? a : 3]++;
        s->context.kept++;
    }
}

static double sums_gamma(const struct sums *s, const struct discounts *d)
{
    double mass = (double)s->pruned;
    for (int j = 1; j <= 3; j++) mass += d->d[j] * (double)s->with[j];
    return mass / (double)s->context.sum;
}

static int end_context(struct estimate *x, unsigned k, struct sums *s, struct spool *weights, struct err *e)
{
    if (s->context.sum == 0) return 0;
    struct weight w = {.key = s->context.key};
    s->context.gamma = sums_gamma(s, &x->discounts[k]);
    w.backoff = (float)log10_exactly(s->context.gamma);
    int r = spool_write(weights, &w, sizeof w, e);
    return r == 0 && s->context.kept ? spool_write(x->contexts[k], &s->context, sizeof s->context, e) : r;
}

/* k-grams in context order: what pruning leaves goes to grams[k], contexts to contexts[k], backoffs to weights. */
static int sum_contexts(struct estimate *x, unsigned k, struct sorter *sorter, struct spool *weights,
                        struct err *e)
{
    struct sums s = {0};
    struct gram g;
    int r;
    while ((r = sorter_next(sorter, &g, e)) > 0) {
        gram_key key = g.key >> x->c->bits;
        if (s.context.key != key) {
            if ((r = end_context(x, k, &s, weights, e)) < 0) return r;
            s = (struct sums){.context = {.key = key}};
        }
        sums_add(&s, &g);
        if (!(g.count & GRAM_PRUNED) && (r = spool_write(x->grams[k], &g, sizeof g, e)) < 0) return r;
    }
    return r < 0 ? r : end_context(x, k, &s, weights, e);
}

/* Backoffs for k-grams, in their order: sets g->backoff where there is one for it. */
struct join {
    struct spool_reader in;
    const struct weight *head;
};

static int join_next(struct join *j, struct err *e)
{
    const void *p;
    int r = spool_next(&j->in, &p, sizeof(struct weight), e);
    j->head = r > 0 ? p : NULL;
    return r;
}

static int join_weight(struct join *j, struct gram *g, struct err *e)
{
    int r = 0;
    g->backoff = 0;
    while (r >= 0 && j->head && j->head->key < g->key) r = join_next(j, e);
    if (r >= 0 && j->head && j->head->key == g->key) g->backoff = j->head->backoff;
    return r < 0 ? r : 0;
}

/* Reads level k's n-grams with their backoffs; each goes, its key in context order, to the sorter, or without one to
 * grams[k] as it is. */
static int feed(struct estimate *x, unsigned k, struct spool *weights, struct sorter *sorter, struct err *e)
{
    struct spool *from = x->c->level[k].grams;
    struct spool_reader in = {0};
    struct join join = {0};
    const void *p;
    int r = spool_rewind(&in, from, 0, spool_bytes(from), READ_BYTES, e);
    if (r == 0 && weights) r = spool_rewind(&join.in, weights, 0, spool_bytes(weights), READ_BYTES, e);
    if (r == 0 && weights) r = join_next(&join, e);
    while (r >= 0 && (r = spool_next(&in, &p, sizeof(struct gram), e)) > 0) {
        struct gram g = *(const struct gram *)p;
        r = join_weight(&join, &g, e);
        if (k > 1) g.key = gram_to_context(g.key, k, x->c->bits);
        if (r == 0) r = sorter ? sorter_add(sorter, &g, e) : spool_write(x->grams[k], &g, sizeof g, e);
    }
    spool_reader_free(&in);
    spool_reader_free(&join.in);
    return r;
}

/* Level k >= 2. *weights: in, those of the k-grams (or NULL); out, those of the (k-1)-grams. */
static int go_down(struct estimate *x, unsigned k, struct spool **weights, struct err *e)
{
    struct counter *c = x->c;
    struct sorter *sorter = NULL;
    struct spool *made = NULL;
    struct sorter_opts o = {.key_bits = k * c->bits,
                            .memory = c->memory,
                            .expect = c->level[k].all,
                            .team = c->team,
                            .tmp = c->tmp};
    int r = sorter_new(&sorter, &o, e);
    if (r == 0) r = feed(x, k, *weights, sorter, e);
    if (r == 0) r = spool_new(&made, c->tmp, e);
    if (r == 0) r = spool_new(&x->contexts[k], c->tmp, e);
    spool_free(c->level[k].grams);
    c->level[k].grams = NULL;
    if (r == 0) r = sorter_done(sorter, e);
    if (r == 0) c->runs += sorter_runs(sorter);
    if (r == 0) r = sum_contexts(x, k, sorter, made, e);
    sorter_free(sorter);
    spool_free(*weights);
    *weights = made;
    return r;
}

/* Unigrams have one context, the empty one, and lie in its order already. */
static int go_down_to_words(struct estimate *x, struct spool *weights, struct err *e)
{
    struct sums s = {0};
    struct spool_reader in = {0};
    const void *p;
    int r = feed(x, 1, weights, NULL, e);
    if (r == 0) r = spool_rewind(&in, x->grams[1], 0, spool_bytes(x->grams[1]), READ_BYTES, e);
    while (r >= 0 && (r = spool_next(&in, &p, sizeof(struct gram), e)) > 0) {
        const struct gram *g = p;
        if (GRAM_COUNT(g)) sums_add(&s, g);
    }
    spool_reader_free(&in);
    if (r == 0 && s.context.sum == 0) r = err_set(e, ERR_DATA, "no words to learn from");
    if (r < 0) return r;
    x->words = x->c->level[1].all - 1;
    s.context.gamma = sums_gamma(&s, &x->discounts[1]);
    s.context.kept = x->c->level[1].all;
    r = spool_new(&x->contexts[1], x->c->tmp, e);
    return r < 0 ? r : spool_write(x->contexts[1], &s.context, sizeof s.context, e);
}

int estimate_new(struct estimate **out, struct counter *c, const struct estimate_opts *o, struct err *e)
{
    struct estimate *x = calloc(1, sizeof *x);
    struct spool *weights = NULL;
    int r = 0;
    if (!x) return err_nomem(e, "estimating");
    x->c = c;
    for (unsigned k = 1; k <= c->order && r == 0; k++) {
        discounts_find(&x->discounts[k], c->level[k].with, o->fallback);
        r = spool_new(&x->grams[k], c->tmp, e);
    }
    for (unsigned k = c->order; k >= 2 && r == 0; k--) r = go_down(x, k, &weights, e);
    if (r == 0) r = go_down_to_words(x, weights, e);
    spool_free(weights);
    *out = x;
    if (r == 0) return 0;
    estimate_free(x);
    *out = NULL;
    return r;
}

void estimate_free(struct estimate *x)
{
    if (!x) return;
    for (unsigned k = 1; k <= LM_MAX_ORDER; k++) {
        spool_free(x->grams[k]);
        spool_free(x->contexts[k]);
    }
    spool_reader_free(&x->in_grams);
    spool_reader_free(&x->in_contexts);
    spool_reader_free(&x->in_lower);
    spool_reader_free(&x->in_lower_contexts);
    spool_free(x->results);
    spool_free(x->lower);
    free(x->block);
    free(x);
}

/* ------------------------------------------------------------------ upwards */

/* What level k-1 came to becomes what level k reads, and level k begins. */
static int start_level(struct estimate *x, unsigned k, struct err *e)
{
    int r = 0;
    x->k = k;
    spool_reader_free(&x->in_grams);
    spool_reader_free(&x->in_contexts);
    spool_reader_free(&x->in_lower);
    spool_reader_free(&x->in_lower_contexts);
    spool_free(x->lower);
    x->lower = x->results;
    x->results = NULL;
    x->n_block = x->at_block = 0;
    x->lower_context = (struct context){0};
    if (k > 1) r = spool_rewind(&x->in_lower, x->lower, 0, spool_bytes(x->lower), READ_BYTES, e);
    if (r == 0 && k > 1)
        r = spool_rewind(&x->in_lower_contexts, x->contexts[k - 1], 0, spool_bytes(x->contexts[k - 1]),
                         READ_BYTES, e);
    if (r == 0)
        r = spool_rewind(&x->in_contexts, x->contexts[k], 0, spool_bytes(x->contexts[k]), READ_BYTES, e);
    if (r == 0) r = spool_rewind(&x->in_grams, x->grams[k], 0, spool_bytes(x->grams[k]), READ_BYTES, e);
    if (r == 0 && k < x->c->order) r = spool_new(&x->results, x->c->tmp, e);
    return r;
}

static int grow_block(struct estimate *x, uint64_t n, struct err *e)
{
    if (n <= x->cap_block) return 0;
    struct lower *block = realloc(x->block, n * sizeof *block);
    if (!block) return err_nomem(e, "estimating");
    x->block = block;
    x->cap_block = n;
    return 0;
}

static int read_block(struct estimate *x, struct err *e)
{
    const void *p = NULL;
    int r = grow_block(x, x->lower_context.kept, e);
    x->n_block = 0;
    while (r >= 0 && x->block && x->n_block < x->lower_context.kept) {
        r = spool_next(&x->in_lower, &p, sizeof(struct lower), e);
        if (r == 0) return err_set(e, ERR_IO, "internal error: an n-gram without its shorter one");
        if (r > 0) x->block[x->n_block++] = *(const struct lower *)p;
    }
    return r < 0 ? r : 0;
}

/* The block of the context without its first word. Blocks on the way to it are read and passed over. */
static int find_block(struct estimate *x, gram_key want, struct err *e)
{
    const void *p;
    int r = 0;
    x->at_block = 0;
    while (r >= 0 && (x->n_block == 0 || x->lower_context.key < want)) {
        r = spool_next(&x->in_lower_contexts, &p, sizeof(struct context), e);
        if (r == 0) break;
        if (r > 0) x->lower_context = *(const struct context *)p;
        if (r > 0) r = read_block(x, e);
    }
    if (r >= 0 && (x->n_block == 0 || x->lower_context.key != want))
        r = err_set(e, ERR_IO, "internal error: a context without its shorter one");
    return r < 0 ? r : 0;
}

/* p of word in the block; words are asked for in ascending order: leaps that double, then a binary search. */
static double block_p(struct estimate *x, uint32_t word)
{
    if (x->k == 2) return x->block[word].p; /* all words are there, by id */
    uint64_t low = x->at_block, leap = 1;
    while (low + leap < x->n_block && x->block[low + leap].word <= word) {
        low += leap;
        leap *= 2;
    }
    uint64_t high = low + leap < x->n_block ? low + leap : x->n_block;
    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        if (x->block[mid].word <= word)
            low = mid;
        else
            high = mid;
    }
    x->at_block = low;
    return x->block[low].word == word ? x->block[low].p : 0;
}

/* The next context with n-grams, on this level or a higher one: 1; 0 at the end. */
static int next_context(struct estimate *x, struct err *e)
{
    const void *p = NULL;
    int r = x->started ? 0 : start_level(x, 1, e);
    x->started = true;
    while (r >= 0 && (r = spool_next(&x->in_contexts, &p, sizeof(struct context), e)) == 0) {
        if (x->k == x->c->order) return 0;
        r = start_level(x, x->k + 1, e);
    }
    if (r <= 0) return r;
    x->context = *(const struct context *)p;
    x->left = x->context.kept;
    r = x->k > 1 ? find_block(x, x->context.key >> x->c->bits, e) : 0;
    return r < 0 ? r : 1;
}

static double probability(struct estimate *x, const struct gram *g, uint32_t word)
{
    uint64_t a = GRAM_COUNT(g);
    if (x->k == 1 && word == WORD_BOS) return 1;
    double lower = x->k > 1 ? block_p(x, word) : 1 / (double)x->words;
    double own = ((double)a - x->discounts[x->k].d[a < 3 ? a : 3]) / (double)x->context.sum;
    return own + x->context.gamma * lower;
}

int estimate_next(struct estimate *x, struct estimated *out, struct err *e)
{
    const void *p;
    int r = 1;
    if (x->left == 0 && (r = next_context(x, e)) <= 0) return r;
    r = spool_next(&x->in_grams, &p, sizeof(struct gram), e);
    if (r == 0) return err_set(e, ERR_IO, "internal error: a context without n-grams");
    if (r < 0) return r;
    const struct gram *g = p;
    uint32_t word = gram_field(g->key, 0, x->c->bits);
    x->left--;
    *out = (struct estimated){x->k, g->key, probability(x, g, word), g->backoff};
    struct lower l = {.word = word, .p = out->p};
    if (x->results && (r = spool_write(x->results, &l, sizeof l, e)) < 0) return r;
    return 1;
}
