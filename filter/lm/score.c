/* score.c: the probability of a text.
 *
 * A line is cut into words, the words are looked up, then their n-grams, each step some words ahead of where its result is
 * needed: the cache lines are asked for AHEAD words before they are read, so that scoring waits for memory rarely.
 * The longest n-gram that ends in a word gives its probability, the backoffs of the longer contexts are added: as KenLM
 * does, in float, from the shorter context to the longer.
 *
 * State: a scratch with the words of one line. Memory: 24 bytes a word of the longest line. Time: linear. */
#include "common/text.h"
#include "filter/lm/logs.h"
#include "filter/lm/model.h"
#include "filter/lm/normal.h"
#include "filter/lm/words.h"
#include <stdlib.h>

#define AHEAD 8 /* a power of two */

const char *const lm_tier_name[3] = {"basic", "advanced", "expert"};

struct lm_scratch {
    struct buf line; /* normalised */
    uint64_t *key;   /* of each word, then its place is id's */
    uint32_t *id;    /* n words, then </s> */
    float *prob;
    uint8_t *matched;
    struct slice *word; /* for lm_score_line */
    struct lm_token *token;
    size_t n, cap, token_cap;
};

struct lm_scratch *lm_scratch_new(void)
{
    struct lm_scratch *s = calloc(1, sizeof *s);
    if (s) buf_init(&s->line, BUF_NO_MAX);
    return s;
}

void lm_scratch_free(struct lm_scratch *s)
{
    if (!s) return;
    buf_free(&s->line);
    free(s->key);
    free(s->id);
    free(s->prob);
    free(s->matched);
    free(s->word);
    free(s->token);
    free(s);
}

static int resize(void **p, size_t n, size_t size)
{
    void *q = realloc(*p, n * size);
    if (q) *p = q;
    return q ? 0 : -1;
}

static int grow(struct lm_scratch *s, struct err *e)
{
    size_t cap = s->cap ? 2 * s->cap : 1024;
    if (resize((void **)&s->key, cap, sizeof *s->key) < 0 ||
        resize((void **)&s->id, cap, sizeof *s->id) < 0 ||
        resize((void **)&s->prob, cap, sizeof *s->prob) < 0 ||
        resize((void **)&s->matched, cap, sizeof *s->matched) < 0 ||
        resize((void **)&s->word, cap, sizeof *s->word) < 0)
        return err_nomem(e, "scoring a line");
    s->cap = cap;
    return 0;
}

/* ------------------------------------------------------------------ words */

static int find_words(struct lm_scratch *s, struct slice line, struct err *e)
{
    struct slice word;
    s->n = 0;
    for (size_t at = 0; lm_word_next(line, &at, &word); s->n++) {
        if (s->n + 2 > s->cap && grow(s, e) < 0) return -ERR_IO;
        s->word[s->n] = word;
        s->key[s->n] = word_key(word.p, word.n);
    }
    return 0;
}

static void fetch_word(const struct lm *m, uint64_t key)
{
    __builtin_prefetch((const struct line_last *)m->words.lines + table_line(key, m->words.n_lines));
}

/* Ids of the words; </s> behind them. The names of the special words are no words. */
static void look_up_words(const struct lm *m, struct lm_scratch *s)
{
    const struct line_last *lines = m->words.lines;
    for (size_t i = 0; i < s->n && i < AHEAD; i++) fetch_word(m, s->key[i]);
    for (size_t i = 0; i < s->n; i++) {
        if (i + AHEAD < s->n) fetch_word(m, s->key[i + AHEAD]);
        uint64_t at = last_find(&m->words, s->key[i]);
        uint32_t id = at == UINT64_MAX ? WORD_UNK : lines[at / 5].value[at % 5].id;
        s->id[i] = id < WORD_FIRST || id >= m->count[1] ? WORD_UNK : id;
    }
    s->id[s->n] = WORD_EOS;
}

/* ------------------------------------------------------------------ n-grams */

struct state {                       /* what the words so far leave for the next */
    unsigned length;                 /* of the longest context from which something goes on */
    float backoff[LM_MAX_ORDER + 1]; /* [j]: of the j words before */
};

typedef uint64_t ahead_keys[AHEAD][LM_MAX_ORDER + 1];

/* Computes the keys of the n-grams that end in word i, and asks for their cache lines. */
static inline void fetch_grams(const struct lm *m, const uint32_t *id, size_t i, ahead_keys keys)
{
    uint64_t *k = keys[i % AHEAD];
    uint64_t h = gram_hash(0, id[i]);
    __builtin_prefetch(&m->unigram[id[i]]);
    for (unsigned j = 2; j <= m->order; j++) {
        if (j > i + 2) break;
        h = gram_hash(h, j == i + 2 ? WORD_BOS : id[i + 1 - j]);
        k[j] = h;
        const struct table *t = &m->gram[j];
        __builtin_prefetch((const char *)t->lines + 64 * table_line(h, t->n_lines));
    }
}

