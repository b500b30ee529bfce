/* wordlist.h: how many of a text's words stand in a list of words and phrases.
 *
 *   struct wordlist *l; wordlist_open(&l, "en.txt", &e);
 *   wordlist_count(l, &words, text, &count);      // words: of fold_words(…, FOLD_SYMBOLS)
 *   count.words / (double)words.n                 // data-juicer's flagged words: keep to .045
 *
 * The file: one entry a line (LDNOOBW's, dolma's, datatrove's lists as they are); empty lines are passed over. Case does not
 * matter; an entry is found as whole words, with any spaces or punctuation between them; characters of scripts without
 * spaces are words each, so such entries are found anywhere. Marks in an entry ("13.", "s & m") must stand in the text too.
 *
 * Thread rule: an open list is read only. Memory: some 100 bytes an entry, and the entries. Time: linear; per word one
 * look at a bitmap, and where a phrase may begin, one look per length of a phrase. */
#ifndef LEAT_FILTER_WORDLIST_H
#define LEAT_FILTER_WORDLIST_H

#include "filter/words/fold.h"

struct wordlist;
int wordlist_open(struct wordlist **l, const char *path, struct err *e);
/* As wordlist_open, of a text; `name` for messages. */
int wordlist_parse(struct wordlist **l, const char *name, struct slice text, struct err *e);
void wordlist_free(struct wordlist *l);
size_t wordlist_entries(const struct wordlist *l);

struct wordlist_count {
    uint64_t hits;        /* entries found: from the left, the longest first, none overlapping */
    uint64_t words;       /* words that they cover */
    struct slice longest; /* of the text: the longest one; n = 0: none */
};

/* Adds to *c: begin with {0}. */
void wordlist_count(const struct wordlist *l, const struct folded *words, struct slice text,
                    struct wordlist_count *c);

#endif
