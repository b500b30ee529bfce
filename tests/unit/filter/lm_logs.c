/* log10_exactly and pow10_exactly against libm. */
#include "filter/lm/logs.h"
#include "tests/unit/test.h"

static double relative(double got, double want)
{
    return want == 0 ? fabs(got) : fabs(got / want - 1);
}

TEST(log10_is_libms)
{
    double worst = 0;
    uint64_t state = 1;
    for (int i = 0; i < 200000; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        uint64_t bits = state % 0x7FF0000000000000ULL;
        double x;
        memcpy(&x, &bits, sizeof x);
        double e = relative(log10_exactly(x), log10(x));
        if (e > worst) worst = e;
    }
    CHECK_NEAR(worst, 0, 2e-15);
}

TEST(log10_near_one)
{
    double worst = 0;
    for (int i = -5000; i <= 5000; i++) {
        double x = 1 + i * 1e-5, e = relative(log10_exactly(x), log10(x));
        if (e > worst) worst = e;
    }
    CHECK_NEAR(worst, 0, 2e-15);
    CHECK(log10_exactly(1) == 0);
    CHECK(isinf(log10_exactly(0)));
    CHECK_NEAR(log10_exactly(5e-324), log10(5e-324), 1e-12);
}

TEST(all_at_once_are_the_same)
{
    double x[1003] = {0}, one[1003] = {0};
    uint64_t state = 7;
    for (int round = 0; round < 100; round++) {
        size_t n = (size_t)(round < 9 ? round : 1003);
        for (size_t i = 0; i < n; i++) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            uint64_t bits = round % 3 ? 0x3E00000000000000ULL + (state >> 8) % 0x01F0000000000001ULL
                                      : state % 0x7FF0000000000000ULL; /* 2^-31 to 1; or any */
            if (round % 3 == 2 && i % 97 == 5) bits = state >> 50;     /* subnormal, or 0 */
            memcpy(&x[i], &bits, sizeof bits);
            one[i] = log10_exactly(x[i]);
        }
        log10_exactly_all(x, n);
        CHECK(memcmp(x, one, n * sizeof *x) == 0);
    }
}

TEST(pow10_is_libms)
{
    double worst = 0;
    for (int i = -306000; i <= 308000; i += 7) {
        double x = i * 1e-3, e = relative(pow10_exactly(x), pow(10, x));
        if (e > worst) worst = e;
    }
    CHECK_NEAR(worst, 0, 1e-14); /* libm's own pow(10, x) has x rounded in it */
    CHECK(pow10_exactly(0) == 1);
    CHECK(pow10_exactly(-400) == 0);
    CHECK(isinf(pow10_exactly(400)));
    CHECK(pow10_exactly(NAN) == 0);
}

int main(void)
{
    RUN(log10_is_libms);
    RUN(log10_near_one);
    RUN(all_at_once_are_the_same);
    RUN(pow10_is_libms);
    return TEST_END();
}
