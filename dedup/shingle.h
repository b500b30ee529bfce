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

#define SHINGLE_MAX_WORDS 32

struct shingles; /* one per thread; memory: about 40 bytes a word of the longest text */

struct shingles *shingles_new(unsigned words_per_shingle); /* 1..SHINGLE_MAX_WORDS; NULL: out of memory */
void shingles_free(struct shingles *s);

/* *set: the text's shingles, sorted, each once; valid until the next call. */
int shingles_of(struct shingles *s, struct slice text, const uint32_t **set, size_t *n, struct err *e);

/* XXH3-128 of the normal form: its words, each followed by one space; without words, of the text's bytes. */
int shingles_normal_hash(struct shingles *s, struct slice text, struct hash128 *h, struct err *e);

/* |A ∩ B| / |A ∪ B| of sorted sets, not both empty. */
double shingles_jaccard(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);

#endif
