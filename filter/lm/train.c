/* train.c: documents to a language model.
 *
 * cut (any thread): a text becomes the list of its different words and its words as places in that list, so that the one
 * thread that numbers words in input order looks each up once a text. add: ids go to a temporary file, 4 bytes a word.
 * estimate: count.c, estimate.c. write: arpa_write.c, or the tables of build.c.
 *
 * State: the vocabulary (at most a quarter of --memory), a temporary file. Memory: the sorter's half of --memory, then, for
 * a .blm, its tables. Temporary space: 4 bytes a word, 32 more when sorting outgrows memory; some 20 bytes an n-gram. */
#include "filter/lm/train.h"
#include "common/hash.h"
#include "common/pool.h"
#include "common/text.h"
#include "filter/lm/arpa_write.h"
#include "filter/lm/logs.h"
#include "filter/lm/model.h"
#include "filter/lm/normal.h"
#include "filter/lm/words.h"
#include <stdlib.h>

struct training {
    struct train_opts o;
    struct vocab vocab;
    struct spool *tokens;
    struct team *team;
    struct counter counter;
    struct estimate *estimate;
    uint32_t *id; /* of the words of one text */
    size_t id_cap;
    uint64_t n_tokens;
};

/* A text that was cut: header, words, tokens, the words' bytes, padded to 8. */
struct cut_header {
    uint64_t n_words, word_bytes, n_tokens;
};
struct cut_word {
    uint64_t hash;
    uint32_t offset, bytes;
};
#define END_OF_SEQUENCE UINT32_MAX

/* ------------------------------------------------------------------ cutting */

struct cut_slot { /* open addressing; of this text when round is the cutter's */
    uint32_t round, place;
};

struct cutter {
    unsigned normal;
    struct buf line, words, bytes, tokens; /* struct cut_word; their bytes; uint32_t */
    struct cut_slot *slot;
    size_t slots;
    uint32_t round;
};

struct cutter *cutter_new(const struct training *t)
{
    struct cutter *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->normal = t->o.normal;
    c->slots = 4096;
    c->slot = calloc(c->slots, sizeof *c->slot);
    buf_init(&c->line, BUF_NO_MAX);
    buf_init(&c->words, BUF_NO_MAX);
    buf_init(&c->bytes, BUF_NO_MAX);
    buf_init(&c->tokens, BUF_NO_MAX);
    if (c->slot) return c;
    free(c);
    return NULL;
}

void cutter_free(struct cutter *c)
{
    if (!c) return;
    buf_free(&c->line);
    buf_free(&c->words);
    buf_free(&c->bytes);
    buf_free(&c->tokens);
    free(c->slot);
    free(c);
}

static int grow_slots(struct cutter *c)
{
    const struct cut_word *w = (const struct cut_word *)(void *)c->words.p;
    size_t n = c->words.n / sizeof *w;
    struct cut_slot *slot = calloc(2 * c->slots, sizeof *slot);
    if (!slot) return -1;
    free(c->slot);
    c->slot = slot;
    c->slots *= 2;
    for (size_t i = 0; i < n; i++) {
        size_t at = w[i].hash & (c->slots - 1);
        while (slot[at].round == c->round) at = (at + 1) & (c->slots - 1);
        slot[at] = (struct cut_slot){c->round, (uint32_t)i};
    }
    return 0;
}
/* The slot of the word, or the empty one where it goes. */
static size_t find_slot(const struct cutter *c, struct slice word, uint64_t hash)
{
    const struct cut_word *w = (const struct cut_word *)(void *)c->words.p;
    size_t at = hash & (c->slots - 1);
    for (; c->slot[at].round == c->round; at = (at + 1) & (c->slots - 1)) {
        const struct cut_word *x = &w[c->slot[at].place];
        if (x->hash == hash && slice_eq(slice_of(c->bytes.p + x->offset, x->bytes), word)) break;
    }
    return at;
}

static int cut_word(struct cutter *c, struct slice word)
{
    uint64_t hash = hash64(word.p, word.n);
    size_t at = find_slot(c, word, hash), n = c->words.n / sizeof(struct cut_word);
    if (c->slot[at].round != c->round) {
        struct cut_word w = {.hash = hash, .offset = (uint32_t)c->bytes.n, .bytes = (uint32_t)word.n};
        if (buf_put(&c->words, &w, sizeof w) < 0 || buf_put_slice(&c->bytes, word) < 0) return -1;
        c->slot[at] = (struct cut_slot){c->round, (uint32_t)n};
        if (2 * n > c->slots && grow_slots(c) < 0) return -1;
        return buf_put(&c->tokens, &(uint32_t){(uint32_t)n}, sizeof(uint32_t));
    }
    return buf_put(&c->tokens, &c->slot[at].place, sizeof(uint32_t));
}

