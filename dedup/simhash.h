/* simhash.h: a text as 64 bits (Charikar 2002), of which alike texts share most (Manku, Jain, Das Sarma 2007).
 *
 * Bit i is set when more than half of the text's word n-grams have theirs set: one that stands k times weighs k. Texts whose
 * counts of n-grams have the cosine c differ in about 64 * acos(c) / pi bits: 2.9 at .99, 9.6 at .89, which are, of sets,
 * Jaccard similarities of .98 and .8. Words as in wordhash.h; fewer than n are one n-gram, a text without any is one of its
 * bytes. */
#ifndef LEAT_DEDUP_SIMHASH_H
#define LEAT_DEDUP_SIMHASH_H

#include "dedup/wordhash.h"

#define SIMHASH_MAX_WORDS 32 /* of an n-gram */

/* 1 <= ngram <= SIMHASH_MAX_WORDS. words: one per thread. 0, or -ERR_… as wordhash_of. The same on every CPU. */
int simhash_text(struct wordhash *words, struct slice text, unsigned ngram, uint64_t *fingerprint,
                 struct err *e);

/* The hash of one n-gram, given its words'. */
uint64_t simhash_ngram(const uint64_t *word, unsigned ngram);

/* Of 1 <= n < 2^38 words. */
uint64_t simhash_words(const uint64_t *word, size_t n, unsigned ngram);

#endif
