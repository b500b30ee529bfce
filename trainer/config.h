/* config.h: what a training configuration says: the model's sizes and how it is trained. One table (config.c) holds every key
 * with its range and default; YAML, the checkpoint's JSON and the comparison of two models all follow it. */
#ifndef LEAT_TRAINER_CONFIG_H
#define LEAT_TRAINER_CONFIG_H

#include "common/json.h"
#include "common/yaml.h"

struct model_config { /* the Llama form */
    int64_t vocab;    /* 0: as many as the shards have; more pads the vocabulary */
    int64_t layers, width, heads, kv_heads, ffn;
    int64_t seq_len; /* tokens of context */
    bool tie_embeddings;
    double rope_theta, norm_eps;
    double init_std; /* of every matrix; of those that write into the residual stream / sqrt(2 layers) */
};

struct train_config {
    int64_t steps;
    double
        max_minutes; /* of this run, 0: no limit; then a checkpoint is written and the run ends in good order */
    int64_t batch_sequences, accumulation;
    double lr, min_lr;
    int64_t warmup_steps;
    double weight_decay; /* of matrices only */
    double beta1, beta2, eps, clip;
    int64_t seed; /* of the initial weights and of the order of samples */
    int64_t checkpoint_every, keep;
    int64_t eval_every, eval_batches;
    bool document_mask; /* attention ends at the end-of-document token */
    bool eod_mask_loss; /* what follows an end-of-document token is not a target */
};

struct config {
    struct model_config model;
    struct train_config train;
};

/* Fills *c from the file, defaults where a key is absent. -ERR_USAGE names file, line and key. */
int config_read(struct config *c, struct yaml_file *f, struct err *e);

/* Fills in what follows from others (kv_heads, ffn, min_lr), and the vocabulary from the shards'; checks that the model's
 * parts fit each other. Done by config_read but for the vocabulary, which config_set_vocab does: -ERR_USAGE when the
 * configuration asks for fewer than the shards hold. */
int config_set_vocab(struct model_config *m, uint64_t shards_vocab, struct err *e);

/* The model as JSON object, and back. -ERR_DATA: a key is missing or not what it must be. */
int config_put_model(const struct model_config *m, struct buf *b);
int config_get_model(struct model_config *m, struct json object, struct err *e);

/* -ERR_USAGE naming the first key in which the models differ. */
int config_same_model(const struct model_config *config, const struct model_config *checkpoint,
                      struct err *e);

#endif
