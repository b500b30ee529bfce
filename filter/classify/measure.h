/* measure.h: how well scores agree with labels: accuracy, precision, recall, F1, areas under ROC curves, the confusion. */
#ifndef LEAT_FILTER_CLASSIFY_MEASURE_H
#define LEAT_FILTER_CLASSIFY_MEASURE_H

#include "common/buf.h"
#include "common/err.h"

/* Predictions, as they come: 4 (classes + 2) bytes each. */
struct measure {
    uint32_t classes;
    size_t n, cap;
    uint32_t *truth, *said; /* said: `classes` for none */
    float *score;           /* [n][classes] */
};

void measure_init(struct measure *m, uint32_t classes);
void measure_free(struct measure *m);
int measure_add(struct measure *m, uint32_t truth, uint32_t said, const float *score, struct err *e);

struct measure_class {
    uint64_t documents, said, right;
    double precision, recall, f1,
        auc; /* auc: this class against all others; NaN where there is nothing to compare */
};

struct measured {
    uint64_t documents, right;
    double accuracy, macro_f1; /* mean over the classes that have documents */
    double auc;                /* of two classes the second's; of more the mean */
    struct measure_class *of;  /* [classes] */
    uint64_t *confusion;       /* [classes][classes + 1]: truth, said; the last column: none */
};

int measure_all(const struct measure *m, struct measured *r, struct err *e);
void measured_free(struct measured *r);

#endif
