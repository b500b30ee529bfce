/* sets.c: ids and sets of the documents in pairs: writing them from the inputs, and finding them.
 *
 * In: match-*.rec, the inputs of one task. Out: sets-TASK.index, .data. Memory: two bits a line. */
#include "dedup/sets.h"
#include "common/hash.h"
#include "dedup/minhash.h"
#include "dedup/pass.h"
#include "dedup/shingle.h"
#include <stdlib.h>

struct setting {
    unsigned task;
    const struct plan *plan;
    const struct sets_wanted *wanted;
    struct records_out *index;
    struct out *data;
    uint64_t offset;
};

struct worker {
    struct jsonl *jsonl;
    struct doc doc;
    struct shingles *shingles;
};

/* ------------------------------------------------------------------ which documents */

int sets_wanted_init(struct sets_wanted *w, uint64_t lines, struct err *e)
{
    w->lines = lines;
    w->named = calloc(lines / 64 + 1, sizeof *w->named);
    w->compared = calloc(lines / 64 + 1, sizeof *w->compared);
    return w->named && w->compared ? 0 : err_nomem(e, "noting which documents are in pairs");
}

void sets_wanted_free(struct sets_wanted *w)
{
    free(w->named);
    free(w->compared);
}

void sets_want(struct sets_wanted *w, uint64_t line, bool compared)
{
    w->named[line / 64] |= 1ULL << line % 64;
    w->compared[line / 64] |= (uint64_t)compared << line % 64;
}

static bool get_bit(const uint64_t *bits, uint64_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}

static int want(struct sets_wanted *w, unsigned task, uint64_t doc, bool compared, struct err *e)
{
    if (DOC_TASK(doc) != task) return 0;
    if (DOC_INDEX(doc) >= w->lines)
        return err_set(e, ERR_DATA,
                       "a pair names line %llu of task %u, which has %llu: run leat dedup match again",
                       (unsigned long long)DOC_INDEX(doc), task, (unsigned long long)w->lines);
    sets_want(w, DOC_INDEX(doc), compared);
    return 0;
}

static int read_pairs(struct sets_wanted *w, unsigned task, struct records *pairs, struct err *e)
{
    struct records_cursor *c;
    const uint64_t *pair;
    int r = records_walk(&c, pairs, 0, records_count(pairs), 1 << 20, e);
    if (r < 0) return r;
    while ((r = records_next(c, &pair, e)) == 1) {
        bool compared = pair[2] == LIKENESS_UNKNOWN;
        if ((r = want(w, task, pair[0], compared, e)) < 0 || (r = want(w, task, pair[1], compared, e)) < 0)
            break;
    }
    records_walk_end(c);
    return r;
}

static int read_wanted(struct sets_wanted *w, unsigned task, uint64_t lines, const struct parts *pairs,
                       struct err *e)
{
    int r = sets_wanted_init(w, lines, e);
    for (size_t i = 0; r == 0 && i < pairs->n; i++) r = read_pairs(w, task, pairs->at[i], e);
    return r;
}

/* ------------------------------------------------------------------ the pass */

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    jsonl_free(w->jsonl);
    doc_free(&w->doc);
    shingles_free(w->shingles);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct setting *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->jsonl = jsonl_new();
    doc_init(&w->doc);
    w->shingles = shingles_new(&x->plan->shingle);
    if (w->jsonl && w->shingles) return w;
    worker_free(ctx, w);
    return NULL;
}

/* Appends the document to b->out and its record, with an offset from b->out's beginning, to b->more. */
static int put_entry(const struct setting *x, struct worker *w, struct pass_batch *b, uint64_t line,
                     struct err *e)
{
    size_t n = 0, from = b->out.n;
    const uint32_t *set = NULL;
    int r = get_bit(x->wanted->compared, line) ? shingles_set_of(w->shingles, w->doc.text, &set, &n, e) : 0;
    if (r < 0) return r;
    if (w->doc.id.n > UINT32_MAX || n > UINT32_MAX)
        return err_set(e, ERR_DATA, "line %llu is too long", (unsigned long long)line);
    buf_reserve(&b->out, 1);
    buf_put_slice(&b->out, w->doc.id);
    buf_put(&b->out, "\0\0\0", (4 - b->out.n % 4) % 4);
    if (n) buf_put(&b->out, set, n * sizeof *set);
    if (b->out.failed) return err_nomem(e, "keeping a document's shingles");
    uint64_t record[SETS_WORDS] = {DOC_NUMBER(x->task, line), from, (uint64_t)w->doc.id.n << 32 | n,
                                   hash64(b->out.p + from, b->out.n - from)};
    buf_put(&b->more, record, sizeof record);
    return 0;
}

