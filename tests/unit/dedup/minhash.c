/* Band keys: the same by every CPU's way, and proposing pairs as often as theory says. */
#include "dedup/minhash.h"
#include "common/hash.h"
#include "common/simd.h"
#include "tests/unit/test.h"

static uint32_t random32(uint64_t *state)
{
    return (uint32_t)(hash_mix64(*state += 0x9e3779b97f4a7c15ULL) >> 32);
}

static void start(struct minhash *m, const char *profile, uint64_t seed, enum simd simd)
{
    struct minhash_opts o = {.seed = seed};
    simd_limit(simd);
    CHECK_INT(minhash_profile(&o, profile, NULL), 0);
    minhash_init(m, &o);
}

static void bands(const struct minhash *m, const uint32_t *list, size_t n, uint64_t *key)
{
    minhash_bands(m, &(struct shingle_list){.at = list, .n = n}, key);
}

TEST(profiles)
{
    static const char *const bad[] = {"",
                                      "14",
                                      "14x",
                                      "x8",
                                      "14x8 ",
                                      " 14x8",
                                      "14x8x2",
                                      "0x8",
                                      "14x0",
                                      "-1x-1",
                                      "1025x1",
                                      "33x32",
                                      "14X8",
                                      "+1x1",
                                      "14.0x8",
                                      "a",
                                      "14x8a",
                                      "99999999999x1",
                                      "1x99999999999",
                                      "4294967297x1"};
    struct minhash m;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        CHECK_INT(minhash_profile(&(struct minhash_opts){0}, bad[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "14x8"));
    }
    start(&m, "1024x1", 1, SIMD_AVX512);
    CHECK_INT(m.o.bands * 10000 + m.o.rows, 10240001);
    start(&m, "20x13", 1, SIMD_AVX512);
    CHECK_INT(m.o.bands * 10000 + m.o.rows, 200013);
    for (unsigned i = 0; i < MINHASH_MAX_LANES; i++) CHECK(m.multiplier[i] & 1);
}

/* Lane by lane, as the header defines it. */
static void reference_bands(const struct minhash *m, const uint32_t *set, size_t n, uint64_t *key)
{
    uint32_t least[MINHASH_MAX_LANES];
    for (unsigned j = 0; j < m->o.bands * m->o.rows; j++) {
        least[j] = UINT32_MAX;
        for (size_t i = 0; i < n; i++) {
            uint32_t v = set[i] * m->multiplier[j];
            if (v < least[j]) least[j] = v;
        }
    }
    for (unsigned b = 0; b < m->o.bands; b++)
        key[b] = hash64_seed(least + (size_t)b * m->o.rows, m->o.rows * 4, b);
}

TEST(every_cpu_gives_the_same)
{
    static const char *const profiles[] = {"14x8", "20x13", "1x1", "1024x1", "1x1024", "50x4", "3x11"};
    static const size_t sizes[] = {0, 1, 2, 31, 500};
    static uint32_t set[500];
    uint64_t state = 5;
    for (size_t i = 0; i < 500; i++) set[i] = random32(&state);
    set[0] = 0;
    set[1] = UINT32_MAX;
    for (unsigned p = 0; p < 7; p++) {
        for (unsigned k = 0; k < 15; k++) {
            struct minhash m;
            uint64_t got[MINHASH_MAX_LANES], want[MINHASH_MAX_LANES];
            size_t n = sizes[k % 5];
            start(&m, profiles[p], p, (enum simd)(k / 5));
            bands(&m, set, n, got);
            reference_bands(&m, set, n, want);
            CHECK(memcmp(got, want, m.o.bands * sizeof *got) == 0);
        }
    }
}

TEST(keys_depend_on_band_seed_and_set)
{
    struct minhash m, other;
    uint64_t a[14], b[14];
    uint32_t set[3] = {1, 2, 3};
    start(&m, "14x8", 1, SIMD_AVX512);
    start(&other, "14x8", 2, SIMD_AVX512);
    bands(&m, set, 0, a); /* all lanes alike, keys not */
    for (unsigned i = 1; i < 14; i++) CHECK(a[i] != a[0]);
    bands(&m, set, 3, a);
    bands(&other, set, 3, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    uint32_t reversed[4] = {3, 2, 1, 3};
    bands(&m, reversed, 4, b);
    CHECK(memcmp(a, b, sizeof a) == 0);
}

static double candidates(const char *profile, unsigned shared, unsigned own, unsigned trials)
{
    unsigned found = 0;
    uint64_t state = shared * 1000003u + own;
    for (unsigned t = 0; t < trials; t++) {
        uint32_t a[1200], b[1200];
        uint64_t ka[64], kb[64];
        struct minhash m;
        bool met = false;
        start(&m, profile, t, SIMD_AVX512);
        for (unsigned i = 0; i < shared; i++) a[i] = b[i] = random32(&state);
        for (unsigned i = shared; i < shared + own; i++) {
            a[i] = random32(&state);
            b[i] = random32(&state);
        }
        bands(&m, a, shared + own, ka);
        bands(&m, b, shared + own, kb);
        for (unsigned i = 0; i < m.o.bands; i++) met |= ka[i] == kb[i];
        found += met;
    }
    return (double)found / trials;
}

TEST(candidates_as_theory_says)
{
    static const struct {
        const char *profile;
        unsigned shared, own;
    } cases[] = {{"14x8", 500, 250}, {"14x8", 700, 150},  {"14x8", 800, 100},  {"14x8", 900, 50},
                 {"14x8", 80, 10},   {"20x13", 800, 100}, {"26x11", 700, 150}, {"50x4", 300, 350}};
    const unsigned trials = 2000;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct minhash m;
        start(&m, cases[i].profile, 1, SIMD_AVX512);
        double j = (double)cases[i].shared / (cases[i].shared + 2 * cases[i].own);
        double want = minhash_probability(&m, j), error = sqrt(want * (1 - want) / trials);
        CHECK_NEAR(want, 1 - pow(1 - pow(j, m.o.rows), m.o.bands), 1e-12);
        CHECK_NEAR(candidates(cases[i].profile, cases[i].shared, cases[i].own, trials), want,
                   4 * error + 0.01);
    }
}

/* The table of docs: 14x8 at .5/.7/.8/.9. */
TEST(published_probabilities)
{
    struct minhash m;
    start(&m, "14x8", 1, SIMD_AVX512);
    CHECK_NEAR(minhash_probability(&m, 0.5), 0.053, 0.001);
    CHECK_NEAR(minhash_probability(&m, 0.7), 0.56, 0.01);
    CHECK_NEAR(minhash_probability(&m, 0.8), 0.92, 0.005);
    CHECK_NEAR(minhash_probability(&m, 0.9), 0.9996, 0.0001);
    CHECK_NEAR(minhash_probability(&m, 0), 0, 0);
    CHECK_NEAR(minhash_probability(&m, 1), 1, 0);
}

int main(void)
{
    RUN(profiles);
    RUN(every_cpu_gives_the_same);
    RUN(keys_depend_on_band_seed_and_set);
    RUN(candidates_as_theory_says);
    RUN(published_probabilities);
    return TEST_END();
}
