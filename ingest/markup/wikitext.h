/* wikitext.h: MediaWiki's markup to text.
 *
 * What a reader of the article sees, without tables, pictures, notes and boxes: paragraphs, headings of sections that have
 * content, list items ("- "), quotations, code, formulas (TeX between dollar signs). Templates are not on the page, so they
 * are dropped, but those whose text is an argument (wikitemplates.h).
 *
 * Any input is accepted. Time is linear: markup nested deeper than WIKITEXT_DEPTH is only counted; what is never closed
 * loses its marks and keeps its text. Memory: a few times the input. */
#ifndef LEAT_INGEST_WIKITEXT_H
#define LEAT_INGEST_WIKITEXT_H

#include "common/err.h"
#include "ingest/html/tags.h"
#include "ingest/read/wikisite.h"

#define WIKITEXT_DEPTH 64
#define WIKITEXT_CATEGORIES 1000 /* more are dropped */

struct wikitext {           /* one per thread */
    bool markdown;          /* set by the caller: the text becomes Markdown, and keeps tables */
    struct buf a, b;        /* between the passes */
    struct buf line, word;  /* of one line or template */
    struct buf tables;      /* struct wiki_table */
    struct buf table, cell; /* in Markdown */
    struct buf categories;  /* names, each with a newline behind it */
    struct names tags;      /* of HTML */
    bool special[256];      /* bytes that the first pass looks at */
};

void wikitext_init(struct wikitext *w);
void wikitext_free(struct wikitext *w);

/* Appends the text of an article (valid UTF-8) to *out, and leaves the names of its categories in w->categories. site may be
 * NULL. -ERR_IO: out of memory. */
int wikitext_read(struct wikitext *w, struct slice source, struct slice title, const struct wiki_site *site,
                  struct buf *out, struct err *e);

#endif
