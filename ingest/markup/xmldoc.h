/* xmldoc.h: articles and books in XML to text: JATS (PubMed Central, journals) and TEI (editions of books).
 *
 * Kept, in the order of the document: abstracts, paragraphs, headings, lists, rows of tables, captions, verse; formulas as TeX
 * where the document has TeX, else the text of their MathML; notes behind the paragraph they belong to. Left out: reference
 * lists, bare numbers that point to them, labels of figures, page breaks and running heads, what an edition rejects
 * (<sic>, <orig>, <del>, <rdg>). Title, authors, date, DOI, licence and language are gathered apart.
 *
 * Well-formedness is libexpat's; its entities expand to at most a hundred times the document, nothing outside the
 * document is ever opened, names of HTML's characters that a missing DTD would declare are known. Time linear; memory: the output,
 * and XMLDOC_DEPTH elements. */
#ifndef LEAT_INGEST_XMLDOC_H
#define LEAT_INGEST_XMLDOC_H

#include "common/err.h"
#include "ingest/markup/flow.h"

enum xmldoc_dialect { XMLDOC_NONE, XMLDOC_JATS, XMLDOC_TEI };

struct xmldoc_meta { /* text; n = 0: not known */
    struct buf title, author, date, doi, license, language;
};

struct xmldoc { /* one per thread, used again for each document */
    struct xmldoc_meta meta;
    bool markdown; /* set by the caller: headings and code are marked */
    struct xmldoc_run *run;
};

void xmldoc_init(struct xmldoc *x);
void xmldoc_free(struct xmldoc *x);

/* What a document's root element says, from its first bytes. */
enum xmldoc_dialect xmldoc_recognise(struct slice first);
/* The encoding that the XML declaration names, or that zero bytes around its '<' show; n = 0: none. */
struct slice xmldoc_declared_charset(struct slice bytes);

/* Appends the text of a document in UTF-8, whatever its declaration says, to *out and fills x->meta. 0; -ERR_DATA: it is not well-formed,
 * *e says where; -ERR_IO: out of memory. */
int xmldoc_text(struct xmldoc *x, struct slice source, enum xmldoc_dialect dialect, struct buf *out,
                struct err *e);

#endif
