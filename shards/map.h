/* map.h: a file's bytes in memory. */
#ifndef LEAT_SHARDS_MAP_H
#define LEAT_SHARDS_MAP_H

#include "common/buf.h"
#include "common/err.h"

/* Maps DIR/STEM SUFFIX for reading; it must have `bytes` bytes (-ERR_DATA otherwise). Unmap with shard_map_close; an
 * empty file gives {"", 0}. */
int shard_map_open(struct slice *m, const char *dir, const char *stem, const char *suffix, uint64_t bytes,
                   struct err *e);
void shard_map_close(struct slice *m);

#endif
