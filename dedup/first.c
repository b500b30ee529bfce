/* first.c: the first document of those that are alike stays.
 *
 * Keys, fingerprints, shingles and signatures are computed on all threads; then, in input order, each document is held against those
 * kept so far (survivors.h). A near-duplicate is dropped only when its true similarity with a kept document reaches the
 * threshold: agreeing bands only propose it. So no chain of likenesses removes an unlike document.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --pairs. State: what was kept, within --memory. */
#include "dedup/first.h"
#include "common/stage.h"
#include "dedup/likeness.h"
#include "dedup/minhash.h"
#include "dedup/shingle.h"
#include "dedup/simhash.h"
#include "dedup/survivors.h"
#include <stdlib.h>

struct dedup {
    const struct first_opts *o;
    struct minhash minhash;
    struct survivors *survivors;
    struct out *pairs;
    struct buf value, pair_line;
    uint64_t without_id;
};

/* What a deferred document carries: the key or the band keys, then the list of shingles; where that is empty bands mean nothing. */
struct mark {
    struct hash128 key;
    uint64_t n;
    uint64_t band[]; /* bands keys, then n uint32_t */
};

struct worker {
    struct shingles *shingles;
    struct wordhash words;
    struct buf mark;
};

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    shingles_free(w->shingles);
    wordhash_free(&w->words);
    buf_free(&w->mark);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct dedup *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->mark, BUF_NO_MAX);
    wordhash_init(&w->words);
    w->shingles = shingles_new(&x->o->plan.shingle);
    if (w->shingles) return w;
    worker_free(ctx, w);
    return NULL;
}

static int exact_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct dedup *x = ctx;
    struct worker *w = worker;
    struct hash128 key;
    int r = 0;
    if (x->o->plan.normalize)
        r = shingles_normal_hash(w->shingles, d->text, &key, e);
    else
        key = hash128(d->text.p, d->text.n);
    return r < 0 ? r : stage_defer(o, d, &key, sizeof key);
}

static int simhash_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct dedup *x = ctx;
    struct worker *w = worker;
    uint64_t fingerprint;
    int r = simhash_text(&w->words, d->text, x->o->plan.shingle.n, &fingerprint, e);
    return r < 0 ? r : stage_defer(o, d, &fingerprint, sizeof fingerprint);
}

static int minhash_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct dedup *x = ctx;
    struct worker *w = worker;
    struct shingle_list list;
    size_t head = sizeof(struct mark) + x->minhash.o.bands * sizeof(uint64_t);
    int r = shingles_of(w->shingles, d->text, &list, e);
    if (r < 0) return r;
    buf_clear(&w->mark);
    size_t bytes = list.n * sizeof *list.at;
    if (buf_reserve(&w->mark, head + bytes) < 0) return err_nomem(e, "keeping a document's shingles");
    struct mark *m = (struct mark *)(void *)w->mark.p;
    m->key = (struct hash128){0};
    m->n = list.n;
    if (list.n) minhash_bands(&x->minhash, &list, m->band);
    if (list.n) memcpy(w->mark.p + head, list.at, bytes);
    return stage_defer(o, d, m, head + bytes);
}

/* likeness: the similarity, or of simhash the distance. */
static int find(struct dedup *x, const struct stage_deferred *m, uint64_t *number, double *likeness,
                struct err *e)
{
    const struct mark *mark = m->data;
    unsigned bits;
    int r;
    switch (x->o->plan.algorithm) {
    case ALGORITHM_EXACT:
        *likeness = 1;
        return survivors_exact(x->survivors, *(const struct hash128 *)m->data, m->id, number, e);
    case ALGORITHM_SIMHASH:
        r = survivors_nearest(x->survivors, *(const uint64_t *)m->data, m->id, number, &bits, e);
        if (r == 1) *likeness = bits;
        return r;
    default:
        return survivors_similar(x->survivors, mark->band,
                                 (const uint32_t *)(mark->band + x->minhash.o.bands), mark->n, m->id,
                                 x->o->threshold, number, likeness, e);
    }
}

