/* document.c: what a record is, and the document that it becomes.
 *
 * In: a raw record. Out: a line of JSON, and the ledger. State: buffers and parsers that are used again. Memory: a few
 * times the record; more than KEEP_BYTES is given back after each. */
#include "ingest/document.h"
#include "common/hash.h"
#include "common/text.h"
#include "ingest/clean.h"
#include "ingest/http.h"
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define KEEP_BYTES ((size_t)1 << 20)

int document_init(struct document_maker *m, const struct document_options *o, struct err *e)
{
    memset(m, 0, sizeof *m);
    m->options = *o;
    html_init(&m->html);
    page_init(&m->page);
    charset_init(&m->charset);
    buf_init(&m->a, BUF_NO_MAX);
    buf_init(&m->b, BUF_NO_MAX);
    buf_init(&m->text, BUF_NO_MAX);
    buf_init(&m->meta, BUF_NO_MAX);
    doc_init(&m->doc);
    m->jsonl = jsonl_new();
    return m->jsonl ? 0 : err_nomem(e, "starting");
}

void document_free(struct document_maker *m)
{
    page_free(&m->page);
    charset_free(&m->charset);
    buf_free(&m->a);
    buf_free(&m->b);
    buf_free(&m->text);
    buf_free(&m->meta);
    doc_free(&m->doc);
    jsonl_free(m->jsonl);
}

static void give_back(struct buf *b)
{
    if (b->cap > KEEP_BYTES) buf_free(b);
}

/* ------------------------------------------------------------------ one record on its way */

/* What is known of the document before its text is. */
struct draft {
    const struct piece *piece;
    struct slice id, created, body, content_type, url, path, languages, record_id, truncated;
    const char *format, *charset;
    int http_status;     /* 0: none */
    bool html, is_final; /* is_final: the text is UTF-8 already (WET) */
    char id_hex[HASH128_HEX + 1], date[32];
    struct buf *out;
    uint64_t *records;
    struct ledger *ledger;
};

static int skip(struct draft *d, const char *kind)
{
    ledger_skip(d->ledger, kind, 0);
    return DOCUMENT_DONE;
}

