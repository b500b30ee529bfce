/* latex.h: LaTeX to text.
 *
 * Kept: what \begin{document} … \end{document} typesets (of a file without them, all of it), macros of the document
 * expanded, accents and symbols as Unicode, headings and items on lines of their own, captions, rows of tables, footnotes
 * behind their paragraph, verbatim text as it stands. Mathematics stays TeX source between its delimiters, the document's
 * macros expanded, labels left out. Left out: preamble, comments, citations and references, bibliographies, pictures.
 * Of a command that is not known, arguments that look like text are kept (latex.c says which).
 *
 * Time is linear and memory bounded for any input: macros expand to at most eight times the source and a megabyte, groups
 * are followed 1,000 deep, nothing recurses. Files that \input names are not read; they are counted. */
#ifndef LEAT_INGEST_LATEX_LATEX_H
#define LEAT_INGEST_LATEX_LATEX_H

#include "common/err.h"
#include "ingest/markup/flow.h"
#include "ingest/latex/commands.h"
#include "ingest/latex/macros.h"

#define LATEX_GROUPS 1000

struct latex_state { /* what a group's end brings back */
    uint8_t drop;    /* 0; 1: a figure, whose captions are kept; 2: nothing here is text */
    bool tt;         /* typewriter: quotes and hyphens are what they are */
    bool table;      /* '&' and "\\" separate cells and rows */
    enum latex_env list;
    uint32_t items;
    struct flow *flow;
};

struct latex_group {
    struct latex_state outside;
    uint64_t name; /* of an environment: its hash; 0: a brace */
    uint8_t closing;
};

struct latex { /* one per thread, used again for each document */
    struct mouth mouth;
    struct macros macros;
    struct latex_state s;
    struct latex_group groups[LATEX_GROUPS];
    size_t n_groups;
    uint64_t beyond; /* braces opened beyond LATEX_GROUPS */
    struct flow text, note, meta[3];
    struct buf title, author, date; /* text, valid until the next document */
    struct buf notes, scratch, math;
    bool markdown;     /* set by the caller: headings and code are marked */
    uint64_t n_inputs; /* \input, \include: files that are not here */
    const char *end; /* of the document's text in the source: its last \\end{document}; NULL: there is none */
    char short_verb; /* begins and ends verbatim text; 0: none */
    bool preamble, stopped, german, cited;
};

void latex_init(struct latex *l); /* cannot fail */
void latex_free(struct latex *l);

/* Appends the text of a document (valid UTF-8 without control characters) to *out. 0, or -ERR_IO: out of memory. */
int latex_text(struct latex *l, struct slice source, struct buf *out, struct err *e);

#endif
