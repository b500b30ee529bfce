/* op.c: the descriptors of all ops: shape inference, what backward needs, FLOPs. In: shapes and parameters. Out: shapes, or
 * what does not fit. No state. */
#include "op.h"
#include <string.h>

#define IN(i) (1U << (i))

int64_t shape_count(struct shape s)
{
    int64_t n = 1;
    for (int i = 0; i < s.rank; i++) {
        if (s.dim[i] <= 0 || __builtin_mul_overflow(n, s.dim[i], &n) || n > (int64_t)1 << 47) return -1;
    }
    return n;
}

bool shape_eq(struct shape a, struct shape b)
{
    return a.rank == b.rank && memcmp(a.dim, b.dim, (size_t)a.rank * sizeof *a.dim) == 0;
}

size_t type_bytes(enum tensor_type type, size_t float_bytes)
{
    return type == TYPE_FLOAT ? float_bytes : type == TYPE_INDEX ? sizeof(int32_t) : sizeof(double);
}

/* Whether s has this rank, and these sizes where they are not 0. */
static bool is(struct shape s, int rank, int64_t d0, int64_t d1)
{
    return s.rank == rank && (!d0 || s.dim[0] == d0) && (rank < 2 || !d1 || s.dim[1] == d1);
}

static int misfit(struct err *e, const char *what)
{
    return err_set(e, ERR_USAGE, "%s", what);
}

static int infer_matmul(const struct op_params *p, const struct shape *in, struct shape *out,
                        struct shape *saved, struct err *e)
{
    if (!is(in[0], 2, 0, 0) || !is(in[1], 2, 0, in[0].dim[1])) return misfit(e, "x[M,K] and w[N,K] expected");
    *out = SHAPE2(in[0].dim[0], in[1].dim[0]);
    return 0;
}

static int infer_matmul_add(const struct op_params *p, const struct shape *in, struct shape *out,
                            struct shape *saved, struct err *e)
{
    int r = infer_matmul(p, in, out, saved, e);
    if (r < 0) return r;
    return shape_eq(*out, in[2]) ? 0 : misfit(e, "the residual needs the shape of the product");
}

static int infer_rmsnorm(const struct op_params *p, const struct shape *in, struct shape *out,
                         struct shape *saved, struct err *e)
{
    if (!is(in[0], 2, 0, 0) || !is(in[1], 1, in[0].dim[1], 0)) return misfit(e, "x[M,D] and w[D] expected");
    *out = in[0];
    *saved = SHAPE1(in[0].dim[0]);
    return 0;
}

static int infer_rope_angles(const struct op_params *p, const struct shape *in, struct shape *out,
                             struct shape *saved, struct err *e)
{
    if (!is(in[0], 1, 0, 0)) return misfit(e, "position[M] expected");
    if (p->head_size <= 0 || p->head_size % 2) return misfit(e, "the head size must be even");
    *out = SHAPE2(in[0].dim[0], p->head_size);
    return 0;
}

static int infer_rope(const struct op_params *p, const struct shape *in, struct shape *out,
                      struct shape *saved, struct err *e)
{
    if (!is(in[0], 2, 0, 0) || !is(in[1], 2, in[0].dim[0], p->head_size) || in[0].dim[1] % p->head_size)
        return misfit(e, "x[M, heads*head_size] and angles[M, head_size] expected");
    *out = in[0];
    return 0;
}

static int check_heads(const struct op_params *p, struct err *e)
{
    if (p->heads <= 0 || p->kv_heads <= 0 || p->head_size <= 0 || p->heads % p->kv_heads)
        return misfit(e, "heads must be a multiple of kv_heads");
    return 0;
}

static int infer_attention(const struct op_params *p, const struct shape *in, struct shape *out,
                           struct shape *saved, struct err *e)
{
    int r = check_heads(p, e);
    if (r < 0) return r;
    int64_t m = in[0].dim[0];
    if (!is(in[0], 2, 0, p->heads * p->head_size) || !is(in[1], 2, m, p->kv_heads * p->head_size) ||
        !shape_eq(in[1], in[2]) || !is(in[3], 1, m, 0))
        return misfit(e, "q[M, heads*head_size], k, v [M, kv_heads*head_size], start[M] expected");
    if (p->seq_len <= 0 || m % p->seq_len) return misfit(e, "rows must be whole sequences");
    *out = in[0];
    *saved = SHAPE2(m, p->heads);
    return 0;
}

static int infer_kv_store(const struct op_params *p, const struct shape *in, struct shape *out,
                          struct shape *saved, struct err *e)
{
    if (!is(in[0], 2, 0, 0) || !shape_eq(in[0], in[1]) || !is(in[2], 1, in[0].dim[0], 0) ||
        !is(in[3], 2, 0, in[0].dim[1]) || !shape_eq(in[3], in[4]))
        return misfit(e, "k, v [M,D], position[M], k_cache, v_cache [C,D] expected");
    return 0;
}

