/* spaces.c: cuts at white space. A character's class (spacy_table.h) says what its word holds. */
#include "filter/words/spaces.h"
#include "filter/signals/python.h"
#include "filter/words/spacy_internal.h"

static inline void add_word(struct words *w, struct slice text, struct slice word)
{
    const char *end = word.p + word.n;
    uint32_t any = 0, all = ~0U, chars = 0;
    unsigned bytes;
    for (const char *p = word.p; p < end; p += bytes, chars++) {
        uint32_t class = spacy_at(p, end, &bytes);
        any |= class;
        all &= class;
    }
    w->at[w->n++] =
        (struct word){(uint32_t)(word.p - text.p), (uint32_t)word.n, chars, spacy_flags(any, all)};
}

int spaces_words(struct words *w, struct slice text, struct err *e)
{
    struct slice word;
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    for (size_t at = 0; py_word_next(text, &at, &word);) {
        if (spacy_reserve(w, 1, e) < 0) return -ERR_IO;
        add_word(w, text, word);
    }
    return 0;
}
