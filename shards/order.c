/* order.c: sample i -> (domain, epoch, window), by arithmetic alone.
 *
 * Domains: the weights are quantised to 1/4096, so everything has a small period. The fractional parts of the quotas
 * of a batch are given out by PD2, the optimal proportionate-fair schedule (Anderson and Srinivasan, "Mixed Pfair/ERfair
 * scheduling of asynchronous periodic tasks", 2004; Baruah et al., "Proportionate progress", 1996): domains are tasks, batches are
 * time slots, and every task is within one of its due at every slot and takes part at most once a slot. With batches of
 * one sample that is Tijdeman's chairman assignment. Windows: a Feistel network with cycle walking (Black and Rogaway,
 * "Ciphers with arbitrary finite domains", 2002), keyed by (seed, domain, epoch).
 *
 * In: quanta, batch size. Out: a plan. State: none. Memory: (period + 1) * domains * 2 bytes, period <= 4096. */
#include "shards/order.h"
#include "common/hash.h"
#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ weights */

struct remainder {
    double fraction;
    uint32_t domain;
};

static int compare_remainders(const void *a, const void *b)
{
    const struct remainder *x = a, *y = b;
    if (x->fraction != y->fraction) return x->fraction > y->fraction ? -1 : 1;
    return x->domain < y->domain ? -1 : 1;
}

static int sum_weights(const double *weight, uint32_t n, double *sum, struct err *e)
{
    *sum = 0;
    for (uint32_t d = 0; d < n; d++) {
        if (!isfinite(weight[d]) || weight[d] < 0)
            return err_set(e, ERR_USAGE, "weight %g is not a number from 0 up", weight[d]);
        *sum += weight[d];
    }
    if (!(*sum > 0) || !isfinite(*sum))
        return err_set(e, ERR_USAGE, "the weights sum to %g; give at least one domain a weight above 0",
                       *sum);
    return 0;
}

int shard_quantise(const double *weight, uint32_t n, uint32_t *quanta, struct err *e)
{
    double sum;
    int r = sum_weights(weight, n, &sum, e);
    if (r < 0) return r;
    struct remainder *rest = malloc(n * sizeof *rest);
    if (!rest) return err_nomem(e, "quantising weights");
    uint32_t left = SHARD_QUANTA;
    for (uint32_t d = 0; d < n; d++) {
        double exact = weight[d] / sum * SHARD_QUANTA;
        quanta[d] = (uint32_t)exact < left ? (uint32_t)exact : left;
        left -= quanta[d];
        rest[d] = (struct remainder){exact - quanta[d], d};
    }
    qsort(rest, n, sizeof *rest, compare_remainders);
    for (uint32_t i = 0; left > 0; i = (i + 1) % n)
        if (weight[rest[i].domain] > 0) {
            quanta[rest[i].domain]++;
            left--;
        }
    free(rest);
    return 0;
}

/* ------------------------------------------------------------------ apportionment */

