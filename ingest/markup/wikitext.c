/* wikitext.c: an article of wikitext becomes text, in three passes (wikitext_internal.h).
 *
 * MediaWiki itself works so: its preprocessor knows nothing of lines, its inline pass nothing of templates. Passes keep each
 * rule local, and every one of them reads its input once. In: wikitext. Out: text. State: buffers that are used again.
 * Memory: two copies of the input. */
#include "ingest/markup/wikitext_internal.h"

void wikitext_init(struct wikitext *w)
{
    memset(w, 0, sizeof *w);
    buf_init(&w->a, BUF_NO_MAX);
    buf_init(&w->b, BUF_NO_MAX);
    buf_init(&w->line, BUF_NO_MAX);
    buf_init(&w->word, BUF_NO_MAX);
    buf_init(&w->tables, BUF_NO_MAX);
    buf_init(&w->table, BUF_NO_MAX);
    buf_init(&w->cell, BUF_NO_MAX);
    buf_init(&w->categories, BUF_NO_MAX);
    names_init_tags(&w->tags);
    memset(w->special, true, 0x20);
    w->special['\n'] = w->special['\t'] = false;
    for (const char *p = "<&{}_-\x7f\xc2"; *p; p++) w->special[(uint8_t)*p] = true;
}

void wikitext_free(struct wikitext *w)
{
    buf_free(&w->a);
    buf_free(&w->b);
    buf_free(&w->line);
    buf_free(&w->word);
    buf_free(&w->tables);
    buf_free(&w->table);
    buf_free(&w->cell);
    buf_free(&w->categories);
}

static void reuse(struct buf *b)
{
    if (b->cap > (size_t)1 << 20) buf_free(b);
    buf_clear(b);
}

int wikitext_read(struct wikitext *w, struct slice source, struct slice title, const struct wiki_site *site,
                  struct buf *out, struct err *e)
{
    buf_clear(&w->a);
    buf_clear(&w->b);
    buf_clear(&w->categories);
    wikitext_strip(w, source, title, site, &w->a);
    if (w->a.n) wikitext_link(w, buf_slice(&w->a), site, &w->b);
    if (w->b.n) wikitext_lay(w, buf_slice(&w->b), out);
    bool failed = w->a.failed || w->b.failed || w->line.failed || w->word.failed || w->tables.failed ||
                  w->table.failed || w->cell.failed || w->categories.failed || out->failed;
    reuse(&w->a);
    reuse(&w->b);
    reuse(&w->line);
    reuse(&w->word);
    reuse(&w->tables);
    reuse(&w->table);
    reuse(&w->cell);
    return failed ? err_nomem(e, "converting wikitext") : 0;
}
