/* flow.h: text laid out while it is written: words, lines, paragraphs, items, cells.
 *
 * For converters that know the structure while they read (LaTeX, XML). What is asked for between two words is gathered, and
 * the strongest of it is written in front of the next word; so asking twice says no more than once. */
#ifndef LEAT_INGEST_FLOW_H
#define LEAT_INGEST_FLOW_H

#include "common/buf.h"

struct flow {
    struct buf *out; /* borrowed; `failed` says that memory ran out */
    size_t begin;    /* of this flow's text in out */
    int lines;       /* line ends due before the next word: 0, 1, 2 */
    bool space, cell;
    int heading;   /* Markdown: the level of the heading that the next word begins; 0: none */
    bool markdown; /* headings and code are marked */
    bool labelled; /* an item's label has just been written: its first paragraph stays beside it */
};

void flow_init(struct flow *f, struct buf *out);
void flow_words(struct flow *f, const char *p,
                size_t n); /* white space collapsed; UTF-8, may come in pieces */
void flow_puts(struct flow *f, const char *z);
void flow_line(struct flow *f);
void flow_paragraph(struct flow *f);
void flow_cell(struct flow *f);                    /* " | " before the next word of the line */
void flow_item(struct flow *f, const char *label); /* a new line that begins with label and a space */
/* As it stands, on lines of its own; white space at its end and empty lines at its beginning are left out. lines: line
 * ends due before and after. */
void flow_block(struct flow *f, struct slice s, int lines);
/* Notes that were written to a buffer of their own become a paragraph, and their buffer is emptied. */
void flow_notes(struct flow *f, struct flow *notes);
/* A paragraph of its own that is a heading of level 1 to 6; what ends it is the caller's. */
void flow_heading(struct flow *f, int level);
/* As flow_block; in Markdown between fences. */
void flow_code(struct flow *f, struct slice s);
void flow_end(struct flow *f); /* white space at the end is taken away */

#endif
