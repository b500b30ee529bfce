/* count.c: word ids to sorted n-grams to adjusted counts of every order.
 *
 * Each word, with the n-1 before it (<s> standing where the sequence has not begun), is one n-gram of the highest order.
 * Sorted in context order (gram.h) they give every order in one pass: while a context is open its followers are gathered;
 * when it ends these are put in order, are the n-grams of that context, and go on to the context that is a word shorter
 * as followers that one more word precedes. So there is one sort, and behind it only such of followers of one context.
 * Contexts with <s> at another place than the first are padding: they have no n-grams, but pass their followers on.
 *
 * In: ids in a spool. Out: counts of words; per order a spool of blocks, and the counts of counts. State: the open context
 * of each length. Memory: the sorter's; 16 bytes a word of the vocabulary, and up to four times that a length. */
#include "filter/lm/count.h"
#include "common/buf.h"
#include "filter/lm/radix.h"
#include "filter/lm/wordtable.h"
#include <stdlib.h>

#define KEY_OF_FOLLOWER(x) ((x).word)
DEFINE_RADIX(radix_followers, struct follower, KEY_OF_FOLLOWER)

struct open_context {
    struct block block; /* [length] */
    uint64_t cap;
    bool mixed; /* the followers' words do not ascend */
    struct block_writer out;
};

struct counting {
    struct counter *c;
    struct open_context open[LM_MAX_ORDER]; /* by length, from 1 */
    uint32_t path[LM_MAX_ORDER];            /* the longest open context, from its end */
    struct follower *words;                 /* of the empty context, by id */
};

/* ------------------------------------------------------------------ followers of one context */

/* Sorted by word, equal words made one. */
static void put_in_order(const struct counting *x, struct open_context *o)
{
    struct follower *a = o->block.at;
    uint64_t n = 0;
    radix_followers(a, o->block.n, x->c->bits);
    for (uint64_t i = 1; i < o->block.n; i++) {
        if (a[i].word != a[n].word) {
            a[++n] = a[i];
            continue;
        }
        a[n].left += a[i].left;
        a[n].count += a[i].count;
    }
    o->block.n = n + 1;
    o->mixed = false;
}

/* The list is full: equal words are made one, and where that frees less than half of it, it grows. */
static int make_room(const struct counting *x, struct open_context *o, struct err *e)
{
    if (o->mixed) put_in_order(x, o);
    if (2 * o->block.n < o->cap) return 0;
    uint64_t cap = o->cap ? 2 * o->cap : 64;
    struct follower *at = realloc(o->block.at, cap * sizeof *at);
    if (!at) return err_nomem(e, "counting n-grams");
    o->block.at = at;
    o->cap = cap;
    return 0;
}

static int follow(const struct counting *x, struct open_context *o, struct follower f, struct err *e)
{
    struct block *b = &o->block;
    if (b->n == o->cap && make_room(x, o, e) < 0) return -ERR_IO;
    o->mixed |= b->n > 0 && b->at[b->n - 1].word >= f.word;
    b->at[b->n++] = f;
    return 0;
}

/* To the context that is a word shorter: one more word stands before each follower. */
static int pass_on(struct counting *x, unsigned length, struct err *e)
{
    const struct block *b = &x->open[length].block;
    int r = 0;
    for (uint64_t i = 0; i < b->n && r == 0; i++) {
        struct follower f = {b->at[i].word, 1, b->at[i].count}, *word = &x->words[f.word];
        if (length > 1) {
            r = follow(x, &x->open[length - 1], f, e);
        } else {
            word->left++;
            word->count += f.count;
        }
    }
    return r;
}

/* ------------------------------------------------------------------ n-grams of one context */

static void tally(struct level *l, uint64_t count, bool kept)
{
    l->all++;
    l->kept += kept;
    if (count < 5) l->with[count]++;
}

/* Occurrences become adjusted counts; the pruned ones are taken out. */
static void adjust(struct counter *c, struct block *b)
{
    const unsigned k = b->length + 1;
    struct level *l = &c->level[k];
    const bool whole = k == c->order || b->context[b->length - 1] == WORD_BOS;
    uint64_t n = 0;
    b->pruned = 0;
    for (uint64_t i = 0; i < b->n; i++) {
        struct follower f = b->at[i];
        bool kept = f.count > c->prune[k];
        if (!whole) f.count = f.left;
        tally(l, f.count, kept);
        if (kept)
            b->at[n++] = f;
        else
            b->pruned += f.count;
    }
    b->n = n;
}

static int close_context(struct counting *x, unsigned length, struct err *e)
{
    struct open_context *o = &x->open[length];
    struct block *b = &o->block;
    if (o->mixed) put_in_order(x, o);
    int r = pass_on(x, length, e);
    if (r == 0 && (length == 1 || x->path[length - 2] != WORD_BOS)) {
        memcpy(b->context, x->path, length * sizeof *b->context);
        adjust(x->c, b);
        r = block_write(&o->out, b, e);
    }
    b->n = 0;
    return r;
}

