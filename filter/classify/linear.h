/* linear.h: multinomial logistic regression over hashed features, trained by stochastic gradient descent.
 *
 * Of two classes one vector of weights is learned, of more one each. Steps are scaled per feature by the gradients that it has
 * seen (Duchi, Hazan, Singer 2011: AdaGrad), and the weights that are kept are the mean of those of the last pass.
 * One thread; the same documents in the same order give the same bits on every machine. */
#ifndef LEAT_FILTER_CLASSIFY_LINEAR_H
#define LEAT_FILTER_CLASSIFY_LINEAR_H

#include "features.h"

#define LINEAR_MAX_CLASSES 4096

struct linear {
    uint32_t bits, classes, outputs; /* outputs: 1 of two classes, else classes */
    float *bias;                     /* [outputs] */
    float *rows;                     /* [2^bits][1 + outputs]: the sum of squared gradients, the weights */
    double rate, l2;
    float of_count[256];
    float *logits, *step; /* [outputs] */
    float bias_sum;
};

/* Memory: 4 (1 + outputs) bytes for each of 2^bits features. */
int linear_init(struct linear *l, uint32_t bits, uint32_t classes, double rate, double l2, struct err *e);
void linear_free(struct linear *l);

/* One document of this class, with this weight. */
void linear_learn(struct linear *l, const feature *at, size_t n, uint32_t class, float weight);

/* The probabilities of all classes for a document. */
void linear_scores(struct linear *l, const feature *at, size_t n, float *p);

/* From logits to probabilities of all classes: the logistic function of one, the softmax of more. */
void linear_probabilities(const float *logits, uint32_t outputs, float *p);

#endif
