/* match.c: sorted band keys to pairs: the runs of all sketches are merged, equal keys make a bucket, and a bucket's texts, each
 * once, make pairs.
 *
 * Why not only pairs with the first of a bucket: B and C may be alike where A is like neither.
 *
 * In: sketch-*.bands, .docs. Out: match-PART-of-PARTS.rec. State: a bucket, a sorter. Memory: half of memory_bytes for the merge, as
 * much for the sorter; a bucket 16 bytes a text, 56 more where it is cut, and 4 MiB. */
#include "dedup/match.h"
#include "common/stream.h"
#include "dedup/sorter.h"
#include <stdio.h>
#include <stdlib.h>

#define MOST_COPIES ((size_t)1 << 18)

struct member { /* one text of a bucket: its first document */
    uint64_t set, doc;
};

struct copy { /* any document of a bucket */
    uint64_t member, doc;
};

struct ranked {
    uint64_t key[DOCS_SET]; /* of the text's best document: the keep key and the id's hash */
    struct member member;
};

struct matching {
    const struct match_opts *o;
    struct sketches sketches;
    struct docs_walk docs;
    struct merge *bands;
    struct sorter *pairs;
    struct member *member;
    size_t n, cap, documents;
    struct copy
        *copy; /* those whose keep key was not looked up; it is where the bucket is cut, or they are many */
    size_t copies, copies_cap;
    struct ranked *ranked;
    size_t n_ranked, ranked_cap;
    struct match_report *report;
};

/* ------------------------------------------------------------------ pairs */

