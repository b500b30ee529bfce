/* window.h: a view into an input that grows on demand and remembers where compressed members start and where content
 * is missing. Record readers look ahead in it, and step back, without copying.
 *
 * Positions count the bytes of content since the start of the input; for a plain file they are file offsets.
 * Thread rule: one thread at a time. Memory: what the reader asks for, plus 256 KiB. */
#ifndef LEAT_INGEST_WINDOW_H
#define LEAT_INGEST_WINDOW_H

#include "common/buf.h"
#include "common/err.h"
#include "common/stream.h"

struct window_start { /* a compressed member begins here; plain input is one member */
    uint64_t position, file_offset;
};

struct window_gap { /* a damaged member ended here: content is missing */
    uint64_t position, file_offset, lost_bytes;
    char *reason; /* owned */
};

struct window {
    struct in *in;
    struct buf bytes;
    size_t at;                   /* the reader's place in bytes */
    uint64_t base;               /* position of bytes.p[0] */
    struct window_start *starts; /* [first_start] is the member of the reader's place, the others lie ahead */
    size_t first_start, n_starts, cap_starts;
    struct window_gap *gaps; /* at or ahead of the reader's place */
    size_t n_gaps, cap_gaps;
    uint64_t skipped_bytes;
    bool gap_open; /* what the last gap cost is not known yet */
    bool ended, truncated;
    char truncation[512]; /* why, when truncated */
};

int window_open(struct window *w, const char *path, struct err *e);
int window_open_reader(struct window *w, const char *name, in_reader *read, void *ctx, struct err *e);
void window_close(struct window *w); /* a zeroed window is allowed */

/* Reads until `need` bytes lie ahead of the reader's place or the input ends: 0, or < 0 on an I/O error. */
int window_fill(struct window *w, size_t need, struct err *e);

/* The same, but no further than to a gap: what lies ahead then depends on the input alone, not on what was read before. */
int window_fill_to_gap(struct window *w, size_t need, struct err *e);

/* Goes on at a file offset where a member starts (in_seek). */
int window_seek(struct window *w, uint64_t file_offset, struct err *e);

static inline const char *window_data(const struct window *w)
{
    return w->bytes.p + w->at;
}
static inline size_t window_ahead(const struct window *w)
{
    return w->bytes.n - w->at;
}
static inline uint64_t window_position(const struct window *w)
{
    return w->base + w->at;
}

/* Moves on by n <= window_ahead bytes. What lies behind may be forgotten; pointers into the window are void. */
void window_advance(struct window *w, size_t n);

uint64_t window_member_offset(const struct window *w);   /* file offset of the member of the reader's place */
uint64_t window_member_position(const struct window *w); /* position of its first byte */

/* Position of the first member start behind the reader's place that has been read; UINT64_MAX: none so far. */
uint64_t window_next_start(const struct window *w);

/* Position of the first gap at or behind the reader's place that has been read; UINT64_MAX: none so far. */
uint64_t window_next_gap(const struct window *w);
void window_drop_gap(struct window *w); /* forgets that gap */

#endif
