/* meter.c: blocks of 1 MiB, cut from the front; what is freed waits in a list of its size for the next of that size. Before each piece
 * stand its size and a mark by which a pointer that is none of ours is known. Pieces above 32 KiB come from malloc, in a list.
 * The run of each thread is found by a thread-local pointer, since tree-sitter hands no context to its allocator.
 *
 * Sizes: multiples of 16 to 1 KiB, then powers of two. */
#include "filter/code/meter.h"
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

#define MARK 0x8f1bbcdc5a827999ULL
#define BLOCK_BYTES ((size_t)1 << 20)
#define KEPT_BLOCKS 8
#define FINE_BYTES 1024 /* steps of 16 to here */
#define FINE_CLASSES (FINE_BYTES / 16 + 1)
#define LARGEST_BYTES ((size_t)32 << 10)
#define CLASSES (FINE_CLASSES + 5)
#define SLACK_BYTES ((uint64_t)16 << 20)

struct piece {
    uint64_t size; /* asked for */
    uint64_t mark;
};

struct large { /* before a piece that malloc gave */
    struct large *previous, *next;
};

struct block {
    struct block *next;
    uint64_t pad;
    char bytes[];
};

struct meter {
    struct block *blocks, *using; /* all; the one that is being cut */
    char *at, *end;
    struct piece *free[CLASSES]; /* the next is in the piece's first bytes */
    struct large *large;
    struct meter_limits limits;
    uint64_t total, live, held, work;
    size_t over; /* not 0: a limit was passed; tree-sitter's cancellation flag */
    bool odd;    /* a pointer was freed that is none of ours */
    jmp_buf stop;
};

static _Thread_local struct meter *current;

struct meter *meter_new(void)
{
    return calloc(1, sizeof(struct meter));
}

static void free_blocks(struct block *b)
{
    for (struct block *next; b; b = next) {
        next = b->next;
        free(b);
    }
}

void meter_free(struct meter *m)
{
    if (m) free_blocks(m->blocks);
    free(m);
}

static unsigned class_of(size_t n)
{
    if (n <= FINE_BYTES) return (unsigned)((n + 15) / 16);
    return FINE_CLASSES + (unsigned)(63 - __builtin_clzll((n - 1) >> 10));
}

static size_t class_bytes(unsigned class)
{
    return class < FINE_CLASSES ? (size_t)(class ? class : 1) * 16
                                : (size_t)FINE_BYTES << (class - FINE_CLASSES + 1);
}

static void end_run(struct meter *m)
{
    longjmp(m->stop, 1);
}

bool meter_spend(uint64_t work)
{
    struct meter *m = current;
    if (!m) return true;
    m->work += work;
    if (m->work > m->limits.work) m->over = 1;
    if (m->work > 2 * m->limits.work) end_run(m);
    return !m->over;
}

const size_t *meter_flag(const struct meter *m)
{
    return &m->over;
}

/* Where waiting for tree-sitter to look at the flag ends. */
static uint64_t hard(uint64_t limit)
{
    return limit + limit / 4 + SLACK_BYTES;
}

static void hold(struct meter *m, size_t n)
{
    m->held += n;
    if (m->held > 2 * hard(m->limits.live_bytes)) end_run(m);
}

static void next_block(struct meter *m)
{
    struct block *b = m->using ? m->using->next : m->blocks;
    hold(m, BLOCK_BYTES);
    if (!b) {
        b = malloc(sizeof *b + BLOCK_BYTES);
        if (!b) end_run(m);
        b->next = NULL;
        if (m->using)
            m->using->next = b;
        else
            m->blocks = b;
    }
    m->using = b;
    m->at = b->bytes;
    m->end = b->bytes + BLOCK_BYTES;
}

static struct piece *take_large(struct meter *m, size_t n)
{
    hold(m, n);
    struct large *l = malloc(sizeof *l + sizeof(struct piece) + n);
    if (!l) end_run(m);
    *l = (struct large){NULL, m->large};
    if (l->next) l->next->previous = l;
    m->large = l;
    return (struct piece *)(l + 1);
}

