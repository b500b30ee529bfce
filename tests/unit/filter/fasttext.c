/* fastText's models: what stays in the file gives the same bits as what is copied; exp and log. */
#include "filter/classify/fasttext_internal.h"
#include "common/stream.h"
#include "filter/classify/digits.h"
#include "filter/classify/real.h"
#include "tests/unit/test.h"
#include <math.h>
#include <stdio.h>

static const char *const models[] = {"softmax.bin",  "tree.bin",   "ova.bin",
                                     "negative.bin", "pruned.ftz", "tree.ftz"};
static const char *const texts[] = {"",
                                    "ta",
                                    "tari sulo mone en",
                                    "grö þal ček ßun ñir öð x",
                                    "水山的 林了 火在 unbekannt",
                                    "a </s> b",
                                    "дов мир ста лен гор ый ет ов \xff\xfe"};

static void load(const char *name, struct buf *b)
{
    char path[4096];
    struct err e = {0};
    const char *root = getenv("LEAT_ROOT");
    snprintf(path, sizeof path, "%s/tests/cli/filter/fasttext/%s", root ? root : ".", name);
    buf_init(b, BUF_NO_MAX);
    CHECK_INT(file_read(path, BUF_NO_MAX, b, &e), 0);
    buf_reserve(b, 64);
}

static void compare(const struct fasttext *a, const struct fasttext *b, const char *text)
{
    struct fasttext_scratch *sa = fasttext_scratch_new(a), *sb = fasttext_scratch_new(b);
    uint32_t la[10], lb[10];
    float pa[10], pb[10];
    struct err e = {0};
    int64_t n = fasttext_predict(a, sa, slice_str(text), 10, la, pa, &e);
    CHECK_INT(fasttext_predict(b, sb, slice_str(text), 10, lb, pb, &e), n);
    CHECK(n >= 0 && n <= 4);
    for (int64_t i = 0; i < n; i++) CHECK(la[i] == lb[i] && pa[i] == pb[i]);
    fasttext_scratch_free(sa);
    fasttext_scratch_free(sb);
}

TEST(uncopied)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct buf bytes;
        struct fasttext *copied, *lying;
        struct err e = {0};
        load(models[i], &bytes);
        CHECK_INT(ft_open(&copied, models[i], buf_slice(&bytes), FT_COPY_MAX, &e), 0);
        CHECK_INT(ft_open(&lying, models[i], buf_slice(&bytes), 0, &e), 0);
        if (!copied || !lying) return;
        CHECK(copied->in.own && !lying->in.own && !lying->subword);
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) compare(copied, lying, texts[t]);
        fasttext_close(copied);
        fasttext_close(lying);
        buf_free(&bytes);
    }
}

TEST(remainders)
{
    const uint32_t of[] = {1, 2, 3, 97, 2000000, 2147483647};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct ft_modulus m = {of[i], UINT64_MAX / of[i] + 1};
        for (uint64_t x = 0; x < UINT64_C(1) << 32; x += 99991)
            CHECK(ft_remainder(m, (uint32_t)x) == x % of[i]);
        CHECK_INT(ft_remainder(m, UINT32_MAX), UINT32_MAX % of[i]);
    }
}

TEST(remainders_of_64_bits)
{
    const uint32_t of[] = {1, 2, 3, 97, 2000000, 2097152, 2147483647};
    uint64_t x = 1;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct ft_modulus m = {of[i], UINT64_MAX / of[i] + 1};
        for (int k = 0; k < 100000; k++) {
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
            CHECK(ft_remainder64(m, x) == x % of[i]);
            CHECK(ft_remainder64(m, x - x % of[i]) == 0);
        }
        CHECK(ft_remainder64(m, UINT64_MAX) == UINT64_MAX % of[i]);
    }
}

static void print_like_printf(float x)
{
    char want[32];
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    snprintf(want, sizeof want, "%.9g", (double)x);
    digits_put(&b, x);
    CHECK(slice_is(buf_slice(&b), want));
    buf_free(&b);
}

TEST(digits)
{
    const float some[] = {0,     1,     1.00001F, 0.5F, 0.1F,  0.01F, 0.001F,
                          1e-4F, 1e-5F, 9.9999F,  10,   0.25F, -1,    INFINITY};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        print_like_printf(some[i]);
        print_like_printf(nextafterf(some[i], 0));
        print_like_printf(nextafterf(some[i], 100));
    }
    for (uint32_t bits = 0x38000000; bits < 0x41400000; bits += 977) {
        float x;
        memcpy(&x, &bits, sizeof x);
        print_like_printf(x);
    }
}

/* Within one unit of the last place of libm's. */
static bool near(double a, double b)
{
    return a == b || a == nextafter(b, INFINITY) || a == nextafter(b, -INFINITY);
}

TEST(exp_and_log)
{
    for (int i = -20000; i < 20000; i++) {
        double x = 0.0347 * i;
        CHECK(near(real_exp(x), exp(x)));
        CHECK(near(real_log(exp(x)), log(exp(x))));
    }
    CHECK(real_exp(-1000) == 0 && real_exp(1000) == INFINITY && real_exp(0) == 1 && real_log(1) == 0);
    CHECK(isnan(real_exp(NAN)) && isnan(real_log(-1)) && isnan(real_log(0)) && isnan(real_log(INFINITY)));
}

int main(void)
{
    RUN(uncopied);
    RUN(remainders);
    RUN(remainders_of_64_bits);
    RUN(digits);
    RUN(exp_and_log);
    return TEST_END();
}
