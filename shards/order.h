/* order.h: which domain and which of its windows sample i is: arithmetic, without input or output.
 * docs/sampling.md has the mathematics. */
#ifndef LEAT_SHARDS_ORDER_H
#define LEAT_SHARDS_ORDER_H

#include "common/buf.h"
#include "common/err.h"
#include "shards/shard.h"

#define SHARD_MAX_DOMAINS 1024

/* Weights >= 0, not all 0, to quanta that sum to SHARD_QUANTA: the largest remainders are rounded up, the earlier
 * domain first among equals. -ERR_USAGE when a weight is negative or not finite, or all are 0. */
int shard_quantise(const double *weight, uint32_t n, uint32_t *quanta, struct err *e);

/* The apportionment of batches of B samples to domains: batch j holds of domain d
 *   base[d] + extra[(j mod period) + 1][d] - extra[j mod period][d],   base[d] = floor(B * quanta[d] / 4096). */
struct shard_plan {
    uint32_t n_domains, batch, period; /* period: batches */
    uint32_t stride; /* coprime with batch: position r of a batch reads slot r * stride mod B */
    uint64_t *base;  /* [n_domains] */
    uint16_t *extra; /* [period + 1][n_domains] */
};

/* quanta sum to SHARD_QUANTA; n <= SHARD_MAX_DOMAINS; batch >= 1. O(4096 * n * log n) time, at most 8 KiB of memory
 * a domain. */
int shard_plan_init(struct shard_plan *p, const uint32_t *quanta, uint32_t n, uint32_t batch, struct err *e);
void shard_plan_free(struct shard_plan *p);

/* Sample i is the k-th (from 0) of its domain. O(n_domains). */
void shard_plan_at(const struct shard_plan *p, uint64_t sample, uint32_t *domain, uint64_t *k);

/* A permutation of [0, n) by key: Feistel network with cycle walking. */
#define SHARD_ROUNDS 8
struct shard_perm {
    uint64_t n;
    unsigned low_bits, high_bits;
    uint64_t key[SHARD_ROUNDS];
};
void shard_perm_init(struct shard_perm *p, uint64_t n, uint64_t seed, struct slice domain, uint64_t epoch);
uint64_t shard_perm_at(const struct shard_perm *p, uint64_t x); /* x < n */

#endif
