/* The order of samples: quantised weights, quotas of prefixes and batches, permutations. */
#include "shards/order.h"
#include "common/hash.h"
#include "tests/unit/test.h"

static uint64_t state = 1;
static uint64_t random_below(uint64_t n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % n;
}

/* ------------------------------------------------------------------ weights */

TEST(quanta_sum_and_are_nearest)
{
    for (int round = 0; round < 300; round++) {
        double w[40], sum = 0;
        uint32_t q[40], n = 1 + (uint32_t)random_below(40), total = 0;
        for (uint32_t d = 0; d < n; d++)
            sum += w[d] = round % 3 ? 1 + (double)random_below(1000) : d == 0 ? 1e6 : 1e-3;
        struct err e = {0};
        CHECK_INT(shard_quantise(w, n, q, &e), 0);
        for (uint32_t d = 0; d < n; d++) {
            total += q[d];
            CHECK(fabs(q[d] - w[d] / sum * SHARD_QUANTA) < 1);
        }
        CHECK_INT(total, SHARD_QUANTA);
    }
}

TEST(default_mix_is_as_computed_by_hand)
{
    /* 4096 * (50, 20, 15, 15) / 100 = 2048, 819.2, 614.4, 614.4: one is left over, for the first of the largest rests */
    double w[] = {15, 15, 20, 50};
    uint32_t q[4];
    CHECK_INT(shard_quantise(w, 4, q, NULL), 0);
    CHECK_INT(q[0], 615);
    CHECK_INT(q[1], 614);
    CHECK_INT(q[2], 819);
    CHECK_INT(q[3], 2048);
}

TEST(bad_weights_are_refused)
{
    uint32_t q[2];
    double negative[] = {1, -1}, none[] = {0, 0}, infinite[] = {1, INFINITY}, nan[] = {NAN, 1},
           huge[] = {1e308, 1e308};
    struct err e = {0};
    CHECK_INT(shard_quantise(negative, 2, q, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "-1"));
    CHECK_INT(shard_quantise(none, 2, q, NULL), -ERR_USAGE);
    CHECK_INT(shard_quantise(infinite, 2, q, NULL), -ERR_USAGE);
    CHECK_INT(shard_quantise(nan, 2, q, NULL), -ERR_USAGE);
    CHECK_INT(shard_quantise(huge, 2, q, NULL), -ERR_USAGE);
}

/* ------------------------------------------------------------------ quotas */

static double worst;

/* |count - due| < 1, in units of 1/4096 */
static bool within_one(uint64_t count, uint64_t samples, uint32_t quanta)
{
    int64_t off = (int64_t)(count * SHARD_QUANTA) - (int64_t)(samples * quanta);
    if (llabs(off) > worst) worst = (double)llabs(off);
    return off > -SHARD_QUANTA && off < SHARD_QUANTA;
}

/* Reads two periods (or `most` samples): every batch and the run at every batch's end within one sample of the quota,
 * and the k-th sample of a domain is numbered k, each once. With batches of one that is every prefix. */
static bool quotas_hold(const uint32_t *q, uint32_t n, uint32_t batch, uint64_t most)
{
    struct shard_plan p;
    struct err e = {0};
    uint64_t count[64] = {0}, before[64] = {0}, seen[64] = {0};
    if (shard_plan_init(&p, q, n, batch, &e) < 0) return false;
    uint64_t samples = 2 * (uint64_t)p.period * batch;
    bool good = true;
    if (samples > most) samples = most / batch * batch;
    for (uint64_t i = 0; i < samples && good; i++) {
        uint32_t d;
        uint64_t k;
        shard_plan_at(&p, i, &d, &k);
        good = d < n;
        count[d]++;
        seen[d] += hash_mix64(k + 1) - hash_mix64(count[d]); /* the same numbers in any order: sums to 0 */
        if ((i + 1) % batch) continue;
        for (uint32_t x = 0; x < n && good; x++) {
            good = within_one(count[x], i + 1, q[x]) && within_one(count[x] - before[x], batch, q[x]) &&
                   seen[x] == 0;
            before[x] = count[x];
        }
    }
    shard_plan_free(&p);
    return good;
}

static void random_quanta(uint32_t *q, uint32_t n, int kind)
{
    double w[64];
    for (uint32_t d = 0; d < n; d++) {
        if (kind == 0) w[d] = 1 + (double)random_below(100);
        if (kind == 1) w[d] = random_below(8) == 0 ? 1000 : 1 + (double)random_below(3);
        if (kind == 2) w[d] = d < n / 2 ? 1 : 0.01;
        if (kind == 3) w[d] = 1;
    }
    if (shard_quantise(w, n, q, NULL) < 0) abort();
}

