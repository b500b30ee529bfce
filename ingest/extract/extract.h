/* extract.h: the text of a page: all that is shown, or its main content. */
#ifndef LEAT_INGEST_EXTRACT_H
#define LEAT_INGEST_EXTRACT_H

#include "ingest/extract/classify.h"

enum extract_mode { EXTRACT_MAIN, EXTRACT_ALL };

struct extractor { /* buffers that are used again: one per thread */
    struct features features;
};

void extractor_init(struct extractor *x);
void extractor_free(struct extractor *x);

/* Appends the text of a page that was read, laid out: a line per block, a blank line between paragraphs, "- " before
 * list items, " | " between the cells of a row. What is not wanted is left out. Nothing is appended when there is
 * no text. *type: the type of the page; NULL where it was not asked (EXTRACT_ALL, or a page with little text).
 * -ERR_IO: out of memory. */
int extract_text(struct extractor *x, const struct page *p, enum extract_mode mode, struct buf *out,
                 const char **type, struct err *e);

#endif
