/* layout.h: a page's marked text laid out for readers: as text, or, when the page was read with notes, as Markdown. */
#ifndef LEAT_INGEST_LAYOUT_H
#define LEAT_INGEST_LAYOUT_H

#include "ingest/html/markdown.h"
#include "ingest/html/page.h"

struct layout {
    struct buf *out;
    size_t begin; /* of this text in out */
    int lines;    /* line ends due before the next word: 0, 1, 2 */
    int breaks;   /* <br> since the last word */
    bool item, cell;
    uint32_t columns;        /* of the open table of data; 0: none */
    bool in_row;             /* …and in a row of it */
    bool soft;               /* a line that is not ended there */
    size_t note;             /* the next one */
    bool seam;               /* something was left out here */
    const struct page *page; /* it was read with notes: the text becomes Markdown */
    struct markdown markdown;
};

/* layout_init, then any number of ranges from front to back, a seam between two where text was left out, layout_end.
 * Out of memory: out->failed. */
void layout_init(struct layout *l, struct buf *out);
void layout_range(struct layout *l, const struct page *p, size_t start,
                  size_t end); /* offsets into p->text */
void layout_marks(struct layout *l, const struct page *p, size_t start,
                  size_t end); /* without the words between */
void layout_seam(struct layout *l);
void layout_end(struct layout *l);

#endif
