/* jsonld.h: the publication dates that JSON-LD in a page states (schema.org), and of what. */
#ifndef LEAT_INGEST_JSONLD_H
#define LEAT_INGEST_JSONLD_H

#include "common/buf.h"

enum jsonld_kind {
    JSONLD_OTHER,  /* products, comments, answers, videos…: says nothing of the page */
    JSONLD_PAGE,   /* WebPage and its kinds */
    JSONLD_ARTICLE /* Article, BlogPosting, NewsArticle, DiscussionForumPosting, Question, Recipe… */
};

/* Called for each object with a datePublished or dateModified (of articles dateCreated stands in for the first), innermost
 * first. Dates are strings as written, escapes and all; n = 0: it has none. */
typedef void (*jsonld_sink)(void *ctx, enum jsonld_kind kind, struct slice published, struct slice modified);

void jsonld_scan(struct slice text, jsonld_sink sink, void *ctx);

#endif
