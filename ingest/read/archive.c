/* archive.c: archives by libarchive, in memory.
 *
 * leat's own stream undoes the common codecs, so that truncation, damage and framed pipes are noticed as everywhere;
 * libarchive undoes the rare ones (compress, lzip, lzma) and takes the archive apart. Programs are never run (its
 * lrzip and grzip filters would), and of its writing half nothing is used.
 *
 * In: a window, a file or memory. Out: entries appended to a batch. State: libarchive's. Memory: one entry. */
#include "ingest/read/archive.h"
#include "common/text.h"
#include "ingest/read/follow.h"
#include "ingest/read/indexed.h"
#include "ingest/read/path.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)256 << 10)

struct archive_reader {
    struct archive *archive;
    struct window *w; /* read from front to back; NULL: by its index */
    struct places places;
    struct indexed index_of; /* the archives in `places`, of which n_opened have been opened */
    size_t n_opened;
    uint64_t began;   /* position of the archive that is open */
    uint64_t span_at; /* where libarchive reads in it */
    char *block;
    size_t given; /* bytes of the window that libarchive still looks at */
    const char *file;
    struct archive_budget *budget;
    uint64_t max_record, index;
    uint64_t stated_bytes; /* the entry's size as the archive has it */
    bool nested, counts;   /* counts: the entries' bytes are the budget's */
    bool ended, over;      /* the archive that is open; all of them */
    bool io_failed;
    bool starved;    /* libarchive has asked for more than there is */
    bool cut;        /* the archive does not end in what there is */
    bool in_entry;   /* its content may be skipped */
    uint64_t place;  /* bytes that lie before the entry's header, where the archive is a stream */
    uint64_t offset; /* of the entry, in the input */
    bool empty;      /* the entry is, by its stated size and what can be read */
    bool broken;     /* the entry before could not be read: what ends the archive now is the same damage */
    struct err err;  /* of the window */
    locale_t locale; /* UTF-8, for the conversion of names: libarchive goes by the thread's locale */
};

/* ------------------------------------------------------------------ recognition */

