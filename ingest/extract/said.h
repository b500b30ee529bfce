/* said.h: what a page says about itself outside of its text (descriptions, structured data), as pairs of neighbouring words:
 * text that says the same is probably what the page is about.
 *
 * A Bloom filter with one hash: a pair that was not added is taken for one that was with the share of bits that are set. */
#ifndef LEAT_INGEST_SAID_H
#define LEAT_INGEST_SAID_H

#include "common/buf.h"

#define SAID_BITS 16384
struct said {
    uint64_t bits[SAID_BITS / 64];
    uint32_t pairs; /* that were added; 0: nothing is known */
};

/* Words are runs of ASCII letters, digits, and bytes beyond ASCII, known by their hashes (words.h). */
static inline uint32_t said_pair(uint32_t before, uint32_t word)
{
    uint32_t h = (before * 31 ^ word) * 0x85ebca6bU;
    return (h ^ h >> 15) % SAID_BITS;
}

static inline bool said_has(const struct said *s, uint32_t before, uint32_t word)
{
    uint32_t bit = said_pair(before, word);
    return s->bits[bit / 64] >> bit % 64 & 1;
}

static inline bool said_in_word(char c)
{
    uint8_t lower = (uint8_t)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80;
}

void said_clear(struct said *s);

/* Adds a text; of a reference or JSON escape ("&amp;", "\n") nothing is kept. */
void said_add(struct said *s, struct slice text);

/* Adds the strings behind "description", "articleBody" and "text" in a piece of JSON. */
void said_add_json(struct said *s, struct slice json);

#endif
