/* rules.c: chooses the main content of a page that has too little text to be judged by its blocks.
 *
 * Furniture goes, and what is named or hidden like furniture unless half of the page lies in it. Of the rest, the
 * one <main>, else the one <article>, is the content if it holds enough of the text; else all of it is. Where next to
 * nothing would be left, the names, and then the furniture, are believed less.
 * In: struct page. Out: text. State: none. Memory: the output. Time: linear in text and spans. */
#include "ingest/extract/rules.h"

#define CONTENT_MIN 200  /* bytes that a <main> or <article> must have to be believed */
#define KEPT_SHARE 10    /* a page of which less is kept, and less than CONTENT_MIN, is read less strictly */
#define NOSCRIPT_MIN 500 /* bytes of a <noscript> that is more than a plea for JavaScript */
#define CONTENT_SHARE 4  /* …and at least one part in so many of what is left of the page */

/* ------------------------------------------------------------------ choice */

/* How much is dropped. A page of which next to nothing would be left is read less strictly. */
enum strictness { DROP_NOSCRIPT, DROP_FURNITURE, DROP_SUSPECTS };

static bool is_dropped(const struct page *p, enum strictness strict, const struct page_span *s)
{
    size_t bytes = s->end - s->start;
    if (s->kind == SPAN_NOSCRIPT) return bytes < NOSCRIPT_MIN || bytes <= p->text.n / 2;
    if (strict == DROP_NOSCRIPT) return false;
    switch (s->kind) {
    case SPAN_FURNITURE: return true;
    case SPAN_HEADER: return !s->in_content && bytes <= p->text.n / 2;
    case SPAN_SUSPECT: return strict == DROP_SUSPECTS && bytes <= p->text.n / 2;
    default: return false;
    }
}

/* Spans are nested and in the order of their starts: the first span behind those inside span i. */
static size_t span_behind(const struct page *p, size_t i)
{
    size_t end = p->spans[i].end;
    for (i++; i < p->n_spans && p->spans[i].start < end && p->spans[i].end <= end;) i++;
    return i;
}

/* Bytes of [start, end) that are kept. */
static size_t kept_bytes(const struct page *p, enum strictness strict, size_t start, size_t end)
{
    size_t bytes = end - start;
    for (size_t i = 0; i < p->n_spans;) {
        const struct page_span *s = &p->spans[i];
        bool inside = s->start >= start && s->end <= end;
        if (inside && is_dropped(p, strict, s)) {
            bytes -= s->end - s->start;
            i = span_behind(p, i);
        } else {
            i++;
        }
    }
    return bytes;
}

/* The one outermost span of a kind that is not dropped: its index; -1: none, or several. */
static int64_t only_span(const struct page *p, enum strictness strict, enum page_span_kind kind)
{
    int64_t found = -1;
    for (size_t i = 0; i < p->n_spans;) {
        bool here = p->spans[i].kind == kind;
        if (here && found >= 0) return -1;
        if (here) found = (int64_t)i;
        i = here || is_dropped(p, strict, &p->spans[i]) ? span_behind(p, i) : i + 1;
    }
    return found;
}

static bool choose_span(const struct page *p, enum strictness strict, enum page_span_kind kind, size_t *start,
                        size_t *end)
{
    int64_t i = only_span(p, strict, kind);
    if (i < 0) return false;
    size_t all = kept_bytes(p, strict, 0, p->text.n),
           bytes = kept_bytes(p, strict, p->spans[i].start, p->spans[i].end);
    if (bytes < CONTENT_MIN || bytes < all / CONTENT_SHARE) return false;
    *start = p->spans[i].start;
    *end = p->spans[i].end;
    return true;
}

static enum strictness choose_strictness(const struct page *p)
{
    enum strictness strict = DROP_SUSPECTS;
    size_t least = p->text.n / KEPT_SHARE < CONTENT_MIN ? p->text.n / KEPT_SHARE : CONTENT_MIN;
    while (strict > DROP_NOSCRIPT && kept_bytes(p, strict, 0, p->text.n) < least) strict--;
    return strict;
}

/* ------------------------------------------------------------------ what is laid out */

/* [start, end) without the spans that are dropped. */
static void put_kept(struct layout *l, const struct page *p, enum strictness strict, size_t start, size_t end)
{
    for (size_t i = 0; i < p->n_spans && start < end;) {
        const struct page_span *s = &p->spans[i];
        if (s->start < start || s->end > end || !is_dropped(p, strict, s)) {
            i++;
            continue;
        }
        layout_range(l, p, start, s->start);
        layout_seam(l);
        start = s->end;
        i = span_behind(p, i);
    }
    layout_range(l, p, start, end);
}

static void lay_out(const struct page *p, enum strictness strict, struct buf *out)
{
    struct layout l;
    layout_init(&l, out);
    size_t start = 0, end = p->text.n;
    if (strict > DROP_NOSCRIPT && !choose_span(p, strict, SPAN_MAIN, &start, &end))
        choose_span(p, strict, SPAN_ARTICLE, &start, &end);
    put_kept(&l, p, strict, start, end);
    layout_end(&l);
}

void rules_main(const struct page *p, struct buf *out)
{
    size_t begin = out->n;
    enum strictness strict = choose_strictness(p);
    lay_out(p, strict, out);
    while (out->n == begin && strict > DROP_NOSCRIPT) lay_out(p, --strict, out);
}

void rules_all(const struct page *p, struct buf *out)
{
    lay_out(p, DROP_NOSCRIPT, out);
}