/* Of a piece that waits: the next one, in its first bytes. */
static struct piece **next_free(struct piece *p)
{
    return (struct piece **)(p + 1);
}

static struct piece *take_small(struct meter *m, size_t n)
{
    unsigned class = class_of(n);
    struct piece *p = m->free[class];
    if (p) {
        m->free[class] = *next_free(p);
        return p;
    }
    size_t bytes = sizeof *p + class_bytes(class);
    if ((size_t)(m->end - m->at) < bytes) next_block(m);
    p = (struct piece *)m->at;
    m->at += bytes;
    return p;
}

/* Counts n more bytes asked for. tree-sitter does not look for NULL, so what cannot be given ends the run. */
static void ask(struct meter *m, size_t n)
{
    if (n > UINT64_MAX / 4) end_run(m);
    m->live += n;
    m->total += n;
    if (m->live > m->limits.live_bytes || m->total > m->limits.total_bytes) m->over = 1;
    if (m->live > hard(m->limits.live_bytes) || m->total > hard(m->limits.total_bytes)) end_run(m);
}

static void *meter_malloc(size_t n)
{
    struct meter *m = current;
    ask(m, n);
    struct piece *p = n > LARGEST_BYTES ? take_large(m, n) : take_small(m, n);
    *p = (struct piece){n, (uintptr_t)p ^ MARK};
    return p + 1;
}

static void *meter_calloc(size_t count, size_t n)
{
    n = n && count > SIZE_MAX / n ? SIZE_MAX : count * n;
    return memset(meter_malloc(n), 0, n);
}

static void give_back(struct meter *m, struct piece *p)
{
    m->live -= p->size;
    p->mark = 0;
    if (p->size <= LARGEST_BYTES) {
        unsigned class = class_of(p->size);
        *next_free(p) = m->free[class];
        m->free[class] = p;
        return;
    }
    struct large *l = (struct large *)p - 1;
    if (l->previous)
        l->previous->next = l->next;
    else
        m->large = l->next;
    if (l->next) l->next->previous = l->previous;
    m->held -= p->size;
    free(l);
}

static void meter_release(void *pointer)
{
    struct piece *p = pointer ? (struct piece *)pointer - 1 : NULL;
    if (!p) return;
    if (p->mark == ((uintptr_t)p ^ MARK))
        give_back(current, p);
    else
        current->odd = true;
}

static void *meter_realloc(void *pointer, size_t n)
{
    struct piece *p = pointer ? (struct piece *)pointer - 1 : NULL;
    bool ours = p && p->mark == ((uintptr_t)p ^ MARK);
    void *larger = meter_malloc(n);
    if (ours) memcpy(larger, pointer, n < p->size ? n : p->size);
    meter_release(pointer);
    return larger;
}

void meter_install(void)
{
    ts_set_allocator(meter_malloc, meter_calloc, meter_realloc, meter_release);
}

static void begin(struct meter *m, const struct meter_limits *limits)
{
    memset(m->free, 0, sizeof m->free);
    m->using = NULL;
    m->at = m->end = NULL;
    m->limits = *limits;
    m->total = m->live = m->held = m->work = 0;
    m->over = 0;
    m->odd = false;
}

static void finish(struct meter *m)
{
    for (struct large *l = m->large, *next; l; l = next) {
        next = l->next;
        free(l);
    }
    m->large = NULL;
    struct block *last = m->blocks;
    for (unsigned i = 1; last && i < KEPT_BLOCKS; i++) last = last->next;
    if (!last) return;
    free_blocks(last->next);
    last->next = NULL;
}

bool meter_run(struct meter *m, const struct meter_limits *limits, void (*work)(void *ctx), void *ctx)
{
    volatile bool whole = false; /* set between setjmp and longjmp */
    begin(m, limits);
    current = m;
    if (setjmp(m->stop) == 0) {
        work(ctx);
        whole = true;
    }
    current = NULL;
    finish(m);
    return whole && !m->odd && !m->over;
}
