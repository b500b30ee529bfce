/* model.h: the tables of a model that scores, and how they are built. Internal to filter/lm.
 *
 * Every table is an array of lines of 64 bytes, a cache line each: a few keys, then their values. A key lies in the line
 * that its highest bits name, or, where that is full, in one of the next. So a look-up, found or not, mostly touches one
 * cache line, whose address is known as soon as the words are: scoring fetches it ahead.
 *
 * An n-gram's key is a hash of its word ids from the last to the first; a word's, XXH3 of its bytes. Keys of 64 bits stand
 * for what they were made from, as in KenLM's probing model. */
#ifndef LEAT_FILTER_LM_MODEL_H
#define LEAT_FILTER_LM_MODEL_H

#include "common/hash.h"
#include "common/stream.h"
#include "filter/lm/gram.h"
#include "filter/lm/lm.h"

struct lm_weight {
    float prob;    /* log10, its sign bit set when a longer n-gram ends in this one, else clear */
    float backoff; /* log10; LM_NO_RIGHT when it is 0 and nothing goes on from this n-gram */
};

struct line_middle {
    uint64_t key[4]; /* 0: empty; filled from the first */
    struct lm_weight weight[4];
};

struct line_last { /* of the highest order */
    uint64_t key[5];
    float prob[5];
    uint32_t zero;
};

_Static_assert(sizeof(struct line_middle) == 64 && sizeof(struct line_last) == 64, "a line is a cache line");

struct table {
    void *lines;
    uint64_t n_lines, n, bytes; /* n: keys; bytes: allocated here, 0 when mapped */
    unsigned per_line;          /* 4 or 5 */
};

struct lm {
    unsigned order, normal;
    uint64_t count[LM_MAX_ORDER + 1];
    struct lm_weight special[3];         /* of <unk>, <s>, </s>, whose ids are 0, 1, 2 */
    struct table words;                  /* line_middle: of every other word, whose id is 3 + its place */
    struct table gram[LM_MAX_ORDER + 1]; /* 2 to order: line_middle, at last line_last */
    void *map;
    size_t map_bytes;
};

#define LM_NO_RIGHT (-0.0f)
#define LM_MISSING (-100.0f) /* log10 p of a special word that a model does not have: KenLM's value */

static inline bool weight_is_no_right(float backoff)
{
    uint32_t bits;
    memcpy(&bits, &backoff, sizeof bits);
    return bits == 0x80000000u;
}
static inline bool weight_extends_left(float prob)
{
    uint32_t bits;
    memcpy(&bits, &prob, sizeof bits);
    return bits >> 31;
}
static inline float weight_prob(float prob)
{
    uint32_t bits;
    memcpy(&bits, &prob, sizeof bits);
    bits |= 0x80000000u;
    memcpy(&prob, &bits, sizeof bits);
    return prob;
}
static inline float weight_no_left(float prob)
{
    uint32_t bits;
    memcpy(&bits, &prob, sizeof bits);
    bits &= 0x7FFFFFFFu;
    memcpy(&prob, &bits, sizeof bits);
    return prob;
}

/* The key of an n-gram one word longer at its front; 0 begins. */
static inline uint64_t gram_hash(uint64_t h, uint32_t word)
{
    h = (h ^ ((uint64_t)word + 1) * 0x9E3779B97F4A7C15ULL) * 0xD6E8FEB86659FD93ULL;
    h ^= h >> 32;
    return h ? h : 1;
}
static inline uint64_t word_key(const char *p, size_t n)
{
    uint64_t h = hash64(p, n);
    return h > 1 ? h : h + 2; /* 0 and 1 are no words */
}
static inline uint64_t table_line(uint64_t key, uint64_t n_lines)
{
    return (uint64_t)(((unsigned __int128)key * n_lines) >> 64);
}

/* The index of the key in the table, line * per_line + place; UINT64_MAX: not there. */
static inline uint64_t middle_find(const struct table *t, uint64_t key)
{
    const struct line_middle *lines = t->lines;
    uint64_t at = table_line(key, t->n_lines);
    for (uint64_t tries = 0; tries < t->n_lines; tries++) {
        const uint64_t *k = lines[at].key;
        unsigned hit = (unsigned)(k[0] == key) | (unsigned)(k[1] == key) << 1 | (unsigned)(k[2] == key) << 2 |
                       (unsigned)(k[3] == key) << 3;
        if (hit) return at * 4 + (unsigned)__builtin_ctz(hit);
        if (k[3] == 0) return UINT64_MAX;
        if (++at == t->n_lines) at = 0;
    }
    return UINT64_MAX;
}
static inline uint64_t last_find(const struct table *t, uint64_t key)
{
    const struct line_last *lines = t->lines;
    uint64_t at = table_line(key, t->n_lines);
    for (uint64_t tries = 0; tries < t->n_lines; tries++) {
        const uint64_t *k = lines[at].key;
        unsigned hit = (unsigned)(k[0] == key) | (unsigned)(k[1] == key) << 1 | (unsigned)(k[2] == key) << 2 |
                       (unsigned)(k[3] == key) << 3 | (unsigned)(k[4] == key) << 4;
        if (hit) return at * 5 + (unsigned)__builtin_ctz(hit);
        if (k[4] == 0) return UINT64_MAX;
        if (++at == t->n_lines) at = 0;
    }
    return UINT64_MAX;
}
static inline float last_at(const struct table *t, uint64_t i)
{
    return ((const struct line_last *)t->lines)[i / 5].prob[i % 5];
}
static inline struct lm_weight *middle_at(const struct table *t, uint64_t i)
{
    return &((struct line_middle *)t->lines)[i / 4].weight[i % 4];
}

/* ---- building: words first, then the n-grams of each order, the orders ascending */

/* counts: what is to come, a hint that is not trusted. The three special words are there at once. */
int model_new(struct lm **m, unsigned order, unsigned normal, const uint64_t *counts, struct err *e);
/* A word, or the weights of a special one. 1; 0: the word is there already. */
int model_add_word(struct lm *m, struct slice word, float prob, float backoff, struct err *e);
int model_words_done(struct lm *m, struct err *e);          /* from here on words have ids */
uint32_t model_word(const struct lm *m, struct slice word); /* WORD_UNK: not there */
/* words[0..k), the first first. Marks what the n-gram extends; where its shorter n-gram is missing, that is made with the
 * value that backing off gives, as KenLM does. 1; 0: the n-gram is there already. */
int model_add_gram(struct lm *m, unsigned k, const uint32_t *words, float prob, float backoff, struct err *e);
/* Every table gets its final size; nothing is added any more. */
int model_finish(struct lm *m, struct err *e);

/* The file (binary.c). */
int blm_write(const struct lm *m, struct out *o, struct err *e);
int model_map(struct lm **m, const char *path, struct err *e);
bool model_is_binary(const char *path);
int arpa_read(struct lm **m, const char *path, const unsigned *normal, struct err *e); /* arpa_read.c */
int other_normal(const char *path, struct err *e); /* -ERR_USAGE: --normalize is not the model's (score.c) */

#endif
