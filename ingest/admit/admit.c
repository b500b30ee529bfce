/* admit.c: URL, blocklists and consent of one record. In: a URL, header fields, a page's metas. Out: a kind, or metadata. State: of the
 * record in work. Memory: a few times the URL. */
#include "ingest/admit/admit.h"
#include "common/text.h"

int admit_open(struct admit_options *o, const struct admit_paths *p, struct err *e)
{
    *o = (struct admit_options){.keep_blocked = p->keep_blocked};
    int r = respected_parse(&o->respected, p->respected, p->n_respected, e);
    if (r == 0) r = domains_open(&o->domains, p->psl, e);
    if (r == 0 && p->n_blocked) r = blocklist_open(&o->blocked, "--blocklist", p->blocked, p->n_blocked, e);
    if (r == 0 && p->n_allowed)
        r = blocklist_open(&o->allowed, "--allow-domains", p->allowed, p->n_allowed, e);
    if (r < 0) admit_close(o);
    return r;
}

void admit_close(struct admit_options *o)
{
    domains_close(o->domains);
    blocklist_close(o->blocked);
    blocklist_close(o->allowed);
    *o = (struct admit_options){0};
}

void admit_init(struct admit *a)
{
    *a = (struct admit){0};
    url_init(&a->url);
    buf_init(&a->normal, BUF_NO_MAX);
    buf_init(&a->json, BUF_NO_MAX);
    consent_clear(&a->consent);
}

void admit_free(struct admit *a)
{
    url_free(&a->url);
    buf_free(&a->normal);
    buf_free(&a->json);
    blocklist_worker_free(&a->search);
}

/* ------------------------------------------------------------------ the URL */

void admit_clear(struct admit *a)
{
    const struct slice none = {"", 0};
    a->parts = (struct url_normal){none, none, none};
    a->domain = none;
    a->blocked = NULL;
    a->search.n_limited = 0;
    consent_clear(&a->consent);
}

static int read_url(struct admit *a, const struct admit_options *o, struct slice url)
{
    int r = url.n ? url_parse(&a->url, url, NULL) : -ERR_DATA;
    if (r == 0) r = url_normal(&a->url, &a->normal, &a->parts);
    if (r == 0 && o->domains) a->domain = domain_of(o->domains, a->parts.host, a->url.host_kind);
    return r == -ERR_IO ? r : 0;
}

static const char *find(struct admit *a, const struct blocklist *b)
{
    return blocklist_find(b, &a->search, &a->parts, a->url.host_kind);
}

int admit_url(struct admit *a, const struct admit_options *o, struct slice url, const char **kind)
{
    *kind = NULL;
    int r = read_url(a, o, url);
    if (r < 0) return r;
    bool known = a->parts.all.n > 0;
    if (o->blocked && known) a->blocked = find(a, o->blocked);
    if (a->blocked && !o->keep_blocked) *kind = a->blocked;
    if (!*kind && o->allowed && !(known && find(a, o->allowed))) *kind = "not-allowed";
    return 0;
}

/* ------------------------------------------------------------------ consent */

const char *admit_header(struct admit *a, const struct admit_options *o, const struct fields *header)
{
    consent_add_header(&a->consent, header);
    return respected_find(&o->respected, &a->consent);
}

const char *admit_page(struct admit *a, const struct admit_options *o, struct slice items)
{
    consent_add_page(&a->consent, items);
    return respected_find(&o->respected, &a->consent);
}

/* ------------------------------------------------------------------ metadata */

int admit_put_url(const struct admit *a, struct doc *doc)
{
    int r = 0;
    if (a->parts.all.n) r |= doc_meta_set_str(doc, "url_normalized", a->parts.all);
    if (a->domain.n) r |= doc_meta_set_str(doc, "domain", a->domain);
    if (a->blocked) r |= doc_meta_set_str(doc, "blocklist", slice_str(a->blocked + strlen(BLOCKLIST_PREFIX)));
    return r;
}

int admit_put_consent(struct admit *a, struct doc *doc)
{
    const struct consent *c = &a->consent;
    struct slice policy = c->tdm_policy;
    int r = 0;
    buf_clear(&a->json);
    if (c->n) {
        r |= consent_put_json(c, &a->json);
        r |= doc_meta_set_raw(doc, "robots", buf_slice(&a->json));
    }
    if (c->tdm_reservation >= 0) r |= doc_meta_set_int(doc, "tdm_reservation", c->tdm_reservation);
    if (policy.n && utf8_valid_prefix(policy.p, policy.n) == policy.n)
        r |= doc_meta_set_str(doc, "tdm_policy", policy);
    return r;
}
