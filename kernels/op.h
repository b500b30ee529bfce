/* op.h: the operations that models are made of, each as one descriptor: what goes in and out, which shapes, what backward
 * needs, what it costs. A backend (backend.h) computes them; this page is what both sides agree on.
 *
 * Tensors are dense and row-major. Floats have the backend's width (float on `cpu`, double on `ref64`); indices are
 * int32_t; doubles are scalars that change from step to step (learning rate, scales) and partial sums.
 *
 * An op's backward gets the gradients of its outputs and writes those of its inputs: where `grad_add` is set it adds to
 * what is there, else it overwrites. Ops never fail: shapes are checked once, by op_infer, when a model is built; indices
 * must be in range when an op runs (the trainer checks tokens as it loads them). */
#ifndef LEAT_KERNELS_OP_H
#define LEAT_KERNELS_OP_H

#include "common/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OP_MAX_RANK = 3, OP_INPUTS = 6, OP_OUTPUTS = 1, OP_SAVED = 1 };

struct shape {
    int rank;
    int64_t dim[OP_MAX_RANK];
};

#define SHAPE1(a) ((struct shape){1, {(a)}})
#define SHAPE2(a, b) ((struct shape){2, {(a), (b)}})

int64_t shape_count(struct shape s); /* elements; -1 when a size is not positive or the product passes 2^47 */
bool shape_eq(struct shape a, struct shape b);

enum tensor_type { TYPE_FLOAT, TYPE_INDEX, TYPE_DOUBLE };

struct tensor {
    enum tensor_type type;
    struct shape shape;
    void *data; /* NULL: not there */
};

enum op_kind {
    /* y[M,N] = x[M,K] * w[N,K]^T */
    OP_MATMUL,
    /* y[M,N] = r[M,N] + x[M,K] * w[N,K]^T: a projection back into the residual stream. The residual's gradient is y's own
     * (passes_grad): no copy is made where the graph can let it take over. */
    OP_MATMUL_ADD,
    /* y[M,D] = x * w[D] / sqrt(mean(x^2) + eps), each row; saves 1/sqrt(…) [M] */
    OP_RMSNORM,
    /* cos and sin [M, head_size]: position[M] -> (cos, sin of position * theta^(-2i/head_size)), i < head_size/2 */
    OP_ROPE_ANGLES,
    /* y[M, heads*head_size]: the pairs (i, i + head_size/2) of each head turned by angles[M, head_size] (the order of the
     * published Llama weights). https://arxiv.org/abs/2104.09864 */
    OP_ROPE,
    /* y[M, heads*head_size] of q[M, heads*head_size], k, v [M, kv_heads*head_size], start[M]: softmax(q k^T / sqrt(head_size)) v
     * over the rows start[r] … r, causal. Rows are sequences of params.seq_len, and start[r], the first row of r's
     * document, lies in r's sequence: it says what cumulative lengths would, in a fixed shape. Saves log(sum(exp)) [M, heads]. */
    OP_ATTENTION,
    /* stores k, v [M, kv_heads*head_size] in k_cache, v_cache [C, kv_heads*head_size] at row position[M] mod C */
    OP_KV_STORE,
    /* y of q[M, …], position[M], k_cache, v_cache: attention over the positions max(0, p-C+1) … p */
    OP_ATTENTION_CACHED,
    /* y = gate / (1 + exp(-gate)) * up. https://arxiv.org/abs/2002.05202 */
    OP_SWIGLU,
    /* y[M,D] = w[token[M]] of w[V,D] */
    OP_EMBEDDING,
    /* loss[M] of x[M,D], w[V,D], target[M], scale[1]: the classifier and its cross-entropy, a chunk of rows at a time, so that
     * logits [M,V] are never whole in memory: loss = logsumexp(w x) - (w x)[target]; 0 where target is OP_IGNORE. A root:
     * its gradient is scale[0] (not an output's gradient), and backward writes the losses too. */
    OP_CLASSIFIER,
    /* partial[ceil(N/OP_SUM_BLOCK)] of x[N]: sums of squares of fixed blocks, in double */
    OP_SQUARE_SUMS,
    /* norm[2] of partial[P], limit params.clip: sqrt of the sum in order, and the factor min(1, clip/norm); clip 0: 1 */
    OP_CLIP,
    /* param, grad, m, v [N], schedule[3] = lr, 1-beta1^t, 1-beta2^t, norm[2]: AdamW in place on param, m, v; the gradient is
     * multiplied by norm[1]. https://arxiv.org/abs/1711.05101, as torch.optim.AdamW */
    OP_ADAMW,
    OP_COUNT
};

enum { OP_IGNORE = -1, OP_SUM_BLOCK = 16384, OP_CLASSIFIER_ROWS = 256 /* of one chunk of logits */ };

struct op_params {
    int64_t heads, kv_heads, head_size; /* rope, attention */
    int64_t seq_len;                    /* attention */
    double eps;                         /* rmsnorm, adamw */
    double theta;                       /* rope_angles */
    double clip;                        /* clip */
    double beta1, beta2, weight_decay;  /* adamw */
};

struct op {
    const char *name;
    unsigned n_in, n_out, n_saved;
    enum tensor_type in_type[OP_INPUTS], out_type;
    /* Bit i is input i. */
    unsigned differentiable; /* inputs that get a gradient */
    unsigned backward_reads; /* inputs whose values backward reads; saved tensors it always may */
    bool backward_reads_out;
    unsigned passes_grad; /* the input whose gradient is the output's, unchanged */
    unsigned updates;     /* inputs that are written in place */
    bool root; /* backward needs no gradient and writes the outputs: forward need not run before it */
    /* Shapes of output and saved tensor from those of the inputs. -ERR_USAGE when they do not fit. */
    int (*infer)(const struct op_params *p, const struct shape *in, struct shape *out, struct shape *saved,
                 struct err *e);
    uint64_t (*flops)(const struct op_params *p,
                      const struct shape *in); /* of forward; NULL: proportional to bytes */
    double backward_flops;                     /* times forward's */
};

/* The descriptor; never NULL for a kind below OP_COUNT. */
const struct op *op_get(enum op_kind kind);

/* infer, and a message that names the op. */
int op_infer(enum op_kind kind, const struct op_params *p, const struct shape *in, struct shape *out,
             struct shape *saved, struct err *e);

/* Bytes that a forward pass must at least move: each input and output once. */
uint64_t op_bytes(enum op_kind kind, const struct shape *in, struct shape out, size_t float_bytes);
size_t type_bytes(enum tensor_type type, size_t float_bytes);

struct op_call {
    enum op_kind kind;
    struct op_params params;
    struct tensor in[OP_INPUTS], out, saved;
    /* For backward. grad_in[i].data NULL: not wanted. grad_out has the shape of out; a root has none. */
    struct tensor grad_out, grad_in[OP_INPUTS];
    bool grad_add[OP_INPUTS];
    void *workspace; /* as many bytes as the backend says, aligned to 64 */
};

#endif
