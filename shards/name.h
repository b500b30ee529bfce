/* name.h: domain names as file names. */
#ifndef LEAT_SHARDS_NAME_H
#define LEAT_SHARDS_NAME_H

#include "common/buf.h"
#include "common/err.h"

#define SHARD_MAX_NAME 192 /* bytes of an escaped domain name */

enum shard_split { SHARD_TRAIN, SHARD_VALID, SHARD_SPLITS };
extern const char *const shard_split_name[SHARD_SPLITS]; /* "train", "valid" */

/* Appends a name that is safe in any directory, and different for different domains: a-z, 0-9, '_', '-' and '.' stay,
 * other bytes become %xx; so do a '.' or '-' in front and the '-' of a "-valid" at the end (which marks the validation
 * split); the empty domain is "%". -ERR_USAGE: longer than SHARD_MAX_NAME, or not UTF-8. */
int shard_name_escape(struct slice domain, struct buf *out, struct err *e);

/* "<escaped domain>-00000", "<escaped domain>-valid-00000": a file's name without its extension. */
int shard_name_file(const char *escaped, enum shard_split split, uint64_t number, struct buf *out);

#endif
