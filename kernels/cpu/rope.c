/* rope.c: rotary position embedding: the angles once a step (in double), then each head's halves turned by them. */
#include "cpu.h"
#include "vec.h"
#include <math.h>

enum { TILE_ROWS = 64 };

static void angles_tile(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    int64_t half = c->out.shape.dim[1] / 2, row = (int64_t)job * TILE_ROWS;
    int64_t end = cpu_min(row + TILE_ROWS, c->out.shape.dim[0]);
    for (int64_t j = 0; j < half; j++) {
        double speed = pow(c->params.theta, -(double)j / (double)half);
        for (int64_t i = row; i < end; i++) {
            double a = ((const int32_t *)c->in[0].data)[i] * speed;
            float *angles = (float *)c->out.data + i * 2 * half + j;
            angles[0] = (float)cos(a);
            angles[half] = (float)sin(a);
        }
    }
}

void cpu_rope_angles(const struct op_call *c, struct team *t)
{
    team_run(t, (uint64_t)cpu_tiles(c->out.shape.dim[0], TILE_ROWS), angles_tile, (void *)c);
}

struct rope {
    const float *x, *angles;
    float *y, sign; /* -1 turns back: the inverse, and the transpose */
    int64_t rows, width, head_size;
    int add;
};

ALWAYS_INLINE void rope_row_body(const struct rope *r, int64_t row)
{
    int64_t half = r->head_size / 2;
    const float *cosine = r->angles + row * r->head_size, *sine = cosine + half;
    for (int64_t h = row * r->width; h < (row + 1) * r->width; h += r->head_size) {
        for (int64_t i = 0; i < half; i += LANES) {
            vec a, b, cs, sn;
            vec_get(&a, r->x + h + i, half - i);
            vec_get(&b, r->x + h + half + i, half - i);
            vec_get(&cs, cosine + i, half - i);
            vec_get(&sn, sine + i, half - i);
            sn *= r->sign;
            vec low = a * cs - b * sn, high = b * cs + a * sn;
            vec_put(r->y + h + i, &low, half - i, r->add);
            vec_put(r->y + h + half + i, &high, half - i, r->add);
        }
    }
}
VARIANTS(rope_row, (const struct rope *r, int64_t row), (r, row))

static void rope_tile(void *ctx, uint64_t job, int thread)
{
    const struct rope *r = ctx;
    int64_t row = (int64_t)job * TILE_ROWS, end = cpu_min(row + TILE_ROWS, r->rows);
    for (; row < end; row++) rope_row(r, row);
}

static void rope_run(struct team *t, const struct op_call *c, const float *x, float *y, float sign, bool add)
{
    struct rope r = {.x = x,
                     .angles = c->in[1].data,
                     .y = y,
                     .sign = sign,
                     .rows = c->out.shape.dim[0],
                     .width = c->out.shape.dim[1],
                     .head_size = c->params.head_size,
                     .add = add};
    team_run(t, (uint64_t)cpu_tiles(r.rows, TILE_ROWS), rope_tile, &r);
}

void cpu_rope(const struct op_call *c, struct team *t)
{
    rope_run(t, c, c->in[0].data, c->out.data, 1, false);
}

void cpu_rope_back(const struct op_call *c, struct team *t)
{
    rope_run(t, c, c->grad_out.data, c->grad_in[0].data, -1, c->grad_add[0]);
}
