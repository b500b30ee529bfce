/* stage.c: the loop that all document tools share.
 *
 * A batch is a run of whole lines of one input. read: lines_next. work: every line is parsed and decided; what it
 * becomes is appended to the batch's own buffers and ledger. write: the buffers go out in order, and the ledger is
 * merged, so that nothing depends on which thread did what.
 *
 * State: the outputs and the merged ledger. Memory: the pool's 2*threads+1 batches, each about the size of its lines. */
#include "common/stage.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "common/pool.h"
#include <stdlib.h>

struct batch {
    struct buf in;
    const char *file;
    uint64_t offset, first_index, lines;
    uint64_t raw_bytes; /* of all inputs, read when this batch had been */
    struct buf out, rejects, attributes;
    struct ledger ledger;
    struct stage_out so; /* points at the fields above */
    struct arena arena;  /* what deferred documents keep */
    struct stage_deferred *marks;
    size_t n_marks, cap_marks;
};

struct worker {
    struct jsonl *jsonl;
    struct doc doc;
    void *own;
};

struct run {
    struct tool *tool;
    const struct stage_ops *ops;
    void *ctx;
    const char *name; /* "filter" of "leat filter" */
    struct lines lines;
    struct out *out, *rejects, *attributes;
    struct ledger tail;   /* damage behind the last line */
    struct worker writer; /* for stage_reopen: parses on the write side */
    struct progress progress;
};

/* ------------------------------------------------------------------ decisions */

static struct batch *batch_of(struct stage_out *o)
{
    return (struct batch *)((char *)o - offsetof(struct batch, so));
}

static int append_line(struct buf *b, const struct doc *d)
{
    return b ? doc_write(d, b) : 0;
}

int stage_keep(struct stage_out *o, struct doc *d)
{
    ledger_keep(o->ledger, o->text_in, d->text.n);
    o->out_records++;
    return doc_write(d, o->out);
}

int stage_set_drop(struct doc *d, const char *stage, const char *rule, const char *value_json)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "{\"stage\":");
    json_put_str(&b, slice_str(stage));
    buf_puts(&b, ",\"rule\":");
    json_put_str(&b, slice_str(rule));
    buf_printf(&b, ",\"value\":%s}", value_json ? value_json : "null");
    int r = b.failed ? -ERR_IO : doc_meta_set_raw(d, "drop", buf_slice(&b));
    buf_free(&b);
    return r;
}

int stage_drop(struct stage_out *o, struct doc *d, const char *rule, const char *value_json)
{
    ledger_drop(o->ledger, rule, o->text_in);
    if (!o->rejects) return 0;
    int r = stage_set_drop(d, o->name, rule, value_json);
    o->reject_records++;
    return r < 0 ? r : append_line(o->rejects, d);
}

int stage_emit(struct stage_out *o, struct doc *d, uint64_t records)
{
    ledger_keep(o->ledger, o->text_in, d->text.n);
    o->out_records += records;
    return o->out->failed ? -ERR_IO : 0;
}

int stage_attributes(struct stage_out *o, const struct doc *d, const char *members_json)
{
    if (!o->attributes) return 0;
    struct buf *b = o->attributes;
    buf_puts(b, "{\"id\":");
    json_put_str(b, d->id);
    if (d->source.n) {
        buf_puts(b, ",\"source\":");
        json_put_str(b, d->source);
    }
    buf_printf(b, ",\"attributes\":{%s}}\n", members_json);
    o->attribute_records++;
    return b->failed ? -ERR_IO : 0;
}

static struct stage_deferred *mark_new(struct batch *b)
{
    if (b->n_marks == b->cap_marks) {
        size_t cap = b->cap_marks ? 2 * b->cap_marks : 256;
        struct stage_deferred *m = realloc(b->marks, cap * sizeof *m);
        if (!m) return NULL;
        b->marks = m;
        b->cap_marks = cap;
    }
    return &b->marks[b->n_marks++];
}

/* The line as it will be written, with what parsing it again needs behind it: in the batch's input where nothing changed, else
 * built in the arena. */
static int keep_line(struct batch *b, const struct doc *d, struct slice *line)
{
    if (!doc_changed(d) && d->line.n) {
        *line = slice_of(d->line.p, d->line.n + 1);
        return 0;
    }
    struct buf made;
    buf_init(&made, BUF_NO_MAX);
    int r = doc_write(d, &made);
    char *copy = r < 0 ? NULL : arena_alloc(&b->arena, made.n + JSONL_PADDING);
    if (copy) memcpy(copy, made.p, made.n);
    *line = slice_of(copy, made.n);
    buf_free(&made);
    return copy ? 0 : -ERR_IO;
}

