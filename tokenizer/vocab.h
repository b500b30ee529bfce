/* vocab.h: a byte-level BPE tokenizer as data: tokens, merges, added tokens, and how text is cut.
 *
 * A token has a text, as tokenizer.json writes it (bytes as bytemap.h's characters), and bytes, as it decodes. A token whose
 * text has characters that stand for no byte decodes to its text. Ids are below n_ids and may have gaps.
 *
 * Ownership: a vocab owns everything in it. Built by vocab_load or by vocab_new, vocab_add…, vocab_finish; immutable from
 * then on, and any number of threads may read it. */
#ifndef LEAT_TOKENIZER_VOCAB_H
#define LEAT_TOKENIZER_VOCAB_H

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "tokenizer/pattern.h"

#define VOCAB_MAX_IDS (1U << 24)
#define VOCAB_NO_ID UINT32_MAX

enum vocab_token_flags {
    VOCAB_MODEL = 1,  /* in the model's vocabulary */
    VOCAB_MAPPED = 2, /* its text stands for bytes */
    VOCAB_ADDED = 4,  /* in the added tokens */
    VOCAB_SPECIAL = 8 /* added, and special */
};

struct vocab_token {
    struct slice text, bytes;
    unsigned flags; /* 0: no token has this id */
};

struct vocab_merge {
    uint32_t left, right, result;
};

enum vocab_added_flags {
    ADDED_SPECIAL = 1,
    ADDED_NORMALIZED = 2,
    ADDED_SINGLE_WORD = 4,
    ADDED_LSTRIP = 8,
    ADDED_RSTRIP = 16
};

struct vocab_added {
    uint32_t id;
    unsigned flags;
    struct slice content;
};

/* Byte strings to ids: open addressing, keys borrowed. */
struct vocab_index {
    struct vocab_index_slot {
        const char *p;
        uint32_t n, id;
    } * slot;
    size_t n, cap; /* cap: a power of two */
};
int vocab_index_put(struct vocab_index *x, struct slice key, uint32_t id); /* 1: new, 0: was there, -ERR_IO */
uint32_t vocab_index_get(const struct vocab_index *x, struct slice key);   /* VOCAB_NO_ID: not there */
void vocab_index_free(struct vocab_index *x);

struct vocab {
    struct vocab_token *token; /* by id */
    size_t n_ids, cap_ids;
    uint64_t n_tokens;         /* ids in use */
    struct vocab_merge *merge; /* by rank */
    size_t n_merges, cap_merges;
    struct vocab_added *added; /* by id */
    size_t n_added, cap_added;
    uint32_t byte_id[256]; /* VOCAB_NO_ID, if ever, only for bytes that stand in no valid UTF-8 */
    struct pattern_spec pattern;
    bool ignore_merges; /* a piece that is a token's bytes is that token */
    bool nfc;           /* text is normalised to NFC first */
    bool has_template;  /* the file's post-processor adds tokens, which leat does not: see --add-bos, --eod */
    struct vocab_index by_text;  /* the model's tokens */
    struct vocab_index by_added; /* added tokens by content */
    struct vocab_index by_bytes; /* ignore_merges: mapped tokens that are not special */
    struct arena arena;
};

struct vocab *vocab_new(void); /* NULL: out of memory */
void vocab_free(struct vocab *v);

/* Everything is copied. -ERR_USAGE: an id or a text twice, an id at or above VOCAB_MAX_IDS. */
int vocab_add_token(struct vocab *v, uint32_t id, struct slice text, struct err *e);
int vocab_add_merge(struct vocab *v, uint32_t left, uint32_t right, uint32_t result, struct err *e);
int vocab_add_added(struct vocab *v, uint32_t id, struct slice content, unsigned flags, struct err *e);
int vocab_set_pattern(struct vocab *v, const struct pattern_spec *spec, struct err *e);

/* Checks and completes: sorts the added tokens, finds the 256 bytes. -ERR_USAGE: a byte has no token. */
int vocab_finish(struct vocab *v, const char *name, struct err *e);

/* Reads a Hugging Face tokenizer.json. -ERR_USAGE: not a byte-level BPE, or a field that leat cannot honour, named. */
int vocab_load(struct vocab **v, const char *path, struct err *e);
int vocab_parse(struct vocab **v, const char *name, struct slice json, struct err *e);

/* Appends a tokenizer.json that Hugging Face's tokenizers loads. 0, or -ERR_IO when out of memory. */
int vocab_put_json(const struct vocab *v, struct buf *out);

/* XXH128 of the canonical serialisation (docs/formats.md): equal for tokenizers that give the same ids, whatever file they
 * came from; used to tell token streams and shards of different tokenizers apart. */
int vocab_hash(const struct vocab *v, struct hash128 *h, struct err *e);

/* The id of a token by its text or an added token's content; VOCAB_NO_ID when there is none. */
uint32_t vocab_find(const struct vocab *v, struct slice text);

#endif
