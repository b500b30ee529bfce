/* from_file.c: a file, an entry of an archive or a line of JSON becomes a document.
 *
 * In: its bytes. Out: as draft.h. State: none of its own. */
#include "common/json_text.h"
#include "common/text.h"
#include "ingest/draft.h"
#include <time.h>

int document_from_file(struct document_maker *m, struct draft *d, bool large_allowed, struct err *e)
{
    bool done = false;
    const struct piece *p = d->piece;
    if (p->kind == PIECE_HTML)
        d->content = CONTENT_HTML;
    else if (p->kind == PIECE_EPUB)
        d->content = CONTENT_EPUB;
    else if (m->options.content != CONTENT_TEXT)
        d->content = m->options.content;
    else if (!m->options.raw)
        d->content = content_of_file(d->path, d->body);
    d->format = p->kind == PIECE_ENTRY ? "archive" : content_name(d->content);
    if (p->kind == PIECE_ENTRY && p->mtime != INT64_MIN) {
        time_t t = (time_t)p->mtime;
        struct tm tm;
        if (gmtime_r(&t, &tm))
            d->created = slice_of(d->date, strftime(d->date, sizeof d->date, "%Y-%m-%dT%H:%M:%SZ", &tm));
    }
    if (draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) return draft_skip(d, "sample");
    int r = draft_admit(m, d, &done, e);
    if (r < 0 || done) return r;
    if (d->content == CONTENT_EPUB) return document_from_epub(m, d, large_allowed, e);
    if (memchr(d->body.p, 0, d->body.n < 8192 ? d->body.n : 8192) && p->kind == PIECE_ENTRY &&
        !slice_has_prefix(d->body, "\xff\xfe") && !slice_has_prefix(d->body, "\xfe\xff"))
        return draft_skip(d, "binary");
    return draft_body(m, d, e);
}

/* ------------------------------------------------------------------ lines of JSON */

/* Sets a member of the line that begins at `from` of *out. */
static int set_member(struct document_maker *m, struct buf *out, size_t from, const char *key,
                      struct slice value)
{
    buf_clear(&m->b);
    if (map_set_member(&m->b, slice_of(out->p + from, out->n - from), key, value) < 0) return -ERR_IO;
    out->n = from;
    return buf_put_slice(out, buf_slice(&m->b)) < 0 ? -ERR_IO : 0;
}

/* What is said of a line that has no text: which keys it has instead, and what to do. */
static int damage_line(struct document_maker *m, struct draft *d, struct slice line, const char *why)
{
    struct slice at = line, key, value;
    bool has_text = jsonl_check(m->jsonl, line.p, line.n, NULL) < 0;
    while (!has_text && json_member_next(&at, &key, &value)) has_text = json_key_is(key, slice_str("text"));
    if (has_text) return draft_damage(d, why);
    buf_clear(&m->b);
    buf_puts(&m->b, "no \"text\"; its keys are: ");
    map_put_keys(&m->b, line);
    buf_puts(&m->b, ". Name the one that holds the text: --fields text=KEY");
    return buf_terminate(&m->b) < 0 ? draft_damage(d, why) : draft_damage(d, m->b.p);
}

/* The line with its members moved as --fields says, with padding behind. 0, or as map_apply. */
static int map_line(struct document_maker *m, struct slice *line, struct err *why)
{
    if (!m->options.map) return 0;
    int r = jsonl_check(m->jsonl, line->p, line->n, why);
    buf_clear(&m->a);
    if (r == 0) r = map_apply(m->options.map, *line, &m->a, why);
    if (r <= 0) return r;
    if (buf_reserve(&m->a, JSONL_PADDING) < 0) return -ERR_IO;
    memset(m->a.p + m->a.n, 0, JSONL_PADDING);
    *line = buf_slice(&m->a);
    return 0;
}

/* Writes a parsed line: as it is but for an id where it has none, --source, which is every document's, and the archive that it
 * lies in. */
static int write_line(struct document_maker *m, struct draft *d)
{
    struct doc *doc = &m->doc;
    struct slice source = slice_str(m->options.source);
    bool renamed = m->options.source && !slice_eq(doc->source, source);
    size_t from = d->out->n;
    int r = 0;
    if (renamed && doc->source.n) r = doc_meta_set_str(doc, "original_source", doc->source);
    if (r == 0) r = draft_set_origin(m, d);
    if (r == 0) r = doc_write(doc, d->out);
    if (r == 0 && renamed) r = set_member(m, d->out, from, "source", source);
    if (r == 0 && doc->id.n == 0) r = set_member(m, d->out, from, "id", d->id);
    return r;
}

/* Whether a line's metadata.url lets it in; where it is blocked and kept, it says so. */
/* The "url" beside the text, as C4 has it; what is escaped in it is no matter to a host. n = 0: there is none. */
static struct slice line_url(const struct doc *doc)
{
    struct slice at = doc->line, key, value;
    while (json_member_next(&at, &key, &value))
        if (json_key_is(key, slice_str("url")) && value.n >= 2 && *value.p == '"')
            return slice_of(value.p + 1, value.n - 2);
    return slice_of("", 0);
}

static int admit_line(struct document_maker *m, struct draft *d, const char **kind, struct err *e)
{
    const struct admit_options *o = m->options.admit;
    struct slice url = {"", 0};
    struct err why = {0};
    *kind = NULL;
    if (!o->blocked && !o->allowed) return 0;
    if (jsonl_meta_str(m->jsonl, &m->doc, "url", &url, &why) != 1) url = line_url(&m->doc);
    if (admit_url(&m->admit, o, url, kind) < 0) return err_nomem(e, "reading a URL");
    if (m->admit.blocked && !*kind)
        doc_meta_set_str(&m->doc, "blocklist", slice_str(m->admit.blocked + strlen(BLOCKLIST_PREFIX)));
    return 0;
}

int document_from_line(struct document_maker *m, struct draft *d, struct err *e)
{
    struct err why = {0};
    struct doc *doc = &m->doc;
    const char *kind;
    struct slice line = d->body;
    d->format = "jsonl";
    int r = map_line(m, &line, &why);
    if (r == -ERR_DATA) return draft_damage(d, why.msg);
    if (r == 0) r = jsonl_parse(m->jsonl, line.p, line.n, doc, &why);
    if (r == -ERR_DATA) return damage_line(m, d, line, why.msg);
    if (r < 0) return err_nomem(e, "parsing a line");
    d->id = doc->id;
    if (doc->id.n == 0 && draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) {
        ledger_skip(d->ledger, "sample", doc->text.n);
        return DOCUMENT_DONE;
    }
    if (admit_line(m, d, &kind, e) < 0) return -ERR_IO;
    if (kind) {
        ledger_skip(d->ledger, kind, doc->text.n);
        return DOCUMENT_DONE;
    }
    if (write_line(m, d) < 0) return err_nomem(e, "writing a line");
    ledger_keep(d->ledger, doc->text.n, doc->text.n);
    ++*d->records;
    return DOCUMENT_DONE;
}
