/* archive.c: archives by libarchive, in memory.
 *
 * leat's own stream undoes the common codecs, so that truncation, damage and framed pipes are noticed as everywhere;
 * libarchive undoes the rare ones (compress, lzip, lzma) and takes the archive apart. Programs are never run (its
 * lrzip and grzip filters would), and of its writing half nothing is used.
 *
 * In: a window, a file or memory. Out: entries appended to a batch. State: libarchive's. Memory: one entry. */
#include "ingest/read/archive.h"
#include "common/text.h"
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
    struct window *w; /* NULL: libarchive reads the file or the memory itself */
    size_t given;     /* bytes of the window that libarchive still looks at */
    const char *file;
    struct archive_budget *budget;
    uint64_t max_record, size_bytes, index;
    uint64_t stated_bytes; /* the entry's size as the archive has it */
    bool nested, counts;   /* counts: the entries' bytes are the budget's */
    bool ended, io_failed;
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

static bool is_zip(const char *p, size_t n)
{
    return begins(p, n, "PK\3\4", 4) || begins(p, n, "PK\5\6", 4) || begins(p, n, "PK00PK\3\4", 8);
}

static bool is_7z(const char *p, size_t n)
{
    return begins(p, n, "7z\xbc\xaf\x27\x1c", 6);
}

bool archive_is_indexed(const char *p, size_t n)
{
    return is_zip(p, n) || is_7z(p, n);
}

