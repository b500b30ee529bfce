/* run.h: a training run: from the shards' samples to checkpoints and metrics in a directory. */
#ifndef LEAT_TRAINER_RUN_H
#define LEAT_TRAINER_RUN_H

#include "config.h"
#include "kernels/backend.h"
#include <signal.h>

struct run_options {
    const char *shards, *out;
    bool resume; /* from the newest checkpoint in `out`; from the start when there is none */
    const struct backend *backend;
    int threads;
    const volatile sig_atomic_t *stop; /* not 0: end in good order after the step */
};

/* Trains to config->train.steps, or max_minutes, or *stop; each ends with a checkpoint. */
int run_train(struct config *config, const struct run_options *o, struct err *e);

#endif
