/* epub.h: a book's chapters and what its package document says of it (EPUB 2 and 3, Open Packaging Format).
 *
 * Only the files that matter are unpacked: at most EPUB_FILES, of max_bytes in all. XML is read by expat; entities are never
 * expanded: a document that declares one is taken for broken. */
#ifndef LEAT_INGEST_EPUB_H
#define LEAT_INGEST_EPUB_H

#include "common/buf.h"
#include "common/err.h"

#define EPUB_FILES 100000

struct epub_file {
    struct slice path;
    size_t at, n;  /* in `bytes` */
    bool left_out; /* table of contents, navigation, cover */
};

struct epub {
    struct arena arena;
    struct buf bytes;        /* of all files */
    struct epub_file *files; /* sorted by path */
    size_t n_files, cap_files;
    size_t *chapters; /* indexes into files, in reading order */
    size_t n_chapters;
    struct buf title, creator, language, date,
        rights;         /* of the first element of each, creators with "; " between */
    bool in_name_order; /* the package document did not tell an order */
    bool encrypted;     /* META-INF/encryption.xml is there: perhaps of fonts only */
};

void epub_init(struct epub *b);
void epub_free(struct epub *b); /* leaves it as epub_init does */

enum epub_status { EPUB_READ = 0, EPUB_TOO_LARGE = 1, EPUB_BROKEN = 2 };

/* Reads a book into *b, which is as epub_init left it. BROKEN: *why says how; it is valid until the next call. < 0: out of memory. */
int epub_read(struct epub *b, struct slice zip, size_t max_bytes, char why[256], struct err *e);

static inline struct slice epub_chapter(const struct epub *b, size_t i)
{
    const struct epub_file *f = &b->files[b->chapters[i]];
    return slice_of(b->bytes.p + f->at, f->n);
}

/* Whether content begins as an EPUB must: a zip whose first file is "mimetype". */
bool epub_recognise(struct slice first);

#endif
