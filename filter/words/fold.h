/* fold.h: words made equal for comparing: lower case, without punctuation; and a hash of any run of them in one step.
 *
 * A word is a run of letters, marks and digits; a character of a script without spaces (Han, Kana, Thai…) is one by
 * itself, so that phrases in those scripts are found wherever they stand. "don't" is two words, here and there.
 *
 *   fold_words(&f, text, 0, &e);
 *   fold_hash(&f, i, n, fold_power(n))     // of words i .. i+n-1
 *
 * The hash of w1…wn is the sum of wk·B^(n-k) modulo 2^64, as in Rabin and Karp's, of 64-bit hashes of the words'
 * bytes: a run of words costs one multiplication. Who must not err compares the words too: fold_text.
 * Memory: 24 bytes a word, kept for the next text. */
#ifndef LEAT_FILTER_FOLD_H
#define LEAT_FILTER_FOLD_H

#include "common/text.h"

enum fold_flags {
    FOLD_SYMBOLS = 1, /* a symbol that is not ASCII (an emoji…) is a word too */
    FOLD_CHARS = 2,   /* every letter and digit is a word: n-grams of characters */
    FOLD_EXACT = 4    /* words are what stands between white space, as they are */
};

struct folded_word {
    uint64_t start, end; /* bytes of the text */
    uint64_t sum;        /* of the hashes up to and with this word */
};

struct folded {
    struct folded_word *word; /* word[-1] exists, with sum 0 */
    size_t n, cap;
    unsigned flags;
    void (*masks)(const unsigned char *p, size_t blocks,
                  uint64_t *mask); /* this machine's way to find runs */
};

/* LEAT_SIMD=plain in the environment: without vectors. The words are the same. */
void folded_init(struct folded *f);
void folded_free(struct folded *f);
int fold_words(struct folded *f, struct slice text, unsigned flags, struct err *e);

#define FOLD_BASE 0x9e3779b97f4a7c15ULL

uint64_t fold_power(size_t n); /* FOLD_BASE^n */
static inline uint64_t fold_hash(const struct folded *f, size_t i, size_t n, uint64_t power)
{
    return f->word[i + n - 1].sum - f->word[(ptrdiff_t)i - 1].sum * power;
}

/* Appends the words of the text, one space between: equal runs of words give equal bytes. */
int fold_text(struct buf *out, struct slice text, unsigned flags, struct err *e);

#endif
