/* inflate.h: what is right of deflate data that are broken or cut. */
#ifndef LEAT_INGEST_INFLATE_H
#define LEAT_INGEST_INFLATE_H

#include "common/buf.h"

enum inflate_wrapper { INFLATE_RAW, INFLATE_ZLIB, INFLATE_GZIP };

/* Puts all that stands before the first invalid symbol, or before the end, into *out, which is cleared first and gets at most
 * max_bytes + 1 bytes. 0, or -1: out of memory. */
int inflate_exactly(struct slice s, enum inflate_wrapper wrapper, size_t max_bytes, struct buf *out);

#endif
