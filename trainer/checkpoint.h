/* checkpoint.h: a step of a run on disk: DIR/step-00000100/ with model.safetensors, optimizer.safetensors and state.json (docs/formats.md).
 * It is written as step-00000100.tmp, each file synced, and renamed: a directory of the final name is whole. */
#ifndef LEAT_TRAINER_CHECKPOINT_H
#define LEAT_TRAINER_CHECKPOINT_H

#include "common/hash.h"
#include "config.h"
#include "store.h"

enum { CHECKPOINT_PATH = 4096, CHECKPOINT_MODEL = 0, CHECKPOINT_OPTIMIZER = 1, CHECKPOINT_FILES = 2 };

struct checkpoint { /* state.json */
    uint64_t step, sample /* the next one */, tokens;
    double seconds; /* of training, over all runs */
    int64_t seed;
    uint64_t shards; /* XXH3 of their manifest */
    char tokenizer[HASH128_HEX + 1];
    uint64_t vocab_size; /* of the tokenizer */
    uint64_t eod_token;  /* or UINT64_MAX */
    struct model_config model;
    uint64_t file[CHECKPOINT_FILES]; /* XXH3 of the files: set by checkpoint_write */
};

/* Writes DIR/step-N. After a failure nothing of it is left, and older ones are as they were. */
int checkpoint_write(const char *dir, struct checkpoint *c, const struct store *s, struct err *e);

/* The newest whole one in DIR: 1 and its path, or 0. -ERR_IO: DIR cannot be read; a missing DIR is 0. */
int checkpoint_newest(const char *dir, char path[CHECKPOINT_PATH], struct err *e);
/* DIR is a checkpoint itself, or holds some: -ERR_USAGE when neither. */
int checkpoint_find(const char *dir, char path[CHECKPOINT_PATH], struct err *e);

int checkpoint_read_state(struct checkpoint *c, const char *path, struct err *e);
int checkpoint_parse_state(struct checkpoint *c, const char *name, struct slice json, struct err *e);

/* Reads the weights, and with `moments` the optimizer's, into a store of the same model; checks the files' hashes. -ERR_DATA. */
int checkpoint_read(const char *path, const struct checkpoint *c, struct store *s, bool moments,
                    struct err *e);

/* Removes all but the newest `keep`, and what was left half-written. */
int checkpoint_prune(const char *dir, int64_t keep, struct err *e);

#endif
