/* philox.c: see philox.h. In: seed, stream, index. Out: one number. No state. */
#include "philox.h"
#include <math.h>

static void philox_round(uint32_t c[4], const uint32_t k[2])
{
    uint64_t a = (uint64_t)0xD2511F53 * c[0], b = (uint64_t)0xCD9E8D57 * c[2];
    uint32_t next[4] = {(uint32_t)(b >> 32) ^ c[1] ^ k[0], (uint32_t)b, (uint32_t)(a >> 32) ^ c[3] ^ k[1],
                        (uint32_t)a};
    for (int i = 0; i < 4; i++) c[i] = next[i];
}

void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t k[2] = {key[0], key[1]};
    for (int i = 0; i < 4; i++) out[i] = counter[i];
    for (int round = 0; round < 10; round++) {
        philox_round(out, k);
        k[0] += 0x9E3779B9; /* the golden ratio, and sqrt(3) - 1 */
        k[1] += 0xBB67AE85;
    }
}

static void philox_at(uint64_t seed, uint64_t stream, uint64_t i, double u[2])
{
    uint32_t counter[4] = {(uint32_t)i, (uint32_t)(i >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)};
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)}, r[4];
    philox(counter, key, r);
    for (int j = 0; j < 2; j++) u[j] = (double)(((uint64_t)r[2 * j + 1] << 32 | r[2 * j]) >> 11) * 0x1p-53;
}

double philox_uniform(uint64_t seed, uint64_t stream, uint64_t i)
{
    double u[2];
    philox_at(seed, stream, i, u);
    return u[0];
}

double philox_normal(uint64_t seed, uint64_t stream, uint64_t i)
{
    double u[2];
    philox_at(seed, stream, i, u);
    return sqrt(-2 * log(1 - u[0])) * cos(2 * M_PI * u[1]);
}
