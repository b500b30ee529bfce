/* check.c: a sample against all.
 *
 * First pass: the documents with the least hashes, as sets of shingles. Then a table from each of their shingles to the documents
 * that have it. Second pass: each document's shingles are looked up and counted by sampled document; where as many agree as the
 * threshold asks for at least, the sets are compared.
 *
 * In: JSONL. Out: pairs. State: the sample and its table, within --memory; besides, 8 bytes a thread and sampled document. */
#include "dedup/check.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/stage.h"
#include "dedup/likeness.h"
#include "dedup/shingle.h"
#include <stdatomic.h>
#include <stdlib.h>

struct sampled {
    uint64_t order; /* hash that chose it */
    uint64_t index; /* of its line */
    char *id;       /* owned; id_bytes of it, and n shingles behind it in `set` */
    uint32_t *set;  /* owned */
    size_t id_bytes, n;
};

struct entry {                  /* of the table: open addressing over pairs of shingle and document */
    uint32_t shingle, document; /* document: one more than its number; 0: free */
};

struct check {
    const struct check_opts *o;
    struct sampled *at; /* a heap, the greatest order first; later in the order of `index` */
    size_t n;
    atomic_ullong greatest; /* order of at[0] once there are enough: what is greater is not wanted */
    struct entry *table;
    size_t mask;
    uint64_t bytes;            /* of the sample */
    atomic_uchar *has_another; /* by sampled document */
};

struct worker {
    struct shingles *shingles;
    uint32_t *hits; /* by sampled document */
    uint32_t *met;  /* those with hits */
    size_t n_met;
    struct buf mark;
};

/* ------------------------------------------------------------------ workers */

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    shingles_free(w->shingles);
    free(w->hits);
    free(w->met);
    buf_free(&w->mark);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct check *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->mark, BUF_NO_MAX);
    w->shingles = shingles_new(&x->o->shingle);
    w->hits = calloc(x->o->documents, sizeof *w->hits);
    w->met = calloc(x->o->documents, sizeof *w->met);
    if (w->shingles && w->hits && w->met) return w;
    worker_free(ctx, w);
    return NULL;
}

/* ------------------------------------------------------------------ the sample */

static int sample_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct check *x = ctx;
    struct worker *w = worker;
    struct slice named = d->id.n ? d->id : d->text;
    uint64_t order = hash_mix64(hash64(named.p, named.n));
    size_t n;
    if (order > atomic_load_explicit(&x->greatest, memory_order_relaxed)) return 0;
    const uint32_t *set;
    int r = shingles_set_of(w->shingles, d->text, &set, &n, e);
    if (r < 0) return r;
    buf_clear(&w->mark);
    buf_put(&w->mark, &order, sizeof order);
    buf_put(&w->mark, set, n * sizeof *set);
    return w->mark.failed ? err_nomem(e, "choosing a sample") : stage_defer(o, d, w->mark.p, w->mark.n);
}

static bool later(const struct sampled *a, const struct sampled *b)
{
    return a->order != b->order ? a->order > b->order : a->index > b->index;
}

static void sift_down(struct check *x)
{
    struct sampled moved = x->at[0];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < x->n; i = child) {
        if (child + 1 < x->n && later(&x->at[child + 1], &x->at[child])) child++;
        if (!later(&x->at[child], &moved)) break;
        x->at[i] = x->at[child];
    }
    x->at[i] = moved;
}

static void sift_up(struct check *x, size_t i)
{
    struct sampled moved = x->at[i];
    for (; i && later(&moved, &x->at[(i - 1) / 2]); i = (i - 1) / 2) x->at[i] = x->at[(i - 1) / 2];
    x->at[i] = moved;
}

static int sampled_make(struct sampled *s, const struct stage_deferred *m, struct err *e)
{
    const char *set = (const char *)m->data + sizeof s->order;
    memcpy(&s->order, m->data, sizeof s->order);
    s->index = m->index;
    s->id_bytes = m->id.n;
    s->n = (m->data_bytes - sizeof s->order) / sizeof *s->set;
    s->id = malloc(m->id.n + 1);
    s->set = malloc((s->n + 1) * sizeof *s->set);
    if (!s->id || !s->set) {
        free(s->id);
        free(s->set);
        err_nomem(e, "choosing a sample");
        return -ERR_IO;
    }
    memcpy(s->id, m->id.p, m->id.n);
    memcpy(s->set, set, s->n * sizeof *s->set);
    return 0;
}

static uint64_t sampled_bytes(const struct sampled *s)
{
    return s->id_bytes + s->n * sizeof *s->set;
}

static void sampled_free(struct check *x, struct sampled *s)
{
    x->bytes -= sampled_bytes(s);
    free(s->id); // NOLINT(clang-analyzer-unix.Malloc): a heap's entries are freed once
    free(s->set);
}

static int check_memory(const struct check *x, uint64_t bytes, struct err *e)
{
    char memory[OPT_SIZE_TEXT];
    if (bytes <= x->o->memory_bytes) return 0;
    return err_set(e, ERR_IO,
                   "the shingles of %zu documents need more than --memory %s: give more, or a smaller "
                   "--check-sample",
                   x->n, opt_spell_size(x->o->memory_bytes, memory));
}

