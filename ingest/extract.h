/* extract.h: the text of a page: all that is shown, or its main content. */
#ifndef LEAT_INGEST_EXTRACT_H
#define LEAT_INGEST_EXTRACT_H

#include "ingest/page.h"

enum extract_mode { EXTRACT_MAIN, EXTRACT_ALL };

/* Appends the text of a page that was read, laid out: a line per block, a blank line between paragraphs, "- " before
 * list items, " | " between the cells of a row. Spans that are not wanted are left out. Nothing is appended when there is
 * no text. -ERR_IO: out of memory. */
int extract_text(const struct page *p, enum extract_mode mode, struct buf *out, struct err *e);

#endif
