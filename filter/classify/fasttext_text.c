/* fasttext_text.c: a text's words, character n-grams and word n-grams, as rows of the input matrix.
 *
 * Words end at space, \t, \n, \v, \f, \r and NUL. The rows come in fastText's order: each word's own and those of its
 * character n-grams, then the word n-grams of the whole text; the sum of floats depends on it. Words come again: the rows of
 * those of at most 16 bytes are kept, a table of them by their bytes, which is emptied when it is full. The dictionary and the
 * rows of a large model are seldom in the cache: words are looked up 32 at a time, each step asking for the memory of the
 * next, and rows are added in groups.
 *
 * In: a text. Out: the sum of rows in the scratch, and their number. State: hashes of the words, 4 bytes each; the words'
 * rows, 3 MiB. Time: linear. */
#include "common/simd.h"
#include "fasttext_internal.h"
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ALWAYS_INLINE __attribute__((always_inline)) static inline
#define GROUP 32

uint32_t ft_hash(const char *p, size_t n)
{
    uint32_t h = FT_FNV_BASIS;
    for (size_t i = 0; i < n; i++) h = ft_fnv(h, p[i]);
    return h;
}

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

/* Copies FT_SLACK at a time: so many may be read behind the list. */
ALWAYS_INLINE void put_list(const struct fasttext *m, struct fasttext_scratch *s, const uint32_t *row,
                            size_t n)
{
    if (s->n_rows + n > FT_ROWS) flush(m, s);
    if (n > FT_ROWS) {
        m->add_rows(m, s->hidden, row, n);
        s->n_added += n;
        return;
    }
    uint32_t *to = s->row + s->n_rows;
    for (size_t i = 0; i < n; i += FT_SLACK) memcpy(to + i, row + i, FT_SLACK * sizeof *row);
    s->n_rows += n;
}

/* A word that is not kept: its own row, if it is in the dictionary, and those of its n-grams. */
ALWAYS_INLINE int put_long(const struct fasttext *m, struct fasttext_scratch *s, struct slice word,
                           int32_t id)
{
    struct buf *b = &s->bracketed;
    if (id >= 0) put_row(m, s, (uint32_t)id);
    if (m->max_n <= 0) return 0;
    buf_clear(b);
    buf_putc(b, '<');
    buf_put_slice(b, word);
    buf_putc(b, '>');
    if (buf_terminate(b) < 0) return -ERR_IO;
    for (size_t i = 0; i < b->n;) {
        uint32_t *row = s->row + s->n_rows;
        size_t n = 0, room = FT_ROWS - s->n_rows;
        for (; i < b->n && n < room; i++) n += ft_ngrams_at(m, b->p, b->n, i, row + n);
        s->n_rows += ft_rows_of(m, row, n);
        if (s->n_rows >= FT_ROWS) flush(m, s);
    }
    return 0;
}

/* ------------------------------------------------------------------ words that were met before */

#define KEPT_BYTES sizeof(((struct ft_word *)0)->key)
#define KEPT_ROWS_MAX (1 + (KEPT_BYTES + 2) * (KEPT_BYTES + 3) / 2) /* of one word */

int ft_words_new(struct fasttext_scratch *s)
{
    s->word = calloc(FT_WORDS, sizeof *s->word);
    s->word_row = malloc((FT_WORD_ROWS + FT_SLACK) * sizeof *s->word_row);
    return s->word && s->word_row ? 0 : -ERR_IO;
}

/* Room for a group's words, for which all are forgotten at times. */
static void make_room(struct fasttext_scratch *s)
{
    if (s->n_word_rows + GROUP * KEPT_ROWS_MAX <= FT_WORD_ROWS) return;
    memset(s->word, 0, FT_WORDS * sizeof *s->word);
    s->n_word_rows = 0;
}

struct token {
    struct slice text;
    struct ft_word *word; /* where it is, or would be, kept; NULL: too long */
    uint64_t key[2];
    const uint32_t *row; /* NULL: they are to be made */
    uint32_t n_rows, hash;
    int32_t id;
    enum { WORD, LABEL, EOS } kind;
};

/* The word's bytes, zeros behind them: no word holds a zero. `end`: of what may be read. */
ALWAYS_INLINE void set_key(struct token *t, const char *end)
{
    size_t n = t->text.n;
    uint64_t low = 0, high = 0;
    if ((size_t)(end - t->text.p) >= KEPT_BYTES) {
        memcpy(&low, t->text.p, 8);
        memcpy(&high, t->text.p + 8, 8);
        uint64_t cut = ~UINT64_C(0) >> (64 - 8 * (n & 7)) % 64;
        if (n < 8) low &= n ? cut : 0;
        high = n <= 8 ? 0 : n < 16 ? high & cut : high;
    } else {
        char padded[KEPT_BYTES] = {0};
        memcpy(padded, t->text.p, n);
        memcpy(&low, padded, 8);
        memcpy(&high, padded + 8, 8);
    }
    t->key[0] = low;
    t->key[1] = high;
}