/* log10 p of the word, whose n-grams have these keys; *s goes on to the next word. */
static inline float score_word(const struct lm *m, uint32_t id, const uint64_t *key, struct state *s,
                               uint8_t *matched)
{
    struct lm_weight w = m->unigram[id];
    struct state next = {.length = 0};
    float prob = weight_prob(w.prob);
    bool longer = weight_extends_left(w.prob);
    unsigned k = 1;
    next.backoff[1] = w.backoff;
    if (!weight_is_no_right(w.backoff)) next.length = 1;
    while (longer && k <= s->length && k + 1 < m->order) {
        uint64_t at = middle_find(&m->gram[k + 1], key[k + 1]);
        if (at == UINT64_MAX) break;
        w = *middle_at(&m->gram[k + 1], at);
        k++;
        prob = weight_prob(w.prob);
        longer = weight_extends_left(w.prob);
        next.backoff[k] = w.backoff;
        if (!weight_is_no_right(w.backoff)) next.length = k;
    }
    if (longer && k <= s->length && k + 1 == m->order) {
        uint64_t at = last_find(&m->gram[k + 1], key[k + 1]);
        if (at != UINT64_MAX) {
            prob = ((const struct line_last *)m->gram[k + 1].lines)[at / 5].value[at % 5].prob;
            k++;
        }
    }
    for (unsigned j = k; j <= s->length; j++) prob += s->backoff[j];
    *matched = (uint8_t)k;
    *s = next;
    return prob;
}

static void begin(const struct lm *m, struct state *s)
{
    float backoff = m->unigram[WORD_BOS].backoff;
    *s = (struct state){.length = m->order > 1 && !weight_is_no_right(backoff), .backoff = {0, backoff}};
}

/* prob and matched of all words and of </s>. */
static void score_ids(const struct lm *m, struct lm_scratch *s)
{
    ahead_keys keys;
    struct state state;
    size_t n = s->n + 1;
    begin(m, &state);
    for (size_t i = 0; i < n && i < AHEAD; i++) fetch_grams(m, s->id, i, keys);
    for (size_t i = 0; i < n; i++) {
        s->prob[i] = score_word(m, s->id[i], keys[i % AHEAD], &state, &s->matched[i]);
        if (i + AHEAD < n) fetch_grams(m, s->id, i + AHEAD, keys);
    }
}

/* ------------------------------------------------------------------ texts */

static int score_line(const struct lm *m, struct lm_scratch *s, struct slice line, struct err *e)
{
    int r = 0;
    if (m->normal) {
        buf_clear(&s->line);
        r = lm_normalize(m->normal, line, &s->line, e);
        line = buf_slice(&s->line);
    }
    if (r == 0) r = find_words(s, line, e);
    if (r < 0 || s->n == 0) return r;
    look_up_words(m, s);
    score_ids(m, s);
    return 0;
}

int lm_score_text(const struct lm *m, struct lm_scratch *s, struct slice text, struct lm_score *r,
                  struct err *e)
{
    struct slice line;
    *r = (struct lm_score){0};
    for (size_t at = 0; line_next(text, &at, &line);) {
        int failed = score_line(m, s, line, e);
        if (failed < 0) return failed;
        if (s->n == 0) continue;
        for (size_t i = 0; i <= s->n; i++) r->log10 += (double)s->prob[i];
        for (size_t i = 0; i < s->n; i++) r->unknown += s->id[i] == WORD_UNK;
        r->words += s->n;
        r->sequences++;
    }
    if (r->words) r->perplexity = pow10_exactly(-r->log10 / (double)(r->words + r->sequences));
    return 0;
}

double lm_perplexity(const struct lm *m, struct lm_scratch *s, struct slice text, uint64_t *words,
                     struct err *e)
{
    struct lm_score r;
    int failed = lm_score_text(m, s, text, &r, e);
    *words = r.words;
    return failed < 0 ? failed : r.perplexity;
}

int lm_score_line(const struct lm *m, struct lm_scratch *s, struct slice line, const struct lm_token **tokens,
                  size_t *n, struct err *e)
{
    int r = score_line(m, s, line, e);
    *n = 0;
    if (r < 0 || s->n == 0) return r;
    if (s->n + 1 > s->token_cap) {
        if (resize((void **)&s->token, s->cap, sizeof *s->token) < 0) return err_nomem(e, "scoring a line");
        s->token_cap = s->cap;
    }
    *n = s->n + 1;
    for (size_t i = 0; i < *n; i++)
        s->token[i] = (struct lm_token){.word = i < s->n ? s->word[i] : slice_str("</s>"),
                                        .log10 = s->prob[i],
                                        .matched = s->matched[i],
                                        .unknown = s->id[i] == WORD_UNK};
    *tokens = s->token;
    return 0;
}

unsigned lm_order(const struct lm *m)
{
    return m->order;
}
unsigned lm_normal_of(const struct lm *m)
{
    return m->normal;
}
uint64_t lm_count(const struct lm *m, unsigned k)
{
    return m->count[k];
}
bool lm_mapped(const struct lm *m)
{
    return m->map != NULL;
}
uint64_t lm_bytes(const struct lm *m)
{
    uint64_t bytes = m->words.n_lines * 64 + m->count[1] * sizeof *m->unigram;
    for (unsigned k = 2; k <= m->order; k++) bytes += m->gram[k].n_lines * 64;
    return bytes;
}

int lm_open(struct lm **m, const char *path, const unsigned *normal, struct err *e)
{
    if (!model_is_binary(path)) return arpa_read(m, path, normal ? *normal : 0, e);
    int r = model_map(m, path, e);
    if (r == 0 && normal && *normal != (*m)->normal) {
        lm_close(*m);
        *m = NULL;
        r = err_set(e, ERR_USAGE, "%s was trained with another --normalize: leave the option out", path);
    }
    return r;
}
