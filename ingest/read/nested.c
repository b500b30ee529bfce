/* nested.c: the bytes of an archive's entry as a stream, for the readers of whole inputs.
 *
 * In: an archive that stands at an entry. Out: a window. State: the first bytes, which told what it is. Memory: these, or
 * the entry. Bound: the input's budget, looked at with every block of compressed bytes. */
#include "ingest/read/nested.h"
#include "common/text.h"
#include "ingest/read/arc.h"
#include "ingest/read/dump.h"
#include "ingest/read/path.h"

#define BLOCK_BYTES ((size_t)16 << 10)

/* ------------------------------------------------------------------ what it is */

bool nested_is_compressed(struct slice s)
{
    return slice_has_prefix(s, "\x1f\x8b") || slice_has_prefix(s, "\x28\xb5\x2f\xfd") ||
           slice_has_prefix(s, "\xfd"
                               "7zXZ") ||
           slice_has_prefix(s, "BZh") || slice_has_prefix(s, "\x04\x22\x4d\x18") ||
           slice_has_prefix(s, "LZIP") || slice_has_prefix(s, "\x1f\x9d") ||
           (s.n > 4 && memcmp(s.p, "\x5d\0\0", 3) == 0);
}

static bool is_archive(struct slice s)
{
    return archive_recognise(s.p, s.n);
}

static struct slice behind_mark(struct slice s)
{
    return slice_has_prefix(s, "\xef\xbb\xbf") ? slice_of(s.p + 3, s.n - 3) : s;
}

static bool is_warc(struct slice s)
{
    return slice_has_prefix(behind_mark(s), "WARC/");
}

static bool is_arc(struct slice s)
{
    s = behind_mark(s);
    return arc_dialect.starts(s.p, s.n);
}

static bool is_object(struct slice s)
{
    return slice_has_prefix(slice_trim(behind_mark(s)), "{");
}

static bool is_dump(struct slice s)
{
    return dump_recognise(s, PIECE_PAGE) || dump_recognise(s, PIECE_POST);
}

/* The first row whose endings and first bytes both fit decides. "": a name without an ending. */
static const struct row {
    const char *endings;
    bool (*begins)(struct slice first);
    bool records;
} rows[] = {
    {" gz bz2 xz zst lz4 lz lzma z tgz tbz tbz2 txz tlz tzst crate ", nested_is_compressed, false},
    {" tar zip 7z cpio whl egg gem nupkg epub ", is_archive, false},
    {" warc wet wat ", is_warc, true},
    {" arc ", is_arc, true},
    {" jsonl ndjson ", is_object, true},
    {" xml ", is_dump, true},
    {"", nested_is_compressed, false},
    {"", is_archive, false},
    {"", is_warc, true},
    {"", is_dump, true},
};

enum nested_kind nested_kind(struct slice path, struct slice first, bool raw)
{
    struct slice ending = path_ending(path, false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool named = *rows[i].endings ? path_ending_in(ending, rows[i].endings) : ending.n == 0;
        if (!named || (raw && rows[i].records) || !rows[i].begins(first)) continue;
        return archive_is_indexed(first.p, first.n) ? NESTED_WHOLE : NESTED_STREAM;
    }
    return NESTED_NONE;
}

/* ------------------------------------------------------------------ its bytes */

void nested_count(struct nested *n)
{
    uint64_t out = n->window->base + n->window->bytes.n;
    n->budget->out_bytes += out - n->counted;
    n->counted = out;
}

static ssize_t read_entry(void *ctx, void *dst, size_t cap, struct err *e)
{
    struct nested *n = ctx;
    size_t left = n->first.n - n->given;
    if (cap > BLOCK_BYTES) cap = BLOCK_BYTES;
    nested_count(n);
    if (n->stopped || (n->stopped = archive_budget_spent(n->budget))) return 0;
    if (left > 0) {
        if (left > cap) left = cap;
        memcpy(dst, n->first.p + n->given, left);
        n->given += left;
        return (ssize_t)left;
    }
    ssize_t got = n->archive ? archive_reader_read(n->archive, dst, cap) : 0;
    if (got < 0) n->stopped = archive_reader_reason(n->archive);
    return got < 0 ? 0 : got;
}

int nested_open(struct nested *n, struct window *w, struct archive_reader *archive,
                struct archive_budget *budget, const struct piece *entry, const struct buf *into, bool whole,
                struct err *e)
{
    *n = (struct nested){.archive = whole ? NULL : archive, .budget = budget, .window = w, .entry = *entry};
    buf_init(&n->first, BUF_NO_MAX);
    buf_init(&n->path, BUF_NO_MAX);
    buf_init(&n->name, BUF_NO_MAX);
    buf_put(&n->first, into->p + entry->body, entry->body_bytes);
    buf_put(&n->path, into->p + entry->head, entry->head_bytes);
    buf_printf(&n->name, "%s!/%.*s", entry->file, (int)n->path.n, n->path.p ? n->path.p : "");
    buf_terminate(&n->name);
    if (n->first.failed || n->path.failed || n->name.failed) return err_nomem(e, "opening an entry");
    return window_open_reader(w, n->name.p, read_entry, n, e);
}

void nested_close(struct nested *n, struct window *w)
{
    if (n->window && w->in) nested_count(n);
    window_close(w);
    buf_free(&n->first);
    buf_free(&n->path);
    buf_free(&n->name);
    memset(n, 0, sizeof *n);
}