ALWAYS_INLINE void find_place(struct fasttext_scratch *s, struct token *t, const char *end)
{
    t->word = NULL;
    if (t->text.n > KEPT_BYTES) return;
    set_key(t, end);
    uint64_t h = t->key[0] * UINT64_C(0x9e3779b97f4a7c15) ^ t->key[1] * UINT64_C(0xd6e8feb86659fd93);
    h = (h ^ h >> 32) * UINT64_C(0xff51afd7ed558ccd);
    t->word = &s->word[h >> 40 & (FT_WORDS - 1)];
    __builtin_prefetch(t->word);
}

ALWAYS_INLINE bool is_kept(struct token *t)
{
    const struct ft_word *w = t->word;
    if (!w || !w->row || w->key[0] != t->key[0] || w->key[1] != t->key[1]) return false;
    __builtin_prefetch(w->row);
    t->row = w->row;
    t->n_rows = w->n_rows;
    t->hash = w->hash;
    return true;
}

static void keep(struct token *t)
{
    *t->word = (struct ft_word){{t->key[0], t->key[1]}, t->row, t->n_rows, t->hash};
}

/* ------------------------------------------------------------------ other words */

static bool begins_label(struct slice s)
{
    size_t prefix = strlen(FT_LABEL_PREFIX);
    return s.n >= prefix && memcmp(s.p, FT_LABEL_PREFIX, prefix) == 0;
}

/* A label is no text: its rows and its hash are left out. */
ALWAYS_INLINE void set_kind(const struct fasttext *m, struct token *t)
{
    t->row = NULL;
    t->kind = WORD;
    if (slice_is(t->text, FT_EOS)) t->kind = EOS;
    if (t->id >= m->n_words || (t->id < 0 && begins_label(t->text))) t->kind = LABEL;
}

/* Rows of a short word, made and kept. */
ALWAYS_INLINE void make_rows(const struct fasttext *m, struct fasttext_scratch *s, struct token *t)
{
    uint32_t *row = s->word_row + s->n_word_rows;
    char bracketed[KEPT_BYTES + 3] = "<";
    size_t n = 0, own = t->id >= 0, bytes = t->text.n + 2;
    memcpy(bracketed + 1, t->text.p, t->text.n);
    bracketed[bytes - 1] = '>';
    row[0] = (uint32_t)t->id;
    for (size_t i = 0; i < bytes; i++) n += ft_ngrams_at(m, bracketed, bytes, i, row + own + n);
    n = own + ft_rows_of(m, row + own, n);
    s->n_word_rows += n;
    t->row = row;
    t->n_rows = (uint32_t)n;
}

ALWAYS_INLINE void take_rows(const struct fasttext *m, struct fasttext_scratch *s, struct token *t)
{
    if (t->kind != WORD) return;
    if (t->id >= 0 && m->subword) {
        t->row = m->subword + m->subword_at[t->id];
        t->n_rows = m->subword_at[t->id + 1] - m->subword_at[t->id];
    } else if (t->word)
        make_rows(m, s, t);
    if (t->word) keep(t);
}

/* Each loop asks for what the next one reads: the table's slot, the word's bytes, its list of n-grams. */
ALWAYS_INLINE void look_up(const struct fasttext *m, struct fasttext_scratch *s, struct token **t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        t[i]->hash = ft_hash(t[i]->text.p, t[i]->text.n);
        __builtin_prefetch(&m->slot[ft_spread(t[i]->hash) & m->slot_mask]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ft_slot *slot = &m->slot[ft_spread(t[i]->hash) & m->slot_mask];
        if (slot->id >= 0) __builtin_prefetch(slot->word);
    }
    for (size_t i = 0; i < n; i++) {
        t[i]->id = ft_find(m, t[i]->text.p, t[i]->text.n, t[i]->hash);
        set_kind(m, t[i]);
        if (t[i]->id >= 0 && m->subword) __builtin_prefetch(m->subword_at + t[i]->id);
    }
    for (size_t i = 0; i < n && m->subword; i++)
        if (t[i]->id >= 0 && t[i]->kind == WORD) __builtin_prefetch(m->subword + m->subword_at[t[i]->id]);
    for (size_t i = 0; i < n; i++) take_rows(m, s, t[i]);
}

/* ------------------------------------------------------------------ the text */

static int room_for_hashes(struct fasttext_scratch *s, size_t n)
{
    if (s->n_hashes + n <= s->cap_hashes) return 0;
    size_t cap = s->cap_hashes ? 2 * s->cap_hashes : 1024;
    uint32_t *p = realloc(s->hash, cap * sizeof *p);
    if (!p) return -ERR_IO;
    s->hash = p;
    s->cap_hashes = cap;
    return 0;
}

/* The mark of the line's end, which is a word for the n-grams of words, but has no n-grams of its own. */
static void put_eos(const struct fasttext *m, struct fasttext_scratch *s)
{
    if (m->eos >= m->n_words) return;
    if (m->eos >= 0) put_row(m, s, (uint32_t)m->eos);
    s->hash[s->n_hashes++] = ft_hash(FT_EOS, strlen(FT_EOS));
}

