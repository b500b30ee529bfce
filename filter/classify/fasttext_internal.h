/* fasttext_internal.h: a fastText model in memory. Private to fasttext*.c. */
#ifndef LEAT_FILTER_CLASSIFY_FASTTEXT_INTERNAL_H
#define LEAT_FILTER_CLASSIFY_FASTTEXT_INTERNAL_H

#include "fasttext.h"

enum ft_loss { FT_HIERARCHICAL = 1, FT_NEGATIVE, FT_SOFTMAX, FT_ONE_VS_ALL };

#define FT_BLOCK 16 /* floats: rows in memory are padded to so many */

/* A product quantiser: each part of `part` floats of a row is one of 256 centroids; the last part may be shorter. */
struct ft_quantizer {
    int32_t dim, n_parts, part, last;
    const char *centroids; /* floats, unaligned */
};

/* Rows of floats: at `base`, every `stride` bytes; or codes to be decoded (base NULL). */
struct ft_matrix {
    uint64_t rows, cols;
    const char *base;
    size_t stride;
    char *own; /* base is this when it was copied or decoded */
    const uint8_t *codes, *norm_codes;
    struct ft_quantizer q, norm_q;
};

struct ft_slot {
    uint32_t hash;
    int32_t id; /* -1: free */
    const char *word;
};

/* Which buckets of n-grams a pruned model kept, and as which row: a bit for each, and their rank. */
struct ft_kept {
    struct ft_kept_bits {
        uint64_t bits;
        uint64_t rank; /* kept buckets before these 64 */
    } * of;            /* side by side: one line of the cache tells both */
    uint32_t *row;     /* one more than there are */
};

/* x % d without a division (Lemire, Kaser, Kurz 2019: "Faster remainder by direct computation"). */
struct ft_modulus {
    uint32_t d;
    uint64_t inverse; /* ceil(2^64 / d) */
};

/* Of hierarchical softmax. Leaves are the labels, inner nodes follow. */
struct ft_node {
    int64_t count;
    int32_t left, right; /* -1: a leaf */
};

struct fasttext {
    char *name;
    const char *p, *end; /* the file's bytes */
    void *map;
    size_t map_bytes;

    uint64_t copy_max; /* bytes */
    int32_t word_ngrams, bucket, min_n, max_n;
    enum ft_loss loss;
    int32_t n_words, n_labels;
    int64_t pruned;     /* -1: not pruned; else how many n-grams are kept */
    struct slice *word; /* words, then labels */
    int64_t *count;     /* of each */
    struct ft_slot *slot;
    uint64_t slot_mask;
    uint32_t *subword_at,
        *subword; /* rows of word i: subword[subword_at[i] .. subword_at[i + 1]); NULL: made anew */
    int32_t eos;
    struct ft_modulus modulus;
    struct ft_kept kept;

    struct ft_matrix in, out;
    float *transposed; /* the output matrix, dimension by dimension, 16 labels side by side */
    float *out_norm;   /* of each label, padded; NULL: 1 */
    size_t padded_labels;
    struct ft_node *node;
    float sigmoid[513];
    int (*add_text)(const struct fasttext *m, struct fasttext_scratch *s, struct slice text);
    void (*add_rows)(const struct fasttext *m, float *sum, const uint32_t *row, size_t n);
    void (*outputs)(const struct fasttext *m, const float *hidden, float *out);
    bool (*largest)(const struct fasttext *m, const float *out, float *max); /* false: some are no numbers */
    void (*divide)(const struct fasttext *m, float *out, float by);
    void (*exps)(const struct fasttext *m, float *out,
                 float max); /* out[i] = exp(out[i] - max), 0 <= i < labels */
};

#define FT_ROWS 1024     /* rows that are found before they are added */
#define FT_NGRAM_MAX 100 /* of characters and of words: the work for each grows with it */
#define FT_SLACK 8       /* behind lists of rows: they are copied so many at a time */
#define FT_WORDS ((size_t)1 << 15)
#define FT_WORD_ROWS ((size_t)1 << 19)

/* A word of at most 16 bytes and its rows, in a table by its bytes. */
struct ft_word {
    uint64_t key[2];
    const uint32_t *row; /* in the model's list or in word_row; NULL: none is kept here */
    uint32_t n_rows, hash;
};

struct fasttext_scratch {
    float *hidden, *output, *best; /* 64-byte aligned */
    uint32_t *best_label;
    uint32_t row[FT_ROWS + FT_NGRAM_MAX + FT_SLACK];
    size_t n_rows;
    uint64_t n_added;
    struct ft_word *word; /* [FT_WORDS] */
    uint32_t *word_row;   /* [FT_WORD_ROWS] */
    size_t n_word_rows;
    uint32_t *hash; /* of each word */
    size_t n_hashes, cap_hashes;
    struct ft_visit {
        int32_t node;
        float score;
    } * stack;
    struct buf bracketed; /* "<word>" */
};

