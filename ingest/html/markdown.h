/* markdown.h: a page's marked text and notes laid out as Markdown.
 *
 * "#" headings, "-" and "1." lists, ">" quotes, tables with bars, fenced code with its language, `code`, "---". Not: emphasis,
 * links, images (their texts are there); characters that Markdown would read otherwise are not escaped, except '|' in tables. */
#ifndef LEAT_INGEST_MARKDOWN_H
#define LEAT_INGEST_MARKDOWN_H

#include "common/buf.h"

#define MARKDOWN_LEVELS 8 /* of lists and quotes; what lies deeper is indented no further */

struct markdown_level {
    bool quote;
    bool pending; /* an item has begun, its mark is not written */
    bool in_item;
    uint32_t number; /* of the next item, or NOTE_BULLETS */
    uint8_t width;   /* of the item's mark */
};

struct page;
struct markdown {
    struct buf *out;
    size_t begin; /* of this text in out */
    size_t note;  /* the next one */
    struct markdown_level level[MARKDOWN_LEVELS];
    uint32_t depth;       /* open lists and quotes; may pass MARKDOWN_LEVELS */
    uint32_t base;        /* those around the whole text: not shown */
    uint32_t least;       /* of depth since the last word */
    uint64_t indent_left; /* bytes that may still go into the beginnings of lines */
    int lines, breaks;    /* as in struct layout */
    bool started, loose_item, space, rule, seam;
    uint32_t heading; /* the open one's level */
    bool heading_begun;
    uint32_t pre;               /* the open one's note's index + 1 */
    bool fence;                 /* …and its fence is written */
    uint32_t code_lines;        /* line ends due before more code */
    uint32_t ticks, ticks_open; /* of code inside a line: due, written */
    uint32_t columns, rows;     /* of the open table of data; rows: written */
    uint32_t cells, cells_put;  /* of its row */
};

void markdown_init(struct markdown *m, struct buf *out);

/* As layout.h's; to be used for pages that were read with notes. */
void markdown_range(struct markdown *m, const struct page *p, size_t start, size_t end);
void markdown_seam(struct markdown *m);
void markdown_end(struct markdown *m, const struct page *p);

#endif
