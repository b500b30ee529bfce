/* shingle.h: a document as the set of its n-grams of words, or of characters.
 *
 * Words are those of wordhash.h, characters those of charhash.h, each in its normal form; or all is as in datatrove (datatrove.h). A
 * shingle is a run of n of them; fewer are one shingle, and a document without any is one shingle of its bytes, so
 * no set is empty, but datatrove's, which has no shingle of fewer. Shingles are 32-bit hashes: in two documents of n shingles each some n*n/2^32 unlike ones look alike,
 * which moves their Jaccard similarity by n/2^32: less than 0.0003 at a million words. */
#ifndef LEAT_DEDUP_SHINGLE_H
#define LEAT_DEDUP_SHINGLE_H

#include "common/hash.h"
#include "common/text.h"

#define SHINGLE_MAX 32

enum shingle_unit { SHINGLE_WORDS, SHINGLE_CHARACTERS, SHINGLE_DATATROVE /* words, in its way */ };

struct shingle_opts {
    unsigned n; /* words, or characters, in a shingle: 1..SHINGLE_MAX */
    enum shingle_unit unit;
};

/* A text's shingles in its order, n >= 1 but for SHINGLE_DATATROVE. One that stands again is there again: that changes no minimum. */
struct shingle_list {
    const uint32_t *at;
    const uint64_t *wide; /* of SHINGLE_DATATROVE: the same, XXH64; else NULL */
    size_t n;
};

struct shingles; /* one per thread; memory: about 20 bytes a word or character of the longest text */

struct shingles *shingles_new(const struct shingle_opts *o); /* NULL: out of memory */
void shingles_free(struct shingles *s);

/* *list: valid until the next call. */
int shingles_of(struct shingles *s, struct slice text, struct shingle_list *list, struct err *e);

/* The same as a set: sorted, each once. *set: valid until the next call. */
int shingles_set_of(struct shingles *s, struct slice text, const uint32_t **set, size_t *n, struct err *e);

/* Makes a set of a list: sorted, each once. Returns its size. `spare` has room for n, too. Linear. */
size_t shingles_set(uint32_t *list, uint32_t *spare, size_t n);

/* XXH3-128 of the hashes of the words of the normal form (wordhash.h); without words, of the text's bytes. */
int shingles_normal_hash(struct shingles *s, struct slice text, struct hash128 *h, struct err *e);

/* |A ∩ B| / |A ∪ B| of sets, not both empty. */
double shingles_jaccard(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);

#endif
