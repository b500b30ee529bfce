/* cat.h: documents out of shards, in the order in which they lie. */
#ifndef LEAT_SHARDS_CAT_H
#define LEAT_SHARDS_CAT_H

#include "common/stream.h"
#include "shards/manifest.h"

struct shard_cat {
    const char *dir;
    const struct shard_manifest *m;
    const char *domain; /* NULL: all */
    int split;          /* an enum shard_split, or -1: all */
    bool ids, ltok;     /* token ids in the JSON; a token stream instead of JSON */
    uint64_t limit;     /* documents; 0: all */
    struct out *out;
    uint64_t documents, tokens; /* written */
};

/* JSON lines {"domain","split","file","sequence", then the members of the line in .docs.zst[,"ids":[…]]}, or with `ltok` a
 * token stream (without the end-of-document tokens, which leat shard adds). -ERR_USAGE: no such domain. */
int shard_cat_write(struct shard_cat *c, struct err *e);

#endif
