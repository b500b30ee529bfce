/* fasttext_rows.c: sums of rows, and products with the output matrix, in vectors.
 *
 * Each lane holds one dimension (rows) or one label (products), and adds in the order in which fastText does; so any width of
 * vectors gives the same bits. Rows of 16, 32… floats are summed in registers, 64 dimensions at a time, and fetched eight
 * rows ahead. Built three times: plain, AVX2, AVX-512. */
#include "common/simd.h"
#include "fasttext_internal.h"
#include "real.h"
#include <stdlib.h>

typedef float vec __attribute__((vector_size(64), aligned(1), may_alias)); /* rows of a file lie anywhere */

typedef int32_t bits __attribute__((vector_size(64)));

#define AHEAD 32
#define WIDEST 8
#define ALWAYS_INLINE __attribute__((always_inline)) static inline

ALWAYS_INLINE void fetch(const char *row, size_t bytes)
{
    _Pragma("GCC unroll 8") for (size_t i = 0; i < bytes; i += 64)
        __builtin_prefetch(row + i, 0, 2); /* the L1's few buffers are the limit */
}

/* `blocks` vectors of each row; `tail` floats of the last one belong to the row, the others are zeroed by the caller. */
ALWAYS_INLINE void add_blocks(const struct ft_matrix *x, float *sum, const uint32_t *row, size_t n,
                              size_t from, int blocks)
{
    vec s[WIDEST];
    _Pragma("GCC unroll 8") for (int b = 0; b < blocks; b++) s[b] = *(const vec *)(sum + from + b * FT_BLOCK);
    for (size_t i = 0; i < n; i++) {
        const char *p = x->base + row[i] * x->stride + from * sizeof(float);
        if (i + AHEAD < n)
            fetch(x->base + row[i + AHEAD] * x->stride + from * sizeof(float), (size_t)blocks * sizeof(vec));
        _Pragma("GCC unroll 8") for (int b = 0; b < blocks; b++) s[b] +=
            *(const vec *)(const void *)(p + (size_t)b * sizeof(vec));
    }
    _Pragma("GCC unroll 8") for (int b = 0; b < blocks; b++) * (vec *)(sum + from + b * FT_BLOCK) = s[b];
}

/* `widest`: as many blocks at once as there are registers for. */
ALWAYS_INLINE void add_rows(const struct fasttext *m, float *sum, const uint32_t *row, size_t n, int widest)
{
    size_t blocks = ft_pad(m->in.cols) / FT_BLOCK, from = 0;
    for (; blocks > (size_t)widest; blocks -= (size_t)widest, from += (size_t)widest * FT_BLOCK)
        add_blocks(&m->in, sum, row, n, from, widest);
    switch (blocks) {
    case 8: add_blocks(&m->in, sum, row, n, from, 8); break;
    case 7: add_blocks(&m->in, sum, row, n, from, 7); break;
    case 6: add_blocks(&m->in, sum, row, n, from, 6); break;
    case 5: add_blocks(&m->in, sum, row, n, from, 5); break;
    case 4: add_blocks(&m->in, sum, row, n, from, 4); break;
    case 3: add_blocks(&m->in, sum, row, n, from, 3); break;
    case 2: add_blocks(&m->in, sum, row, n, from, 2); break;
    default: add_blocks(&m->in, sum, row, n, from, 1); break;
    }
}

/* Sums of the products of hidden and the labels of `blocks` blocks, whose columns begin at p: one of each at a time, since an
 * addition waits for the one before. */
ALWAYS_INLINE void multiply(const float *p, size_t cols, const float *hidden, float *out, int blocks)
{
    vec d[4] = {{0}};
    for (size_t j = 0; j < cols; j++)
        _Pragma("GCC unroll 4") for (int b = 0; b < blocks; b++) d[b] +=
            *(const vec *)(p + ((size_t)b * cols + j) * FT_BLOCK) * hidden[j];
    _Pragma("GCC unroll 4") for (int b = 0; b < blocks; b++) * (vec *)(out + b * FT_BLOCK) = d[b];
}

/* out[i] = the product of hidden and label i's row. */
ALWAYS_INLINE void outputs(const struct fasttext *m, const float *hidden, float *out, int widest)
{
    size_t cols = m->out.cols, n = m->padded_labels, i = 0, step = (size_t)widest * FT_BLOCK;
    for (; i + step <= n; i += step) multiply(m->transposed + i * cols, cols, hidden, out + i, widest);
    for (; i < n; i += FT_BLOCK) multiply(m->transposed + i * cols, cols, hidden, out + i, 1);
    for (i = 0; m->out_norm && i < n; i += FT_BLOCK) *(vec *)(out + i) *= *(const vec *)(m->out_norm + i);
}

typedef float floats8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef double doubles8 __attribute__((vector_size(64)));
typedef uint64_t bits8 __attribute__((vector_size(64)));

/* As real_exp of x <= 0, of eight at once. */
ALWAYS_INLINE void exp8(doubles8 *x)
{
    bits8 low = (bits8)(*x < -700);
    doubles8 least = {-700, -700, -700, -700, -700, -700, -700, -700};
    doubles8 z = (doubles8)(((bits8)*x & ~low) | ((bits8)least & low));
    doubles8 shifted = z * REAL_LOG2_E + REAL_ROUNDER, k = shifted - REAL_ROUNDER;
    doubles8 r = (z - k * REAL_LN2_HIGH) - k * REAL_LN2_LOW, y = r * 0 + 1.0 / 6227020800.0;
    for (unsigned i = 0; i < REAL_EXP_TERMS; i++) y = y * r + real_exp_term[i];
    *x = y * (doubles8)(((bits8)shifted << 52) + ((uint64_t)1023 << 52));
}

