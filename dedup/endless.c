/* endless.c: documents against a Bloom filter, in input order. A document that goes leaves nothing in the filter.
 *
 * With b bands a strange document is asked for b times: each may err with fp / b.
 *
 * In: JSONL. Out: JSONL, --rejects. State and memory: the filter. */
#include "dedup/endless.h"
#include "common/log.h"
#include "common/stage.h"
#include "dedup/likeness.h"
#include "dedup/minhash.h"
#include "dedup/seen.h"
#include "dedup/shingle.h"
#include <stdio.h>
#include <stdlib.h>

struct endless {
    const struct endless_opts *o;
    struct minhash minhash;
    unsigned keys;
    struct seen seen;
};

struct worker {
    struct shingles *shingles;
    uint64_t *key;
};

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    shingles_free(w->shingles);
    free(w->key);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct endless *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->shingles = shingles_new(&x->o->plan.shingle);
    w->key = malloc(x->keys * sizeof *w->key);
    if (w->shingles && w->key) return w;
    worker_free(ctx, w);
    return NULL;
}

static int exact_key(const struct endless *x, struct worker *w, struct slice text, struct err *e)
{
    struct hash128 h;
    int r = 0;
    if (x->o->plan.normalize)
        r = shingles_normal_hash(w->shingles, text, &h, e);
    else
        h = hash128(text.p, text.n);
    w->key[0] = h.lo;
    return r;
}

static int endless_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct endless *x = ctx;
    struct worker *w = worker;
    struct shingle_list list = {.n = 1};
    int r;
    if (x->o->plan.algorithm == ALGORITHM_EXACT)
        r = exact_key(x, w, d->text, e);
    else if ((r = shingles_of(w->shingles, d->text, &list, e)) == 0 && list.n)
        minhash_bands(&x->minhash, &list, w->key);
    return r < 0 ? r : stage_defer(o, d, w->key, list.n ? x->keys * sizeof *w->key : 0);
}

static int decide(struct endless *x, const struct stage_deferred *m, struct stage_out *o, struct err *e)
{
    const uint64_t *key = m->data;
    unsigned keys = (unsigned)(m->data_bytes / sizeof *key), known = 0;
    char value[32];
    int r = 0;
    for (unsigned i = 0; i < keys; i++) known += seen_has(&x->seen, key[i]);
    snprintf(value, sizeof value, "%u", known);
    if (known) return stage_resolve(o, m, likeness_rule(x->o->plan.algorithm), value);
    seen_begin(&x->seen);
    for (unsigned i = 0; r >= 0 && i < keys; i++) r = seen_add(&x->seen, key[i], e);
    return r < 0 ? r : stage_resolve(o, m, NULL, NULL);
}

static int in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o, struct err *e)
{
    struct endless *x = ctx;
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        const uint64_t *ahead = i + 1 < n ? marks[i + 1].data : NULL;
        size_t n_ahead = ahead ? marks[i + 1].data_bytes / sizeof *ahead : 0;
        for (size_t k = 0; k < n_ahead; k++) seen_prefetch(&x->seen, ahead[k]);
        r = decide(x, &marks[i], o, e);
    }
    return r;
}

static int start(struct endless *x, const struct tool *t, struct err *e)
{
    const struct plan *p = &x->o->plan;
    x->keys = 1;
    if (p->algorithm == ALGORITHM_MINHASH) {
        minhash_init(&x->minhash, &p->minhash);
        x->keys = p->minhash.bands;
    }
    double fp = x->o->fp / x->keys;
    return seen_init_bloom(&x->seen, x->o->expected * x->keys, fp < BLOOM_MIN_FP ? BLOOM_MIN_FP : fp,
                           t->memory, e);
}

int endless_run(struct tool *t, const struct endless_opts *o, struct err *e)
{
    static const struct stage_ops ops = {.kind = "jsonl",
                                         .worker_new = worker_new,
                                         .worker_free = worker_free,
                                         .doc = endless_doc,
                                         .ordered = in_order};
    struct endless x = {.o = o};
    seen_init(&x.seen, t->memory);
    int r = start(&x, t, e);
    if (r == 0) r = stage_run(t, &ops, &x);
    if (t->ledger.kept > o->expected)
        log_warn("%llu documents were kept, and the filter was made for --expected %llu: it took more for "
                 "repeated than --fp says",
                 (unsigned long long)t->ledger.kept, (unsigned long long)o->expected);
    ledger_extra(&t->ledger, "survivors", t->ledger.kept);
    ledger_extra(&t->ledger, "state_bytes", seen_bytes(&x.seen));
    seen_free(&x.seen);
    return r;
}
