/* directory.h: a directory that appears whole or not at all. */
#ifndef LEAT_SHARDS_DIRECTORY_H
#define LEAT_SHARDS_DIRECTORY_H

#include "common/err.h"
#include <stdbool.h>

struct shard_directory {
    char *path, *tmp, *partial; /* owned: DIR, DIR.tmp, DIR.partial */
    bool force;
    int lock; /* an open descriptor of DIR.tmp, locked while we write */
};

/* Makes DIR.tmp, emptied when an earlier run that was killed left one. -ERR_USAGE: DIR exists and `force` is not set, or
 * it is not a directory of shards, or another process is writing it. */
int shard_directory_begin(struct shard_directory *d, const char *path, bool force, struct err *e);

/* DIR appears (taking the place of an old one, which is then deleted), or DIR.partial does, and *d is freed. After an error
 * call shard_directory_abandon. The files must have been fsynced. */
int shard_directory_commit(struct shard_directory *d, struct err *e);
int shard_directory_keep_partial(struct shard_directory *d, struct err *e);

/* Removes DIR.tmp, if it is still there, and frees *d. */
void shard_directory_abandon(struct shard_directory *d);

#endif
