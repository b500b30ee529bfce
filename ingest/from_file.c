/* from_file.c: a file, an entry of an archive or a line of JSON becomes a document.
 *
 * In: its bytes. Out: as draft.h. State: none of its own. */
#include "common/text.h"
#include "ingest/draft.h"
#include <time.h>

int document_from_file(struct document_maker *m, struct draft *d, struct err *e)
{
    const struct piece *p = d->piece;
    if (p->kind == PIECE_HTML)
        d->content = CONTENT_HTML;
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

int document_from_line(struct document_maker *m, struct draft *d, struct err *e)
{
    struct err why = {0};
    struct doc *doc = &m->doc;
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
    r = has_id ? doc_write(doc, d->out) : put_with_id(doc, d->id, d->out);
    if (r < 0) return err_nomem(e, "writing a line");
    ledger_keep(d->ledger, doc->text.n, doc->text.n);
    ++*d->records;
    return DOCUMENT_DONE;
}