/* ------------------------------------------------------------------ the pass over sorted n-grams */

/* The contexts longer than what `key` has in common with the open ones are closed, and its own opened. */
static int go_to(struct counting *x, gram_key key, bool first, struct err *e)
{
    const unsigned longest = x->c->order - 1, bits = x->c->bits;
    unsigned same = 0;
    int r = 0;
    while (same < longest && gram_field(key, longest - same, bits) == x->path[same]) same++;
    for (unsigned length = longest; length > same && r == 0 && !first; length--)
        r = close_context(x, length, e);
    for (unsigned i = same; i < longest; i++) x->path[i] = gram_field(key, longest - i, bits);
    return r;
}

static int count_sorted(struct counting *x, struct sorter *s, struct err *e)
{
    const unsigned longest = x->c->order - 1, bits = x->c->bits;
    struct gram g;
    gram_key context = 0;
    bool first = true;
    int r;
    while ((r = sorter_next(s, &g, e)) > 0) {
        struct follower f = {gram_field(g.key, 0, bits), 0, g.count};
        if (longest == 0) {
            x->words[f.word].count = g.count;
            continue;
        }
        if (first || g.key >> bits != context) r = go_to(x, g.key, first, e);
        context = g.key >> bits;
        first = false;
        if (r >= 0) r = follow(x, &x->open[longest], f, e);
        if (r < 0) return r;
    }
    for (unsigned length = longest; length > 0 && r == 0 && !first; length--) r = close_context(x, length, e);
    return r;
}

/* Every id is a unigram, whether it occurs or not. */
static int count_words(struct counting *x, struct err *e)
{
    struct counter *c = x->c;
    c->words = malloc(c->n_words * sizeof *c->words);
    if (!c->words) return err_nomem(e, "counting n-grams");
    for (uint64_t i = 0; i < c->n_words; i++) {
        c->words[i] = c->order == 1 ? x->words[i].count : x->words[i].left;
        tally(&c->level[1], c->words[i], true);
    }
    return 0;
}

static int add_tokens(const struct counter *c, struct sorter *s, struct spool *tokens, struct err *e)
{
    const unsigned longest = c->order - 1, bits = c->bits, top = longest ? (longest - 1) * bits : 0;
    gram_key begin = 0, context;
    struct spool_reader in;
    const void *p;
    for (unsigned k = 0; k < longest; k++) begin = begin << bits | WORD_BOS;
    context = begin;
    int r = spool_rewind(&in, tokens, 0, spool_bytes(tokens), 1 << 20, e);
    while (r >= 0 && (r = spool_next(&in, &p, sizeof(uint32_t), e)) > 0) {
        uint32_t id = *(const uint32_t *)p;
        r = sorter_add_key(s, context << bits | id, e);
        context = longest ? context >> bits | (gram_key)id << top : 0;
        if (id == WORD_EOS) context = begin;
    }
    spool_reader_free(&in);
    return r;
}

static int start(struct counting *x, struct err *e)
{
    struct counter *c = x->c;
    x->words = word_table_new(c->n_words, sizeof *x->words);
    int r = x->words ? 0 : err_nomem(e, "counting n-grams");
    for (unsigned length = 1; length < c->order && r == 0; length++) {
        struct open_context *o = &x->open[length];
        o->block.length = length;
        r = block_writer_new(&o->out, c->tmp, e);
        c->level[length + 1].blocks = o->out.spool;
    }
    return r;
}

int count_grams(struct counter *c, struct spool *tokens, struct err *e)
{
    struct counting x = {.c = c};
    struct sorter *s = NULL;
    struct sorter_opts o = {.key_bits = c->order * c->bits,
                            .keys_only = true,
                            .memory = c->memory,
                            .expect = spool_bytes(tokens) / sizeof(uint32_t),
                            .team = c->team,
                            .tmp = c->tmp};
    int r = sorter_new(&s, &o, e);
    if (r == 0) r = add_tokens(c, s, tokens, e);
    if (r == 0) r = sorter_done(s, e);
    if (r == 0) c->runs = sorter_runs(s);
    if (r == 0) r = start(&x, e);
    if (r == 0) r = count_sorted(&x, s, e);
    if (r == 0) r = count_words(&x, e);
    sorter_free(s);
    free(x.words);
    for (unsigned length = 1; length < c->order; length++) free(x.open[length].block.at);
    return r;
}

void counter_free(struct counter *c)
{
    for (unsigned k = 1; k <= LM_MAX_ORDER; k++) {
        spool_free(c->level[k].blocks);
        c->level[k].blocks = NULL;
    }
    free(c->words);
    c->words = NULL;
}
