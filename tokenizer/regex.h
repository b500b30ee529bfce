/* regex.h: reads the regular expression of a tokenizer's pre-tokeniser into structure and sets of code points.
 *
 * The dialect is what Hugging Face's tokenizers means by it (Oniguruma, Ruby syntax), restricted to what has one meaning
 * in every engine; the rest is refused by name rather than guessed:
 *   literals, escapes \r \n \t \f \v \a \e \xHH \x{H…} \uHHHH and escaped punctuation, '.', [sets] with ranges, \s \S \d \D
 *   \p{…} \P{…} \p{^…} (general categories only), alternation, groups (?:…) (?>…) (…), look-around (?=…) (?!…) (?<=…) (?<!…),
 *   (?i:…), (?i) at the very beginning, quantifiers * + ? {n} {n,} {n,m} {,m}, lazy ? and possessive + behind * + ?, ^ $ (of a line), \A \z \Z.
 * Refused: \w \b \h \R \X and other escapes, {n,m}+ (possessive for some, repeated for others), scripts, [a[b]], &&, names and
 * references, flags but i. */
#ifndef LEAT_TOKENIZER_REGEX_H
#define LEAT_TOKENIZER_REGEX_H

#include "common/buf.h"
#include "common/err.h"

#define REGEX_MAX_SETS 64

/* One run of code points, or a property. */
struct regex_item {
    uint32_t lo, hi;     /* inclusive; used when categories is 0 and !space */
    uint32_t categories; /* bits of regex_category_index */
    bool space;          /* White_Space */
    bool negated;        /* everything but the property */
};

/* A set of code points: the union of its items, or what is outside of it. */
struct regex_set {
    struct regex_item *item; /* owned */
    size_t n, cap;
    bool negated;
};

/* All sets of a pre-tokeniser's patterns, each once. */
struct regex_sets {
    struct regex_set at[REGEX_MAX_SETS];
    size_t n;
};

/* An expression: raw pieces of PCRE2 syntax between references to sets. */
struct regex_part {
    int set;          /* index into the sets, or -1: raw */
    size_t offset, n; /* into raw */
};
struct regex {
    struct buf raw;
    struct regex_part *part; /* owned */
    size_t n, cap;
};

void regex_sets_init(struct regex_sets *s);
void regex_sets_free(struct regex_sets *s);
void regex_init(struct regex *r);
void regex_free(struct regex *r);

/* Reads source (UTF-8) into *r, adding its sets to *sets. -ERR_USAGE: not a regular expression that leat can honour, the
 * message says which construct, where and what to write instead; -ERR_IO: out of memory. */
int regex_parse(struct regex *r, struct regex_sets *sets, struct slice source, struct err *e);

/* Whether a code point of this category and white-space property is in the set. */
bool regex_set_has(const struct regex_set *s, uint32_t cp, unsigned category_index, bool space);

/* 0…29 for a general category's two letters; 30 for what is none. */
#define REGEX_CATEGORIES 30
unsigned regex_category_index(const char *name);

#endif
