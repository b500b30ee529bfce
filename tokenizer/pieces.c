/* pieces.c: counting pieces.
 *
 * Each thread counts into a small table (it stays in its cache) and adds it to the shared one when it is full, so the lock is
 * taken once per some hundred thousand pieces. A sum does not depend on its order, and the result is sorted by hash and bytes,
 * so neither threads nor batches show. Memory: the shared table, checked against --memory, and about 8 MiB per thread. */
#include "tokenizer/pieces.h"
#include "common/hash.h"
#include <pthread.h>
#include <stdlib.h>

/* A thread hands its table over at so many pieces, or bytes of them. */
#define OWN_PIECES 65536
#define OWN_BYTES (4 << 20)

void pieces_init(struct pieces *p)
{
    memset(p, 0, sizeof *p);
}

void pieces_free(struct pieces *p)
{
    free(p->slot);
    free(p->bytes);
    pieces_init(p);
}

void pieces_clear(struct pieces *p)
{
    if (p->slot) memset(p->slot, 0, p->cap * sizeof *p->slot);
    p->n = p->n_bytes = 0;
}

uint64_t pieces_memory_bytes(const struct pieces *p)
{
    return p->cap * sizeof *p->slot + p->cap_bytes;
}

static struct piece *find(const struct pieces *p, struct slice bytes, uint64_t hash)
{
    size_t i = hash & (p->cap - 1);
    while (p->slot[i].used && !(p->slot[i].hash == hash && slice_eq(piece_bytes(p, &p->slot[i]), bytes)))
        i = (i + 1) & (p->cap - 1);
    return &p->slot[i];
}

static int grow_slots(struct pieces *p)
{
    struct pieces bigger = *p;
    bigger.cap = p->cap ? 2 * p->cap : 4096;
    bigger.slot = calloc(bigger.cap, sizeof *bigger.slot);
    if (!bigger.slot) return -ERR_IO;
    for (size_t i = 0; i < p->cap; i++) {
        if (!p->slot[i].used) continue;
        size_t at = p->slot[i].hash & (bigger.cap - 1);
        while (bigger.slot[at].used) at = (at + 1) & (bigger.cap - 1);
        bigger.slot[at] = p->slot[i];
    }
    free(p->slot);
    *p = bigger;
    return 0;
}

static int grow_bytes(struct pieces *p, size_t extra)
{
    size_t cap = p->cap_bytes ? 2 * p->cap_bytes : 65536;
    while (cap < p->n_bytes + extra) cap *= 2;
    char *grown = realloc(p->bytes, cap);
    if (!grown) return -ERR_IO;
    p->bytes = grown;
    p->cap_bytes = cap;
    return 0;
}

static int add_hashed(struct pieces *p, struct slice bytes, uint64_t hash, int64_t count)
{
    if (2 * (p->n + 1) > p->cap && grow_slots(p) < 0) return -ERR_IO;
    struct piece *x = find(p, bytes, hash);
    if (!x->used) {
        if (p->cap_bytes - p->n_bytes < bytes.n && grow_bytes(p, bytes.n) < 0) return -ERR_IO;
        *x = (struct piece){.hash = hash, .offset = p->n_bytes, .n = (uint32_t)bytes.n, .used = true};
        memcpy(p->bytes + p->n_bytes, bytes.p, bytes.n);
        p->n_bytes += bytes.n;
        p->n++;
    }
    x->count += count;
    return 0;
}

int pieces_add(struct pieces *p, struct slice piece, int64_t count)
{
    return add_hashed(p, piece, hash64(piece.p, piece.n), count);
}

int pieces_merge(struct pieces *into, const struct pieces *from)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < from->cap; i++) {
        const struct piece *x = &from->slot[i];
        if (x->used) r = add_hashed(into, piece_bytes(from, x), x->hash, x->count);
    }
    return r;
}

static int by_hash(const void *a, const void *b, void *pieces)
{
    const struct piece *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    struct slice s = piece_bytes(pieces, x), t = piece_bytes(pieces, y);
    int order = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);
    return order ? order : (s.n > t.n) - (s.n < t.n);
}

void pieces_sort(struct pieces *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->cap; i++)
        if (p->slot[i].used) p->slot[n++] = p->slot[i];
    if (n) qsort_r(p->slot, n, sizeof *p->slot, by_hash, p);
}

/* ------------------------------------------------------------------ shared by threads */

struct counts {
    pthread_mutex_t lock;
    struct pieces all;
    uint64_t memory_bytes;
    struct err failed;
};

struct counts *counts_new(uint64_t memory_bytes)
{
    struct counts *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    pthread_mutex_init(&c->lock, NULL);
    pieces_init(&c->all);
    c->memory_bytes = memory_bytes;
    return c;
}

void counts_free(struct counts *c)
{
    if (!c) return;
    pthread_mutex_destroy(&c->lock);
    pieces_free(&c->all);
    free(c);
}

/* Training (train.c) keeps a symbol of 4 bytes, and at most 12 bytes of places, for each byte of the different pieces. */
static int check_memory(struct counts *c)
{
    uint64_t need = pieces_memory_bytes(&c->all) + 16 * (uint64_t)c->all.n_bytes;
    if (need <= c->memory_bytes) return 0;
    return err_set(&c->failed, ERR_USAGE,
                   "%zu different pieces (%zu bytes) need more than --memory %llu bytes: train on a sample "
                   "(--sample 0.1), "
                   "or give more memory",
                   c->all.n, c->all.n_bytes, (unsigned long long)c->memory_bytes);
}

int counts_flush(struct counts *c, struct pieces *own, bool last, struct err *e)
{
    if (!last && own->n < OWN_PIECES && own->n_bytes < OWN_BYTES) return 0;
    pthread_mutex_lock(&c->lock);
    if (!c->failed.code && pieces_merge(&c->all, own) < 0) err_nomem(&c->failed, "counting pieces");
    if (!c->failed.code) check_memory(c);
    int r = c->failed.code ? err_set(e, c->failed.code, "%s", c->failed.msg) : 0;
    pthread_mutex_unlock(&c->lock);
    pieces_clear(own);
    return r;
}

int counts_result(struct counts *c, const struct pieces **sum, struct err *e)
{
    if (c->failed.code) return err_set(e, c->failed.code, "%s", c->failed.msg);
    pieces_sort(&c->all);
    *sum = &c->all;
    return 0;
}
