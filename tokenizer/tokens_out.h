/* tokens_out.h: documents to tokens: a token stream (.ltok), lines of JSON, or only their number. */
#ifndef LEAT_TOKENIZER_TOKENS_OUT_H
#define LEAT_TOKENIZER_TOKENS_OUT_H

#include "common/ltok.h"
#include "common/stage.h"
#include "tokenizer/encode.h"

enum tokens_form { TOKENS_LTOK, TOKENS_JSON, TOKENS_COUNT };

struct tokens_opts {
    enum tokens_form form;
    const char *domain;       /* of every document, or NULL */
    const char *domain_key;   /* metadata's key of the domain, or NULL; without either it is the source */
    const char *const *carry; /* metadata's keys that go along */
    size_t n_carry;
    uint64_t bos_token, eod_token; /* LTOK_NO_TOKEN: none */
};

/* Encodes the tool's inputs to its output. */
int tokens_write(struct tool *t, const struct tokenizer *k, const struct tokens_opts *o);

/* The header of a token stream of this tokenizer: width 2 where ids are below 65,500, else 4. -ERR_USAGE: more than
 * LTOK_MAX_KEYS carried keys, or one that is too long. */
int tokens_header(struct ltok_header *h, const struct vocab *v, const struct tokens_opts *o, struct err *e);

#endif
