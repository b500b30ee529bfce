/* optimizer.c: the norm of the gradient, clipping and AdamW, in double. */
#include "ref64.h"
#include <math.h>

void ref64_square_sums(const struct op_call *c, struct team *t)
{
    const double *x = c->in[0].data;
    double *partial = c->out.data;
    int64_t n = c->in[0].shape.dim[0];
    for (int64_t i = 0; i < n; i += OP_SUM_BLOCK)
        partial[i / OP_SUM_BLOCK] = ref64_dot(x + i, x + i, n - i < OP_SUM_BLOCK ? n - i : OP_SUM_BLOCK);
}

void ref64_clip(const struct op_call *c, struct team *t)
{
    const double *partial = c->in[0].data;
    double *norm = c->out.data, sum = 0, limit = c->params.clip;
    for (int64_t i = 0; i < c->in[0].shape.dim[0]; i++) sum += partial[i];
    norm[0] = sqrt(sum);
    norm[1] = limit > 0 && norm[0] > limit ? limit / norm[0] : 1;
}

void ref64_adamw(const struct op_call *c, struct team *t)
{
    double *param = c->in[0].data, *m = c->in[2].data, *v = c->in[3].data;
    const double *grad = c->in[1].data, *schedule = c->in[4].data, *norm = c->in[5].data;
    const struct op_params *p = &c->params;
    double lr = schedule[0];
    for (int64_t i = 0; i < shape_count(c->in[0].shape); i++) {
        double g = grad[i] * norm[1];
        m[i] = p->beta1 * m[i] + (1 - p->beta1) * g;
        v[i] = p->beta2 * v[i] + (1 - p->beta2) * g * g;
        param[i] -= lr * p->weight_decay * param[i];
        param[i] -= lr * (m[i] / schedule[1]) / (sqrt(v[i] / schedule[2]) + p->eps);
    }
}
