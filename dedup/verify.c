/* verify.c: pairs to true similarities: an exact comparison of sets, on all threads, in batches of pairs.
 *
 * In: match-*.rec, sets-*. Out: verify-PART-of-PARTS.rec. Memory: half of memory_bytes for the merge, a quarter for cached blocks of
 * the sets' index, two documents a thread. */
#include "dedup/verify.h"
#include "common/hash.h"
#include "common/pool.h"
#include "dedup/minhash.h"
#include "dedup/sets.h"
#include "dedup/shingle.h"
#include "dedup/sorter.h"
#include <stdio.h>
#include <stdlib.h>

#define BATCH 4096

struct verifying {
    const struct verify_opts *o;
    struct sketches sketches;
    struct parts pairs;
    struct sets *sets;
    struct merge *merge;
    struct records_out *out;
    uint64_t last[PAIR_WORDS];
    struct verify_report *report;
};

struct batch {
    size_t n;
    uint64_t pair[BATCH][PAIR_WORDS];
    bool alike[BATCH];
};

static void *batch_new(void *ctx)
{
    return calloc(1, sizeof(struct batch));
}

static void batch_free(void *ctx, void *batch)
{
    free(batch);
}

static void *worker_new(void *ctx)
{
    const struct verifying *x = ctx;
    return sets_view_new(x->sets, x->o->memory_bytes / 4 / (unsigned)x->o->threads);
}

static void worker_free(void *ctx, void *worker)
{
    sets_view_free(worker);
}

/* Whether the pair is this part's, and not the one before again: parts of match may have found it twice. */
static bool take(struct verifying *x, const uint64_t *pair)
{
    bool again = memcmp(pair, x->last, sizeof x->last) == 0;
    memcpy(x->last, pair, sizeof x->last);
    return !again && (hash_mix64(pair[0] + hash_mix64(pair[1])) >> 32) % x->o->parts == x->o->part;
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct verifying *x = ctx;
    struct batch *b = batch;
    const uint64_t *pair;
    int r = 1;
    b->n = 0;
    while (b->n < BATCH && (r = merge_next(x->merge, &pair, e)) == 1)
        if (take(x, pair)) memcpy(b->pair[b->n++], pair, sizeof *b->pair);
    return r < 0 ? r : b->n > 0;
}

static int compare(const struct verifying *x, struct sets_view *v, uint64_t *pair, bool *alike, struct err *e)
{
    struct sets_entry a, b;
    double j;
    *alike = pair[2] != LIKENESS_UNKNOWN;
    if (*alike) return 0;
    int r = sets_get(v, 0, pair[0], &a, e);
    if (r == 0) r = sets_get(v, 1, pair[1], &b, e);
    if (r < 0) return r;
    if (a.n == 0 || b.n == 0)
        return err_set(e, ERR_DATA,
                       "%s: the sets do not hold all documents of the pairs: run leat dedup sets again",
                       x->o->dir);
    double most = a.n < b.n ? (double)a.n / (double)b.n : (double)b.n / (double)a.n;
    if (most < x->o->threshold) return 0;
    j = shingles_jaccard(a.set, a.n, b.set, b.n);
    *alike = j >= x->o->threshold;
    memcpy(&pair[2], &j, sizeof j);
    return 0;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    const struct verifying *x = ctx;
    struct batch *b = batch;
    int r = 0;
    for (size_t i = 0; r == 0 && i < b->n; i++) r = compare(x, worker, b->pair[i], &b->alike[i], e);
    return r;
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct verifying *x = ctx;
    const struct batch *b = batch;
    int r = 0;
    for (size_t i = 0; r == 0 && i < b->n; i++) {
        x->report->compared += b->pair[i][2] != LIKENESS_SAME;
        if (!b->alike[i]) continue;
        x->report->alike += b->pair[i][2] != LIKENESS_SAME;
        r = records_put(x->out, b->pair[i], 1, e);
    }
    return r;
}

static int open_pairs(struct verifying *x, struct err *e)
{
    int r = merge_new(&x->merge, PAIR_WORDS, x->o->memory_bytes / 2, e);
    for (size_t i = 0; r == 0 && i < x->pairs.n; i++)
        r = merge_add(x->merge, x->pairs.at[i], 0, UINT64_MAX, e);
    return r;
}

static int verify_all(struct verifying *x, const char *path, struct slice meta, struct err *e)
{
    static const struct pool_ops ops = {batch_new,  batch_free, worker_new, worker_free,
                                        batch_read, batch_work, batch_write};
    int r = 0;
    if (x->sketches.plan.algorithm == ALGORITHM_MINHASH) {
        r = sets_open(&x->sets, &x->sketches, x->pairs.stamp, e);
    }
    if (r == 0) r = open_pairs(x, e);
    if (r == 0) r = records_create(&x->out, path, PAIR_WORDS, "verify", e);
    if (r == 0) r = pool_run(x->o->threads, &ops, x, e);
    if (r == 0)
        r = records_commit(x->out, meta, x->o->lasting, e);
    else
        records_abandon(x->out);
    merge_free(x->merge);
    sets_close(x->sets);
    return r;
}

int verify_run(const struct verify_opts *o, struct verify_report *report, struct err *e)
{
    struct verifying x = {.o = o, .report = report};
    struct buf path, meta;
    char members[64];
    memset(report, 0, sizeof *report);
    buf_init(&path, BUF_NO_MAX);
    buf_init(&meta, BUF_NO_MAX);
    snprintf(members, sizeof members, "\"threshold\":%.17g", o->threshold);
    int r = sketches_open(&x.sketches, o->dir, o->against, o->n_against, e);
    if (r == 0) r = parts_open(&x.pairs, o->dir, "match", PAIR_WORDS, x.sketches.stamp, e);
    if (r == 0) r = work_part_path(&path, o->dir, "verify", o->part, o->parts, e);
    if (r == 0) r = work_part_meta(&meta, x.pairs.stamp, members, e);
    if (r == 0) r = work_done(path.p, PAIR_WORDS, "verify", buf_slice(&meta), e);
    report->done_before = r == 1;
    if (r == 0) r = verify_all(&x, path.p, buf_slice(&meta), e);
    parts_close(&x.pairs);
    sketches_close(&x.sketches);
    buf_free(&path);
    buf_free(&meta);
    return r < 0 ? r : 0;
}
