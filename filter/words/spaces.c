/* spaces.c: cuts at white space, in one pass. A character's class (spacy_table.h) says what Python says of it. */
#include "filter/words/spaces.h"
#include "filter/words/spacy_internal.h"

static inline bool fasttext_space(char c)
{
    return c == ' ' || c == '\0' || (c >= '\t' && c <= '\r');
}

/* The word at p; returns its end. */
static inline const char *word_at(struct words *w, struct slice text, const char *p, bool fasttext)
{
    const char *start = p, *end = text.p + text.n;
    uint32_t any = 0, all = ~0U, chars = 0, first = 0;
    unsigned bytes;
    for (; p < end; p += bytes, chars++) {
        uint32_t class = spacy_at(p, end, &bytes);
        if (fasttext ? fasttext_space(*p) : class & SP_SPACE) break;
        if (chars == 0) first = class;
        any |= class;
        all &= class;
    }
    uint64_t at = (uint64_t)(start - text.p);
    w->at[w->n] = (struct word){at, (uint32_t)(p - start), chars, spacy_flags(any, all)};
    w->n += !fasttext || first & (SP_LETTER | SP_NUMBER);
    return p;
}

static inline int cut(struct words *w, struct slice text, bool fasttext, struct err *e)
{
    const char *p = text.p, *end = text.n ? p + text.n : p;
    unsigned bytes;
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    while (p < end) {
        uint32_t class = spacy_at(p, end, &bytes);
        if (fasttext ? fasttext_space(*p) : class & SP_SPACE) {
            p += bytes;
            continue;
        }
        if (spacy_reserve(w, 1, e) < 0) return -ERR_IO;
        p = word_at(w, text, p, fasttext);
    }
    return 0;
}

int spaces_words(struct words *w, struct slice text, struct err *e)
{
    return cut(w, text, false, e);
}

int spaces_fasttext(struct words *w, struct slice text, struct err *e)
{
    return cut(w, text, true, e);
}
