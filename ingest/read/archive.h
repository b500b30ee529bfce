/* archive.h: the files of an archive (tar, zip, 7z, cpio; any codec), read by libarchive. Nothing is ever written to disk,
 * no entry's path is ever opened.
 *
 * Bounds: an entry of more than max_record bytes is damaged and passed over. An input that expands, with all that is packed
 * inside it, to more than ARCHIVE_RATIO times its size (looked at from ARCHIVE_RATIO_FROM bytes on), or has more than
 * ARCHIVE_ENTRIES entries, is given up there, as damaged. */
#ifndef LEAT_INGEST_ARCHIVE_H
#define LEAT_INGEST_ARCHIVE_H

#include "common/ledger.h"
#include "ingest/read/piece.h"
#include "ingest/read/window.h"

#define ARCHIVE_RATIO 400
#define ARCHIVE_RATIO_FROM ((uint64_t)256 << 20)
#define ARCHIVE_ENTRIES 50000000

/* What one input, with the archives inside it, has cost so far. */
struct archive_budget {
    uint64_t raw_bytes, out_bytes, entries;
};
/* NULL, or why the input is to be given up. */
const char *archive_budget_spent(const struct archive_budget *b);

struct archive_reader;

/* Where an archive's bytes are. Formats whose index lies at the end are read by path or from memory if they can be. */
struct archive_origin {
    struct window *w;
    const char *path;    /* of a regular file that holds the same; NULL: none */
    struct slice memory; /* the same, whole; n = 0: not in memory */
    bool nested;         /* an archive inside another: its bytes have been counted as they came */
};

/* `name` is for messages, and lives as long. -ERR_IO: out of memory or the file cannot be opened. */
int archive_reader_open(struct archive_reader **r, const struct archive_origin *from, const char *name,
                        uint64_t max_record, struct archive_budget *budget, struct err *e);
void archive_reader_close(struct archive_reader *r); /* NULL is allowed */

/* Goes to the next regular file and appends its path (clean: path.h) and its first bytes (ARCHIVE_FIRST, or all) to
 * *into: 1. 0: the end. Entries that are no regular files are skipped ("directory", "link", "special"); damage and
 * truncation go into *led. < 0: an I/O error. */
#define ARCHIVE_FIRST ((size_t)4096)
int archive_reader_next(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e);

/* Appends the rest of the file that archive_reader_next found: 1; 0: it is damaged and was counted as that, and what was
 * appended since archive_reader_next began is taken back; < 0: an I/O error. */
int archive_reader_rest(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e);

/* Or piece by piece: > 0 bytes, 0 the end, -1 it is damaged (archive_reader_reason says how). */
ssize_t archive_reader_read(struct archive_reader *r, void *dst, size_t cap);
const char *archive_reader_reason(const struct archive_reader *r);
/* Counts that file as damaged. *piece is what archive_reader_next gave, `path` its path. */
void archive_reader_damage(struct archive_reader *r, const struct piece *piece, struct slice path,
                           const char *why, uint64_t lost, struct ledger *led);

/* Whether content (its first n bytes, up to 512 are looked at) is an archive; whether its index lies at its end. */
bool archive_recognise(const char *p, size_t n);
bool archive_is_indexed(const char *p, size_t n);

#endif
