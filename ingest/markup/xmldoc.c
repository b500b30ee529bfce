/* xmldoc.c: JATS and TEI to text.
 *
 * libexpat gives elements and text; a table for each dialect says what an element means, a stack what ends with it. An
 * element in no table is transparent: its text belongs to what it stands in.
 *
 * In: UTF-8. Out: text and what is known of the document. State: one document's, made for each. Memory: the output; elements
 * deeper than XMLDOC_DEPTH are only counted. */
#include "ingest/markup/xmldoc.h"
#include "common/text.h"
#include "ingest/html/entities.h"
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

#define XMLDOC_DEPTH 512
#define LOOK_BYTES 8192
#define FEED_BYTES ((size_t)16 << 20)
#define META_BYTES 4096 /* of one value; longer ones are cut */
#define CITATION '\1'   /* stands for a dropped number in the text until the end */

enum xmldoc_action {
    XMLDOC_FLOW, /* transparent */
    XMLDOC_DROP,
    XMLDOC_PARAGRAPH,
    XMLDOC_SECTION, /* a paragraph whose headings are one level below */
    XMLDOC_HEADING,
    XMLDOC_LINE,
    XMLDOC_BREAK, /* an empty element: a line end */
    XMLDOC_SPACE, /* an empty element: white space */
    XMLDOC_LIST,
    XMLDOC_ITEM,
    XMLDOC_ROW, /* paragraphs and lines in it are only white space */
    XMLDOC_CELL,
    XMLDOC_NOTE,
    XMLDOC_VERBATIM,
    XMLDOC_XREF,
    XMLDOC_TEX,
    XMLDOC_MATH,
    XMLDOC_HEADER,   /* only what is known of the document, and abstracts */
    XMLDOC_ABSTRACT, /* text inside a header */
    XMLDOC_TITLE,
    XMLDOC_AUTHOR,
    XMLDOC_SURNAME,
    XMLDOC_GIVEN,
    XMLDOC_NAME, /* of a surname and given names */
    XMLDOC_DATE,
    XMLDOC_DATE_PART,
    XMLDOC_ID,
    XMLDOC_LICENSE,
    XMLDOC_LANGUAGE,
    XMLDOC_SOURCE /* TEI: of the printed text */
};

struct rule {
    const char *name;
    enum xmldoc_action action;
    const char *parent; /* NULL: any */
};

static const struct rule jats[] = {{"front", XMLDOC_HEADER, NULL},
                                   {"front-stub", XMLDOC_HEADER, NULL},
                                   {"abstract", XMLDOC_ABSTRACT, NULL},
                                   {"trans-abstract", XMLDOC_ABSTRACT, NULL},
                                   {"article-title", XMLDOC_TITLE, "title-group"},
                                   {"name", XMLDOC_NAME, "contrib"},
                                   {"surname", XMLDOC_SURNAME, NULL},
                                   {"given-names", XMLDOC_GIVEN, NULL},
                                   {"string-name", XMLDOC_AUTHOR, "contrib"},
                                   {"collab", XMLDOC_AUTHOR, "contrib"},
                                   {"pub-date", XMLDOC_DATE, NULL},
                                   {"year", XMLDOC_DATE_PART, "pub-date"},
                                   {"month", XMLDOC_DATE_PART, "pub-date"},
                                   {"day", XMLDOC_DATE_PART, "pub-date"},
                                   {"article-id", XMLDOC_ID, NULL},
                                   {"license", XMLDOC_LICENSE, NULL},
                                   {"license_ref", XMLDOC_LICENSE, NULL},
                                   {"ref-list", XMLDOC_DROP, NULL},
                                   {"object-id", XMLDOC_DROP, NULL},
                                   {"label", XMLDOC_DROP, "fig"},
                                   {"label", XMLDOC_DROP, "table-wrap"},
                                   {"label", XMLDOC_DROP, "supplementary-material"},
                                   {"label", XMLDOC_DROP, "boxed-text"},
                                   {"label", XMLDOC_DROP, "disp-formula"},
                                   {"label", XMLDOC_DROP, "fn"},
                                   {"label", XMLDOC_DROP, "list-item"},
                                   {"alt-text", XMLDOC_DROP, NULL},
                                   {"long-desc", XMLDOC_DROP, NULL},
                                   {"annotation", XMLDOC_DROP, NULL},
                                   {"related-article", XMLDOC_DROP, NULL},
                                   {"permissions", XMLDOC_DROP, "fig"},
                                   {"permissions", XMLDOC_DROP, "table-wrap"},
                                   {"attrib", XMLDOC_PARAGRAPH, NULL},
                                   {"p", XMLDOC_PARAGRAPH, NULL},
                                   {"title", XMLDOC_PARAGRAPH, "caption"},
                                   {"title", XMLDOC_HEADING, NULL},
                                   {"subtitle", XMLDOC_PARAGRAPH, NULL},
                                   {"caption", XMLDOC_PARAGRAPH, NULL},
                                   {"fig", XMLDOC_PARAGRAPH, NULL},
                                   {"table-wrap", XMLDOC_PARAGRAPH, NULL},
                                   {"table", XMLDOC_PARAGRAPH, NULL},
                                   {"disp-quote", XMLDOC_PARAGRAPH, NULL},
                                   {"verse-group", XMLDOC_PARAGRAPH, NULL},
                                   {"verse-line", XMLDOC_LINE, NULL},
                                   {"disp-formula", XMLDOC_LINE, NULL},
                                   {"speaker", XMLDOC_LINE, NULL},
                                   {"sec", XMLDOC_SECTION, NULL},
                                   {"ack", XMLDOC_PARAGRAPH, NULL},
                                   {"app", XMLDOC_PARAGRAPH, NULL},
                                   {"statement", XMLDOC_PARAGRAPH, NULL},
                                   {"boxed-text", XMLDOC_PARAGRAPH, NULL},
                                   {"sub-article", XMLDOC_PARAGRAPH, NULL},
                                   {"fn", XMLDOC_NOTE, NULL},
                                   {"fn-group", XMLDOC_PARAGRAPH, NULL},
                                   {"list", XMLDOC_LIST, NULL},
                                   {"def-list", XMLDOC_LIST, NULL},
                                   {"list-item", XMLDOC_ITEM, NULL},
                                   {"def-item", XMLDOC_ITEM, NULL},
                                   {"def", XMLDOC_CELL, NULL},
                                   {"tr", XMLDOC_ROW, NULL},
                                   {"td", XMLDOC_CELL, NULL},
                                   {"th", XMLDOC_CELL, NULL},
                                   {"break", XMLDOC_BREAK, NULL},
                                   {"preformat", XMLDOC_VERBATIM, NULL},
                                   {"xref", XMLDOC_XREF, NULL},
                                   {"tex-math", XMLDOC_TEX, NULL},
                                   {"math", XMLDOC_MATH, NULL},
                                   {NULL, XMLDOC_FLOW, NULL}};

