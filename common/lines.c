/* lines.c: batches of whole lines from several inputs in order.
 *
 * Bytes are read straight into the batch; what stands behind its last newline is carried to the next one. A batch is cut
 * from exactly batch_bytes of input (doubled until there is a newline in them), so that batches depend on the content
 * alone, not on how a pipe hands it out. It is scanned once, 16 bytes at a time, to count its lines; line by line only
 * where there are blank lines, a limit, or lines that may be too long.
 *
 * What cannot be given is passed over up to a newline, and reported once, when its end is known. What lies behind the
 * lines of a batch is reported with the next call: --limit never reports what it did not reach.
 *
 * In: streams. Out: batches, damages. State: the carried bytes, and what is being passed over. Memory: the batch and the
 * carried bytes, each at most max_record_bytes or batch_bytes. */
#include "common/jsonl.h"
#include <stdio.h>
#include <sys/stat.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { BATCH_BYTES = 512 << 10, MAX_RECORD_BYTES = 64 << 20, SHRINK = 16 };

enum skipping {
    SKIP_NOT,
    SKIP_LINE, /* to the next newline */
    SKIP_DAMAGE /* behind damage in the stream: a line begins here if the next byte is '{', else we are inside one */
};

void lines_init(struct lines *l, char *const *paths, size_t n_paths)
{
    memset(l, 0, sizeof *l);
    l->paths = paths;
    l->n_paths = n_paths;
    l->batch_bytes = BATCH_BYTES;
    l->max_record_bytes = MAX_RECORD_BYTES;
    buf_init(&l->carry, BUF_NO_MAX);
}

void lines_free(struct lines *l)
{
    in_close(l->in);
    l->in = NULL;
    buf_free(&l->carry);
}

/* ------------------------------------------------------------------ inputs */