static int infer_attention_cached(const struct op_params *p, const struct shape *in, struct shape *out,
                                  struct shape *saved, struct err *e)
{
    int r = check_heads(p, e);
    if (r < 0) return r;
    if (!is(in[0], 2, 0, p->heads * p->head_size) || !is(in[1], 1, in[0].dim[0], 0) ||
        !is(in[2], 2, 0, p->kv_heads * p->head_size) || !shape_eq(in[2], in[3]))
        return misfit(
            e, "q[M, heads*head_size], position[M], k_cache, v_cache [C, kv_heads*head_size] expected");
    *out = in[0];
    return 0;
}

static int infer_swiglu(const struct op_params *p, const struct shape *in, struct shape *out,
                        struct shape *saved, struct err *e)
{
    if (!shape_eq(in[0], in[1])) return misfit(e, "gate and up need one shape");
    *out = in[0];
    return 0;
}

static int infer_embedding(const struct op_params *p, const struct shape *in, struct shape *out,
                           struct shape *saved, struct err *e)
{
    if (!is(in[0], 1, 0, 0) || !is(in[1], 2, 0, 0)) return misfit(e, "token[M] and w[V,D] expected");
    *out = SHAPE2(in[0].dim[0], in[1].dim[1]);
    return 0;
}

static int infer_classifier(const struct op_params *p, const struct shape *in, struct shape *out,
                            struct shape *saved, struct err *e)
{
    if (!is(in[0], 2, 0, 0) || !is(in[1], 2, 0, in[0].dim[1]) || !is(in[2], 1, in[0].dim[0], 0) ||
        !is(in[3], 1, 1, 0))
        return misfit(e, "x[M,D], w[V,D], target[M], scale[1] expected");
    *out = SHAPE1(in[0].dim[0]);
    return 0;
}

static int infer_square_sums(const struct op_params *p, const struct shape *in, struct shape *out,
                             struct shape *saved, struct err *e)
{
    if (!is(in[0], 1, 0, 0)) return misfit(e, "x[N] expected");
    *out = SHAPE1((in[0].dim[0] + OP_SUM_BLOCK - 1) / OP_SUM_BLOCK);
    return 0;
}

static int infer_clip(const struct op_params *p, const struct shape *in, struct shape *out,
                      struct shape *saved, struct err *e)
{
    if (!is(in[0], 1, 0, 0)) return misfit(e, "partial[P] expected");
    *out = SHAPE1(2);
    return 0;
}

static int infer_adamw(const struct op_params *p, const struct shape *in, struct shape *out,
                       struct shape *saved, struct err *e)
{
    for (int i = 1; i < 4; i++) {
        if (!shape_eq(in[0], in[i])) return misfit(e, "param, grad, m and v need one shape");
    }
    return is(in[4], 1, 3, 0) && is(in[5], 1, 2, 0) ? 0 : misfit(e, "schedule[3] and norm[2] expected");
}

static uint64_t flops_matmul(const struct op_params *p, const struct shape *in)
{
    return 2 * (uint64_t)in[0].dim[0] * (uint64_t)in[0].dim[1] * (uint64_t)in[1].dim[0];
}

/* Causal: half of the square. */
static uint64_t flops_attention(const struct op_params *p, const struct shape *in)
{
    return 2 * (uint64_t)in[0].dim[0] * (uint64_t)(p->seq_len + 1) * (uint64_t)(p->heads * p->head_size);
}

static uint64_t flops_attention_cached(const struct op_params *p, const struct shape *in)
{
    return 4 * (uint64_t)in[0].dim[0] * (uint64_t)in[2].dim[0] * (uint64_t)(p->heads * p->head_size);
}

#define F TYPE_FLOAT
#define I TYPE_INDEX
#define D TYPE_DOUBLE