static int damage(struct draft *d, const char *why)
{
    d->ledger->in--; /* ledger_damage counts it again */
    ledger_damage(d->ledger, d->piece->file, d->piece->offset, d->body.n, "%s", why);
    return DOCUMENT_DONE;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *source_of(const struct document_maker *m, const struct draft *d)
{
    return m->options.source ? m->options.source : d->format;
}

/* XXH128 of source, container and place, when the record has no id of its own. */
static int make_id(struct document_maker *m, struct draft *d, struct err *e)
{
    const struct piece *p = d->piece;
    struct buf *key = &m->meta;
    buf_clear(key);
    buf_printf(key, "%s\n%s\n%" PRIu64 "\n%" PRIu64 "\n", source_of(m, d), p->file, p->offset,
               p->inner_offset);
    if (p->kind == PIECE_ENTRY) buf_printf(key, "%" PRIu64 "\n", p->index);
    buf_put_slice(key, d->path);
    if (key->failed) return err_nomem(e, "making an id");
    hash128_hex(hash128(key->p, key->n), d->id_hex);
    d->id = slice_of(d->id_hex, HASH128_HEX);
    return 0;
}

/* ------------------------------------------------------------------ the document */

/* Sets a key to a value from outside: repaired where it is not UTF-8; nothing when it is empty. */
static int set_meta(struct document_maker *m, const char *key, struct slice value)
{
    if (value.n == 0) return 0;
    if (utf8_valid_prefix(value.p, value.n) == value.n) return doc_meta_set_str(&m->doc, key, value);
    buf_clear(&m->meta);
    if (utf8_repair(&m->meta, value.p, value.n) < 0) return -ERR_IO;
    return doc_meta_set_str(&m->doc, key, buf_slice(&m->meta));
}

static int set_warc_meta(struct document_maker *m, const struct draft *d)
{
    const struct piece *p = d->piece;
    int r = set_meta(m, "url", d->url);
    r |= set_meta(m, "warc_file", slice_str(base_name(p->file)));
    r |= doc_meta_set_int(&m->doc, "warc_offset", (int64_t)p->offset);
    if (p->inner_offset) r |= doc_meta_set_int(&m->doc, "warc_inner_offset", (int64_t)p->inner_offset);
    r |= set_meta(m, "warc_record_id", d->record_id);
    r |= set_meta(m, "content_type", d->content_type);
    if (d->http_status) r |= doc_meta_set_int(&m->doc, "http_status", d->http_status);
    r |= set_meta(m, "languages", d->languages);
    r |= set_meta(m, "truncated", d->truncated);
    return r;
}

static int set_metadata(struct document_maker *m, const struct draft *d)
{
    int r;
    if (d->piece->kind == PIECE_WARC)
        r = set_warc_meta(m, d);
    else
        r = set_meta(m, "path", d->path);
    if (d->piece->kind == PIECE_ENTRY) r |= set_meta(m, "archive", slice_str(base_name(d->piece->file)));
    r |= set_meta(m, "charset", slice_str(d->charset));
    if (d->html) {
        r |= set_meta(m, "title", slice_trim(buf_slice(&m->page.title)));
        r |= set_meta(m, "html_lang", slice_str(m->page.lang));
    }
    return r;
}

static int write_document(struct document_maker *m, struct draft *d, struct slice text, struct err *e)
{
    struct doc *doc = &m->doc;
    if (text.n == 0) return skip(d, "empty-text");
    int r = doc_new(doc, d->id, slice_str(source_of(m, d)), d->created, text);
    if (r == 0) r = set_metadata(m, d);
    if (r == 0) r = doc_write(doc, d->out);
    if (r < 0) return err_nomem(e, "writing a document");
    d->ledger->text_added += text.n;
    ledger_keep(d->ledger, 0, text.n);
    ++*d->records;
    give_back(&doc->new_text);
    give_back(&m->text);
    return DOCUMENT_DONE;
}

static struct slice without_trailing_space(struct slice s)
{
    while (s.n && strchr(" \n\t", s.p[s.n - 1])) s.n--;
    return s;
}

static bool is_blank(struct slice s)
{
    return slice_trim(s).n == 0;
}

/* From bytes to text: charset, HTML, control characters. */
static int take_body(struct document_maker *m, struct draft *d, struct err *e)
{
    struct slice text, declared = d->is_final ? slice_str("utf-8") : charset_parameter(d->content_type);
    struct err why = {0};
    int r = charset_decode(&m->charset, d->body, declared, d->html, &text, &d->charset, &why);
    if (r == -ERR_DATA) return skip(d, "charset-unavailable");
    if (r < 0) return err_nomem(e, "decoding a page");
    if (clean_is_binary(text)) return skip(d, "binary");
    buf_clear(&m->text);
    if (d->html) {
        r = page_read(&m->page, &m->html, text, e);
        give_back(&m->charset.out);
        if (r == 0) r = extract_text(&m->page, m->options.extract, &m->text, e);
        give_back(&m->page.text);
    } else if (clean_text(&m->text, text) < 0) {
        r = err_nomem(e, "cleaning a text");
    }
    give_back(&m->charset.out);
    if (r < 0) return r;
    text = buf_slice(&m->text);
    if (is_blank(text)) text.n = 0;
    return write_document(m, d, d->piece->kind == PIECE_ENTRY ? text : without_trailing_space(text), e);
}

/* ------------------------------------------------------------------ WARC */

static struct slice media_type(struct slice content_type)
{
    const char *semicolon = memchr(content_type.p, ';', content_type.n);
    return slice_trim(
        slice_of(content_type.p, semicolon ? (size_t)(semicolon - content_type.p) : content_type.n));
}

static bool type_is(struct slice content_type, const char *type)
{
    return slice_eq_nocase(media_type(content_type), type);
}

static const char *skipped_type(struct slice content_type)
{
    static const char *const known[] = {"type-application", "type-audio",   "type-font",
                                        "type-image",       "type-message", "type-model",
                                        "type-multipart",   "type-text",    "type-video"};
    struct slice type = media_type(content_type);
    const char *slash = memchr(type.p, '/', type.n);
    if (type.n == 0) return "type-none";
    struct slice major = slice_of(type.p, slash ? (size_t)(slash - type.p) : type.n);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(major, known[i] + 5)) return known[i];
    return "type-other";
}

