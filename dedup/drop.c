/* drop.c: the inputs once more, without what was removed. Lines are copied as they stand; only those for --rejects are parsed.
 *
 * In: link-…, sketch-TASK.docs, with --rejects sets-*. Out: the output, --rejects. State: two cursors. */
#include "dedup/drop.h"
#include "common/jsonl.h"
#include "common/stage.h"
#include "dedup/likeness.h"
#include "dedup/pass.h"
#include "dedup/sets.h"
#include <stdlib.h>

#define CACHE_BYTES (8 << 20)

struct fate { /* of a line */
    uint64_t text, survivor, likeness;
    bool removed;
};

struct dropping {
    enum algorithm algorithm;
    unsigned task;
    bool counts;
    struct records *removed;
    struct records_cursor *docs, *gone;
    const uint64_t *next_gone; /* NULL: no more */
    struct sets *sets;         /* NULL: no --rejects */
    struct out *out, *rejects;
};

struct worker {
    struct jsonl *jsonl;
    struct doc doc;
    struct sets_view *view;
    struct buf value;
};

/* ------------------------------------------------------------------ fates, in order */

static int next_gone(struct dropping *x, struct err *e)
{
    int r = records_next(x->gone, &x->next_gone, e);
    if (r == 0) x->next_gone = NULL;
    return r < 0 ? r : 0;
}

static int fate_of(struct dropping *x, uint64_t line, struct fate *f, struct err *e)
{
    const uint64_t *doc;
    int r = records_next(x->docs, &doc, e);
    if (r < 0) return r;
    *f = (struct fate){.text = r ? doc[DOCS_TEXT] : DOCS_ABSENT};
    if (!x->next_gone || x->next_gone[0] != DOC_NUMBER(x->task, line)) return 0;
    f->removed = true;
    f->survivor = x->next_gone[1];
    f->likeness = x->next_gone[2];
    return next_gone(x, e);
}

static int drop_read(void *ctx, struct pass_batch *b, struct err *e)
{
    struct dropping *x = ctx;
    if (buf_reserve(&b->note, b->lines * sizeof(struct fate)) < 0) return err_nomem(e, "reading lines");
    struct fate *f = (struct fate *)(void *)b->note.p;
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < b->lines; i++) r = fate_of(x, b->first + i, &f[i], e);
    return r;
}

/* ------------------------------------------------------------------ lines, on any thread */

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    jsonl_free(w->jsonl);
    doc_free(&w->doc);
    sets_view_free(w->view);
    buf_free(&w->value);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct dropping *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    doc_init(&w->doc);
    buf_init(&w->value, BUF_NO_MAX);
    w->jsonl = jsonl_new();
    if (x->sets) w->view = sets_view_new(x->sets, CACHE_BYTES);
    if (w->jsonl && (!x->sets || w->view)) return w;
    worker_free(ctx, w);
    return NULL;
}

static int reject(const struct dropping *x, struct worker *w, struct slice line, const struct fate *f,
                  struct buf *out, struct err *e)
{
    struct sets_entry survivor;
    int r = sets_get(w->view, 0, f->survivor, &survivor, e);
    if (r == 0)
        r = likeness_put_json(&w->value, survivor.id, x->algorithm == ALGORITHM_SIMHASH,
                              likeness_value(x->algorithm, f->likeness), e);
    if (r == 0) r = jsonl_parse(w->jsonl, line.p, line.n, &w->doc, e);
    if (r < 0) return r;
    r = stage_set_drop(&w->doc, "dedup", likeness_rule(x->algorithm), w->value.p);
    if (r == 0) r = doc_write(&w->doc, out);
    return r < 0 ? err_nomem(e, "writing a rejected document") : 0;
}

static int drop_line(const struct dropping *x, struct worker *w, struct pass_batch *b, struct slice line,
                     const struct fate *f, struct err *e)
{
    b->ledger.in += x->counts;
    if (f->text == DOCS_ABSENT) {
        if (x->counts) ledger_skip(&b->ledger, "not-sketched", 0);
        return 0;
    }
    if (!f->removed) {
        ledger_keep(&b->ledger, f->text, f->text);
        b->records++;
        buf_put(&b->out, line.p, line.n + 1);
        return 0;
    }
    ledger_drop(&b->ledger, likeness_rule(x->algorithm), f->text);
    if (!x->sets) return 0;
    b->more_records++;
    return reject(x, w, line, f, &b->more, e);
}

/* Where nothing goes and nothing stands between the lines, they are written as they were read. */
static bool all_stay(const struct pass_batch *b, const struct fate *f)
{
    bool stay = !b->maybe_blank;
    for (uint64_t i = 0; stay && i < b->lines; i++) stay = !f[i].removed && f[i].text != DOCS_ABSENT;
    return stay;
}

