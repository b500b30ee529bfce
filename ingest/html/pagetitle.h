/* pagetitle.h: the title of a page, of what its <title>, its first heading and og:title say. */
#ifndef LEAT_INGEST_PAGETITLE_H
#define LEAT_INGEST_PAGETITLE_H

#include "common/buf.h"

#define PAGETITLE_MAX 4096 /* bytes of a title that are kept */

/* *title holds the text of <title>. Behind the text of the heading in it, a separator and more is the site's name, and is cut.
 * Where it is empty it becomes og_title, else the heading. The heading may hold page.h's marks. -1: out of memory. */
int pagetitle_settle(struct buf *title, struct slice heading, struct slice og_title);

/* The greatest n <= limit < text.n at which valid UTF-8 can be cut between two characters. */
size_t pagetitle_cut(struct slice text, size_t limit);

#endif
