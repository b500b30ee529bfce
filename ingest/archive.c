/* archive.c: archives by libarchive, in memory.
 *
 * leat's own stream undoes the common codecs, so that truncation, damage and framed pipes are noticed as everywhere;
 * libarchive undoes the rare ones (compress, lzip, lzma) and takes the archive apart. Programs are never run (its
 * lrzip and grzip filters would), and of its writing half nothing is used.
 *
 * In: a window, or a file. Out: entries appended to a batch. State: libarchive's. Memory: one entry. */
#include "ingest/archive.h"
#include "common/text.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)256 << 10)

struct archive_reader {
    struct archive *archive;
    struct window *w; /* NULL: libarchive reads the file itself */
    size_t given;     /* bytes of the window that libarchive still looks at */
    const char *file;
    uint64_t max_record, size_bytes, out_bytes, index;
    bool ended, io_failed;
    bool broken; /* the entry before could not be read: what ends the archive now is the same damage */
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

static bool is_zip(const char *p, size_t n)
{
    return begins(p, n, "PK\3\4", 4) || begins(p, n, "PK\5\6", 4) || begins(p, n, "PK00PK\3\4", 8);
}

static bool is_7z(const char *p, size_t n)
{
    return begins(p, n, "7z\xbc\xaf\x27\x1c", 6);
}

bool archive_recognise(const char *p, size_t n)
{
    bool rare_codec = begins(p, n, "\x1f\x9d", 2) || begins(p, n, "LZIP", 4) || begins(p, n, "\x5d\0\0", 3);
    bool cpio = begins(p, n, "0707", 4) || begins(p, n, "\xc7\x71", 2) || begins(p, n, "\x71\xc7", 2);
    return rare_codec || cpio || is_zip(p, n) || is_7z(p, n) || is_tar((const uint8_t *)p, n);
}

/* ------------------------------------------------------------------ opening */

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
    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_cpio(a);
    return a;
}

int archive_reader_open(struct archive_reader **out, struct window *w, const char *name, const char *path,
                        uint64_t max_record, struct err *e)
{
    bool indexed = is_zip(window_data(w), window_ahead(w)) || is_7z(window_data(w), window_ahead(w));
    bool by_path =
        path && indexed && in_codec(w->in) == CODEC_PLAIN && !in_framed(w->in) && in_size_bytes(w->in) > 0;
    struct archive_reader *r = calloc(1, sizeof *r);
    *out = r;
    if (!r || !(r->archive = new_archive())) return err_nomem(e, "opening an archive");
    r->w = by_path ? NULL : w;
    r->file = name;
    r->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    r->max_record = max_record;
    r->size_bytes = in_size_bytes(w->in);
    int status = by_path ? archive_read_open_filename(r->archive, path, BLOCK_BYTES)
                         : archive_read_open(r->archive, r, NULL, read_block, NULL);
    if (status == ARCHIVE_OK || r->w)
        return 0; /* what is wrong with the content comes up again with its first entry */
    return err_set(e, ERR_IO, "cannot open %s: %s", path, archive_error_string(r->archive));
}

void archive_reader_close(struct archive_reader *r)
{
    if (!r) return;
    archive_read_free(r->archive);
    if (r->locale) freelocale(r->locale);
    free(r);
}

/* ------------------------------------------------------------------ entries */

static uint64_t raw_bytes(const struct archive_reader *r)
{
    return r->w ? in_raw_bytes(r->w->in) : r->size_bytes;
}

static const char *reason(const struct archive_reader *r)
{
    const char *why = archive_error_string(r->archive);
    return why ? why : "libarchive cannot read it";
}

/* The archive cannot be read further. */
static int give_up(struct archive_reader *r, struct ledger *led, const char *why, struct err *e)
{
    r->ended = true;
    if (r->io_failed) {
        *e = r->err;
        return -ERR_IO;
    }
    bool cut = r->w && r->w->truncated;
    if (cut) ledger_truncate(led, r->w->truncation);
    if (!r->broken) ledger_damage(led, r->file, raw_bytes(r), 0, "%s", cut ? r->w->truncation : why);
    return 0;
}

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

