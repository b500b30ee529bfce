/* admit.h: whether a record may become a document: what its URL is, whether a blocklist has it, what its owner allows.
 *
 * Asked in the order in which things become known, so that what is not wanted costs little: the URL before the body is decoded,
 * the header before that too, the page's own words once it is parsed. Each gives the kind under which the record is skipped, or
 * NULL. */
#ifndef LEAT_INGEST_ADMIT_H
#define LEAT_INGEST_ADMIT_H

#include "common/doc.h"
#include "common/domain.h"
#include "ingest/admit/blocklist.h"
#include "ingest/admit/consent.h"

struct admit_options { /* shared by all threads */
    struct domains *domains;
    struct blocklist *blocked, *allowed; /* NULL: none */
    bool keep_blocked;                   /* they become documents that say so */
    struct respected respected;
};

/* Opens what the options name. On failure nothing is left open. */
struct admit_paths {
    const char *psl; /* NULL: the list built in */
    const char *const *blocked, *const *allowed, *const *respected;
    size_t n_blocked, n_allowed, n_respected;
    bool keep_blocked;
};
int admit_open(struct admit_options *o, const struct admit_paths *paths, struct err *e);
void admit_close(struct admit_options *o);

struct admit { /* one per thread; about the record in work */
    struct url url;
    struct buf normal;
    struct url_normal parts; /* all.n = 0: it has no URL of http or https */
    struct slice domain;
    const char *blocked; /* the category, or NULL */
    struct consent consent;
    struct blocklist_worker search; /* n_limited: of this record */
    struct buf json;
};

void admit_init(struct admit *a);
void admit_free(struct admit *a);

/* Forgets the record before: it has no URL, and nobody has said anything. */
void admit_clear(struct admit *a);

/* url: n = 0: none. *kind: "blocklist:CATEGORY", "not-allowed", or NULL. 0, or -ERR_IO: out of memory. */
int admit_url(struct admit *a, const struct admit_options *o, struct slice url, const char **kind);

/* What a response's header says; what the page says (as consent_add_page has it): "robots:TOKEN", or NULL. */
const char *admit_header(struct admit *a, const struct admit_options *o, const struct fields *header);
const char *admit_page(struct admit *a, const struct admit_options *o, struct slice items);

/* Sets url_normalized, domain, blocklist; robots, tdm_reservation, tdm_policy: what is known. < 0: out of memory. */
int admit_put_url(const struct admit *a, struct doc *doc);
int admit_put_consent(struct admit *a, struct doc *doc);

#endif
