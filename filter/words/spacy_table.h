/* spacy_table.h: the facts in spacy_table.c, for filter/words/ only. See spacy_gen.py.
 *
 * A character has a class: the lists and expressions of spaCy that it belongs to, and what Python says of it. A
 * language has exceptions: strings with cuts of their own. */
#ifndef LEAT_FILTER_WORDS_SPACY_TABLE_H
#define LEAT_FILTER_WORDS_SPACY_TABLE_H

#include "common/text.h"
#include <string.h>

enum spacy_class {
    SP_PREFIX = 1 << 0, /* cut off a chunk's beginning */
    SP_SUFFIX = 1 << 1, /* cut off its end */
    SP_ALPHA = 1 << 2,
    SP_LOWER = 1 << 3,
    SP_UPPER = 1 << 4,
    SP_QUOTE = 1 << 5,
    SP_STOPS = 1 << 6, /* a period after it is cut off */
    SP_ICON = 1 << 7,
    SP_HYPHEN = 1 << 8,
    SP_DIGIT = 1 << 9,    /* 0 to 9 */
    SP_MONEY = 1 << 10,   /* currency signs */
    SP_SPACE = 1 << 11,   /* str.isspace */
    SP_LETTER = 1 << 12,  /* str.isalpha */
    SP_MARKS = 1 << 13,   /* datatrove's PUNCTUATION_SET */
    SP_PUNCT = 1 << 14,   /* category P* */
    SP_WORD = 1 << 15,    /* \w */
    SP_HOST = 1 << 16,    /* in names of hosts */
    SP_DECIMAL = 1 << 17, /* \d */
    SP_ENDS = 1 << 18,    /* ends a sentence */
    SP_INFIX = 1 << 19,   /* may be where a chunk is cut in the middle */
    SP_NUMBER = 1 << 20,  /* category N* */
    SP_UNIT = 1 << 21     /* last character of a unit of measure */
};

#define SPACY_PAGE_SHIFT 7
#define SPACY_KEY_MAX 32
#define SPACY_PATTERN_MAX 11
#define SPACY_FILTER_BITS 15
#define SPACY_LETTERS_BITS 15

extern const uint32_t spacy_records[];
extern const uint8_t spacy_page_of[]; /* by code point >> SPACY_PAGE_SHIFT */
extern const uint8_t spacy_pages[];   /* indices into spacy_records */
extern const uint32_t spacy_ascii[128];

struct spacy_piece {
    char text[15];
    uint8_t bytes;
};
extern const struct spacy_piece spacy_units[]; /* ends with an empty one */

struct spacy_exception {
    char key[SPACY_KEY_MAX];
    uint8_t bytes;   /* 0: a free slot */
    uint8_t mends;   /* pattern and cuts differ */
    uint8_t cuts[3]; /* bytes of its tokens; 0 ends them */
    uint8_t pattern
        [SPACY_PATTERN_MAX]; /* bytes of the tokens that the rules without exceptions give, if the second
                                           pass looks for them; 0 ends them */
};

struct spacy_rules {
    const uint64_t *filter; /* a bit for each of 1 << SPACY_FILTER_BITS hashes that an exception has */
    const uint64_t
        *letters; /* two bits for each of 1 << SPACY_LETTERS_BITS hashes of up to eight letters: exceptions
                                that begin so are nothing but letters; letters and a dot */
    const uint16_t *moves;
    const struct spacy_exception *exceptions;
    uint32_t move_mask, slot_shift;
    uint64_t lengths;        /* bit n: an exception has n bytes */
    bool hyphen_after_digit; /* a hyphen between a digit and a letter cuts */
};
extern const struct spacy_rules spacy_en, spacy_xx;

static inline uint32_t spacy_class_of(uint32_t cp)
{
    unsigned low = cp & ((1U << SPACY_PAGE_SHIFT) - 1);
    return spacy_records[spacy_pages[(unsigned)spacy_page_of[cp >> SPACY_PAGE_SHIFT] << SPACY_PAGE_SHIFT |
                                     low]];
}

