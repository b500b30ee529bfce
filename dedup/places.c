/* places.c: an open-addressing table that doubles at a load of 3/4. Memory: 16 to 32 bytes a place, half as much again while it
 * grows. */
#include "dedup/places.h"
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void places_init(struct places *p)
{
    *p = (struct places){0};
    buf_init(&p->log, BUF_NO_MAX);
}

void places_free(struct places *p)
{
    free(p->slot);
    buf_free(&p->log);
    places_init(p);
}

uint64_t places_bytes(const struct places *p)
{
    return p->cap * sizeof *p->slot;
}

static bool is_free(struct place x)
{
    return !x.low && !x.high;
}

static void put(struct places *p, struct place x)
{
    size_t i = places_slot(p, x.hash);
    while (!is_free(p->slot[i])) i = (i + 1) & (p->cap - 1);
    p->slot[i] = x;
}

/* Zeros; in huge pages where it has some, since looking up reads memory here and there. */
static struct place *slots_new(size_t cap)
{
    size_t bytes = cap * sizeof(struct place);
    void *p;
    if (bytes < 2 * HUGE_PAGE) return calloc(cap, sizeof(struct place));
    if (posix_memalign(&p, HUGE_PAGE, bytes) != 0) return NULL;
    madvise(p, bytes, MADV_HUGEPAGE); /* a wish */
    return memset(p, 0, bytes);
}

int places_reserve(struct places *p, uint64_t max_bytes)
{
    size_t old_cap = p->cap, cap = old_cap ? 2 * old_cap : 4096;
    struct place *old = p->slot;
    if (4 * p->used < 3 * old_cap) return 0;
    if ((old_cap + cap) * sizeof *old > max_bytes) return 1;
    struct place *larger = slots_new(cap);
    if (!larger) return -ERR_IO;
    p->slot = larger;
    p->cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (!is_free(old[i])) put(p, old[i]);
    free(old);
    return 0;
}

int places_add(struct places *p, uint32_t hash, uint64_t offset)
{
    struct place x = {hash, (uint32_t)offset, (uint32_t)(offset >> 32)};
    if (buf_put(&p->log, &x, sizeof x) < 0) return -ERR_IO;
    put(p, x);
    p->used++;
    return 0;
}

void places_begin(struct places *p)
{
    buf_clear(&p->log);
}

/* Moves what stands behind into the gap, where it may stand there: then no search misses it. */
static void take_out(struct places *p, struct place x)
{
    size_t mask = p->cap - 1, gap = places_slot(p, x.hash);
    while (p->slot[gap].hash != x.hash || place_offset(p->slot[gap]) != place_offset(x))
        gap = (gap + 1) & mask;
    for (size_t i = (gap + 1) & mask; !is_free(p->slot[i]); i = (i + 1) & mask) {
        if (((i - places_slot(p, p->slot[i].hash)) & mask) < ((i - gap) & mask)) continue;
        p->slot[gap] = p->slot[i];
        gap = i;
    }
    p->slot[gap] = (struct place){0};
    p->used--;
}

void places_undo(struct places *p)
{
    for (size_t at = 0; at < p->log.n; at += sizeof(struct place)) {
        struct place x;
        memcpy(&x, p->log.p + at, sizeof x);
        take_out(p, x);
    }
    places_begin(p);
}
