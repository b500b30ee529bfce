/* Sketches against the definition, the same by every CPU's way; unbiased, and with less variance than permutations have. */
#include "dedup/fss.h"
#include "common/hash.h"
#include "common/simd.h"
#include "dedup/minhash.h"
#include "tests/unit/test.h"

static uint32_t random32(uint64_t *state)
{
    return (uint32_t)(hash_mix64(*state += 0x9e3779b97f4a7c15ULL) >> 32);
}

/* As the paper has it: rounds until no bin is empty. */
static void reference(uint64_t seed, unsigned bins, const uint32_t *list, size_t n, uint64_t *bin)
{
    for (unsigned b = 0; b < bins; b++) bin[b] = UINT64_MAX;
    for (unsigned i = 0; i < 2 * bins; i++) {
        uint64_t h = hash_mix64(seed * 0x9e3779b97f4a7c15ULL + i + 1);
        for (size_t k = 0; k < n; k++) {
            uint32_t to = list[k] * ((uint32_t)(h >> 32) | 1), value = list[k] * ((uint32_t)h | 1);
            unsigned b = i < bins ? (unsigned)((uint64_t)(to >> 12) * bins >> 20) : i - bins;
            uint64_t v = (uint64_t)i << 32 | value;
            if (v < bin[b]) bin[b] = v;
        }
        bool full = true;
        for (unsigned b = 0; b < bins; b++) full &= bin[b] != UINT64_MAX;
        if (full) return;
    }
}

TEST(as_the_paper_has_it)
{
    static const unsigned bins[] = {1, 2, 112, 260, 1024};
    static const size_t sizes[] = {1, 2, 7, 8, 63, 64, 65, 200, 3000};
    static uint32_t list[3000];
    static uint64_t got[1024], want[1024];
    uint64_t state = 3;
    for (size_t i = 0; i < 3000; i++) list[i] = random32(&state);
    list[1] = 0;
    list[3] = UINT32_MAX;
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        simd_limit((enum simd)simd);
        for (unsigned b = 0; b < 5; b++) {
            for (unsigned k = 0; k < 9; k++) {
                fss_sketch(k, bins[b], list, sizes[k], got);
                reference(k, bins[b], list, sizes[k], want);
                CHECK(memcmp(got, want, bins[b] * sizeof *got) == 0);
            }
        }
    }
}

TEST(a_set_in_any_order)
{
    uint32_t list[5] = {77, 1, 99, 1 << 30, 5}, other[7] = {5, 5, 1 << 30, 99, 1, 77, 77};
    uint64_t a[112], b[112];
    fss_sketch(1, 112, list, 5, a);
    fss_sketch(1, 112, other, 7, b);
    CHECK(memcmp(a, b, sizeof a) == 0);
    fss_sketch(2, 112, list, 5, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    uint32_t zero = 0; /* the worst shingle: always in the first bin */
    fss_sketch(1, 112, &zero, 1, a);
    CHECK(a[0] == 0 && a[1] == 113ULL << 32 && a[111] == 223ULL << 32);
}

struct errors {
    double mean, root; /* of the estimated similarity, and of its square */
};

/* Of 112 lanes, for sets that share some of their shingles. */
static struct errors measure(enum minhash_kind kind, unsigned shared, unsigned own, unsigned trials)
{
    static uint32_t a[1200], b[1200];
    static uint64_t ka[112], kb[112];
    double j = (double)shared / (shared + 2 * own), sum = 0, squares = 0;
    uint64_t state = shared * 7919u + own;
    for (unsigned t = 0; t < trials; t++) {
        struct minhash m;
        unsigned same = 0;
        minhash_init(&m, &(struct minhash_opts){.bands = 112, .rows = 1, .seed = t, .kind = kind});
        for (unsigned i = 0; i < shared; i++) a[i] = b[i] = random32(&state);
        for (unsigned i = shared; i < shared + own; i++) {
            a[i] = random32(&state);
            b[i] = random32(&state);
        }
        minhash_bands(&m, &(struct shingle_list){.at = a, .n = shared + own}, ka);
        minhash_bands(&m, &(struct shingle_list){.at = b, .n = shared + own}, kb);
        for (unsigned i = 0; i < 112; i++) same += ka[i] == kb[i];
        double error = same / 112.0 - j;
        sum += error;
        squares += error * error;
    }
    return (struct errors){sum / trials, sqrt(squares / trials)};
}

TEST(less_variance_for_short_documents)
{
    static const struct {
        unsigned shared, own, trials;
        double fss, permutations;
    } cases[] = {{18, 2, 3000, 0.026, 0.036},
                 {11, 9, 3000, 0.033, 0.046},
                 {89, 11, 3000, 0.028, 0.038},
                 {889, 111, 1000, 0.036, 0.038}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct errors f = measure(MINHASH_FSS, cases[i].shared, cases[i].own, cases[i].trials),
                      p = measure(MINHASH_PERMUTATIONS, cases[i].shared, cases[i].own, cases[i].trials);
        printf("# %u shared, %u own: fss %.4f %.4f, permutations %.4f %.4f\n", cases[i].shared, cases[i].own,
               f.mean, f.root, p.mean, p.root);
        CHECK_NEAR(f.mean, 0, 0.003);
        CHECK_NEAR(f.root, cases[i].fss, 0.003);
        CHECK_NEAR(p.root, cases[i].permutations, 0.003);
    }
}

static double candidates(enum minhash_kind kind, unsigned shared, unsigned own, unsigned trials)
{
    static uint32_t a[1200], b[1200];
    uint64_t ka[14], kb[14], state = shared * 104729u + own;
    unsigned found = 0;
    for (unsigned t = 0; t < trials; t++) {
        struct minhash m;
        bool met = false;
        minhash_init(&m, &(struct minhash_opts){.bands = 14, .rows = 8, .seed = t, .kind = kind});
        for (unsigned i = 0; i < shared + own; i++) {
            a[i] = random32(&state);
            b[i] = i < shared ? a[i] : random32(&state);
        }
        minhash_bands(&m, &(struct shingle_list){.at = a, .n = shared + own}, ka);
        minhash_bands(&m, &(struct shingle_list){.at = b, .n = shared + own}, kb);
        for (unsigned i = 0; i < 14; i++) met |= ka[i] == kb[i];
        found += met;
    }
    return (double)found / trials;
}

/* P(candidate) with 14x8: at least what permutations find of likenesses over the threshold. */
TEST(candidates)
{
    static const struct {
        unsigned shared, own;
        double fss;
    } cases[] = {{18, 2, 0.97}, {11, 9, 0.004}, {89, 11, 0.94}, {889, 111, 0.927}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = candidates(MINHASH_FSS, cases[i].shared, cases[i].own, 2000);
        printf("# %u shared, %u own: fss %.4f, permutations %.4f\n", cases[i].shared, cases[i].own, got,
               candidates(MINHASH_PERMUTATIONS, cases[i].shared, cases[i].own, 2000));
        CHECK_NEAR(got, cases[i].fss, 0.02);
    }
}

int main(void)
{
    RUN(as_the_paper_has_it);
    RUN(a_set_in_any_order);
    RUN(less_variance_for_short_documents);
    RUN(candidates);
    return TEST_END();
}
