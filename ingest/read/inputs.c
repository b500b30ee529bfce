/* inputs.c: opens one input after another, finds out what it is, and hands its records on.
 *
 * The first bytes of the decompressed content decide: a WARC version line, an ARC line, an archive's magic, '{', the start of a page;
 * other text is a text. An archive's entry that is an archive, a compressed file or a file of records itself is opened like
 * an input, as a level above; an archive inside that one is only counted.
 *
 * State: the levels and their readers. Memory: the readers' windows. */
#include "ingest/read/inputs.h"
#include "common/text.h"
#include "ingest/charset/clean.h"
#include "ingest/content.h"
#include "ingest/read/epub.h"
#include "ingest/read/indexed.h"
#include "ingest/read/path.h"
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LOOK_BYTES CONTENT_LOOK_BYTES
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

/* ------------------------------------------------------------------ inputs of the same name */

struct named {
    struct slice base;
    size_t index;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int c = memcmp(x->base.p, y->base.p, x->base.n < y->base.n ? x->base.n : y->base.n);
    if (c != 0) return c;
    if (x->base.n != y->base.n) return x->base.n < y->base.n ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* How many inputs before each have its base name; NULL: out of memory. */
static uint64_t *count_twins(char *const *paths, size_t n)
{
    struct named *named = malloc((n + 1) * sizeof *named);
    uint64_t *twins = calloc(n + 1, sizeof *twins);
    if (!named || !twins) {
        free(named);
        free(twins);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) named[i] = (struct named){path_base(slice_str(paths[i])), i};
    qsort(named, n, sizeof *named, by_name);
    for (size_t i = 1; i < n; i++)
        if (slice_eq(named[i].base, named[i - 1].base)) twins[named[i].index] = twins[named[i - 1].index] + 1;
    free(named);
    return twins;
}

int inputs_init(struct inputs *in, char *const *paths, size_t n_paths, const struct inputs_options *options,
                struct err *e)
{
    memset(in, 0, sizeof *in);
    in->paths = paths;
    in->n_paths = n_paths;
    in->options = *options;
    in->total_raw_bytes = total_bytes(paths, n_paths);
    in->twins = count_twins(paths, n_paths);
    return in->twins ? 0 : err_nomem(e, "starting");
}

/* ------------------------------------------------------------------ levels */

static struct level *top(struct inputs *in)
{
    return &in->levels[in->n_levels - 1];
}

static void close_level(struct inputs *in)
{
    struct level *l = top(in);
    archive_reader_close(l->archive);
    if (in->n_levels > 1) {
        nested_close(&l->nested, &l->window);
    } else {
        if (l->window.in) in->done_raw_bytes += in_raw_bytes(l->window.in);
        window_close(&l->window);
    }
    memset(l, 0, sizeof *l);
    in->n_levels--;
}

void inputs_free(struct inputs *in)
{
    while (in->n_levels) close_level(in);
    wiki_site_free(in->sites);
    free(in->twins);
}

uint64_t inputs_raw_bytes(const struct inputs *in)
{
    const struct in *s = in->n_levels ? in->levels[0].window.in : NULL;
    if (in->split && in->split->active) return in->done_raw_bytes + in->split->next;
    return in->done_raw_bytes + (s ? in_raw_bytes(s) : 0);
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

static struct slice behind_mark(struct slice s)
{
    bool marked = slice_has_prefix(s, "\xef\xbb\xbf");
    return slice_trim(marked ? slice_of(s.p + 3, s.n - 3) : s);
}

/* The kind under which a file is counted whose form is known and that is not opened; NULL: it may be. */
static const char *closed_kind(struct slice s, struct slice path, bool raw)
{
    const char *kind = content_packaged_kind(path, s);
    return !kind && !raw && dump_recognise_table(s) ? "stackexchange-table" : kind;
}

static bool is_known_binary(struct slice s)
{
    return content_is_binary(s) && nested_kind(slice_of("", 0), s, true) == NESTED_NONE;
}

/* Why content that begins like JSON is no lines of it; NULL: it may be. */
static const char *other_json(struct slice s)
{
    struct slice begin = behind_mark(s);
    struct slice inner = begin.n ? slice_trim(slice_of(begin.p + 1, begin.n - 1)) : begin;
    bool alone = begin.n && memchr(begin.p, '\n', (size_t)(inner.p - begin.p));
    struct slice key = inner.n ? slice_trim(slice_of(inner.p + 1, inner.n - 1)) : inner;
    if (slice_has_prefix(begin, "[") && slice_has_prefix(inner, "{") && slice_has_prefix(key, "\""))
        return "a JSON array, not JSON lines: make lines of it with `jq -c '.[]'`";
    if (slice_has_prefix(begin, "{") && alone && slice_has_prefix(inner, "\""))
        return "a JSON object over many lines, not JSON lines: make a line of it with `jq -c .`";
    return NULL;
}

/* FORMAT_AUTO: nothing that leat knows. */
static enum format recognise(struct slice s, struct slice path, bool raw)
{
    struct slice begin = behind_mark(s);
    if (slice_has_prefix(begin, "WARC/")) return FORMAT_WARC;
    if (arc_dialect.starts(begin.p, (size_t)(s.p + s.n - begin.p))) return FORMAT_ARC;
    if (!raw && (content_of_file(path, s) == CONTENT_EPUB || epub_recognise(s))) return FORMAT_EPUB;
    if (archive_recognise(s.p, s.n)) return FORMAT_ARCHIVE;
    if (slice_has_prefix(behind_mark(s), "{")) return FORMAT_JSONL;
    if (dump_recognise(s, PIECE_PAGE)) return FORMAT_MEDIAWIKI;
    if (dump_recognise(s, PIECE_POST)) return FORMAT_STACKEXCHANGE;
    if (!raw && (content_looks_like_html(s) || content_of_file(path, s) == CONTENT_HTML)) return FORMAT_HTML;
    bool wide = slice_has_prefix(s, "\xff\xfe") || slice_has_prefix(s, "\xfe\xff");
    if (!wide && clean_is_binary(s)) return FORMAT_AUTO;
    return FORMAT_TEXT;
}

/* Of what an entry holds, undone: a file is a file, whatever it is. FORMAT_AUTO: one more thing to undo. */
static enum format recognise_nested(struct slice s, struct slice path, bool raw)
{
    if (!raw && content_of_file(path, s) == CONTENT_EPUB) return FORMAT_EPUB;
    if (archive_recognise(s.p, s.n)) return FORMAT_ARCHIVE;
    if (nested_kind(path, s, raw) == NESTED_NONE) return FORMAT_TEXT;
    struct slice begin = behind_mark(s);
    if (slice_has_prefix(begin, "WARC/")) return FORMAT_WARC;
    if (arc_dialect.starts(begin.p, (size_t)(s.p + s.n - begin.p))) return FORMAT_ARC;
    if (dump_recognise(s, PIECE_PAGE)) return FORMAT_MEDIAWIKI;
    if (dump_recognise(s, PIECE_POST)) return FORMAT_STACKEXCHANGE;
    return slice_has_prefix(behind_mark(s), "{") ? FORMAT_JSONL : FORMAT_AUTO;
}

static struct slice look_at(const struct level *l)
{
    size_t n = window_ahead(&l->window);
    return slice_of(n ? window_data(&l->window) : "", n < LOOK_BYTES ? n : LOOK_BYTES);
}

static int start_archive(struct inputs *in, struct level *l, struct err *e)
{
    bool nested = in->n_levels > 1, is_stdin = strcmp(current_path(in), "-") == 0;
    struct archive_origin from = {
        .w = &l->window, .path = nested || is_stdin ? NULL : l->name, .nested = nested};
    struct slice look = look_at(l);
    if (nested && !l->nested.archive && archive_is_indexed(look.p, look.n))
        from.memory = buf_slice(&l->nested.first);
    return archive_reader_open(&l->archive, &from, l->name, in->options.max_record, &in->budget, e);
}

/* Whether a file is a text that is to be split. */
static bool is_split(const struct inputs *in, struct slice path, struct slice first)
{
    return in->options.parts && (in->options.raw || content_of_file(path, first) == CONTENT_TEXT) &&
           !content_is_binary(first) && !clean_is_binary(first);
}

static int start_format(struct inputs *in, struct level *l, struct err *e)
{
    uint64_t max_record = in->options.max_record;
    bool records = l->format == FORMAT_WARC || l->format == FORMAT_ARC || l->format == FORMAT_JSONL;
    if (records && slice_has_prefix(look_at(l), "\xef\xbb\xbf") && l->window.n_gaps == 0)
        window_advance(&l->window, 3);
    switch (l->format) {
    case FORMAT_WARC: warc_start(&l->warc, &warc_iso, &l->window, l->name, max_record); break;
    case FORMAT_ARC: warc_start(&l->warc, &arc_dialect, &l->window, l->name, max_record); break;
    case FORMAT_JSONL: line_reader_start(&l->lines, &l->window, l->name, max_record); break;
    case FORMAT_ARCHIVE: return start_archive(in, l, e);
    case FORMAT_MEDIAWIKI:
    case FORMAT_STACKEXCHANGE:
        dump_start(&l->dump, &l->window, l->name, l->format == FORMAT_MEDIAWIKI ? PIECE_PAGE : PIECE_POST,
                   max_record, &in->sites);
        break;
    case FORMAT_PARTS:
        parts_reader_start(&l->parts, in->options.parts, &l->window, l->name, max_record);
        break;
    default: break;
    }
    return 0;
}

static void count_skipped(struct ledger *led, const char *kind)
{
    led->in++;
    ledger_skip(led, kind, 0);
}

/* A program that unpacks an archive which it carries. */
static bool is_self_extracting(const struct level *l, struct slice look)
{
    const struct in *in = l->window.in;
    return in_codec(in) == CODEC_PLAIN && !in_framed(in) && in_size_bytes(in) > 0 &&
           indexed_in_program(l->name, look.p, look.n);
}

/* Why content is nothing that leat knows. It may come out of a broken file: then all of that is looked at. */
static int take_unknown(struct level *l, struct ledger *led, struct err *e)
{
    struct window *w = &l->window;
    const char *why = "not a format that is known: name it with --format (" INGEST_FORMATS ")";
    bool packed = in_codec(w->in) != CODEC_PLAIN, again = packed && nested_is_compressed(look_at(l));
    if (again) why = "compressed more than once, and one layer is undone: decompress it first";
    while (packed && !again && w->n_gaps == 0 && !w->ended) {
        window_advance(w, window_ahead(w));
        if (window_fill(w, LOOK_BYTES, e) < 0) return -ERR_IO;
    }
    if (!again && w->truncated) ledger_truncate(led, why = w->truncation);
    if (!again && w->n_gaps) why = w->gaps[0].reason;
    ledger_damage(led, l->name, 0, 0, "%s", why);
    return 0;
}

/* Finds out what the input is. FORMAT_AUTO: nothing to read, which is counted unless it is *unknown. */
static enum format find_out(const struct inputs *in, const struct level *l, struct slice look,
                            struct ledger *led, bool *unknown)
{
    const struct inputs_options *o = &in->options;
    struct slice path = slice_str(l->name);
    enum format format = o->asked;
    if (format == FORMAT_AUTO) {
        format = is_self_extracting(l, look) ? FORMAT_ARCHIVE : recognise(look, path, o->raw);
        bool opened = format != FORMAT_AUTO && format != FORMAT_ARCHIVE && format != FORMAT_TEXT &&
                      format != FORMAT_HTML;
        const char *kind = opened ? NULL : closed_kind(look, path, o->raw);
        if (!kind && !opened && format != FORMAT_ARCHIVE && is_known_binary(look)) kind = "binary";
        if (kind) {
            count_skipped(led, kind);
            return FORMAT_AUTO;
        }
    }
    bool text = format == FORMAT_TEXT && o->asked == FORMAT_AUTO && !o->raw;
    const char *json = format == FORMAT_JSONL || text ? other_json(look) : NULL;
    if (json) ledger_damage(led, l->name, 0, 0, "%s", json);
    *unknown = format == FORMAT_AUTO;
    return json ? FORMAT_AUTO : format;
}

static int start_reader(struct inputs *in, struct ledger *led, struct err *e)
{
    struct level *l = top(in);
    struct slice look = look_at(l);
    if (look.n == 0 && l->window.n_gaps == 0) {
        if (l->window.truncated) {
            ledger_truncate(led, l->window.truncation);
            ledger_damage(led, l->name, 0, 0, "%s", l->window.truncation);
        } else
            count_skipped(led, "empty-input");
        return 0;
    }
    bool unknown = false;
    l->format = find_out(in, l, look, led, &unknown);
    if (unknown && take_unknown(l, led, e) < 0) return -ERR_IO;
    if (l->format == FORMAT_WET) l->format = FORMAT_WARC; /* WARC with conversions */
    if (l->format == FORMAT_TEXT && is_split(in, slice_str(l->name), look)) l->format = FORMAT_PARTS;
    if (in->split) {
        split_reset(in->split);
        in->split->twin = in->n_paths ? in->twins[in->next_path - 1] : 0;
    }
    return start_format(in, l, e);
}

/* 1: the next input is open, with a reader unless there is nothing in it to read; 0: there is none. */
static int open_next(struct inputs *in, struct ledger *led, struct err *e)
{
    if (in->next_path >= (in->n_paths ? in->n_paths : 1)) return 0;
    const char *path = in->n_paths ? in->paths[in->next_path] : "-";
    in->next_path++;
    in->n_levels = 1;
    in->budget = (struct archive_budget){0};
    in->levels[0].name = current_name(in);
    int r = window_open(&in->levels[0].window, path, e);
    if (r == 0) in_set_threads(in->levels[0].window.in, in->options.threads);
    if (r == 0) r = window_fill(&in->levels[0].window, LOOK_BYTES, e);
    if (r == 0) r = start_reader(in, led, e);
    return r < 0 ? r : 1;
}

/* ------------------------------------------------------------------ entries of archives */

enum { LOOK_AGAIN = 2 }; /* no record, but there is something else to read: a level more, or one less */

/* Opens a level on the entry that the archive below stands at. */
static int open_entry(struct inputs *in, const struct piece *piece, struct buf *into, bool whole,
                      struct err *e)
{
    struct level *below = top(in), *l = &in->levels[in->n_levels++];
    int r = nested_open(&l->nested, &l->window, below->archive, &in->budget, piece, into, whole, e);
    l->name = l->nested.name.p;
    into->n = piece->head;
    return r == 0 ? window_fill(&l->window, LOOK_BYTES, e) : r;
}

static int open_nested(struct inputs *in, struct piece *piece, struct buf *into, bool whole,
                       struct ledger *led, struct err *e)
{
    struct buf name;
    int r = whole ? archive_reader_rest(top(in)->archive, into, piece, led, e) : 1;
    if (r <= 0) return r == 0 ? LOOK_AGAIN : r;
    if ((r = open_entry(in, piece, into, whole, e)) < 0) return r;
    ledger_extra(led, "packed-entries", 1);
    struct level *l = top(in);
    struct slice look = look_at(l);
    if (look.n == 0) return LOOK_AGAIN;
    buf_init(&name, BUF_NO_MAX);
    if (path_without_codec(&name, buf_slice(&l->nested.path)) < 0) return err_nomem(e, "opening an entry");
    l->format = recognise_nested(look, buf_slice(&name), in->options.raw);
    const char *kind = l->format == FORMAT_EPUB ? NULL : closed_kind(look, buf_slice(&name), in->options.raw);
    if (l->format == FORMAT_TEXT && is_split(in, buf_slice(&name), look)) l->format = FORMAT_PARTS;
    buf_free(&name);
    if (kind) l->format = FORMAT_AUTO;
    if (l->format == FORMAT_AUTO) count_skipped(led, kind ? kind : "nested");
    r = start_format(in, l, e);
    return r < 0 ? r : LOOK_AGAIN;
}

static int next_entry(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    struct level *l = top(in);
    int r = archive_reader_next(l->archive, into, piece, led, e);
    if (r <= 0) return r;
    struct slice path = slice_of(into->p + piece->head, piece->head_bytes),
                 first = slice_of(into->p + piece->body, piece->body_bytes);
    bool book = !in->options.raw && content_of_file(path, first) == CONTENT_EPUB;
    const char *closed = book ? NULL : closed_kind(first, path, in->options.raw);
    if (closed) {
        count_skipped(led, closed);
        into->n = piece->head;
        return LOOK_AGAIN;
    }
    enum nested_kind kind = book ? NESTED_NONE : nested_kind(path, first, in->options.raw);
    if (kind == NESTED_NONE && is_split(in, path, first)) {
        if ((r = open_entry(in, piece, into, false, e)) < 0) return r;
        top(in)->is_entry = true;
        top(in)->format = FORMAT_PARTS;
        r = start_format(in, top(in), e);
        return r < 0 ? r : LOOK_AGAIN;
    }
    if (kind == NESTED_NONE) {
        r = archive_reader_rest(l->archive, into, piece, led, e);
        return r == 0 ? LOOK_AGAIN : r;
    }
    if (in->n_levels == 1) return open_nested(in, piece, into, kind == NESTED_WHOLE, led, e);
    into->n = piece->head;
    count_skipped(led, "nested");
    return LOOK_AGAIN;
}

/* ------------------------------------------------------------------ records */

/* The name of a file that lies in an archive: without the codec's ending where one has been undone. */
static int put_name(const struct level *l, struct buf *into)
{
    struct slice path = buf_slice(&l->nested.path);
    return l->is_entry ? buf_put_slice(into, path) : path_without_codec(into, path);
}

/* A level's next part. As parts_reader_next. */
static int take_part(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                     struct err *e)
{
    struct level *l = top(in);
    bool nested = in->n_levels > 1;
    size_t head = into->n;
    if (nested && put_name(l, into) < 0) return err_nomem(e, "splitting a text");
    size_t head_bytes = into->n - head;
    int r = parts_reader_next(&l->parts, into, piece, led, e);
    if (r != 1) into->n = head;
    if (r != 1 || !nested) return r;
    piece->kind = PIECE_ENTRY;
    piece->head = head;
    piece->head_bytes = head_bytes;
    piece->index = l->is_entry ? l->nested.entry.index : 0;
    piece->mtime = l->nested.entry.mtime;
    return r;
}

/* All that is left of a level as one record. 1; 0: it was counted as damaged. */
static int take_whole(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    struct level *l = top(in);
    struct window *w = &l->window;
    uint64_t max_record = in->options.max_record;
    const char *bad = NULL;
    if (window_fill(w, (size_t)max_record + 1, e) < 0) return -ERR_IO;
    size_t n = window_ahead(w), head = into->n;
    if (w->truncated) ledger_truncate(led, w->truncation);
    if (w->n_gaps)
        bad = w->gaps[0].reason;
    else if (w->truncated)
        bad = w->truncation;
    else if (n > max_record)
        bad = "it is larger than --max-record";
    if (bad) {
        ledger_damage(led, l->name, 0, n, "%s", bad);
        return 0;
    }
    bool nested = in->n_levels > 1;
    if (nested) put_name(l, into);
    static const enum piece_kind kinds[] = {
        [FORMAT_HTML] = PIECE_HTML, [FORMAT_EPUB] = PIECE_EPUB, [FORMAT_TEXT] = PIECE_TEXT};
    *piece = (struct piece){.kind = nested ? PIECE_ENTRY : kinds[l->format],
                            .file = l->name,
                            .head = head,
                            .head_bytes = into->n - head,
                            .body = into->n,
                            .body_bytes = n,
                            .mtime = nested ? l->nested.entry.mtime : INT64_MIN};
    if (buf_put(into, window_data(w), n) < 0) return err_nomem(e, "reading a file");
    window_advance(w, n); /* gives the memory back */
    return 1;
}

static int current_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e)
{
    struct level *l = top(in);
    int r;
    switch (l->format) {
    case FORMAT_WARC:
    case FORMAT_ARC: return warc_next(&l->warc, into, piece, led, e);
    case FORMAT_JSONL: return line_reader_next(&l->lines, into, piece, led, e);
    case FORMAT_ARCHIVE: return next_entry(in, into, piece, led, e);
    case FORMAT_PARTS: return take_part(in, into, piece, led, e);
    case FORMAT_MEDIAWIKI:
    case FORMAT_STACKEXCHANGE: return dump_next(&l->dump, into, piece, led, e);
    case FORMAT_TEXT:
    case FORMAT_HTML:
    case FORMAT_EPUB:
        r = take_whole(in, into, piece, led, e);
        l->format = FORMAT_AUTO;
        return r;
    default: return 0;
    }
}

/* What ends early inside an archive is damage: the input itself is whole. */
static void settle_nested(struct inputs *in, uint64_t damaged, bool ended, bool cut, struct ledger *led)
{
    struct level *l = top(in);
    const char *why = l->nested.stopped     ? l->nested.stopped
                      : l->window.truncated ? l->window.truncation
                      : cut                 ? "it ends early"
                                            : NULL;
    if (ended && why && led->damaged == damaged)
        archive_reader_damage(in->levels[in->n_levels - 2].archive, &l->nested.entry,
                              buf_slice(&l->nested.path), why, 0, led);
}

/* The entry that the top level's records lie in; NULL: they lie in the archive itself, as one of its files. */
static const struct nested *outer_entry(struct inputs *in)
{
    if (!top(in)->is_entry) return &top(in)->nested;
    return in->n_levels > 2 ? &in->levels[1].nested : NULL;
}

/* The next record of a level above an archive. */
static int nested_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                       struct err *e)
{
    const struct nested *n = outer_entry(in);
    size_t outer = into->n, levels = in->n_levels;
    uint64_t damaged = led->damaged;
    bool truncated = led->truncated;
    if (n && buf_put_slice(into, buf_slice(&n->path)) < 0) return err_nomem(e, "reading an archive");
    led->truncated = false;
    int r = current_next(in, into, piece, led, e);
    bool cut = led->truncated;
    led->truncated = truncated;
    if (!truncated) led->truncation[0] = 0;
    if (r == 1) {
        piece->outer = outer;
        piece->outer_bytes = n ? n->path.n : 0;
        piece->outer_index = n ? n->entry.index : 0;
        return 1;
    }
    into->n = outer;
    if (in->n_levels == levels) settle_nested(in, damaged, r == 0, cut, led);
    return r;
}

