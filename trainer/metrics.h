/* metrics.h: DIR/metrics.jsonl, a line for each step and each evaluation, for people, plots and tests. */
#ifndef LEAT_TRAINER_METRICS_H
#define LEAT_TRAINER_METRICS_H

#include "training.h"

struct metrics {
    int fd;
    const char *path; /* borrowed */
};

/* Opens for appending. Lines of steps beyond `step`, which a killed run wrote after its last checkpoint, are taken out (the file is
 * rewritten beside itself and renamed), so that the file of a resumed run reads as that of one that was never stopped. */
int metrics_open(struct metrics *m, const char *path, uint64_t step, struct err *e);
int metrics_close(struct metrics *m, struct err *e);

struct metrics_step {
    uint64_t step, tokens; /* tokens: trained on so far, over all runs */
    struct training_result result;
    double seconds, tokens_per_sec; /* seconds of training so far, over all runs */
};
int metrics_put_step(struct metrics *m, const struct metrics_step *s, struct err *e);
int metrics_put_eval(struct metrics *m, uint64_t step, double valid_loss, uint64_t targets, struct err *e);

#endif
