/* spacy_internal.h: the parts of spacy.h's tokeniser: chunks (spacy.c), simple ones (spacy_blocks.c, spacy_simple.c), usual ones
 * (spacy_usual.c), any one (spacy_chunk.c), URLs (spacy_url.c), the second pass (spacy_mend.c). */
#ifndef LEAT_FILTER_WORDS_SPACY_INTERNAL_H
#define LEAT_FILTER_WORDS_SPACY_INTERNAL_H

#include "filter/words/spacy.h"
#include "filter/words/spacy_table.h"
#include <stdlib.h>

#define SPACY_TORN_MAX 32

/* One text being cut. */
struct spacy {
    struct words *w;
    const struct spacy_rules *rules;
    const char *text, *end;
    struct err *e;
    size_t torn[SPACY_TORN_MAX]; /* words at which exceptions begin that were cut to pieces; the first ones */
    size_t torn_n;               /* how many; may be more */
};

/* No exception that the second pass looks for has two first words that begin so. */
static inline bool spacy_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

int spacy_grow(struct words *w, size_t extra, struct err *e);

/* Room for `extra` more words. */
static inline int spacy_reserve(struct words *w, size_t extra, struct err *e)
{
    return w->cap - w->n >= extra ? 0 : spacy_grow(w, extra, e);
}

#define SPACY_WINDOW 64
#define SPACY_AHEAD 8 /* bytes that hashing a word reads from its start */

/* Appends the words of simple chunks of p[0..n), which stands at `base`, window by window, at most one a byte, while there
 * is room for those of one and SPACY_AHEAD bytes behind it. Returns where the first chunk begins that it leaves. *other: that one
 * is not simple, or longer than a window. */
typedef size_t spacy_simple(struct spacy *s, const char *p, size_t n, uint64_t base, bool *other);

/* The one for this processor; all cut the same. x86-64 only. */
spacy_simple *spacy_simple_chosen(void);

/* Cuts the whole text, but for the second pass. With AVX-512 only. */
int spacy_blocks(struct spacy *s);

/* The same of a part of it that begins and ends at white space or the text's ends, character by character. */
int spacy_chunks(struct spacy *s, const char *p, const char *limit);

/* Appends the words of the chunk p[0..n), which stands at `base`, if it is of a usual kind, at most one a byte; false: it
 * is not. SPACY_AHEAD bytes from each of its characters on are read. */
bool spacy_usual(struct spacy *s, const char *p, unsigned n, uint64_t base);

bool spacy_letters_exception(const struct spacy_rules *r, const char *p, unsigned n, unsigned dot);

/* Whether the `n` letters at p, behind which stands a dot or not, are no exception, and none with the dot. */
static inline bool spacy_unexceptional(const struct spacy_rules *r, const char *p, unsigned n, unsigned dot)
{
    static const uint64_t first[9] = {0,           0xFF,       0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF,
                                      ~0ULL >> 16, ~0ULL >> 8, ~0ULL};
    uint64_t low;
    memcpy(&low, p, 8);
    return !spacy_letters_maybe(r, low & first[n < 8 ? n : 8], dot) || !spacy_letters_exception(r, p, n, dot);
}

/* Appends the words of the chunk that begins at p, which is no white space, and ends at white space before or at
 * `limit`; *stop gets its end. */
int spacy_chunk(struct spacy *s, const char *p, const char *limit, const char **stop);

/* Appends an exception's words, which begin at p. */
int spacy_cuts(struct spacy *s, const struct spacy_exception *x, const char *p);

/* Whether p[0..end) matches spaCy's URL expression. Time: linear. */
bool spacy_is_url(const char *p, const char *end);

/* The second pass. */
int spacy_mend(struct spacy *s);

#endif