static int report(struct dedup *x, struct slice dropped, struct slice kept, double likeness, struct err *e)
{
    if (!x->pairs) return 0;
    buf_clear(&x->pair_line);
    int r = likeness_put_line(&x->pair_line, dropped, kept, x->o->plan.algorithm == ALGORITHM_SIMHASH,
                              likeness, e);
    return r < 0 ? r : out_write(x->pairs, x->pair_line.p, x->pair_line.n, 1, e);
}

static int drop(struct dedup *x, const struct stage_deferred *m, uint64_t number, double likeness,
                struct stage_out *o, struct err *e)
{
    struct slice kept = survivors_id(x->survivors, number);
    int r = likeness_put_json(&x->value, kept, x->o->plan.algorithm == ALGORITHM_SIMHASH, likeness, e);
    if (r == 0) r = report(x, m->id, kept, likeness, e);
    return r < 0 ? r : stage_resolve(o, m, likeness_rule(x->o->plan.algorithm), x->value.p);
}

static int in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o, struct err *e)
{
    struct dedup *x = ctx;
    for (size_t i = 0; i < n; i++) {
        uint64_t number;
        double likeness;
        int r = find(x, &marks[i], &number, &likeness, e);
        x->without_id += marks[i].id.n == 0;
        if (r == 1)
            r = drop(x, &marks[i], number, likeness, o, e);
        else if (r == 0)
            r = stage_resolve(o, &marks[i], NULL, NULL);
        if (r < 0) return r;
    }
    return 0;
}

static int open_all(struct dedup *x, const struct tool *t, struct err *e)
{
    const struct plan *p = &x->o->plan;
    struct out_opts pairs = {.path = x->o->pairs, .threads = (int)t->threads};
    buf_init(&x->value, BUF_NO_MAX);
    buf_init(&x->pair_line, BUF_NO_MAX);
    if (p->algorithm == ALGORITHM_MINHASH) minhash_init(&x->minhash, &p->minhash);
    x->survivors = p->algorithm == ALGORITHM_SIMHASH
                       ? survivors_new_nearby(p->distance, t->memory, x->o->ids_may_repeat)
                       : survivors_new(x->minhash.o.bands, t->memory, x->o->ids_may_repeat);
    if (!x->survivors) return err_nomem(e, "starting");
    return x->o->pairs ? out_open(&x->pairs, &pairs, e) : 0;
}

/* Before the output is committed: where that stands, its pairs stand too. */
static int commit_pairs(void *ctx, struct buf *out, struct err *e)
{
    struct dedup *x = ctx;
    int r = out_close(x->pairs, OUT_COMMIT, e);
    x->pairs = NULL;
    return r;
}

static int close_all(struct dedup *x, struct tool *t, int r)
{
    struct err late = {0};
    if (x->survivors) {
        ledger_extra(&t->ledger, "survivors", survivors_count(x->survivors));
        ledger_extra(&t->ledger, "pairs_verified", survivors_checked(x->survivors));
        if (survivors_repeated_ids(x->survivors))
            ledger_extra(&t->ledger, "repeated_ids", survivors_repeated_ids(x->survivors));
        ledger_extra(&t->ledger, "state_bytes", survivors_bytes(x->survivors));
    }
    int closed = out_close(x->pairs, tool_out_end(t, r), &late);
    if (r == 0 && closed < 0) {
        t->err = late;
        r = closed;
    }
    survivors_free(x->survivors);
    buf_free(&x->value);
    buf_free(&x->pair_line);
    return r;
}

int first_run(struct tool *t, const struct first_opts *o, struct err *e)
{
    static struct stage_ops ops = {.kind = "jsonl",
                                   .worker_new = worker_new,
                                   .worker_free = worker_free,
                                   .ordered = in_order,
                                   .end = commit_pairs};
    struct dedup x = {.o = o};
    int r = open_all(&x, t, e);
    ops.doc = o->plan.algorithm == ALGORITHM_EXACT     ? exact_doc
              : o->plan.algorithm == ALGORITHM_SIMHASH ? simhash_doc
                                                       : minhash_doc;
    if (r == 0) r = stage_run(t, &ops, &x);
    if (r == 0) likeness_tell_ids(x.without_id, o->pairs || t->rejects, &t->ledger);
    return close_all(&x, t, r);
}
