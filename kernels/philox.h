/* philox.h: random numbers by counter: number i of stream (seed, stream) is a function of the three alone, so that no order of
 * work, restart or number of threads changes it. Philox4x32-10, after Salmon et al., "Parallel Random Numbers: As Easy
 * as 1, 2, 3", SC 2011 (https://doi.org/10.1145/2063384.2063405). */
#ifndef LEAT_KERNELS_PHILOX_H
#define LEAT_KERNELS_PHILOX_H

#include <stdint.h>

/* The block function: four words of counter and two of key to four random words. */
void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Uniform in [0, 1), 53 bits. */
double philox_uniform(uint64_t seed, uint64_t stream, uint64_t i);
/* Standard normal by Box and Muller. */
double philox_normal(uint64_t seed, uint64_t stream, uint64_t i);

#endif