/* The header checksum of old tar, which has no magic. */
static bool is_tar(const uint8_t *p, size_t n)
{
    uint32_t sum = 0, stated = 0;
    if (n < 512) return false;
    if (memcmp(p + 257, "ustar", 5) == 0) return true;
    for (size_t i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? ' ' : p[i];
    for (size_t i = 148; i < 156; i++)
        if (p[i] >= '0' && p[i] <= '7') stated = stated * 8 + (p[i] - '0');
    return sum == stated && p[0] != 0;
}

static bool begins(const char *p, size_t n, const char *magic, size_t bytes)
{
    return n >= bytes && memcmp(p, magic, bytes) == 0;
}

bool archive_is_indexed(const char *p, size_t n)
{
    return indexed_is_zip(p, n) || indexed_is_7z(p, n);
}

bool archive_recognise(const char *p, size_t n)
{
    bool rare_codec = begins(p, n, "\x1f\x9d", 2) || begins(p, n, "LZIP", 4) || begins(p, n, "\x5d\0\0", 3);
    bool cpio = begins(p, n, "070707", 6) || begins(p, n, "070701", 6) || begins(p, n, "070702", 6) ||
                begins(p, n, "\xc7\x71", 2) || begins(p, n, "\x71\xc7", 2);
    return rare_codec || cpio || archive_is_indexed(p, n) || is_tar((const uint8_t *)p, n);
}

/* ------------------------------------------------------------------ opening */

const char *archive_budget_spent(const struct archive_budget *b)
{
    if (b->out_bytes > ARCHIVE_RATIO_FROM && b->out_bytes / ARCHIVE_RATIO > b->raw_bytes)
        return "it expands to more than 400 times its size: given up";
    if (b->entries > ARCHIVE_ENTRIES) return "it has more than 50 million entries: given up";
    return NULL;
}

static la_ssize_t read_block(struct archive *a, void *ctx, const void **block)
{
    struct archive_reader *r = ctx;
    struct window *w = r->w;
    window_advance(w, r->given);
    r->given = 0;
    if (window_fill(w, 1, &r->err) < 0) {
        r->io_failed = true;
        archive_set_error(a, EIO, "%s", r->err.msg);
        return -1;
    }
    uint64_t gap = window_next_gap(w), position = window_position(w);
    size_t n = window_ahead(w);
    if (gap - position < n) n = (size_t)(gap - position);
    if (n == 0 && w->n_gaps) {
        archive_set_error(a, EIO, "%s", w->gaps[0].reason);
        return -1;
    }
    r->starved |= n == 0;
    *block = window_data(w);
    r->given = n;
    return (la_ssize_t)n;
}

static struct archive *new_archive(void)
{
    struct archive *a = archive_read_new();
    if (!a) return NULL;
    archive_read_support_filter_compress(a);
    archive_read_support_filter_lzip(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_format_tar(a);
    archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_cpio(a);
    return a;
}

/* ------------------------------------------------------------------ archives with an index */

static la_ssize_t read_span(struct archive *a, void *ctx, const void **block)
{
    struct archive_reader *r = ctx;
    const struct span *span = &r->index_of.spans[r->n_opened - 1];
    uint64_t left = span->end - span->start - r->span_at;
    size_t n = places_read(&r->places, span->start + r->span_at, r->block,
                           left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES);
    (void)a;
    r->span_at += n;
    *block = r->block;
    return (la_ssize_t)n;
}

static la_int64_t seek_span(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
    struct archive_reader *r = ctx;
    const struct span *span = &r->index_of.spans[r->n_opened - 1];
    uint64_t bytes = span->end - span->start;
    la_int64_t from = whence == SEEK_SET ? 0 : (la_int64_t)(whence == SEEK_CUR ? r->span_at : bytes);
    (void)a;
    if (offset < -from || (uint64_t)(from + offset) > bytes) return ARCHIVE_FATAL;
    r->span_at = (uint64_t)(from + offset);
    return from + offset;
}

static la_int64_t skip_in_span(struct archive *a, void *ctx, la_int64_t bytes)
{
    struct archive_reader *r = ctx;
    const struct span *span = &r->index_of.spans[r->n_opened - 1];
    uint64_t left = span->end - span->start - r->span_at;
    (void)a;
    if (bytes < 0 || (uint64_t)bytes > left) bytes = (la_int64_t)left;
    r->span_at += (uint64_t)bytes;
    return bytes;
}

/* What can be read at any place: the memory, or the file at `path` where that is the archive itself, byte by byte. 1; 0: nothing. */
static int open_places(struct archive_reader *r, const struct archive_origin *from, struct err *e)
{
    r->places = (struct places){-1, from->memory, from->memory.n};
    if (from->memory.n) return 1;
    const struct in *in = from->w->in;
    if (!from->path || in_codec(in) != CODEC_PLAIN || in_framed(in) || in_size_bytes(in) == 0) return 0;
    r->places.size_bytes = in_size_bytes(in);
    r->places.fd = open(from->path, O_RDONLY | O_CLOEXEC);
    return r->places.fd < 0 ? err_set(e, ERR_IO, "cannot open %s: %s", from->path, strerror(errno)) : 1;
}

/* Finds the archives that can be read by their indexes; none: r->w is read from front to back. */
static int find_spans(struct archive_reader *r, const struct archive_origin *from, struct err *e)
{
    struct slice m = from->memory;
    const char *p = m.n ? m.p : window_data(from->w);
    size_t n = m.n ? m.n : window_ahead(from->w);
    r->w = from->w;
    if (archive_recognise(p, n) && !archive_is_indexed(p, n)) return 0;
    int r_open = open_places(r, from, e);
    if (r_open <= 0) return r_open;
    int found = indexed_find(&r->index_of, &r->places);
    if (found < 0) return err_nomem(e, "opening an archive");
    if (found == 0) indexed_free(&r->index_of);
    if (found == 0) return 0;
    r->w = NULL;
    r->block = malloc(BLOCK_BYTES);
    return r->block ? 0 : err_nomem(e, "opening an archive");
}

static void open_span(struct archive_reader *r, uint64_t start)
{
    r->began = start;
    r->span_at = 0;
    r->cut = r->index_of.cut && r->n_opened == r->index_of.n_spans;
    archive_read_set_read_callback(r->archive, read_span);
    archive_read_set_seek_callback(r->archive, seek_span);
    archive_read_set_skip_callback(r->archive, skip_in_span);
    archive_read_set_callback_data(r->archive, r);
    archive_read_open1(r->archive);
}

/* Opens libarchive on the next archive. What is wrong with the content comes up again with its first entry. */
static int open_next(struct archive_reader *r, struct err *e)
{
    if (r->archive) archive_read_free(r->archive);
    r->archive = new_archive();
    if (!r->archive) return err_nomem(e, "opening an archive");
    r->ended = r->in_entry = r->broken = r->starved = false;
    if (r->w) {
        r->began = window_position(r->w);
        archive_read_open(r->archive, r, NULL, read_block, NULL);
    } else if (r->index_of.spans) {
        open_span(r, r->index_of.spans[r->n_opened++].start);
    }
    return 0;
}

int archive_reader_open(struct archive_reader **out, const struct archive_origin *from, const char *name,
                        uint64_t max_record, struct archive_budget *budget, struct err *e)
{
    struct archive_reader *r = calloc(1, sizeof *r);
    *out = r;
    if (!r) return err_nomem(e, "opening an archive");
    r->places.fd = -1;
    r->file = name;
    r->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    r->max_record = max_record;
    r->budget = budget;
    r->nested = from->nested;
    r->counts = !from->nested || from->memory.n > 0;
    int found = find_spans(r, from, e);
    return found < 0 ? found : open_next(r, e);
}

void archive_reader_close(struct archive_reader *r)
{
    if (!r) return;
    archive_read_free(r->archive);
    if (r->locale) freelocale(r->locale);
    if (r->places.fd >= 0) close(r->places.fd);
    indexed_free(&r->index_of);
    free(r->block);
    free(r);
}

/* ------------------------------------------------------------------ what goes wrong */

static uint64_t raw_bytes(const struct archive_reader *r)
{
    return r->w ? in_raw_bytes(r->w->in) : r->places.size_bytes;
}

#define ENCRYPTED "it is encrypted: unpack it with its password first, and give the files"

const char *archive_reader_reason(const struct archive_reader *r)
{
    const char *why = archive_error_string(r->archive);
    if (why && (strcasestr(why, "encrypt") || strcasestr(why, "passphrase"))) return ENCRYPTED;
    if (r->w && archive_format(r->archive) == ARCHIVE_FORMAT_7ZIP)
        return "a 7z archive is read from its end: give it as a file, not through a pipe or compressed again";
    if (!why && r->cut) return "it ends early";
    return why ? why : "libarchive cannot read it";
}

/* Bytes of the input that libarchive has passed. */
static uint64_t passed_bytes(const struct archive_reader *r)
{
    la_int64_t n = archive_filter_bytes(r->archive, -1);
    return r->began + (n > 0 ? (uint64_t)n : 0);
}

/* That place in the input; of a compressed input the member's. */
static uint64_t place_in_input(const struct archive_reader *r)
{
    bool packed = r->w && in_codec(r->w->in) != CODEC_PLAIN;
    return packed ? window_member_offset(r->w) : passed_bytes(r);
}

/* Notes whether what failed just now did so because there is nothing more. */
static void note_failure(struct archive_reader *r)
{
    const char *why = archive_error_string(r->archive);
    bool wants_more = !why || strcasestr(why, "truncated") || strcasestr(why, "end of file");
    r->cut |= r->starved && wants_more;
}

static bool ends_early(const struct archive_reader *r)
{
    return r->cut || (r->w && r->w->truncated);
}

/* lost: so far nothing says that the archive is not all there. Inside another archive that is damage. */
static void take_early_end(struct archive_reader *r, bool lost, struct ledger *led)
{
    char why[512];
    snprintf(why, sizeof why, "%.400s ends before the archive does", r->file);
    if (r->w && r->w->truncated) snprintf(why, sizeof why, "%.500s", r->w->truncation);
    if (!r->nested) ledger_truncate(led, why);
    if ((lost || r->nested) && !r->broken) ledger_damage(led, r->file, place_in_input(r), 0, "%s", why);
}

/* The archive cannot be read further. */
static int give_up(struct archive_reader *r, struct ledger *led, const char *why, struct err *e)
{
    r->ended = true;
    if (r->io_failed) {
        *e = r->err;
        return -ERR_IO;
    }
    bool rest = r->w && passed_bytes(r) < window_position(r->w) + r->given;
    if (ends_early(r))
        take_early_end(r, rest, led);
    else if (!r->broken)
        ledger_damage(led, r->file, place_in_input(r), 0, "%s", why);
    return 0;
}

void archive_reader_damage(struct archive_reader *r, const struct piece *piece, struct slice path,
                           const char *why, uint64_t lost, struct ledger *led)
{
    int n = path.n < 200 ? (int)path.n : (int)utf8_valid_prefix(path.p, 200);
    ledger_damage(led, r->file, r->offset, lost, "entry %" PRIu64 " (%.*s): %s", piece->index, n, path.p,
                  why);
}

/* ------------------------------------------------------------------ entries */

/* NULL for a regular file. */
static const char *skipped_kind(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry)) return "link";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return NULL;
    case AE_IFDIR: return "directory";
    case AE_IFLNK: return "link";
    default: return "special";
    }
}