int stage_defer(struct stage_out *o, struct doc *d, const void *data, size_t n)
{
    struct batch *b = batch_of(o);
    struct stage_deferred *m = mark_new(b);
    if (!m) return -ERR_IO;
    void *copy = arena_alloc(&b->arena, n ? n : 1);
    char *id = arena_strndup(&b->arena, d->id.p, d->id.n);
    if (!copy || !id) return -ERR_IO;
    if (n) memcpy(copy, data, n);
    *m = (struct stage_deferred){.id = slice_of(id, d->id.n),
                                 .text_in = o->text_in,
                                 .text_out = d->text.n,
                                 .index = o->index,
                                 .data = copy,
                                 .data_bytes = n};
    return keep_line(b, d, &m->line);
}

int stage_reopen(struct stage_out *o, const struct stage_deferred *m, struct doc **d, struct err *e)
{
    *d = o->reopened;
    o->text_in = m->text_in;
    o->index = m->index;
    return jsonl_parse(o->jsonl, m->line.p, m->line.n - 1, *d, e);
}

int stage_resolve(struct stage_out *o, const struct stage_deferred *m, const char *rule,
                  const char *value_json)
{
    if (rule && o->rejects) {
        struct doc *d;
        int r = stage_reopen(o, m, &d, NULL);
        return r < 0 ? r : stage_drop(o, d, rule, value_json);
    }
    if (rule) {
        ledger_drop(o->ledger, rule, m->text_in);
        return 0;
    }
    ledger_keep(o->ledger, m->text_in, m->text_out);
    o->out_records++;
    return buf_put(o->out, m->line.p, m->line.n) < 0 ? -ERR_IO : 0;
}

/* ------------------------------------------------------------------ the pool's operations */

static void *batch_new(void *ctx)
{
    struct run *run = ctx;
    struct batch *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    buf_init(&b->in, BUF_NO_MAX);
    buf_init(&b->out, BUF_NO_MAX);
    buf_init(&b->rejects, BUF_NO_MAX);
    buf_init(&b->attributes, BUF_NO_MAX);
    ledger_init(&b->ledger);
    arena_init(&b->arena);
    b->so = (struct stage_out){.out = &b->out,
                               .rejects = run->rejects ? &b->rejects : NULL,
                               .attributes = run->attributes ? &b->attributes : NULL,
                               .ledger = &b->ledger,
                               .name = run->name};
    return b;
}

static void batch_free(void *ctx, void *batch)
{
    struct batch *b = batch;
    buf_free(&b->in);
    buf_free(&b->out);
    buf_free(&b->rejects);
    buf_free(&b->attributes);
    ledger_free(&b->ledger);
    arena_free(&b->arena);
    free(b->marks);
    free(b);
}

static int worker_init(struct worker *w, struct run *run, bool own)
{
    w->jsonl = jsonl_new();
    doc_init(&w->doc);
    w->own = own && run->ops->worker_new ? run->ops->worker_new(run->ctx) : NULL;
    return !w->jsonl || (own && run->ops->worker_new && !w->own) ? -1 : 0;
}

static void worker_end(struct worker *w, struct run *run)
{
    if (w->own && run->ops->worker_free) run->ops->worker_free(run->ctx, w->own);
    doc_free(&w->doc);
    jsonl_free(w->jsonl);
}

static void worker_free(void *ctx, void *worker)
{
    worker_end(worker, ctx);
    free(worker);
}

static void *worker_new(void *ctx)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w && worker_init(w, ctx, true) < 0) {
        worker_free(ctx, w);
        w = NULL;
    }
    return w;
}

static void batch_clear(struct batch *b)
{
    buf_clear(&b->out);
    buf_clear(&b->rejects);
    buf_clear(&b->attributes);
    ledger_reset(&b->ledger);
    arena_reset(&b->arena);
    b->n_marks = 0;
    b->so.out_records = b->so.reject_records = b->so.attribute_records = 0;
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    batch_clear(b);
    b->first_index = run->lines.records;
    int64_t n = lines_next(&run->lines, &b->in, &b->ledger, &b->file, &b->offset, e);
    if (n == 0) ledger_merge(&run->tail, &b->ledger);
    b->lines = n > 0 ? (uint64_t)n : 0;
    b->raw_bytes = run->lines.done_raw_bytes + (run->lines.in ? in_raw_bytes(run->lines.in) : 0);
    return n > 0 ? 1 : (int)n;
}

