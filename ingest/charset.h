/* charset.h: from the bytes of a page or text to UTF-8.
 *
 * Order: byte order mark; valid UTF-8 (a last character cut by the end of the input is forgiven); the charset that HTTP
 * declares; a <meta> in the page's beginning; UTF-8 with few errors; else windows-1252. Labels as in the Encoding Standard
 * (WHATWG): "latin1" means windows-1252, "gb2312" means gbk… Bytes that mean nothing become U+FFFD. */
#ifndef LEAT_INGEST_CHARSET_H
#define LEAT_INGEST_CHARSET_H

#include "common/err.h"
#include "ingest/html.h"
#include <iconv.h>

struct charset {
    const char *name;   /* the standard's, in lower case */
    const char *iconv;  /* for iconv_open; NULL: leat decodes it itself */
    const char *labels; /* separated by spaces, lower case */
};

#define CHARSETS 40

/* The encoding of a label (ASCII case and white space around ignored); NULL: unknown. */
const struct charset *charset_find(struct slice label);
size_t charset_index(const struct charset *c); /* 0 <= … < CHARSETS */

struct charset_decoder {    /* one per thread */
    iconv_t open[CHARSETS]; /* by encoding; (iconv_t)-1: not opened */
    struct html html;       /* for the prescan */
    struct buf out;
};

void charset_init(struct charset_decoder *d);
void charset_free(struct charset_decoder *d);

/* *text: valid UTF-8 without a byte order mark; borrows from `bytes` or from d->out, until the next call. `declared` is
 * HTTP's label ("" when there is none). html: look for <meta>. *name: the encoding that was used.
 * 0; -ERR_DATA: this system's iconv lacks the encoding; -ERR_IO: out of memory. */
int charset_decode(struct charset_decoder *d, struct slice bytes, struct slice declared, bool html,
                   struct slice *text, const char **name, struct err *e);

/* The charset parameter of a Content-Type; n = 0: none. */
struct slice charset_parameter(struct slice content_type);

#endif