TEST(every_prefix_is_within_one_of_its_quota)
{
    uint32_t q[64];
    worst = 0;
    for (int round = 0; round < 400; round++) {
        uint32_t n = 1 + (uint32_t)random_below(round % 2 ? 6 : 40);
        random_quanta(q, n, round % 4);
        CHECK(quotas_hold(q, n, 1, 8192));
    }
    CHECK(worst > 0.5 * SHARD_QUANTA); /* the bound is not idle */
}

TEST(every_batch_is_within_one_of_its_quota)
{
    uint32_t q[64];
    for (int round = 0; round < 300; round++) {
        uint32_t n = 1 + (uint32_t)random_below(round % 2 ? 6 : 30), batch = 1 + (uint32_t)random_below(300);
        random_quanta(q, n, round % 4);
        CHECK(quotas_hold(q, n, batch, 60000));
    }
}

TEST(a_million_batches_of_twenty_domains)
{
    uint32_t q[20];
    struct shard_plan p;
    random_quanta(q, 20, 0);
    CHECK_INT(shard_plan_init(&p, q, 20, 3, NULL), 0);
    uint64_t count[20] = {0};
    bool good = true;
    for (uint64_t i = 0; i < 3000000 && good; i++) {
        uint32_t d;
        uint64_t k;
        shard_plan_at(&p, i, &d, &k);
        count[d]++;
        if (i % 3 == 2)
            for (uint32_t x = 0; x < 20; x++) good = good && within_one(count[x], i + 1, q[x]);
    }
    CHECK(good);
    shard_plan_free(&p);
}

TEST(every_two_domains_at_every_weight)
{
    for (uint32_t a = 0; a <= SHARD_QUANTA; a += 37) {
        uint32_t q[2] = {a, SHARD_QUANTA - a};
        CHECK(quotas_hold(q, 2, 1, 4096));
        CHECK(quotas_hold(q, 2, 7, 4096));
    }
}

TEST(more_domains_than_samples_in_a_batch)
{
    struct shard_plan p;
    double w[SHARD_MAX_DOMAINS];
    uint32_t q[SHARD_MAX_DOMAINS], count[SHARD_MAX_DOMAINS] = {0};
    for (uint32_t d = 0; d < SHARD_MAX_DOMAINS; d++) w[d] = 1 + d % 3;
    CHECK_INT(shard_quantise(w, SHARD_MAX_DOMAINS, q, NULL), 0);
    CHECK_INT(shard_plan_init(&p, q, SHARD_MAX_DOMAINS, 8, NULL), 0);
    for (uint64_t i = 0; i < SHARD_QUANTA; i++) {
        uint32_t d;
        uint64_t k;
        shard_plan_at(&p, i, &d, &k);
        count[d]++;
    }
    for (uint32_t d = 0; d < SHARD_MAX_DOMAINS; d++) CHECK_INT(count[d], q[d]);
    shard_plan_free(&p);
}

TEST(far_samples_continue_the_count)
{
    struct shard_plan p;
    uint32_t q[3] = {2000, 1500, 596}, d;
    uint64_t k, near[3] = {0}, far = ((uint64_t)1 << 50) / SHARD_QUANTA / 5 * SHARD_QUANTA * 5;
    CHECK_INT(shard_plan_init(&p, q, 3, 5, NULL), 0);
    for (uint64_t i = 0; i < 5000; i++) {
        uint32_t d2;
        uint64_t k2;
        shard_plan_at(&p, i, &d, &k);
        shard_plan_at(&p, far + i, &d2, &k2);
        CHECK_INT(d2, d);
        CHECK_INT(k2, far / SHARD_QUANTA * q[d] + k);
        near[d]++;
    }
    CHECK(near[0] > 0 && near[1] > 0 && near[2] > 0);
    shard_plan_free(&p);
}

/* ------------------------------------------------------------------ permutations */

static bool is_permutation(const struct shard_perm *p)
{
    char *seen = calloc(p->n, 1);
    bool good = true;
    for (uint64_t x = 0; x < p->n && good; x++) {
        uint64_t y = shard_perm_at(p, x);
        good = y < p->n && !seen[y];
        if (good) seen[y] = 1;
    }
    free(seen);
    return good;
}

TEST(permutations_are_permutations)
{
    struct shard_perm p;
    for (uint64_t n = 1; n < 200; n++) {
        shard_perm_init(&p, n, n, slice_str("web"), 3);
        CHECK(is_permutation(&p));
    }
    const uint64_t sizes[] = {255, 256, 257, 1023, 4095, 4096, 4097, 65535, 65536, 65537, 100003};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        shard_perm_init(&p, sizes[i], 7, slice_str("code"), i);
        CHECK(is_permutation(&p));
    }
}

