/* gram.h: an n-gram packed into one integer, so that comparing and sorting are comparing and sorting of integers.
 *
 * Word ids have `bits` bits each, n * bits <= 128. The order of keys is context order: w_(n-1), … w_1, w_n from the highest
 * field to the lowest. So all n-grams of one context stand together, and so do, around them, those of every shorter
 * context: the contexts are in the order of their last word, then of the one before it and so on (suffix order). */
#ifndef LEAT_FILTER_LM_GRAM_H
#define LEAT_FILTER_LM_GRAM_H

#include <stdint.h>

typedef unsigned __int128 gram_key;

struct gram {
    gram_key key;
    uint64_t count;
    float backoff; /* log10 */
};

enum { WORD_UNK, WORD_BOS, WORD_EOS, WORD_FIRST }; /* <unk>, <s>, </s>, and the first word of the text */

/* The field i of a key: 0 is the lowest. */
static inline uint32_t gram_field(gram_key k, unsigned i, unsigned bits)
{
    return (uint32_t)(k >> (i * bits)) & (uint32_t)((1ULL << bits) - 1);
}

#endif
