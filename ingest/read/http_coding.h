/* http_coding.h: one layer of compression of an HTTP body: gzip, deflate, br, zstd. */
#ifndef LEAT_INGEST_HTTP_CODING_H
#define LEAT_INGEST_HTTP_CODING_H

#include "ingest/read/http.h"

enum http_coding { HTTP_CODING_NONE, HTTP_GZIP, HTTP_ZLIB, HTTP_DEFLATE, HTTP_ZSTD, HTTP_BR };

/* gzip and zstd begin with bytes that no page begins with. */
enum http_coding http_coding_of_magic(struct slice body);

/* The coding that a declared name stands for, where the body may be that and has no magic: deflate (with the header of zlib,
 * or bare, as some servers send it) and br. NONE where the body is text already. */
enum http_coding http_coding_of_name(struct slice name, struct slice body);

/* A page or a text rather than compressed bytes: its first part is UTF-8 without control characters. */
bool http_looks_like_text(struct slice body);

/* Its first kilobyte holds control characters that no text in any encoding does, but UTF-16. */
bool http_has_controls(struct slice body);

/* Appends the decoded body. HTTP_DECODED; HTTP_PARTIAL: it is cut or broken, *out is what came before; HTTP_UNKNOWN: it is not
 * in this coding; HTTP_TOO_LARGE: more than max_bytes in *out, or a zstd window of more than 128 MiB; HTTP_NO_MEMORY. */
enum http_decoded http_coding_undo(enum http_coding coding, struct slice body, size_t max_bytes,
                                   struct buf *out);

#endif
