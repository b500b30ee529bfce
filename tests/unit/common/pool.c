/* pool.c: order, bounds and errors of the pipeline; every job of a team once. */
#include "common/pool.h"
#include "tests/unit/test.h"
#include <pthread.h>
#include <stdatomic.h>

struct batch {
    uint64_t seq, value;
};

struct run {
    uint64_t n, next, sum, expected, fail_read, fail_work, fail_write, refuse_worker;
    bool in_order;
    atomic_int reading, writing, alive, most_alive, workers;
};

static void *batch_new(void *ctx)
{
    struct run *r = ctx;
    int alive = atomic_fetch_add(&r->alive, 1) + 1;
    if (alive > r->most_alive) r->most_alive = alive;
    return calloc(1, sizeof(struct batch));
}

static void batch_free(void *ctx, void *batch)
{
    atomic_fetch_sub(&((struct run *)ctx)->alive, 1);
    free(batch);
}

static void *worker_new(void *ctx)
{
    struct run *r = ctx;
    if (r->refuse_worker) return NULL;
    atomic_fetch_add(&r->workers, 1);
    return malloc(1);
}

static void worker_free(void *ctx, void *worker)
{
    atomic_fetch_sub(&((struct run *)ctx)->workers, 1);
    free(worker);
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct run *r = ctx;
    struct batch *b = batch;
    CHECK(atomic_fetch_add(&r->reading, 1) == 0);
    b->seq = r->next++;
    int result = b->seq < r->n ? 1 : 0;
    if (b->seq + 1 == r->fail_read) result = err_set(e, ERR_IO, "read %d", (int)b->seq);
    atomic_fetch_sub(&r->reading, 1);
    return result;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    struct run *r = ctx;
    struct batch *b = batch;
    if (b->seq % 7 == 0) usleep(200); /* let later batches overtake */
    b->value = b->seq * b->seq;
    if (r->fail_work && b->seq + 1 >= r->fail_work) return err_set(e, ERR_DATA, "work %d", (int)b->seq);
    return 0;
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct run *r = ctx;
    struct batch *b = batch;
    CHECK(atomic_fetch_add(&r->writing, 1) == 0);
    r->in_order &= b->seq == r->expected++;
    r->sum += b->value;
    atomic_fetch_sub(&r->writing, 1);
    return b->seq + 1 == r->fail_write ? err_set(e, ERR_PIPE, "write %d", (int)b->seq) : 0;
}

static const struct pool_ops ops = {batch_new,  batch_free, worker_new, worker_free,
                                    batch_read, batch_work, batch_write};

static int run_with(struct run *r, int threads, uint64_t n, struct err *e)
{
    r->n = n;
    r->in_order = true;
    return pool_run(threads, &ops, r, e);
}

TEST(writes_in_order)
{
    for (int threads = 1; threads <= 8; threads++) {
        struct run r = {0};
        struct err e = {0};
        CHECK_INT(run_with(&r, threads, 200, &e), 0);
        CHECK(r.in_order);
        CHECK_INT(r.expected, 200);
        CHECK_INT(r.sum, 199ULL * 200 * 399 / 6);
        CHECK_INT(r.alive, 0);
        CHECK_INT(r.workers, 0);
        CHECK_INT(r.most_alive, threads == 1 ? 1 : 2 * threads + 1);
    }
}

TEST(ends_on_an_empty_input)
{
    for (int threads = 1; threads <= 4; threads++) {
        struct run r = {0};
        struct err e = {0};
        CHECK_INT(run_with(&r, threads, 0, &e), 0);
        CHECK_INT(r.expected, 0);
    }
}

TEST(earliest_failure_wins)
{
    for (int threads = 1; threads <= 8; threads++) {
        struct run r = {.fail_work = 31}; /* batch 30 and all behind it fail */
        struct err e = {0};
        CHECK_INT(run_with(&r, threads, 200, &e), -ERR_DATA);
        CHECK_STR(e.msg, "work 30");
        CHECK(r.in_order);
        CHECK_INT(r.expected, 30);
        CHECK_INT(r.alive, 0);
    }
}

TEST(read_failure_comes_after_what_was_read)
{
    for (int threads = 1; threads <= 8; threads++) {
        struct run r = {.fail_read = 51};
        struct err e = {0};
        CHECK_INT(run_with(&r, threads, 200, &e), -ERR_IO);
        CHECK_STR(e.msg, "read 50");
        CHECK_INT(r.expected, 50);
    }
}

TEST(write_failure_ends_the_run)
{
    for (int threads = 1; threads <= 8; threads++) {
        struct run r = {.fail_write = 11};
        struct err e = {0};
        CHECK_INT(run_with(&r, threads, 200, &e), -ERR_PIPE);
        CHECK_STR(e.msg, "write 10");
        CHECK_INT(r.expected, 11);
    }
}

TEST(no_worker_is_an_error)
{
    for (int threads = 1; threads <= 2; threads++) {
        struct run r = {.refuse_worker = 1};
        struct err e = {0};
        CHECK_INT(run_with(&r, threads, 200, &e), -ERR_IO);
        CHECK_INT(r.expected, 0);
    }
}

struct jobs {
    atomic_int done[1000];
    atomic_int bad_thread;
    int threads;
};

static void job(void *ctx, uint64_t i, int thread)
{
    struct jobs *j = ctx;
    atomic_fetch_add(&j->done[i], 1);
    if (thread < 0 || thread >= j->threads) atomic_fetch_add(&j->bad_thread, 1);
}

TEST(team_does_every_job_once)
{
    for (int threads = 1; threads <= 8; threads++) {
        struct team *t = team_new(threads);
        CHECK(t != NULL);
        CHECK_INT(team_threads(t), threads);
        static struct jobs j;
        memset(&j, 0, sizeof j);
        j.threads = threads;
        for (int round = 0; round < 50; round++) {
            if (round % 10 == 0) usleep(2000); /* let the members fall asleep */
            team_run(t, round % 2 ? 1000 : 3, job, &j);
        }
        for (int i = 0; i < 1000; i++) CHECK_INT(j.done[i], i < 3 ? 50 : 25);
        CHECK_INT(j.bad_thread, 0);
        team_run(t, 0, job, &j);
        team_free(t);
    }
    team_free(NULL);
}

TEST(default_threads)
{
    CHECK(pool_default_threads() >= 1);
    struct run r = {0};
    struct err e = {0};
    CHECK_INT(run_with(&r, 0, 20, &e), 0);
    CHECK_INT(r.expected, 20);
}

int main(void)
{
    RUN(writes_in_order);
    RUN(ends_on_an_empty_input);
    RUN(earliest_failure_wins);
    RUN(read_failure_comes_after_what_was_read);
    RUN(write_failure_ends_the_run);
    RUN(no_worker_is_an_error);
    RUN(team_does_every_job_once);
    RUN(default_threads);
    return TEST_END();
}