TEST(large_permutations_stay_inside)
{
    struct shard_perm p;
    for (unsigned bits = 20; bits < 62; bits++) {
        uint64_t n = ((uint64_t)1 << bits) + 1;
        shard_perm_init(&p, n, 1, slice_str("web"), 0);
        for (uint64_t i = 0; i < 50; i++) CHECK(shard_perm_at(&p, n - 1 - i * (n / 50)) < n);
    }
}

static double correlation(const struct shard_perm *a, const struct shard_perm *b)
{
    double n = (double)a->n, mean = (n - 1) / 2, sum = 0;
    for (uint64_t x = 0; x < a->n; x++)
        sum += ((double)shard_perm_at(a, x) - mean) * ((b ? (double)shard_perm_at(b, x) : (double)x) - mean);
    return sum / (n * (n * n - 1) / 12);
}

TEST(seed_domain_and_epoch_each_change_the_order)
{
    struct shard_perm base, other[3];
    shard_perm_init(&base, 10000, 1, slice_str("web"), 0);
    shard_perm_init(&other[0], 10000, 2, slice_str("web"), 0);
    shard_perm_init(&other[1], 10000, 1, slice_str("code"), 0);
    shard_perm_init(&other[2], 10000, 1, slice_str("web"), 1);
    CHECK(fabs(correlation(&base, NULL)) < 0.05); /* 5 standard deviations */
    for (int i = 0; i < 3; i++) CHECK(fabs(correlation(&base, &other[i])) < 0.05);
}

/* Every order of four windows is about equally likely over the seeds: chi squared with 23 degrees of freedom is below
 * 58.6 but once in 10^4.3 draws, and these draws are fixed. */
TEST(all_orders_of_few_windows_occur)
{
    int count[256] = {0}, draws = 24000;
    for (int seed = 0; seed < draws; seed++) {
        struct shard_perm p;
        shard_perm_init(&p, 4, (uint64_t)seed, slice_str("x"), 0);
        int code = 0;
        for (uint64_t x = 0; x < 4; x++) code = code * 4 + (int)shard_perm_at(&p, x);
        count[code]++;
    }
    double chi = 0;
    int orders = 0;
    for (int c = 0; c < 256; c++)
        if (count[c]) {
            orders++;
            chi += (count[c] - draws / 24.0) * (count[c] - draws / 24.0) / (draws / 24.0);
        }
    CHECK_INT(orders, 24);
    CHECK(chi < 58.6);
}

/* The order is for ever: these values are recorded, and a change of them is a change of everybody's runs. */
TEST(recorded_values)
{
    static const uint64_t want[] = {754733307, 130893851, 992711848, 947157935};
    struct shard_perm p;
    shard_perm_init(&p, 1000000007, 42, slice_str("web"), 5);
    for (uint64_t i = 0; i < 4; i++) {
        CHECK_INT(shard_perm_at(&p, i), want[i]);
    }
}

/* order DIR SEED SEQ_LEN BATCH: the first 3000 samples, for tests/cli/shards/order.sh to compare. */
static int print_order(char **arg)
{
    struct shard_set *s;
    struct err e = {0};
    struct shard_order o = {.seed = strtoull(arg[2], NULL, 10), .batch_samples = (uint32_t)atoi(arg[4])};
    int r = shard_open(&s, arg[1], &e);
    for (uint64_t i = 0; i < 3000 && r == 0; i++) {
        struct shard_sample at;
        r = shard_sample_at(s, &o, i, (uint32_t)atoi(arg[3]), &at, &e);
        if (r == 0) printf("%u %" PRIu64 " %" PRIu64 "\n", at.domain, at.epoch, at.window);
    }
    shard_close(s);
    if (r < 0) fprintf(stderr, "%s\n", e.msg);
    return -r;
}

int main(int argc, char **argv)
{
    if (argc == 5) return print_order(argv);
    RUN(quanta_sum_and_are_nearest);
    RUN(default_mix_is_as_computed_by_hand);
    RUN(bad_weights_are_refused);
    RUN(every_prefix_is_within_one_of_its_quota);
    RUN(every_batch_is_within_one_of_its_quota);
    RUN(a_million_batches_of_twenty_domains);
    RUN(every_two_domains_at_every_weight);
    RUN(more_domains_than_samples_in_a_batch);
    RUN(far_samples_continue_the_count);
    RUN(permutations_are_permutations);
    RUN(large_permutations_stay_inside);
    RUN(seed_domain_and_epoch_each_change_the_order);
    RUN(all_orders_of_few_windows_occur);
    RUN(recorded_values);
    return TEST_END();
}
