/* matmul.c: x w^T and its gradients, tiles of rows and columns given to sgemm whole. In: the operands as they lie. State: none. */
#include "cpu.h"
#include "sgemm.h"
#include <string.h>

enum { TILE_ROWS = 256, TILE_COLUMNS = 1024, TILE_WEIGHTS = 64 /* rows of dw: few and long products */ };
enum {
    TILE_LEAST =
        1 << 21 /* multiply-adds: a smaller tile is not worth waking a thread (a single token's row) */
};

struct product { /* c[m,n] = a b + beta c */
    int64_t m, n, k, tile_m, tile_n, columns;
    struct operand a, b;
    float beta, *c;
    const float *residual; /* copied to c first, with beta 1 */
};

static struct operand operand_at(struct operand o, int64_t row, int64_t column)
{
    o.at += o.turned ? column * o.stride + row : row * o.stride + column;
    return o;
}

static void product_tile(void *ctx, uint64_t job, int thread)
{
    const struct product *p = ctx;
    int64_t row = (int64_t)job / p->columns * p->tile_m, column = (int64_t)job % p->columns * p->tile_n;
    int64_t m = cpu_min(p->tile_m, p->m - row), n = cpu_min(p->tile_n, p->n - column);
    float *c = p->c + row * p->n + column;
    for (int64_t i = 0; p->residual && i < m; i++)
        memcpy(c + i * p->n, p->residual + (row + i) * p->n + column, (size_t)n * sizeof *c);
    sgemm(m, n, p->k, 1, operand_at(p->a, row, 0), operand_at(p->b, 0, column), p->beta, c, p->n);
}

static void multiply(struct product *p, int64_t tile_m, int64_t tile_n, struct team *t)
{
    int64_t least = TILE_LEAST / (cpu_min(tile_m, p->m) * p->k);
    p->tile_m = tile_m;
    p->tile_n = tile_n > least ? tile_n : least;
    p->columns = cpu_tiles(p->n, p->tile_n);
    team_run(t, (uint64_t)(cpu_tiles(p->m, tile_m) * p->columns), product_tile, p);
}

void cpu_matmul(const struct op_call *c, struct team *t)
{
    int64_t k = c->in[0].shape.dim[1];
    struct product p = {.m = c->out.shape.dim[0],
                        .n = c->out.shape.dim[1],
                        .k = k,
                        .a = {c->in[0].data, k, false},
                        .b = {c->in[1].data, k, true},
                        .c = c->out.data};
    if (c->kind == OP_MATMUL_ADD) {
        p.residual = c->in[2].data;
        p.beta = 1;
    }
    multiply(&p, TILE_ROWS, TILE_COLUMNS, t);
}

struct sum {
    const float *from;
    float *to;
    int64_t n;
    bool add;
};

static void sum_tile(void *ctx, uint64_t job, int thread)
{
    const struct sum *s = ctx;
    int64_t at = (int64_t)job * OP_SUM_BLOCK, end = cpu_min(s->n, at + OP_SUM_BLOCK);
    for (; at < end; at++) s->to[at] = s->add ? s->to[at] + s->from[at] : s->from[at];
}

void cpu_matmul_back(const struct op_call *c, struct team *t)
{
    int64_t m = c->out.shape.dim[0], n = c->out.shape.dim[1], k = c->in[0].shape.dim[1];
    if (c->grad_in[0].data) { /* dx[m,k] = dy[m,n] w[n,k] */
        struct product p = {.m = m,
                            .n = k,
                            .k = n,
                            .a = {c->grad_out.data, n, false},
                            .b = {c->in[1].data, k, false},
                            .beta = c->grad_add[0],
                            .c = c->grad_in[0].data};
        multiply(&p, TILE_ROWS, TILE_COLUMNS, t);
    }
    if (c->grad_in[1].data) { /* dw[n,k] = dy^T[n,m] x[m,k] */
        struct product p = {.m = n,
                            .n = k,
                            .k = m,
                            .a = {c->grad_out.data, n, true},
                            .b = {c->in[0].data, k, false},
                            .beta = c->grad_add[1],
                            .c = c->grad_in[1].data};
        multiply(&p, TILE_WEIGHTS, TILE_COLUMNS, t);
    }
    if (c->kind == OP_MATMUL_ADD && c->grad_in[2].data) {
        struct sum s = {c->grad_out.data, c->grad_in[2].data, m * n, c->grad_add[2]};
        team_run(t, (uint64_t)cpu_tiles(s.n, OP_SUM_BLOCK), sum_tile, &s);
    }
}
