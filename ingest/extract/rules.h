/* rules.h: the text of a page by rules alone. */
#ifndef LEAT_INGEST_RULES_H
#define LEAT_INGEST_RULES_H

#include "ingest/html/layout.h"

/* Append the text of a page that was read, laid out; nothing when there is none. Out of memory: out->failed. */
void rules_main(const struct page *p,
                struct buf *out);                      /* without furniture, or the one <main> or <article> */
void rules_all(const struct page *p, struct buf *out); /* all that is shown */

#endif
