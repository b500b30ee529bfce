/* append.h: a file that grows at its end through a buffer, and knows its size and hash. */
#ifndef LEAT_SHARDS_APPEND_H
#define LEAT_SHARDS_APPEND_H

#include "common/hash.h"
#include "shards/manifest.h"

/* The file is open only while its buffer is written, so any number of them needs one descriptor. */
struct shard_append {
    char *path; /* owned */
    struct buf held;
    size_t hold_bytes; /* what the buffer holds before it is written */
    uint64_t bytes;    /* given so far */
    struct hash_stream *hash;
    bool begun; /* the file exists */
};

int shard_append_init(struct shard_append *a, const char *dir, const char *stem, const char *suffix,
                      size_t hold_bytes, struct err *e);
int shard_append_put(struct shard_append *a, const void *p, size_t n, struct err *e);

/* Writes what is held; the file exists afterwards, even when empty. With g, *g gets size and hash, and the file is
 * fsynced; without, it is a temporary one. */
int shard_append_end(struct shard_append *a, struct shard_digest *g, struct err *e);
void shard_append_free(struct shard_append *a); /* the file stays */

#endif