static int sample_one(struct check *x, const struct stage_deferred *m, struct err *e)
{
    struct sampled s, out = {0};
    int r = sampled_make(&s, m, e);
    if (r < 0) return r;
    x->bytes += sampled_bytes(&s);
    if (x->n < x->o->documents) {
        x->at[x->n++] = s;
        sift_up(x, x->n - 1);
    } else if (later(&x->at[0], &s)) {
        out = x->at[0];
        x->at[0] = s;
        sift_down(x);
    } else {
        out = s;
    }
    sampled_free(x, &out);
    if (x->n == x->o->documents) atomic_store_explicit(&x->greatest, x->at[0].order, memory_order_relaxed);
    return check_memory(x, x->bytes, e);
}

static int sample_in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                           struct err *e)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) r = sample_one(ctx, &marks[i], e);
    return r;
}

/* ------------------------------------------------------------------ the table */

static void table_add(struct check *x, uint32_t shingle, uint32_t document)
{
    size_t i = hash_mix64(shingle) & x->mask;
    while (x->table[i].document) i = (i + 1) & x->mask;
    x->table[i] = (struct entry){shingle, document + 1};
}

static int make_table(struct check *x, struct err *e)
{
    size_t all = 0, cap = 1024;
    for (size_t i = 0; i < x->n; i++) all += x->at[i].n;
    while (cap < 2 * all) cap *= 2;
    if (check_memory(x, x->bytes + cap * sizeof *x->table, e) < 0) return -ERR_IO;
    x->mask = cap - 1;
    x->table = calloc(cap, sizeof *x->table);
    x->has_another = calloc(x->n + 1, sizeof *x->has_another);
    if (!x->table || !x->has_another) return err_nomem(e, "indexing the sample");
    for (size_t i = 0; i < x->n; i++)
        for (size_t k = 0; k < x->at[i].n; k++) table_add(x, x->at[i].set[k], (uint32_t)i);
    return 0;
}

/* ------------------------------------------------------------------ all against it */

static void count_hits(const struct check *x, struct worker *w, const uint32_t *set, size_t n)
{
    w->n_met = 0;
    for (size_t k = 0; k < n; k++) {
        for (size_t i = hash_mix64(set[k]) & x->mask; x->table[i].document; i = (i + 1) & x->mask) {
            uint32_t document = x->table[i].document - 1;
            if (x->table[i].shingle != set[k]) continue;
            if (w->hits[document]++ == 0) w->met[w->n_met++] = document;
        }
    }
}

/* Writes the pairs of the document, of n shingles, and forgets its hits. Returns how many there were. */
static int put_pairs(struct check *x, struct worker *w, const struct doc *d, size_t n, struct stage_out *o,
                     struct err *e)
{
    int r = 0, pairs = 0;
    for (size_t i = 0; i < w->n_met; i++) {
        const struct sampled *a = &x->at[w->met[i]];
        uint32_t both = w->hits[w->met[i]];
        double j = (double)both / (double)(a->n + n - both);
        w->hits[w->met[i]] = 0;
        if (j < x->o->threshold || a->index == o->index || r < 0) continue;
        atomic_store_explicit(&x->has_another[w->met[i]], 1, memory_order_relaxed);
        r = likeness_put_line(o->out, slice_of(a->id, a->id_bytes), d->id, false, j, e);
        pairs++;
    }
    return r < 0 ? r : pairs;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int compare_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct check *x = ctx;
    struct worker *w = worker;
    size_t n;
    const uint32_t *set;
    int r = shingles_set_of(w->shingles, d->text, &set, &n, e);
    if (r < 0) return r;
    count_hits(x, w, set, n);
    qsort(w->met, w->n_met, sizeof *w->met, by_number);
    r = put_pairs(x, w, d, n, o, e);
    if (r < 0) return r;
    o->out_records += (uint64_t)r;
    ledger_skip(o->ledger, "compared", o->text_in);
    return o->out->failed ? -ERR_IO : 0;
}

/* ------------------------------------------------------------------ both passes */

static int choose(struct tool *t, struct check *x)
{
    static const struct stage_ops ops = {
        .worker_new = worker_new, .worker_free = worker_free, .doc = sample_doc, .ordered = sample_in_order};
    x->at = calloc(x->o->documents, sizeof *x->at);
    if (!x->at) return err_nomem(&t->err, "starting");
    atomic_store(&x->greatest, UINT64_MAX);
    int r = stage_run(t, &ops, x);
    ledger_reset(&t->ledger);
    return r;
}

static int by_index(const void *a, const void *b)
{
    const struct sampled *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static int compare(struct tool *t, struct check *x)
{
    static const struct stage_ops ops = {
        .kind = "text", .worker_new = worker_new, .worker_free = worker_free, .doc = compare_doc};
    qsort(x->at, x->n, sizeof *x->at, by_index);
    int r = make_table(x, &t->err);
    if (r == 0) r = stage_run(t, &ops, x);
    uint64_t others = 0;
    for (size_t i = 0; r == 0 && i < x->n; i++) others += x->has_another[i];
    ledger_extra(&t->ledger, "checked", x->n);
    ledger_extra(&t->ledger, "checked_with_another", others);
    if (r == 0)
        log_info("%llu of the %zu documents compared %s another one with a similarity of %g or more (%.2f%%)",
                 (unsigned long long)others, x->n, others == 1 ? "has" : "have", x->o->threshold,
                 x->n ? 100.0 * (double)others / (double)x->n : 0);
    return r;
}

int check_run(struct tool *t, const struct check_opts *o, struct err *e)
{
    struct check x = {.o = o};
    int r = choose(t, &x);
    if (r == 0) r = compare(t, &x);
    for (size_t i = 0; i < x.n; i++) sampled_free(&x, &x.at[i]);
    free(x.at);
    free(x.table);
    free(x.has_another);
    return r < 0 ? r : 0;
}
