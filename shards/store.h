/* store.h: all shards of a run while they are written: one writer per domain and split. */
#ifndef LEAT_SHARDS_STORE_H
#define LEAT_SHARDS_STORE_H

#include "common/ltok.h"
#include "shards/mix.h"
#include "shards/writer.h"

#define SHARD_MAX_WRITTEN_DOMAINS 256 /* two writers each: at most 192 MiB of buffers */

struct shard_store_domain {
    char *name;
    struct buf escaped;
    struct shard_writer split[SHARD_SPLITS];
};

struct shard_store {
    const char *dir; /* borrowed */
    unsigned width;
    uint64_t shard_bytes;
    struct shard_mix *mix;                                        /* borrowed; rows are marked `met` */
    struct shard_store_domain *domain[SHARD_MAX_WRITTEN_DOMAINS]; /* in the order in which they came */
    size_t n_domains, last;
    struct buf line, scratch;
};

void shard_store_init(struct shard_store *s, const char *dir, unsigned width, uint64_t shard_bytes,
                      struct shard_mix *mix);
void shard_store_free(struct shard_store *s);

/* Writes one document, with end-of-document behind it when the tokenizer has one and the document does not end with it.
 * *n_tokens gets the length of its sequence. -ERR_USAGE: a domain without a weight, or too many; -ERR_DATA: ids beyond the
 * vocabulary, broken carried values. */
int shard_store_add(struct shard_store *s, const struct ltok_header *h, const struct ltok_doc *d,
                    enum shard_split split, uint64_t *n_tokens, struct err *e);

/* Closes all open shards, on `threads` threads, and moves what was written into the manifest's domains, sorted. */
int shard_store_seal(struct shard_store *s, int threads, struct shard_manifest *to, struct err *e);

#endif