bool document_looks_like_html(struct slice s)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<title", "<!--"};
    if (slice_has_prefix(s, "\xef\xbb\xbf")) s = slice_of(s.p + 3, s.n - 3);
    s = slice_trim(slice_of(s.p, s.n < 4096 ? s.n : 4096));
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]);
        if (s.n >= n && slice_eq_nocase(slice_of(s.p, n), starts[i])) return true;
    }
    return false;
}

/* Sets d->html; NULL, or the kind under which the record is skipped. */
static const char *choose_type(struct draft *d, struct slice identified)
{
    if (media_type(d->content_type).n == 0) d->content_type = identified;
    if (media_type(d->content_type).n == 0 && document_looks_like_html(d->body)) d->html = true;
    d->html |= type_is(d->content_type, "text/html") || type_is(d->content_type, "application/xhtml+xml");
    if (d->html || type_is(d->content_type, "text/plain")) return NULL;
    return skipped_type(d->content_type);
}

static const char *skipped_status(int status)
{
    static const char *const kinds[] = {"http-1xx", "http-2xx", "http-3xx", "http-4xx", "http-5xx"};
    if (status == 200) return NULL;
    return status >= 100 && status < 600 ? kinds[status / 100 - 1] : "http-other";
}

static const char *coding_kind(const char *coding)
{
    static const char *const kinds[] = {"encoding-br", "encoding-zstd", "encoding-compress"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i] + 9, coding) == 0) return kinds[i];
    return "encoding-other";
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
        if (!kind && media_type(d->content_type).n) kind = choose_type(d, identified);
    }
    *done = kind != NULL;
    if (kind) return skip(d, kind);
    size_t most = large_allowed ? m->options.max_record : DOCUMENT_LARGE;
    enum http_decoded r = http_decode(&http, most, &m->a, &m->b, &d->body, &coding);
    if (r == HTTP_TOO_LARGE && !large_allowed) return DOCUMENT_LATER;
    if (r == HTTP_PARTIAL) d->truncated = slice_str("encoding");
    *done = r == HTTP_UNKNOWN || r == HTTP_TOO_LARGE || (kind = choose_type(d, identified)) != NULL;
    if (r == HTTP_NO_MEMORY) return -ERR_IO;
    if (r == HTTP_UNKNOWN) return skip(d, coding_kind(coding));
    if (r == HTTP_TOO_LARGE) return damage(d, "its decoded body is larger than --max-record");
    return kind ? skip(d, kind) : 0;
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

