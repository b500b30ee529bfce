/* http.h: an HTTP response as crawlers store it: status, header fields, and the body with its transfer and content codings
 * undone where they are really there.
 *
 * Archives disagree about what they store. Some keep the bytes as they came; others decode them and rename the headers
 * (X-Crawler-Content-Encoding), or decode them and leave the headers. So gzip and zstd are known by their first bytes, deflate
 * and br are undone when they are declared AND the bytes decode; what does not fit is taken as it is, never thrown away. */
#ifndef LEAT_INGEST_HTTP_H
#define LEAT_INGEST_HTTP_H

#include "common/err.h"
#include "ingest/read/fields.h"

struct http_message {
    int status; /* 0: none could be read */
    struct fields fields;
    struct slice body; /* as stored */
};

/* Parses p[0..n) in place (fields borrow from it). false: this is no HTTP response, the whole block is content. */
bool http_parse(struct http_message *m, char *p, size_t n);

enum http_decoded {
    HTTP_DECODED, /* *body is the content */
    HTTP_PARTIAL, /* the coded body ended early or is broken: *body is what came before */
    HTTP_UNKNOWN, /* a coding that leat cannot undo: *coding names it ("other": it is declared, and does not decode) */
    HTTP_TOO_LARGE, /* more than max_bytes, or a zstd window above 128 MiB */
    HTTP_NO_MEMORY
};

/* Undoes the codings, at most sixteen layers. *body borrows from the message, from `a` or from `b` (scratch; cleared first). The result has at
 * most max_bytes, and memory never holds more than twice that: a body that would grow further is refused, however
 * small it came. */
enum http_decoded http_decode(const struct http_message *m, size_t max_bytes, struct buf *a, struct buf *b,
                              struct slice *body, const char **coding);

#endif