bool archive_recognise(const char *p, size_t n)
{
    bool rare_codec = begins(p, n, "\x1f\x9d", 2) || begins(p, n, "LZIP", 4) || begins(p, n, "\x5d\0\0", 3);
    bool cpio = begins(p, n, "070707", 6) || begins(p, n, "070701", 6) || begins(p, n, "070702", 6) ||
                begins(p, n, "\xc7\x71", 2) || begins(p, n, "\x71\xc7", 2);
    return rare_codec || cpio || is_zip(p, n) || is_7z(p, n) || is_tar((const uint8_t *)p, n);
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

/* Whether the file at `path` is the archive itself, byte by byte. */
static bool is_plain_file(const struct archive_origin *from)
{
    const struct in *in = from->w->in;
    bool indexed = archive_is_indexed(window_data(from->w), window_ahead(from->w));
    return from->path && indexed && in_codec(in) == CODEC_PLAIN && !in_framed(in) && in_size_bytes(in) > 0;
}

static uint64_t le(const char *p, size_t bytes)
{
    uint64_t v = 0;
    while (bytes--) v = v << 8 | (uint8_t)p[bytes];
    return v;
}

#define ZIP_END "PK\5\6"
#define ZIP_END_BYTES 22
#define ZIP_TAIL_BYTES (ZIP_END_BYTES + 65535) /* with the longest comment */

/* Whether the end of a zip's directory, which says where that lies, is among a file's last bytes, which begin at `at`. One
 * that lies elsewhere is of a zip that is stored in this one. Sizes beyond 32 bits: the remainder is compared. */
static bool has_zip_end(struct slice last, uint64_t at)
{
    for (size_t i = last.n >= ZIP_END_BYTES ? last.n - ZIP_END_BYTES + 1 : 0; i-- > 0;) {
        const char *p = last.p + i;
        if (memcmp(p, ZIP_END, 4) != 0) continue;
        bool zip64 = i >= 20 && memcmp(p - 20, "PK\6\7", 4) == 0;
        uint32_t between = (uint32_t)(at + i - le(p + 12, 4) - le(p + 16, 4));
        if (zip64 || between <= 64) return true;
    }
    return false;
}

static bool is_cut_zip_file(const char *path, uint64_t bytes)
{
    size_t n = bytes < ZIP_TAIL_BYTES ? (size_t)bytes : ZIP_TAIL_BYTES;
    uint64_t at = bytes - n;
    char *tail = malloc(n);
    int fd = tail ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = fd < 0 ? -1 : pread(fd, tail, n, (off_t)at);
    bool cut = got >= 0 && ((size_t)got < n || !has_zip_end(slice_of(tail, n), at));
    if (fd >= 0) close(fd);
    free(tail);
    return cut;
}

/* Whether an indexed archive of so many bytes ends before its index does. look: its first bytes. */
static bool is_cut(const struct archive_origin *from, struct slice look, uint64_t bytes)
{
    struct slice m = from->memory;
    size_t skip = m.n > ZIP_TAIL_BYTES ? m.n - ZIP_TAIL_BYTES : 0;
    if (is_7z(look.p, look.n)) {
        if (look.n < 32 || bytes < 32) return true;
        uint64_t at = le(look.p + 12, 8), n = le(look.p + 20, 8);
        return at > bytes - 32 || n > bytes - 32 - at;
    }
    if (!is_zip(look.p, look.n)) return false;
    return m.n ? !has_zip_end(slice_of(m.p + skip, m.n - skip), skip) : is_cut_zip_file(from->path, bytes);
}

int archive_reader_open(struct archive_reader **out, const struct archive_origin *from, const char *name,
                        uint64_t max_record, struct archive_budget *budget, struct err *e)
{
    bool by_memory = from->memory.n > 0, by_path = !by_memory && is_plain_file(from);
    struct archive_reader *r = calloc(1, sizeof *r);
    *out = r;
    if (!r || !(r->archive = new_archive())) return err_nomem(e, "opening an archive");
    r->w = by_path || by_memory ? NULL : from->w;
    r->file = name;
    r->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    r->max_record = max_record;
    r->budget = budget;
    r->nested = from->nested;
    r->counts = !from->nested || by_memory;
    r->size_bytes = by_memory ? from->memory.n : in_size_bytes(from->w->in);
    struct slice look = by_memory ? from->memory : slice_of(window_data(from->w), window_ahead(from->w));
    r->cut = !r->w && is_cut(from, look, r->size_bytes);
    int status = by_memory ? archive_read_open_memory(r->archive, from->memory.p, from->memory.n)
                 : by_path ? archive_read_open_filename(r->archive, from->path, BLOCK_BYTES)
                           : archive_read_open(r->archive, r, NULL, read_block, NULL);
    if (status == ARCHIVE_OK || !by_path)
        return 0; /* what is wrong with the content comes up again with its first entry */
    return err_set(e, ERR_IO, "cannot open %s: %s", from->path, archive_error_string(r->archive));
}

void archive_reader_close(struct archive_reader *r)
{
    if (!r) return;
    archive_read_free(r->archive);
    if (r->locale) freelocale(r->locale);
    free(r);
}

/* ------------------------------------------------------------------ what goes wrong */

static uint64_t raw_bytes(const struct archive_reader *r)
{
    return r->w ? in_raw_bytes(r->w->in) : r->size_bytes;
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

/* Bytes of the archive that libarchive has passed. */
static uint64_t passed_bytes(const struct archive_reader *r)
{
    la_int64_t n = archive_filter_bytes(r->archive, -1);
    return n > 0 ? (uint64_t)n : 0;
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

/* Whether the end of the directory stands in what is left of a zip that was read from front to back. */
static bool zip_end_follows(struct archive_reader *r)
{
    struct window *w = r->w;
    window_advance(w, (size_t)(passed_bytes(r) - window_position(w)));
    for (r->given = 0;;) {
        size_t n = window_ahead(w);
        if (n && slice_find(slice_of(window_data(w), n), slice_str(ZIP_END))) return true;
        if (w->ended) return false;
        if (n > 3) window_advance(w, n - 3);
        if (window_fill(w, BLOCK_BYTES, &r->err) < 0) return r->io_failed = true;
    }
}

static bool is_tar_format(const struct archive_reader *r)
{
    return (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

/* libarchive takes the end of the file for an archive's end too. A tar's is a block of zeros, which it has passed. */
static int take_end(struct archive_reader *r, struct ledger *led, struct err *e)
{
    bool filtered = archive_filter_count(r->archive) > 1;
    r->ended = true;
    if (is_tar_format(r))
        r->cut |= (uint64_t)archive_filter_bytes(r->archive, 0) == r->place;
    else if (is_zip_format(r) && r->w && !filtered && !r->w->truncated && r->w->n_gaps == 0)
        r->cut |= !zip_end_follows(r);
    if (r->io_failed) return give_up(r, led, "", e);
    if (ends_early(r)) take_early_end(r, false, led);
    return 0;
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

static int next_entry(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    int got = 0;
    while (got == 0 && !r->ended) {
        struct archive_entry *entry;
        const char *spent = archive_budget_spent(r->budget);
        if (spent) return give_up(r, led, spent, e);
        int status = read_header(r, &entry);
        if (status == ARCHIVE_EOF) return take_end(r, led, e);
        if (status == ARCHIVE_RETRY) {
            r->index++;
            ledger_damage(led, r->file, r->offset, 0, "%s", archive_reader_reason(r));
        } else if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            return give_up(r, led, archive_reader_reason(r), e);
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