static const struct rule tei[] = {{"teiHeader", XMLDOC_HEADER, NULL},
                                  {"title", XMLDOC_TITLE, "titleStmt"},
                                  {"author", XMLDOC_AUTHOR, "titleStmt"},
                                  {"date", XMLDOC_DATE, NULL},
                                  {"sourceDesc", XMLDOC_SOURCE, NULL},
                                  {"availability", XMLDOC_LICENSE, NULL},
                                  {"licence", XMLDOC_LICENSE, NULL},
                                  {"idno", XMLDOC_ID, NULL},
                                  {"language", XMLDOC_LANGUAGE, NULL},
                                  {"abstract", XMLDOC_ABSTRACT, NULL},
                                  {"figDesc", XMLDOC_DROP, NULL},
                                  {"fw", XMLDOC_DROP, NULL},
                                  {"sic", XMLDOC_DROP, "choice"},
                                  {"orig", XMLDOC_DROP, "choice"},
                                  {"abbr", XMLDOC_DROP, "choice"},
                                  {"rdg", XMLDOC_DROP, NULL},
                                  {"del", XMLDOC_DROP, NULL},
                                  {"listBibl", XMLDOC_DROP, NULL},
                                  {"facsimile", XMLDOC_DROP, NULL},
                                  {"standOff", XMLDOC_DROP, NULL},
                                  {"xenoData", XMLDOC_DROP, NULL},
                                  {"index", XMLDOC_DROP, NULL},
                                  {"p", XMLDOC_PARAGRAPH, NULL},
                                  {"ab", XMLDOC_PARAGRAPH, NULL},
                                  {"head", XMLDOC_HEADING, NULL},
                                  {"div", XMLDOC_SECTION, NULL},
                                  {"lg", XMLDOC_PARAGRAPH, NULL},
                                  {"sp", XMLDOC_PARAGRAPH, NULL},
                                  {"trailer", XMLDOC_PARAGRAPH, NULL},
                                  {"epigraph", XMLDOC_PARAGRAPH, NULL},
                                  {"closer", XMLDOC_PARAGRAPH, NULL},
                                  {"opener", XMLDOC_PARAGRAPH, NULL},
                                  {"argument", XMLDOC_PARAGRAPH, NULL},
                                  {"castList", XMLDOC_PARAGRAPH, NULL},
                                  {"table", XMLDOC_PARAGRAPH, NULL},
                                  {"figure", XMLDOC_PARAGRAPH, NULL},
                                  {"floatingText", XMLDOC_PARAGRAPH, NULL},
                                  {"front", XMLDOC_PARAGRAPH, NULL},
                                  {"back", XMLDOC_PARAGRAPH, NULL},
                                  {"body", XMLDOC_PARAGRAPH, NULL},
                                  {"text", XMLDOC_PARAGRAPH, NULL},
                                  {"titlePart", XMLDOC_LINE, NULL},
                                  {"byline", XMLDOC_LINE, NULL},
                                  {"docAuthor", XMLDOC_LINE, NULL},
                                  {"docImprint", XMLDOC_LINE, NULL},
                                  {"docEdition", XMLDOC_LINE, NULL},
                                  {"docDate", XMLDOC_LINE, NULL},
                                  {"speaker", XMLDOC_LINE, NULL},
                                  {"stage", XMLDOC_LINE, "sp"},
                                  {"stage", XMLDOC_LINE, "div"},
                                  {"castItem", XMLDOC_LINE, NULL},
                                  {"dateline", XMLDOC_LINE, NULL},
                                  {"salute", XMLDOC_LINE, NULL},
                                  {"signed", XMLDOC_LINE, NULL},
                                  {"l", XMLDOC_LINE, NULL},
                                  {"row", XMLDOC_ROW, NULL},
                                  {"cell", XMLDOC_CELL, NULL},
                                  {"list", XMLDOC_LIST, NULL},
                                  {"item", XMLDOC_ITEM, NULL},
                                  {"note", XMLDOC_NOTE, NULL},
                                  {"lb", XMLDOC_SPACE, NULL},
                                  {"pb", XMLDOC_FLOW, NULL},
                                  {"formula", XMLDOC_TEX, NULL},
                                  {"eg", XMLDOC_VERBATIM, NULL},
                                  {NULL, XMLDOC_FLOW, NULL}};

