/* train.h: learns byte-pair merges from counted pieces, with the result of Hugging Face's BpeTrainer (tokenizers 0.22). */
#ifndef LEAT_TOKENIZER_TRAIN_H
#define LEAT_TOKENIZER_TRAIN_H

#include "tokenizer/pieces.h"
#include "tokenizer/vocab.h"

struct train_opts {
    uint64_t vocab_size;        /* tokens at most, special tokens and the 256 bytes included */
    int64_t min_frequency;      /* a pair that occurs less often is not merged; 0 means 1 */
    const char *const *special; /* get the first ids, in this order */
    size_t n_special;
    const struct pattern_spec *pattern; /* goes into the vocabulary; the pieces were cut with it */
    uint64_t memory_bytes;
};

/* pieces must be sorted (counts_result). *v is finished: it encodes as trained. -ERR_USAGE: vocab_size below the special tokens
 * and bytes, or memory_bytes is not enough; -ERR_IO: out of memory. */
int train_merges(struct vocab **v, const struct pieces *pieces, const struct train_opts *o, struct err *e);

#endif