static double simhash_likeness(uint64_t a, uint64_t b)
{
    return 64 - __builtin_popcountll(a ^ b);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static int put_pair(struct matching *x, uint64_t a, uint64_t b, uint64_t likeness, struct err *e)
{
    uint64_t pair[PAIR_WORDS] = {a < b ? a : b, a < b ? b : a, likeness};
    return sorter_add(x->pairs, pair, e);
}

/* Of two that a saved index has nothing becomes known; fingerprints are compared at once. */
static int put_candidate(struct matching *x, struct member a, struct member b, struct err *e)
{
    uint64_t likeness = LIKENESS_UNKNOWN;
    if (DOC_IS_OLD(a.doc) && DOC_IS_OLD(b.doc)) return 0;
    if (x->sketches.plan.algorithm == ALGORITHM_EXACT) return 0;
    if (x->sketches.plan.algorithm == ALGORITHM_SIMHASH) {
        double l = simhash_likeness(a.set, b.set);
        if (l < 64 - (double)x->sketches.plan.distance) return 0;
        likeness = bits_of(l);
    }
    return put_pair(x, a.doc, b.doc, likeness, e);
}

/* ------------------------------------------------------------------ large buckets */

static int compare_keys(const uint64_t *a, const uint64_t *b)
{
    for (unsigned i = 0; i < DOCS_SET; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

static int by_doc(const void *a, const void *b)
{
    const struct copy *x = a, *y = b;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

static int by_key(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int order = compare_keys(x->key, y->key);
    return order ? order : (x->member.doc > y->member.doc) - (x->member.doc < y->member.doc);
}

/* A text is as good as its best document. */
static int rank_copy(struct matching *x, const struct copy *c, struct err *e)
{
    static const uint64_t old[DOCS_SET];
    const uint64_t *record = old;
    struct ranked *k = &x->ranked[c->member];
    int r = DOC_IS_OLD(c->doc) ? 0 : docs_walk_get(&x->docs, c->doc, &record, e);
    if (r == 0 && compare_keys(record, k->key) < 0) memcpy(k->key, record, sizeof k->key);
    return r;
}

/* The keep keys of the documents that were noted, looked up in their order. */
static int rank_copies(struct matching *x, struct err *e)
{
    if (x->n > x->ranked_cap) {
        struct ranked *more = realloc(x->ranked, 2 * x->n * sizeof *more);
        if (!more) return err_nomem(e, "ordering a bucket");
        x->ranked = more;
        x->ranked_cap = 2 * x->n;
    }
    for (; x->n_ranked < x->n; x->n_ranked++) {
        struct ranked *k = &x->ranked[x->n_ranked];
        k->member = x->member[x->n_ranked];
        memset(k->key, 0xFF, sizeof k->key);
    }
    qsort(x->copy, x->copies, sizeof *x->copy, by_doc);
    int r = 0;
    for (size_t i = 0; r == 0 && i < x->copies; i++) r = rank_copy(x, &x->copy[i], e);
    x->copies = 0;
    return r;
}

/* The members in the order of their keep keys. */
static int rank_members(struct matching *x, struct err *e)
{
    int r = rank_copies(x, e);
    if (r < 0) return r;
    qsort(x->ranked, x->n, sizeof *x->ranked, by_key);
    for (size_t i = 0; i < x->n; i++) x->member[i] = x->ranked[i].member;
    return 0;
}

/* ------------------------------------------------------------------ buckets */

static int end_bucket(struct matching *x, struct err *e)
{
    size_t first = x->n;
    int r = 0;
    if (x->documents > x->report->largest) x->report->largest = x->documents;
    x->report->buckets += x->n > 1;
    if (x->n > x->o->max_bucket) {
        x->report->cut++;
        first = x->o->max_bucket;
        r = rank_members(x, e);
    }
    for (size_t i = 0; r == 0 && i < first; i++)
        for (size_t k = i + 1; r == 0 && k < x->n; k++) r = put_candidate(x, x->member[i], x->member[k], e);
    x->n = x->documents = x->copies = x->n_ranked = 0;
    return r;
}

static int note_copy(struct matching *x, uint64_t doc, struct err *e)
{
    int r = x->copies == MOST_COPIES ? rank_copies(x, e) : 0;
    if (r < 0) return r;
    if (x->copies == x->copies_cap) {
        size_t cap = x->copies_cap ? 2 * x->copies_cap : 256;
        struct copy *more = realloc(x->copy, cap * sizeof *more);
        if (!more) return err_nomem(e, "collecting a bucket");
        x->copy = more;
        x->copies_cap = cap;
    }
    x->copy[x->copies++] = (struct copy){x->n - 1, doc};
    return 0;
}

static int new_member(struct matching *x, struct member m, struct err *e)
{
    if (x->n == x->cap) {
        size_t cap = x->cap ? 2 * x->cap : 256;
        struct member *more = realloc(x->member, cap * sizeof *more);
        if (!more) return err_nomem(e, "collecting a bucket");
        x->member = more;
        x->cap = cap;
    }
    x->member[x->n++] = m;
    return note_copy(x, m.doc, e);
}

/* A record of the bucket; those of one text come behind one another, the first document first. */
static int add_member(struct matching *x, const uint64_t *record, struct err *e)
{
    struct member m = {record[1], record[2]};
    x->documents++;
    if (x->n == 0 || x->member[x->n - 1].set != m.set) return new_member(x, m, e);
    uint64_t first = x->member[x->n - 1].doc;
    if (first == m.doc || (DOC_IS_OLD(first) && DOC_IS_OLD(m.doc))) return 0;
    int r = note_copy(x, m.doc, e);
    return r == 0 ? put_pair(x, first, m.doc, LIKENESS_SAME, e) : r;
}

static int all_buckets(struct matching *x, struct err *e)
{
    const uint64_t *record;
    uint64_t key = 0;
    int r;
    while ((r = merge_next(x->bands, &record, e)) == 1) {
        if (x->documents && record[0] != key && (r = end_bucket(x, e)) < 0) return r;
        key = record[0];
        if ((r = add_member(x, record, e)) < 0) return r;
    }
    return r == 0 && x->documents ? end_bucket(x, e) : r;
}

/* ------------------------------------------------------------------ files */

/* Where the keys of a part begin. */
static uint64_t part_begins(unsigned part, unsigned parts)
{
    return (uint64_t)(((unsigned __int128)part << 64) / parts);
}

static int open_bands(struct matching *x, struct err *e)
{
    const struct match_opts *o = x->o;
    uint64_t low = part_begins(o->part, o->parts);
    uint64_t high = o->part + 1 == o->parts ? UINT64_MAX : part_begins(o->part + 1, o->parts) - 1;
    int r = merge_new(&x->bands, BANDS_WORDS, o->memory_bytes / 2, e);
    for (size_t i = 0; r == 0 && i < x->sketches.n; i++)
        r = merge_add(x->bands, x->sketches.at[i].bands, low, high, e);
    return r;
}

static int write_pairs(struct matching *x, const char *path, struct slice meta, struct err *e)
{
    struct records_out *out;
    const uint64_t *pair;
    int r = records_create(&out, path, PAIR_WORDS, "match", e);
    if (r < 0) return r;
    while ((r = sorter_next(x->pairs, &pair, e)) == 1 && (r = records_put(out, pair, 1, e)) == 0)
        x->report->pairs++;
    if (r == 0) return records_commit(out, meta, x->o->lasting, e);
    records_abandon(out);
    return r;
}

static int match_all(struct matching *x, const char *path, struct slice meta, struct err *e)
{
    char runs[4200];
    snprintf(runs, sizeof runs, "%s.runs", path);
    docs_walk_init(&x->docs, &x->sketches);
    int r = open_bands(x, e);
    if (r == 0) r = sorter_new(&x->pairs, PAIR_WORDS, x->o->memory_bytes / 2, runs, "match", true, e);
    if (r == 0) r = all_buckets(x, e);
    if (r == 0) r = write_pairs(x, path, meta, e);
    sorter_free(x->pairs);
    merge_free(x->bands);
    docs_walk_free(&x->docs);
    free(x->member);
    free(x->copy);
    free(x->ranked);
    return r;
}

int match_run(const struct match_opts *o, struct match_report *report, struct err *e)
{
    struct matching x = {.o = o, .report = report};
    struct buf path, meta;
    char members[64];
    memset(report, 0, sizeof *report);
    buf_init(&path, BUF_NO_MAX);
    buf_init(&meta, BUF_NO_MAX);
    snprintf(members, sizeof members, "\"max_bucket\":%llu", (unsigned long long)o->max_bucket);
    int r = sketches_open(&x.sketches, o->dir, o->against, o->n_against, e);
    if (r == 0) r = work_part_path(&path, o->dir, "match", o->part, o->parts, e);
    if (r == 0) r = work_part_meta(&meta, x.sketches.stamp, members, e);
    if (r == 0) r = work_done(path.p, PAIR_WORDS, "match", buf_slice(&meta), e);
    report->done_before = r == 1;
    if (r == 0) r = match_all(&x, path.p, buf_slice(&meta), e);
    sketches_close(&x.sketches);
    buf_free(&path);
    buf_free(&meta);
    return r < 0 ? r : 0;
}