static const struct op ops[OP_COUNT] = {
    [OP_MATMUL] = {.name = "matmul",
                   .n_in = 2,
                   .n_out = 1,
                   .in_type = {F, F},
                   .differentiable = IN(0) | IN(1),
                   .backward_reads = IN(0) | IN(1),
                   .infer = infer_matmul,
                   .flops = flops_matmul,
                   .backward_flops = 2},
    [OP_MATMUL_ADD] = {.name = "matmul_add",
                       .n_in = 3,
                       .n_out = 1,
                       .in_type = {F, F, F},
                       .differentiable = IN(0) | IN(1) | IN(2),
                       .backward_reads = IN(0) | IN(1),
                       .passes_grad = IN(2),
                       .infer = infer_matmul_add,
                       .flops = flops_matmul,
                       .backward_flops = 2},
    [OP_RMSNORM] = {.name = "rmsnorm",
                    .n_in = 2,
                    .n_out = 1,
                    .n_saved = 1,
                    .in_type = {F, F},
                    .differentiable = IN(0) | IN(1),
                    .backward_reads = IN(0) | IN(1),
                    .infer = infer_rmsnorm},
    [OP_ROPE_ANGLES] =
        {.name = "rope_angles", .n_in = 1, .n_out = 1, .in_type = {I}, .infer = infer_rope_angles},
    [OP_ROPE] = {.name = "rope",
                 .n_in = 2,
                 .n_out = 1,
                 .in_type = {F, F},
                 .differentiable = IN(0),
                 .backward_reads = IN(1),
                 .infer = infer_rope},
    [OP_ATTENTION] = {.name = "attention",
                      .n_in = 4,
                      .n_out = 1,
                      .n_saved = 1,
                      .in_type = {F, F, F, I},
                      .differentiable = IN(0) | IN(1) | IN(2),
                      .backward_reads = IN(0) | IN(1) | IN(2) | IN(3),
                      .backward_reads_out = true,
                      .infer = infer_attention,
                      .flops = flops_attention,
                      .backward_flops = 2.5},
    [OP_KV_STORE] = {.name = "kv_store",
                     .n_in = 5,
                     .in_type = {F, F, I, F, F},
                     .updates = IN(3) | IN(4),
                     .infer = infer_kv_store},
    [OP_ATTENTION_CACHED] = {.name = "attention_cached",
                             .n_in = 4,
                             .n_out = 1,
                             .in_type = {F, I, F, F},
                             .infer = infer_attention_cached,
                             .flops = flops_attention_cached},
    [OP_SWIGLU] = {.name = "swiglu",
                   .n_in = 2,
                   .n_out = 1,
                   .in_type = {F, F},
                   .differentiable = IN(0) | IN(1),
                   .backward_reads = IN(0) | IN(1),
                   .infer = infer_swiglu},
    [OP_EMBEDDING] = {.name = "embedding",
                      .n_in = 2,
                      .n_out = 1,
                      .in_type = {I, F},
                      .differentiable = IN(1),
                      .backward_reads = IN(0),
                      .infer = infer_embedding},
    [OP_CLASSIFIER] = {.name = "classifier",
                       .n_in = 4,
                       .n_out = 1,
                       .in_type = {F, F, I, D},
                       .differentiable = IN(0) | IN(1),
                       .backward_reads = IN(0) | IN(1) | IN(2) | IN(3),
                       .root = true,
                       .infer = infer_classifier,
                       .flops = flops_matmul,
                       .backward_flops = 3}, /* the logits are computed there */
    [OP_SQUARE_SUMS] = {.name = "square_sums",
                        .n_in = 1,
                        .n_out = 1,
                        .in_type = {F},
                        .out_type = D,
                        .infer = infer_square_sums},
    [OP_CLIP] = {.name = "clip", .n_in = 1, .n_out = 1, .in_type = {D}, .out_type = D, .infer = infer_clip},
    [OP_ADAMW] = {.name = "adamw",
                  .n_in = 6,
                  .in_type = {F, F, F, F, D, D},
                  .updates = IN(0) | IN(2) | IN(3),
                  .infer = infer_adamw},
};

const struct op *op_get(enum op_kind kind)
{
    return &ops[kind];
}

int op_infer(enum op_kind kind, const struct op_params *p, const struct shape *in, struct shape *out,
             struct shape *saved, struct err *e)
{
    const struct op *op = op_get(kind);
    struct err why = {0};
    *out = *saved = (struct shape){0};
    for (unsigned i = 0; i < op->n_in; i++) {
        if (shape_count(in[i]) < 0)
            return err_set(e, ERR_USAGE, "%s: input %u has no usable shape", op->name, i);
    }
    if (op->infer(p, in, out, saved, &why) < 0) return err_set(e, ERR_USAGE, "%s: %s", op->name, why.msg);
    if (shape_count(*out) < 0 || shape_count(*saved) < 0)
        return err_set(e, ERR_USAGE, "%s: the result is too large", op->name);
    return 0;
}

uint64_t op_bytes(enum op_kind kind, const struct shape *in, struct shape out, size_t float_bytes)
{
    const struct op *op = op_get(kind);
    uint64_t bytes = op->n_out ? (uint64_t)shape_count(out) * type_bytes(op->out_type, float_bytes) : 0;
    for (unsigned i = 0; i < op->n_in; i++)
        bytes += (uint64_t)shape_count(in[i]) * type_bytes(op->in_type[i], float_bytes) *
                 (op->updates & IN(i) ? 2 : 1);
    return bytes;
}
