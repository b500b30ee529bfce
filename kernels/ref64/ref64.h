/* ref64.h: the plain double-precision reference of every op: written to be read, each op as its formula says, no tiles, no
 * threads. Small models only. Proven by finite differences, by recorded numbers of an independent implementation, and
 * itself the yardstick of the other backends. */
#ifndef LEAT_KERNELS_REF64_H
#define LEAT_KERNELS_REF64_H

#include "../backend.h"

extern const struct backend backend_ref64;

void ref64_matmul(const struct op_call *c, struct team *t);
void ref64_matmul_back(const struct op_call *c, struct team *t); /* matmul_add's too */
void ref64_matmul_add(const struct op_call *c, struct team *t);
void ref64_embedding(const struct op_call *c, struct team *t);
void ref64_embedding_back(const struct op_call *c, struct team *t);
void ref64_swiglu(const struct op_call *c, struct team *t);
void ref64_swiglu_back(const struct op_call *c, struct team *t);
void ref64_rmsnorm(const struct op_call *c, struct team *t);
void ref64_rmsnorm_back(const struct op_call *c, struct team *t);
void ref64_rope_angles(const struct op_call *c, struct team *t);
void ref64_rope(const struct op_call *c, struct team *t);
void ref64_rope_back(const struct op_call *c, struct team *t);
void ref64_attention(const struct op_call *c, struct team *t);
void ref64_attention_back(const struct op_call *c, struct team *t);
void ref64_kv_store(const struct op_call *c, struct team *t);
void ref64_attention_cached(const struct op_call *c, struct team *t);
void ref64_classifier(const struct op_call *c, struct team *t);
void ref64_classifier_back(const struct op_call *c, struct team *t);
uint64_t ref64_classifier_workspace(const struct op_params *p, const struct shape *in, int threads);
void ref64_square_sums(const struct op_call *c, struct team *t);
void ref64_clip(const struct op_call *c, struct team *t);
void ref64_adamw(const struct op_call *c, struct team *t);

static inline double ref64_dot(const double *a, const double *b, int64_t n)
{
    double s = 0;
    for (int64_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* Makes place for a gradient: zero unless it is added to what is there; NULL when it is not wanted. */
double *ref64_grad(const struct op_call *c, int input);

#endif
