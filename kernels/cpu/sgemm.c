/* sgemm.c: matrix products of one tile by oneDNN. Its C API differs between versions 2 and 3, dnnl_sgemm does not: it is all that
 * leat uses, and only here. oneDNN would start threads of its own (OpenMP): each of our threads says that it wants one. */
#include "sgemm.h"
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

void omp_set_num_threads(int n); /* of the OpenMP library that oneDNN uses; a thread's own setting */

void sgemm(int64_t m, int64_t n, int64_t k, float alpha, struct operand a, struct operand b, float beta,
           float *c, int64_t c_stride)
{
    omp_set_num_threads(1);
    /* The only failures are bad arguments and no memory for packing: the result then shows as not a number. */
    if (dnnl_sgemm(a.turned ? 'T' : 'N', b.turned ? 'T' : 'N', m, n, k, alpha, a.at, a.stride, b.at, b.stride,
                   beta, c, c_stride) != dnnl_success) {
        for (int64_t i = 0; i < m; i++) memset(c + i * c_stride, 0xFF, (size_t)n * sizeof *c);
    }
}