static int cut_line(struct cutter *c, struct slice line, struct err *e)
{
    struct slice word;
    size_t before = c->tokens.n;
    int r = 0;
    if (c->normal) {
        buf_clear(&c->line);
        r = lm_normalize(c->normal, line, &c->line, e);
        line = buf_slice(&c->line);
    }
    for (size_t at = 0; r == 0 && lm_word_next(line, &at, &word);)
        if (!vocab_is_special(word)) r = cut_word(c, word);
    if (r == 0 && c->tokens.n > before)
        r = buf_put(&c->tokens, &(uint32_t){END_OF_SEQUENCE}, sizeof(uint32_t));
    return r < 0 ? err_nomem(e, "cutting a text into words") : 0;
}

static int put_cut(const struct cutter *c, struct buf *b, struct err *e)
{
    struct cut_header h = {c->words.n / sizeof(struct cut_word), c->bytes.n, c->tokens.n / sizeof(uint32_t)};
    buf_put(b, &h, sizeof h);
    buf_put(b, c->words.p, c->words.n);
    buf_put(b, c->tokens.p, c->tokens.n);
    buf_put(b, c->bytes.p, c->bytes.n);
    buf_put(b, "\0\0\0\0\0\0\0", -b->n & 7);
    return b->failed ? err_nomem(e, "cutting a text into words") : 0;
}

int cutter_text(struct cutter *c, struct slice text, struct buf *b, struct err *e)
{
    struct slice line;
    int r = 0;
    if (text.n > UINT32_MAX / 4)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to learn from", text.n);
    buf_clear(&c->words);
    buf_clear(&c->bytes);
    buf_clear(&c->tokens);
    if (++c->round == 0) { /* after 2^32 texts the rounds begin anew */
        memset(c->slot, 0, c->slots * sizeof *c->slot);
        c->round = 1;
    }
    for (size_t at = 0; r == 0 && line_next(text, &at, &line);) r = cut_line(c, line, e);
    return r < 0 ? r : put_cut(c, b, e);
}

/* ------------------------------------------------------------------ adding */

int training_new(struct training **out, const struct train_opts *o, struct err *e)
{
    struct training *t = calloc(1, sizeof *t);
    if (!t) return err_nomem(e, "starting");
    t->o = *o;
    int r = vocab_init(&t->vocab, o->memory / 4, e);
    if (r == 0 && o->vocab) r = lm_vocab_load(&t->vocab, o->vocab, e);
    if (r == 0) r = spool_new(&t->tokens, o->tmp, e);
    if (r == 0 && !(t->team = team_new(o->threads))) r = err_nomem(e, "starting");
    *out = t;
    if (r == 0) return 0;
    training_free(t);
    *out = NULL;
    return r;
}

void training_free(struct training *t)
{
    if (!t) return;
    estimate_free(t->estimate);
    counter_free(&t->counter);
    spool_free(t->tokens);
    team_free(t->team);
    lm_vocab_free(&t->vocab);
    free(t->id);
    free(t);
}

static int number_words(struct training *t, const struct cut_word *w, size_t n, const char *bytes,
                        struct err *e)
{
    int r = 0;
    if (n > t->id_cap) {
        uint32_t *id = realloc(t->id, n * sizeof *id);
        if (!id) return err_nomem(e, "numbering words");
        t->id = id;
        t->id_cap = n;
    }
    for (size_t i = 0; i < n && r == 0; i++) {
        vocab_prefetch(&t->vocab, w[i + 8 < n ? i + 8 : n - 1].hash);
        r = vocab_id(&t->vocab, slice_of(bytes + w[i].offset, w[i].bytes), w[i].hash, &t->id[i], e);
    }
    return r;
}

int training_add(struct training *t, struct slice cut, struct err *e)
{
    const struct cut_header *h = (const struct cut_header *)(const void *)cut.p;
    const struct cut_word *w = (const struct cut_word *)(const void *)(h + 1);
    const uint32_t *token = (const uint32_t *)(const void *)(w + h->n_words);
    int r = number_words(t, w, h->n_words, (const char *)(token + h->n_tokens), e);
    for (uint64_t i = 0; i < h->n_tokens && r == 0; i++) {
        uint32_t *id = spool_room(t->tokens, sizeof *id, e);
        if (!id) return -ERR_IO;
        *id = token[i] == END_OF_SEQUENCE ? WORD_EOS : t->id[token[i]];
    }
    t->n_tokens += h->n_tokens;
    return r;
}

