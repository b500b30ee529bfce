/* keep.h: which of two documents that are alike stays: the keep key.
 *
 * Best first: the source that stands earlier in a list, the greater quality score, the longer text, the lesser hash of the id.
 * So the order is one of the documents, not of the inputs; where even the ids are the same, or missing, the text's hash and then
 * the place in the input decide. */
#ifndef LEAT_DEDUP_KEEP_H
#define LEAT_DEDUP_KEEP_H

#include "common/jsonl.h"

enum { KEEP_WORDS = 3 }; /* then come two of the id's hash, and the number of the document */

struct keep {
    bool first;        /* in the order of the inputs instead */
    const char *score; /* a number in metadata; NULL: none */
    struct slice source[64];
    unsigned sources;
};

/* sources: "a,b,c" or NULL, borrowed. */
int keep_init(struct keep *k, bool first, const char *score, const char *sources, struct err *e);

/* Of the options. */
uint64_t keep_hash(const struct keep *k);

/* word[0..KEEP_WORDS): compared as numbers from the first on, the lesser stays. place: of the document in the input. */
int keep_key(const struct keep *k, struct jsonl *j, const struct doc *d, uint64_t place, uint64_t *word,
             struct err *e);

#endif
