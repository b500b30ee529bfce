/* spacy_sentences.c: sentences from words, as spaCy's sentencizer (3.8) and datatrove 0.10.1 cut them.
 *
 * The sentencizer walks over tokens, white space tokens among them: after one of its end marks (a token of one such
 * character) the next token that is no punctuation begins a sentence. datatrove gives a sentence the text from the end of
 * the one before to its own last token's end, the last one the rest. So white space between two words, where it is a
 * token, begins a sentence like a word does, but a sentence ends before it only if the mark stood there.
 *
 * In place: there are no more sentences than words, and one. Time: linear. */
#include "filter/words/spacy_internal.h"

/* Class bits that all of the word's characters have. */
static uint32_t common_class(struct slice text, const struct word *w)
{
    const char *p = text.p + w->offset, *end = p + w->bytes;
    uint32_t all = ~0U;
    unsigned bytes;
    for (; p < end; p += bytes) all &= spacy_at(p, end, &bytes);
    return all;
}

/* Sets the characters of sentence i, which ends at `end`. */
static void sentence(struct words *w, size_t i, uint64_t from, uint64_t to, struct slice text)
{
    uint32_t bytes = (uint32_t)(to - from);
    w->at[i] =
        (struct word){(uint32_t)from, bytes, bytes ? (uint32_t)utf8_count(text.p + from, bytes) : 0, 0};
}

int spacy_sentences(struct words *w, struct slice text, struct err *e)
{
    size_t n = w->n, out = 0;
    uint64_t begin = 0, end = 0; /* of the sentence; of the token before */
    bool ended = false;          /* an end mark was seen */
    if (spacy_reserve(w, 1, e) < 0) return -ERR_IO;
    for (size_t i = 0; i <= n; i++) {
        struct word at = i < n ? w->at[i] : (struct word){(uint32_t)text.n, 0, 0, 0};
        bool space = i > 0 ? spacy_gap(text, end, at.offset) : at.offset > 0;
        uint32_t class = i == n                                   ? SP_PUNCT
                         : at.flags & (WORD_LETTER | WORD_NUMBER) ? 0
                                                                  : common_class(text, &at);
        if (ended && (space || !(class & (SP_PUNCT | SP_ENDS)))) {
            sentence(w, out++, begin, end, text);
            begin = end;
            ended = false;
        }
        if (class & SP_ENDS && at.chars == 1) ended = true;
        end = at.offset + at.bytes;
    }
    sentence(w, out++, begin, text.n, text);
    w->n = out;
    return 0;
}
