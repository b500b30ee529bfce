/* pageauthor.h: who wrote a page, as the page states it.
 *
 * Names are offered by source; one is chosen when all is seen. Ownership: a pageauthor owns its buffers from init to free. */
#ifndef LEAT_INGEST_PAGEAUTHOR_H
#define LEAT_INGEST_PAGEAUTHOR_H

#include "common/buf.h"

enum pageauthor_source {                  /* the most believed first */
                         AUTHOR_CITATION, /* citation_author: for scholars' indexes */
                         AUTHOR_JSONLD,   /* of an article */
                         AUTHOR_META,     /* <meta name=author> and its like */
                         AUTHOR_SOURCES
};

struct pageauthor {
    struct buf names[AUTHOR_SOURCES]; /* with "; " between */
    bool several;                     /* articles in JSON-LD name different ones: the page is a list */
    struct buf site;                  /* og:site_name */
    struct buf said, name;            /* scratch */
};

void pageauthor_init(struct pageauthor *a);
void pageauthor_free(struct pageauthor *a);
void pageauthor_clear(struct pageauthor *a);
bool pageauthor_failed(const struct pageauthor *a); /* memory ran out */

/* A meta's content, as written: one name more. What is no name (an address, a URL, "admin") is passed over. */
void pageauthor_meta(struct pageauthor *a, enum pageauthor_source source, struct slice content);

/* The authors of one article in JSON-LD: strings of JSON as written, without quotes. */
void pageauthor_jsonld(struct pageauthor *a, const struct slice *names, size_t n);

/* The names with "; " between; n = 0: it is not sure. Borrowed until the next call with a. */
struct slice pageauthor_get(const struct pageauthor *a);

#endif
