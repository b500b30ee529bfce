/* record.h: a document of a token stream as it goes into shards: its line of .docs.zst and its tokens. */
#ifndef LEAT_SHARDS_RECORD_H
#define LEAT_SHARDS_RECORD_H

#include "common/ltok.h"

/* Appends {"id","source","url","warc_file","warc_offset","tokens"[,"carried":{…}]} and a newline. Bytes that are not UTF-8
 * become U+FFFD. `tokens` is the length of the sequence. -ERR_DATA: a carried value is not JSON. */
int shard_record_put(const struct ltok_header *h, const struct ltok_doc *d, uint64_t tokens, struct buf *out,
                     struct err *e);

/* The tokens in `width` bytes each: *tokens borrows from the document when it has that width already, else from
 * `scratch`, which is overwritten. ltok_next has checked that the ids are below the vocabulary's size, so that they fit. */
int shard_record_tokens(const struct ltok_header *h, const struct ltok_doc *d, unsigned width,
                        struct buf *scratch, struct slice *tokens, struct err *e);

#endif
