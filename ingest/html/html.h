/* html.h: a tokeniser of HTML: bytes to tags, text and comments, after the HTML Standard, 13.2.5.
 *
 * It never fails, never recurses, keeps no copy of the input and passes over each byte a constant number of times,
 * whatever the input is. Input is UTF-8 (or any superset of ASCII); tokens borrow from it.
 *
 * Left to the caller: character references (entities.h) and line ends in texts and attribute values. */
#ifndef LEAT_INGEST_HTML_H
#define LEAT_INGEST_HTML_H

#include "common/buf.h"
#include "ingest/html/tags.h"

#define HTML_ATTRS_MAX 64 /* more attributes of one tag are passed over */

struct html_attr {
    enum attr attr;
    struct slice name;  /* as written */
    struct slice value; /* as written, without quotes; may hold character references */
};

enum html_type { HTML_TEXT, HTML_START, HTML_END, HTML_COMMENT, HTML_DOCTYPE };

struct html_token {
    enum html_type type;
    enum tag tag;      /* START, END */
    uint32_t hash;     /* of the name: tells unknown elements apart */
    struct slice name; /* START, END: as written */
    struct slice text; /* TEXT; COMMENT and DOCTYPE: what lies between the marks */
    bool references;   /* TEXT: character references are to be decoded */
    bool self_closing;
    const struct html_attr *attrs;
    size_t n_attrs;
};

/* How the text behind a start tag is read. The tokeniser sets it by the tag's name; a sink that knows better (inside
 * <svg>, say) may set it anew while it handles the start tag. */
enum html_content {
    HTML_DATA,
    HTML_CONTENT_RCDATA,
    HTML_CONTENT_RAWTEXT,
    HTML_CONTENT_SCRIPT,
    HTML_CONTENT_PLAINTEXT,
    HTML_CONTENT_CDATA /* text up to "]]>" */
};

struct html {
    struct names tags, attr_names;
    enum html_content content;
    enum tag raw_tag; /* whose end tag ends the raw text */
    bool foreign;     /* set by the sink inside <svg> and <math>: "<![CDATA[" is read there */
    struct html_attr attrs[HTML_ATTRS_MAX];
    size_t n_attrs;
};

/* Gets each token in turn; the token and its attributes are valid during the call. Non-zero stops the tokeniser. */
typedef int (*html_sink)(void *ctx, struct html *h, const struct html_token *t);

void html_init(struct html *h); /* nothing to free */

/* 0 at the end of the input, or what the sink returned. One html at a time in one thread. */
int html_tokenize(struct html *h, struct slice input, html_sink sink, void *ctx);

/* The first attribute of that name; NULL: none. */
const struct html_attr *html_attr(const struct html_token *t, enum attr attr);

#endif
