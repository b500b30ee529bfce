/* bench.h: calls of single ops on random operands, for the kernels' tests. */
#ifndef LEAT_TESTS_KERNELS_BENCH_H
#define LEAT_TESTS_KERNELS_BENCH_H

#include "../test.h"
#include "kernels/backend.h"
#include "kernels/philox.h"

/* One op with its shapes, its indices and doubles filled, its floats random: what each test case names. */
struct op_case {
    enum op_kind kind;
    struct op_params params;
    struct shape in[OP_INPUTS];
    int32_t index_below;             /* random indices in [0, index_below); 0: see fill */
    void (*fill)(struct op_call *c); /* sets indices and doubles that are not random; may be NULL */
};

struct bench {
    const struct backend *b;
    struct team *team;
    struct op_call c;
};

static uint64_t bench_bytes(const struct backend *b, enum tensor_type t, struct shape s)
{
    return (uint64_t)shape_count(s) * type_bytes(t, b->float_bytes);
}

static struct tensor bench_tensor(const struct backend *b, enum tensor_type t, struct shape s)
{
    return (struct tensor){t, s, b->alloc(bench_bytes(b, t, s))};
}

/* Floats from stream `stream`, rounded to float so that both backends get the same. */
static void bench_random(const struct backend *b, struct tensor *t, uint64_t stream, double scale)
{
    for (int64_t i = 0; i < shape_count(t->shape); i++) {
        double v = (float)(philox_normal(7, stream, (uint64_t)i) * scale);
        backend_put(b, t->data, (uint64_t)i, &v, 1);
    }
}

static double bench_get(const struct backend *b, const struct tensor *t, int64_t i)
{
    double v;
    backend_get(b, &v, t->data, (uint64_t)i, 1);
    return v;
}

static void bench_inputs(struct bench *k, const struct op_case *o)
{
    const struct op *op = op_get(o->kind);
    for (unsigned i = 0; i < op->n_in; i++) {
        k->c.in[i] = bench_tensor(k->b, op->in_type[i], o->in[i]);
        if (op->in_type[i] == TYPE_FLOAT) bench_random(k->b, &k->c.in[i], i, 0.7);
        for (int64_t j = 0; op->in_type[i] == TYPE_INDEX && o->index_below && j < shape_count(o->in[i]); j++)
            ((int32_t *)k->c.in[i].data)[j] = (int32_t)(philox_uniform(8, i, (uint64_t)j) * o->index_below);
        for (int64_t j = 0; op->in_type[i] == TYPE_DOUBLE && j < shape_count(o->in[i]); j++)
            ((double *)k->c.in[i].data)[j] = 0.25 + 0.1 * (double)j;
    }
}

static void bench_open(struct bench *k, const struct backend *b, const struct op_case *o, int threads)
{
    const struct op *op = op_get(o->kind);
    struct shape out, saved;
    struct err e = {0};
    memset(k, 0, sizeof *k);
    k->b = b;
    k->team = team_new(threads);
    k->c.kind = o->kind;
    k->c.params = o->params;
    if (op_infer(o->kind, &o->params, o->in, &out, &saved, &e) < 0) {
        printf("# %s\n", e.msg);
        test_failed_here = 1;
        return;
    }
    bench_inputs(k, o);
    if (o->fill) o->fill(&k->c);
    for (int64_t i = 0; o->kind == OP_ADAMW && i < shape_count(o->in[3]);
         i++) { /* no second moment is negative */
        double v = fabs(bench_get(b, &k->c.in[3], i));
        backend_put(b, k->c.in[3].data, (uint64_t)i, &v, 1);
    }
    if (op->n_out) k->c.out = bench_tensor(b, op->out_type, out);
    if (op->n_saved) k->c.saved = bench_tensor(b, TYPE_FLOAT, saved);
    if (op->n_out && !op->root) {
        k->c.grad_out = bench_tensor(b, TYPE_FLOAT, out);
        bench_random(b, &k->c.grad_out, 100, 1);
    }
    for (unsigned i = 0; i < op->n_in; i++) {
        if (!(op->differentiable >> i & 1)) continue;
        k->c.grad_in[i] = bench_tensor(b, TYPE_FLOAT, o->in[i]);
        bench_random(b, &k->c.grad_in[i], 200 + i, 1);
    }
    if (b->workspace[o->kind]) k->c.workspace = b->alloc(b->workspace[o->kind](&o->params, o->in, threads));
}

static void bench_close(struct bench *k)
{
    for (int i = 0; i < OP_INPUTS; i++) {
        k->b->free(k->c.in[i].data);
        k->b->free(k->c.grad_in[i].data);
    }
    k->b->free(k->c.out.data);
    k->b->free(k->c.saved.data);
    k->b->free(k->c.grad_out.data);
    k->b->free(k->c.workspace);
    team_free(k->team);
}

/* ---- the cases: sizes that are no multiples of a vector or a tile, and more than one tile */