/* Whether any of the lines [from, to) is wanted. */
static bool any_wanted(const struct sets_wanted *w, uint64_t from, uint64_t to)
{
    for (uint64_t i = from / 64; i <= to / 64 && i <= w->lines / 64; i++)
        if (w->named[i]) return true;
    return false;
}

static int sets_work(void *ctx, void *worker, struct pass_batch *b, struct err *e)
{
    const struct setting *x = ctx;
    struct worker *w = worker;
    struct slice line;
    uint64_t i = b->first;
    int r = 0;
    if (!any_wanted(x->wanted, i, i + b->lines)) return 0;
    for (size_t at = 0; r == 0 && lines_each(&b->in, &at, &line); i++) {
        if (i >= x->wanted->lines || !get_bit(x->wanted->named, i)) continue;
        r = jsonl_parse(w->jsonl, line.p, line.n, &w->doc, e);
        if (r == 0) r = put_entry(x, w, b, i, e);
    }
    return r;
}

static int sets_write_batch(void *ctx, struct pass_batch *b, struct err *e)
{
    struct setting *x = ctx;
    uint64_t *record = (uint64_t *)(void *)b->more.p;
    size_t n = b->more.n / (SETS_WORDS * sizeof *record);
    for (size_t i = 0; i < n; i++) record[i * SETS_WORDS + 1] += x->offset;
    x->offset += b->out.n;
    int r = n ? records_put(x->index, record, n, e) : 0;
    return r == 0 && b->out.n ? out_write(x->data, b->out.p, b->out.n, 0, e) : r;
}

/* ------------------------------------------------------------------ the files */

int sets_write(struct tool *t, const char *dir, unsigned task, const struct plan *plan,
               const struct sets_wanted *w, const struct records *docs, struct slice meta, bool lasting,
               struct err *e)
{
    static const struct pass_ops ops = {
        .worker_new = worker_new, .worker_free = worker_free, .work = sets_work, .write = sets_write_batch};
    struct setting x = {.task = task, .plan = plan, .wanted = w};
    struct err later = {0};
    struct buf data, index;
    buf_init(&data, BUF_NO_MAX);
    buf_init(&index, BUF_NO_MAX);
    int r = work_sets_path(&data, dir, task, "data", e);
    if (r == 0) r = work_sets_path(&index, dir, task, "index", e);
    struct out_opts out = {.path = data.p, .temporary = !lasting};
    if (r == 0) r = out_open(&x.data, &out, e);
    if (r == 0) r = records_create(&x.index, index.p, SETS_WORDS, "sets", e);
    if (r == 0 && any_wanted(w, 0, w->lines)) r = pass_run(t, &ops, &x, docs, e);
    int closed = out_close(x.data, r == 0 ? OUT_COMMIT : OUT_ABANDON, r == 0 ? e : &later);
    if (r == 0) r = closed;
    if (r == 0)
        r = records_commit(x.index, meta, lasting, e);
    else
        records_abandon(x.index);
    buf_free(&data);
    buf_free(&index);
    return r;
}

static int run_task(struct tool *t, const struct sets_opts *o, const struct sketches *s,
                    const struct parts *pairs, bool *done_before, struct err *e)
{
    const struct sketch *own = sketches_task(s, o->task);
    struct sets_wanted wanted = {0};
    struct buf path, meta;
    if (!own)
        return err_set(e, ERR_USAGE, "%s: task %u was not sketched: run leat dedup sketch --task %u first",
                       o->dir, o->task, o->task);
    buf_init(&path, BUF_NO_MAX);
    buf_init(&meta, BUF_NO_MAX);
    int r = work_sets_path(&path, o->dir, o->task, "index", e);
    if (r == 0) r = work_part_meta(&meta, pairs->stamp, "", e);
    if (r == 0) r = work_done(path.p, SETS_WORDS, "sets", buf_slice(&meta), e);
    if (r == 1) r = sets_whole(own, pairs->stamp, e);
    *done_before = r == 1;
    if (r == 0) {
        r = read_wanted(&wanted, o->task, records_count(own->docs), pairs, e);
        if (r == 0)
            r = sets_write(t, o->dir, o->task, &s->plan, &wanted, own->docs, buf_slice(&meta), o->lasting, e);
    }
    sets_wanted_free(&wanted);
    buf_free(&path);
    buf_free(&meta);
    return r < 0 ? r : 0;
}

int sets_run(struct tool *t, const struct sets_opts *o, bool *done_before, struct err *e)
{
    struct sketches s;
    struct parts pairs = {0};
    int r = sketches_open(&s, o->dir, o->against, o->n_against, e);
    if (r < 0) return r;
    r = parts_open(&pairs, o->dir, "match", PAIR_WORDS, s.stamp, e);
    if (r == 0) r = run_task(t, o, &s, &pairs, done_before, e);
    parts_close(&pairs);
    sketches_close(&s);
    return r;
}