struct state {
    bool header, drop, verbatim, math, source, row;
    int level; /* of headings: 1 outside sections */
    struct flow *flow;
    struct buf *capture; /* text goes here instead */
};

struct element {
    struct state outside;
    enum xmldoc_action action;
    const char *name; /* of its rule, or "" */
    char parent_name[24];
};

struct xmldoc_run {
    XML_Parser parser;
    const struct rule *rules;
    enum xmldoc_dialect dialect;
    struct xmldoc_meta *meta;
    struct state s;
    struct element stack[XMLDOC_DEPTH];
    size_t depth;
    uint64_t beyond;
    struct flow text, note;
    struct buf notes, raw; /* raw: verbatim text, TeX, and values of meta data while they are read */
    struct buf surname, given;
    size_t xref_from;
    unsigned date[3]; /* JATS: year, month, day of the date that is being read */
    bool in_xref, has_tex, source_dated, by_author, failed;
};

void xmldoc_init(struct xmldoc *x)
{
    struct xmldoc_meta *m = &x->meta;
    memset(x, 0, sizeof *x);
    struct buf *all[] = {&m->title, &m->author, &m->date, &m->doi, &m->license, &m->language};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_init(all[i], META_BYTES);
}

void xmldoc_free(struct xmldoc *x)
{
    struct xmldoc_meta *m = &x->meta;
    struct buf *all[] = {&m->title, &m->author, &m->date, &m->doi, &m->license, &m->language};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_free(all[i]);
    free(x->run);
}

/* ------------------------------------------------------------------ names and attributes */

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attrs, const char *name)
{
    for (; *attrs; attrs += 2)
        if (strcmp(local_name(*attrs), name) == 0) return attrs[1];
    return NULL;
}

static const struct rule *rule_of(const struct xmldoc_run *x, const char *name)
{
    const char *parent = x->depth ? x->stack[x->depth - 1].parent_name : "";
    const struct rule *r = x->rules;
    for (; r->name; r++)
        if (strcmp(r->name, name) == 0 && (!r->parent || strcmp(r->parent, parent) == 0)) break;
    return r;
}

/* A value's text with white space collapsed, appended; too long a value is cut. */
static void add_value(struct buf *b, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool white = p[i] == ' ' || p[i] == '\n' || p[i] == '\t' || p[i] == '\r';
        if (!white)
            buf_putc(b, p[i]);
        else if (b->n && b->p[b->n - 1] != ' ')
            buf_putc(b, ' ');
    }
}

static void add_value_z(struct buf *b, const char *z)
{
    if (z) add_value(b, z, strlen(z));
}

static struct slice value_of(const struct buf *b)
{
    return slice_trim(slice_of(b->n ? b->p : "", b->n));
}

