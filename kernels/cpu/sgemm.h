/* sgemm.h: the one door to oneDNN. */
#ifndef LEAT_KERNELS_CPU_SGEMM_H
#define LEAT_KERNELS_CPU_SGEMM_H

#include <stdbool.h>
#include <stdint.h>

/* A row-major matrix inside memory whose rows are `stride` floats apart; `turned`: used as its transpose. */
struct operand {
    const float *at;
    int64_t stride;
    bool turned;
};

/* c[m,n] = alpha a[m,k] b[k,n] + beta c. On the calling thread alone; any number of threads may call at once. beta 0 does
 * not read c. Works for m, n, k >= 1. */
void sgemm(int64_t m, int64_t n, int64_t k, float alpha, struct operand a, struct operand b, float beta,
           float *c, int64_t c_stride);

#endif
