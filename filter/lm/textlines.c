/* textlines.c: plain text, a document a line, through the pool.
 *
 * In: lines. Out: what ops.line makes of them, in order. State: the ledger. Memory: 2*threads+1 batches of lines. */
#include "filter/lm/textlines.h"
#include "common/jsonl.h"
#include "common/log.h"
#include "common/pool.h"
#include "common/text.h"
#include <stdlib.h>

struct batch {
    struct buf in, made;
    struct ledger ledger;
    uint64_t lines, raw_bytes;
};

struct run {
    struct tool *tool;
    const struct textlines_ops *ops;
    void *ctx;
    struct lines lines;
    struct ledger tail; /* damage behind the last line */
    struct progress progress;
};

static void *batch_new(void *ctx)
{
    struct batch *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    buf_init(&b->in, BUF_NO_MAX);
    buf_init(&b->made, BUF_NO_MAX);
    ledger_init(&b->ledger);
    return b;
}

static void batch_free(void *ctx, void *batch)
{
    struct batch *b = batch;
    buf_free(&b->in);
    buf_free(&b->made);
    ledger_free(&b->ledger);
    free(b);
}

static void *worker_new(void *ctx)
{
    struct run *run = ctx;
    return run->ops->worker_new(run->ctx);
}

static void worker_free(void *ctx, void *worker)
{
    struct run *run = ctx;
    run->ops->worker_free(run->ctx, worker);
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    const char *file;
    uint64_t offset;
    ledger_reset(&b->ledger);
    buf_clear(&b->made);
    int64_t n = lines_next(&run->lines, &b->in, &b->ledger, &file, &offset, e);
    if (n == 0) ledger_merge(&run->tail, &b->ledger);
    b->lines = n > 0 ? (uint64_t)n : 0;
    b->raw_bytes = run->lines.done_raw_bytes + (run->lines.in ? in_raw_bytes(run->lines.in) : 0);
    return n > 0 ? 1 : (int)n;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    const struct run *run = ctx;
    struct batch *b = batch;
    struct slice line;
    const bool blank_too = run->ops->blank_too;
    for (size_t at = 0;
         blank_too ? line_next(buf_slice(&b->in), &at, &line) : lines_each(&b->in, &at, &line);) {
        if (!blank_too || !line_is_blank(line)) {
            b->ledger.in++;
            ledger_keep(&b->ledger, line.n, line.n);
        }
        int r = run->ops->line(run->ctx, worker, line, &b->made, e);
        if (r < 0) return r;
    }
    return b->made.failed ? err_nomem(e, "working on lines") : 0;
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct run *run = ctx;
    struct batch *b = batch;
    ledger_merge(&run->tool->ledger, &b->ledger);
    run->progress.records = run->tool->ledger.in;
    run->progress.kept = run->tool->ledger.kept;
    run->progress.bytes = b->raw_bytes;
    log_progress(&run->progress);
    return run->ops->write(run->ctx, buf_slice(&b->made), b->lines, e);
}

int textlines_run(struct tool *t, const struct textlines_ops *ops, void *ctx)
{
    static const struct pool_ops pool = {batch_new,  batch_free, worker_new, worker_free,
                                         batch_read, batch_work, batch_write};
    struct run run = {.tool = t, .ops = ops, .ctx = ctx};
    ledger_init(&run.tail);
    lines_init(&run.lines, t->inputs, t->n_inputs);
    run.lines.max_record_bytes = t->max_record;
    run.lines.blank_too = ops->blank_too;
    run.lines.limit_records = (uint64_t)t->limit;
    int r = pool_run((int)t->threads, &pool, &run, &t->err);
    ledger_merge(&t->ledger, &run.tail);
    log_progress_end();
    lines_free(&run.lines);
    ledger_free(&run.tail);
    return r;
}
