/* fasttext_text.c: a text's words, character n-grams and word n-grams, as rows of the input matrix.
 *
 * Words end at space, \t, \n, \v, \f, \r and NUL. The rows come in fastText's order: each word's own and those of its
 * character n-grams, then the word n-grams of the whole text; the sum of floats depends on it. The dictionary and the rows of
 * a large model are seldom in the cache: words are looked up 32 at a time, each step asking for the memory of the next, and
 * rows are added in groups.
 *
 * In: a text. Out: the sum of rows in the scratch, and their number. State: hashes of the words, 4 bytes each. Time: linear. */
#include "common/simd.h"
#include "fasttext_internal.h"
#include <stdlib.h>

#define ALWAYS_INLINE __attribute__((always_inline)) static inline
#define GROUP 32

uint32_t ft_hash(const char *p, size_t n)
{
    uint32_t h = FT_FNV_BASIS;
    for (size_t i = 0; i < n; i++) h = ft_fnv(h, p[i]);
    return h;
}

struct token {
    struct slice text;
    uint32_t hash;
    int32_t id;
    bool eos;
};

/* ------------------------------------------------------------------ rows */

static void flush(const struct fasttext *m, struct fasttext_scratch *s)
{
    m->add_rows(m, s->hidden, s->row, s->n_rows);
    s->n_added += s->n_rows;
    s->n_rows = 0;
}

ALWAYS_INLINE void put_row(const struct fasttext *m, struct fasttext_scratch *s, uint32_t row)
{
    if (s->n_rows >= FT_ROWS) flush(m, s);
    s->row[s->n_rows++] = row;
}

ALWAYS_INLINE void put_list(const struct fasttext *m, struct fasttext_scratch *s, const uint32_t *row,
                            size_t n)
{
    if (s->n_rows + n > FT_ROWS) flush(m, s);
    if (n > FT_ROWS) {
        m->add_rows(m, s->hidden, row, n);
        s->n_added += n;
        return;
    }
    memcpy(s->row + s->n_rows, row, n * sizeof *row);
    s->n_rows += n;
}

ALWAYS_INLINE int put_subwords(const struct fasttext *m, struct fasttext_scratch *s, struct slice word)
{
    struct buf *b = &s->bracketed;
    buf_clear(b);
    if (buf_reserve(b, word.n + 2) < 0) return -ERR_IO;
    b->p[0] = '<';
    memcpy(b->p + 1, word.p, word.n);
    b->p[word.n + 1] = '>';
    for (size_t i = 0; i < word.n + 2; i++) {
        if (s->n_rows >= FT_ROWS) flush(m, s);
        s->n_rows += ft_subwords_at(m, b->p, word.n + 2, i, s->row + s->n_rows);
    }
    return 0;
}

/* ------------------------------------------------------------------ words */

static bool begins_label(struct slice s)
{
    size_t prefix = strlen(FT_LABEL_PREFIX);
    return s.n >= prefix && memcmp(s.p, FT_LABEL_PREFIX, prefix) == 0;
}

static int put_hash(struct fasttext_scratch *s, uint32_t hash)
{
    if (s->n_hashes == s->cap_hashes) {
        size_t cap = s->cap_hashes ? 2 * s->cap_hashes : 1024;
        uint32_t *p = realloc(s->hash, cap * sizeof *p);
        if (!p) return -ERR_IO;
        s->hash = p;
        s->cap_hashes = cap;
    }
    s->hash[s->n_hashes++] = hash;
    return 0;
}

/* A label is no text: its rows and its hash are left out. */
ALWAYS_INLINE int put_token(const struct fasttext *m, struct fasttext_scratch *s, const struct token *t)
{
    int r = 0;
    if (t->id >= m->n_words || (t->id < 0 && begins_label(t->text))) return 0;
    if (t->id >= 0 && m->subword)
        put_list(m, s, m->subword + m->subword_at[t->id], m->subword_at[t->id + 1] - m->subword_at[t->id]);
    else if (t->id >= 0)
        put_row(m, s, (uint32_t)t->id);
    if (m->max_n > 0 && !t->eos && (t->id < 0 || !m->subword)) r = put_subwords(m, s, t->text);
    return r < 0 || m->word_ngrams < 2 ? r : put_hash(s, t->hash);
}

