/* cpu.h: the float backend. Each op is cut into tiles by shape alone; a tile is one job of the team. */
#ifndef LEAT_KERNELS_CPU_CPU_H
#define LEAT_KERNELS_CPU_CPU_H

#include "../backend.h"

extern const struct backend backend_cpu;

void cpu_matmul(const struct op_call *c, struct team *t);      /* matmul_add's too */
void cpu_matmul_back(const struct op_call *c, struct team *t); /* matmul_add's too */
void cpu_rmsnorm(const struct op_call *c, struct team *t);
void cpu_rmsnorm_back(const struct op_call *c, struct team *t);
uint64_t cpu_rmsnorm_workspace(const struct op_params *p, const struct shape *in, int threads);
void cpu_rope_angles(const struct op_call *c, struct team *t);
void cpu_rope(const struct op_call *c, struct team *t);
void cpu_rope_back(const struct op_call *c, struct team *t);
void cpu_attention(const struct op_call *c, struct team *t);
void cpu_attention_back(const struct op_call *c, struct team *t);
uint64_t cpu_attention_workspace(const struct op_params *p, const struct shape *in, int threads);
void cpu_kv_store(const struct op_call *c, struct team *t);
void cpu_attention_cached(const struct op_call *c, struct team *t);
uint64_t cpu_attention_cached_workspace(const struct op_params *p, const struct shape *in, int threads);
void cpu_swiglu(const struct op_call *c, struct team *t);
void cpu_swiglu_back(const struct op_call *c, struct team *t);
void cpu_embedding(const struct op_call *c, struct team *t);
void cpu_embedding_back(const struct op_call *c, struct team *t);
void cpu_classifier(const struct op_call *c, struct team *t);
void cpu_classifier_back(const struct op_call *c, struct team *t);
uint64_t cpu_classifier_workspace(const struct op_params *p, const struct shape *in, int threads);
void cpu_square_sums(const struct op_call *c, struct team *t);
void cpu_clip(const struct op_call *c, struct team *t);
void cpu_adamw(const struct op_call *c, struct team *t);

/* How many tiles of `size` cover n. */
static inline int64_t cpu_tiles(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

static inline int64_t cpu_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
