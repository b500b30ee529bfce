/* from_warc.c: a WARC record becomes a document: its fields, the HTTP message in it, and what its body is.
 *
 * In: a header block and a content block. Out: as draft.h. State: none of its own. */
#include "common/text.h"
#include "ingest/draft.h"
#include "ingest/read/http.h"

/* A file for crawlers, of every site of a crawl: no document. */
static bool is_robots_txt(struct slice url)
{
    const struct slice name = {"/robots.txt", 11};
    return url.n > name.n && memcmp(url.p + url.n - name.n, name.p, name.n) == 0;
}

/* Sets d->content; NULL, or the kind under which the record is skipped. */
static const char *choose_type(struct draft *d, struct slice identified)
{
    if (content_media_type(d->content_type).n == 0) d->content_type = identified;
    bool untyped = content_media_type(d->content_type).n == 0;
    if ((untyped && content_looks_like_html(d->body)) || content_type_is(d->content_type, "text/html") ||
        content_type_is(d->content_type, "application/xhtml+xml"))
        d->content = CONTENT_HTML;
    if (d->content != CONTENT_HTML && is_robots_txt(d->url)) return "robots.txt";
    if (d->content == CONTENT_HTML || content_type_is(d->content_type, "text/plain")) return NULL;
    return content_skipped_type(d->content_type);
}

static const char *skipped_status(int status)
{
    static const char *const kinds[] = {"http-1xx", "http-2xx", "http-3xx", "http-4xx", "http-5xx"};
    if (status == 200) return NULL;
    return status >= 100 && status < 600 ? kinds[status / 100 - 1] : "http-other";
}

static const char *coding_kind(const char *coding)
{
    return strstr(coding, "compress") ? "encoding-compress" : "encoding-other";
}

/* Undoes the HTTP message. DOCUMENT_LATER, or 0 with d->body set, or *done. */
static int open_http(struct document_maker *m, struct draft *d, char *block, struct slice identified,
                     bool large_allowed, bool *done)
{
    struct http_message http;
    const char *kind = NULL, *coding = NULL;
    if (http_parse(&http, block, d->body.n)) {
        d->http_status = http.status;
        d->content_type = fields_get(&http.fields, "Content-Type");
        kind = skipped_status(http.status);
        d->body = http.body;
        if (!kind) kind = admit_header(&m->admit, m->options.admit, &http.fields);
        if (!kind && content_media_type(d->content_type).n) kind = choose_type(d, identified);
    }
    *done = kind != NULL;
    if (kind) return draft_skip(d, kind);
    size_t most = m->options.max_record;
    if (!large_allowed && most > DOCUMENT_LARGE) most = DOCUMENT_LARGE;
    enum http_decoded r = http_decode(&http, most, &m->a, &m->b, &d->body, &coding);
    if (r == HTTP_TOO_LARGE && !large_allowed) return DOCUMENT_LATER;
    if (r == HTTP_PARTIAL) d->truncated = slice_str("encoding");
    *done = r == HTTP_UNKNOWN || r == HTTP_TOO_LARGE || (kind = choose_type(d, identified)) != NULL;
    if (r == HTTP_NO_MEMORY) return -ERR_IO;
    if (r == HTTP_UNKNOWN) return draft_skip(d, coding_kind(coding));
    if (r == HTTP_TOO_LARGE)
        return draft_damage(
            d, "its decoded body is larger than --max-record, or needs a zstd window above 128 MiB");
    return kind ? draft_skip(d, kind) : 0;
}

int document_from_response(struct document_maker *m, struct draft *d, char *block, struct slice identified,
                           bool large_allowed, struct err *e)
{
    bool done = false;
    int r = open_http(m, d, block, identified, large_allowed, &done);
    if (r < 0) return err_nomem(e, "decoding an HTTP body");
    return done || r == DOCUMENT_LATER ? r : draft_body(m, d, e);
}

/* "<urn:uuid:…>" and "<http://…>" without the brackets. */
static struct slice unwrapped(struct slice s)
{
    if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>') return slice_of(s.p + 1, s.n - 2);
    return s;
}

/* The UUID of a record id; n = 0: it has none. */
static struct slice uuid_of(struct slice record_id)
{
    struct slice none = {"", 0};
    if (record_id.n != 9 + 36 || !slice_eq_nocase(slice_of(record_id.p, 9), "urn:uuid:")) return none;
    for (size_t i = 0; i < 36; i++) {
        char c = record_id.p[9 + i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
        if (dash ? c != '-' : !hex) return none;
    }
    return slice_of(record_id.p + 9, 36);
}

enum warc_type { WARC_RESPONSE, WARC_RESOURCE, WARC_CONVERSION, WARC_SKIPPED };

static enum warc_type warc_type(struct slice type, const char **kind)
{
    static const char *const skipped[] = {"warcinfo", "request", "metadata", "revisit", "continuation"};
    if (slice_eq_nocase(type, "response")) return WARC_RESPONSE;
    if (slice_eq_nocase(type, "resource")) return WARC_RESOURCE;
    if (slice_eq_nocase(type, "conversion")) return WARC_CONVERSION;
    *kind = "other-record";
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        if (slice_eq_nocase(type, skipped[i])) *kind = skipped[i];
    return WARC_SKIPPED;
}

static void take_warc_fields(struct draft *d, const struct fields *f)
{
    d->format = "warc";
    d->record_id = unwrapped(fields_get(f, "WARC-Record-ID"));
    d->id = uuid_of(d->record_id);
    d->url = unwrapped(fields_get(f, "WARC-Target-URI"));
    d->created = fields_get(f, "WARC-Date");
    if (utf8_valid_prefix(d->created.p, d->created.n) < d->created.n) d->created.n = 0;
    d->truncated = fields_get(f, "WARC-Truncated");
    d->languages = fields_get(f, "WARC-Identified-Content-Language");
}

int document_from_warc(struct document_maker *m, struct draft *d, char *head, char *block, bool large_allowed,
                       struct err *e)
{
    const char *kind = NULL, *first = memchr(head, '\n', d->piece->head_bytes);
    size_t line = first ? (size_t)(first + 1 - head) : d->piece->head_bytes;
    struct fields *f = &m->fields;
    fields_parse(f, head + line, d->piece->head_bytes - line);
    take_warc_fields(d, f);
    enum warc_type type = warc_type(fields_get(f, "WARC-Type"), &kind);
    if (type == WARC_SKIPPED) return draft_skip(d, kind);
    if (slice_has_prefix(d->url, "metadata:"))
        return draft_skip(d, "metadata"); /* wget's log and arguments */
    if (d->id.n == 0 && draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return draft_skip(d, "sample");
    bool done = false;
    int r = draft_admit(m, d, &done, e);
    if (r < 0 || done) return r;
    struct slice content_type = fields_get(f, "Content-Type");
    struct slice identified = fields_get(f, "WARC-Identified-Payload-Type");
    if (type == WARC_RESPONSE) {
        if (!content_type_is(content_type, "application/http"))
            identified = identified.n ? identified : content_type;
        return document_from_response(m, d, block, identified, large_allowed, e);
    }
    d->content_type = content_type;
    d->is_final = type == WARC_CONVERSION;
    kind = choose_type(d, identified);
    if (kind && !d->is_final) return draft_skip(d, kind);
    if (d->is_final) d->content = CONTENT_TEXT;
    return draft_body(m, d, e);
}
