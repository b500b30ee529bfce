/* wordhash.h: the words of a text, lower-cased, as 64-bit hashes.
 *
 * Normal form, version 2: words are those of common/text.h without symbols, lower-cased by Unicode's simple mapping; in scripts
 * written without spaces (UC_IDEO: Han, Kana, Thai, Lao, Khmer, Myanmar) every character is one, with the marks and format
 * characters behind it, where version 1 had the words of ICU's dictionaries. A hash depends on the word's bytes alone. */
#ifndef LEAT_DEDUP_WORDHASH_H
#define LEAT_DEDUP_WORDHASH_H

#include "common/text.h"

struct wordhash { /* one per thread */
    uint64_t *at; /* hashes, in the order of the text */
    size_t n, cap;
    struct words words;
    struct buf word; /* a word with letters other than ASCII's, lower-cased */
};

void wordhash_init(struct wordhash *w);
void wordhash_free(struct wordhash *w);

/* Fills at[0..n). Linear. 0, or -ERR_…: out of memory, or the text has more than 4 GiB. */
int wordhash_of(struct wordhash *w, struct slice text, struct err *e);

/* The hash of one lower-cased word. */
uint64_t wordhash_word(const char *p, size_t n);

/* The character of a script without spaces at p < end, with the marks and format characters behind it, in bytes; 0: it is no such
 * character. */
size_t wordhash_ideograph(const char *p, const char *end);

#endif
