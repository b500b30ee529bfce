/* loader.h: batches out of a shard directory. Its only state is the number of the next sample: shards/shard.h makes the rest. */
#ifndef LEAT_TRAINER_LOADER_H
#define LEAT_TRAINER_LOADER_H

#include "config.h"
#include "shards/shard.h"

struct loader {
    struct shard_set *set;
    struct shard_order train, valid;
    uint32_t seq_len, batch; /* samples of an optimizer step */
    uint64_t sample;         /* the next one */
    uint64_t hash;           /* XXH3 of the manifest */
    bool has_valid;          /* the validation split has a whole window */
    uint32_t *tokens;        /* the last batch: [batch][seq_len + 1] */
};

/* Opens the shards; fills in config->model.vocab, or refuses one that is too small. */
int loader_open(struct loader *l, const char *dir, struct config *config, struct err *e);
void loader_close(struct loader *l);

/* The next `batch` samples of the training split into l->tokens. */
int loader_next(struct loader *l, struct err *e);
/* `n` <= batch samples of the validation split from number `first` on, always the same, into l->tokens. */
int loader_valid(struct loader *l, uint64_t first, uint32_t n, struct err *e);

#endif
