/* buf.h: growing byte buffers with a maximum, borrowed slices, and arenas.
 *
 * Ownership: a buf or arena owns its memory from x_init to x_free; a slice borrows and is never freed.
 * Thread rule: none of these is shared between threads without a lock. */
#ifndef LEAT_COMMON_BUF_H
#define LEAT_COMMON_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

struct slice {
    const char *p;
    size_t n;
};

static inline struct slice slice_of(const char *p, size_t n)
{
    struct slice s = {p, n};
    return s;
}
static inline struct slice slice_str(const char *z)
{
    return slice_of(z, z ? strlen(z) : 0);
}
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool slice_is(struct slice a, const char *z)
{
    return slice_eq(a, slice_str(z));
}

/* p[0..n) is the content. `failed` is set, and stays set, once an append was refused because memory ran out or the
 * content would have passed `max`; the content is then what fitted before. So a writer may append many times and look
 * at `failed` once. */
struct buf {
    char *p;
    size_t n, cap, max;
    bool failed;
};

#define BUF_NO_MAX SIZE_MAX

void buf_init(struct buf *b, size_t max_bytes);
void buf_free(struct buf *b);               /* leaves an empty buf with the same maximum */
static inline void buf_clear(struct buf *b) /* empties it, keeps the memory, clears `failed` */
{
    b->n = 0;
    b->failed = false;
}
int buf_reserve(struct buf *b, size_t extra); /* room for `extra` more bytes: 0, or -1 and failed */
int buf_put(struct buf *b, const void *p, size_t n);
int buf_putc(struct buf *b, char c);
int buf_puts(struct buf *b, const char *z);
int buf_put_slice(struct buf *b, struct slice s);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_consume(struct buf *b, size_t n); /* removes the first n bytes */
int buf_terminate(struct buf *b);          /* a NUL behind the content, not counted in n */
static inline struct slice buf_slice(const struct buf *b)
{
    return slice_of(b->p, b->n);
}

/* Arena: many small allocations freed together. Memory is aligned to 16 bytes; it stays valid, and does not move,
 * until arena_reset or arena_free. Reset keeps the largest block for the next round. */
struct arena {
    struct arena_block *head;
    size_t used_bytes; /* in all blocks */
};

void arena_init(struct arena *a);
void arena_free(struct arena *a);
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t n);                  /* NULL: out of memory */
char *arena_strndup(struct arena *a, const char *p, size_t n); /* NUL-terminated copy */

#ifdef __cplusplus
}
#endif
#endif
