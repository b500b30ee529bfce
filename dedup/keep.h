/* keep.h: which of two documents that are alike stays: the keep key.
 *
 * Best first: the source that stands earlier in a list, the greater quality score, the longer text, the lesser hash of the id.
 * So the order is one of the documents, not of the inputs; where even the ids are the same, or missing, the text's hash and then
 * the place in the input decide. */
#ifndef LEAT_DEDUP_KEEP_H
#define LEAT_DEDUP_KEEP_H

#include "common/jsonl.h"
#include "common/ledger.h"

enum {
    KEEP_WORDS = 3,
    KEEP_MAX_SOURCES = 64
}; /* then come two of the id's hash, and the number of the document */

struct keep {
    bool first;        /* in the order of the inputs instead */
    const char *score; /* a number in metadata; NULL: none */
    struct slice source[KEEP_MAX_SOURCES];
    unsigned sources;
};

/* sources: "a,b,c" or NULL, borrowed. */
int keep_init(struct keep *k, bool first, const char *score, const char *sources, struct err *e);

/* Of the options. */
uint64_t keep_hash(const struct keep *k);

/* word[0..KEEP_WORDS): compared as numbers from the first on, the lesser stays. place: of the document in the input. */
int keep_key(const struct keep *k, struct jsonl *j, const struct doc *d, uint64_t place, uint64_t *word,
             struct err *e);

/* What the documents had of what was asked for. Zero it. */
struct keep_found {
    uint64_t documents, with_score;
    bool source[KEEP_MAX_SOURCES]; /* as in struct keep */
};

void keep_count(const struct keep *k, const uint64_t *word, struct keep_found *f);
/* Warns of a score, and where all documents were counted of sources, that none had; writes with_score into the ledger. */
void keep_tell(const struct keep *k, const struct keep_found *f, bool all, struct ledger *l);

#endif
