/* from_dump.c: a page of a MediaWiki dump, or a post of a Stack Exchange dump, becomes a document.
 *
 * Of a page with a history its last revision counts, for that is the newest. A post is a document by itself, for its answers
 * may stand anywhere behind it; parent_id and post_id join them again.
 *
 * In: <page>…</page> or <row …/>. Out: as draft.h. State: none of its own. */
#include "common/json.h"
#include "common/text.h"
#include "ingest/draft.h"
#include "ingest/extract/rules.h"
#include "ingest/html/entities.h"
#include "ingest/read/path.h"
#include "ingest/read/xml.h"
#include <stdio.h>

static bool is_digits(struct slice s)
{
    size_t i = s.n > 1 && *s.p == '-';
    for (size_t k = i; k < s.n; k++)
        if (s.p[k] < '0' || s.p[k] > '9') return false;
    return s.n > i && s.n <= 18 && (s.p[i] != '0' || s.n == i + 1);
}

static void add_string(struct draft *d, const char *key, struct slice value)
{
    if (value.n && d->n_extra < DRAFT_EXTRA) d->extra[d->n_extra++] = (struct draft_extra){key, value, false};
}

static void add_json(struct draft *d, const char *key, struct slice json)
{
    if (json.n && d->n_extra < DRAFT_EXTRA) d->extra[d->n_extra++] = (struct draft_extra){key, json, true};
}

static void add_number(struct draft *d, const char *key, struct slice digits)
{
    if (is_digits(digits)) add_json(d, key, digits);
}

/* ------------------------------------------------------------------ MediaWiki */

struct page_parts {
    struct slice head, revision; /* what stands before the revisions; the last of them */
    struct slice text;           /* still in XML */
};

static struct slice behind(struct slice s, const char *p)
{
    return slice_of(p, s.n - (size_t)(p - s.p));
}

static struct page_parts take_apart(struct slice page)
{
    struct page_parts parts = {page, {"", 0}, {"", 0}};
    const char *first = slice_find(page, slice_str("<revision>")), *last = first;
    if (!first) return parts;
    parts.head.n = (size_t)(first - page.p);
    for (const char *next = first; next; next = slice_find(behind(page, next + 1), slice_str("<revision>")))
        last = next;
    parts.revision = behind(page, last);
    parts.text = xml_element(parts.revision, "text");
    return parts;
}

static int32_t namespace_of(struct slice digits)
{
    int32_t n = 0;
    bool minus = digits.n && *digits.p == '-';
    for (size_t i = minus; i < digits.n && i < 8; i++)
        if (digits.p[i] >= '0' && digits.p[i] <= '9') n = n * 10 + (digits.p[i] - '0');
    return minus ? -n : n;
}

static bool is_wanted(const struct document_options *o, int32_t key)
{
    if (o->n_namespaces == 0) return key == WIKI_NS_ARTICLES;
    for (size_t i = 0; i < o->n_namespaces; i++)
        if (o->namespaces[i] == key) return true;
    return false;
}

static bool is_redirect(const struct page_parts *p)
{
    struct slice text = slice_trim(slice_of(p->text.p, p->text.n < 64 ? p->text.n : 64));
    return slice_find(p->head, slice_str("<redirect")) ||
           (text.n >= 9 && slice_eq_nocase(slice_of(text.p, 9), "#redirect"));
}

/* The kind under which a page that is no document is counted, in room; NULL: it is one. */
static const char *skipped_kind(const struct document_maker *m, const struct page_parts *p, char room[48])
{
    int32_t key = namespace_of(xml_element(p->head, "ns"));
    struct slice model = xml_element(p->revision, "model");
    if (!is_wanted(&m->options, key)) {
        snprintf(room, 48, "namespace-%d", key);
        return room;
    }
    if (is_redirect(p)) return "redirect";
    if (model.n == 0 || slice_is(model, "wikitext")) return NULL;
    size_t n = snprintf(room, 48, "model-");
    for (size_t i = 0; i < model.n && n < 40; i++) {
        char c = (char)(model.p[i] | 0x20);
        room[n++] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
    }
    room[n] = 0;
    return room;
}

/* Names with a newline behind each, as an array of JSON appended to *out; nothing for none. */
static void put_names(struct slice names, struct buf *out)
{
    struct slice name;
    bool first = true;
    for (size_t at = 0; line_next(names, &at, &name); first = false) {
        buf_putc(out, first ? '[' : ',');
        json_put_str(out, name);
    }
    if (!first) buf_putc(out, ']');
}

