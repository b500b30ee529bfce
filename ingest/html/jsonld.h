/* jsonld.h: the dates and authors that JSON-LD in a page states (schema.org), and of what. */
#ifndef LEAT_INGEST_JSONLD_H
#define LEAT_INGEST_JSONLD_H

#include "common/buf.h"

enum jsonld_kind {
    JSONLD_OTHER,  /* products, comments, answers, videos…: says nothing of the page */
    JSONLD_PAGE,   /* WebPage and its kinds */
    JSONLD_ARTICLE /* Article, BlogPosting, NewsArticle, DiscussionForumPosting, Question, Recipe… */
};

#define JSONLD_AUTHORS 8 /* of one object; more are passed over */

/* What an object states of itself, strings as written, escapes and all; n = 0: it does not. */
struct jsonld_object {
    enum jsonld_kind kind;
    struct slice published; /* datePublished; of articles dateCreated stands in for it */
    struct slice modified;  /* dateModified */
    struct slice authors[JSONLD_AUTHORS];
    size_t n_authors;
};

/* Called for each object that states one of these, innermost first. */
typedef void (*jsonld_sink)(void *ctx, const struct jsonld_object *object);

void jsonld_scan(struct slice text, jsonld_sink sink, void *ctx);

#endif
