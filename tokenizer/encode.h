/* encode.h: text to token ids and back.
 *
 * A tokenizer is immutable and shared by all threads; each thread has an encoder of its own. Bytes that are not valid UTF-8
 * are each a piece by themselves, and the text on either side of them is encoded as if they were its edge. */
#ifndef LEAT_TOKENIZER_ENCODE_H
#define LEAT_TOKENIZER_ENCODE_H

#include "tokenizer/added.h"
#include "tokenizer/merge.h"
#include "tokenizer/vocab.h"

/* Special tokens that stand in the text: ordinary text, or tokens. Added tokens that are not special are always tokens. */
enum encode_special { SPECIAL_IS_TEXT, SPECIAL_IS_TOKEN };

struct tokenizer {
    struct vocab *vocab;
    struct pattern *pattern;
    struct merge_table ranks;
    struct added raw;        /* added tokens that are looked for in the text as it is … */
    struct added normalized; /* … and in the normalised text */
    bool has_raw, has_normalized;
};

/* Loads a tokenizer.json. -ERR_USAGE: see vocab_load; also an added token that strips white space or asks for whole words. */
int tokenizer_open(struct tokenizer *t, const char *path, enum encode_special special, struct err *e);
/* Takes v over, also when it fails. */
int tokenizer_from(struct tokenizer *t, struct vocab *v, enum encode_special special, struct err *e);
void tokenizer_close(struct tokenizer *t);

struct ids {
    uint32_t *at; /* owned */
    size_t n, cap;
};
void ids_free(struct ids *ids);
int ids_reserve(struct ids *ids, size_t extra); /* 0, or -1 */

struct encoder;
struct encoder *encoder_new(const struct tokenizer *t); /* NULL: out of memory; 4 MiB */
void encoder_free(struct encoder *c);

/* Appends the ids of the text's tokens. -ERR_IO: out of memory; -ERR_USAGE: the pattern gave up (see pattern.h);
 * -ERR_DATA: a byte that is not UTF-8 and for which the vocabulary has no token. */
int encode_text(struct encoder *c, struct slice text, struct ids *ids, struct err *e);

/* Appends the bytes of the tokens. -ERR_DATA: an id that the vocabulary does not have. */
int decode_ids(const struct vocab *v, const uint32_t *ids, size_t n, struct buf *out, struct err *e);

#endif