static bool is_zip_format(const struct archive_reader *r)
{
    return (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
}

static int put_path(struct archive_reader *r, struct archive_entry *entry, struct buf *into)
{
    const char *path = archive_entry_pathname_utf8(entry);
    if (!path) path = archive_entry_pathname(entry); /* in the archive's own charset */
    return path_clean(into, slice_str(path ? path : ""), is_zip_format(r) ? PATH_CP437 : PATH_UNKNOWN);
}

/* A zip holds local time of nobody knows where: what it says would depend on this machine's time zone. */
static int64_t entry_mtime(const struct archive_reader *r, struct archive_entry *entry)
{
    return archive_entry_mtime_is_set(entry) && !is_zip_format(r) ? archive_entry_mtime(entry) : INT64_MIN;
}

ssize_t archive_reader_read(struct archive_reader *r, void *dst, size_t cap)
{
    la_ssize_t n = archive_read_data(r->archive, dst, cap);
    if (n < 0) {
        note_failure(r);
        r->broken = true;
        return -1;
    }
    if (r->counts) r->budget->out_bytes += (uint64_t)n;
    if (!r->nested) r->budget->raw_bytes = raw_bytes(r);
    return (ssize_t)n;
}

enum entry_state { ENTRY_WHOLE, ENTRY_MORE, ENTRY_BAD };

/* Appends at most `most` bytes of the file. MORE: there may be more. */
static enum entry_state read_some(struct archive_reader *r, size_t most, struct buf *into,
                                  struct piece *piece)
{
    while (most > 0) {
        size_t want = most < BLOCK_BYTES ? most : BLOCK_BYTES;
        if (buf_reserve(into, want) < 0) return ENTRY_WHOLE;
        ssize_t n = archive_reader_read(r, into->p + into->n, want);
        if (n < 0) return ENTRY_BAD;
        if (n == 0) return ENTRY_WHOLE;
        into->n += (size_t)n;
        piece->body_bytes += (size_t)n;
        most -= (size_t)n;
    }
    return ENTRY_MORE;
}

/* The file found cannot be read. */
static int drop_entry(struct archive_reader *r, struct buf *into, const struct piece *piece, const char *why,
                      struct ledger *led, struct err *e)
{
    struct slice path = slice_of(into->p + piece->head, piece->head_bytes);
    if (r->io_failed) return give_up(r, led, why, e);
    archive_reader_damage(r, piece, path, why, into->n - piece->body, led);
    r->broken = true;
    return r->w && ends_early(r) ? give_up(r, led, why, e) : 0;
}

/* 1: given; 0: passed over, counted. */
static int take_entry(struct archive_reader *r, struct archive_entry *entry, struct buf *into,
                      struct piece *piece, struct ledger *led, struct err *e)
{
    const char *kind = skipped_kind(entry);
    size_t start = into->n;
    uint64_t index = r->index++;
    r->broken = false;
    r->budget->entries++;
    if (kind) {
        led->in++;
        ledger_skip(led, kind, 0);
        return 0;
    }
    if (put_path(r, entry, into) < 0) return err_nomem(e, "reading an archive");
    *piece = (struct piece){.kind = PIECE_ENTRY,
                            .file = r->file,
                            .head = start,
                            .head_bytes = into->n - start,
                            .body = into->n,
                            .index = index,
                            .mtime = entry_mtime(r, entry)};
    r->stated_bytes = archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : 0;
    enum entry_state state = read_some(r, ARCHIVE_FIRST, into, piece);
    r->empty = archive_entry_size_is_set(entry) && r->stated_bytes == 0 && piece->body_bytes == 0;
    if (state == ENTRY_BAD && !r->empty) { /* some codecs fail where there is nothing */
        int dropped = drop_entry(r, into, piece, archive_reader_reason(r), led, e);
        into->n = start;
        return dropped;
    }
    return into->failed ? err_nomem(e, "reading an archive") : 1;
}

static bool is_tar_format(const struct archive_reader *r)
{
    return (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

static bool is_cpio_format(const struct archive_reader *r)
{
    return (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_CPIO;
}

static void take_stray(struct archive_reader *r, uint64_t at, uint64_t bytes, struct ledger *led)
{
    if (bytes)
        ledger_damage(led, r->file, at, bytes, "%" PRIu64 " bytes beside the archive are none of its", bytes);
}

/* Of an archive in a stream: what stands behind the place where libarchive has stopped. 1: another archive, which is open. */
static int follow(struct archive_reader *r, struct ledger *led, struct err *e)
{
    struct window *w = r->w;
    uint64_t at = 0, bytes = 0;
    int whole = 1;
    window_advance(w, (size_t)(passed_bytes(r) - window_position(w)));
    r->given = 0;
    if (is_zip_format(r)) whole = follow_zip_directory(w, e);
    int next = whole < 0 ? whole : follow_archive(w, &at, &bytes, e);
    if (next < 0) return next;
    if (whole == 0 && next == 0 && bytes == 0)
        r->cut = true;
    else if (whole == 0)
        ledger_damage(led, r->file, r->began, 0, "a zip whose directory has no end");
    take_stray(r, in_codec(w->in) == CODEC_PLAIN ? at : window_member_offset(w), bytes, led);
    return next == 1 ? (open_next(r, e) < 0 ? -ERR_IO : 1) : 0;
}

/* libarchive takes the end of the file for an archive's end too. A tar's is a block of zeros, which it has passed. */
static int take_end(struct archive_reader *r, struct ledger *led, struct err *e)
{
    bool filtered = archive_filter_count(r->archive) > 1,
         whole = r->w && !r->w->truncated && r->w->n_gaps == 0;
    r->ended = true;
    if (is_tar_format(r))
        r->cut |= (uint64_t)archive_filter_bytes(r->archive, 0) == r->place;
    else if ((is_zip_format(r) || is_cpio_format(r)) && whole && !filtered) {
        int next = follow(r, led, e);
        if (next != 0) return next < 0 ? next : 0;
    }
    if (ends_early(r)) take_early_end(r, false, led);
    return 0;
}

/* After the end of one archive: whether there is another. */
static int go_on(struct archive_reader *r, struct ledger *led, struct err *e)
{
    if (r->over || r->n_opened == r->index_of.n_spans) {
        take_stray(r, r->index_of.stray_at, r->index_of.stray_bytes, led);
        r->index_of.stray_bytes = 0;
        return 0;
    }
    return open_next(r, e) < 0 ? -ERR_IO : 1;
}

/* As archive_read_next_header, and notes where the header stands. */
static int read_header(struct archive_reader *r, struct archive_entry **entry)
{
    int status = r->in_entry && is_tar_format(r) ? archive_read_data_skip(r->archive) : ARCHIVE_OK;
    r->in_entry = false;
    if (status == ARCHIVE_FATAL || status == ARCHIVE_EOF) {
        note_failure(r);
        return ARCHIVE_FATAL;
    }
    r->place = (uint64_t)archive_filter_bytes(r->archive, 0);
    r->offset = place_in_input(r);
    status = archive_read_next_header(r->archive, entry);
    r->in_entry = status == ARCHIVE_OK || status == ARCHIVE_WARN;
    if (!r->w) r->offset = place_in_input(r);
    if (!r->in_entry && status != ARCHIVE_EOF) note_failure(r);
    return status;
}

/* The next header, and what it is of. 1: a file. */
static int step(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                struct err *e)
{
    struct archive_entry *entry;
    int status = read_header(r, &entry);
    if (status == ARCHIVE_EOF) return take_end(r, led, e);
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return take_entry(r, entry, into, piece, led, e);
    if (status != ARCHIVE_RETRY) return give_up(r, led, archive_reader_reason(r), e);
    r->index++;
    ledger_damage(led, r->file, r->offset, 0, "%s", archive_reader_reason(r));
    return 0;
}

static int next_entry(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    int got = 0;
    while (got == 0) {
        int more = r->ended ? go_on(r, led, e) : 1;
        if (more <= 0) return more;
        const char *spent = archive_budget_spent(r->budget);
        r->over |= spent != NULL;
        got = spent ? give_up(r, led, spent, e) : step(r, into, piece, led, e);
    }
    return got;
}

int archive_reader_next(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e)
{
    locale_t before = r->locale ? uselocale(r->locale) : (locale_t)0;
    int got = next_entry(r, into, piece, led, e);
    if (before) uselocale(before);
    return got;
}

int archive_reader_rest(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e)
{
    size_t most = (size_t)r->max_record + 1, start = piece->head;
    enum entry_state state = ENTRY_MORE;
    int status = 1;
    if (r->empty)
        state = ENTRY_WHOLE;
    else if (piece->body_bytes < most && r->stated_bytes < most)
        state = read_some(r, most - piece->body_bytes, into, piece);
    if (into->failed) return err_nomem(e, "reading an archive");
    if (state == ENTRY_WHOLE) return 1;
    if (state == ENTRY_BAD) {
        status = drop_entry(r, into, piece, archive_reader_reason(r), led, e);
    } else {
        struct slice path = slice_of(into->p + piece->head, piece->head_bytes);
        archive_reader_damage(r, piece, path, "larger than --max-record", piece->body_bytes, led);
        status = 0;
    }
    into->n = start;
    return status;
}
