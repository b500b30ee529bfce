/* features.h: a text as a sparse vector of hashed words, pairs of words and, where asked for, character n-grams.
 *
 * Words are runs of letters, marks and digits in lower case; every other visible character is a word of its own, so is a
 * run of newlines, and each character of scripts that write no spaces. A feature's value is 1 + log(count), and the vector
 * has length 1 (so that long texts do not outweigh short ones). Weinberger et al. 2009, "Feature hashing". */
#ifndef LEAT_FILTER_CLASSIFY_FEATURES_H
#define LEAT_FILTER_CLASSIFY_FEATURES_H

#include "common/buf.h"
#include "common/err.h"

#define FEATURES_MIN_BITS 10
#define FEATURES_MAX_BITS 24
#define FEATURES_MAX_WORDS 5
#define FEATURES_MAX_CHARS 8

struct features_opts {
    uint32_t bits;               /* 2^bits different features */
    uint32_t word_ngrams;        /* 1: words; 2: pairs too … */
    uint32_t char_min, char_max; /* characters in n-grams inside words; 0: none */
};

/* A feature of one document: its number below 2^bits, and its count in the low byte (255: that or more). */
typedef uint32_t feature;
#define FEATURE_OF(index, count) ((feature)(index) << 8 | (count))
#define FEATURE_INDEX(f) ((f) >> 8)
#define FEATURE_COUNT(f) ((f)&255)

struct
    features; /* of one thread: the table of counts; 24 bytes for each different feature of the longest text */

struct features *features_new(struct features_opts opts); /* NULL: out of memory */
void features_free(struct features *f);

/* The features of a text in the order in which they first appear; *at is valid until the next call. 0 or -ERR_IO. */
int features_find(struct features *f, struct slice text, const feature **at, size_t *n, struct err *e);

/* 1 + log(count) of each count, and by what they are multiplied so that the vector has length 1: sums in the given order. */
void features_values(float of_count[256]);
float features_scale(const float of_count[256], const feature *at, size_t n);

#endif
