/* document.c: a raw record to a document, by the way for its kind.
 *
 * In: a raw record. Out: a line of JSON, and the ledger. State: buffers and parsers that are used again. Memory: a few
 * times the record. */
#include "ingest/document.h"
#include "ingest/draft.h"

static const struct admit_options no_lists;

int document_init(struct document_maker *m, const struct document_options *o, struct err *e)
{
    memset(m, 0, sizeof *m);
    m->options = *o;
    if (!o->admit) m->options.admit = &no_lists;
    html_init(&m->html);
    page_init(&m->page);
    m->page.markdown = m->options.markdown;
    m->page.blocks.off = o->extract == EXTRACT_ALL;
    extractor_init(&m->extractor);
    charset_init(&m->charset);
    wikitext_init(&m->wikitext);
    m->wikitext.markdown = o->markdown;
    latex_init(&m->latex);
    xmldoc_init(&m->xml);
    m->latex.markdown = m->xml.markdown = o->markdown;
    buf_init(&m->a, BUF_NO_MAX);
    buf_init(&m->b, BUF_NO_MAX);
    buf_init(&m->text, BUF_NO_MAX);
    buf_init(&m->meta, BUF_NO_MAX);
    buf_init(&m->path, BUF_NO_MAX);
    buf_init(&m->nfc, BUF_NO_MAX);
    buf_init(&m->fixed, BUF_NO_MAX);
    buf_init(&m->spare, BUF_NO_MAX);
    buf_init(&m->value, BUF_NO_MAX);
    admit_init(&m->admit);
    doc_init(&m->doc);
    m->jsonl = jsonl_new();
    return m->jsonl ? 0 : err_nomem(e, "starting");
}

void document_free(struct document_maker *m)
{
    page_free(&m->page);
    extractor_free(&m->extractor);
    charset_free(&m->charset);
    wikitext_free(&m->wikitext);
    latex_free(&m->latex);
    xmldoc_free(&m->xml);
    buf_free(&m->a);
    buf_free(&m->b);
    buf_free(&m->text);
    buf_free(&m->meta);
    buf_free(&m->path);
    buf_free(&m->nfc);
    buf_free(&m->fixed);
    buf_free(&m->spare);
    buf_free(&m->value);
    admit_free(&m->admit);
    doc_free(&m->doc);
    jsonl_free(m->jsonl);
}

static void give_back(struct buf *b)
{
    if (b->cap > DOCUMENT_KEEP_BYTES) buf_free(b);
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
                      .title = none,
                      .author = none,
                      .language = none,
                      .published = none,
                      .license = none,
                      .languages = none,
                      .record_id = none,
                      .truncated = none,
                      .doi = none,
                      .out = out,
                      .records = records,
                      .ledger = l};
    l->in++;
    if (draft_set_path(m, &d, bytes) < 0) return err_nomem(e, "making a document");
    admit_clear(&m->admit);
    int r;
    switch (piece->kind) {
    case PIECE_WARC: r = document_from_warc(m, &d, head, body, large_allowed, e); break;
    case PIECE_ARC: r = document_from_arc(m, &d, head, body, large_allowed, e); break;
    case PIECE_LINE: r = document_from_line(m, &d, e); break;
    case PIECE_PAGE:
    case PIECE_POST: r = document_from_dump(m, &d, e); break;
    default: r = document_from_file(m, &d, large_allowed, e); break;
    }
    if (r == DOCUMENT_LATER)
        l->in--;
    else if (m->admit.search.n_limited)
        ledger_extra(l, "blocklist-expression-limit", m->admit.search.n_limited);
    give_back(&m->a);
    give_back(&m->b);
    return r;
}
