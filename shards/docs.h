/* docs.h: the lines of a .docs.zst, one after the other. */
#ifndef LEAT_SHARDS_DOCS_H
#define LEAT_SHARDS_DOCS_H

#include "common/stream.h"

struct shard_docs {
    struct in *in;
    struct buf held;
    size_t at;
    uint64_t lines;
};

int shard_docs_open(struct shard_docs *d, const char *dir, const char *stem, struct err *e);
/* 1: a line without its newline, valid until the next call; 0: the end, with the trailer checked; -ERR_DATA: damaged, cut,
 * or a line beyond 64 MiB; -ERR_IO. */
int shard_docs_next(struct shard_docs *d, struct slice *line, struct err *e);
void shard_docs_close(struct shard_docs *d);

#endif
