/* score.c: the probability of a text.
 *
 * A text's lines become one row of words, <s> before and </s> behind each line's. Then the n-grams that end in each word
 * are looked up order by order: of an order only those whose shorter n-gram is there and is the end of a longer one. In
 * each such pass the cache lines are asked for AHEAD look-ups before they are read, so that scoring waits for memory rarely.
 * At last one pass takes, for each word, the longest n-gram's probability and adds the backoffs of the longer contexts: as
 * KenLM does, in float, from the shorter context to the longer.
 *
 * State: a scratch with the words of one text. Memory: 24 bytes a word of the longest text, and BATCH words' n-grams.
 * Time: linear. */
#include "common/text.h"
#include "filter/lm/logs.h"
#include "filter/lm/model.h"
#include "filter/lm/normal.h"
#include "filter/lm/words.h"
#include <stdlib.h>

#define AHEAD 12
#define BATCH 512 /* words whose n-grams are looked up together: their values stay in the first cache */

const char *const lm_tier_name[3] = {"basic", "advanced", "expert"};

struct found {  /* of one word: what is there of the n-grams that end in it */
    unsigned k; /* the longest */
    float prob[LM_MAX_ORDER + 1], backoff[LM_MAX_ORDER + 1];
};

struct lm_scratch {
    struct buf line; /* normalised, all lines of a text when tokens are asked for */
    uint64_t *key;   /* of each word; 0 and 1 stand for <s> and </s> */
    uint32_t *id;
    struct lm_weight *weight; /* of the word alone */
    float *prob;
    uint8_t *matched;
    struct lm_token *token;
    size_t n, cap, token_cap; /* n: with <s> and </s> */
    /* of a batch */
    struct found found[BATCH];
    uint32_t alive[BATCH]; /* indices of words whose longer n-grams are looked for */
    uint64_t hash[BATCH];  /* of their n-grams */
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
    free(s->weight);
    free(s->prob);
    free(s->matched);
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
        resize((void **)&s->weight, cap, sizeof *s->weight) < 0 ||
        resize((void **)&s->prob, cap, sizeof *s->prob) < 0 ||
        resize((void **)&s->matched, cap, sizeof *s->matched) < 0)
        return err_nomem(e, "scoring a text");
    s->cap = cap;
    return 0;
}

/* ------------------------------------------------------------------ words */

#define KEY_BOS 0 /* no word's: word_key is above both */
#define KEY_EOS 1

/* Adds the keys of the line's words, <s> before and </s> behind them; *words counts them. 0: there are none. */
static int add_line(struct lm_scratch *s, struct slice line, uint64_t *words, struct err *e)
{
    struct slice word;
    size_t first = s->n, at = 0;
    if (!lm_word_next(line, &at, &word)) return 0;
    do {
        if (s->n + 3 > s->cap && grow(s, e) < 0) return -ERR_IO;
        if (s->n == first) s->key[s->n++] = KEY_BOS;
        s->key[s->n++] = word_key(word.p, word.n);
    } while (lm_word_next(line, &at, &word));
    *words += s->n - first - 1;
    s->key[s->n++] = KEY_EOS;
    return 1;
}

/* Ids and weights of the words. The names of the special words are not in the table, and so unknown. */
static void look_up_words(const struct lm *m, struct lm_scratch *s)
{
    const struct table *t = &m->words;
    for (size_t i = 0; i < s->n; i++) {
        if (i + AHEAD < s->n)
            __builtin_prefetch((const struct line_middle *)t->lines +
                               table_line(s->key[i + AHEAD], t->n_lines));
        unsigned special = s->key[i] == KEY_BOS ? WORD_BOS : s->key[i] == KEY_EOS ? WORD_EOS : WORD_UNK;
        uint64_t at = special == WORD_UNK ? middle_find(t, s->key[i]) : UINT64_MAX;
        s->id[i] = at == UINT64_MAX ? special : WORD_FIRST + (uint32_t)at;
        s->weight[i] = at == UINT64_MAX ? m->special[special] : *middle_at(t, at);
    }
}

/* ------------------------------------------------------------------ n-grams */