static void fill_starts(struct op_call *c) /* documents of 5, 37 and the rest, in each sequence */
{
    int32_t *start = c->in[3].data;
    for (int64_t i = 0; i < c->in[3].shape.dim[0]; i++) {
        int64_t at = i % c->params.seq_len;
        start[i] = (int32_t)(i - at + (at >= 42 ? 42 : at >= 5 ? 5 : 0));
    }
}

static void fill_targets(struct op_call *c)
{
    int32_t *target = c->in[2].data;
    for (int64_t i = 0; i < c->in[2].shape.dim[0]; i += 3) target[i] = OP_IGNORE;
}

static void fill_positions_stored(struct op_call *c) /* past the ring's end */
{
    for (int64_t i = 0; i < c->in[2].shape.dim[0]; i++) ((int32_t *)c->in[2].data)[i] = (int32_t)(7 + i);
}

static void fill_positions_cached(struct op_call *c)
{
    for (int64_t i = 0; i < c->in[1].shape.dim[0]; i++) ((int32_t *)c->in[1].data)[i] = (int32_t)(2 + 5 * i);
}

#define HEADS(h, kv, size, seq)                                       \
    {                                                                 \
        .heads = h, .kv_heads = kv, .head_size = size, .seq_len = seq \
    }

static const struct op_case bench_cases[] = {
    {OP_MATMUL, {0}, {SHAPE2(70, 33), SHAPE2(45, 33)}, 0, NULL},
    {OP_MATMUL, {0}, {SHAPE2(300, 20), SHAPE2(1100, 20)}, 0, NULL},
    {OP_MATMUL_ADD, {0}, {SHAPE2(270, 21), SHAPE2(35, 21), SHAPE2(270, 35)}, 0, NULL},
    {OP_RMSNORM, {.eps = 1e-5}, {SHAPE2(70, 43), SHAPE1(43)}, 0, NULL},
    {OP_ROPE_ANGLES, {.head_size = 10, .theta = 10000}, {SHAPE1(70)}, 5000, NULL},
    {OP_ROPE, {.head_size = 22}, {SHAPE2(70, 66), SHAPE2(70, 22)}, 0, NULL},
    {OP_ATTENTION,
     HEADS(4, 2, 10, 70),
     {SHAPE2(140, 40), SHAPE2(140, 20), SHAPE2(140, 20), SHAPE1(140)},
     0,
     fill_starts},
    {OP_ATTENTION,
     HEADS(2, 2, 16, 131),
     {SHAPE2(131, 32), SHAPE2(131, 32), SHAPE2(131, 32), SHAPE1(131)},
     0,
     NULL},
    {OP_KV_STORE,
     {0},
     {SHAPE2(4, 6), SHAPE2(4, 6), SHAPE1(4), SHAPE2(9, 6), SHAPE2(9, 6)},
     0,
     fill_positions_stored},
    {OP_ATTENTION_CACHED,
     HEADS(4, 2, 10, 0),
     {SHAPE2(3, 40), SHAPE1(3), SHAPE2(9, 20), SHAPE2(9, 20)},
     0,
     fill_positions_cached},
    {OP_ATTENTION_CACHED,
     HEADS(4, 4, 32, 0),
     {SHAPE2(3, 128), SHAPE1(3), SHAPE2(900, 128), SHAPE2(900, 128)},
     0,
     fill_positions_cached},
    {OP_SWIGLU, {0}, {SHAPE2(70, 131), SHAPE2(70, 131)}, 0, NULL},
    {OP_EMBEDDING, {0}, {SHAPE1(70), SHAPE2(11, 70)}, 11, NULL},
    {OP_CLASSIFIER, {0}, {SHAPE2(270, 13), SHAPE2(53, 13), SHAPE1(270), SHAPE1(1)}, 53, fill_targets},
    {OP_CLASSIFIER, {0}, {SHAPE2(20, 5), SHAPE2(1030, 5), SHAPE1(20), SHAPE1(1)}, 1030, fill_targets},
    {OP_SQUARE_SUMS, {0}, {SHAPE1(OP_SUM_BLOCK * 2 + 77)}, 0, NULL},
    {OP_CLIP, {.clip = 0.5}, {SHAPE1(5)}, 0, NULL},
    {OP_CLIP, {.clip = 0}, {SHAPE1(5)}, 0, NULL},
    {OP_ADAMW,
     {.beta1 = .9, .beta2 = .95, .eps = 1e-8, .weight_decay = .1},
     {SHAPE1(OP_SUM_BLOCK + 77), SHAPE1(OP_SUM_BLOCK + 77), SHAPE1(OP_SUM_BLOCK + 77),
      SHAPE1(OP_SUM_BLOCK + 77), SHAPE1(3), SHAPE1(2)},
     0,
     NULL},
};
enum { BENCH_CASES = sizeof bench_cases / sizeof *bench_cases };

#endif
