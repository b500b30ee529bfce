/* estimate.c: adjusted counts to probabilities and backoffs, order by order upwards.
 *
 * Of context c all n-grams (c, w) are at hand as a block, and so are those of the context without c's first word, one order
 * below: contexts are in suffix order, so the blocks of both orders are walked along side by side, and p(w | c) needs
 * nothing but the two. What does not come in this order is the backoff of a k-gram: it is gamma of a context of order k+1,
 * and contexts are in the order of their last word. So the backoffs of an order are sorted, by the k-gram as it will come.
 * Most are the same number, that of a context with one follower of count 1, and those are not sorted but left out.
 *
 * In: blocks of counts. Out: n-grams with p and backoff. State: the probabilities of the order below in a temporary file,
 * two blocks. Memory: the sorter's; 8 bytes a word of the vocabulary, and the blocks (blocks.c). */
#include "filter/lm/estimate.h"
#include "common/buf.h"
#include "filter/lm/logs.h"
#include "filter/lm/wordtable.h"
#include <stdlib.h>

#define READ_BYTES ((size_t)512 << 10)
#define FEW 8 /* followers of a block that are looked through one by one */

struct estimate {
    struct counter *c;
    struct discounts discounts[LM_MAX_ORDER + 1];
    unsigned k; /* the order that is being estimated */
    /* its n-grams */
    struct block_reader own;
    uint64_t at;           /* the next follower of own.block; of order 1 the next word */
    gram_key context;      /* own.block's */
    double sum, gamma;     /* of its counts */
    struct estimated next; /* k, and the context's words */
    struct spool *made;    /* p of each, for the order above */
    /* their backoffs */
    struct sorter *backoffs;
    struct gram backoff; /* the next; NO_KEY behind the last */
    float usual;         /* of those that are not there */
    /* the order below */
    struct block_reader below;
    bool below_found; /* below.block is a block */
    struct spool *below_p;
    struct spool_reader in_below_p;
    uint64_t at_below;
    double few[FEW]; /* p of below.block's followers, or, where they are more than FEW: */
    double *p_of;    /* p by word */
};

#define NO_KEY (~(gram_key)0)

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

/* ------------------------------------------------------------------ sums of one context */

struct sums {
    uint64_t sum, with[4], pruned;
};

static double gamma_of(const struct sums *s, const struct discounts *d)
{
    double mass = (double)s->pruned;
    for (int j = 1; j <= 3; j++) mass += d->d[j] * (double)s->with[j];
    return mass / (double)s->sum;
}

static struct sums sums_of(const struct block *b)
{
    struct sums s = {.sum = b->pruned, .pruned = b->pruned};
    if (b->single) return (struct sums){.sum = 1, .with = {0, 1, 0, 0}};
    for (uint64_t i = 0; i < b->n; i++) {
        uint64_t a = b->at[i].count;
        s.sum += a;
        s.with[a < 3 ? a : 3]++;
    }
    return s;
}

/* ------------------------------------------------------------------ backoffs */

static float backoff_of(const struct sums *s, const struct discounts *d)
{
    double gamma = gamma_of(s, d);
    return (float)(gamma > 0 ? log10_exactly(gamma) : LOG10_OF_ZERO);
}

/* The context of a block as the k-gram that it is, k its length, in context order. */
static gram_key as_gram(const struct block *b, unsigned bits)
{
    gram_key key = 0;
    for (unsigned i = 1; i < b->length; i++) key = key << bits | b->context[i];
    return key << bits | b->context[0];
}

/* What most contexts of this order have: one follower, of count 1, which pruning takes away if it takes any. */
static bool is_usual(const struct sums *s, bool prunes)
{
    return s->sum == 1 && s->pruned == prunes;
}

/* From the contexts of order k+1 those of unusual gamma are handed to the sorter. At k = 1 all are: a word that does not
 * occur has no backoff. */
static int sort_backoffs(struct estimate *x, unsigned k, struct err *e)
{
    struct counter *c = x->c;
    const struct discounts *d = &x->discounts[k + 1];
    const bool prunes = c->prune[k + 1] > 0;
    struct block_reader in;
    struct sorter_opts o = {.key_bits = k * c->bits,
                            .memory = c->memory,
                            .expect = c->level[k].all,
                            .team = c->team,
                            .tmp = c->tmp};
    struct sums usual = {.sum = 1, .with = {0, !prunes, 0, 0}, .pruned = prunes};
    int r = sorter_new(&x->backoffs, &o, e);
    if (r == 0) r = block_reader_open(&in, c->level[k + 1].blocks, k, e);
    if (r < 0) return r;
    x->usual = k == 1 ? 0 : backoff_of(&usual, d);
    while (r >= 0 && (r = block_next(&in, e)) > 0) {
        struct sums s = sums_of(&in.block);
        if (k > 1 && is_usual(&s, prunes)) continue;
        struct gram g = {.key = as_gram(&in.block, c->bits), .backoff = backoff_of(&s, d)};
        r = sorter_add(x->backoffs, &g, e);
    }
    block_reader_free(&in);
    if (r >= 0) r = sorter_done(x->backoffs, e);
    if (r == 0) c->runs += sorter_runs(x->backoffs);
    return r;
}