/* Each loop asks for what the next one reads: the table's slot, the word's bytes, its list of n-grams. */
ALWAYS_INLINE int put_group(const struct fasttext *m, struct fasttext_scratch *s, struct token *t, size_t n)
{
    int r = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ft_slot *slot = &m->slot[ft_spread(t[i].hash) & m->slot_mask];
        if (slot->id >= 0) __builtin_prefetch(slot->word);
    }
    for (size_t i = 0; i < n; i++) {
        t[i].id = ft_find(m, t[i].text.p, t[i].text.n, t[i].hash);
        if (t[i].id >= 0 && m->subword) __builtin_prefetch(m->subword_at + t[i].id);
    }
    for (size_t i = 0; i < n && m->subword; i++)
        if (t[i].id >= 0 && t[i].id < m->n_words) __builtin_prefetch(m->subword + m->subword_at[t[i].id]);
    for (size_t i = 0; i < n && r == 0; i++) r = put_token(m, s, &t[i]);
    return r;
}

static const bool ends_word[256] = {
    ['\0'] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true, [' '] = true};

/* The next word; behind the last one the mark of the line's end, which ends the text also where it is written in it. */
ALWAYS_INLINE const char *next_token(const char *p, const char *end, struct token *t)
{
    uint32_t hash = FT_FNV_BASIS;
    while (p < end && ends_word[(uint8_t)*p]) p++;
    const char *word = p;
    for (; p < end && !ends_word[(uint8_t)*p]; p++) hash = ft_fnv(hash, *p);
    t->text = p > word ? slice_of(word, (size_t)(p - word)) : slice_str(FT_EOS);
    t->hash = p > word ? hash : ft_hash(FT_EOS, strlen(FT_EOS));
    t->eos = slice_is(t->text, FT_EOS);
    return p;
}

ALWAYS_INLINE int put_words(const struct fasttext *m, struct fasttext_scratch *s, struct slice text)
{
    const char *p = text.p, *end = text.p + text.n;
    struct token t[GROUP];
    bool ended = false;
    int r = 0;
    while (!ended && r == 0) {
        size_t n = 0;
        while (n < GROUP && !ended) {
            p = next_token(p, end, &t[n]);
            __builtin_prefetch(&m->slot[ft_spread(t[n].hash) & m->slot_mask]);
            ended = t[n++].eos;
        }
        r = put_group(m, s, t, n);
    }
    return r;
}

/* ------------------------------------------------------------------ word n-grams */

ALWAYS_INLINE void put_word_ngrams(const struct fasttext *m, struct fasttext_scratch *s)
{
    const uint32_t *hash = s->hash;
    size_t n = s->n_hashes, longest = (size_t)m->word_ngrams;
    for (size_t i = 0; i < n; i++) {
        uint64_t h = (uint64_t)(int64_t)(int32_t)hash[i];
        if (s->n_rows >= FT_ROWS) flush(m, s);
        for (size_t j = i + 1; j < n && j < i + longest; j++) {
            h = h * 116049371 + (uint64_t)(int64_t)(int32_t)hash[j];
            s->n_rows += ft_bucket_row(m, (uint32_t)(h % (uint32_t)m->bucket), s->row + s->n_rows);
        }
    }
}

ALWAYS_INLINE int add_text(const struct fasttext *m, struct fasttext_scratch *s, struct slice text)
{
    s->n_rows = s->n_hashes = 0;
    s->n_added = 0;
    memset(s->hidden, 0, ft_pad(m->in.cols) * sizeof(float));
    int r = put_words(m, s, text);
    if (r < 0) return r;
    if (m->word_ngrams > 1) put_word_ngrams(m, s);
    flush(m, s);
    return 0;
}

static int add_text_plain(const struct fasttext *m, struct fasttext_scratch *s, struct slice text)
{
    return add_text(m, s, text);
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt,bmi,bmi2"))) static int
add_text_avx2(const struct fasttext *m, struct fasttext_scratch *s, struct slice text)
{
    return add_text(m, s, text);
}
#endif

void ft_choose_text(struct fasttext *m)
{
    m->add_text = add_text_plain;
#if defined(__x86_64__)
    if (simd_widest() != SIMD_PLAIN) m->add_text = add_text_avx2;
#endif
}
