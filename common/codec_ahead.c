/* codec_ahead.c: members of a regular file decoded ahead of their reader, on threads.
 *
 * For formats in which a member's first bytes tell it beyond doubt, and members know nothing of each other (bzip2: 10 bytes;
 * Wikipedia's multistream dumps are thousands of such members; libbz2 gives 20 to 60 MB/s, so it would bound everything that
 * is made of them). The file is cut where members seem to start; each piece is decoded by itself, and counts only if it is a
 * member from its first byte to its last. Whatever is not (a wrong cut, damage, the file's early end, a member that is
 * too large) is left to codec_members.c, from its start: so the bytes and the faults are the same as without threads.
 *
 * In: a descriptor, by pread. Out: decoded members, in the file's order. State: a ring of pieces. Memory: for each of
 * threads + 4 pieces at most PIECE_BYTES and PIECE_CONTENT_BYTES. */
#include "common/stream_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)2 << 20)
#define PIECE_CONTENT_BYTES ((size_t)8 << 20)
#define THREADS_MAX 16
#define RING_MAX (THREADS_MAX + 4)
#define SCAN_BYTES ((size_t)256 << 10)
#define FAILURES_MAX 4 /* in a row: then this is not a file for it */

enum piece_state { PIECE_WAITING, PIECE_WORKING, PIECE_GOOD, PIECE_BAD };

struct piece_ahead {
    uint64_t start; /* in the file */
    struct buf packed, content;
    enum piece_state state;
};

struct ahead {
    const struct decoder_ops *ops;
    int fd;
    uint64_t base;         /* of the descriptor: where the stream's byte 0 lies */
    uint64_t scan_at;      /* the next piece starts here */
    struct buf scanned;    /* bytes from scan_at on */
    bool ended;            /* the file ends with `scanned` */
    int failures, threads; /* threads: those besides the reader's */
    pthread_t thread[THREADS_MAX];
    int n_started;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    /* under the lock */
    struct piece_ahead ring[RING_MAX];
    size_t first, n;
    bool stop;
};

struct ahead *ahead_new(const struct decoder_ops *ops, int fd, uint64_t base, int threads)
{
    struct ahead *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    a->ops = ops;
    a->fd = fd;
    a->base = base;
    a->threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    buf_init(&a->scanned, PIECE_BYTES + SCAN_BYTES);
    for (size_t i = 0; i < RING_MAX; i++) {
        buf_init(&a->ring[i].packed, PIECE_BYTES);
        buf_init(&a->ring[i].content, PIECE_CONTENT_BYTES);
    }
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->work, NULL);
    pthread_cond_init(&a->done, NULL);
    return a;
}

/* ------------------------------------------------------------------ decoding */

static bool decode_whole(const struct decoder_ops *ops, void *d, struct piece_ahead *p)
{
    struct err e = {0};
    enum step step = ops->begin(d, &e) == 0 ? STEP_MORE : STEP_BAD;
    const uint8_t *in = (const uint8_t *)p->packed.p, *end = in + p->packed.n;
    buf_clear(&p->content);
    while (step == STEP_MORE) {
        const uint8_t *before = in;
        if (buf_reserve(&p->content, SCAN_BYTES) < 0) return false;
        uint8_t *out = (uint8_t *)p->content.p + p->content.n;
        struct decoder_io io = {in, end, out, (uint8_t *)p->content.p + p->content.cap};
        step = ops->step(d, &io, &e);
        in = io.in;
        p->content.n += (size_t)(io.out - out);
        if (step == STEP_MORE && in == before && io.out == out) return false; /* it is cut */
    }
    return step == STEP_END && in == end;
}

/* Takes a waiting piece and decodes it. The lock is held before and behind. */
static void work_on(struct ahead *a, struct piece_ahead *p, void *d)
{
    p->state = PIECE_WORKING;
    pthread_mutex_unlock(&a->lock);
    bool good = d && decode_whole(a->ops, d, p);
    pthread_mutex_lock(&a->lock);
    p->state = good ? PIECE_GOOD : PIECE_BAD;
    pthread_cond_broadcast(&a->done);
}

static struct piece_ahead *at(struct ahead *a, size_t i)
{
    return &a->ring[(a->first + i) % RING_MAX];
}

static struct piece_ahead *find_waiting(struct ahead *a)
{
    for (size_t i = 0; i < a->n; i++)
        if (at(a, i)->state == PIECE_WAITING) return at(a, i);
    return NULL;
}

static void free_decoder(struct ahead *a, void *d)
{
    if (d) a->ops->free(d);
    free(d);
}

