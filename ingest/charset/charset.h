/* charset.h: from the bytes of a page or text to UTF-8.
 *
 * Order: byte order mark; valid UTF-8 (a last character cut by the end of the input is forgiven); the charset that HTTP
 * declares; a <meta> in the page's beginning; its XML declaration; UTF-8 with few errors; a detector; windows-1252. A
 * declaration that the bytes contradict is passed by: see CHARSET_TRUST. Labels as in the Encoding Standard (WHATWG): "latin1"
 * means windows-1252, "gb2312" means gbk… Bytes that mean nothing become U+FFFD. */
#ifndef LEAT_INGEST_CHARSET_H
#define LEAT_INGEST_CHARSET_H

#include "common/err.h"
#include "ingest/charset/charset_decode.h"
#include "ingest/charset/charset_detect.h"
#include "ingest/charset/charset_meta.h"

/* An encoding is contradicted by more than one error (also: C1 control) in CHARSET_TRUST bytes beyond ASCII, if there are
 * CHARSET_FEW or more; always by one in two; and, from CHARSET_FEW on, by a multi-byte encoding that the bytes look like and
 * that has not a tenth of the errors. */
#define CHARSET_TRUST 10
#define CHARSET_FEW 3

struct charset_decoder { /* one per thread */
    struct charset_detector detector;
    struct buf out;
    const struct charset *out_is; /* what `out` was decoded from; NULL: nothing */
    uint64_t out_errors;          /* in it */
};

void charset_init(struct charset_decoder *d);
void charset_free(struct charset_decoder *d);

/* *text: valid UTF-8 without a byte order mark; borrows from `bytes` or from d->out, until the next call. `declared` is
 * HTTP's label ("" when there is none). html: look for <meta> and an XML declaration. *name: the encoding that was used.
 * 0; -ERR_IO: out of memory. */
int charset_decode(struct charset_decoder *d, struct slice bytes, struct slice declared, bool html,
                   struct slice *text, const char **name, struct err *e);

#endif