/* The largest of the labels' numbers; false: some are infinite or none. */
ALWAYS_INLINE bool largest(const struct fasttext *m, const float *out, float *max)
{
    size_t n = (size_t)m->n_labels, i = 0;
    vec most = (vec){0} + out[0], odd = {0};
    float sum = 0;
    *max = out[0];
    for (; i + FT_BLOCK <= n; i += FT_BLOCK) {
        vec x = *(const vec *)(out + i);
        bits more = (bits)(x > most);
        most = (vec)(((bits)x & more) | ((bits)most & ~more));
        odd += x - x;
    }
    for (int k = 0; n >= FT_BLOCK && k < FT_BLOCK; k++) {
        sum += odd[k];
        *max = most[k] > *max ? most[k] : *max;
    }
    for (; i < n; i++) {
        sum += out[i] - out[i];
        *max = out[i] > *max ? out[i] : *max;
    }
    return sum == 0;
}

ALWAYS_INLINE void divide(const struct fasttext *m, float *out, float by)
{
    for (size_t i = 0; i < m->padded_labels; i += FT_BLOCK) *(vec *)(out + i) /= by;
}

ALWAYS_INLINE void exps(const struct fasttext *m, float *out, float max)
{
    for (size_t i = 0; i < m->padded_labels; i += 8) {
        floats8 *at = (floats8 *)(out + i);
        doubles8 x = __builtin_convertvector(*at - max, doubles8);
        exp8(&x);
        *at = __builtin_convertvector(x, floats8);
    }
}

static void add_rows_plain(const struct fasttext *m, float *sum, const uint32_t *row, size_t n)
{
    add_rows(m, sum, row, n, 2);
}

static void outputs_plain(const struct fasttext *m, const float *hidden, float *out)
{
    outputs(m, hidden, out, 1);
}

static bool largest_plain(const struct fasttext *m, const float *out, float *max)
{
    return largest(m, out, max);
}

static void divide_plain(const struct fasttext *m, float *out, float by)
{
    divide(m, out, by);
}

static void exps_plain(const struct fasttext *m, float *out, float max)
{
    exps(m, out, max);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void add_rows_avx2(const struct fasttext *m, float *sum,
                                                          const uint32_t *row, size_t n)
{
    add_rows(m, sum, row, n, 4);
}

__attribute__((target("avx2"))) static void outputs_avx2(const struct fasttext *m, const float *hidden,
                                                         float *out)
{
    outputs(m, hidden, out, 2);
}

__attribute__((target("avx2"))) static bool largest_avx2(const struct fasttext *m, const float *out,
                                                         float *max)
{
    return largest(m, out, max);
}

__attribute__((target("avx2"))) static void divide_avx2(const struct fasttext *m, float *out, float by)
{
    divide(m, out, by);
}

__attribute__((target("avx2"))) static void exps_avx2(const struct fasttext *m, float *out, float max)
{
    exps(m, out, max);
}

__attribute__((target("avx512f"))) static void add_rows_avx512(const struct fasttext *m, float *sum,
                                                               const uint32_t *row, size_t n)
{
    add_rows(m, sum, row, n, 8);
}

__attribute__((target("avx512f"))) static void outputs_avx512(const struct fasttext *m, const float *hidden,
                                                              float *out)
{
    outputs(m, hidden, out, 4);
}

__attribute__((target("avx512f"))) static bool largest_avx512(const struct fasttext *m, const float *out,
                                                              float *max)
{
    return largest(m, out, max);
}

__attribute__((target("avx512f"))) static void divide_avx512(const struct fasttext *m, float *out, float by)
{
    divide(m, out, by);
}

__attribute__((target("avx512f"))) static void exps_avx512(const struct fasttext *m, float *out, float max)
{
    exps(m, out, max);
}
#endif

/* Rows that were left as codes. */
static void add_decoded(const struct fasttext *m, float *sum, const uint32_t *row, size_t n)
{
    size_t dim = m->in.cols;
    float *decoded = sum + ft_pad(dim); /* the scratch has room for two rows */
    for (size_t i = 0; i < n; i++) {
        ft_decode_row(&m->in, row[i], decoded);
        for (size_t j = 0; j < dim; j++) sum[j] += decoded[j];
    }
}

void ft_choose_simd(struct fasttext *m)
{
    enum simd simd = simd_widest();
    m->add_rows = add_rows_plain;
    m->outputs = outputs_plain;
    m->exps = exps_plain;
    m->divide = divide_plain;
    m->largest = largest_plain;
#if defined(__x86_64__)
    if (simd == SIMD_AVX512) {
        m->add_rows = add_rows_avx512;
        m->outputs = outputs_avx512;
        m->exps = exps_avx512;
        m->divide = divide_avx512;
        m->largest = largest_avx512;
    } else if (simd == SIMD_AVX2) {
        m->add_rows = add_rows_avx2;
        m->outputs = outputs_avx2;
        m->exps = exps_avx2;
        m->divide = divide_avx2;
        m->largest = largest_avx2;
    }
#endif
    if (!m->in.base) m->add_rows = add_decoded;
    ft_choose_text(m);
}
