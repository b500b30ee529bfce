/* page.h: a page of HTML as text with marks, and the spans of it that elements cover.
 *
 * The text is what a reader sees, white space collapsed, in the order of the source; a byte of at most 7 in it is a mark (what
 * separates the words around it). Spans say which part of the text lies in an element that matters for choosing the
 * main content; choosing and laying out are extract.h's.
 *
 * Open elements are followed as far as text needs it: implied end tags, scopes, lists, <pre>. Deeper than PAGE_DEPTH they
 * are only counted. Memory: the text (at most the page's size and a half), PAGE_SPANS spans. Time: linear. */
#ifndef LEAT_INGEST_PAGE_H
#define LEAT_INGEST_PAGE_H

#include "common/err.h"
#include "ingest/extract/blocks.h"
#include "ingest/html/formula.h"
#include "ingest/html/html.h"
#include "ingest/html/notes.h"
#include "ingest/html/pagemeta.h"

enum page_mark {
    MARK_LINE = 1,      /* a block begins or ends: a new line */
    MARK_PARAGRAPH = 2, /* …with a blank line between */
    MARK_BREAK = 3,     /* <br>: two of them make a blank line */
    MARK_CELL = 4,      /* a table cell begins */
    MARK_ITEM = 5,      /* the first item of a list begins */
    MARK_NEXT_ITEM = 6, /* another item begins */
    MARK_ITEM_END = 7
};
#define MARK_LAST MARK_ITEM_END

enum page_span_kind {
    SPAN_FURNITURE, /* navigation, footer, form controls…: never main content */
    SPAN_SUSPECT,   /* named or hidden as if it were furniture: it is, unless most of the page lies in it */
    SPAN_HEADER,    /* <header> */
    SPAN_NOSCRIPT, /* <noscript>: shown to nobody, unless it is the page itself (forum software serves it so) */
    SPAN_MAIN,     /* <main>, role=main */
    SPAN_ARTICLE   /* <article> */
};

struct page_span {
    size_t start, end; /* in the text */
    enum page_span_kind kind;
    bool in_content; /* opened inside SPAN_MAIN or SPAN_ARTICLE */
};

#define PAGE_DEPTH 512
#define PAGE_SPANS 65536
#define PAGE_NAMES 64 /* unknown elements are counted by hash */

struct page_open { /* an open element */
    enum tag tag;
    uint32_t hash;
    int32_t span;  /* index, -1: none */
    uint32_t note; /* index + 1, 0: none */
    uint32_t node; /* in blocks */
    bool unseen, has_items;
};

struct page {
    struct buf text;
    struct buf title; /* pagetitle.h */
    char lang[36];    /* of <html>; "" when there is none */
    struct pagemeta meta;
    bool markdown; /* set by the caller: notes are taken of all, not of tables only */
    struct notes notes;
    struct page_span *spans; /* in the order of their starts; properly nested */
    size_t n_spans, cap_spans;

    struct blocks blocks;
    struct formula formula;
    struct page_open open[PAGE_DEPTH];
    size_t depth;
    uint64_t deeper; /* open elements beyond PAGE_DEPTH */
    uint32_t counts[TAG_COUNT + PAGE_NAMES];
    uint32_t unseen, lists, pre, content; /* open elements of that nature */
    size_t h1_start, h1_end;              /* of the first <h1>, in the text; end = 0: none yet */
    size_t last_mark;                     /* marks before this offset are not merged with later ones */
    bool space;                           /* white space was met since the last word */
    bool in_title, muted, pre_start;
    bool failed;
};

void page_init(struct page *p);
void page_free(struct page *p);

/* Reads a page (valid UTF-8); what the last one left is forgotten. -ERR_IO: out of memory. */
int page_read(struct page *p, struct html *h, struct slice html, struct err *e);

#endif