static int take_warc(struct document_maker *m, struct draft *d, char *head, char *block, bool large_allowed,
                     struct err *e)
{
    const char *kind = NULL, *first = memchr(head, '\n', d->piece->head_bytes);
    size_t line = first ? (size_t)(first + 1 - head) : d->piece->head_bytes;
    struct fields *f = &m->fields;
    fields_parse(f, head + line, d->piece->head_bytes - line);
    take_warc_fields(d, f);
    enum warc_type type = warc_type(fields_get(f, "WARC-Type"), &kind);
    if (type == WARC_SKIPPED) return skip(d, kind);
    if (slice_has_prefix(d->url, "metadata:")) return skip(d, "metadata"); /* wget's log and arguments */
    if (d->id.n == 0 && make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return skip(d, "sample");
    struct slice content_type = fields_get(f, "Content-Type");
    struct slice identified = fields_get(f, "WARC-Identified-Payload-Type");
    if (type == WARC_RESPONSE) {
        bool done = false;
        if (!type_is(content_type, "application/http")) identified = identified.n ? identified : content_type;
        int r = open_http(m, d, block, identified, large_allowed, &done);
        if (r < 0) return err_nomem(e, "decoding an HTTP body");
        if (done || r == DOCUMENT_LATER) return r;
    } else {
        d->content_type = content_type;
        d->is_final = type == WARC_CONVERSION;
        kind = choose_type(d, identified);
        if (kind && !d->is_final) return skip(d, kind);
        d->html &= !d->is_final;
    }
    return take_body(m, d, e);
}

/* ------------------------------------------------------------------ files, entries, lines */

static int take_file(struct document_maker *m, struct draft *d, char *head, struct err *e)
{
    const struct piece *p = d->piece;
    d->html = p->kind == PIECE_HTML;
    d->format = p->kind == PIECE_HTML ? "html" : p->kind == PIECE_TEXT ? "text" : "archive";
    d->path = p->kind == PIECE_ENTRY ? slice_of(head, p->head_bytes) : slice_str(p->file);
    if (p->kind == PIECE_ENTRY && p->mtime != INT64_MIN) {
        time_t t = (time_t)p->mtime;
        struct tm tm;
        if (gmtime_r(&t, &tm))
            d->created = slice_of(d->date, strftime(d->date, sizeof d->date, "%Y-%m-%dT%H:%M:%SZ", &tm));
    }
    if (make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return skip(d, "sample");
    if (memchr(d->body.p, 0, d->body.n < 8192 ? d->body.n : 8192) && p->kind == PIECE_ENTRY &&
        !slice_has_prefix(d->body, "\xff\xfe") && !slice_has_prefix(d->body, "\xfe\xff"))
        return skip(d, "binary");
    return take_body(m, d, e);
}

/* A line without an id gets one, in front of its members or in the place of an empty one. */
static int put_with_id(const struct doc *doc, struct slice id, struct buf *out)
{
    size_t from = out->n;
    if (doc_write(doc, out) < 0) return -1;
    char *line = out->p + from, *brace = memchr(line, '{', out->n - from);
    bool empty_id = doc->id.p >= doc->line.p && doc->id.p <= doc->line.p + doc->line.n;
    size_t at = empty_id ? (size_t)(doc->id.p - doc->line.p) : (size_t)(brace + 1 - line);
    struct buf fixed;
    buf_init(&fixed, BUF_NO_MAX);
    buf_put(&fixed, line, at);
    buf_printf(&fixed, empty_id ? "%.*s" : "\"id\":\"%.*s\",", (int)id.n, id.p);
    buf_put(&fixed, line + at, out->n - from - at);
    out->n = from;
    int r = fixed.failed ? -1 : buf_put_slice(out, buf_slice(&fixed));
    buf_free(&fixed);
    return r;
}

static int take_line(struct document_maker *m, struct draft *d, struct err *e)
{
    struct err why = {0};
    struct doc *doc = &m->doc;
    d->format = "jsonl";
    int r = jsonl_parse(m->jsonl, d->body.p, d->body.n, doc, &why);
    if (r == -ERR_DATA) return damage(d, why.msg);
    if (r < 0) return err_nomem(e, "parsing a line");
    bool has_id = doc->id.n > 0;
    d->id = doc->id;
    if (!has_id && make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) {
        ledger_skip(d->ledger, "sample", doc->text.n);
        return DOCUMENT_DONE;
    }
    r = has_id ? doc_write(doc, d->out) : put_with_id(doc, d->id, d->out);
    if (r < 0) return err_nomem(e, "writing a line");
    ledger_keep(d->ledger, doc->text.n, doc->text.n);
    ++*d->records;
    return DOCUMENT_DONE;
}

int document_make(struct document_maker *m, char *bytes, const struct piece *piece, bool large_allowed,
                  struct buf *out, uint64_t *records, struct ledger *l, struct err *e)
{
    const struct slice none = {"", 0};
    if (piece->body_bytes > DOCUMENT_LARGE && !large_allowed) return DOCUMENT_LATER;
    char *head = bytes + piece->head, *body = bytes + piece->body;
    struct draft d = {.piece = piece,
                      .body = slice_of(body, piece->body_bytes),
                      .id = none,
                      .created = none,
                      .content_type = none,
                      .url = none,
                      .path = none,
                      .languages = none,
                      .record_id = none,
                      .truncated = none,
                      .out = out,
                      .records = records,
                      .ledger = l};
    l->in++;
    int r = piece->kind == PIECE_WARC   ? take_warc(m, &d, head, body, large_allowed, e)
            : piece->kind == PIECE_LINE ? take_line(m, &d, e)
                                        : take_file(m, &d, head, e);
    if (r == DOCUMENT_LATER) l->in--;
    give_back(&m->a);
    give_back(&m->b);
    return r;
}
