/* inputs.h: the records of all inputs, one after another, whatever their formats. */
#ifndef LEAT_INGEST_INPUTS_H
#define LEAT_INGEST_INPUTS_H

#include "ingest/read/arc.h"
#include "ingest/read/dump.h"
#include "ingest/read/linereader.h"
#include "ingest/read/nested.h"
#include "ingest/read/parts.h"
#include "ingest/read/split.h"
#include "ingest/read/warc.h"

/* In the order of INGEST_FORMATS. */
enum format {
    FORMAT_AUTO,
    FORMAT_WARC,
    FORMAT_WET,
    FORMAT_ARC,
    FORMAT_ARCHIVE,
    FORMAT_JSONL,
    FORMAT_TEXT,
    FORMAT_HTML,
    FORMAT_EPUB,
    FORMAT_LATEX,
    FORMAT_JATS,
    FORMAT_TEI,
    FORMAT_MEDIAWIKI,
    FORMAT_STACKEXCHANGE,
    FORMAT_PARTS /* a text that is split: not to be asked for */
};
#define INGEST_FORMATS "auto|warc|wet|arc|archive|jsonl|text|html|epub|latex|jats|tei|mediawiki|stackexchange"

/* What is being read: an input, or above it an entry of an archive. */
struct level {
    struct window window;
    enum format format; /* AUTO: there is nothing to read */
    bool is_entry;      /* the entry below as it is; not something packed in it */
    const char *name;   /* for messages; valid while the level is open */
    struct warc_reader warc;
    struct line_reader lines;
    struct parts_reader parts;
    struct archive_reader *archive;
    struct dump_reader dump;
    struct nested nested; /* where the bytes come from; not of the lowest */
};

#define INPUT_LEVELS 3 /* a file; an archive or packed file in it; the parts of a text there */

struct inputs_options {
    enum format asked;   /* AUTO: by each input's first bytes */
    bool raw;            /* pages are texts */
    struct parts *parts; /* texts are split by it; NULL: they are not. Borrowed */
    uint64_t max_record; /* bytes */
    int threads;         /* for decompressing; 0: one */
};

struct inputs {
    char *const *paths; /* n_paths == 0: standard input */
    size_t n_paths, next_path;
    struct inputs_options options;
    struct split *split; /* NULL: every input is read serially */
    uint64_t *twins;     /* of each path: how many before it have its base name */

    struct wiki_site *sites; /* of all dumps: pieces refer to them */
    struct level levels[INPUT_LEVELS];
    size_t n_levels;                          /* 0: no input is open */
    struct archive_budget budget;             /* of the current input */
    uint64_t done_raw_bytes, total_raw_bytes; /* total 0: unknown */
};

/* -ERR_IO: out of memory. The struct must not be moved between inputs_next calls. */
int inputs_init(struct inputs *in, char *const *paths, size_t n_paths, const struct inputs_options *options,
                struct err *e);
void inputs_free(struct inputs *in); /* a zeroed one is allowed */

/* Appends the next record to *into and describes it: 1; 0: the end of all inputs; < 0: an I/O error, *e names the file.
 * What is damaged or skipped on the way is counted in *led. */
int inputs_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led, struct err *e);

/* Lets in->split take over the current input, if that is of use, and possible where the reader stands: 1; 0: not; < 0: an
 * I/O error. Until inputs_resume, inputs_next is not called. */
int inputs_split(struct inputs *in, struct err *e);
/* Back to inputs_next, behind what the split has proven. Nothing is in flight. */
int inputs_resume(struct inputs *in, struct err *e);

uint64_t inputs_raw_bytes(const struct inputs *in); /* read so far, for progress */

#endif