/* ------------------------------------------------------------------ text */

static bool is_hidden(const struct xmldoc_run *x)
{
    return x->s.drop || (x->s.header && !x->s.capture);
}

static void take_text(struct xmldoc_run *x, const char *p, size_t n)
{
    if (is_hidden(x)) return;
    if (x->s.capture)
        add_value(x->s.capture, p, n);
    else if (x->s.verbatim)
        buf_put(&x->raw, p, n);
    else if (x->s.math)
        for (size_t i = 0; i < n; i++) { /* white space between tokens of MathML says nothing */
            if (p[i] != ' ' && p[i] != '\n' && p[i] != '\t') flow_words(x->s.flow, p + i, 1);
        }
    else
        flow_words(x->s.flow, p, n);
}

/* Control characters that references made are left out, as they are from any text. */
static void on_text(void *ctx, const XML_Char *p, int n)
{
    const char *from = p, *end = p + n;
    for (; p < end; p++) {
        size_t control = *p == 0x7f || *p == '\r';
        if ((unsigned char)*p == 0xc2 && end - p > 1 && (unsigned char)p[1] < 0xa0) control = 2;
        if (!control) continue;
        if (p > from) take_text(ctx, from, (size_t)(p - from));
        p += control - 1;
        from = p + 1;
    }
    if (end > from) take_text(ctx, from, (size_t)(end - from));
}

/* A reference to what only an external DTD could declare: HTML's names cover the usual ones. */
static void on_skipped(void *ctx, const XML_Char *name, int is_parameter)
{
    char reference[40], out[ENTITY_BYTES];
    size_t got = 0;
    int n = snprintf(reference, sizeof reference, "&%s;", name);
    if (is_parameter || n >= (int)sizeof reference) return;
    if (entity_decode(reference, reference + n, false, out, &got)) take_text(ctx, out, got);
}

static void paragraph(struct xmldoc_run *x)
{
    if (is_hidden(x) || x->s.capture || x->s.math) return;
    if (x->s.row && x->s.flow == &x->text) {
        x->text.space = true;
        return;
    }
    if (x->s.flow == &x->text) flow_notes(&x->text, &x->note);
    flow_paragraph(x->s.flow);
}

static void line(struct xmldoc_run *x)
{
    if (is_hidden(x) || x->s.capture || x->s.math) return;
    if (x->s.row && x->s.flow == &x->text)
        x->text.space = true;
    else
        flow_line(x->s.flow);
}

/* ------------------------------------------------------------------ what is known of the document */

static void start_capture(struct xmldoc_run *x, struct buf *into, bool wanted)
{
    if (!wanted || !x->s.header || x->s.drop) return;
    x->s.capture = into;
}

static void add_author(struct xmldoc_run *x, struct slice given, struct slice name)
{
    struct buf *b = &x->meta->author;
    if (name.n == 0 || b->failed) return;
    if (b->n) buf_puts(b, "; ");
    buf_put_slice(b, given);
    if (given.n) buf_putc(b, ' ');
    buf_put_slice(b, name);
}

static void start_id(struct xmldoc_run *x, const char **attrs)
{
    const char *type = attribute(attrs, x->dialect == XMLDOC_JATS ? "pub-id-type" : "type");
    start_capture(x, &x->meta->doi, type && slice_eq_nocase(slice_str(type), "doi") && x->meta->doi.n == 0);
}

static void start_license(struct xmldoc_run *x, const char **attrs)
{
    struct buf *b = &x->meta->license;
    const char *link = attribute(attrs, x->dialect == XMLDOC_JATS ? "href" : "target");
    if (!x->s.header) return;
    if (link && *link) {
        buf_clear(b);
        add_value_z(b, link);
        x->s.capture = NULL;
        x->s.drop = true; /* the address says more than the words */
    } else {
        start_capture(x, b, b->n == 0);
    }
}

static void start_date(struct xmldoc_run *x, const char **attrs)
{
    struct buf *b = &x->meta->date;
    const char *when = attribute(attrs, "when");
    memset(x->date, 0, sizeof x->date);
    if (!x->s.header || x->dialect == XMLDOC_JATS) return;
    bool better = x->s.source && !x->source_dated;
    if (b->n && !better) return;
    x->source_dated |= x->s.source;
    buf_clear(b);
    if (when && *when)
        add_value_z(b, when);
    else
        start_capture(x, b, true);
}

