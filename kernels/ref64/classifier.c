/* classifier.c: the classifier with its cross-entropy, a row at a time, in double. */
#include "ref64.h"
#include <math.h>

uint64_t ref64_classifier_workspace(const struct op_params *p, const struct shape *in, int threads)
{
    return (uint64_t)in[1].dim[0] * sizeof(double); /* one row of logits */
}

/* Fills the row of logits and returns log(sum(exp)). */
static double row_logits(const struct op_call *c, int64_t row, double *logits)
{
    int64_t n = c->in[1].shape.dim[0], d = c->in[1].shape.dim[1];
    const double *x = (const double *)c->in[0].data + row * d, *w = c->in[1].data;
    double top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < n; j++) {
        logits[j] = ref64_dot(x, w + j * d, d);
        top = fmax(top, logits[j]);
    }
    for (int64_t j = 0; j < n; j++) sum += exp(logits[j] - top);
    return top + log(sum); // cppcheck-suppress invalidFunctionArg // the top one's is 1
}

void ref64_classifier(const struct op_call *c, struct team *t)
{
    const int32_t *target = c->in[2].data;
    double *loss = c->out.data, *logits = c->workspace;
    for (int64_t i = 0; i < c->out.shape.dim[0]; i++)
        loss[i] = target[i] == OP_IGNORE ? 0 : row_logits(c, i, logits) - logits[target[i]];
}

static void row_back(const struct op_call *c, int64_t row, double *dx, double *dw)
{
    int64_t n = c->in[1].shape.dim[0], d = c->in[1].shape.dim[1];
    const double *x = (const double *)c->in[0].data + row * d, *w = c->in[1].data;
    int32_t target = ((const int32_t *)c->in[2].data)[row];
    double *loss = c->out.data, *logits = c->workspace, scale = *(const double *)c->in[3].data;
    double log_sum = row_logits(c, row, logits);
    loss[row] = log_sum - logits[target];
    for (int64_t j = 0; j < n; j++) {
        double g = (exp(logits[j] - log_sum) - (j == target)) * scale;
        for (int64_t l = 0; dx && l < d; l++) dx[row * d + l] += g * w[j * d + l];
        for (int64_t l = 0; dw && l < d; l++) dw[j * d + l] += g * x[l];
    }
}

void ref64_classifier_back(const struct op_call *c, struct team *t)
{
    const int32_t *target = c->in[2].data;
    double *dx = ref64_grad(c, 0), *dw = ref64_grad(c, 1), *loss = c->out.data;
    for (int64_t i = 0; i < c->out.shape.dim[0]; i++) {
        loss[i] = 0;
        if (target[i] != OP_IGNORE) row_back(c, i, dx, dw);
    }
}
