/* buf.c: growing byte buffers and arenas.
 *
 * A buf doubles its memory, so n appended bytes cost O(n); it never holds more than max + 1 bytes (the one for
 * buf_terminate). An arena is a list of blocks, filled one after another; blocks double from 16 KiB to 1 MiB (2 MiB in large ones), so that
 * at most half of its memory is unused, and a larger allocation gets a block of its own. */
#include "common/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define BUF_FIRST 256

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max = max_bytes};
}

void buf_free(struct buf *b)
{
    free(b->p);
    buf_init(b, b->max);
}

static int buf_fail(struct buf *b)
{
    b->failed = true;
    return -1;
}

/* Capacity for at least `need` bytes. The maximum is the caller's business. */
static int buf_grow(struct buf *b, size_t need)
{
    if (need <= b->cap) return 0;
    size_t limit = b->max < BUF_NO_MAX ? b->max + 1 : BUF_NO_MAX;
    size_t cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap > SIZE_MAX / 2 ? SIZE_MAX : b->cap * 2;
    if (cap > limit) cap = limit;
    if (cap < need) cap = need;
    char *p = realloc(b->p, cap);
    if (!p) return buf_fail(b);
    b->p = p;
    b->cap = cap;
    return 0;
}

int buf_reserve(struct buf *b, size_t extra)
{
    if (b->failed) return -1;
    if (b->n > b->max || extra > b->max - b->n) return buf_fail(b);
    return buf_grow(b, b->n + extra);
}

int buf_put(struct buf *b, const void *p, size_t n)
{
    if (buf_reserve(b, n)) return -1;
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
    return 0;
}

int buf_putc(struct buf *b, char c)
{
    return buf_put(b, &c, 1);
}

int buf_puts(struct buf *b, const char *z)
{
    return buf_put(b, z, strlen(z));
}

int buf_put_slice(struct buf *b, struct slice s)
{
    return buf_put(b, s.p, s.n);
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    int r = n < 0 ? buf_fail(b) : buf_reserve(b, (size_t)n);
    if (r == 0) r = buf_grow(b, b->n + (size_t)n + 1);
    if (r == 0) b->n += (size_t)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    va_end(again);
    return r;
}

void buf_consume(struct buf *b, size_t n)
{
    if (n > b->n) n = b->n;
    b->n -= n;
    if (n && b->n) memmove(b->p, b->p + n, b->n);
}

int buf_terminate(struct buf *b)
{
    if (b->n == SIZE_MAX || buf_grow(b, b->n + 1)) return buf_fail(b);
    b->p[b->n] = 0;
    return 0;
}

/* ------------------------------------------------------------------ arena */

#define ARENA_ALIGN 16
#define ARENA_FIRST ((size_t)16 << 10)
#define ARENA_LARGEST ((size_t)1 << 20)
#define ARENA_HUGE ((size_t)2 << 20) /* a huge page: a block of an arena that is LARGE */
#define ARENA_LARGE ((uint64_t)16 << 20)

struct arena_block {
    struct arena_block *next;
    size_t cap, used;
    _Alignas(ARENA_ALIGN) char data[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void arena_free_list(struct arena_block *b)
{
    while (b) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    arena_free_list(a->head);
    arena_init(a);
}

void arena_reset(struct arena *a)
{
    struct arena_block **largest = &a->head;
    for (struct arena_block **b = &a->head; *b; b = &(*b)->next)
        if ((*b)->cap > (*largest)->cap) largest = b;
    struct arena_block *kept = *largest;
    if (!kept) return;
    *largest = kept->next;
    arena_free_list(a->head);
    kept->next = NULL;
    kept->used = 0;
    a->head = kept;
    a->used_bytes = 0;
}

/* The kernel is asked for a page of that size, which it hands out 512 times as fast as small ones. */
static struct arena_block *huge_block(void)
{
    void *p = NULL;
    if (posix_memalign(&p, ARENA_HUGE, ARENA_HUGE) != 0) return NULL;
    madvise(p, ARENA_HUGE, MADV_HUGEPAGE); /* a wish */
    return p;
}

static struct arena_block *arena_add_block(struct arena *a, size_t n)
{
    size_t cap = a->head ? a->head->cap * 2 : ARENA_FIRST, head = sizeof(struct arena_block);
    bool huge = a->used_bytes >= ARENA_LARGE && n <= ARENA_HUGE - head;
    if (cap > ARENA_LARGEST) cap = ARENA_LARGEST;
    if (cap < n) cap = n;
    if (huge) cap = ARENA_HUGE - head;
    struct arena_block *b = huge ? huge_block() : malloc(head + cap);
    if (!b) return NULL;
    b->cap = cap;
    b->used = 0;
    b->next = a->head;
    a->head = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2) return NULL;
    n = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    struct arena_block *b = a->head;
    if (!b || n > b->cap - b->used) b = arena_add_block(a, n);
    if (!b) return NULL;
    void *p = b->data + b->used;
    b->used += n;
    a->used_bytes += n;
    return p;
}

char *arena_strndup(struct arena *a, const char *p, size_t n)
{
    if (n == SIZE_MAX) return NULL;
    char *copy = arena_alloc(a, n + 1);
    if (!copy) return NULL;
    if (n) memcpy(copy, p, n);
    copy[n] = 0;
    return copy;
}
