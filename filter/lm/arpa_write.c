/* arpa_write.c: a trained model as an ARPA file.
 *
 * Estimating is one stream; turning its numbers and ids into text is what costs, so batches of n-grams are written out by
 * the pool: read takes them from the stream, work makes the lines.
 *
 * In: n-grams in context order. Out: ARPA, unigrams by id, the others by context. Memory: a few batches of 1 MiB. */
#include "filter/lm/arpa_write.h"
#include "common/pool.h"
#include "filter/lm/logs.h"
#include <stdio.h>
#include <stdlib.h>

#define BATCH 4096
#define AHEAD 8                /* n-grams */
#define WORD_CHUNK VOCAB_SLACK /* words are copied by so many bytes, whatever their length */

struct batch {
    struct estimated at[BATCH]; /* of one order; p becomes its log10 */
    size_t n;
    struct buf text;
};

struct writer {
    struct estimate *x;
    const struct counter *c;
    const struct vocab *v;
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

static char *put_word(char *p, struct slice word)
{
    memcpy(p, word.p, WORD_CHUNK);
    if (word.n > WORD_CHUNK) memcpy(p + WORD_CHUNK, word.p + WORD_CHUNK, word.n - WORD_CHUNK);
    return p + word.n;
}

static int put_line(const struct writer *w, const struct estimated *g, struct buf *b)
{
    struct slice words[LM_MAX_ORDER];
    const unsigned k = g->k;
    size_t bytes = 80 + WORD_CHUNK;
    for (unsigned i = 0; i < k; i++) {
        words[i] = vocab_word(w->v, g->words[i]);
        bytes += words[i].n + 1;
    }
    if (bytes > b->cap - b->n && buf_reserve(b, bytes) < 0) return -1;
    char *p = b->p + b->n;
    p += arpa_put_number(p, g->p < 0 ? g->p : 0);
    for (unsigned i = 0; i < k; i++) {
        *p++ = i ? ' ' : '\t';
        p = put_word(p, words[i]);
    }
    if (k < w->c->order) {
        *p++ = '\t';
        p += arpa_put_number(p, (double)g->backoff);
    }
    *p++ = '\n';
    b->n = (size_t)(p - b->p);
    return 0;
}

/* The words of the n-gram i + 2 * AHEAD are looked for, those of i + AHEAD fetched: they lie anywhere. */
static inline __attribute__((always_inline)) void fetch_words(const struct writer *w, const struct batch *b,
                                                              size_t i)
{
    const struct estimated *far = &b->at[i + 2 * AHEAD < b->n ? i + 2 * AHEAD : b->n - 1];
    const struct estimated *near = &b->at[i + AHEAD < b->n ? i + AHEAD : b->n - 1];
    for (unsigned j = 0; j < far->k; j++) {
        __builtin_prefetch(&w->v->offset[far->words[j]]);
        __builtin_prefetch(w->v->bytes.p + w->v->offset[near->words[j]]);
    }
}

/* All logarithms first: reckoned one behind the other they overlap in the processor. */
static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    const struct writer *w = ctx;
    struct batch *b = batch;
    buf_clear(&b->text);
    for (size_t i = 0; i < b->n; i++) b->at[i].p = log10_exactly(b->at[i].p);
    for (size_t i = 0; i < b->n; i++) {
        fetch_words(w, b, i);
        if (put_line(w, &b->at[i], &b->text) < 0) return err_nomem(e, "writing a language model");
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
    buf_puts(&b, "\\data\\\n");
    for (unsigned k = 1; k <= w->c->order; k++)
        buf_printf(&b, "ngram %u=%llu\n", k, (unsigned long long)w->c->level[k].kept);
    int r = b.failed ? err_nomem(e, "writing a language model") : out_write(w->o, b.p, b.n, 0, e);
    buf_free(&b);
    return r;
}

int arpa_write(struct estimate *x, const struct counter *c, const struct vocab *v, int threads, struct out *o,
               struct err *e)
{
    static const struct pool_ops ops = {batch_new,  batch_free, NULL,       NULL,
                                        batch_read, batch_work, batch_write};
    struct writer w = {.x = x, .c = c, .v = v, .o = o};
    int r = put_header(&w, e);
    if (r == 0) r = pool_run(threads, &ops, &w, e);
    for (unsigned k = w.title + 1; k <= c->order && r == 0;
         k++) /* orders that pruning left without n-grams */
        r = put_title(&w, k, e);
    return r < 0 ? r : out_write(o, "\n\\end\\\n", 7, 0, e);
}