static const char *current_name(const struct lines *l)
{
    const char *path = l->n_paths ? l->paths[l->next_path - 1] : "-";
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

/* The bytes of all inputs as they lie in their files; 0 unless all are regular files. */
static uint64_t total_bytes(const struct lines *l)
{
    uint64_t total = 0;
    for (size_t i = 0; i < l->n_paths; i++) {
        struct stat s;
        if (stat(l->paths[i], &s) < 0 || !S_ISREG(s.st_mode)) return 0;
        total += (uint64_t)s.st_size;
    }
    return total;
}

/* 1: the next input is open; 0: there is none. */
static int open_next(struct lines *l, struct err *e)
{
    if (l->next_path >= (l->n_paths ? l->n_paths : 1)) return 0;
    if (l->next_path == 0) l->total_raw_bytes = total_bytes(l);
    int r = in_open(&l->in, l->n_paths ? l->paths[l->next_path] : "-", 0, e);
    if (r < 0) return r;
    l->next_path++;
    l->offset = 0;
    l->ended = l->cut = false;
    l->skipping = SKIP_NOT;
    return 1;
}

/* ------------------------------------------------------------------ what is passed over */

static void skip_begin(struct lines *l, enum skipping how, uint64_t offset, const char *reason)
{
    l->skipping = how;
    l->skip_offset = offset;
    l->skip_bytes = 0;
    l->skip_raw_bytes = in_skipped_bytes(l->in);
    snprintf(l->reason, sizeof l->reason, "%s", reason);
}

static void skip_end(struct lines *l, struct ledger *led)
{
    if (l->skipping == SKIP_NOT) return;
    uint64_t destroyed = l->skip_bytes + in_skipped_bytes(l->in) - l->skip_raw_bytes;
    ledger_damage(led, current_name(l), l->skip_offset, destroyed, "%s", l->reason);
    l->skipping = SKIP_NOT;
}

/* Takes the first n bytes of *b as part of what is passed over. */
static void skip_bytes(struct lines *l, struct buf *b, size_t n)
{
    l->skip_bytes += n;
    l->offset += n;
    buf_consume(b, n);
}

/* Passes over the front of *b, up to the end of the line that is not given, or all of it. */
static void skip_on(struct lines *l, struct buf *b, struct ledger *led)
{
    bool line_begins = l->skipping == SKIP_DAMAGE && (b->p[0] == '{' || b->p[0] == '\n');
    const char *newline = line_begins ? NULL : memchr(b->p, '\n', b->n);
    size_t n = newline ? (size_t)(newline - b->p) : b->n;
    if (!line_begins) skip_bytes(l, b, n);
    if (newline && !l->blank_too) { /* counted like other damaged lines, without it */
        buf_consume(b, 1);
        l->offset++;
    }
    if (line_begins || newline)
        skip_end(l, led);
    else
        l->skipping = SKIP_LINE;
}

#define TOO_LONG "line longer than %llu bytes: see --max-record"

static void skip_too_long(struct lines *l, struct buf *b)
{
    char reason[128];
    snprintf(reason, sizeof reason, TOO_LONG, (unsigned long long)l->max_record_bytes);
    skip_begin(l, SKIP_LINE, l->offset, reason);
    skip_bytes(l, b, b->n);
}

/* ------------------------------------------------------------------ reading */

/* Appends to *b, up to `target` bytes in all; `whole` bytes of it are whole lines. 1: go on; 0: no more for now. */
static int read_some(struct lines *l, struct buf *b, size_t target, size_t whole, struct ledger *led,
                     struct err *e)
{
    struct err why = {0};
    if (buf_reserve(b, target - b->n + JSONL_PADDING + 1) < 0) return err_nomem(e, "reading lines");
    ssize_t got = in_read(l->in, b->p + b->n, target - b->n, &why);
    if (got > 0) {
        b->n += (size_t)got;
        return 1;
    }
    if (got == IN_DAMAGED) {
        skip_end(l, led);
        skip_begin(l, SKIP_DAMAGE, l->offset + whole, why.msg);
        return 0;
    }
    if (got < 0 && got != IN_TRUNCATED) return err_set(e, why.code ? why.code : ERR_IO, "%s", why.msg);
    l->ended = true;
    l->cut = got == IN_TRUNCATED;
    if (l->cut && !l->skipping) snprintf(l->reason, sizeof l->reason, "%s", why.msg);
    return 0;
}

static size_t behind_last_newline(const struct buf *b, size_t from, size_t otherwise)
{
    const char *newline = from < b->n ? memrchr(b->p + from, '\n', b->n - from) : NULL;
    return newline ? (size_t)(newline - b->p) + 1 : otherwise;
}

/* Reads until *b holds a batch. *whole gets the bytes of its whole lines; the rest is the beginning of a line. */
static int read_batch(struct lines *l, struct buf *b, size_t *whole, struct ledger *led, struct err *e)
{
    size_t target = l->batch_bytes, searched = 0;
    int r = l->ended ? 0 : 1;
    for (*whole = 0;; r = read_some(l, b, target, *whole, led, e)) {
        if (r < 0) return r;
        if (l->skipping && b->n > 0 && *whole == 0 && r > 0) skip_on(l, b, led);
        *whole = behind_last_newline(b, searched, *whole);
        searched = b->n;
        if (*whole == 0 && b->n > l->max_record_bytes) {
            skip_too_long(l, b);
            searched = 0;
        }
        if (r == 0 || (*whole && b->n >= target)) return 0;
        while (b->n >= target)
            target = target > l->max_record_bytes / 2 ? l->max_record_bytes + 1 : 2 * target;
    }
}

/* Fills *b with whole lines, and the carry with what follows them. */
static int fill(struct lines *l, struct buf *b, struct ledger *led, struct err *e)
{
    size_t whole;
    if (buf_reserve(b, l->carry.n + JSONL_PADDING + 1) < 0) return err_nomem(e, "reading lines");
    buf_put_slice(b, buf_slice(&l->carry));
    buf_clear(&l->carry);
    if (l->skipping == SKIP_DAMAGE)
        skip_bytes(l, b, b->n); /* the beginning of the line that the damage cut */
    int r = read_batch(l, b, &whole, led, e);
    if (r < 0) return r;
    if (l->ended && !l->cut && !l->skipping && b->n > whole && b->n - whole <= l->max_record_bytes) {
        buf_putc(b, '\n');
        whole = b->n;
    }
    if (buf_put(&l->carry, b->p + whole, b->n - whole) < 0) return err_nomem(e, "reading lines");
    b->n = whole;
    return 0;
}

static void finish_input(struct lines *l, struct ledger *led)
{
    skip_end(l, led);
    if (l->cut) {
        if (l->carry.n > 0) ledger_damage(led, current_name(l), l->offset, l->carry.n, "%s", l->reason);
        ledger_truncate(led, l->reason);
        l->truncated = true;
    }
    buf_free(&l->carry);
    l->done_raw_bytes += in_raw_bytes(l->in);
    in_close(l->in);
    l->in = NULL;
}

/* ------------------------------------------------------------------ counting */

/* Newlines in p[0..n); *odd is set when a line begins with white space or a newline: it may be blank. */
static uint64_t count_newlines(const char *p, size_t n, bool *odd)
{
    uint64_t count = 0, before = 1, strange = 0; /* before: the byte in front was a newline */
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i newline = _mm_set1_epi8('\n'), space = _mm_set1_epi8(' ');
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
        uint64_t ends = (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, newline));
        if (ends | before) {
            uint64_t spaces = (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, space), v));
            strange |= (ends << 1 | before) & spaces;
            count += (uint64_t)__builtin_popcountll(ends);
            before = ends >> 15;
        }
    }