static void take_date_part(struct xmldoc_run *x, const char *name)
{
    struct slice digits = value_of(&x->raw);
    unsigned value = 0, least = 1, most = *name == 'y' ? 9999 : *name == 'm' ? 12 : 31;
    for (size_t i = 0; i < digits.n && i < 5; i++)
        value =
            digits.p[i] >= '0' && digits.p[i] <= '9' ? 10 * value + (unsigned)(digits.p[i] - '0') : most + 1;
    if (value >= least && value <= most) x->date[*name == 'y' ? 0 : *name == 'm' ? 1 : 2] = value;
}

/* "2020-05-07", "2020-05" or "2020": year, month and day come in any order. */
static void end_date(struct xmldoc_run *x)
{
    struct buf *b = &x->meta->date;
    size_t known = 4 + (x->date[1] ? 3 : 0) + (x->date[1] && x->date[2] ? 3 : 0);
    if (!x->date[0] || known <= b->n) return; /* the most exact of several dates */
    buf_clear(b);
    buf_printf(b, "%04u", x->date[0]);
    if (x->date[1]) buf_printf(b, "-%02u", x->date[1]);
    if (x->date[1] && x->date[2]) buf_printf(b, "-%02u", x->date[2]);
}

static void start_meta(struct xmldoc_run *x, enum xmldoc_action action, const char **attrs)
{
    struct xmldoc_meta *m = x->meta;
    switch (action) {
    case XMLDOC_TITLE: start_capture(x, &m->title, m->title.n == 0); break;
    case XMLDOC_ID: start_id(x, attrs); break;
    case XMLDOC_LICENSE: start_license(x, attrs); break;
    case XMLDOC_DATE: start_date(x, attrs); break;
    case XMLDOC_SOURCE: x->s.source = true; break;
    case XMLDOC_LANGUAGE:
        if (m->language.n == 0) add_value_z(&m->language, attribute(attrs, "ident"));
        break;
    case XMLDOC_SURNAME: start_capture(x, &x->surname, true); break;
    case XMLDOC_GIVEN: start_capture(x, &x->given, true); break;
    case XMLDOC_AUTHOR:
        buf_clear(&x->surname);
        buf_clear(&x->given);
        start_capture(x, &x->surname, true);
        break;
    case XMLDOC_NAME:
        buf_clear(&x->surname);
        buf_clear(&x->given);
        break;
    case XMLDOC_DATE_PART:
        buf_clear(&x->raw);
        start_capture(x, &x->raw, m->date.n < 10);
        break;
    default: break;
    }
}

static void end_meta(struct xmldoc_run *x, const struct element *e)
{
    if ((e->action == XMLDOC_AUTHOR || e->action == XMLDOC_NAME) && x->s.header && x->by_author)
        add_author(x, value_of(&x->given), value_of(&x->surname));
    if (e->action == XMLDOC_DATE_PART && x->s.capture) take_date_part(x, e->name);
    if (e->action == XMLDOC_DATE && x->dialect == XMLDOC_JATS) end_date(x);
}

/* ------------------------------------------------------------------ formulas and citations */

/* The formula of what may be a whole LaTeX document around it. */
static struct slice formula_of(struct slice s)
{
    struct slice begin = slice_str("\\begin{document}"), end = slice_str("\\end{document}");
    const char *from = slice_find(s, begin);
    if (from) s = slice_of(from + begin.n, (size_t)(s.p + s.n - from) - begin.n);
    const char *to = slice_find(s, end);
    if (to) s.n = (size_t)(to - s.p);
    s = slice_trim(s);
    if (s.n > 4 && memcmp(s.p, "$$", 2) == 0 && memcmp(s.p + s.n - 2, "$$", 2) == 0)
        s = slice_trim(slice_of(s.p + 1, s.n - 2)); /* "$$" is what converters write for any formula */
    return s;
}

static void put_formula(struct xmldoc_run *x)
{
    struct slice s = formula_of(value_of(&x->raw));
    bool marked = slice_has_prefix(s, "$") || slice_has_prefix(s, "\\(") || slice_has_prefix(s, "\\[") ||
                  slice_has_prefix(s, "\\begin{");
    if (s.n == 0) return;
    if (!marked) flow_puts(x->s.flow, "$");
    flow_words(x->s.flow, s.p, s.n);
    if (!marked) flow_puts(x->s.flow, "$");
    x->has_tex = true;
}

static void start_xref(struct xmldoc_run *x, const char **attrs)
{
    const char *type = attribute(attrs, "ref-type");
    if (x->in_xref || !type || strcmp(type, "bibr") != 0 || is_hidden(x) || x->s.capture || x->s.math) return;
    const char mark = CITATION;
    flow_words(x->s.flow, &mark, 1);
    x->in_xref = true;
    x->xref_from = x->s.flow->out->n;
}

