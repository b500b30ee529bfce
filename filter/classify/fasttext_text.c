/* fasttext_text.c: a text's words, character n-grams and word n-grams, as rows of the input matrix.
 *
 * Words end at space, \t, \n, \v, \f, \r and NUL. The rows come in fastText's order: each word's own and those of its
 * character n-grams, then the word n-grams of the whole text; the sum of floats depends on it. Rows are handed on in groups,
 * so that their memory is asked for before they are added.
 *
 * In: a text. Out: the sum of rows in the scratch, and their number. State: hashes of the words, 4 bytes each. Time: linear. */
#include "fasttext_internal.h"
#include <stdlib.h>

uint32_t ft_hash(const char *p, size_t n)
{
    uint32_t h = FT_FNV_BASIS;
    for (size_t i = 0; i < n; i++) h = ft_fnv(h, p[i]);
    return h;
}

struct text_rows {
    const struct fasttext *m;
    struct fasttext_scratch *s;
};

static void flush(const struct fasttext *m, struct fasttext_scratch *s)
{
    m->add_rows(m, s->hidden, s->row, s->n_rows);
    s->n_added += s->n_rows;
    s->n_rows = 0;
}

static inline int put_row(void *ctx, uint32_t row)
{
    struct text_rows *t = ctx;
    if (t->s->n_rows == FT_ROWS) flush(t->m, t->s);
    t->s->row[t->s->n_rows++] = row;
    return 0;
}

static void put_list(struct text_rows *t, const uint32_t *row, size_t n)
{
    if (t->s->n_rows + n > FT_ROWS) flush(t->m, t->s);
    if (n > FT_ROWS) {
        t->m->add_rows(t->m, t->s->hidden, row, n);
        t->s->n_added += n;
        return;
    }
    memcpy(t->s->row + t->s->n_rows, row, n * sizeof *row);
    t->s->n_rows += n;
}

static int put_subwords(struct text_rows *t, const char *p, size_t n)
{
    struct buf *b = &t->s->bracketed;
    buf_clear(b);
    if (buf_reserve(b, n + 2) < 0) return -ERR_IO;
    b->p[0] = '<';
    memcpy(b->p + 1, p, n);
    b->p[n + 1] = '>';
    return ft_subwords(t->m, b->p, n + 2, put_row, t);
}

static int put_known_word(struct text_rows *t, int32_t id)
{
    const struct fasttext *m = t->m;
    if (m->subword) {
        put_list(t, m->subword + m->subword_at[id], m->subword_at[id + 1] - m->subword_at[id]);
        return 0;
    }
    put_row(t, (uint32_t)id);
    if (m->max_n <= 0 || id == m->eos) return 0;
    return put_subwords(t, m->word[id].p, m->word[id].n);
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

static bool begins_label(const char *p, size_t n)
{
    size_t prefix = strlen(FT_LABEL_PREFIX);
    return n >= prefix && memcmp(p, FT_LABEL_PREFIX, prefix) == 0;
}

static int put_word(struct text_rows *t, const char *p, size_t n, uint32_t hash, bool end)
{
    int32_t id = ft_find(t->m, p, n, hash);
    if (id >= t->m->n_words || (id < 0 && begins_label(p, n))) return 0; /* a label is no text */
    int r = 0;
    if (id >= 0)
        r = put_known_word(t, id);
    else if (t->m->max_n > 0 && !end)
        r = put_subwords(t, p, n);
    return r < 0 || t->m->word_ngrams < 2 ? r : put_hash(t->s, hash);
}

static void put_word_ngrams(struct text_rows *t)
{
    const uint32_t *hash = t->s->hash;
    size_t n = t->s->n_hashes, longest = (size_t)t->m->word_ngrams;
    for (size_t i = 0; i < n; i++) {
        uint64_t h = (uint64_t)(int64_t)(int32_t)hash[i];
        for (size_t j = i + 1; j < n && j < i + longest; j++) {
            uint32_t row;
            h = h * 116049371 + (uint64_t)(int64_t)(int32_t)hash[j];
            if (ft_bucket_row(t->m, (uint32_t)(h % (uint32_t)t->m->bucket), &row)) put_row(t, row);
        }
    }
}

static const bool ends_word[256] = {['\0'] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true,
                                    ['\f'] = true, ['\r'] = true, [' '] = true};

static int put_words(struct text_rows *t, struct slice text)
{
    const char *p = text.p, *end = text.p + text.n;
    int r = 0;
    for (;;) {
        uint32_t hash = FT_FNV_BASIS;
        while (p < end && ends_word[(uint8_t)*p]) p++;
        const char *word = p;
        for (; p < end && !ends_word[(uint8_t)*p]; p++) hash = ft_fnv(hash, *p);
        if (p == word) break;
        bool eos = slice_is(slice_of(word, (size_t)(p - word)), FT_EOS);
        r = put_word(t, word, (size_t)(p - word), hash, eos);
        if (r < 0 || eos) return r; /* the mark of a line's end, written in the text, ends it */
    }
    return put_word(t, FT_EOS, strlen(FT_EOS), ft_hash(FT_EOS, strlen(FT_EOS)), true);
}

int ft_add_text(const struct fasttext *m, struct fasttext_scratch *s, struct slice text)
{
    struct text_rows t = {m, s};
    s->n_rows = s->n_hashes = 0;
    s->n_added = 0;
    memset(s->hidden, 0, ft_pad(m->in.cols) * sizeof(float));
    int r = put_words(&t, text);
    if (r < 0) return r;
    if (m->word_ngrams > 1) put_word_ngrams(&t);
    flush(m, s);
    return 0;
}
