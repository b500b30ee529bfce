/* mix.h: how much of each domain the training reads. */
#ifndef LEAT_SHARDS_MIX_H
#define LEAT_SHARDS_MIX_H

#include "common/buf.h"
#include "common/err.h"
#include "shards/manifest.h"

struct shard_mix_row {
    char *name;
    double weight;
    bool met; /* a document of this domain came */
};

struct shard_mix { /* without rows: by tokens */
    struct shard_mix_row *at;
    size_t n, cap;
};

void shard_mix_free(struct shard_mix *m); /* a zeroed mix is an empty one */

/* A YAML file: weights: {web: 50, code: 15, …}. */
int shard_mix_load(struct shard_mix *m, const char *path, struct err *e);
/* "DOMAIN=WEIGHT"; a later one for the same domain takes the place of an earlier one. */
int shard_mix_set(struct shard_mix *m, const char *assignment, struct err *e);
struct shard_mix_row *shard_mix_find(const struct shard_mix *m, struct slice domain); /* NULL: not there */

/* Sets weight (normalised) and quanta of every domain of the manifest. Domains without training tokens get 0, and the
 * others share their part. -ERR_USAGE when there are training tokens but no weight on any. */
int shard_mix_apply(const struct shard_mix *m, struct shard_manifest *to, struct err *e);

#endif
