/* shingle.h: a document as the set of its word n-grams.
 *
 * Normal form, version 1: the words of common/text.h without symbols, each lower-cased by Unicode's simple mapping. A
 * shingle is a run of n words; fewer words are one shingle, and a document without words is one shingle of its bytes, so
 * no set is empty. Shingles are 32-bit hashes: in two documents of n shingles each some n*n/2^32 unlike ones look alike,
 * which moves their Jaccard similarity by n/2^32: less than 0.0003 at a million words. */
#ifndef LEAT_DEDUP_SHINGLE_H
#define LEAT_DEDUP_SHINGLE_H

#include "common/hash.h"
#include "common/text.h"

#define SHINGLE_MAX 32 /* words in a shingle */

struct shingle_opts {
    unsigned n; /* words in a shingle: 1..SHINGLE_MAX */
};

/* A text's shingles in its order, n >= 1. One that stands again is there again: that changes no minimum. */
struct shingle_list {
    const uint32_t *at;
    size_t n;
};

struct shingles; /* one per thread; memory: about 20 bytes a word of the longest text */

struct shingles *shingles_new(const struct shingle_opts *o); /* NULL: out of memory */
void shingles_free(struct shingles *s);

/* *list: valid until the next call. */
int shingles_of(struct shingles *s, struct slice text, struct shingle_list *list, struct err *e);

/* Makes a set of a list: sorted, each once. Returns its size. `spare` has room for n, too. Linear. */
size_t shingles_set(uint32_t *list, uint32_t *spare, size_t n);

/* XXH3-128 of the hashes of the words of the normal form (wordhash.h); without words, of the text's bytes. */
int shingles_normal_hash(struct shingles *s, struct slice text, struct hash128 *h, struct err *e);

/* |A ∩ B| / |A ∪ B| of sets, not both empty. */
double shingles_jaccard(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);

#endif
