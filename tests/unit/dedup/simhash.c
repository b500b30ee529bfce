/* Fingerprints against 64 counters, one by one; the same by every CPU's way; as far apart as theory says. */
#include "dedup/simhash.h"
#include "common/hash.h"
#include "common/simd.h"
#include "tests/unit/test.h"

static uint64_t random64(uint64_t *state)
{
    return hash_mix64(*state += 0x9e3779b97f4a7c15ULL);
}

static uint64_t reference_ngram(const uint64_t *word, unsigned ngram)
{
    uint64_t h = 0;
    for (unsigned k = 0; k < ngram; k++) h = (h << 11 | h >> 53) + word[k];
    h *= 0xBF58476D1CE4E5B9ULL;
    return h ^ h >> 32;
}

/* As the header defines it. */
static uint64_t reference(const uint64_t *word, size_t n, unsigned ngram)
{
    size_t count[64] = {0}, ngrams = n < ngram ? 1 : n - ngram + 1;
    uint64_t fingerprint = 0;
    if (n < ngram) ngram = (unsigned)n;
    for (size_t i = 0; i < ngrams; i++)
        for (unsigned b = 0; b < 64; b++) count[b] += reference_ngram(word + i, ngram) >> b & 1;
    for (unsigned b = 0; b < 64; b++) fingerprint |= (uint64_t)(2 * count[b] > ngrams) << b;
    return fingerprint;
}

TEST(as_counted_one_by_one)
{
    static uint64_t word[5000];
    static const unsigned ngrams[] = {1, 2, 5, 32};
    uint64_t state = 1;
    for (size_t i = 0; i < 5000; i++) word[i] = random64(&state);
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        simd_limit((enum simd)simd);
        for (unsigned k = 0; k < 4; k++) {
            for (size_t n = 1; n < 140; n++)
                CHECK(simhash_words(word + n, n, ngrams[k]) == reference(word + n, n, ngrams[k]));
            for (size_t n = 140; n <= 5000; n += 347)
                CHECK(simhash_words(word, n, ngrams[k]) == reference(word, n, ngrams[k]));
        }
    }
}

/* Counters that carry through all planes, and counts of exactly half. */
TEST(equal_words)
{
    static uint64_t word[70000];
    for (int simd = SIMD_PLAIN; simd <= SIMD_AVX512; simd++) {
        simd_limit((enum simd)simd);
        for (size_t i = 0; i < 70000; i++) word[i] = 77;
        uint64_t one = simhash_ngram(word, 1);
        for (size_t n = 1; n <= 65536; n *= 2) {
            CHECK(simhash_words(word, n, 1) == one);
            CHECK(simhash_words(word, n + 1, 1) == one);
        }
        for (size_t i = 0; i < 70000; i += 2) word[i] = 78;
        uint64_t both = one & simhash_ngram(word, 1), either = one | simhash_ngram(word, 1);
        CHECK(simhash_words(word, 2, 1) == both); /* half is not more than half */
        CHECK(simhash_words(word, 40000, 1) == both);
        CHECK(simhash_words(word + 1, 40001, 1) == one);
        CHECK(both != either);
    }
}

static uint64_t of_text(const char *text, size_t n, unsigned ngram)
{
    struct wordhash w;
    uint64_t fingerprint = 0;
    wordhash_init(&w);
    CHECK_INT(simhash_text(&w, slice_of(text, n), ngram, &fingerprint, NULL), 0);
    wordhash_free(&w);
    return fingerprint;
}

static uint64_t of(const char *text, unsigned ngram)
{
    return of_text(text, strlen(text), ngram);
}

TEST(texts)
{
    uint64_t word[3] = {wordhash_word("one", 3), wordhash_word("two", 3), wordhash_word("three", 5)};
    CHECK(of("One, TWO three!", 5) == simhash_ngram(word, 3)); /* fewer words than an n-gram has */
    CHECK(of("one two three", 3) == simhash_ngram(word, 3));
    CHECK(of("one two three", 2) == (simhash_ngram(word, 2) & simhash_ngram(word + 1, 2)));
    CHECK(of("one two three", 1) == reference(word, 3, 1));
    CHECK(of("two one", 2) != of("one two", 2));
    CHECK(of("", 5) == of("", 1));
    CHECK(of("?!", 5) != of("", 5)); /* without words: the bytes */
    CHECK(of_text("?\0", 2, 5) != of_text("?\0\0", 3, 5));
}

/* Of texts with n words, k of them changed: bits that differ, on average. */
static double bits_apart(size_t n, size_t changed, unsigned ngram, unsigned trials)
{
    static uint64_t a[3000], b[3000];
    uint64_t state = changed * 31 + ngram, bits = 0;
    for (unsigned t = 0; t < trials; t++) {
        for (size_t i = 0; i < n; i++) a[i] = b[i] = random64(&state);
        for (size_t i = 0; i < changed; i++) b[i * (n / changed) + 3] = random64(&state);
        bits += (unsigned)__builtin_popcountll(simhash_words(a, n, ngram) ^ simhash_words(b, n, ngram));
    }
    return (double)bits / trials;
}

TEST(as_far_apart_as_theory_says)
{
    static const struct {
        unsigned ngram, changed;
    } cases[] = {{1, 30}, {1, 300}, {5, 6}, {5, 60}, {3, 100}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        double c = 1 - cases[i].ngram * cases[i].changed / 3000.0; /* cosine of the counts */
        double want = 64 * acos(c) / 3.14159265358979,
               got = bits_apart(3000, cases[i].changed, cases[i].ngram, 100);
        CHECK_NEAR(got, want, 0.15 * want);
    }
}

int main(void)
{
    RUN(as_counted_one_by_one);
    RUN(equal_words);
    RUN(texts);
    RUN(as_far_apart_as_theory_says);
    return TEST_END();
}
