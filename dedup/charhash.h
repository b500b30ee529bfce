/* charhash.h: the characters of a text in normal form, as 64-bit hashes.
 *
 * Normal form, version 1: lower-cased by Unicode's simple mapping (common/text.h), each run of white space (property White_Space) one
 * blank, none at the ends; all else as it stands. A hash depends on the character alone. */
#ifndef LEAT_DEDUP_CHARHASH_H
#define LEAT_DEDUP_CHARHASH_H

#include "common/text.h"

struct charhash { /* one per thread */
    uint64_t *at; /* hashes, in the order of the text */
    size_t n, cap;
};

void charhash_init(struct charhash *c);
void charhash_free(struct charhash *c);

/* Fills at[0..n). Linear. 0, or -ERR_…: out of memory. */
int charhash_of(struct charhash *c, struct slice text, struct err *e);

/* The hash of one character in normal form. */
uint64_t charhash_char(uint32_t cp);

#endif
