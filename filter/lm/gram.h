/* gram.h: an n-gram packed into one integer, so that comparing and sorting are comparing and sorting of integers.
 *
 * Word ids have `bits` bits each, n * bits <= 128. Two orders of the words make two sorted orders of the n-grams:
 *   suffix order   last word first: w_n, w_(n-1), … w_1. All n-grams that end in the same words stand together, and the
 *                  k last words of a key are its k highest fields.
 *   context order  w_(n-1), … w_1, w_n: all n-grams of one context stand together, the contexts in suffix order. */
#ifndef LEAT_FILTER_LM_GRAM_H
#define LEAT_FILTER_LM_GRAM_H

#include <stdint.h>

typedef unsigned __int128 gram_key;

struct gram {
    gram_key key;
    uint64_t count; /* the top bit: pruned */
    float backoff;  /* log10; 0 where nothing goes on from it */
};

#define GRAM_PRUNED (1ULL << 63)
#define GRAM_COUNT(g) ((g)->count & ~GRAM_PRUNED)

enum { WORD_UNK, WORD_BOS, WORD_EOS, WORD_FIRST }; /* <unk>, <s>, </s>, and the first word of the text */

/* The field i of a key of n words: 0 is the lowest. */
static inline uint32_t gram_field(gram_key k, unsigned i, unsigned bits)
{
    return (uint32_t)(k >> (i * bits)) & (uint32_t)((1ULL << bits) - 1);
}

/* Of n words in suffix order, n >= 2, the same in context order: the highest field becomes the lowest. */
static inline gram_key gram_to_context(gram_key k, unsigned n, unsigned bits)
{
    gram_key last = k >> ((n - 1) * bits);
    gram_key rest = k & ((((gram_key)1) << ((n - 1) * bits)) - 1);
    return rest << bits | last;
}

#endif
