/* inputs.c: opens one input after another, finds out what it is, and hands its records on.
 *
 * The first bytes of the decompressed content decide: a WARC version line, an ARC line, an archive's magic, '{', the start of a page;
 * other text is a text. State: the current input and its reader. Memory: the reader's window. */
#include "ingest/inputs.h"
#include "common/text.h"
#include "ingest/clean.h"
#include "ingest/content.h"
#include <inttypes.h>
#include <sys/stat.h>

#define LOOK_BYTES 4096
#define SPLIT_FILE_BYTES \
    ((uint64_t)4 << 20) /* a smaller file has too few ranges to pay for waiting at its end */

static uint64_t total_bytes(char *const *paths, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        struct stat s;
        if (stat(paths[i], &s) < 0 || !S_ISREG(s.st_mode)) return 0;
        total += (uint64_t)s.st_size;
    }
    return total;
}

void inputs_init(struct inputs *in, char *const *paths, size_t n_paths, enum format asked,
                 uint64_t max_record)
{
    memset(in, 0, sizeof *in);
    in->paths = paths;
    in->n_paths = n_paths;
    in->asked = asked;
    in->max_record = max_record;
    in->total_raw_bytes = total_bytes(paths, n_paths);
}

static void close_current(struct inputs *in)
{
    archive_reader_close(in->archive);
    in->archive = NULL;
    if (in->window.in) in->done_raw_bytes += in_raw_bytes(in->window.in);
    window_close(&in->window);
    in->format = FORMAT_AUTO;
}

void inputs_free(struct inputs *in)
{
    close_current(in);
}

uint64_t inputs_raw_bytes(const struct inputs *in)
{
    const struct split *s = in->split;
    if (s && s->active) return in->done_raw_bytes + s->next;
    return in->done_raw_bytes + (in->window.in ? in_raw_bytes(in->window.in) : 0);
}

/* ------------------------------------------------------------------ what an input is */

static const char *current_path(const struct inputs *in)
{
    return in->n_paths ? in->paths[in->next_path - 1] : "-";
}

static const char *current_name(const struct inputs *in)
{
    const char *path = current_path(in);
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

/* FORMAT_AUTO: nothing that leat knows. */
static enum format recognise(struct slice s)
{
    struct slice begin = slice_trim(s);
    if (slice_has_prefix(begin, "WARC/")) return FORMAT_WARC;
    if (arc_dialect.starts(begin.p, (size_t)(s.p + s.n - begin.p))) return FORMAT_ARC;
    if (archive_recognise(s.p, s.n)) return FORMAT_ARCHIVE;
    if (slice_has_prefix(begin, "{")) return FORMAT_JSONL;
    if (content_looks_like_html(s)) return FORMAT_HTML;
    bool wide = slice_has_prefix(s, "\xff\xfe") || slice_has_prefix(s, "\xfe\xff");
    if (!wide && clean_is_binary(s)) return FORMAT_AUTO;
    return FORMAT_TEXT;
}

static int start_reader(struct inputs *in, struct ledger *led, struct err *e)
{
    const char *name = current_name(in);
    bool is_stdin = strcmp(current_path(in), "-") == 0;
    struct slice look = slice_of(window_data(&in->window), window_ahead(&in->window));
    if (look.n > LOOK_BYTES) look.n = LOOK_BYTES;
    if (look.n == 0 && in->window.n_gaps == 0) {
        if (in->window.truncated) ledger_truncate(led, in->window.truncation);
        return 0;
    }
    in->format = in->asked == FORMAT_AUTO ? recognise(look) : in->asked;
    if (in->format == FORMAT_WET) in->format = FORMAT_WARC; /* WARC with conversions */
    const struct warc_dialect *dialect = in->format == FORMAT_ARC ? &arc_dialect : &warc_iso;
    if (in->split) split_reset(in->split);
    switch (in->format) {
    case FORMAT_AUTO:
        ledger_damage(led, name, 0, 0,
                      "not a format that is known: name it with --format (" INGEST_FORMATS ")");
        return 0;
    case FORMAT_WARC:
    case FORMAT_ARC: warc_start(&in->warc, dialect, &in->window, name, in->max_record); break;
    case FORMAT_JSONL: line_reader_start(&in->lines, &in->window, name, in->max_record); break;
    case FORMAT_ARCHIVE:
        return archive_reader_open(&in->archive, &in->window, name, is_stdin ? NULL : name, in->max_record,
                                   e);
    default: break;
    }
    return 0;
}

/* 1: the next input is open, with a reader unless there is nothing in it to read; 0: there is none. */
static int open_next(struct inputs *in, struct ledger *led, struct err *e)
{
    close_current(in);
    if (in->next_path >= (in->n_paths ? in->n_paths : 1)) return 0;
    const char *path = in->n_paths ? in->paths[in->next_path] : "-";
    in->next_path++;
    int r = window_open(&in->window, path, e);
    if (r == 0) r = window_fill(&in->window, LOOK_BYTES, e);
    if (r == 0) r = start_reader(in, led, e);
    return r < 0 ? r : 1;
}

/* ------------------------------------------------------------------ records */

/* A whole input as one record. 1; 0: it was counted as damaged. */
static int take_whole(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    struct window *w = &in->window;
    const char *name = current_name(in), *bad = NULL;
    if (window_fill(w, (size_t)in->max_record + 1, e) < 0) return -ERR_IO;
    size_t n = window_ahead(w);
    if (w->truncated) ledger_truncate(led, w->truncation);
    if (w->n_gaps)
        bad = w->gaps[0].reason;
    else if (w->truncated)
        bad = w->truncation;
    else if (n > in->max_record)
        bad = "it is larger than --max-record";
    if (bad) {
        ledger_damage(led, name, 0, n, "%s", bad);
        return 0;
    }
    *piece = (struct piece){.kind = in->format == FORMAT_HTML ? PIECE_HTML : PIECE_TEXT,
                            .file = name,
                            .head = into->n,
                            .body = into->n,
                            .body_bytes = n};
    return buf_put(into, window_data(w), n) < 0 ? err_nomem(e, "reading a file") : 1;
}

static int current_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e)
{
    int r;
    switch (in->format) {
    case FORMAT_WARC:
    case FORMAT_ARC: return warc_next(&in->warc, into, piece, led, e);
    case FORMAT_JSONL: return line_reader_next(&in->lines, into, piece, led, e);
    case FORMAT_ARCHIVE: return archive_reader_next(in->archive, into, piece, led, e);
    case FORMAT_TEXT:
    case FORMAT_HTML:
        r = take_whole(in, into, piece, led, e);
        in->format = FORMAT_AUTO;
        return r;
    default: return 0;
    }
}

int inputs_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led, struct err *e)
{
    for (;;) {
        int r = current_next(in, into, piece, led, e);
        if (r == 0 && (r = open_next(in, led, e)) == 1) continue;
        return r < 0 && e->code ? -e->code : r; /* readers say only that it failed: *e says how */
    }
}

/* ------------------------------------------------------------------ many threads at one input */

int inputs_split(struct inputs *in, struct err *e)
{
    bool may = in->split && (in->format == FORMAT_WARC || in->format == FORMAT_ARC);
    if (!may || in_size_bytes(in->window.in) < SPLIT_FILE_BYTES) return 0;
    int r = split_take_over(in->split, &in->warc, e);
    return r < 0 && e->code ? -e->code : r;
}

int inputs_resume(struct inputs *in, struct err *e)
{
    return split_hand_back(in->split, &in->warc, e);
}
