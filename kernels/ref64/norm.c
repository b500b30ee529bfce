/* norm.c: RMS norm and rotary position embedding, in double. */
#include "ref64.h"
#include <math.h>

void ref64_rmsnorm(const struct op_call *c, struct team *t)
{
    const double *x = c->in[0].data, *w = c->in[1].data;
    double *y = c->out.data, *inverse = c->saved.data;
    int64_t m = c->out.shape.dim[0], d = c->out.shape.dim[1];
    for (int64_t i = 0; i < m; i++) {
        inverse[i] = 1 / sqrt(ref64_dot(x + i * d, x + i * d, d) / (double)d + c->params.eps);
        for (int64_t j = 0; j < d; j++) y[i * d + j] = x[i * d + j] * inverse[i] * w[j];
    }
}

/* With s = 1/rms: dx = s (w dy) - x s^3 mean(w dy x). */
void ref64_rmsnorm_back(const struct op_call *c, struct team *t)
{
    const double *x = c->in[0].data, *w = c->in[1].data, *inverse = c->saved.data, *dy = c->grad_out.data;
    double *dx = ref64_grad(c, 0), *dw = ref64_grad(c, 1);
    int64_t m = c->out.shape.dim[0], d = c->out.shape.dim[1];
    for (int64_t i = 0; i < m; i++, x += d, dy += d) {
        double s = inverse[i], mean = 0;
        for (int64_t j = 0; j < d; j++) mean += w[j] * dy[j] * x[j] / (double)d;
        for (int64_t j = 0; dx && j < d; j++) dx[i * d + j] += s * w[j] * dy[j] - x[j] * s * s * s * mean;
        for (int64_t j = 0; dw && j < d; j++) dw[j] += dy[j] * x[j] * s;
    }
}

void ref64_rope_angles(const struct op_call *c, struct team *t)
{
    const int32_t *position = c->in[0].data;
    double *angles = c->out.data;
    int64_t m = c->out.shape.dim[0], half = c->out.shape.dim[1] / 2;
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < half; j++) {
            double a = position[i] * pow(c->params.theta, -(double)j / (double)half);
            angles[i * 2 * half + j] = cos(a);
            angles[i * 2 * half + half + j] = sin(a);
        }
    }
}

/* sign -1 turns back: the inverse, and the transpose. */
static void rope(const double *x, const double *angles, double *y, struct shape shape, int64_t head_size,
                 double sign)
{
    int64_t half = head_size / 2;
    for (int64_t i = 0; i < shape.dim[0]; i++) {
        const double *cosine = angles + i * head_size, *sine = cosine + half;
        for (int64_t h = 0; h < shape.dim[1]; h += head_size) {
            const double *a = x + i * shape.dim[1] + h, *b = a + half;
            double *to = y + i * shape.dim[1] + h;
            for (int64_t j = 0; j < half; j++) {
                to[j] += a[j] * cosine[j] - sign * b[j] * sine[j];
                to[half + j] += b[j] * cosine[j] + sign * a[j] * sine[j];
            }
        }
    }
}

void ref64_rope(const struct op_call *c, struct team *t)
{
    double *y = c->out.data;
    for (int64_t i = 0; i < shape_count(c->out.shape); i++) y[i] = 0;
    rope(c->in[0].data, c->in[1].data, y, c->out.shape, c->params.head_size, 1);
}

void ref64_rope_back(const struct op_call *c, struct team *t)
{
    rope(c->grad_out.data, c->in[1].data, ref64_grad(c, 0), c->out.shape, c->params.head_size, -1);
}