/* A number alone is left out; a name that the sentence needs stays. */
static void end_xref(struct xmldoc_run *x)
{
    struct buf *b = x->s.flow->out;
    if (!x->in_xref || x->xref_from > b->n || b->failed) return;
    bool letters = false;
    for (size_t i = x->xref_from; i < b->n; i++)
        letters |= ((b->p[i] | 0x20) >= 'a' && (b->p[i] | 0x20) <= 'z') || (unsigned char)b->p[i] >= 0xc3;
    x->in_xref = false;
    if (letters) {
        memmove(b->p + x->xref_from - 1, b->p + x->xref_from, b->n - x->xref_from);
        b->n--;
    } else {
        b->n = x->xref_from;
        x->s.flow->space = false;
    }
}

/* ------------------------------------------------------------------ elements */

static void start_action(struct xmldoc_run *x, enum xmldoc_action action, const char **attrs)
{
    struct state *s = &x->s;
    switch (action) {
    case XMLDOC_DROP: s->drop = true; break;
    case XMLDOC_HEADER: s->header = true; break;
    case XMLDOC_ABSTRACT:
        s->header = false;
        paragraph(x);
        break;
    case XMLDOC_PARAGRAPH: paragraph(x); break;
    case XMLDOC_SECTION:
        s->level++;
        paragraph(x);
        break;
    case XMLDOC_HEADING:
        paragraph(x);
        if (!is_hidden(x) && !s->capture && !s->row) flow_heading(s->flow, s->level);
        break;
    case XMLDOC_LINE:
    case XMLDOC_BREAK:
    case XMLDOC_LIST: line(x); break;
    case XMLDOC_ROW:
        line(x);
        s->row = true;
        break;
    case XMLDOC_SPACE: {
        const char *breaks = attribute(attrs, "break");
        if (!breaks || strcmp(breaks, "no") != 0) take_text(x, " ", 1);
        break;
    }
    case XMLDOC_ITEM:
        if (!is_hidden(x) && !s->capture && !s->row) flow_item(s->flow, "-");
        break;
    case XMLDOC_CELL:
        if (!is_hidden(x) && !s->capture && s->flow->lines == 0) flow_cell(s->flow);
        break;
    case XMLDOC_NOTE:
        if (s->flow == &x->text) s->flow = &x->note;
        break;
    case XMLDOC_TEX:
    case XMLDOC_VERBATIM:
        s->verbatim = true;
        buf_clear(&x->raw);
        break;
    case XMLDOC_MATH:
        if (x->has_tex) s->drop = true;
        s->math = true;
        break;
    case XMLDOC_XREF: start_xref(x, attrs); break;
    default: break;
    }
}

static void end_action(struct xmldoc_run *x, enum xmldoc_action action)
{
    switch (action) {
    case XMLDOC_PARAGRAPH:
    case XMLDOC_SECTION:
    case XMLDOC_HEADING:
    case XMLDOC_ABSTRACT: paragraph(x); break;
    case XMLDOC_LINE:
    case XMLDOC_LIST: line(x); break;
    case XMLDOC_ROW:
        x->s.row = false;
        line(x);
        break;
    case XMLDOC_ITEM:
        x->s.flow->labelled = false;
        line(x);
        break;
    case XMLDOC_NOTE:
        if (!is_hidden(x) && !x->s.capture) flow_paragraph(x->s.flow);
        break;
    case XMLDOC_TEX:
        if (!is_hidden(x) && !x->s.capture) put_formula(x);
        break;
    case XMLDOC_VERBATIM:
        if (!is_hidden(x) && !x->s.capture && x->raw.n) flow_code(x->s.flow, buf_slice(&x->raw));
        break;
    case XMLDOC_XREF: end_xref(x); break;
    default: break;
    }
}

static void take_language(struct xmldoc_run *x, const char *name, const char **attrs)
{
    bool root = strcmp(name, "article") == 0 || strcmp(name, "TEI") == 0 || strcmp(name, "text") == 0;
    const char *lang = root ? attribute(attrs, "lang") : NULL;
    if (lang && x->meta->language.n == 0) add_value_z(&x->meta->language, lang);
}

static void on_start(void *ctx, const XML_Char *full, const XML_Char **attrs)
{
    struct xmldoc_run *x = ctx;
    const char *name = local_name(full);
    if (x->depth == XMLDOC_DEPTH) {
        x->beyond++;
        return;
    }
    const struct rule *rule = rule_of(x, name);
    struct element *e = &x->stack[x->depth++];
    e->outside = x->s;
    e->action = rule->action;
    e->name = rule->name ? rule->name : "";
    size_t n = strlen(name) < sizeof e->parent_name ? strlen(name) : sizeof e->parent_name - 1;
    memcpy(e->parent_name, name, n);
    e->parent_name[n] = 0;
    if (strcmp(name, "contrib") == 0) {
        const char *type = attribute(attrs, "contrib-type");
        x->by_author = !type || strcmp(type, "author") == 0;
    }
    if (strcmp(name, "inline-formula") == 0 || strcmp(name, "disp-formula") == 0) x->has_tex = false;
    if (x->depth <= 3) take_language(x, name, attrs);
    if (e->action >= XMLDOC_TITLE)
        start_meta(x, e->action, attrs);
    else
        start_action(x, e->action, attrs);
}

