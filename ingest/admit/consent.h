/* consent.h: what a page's owner says about its use: to robots, and for text and data mining.
 *
 * Read are X-Robots-Tag and the robots metas (RFC-less: developers.google.com/search/docs/crawling-indexing/robots-meta-tag; noai and
 * noimageai: DeviantArt's), TDMRep's tdm-reservation and tdm-policy (W3C Community Group report), Cloudflare's Content-Signal and the
 * IETF aipref draft's Content-Usage, where they stand in a response's header. A site's robots.txt is another record: it is not looked at.
 *
 * Tokens are in lower case:
 *   noindex, noai…           said to all robots; "none" becomes noindex and nofollow
 *   googlebot:noindex        said to one
 *   max-snippet:-1           with its value; of unavailable_after only the name
 *   content-signal-ai-train=no, content-usage-train-ai=n */
#ifndef LEAT_INGEST_CONSENT_H
#define LEAT_INGEST_CONSENT_H

#include "common/err.h"
#include "ingest/read/fields.h"

#define CONSENT_TOKENS 64      /* more are passed over */
#define CONSENT_TOKEN_BYTES 56 /* with a NUL; longer ones are passed over */

struct consent {
    char token[CONSENT_TOKENS][CONSENT_TOKEN_BYTES]; /* sorted, each once */
    size_t n;
    int tdm_reservation;     /* -1: nothing said; 0 or 1 */
    struct slice tdm_policy; /* borrowed from header or page; n = 0: none */
};

void consent_clear(struct consent *c);

/* The value of an X-Robots-Tag field. */
void consent_add_robots(struct consent *c, struct slice value);
/* The value of tdm-reservation, of a header or a meta: 1 stays when several speak. */
void consent_add_tdm(struct consent *c, struct slice value);
/* What a page's metas say, with commas between: directives, "AGENT:directive", "tdm-reservation:1", "tdm-policy:URL" (borrowed; its
 * commas are %2C). */
void consent_add_page(struct consent *c, struct slice items);
/* All that a response's header says. */
void consent_add_header(struct consent *c, const struct fields *header);

/* The tokens as a JSON array. */
int consent_put_json(const struct consent *c, struct buf *out);

/* ------------------------------------------------------------------ what is respected */

#define RESPECTED_MAX 64

struct respected {
    char kind[RESPECTED_MAX][CONSENT_TOKEN_BYTES + 8]; /* "robots:TOKEN", as it is counted */
    size_t n;
};

/* lists: tokens as above with commas between; "tdm": tdm-reservation is 1; "ai": tdm, noai, content-signal-ai-train=no and
 * content-usage-train-ai=n. 0, or -ERR_USAGE for one that no page says. */
int respected_parse(struct respected *r, const char *const *lists, size_t n, struct err *e);

/* The kind under which a page that says `c` is skipped: the first of the list that it says; NULL: none. */
const char *respected_find(const struct respected *r, const struct consent *c);

#endif
