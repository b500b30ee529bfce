/* wikitext_internal.h: the three passes that make text of wikitext, and the bytes that they leave each other.
 *
 *   wikitext   -> templates, comments, extension tags and entities are gone (wikitext_strip)
 *              -> links are gone (wikitext_link)
 *              -> tables, lists, headings, quotes and HTML are gone: text (wikitext_lay)
 *
 * Each appends to a buffer (what it reads may not be empty, but for the first); running out of memory shows in its `failed`. */
#ifndef LEAT_INGEST_WIKITEXT_INTERNAL_H
#define LEAT_INGEST_WIKITEXT_INTERNAL_H

#include "ingest/markup/wikitext.h"

enum wiki_mark {
    WIKI_CHAR = 2,  /* the next byte, less 0x80, is an ASCII character that is no markup */
    WIKI_GONE = 3,  /* something was left out here */
    WIKI_BREAK = 4, /* a line ends here */
    WIKI_BLOCK = 5, /* preformatted text begins or ends */
    WIKI_CODE = 6   /* behind WIKI_BLOCK and the language of the text that follows */
};

/* Appends text of which nothing is markup. keep_space: white space too is as it stands. */
void wiki_put_plain(struct buf *out, struct slice text, bool keep_space);

void wikitext_strip(struct wikitext *w, struct slice source, struct slice title, const struct wiki_site *site,
                    struct buf *out);
void wikitext_link(struct wikitext *w, struct slice in, const struct wiki_site *site, struct buf *out);
void wikitext_lay(struct wikitext *w, struct slice in, struct buf *out);

/* A line, or several, without links, as text in w->line, until the next call: quotes, tags and marks are gone. */
struct slice wikitext_render(struct wikitext *w, struct slice line);

/* Appends a table ("{|" to "|}") as one of Markdown; nothing when it has no cells. */
void wikitext_table(struct wikitext *w, struct slice table, struct buf *out);

#endif