static void on_end(void *ctx, const XML_Char *full)
{
    struct xmldoc_run *x = ctx;
    if (x->beyond) {
        x->beyond--;
        return;
    }
    struct element *e = &x->stack[--x->depth];
    if (e->action >= XMLDOC_TITLE)
        end_meta(x, e);
    else
        end_action(x, e->action);
    x->s = e->outside;
}

/* ------------------------------------------------------------------ a document */

struct slice xmldoc_declared_charset(struct slice s)
{
    struct slice none = {"", 0};
    if (s.n >= 4 && memcmp(s.p, "<\0?\0", 4) == 0) return slice_str("utf-16le");
    if (s.n >= 4 && memcmp(s.p, "\0<\0?", 4) == 0) return slice_str("utf-16be");
    if (!slice_has_prefix(s, "<?xml")) return none;
    const char *end = memchr(s.p, '>', s.n < 256 ? s.n : 256);
    if (!end) return none;
    s.n = (size_t)(end - s.p);
    const char *p = slice_find(s, slice_str("encoding"));
    if (!p) return none;
    while (p < end && *p != '"' && *p != '\'') p++;
    if (p == end) return none;
    const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
    return close ? slice_of(p + 1, (size_t)(close - p - 1)) : none;
}

/* Behind the prolog: declaration, instructions, comments, a document type without its subset. */
static const char *root_element(struct slice s)
{
    const char *p = s.p, *end = p + s.n;
    for (;;) {
        while (p < end && *p != '<') p++;
        if (end - p < 4) return NULL;
        if (p[1] != '?' && p[1] != '!') return p + 1;
        bool comment = memcmp(p, "<!--", 4) == 0;
        const char *close =
            comment ? memmem(p + 4, (size_t)(end - p - 4), "-->", 3) : memchr(p, '>', (size_t)(end - p));
        if (!close) return NULL;
        const char *subset = !comment && p[1] == '!' ? memchr(p, '[', (size_t)(close - p)) : NULL;
        if (subset) close = memmem(subset, (size_t)(end - subset), "]>", 2);
        if (!close) return NULL;
        p = close + 1;
    }
}

static bool names(const char *p, const char *end, const char *name)
{
    size_t n = strlen(name);
    return (size_t)(end - p) > n && memcmp(p, name, n) == 0 && strchr(" >/\n\t\r", p[n]);
}

enum xmldoc_dialect xmldoc_recognise(struct slice s)
{
    static const char *const marks[] = {"<front", "article-type=", "dtd-version=", "JATS", "NLM//DTD"};
    if (slice_has_prefix(s, "\xef\xbb\xbf")) s = slice_of(s.p + 3, s.n - 3);
    s = slice_trim(slice_of(s.p, s.n < LOOK_BYTES ? s.n : LOOK_BYTES));
    if (s.n == 0 || *s.p != '<') return XMLDOC_NONE;
    const char *end = s.p + s.n, *root = root_element(s);
    if (!root) return XMLDOC_NONE;
    const char *p = root;
    while (p < end && *p != ':' && *p > ' ' && *p != '>') p++;
    if (p < end && *p == ':') root = p + 1;
    if (names(root, end, "TEI") || names(root, end, "teiCorpus") || names(root, end, "TEI.2"))
        return XMLDOC_TEI;
    if (names(root, end, "pmc-articleset")) return XMLDOC_JATS;
    if (!names(root, end, "article")) return XMLDOC_NONE;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (slice_find(s, slice_str(marks[i]))) return XMLDOC_JATS;
    return XMLDOC_NONE;
}

static bool is_filler(char c)
{
    return c == CITATION || c == ' ' || c == ',' || c == ';' || c == '-' || c == '.';
}

/* Where brackets around nothing but dropped numbers, and what separates them, end; NULL: they are no such brackets. */
static const char *past_citation(const char *p, const char *end)
{
    char close = *p == '(' ? ')' : *p == '[' ? ']' : 0;
    bool seen = false;
    if (!close) return NULL;
    for (p++; p < end; p++) {
        bool dash = end - p > 2 && memcmp(p, "\xe2\x80\x93", 3) == 0;
        if (*p == close) return seen ? p + 1 : NULL;
        if (!dash && !is_filler(*p)) return NULL;
        seen |= *p == CITATION;
        if (dash) p += 2;
    }
    return NULL;
}