int ft_words_new(struct fasttext_scratch *s); /* the table of words; 0 or -ERR_IO */

#define FT_EOS "</s>"
#define FT_LABEL_PREFIX "__label__"

/* fasttext_open_bytes, with another limit for what is copied, decoded and listed. */
#define FT_COPY_MAX ((uint64_t)64 << 20)
int ft_open(struct fasttext **m, const char *name, struct slice bytes, uint64_t copy_max, struct err *e);

uint32_t ft_hash(const char *p, size_t n);
static inline uint64_t ft_spread(uint32_t hash)
{
    return ((uint64_t)hash * 0x9e3779b97f4a7c15) >> 20;
}
int32_t ft_find(const struct fasttext *m, const char *p, size_t n, uint32_t hash); /* -1: not there */

static inline uint32_t ft_remainder(struct ft_modulus m, uint32_t x)
{
    if (m.d == 1) return 0;
    uint64_t low = m.inverse * x;
    return (uint32_t)(((unsigned __int128)low * m.d) >> 64);
}

/* x % d of 64 bits. */
static inline uint32_t ft_remainder64(struct ft_modulus m, uint64_t x)
{
    uint64_t q = (uint64_t)(((unsigned __int128)(m.inverse - 1) * x) >> 64), r = x - q * m.d;
    if (m.d == 1) return 0;
    return (uint32_t)(r >= m.d ? r - m.d : r);
}

/* The row of a kept bucket into *row; false: it was pruned, and *row is any. Without a branch that depends on it. */
__attribute__((always_inline)) static inline bool ft_kept_row(struct ft_kept kept, uint32_t id, uint32_t *row)
{
    const struct ft_kept_bits *of = &kept.of[id >> 6];
    uint64_t word = of->bits, bit = UINT64_C(1) << (id & 63);
    *row = kept.row[of->rank + (uint64_t)__builtin_popcountll(word & (bit - 1))];
    return (word & bit) != 0;
}

/* Turns buckets of n-grams into rows, in place: those that were pruned are left out. Returns how many are left. */
__attribute__((always_inline)) static inline size_t ft_rows_of(const struct fasttext *m, uint32_t *bucket,
                                                               size_t n)
{
    const struct ft_kept kept = m->kept;
    uint32_t words = (uint32_t)m->n_words, row;
    size_t found = 0;
    if (m->pruned == 0) return 0;
    for (size_t i = 0; m->pruned < 0 && i < n; i++) bucket[i] += words;
    if (m->pruned < 0) return n;
    for (size_t i = 0; i < n; i++) {
        bool is = ft_kept_row(kept, bucket[i], &row);
        bucket[found] = words + row;
        found += is;
    }
    return found;
}

#define FT_FNV_BASIS 2166136261u

/* FNV-1a, but bytes above 127 are taken as negative numbers: a slip that became the format. */
static inline uint32_t ft_fnv(uint32_t hash, char byte)
{
    return (hash ^ (uint32_t)(int8_t)byte) * 16777619u;
}

/* The buckets of the character n-grams of "<word>" (brackets included), in fastText's order: by where they begin, then by length; all
 * but "<" and ">". Those that begin at byte i: at most max_n. p[n] may be read, and is 0. */
__attribute__((always_inline)) static inline size_t ft_ngrams_at(const struct fasttext *m, const char *p,
                                                                 size_t n, size_t i, uint32_t *bucket)
{
    const struct ft_modulus modulus = m->modulus;
    const int32_t min = m->min_n, max = m->max_n;
    uint32_t h = FT_FNV_BASIS;
    size_t found = 0, j = i;
    if ((p[i] & 0xC0) == 0x80) return 0;
    for (int32_t chars = 1; chars <= max && j < n; chars++) {
        do h = ft_fnv(h, p[j++]);
        while ((p[j] & 0xC0) == 0x80);
        if (chars < min || (chars == 1 && (i == 0 || j == n))) continue;
        bucket[found++] = ft_remainder(modulus, h);
    }
    return found;
}

/* Sets m->add_text: the rows of a text, added into s->hidden; s->n_added says how many. 0 or -ERR_IO. */
void ft_choose_text(struct fasttext *m);

/* A row as floats into dst (padded to FT_BLOCK). */
void ft_decode_row(const struct ft_matrix *m, uint64_t row, float *dst);
void ft_choose_simd(struct fasttext *m);
size_t ft_pad(size_t n);       /* to a multiple of FT_BLOCK */
void *ft_alloc(size_t floats); /* aligned to 64, zeros; NULL: out of memory */

#endif
