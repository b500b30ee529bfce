/* inputs.h: the records of all inputs, one after another, whatever their formats. */
#ifndef LEAT_INGEST_INPUTS_H
#define LEAT_INGEST_INPUTS_H

#include "ingest/archive.h"
#include "ingest/linereader.h"
#include "ingest/warc.h"

/* In the order of INGEST_FORMATS. */
enum format { FORMAT_AUTO, FORMAT_WARC, FORMAT_ARCHIVE, FORMAT_JSONL, FORMAT_TEXT, FORMAT_HTML };
#define INGEST_FORMATS "auto|warc|archive|jsonl|text|html"

struct inputs {
    char *const *paths; /* n_paths == 0: standard input */
    size_t n_paths, next_path;
    enum format asked;   /* AUTO: by each input's first bytes */
    bool raw;            /* pages are texts */
    uint64_t max_record; /* bytes */

    struct window window; /* of the current input */
    enum format format;   /* of the current input; AUTO: none is open */
    struct warc_reader warc;
    struct line_reader lines;
    struct archive_reader *archive;
    uint64_t done_raw_bytes, total_raw_bytes; /* total 0: unknown */
};

void inputs_init(struct inputs *in, char *const *paths, size_t n_paths, enum format asked, bool raw,
                 uint64_t max_record);
void inputs_free(struct inputs *in);

/* Appends the next record to *into and describes it: 1; 0: the end of all inputs; < 0: an I/O error, *e names the file.
 * What is damaged or skipped on the way is counted in *led. */
int inputs_next(struct inputs *in, struct buf *into, struct piece *piece, struct ledger *led, struct err *e);

uint64_t inputs_raw_bytes(const struct inputs *in); /* read so far, for progress */

#endif
