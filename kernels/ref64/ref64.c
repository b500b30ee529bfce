/* ref64.c: the backend's table. */
#include "ref64.h"
#include "../host.h"
#include <string.h>

const struct backend backend_ref64 = {
    .name = "ref64",
    .float_bytes = sizeof(double),
    .forward = {[OP_MATMUL] = ref64_matmul,
                [OP_MATMUL_ADD] = ref64_matmul_add,
                [OP_RMSNORM] = ref64_rmsnorm,
                [OP_ROPE_ANGLES] = ref64_rope_angles,
                [OP_ROPE] = ref64_rope,
                [OP_ATTENTION] = ref64_attention,
                [OP_KV_STORE] = ref64_kv_store,
                [OP_ATTENTION_CACHED] = ref64_attention_cached,
                [OP_SWIGLU] = ref64_swiglu,
                [OP_EMBEDDING] = ref64_embedding,
                [OP_CLASSIFIER] = ref64_classifier,
                [OP_SQUARE_SUMS] = ref64_square_sums,
                [OP_CLIP] = ref64_clip,
                [OP_ADAMW] = ref64_adamw},
    .backward = {[OP_MATMUL] = ref64_matmul_back,
                 [OP_MATMUL_ADD] = ref64_matmul_back,
                 [OP_RMSNORM] = ref64_rmsnorm_back,
                 [OP_ROPE] = ref64_rope_back,
                 [OP_ATTENTION] = ref64_attention_back,
                 [OP_SWIGLU] = ref64_swiglu_back,
                 [OP_EMBEDDING] = ref64_embedding_back,
                 [OP_CLASSIFIER] = ref64_classifier_back},
    .workspace = {[OP_CLASSIFIER] = ref64_classifier_workspace},
    .alloc = host_alloc,
    .free = host_free,
    .zero = host_zero,
    .write = host_copy,
    .read = host_copy,
};

double *ref64_grad(const struct op_call *c, int input)
{
    const struct tensor *g = &c->grad_in[input];
    if (g->data && !c->grad_add[input]) memset(g->data, 0, (size_t)shape_count(g->shape) * sizeof(double));
    return g->data;
}