/* 1: a record; LOOK_AGAIN; 0: there is nothing more. */
static int next_step(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led,
                     struct err *e)
{
    int r = 0;
    if (in->n_levels == 0) return (r = open_next(in, led, e)) == 1 ? LOOK_AGAIN : r;
    r = in->n_levels == 1 ? current_next(in, into, piece, led, e) : nested_next(in, into, piece, led, e);
    if (r == 0) close_level(in);
    return r == 0 ? LOOK_AGAIN : r;
}

int inputs_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led, struct err *e)
{
    int r;
    do r = next_step(in, into, piece, led, e);
    while (r == LOOK_AGAIN);
    if (r < 0) return e->code ? -e->code : r; /* readers say only that it failed: *e says how */
    if (r == 1) {
        piece->file = current_name(in);
        piece->twin = in->n_paths ? in->twins[in->next_path - 1] : 0;
    }
    return r;
}

/* ------------------------------------------------------------------ many threads at one input */

int inputs_split(struct inputs *in, struct err *e)
{
    struct level *l = &in->levels[0];
    bool may = in->split && in->n_levels == 1 && (l->format == FORMAT_WARC || l->format == FORMAT_ARC);
    if (!may || in_size_bytes(l->window.in) < SPLIT_FILE_BYTES) return 0;
    int r = split_take_over(in->split, &l->warc, e);
    return r < 0 && e->code ? -e->code : r;
}

int inputs_resume(struct inputs *in, struct err *e)
{
    return split_hand_back(in->split, &in->levels[0].warc, e);
}
