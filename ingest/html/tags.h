/* tags.h: the elements and attributes of HTML that leat tells apart, and what they mean for text.
 * Source: the HTML Standard (WHATWG), sections 4, 13.1.2, 13.2.4.2, 13.2.6 and 15 (rendering). */
#ifndef LEAT_INGEST_TAGS_H
#define LEAT_INGEST_TAGS_H

#include "common/buf.h"

enum tag_flags {
    IS_VOID = 1,         /* has no content and no end tag */
    IS_RAWTEXT = 2,      /* content is text up to its end tag, without character references */
    IS_RCDATA = 4,       /* as RAWTEXT, with character references */
    IS_UNSEEN = 8,       /* its content is never shown */
    IS_PARAGRAPH = 16,   /* a block of its own, blank lines around it */
    IS_LINE = 32,        /* begins and ends on a line of its own */
    IS_CLOSES_P = 64,    /* its start closes an open <p> */
    IS_SCOPE = 128,      /* an end tag inside does not close what lies outside */
    IS_LIST = 256,       /* holds <li> */
    IS_CONTROL = 512,    /* of a form */
    IS_FURNITURE = 1024, /* navigation, headers, footers…: not main content */
    IS_MAIN = 2048,
    IS_ARTICLE = 4096,
    IS_BLOCK = 8192, /* an element whose class and id are looked at */
    IS_META = 16384, /* says something about the page (pagemeta.h) */
    IS_CODE = 32768  /* code inside a line */
};

#define BLOCK_P (IS_PARAGRAPH | IS_CLOSES_P | IS_BLOCK)
#define BLOCK_L (IS_LINE | IS_CLOSES_P | IS_BLOCK)

/* X(name in C, name in HTML, flags) */
#define TAGS(X)                                                         \
    X(A, "a", 0)                                                        \
    X(ADDRESS, "address", BLOCK_P)                                      \
    X(APPLET, "applet", IS_SCOPE)                                       \
    X(AREA, "area", IS_VOID)                                            \
    X(ARTICLE, "article", BLOCK_P | IS_ARTICLE)                         \
    X(ASIDE, "aside", BLOCK_P | IS_FURNITURE)                           \
    X(AUDIO, "audio", IS_UNSEEN)                                        \
    X(B, "b", 0)                                                        \
    X(BASE, "base", IS_VOID | IS_META)                                  \
    X(BASEFONT, "basefont", IS_VOID)                                    \
    X(BGSOUND, "bgsound", IS_VOID)                                      \
    X(BLOCKQUOTE, "blockquote", BLOCK_P)                                \
    X(BODY, "body", IS_LINE)                                            \
    X(BR, "br", IS_VOID)                                                \
    X(BUTTON, "button", IS_CONTROL)                                     \
    X(CANVAS, "canvas", IS_UNSEEN)                                      \
    X(CAPTION, "caption", IS_LINE | IS_SCOPE)                           \
    X(CENTER, "center", BLOCK_L)                                        \
    X(CODE, "code", IS_CODE)                                            \
    X(COL, "col", IS_VOID)                                              \
    X(COLGROUP, "colgroup", 0)                                          \
    X(DATALIST, "datalist", IS_UNSEEN)                                  \
    X(DD, "dd", IS_LINE | IS_CLOSES_P)                                  \
    X(DETAILS, "details", BLOCK_P)                                      \
    X(DIALOG, "dialog", BLOCK_P | IS_FURNITURE)                         \
    X(DIR, "dir", BLOCK_P | IS_LIST)                                    \
    X(DIV, "div", BLOCK_L)                                              \
    X(DL, "dl", BLOCK_P)                                                \
    X(DT, "dt", IS_LINE | IS_CLOSES_P)                                  \
    X(EMBED, "embed", IS_VOID)                                          \
    X(FIELDSET, "fieldset", BLOCK_P)                                    \
    X(FIGCAPTION, "figcaption", BLOCK_P)                                \
    X(FIGURE, "figure", BLOCK_P)                                        \
    X(FOOTER, "footer", BLOCK_P | IS_FURNITURE)                         \
    X(FORM, "form", BLOCK_P)                                            \
    X(FRAME, "frame", IS_VOID)                                          \
    X(H1, "h1", BLOCK_P)                                                \
    X(H2, "h2", BLOCK_P)                                                \
    X(H3, "h3", BLOCK_P)                                                \
    X(H4, "h4", BLOCK_P)                                                \
    X(H5, "h5", BLOCK_P)                                                \
    X(H6, "h6", BLOCK_P)                                                \
    X(HEAD, "head", 0)                                                  \
    X(HEADER, "header", BLOCK_P | IS_FURNITURE)                         \
    X(HGROUP, "hgroup", BLOCK_P)                                        \
    X(HR, "hr", IS_VOID | IS_PARAGRAPH | IS_CLOSES_P)                   \
    X(HTML, "html", IS_LINE | IS_SCOPE)                                 \
    X(IFRAME, "iframe", IS_RAWTEXT | IS_UNSEEN)                         \
    X(IMG, "img", IS_VOID)                                              \
    X(INPUT, "input", IS_VOID)                                          \
    X(KBD, "kbd", IS_CODE)                                              \
    X(KEYGEN, "keygen", IS_VOID)                                        \
    X(LEGEND, "legend", IS_LINE)                                        \
    X(LI, "li", IS_LINE | IS_CLOSES_P | IS_BLOCK)                       \
    X(LINK, "link", IS_VOID | IS_META)                                  \
    X(LISTING, "listing", BLOCK_P)                                      \
    X(MAIN, "main", BLOCK_P | IS_MAIN)                                  \
    X(MARQUEE, "marquee", IS_SCOPE)                                     \
    X(MATH, "math", 0)                                                  \
    X(MENU, "menu", BLOCK_P | IS_LIST)                                  \
    X(META, "meta", IS_VOID | IS_META)                                  \
    X(NAV, "nav", BLOCK_P | IS_FURNITURE)                               \
    X(NOEMBED, "noembed", IS_RAWTEXT | IS_UNSEEN)                       \
    X(NOFRAMES, "noframes", IS_RAWTEXT | IS_UNSEEN)                     \
    X(NOSCRIPT, "noscript", IS_PARAGRAPH | IS_SCOPE)                    \
    X(OBJECT, "object", IS_SCOPE)                                       \
    X(OL, "ol", BLOCK_P | IS_LIST)                                      \
    X(OPTGROUP, "optgroup", IS_LINE)                                    \
    X(OPTION, "option", IS_LINE)                                        \
    X(OUTPUT, "output", IS_CONTROL)                                     \
    X(P, "p", BLOCK_P)                                                  \
    X(PARAM, "param", IS_VOID)                                          \
    X(PLAINTEXT, "plaintext", BLOCK_P)                                  \
    X(PRE, "pre", BLOCK_P)                                              \
    X(SAMP, "samp", IS_CODE)                                            \
    X(SCRIPT, "script", IS_UNSEEN | IS_META)                            \
    X(SEARCH, "search", BLOCK_P | IS_FURNITURE)                         \
    X(SECTION, "section", BLOCK_P)                                      \
    X(SELECT, "select", IS_CONTROL)                                     \
    X(SOURCE, "source", IS_VOID)                                        \
    X(SPAN, "span", 0)                                                  \
    X(STRONG, "strong", 0)                                              \
    X(STYLE, "style", IS_RAWTEXT | IS_UNSEEN)                           \
    X(SUMMARY, "summary", BLOCK_P)                                      \
    X(SVG, "svg", IS_UNSEEN)                                            \
    X(TABLE, "table", IS_PARAGRAPH | IS_CLOSES_P | IS_SCOPE | IS_BLOCK) \
    X(TBODY, "tbody", 0)                                                \
    X(TD, "td", IS_SCOPE | IS_BLOCK)                                    \
    X(TEMPLATE, "template", IS_UNSEEN | IS_SCOPE)                       \
    X(TEXTAREA, "textarea", IS_RCDATA | IS_CONTROL)                     \
    X(TFOOT, "tfoot", 0)                                                \
    X(TH, "th", IS_SCOPE | IS_BLOCK)                                    \
    X(THEAD, "thead", 0)                                                \
    X(TIME, "time", IS_META)                                            \
    X(TITLE, "title", IS_RCDATA | IS_UNSEEN)                            \
    X(TR, "tr", IS_LINE)                                                \
    X(TRACK, "track", IS_VOID)                                          \
    X(TT, "tt", IS_CODE)                                                \
    X(UL, "ul", BLOCK_P | IS_LIST)                                      \
    X(VIDEO, "video", IS_UNSEEN)                                        \
    X(WBR, "wbr", IS_VOID)                                              \
    X(XMP, "xmp", IS_RAWTEXT | BLOCK_P)