static int drop_work(void *ctx, void *worker, struct pass_batch *b, struct err *e)
{
    const struct dropping *x = ctx;
    const struct fate *f = (const struct fate *)(const void *)b->note.p;
    struct slice line;
    uint64_t i = 0;
    int r = 0;
    b->whole = all_stay(b, f);
    if (b->whole) {
        for (; i < b->lines; i++) ledger_keep(&b->ledger, f[i].text, f[i].text);
        if (x->counts) b->ledger.in += b->lines;
        b->records = b->lines;
        return 0;
    }
    if (buf_reserve(&b->out, b->in.n) < 0) return err_nomem(e, "copying lines");
    for (size_t at = 0; r == 0 && i < b->lines && lines_each(&b->in, &at, &line); i++)
        r = drop_line(ctx, worker, b, line, &f[i], e);
    return r;
}

static int drop_write(void *ctx, struct pass_batch *b, struct err *e)
{
    struct dropping *x = ctx;
    const struct buf *lines = b->whole ? &b->in : &b->out;
    int r = out_write(x->out, lines->p, lines->n, b->records, e);
    return r == 0 && x->rejects ? out_write(x->rejects, b->more.p, b->more.n, b->more_records, e) : r;
}

/* ------------------------------------------------------------------ the files */

static int open_removed(struct dropping *x, const char *dir, const struct records *docs, struct err *e)
{
    struct buf path;
    uint64_t from, n;
    buf_init(&path, BUF_NO_MAX);
    int r = work_part_path(&path, dir, "link", 0, 1, e);
    if (r == 0) r = work_open(&x->removed, path.p, REMOVED_WORDS, "link", "link", e);
    buf_free(&path);
    if (r < 0) return r;
    n = records_count(x->removed);
    r = records_lower_bound(x->removed, 0, n, DOC_NUMBER(x->task, 0), &from, e);
    if (r == 0) r = records_walk(&x->gone, x->removed, from, n, 0, e);
    if (r == 0) r = next_gone(x, e);
    if (r == 0) r = records_walk(&x->docs, (struct records *)docs, 0, records_count(docs), 0, e);
    return r;
}

/* That link has seen what is here now. */
static int check_stamps(const struct dropping *x, const char *dir, const struct sketches *s,
                        uint64_t *matched, struct err *e)
{
    struct parts p, q;
    int r = parts_open(&p, dir, "match", PAIR_WORDS, s->stamp, e);
    if (r < 0) return r;
    *matched = p.stamp;
    r = parts_open(&q, dir, "verify", PAIR_WORDS, p.stamp, e);
    parts_close(&p);
    if (r < 0) return r;
    struct buf meta;
    buf_init(&meta, BUF_NO_MAX);
    r = work_part_meta(&meta, q.stamp, "", e);
    if (r == 0 && !slice_eq(buf_slice(&meta), records_meta(x->removed)))
        r = err_set(e, ERR_USAGE,
                    "%s was made from other files than those that are here: run leat dedup link again",
                    records_path(x->removed));
    parts_close(&q);
    buf_free(&meta);
    return r;
}

static int open_all(struct dropping *x, const struct tool *t, const struct drop_opts *o,
                    const struct sketches *s, struct err *e)
{
    const struct sketch *own = sketches_task(s, o->task);
    struct out_opts rejects = {.path = t->rejects, .threads = (int)t->threads};
    uint64_t matched = 0;
    if (!own)
        return err_set(e, ERR_USAGE, "%s: task %u was not sketched: run leat dedup sketch --task %u first",
                       o->dir, o->task, o->task);
    int r = open_removed(x, o->dir, own->docs, e);
    if (r == 0) r = check_stamps(x, o->dir, s, &matched, e);
    if (r == 0 && t->rejects) r = sets_open(&x->sets, s, matched, e);
    if (r == 0) r = tool_open_output(t, "jsonl", &x->out, e);
    if (r == 0 && t->rejects) r = out_open(&x->rejects, &rejects, e);
    return r;
}

static int close_all(struct dropping *x, const struct tool *t, int r, struct err *e)
{
    struct err later = {0};
    enum out_end end = tool_out_end(t, r);
    int worst = out_close(x->rejects, end, r == 0 ? e : &later);
    int b = out_close(x->out, worst < 0 ? OUT_ABANDON : end, r == 0 && worst == 0 ? e : &later);
    records_walk_end(x->docs);
    records_walk_end(x->gone);
    records_close(x->removed);
    sets_close(x->sets);
    return r < 0 ? r : worst < 0 ? worst : b;
}

int drop_run(struct tool *t, const struct drop_opts *o, struct err *e)
{
    static const struct pass_ops ops = {.worker_new = worker_new,
                                        .worker_free = worker_free,
                                        .read = drop_read,
                                        .work = drop_work,
                                        .write = drop_write};
    struct dropping x = {.task = o->task, .counts = o->counts};
    struct sketches s;
    int r = sketches_open(&s, o->dir, o->against, o->n_against, e);
    if (r < 0) return r;
    x.algorithm = s.plan.algorithm;
    r = open_all(&x, t, o, &s, e);
    if (r == 0) r = pass_run(t, &ops, &x, sketches_task(&s, o->task)->docs, e);
    r = close_all(&x, t, r, e);
    sketches_close(&s);
    return r;
}