/* The unigrams; those that may be the end of a longer one come alive. Returns how many. */
static size_t start_batch(const struct lm *m, struct lm_scratch *s, size_t from, size_t n)
{
    size_t alive = 0;
    for (size_t i = 0; i < n; i++) {
        struct lm_weight w = s->weight[from + i];
        struct found *f = &s->found[i];
        f->k = 1;
        f->prob[1] = weight_prob(w.prob);
        f->backoff[1] = w.backoff;
        s->alive[alive] = (uint32_t)i;
        s->hash[alive] = gram_hash(0, s->id[from + i]);
        alive += s->id[from + i] != WORD_BOS && weight_extends_left(w.prob);
    }
    return m->order > 1 ? alive : 0;
}

/* Hashes of the k-grams of the words that are alive; what would reach over <s> is none. Returns how many are left. */
static size_t hash_grams(struct lm_scratch *s, size_t from, unsigned k, size_t alive)
{
    size_t left = 0;
    for (size_t j = 0; j < alive; j++) {
        const uint32_t *id = s->id + from + s->alive[j];
        if (k > 2 && *(id + 2 - k) == WORD_BOS)
            continue; /* a row begins with <s>: its beginning is never passed */
        s->alive[left] = s->alive[j];
        s->hash[left++] = gram_hash(s->hash[j], *(id + 1 - k));
    }
    return left;
}

static void fetch(const struct table *t, uint64_t hash)
{
    __builtin_prefetch((const char *)t->lines + 64 * table_line(hash, t->n_lines));
}

static size_t find_middles(struct lm_scratch *s, unsigned k, size_t alive, const struct table *t)
{
    size_t left = 0;
    for (size_t j = 0; j < alive && j < AHEAD; j++) fetch(t, s->hash[j]);
    for (size_t j = 0; j < alive; j++) {
        if (j + AHEAD < alive) fetch(t, s->hash[j + AHEAD]);
        uint64_t at = middle_find(t, s->hash[j]);
        if (at == UINT64_MAX) continue;
        struct lm_weight w = *middle_at(t, at);
        struct found *f = &s->found[s->alive[j]];
        f->k = k;
        f->prob[k] = weight_prob(w.prob);
        f->backoff[k] = w.backoff;
        s->alive[left] = s->alive[j];
        s->hash[left] = s->hash[j];
        left += weight_extends_left(w.prob);
    }
    return left;
}

static void find_lasts(struct lm_scratch *s, unsigned k, size_t alive, const struct table *t)
{
    for (size_t j = 0; j < alive && j < AHEAD; j++) fetch(t, s->hash[j]);
    for (size_t j = 0; j < alive; j++) {
        if (j + AHEAD < alive) fetch(t, s->hash[j + AHEAD]);
        uint64_t at = last_find(t, s->hash[j]);
        if (at == UINT64_MAX) continue;
        struct found *f = &s->found[s->alive[j]];
        f->k = k;
        f->prob[k] = last_at(t, at);
    }
}

static void look_up_grams(const struct lm *m, struct lm_scratch *s, size_t from, size_t n)
{
    size_t alive = start_batch(m, s, from, n);
    for (unsigned k = 2; k <= m->order && alive; k++) {
        alive = hash_grams(s, from, k, alive);
        if (k < m->order)
            alive = find_middles(s, k, alive, &m->gram[k]);
        else
            find_lasts(s, k, alive, &m->gram[k]);
    }
}

struct state {                       /* what the words so far leave for the next */
    unsigned length;                 /* of the longest context from which something goes on */
    float backoff[LM_MAX_ORDER + 1]; /* [j]: of the j words before */
};

/* log10 p of the word for which these n-grams are there; *s goes on to the next word. A model may lack the context of an
 * n-gram that it has: then, as in KenLM, the n-gram is out of reach. */
static inline float combine(const struct found *f, unsigned order, struct state *s, uint8_t *matched)
{
    unsigned k = f->k <= s->length + 1 ? f->k : s->length + 1;
    float prob = f->prob[k];
    for (unsigned j = k; j <= s->length; j++) prob += s->backoff[j];
    s->length = 0;
    for (unsigned j = 1; j <= k && j < order; j++) {
        s->backoff[j] = f->backoff[j];
        if (!weight_is_no_right(f->backoff[j])) s->length = j;
    }
    *matched = (uint8_t)k;
    return prob;
}

