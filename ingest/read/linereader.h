/* linereader.h: the lines of JSONL out of a window. (common's lines reads whole inputs by itself; here the input's beginning
 * has been looked at already, to learn what it is.) */
#ifndef LEAT_INGEST_LINEREADER_H
#define LEAT_INGEST_LINEREADER_H

#include "common/ledger.h"
#include "ingest/read/piece.h"
#include "ingest/read/window.h"

struct line_reader {
    struct window *w;
    const char *file;
    uint64_t max_record;
    bool inside; /* damage was passed: what follows is the rest of a line, unless it begins one */
};

void line_reader_start(struct line_reader *r, struct window *w, const char *file, uint64_t max_record);

/* Appends the next line that is not blank, without its newline, to *into: 1; 0: the end; < 0: an I/O error. Lines that
 * are too long or cut by damage are counted in *led; so is the last one of a truncated input. */
int line_reader_next(struct line_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                     struct err *e);

#endif
