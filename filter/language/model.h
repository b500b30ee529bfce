/* model.h: a linear model over the grams of a text. The table is made by tests/bench/language/train.py. */
#ifndef LEAT_FILTER_MODEL_H
#define LEAT_FILTER_MODEL_H

#include "common/buf.h"

struct model_guess {
    const char *
        code; /* of the language; "sr-Latn": Serbian in Latin letters; NULL: the text has no gram that is known */
    int64_t margin; /* over the second best, in sixteenths of a logit */
};

/* Linear in the text. */
void model_guess(struct slice text, struct model_guess *g);

/* model_table.c. A gram's row: its weights for some of the languages, in sixteenths. */
#define MODEL_KEY_BITS 19
#define MODEL_LANGUAGES_MAX 64
extern const char *const model_languages[];
extern const size_t n_model_languages;
extern const uint32_t model_keys[]; /* the upper bits of grams' hashes, multiplied; in order */
extern const uint32_t model_rows[]; /* where each one's weights begin; n_model_keys + 1 of them */
extern const size_t n_model_keys;
extern const struct model_weight {
    uint8_t language;
    int8_t weight;
} model_weights[];

#endif
