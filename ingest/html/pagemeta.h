/* pagemeta.h: what the head of a page says about it: title, date, author, canonical URL, wishes of its owner.
 *
 * page.c feeds it with the tags that can say something (IS_META); nothing is decided before all are seen. Ownership: a pagemeta
 * owns its buffers from init to free. */
#ifndef LEAT_INGEST_PAGEMETA_H
#define LEAT_INGEST_PAGEMETA_H

#include "ingest/html/html.h"
#include "ingest/html/pageauthor.h"

enum pagemeta_source {                /* of a date, the most believed first */
                       DATE_META,     /* article:published_time and its like */
                       DATE_ARTICLE,  /* JSON-LD: an article's datePublished */
                       DATE_ITEMPROP, /* microdata: itemprop="datePublished" */
                       DATE_PUBDATE,  /* <time pubdate>, <time itemprop="dateCreated"> */
                       DATE_TIME,     /* <time class="published"> */
                       DATE_PAGE,     /* JSON-LD: a web page's datePublished */
                       DATE_SOURCES
};

struct pagemeta {
    struct buf og_title, og_url, canonical, base; /* as written, references decoded */
    struct buf robots;                            /* as consent_add_page takes it */
    struct {
        uint32_t first; /* YYYYMMDD; 0: none */
        bool several;   /* others followed */
    } dates[DATE_SOURCES];
    struct pageauthor author;
    uint32_t modified; /* the latest date of modification that it states; 0: none */
    bool doubtful;     /* the date of publication is not what readers know the page by */
    struct buf value;  /* scratch */
    bool in_jsonld;    /* the next text is JSON-LD */
};

void pagemeta_init(struct pagemeta *m);
void pagemeta_free(struct pagemeta *m);
void pagemeta_clear(struct pagemeta *m);
bool pagemeta_failed(const struct pagemeta *m); /* memory ran out */

void pagemeta_tag(struct pagemeta *m, const struct html_token *t); /* a start tag with IS_META */
void pagemeta_jsonld(struct pagemeta *m, struct slice text);       /* the text behind it, while in_jsonld */

/* To be called once, behind the last tag, with what the page shows (marks or not). */
void pagemeta_end(struct pagemeta *m, struct slice text);

/* When the page was published, as YYYYMMDD. 0: it does not say, or contradicts itself, or was changed later and shows that
 * date only (or, half a year later, neither): then readers know it by the one as often as by the other. url: the page's (may be
 * empty). latest: YYYYMMDD after which no date can be right, 0: not known. */
uint32_t pagemeta_date(const struct pagemeta *m, struct slice url, uint32_t latest);

/* The canonical URL (link rel=canonical, else og:url), resolved against the page's base and URL, without fragment. Appends it
 * to *out; nothing when there is none on the web. -1: out of memory. */
int pagemeta_canonical(const struct pagemeta *m, struct slice url, struct buf *out);

#endif
