/* training.h: a model being trained: one step takes a batch of tokens, whatever they come from, and gives the loss. */
#ifndef LEAT_TRAINER_TRAINING_H
#define LEAT_TRAINER_TRAINING_H

#include "config.h"
#include "program.h"

#define TRAINING_NO_TOKEN UINT64_MAX

struct training {
    struct config config;
    uint64_t eod_token; /* or TRAINING_NO_TOKEN */
    uint64_t step;      /* done */
    uint64_t runs[2];   /* of the loss and evaluation programs, for the costs */
    struct store store;
    struct team *team;
    struct program loss, eval, norm, update;
    int32_t *tokens, *positions, *starts, *targets; /* one microbatch */
    double *losses;
};

struct training_result {
    double loss, grad_norm, lr;
    uint64_t targets;
};

/* The weights are the initial ones of config.train.seed; a checkpoint may overwrite them. config.model.vocab must be set. */
int training_open(struct training *t, const struct config *c, uint64_t eod_token, const struct backend *b,
                  int threads, struct err *e);
void training_close(struct training *t);

/* Rate of step s = 1, 2, …: linear to lr over the warm-up, then a cosine to min_lr at the last step, min_lr beyond. */
double training_lr(const struct train_config *c, uint64_t step);

/* One optimizer step on tokens[batch_sequences * accumulation][seq_len + 1], ids below the vocabulary. The loss is the sum over
 * all targets of the step divided by their number. -ERR_IO: the gradient is not finite; weights and step are as before. */
int training_step(struct training *t, const uint32_t *tokens, struct training_result *r, struct err *e);

/* Adds the loss of tokens[batch_sequences][seq_len + 1] to *sum, and its targets to *targets. Only with eval_every > 0. */
void training_eval(struct training *t, const uint32_t *tokens, double *sum, uint64_t *targets);

/* Bytes of weights, gradients and moments; of activations; of workspaces. */
void training_memory(const struct training *t, uint64_t *store, uint64_t *activations, uint64_t *workspace);

/* Appends a table: seconds, share, GFLOP/s and GB/s by op, the longest first. */
int training_put_costs(const struct training *t, struct buf *b);

#endif
