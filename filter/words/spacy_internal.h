/* spacy_internal.h: the parts of spacy.h's tokeniser: chunks (spacy.c), simple ones (spacy_simple.c), any one
 * (spacy_chunk.c), URLs (spacy_url.c), the second pass (spacy_mend.c). */
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

/* Appends the words of simple chunks that end in the window at p, at most one a byte; SPACY_AHEAD bytes behind it are read.
 * Returns where the first chunk that it leaves begins, or the window's end. *other: that one is not simple, or longer
 * than a window. */
typedef const char *spacy_simple(struct spacy *s, const char *p, bool *other);

/* The one for this processor; NULL: none. All cut the same. */
spacy_simple *spacy_simple_chosen(void);

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
