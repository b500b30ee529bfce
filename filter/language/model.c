/* model.c: sums of weights of grams.
 *
 * Which grams are known is a bit each; how many bits stand before one is its row. In: a text. Out: the best language. State: the bits,
 * made once. Memory: 80 KiB, and the table. */
#include "filter/language/model.h"
#include "common/simd.h"
#include "filter/language/grams.h"
#include <pthread.h>

#define WORDS ((1U << MODEL_KEY_BITS) / 64)

static uint64_t known[WORDS];
static uint16_t rows_before[WORDS];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make_bits(void)
{
    for (size_t i = 0; i < n_model_keys; i++) known[model_keys[i] / 64] |= (uint64_t)1 << model_keys[i] % 64;
    for (size_t i = 0, rows = 0; i < WORDS; i++) {
        rows_before[i] = (uint16_t)rows;
        rows += (size_t)__builtin_popcountll(known[i]);
    }
}

struct sums {
    int64_t of[MODEL_LANGUAGES_MAX];
    uint64_t grams;
};

SIMD_INLINE void take_grams_body(struct sums *s, const uint32_t *hash, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        uint32_t key = hash[k] * 0x9e3779b1U >> (32 - MODEL_KEY_BITS);
        uint64_t bits = known[key / 64], bit = (uint64_t)1 << key % 64;
        if (!(bits & bit)) continue;
        size_t row = rows_before[key / 64] + (size_t)__builtin_popcountll(bits & (bit - 1));
        s->grams++;
        for (uint32_t i = model_rows[row]; i < model_rows[row + 1]; i++)
            s->of[model_weights[i].language] += model_weights[i].weight;
    }
}
SIMD_VARIANTS(void, take_grams, (struct sums * s, const uint32_t *hash, size_t n), (s, hash, n))

static void take(void *ctx, const uint32_t *hash, size_t n)
{
    take_grams(ctx, hash, n);
}

static uint64_t square_root(uint64_t n)
{
    uint64_t r = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
        if ((r + bit) * (r + bit) <= n) r += bit;
    return r;
}

void model_guess(struct slice text, struct model_guess *g)
{
    struct sums s = {0};
    pthread_once(&made, make_bits);
    grams_of(text, take, &s);
    *g = (struct model_guess){0};
    if (s.grams == 0) return;
    size_t best = 0, second = 1;
    for (size_t i = 1; i < n_model_languages; i++) {
        if (s.of[i] > s.of[best]) {
            second = best;
            best = i;
        } else if (i != best && (second == best || s.of[i] > s.of[second])) {
            second = i;
        }
    }
    g->code = model_languages[best];
    g->margin = (s.of[best] - s.of[second]) / (int64_t)square_root(s.grams);
}
