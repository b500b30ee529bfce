/* pool.h: an ordered parallel pipeline: read | work | write.
 *
 * Batches are read one at a time in order, worked on by any thread, and written one at a time in the order in which
 * they were read. So the output does not depend on the number of threads, and at most 2*threads+1 batches exist.
 * With one thread everything runs in the caller's. After minimap2's kt_pipeline; every thread takes whatever step is
 * next, so a reader or a writer never occupies a core of its own. */
#ifndef LEAT_COMMON_POOL_H
#define LEAT_COMMON_POOL_H

#include "err.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pool_ops {
    /* One batch object; pool keeps them and hands them to read again and again. NULL: out of memory. */
    void *(*batch_new)(void *ctx);
    void (*batch_free)(void *ctx, void *batch);
    /* State of one worker thread; may be NULL functions. */
    void *(*worker_new)(void *ctx);
    void (*worker_free)(void *ctx, void *worker);
    /* 1: a batch was read; 0: the end; < 0: an error, *e set. Never called by two threads at once, nor again after 0
     * or an error. */
    int (*read)(void *ctx, void *batch, struct err *e);
    int (*work)(void *ctx, void *worker, void *batch, struct err *e);
    int (*write)(void *ctx, void *batch, struct err *e); /* in order; never called by two threads at once */
};

/* Runs to the end or to the first error, which it returns with *e set (the error of the earliest batch). Every batch
 * before the failed one has been written, none behind it. */
int pool_run(int threads, const struct pool_ops *ops, void *ctx, struct err *e);

int pool_default_threads(void); /* cores this process may run on */

/* A fork-join team for loops inside one computation (tokenizer training, the trainer's ops): job i of n runs once, on
 * any thread, the caller's too. Cut work by its shape alone and the result does not depend on the threads. */
struct team;
struct team *team_new(int threads); /* NULL: out of memory or no threads */
void team_free(struct team *t);
int team_threads(const struct team *t);
void team_run(struct team *t, uint64_t n_jobs, void (*job)(void *ctx, uint64_t i, int thread), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
