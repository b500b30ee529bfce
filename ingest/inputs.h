/* inputs.h: the records of all inputs, one after another, whatever their formats. */
#ifndef LEAT_INGEST_INPUTS_H
#define LEAT_INGEST_INPUTS_H

#include "ingest/arc.h"
#include "ingest/archive.h"
#include "ingest/dump.h"
#include "ingest/linereader.h"
#include "ingest/split.h"
#include "ingest/warc.h"

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
    FORMAT_LATEX,
    FORMAT_JATS,
    FORMAT_TEI,
    FORMAT_MEDIAWIKI,
    FORMAT_STACKEXCHANGE
};
#define INGEST_FORMATS "auto|warc|wet|arc|archive|jsonl|text|html|latex|jats|tei|mediawiki|stackexchange"

struct inputs {
    char *const *paths; /* n_paths == 0: standard input */
    size_t n_paths, next_path;
    enum format asked;   /* AUTO: by each input's first bytes */
    uint64_t max_record; /* bytes */
    int threads;         /* for decompressing; 0: one */

    struct window window; /* of the current input */
    enum format format;   /* of the current input; AUTO: none is open */
    struct warc_reader warc;
    struct line_reader lines;
    struct archive_reader *archive;
    struct split *split; /* NULL: every input is read serially */
    struct dump_reader dump;
    struct wiki_site *sites;                  /* of all dumps: pieces refer to them */
    uint64_t done_raw_bytes, total_raw_bytes; /* total 0: unknown */
};

void inputs_init(struct inputs *in, char *const *paths, size_t n_paths, enum format asked,
                 uint64_t max_record);
void inputs_free(struct inputs *in);

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
