/* meter.c: malloc with a header before each block: its size, its place in the list of a run's blocks, and a mark by which a
 * pointer that is none of ours is known. The run of each thread is found by a thread-local pointer, since tree-sitter
 * hands no context to its allocator. Memory: 48 bytes a block. */
#include "filter/code/meter.h"
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

#define MARK 0x8f1bbcdc5a827999ULL

struct block {
    struct block *previous, *next;
    uint64_t size;
    uint64_t mark;
};

struct run {
    struct meter_limits limits;
    struct block *newest;
    uint64_t total, live;
    bool odd; /* a pointer was freed that is none of ours */
    jmp_buf stop;
};

static _Thread_local struct run *current;

static struct block *block_of(void *p)
{
    struct block *b = (struct block *)p - 1;
    return b->mark == ((uintptr_t)b ^ MARK) ? b : NULL;
}

static void link_block(struct run *run, struct block *b, size_t n)
{
    *b = (struct block){NULL, run->newest, n, (uintptr_t)b ^ MARK};
    if (b->next) b->next->previous = b;
    run->newest = b;
    run->live += n;
    run->total += n;
}

static void unlink_block(struct run *run, struct block *b)
{
    if (b->previous)
        b->previous->next = b->next;
    else
        run->newest = b->next;
    if (b->next) b->next->previous = b->previous;
    run->live -= b->size;
    b->mark = 0;
}

/* Ends the run rather than fail: tree-sitter does not look for NULL. */
static void *take(size_t n, bool zero)
{
    struct run *run = current;
    bool fits = n <= run->limits.live_bytes - run->live && n <= run->limits.total_bytes - run->total;
    struct block *b = !fits ? NULL : zero ? calloc(1, sizeof *b + n) : malloc(sizeof *b + n);
    if (!b) longjmp(run->stop, 1);
    link_block(run, b, n);
    return b + 1;
}

static void *meter_malloc(size_t n)
{
    return take(n, false);
}

static void *meter_calloc(size_t count, size_t n)
{
    return take(n && count > SIZE_MAX / n ? SIZE_MAX : count * n, true);
}

static void meter_free(void *p)
{
    struct block *b = p ? block_of(p) : NULL;
    current->odd |= p && !b;
    if (!b) return;
    unlink_block(current, b);
    free(b);
}

static void *meter_realloc(void *p, size_t n)
{
    struct block *b = p ? block_of(p) : NULL;
    void *larger = take(n, false);
    if (b) memcpy(larger, p, n < b->size ? n : b->size);
    meter_free(p);
    return larger;
}

void meter_install(void)
{
    ts_set_allocator(meter_malloc, meter_calloc, meter_realloc, meter_free);
}

bool meter_run(const struct meter_limits *limits, void (*work)(void *ctx), void *ctx)
{
    struct run run = {.limits = *limits};
    volatile bool whole = false; /* set between setjmp and longjmp */
    current = &run;
    if (setjmp(run.stop) == 0) {
        work(ctx);
        whole = true;
    }
    current = NULL;
    for (struct block *b = run.newest, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    return whole && !run.odd;
}
