/* pass.c: numbered lines through the pool. State: the hash of what was read. Memory: the pool's batches. */
#include "dedup/pass.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/pool.h"
#include "dedup/sketch.h"
#include <stdlib.h>

struct pass {
    struct tool *tool;
    const struct pass_ops *ops;
    void *ctx;
    struct lines lines;
    struct hash_stream *content;
    struct sketch_lines want;
    uint64_t bytes;
    struct ledger ignored; /* damage was counted when the lines were sketched */
};

static void *batch_new(void *ctx)
{
    struct pass_batch *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    buf_init(&b->in, BUF_NO_MAX);
    buf_init(&b->out, BUF_NO_MAX);
    buf_init(&b->more, BUF_NO_MAX);
    buf_init(&b->note, BUF_NO_MAX);
    ledger_init(&b->ledger);
    return b;
}

static void batch_free(void *ctx, void *batch)
{
    struct pass_batch *b = batch;
    buf_free(&b->in);
    buf_free(&b->out);
    buf_free(&b->more);
    buf_free(&b->note);
    ledger_free(&b->ledger);
    free(b);
}

static void *worker_new(void *ctx)
{
    struct pass *p = ctx;
    static char none;
    return p->ops->worker_new ? p->ops->worker_new(p->ctx) : &none;
}

static void worker_free(void *ctx, void *worker)
{
    struct pass *p = ctx;
    if (p->ops->worker_free) p->ops->worker_free(p->ctx, worker);
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct pass *p = ctx;
    struct pass_batch *b = batch;
    const char *file;
    uint64_t offset;
    b->first = p->lines.records;
    int64_t n = lines_next(&p->lines, &b->in, &p->ignored, &file, &offset, e);
    if (n <= 0) return (int)n;
    b->lines = (uint64_t)n;
    b->records = b->more_records = 0;
    buf_clear(&b->out);
    buf_clear(&b->more);
    buf_clear(&b->note);
    ledger_reset(&b->ledger);
    b->maybe_blank = p->lines.maybe_blank;
    p->bytes += b->in.n;
    if (p->want.hashed) hash_stream_update(p->content, b->in.p, b->in.n);
    int r = p->ops->read ? p->ops->read(p->ctx, b, e) : 0;
    return r < 0 ? r : 1;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    struct pass *p = ctx;
    struct pass_batch *b = batch;
    int r = p->ops->work(p->ctx, worker, b, e);
    if (r == 0 && (b->out.failed || b->more.failed || b->note.failed)) r = err_nomem(e, "making a batch");
    return r;
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct pass *p = ctx;
    struct pass_batch *b = batch;
    int r = p->ops->write(p->ctx, b, e);
    ledger_merge(&p->tool->ledger, &b->ledger);
    return r;
}

static int check_content(const struct pass *p, const struct records *docs, struct err *e)
{
    const struct sketch_lines *want = &p->want;
    bool same = want->lines == p->lines.records && want->bytes == p->bytes;
    if (same && (!want->hashed || want->content == hash_stream_digest(p->content))) return 0;
    return err_set(
        e, ERR_DATA,
        "the input is not what was sketched as %s (%llu lines then, %llu now, or other ones): give the same "
        "files in the same order, or sketch again",
        records_path(docs), (unsigned long long)want->lines, (unsigned long long)p->lines.records);
}

int pass_run(struct tool *t, const struct pass_ops *ops, void *ctx, const struct records *docs, struct err *e)
{
    static const struct pool_ops pool = {batch_new,  batch_free, worker_new, worker_free,
                                         batch_read, batch_work, batch_write};
    struct pass p = {.tool = t, .ops = ops, .ctx = ctx};
    ledger_init(&p.ignored);
    lines_init(&p.lines, t->inputs, t->n_inputs);
    p.lines.max_record_bytes = t->max_record;
    p.lines.limit_records = (uint64_t)t->limit;
    p.content = hash_stream_new();
    if (!p.content) return err_nomem(e, "starting");
    hash_stream_reset(p.content);
    int r = sketch_lines_of(docs, &p.want, e);
    if (r == 0) r = pool_run((int)t->threads, &pool, &p, e);
    if (r == 0) r = check_content(&p, docs, e);
    hash_stream_free(p.content);
    lines_free(&p.lines);
    ledger_free(&p.ignored);
    return r;
}