enum tag {
    TAG_OTHER, /* inline without a meaning for text, or unknown */
#define X(id, name, flags) TAG_##id,
    TAGS(X)
#undef X
        TAG_COUNT
};

#define ATTRS(X)                      \
    X(ARIA_HIDDEN, "aria-hidden")     \
    X(CHARSET, "charset")             \
    X(CLASS, "class")                 \
    X(CONTENT, "content")             \
    X(DATA_LANG, "data-lang")         \
    X(DATA_LANGUAGE, "data-language") \
    X(DATETIME, "datetime")           \
    X(HIDDEN, "hidden")               \
    X(HREF, "href")                   \
    X(HTTP_EQUIV, "http-equiv")       \
    X(ID, "id")                       \
    X(ITEMPROP, "itemprop")           \
    X(ITEMTYPE, "itemtype")           \
    X(LANG, "lang")                   \
    X(NAME, "name")                   \
    X(PROPERTY, "property")           \
    X(PUBDATE, "pubdate")             \
    X(REL, "rel")                     \
    X(ROLE, "role")                   \
    X(START, "start")                 \
    X(STYLE, "style")                 \
    X(TYPE, "type")                   \
    X(VALUE, "value")                 \
    X(XML_LANG, "xml:lang")

enum attr {
    ATTR_OTHER,
#define X(id, name) ATTR_##id,
    ATTRS(X)
#undef X
        ATTR_COUNT
};

/* "display:none" in a style attribute, with or without a space. */
bool tags_style_hides(struct slice style);

unsigned tag_flags(enum tag tag);
const char *tag_name(enum tag tag);

/* Names by hash, built once (names_init) and then read only. */
#define NAMES_SLOTS 512
struct names {
    uint32_t hash[NAMES_SLOTS];
    uint8_t id[NAMES_SLOTS];    /* 0: free */
    uint8_t bytes[NAMES_SLOTS]; /* of the name */
    const char *const *name;    /* by id */
};

/* The hash of a name, letter by letter: h = name_hash_add(h, c) from 0. ASCII case does not matter. */
static inline uint32_t name_hash_add(uint32_t h, char c)
{
    return (h ^ (uint8_t)(c | 0x20)) * 0x9e3779b1U;
}
uint32_t name_hash(struct slice name);

void names_init(struct names *n, const char *const *name, unsigned count); /* name[0] is not looked at */
void names_init_tags(struct names *n);
void names_init_attrs(struct names *n);
unsigned names_find(const struct names *n, struct slice name, uint32_t hash); /* the id; 0: not one of them */

#endif
