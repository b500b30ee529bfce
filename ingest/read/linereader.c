/* linereader.c: lines out of a window. The window holds one line of at most max_record bytes; a longer one is passed over
 * in steps. Every byte is searched once. State: struct line_reader. */
#include "ingest/read/linereader.h"
#include "common/text.h"
#include <inttypes.h>

#define STEP_BYTES ((size_t)256 << 10)

void line_reader_start(struct line_reader *r, struct window *w, const char *file, uint64_t max_record)
{
    *r = (struct line_reader){.w = w, .file = file, .max_record = max_record};
}

static size_t ahead(const struct window *w)
{
    uint64_t gap = window_next_gap(w) - window_position(w);
    size_t n = window_ahead(w);
    return gap < n ? (size_t)gap : n;
}

static bool at_the_end(const struct window *w)
{
    return w->ended || w->n_gaps > 0;
}

/* Reads until a newline lies ahead, the input or the part up to a gap ends, or more than max bytes were looked at.
 * *length: bytes before the newline; *found: there is one. */
static int find_newline(struct window *w, uint64_t max, size_t *length, bool *found, struct err *e)
{
    for (size_t seen = 0;;) {
        size_t n = ahead(w);
        const char *newline = n > seen ? memchr(window_data(w) + seen, '\n', n - seen) : NULL;
        *found = newline != NULL;
        *length = newline ? (size_t)(newline - window_data(w)) : n;
        if (newline || n > max || at_the_end(w)) return 0;
        seen = n;
        if (window_fill(w, n + STEP_BYTES, e) < 0) return -ERR_IO;
    }
}

/* Passes over the rest of a line; returns its bytes. */
static int pass_line(struct window *w, uint64_t *bytes, struct err *e)
{
    bool found = false;
    while (!found) {
        size_t n;
        if (find_newline(w, STEP_BYTES, &n, &found, e) < 0) return -ERR_IO;
        window_advance(w, n + found);
        *bytes += n;
        if (ahead(w) == 0 && at_the_end(w)) return 0;
    }
    return 0;
}

/* At a gap or an early end, n bytes of a line before it. */
static void take_cut(struct line_reader *r, size_t n, struct ledger *led)
{
    struct window *w = r->w;
    uint64_t offset = window_position(w);
    window_advance(w, n);
    if (w->n_gaps) {
        ledger_damage(led, r->file, offset, n + w->gaps[0].lost_bytes, "%s", w->gaps[0].reason);
        window_drop_gap(w);
        r->inside = true;
        return;
    }
    ledger_truncate(led, w->truncation);
    if (n) ledger_damage(led, r->file, offset, n, "%s", w->truncation);
}

static int skip_rest(struct line_reader *r, struct ledger *led, struct err *e)
{
    r->inside = false;
    if (window_fill(r->w, 1, e) < 0) return -ERR_IO;
    if (ahead(r->w) && (*window_data(r->w) == '{' || *window_data(r->w) == '\n')) return 0;
    return pass_line(r->w, &led->destroyed_bytes, e);
}

static int take_too_long(struct line_reader *r, struct ledger *led, struct err *e)
{
    uint64_t offset = window_position(r->w), bytes = 0;
    if (pass_line(r->w, &bytes, e) < 0) return -ERR_IO;
    ledger_damage(led, r->file, offset, bytes, "line longer than %" PRIu64 " bytes: see --max-record",
                  r->max_record);
    return 0;
}

int line_reader_next(struct line_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                     struct err *e)
{
    struct window *w = r->w;
    for (;;) {
        size_t n;
        bool found;
        if (r->inside && skip_rest(r, led, e) < 0) return -ERR_IO;
        if (find_newline(w, r->max_record, &n, &found, e) < 0) return -ERR_IO;
        if (n > r->max_record) {
            if (take_too_long(r, led, e) < 0) return -ERR_IO;
            continue;
        }
        if (!found && (w->n_gaps || w->truncated)) {
            bool gap = w->n_gaps > 0;
            take_cut(r, n, led);
            if (!gap) return 0;
            continue;
        }
        if (n == 0 && !found) return 0;
        bool blank = slice_trim(slice_of(window_data(w), n)).n == 0;
        *piece = (struct piece){.kind = PIECE_LINE,
                                .file = r->file,
                                .offset = window_position(w),
                                .head = into->n,
                                .body = into->n,
                                .body_bytes = n};
        if (!blank && buf_put(into, window_data(w), n) < 0) return err_nomem(e, "reading lines");
        window_advance(w, n + found);
        if (!blank) return 1;
    }
}
