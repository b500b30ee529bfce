/* nested.h: what is packed inside an archive's entry, read as its bytes come out of the archive: nothing is written to disk,
 * and only formats with their index at the end are held in memory whole. */
#ifndef LEAT_INGEST_NESTED_H
#define LEAT_INGEST_NESTED_H

#include "ingest/read/archive.h"

enum nested_kind {
    NESTED_NONE,   /* a file like any other */
    NESTED_STREAM, /* compressed, or records, or an archive, read from front to back */
    NESTED_WHOLE   /* zip, 7z: in memory */
};

/* By the name's ending and the first bytes. A name of an unknown ending is a file even if it is a zip (docx, jar…). raw: only
 * archives and compressed files, no files of records (JSONL, WARC, dumps). */
enum nested_kind nested_kind(struct slice path, struct slice first, bool raw);

/* Whether content begins as a codec's does, one of those that leat undoes. */
bool nested_is_compressed(struct slice first);

/* An entry's bytes as a stream. */
struct nested {
    struct archive_reader *archive;
    struct archive_budget *budget;
    const struct window *window; /* where they go, decompressed: counted */
    struct piece entry;
    struct buf first;    /* what has been read of it, or all */
    size_t given;        /* of `first` */
    uint64_t counted;    /* bytes of the window that the budget knows of */
    const char *stopped; /* why it ended before its end; NULL: it did not */
    struct buf path;     /* of the entry */
    struct buf name;     /* for messages, NUL-terminated: "a.tar!/b.zip" */
};

/* Opens *w on the entry that archive_reader_next gave as *entry, in *into (whose bytes are taken). whole: all of it has been
 * read. *n and *w stay where they are until nested_close. -ERR_IO: out of memory. */
int nested_open(struct nested *n, struct window *w, struct archive_reader *archive,
                struct archive_budget *budget, const struct piece *entry, const struct buf *into, bool whole,
                struct err *e);
void nested_count(struct nested *n); /* tells the budget what the window has taken */
void nested_close(struct nested *n, struct window *w);

#endif