static uint32_t gcd(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

/* The PD2 priority of subtask m (from 1) of a task of rate a/p, 0 < a < p: the smaller value goes first. Earliest
 * deadline; then the subtask whose window overlaps the next one's; then the later group deadline (heavy tasks only:
 * how far a cascade of forced choices would reach); then the earlier domain, which is an arbitrary choice. */
static uint64_t priority(uint64_t m, uint64_t a, uint64_t p, uint32_t domain)
{
    uint64_t deadline = divide_up(m * p, a);
    uint64_t overlaps = m * p % a != 0, group = 0;
    if (overlaps && 2 * a >= p) group = divide_up(divide_up(deadline * (p - a), p) * p, p - a);
    return deadline << 48 | (1 - overlaps) << 40 | (0xffff - group) << 16 | domain;
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Slot t: of the tasks whose next subtask is released, the `places` most urgent get one. */
static void give_out(struct shard_plan *p, const uint32_t *rate, uint32_t t, uint32_t places, uint64_t *ready)
{
    uint32_t n = p->n_domains, n_ready = 0;
    const uint16_t *had = p->extra + (size_t)t * n;
    uint16_t *has = p->extra + (size_t)(t + 1) * n;
    for (uint32_t d = 0; d < n; d++) {
        has[d] = had[d];
        if (rate[d] > 0 && (uint64_t)had[d] * p->period / rate[d] <= t)
            ready[n_ready++] = priority((uint64_t)had[d] + 1, rate[d], p->period, d);
    }
    qsort(ready, n_ready, sizeof *ready, compare_u64);
    for (uint32_t i = 0; i < places && i < n_ready; i++) has[ready[i] & 0xffff]++;
}

static uint32_t stride_for(uint32_t batch)
{
    uint32_t s = (uint32_t)((uint64_t)batch * 2654435769u >> 32); /* batch / golden ratio */
    while (gcd(s, batch) != 1) s++;
    return s;
}

static void fill_plan(struct shard_plan *p, const uint32_t *quanta, uint32_t *rate, uint64_t *ready)
{
    uint32_t common = gcd(p->batch, SHARD_QUANTA);
    uint64_t places = 0;
    for (uint32_t d = 0; d < p->n_domains; d++) {
        uint64_t due = (uint64_t)p->batch * quanta[d];
        p->base[d] = due / SHARD_QUANTA;
        rate[d] = (uint32_t)(due % SHARD_QUANTA) / common;
        places += rate[d];
    }
    for (uint32_t t = 0; t < p->period; t++) give_out(p, rate, t, (uint32_t)(places / p->period), ready);
}

int shard_plan_init(struct shard_plan *p, const uint32_t *quanta, uint32_t n, uint32_t batch, struct err *e)
{
    *p = (struct shard_plan){.n_domains = n, .batch = batch, .stride = stride_for(batch)};
    p->period = SHARD_QUANTA / gcd(batch, SHARD_QUANTA);
    p->base = calloc(n, sizeof *p->base);
    p->extra = calloc((size_t)(p->period + 1) * n, sizeof *p->extra);
    uint32_t *rate = calloc(n, sizeof *rate);
    uint64_t *ready = calloc(n, sizeof *ready);
    bool room = p->base && p->extra && rate && ready;
    if (room)
        fill_plan(p, quanta, rate, ready);
    else
        shard_plan_free(p);
    free(rate);
    free(ready);
    return room ? 0 : err_nomem(e, "planning the order of domains");
}

void shard_plan_free(struct shard_plan *p)
{
    free(p->base);
    free(p->extra);
    *p = (struct shard_plan){0};
}

void shard_plan_at(const struct shard_plan *p, uint64_t sample, uint32_t *domain, uint64_t *k)
{
    uint64_t j = sample / p->batch, slot = sample % p->batch * p->stride % p->batch;
    uint64_t round = j / p->period, row = j % p->period;
    const uint16_t *before = p->extra + row * p->n_domains, *after = before + p->n_domains;
    const uint16_t *whole = p->extra + (size_t)p->period * p->n_domains;
    uint32_t d = 0;
    for (; d + 1 < p->n_domains; d++) {
        uint64_t here = p->base[d] + after[d] - before[d];
        if (slot < here) break;
        slot -= here;
    }
    *domain = d;
    *k = round * (p->base[d] * p->period + whole[d]) + row * p->base[d] + before[d] + slot;
}

/* ------------------------------------------------------------------ permutation */

/* Below 2^6 a network has too few keys to reach many permutations; walking a few more steps costs nothing there. */
#define MIN_BITS 6

void shard_perm_init(struct shard_perm *p, uint64_t n, uint64_t seed, struct slice domain, uint64_t epoch)
{
    unsigned bits = n > 1 ? 64 - (unsigned)__builtin_clzll(n - 1) : 0;
    if (bits < MIN_BITS) bits = MIN_BITS;
    p->n = n;
    p->low_bits = bits / 2;
    p->high_bits = bits - bits / 2;
    uint64_t base = hash_mix64(hash64(domain.p, domain.n) ^ hash_mix64(seed + 0x9e3779b97f4a7c15ULL));
    for (unsigned r = 0; r < SHARD_ROUNDS; r++)
        p->key[r] = hash_mix64(base ^ hash_mix64(epoch * SHARD_ROUNDS + r + 1));
}

static uint64_t encrypt(const struct shard_perm *p, uint64_t x)
{
    uint64_t low_mask = ((uint64_t)1 << p->low_bits) - 1, high_mask = ((uint64_t)1 << p->high_bits) - 1;
    uint64_t low = x & low_mask, high = x >> p->low_bits;
    for (unsigned r = 0; r < SHARD_ROUNDS; r += 2) {
        high ^= hash_mix64(low ^ p->key[r]) & high_mask;
        low ^= hash_mix64(high ^ p->key[r + 1]) & low_mask;
    }
    return high << p->low_bits | low;
}

uint64_t shard_perm_at(const struct shard_perm *p, uint64_t x)
{
    do x = encrypt(p, x);
    while (x >= p->n);
    return x;
}
