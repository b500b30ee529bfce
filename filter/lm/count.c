/* count.c: word ids to sorted n-grams to adjusted counts of every order.
 *
 * Each word, with the n-1 before it (<s> standing where the sequence has not begun), is one n-gram of the highest order.
 * Sorted in suffix order they give all lower orders in one pass: the k-grams are the k highest fields, so a k-gram is
 * done as soon as one of these changes, and its different left neighbours are the (k+1)-grams that were begun meanwhile.
 * N-grams with <s> at another place than the first are padding, and no k-grams.
 *
 * In: ids in a spool. Out: per order a spool of n-grams in suffix order, and the counts of counts. State: the open n-gram
 * of each order. Memory: the sorter's. */
#include "filter/lm/count.h"
#include "common/buf.h"

struct open_gram {
    uint64_t raw, left; /* occurrences; different words before it */
};

static void tally(struct level *l, const struct gram *g)
{
    uint64_t a = GRAM_COUNT(g);
    l->all++;
    l->kept += !(g->count & GRAM_PRUNED);
    if (a < 5) l->with[a]++;
}

/* The k-gram that ends here: the k highest fields of the key. */
static int close_gram(struct counter *c, unsigned k, gram_key full, const struct open_gram *o, struct err *e)
{
    gram_key key = full >> ((c->order - k) * c->bits);
    uint32_t first = gram_field(key, 0, c->bits);
    if (k > 1 && gram_field(key, 1, c->bits) == WORD_BOS) return 0;
    struct gram g = {.key = key, .count = k == c->order || first == WORD_BOS ? o->raw : o->left};
    if (o->raw <= c->prune[k]) g.count |= GRAM_PRUNED;
    tally(&c->level[k], &g);
    return spool_write(c->level[k].grams, &g, sizeof g, e);
}

/* How many fields from the highest on are the same. */
static unsigned common_fields(gram_key a, gram_key b, unsigned order, unsigned bits)
{
    gram_key x = a ^ b;
    unsigned same = 0;
    while (same < order && gram_field(x, order - 1 - same, bits) == 0) same++;
    return same;
}

/* Level 1 is given by open_words: every id, whether it occurs or not. */
static int open_words(struct counter *c, uint64_t *next, uint64_t until, struct err *e)
{
    int r = 0;
    for (; *next < until && r == 0; ++*next) {
        struct gram g = {.key = *next};
        c->level[1].all++;
        c->level[1].kept++;
        r = spool_write(c->level[1].grams, &g, sizeof g, e);
    }
    return r;
}

static int close_grams(struct counter *c, unsigned above, gram_key key, struct open_gram *open,
                       uint64_t *next_word, struct err *e)
{
    int r = 0;
    if (above == 0) {
        uint64_t word = (uint64_t)(key >> ((c->order - 1) * c->bits));
        r = open_words(c, next_word, word, e);
        *next_word = word + 1;
    }
    for (unsigned k = above + 1; k <= c->order && r == 0; k++) r = close_gram(c, k, key, &open[k], e);
    return r;
}

static int adjust(struct counter *c, struct sorter *s, struct err *e)
{
    struct open_gram open[LM_MAX_ORDER + 2] = {0};
    struct gram g;
    gram_key last = 0;
    uint64_t next_word = 0;
    bool any = false;
    int r;
    while ((r = sorter_next(s, &g, e)) > 0) {
        unsigned same = any ? common_fields(g.key, last, c->order, c->bits) : 0;
        if (any && (r = close_grams(c, same, last, open, &next_word, e)) < 0) return r;
        for (unsigned k = same + 1; k <= c->order; k++) open[k] = (struct open_gram){0};
        for (unsigned k = same < 1 ? 1 : same; k < c->order; k++) open[k].left++;
        for (unsigned k = 1; k <= c->order; k++) open[k].raw += g.count;
        last = g.key;
        any = true;
    }
    if (r == 0 && any) r = close_grams(c, 0, last, open, &next_word, e);
    return r < 0 ? r : open_words(c, &next_word, c->n_words, e);
}

static int add_tokens(struct counter *c, struct sorter *s, struct spool *tokens, struct err *e)
{
    unsigned top = (c->order - 1) * c->bits;
    gram_key begin = 0, key;
    struct spool_reader in;
    const void *p;
    for (unsigned k = 0; k < c->order; k++) begin = begin << c->bits | WORD_BOS;
    key = begin;
    int r = spool_rewind(&in, tokens, 0, spool_bytes(tokens), 1 << 20, e);
    while (r >= 0 && (r = spool_next(&in, &p, sizeof(uint32_t), e)) > 0) {
        uint32_t id = *(const uint32_t *)p;
        key = key >> c->bits | (gram_key)id << top;
        r = sorter_add_key(s, key, e);
        if (id == WORD_EOS) key = begin;
    }
    spool_reader_free(&in);
    return r;
}

int count_grams(struct counter *c, struct spool *tokens, struct err *e)
{
    struct sorter *s = NULL;
    struct sorter_opts o = {.key_bits = c->order * c->bits,
                            .keys_only = true,
                            .memory = c->memory,
                            .expect = spool_bytes(tokens) / sizeof(uint32_t),
                            .team = c->team,
                            .tmp = c->tmp};
    int r = sorter_new(&s, &o, e);
    for (unsigned k = 1; k <= c->order && r == 0; k++) r = spool_new(&c->level[k].grams, c->tmp, e);
    if (r == 0) r = add_tokens(c, s, tokens, e);
    if (r == 0) r = sorter_done(s, e);
    if (r == 0) c->runs = sorter_runs(s);
    if (r == 0) r = adjust(c, s, e);
    sorter_free(s);
    return r;
}

void counter_free(struct counter *c)
{
    for (unsigned k = 1; k <= LM_MAX_ORDER; k++) {
        spool_free(c->level[k].grams);
        c->level[k].grams = NULL;
    }
}