static const char *entry_path(struct archive_entry *entry)
{
    const char *path = archive_entry_pathname_utf8(entry);
    if (!path) path = archive_entry_pathname(entry);
    if (!path) path = "";
    while (path[0] == '.' && path[1] == '/') path += 2;
    return path;
}

/* A zip holds local time of nobody knows where: what it says would depend on this machine's time zone. */
static int64_t entry_mtime(const struct archive_reader *r, struct archive_entry *entry)
{
    bool zip = (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
    return archive_entry_mtime_is_set(entry) && !zip ? archive_entry_mtime(entry) : INT64_MIN;
}

enum content { CONTENT_WHOLE, CONTENT_TOO_LARGE, CONTENT_BAD };

static enum content read_content(struct archive_reader *r, struct buf *into, size_t *bytes)
{
    size_t start = into->n, most = (size_t)r->max_record;
    for (;;) {
        size_t have = into->n - start, want = most + 1 - have < BLOCK_BYTES ? most + 1 - have : BLOCK_BYTES;
        if (want == 0) return CONTENT_TOO_LARGE;
        if (buf_reserve(into, want) < 0) return CONTENT_WHOLE;
        la_ssize_t n = archive_read_data(r->archive, into->p + into->n, want);
        if (n < 0) return CONTENT_BAD;
        *bytes = into->n - start;
        if (n == 0) return CONTENT_WHOLE;
        into->n += (size_t)n;
        r->out_bytes += (uint64_t)n;
    }
}

static bool is_bomb(const struct archive_reader *r)
{
    return r->out_bytes > ARCHIVE_RATIO_FROM && r->out_bytes / ARCHIVE_RATIO > raw_bytes(r);
}

/* 1: given; 0: passed over, counted. */
static int take_entry(struct archive_reader *r, struct archive_entry *entry, struct buf *into,
                      struct piece *piece, struct ledger *led, struct err *e)
{
    const char *path = entry_path(entry), *kind = skipped_kind(entry);
    size_t start = into->n, path_bytes = strlen(path);
    uint64_t index = r->index++;
    r->broken = false;
    bool too_large = archive_entry_size_is_set(entry) && (uint64_t)archive_entry_size(entry) > r->max_record;
    if (kind) {
        led->in++;
        ledger_skip(led, kind, 0);
        return 0;
    }
    *piece = (struct piece){.kind = PIECE_ENTRY,
                            .file = r->file,
                            .head = start,
                            .head_bytes = path_bytes,
                            .body = start + path_bytes,
                            .index = index,
                            .mtime = entry_mtime(r, entry)};
    buf_put(into, path, path_bytes);
    bool empty = archive_entry_size_is_set(entry) && archive_entry_size(entry) == 0;
    enum content content = too_large ? CONTENT_TOO_LARGE : CONTENT_WHOLE;
    if (!too_large && !empty) content = read_content(r, into, &piece->body_bytes);
    if (into->failed) return err_nomem(e, "reading an archive");
    if (content == CONTENT_WHOLE) return 1;
    size_t lost = into->n - start - path_bytes;
    into->n = start;
    if (content == CONTENT_BAD && (r->w && (r->w->truncated || r->io_failed)))
        return give_up(r, led, reason(r), e);
    r->broken = content == CONTENT_BAD;
    ledger_damage(led, r->file, index, lost, "entry %" PRIu64 " (%.200s): %s", index, path,
                  content == CONTENT_BAD ? reason(r) : "larger than --max-record");
    return 0;
}

static int next_entry(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    int got = 0;
    while (got == 0 && !r->ended) {
        struct archive_entry *entry;
        if (is_bomb(r)) return give_up(r, led, "it expands to more than 400 times its size: given up", e);
        if (r->index >= ARCHIVE_ENTRIES)
            return give_up(r, led, "it has more than 50 million entries: given up", e);
        int status = archive_read_next_header(r->archive, &entry);
        if (status == ARCHIVE_EOF) {
            r->ended = true;
            if (r->w && r->w->truncated) ledger_truncate(led, r->w->truncation);
        } else if (status == ARCHIVE_RETRY) {
            ledger_damage(led, r->file, r->index++, 0, "%s", reason(r));
        } else if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            return give_up(r, led, reason(r), e);
        } else {
            got = take_entry(r, entry, into, piece, led, e);
        }
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