/* Title, address and categories lie in m->b, one behind the other. */
static int write_page(struct document_maker *m, struct draft *d, const struct page_parts *p, struct err *e)
{
    struct buf *b = &m->b;
    size_t title, url;
    bool done;
    struct err why = {0};
    buf_clear(&m->a);
    buf_clear(b);
    buf_clear(&m->text);
    entities_put(&m->a, p->text, false);
    entities_put(b, xml_element(p->head, "title"), false);
    title = b->n;
    buf_reserve(b, WIKI_BASE_BYTES + 3 * title); /* so that the title stays where it is */
    wiki_site_put_url(d->piece->site, slice_of(b->p ? b->p : "", title), b);
    url = b->n;
    if (m->a.failed || b->failed) return err_nomem(e, "reading a page of a dump");
    d->url = slice_of(b->p ? b->p + title : "", url - title);
    int r = draft_admit(m, d, &done, e);
    if (r < 0 || done) return r;
    if (wikitext_read(&m->wikitext, slice_of(m->a.p ? m->a.p : "", m->a.n), slice_of(b->p ? b->p : "", title),
                      d->piece->site, &m->text, &why) < 0)
        return err_nomem(e, why.msg);
    put_names(buf_slice(&m->wikitext.categories), b);
    if (b->failed) return err_nomem(e, "reading a page of a dump");
    if (b->n) d->title = slice_of(b->p, title);
    if (b->n) add_string(d, "url", slice_of(b->p + title, url - title));
    add_number(d, "page_id", xml_element(p->head, "id"));
    add_number(d, "revision_id", xml_element(p->revision, "id"));
    add_number(d, "namespace", xml_element(p->head, "ns"));
    if (b->n) add_json(d, "categories", slice_of(b->p + url, b->n - url));
    return draft_write(m, d, buf_slice(&m->text), e);
}

