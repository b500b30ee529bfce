/* Blocks of floats: exp against the library's, tails, and the same bits whichever instruction set is chosen. */
#include "../test.h"
#include "kernels/cpu/vec.h"

ALWAYS_INLINE void many_body(const float *x, float *y, int64_t n, float *sum, float *top)
{
    vec s = {0}, t = (vec){0} - 1e30F;
    for (int64_t i = 0; i < n; i += LANES) {
        vec v;
        vec_get(&v, x + i, n - i);
        vec_max(&t, &v);
        vec_exp(&v);
        s += v * v;
        vec_put(y + i, &v, n - i, 1);
    }
    *sum = vec_sum(&s);
    *top = vec_top(&t);
}
VARIANTS(many, (const float *x, float *y, int64_t n, float *sum, float *top), (x, y, n, sum, top))

enum { N = 1003 };
static float input[N], start[N];

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        input[i] = (float)(i - 500) / 5.7F;
        start[i] = (float)(i % 7);
    }
}

TEST(exp_is_the_librarys)
{
    float y[N] = {0}, sum, top;
    double worst = 0;
    fill();
    many(input, y, N, &sum, &top);
    for (int i = 0; i < N; i++) worst = fmax(worst, fabs(y[i] / exp(fmin(fmax(input[i], -87), 88)) - 1));
    CHECK(worst < 2.4e-7);
    CHECK(top == input[N - 1]);
}

static bool same_bytes(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n) == 0;
}

TEST(instruction_sets_agree)
{
    float plain[N], other[N], sum[2], top[2];
    fill();
    memcpy(plain, start, sizeof start);
    many_body(input, plain, N, &sum[0], &top[0]);
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) SKIP("this processor has no AVX2");
    memcpy(other, start, sizeof start);
    many_avx2(input, other, N, &sum[1], &top[1]);
    CHECK(same_bytes(plain, other, sizeof plain) && sum[0] == sum[1] && top[0] == top[1]);
    if (!__builtin_cpu_supports("avx512f")) SKIP("this processor has no AVX-512");
    memcpy(other, start, sizeof start);
    many_avx512(input, other, N, &sum[1], &top[1]);
    CHECK(same_bytes(plain, other, sizeof plain) && sum[0] == sum[1] && top[0] == top[1]);
#else
    (void)other;
    SKIP("only one variant on this machine");
#endif
}

TEST(nothing_behind_the_end)
{
    for (int n = 1; n <= 33; n++) {
        float y[40], x[40], sum, top;
        for (int i = 0; i < 40; i++) x[i] = 0, y[i] = 5;
        many(x, y, n, &sum, &top);
        CHECK(y[n - 1] == 6 && y[n] == 5);
    }
}

int main(void)
{
    RUN(exp_is_the_librarys);
    RUN(instruction_sets_agree);
    RUN(nothing_behind_the_end);
    return TEST_END();
}
