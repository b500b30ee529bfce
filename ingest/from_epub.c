/* from_epub.c: a book becomes a document: its chapters' text, one behind the other, and what its package says of it.
 *
 * In: an EPUB. Out: as draft.h. State: none of its own. */
#include "common/text.h"
#include "ingest/charset/clean.h"
#include "ingest/draft.h"
#include "ingest/read/epub.h"
#include "ingest/extract/rules.h"

/* Appends a chapter's text, all that is shown of it. 1; 0: it has none or is no page; < 0: out of memory. */
static int put_chapter(struct document_maker *m, struct slice chapter, bool perhaps_encrypted, struct err *e)
{
    const char *charset;
    struct err why = {0};
    struct slice page;
    int r = charset_decode(&m->charset, chapter, slice_of("", 0), true, &page, &charset, &why);
    if (r == -ERR_DATA || (r == 0 && clean_is_binary(page))) return 0;
    if (r == 0 && perhaps_encrypted && !slice_has_prefix(slice_trim(page), "<")) return 0;
    if (r == 0) r = page_read(&m->page, &m->html, page, e);
    if (r < 0) return err_nomem(e, "reading a book");
    size_t before = m->text.n;
    if (before) buf_puts(&m->text, "\n\n");
    size_t begin = m->text.n;
    rules_all(&m->page, &m->text);
    if (m->text.failed) return err_nomem(e, "reading a book");
    if (m->text.n > begin) return 1;
    m->text.n = before;
    return 0;
}

/* Without the part of a character where a long value was cut. */
static struct slice value(const struct buf *b)
{
    return slice_of(b->p ? b->p : "", b->n ? utf8_valid_prefix(b->p, b->n) : 0);
}

static int put_book(struct document_maker *m, struct draft *d, const struct epub *b, struct err *e)
{
    size_t shown = 0;
    buf_clear(&m->text);
    for (size_t i = 0; i < b->n_chapters; i++) {
        int r = put_chapter(m, epub_chapter(b, i), b->encrypted, e);
        if (r < 0) return r;
        shown += (size_t)r;
    }
    if (b->in_name_order) ledger_extra(d->ledger, "epub-in-name-order", 1);
    if (shown == 0 && b->encrypted)
        return draft_damage(d, "the book is encrypted: give a copy without its protection");
    d->title = value(&b->title);
    d->author = value(&b->creator);
    d->language = value(&b->language);
    d->published = value(&b->date);
    d->license = value(&b->rights);
    return draft_write(m, d, buf_slice(&m->text), e);
}

int document_from_epub(struct document_maker *m, struct draft *d, bool large_allowed, struct err *e)
{
    struct epub b;
    char why[256];
    size_t most = large_allowed ? m->options.max_record : DOCUMENT_LARGE;
    epub_init(&b);
    int r = epub_read(&b, d->body, most, why, e);
    if (r == EPUB_READ)
        r = put_book(m, d, &b, e);
    else if (r == EPUB_TOO_LARGE && !large_allowed)
        r = DOCUMENT_LATER;
    else if (r > 0)
        r = draft_damage(d, r == EPUB_BROKEN ? why : "its unpacked text is larger than --max-record");
    epub_free(&b);
    return r;
}