/* Flags of a word whose characters have the classes `any` together, `all` in common. */
static inline uint32_t spacy_flags(uint32_t any, uint32_t all)
{
    return (any & SP_LETTER ? WORD_LETTER : 0) | (any & SP_NUMBER ? WORD_NUMBER : 0) |
           (all & SP_MARKS ? WORD_SYMBOL : 0);
}

/* Class of the character at p < end; *bytes gets its length. */
static inline uint32_t spacy_at(const char *p, const char *end, unsigned *bytes)
{
    if (!(*p & 0x80)) {
        *bytes = 1;
        return spacy_ascii[(uint8_t)*p];
    }
    uint32_t cp;
    *bytes = utf8_decode(p, end, &cp);
    return spacy_class_of(cp);
}

/* Class of the character that ends at p > start; *bytes gets its length. */
static inline uint32_t spacy_before(const char *p, const char *start, unsigned *bytes)
{
    const char *q = p - 1;
    if (!(*q & 0x80)) {
        *bytes = 1;
        return spacy_ascii[(uint8_t)*q];
    }
    while (q > start && p - q < 4 && (*q & 0xC0) == 0x80) q--;
    uint32_t class = spacy_at(q, p, bytes);
    if (q + *bytes == p) return class;
    *bytes = 1;
    return spacy_class_of(0xFFFD);
}

/* Hash of a key of which `low` are the first eight bytes and `high` the next eight, zeros behind its end. */
static inline uint64_t spacy_hash(uint64_t low, uint64_t high, size_t n)
{
    const uint64_t multiply = 0x9E3779B97F4A7C15ULL;
    uint64_t h = (low ^ high * multiply ^ n) * multiply;
    return h ^ h >> 32;
}

#define SPACY_LETTERS_FACTOR 0x795B929E9A9A80FDULL

/* Whether letters, of which `low` are the first up to eight, or with a dot behind them, may be an exception. */
static inline bool spacy_letters_maybe(const struct spacy_rules *r, uint64_t low, unsigned dot)
{
    unsigned slot = (unsigned)(low * SPACY_LETTERS_FACTOR >> (64 - SPACY_LETTERS_BITS));
    return r->letters[slot >> 5] >> (2 * (slot & 31)) & (1 | dot << 1);
}

static inline bool spacy_maybe(const struct spacy_rules *r, uint64_t h)
{
    unsigned bit = h & ((1U << SPACY_FILTER_BITS) - 1);
    return r->filter[bit >> 6] >> (bit & 63) & 1;
}

static inline const struct spacy_exception *spacy_slot(const struct spacy_rules *r, uint64_t h, const char *p,
                                                       size_t n)
{
    uint32_t x = (uint32_t)(h >> 32) ^ r->moves[h >> SPACY_FILTER_BITS & r->move_mask] * 0x9E3779B1U;
    const struct spacy_exception *s = &r->exceptions[x * 0x85EBCA6BU >> r->slot_shift];
    return s->bytes == n && memcmp(s->key, p, n) == 0 ? s : NULL;
}

/* Up to eight bytes as a number, the first the lowest, n >= 1. */
static inline uint64_t spacy_bytes(const char *p, size_t n)
{
    uint64_t all;
    uint32_t a, b;
    if (n >= 8) {
        memcpy(&all, p, 8);
        return all;
    }
    if (n >= 4) {
        memcpy(&a, p, 4);
        memcpy(&b, p + n - 4, 4);
        return a | (uint64_t)b << 8 * (n - 4);
    }
    return (uint8_t)p[0] | (uint64_t)(uint8_t)p[n >> 1] << 8 * (n >> 1) |
           (uint64_t)(uint8_t)p[n - 1] << 8 * (n - 1);
}

/* The exception p[0..n), or NULL. */
static inline const struct spacy_exception *spacy_exception(const struct spacy_rules *r, const char *p,
                                                            size_t n)
{
    if (n == 0 || n > SPACY_KEY_MAX || !(r->lengths >> n & 1)) return NULL;
    uint64_t h = spacy_hash(spacy_bytes(p, n), n > 8 ? spacy_bytes(p + 8, n - 8) : 0, n);
    return spacy_maybe(r, h) ? spacy_slot(r, h, p, n) : NULL;
}

#endif
