/* cached.c: generation: keys and values stored in a ring of positions, and attention over it. A job is as
 * many heads, of one row or several, as are worth waking a thread.
 * Memory: a score for every position of the ring, a thread. */
#include "cpu.h"
#include "vec.h"
#include <math.h>

enum { JOB_LEAST = 1 << 16 /* multiply-adds */ };

void cpu_kv_store(const struct op_call *c, struct team *t)
{
    const int32_t *position = c->in[2].data;
    int64_t d = c->in[0].shape.dim[1], capacity = c->in[3].shape.dim[0];
    for (int i = 0; i < 2; i++) {
        const float *from = c->in[i].data;
        float *cache = c->in[3 + i].data;
        for (int64_t r = 0; r < c->in[0].shape.dim[0]; r++)
            memcpy(cache + position[r] % capacity * d, from + r * d, (size_t)d * sizeof *from);
    }
}

struct cached {
    const float *q, *k, *v; /* of this head; k and v: the ring's first row */
    float *y, *weight;
    int64_t size, stride, capacity, first, last;
    float scale;
};

ALWAYS_INLINE void cached_row_body(const struct cached *a)
{
    float top = -INFINITY, sum = 0;
    for (int64_t j = a->first; j <= a->last; j++) {
        const float *k = a->k + j % a->capacity * a->stride;
        vec s = {0}, x, y;
        for (int64_t i = 0; i < a->size; i += LANES) {
            vec_get(&x, a->q + i, a->size - i);
            vec_get(&y, k + i, a->size - i);
            s += x * y;
        }
        float score = vec_sum(&s) * a->scale;
        a->weight[j - a->first] = score;
        top = score > top ? score : top;
    }
    memset(a->y, 0, (size_t)a->size * sizeof *a->y);
    for (int64_t j = a->first; j <= a->last; j++) {
        const float *v = a->v + j % a->capacity * a->stride;
        float w = expf(a->weight[j - a->first] - top);
        sum += w;
        for (int64_t i = 0; i < a->size; i += LANES) {
            vec x;
            vec_get(&x, v + i, a->size - i);
            x *= w;
            vec_put(a->y + i, &x, a->size - i, 1);
        }
    }
    for (int64_t i = 0; i < a->size; i++) a->y[i] /= sum;
}
VARIANTS(cached_row, (const struct cached *a), (a))

uint64_t cpu_attention_cached_workspace(const struct op_params *p, const struct shape *in, int threads)
{
    return (uint64_t)threads * (uint64_t)in[2].dim[0] * sizeof(float);
}

static void attend_head(const struct op_call *c, int64_t item, int thread)
{
    const struct op_params *p = &c->params;
    int64_t row = item / p->heads, head = item % p->heads, size = p->head_size;
    int64_t capacity = c->in[2].shape.dim[0], last = ((const int32_t *)c->in[1].data)[row];
    int64_t kv = head / (p->heads / p->kv_heads) * size;
    struct cached a = {.q = (const float *)c->in[0].data + item * size,
                       .k = (const float *)c->in[2].data + kv,
                       .v = (const float *)c->in[3].data + kv,
                       .y = (float *)c->out.data + item * size,
                       .weight = (float *)c->workspace + thread * capacity,
                       .size = size,
                       .stride = p->kv_heads * size,
                       .capacity = capacity,
                       .first = last < capacity ? 0 : last - capacity + 1,
                       .last = last,
                       .scale = 1 / sqrtf((float)size)};
    cached_row(&a);
}

/* Heads of a job. */
static int64_t job_items(const struct op_call *c)
{
    int64_t most = JOB_LEAST / (c->in[2].shape.dim[0] * c->params.head_size);
    return most > 1 ? most : 1;
}

static void cached_job(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    int64_t each = job_items(c), item = (int64_t)job * each;
    int64_t end = cpu_min(item + each, c->in[0].shape.dim[0] * c->params.heads);
    for (; item < end; item++) attend_head(c, item, thread);
}

void cpu_attention_cached(const struct op_call *c, struct team *t)
{
    int64_t items = c->in[0].shape.dim[0] * c->params.heads;
    team_run(t, (uint64_t)cpu_tiles(items, job_items(c)), cached_job, (void *)c);
}
