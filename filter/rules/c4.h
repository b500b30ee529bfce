/* c4.h: C4's line-wise cleaning (Raffel et al. 2020), as datatrove 0.10's C4QualityFilter does it.
 *
 * Lines are Python's, stripped. A line goes when a word of it is longer than max_word_chars, when it does not end in one of
 * . ? ! " ' or ends in "...", when it has fewer than min_words words, when it says "javascript" or one of six phrases
 * about policies; citations ("[12]", "[edit]", "[citation needed]") go from lines that stay. The tests are in that order,
 * with citations removed after the first. A line that is still there at that point and says "lorem ipsum" (before
 * "javascript") or has a curly bracket (before the policies) ends the document. */
#ifndef LEAT_FILTER_C4_H
#define LEAT_FILTER_C4_H

#include "filter/rules/edit.h"
#include "filter/words/words.h"

struct c4_options { /* rules that are off: false, or 0 for the numbers */
    uint32_t max_word_chars, min_words;
    bool terminal_punct, javascript, policy, citations, lorem_ipsum, curly_bracket;
    double
        min_sentences; /* below it, sentences are counted exactly; from it on, kept lines may stand for them */
    bool count_sentences; /* always exactly */
    enum dialect dialect;
    struct slice language;
};

struct c4 { /* one per thread */
    struct words sentences;
    struct buf text; /* the cleaned text */
    struct buf line;
};

struct c4_result {
    bool lorem_ipsum, curly_bracket; /* the document ends there: the first of the two */
    double sentences;
};

void c4_init(struct c4 *c);
void c4_free(struct c4 *c);

/* Cleans a text into c->text. The bytes that go are counted in *log, all of them, unless the document ended. */
int c4_clean(struct c4 *c, const struct c4_options *o, struct slice text, struct c4_result *result,
             struct edit_log *log, struct err *e);

#endif
