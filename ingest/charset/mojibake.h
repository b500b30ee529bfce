/* mojibake.h: UTF-8 that was read as windows-1252 and written as UTF-8 once more ("Ã©" for "é"), turned back. */
#ifndef LEAT_INGEST_MOJIBAKE_H
#define LEAT_INGEST_MOJIBAKE_H

#include "common/buf.h"

/* Repairs segments of valid UTF-8, up to three times over; everything else keeps its bytes. *text is unchanged when there is
 * nothing to repair, else it borrows from a or b (scratch; cleared). *repaired gets the bytes of the segments that were turned
 * back (again for each time). 0, or -1: out of memory. */
int mojibake_fix(struct slice *text, struct buf *a, struct buf *b, uint64_t *repaired);

#endif