/* prob and matched of all words of the row. */
static void score_row(const struct lm *m, struct lm_scratch *s)
{
    struct state state = {0};
    for (size_t from = 0; from < s->n; from += BATCH) {
        size_t n = s->n - from < BATCH ? s->n - from : BATCH;
        look_up_grams(m, s, from, n);
        for (size_t i = 0; i < n; i++) {
            if (s->id[from + i] == WORD_BOS) state.length = 0;
            s->prob[from + i] = combine(&s->found[i], m->order, &state, &s->matched[from + i]);
        }
    }
}

/* ------------------------------------------------------------------ texts */

static int add_text_line(const struct lm *m, struct lm_scratch *s, struct slice line, uint64_t *words,
                         struct err *e)
{
    int r = 0;
    if (m->normal) {
        buf_clear(&s->line);
        r = lm_normalize(m->normal, line, &s->line, e);
        line = buf_slice(&s->line);
    }
    return r < 0 ? r : add_line(s, line, words, e);
}

/* Words of whole lines are scored when so many have come together: the row of a long text stays short. */
#define ROW 16384

static void end_row(const struct lm *m, struct lm_scratch *s, struct lm_score *r)
{
    look_up_words(m, s);
    score_row(m, s);
    for (size_t i = 0; i < s->n; i++) {
        if (s->id[i] != WORD_BOS) r->log10 += (double)s->prob[i];
        r->unknown += s->id[i] == WORD_UNK;
    }
    s->n = 0;
}

int lm_score_text(const struct lm *m, struct lm_scratch *s, struct slice text, struct lm_score *r,
                  struct err *e)
{
    struct slice line;
    *r = (struct lm_score){0};
    s->n = 0;
    for (size_t at = 0; line_next(text, &at, &line);) {
        int added = add_text_line(m, s, line, &r->words, e);
        if (added < 0) return added;
        r->sequences += (uint64_t)added;
        if (s->n >= ROW) end_row(m, s, r);
    }
    end_row(m, s, r);
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

static int grow_tokens(struct lm_scratch *s, struct err *e)
{
    if (s->n <= s->token_cap) return 0;
    if (resize((void **)&s->token, s->cap, sizeof *s->token) < 0) return err_nomem(e, "scoring a line");
    s->token_cap = s->cap;
    return 0;
}

int lm_score_line(const struct lm *m, struct lm_scratch *s, struct slice line, const struct lm_token **tokens,
                  size_t *n, struct err *e)
{
    uint64_t words = 0;
    size_t at = 0;
    *n = s->n = 0;
    int r = add_text_line(m, s, line, &words, e);
    if (r <= 0) return r;
    if (grow_tokens(s, e) < 0) return -ERR_IO;
    look_up_words(m, s);
    score_row(m, s);
    line = m->normal ? buf_slice(&s->line) : line;
    *n = s->n - 1;
    for (size_t i = 0; i < *n; i++) {
        struct slice word = slice_str("</s>");
        if (i + 1 < *n) lm_word_next(line, &at, &word);
        s->token[i] = (struct lm_token){word, s->prob[i + 1], s->matched[i + 1], s->id[i + 1] == WORD_UNK};
    }
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
    uint64_t bytes = m->words.n_lines * 64;
    for (unsigned k = 2; k <= m->order; k++) bytes += m->gram[k].n_lines * 64;
    return bytes;
}

int other_normal(const char *path, struct err *e)
{
    return err_set(e, ERR_USAGE, "%s was trained with another --normalize: leave the option out", path);
}

int lm_open(struct lm **m, const char *path, const unsigned *normal, struct err *e)
{
    if (!model_is_binary(path)) return arpa_read(m, path, normal, e);
    int r = model_map(m, path, e);
    if (r == 0 && normal && *normal != (*m)->normal) {
        lm_close(*m);
        *m = NULL;
        r = other_normal(path, e);
    }
    return r;
}
