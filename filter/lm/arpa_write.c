/* arpa_write.c: a trained model as an ARPA file.
 *
 * Estimating is one stream; turning its numbers and ids into text is what costs, so batches of n-grams are written out by
 * the pool: read takes them from the stream, work makes the lines.
 *
 * In: n-grams in context order. Out: ARPA, unigrams by id, the others by context. Memory: a few batches of 1 MiB, 16 bytes
 * a word. */
#include "filter/lm/arpa_write.h"
#include "common/pool.h"
#include "filter/lm/logs.h"
#include "filter/lm/normal.h"
#include "filter/lm/wordtable.h"
#include <stdio.h>
#include <stdlib.h>

#define BATCH 8192
#define AHEAD 8        /* n-grams */
#define SHORT_BYTES 15 /* of a word in the table */
#define NUMBER_BYTES 32
#define LINE_BYTES (2 * NUMBER_BYTES + LM_MAX_ORDER * (SHORT_BYTES + 1) + 16) /* at most, with short words */

struct batch {
    struct estimated at[BATCH]; /* of one order */
    double log10[BATCH];
    size_t n;
    struct buf text;
};

/* A word where one look finds all of it. */
struct short_word {
    char text[SHORT_BYTES];
    uint8_t bytes; /* SHORT_BYTES + 1: the word is longer, and not here */
};

struct writer {
    struct estimate *x;
    const struct counter *c;
    const struct vocab *v;
    struct short_word *words; /* by id */
    unsigned normal;
    struct out *o;
    unsigned title; /* of the section that was begun last */
};

/* ------------------------------------------------------------------ numbers */

/* The eight decimal digits of x < 10^8 in eight bytes, the first in the lowest: halves, quarters, eighths at once. */
static uint64_t eight_digits(uint32_t x)
{
    uint64_t v = x / 10000 | (uint64_t)(x % 10000) << 32;
    uint64_t high = (v * 10486 >> 20) & 0x0000007F0000007FULL;
    v = high | (v - high * 100) << 16;
    high = (v * 103 >> 10) & 0x000F000F000F000FULL;
    return high | (v - high * 10) << 8;
}

static char *put_whole(char *p, uint64_t whole)
{
    char digits[24];
    size_t n = 0;
    do digits[n++] = (char)('0' + whole % 10);
    while (whole /= 10);
    while (n) *p++ = digits[--n];
    return p;
}

size_t arpa_put_number(char *p, double v)
{
    char *start = p;
    if (!(v > LOG10_OF_ZERO)) v = LOG10_OF_ZERO;
    *p = '-';
    p += v < 0;
    uint64_t scaled = (uint64_t)((v < 0 ? -v : v) * 1e7 + 0.5), whole = scaled / 10000000,
             part = scaled % 10000000;
    if (whole < 10)
        *p++ = (char)('0' + whole);
    else
        p = put_whole(p, whole);
    if (part == 0) return (size_t)(p - start);
    uint64_t digits = eight_digits((uint32_t)part * 10);
    unsigned zeros = (unsigned)__builtin_clzll(digits) / 8;
    digits |= 0x3030303030303030ULL;
    *p++ = '.';
    for (int i = 0; i < 8; i++) p[i] = (char)(digits >> 8 * i);
    return (size_t)(p + 8 - zeros - start);
}

/* ------------------------------------------------------------------ batches */

static void *batch_new(void *ctx)
{
    struct batch *b = malloc(sizeof *b);
    if (b) buf_init(&b->text, BUF_NO_MAX);
    return b;
}

static void batch_free(void *ctx, void *batch)
{
    struct batch *b = batch;
    buf_free(&b->text);
    free(b);
}

static int batch_read(void *ctx, void *batch, struct err *e)
{
    struct writer *w = ctx;
    struct batch *b = batch;
    int64_t n = estimate_next(w->x, b->at, BATCH, e);
    b->n = n < 0 ? 0 : (size_t)n;
    return n < 0 ? (int)n : n > 0;
}

/* The words of n-grams to come are fetched: they lie anywhere. Inlined, since gcc 12 takes a call without effects for a
 * needless one. */
static inline __attribute__((always_inline)) void fetch_words(const struct writer *w, const struct batch *b,
                                                              size_t i)
{
    const struct estimated *g = &b->at[i + AHEAD < b->n ? i + AHEAD : b->n - 1];
    for (unsigned j = 0; j < g->k; j++) __builtin_prefetch(&w->words[g->words[j]]);
}

static char *put_long_word(const struct writer *w, uint32_t id, struct buf *b, char *p)
{
    struct slice word = vocab_word(w->v, id);
    b->n = (size_t)(p - b->p);
    if (buf_reserve(b, word.n + LINE_BYTES) < 0) return NULL;
    memcpy(b->p + b->n, word.p, word.n);
    return b->p + b->n + word.n;
}

