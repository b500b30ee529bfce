/* window.c: a growing view into an input.
 *
 * Bytes are appended by in_read and forgotten from the front once more lies behind the reader's place than ahead of
 * it, so every byte is moved a constant number of times however far a reader looks ahead.
 *
 * In: a stream opened with IN_MEMBERS. State: the bytes, the member starts and the gaps that they hold. Memory: the
 * reader's look-ahead; at most STARTS_MAX starts and GAPS_MAX gaps ahead are told apart (of more starts, a record's end
 * is found by its neighbour's first line instead of its member's end; more gaps count as one). */
#include "ingest/read/window.h"
#include <stdlib.h>

#define READ_BYTES ((size_t)256 << 10)
#define SHRINK_BYTES ((size_t)4 << 20)
#define STARTS_MAX 65536
#define GAPS_MAX 256

int window_open(struct window *w, const char *path, struct err *e)
{
    memset(w, 0, sizeof *w);
    buf_init(&w->bytes, BUF_NO_MAX);
    return in_open(&w->in, path, IN_MEMBERS, e);
}

int window_open_reader(struct window *w, const char *name, in_reader *read, void *ctx, struct err *e)
{
    memset(w, 0, sizeof *w);
    buf_init(&w->bytes, BUF_NO_MAX);
    return in_open_reader(&w->in, name, read, ctx, IN_MEMBERS, e);
}

void window_close(struct window *w)
{
    in_close(w->in);
    buf_free(&w->bytes);
    free(w->starts);
    while (w->n_gaps) window_drop_gap(w);
    free(w->gaps);
    memset(w, 0, sizeof *w);
}

/* Room for one more element of an array; false: out of memory. */
static bool grow(void **array, size_t n, size_t *cap, size_t element_bytes)
{
    if (n < *cap) return true;
    size_t more = *cap ? 2 * *cap : 16;
    void *p = realloc(*array, more * element_bytes);
    if (!p) return false;
    *array = p;
    *cap = more;
    return true;
}

static int add_start(struct window *w, uint64_t file_offset, struct err *e)
{
    if (w->first_start > w->n_starts / 2) {
        w->n_starts -= w->first_start;
        memmove(w->starts, w->starts + w->first_start, w->n_starts * sizeof *w->starts);
        w->first_start = 0;
    }
    if (w->n_starts >= STARTS_MAX) return 0;
    if (!grow((void **)&w->starts, w->n_starts, &w->cap_starts, sizeof *w->starts))
        return err_nomem(e, "reading compressed members");
    w->starts[w->n_starts++] = (struct window_start){w->base + w->bytes.n, file_offset};
    return 0;
}

static int add_gap(struct window *w, const struct err *why, struct err *e)
{
    w->gap_open = true;
    if (w->n_gaps == GAPS_MAX) return 0;
    if (!grow((void **)&w->gaps, w->n_gaps, &w->cap_gaps, sizeof *w->gaps))
        return err_nomem(e, "noting a damaged member");
    struct window_gap *gap = &w->gaps[w->n_gaps];
    *gap = (struct window_gap){w->base + w->bytes.n, in_member_offset(w->in), 0, strdup(why->msg)};
    if (!gap->reason) return err_nomem(e, "noting a damaged member");
    w->n_gaps++;
    return 0;
}

/* How much a gap cost is known when the read behind it has found the next member. */
static void count_lost(struct window *w)
{
    uint64_t skipped = in_skipped_bytes(w->in);
    if (w->n_gaps) w->gaps[w->n_gaps - 1].lost_bytes += skipped - w->skipped_bytes;
    w->skipped_bytes = skipped;
    w->gap_open = false;
}

/* Gives memory back behind an exceptionally long record. */
static void shrink(struct window *w)
{
    struct buf small;
    size_t ahead = window_ahead(w);
    buf_init(&small, BUF_NO_MAX);
    if (w->bytes.cap <= SHRINK_BYTES || ahead > SHRINK_BYTES / 4) return;
    if (buf_reserve(&small, READ_BYTES + ahead) < 0) return; /* then it stays as it is */
    buf_put(&small, window_data(w), ahead);
    buf_free(&w->bytes);
    w->bytes = small;
    w->base += w->at;
    w->at = 0;
}

/* Moves what is ahead to the front, when that is less than what lies behind. */
static void compact(struct window *w)
{
    if (w->at <= window_ahead(w)) return;
    buf_consume(&w->bytes, w->at);
    w->base += w->at;
    w->at = 0;
}

static int read_once(struct window *w, size_t need, struct err *e)
{
    struct err why = {0};
    size_t missing = window_ahead(w) < need ? need - window_ahead(w) : 0;
    if (buf_reserve(&w->bytes, missing > READ_BYTES ? missing : READ_BYTES) < 0)
        return err_nomem(e, "reading");
    ssize_t n = in_read(w->in, w->bytes.p + w->bytes.n, w->bytes.cap - w->bytes.n, &why);
    count_lost(w);
    if (n > 0) {
        int r = in_member_first(w->in) ? add_start(w, in_member_offset(w->in), e) : 0;
        w->bytes.n += (size_t)n;
        return r;
    }
    if (n == IN_DAMAGED) return add_gap(w, &why, e);
    if (n < 0 && n != IN_TRUNCATED) {
        *e = why;
        return (int)n;
    }
    w->ended = true;
    w->truncated = n == IN_TRUNCATED;
    if (w->truncated) memccpy(w->truncation, why.msg, 0, sizeof w->truncation - 1);
    return 0;
}

int window_fill(struct window *w, size_t need, struct err *e)
{
    if (window_ahead(w) >= need || w->ended) return 0;
    int r = 0;
    compact(w);
    while (r == 0 && (window_ahead(w) < need || w->gap_open) && !w->ended) r = read_once(w, need, e);
    return r;
}

int window_fill_to_gap(struct window *w, size_t need, struct err *e)
{
    int r = 0;
    if (window_ahead(w) >= need || w->ended) return 0;
    compact(w);
    while (r == 0 && !w->ended && (w->gap_open || (w->n_gaps == 0 && window_ahead(w) < need)))
        r = read_once(w, need, e);
    return r;
}

int window_seek(struct window *w, uint64_t file_offset, struct err *e)
{
    w->base += w->bytes.n + 1; /* no position is used twice */
    buf_clear(&w->bytes);
    w->at = w->first_start = w->n_starts = 0;
    while (w->n_gaps) window_drop_gap(w);
    w->gap_open = w->ended = w->truncated = false;
    return in_seek(w->in, file_offset, e);
}

void window_advance(struct window *w, size_t n)
{
    w->at += n;
    while (window_next_start(w) <= window_position(w)) w->first_start++;
    if (n > SHRINK_BYTES / 4) shrink(w);
}

uint64_t window_member_offset(const struct window *w)
{
    return w->n_starts ? w->starts[w->first_start].file_offset : 0;
}

uint64_t window_member_position(const struct window *w)
{
    return w->n_starts ? w->starts[w->first_start].position : 0;
}

uint64_t window_next_start(const struct window *w)
{
    return w->n_starts > w->first_start + 1 ? w->starts[w->first_start + 1].position : UINT64_MAX;
}

uint64_t window_next_gap(const struct window *w)
{
    return w->n_gaps ? w->gaps[0].position : UINT64_MAX;
}

void window_drop_gap(struct window *w)
{
    free(w->gaps[0].reason);
    w->n_gaps--;
    memmove(w->gaps, w->gaps + 1, w->n_gaps * sizeof *w->gaps);
}
