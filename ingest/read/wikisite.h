/* wikisite.h: what a MediaWiki dump says about its wiki: the names of its namespaces, the address of its pages. */
#ifndef LEAT_INGEST_WIKISITE_H
#define LEAT_INGEST_WIKISITE_H

#include "common/buf.h"

#define WIKI_NAMESPACES 256 /* more are passed over */
#define WIKI_BASE_BYTES 512

enum wiki_namespace_key { /* MediaWiki's own numbers */
                          WIKI_NS_MEDIA = -2,
                          WIKI_NS_ARTICLES = 0,
                          WIKI_NS_FILE = 6,
                          WIKI_NS_CATEGORY = 14,
                          WIKI_NS_NONE = INT32_MIN /* no namespace has that name */
};

struct wiki_site {
    struct buf names; /* of the namespaces, one behind the other */
    struct wiki_namespace {
        int32_t key;
        uint32_t bytes;
        size_t name; /* offset into names */
    } namespaces[WIKI_NAMESPACES];
    size_t n_namespaces;
    char base[WIKI_BASE_BYTES]; /* what stands before a title in a page's address; "": not known */
    char lang[16];              /* "" : not known */
    struct wiki_site *next;     /* of the owner's list */
};

/* From the text of a dump before its first page (XML: <mediawiki …><siteinfo>…</siteinfo>), whole or not, and maybe empty.
 * NULL: out of memory. */
struct wiki_site *wiki_site_new(struct slice header);
void wiki_site_free(struct wiki_site *s); /* and all behind it; NULL is allowed */

/* The namespace with this name, in any case, with underscores for spaces or not: the wiki's names, then MediaWiki's English
 * ones. site may be NULL. */
int32_t wiki_site_namespace(const struct wiki_site *s, struct slice name);

/* Whether its language is written in variants, so that -{…}- is markup; also when nothing is known of it. */
bool wiki_site_has_variants(const struct wiki_site *s);

/* Appends the address of a page, at most WIKI_BASE_BYTES and three times the title's bytes; nothing when the base is not known. -1: out of memory. */
int wiki_site_put_url(const struct wiki_site *s, struct slice title, struct buf *out);

#endif
