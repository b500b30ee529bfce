/* verify.h: whether a shard directory is what its manifest says, and consistent in itself. */
#ifndef LEAT_SHARDS_VERIFY_H
#define LEAT_SHARDS_VERIFY_H

#include "shards/manifest.h"

/* Looks at every file, several at a time. verdict[i] of *n (freed by the caller in any case) has code 0 or says what is wrong with
 * one shard. Returns 0, or -ERR_IO when it could not look at all. */
int shard_verify(const char *dir, const struct shard_manifest *m, int threads, struct err **verdict,
                 size_t *n, struct err *e);

#endif