/* The backoff that was written last, as text: most are the same. */
struct written {
    float number;
    unsigned bytes;
    char text[NUMBER_BYTES];
};

static char *put_backoff(char *p, float backoff, struct written *last)
{
    if (backoff != last->number) {
        last->number = backoff;
        last->bytes = (unsigned)arpa_put_number(last->text, (double)backoff);
    }
    memcpy(p, last->text, NUMBER_BYTES);
    return p + last->bytes;
}

static int put_line(const struct writer *w, const struct estimated *g, double log10, struct written *backoff,
                    struct buf *b)
{
    if (b->cap - b->n < LINE_BYTES && buf_reserve(b, LINE_BYTES) < 0) return -1;
    char *p = b->p + b->n;
    p += arpa_put_number(p, log10 < 0 ? log10 : 0);
    for (unsigned i = 0; i < g->k; i++) {
        const struct short_word *word = &w->words[g->words[i]];
        *p++ = i ? ' ' : '\t';
        memcpy(p, word, sizeof *word);
        p += word->bytes;
        if (word->bytes > SHORT_BYTES && !(p = put_long_word(w, g->words[i], b, p - word->bytes))) return -1;
    }
    if (g->k < w->c->order) {
        *p++ = '\t';
        p = put_backoff(p, g->backoff, backoff);
    }
    *p++ = '\n';
    b->n = (size_t)(p - b->p);
    return 0;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    const struct writer *w = ctx;
    struct batch *b = batch;
    struct written backoff = {.number = 0, .bytes = 1, .text = "0"};
    buf_clear(&b->text);
    for (size_t i = 0; i < b->n; i++) b->log10[i] = b->at[i].p;
    log10_exactly_all(b->log10, b->n);
    for (size_t i = 0; i < b->n; i++) {
        fetch_words(w, b, i);
        if (put_line(w, &b->at[i], b->log10[i], &backoff, &b->text) < 0)
            return err_nomem(e, "writing a language model");
    }
    return 0;
}

static int put_title(struct writer *w, unsigned k, struct err *e)
{
    char title[24];
    int n = snprintf(title, sizeof title, "\n\\%u-grams:\n", k);
    w->title = k;
    return out_write(w->o, title, (size_t)n, 0, e);
}

static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct writer *w = ctx;
    struct batch *b = batch;
    int r = b->at[0].k > w->title ? put_title(w, b->at[0].k, e) : 0;
    return r < 0 ? r : out_write(w->o, b->text.p, b->text.n, b->n, e);
}

static int put_header(const struct writer *w, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    if (w->normal) {
        buf_puts(&b, ARPA_NORMAL);
        lm_normal_put(w->normal, &b);
        buf_puts(&b, "\n\n");
    }
    buf_puts(&b, "\\data\\\n");
    for (unsigned k = 1; k <= w->c->order; k++)
        buf_printf(&b, "ngram %u=%llu\n", k, (unsigned long long)w->c->level[k].kept);
    int r = b.failed ? err_nomem(e, "writing a language model") : out_write(w->o, b.p, b.n, 0, e);
    buf_free(&b);
    return r;
}

static int make_words(struct writer *w, struct err *e)
{
    w->words = word_table_new(w->v->n, sizeof *w->words);
    if (!w->words) return err_nomem(e, "writing a language model");
    for (uint64_t i = 0; i < w->v->n; i++) {
        struct slice word = vocab_word(w->v, i);
        w->words[i].bytes = word.n > SHORT_BYTES ? SHORT_BYTES + 1 : (uint8_t)word.n;
        if (word.n <= SHORT_BYTES) memcpy(w->words[i].text, word.p, word.n);
    }
    return 0;
}

static int put_grams(struct writer *w, int threads, struct err *e)
{
    static const struct pool_ops ops = {batch_new,  batch_free, NULL,       NULL,
                                        batch_read, batch_work, batch_write};
    int r = pool_run(threads, &ops, w, e);
    for (unsigned k = w->title + 1; k <= w->c->order && r == 0;
         k++) /* orders that pruning left without n-grams */
        r = put_title(w, k, e);
    return r;
}

int arpa_write(struct estimate *x, const struct counter *c, const struct vocab *v, unsigned normal,
               int threads, struct out *o, struct err *e)
{
    struct writer w = {.x = x, .c = c, .v = v, .normal = normal, .o = o};
    int r = make_words(&w, e);
    if (r == 0) r = put_header(&w, e);
    if (r == 0) r = put_grams(&w, threads, e);
    free(w.words);
    return r < 0 ? r : out_write(o, "\n\\end\\\n", 7, 0, e);
}