#endif
    for (; i < n; i++) {
        strange |= before & (uint64_t)((unsigned char)p[i] <= ' ');
        before = p[i] == '\n';
        count += before;
    }
    *odd = strange != 0;
    return count;
}

/* Line by line: lines that are too long become blank, and the batch ends where the limit is reached. */
static uint64_t count_each(struct lines *l, struct buf *b, struct ledger *led, uint64_t offset)
{
    uint64_t count = 0;
    for (size_t at = 0, n; at < b->n; at += n + 1) {
        n = (size_t)((char *)memchr(b->p + at, '\n', b->n - at) - (b->p + at));
        bool counts = l->blank_too || !line_is_blank(slice_of(b->p + at, n));
        if (n > l->max_record_bytes) {
            ledger_damage(led, current_name(l), offset + at, n, TOO_LONG,
                          (unsigned long long)l->max_record_bytes);
            memset(b->p + at, ' ', n);
            counts = l->blank_too;
        }
        if (counts && ++count == l->limit_records - l->records) b->n = at + n + 1;
    }
    return count;
}

static uint64_t count_lines(struct lines *l, struct buf *b, struct ledger *led, uint64_t offset)
{
    bool odd;
    uint64_t count = count_newlines(b->p, b->n, &odd);
    l->maybe_blank = odd || b->n > l->max_record_bytes;
    if ((odd && !l->blank_too) || l->limit_records || b->n > l->max_record_bytes)
        count = count_each(l, b, led, offset);
    l->records += count;
    return count;
}

int64_t lines_next(struct lines *l, struct buf *b, struct ledger *led, const char **file, uint64_t *offset,
                   struct err *e)
{
    if (b->cap > SHRINK * l->batch_bytes && l->carry.n <= l->batch_bytes) buf_free(b);
    for (;;) {
        buf_clear(b);
        if (l->limit_records && l->records >= l->limit_records) return 0;
        int r = l->in ? 1 : open_next(l, e);
        if (r <= 0) return r;
        if ((r = fill(l, b, led, e)) < 0) return r;
        *file = current_name(l);
        *offset = l->offset;
        l->offset += b->n;
        if (b->n == 0 && l->ended) finish_input(l, led);
        uint64_t count = b->n ? count_lines(l, b, led, *offset) : 0;
        if (count) return (int64_t)count;
    }
}