static int next_backoff(struct estimate *x, struct err *e)
{
    int r = sorter_next(x->backoffs, &x->backoff, e);
    if (r == 0) x->backoff.key = NO_KEY;
    return r;
}

/* Of own.block's context with this word. Asked for all of them, in order. */
static inline int find_backoff(struct estimate *x, uint32_t word, float *backoff, struct err *e)
{
    if (x->backoff.key != (x->context << x->c->bits | word)) {
        *backoff = word == WORD_EOS ? 0 : x->usual;
        return 0;
    }
    *backoff = x->backoff.backoff;
    return next_backoff(x, e);
}

/* ------------------------------------------------------------------ the order below */

/* The p's of below.block's followers. */
static int read_below_p(struct estimate *x, struct err *e)
{
    const struct block *b = &x->below.block;
    const void *p;
    for (uint64_t i = 0; i < b->n; i++) {
        if (spool_next(&x->in_below_p, &p, sizeof(double), e) <= 0)
            return err_set(e, ERR_IO, "internal error: an n-gram without its probability");
        *(b->n <= FEW ? &x->few[i] : &x->p_of[b->at[i].word]) = *(const double *)p;
    }
    return 0;
}

static bool same_words(const uint32_t *a, const uint32_t *b, unsigned n)
{
    unsigned i = 0;
    while (i < n && a[i] == b[i]) i++;
    return i == n;
}

/* Makes below.block that of own.block's context without its first word. Blocks on the way to it are passed over. */
static int find_below(struct estimate *x, struct err *e)
{
    const struct block *own = &x->own.block, *below = &x->below.block;
    int r = 1;
    if (x->k == 2 || (x->below_found && same_words(own->context, below->context, x->k - 2))) return 0;
    x->below_found = true;
    while ((r = block_next(&x->below, e)) > 0 && !same_words(own->context, below->context, x->k - 2))
        if (spool_skip(&x->in_below_p, below->n * sizeof(double), e) < 0) return -ERR_IO;
    if (r == 0) return err_set(e, ERR_IO, "internal error: a context without its shorter one");
    return r < 0 ? r : read_below_p(x, e);
}

/* p of the word by the order below; *at: where the word before was found, as words ascend. */
static inline double p_below(const struct estimate *x, uint32_t word, uint64_t *at)
{
    const struct block *b = &x->below.block;
    if (x->k == 2 || b->n > FEW) return x->p_of[word];
    while (*at + 1 < b->n && b->at[*at].word < word) ++*at;
    return x->few[*at];
}

/* ------------------------------------------------------------------ n-grams */

/* The next context: its sums, the block below. 1; 0: the order is done. */
static int next_context(struct estimate *x, struct err *e)
{
    const struct block *b = &x->own.block;
    int r = block_next(&x->own, e);
    if (r <= 0) return r;
    struct sums s = sums_of(b);
    x->sum = (double)s.sum;
    x->gamma = gamma_of(&s, &x->discounts[x->k]);
    x->at = x->at_below = 0;
    x->context = 0;
    for (unsigned i = 0; i < b->length; i++) x->context = x->context << x->c->bits | b->context[i];
    for (unsigned i = 0; i < b->length; i++) x->next.words[i] = b->context[b->length - 1 - i];
    r = b->n ? find_below(x, e) : 0;
    return r < 0 ? r : 1;
}

static inline double p_of_count(const struct estimate *x, uint64_t a, double below)
{
    return ((double)a - x->discounts[x->k].d[a < 3 ? a : 3]) / x->sum + x->gamma * below;
}

static int put_gram(struct estimate *x, struct estimated *out, struct err *e)
{
    const struct follower *f = &x->own.block.at[x->at++];
    *out = x->next;
    out->words[x->k - 1] = f->word;
    out->p = p_of_count(x, f->count, p_below(x, f->word, &x->at_below));
    out->backoff = 0;
    if (x->k == x->c->order) return 0;
    double *p = spool_room(x->made, sizeof *p, e);
    if (!p) return -ERR_IO;
    *p = out->p;
    return find_backoff(x, f->word, &out->backoff, e);
}

