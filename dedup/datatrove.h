/* datatrove.h: shingles and signatures that are those of datatrove 0.10's MinHash (pipeline/dedup/minhash.py), which made FineWeb.
 *
 * Normal form (utils/text.py, simplify_text): lower case; each number, with one decimal part, is "0"; 65 marks and the control characters
 * are blanks; white space runs are one blank; canonical decomposition (NFD) without the marks of category Mn. Lower case is by
 * Unicode's simple mapping and the rule of the final sigma, which with this is what Python's lower() gives.
 * Words are those of spaCy's English tokenizer (3.8) as far as its rules have anything left to cut (datatrove_words.c).
 * A shingle is the XXH64 of n words, joined by blanks. Where there are fewer there is none, no signature and no band: the document
 * is never taken for a repeated one.
 *
 * Lane j has the least of (shingle * a[j] + b[j] modulo 2^64) modulo 2^61-1; a and b are what numpy's
 * RandomState(seed).randint(1 or 0, 2^61-1, dtype=uint64) draws. */
#ifndef LEAT_DEDUP_DATATROVE_H
#define LEAT_DEDUP_DATATROVE_H

#include "common/text.h"

struct datatrove { /* one per thread */
    uint64_t *at;  /* shingles, in the order of the text */
    size_t n, cap;
    struct buf text;   /* in normal form */
    struct buf joined; /* its words, each with a blank behind it */
    struct buf starts; /* uint32_t: where each begins, and where the last one ends */
};

void datatrove_init(struct datatrove *d);
void datatrove_free(struct datatrove *d);

/* Fills at[0..n). Linear. 0, or -ERR_…: out of memory, ICU without data, or the words have more than 4 GiB. */
int datatrove_grams(struct datatrove *d, struct slice text, unsigned ngram, struct err *e);

/* Appends the text in normal form, without a blank at the ends. 0, or -ERR_…. */
int datatrove_normal(struct slice text, struct buf *out, struct err *e);

/* Appends the words of a run without blanks, in normal form, each with a blank behind it, and their starts. */
void datatrove_words(struct slice run, struct buf *joined, struct buf *starts);

/* a[0..lanes), b[0..lanes); a seed below 2^32. */
void datatrove_parameters(uint32_t seed, unsigned lanes, uint64_t *a, uint64_t *b);

/* least[0..lanes) */
void datatrove_lanes(const uint64_t *a, const uint64_t *b, unsigned lanes, const uint64_t *shingle, size_t n,
                     uint64_t *least);

#endif
