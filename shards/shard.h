/* shard.h: the reader library of shard directories (`leat shard` writes them; docs/formats.md has the layout,
 * docs/sampling.md the mathematics of the order).
 *
 * A sample is a window of seq_len + 1 tokens of one domain's token stream: its files in order, documents back to back.
 * Window w begins at token w * seq_len, so neighbours share one token (the last target of one is the first input of
 * the next). Sample i of a run is (domain, epoch, window) by arithmetic alone: nothing is built at the start but a
 * table of at most 4096 rows, and the only state of a run is the index of its next sample.
 *
 * Thread rule: one shard_set may be used by any number of threads at once, except shard_close. */
#ifndef LEAT_SHARDS_SHARD_H
#define LEAT_SHARDS_SHARD_H

#include "common/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHARD_NO_TOKEN UINT64_MAX
#define SHARD_QUANTA 4096 /* weights are multiples of 1/4096 */

struct shard_set;

/* Opens a directory by its manifest.json: no token file and no index is touched before it is needed. -ERR_IO: not
 * there, or no manifest (an unfinished directory); -ERR_DATA: the manifest is broken. */
int shard_open(struct shard_set **s, const char *dir, struct err *e);
void shard_close(struct shard_set *s); /* NULL is allowed */

struct shard_domain_info {
    const char *name;
    double weight;                          /* of all samples; the sum over the domains is 1 */
    uint32_t quanta;                        /* what the order uses: weight in 1/4096, the sum is 4096 */
    uint64_t tokens, documents;             /* of the training split */
    uint64_t valid_tokens, valid_documents; /* of the validation split */
};

struct shard_info {
    unsigned token_width;                   /* bytes a token in the files: 2 or 4 */
    uint64_t vocab_size;                    /* every token id is below it */
    uint64_t eod_token;                     /* ends every document, or SHARD_NO_TOKEN */
    char tokenizer[33];                     /* hash of the tokenizer: 32 hex digits */
    uint64_t tokens, documents;             /* training split, all domains */
    uint64_t valid_tokens, valid_documents; /* validation split */
    uint32_t n_domains;
    const struct shard_domain_info *domains; /* in the order of their names */
};

/* Borrowed: valid until shard_close. */
const struct shard_info *shard_info(const struct shard_set *s);

/* Which order. Set what is not used to 0 (designated initialisers do). The same order gives the same sequence of
 * samples for ever, however the reading is cut into calls, threads, ranks or restarts. */
struct shard_order {
    uint64_t seed;
    const char *split; /* "train" or "valid"; NULL: "train" */
    uint32_t
        batch_samples; /* B. 0 or 1: after any number of samples each domain has its quota to less than one
                             * sample. B > 1: each batch [k*B, (k+1)*B) too has each domain's quota to less than one
                             * sample, and so has the run at the end of every batch; the sequence depends on B. */
};

/* Fills tokens[n_samples][seq_len + 1] with samples first_sample, first_sample + 1, …: ids widened to 32 bits.
 * -ERR_USAGE: unknown split, seq_len 0, a domain with a weight but without one whole window (the message names it and
 * its tokens); in "valid", domains without a window are left out and the others share their quota. -ERR_DATA: a file
 * is not what the manifest says, or holds an id that is not below vocab_size. */
int shard_batch(struct shard_set *s, const struct shard_order *o, uint64_t first_sample, uint32_t n_samples,
                uint32_t seq_len, uint32_t *tokens, struct err *e);

/* Where a sample comes from. */
struct shard_sample {
    uint32_t domain; /* index into shard_info.domains */
    uint64_t epoch;  /* how many times all windows of the domain have been read before */
    uint64_t window; /* of the domain: tokens window * seq_len … + seq_len of its split */
};
int shard_sample_at(struct shard_set *s, const struct shard_order *o, uint64_t sample, uint32_t seq_len,
                    struct shard_sample *out, struct err *e);

/* Whole windows of seq_len + 1 tokens of one domain: (tokens - 1) / seq_len. */
uint64_t shard_windows(const struct shard_set *s, const char *split, uint32_t domain, uint32_t seq_len);

#ifdef __cplusplus
}
#endif
#endif
