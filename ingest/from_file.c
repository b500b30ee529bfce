/* from_file.c: a file, an entry of an archive or a line of JSON becomes a document.
 *
 * In: its bytes. Out: as draft.h. State: none of its own. */
#include "common/text.h"
#include "ingest/draft.h"
#include <time.h>

int document_from_file(struct document_maker *m, struct draft *d, char *head, struct err *e)
{
    bool done = false;
    const struct piece *p = d->piece;
    d->path = p->kind == PIECE_ENTRY ? slice_of(head, p->head_bytes) : slice_str(p->file);
    if (p->kind == PIECE_HTML)
        d->content = CONTENT_HTML;
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
    if (memchr(d->body.p, 0, d->body.n < 8192 ? d->body.n : 8192) && p->kind == PIECE_ENTRY &&
        !slice_has_prefix(d->body, "\xff\xfe") && !slice_has_prefix(d->body, "\xfe\xff"))
        return draft_skip(d, "binary");
    return draft_body(m, d, e);
}

/* A line without an id gets one, in front of its members or in the place of an empty one. */
static int put_with_id(const struct doc *doc, struct slice id, struct buf *out)
{
    size_t from = out->n;
    if (doc_write(doc, out) < 0) return -1;
    char *line = out->p + from, *brace = memchr(line, '{', out->n - from);
    bool empty_id = doc->id.p >= doc->line.p && doc->id.p <= doc->line.p + doc->line.n;
    size_t at = empty_id ? (size_t)(doc->id.p - doc->line.p) : (size_t)(brace + 1 - line);
    const char *metadata = doc->metadata.n ? doc->metadata.p : doc->metadata_null.p;
    if (empty_id && metadata && metadata < doc->id.p)
        at += out->n - from - 1 - doc->line.n; /* what edits added before */
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

/* Whether a line's metadata.url lets it in; where it is blocked and kept, it says so. */
static int admit_line(struct document_maker *m, struct draft *d, const char **kind, struct err *e)
{
    const struct admit_options *o = m->options.admit;
    struct slice url = {"", 0};
    struct err why = {0};
    *kind = NULL;
    if (!o->blocked && !o->allowed) return 0;
    if (jsonl_meta_str(m->jsonl, &m->doc, "url", &url, &why) != 1) url.n = 0;
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
    d->format = "jsonl";
    int r = jsonl_parse(m->jsonl, d->body.p, d->body.n, doc, &why);
    if (r == -ERR_DATA) return draft_damage(d, why.msg);
    if (r < 0) return err_nomem(e, "parsing a line");
    bool has_id = doc->id.n > 0;
    d->id = doc->id;
    if (!has_id && draft_make_id(m, d, e) < 0) return -ERR_IO;
    if (!hash_sampled(d->id, m->options.sample)) {
        ledger_skip(d->ledger, "sample", doc->text.n);
        return DOCUMENT_DONE;
    }
    if (admit_line(m, d, &kind, e) < 0) return -ERR_IO;
    if (kind) {
        ledger_skip(d->ledger, kind, doc->text.n);
        return DOCUMENT_DONE;
    }
    r = has_id ? doc_write(doc, d->out) : put_with_id(doc, d->id, d->out);
    if (r < 0) return err_nomem(e, "writing a line");
    ledger_keep(d->ledger, doc->text.n, doc->text.n);
    ++*d->records;
    return DOCUMENT_DONE;
}