static int from_page(struct document_maker *m, struct draft *d, struct err *e)
{
    char room[48];
    struct page_parts parts = take_apart(d->body);
    const char *kind = skipped_kind(m, &parts, room);
    d->format = "mediawiki";
    if (kind) return draft_skip(d, kind);
    if (draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return draft_skip(d, "sample");
    d->created = xml_element(parts.revision, "timestamp");
    return write_page(m, d, &parts, e);
}

/* ------------------------------------------------------------------ Stack Exchange */

struct post {
    struct slice id, type, parent, accepted, score, created, title, tags, body, owner, owner_id,
        license; /* still in XML */
};

static struct post take_attributes(struct slice row)
{
    struct post p;
    struct slice key, value;
    const struct {
        const char *name;
        struct slice *at;
    } known[] = {{"Id", &p.id},
                 {"PostTypeId", &p.type},
                 {"ParentId", &p.parent},
                 {"AcceptedAnswerId", &p.accepted},
                 {"Score", &p.score},
                 {"CreationDate", &p.created},
                 {"Title", &p.title},
                 {"Tags", &p.tags},
                 {"Body", &p.body},
                 {"OwnerDisplayName", &p.owner},
                 {"OwnerUserId", &p.owner_id},
                 {"ContentLicense", &p.license}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) *known[i].at = slice_of("", 0);
    while (xml_attribute_next(&row, &key, &value))
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (slice_is(key, known[i].name)) *known[i].at = value;
    return p;
}

/* "<beer><hops>", and as newer dumps have it "|beer|hops|", as an array of JSON. */
static void put_tags(struct slice tags, struct buf *out)
{
    bool first = true;
    for (size_t i = 0, n; i < tags.n; i += n + 1) {
        for (n = 0; i + n < tags.n && !strchr("<>|", tags.p[i + n]); n++) continue;
        if (n == 0) continue;
        buf_putc(out, first ? '[' : ',');
        json_put_str(out, slice_of(tags.p + i, n));
        first = false;
    }
    if (!first) buf_putc(out, ']');
}

static struct slice utc(struct draft *d, struct slice created)
{
    if (created.n == 0 || created.n + 2 > sizeof d->date) return slice_of("", 0);
    memcpy(d->date, created.p, created.n);
    d->date[created.n] = 'Z';
    return slice_of(d->date, created.n + 1);
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* The site that a name begins with, as those of the dumps do: "beer.stackexchange.com.7z", "stackoverflow.com-Posts.7z". n = 0: none. */
static struct slice site_of_name(struct slice name)
{
    static const char *const sites[] = {"stackexchange.com", "stackoverflow.com", "serverfault.com",
                                        "superuser.com",     "askubuntu.com",     "mathoverflow.net",
                                        "stackapps.com"};
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        const char *hit = slice_find(name, slice_str(sites[i]));
        if (!hit || (hit == name.p ? i == 0 : hit[-1] != '.')) continue;
        size_t before = (size_t)(hit - name.p), n = before + strlen(sites[i]), at = 0;
        while (at < before && is_host_char(name.p[at])) at++;
        bool ends = n == name.n || name.p[n] == '.' || name.p[n] == '-' || name.p[n] == '_';
        if (at == before && ends) return slice_of(name.p, n);
    }
    return slice_of("", 0);
}

/* The site that the last name in a path says. */
static struct slice site_of_path(struct slice path)
{
    while (path.n) {
        struct slice name = path_base(path), site = site_of_name(name);
        if (site.n) return site;
        path.n -= name.n;
        while (path.n && path.p[path.n - 1] == '/') path.n--;
        if (name.n == 0) break;
    }
    return slice_of("", 0);
}

/* Who wrote it: the name, where the dump holds one, else the number of the account. */
static void put_author(const struct post *p, struct buf *out)
{
    entities_put(out, p->owner.n ? p->owner : is_digits(p->owner_id) ? p->owner_id : slice_of("", 0), false);
}

/* Title, tags and author lie in m->b, the body's HTML in m->a. A question's title is the first paragraph of its text. */
static int write_post(struct document_maker *m, struct draft *d, const struct post *p, bool question,
                      struct err *e)
{
    struct buf *b = &m->b;
    buf_clear(&m->a);
    buf_clear(b);
    buf_clear(&m->text);
    entities_put(&m->a, p->body, false);
    entities_put(b, p->title, false);
    size_t title = b->n;
    entities_put(b, p->tags, false);
    size_t tags = b->n;
    if (buf_reserve(b, 6 * (tags - title) + 2) < 0 || m->a.failed) return err_nomem(e, "reading a post");
    put_tags(slice_of(b->p + title, tags - title), b);
    size_t author = b->n;
    put_author(p, b);
    size_t license = b->n;
    entities_put(b, p->license, false);
    int r = page_read(&m->page, &m->html, slice_of(m->a.p ? m->a.p : "", m->a.n), e);
    if (question && title) {
        buf_put_slice(&m->text, slice_trim(slice_of(b->p, title)));
        buf_puts(&m->text, "\n\n");
    }
    if (r == 0) rules_all(&m->page, &m->text);
    if (r < 0 || b->failed || m->text.failed) return err_nomem(e, "reading a post");
    d->title = slice_of(b->p, title);
    d->author = slice_of(b->p + author, license - author);
    d->license = slice_of(b->p + license, b->n - license);
    struct slice site = site_of_path(d->outer);
    if (!site.n) site = site_of_path(slice_str(d->piece->file));
    add_string(d, "site", site);
    add_number(d, "post_id", p->id);
    add_string(d, "post_type", slice_str(question ? "question" : "answer"));
    add_number(d, "parent_id", p->parent);
    add_number(d, "accepted_answer_id", p->accepted);
    add_number(d, "score", p->score);
    add_json(d, "tags", slice_of(b->p + tags, author - tags));
    struct slice text = buf_slice(&m->text);
    while (text.n && strchr(" \n\t", text.p[text.n - 1])) text.n--;
    return draft_write(m, d, text, e);
}

static int from_post(struct document_maker *m, struct draft *d, struct err *e)
{
    char room[48];
    struct post p = take_attributes(d->body);
    bool question = slice_is(p.type, "1");
    d->format = "stackexchange";
    if (!question && !slice_is(p.type, "2")) {
        bool known = is_digits(p.type) && p.type.n < 4;
        snprintf(room, sizeof room, "post-type-%.*s", known ? (int)p.type.n : 5, known ? p.type.p : "other");
        return draft_skip(d, room);
    }
    if (draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return draft_skip(d, "sample");
    bool done;
    int r = draft_admit(m, d, &done, e); /* a post has no address */
    if (r < 0 || done) return r;
    d->created = utc(d, p.created);
    return write_post(m, d, &p, question, e);
}

/* ------------------------------------------------------------------ */

int document_from_dump(struct document_maker *m, struct draft *d, struct err *e)
{
    struct buf repaired;
    struct slice body = d->body;
    buf_init(&repaired, BUF_NO_MAX);
    if (utf8_valid_prefix(body.p, body.n) < body.n) {
        if (utf8_repair(&repaired, body.p, body.n) < 0) return err_nomem(e, "reading a dump");
        d->body = buf_slice(&repaired);
    }
    int r = d->piece->kind == PIECE_PAGE ? from_page(m, d, e) : from_post(m, d, e);
    buf_free(&repaired);
    return r;
}
