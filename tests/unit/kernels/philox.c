/* Philox against the known answers of Random123 (kat_vectors: philox4x32 10), and its use for uniform and normal numbers. */
#include "../test.h"
#include "kernels/philox.h"

TEST(known_answers)
{
    static const uint32_t cases[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {~0U, ~0U, ~0U, ~0U, ~0U, ~0U, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb,
         0x5001e420, 0x24126ea1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t out[4];
        philox(cases[i], cases[i] + 4, out);
        for (int j = 0; j < 4; j++) CHECK_INT(out[j], cases[i][6 + j]);
    }
}

TEST(moments)
{
    enum { N = 200000 };
    double u = 0, n1 = 0, n2 = 0, n4 = 0, low = 1, high = 0;
    for (uint64_t i = 0; i < N; i++) {
        double v = philox_uniform(3, 1, i), z = philox_normal(3, 2, i);
        low = fmin(low, v);
        high = fmax(high, v);
        u += v;
        n1 += z;
        n2 += z * z;
        n4 += z * z * z * z;
    }
    CHECK(low >= 0 && high < 1);
    CHECK_NEAR(u / N, 0.5, 0.003);
    CHECK_NEAR(n1 / N, 0, 0.01);
    CHECK_NEAR(n2 / N, 1, 0.015);
    CHECK_NEAR(n4 / N, 3, 0.1);
}

TEST(streams_differ)
{
    CHECK(philox_uniform(1, 1, 1) != philox_uniform(1, 1, 2));
    CHECK(philox_uniform(1, 1, 1) != philox_uniform(1, 2, 1));
    CHECK(philox_uniform(1, 1, 1) != philox_uniform(2, 1, 1));
    CHECK(philox_uniform(1, (uint64_t)1 << 32, 1) != philox_uniform(1, 0, 1));
}

int main(void)
{
    RUN(known_answers);
    RUN(moments);
    RUN(streams_differ);
    return TEST_END();
}
