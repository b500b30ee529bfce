/* vocab.h: the vocabulary while a model is trained: words to ids in the order in which they were first met.
 *
 * Ids 0, 1, 2 are <unk>, <s>, </s> from the start. Words are told apart by their bytes, not by a hash. */
#ifndef LEAT_FILTER_LM_VOCAB_H
#define LEAT_FILTER_LM_VOCAB_H

#include "common/buf.h"
#include "common/err.h"

struct vocab_slot {
    uint32_t tag, id; /* id 0: empty, since <unk> is never looked up */
};

struct vocab {
    struct buf bytes; /* the words, one behind the other */
    uint64_t *offset; /* of word i; offset[n] is the end */
    uint64_t n, cap;
    struct vocab_slot *slot; /* open addressing, a power of two of them */
    uint64_t slots;
    uint64_t max_bytes;
    bool closed; /* what is not in it is <unk> */
};

int vocab_init(struct vocab *v, uint64_t max_bytes, struct err *e);
void lm_vocab_free(struct vocab *v);
/* The id of a word with this hash64; a new one unless the vocabulary is closed. -ERR_USAGE when memory is full. */
int vocab_id(struct vocab *v, struct slice word, uint64_t hash, uint32_t *id, struct err *e);
/* Reads words parted by white space and closes the vocabulary. */
int lm_vocab_load(struct vocab *v, const char *path, struct err *e);
static inline struct slice vocab_word(const struct vocab *v, uint64_t id)
{
    return slice_of(v->bytes.p + v->offset[id], (size_t)(v->offset[id + 1] - v->offset[id]));
}
static inline __attribute__((always_inline)) void
vocab_prefetch(const struct vocab *v, uint64_t hash) /* of a word that will be asked for */
{
    __builtin_prefetch(&v->slot[hash & (v->slots - 1)]);
}
bool vocab_is_special(struct slice word); /* <s>, </s>, <unk>, <UNK> */

#endif