static int decide(struct run *run, struct worker *w, struct batch *b, struct doc *d, struct err *e)
{
    struct stage_out *o = &b->so;
    o->ledger->in++;
    o->text_in = d->text.n;
    if (run->tool->sample < 1 && !hash_sampled(d->id.n ? d->id : d->text, run->tool->sample)) {
        ledger_skip(o->ledger, "sample", d->text.n);
        return 0;
    }
    return run->ops->doc(run->ctx, w->own, d, o, e);
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct worker *w = worker;
    struct batch *b = batch;
    struct slice line;
    uint64_t i = 0;
    b->so.jsonl = w->jsonl;
    b->so.file = b->file;
    for (size_t at = 0; lines_each(&b->in, &at, &line); i++) {
        uint64_t offset = b->offset + (uint64_t)(line.p - b->in.p);
        struct err bad;
        err_clear(&bad);
        b->so.index = b->first_index + i;
        int r = jsonl_parse(w->jsonl, line.p, line.n, &w->doc, &bad);
        if (r == 0)
            r = decide(run, w, b, &w->doc, e);
        else if (r == -ERR_DATA) {
            ledger_damage(&b->ledger, b->file, offset, line.n, "%s", bad.msg);
            r = 0;
        } else if (e)
            *e = bad;
        if (r < 0)
            return err_set(e, -r, "%s: cannot go on at byte %llu: out of memory", b->file,
                           (unsigned long long)offset);
    }
    if (b->out.failed || b->rejects.failed || b->attributes.failed) return err_nomem(e, "writing a batch");
    return 0;
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    struct stage_out *o = &b->so;
    int r = 0;
    o->jsonl = run->writer.jsonl;
    o->reopened = &run->writer.doc;
    if (run->ops->raw) r = run->ops->raw(run->ctx, buf_slice(&b->in), b->lines, e);
    if (r == 0 && run->ops->ordered) r = run->ops->ordered(run->ctx, b->marks, b->n_marks, o, e);
    if (r < 0) return err_set(e, -r, "out of memory while writing a batch");
    if (r == 0 && run->out) r = out_write(run->out, b->out.p, b->out.n, o->out_records, e);
    if (r == 0 && run->rejects) r = out_write(run->rejects, b->rejects.p, b->rejects.n, o->reject_records, e);
    if (r == 0 && run->attributes)
        r = out_write(run->attributes, b->attributes.p, b->attributes.n, o->attribute_records, e);
    ledger_merge(&run->tool->ledger, &b->ledger);
    run->progress.records = run->tool->ledger.in;
    run->progress.kept = run->tool->ledger.kept;
    run->progress.bytes = b->raw_bytes;
    log_progress(&run->progress);
    return r;
}

/* ------------------------------------------------------------------ the run */

static int open_outputs(struct run *run, struct err *e)
{
    const struct tool *t = run->tool;
    struct out_opts rejects = {.path = t->rejects, .threads = (int)t->threads};
    struct out_opts attributes = {.path = t->attributes, .threads = (int)t->threads};
    int r = run->ops->kind ? tool_open_output(t, run->ops->kind, &run->out, e) : 0;
    if (r == 0 && t->rejects) r = out_open(&run->rejects, &rejects, e);
    if (r == 0 && t->attributes) r = out_open(&run->attributes, &attributes, e);
    return r;
}

/* The output last: where it stands, what belongs to it stands too. */
static int close_outputs(struct run *run, int r, struct err *e)
{
    enum out_end end = tool_out_end(run->tool, r);
    struct err later = {0};
    int worst = out_close(run->rejects, end, &later);
    int b = out_close(run->attributes, worst < 0 ? OUT_ABANDON : end, &later);
    if (worst == 0) worst = b;
    int c = out_close(run->out, worst < 0 ? OUT_ABANDON : end, &later);
    if (worst == 0) worst = c;
    if (r == 0 && worst < 0) {
        *e = later;
        r = worst;
    }
    return r;
}

static int put_hook(struct run *run, int (*hook)(void *, struct buf *, struct err *), struct err *e)
{
    if (!hook) return 0;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = hook(run->ctx, &b, e);
    if (r == 0 && b.failed) r = err_nomem(e, "writing a header");
    if (r == 0) r = out_write(run->out, b.p, b.n, 0, e);
    buf_free(&b);
    return r;
}

static const struct pool_ops pool_ops = {batch_new,  batch_free, worker_new, worker_free,
                                         batch_read, batch_work, batch_write};

static int run_all(struct run *run, struct err *e)
{
    int r = open_outputs(run, e);
    if (r == 0) r = put_hook(run, run->ops->begin, e);
    if (r == 0) r = pool_run((int)run->tool->threads, &pool_ops, run, e);
    ledger_merge(&run->tool->ledger, &run->tail);
    if (r == 0 && tool_out_end(run->tool, r) == OUT_COMMIT) r = put_hook(run, run->ops->end, e);
    log_progress_end();
    return close_outputs(run, r, e);
}

int stage_run(struct tool *t, const struct stage_ops *ops, void *ctx)
{
    const char *space = strrchr(t->spec->name, ' ');
    struct run run = {.tool = t, .ops = ops, .ctx = ctx, .name = space ? space + 1 : t->spec->name};
    ledger_init(&run.tail);
    lines_init(&run.lines, t->inputs, t->n_inputs);
    run.lines.max_record_bytes = t->max_record;
    run.lines.limit_records = (uint64_t)t->limit;
    int r =
        worker_init(&run.writer, &run, false) < 0 ? err_nomem(&t->err, "starting") : run_all(&run, &t->err);
    worker_end(&run.writer, &run);
    lines_free(&run.lines);
    ledger_free(&run.tail);
    return r;
}
