/* pool.c: an ordered parallel pipeline, and a fork-join team.
 *
 * Pipeline: a ring of 2*threads+1 slots, addressed by sequence number; a batch object is taken for a slot when it is read
 * and given back when it is written, the last one given back first, since its memory is still in a cache. Every thread takes
 * the next step that can be taken: write the oldest batch if it is done, else read the next one and work on it. One mutex guards the
 * ring; reading, working and writing happen outside it. So a slow reader or writer holds up nobody who still has work,
 * and memory is bounded by the ring.
 *
 * Team: workers wait for a generation number to change, spinning briefly before they sleep, since the jobs of a training
 * step follow each other within microseconds. */
#include "common/pool.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ pipeline */

enum slot_state { SLOT_EMPTY, SLOT_BUSY, SLOT_DONE };

struct slot {
    void *batch;
    enum slot_state state;
};

struct pool {
    const struct pool_ops *ops;
    void *ctx;
    struct slot *slots;
    void **spare; /* batch objects that no slot holds: a stack */
    uint64_t n_spare, n_slots, read_seq, write_seq;
    uint64_t stop_seq; /* nothing from this batch on is written: the end of input, or the earliest failure */
    bool reading, writing;
    struct err err; /* of batch stop_seq */
    int result;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* Called with the lock held (or with one thread). The failure of an earlier batch replaces that of a later one. */
static void pool_fail(struct pool *p, uint64_t seq, int result, const struct err *e)
{
    if (seq < p->stop_seq) {
        p->stop_seq = seq;
        p->result = result;
        p->err = *e;
    }
}

static void pool_stop_at(struct pool *p, uint64_t seq)
{
    if (seq < p->stop_seq) p->stop_seq = seq;
}

static bool can_write(const struct pool *p)
{
    return !p->writing && p->write_seq < p->stop_seq &&
           p->slots[p->write_seq % p->n_slots].state == SLOT_DONE;
}

static bool can_read(const struct pool *p)
{
    return !p->reading && p->read_seq < p->stop_seq && p->slots[p->read_seq % p->n_slots].state == SLOT_EMPTY;
}

static void step_write(struct pool *p)
{
    struct slot *s = &p->slots[p->write_seq % p->n_slots];
    struct err e = {0};
    p->writing = true;
    pthread_mutex_unlock(&p->lock);
    int r = p->ops->write(p->ctx, s->batch, &e);
    pthread_mutex_lock(&p->lock);
    p->writing = false;
    if (r < 0) pool_fail(p, p->write_seq, r, &e);
    s->state = SLOT_EMPTY;
    p->spare[p->n_spare++] = s->batch;
    p->write_seq++;
    pthread_cond_broadcast(&p->changed);
}

static void step_read_and_work(struct pool *p, void *worker)
{
    uint64_t seq = p->read_seq;
    struct slot *s = &p->slots[seq % p->n_slots];
    struct err e = {0};
    p->reading = true;
    s->batch = p->spare[--p->n_spare];
    pthread_mutex_unlock(&p->lock);
    int r = p->ops->read(p->ctx, s->batch, &e);
    pthread_mutex_lock(&p->lock);
    p->reading = false;
    if (r <= 0) {
        p->spare[p->n_spare++] = s->batch;
        if (r < 0)
            pool_fail(p, seq, r, &e);
        else
            pool_stop_at(p, seq);
        pthread_cond_broadcast(&p->changed);
        return;
    }
    s->state = SLOT_BUSY;
    p->read_seq++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    r = p->ops->work(p->ctx, worker, s->batch, &e);
    pthread_mutex_lock(&p->lock);
    if (r < 0) pool_fail(p, seq, r, &e);
    s->state = SLOT_DONE;
    pthread_cond_broadcast(&p->changed);
}

static void *pool_thread(void *arg)
{
    struct pool *p = arg;
    struct err e = {0};
    void *worker = p->ops->worker_new ? p->ops->worker_new(p->ctx) : NULL;
    pthread_mutex_lock(&p->lock);
    if (p->ops->worker_new && !worker) {
        int r = err_nomem(&e, "starting a worker");
        pool_fail(p, p->write_seq, r, &e);
        pthread_cond_broadcast(&p->changed);
    }
    while (p->write_seq < p->stop_seq || p->reading) {
        if (can_write(p))
            step_write(p);
        else if (can_read(p))
            step_read_and_work(p, worker);
        else
            pthread_cond_wait(&p->changed, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    if (worker && p->ops->worker_free) p->ops->worker_free(p->ctx, worker);
    return NULL;
}

static int run_alone(struct pool *p, struct err *e)
{
    void *worker = p->ops->worker_new ? p->ops->worker_new(p->ctx) : NULL;
    if (p->ops->worker_new && !worker) return err_nomem(e, "starting a worker");
    void *batch = p->spare[0];
    int r;
    while ((r = p->ops->read(p->ctx, batch, e)) > 0) {
        r = p->ops->work(p->ctx, worker, batch, e);
        if (r >= 0) r = p->ops->write(p->ctx, batch, e);
        if (r < 0) break;
    }
    if (worker && p->ops->worker_free) p->ops->worker_free(p->ctx, worker);
    return r < 0 ? r : 0;
}

static int run_threads(struct pool *p, int threads, struct err *e)
{
    pthread_t *id = calloc((size_t)threads, sizeof *id);
    if (!id) return err_nomem(e, "starting threads");
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    int started = 0;
    while (started < threads - 1 && pthread_create(&id[started], NULL, pool_thread, p) == 0) started++;
    pool_thread(p);
    for (int i = 0; i < started; i++) pthread_join(id[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->changed);
    free(id);
    if (p->result < 0 && e) *e = p->err;
    return p->result;
}

int pool_run(int threads, const struct pool_ops *ops, void *ctx, struct err *e)
{
    if (threads < 1) threads = pool_default_threads();
    struct pool p = {.ops = ops, .ctx = ctx, .stop_seq = UINT64_MAX};
    p.n_slots = threads == 1 ? 1 : 2 * (uint64_t)threads + 1;
    p.slots = calloc(p.n_slots, sizeof *p.slots);
    p.spare = calloc(p.n_slots, sizeof *p.spare);
    if (!p.slots || !p.spare) {
        free(p.slots);
        free(p.spare);
        return err_nomem(e, "allocating batches");
    }
    int r = 0;
    while (r == 0 && p.n_spare < p.n_slots) {
        p.spare[p.n_spare] = ops->batch_new(ctx);
        if (p.spare[p.n_spare])
            p.n_spare++;
        else
            r = err_nomem(e, "allocating batches");
    }
    if (r == 0) r = threads == 1 ? run_alone(&p, e) : run_threads(&p, threads, e);
    for (uint64_t i = 0; i < p.n_slots; i++)
        if (p.slots[i].state != SLOT_EMPTY) ops->batch_free(ctx, p.slots[i].batch);
    while (p.n_spare > 0) ops->batch_free(ctx, p.spare[--p.n_spare]);
    free(p.slots);
    free(p.spare);
    return r;
}

int pool_default_threads(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}

/* ------------------------------------------------------------------ team */

#define TEAM_SPINS 4000

struct team {
    int threads;
    pthread_t *ids;
    int started;
    void (*job)(void *ctx, uint64_t i, int thread);
    void *ctx;
    uint64_t n_jobs;
    atomic_uint_fast64_t next, generation;
    atomic_int busy;
    bool ending;
    pthread_mutex_t lock;
    pthread_cond_t start;
};

struct team_member {
    struct team *t;
    int thread;
};

static inline void spin_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void team_work(struct team *t, int thread)
{
    for (;;) {
        uint64_t i = atomic_fetch_add_explicit(&t->next, 1, memory_order_relaxed);
        if (i >= t->n_jobs) return;
        t->job(t->ctx, i, thread);
    }
}

/* Returns the new generation once it differs from `seen`. */
static uint64_t team_await(struct team *t, uint64_t seen)
{
    for (int i = 0; i < TEAM_SPINS; i++) {
        uint64_t g = atomic_load_explicit(&t->generation, memory_order_acquire);
        if (g != seen) return g;
        spin_pause();
    }
    pthread_mutex_lock(&t->lock);
    while (atomic_load_explicit(&t->generation, memory_order_acquire) == seen)
        pthread_cond_wait(&t->start, &t->lock);
    pthread_mutex_unlock(&t->lock);
    return atomic_load_explicit(&t->generation, memory_order_acquire);
}

static void *team_thread(void *arg)
{
    struct team_member m = *(struct team_member *)arg;
    free(arg);
    uint64_t seen = 0;
    for (;;) {
        seen = team_await(m.t, seen);
        if (m.t->ending) return NULL;
        team_work(m.t, m.thread);
        atomic_fetch_sub_explicit(&m.t->busy, 1, memory_order_release);
    }
}

static void team_release(struct team *t)
{
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add_explicit(&t->generation, 1, memory_order_release);
    pthread_cond_broadcast(&t->start);
    pthread_mutex_unlock(&t->lock);
}

struct team *team_new(int threads)
{
    if (threads < 1) threads = pool_default_threads();
    struct team *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->threads = threads;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->start, NULL);
    t->ids = calloc((size_t)threads, sizeof *t->ids);
    while (t->ids && t->started < threads - 1) {
        struct team_member *m = malloc(sizeof *m);
        if (!m) break;
        *m = (struct team_member){t, t->started + 1};
        if (pthread_create(&t->ids[t->started], NULL, team_thread, m) != 0) {
            free(m);
            break;
        }
        t->started++;
    }
    if (t->started == threads - 1 && t->ids) return t;
    team_free(t);
    return NULL;
}

void team_free(struct team *t)
{
    if (!t) return;
    t->ending = true;
    team_release(t);
    for (int i = 0; i < t->started; i++) pthread_join(t->ids[i], NULL);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->start);
    free(t->ids);
    free(t);
}

int team_threads(const struct team *t)
{
    return t->threads;
}

void team_run(struct team *t, uint64_t n_jobs, void (*job)(void *ctx, uint64_t i, int thread), void *ctx)
{
    if (t->threads == 1 || n_jobs <= 1) {
        for (uint64_t i = 0; i < n_jobs; i++) job(ctx, i, 0);
        return;
    }
    t->job = job;
    t->ctx = ctx;
    t->n_jobs = n_jobs;
    atomic_store_explicit(&t->next, 0, memory_order_relaxed);
    atomic_store_explicit(&t->busy, t->started, memory_order_relaxed);
    team_release(t);
    team_work(t, 0);
    for (uint64_t spins = 0; atomic_load_explicit(&t->busy, memory_order_acquire) > 0; spins++) {
        if (spins < TEAM_SPINS)
            spin_pause();
        else
            sched_yield();
    }
}