/* A group of words; *ended: among them was the mark of the line's end. */
ALWAYS_INLINE int put_group(const struct fasttext *m, struct fasttext_scratch *s, struct token *t, size_t n,
                            bool *ended)
{
    struct token *other[GROUP];
    size_t others = 0;
    int r = room_for_hashes(s, GROUP + 1);
    make_room(s);
    for (size_t i = 0; i < n; i++) {
        t[i].kind = WORD;
        other[others] = &t[i];
        others += !is_kept(&t[i]);
    }
    look_up(m, s, other, others);
    for (size_t i = 0; i < n && r == 0 && !*ended; i++) {
        if (t[i].kind == EOS) *ended = true;
        if (t[i].kind != WORD) continue;
        if (t[i].row)
            put_list(m, s, t[i].row, t[i].n_rows);
        else
            r = put_long(m, s, t[i].text, t[i].id);
        s->hash[s->n_hashes++] = t[i].hash;
    }
    return r;
}

/* Where words begin and end, by turns. */
struct edges {
    const char *at, *end;
    uint64_t inside; /* 1: a word goes on */
    const char *edge[2 * GROUP + 64 + 1];
    size_t n;
};

/* A bit for each of 64 bytes: whether it is part of a word. */
ALWAYS_INLINE uint64_t word_bytes(const char *p)
{
    uint64_t bits = 0;
#if defined(__SSE2__)
    for (int i = 0; i < 4; i++) {
        __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * (size_t)i)), ends;
        __m128i tab = _mm_sub_epi8(c, _mm_set1_epi8('\t'));
        ends = _mm_cmpeq_epi8(_mm_min_epu8(tab, _mm_set1_epi8('\r' - '\t')), tab);
        ends = _mm_or_si128(ends, _mm_cmpeq_epi8(c, _mm_set1_epi8(' ')));
        ends = _mm_or_si128(ends, _mm_cmpeq_epi8(c, _mm_setzero_si128()));
        bits |= (uint64_t)(uint16_t)~_mm_movemask_epi8(ends) << 16 * i;
    }
#else
    for (int i = 0; i < 64; i++) {
        uint8_t c = (uint8_t)p[i];
        bits |= (uint64_t)(c != ' ' && c != 0 && (uint8_t)(c - '\t') > '\r' - '\t') << i;
    }
#endif
    return bits;
}

/* Of the next 64 bytes; behind the text is the end of its last word. */
ALWAYS_INLINE void find_edges(struct edges *x)
{
    size_t left = (size_t)(x->end - x->at);
    char last[64] = {0};
    if (left < 64) memcpy(last, x->at, left);
    uint64_t word = word_bytes(left < 64 ? last : x->at), edges = word ^ (word << 1 | x->inside);
    for (; edges; edges &= edges - 1) x->edge[x->n++] = x->at + __builtin_ctzll(edges);
    x->inside = word >> 63;
    x->at += left < 64 ? left : 64;
    if (left == 64 && x->inside) {
        x->edge[x->n++] = x->end;
        x->inside = 0;
    }
}

ALWAYS_INLINE int put_words(const struct fasttext *m, struct fasttext_scratch *s, struct slice text)
{
    struct edges x = {.at = text.p, .end = text.p + text.n};
    struct token t[GROUP];
    bool ended = false;
    int r = room_for_hashes(s, 1);
    while (r == 0 && !ended && (x.at < x.end || x.n > 0)) {
        while (x.n < 2 * GROUP && x.at < x.end) find_edges(&x);
        size_t n = x.n / 2 < GROUP ? x.n / 2 : GROUP;
        for (size_t i = 0; i < n; i++) {
            t[i].text = slice_of(x.edge[2 * i], (size_t)(x.edge[2 * i + 1] - x.edge[2 * i]));
            find_place(s, &t[i], x.end);
        }
        x.n -= 2 * n;
        for (size_t i = 0; i < x.n; i++) x.edge[i] = x.edge[i + 2 * n];
        r = put_group(m, s, t, n, &ended);
    }
    if (r == 0) put_eos(m, s);
    return r;
}

/* ------------------------------------------------------------------ word n-grams */

ALWAYS_INLINE void put_word_ngrams(const struct fasttext *m, struct fasttext_scratch *s)
{
    const struct ft_modulus modulus = m->modulus;
    const uint32_t *hash = s->hash;
    size_t n = s->n_hashes, longest = (size_t)m->word_ngrams;
    for (size_t i = 0; i < n;) {
        uint32_t *row = s->row + s->n_rows;
        size_t found = 0, room = FT_ROWS - s->n_rows;
        for (; i < n && found < room; i++) {
            uint64_t h = (uint64_t)(int64_t)(int32_t)hash[i];
            for (size_t j = i + 1; j < n && j < i + longest; j++) {
                h = h * 116049371 + (uint64_t)(int64_t)(int32_t)hash[j];
                row[found++] = ft_remainder64(modulus, h);
            }
        }
        s->n_rows += ft_rows_of(m, row, found);
        if (s->n_rows >= FT_ROWS) flush(m, s);
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
