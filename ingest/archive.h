/* archive.h: the files of an archive (tar, zip, 7z, cpio; any codec), read by libarchive. Nothing is ever written to disk,
 * no entry's path is ever opened.
 *
 * Bounds: an entry of more than max_record bytes is damaged and passed over. An archive that expands to more than
 * ARCHIVE_RATIO times its size (looked at from ARCHIVE_RATIO_FROM bytes on), or has more than ARCHIVE_ENTRIES entries, is
 * given up there, as damaged. */
#ifndef LEAT_INGEST_ARCHIVE_H
#define LEAT_INGEST_ARCHIVE_H

#include "common/ledger.h"
#include "ingest/piece.h"
#include "ingest/window.h"

#define ARCHIVE_RATIO 400
#define ARCHIVE_RATIO_FROM ((uint64_t)256 << 20)
#define ARCHIVE_ENTRIES 50000000

struct archive_reader;

/* Reads from the window; a plain regular file of a format whose index lies at its end is opened by its path (NULL: it has
 * none) instead. `name` is for messages, and lives as long. -ERR_IO: out of memory or the file cannot be opened. */
int archive_reader_open(struct archive_reader **r, struct window *w, const char *name, const char *path,
                        uint64_t max_record, struct err *e);
void archive_reader_close(struct archive_reader *r); /* NULL is allowed */

/* Appends the next regular file's path and content to *into: 1. 0: the end. Entries that are no regular files are
 * skipped ("directory", "link", "special"); damage and truncation go into *led. < 0: an I/O error. */
int archive_reader_next(struct archive_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                        struct err *e);

/* Whether content (its first n bytes, up to 512 are looked at) is an archive. */
bool archive_recognise(const char *p, size_t n);

#endif