static void *thread_main(void *arg)
{
    struct ahead *a = arg;
    void *d = calloc(1, a->ops->state_bytes);
    pthread_mutex_lock(&a->lock);
    while (!a->stop) {
        struct piece_ahead *p = find_waiting(a);
        if (p)
            work_on(a, p, d);
        else
            pthread_cond_wait(&a->work, &a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    free_decoder(a, d);
    return NULL;
}

/* ------------------------------------------------------------------ cutting */

static bool read_more(struct ahead *a)
{
    if (buf_reserve(&a->scanned, SCAN_BYTES) < 0) return false;
    uint64_t offset = a->base + a->scan_at + a->scanned.n;
    ssize_t n = pread(a->fd, a->scanned.p + a->scanned.n, SCAN_BYTES, (off_t)offset);
    if (n < 0) return false;
    a->ended = n == 0;
    a->scanned.n += (size_t)n;
    return true;
}

/* Where a member seems to start in [from, n) of what is scanned; n: nowhere. */
static size_t find_start(const struct ahead *a, size_t from)
{
    const struct buf *b = &a->scanned;
    const uint8_t *p = (const uint8_t *)b->p;
    for (; from + a->ops->probe_bytes <= b->n; from++) {
        const uint8_t *hit = memchr(p + from, a->ops->first_byte, b->n - from);
        if (!hit) return b->n;
        from = (size_t)(hit - p);
        if (from + a->ops->probe_bytes <= b->n && a->ops->probe(hit, b->n - from)) return from;
    }
    return b->n;
}

/* Cuts the next piece off the file into *p. False: there is none, or it cannot be decoded so. */
static bool cut_piece(struct ahead *a, struct piece_ahead *p)
{
    size_t from = 1, end;
    for (;;) {
        end = find_start(a, from);
        if (end < a->scanned.n || a->ended) break;
        from = a->scanned.n > a->ops->probe_bytes ? a->scanned.n - a->ops->probe_bytes + 1 : 1;
        if (a->scanned.n > PIECE_BYTES || !read_more(a)) return false;
    }
    if (end == 0 || end > PIECE_BYTES) return false;
    p->start = a->scan_at;
    p->state = PIECE_WAITING;
    buf_clear(&p->packed);
    if (buf_put(&p->packed, a->scanned.p, end) < 0) return false;
    buf_consume(&a->scanned, end);
    a->scan_at += end;
    return true;
}

static void start_threads(struct ahead *a)
{
    while (a->n_started < a->threads && pthread_create(&a->thread[a->n_started], NULL, thread_main, a) == 0)
        a->n_started++;
}

/* Fills the ring. Only the reader changes first and n. */
static void cut_ahead(struct ahead *a)
{
    while (a->n < (size_t)a->threads + 4 && cut_piece(a, at(a, a->n))) {
        pthread_mutex_lock(&a->lock);
        a->n++;
        pthread_cond_signal(&a->work);
        pthread_mutex_unlock(&a->lock);
    }
    if (a->n > 1) start_threads(a);
}

/* ------------------------------------------------------------------ the reader's side */

/* Takes the first piece out of the ring, whatever it is. The lock is held. */
static void drop_first(struct ahead *a)
{
    struct piece_ahead *p = at(a, 0);
    if (p->state == PIECE_WAITING) p->state = PIECE_BAD;
    while (p->state == PIECE_WORKING) pthread_cond_wait(&a->done, &a->lock);
    a->first = (a->first + 1) % RING_MAX;
    a->n--;
}

/* Forgets pieces that do not start at or behind `start`. */
static void go_to(struct ahead *a, uint64_t start)
{
    pthread_mutex_lock(&a->lock);
    while (a->n && at(a, 0)->start < start) drop_first(a);
    bool there = a->n ? at(a, 0)->start == start : a->scan_at == start;
    while (!there && a->n) drop_first(a);
    pthread_mutex_unlock(&a->lock);
    if (there) return;
    a->scan_at = start;
    a->ended = false;
    buf_clear(&a->scanned);
}

bool ahead_take(struct ahead *a, uint64_t start, void *d, struct slice *content, uint64_t *packed_bytes)
{
    if (a->failures >= FAILURES_MAX) return false;
    go_to(a, start);
    cut_ahead(a);
    if (a->n == 0) {
        a->failures++;
        return false;
    }
    struct piece_ahead *p = at(a, 0);
    pthread_mutex_lock(&a->lock);
    while (p->state < PIECE_GOOD) { /* rather than wait, the reader works on a later one */
        struct piece_ahead *waiting = find_waiting(a);
        if (waiting)
            work_on(a, waiting, d);
        else
            pthread_cond_wait(&a->done, &a->lock);
    }
    bool good = p->state == PIECE_GOOD;
    if (!good) drop_first(a);
    pthread_mutex_unlock(&a->lock);
    a->failures = good ? 0 : a->failures + 1;
    *content = good ? buf_slice(&p->content) : slice_of("", 0);
    *packed_bytes = good ? p->packed.n : 0;
    return good;
}

void ahead_done(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    drop_first(a);
    pthread_mutex_unlock(&a->lock);
}

void ahead_free(struct ahead *a)
{
    if (!a) return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_broadcast(&a->work);
    pthread_mutex_unlock(&a->lock);
    for (int i = 0; i < a->n_started; i++) pthread_join(a->thread[i], NULL);
    for (size_t i = 0; i < RING_MAX; i++) {
        buf_free(&a->ring[i].packed);
        buf_free(&a->ring[i].content);
    }
    buf_free(&a->scanned);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->work);
    pthread_cond_destroy(&a->done);
    free(a);
}
