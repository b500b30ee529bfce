/* linear.c: logistic regression by AdaGrad.
 *
 * A row of the table holds what one feature needs, so that a feature costs one cache miss, which is asked for some features
 * ahead. Floats are summed in the order of the features.
 *
 * In: features, their class. Out: weights. State: the table. Memory: 4 (1 + outputs) bytes a row. */
#include "linear.h"
#include "real.h"
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#define AHEAD 16

/* In large pages where the system gives them: the table is read at random. */
static float *zeros(size_t bytes)
{
    const size_t page = (size_t)2 << 20;
    bytes = (bytes + page - 1) / page * page;
    void *p = aligned_alloc(page, bytes);
    if (!p) return NULL;
    madvise(p, bytes, MADV_HUGEPAGE);
    return memset(p, 0, bytes);
}

int linear_init(struct linear *l, uint32_t bits, uint32_t classes, double rate, double l2, struct err *e)
{
    uint32_t outputs = classes == 2 ? 1 : classes;
    *l = (struct linear){.bits = bits, .classes = classes, .outputs = outputs, .rate = rate, .l2 = l2};
    l->rows = zeros(((size_t)1 << bits) * (1 + (size_t)outputs) * sizeof *l->rows);
    l->bias = calloc(outputs, sizeof *l->bias);
    l->logits = calloc(outputs, sizeof *l->logits);
    l->step = calloc(outputs, sizeof *l->step);
    features_values(l->of_count);
    if (l->rows && l->bias && l->logits && l->step) return 0;
    linear_free(l);
    return err_nomem(e, "making room for the weights; --bits makes fewer");
}

void linear_free(struct linear *l)
{
    free(l->rows);
    free(l->bias);
    free(l->logits);
    free(l->step);
    *l = (struct linear){0};
}

void linear_probabilities(const float *logits, uint32_t outputs, float *p)
{
    double sum = 0;
    float max = logits[0];
    if (outputs == 1) {
        p[1] = (float)(1 / (1 + real_exp(-(double)logits[0])));
        p[0] = 1 - p[1];
        return;
    }
    for (uint32_t k = 1; k < outputs; k++) max = logits[k] > max ? logits[k] : max;
    for (uint32_t k = 0; k < outputs; k++) sum += (p[k] = (float)real_exp((double)(logits[k] - max)));
    for (uint32_t k = 0; k < outputs; k++) p[k] = (float)((double)p[k] / sum);
}

static float *row_of(const struct linear *l, feature f)
{
    return l->rows + (size_t)FEATURE_INDEX(f) * (1 + (size_t)l->outputs);
}

static void fetch(const struct linear *l, const feature *at, size_t i, size_t n)
{
    if (i + AHEAD < n) __builtin_prefetch(row_of(l, at[i + AHEAD]), 1);
}

static void predict(struct linear *l, const feature *at, size_t n, float scale)
{
    for (size_t i = 0; i < AHEAD && i < n; i++) __builtin_prefetch(row_of(l, at[i]), 1);
    for (uint32_t k = 0; k < l->outputs; k++) l->logits[k] = 0;
    for (size_t i = 0; i < n; i++) {
        const float *w = row_of(l, at[i]) + 1;
        float x = l->of_count[FEATURE_COUNT(at[i])];
        fetch(l, at, i, n);
        for (uint32_t k = 0; k < l->outputs; k++) l->logits[k] += w[k] * x;
    }
    for (uint32_t k = 0; k < l->outputs; k++) l->logits[k] = l->logits[k] * scale + l->bias[k];
}

void linear_scores(struct linear *l, const feature *at, size_t n, float *p)
{
    predict(l, at, n, features_scale(l->of_count, at, n));
    linear_probabilities(l->logits, l->outputs, p);
}

/* l->step[k] = the error of output k, weighted. Returns the sum of their squares. */
static float errors(struct linear *l, uint32_t class, float weight)
{
    float sum = 0;
    if (l->outputs == 1) {
        float p = (float)(1 / (1 + real_exp(-(double)l->logits[0])));
        l->step[0] = weight * ((float)(class == 1) - p);
        return l->step[0] * l->step[0];
    }
    linear_probabilities(l->logits, l->outputs, l->step);
    for (uint32_t k = 0; k < l->outputs; k++) {
        l->step[k] = weight * ((float)(class == k) - l->step[k]);
        sum += l->step[k] * l->step[k];
    }
    return sum;
}

void linear_learn(struct linear *l, const feature *at, size_t n, uint32_t class, float weight)
{
    float scale = features_scale(l->of_count, at, n), rate = (float)l->rate, l2 = (float)l->l2;
    predict(l, at, n, scale);
    float square = errors(l, class, weight);
    for (size_t i = 0; i < n; i++) {
        float *row = row_of(l, at[i]), x = l->of_count[FEATURE_COUNT(at[i])] * scale;
        fetch(l, at, i, n);
        row[0] += square * x * x;
        float by = rate / sqrtf(row[0] + 1e-6F);
        for (uint32_t k = 0; k < l->outputs; k++) row[1 + k] += by * (l->step[k] * x - l2 * row[1 + k]);
    }
    l->bias_sum += square;
    float by = rate / sqrtf(l->bias_sum + 1e-6F);
    for (uint32_t k = 0; k < l->outputs; k++) l->bias[k] += by * l->step[k];
}