size_t training_cut_bytes(struct slice cuts)
{
    const struct cut_header *h = (const struct cut_header *)(const void *)cuts.p;
    size_t n =
        sizeof *h + h->n_words * sizeof(struct cut_word) + h->n_tokens * sizeof(uint32_t) + h->word_bytes;
    return (n + 7) & ~(size_t)7;
}

uint64_t training_tokens(const struct training *t)
{
    return t->n_tokens;
}

/* ------------------------------------------------------------------ estimating */

static unsigned bits_for(uint64_t n)
{
    return n < 2 ? 1 : 64 - (unsigned)__builtin_clzll(n - 1);
}

int training_estimate(struct training *t, struct err *e)
{
    struct counter *c = &t->counter;
    struct estimate_opts o;
    if (t->n_tokens == 0) return err_set(e, ERR_DATA, "no words to learn from");
    *c = (struct counter){.order = t->o.order,
                          .bits = bits_for(t->vocab.n),
                          .memory = t->o.memory / 2,
                          .team = t->team,
                          .tmp = t->o.tmp,
                          .n_words = t->vocab.n};
    if (c->bits * c->order > 128)
        return err_set(e, ERR_USAGE,
                       "%llu words are too many for order %u: give a smaller --order, or --vocab",
                       (unsigned long long)t->vocab.n, c->order);
    memcpy(c->prune, t->o.prune, sizeof c->prune);
    memcpy(o.fallback, t->o.fallback, sizeof o.fallback);
    int r = count_grams(c, t->tokens, e);
    spool_free(t->tokens);
    t->tokens = NULL;
    return r < 0 ? r : estimate_new(&t->estimate, c, &o, e);
}

const struct counter *training_counts(const struct training *t)
{
    return &t->counter;
}
const struct discounts *training_discounts(const struct training *t, unsigned k)
{
    return estimate_discounts(t->estimate, k);
}
uint64_t training_words(const struct training *t)
{
    return t->vocab.n;
}

int training_write_arpa(struct training *t, struct out *o, struct err *e)
{
    return arpa_write(t->estimate, &t->counter, &t->vocab, t->o.normal, t->o.threads, o, e);
}

/* ------------------------------------------------------------------ tables */

/* Unigrams come first, by id; then the words get their ids in the model: *ids[own id]. */
static int number_again(struct training *t, struct lm *m, uint32_t **ids, struct err *e)
{
    *ids = malloc(t->vocab.n * sizeof **ids);
    if (!*ids) {
        err_nomem(e, "building a language model");
        return -ERR_IO;
    }
    int r = model_words_done(m, e);
    for (uint64_t i = 0; i < t->vocab.n; i++) (*ids)[i] = model_word(m, vocab_word(&t->vocab, i));
    return r;
}

static int add_to_model(struct training *t, struct lm *m, const struct estimated *g, uint32_t **ids,
                        struct err *e)
{
    uint32_t words[LM_MAX_ORDER];
    double log10 = log10_exactly(g->p);
    float prob = log10 < LOG10_OF_ZERO ? (float)LOG10_OF_ZERO : log10 < 0 ? (float)log10 : 0;
    if (g->k == 1) {
        int r = model_add_word(m, vocab_word(&t->vocab, g->words[0]), prob, g->backoff, e);
        return r == 0 ? err_set(e, ERR_DATA, "two words have the same hash: train an ARPA file") : r;
    }
    int r = *ids ? 0 : number_again(t, m, ids, e);
    for (unsigned i = 0; i < g->k && r == 0; i++) words[i] = (*ids)[g->words[i]];
    return r < 0 ? r : model_add_gram(m, g->k, words, prob, g->backoff, e);
}

int training_write_binary(struct training *t, struct out *o, struct err *e)
{
    uint64_t counts[LM_MAX_ORDER + 1] = {0};
    struct estimated g;
    struct lm *m;
    uint32_t *ids = NULL;
    for (unsigned k = 1; k <= t->o.order; k++) counts[k] = t->counter.level[k].kept;
    int r = model_new(&m, t->o.order, t->o.normal, counts, e);
    if (r < 0) return r;
    while (r >= 0 && (r = (int)estimate_next(t->estimate, &g, 1, e)) > 0) {
        r = add_to_model(t, m, &g, &ids, e);
        if (r >= 0 && lm_bytes(m) > t->o.memory)
            r = err_set(e, ERR_USAGE,
                        "the tables of the .blm outgrow --memory: give more, or write an ARPA file");
    }
    if (r >= 0 && !ids) r = model_words_done(m, e);
    if (r >= 0) r = model_finish(m, e);
    if (r >= 0) r = blm_write(m, o, e);
    free(ids);
    lm_close(m);
    return r;
}
