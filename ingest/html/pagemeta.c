/* pagemeta.c: gathers what <meta>, <link>, <base>, <time> and JSON-LD say, and chooses among it.
 *
 * Dates: modification dates say nothing of publication, and what pages show beside teasers and comments is not theirs; so
 * only marks that mean publication are read, and one that is there several times with different dates counts for less.
 * In: start tags, script texts. Out: struct pagemeta. State: that. Memory: VALUE_MAX for each value, ROBOTS_MAX for robots.
 * Sources: ogp.me, schema.org, Dublin Core, HTML Standard (4.2.5, 4.5.14), TDMRep (W3C CG report, 2024). */
#include "ingest/html/pagemeta.h"
#include "common/err.h"
#include "common/text.h"
#include "common/url.h"
#include "ingest/html/entities.h"
#include "ingest/html/jsonld.h"
#include "ingest/html/pagedate.h"

#define VALUE_MAX 4096
#define ROBOTS_MAX 1024
#define UPDATED_DAYS 183 /* a change after so long makes another page of it */

void pagemeta_init(struct pagemeta *m)
{
    memset(m, 0, sizeof *m);
    struct buf *all[] = {&m->og_title, &m->og_url, &m->canonical, &m->base, &m->robots, &m->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_init(all[i], BUF_NO_MAX);
    pageauthor_init(&m->author);
}

void pagemeta_free(struct pagemeta *m)
{
    struct buf *all[] = {&m->og_title, &m->og_url, &m->canonical, &m->base, &m->robots, &m->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_free(all[i]);
    pageauthor_free(&m->author);
}

void pagemeta_clear(struct pagemeta *m)
{
    struct buf *all[] = {&m->og_title, &m->og_url, &m->canonical, &m->base, &m->robots, &m->value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_clear(all[i]);
    pageauthor_clear(&m->author);
    memset(m->dates, 0, sizeof m->dates);
    m->modified = 0;
    m->doubtful = false;
    m->in_jsonld = false;
}

bool pagemeta_failed(const struct pagemeta *m)
{
    return m->og_title.failed || m->og_url.failed || m->canonical.failed || m->base.failed ||
           m->robots.failed || m->value.failed || pageauthor_failed(&m->author);
}

static bool is_one_of(struct slice s, const char *const *names)
{
    for (; *names; names++)
        if (slice_eq_nocase(s, *names)) return true;
    return false;
}

/* Whether a list of words separated by white space has this one. */
static bool has_word(struct slice list, const char *word)
{
    while (list.n) {
        size_t n = 0;
        while (n < list.n && (unsigned char)list.p[n] > ' ') n++;
        if (slice_eq_nocase(slice_of(list.p, n), word)) return true;
        while (n < list.n && (unsigned char)list.p[n] <= ' ') n++;
        list = slice_of(list.p + n, list.n - n);
    }
    return false;
}

static struct slice attr_of(const struct html_token *t, enum attr attr)
{
    const struct html_attr *a = html_attr(t, attr);
    return a ? a->value : slice_str("");
}

/* Appends a value with its references decoded, white space collapsed, controls removed; values that are too long are
 * not taken. */
static void put_value(struct pagemeta *m, struct buf *b, struct slice raw)
{
    if (raw.n > VALUE_MAX) return;
    buf_clear(&m->value);
    entities_put(&m->value, raw, true);
    struct slice s = slice_trim(buf_slice(&m->value));
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool c1 = c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0;
        if (c > ' ' && c != 0x7f && !c1)
            buf_putc(b, s.p[i]);
        else if (c1)
            i++;
        else if ((c == ' ' || c == '\t' || c == '\n' || c == '\r') && b->n && b->p[b->n - 1] != ' ')
            buf_putc(b, ' ');
    }
}

/* ------------------------------------------------------------------ dates */

static void offer_date(struct pagemeta *m, enum pagemeta_source source, struct slice text)
{
    uint32_t date = pagedate_read(text);
    if (date == 0) return;
    if (!m->dates[source].first)
        m->dates[source].first = date;
    else if (m->dates[source].first != date)
        m->dates[source].several = true;
}

static void offer_modified(struct pagemeta *m, struct slice text)
{
    uint32_t date = pagedate_read(text);
    if (date > m->modified) m->modified = date;
}

static void take_jsonld(void *ctx, const struct jsonld_object *object)
{
    struct pagemeta *m = ctx;
    if (object->kind == JSONLD_OTHER) return;
    offer_date(m, object->kind == JSONLD_ARTICLE ? DATE_ARTICLE : DATE_PAGE, object->published);
    offer_modified(m, object->modified);
    if (object->kind == JSONLD_ARTICLE) pageauthor_jsonld(&m->author, object->authors, object->n_authors);
}

void pagemeta_jsonld(struct pagemeta *m, struct slice text)
{
    m->in_jsonld = false;
    jsonld_scan(text, take_jsonld, m);
}

static const char *const date_names[] = {"article:published_time",
                                         "article:published",
                                         "og:article:published_time",
                                         "og:published_time",
                                         "og:publish_date",
                                         "published",
                                         "published_time",
                                         "publish-date",
                                         "publish_date",
                                         "publishdate",
                                         "pubdate",
                                         "publication_date",
                                         "publication-date",
                                         "date",
                                         "dc.date",
                                         "dc.date.issued",
                                         "dc.date.created",
                                         "dcterms.date",
                                         "dcterms.created",
                                         "dcterms.issued",
                                         "date.created",
                                         "sailthru.date",
                                         "parsely-pub-date",
                                         "cxenseparse:publishtime",
                                         "cxenseparse:recs:publishtime",
                                         "citation_publication_date",
                                         "citation_date",
                                         "citation_online_date",
                                         "bt:pubdate",
                                         "blog:published_time",
                                         "rnews:datepublished",
                                         NULL};

static const char *const modified_names[] = {"article:modified_time", "article:modified",
                                             "og:article:modified_time", NULL};

static void take_time(struct pagemeta *m, const struct html_token *t)
{
    struct slice property = attr_of(t, ATTR_ITEMPROP), when = attr_of(t, ATTR_DATETIME);
    if (has_word(property, "datePublished"))
        offer_date(m, DATE_ITEMPROP, when);
    else if (html_attr(t, ATTR_PUBDATE) || has_word(property, "dateCreated"))
        offer_date(m, DATE_PUBDATE, when);
    else if (has_word(attr_of(t, ATTR_CLASS), "published") ||
             has_word(attr_of(t, ATTR_CLASS), "dt-published"))
        offer_date(m, DATE_TIME, when);
}

static uint32_t most_believed(const struct pagemeta *m)
{
    for (int i = 0; i < DATE_SOURCES; i++)
        if (m->dates[i].first && (i == DATE_META || !m->dates[i].several)) return m->dates[i].first;
    return 0;
}

void pagemeta_end(struct pagemeta *m, struct slice text)
{
    uint32_t published = most_believed(m);
    if (!published || m->modified <= published || pagedate_shown(text, published)) return;
    int64_t days = pagedate_days(m->modified) - pagedate_days(published);
    m->doubtful = days > UPDATED_DAYS || pagedate_shown(text, m->modified);
}

uint32_t pagemeta_date(const struct pagemeta *m, struct slice url, uint32_t latest)
{
    uint32_t date = most_believed(m), in_url = pagedate_of_url(url);
    int64_t apart = in_url && date ? pagedate_days(date) - pagedate_days(in_url) : 0;
    if (!date || apart == 1 || apart == -1) date = in_url; /* a day apart: the URL's is local time */
    if (m->doubtful || (latest && date > latest)) return 0;
    return date;
}
/* ------------------------------------------------------------------ what the owner wants */

static const char *const robots_names[] = {"robots", "googlebot", "googlebot-news",  "bingbot",
                                           "ccbot",  "gptbot",    "google-extended", NULL};
static const char *const bare_names[] = {"noai", "noimageai", "tdm-reservation", "tdm-policy", NULL};

static bool has_item(struct slice list, struct slice item)
{
    for (size_t at = 0; at <= list.n;) {
        const char *comma = memchr(list.p + at, ',', list.n - at);
        size_t end = comma ? (size_t)(comma - list.p) : list.n;
        if (slice_eq(slice_of(list.p + at, end - at), item)) return true;
        at = end + 1;
    }
    return false;
}

/* Appends an item unless it is there; items are few: ROBOTS_MAX bounds them. */
static void put_item(struct buf *robots, struct slice item)
{
    if (item.n == 0 || robots->n + item.n + 1 > ROBOTS_MAX ||
        (robots->n && has_item(buf_slice(robots), item)))
        return;
    if (robots->n) buf_putc(robots, ',');
    buf_put_slice(robots, item);
}

static void put_lower(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_putc(b, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i]);
}

/* An item of robots, said to one of them ("gptbot:noindex") or, by the meta named robots, to all. */
static void put_directive(struct pagemeta *m, struct slice robot, const char *item, size_t n)
{
    struct buf b;
    while (n && item[n - 1] == ' ') n--;
    if (n == 0) return;
    buf_init(&b, ROBOTS_MAX);
    if (!slice_eq_nocase(robot, "robots")) {
        put_lower(&b, robot);
        buf_putc(&b, ':');
    }
    buf_put(&b, item, n);
    if (!b.failed) put_item(&m->robots, buf_slice(&b));
    buf_free(&b);
}

/* content is a list of directives ("noindex, max-snippet: 20"): each becomes an item, in lower case. */
static void take_robots(struct pagemeta *m, struct slice robot, struct slice content)
{
    char item[128];
    size_t n = 0;
    if (content.n > VALUE_MAX) return;
    for (size_t i = 0; i <= content.n; i++) {
        char c = i < content.n ? content.p[i] : ',';
        if (c == ',' || c == ';') {
            put_directive(m, robot, item, n);
            n = 0;
        } else if ((unsigned char)c <= ' ' && n && n < sizeof item && item[n - 1] != ' ' &&
                   item[n - 1] != ':') {
            item[n++] = ' ';
        } else if ((unsigned char)c > ' ' && (unsigned char)c < 0x7f && n < sizeof item) {
            item[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        }
    }
}

/* "name:value" (the name alone without one): a policy's URL keeps its case, its commas become %2C. */
static void take_bare(struct pagemeta *m, struct slice name, struct slice content)
{
    struct buf item;
    buf_init(&item, ROBOTS_MAX);
    put_lower(&item, name);
    struct slice value = slice_trim(content);
    if (value.n && value.n < ROBOTS_MAX / 2) buf_putc(&item, ':');
    for (size_t i = 0; i < value.n && value.n < ROBOTS_MAX / 2; i++) {
        if (value.p[i] == ',')
            buf_puts(&item, "%2C");
        else if ((unsigned char)value.p[i] > ' ' && value.p[i] != 0x7f)
            buf_putc(&item, value.p[i]);
    }
    if (!item.failed) put_item(&m->robots, buf_slice(&item));
    buf_free(&item);
}

/* ------------------------------------------------------------------ tags */

static void take_author(struct pagemeta *m, const struct html_token *t, struct slice content)
{
    static const char *const names[] = {
        "author",          "article:author", "article:author_name", "parsely-author",
        "sailthru.author", "dc.creator",     "dcterms.creator",     NULL};
    struct slice said = attr_of(t, html_attr(t, ATTR_NAME) ? ATTR_NAME : ATTR_PROPERTY);
    if (said.n == 0) return;
    if (is_one_of(said, names)) pageauthor_meta(&m->author, AUTHOR_META, content);
    if (slice_eq_nocase(said, "citation_author")) pageauthor_meta(&m->author, AUTHOR_CITATION, content);
    if (slice_eq_nocase(said, "og:site_name") && m->author.site.n == 0)
        put_value(m, &m->author.site, content);
}

static void take_meta(struct pagemeta *m, const struct html_token *t)
{
    struct slice content = attr_of(t, ATTR_CONTENT);
    struct slice property = attr_of(t, ATTR_PROPERTY), name = attr_of(t, ATTR_NAME);
    if (slice_eq_nocase(property, "og:title") && m->og_title.n == 0) put_value(m, &m->og_title, content);
    if (slice_eq_nocase(property, "og:url") && m->og_url.n == 0) put_value(m, &m->og_url, content);
    take_author(m, t, content);
    if (is_one_of(name, robots_names)) take_robots(m, name, content);
    if (is_one_of(name, bare_names)) take_bare(m, name, content);
    if ((property.n && is_one_of(property, date_names)) || (name.n && is_one_of(name, date_names)))
        offer_date(m, DATE_META, content);
    else if (has_word(attr_of(t, ATTR_ITEMPROP), "datePublished"))
        offer_date(m, DATE_ITEMPROP, content);
    else if ((property.n && is_one_of(property, modified_names)) ||
             has_word(attr_of(t, ATTR_ITEMPROP), "dateModified"))
        offer_modified(m, content);
}

static bool is_jsonld(struct slice type)
{
    static const char name[] = "application/ld+json"; /* parameters may follow */
    return type.n >= sizeof name - 1 && slice_eq_nocase(slice_of(type.p, sizeof name - 1), name);
}

void pagemeta_tag(struct pagemeta *m, const struct html_token *t)
{
    switch (t->tag) {
    case TAG_META: take_meta(m, t); break;
    case TAG_LINK:
        if (m->canonical.n == 0 && has_word(attr_of(t, ATTR_REL), "canonical"))
            put_value(m, &m->canonical, attr_of(t, ATTR_HREF));
        break;
    case TAG_BASE:
        if (m->base.n == 0) put_value(m, &m->base, attr_of(t, ATTR_HREF));
        break;
    case TAG_TIME: take_time(m, t); break;
    case TAG_SCRIPT: m->in_jsonld = is_jsonld(slice_trim(attr_of(t, ATTR_TYPE))); break;
    default: break;
    }
}

/* What `said` means on the page: resolved against its <base> (of og:url: not), else its URL. */
static int resolve(const struct pagemeta *m, struct slice url, struct slice said, struct url *found)
{
    struct url page, base;
    url_init(&page);
    url_init(&base);
    const struct url *against = url_parse(&page, url, NULL) == 0 ? &page : NULL;
    if (m->base.n && m->canonical.n && url_parse(&base, buf_slice(&m->base), against) == 0) against = &base;
    int r = url_parse(found, said, against);
    url_free(&page);
    url_free(&base);
    return r;
}

int pagemeta_canonical(const struct pagemeta *m, struct slice url, struct buf *out)
{
    struct slice said = buf_slice(m->canonical.n ? &m->canonical : &m->og_url);
    struct url found;
    if (said.n == 0) return 0;
    url_init(&found);
    int r = resolve(m, url, said, &found);
    size_t n = found.has_fragment ? found.fragment - 1 : found.href.n;
    if (r == 0 && buf_put(out, found.href.p, n) < 0) r = -ERR_IO;
    url_free(&found);
    return r == -ERR_IO ? -1 : 0;
}
