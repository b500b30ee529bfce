/* draft.c: from what is known of a record to a line of JSON.
 *
 * In: a draft. Out: a line of JSON, and the ledger. State: the document_maker's buffers and parsers, which are used again.
 * Memory: a few times the record; more than DOCUMENT_KEEP_BYTES is given back after each. */
#include "ingest/draft.h"
#include "common/json_text.h"
#include "common/text.h"
#include "ingest/charset/clean.h"
#include "ingest/read/path.h"
#include "ingest/charset/mojibake.h"
#include "ingest/charset/nfc.h"
#include "ingest/html/pagedate.h"
#include <inttypes.h>

static void give_back(struct buf *b)
{
    if (b->cap > DOCUMENT_KEEP_BYTES) buf_free(b);
}

int draft_skip(struct draft *d, const char *kind)
{
    ledger_skip(d->ledger, kind, 0);
    return DOCUMENT_DONE;
}

int draft_damage(struct draft *d, const char *why)
{
    d->ledger->in--; /* ledger_damage counts it again */
    bool entry = d->piece->kind == PIECE_ENTRY || d->outer.n > 0;
    int n = d->path.n < 200 ? (int)d->path.n : (int)utf8_valid_prefix(d->path.p, 200);
    ledger_damage(d->ledger, d->piece->file, d->piece->offset, d->body.n, "%.*s%s%s", entry ? n : 0,
                  d->path.p, entry ? ": " : "", why);
    return DOCUMENT_DONE;
}

static struct slice base_name(const struct draft *d)
{
    return path_base(slice_str(d->piece->file));
}

/* "a.zip!/b.c" for what lies inside an archive's entry. */
int draft_set_path(struct document_maker *m, struct draft *d, const char *bytes)
{
    const struct piece *p = d->piece;
    bool named = p->kind == PIECE_ENTRY;
    d->outer = slice_of(bytes + p->outer, p->outer_bytes);
    d->path = named            ? slice_of(bytes + p->head, p->head_bytes)
              : p->outer_bytes ? d->outer
                               : slice_str(p->file);
    if (!named || !p->outer_bytes) return 0;
    buf_clear(&m->path);
    buf_put_slice(&m->path, d->outer);
    buf_puts(&m->path, "!/");
    buf_put(&m->path, bytes + p->head, p->head_bytes);
    d->path = buf_slice(&m->path);
    return m->path.failed ? -ERR_IO : 0;
}

static const char *source_of(const struct document_maker *m, const struct draft *d)
{
    return m->options.source ? m->options.source : d->format;
}

static bool is_capture(const struct piece *p)
{
    return p->kind == PIECE_WARC || p->kind == PIECE_ARC;
}

/* XXH128 of source, container, place and (but of captures) content, when the record has no id of its own. Containers count by
 * their base name, so that it does not matter where they lie; the content keeps apart what different runs read under one
 * name; inputs of one base name and content are told apart by their order. */
int draft_make_id(struct document_maker *m, struct draft *d, struct err *e)
{
    const struct piece *p = d->piece;
    struct buf *key = &m->meta;
    buf_clear(key);
    buf_printf(key, "%s\n", source_of(m, d));
    buf_put_slice(key, base_name(d));
    buf_printf(key, "\n%" PRIu64 "\n%" PRIu64 "\n", p->offset, p->inner_offset);
    if (p->kind == PIECE_ENTRY) buf_printf(key, "%" PRIu64 "\n", p->index);
    if (d->outer.n) buf_printf(key, "%" PRIu64 "\n", p->outer_index);
    if (p->kind == PIECE_ENTRY || d->outer.n)
        buf_put_slice(key, d->path);
    else if (!is_capture(p) && p->kind != PIECE_LINE)
        buf_put_slice(key, base_name(d));
    if (p->twin) buf_printf(key, "\n%" PRIu64, p->twin);
    if (!is_capture(p)) {
        hash128_hex(hash128(d->body.p, d->body.n), d->id_hex);
        buf_printf(key, "\n%s", d->id_hex);
    }
    if (key->failed) return err_nomem(e, "making an id");
    hash128_hex(hash128(key->p, key->n), d->id_hex);
    d->id = slice_of(d->id_hex, HASH128_HEX);
    return 0;
}

