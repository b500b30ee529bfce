/* small.h: a small model with weights and tokens by formula, for the trainer's tests. */
#ifndef LEAT_TESTS_TRAINER_SMALL_H
#define LEAT_TESTS_TRAINER_SMALL_H

#include "../test.h"
#include "trainer/training.h"

enum { SMALL_VOCAB = 13, SMALL_LAYERS = 2, SMALL_WIDTH = 16, SMALL_SEQ = 7, SMALL_BATCH = 2, SMALL_EOD = 3 };

static inline struct config small_config(bool tied, bool documents)
{
    struct config c = {
        .model = {.vocab = SMALL_VOCAB,
                  .layers = SMALL_LAYERS,
                  .width = SMALL_WIDTH,
                  .heads = 4,
                  .kv_heads = 2,
                  .ffn = 20,
                  .seq_len = SMALL_SEQ,
                  .tie_embeddings = tied,
                  .rope_theta = 100,
                  .norm_eps = 1e-5,
                  .init_std = 0.3},
        .train = {.steps = 20,
                  .batch_sequences = SMALL_BATCH,
                  .accumulation = 1,
                  .lr = 2e-2,
                  .min_lr = 1e-3,
                  .warmup_steps = 3,
                  .weight_decay = 0.1,
                  .beta1 = 0.9,
                  .beta2 = 0.95,
                  .eps = 1e-8,
                  .clip = 0.5,
                  .seed = 1,
                  .keep = 2,
                  .eval_every = 1,
                  .eval_batches = 1,
                  .document_mask = documents,
                  .eod_mask_loss = documents},
    };
    return c;
}

/* reference.py's initial() */
static inline void small_weights(struct training *t)
{
    for (size_t k = 0; k < t->store.n_weights; k++) {
        const struct weight *w = &t->store.weight[k];
        uint32_t h = 2166136261U;
        for (const char *p = w->name; *p; p++) h = (h ^ (unsigned char)*p) * 16777619U;
        for (int64_t i = 0; i < w->count; i++) {
            uint32_t x = (uint32_t)((uint64_t)i * 2654435761U + (uint64_t)h * 40503U);
            double v = x / 4294967296.0 - 0.5 + (w->shape.rank == 1);
            backend_put(t->store.b, t->store.arena[STORE_WEIGHTS], (uint64_t)(w->at + i), &v, 1);
        }
    }
}

static inline const uint32_t *small_tokens(uint32_t step)
{
    static uint32_t tokens[SMALL_BATCH * (SMALL_SEQ + 1)];
    for (uint32_t b = 0; b < SMALL_BATCH; b++) {
        for (uint32_t j = 0; j <= SMALL_SEQ; j++)
            tokens[b * (SMALL_SEQ + 1) + j] = (7 * b + 3 * j * j + 5 * j + 1 + step * (j + 1)) % SMALL_VOCAB;
    }
    return tokens;
}

static inline void small_open(struct training *t, const struct config *c, const char *backend, int threads)
{
    struct err e = {0};
    int r = training_open(t, c, SMALL_EOD, backend_find(backend), threads, &e);
    if (r < 0) {
        printf("Bail out! %s\n", e.msg);
        exit(1);
    }
    small_weights(t);
}

/* Element i of weight k's tensor in an arena. */
static inline double small_get(const struct training *t, enum store_arena arena, size_t k, int64_t i)
{
    double v;
    backend_get(t->store.b, &v, t->store.arena[arena], (uint64_t)(t->store.weight[k].at + i), 1);
    return v;
}

static inline double small_rel(double a, double b, double floor)
{
    return fabs(a - b) / fmax(fabs(b), floor);
}

#endif
