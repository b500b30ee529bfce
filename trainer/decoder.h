/* decoder.h: a trained model that continues sequences of tokens, one after the other, with keys and values cached: each token costs one
 * row, and attention over the last seq_len positions. */
#ifndef LEAT_TRAINER_DECODER_H
#define LEAT_TRAINER_DECODER_H

#include "checkpoint.h"
#include "program.h"

struct decoder {
    struct checkpoint state;
    struct store store;
    struct team *team;
    struct program one, many; /* a single row with logits; DECODER_ROWS rows without */
    bool has_many;
    uint64_t position; /* of the next token */
    double *logits;    /* [vocab], after the last token that was fed */
};

enum { DECODER_ROWS = 32 };

/* dir: a checkpoint, or a run's directory, of which the newest is taken. */
int decoder_open(struct decoder *d, const char *dir, const struct backend *b, int threads, struct err *e);
void decoder_close(struct decoder *d);

void decoder_reset(struct decoder *d); /* a new sequence */
/* Feeds n >= 1 tokens below the vocabulary; d->logits are then those of the token that follows them. The position must stay below
 * 2^31. */
void decoder_feed(struct decoder *d, const uint32_t *tokens, uint64_t n);

#endif