int draft_admit(struct document_maker *m, struct draft *d, bool *done, struct err *e)
{
    const char *kind;
    if (admit_url(&m->admit, m->options.admit, d->url, &kind) < 0) return err_nomem(e, "reading a URL");
    *done = kind != NULL;
    return kind ? draft_skip(d, kind) : 0;
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

/* The same for text: brought to the form of the document's text. */
static int set_text_meta(struct document_maker *m, const char *key, struct slice value)
{
    struct err ignored = {0};
    struct slice s = value;
    if (m->options.nfc && utf8_valid_prefix(s.p, s.n) == s.n) {
        buf_clear(&m->meta);
        if (nfc_normalize(&s, &m->meta, &ignored) < 0) return -ERR_IO;
    }
    return set_meta(m, key, s);
}

static int set_warc_meta(struct document_maker *m, const struct draft *d)
{
    const struct piece *p = d->piece;
    int r = set_meta(m, "url", d->url);
    r |= admit_put_url(&m->admit, &m->doc);
    r |= set_meta(m, "warc_file", d->outer.n ? path_base(d->outer) : base_name(d));
    r |= doc_meta_set_int(&m->doc, "warc_offset", (int64_t)p->offset);
    if (p->inner_offset) r |= doc_meta_set_int(&m->doc, "warc_inner_offset", (int64_t)p->inner_offset);
    r |= set_meta(m, "warc_record_id", d->record_id);
    r |= set_meta(m, "content_type", d->content_type);
    if (d->http_status) r |= doc_meta_set_int(&m->doc, "http_status", d->http_status);
    r |= set_meta(m, "languages", d->languages);
    r |= set_meta(m, "truncated", d->truncated);
    return r;
}

static int set_page_meta(struct document_maker *m, const struct draft *d)
{
    const struct pagemeta *meta = &m->page.meta;
    char date[11];
    uint32_t captured =
        is_capture(d->piece) ? pagedate_read(d->created) : 0; /* a page is not younger than its capture */
    uint32_t published = pagemeta_date(meta, d->url, captured ? captured + 1 : 0);
    int r = set_meta(m, "html_lang", slice_str(m->page.lang));
    if (published) {
        pagedate_write(published, date);
        r |= set_meta(m, "date", slice_str(date));
    }
    buf_clear(&m->value);
    r |= pagemeta_canonical(meta, d->url, &m->value);
    r |= set_meta(m, "canonical_url", buf_slice(&m->value));
    return r;
}

static int set_metadata(struct document_maker *m, const struct draft *d)
{
    int r;
    if (is_capture(d->piece))
        r = set_warc_meta(m, d);
    else if (d->piece->kind == PIECE_PAGE || d->piece->kind == PIECE_POST)
        r = set_meta(m, "dump", base_name(d));
    else
        r = set_meta(m, "path", d->path);
    if (d->piece->kind != PIECE_ENTRY && d->outer.n) r |= set_meta(m, "path", d->outer);
    if (d->piece->kind == PIECE_ENTRY || d->outer.n) r |= set_meta(m, "archive", base_name(d));
    if (d->piece->is_part) {
        r |= doc_meta_set_int(&m->doc, "part", (int64_t)d->piece->part);
        r |= doc_meta_set_int(&m->doc, "offset", (int64_t)d->piece->offset);
    }
    r |= set_meta(m, "charset", slice_str(d->charset));
    r |= set_text_meta(m, "title", slice_trim(d->title));
    r |= set_text_meta(m, "author", slice_trim(d->author));
    r |= set_meta(m, "date", slice_trim(d->published));
    r |= set_meta(m, "doi", slice_trim(d->doi));
    r |= set_text_meta(m, "license", slice_trim(d->license));
    r |= set_meta(m, "language", slice_trim(d->language));
    for (size_t i = 0; i < d->n_extra; i++) {
        const struct draft_extra *x = &d->extra[i];
        r |= x->json ? doc_meta_set_raw(&m->doc, x->key, x->value) : set_meta(m, x->key, x->value);
    }
    if (d->content == CONTENT_HTML) r |= set_page_meta(m, d);
    if (d->page_type) r |= set_meta(m, "page_type", slice_str(d->page_type));
    r |= admit_put_consent(&m->admit, &m->doc);
    return r;
}

static bool has_meta(const struct doc *doc, const char *name)
{
    struct slice at = doc->metadata, key, value;
    while (at.n && json_member_next(&at, &key, &value))
        if (json_key_is(key, slice_str(name)) && !slice_is(value, "null")) return true;
    return false;
}

int draft_set_origin(struct document_maker *m, const struct draft *d)
{
    int r = 0;
    if (!d->outer.n) return 0;
    if (!has_meta(&m->doc, "path")) r |= set_meta(m, "path", d->outer);
    if (!has_meta(&m->doc, "archive")) r |= set_meta(m, "archive", base_name(d));
    return r;
}

int draft_write(struct document_maker *m, struct draft *d, struct slice text, struct err *e)
{
    struct doc *doc = &m->doc;
    if (text.n == 0) return draft_skip(d, "empty-text");
    buf_clear(&m->nfc);
    int r = m->options.nfc ? nfc_normalize(&text, &m->nfc, e) : 0;
    if (r < 0) return r;
    if (m->nfc.n) give_back(&m->text);
    r = doc_new(doc, d->id, slice_str(source_of(m, d)), d->created, text);
    give_back(&m->text);
    give_back(&m->nfc);
    if (r == 0) r = set_metadata(m, d);
    if (r == 0) r = doc_write(doc, d->out);
    if (r < 0) return err_nomem(e, "writing a document");
    d->ledger->text_added += text.n;
    ledger_keep(d->ledger, 0, text.n);
    ++*d->records;
    give_back(&doc->new_text);
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

/* Turns back UTF-8 that was taken for windows-1252, in what the charset gave: before references and control characters go. */
static int fix_mojibake(struct document_maker *m, struct draft *d, struct slice *text, struct err *e)
{
    uint64_t repaired = 0;
    if (!m->options.fix_mojibake) return 0;
    if (mojibake_fix(text, &m->fixed, &m->spare, &repaired) < 0) return err_nomem(e, "repairing a text");
    if (repaired) ledger_extra(d->ledger, "mojibake-bytes", repaired);
    return 0;
}

/* The value of a buffer, trimmed. */
static struct slice value(const struct buf *b)
{
    return slice_trim(slice_of(b->n ? b->p : "", b->n));
}

static int latex_body(struct document_maker *m, struct draft *d, struct slice text, struct err *e)
{
    struct latex *l = &m->latex;
    buf_clear(&m->a);
    if (clean_text(&m->a, text) < 0) return err_nomem(e, "cleaning a text");
    int r = latex_text(l, slice_of(m->a.n ? m->a.p : "", m->a.n), &m->text, e);
    d->title = value(&l->title);
    d->author = value(&l->author);
    d->published = value(&l->date);
    if (r == 0 && l->n_inputs) ledger_extra(d->ledger, "latex-input", l->n_inputs);
    return r;
}

static int xml_body(struct document_maker *m, struct draft *d, struct slice text, struct err *e)
{
    struct xmldoc_meta *x = &m->xml.meta;
    buf_clear(&m->a);
    if (clean_text(&m->a, text) < 0) return err_nomem(e, "cleaning a text");
    int r = xmldoc_text(&m->xml, slice_of(m->a.n ? m->a.p : "", m->a.n),
                        d->content == CONTENT_JATS ? XMLDOC_JATS : XMLDOC_TEI, &m->text, e);
    d->title = value(&x->title);
    d->author = value(&x->author);
    d->published = value(&x->date);
    d->doi = value(&x->doi);
    d->license = value(&x->license);
    d->language = value(&x->language);
    return r;
}

/* *kind is set where the page may not become a document. */
static int page_body(struct document_maker *m, struct draft *d, struct slice text, const char **kind,
                     struct err *e)
{
    int r = page_read(&m->page, &m->html, text, e);
    give_back(&m->charset.out);
    if (r == 0) *kind = admit_page(&m->admit, m->options.admit, buf_slice(&m->page.meta.robots));
    if (r == 0 && !*kind)
        r = extract_text(&m->extractor, &m->page, m->options.extract, &m->text, &d->page_type, e);
    give_back(&m->page.text);
    d->title = buf_slice(&m->page.title);
    d->author = pageauthor_get(&m->page.meta.author);
    return r;
}

static struct slice declared_charset(const struct draft *d)
{
    if (d->is_final) return slice_str("utf-8");
    bool xml = d->content == CONTENT_JATS || d->content == CONTENT_TEI;
    struct slice declared = charset_parameter(d->content_type);
    return declared.n == 0 && xml ? xmldoc_declared_charset(d->body) : declared;
}

/* From bytes to text: charset, markup, control characters. */
int draft_body(struct document_maker *m, struct draft *d, struct err *e)
{
    struct slice text;
    const char *kind = NULL;
    struct err why = {0};
    if (content_is_binary(d->body)) return draft_skip(d, "binary");
    int r = charset_decode(&m->charset, d->body, declared_charset(d), d->content == CONTENT_HTML, &text,
                           &d->charset, e);
    if (r == 0) r = fix_mojibake(m, d, &text, e);
    if (r < 0) return r;
    if (clean_is_binary(text)) return draft_skip(d, "binary");
    buf_clear(&m->text);
    switch (d->content) {
    case CONTENT_HTML: r = page_body(m, d, text, &kind, e); break;
    case CONTENT_LATEX: r = latex_body(m, d, text, e); break;
    case CONTENT_JATS:
    case CONTENT_TEI: r = xml_body(m, d, text, &why); break;
    default: r = clean_text(&m->text, text) < 0 ? err_nomem(e, "cleaning a text") : 0; break;
    }
    give_back(&m->charset.out);
    give_back(&m->fixed);
    give_back(&m->spare);
    if (r == -ERR_DATA) return draft_damage(d, why.msg);
    if (r < 0) return why.code ? err_nomem(e, "reading XML") : r;
    if (kind) return draft_skip(d, kind);
    text = buf_slice(&m->text);
    if (is_blank(text)) text.n = 0;
    bool as_it_is = d->content == CONTENT_TEXT && !is_capture(d->piece) && !d->piece->is_part;
    if (!as_it_is) text = without_trailing_space(text);
    while (d->piece->is_part && text.n && *text.p == '\n') text = slice_of(text.p + 1, text.n - 1);
    return draft_write(m, d, text, e);
}