static int64_t some_grams(struct estimate *x, struct estimated *out, size_t most, struct err *e)
{
    size_t n = 0;
    int r = 1;
    while (n < most && r > 0) {
        while (n < most && x->at < x->own.block.n)
            if ((r = put_gram(x, &out[n++], e)) < 0) return r;
        r = n < most ? next_context(x, e) : 1;
    }
    return r < 0 ? r : (int64_t)n;
}

/* Order 1: every word, by id; they have one context, the empty one. */
static int64_t some_words(struct estimate *x, struct estimated *out, size_t most, struct err *e)
{
    size_t n = 0;
    for (; n < most && x->at < x->c->n_words; n++, x->at++) {
        uint32_t word = (uint32_t)x->at;
        out[n] = (struct estimated){.words = {word}, .k = 1};
        out[n].p = word == WORD_BOS ? 1 : p_of_count(x, x->c->words[word], 1 / (double)(x->c->n_words - 1));
        x->p_of[word] = out[n].p;
        if (x->c->order > 1 && find_backoff(x, word, &out[n].backoff, e) < 0) return -ERR_IO;
    }
    return (int64_t)n;
}

/* ------------------------------------------------------------------ from order to order */

static int start_words(struct estimate *x, struct err *e)
{
    struct sums s = {0};
    for (uint64_t i = 0; i < x->c->n_words; i++) {
        uint64_t a = x->c->words[i];
        s.sum += a;
        if (a) s.with[a < 3 ? a : 3]++;
    }
    if (s.sum == 0) return err_set(e, ERR_DATA, "no words to learn from");
    x->sum = (double)s.sum;
    x->gamma = gamma_of(&s, &x->discounts[1]);
    return 0;
}

/* What order k-1 came to becomes what order k reads, and what only order k-1 read goes. */
static int start_blocks(struct estimate *x, struct err *e)
{
    struct counter *c = x->c;
    const unsigned k = x->k;
    block_reader_free(&x->own);
    block_reader_free(&x->below);
    spool_reader_free(&x->in_below_p);
    spool_free(x->below_p);
    spool_free(c->level[k - 2].blocks);
    c->level[k - 2].blocks = NULL;
    x->below_p = x->made;
    x->made = NULL;
    x->below_found = false;
    int r = block_reader_open(&x->own, c->level[k].blocks, k - 1, e);
    if (r == 0 && k > 2) r = block_reader_open(&x->below, c->level[k - 1].blocks, k - 2, e);
    if (r == 0 && k > 2)
        r = spool_rewind(&x->in_below_p, x->below_p, 0, spool_bytes(x->below_p), READ_BYTES, e);
    if (r == 0 && k < c->order) r = spool_new(&x->made, c->tmp, e);
    return r;
}

static int start_order(struct estimate *x, unsigned k, struct err *e)
{
    x->k = x->next.k = k;
    x->at = 0;
    sorter_free(x->backoffs);
    x->backoffs = NULL;
    x->backoff.key = NO_KEY;
    int r = k == 1 ? start_words(x, e) : start_blocks(x, e);
    if (r == 0 && k < x->c->order) r = sort_backoffs(x, k, e);
    return r < 0 || k == x->c->order ? r : next_backoff(x, e);
}

int64_t estimate_next(struct estimate *x, struct estimated *out, size_t most, struct err *e)
{
    int64_t n;
    while ((n = x->k == 1 ? some_words(x, out, most, e) : some_grams(x, out, most, e)) == 0) {
        if (x->k == x->c->order) return 0;
        int r = start_order(x, x->k + 1, e);
        if (r < 0) return r;
    }
    return n;
}

int estimate_new(struct estimate **out, struct counter *c, const struct estimate_opts *o, struct err *e)
{
    struct estimate *x = calloc(1, sizeof *x);
    if (!x) return err_nomem(e, "estimating");
    x->c = c;
    for (unsigned k = 1; k <= c->order; k++) discounts_find(&x->discounts[k], c->level[k].with, o->fallback);
    x->p_of = word_table_new(c->n_words, sizeof *x->p_of);
    int r = x->p_of ? start_order(x, 1, e) : err_nomem(e, "estimating");
    *out = x;
    if (r >= 0) return 0;
    estimate_free(x);
    *out = NULL;
    return r;
}

void estimate_free(struct estimate *x)
{
    if (!x) return;
    block_reader_free(&x->own);
    block_reader_free(&x->below);
    spool_reader_free(&x->in_below_p);
    sorter_free(x->backoffs);
    spool_free(x->made);
    spool_free(x->below_p);
    free(x->p_of);
    free(x);
}