/* A run of dropped numbers and what separates them: "1, 2–4" bare, as superscripts leave them. */
static const char *past_marks(const char *p, const char *end)
{
    const char *last = p + 1;
    for (p++; p < end; p++) {
        bool dash = end - p > 2 && memcmp(p, "\xe2\x80\x93", 3) == 0;
        if (*p == CITATION) last = p + 1;
        if (!dash && *p != CITATION && *p != ',' && *p != '-' && *p != ' ') break;
        if (dash) p += 2;
    }
    return last;
}

/* Takes the marks of dropped citations out, and the brackets and spaces that are left of them. */
static void clean_citations(struct buf *b, size_t from)
{
    if (b->n == from) return;
    char *to = b->p + from;
    const char *p = to, *end = b->p + b->n;
    if (!memchr(p, CITATION, (size_t)(end - p))) return;
    while (p < end) {
        const char *past = *p == CITATION ? past_marks(p, end) : past_citation(p, end);
        if (!past) {
            *to++ = *p++;
            continue;
        }
        p = past;
        if (p < end && *p == ' ' && to > b->p + from && to[-1] == ' ') p++;
        bool closes = p == end || (*p && strchr(" .,;:)\n", *p));
        if (closes && to > b->p + from && to[-1] == ' ') to--;
    }
    b->n = (size_t)(to - b->p);
}

static void reset(struct xmldoc *x, struct xmldoc_run *run, enum xmldoc_dialect dialect, struct buf *out)
{
    struct xmldoc_meta *m = &x->meta;
    struct buf *all[] = {&m->title, &m->author, &m->date, &m->doi, &m->license, &m->language};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) buf_clear(all[i]);
    memset(run, 0, sizeof *run);
    run->dialect = dialect;
    run->rules = dialect == XMLDOC_JATS ? jats : tei;
    run->meta = m;
    buf_init(&run->notes, BUF_NO_MAX);
    buf_init(&run->raw, BUF_NO_MAX);
    buf_init(&run->surname, META_BYTES);
    buf_init(&run->given, META_BYTES);
    flow_init(&run->text, out);
    flow_init(&run->note, &run->notes);
    run->s.flow = &run->text;
    run->s.level = 1;
    run->text.markdown = run->note.markdown = x->markdown;
    run->by_author = true;
}

static void set_handlers(struct xmldoc_run *run)
{
    XML_SetUserData(run->parser, run);
    XML_SetElementHandler(run->parser, on_start, on_end);
    XML_SetCharacterDataHandler(run->parser, on_text);
    XML_SetSkippedEntityHandler(run->parser, on_skipped);
    XML_UseForeignDTD(run->parser, XML_TRUE); /* what is not declared is skipped, not an error */
}

static int parse(struct xmldoc_run *run, struct slice s, struct err *e)
{
    for (size_t at = 0; at < s.n || s.n == 0;) {
        size_t n = s.n - at < FEED_BYTES ? s.n - at : FEED_BYTES;
        if (XML_Parse(run->parser, s.p + at, (int)n, at + n == s.n) == XML_STATUS_ERROR) {
            enum XML_Error code = XML_GetErrorCode(run->parser);
            if (code == XML_ERROR_NO_MEMORY) return err_nomem(e, "reading XML");
            return err_set(e, ERR_DATA, "not well-formed XML: line %lu: %s",
                           XML_GetCurrentLineNumber(run->parser), XML_ErrorString(code));
        }
        at += n;
        if (s.n == 0) break;
    }
    return 0;
}

int xmldoc_text(struct xmldoc *x, struct slice source, enum xmldoc_dialect dialect, struct buf *out,
                struct err *e)
{
    size_t from = out->n;
    if (!x->run && !(x->run = malloc(sizeof *x->run))) return err_nomem(e, "reading XML");
    struct xmldoc_run *run = x->run;
    reset(x, run, dialect, out);
    run->parser = XML_ParserCreate("UTF-8");
    if (!run->parser) return err_nomem(e, "reading XML");
    set_handlers(run);
    int r = parse(run, source, e);
    XML_ParserFree(run->parser);
    flow_notes(&run->text, &run->note);
    flow_end(&run->text);
    if (r == 0 && (out->failed || run->notes.failed || run->raw.failed)) r = err_nomem(e, "reading XML");
    if (r == 0) clean_citations(out, from);
    buf_free(&run->notes);
    buf_free(&run->raw);
    buf_free(&run->surname);
    buf_free(&run->given);
    return r;
}
