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

#define BATCH 8192

struct batch {
    struct estimated at[BATCH];
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

size_t arpa_put_number(char *p, double v)
{
    char *start = p, digits[24];
    if (v < 0) *p++ = '-';
    uint64_t scaled = (uint64_t)((v < 0 ? -v : v) * 1e7 + 0.5), whole = scaled / 10000000,
             part = scaled % 10000000;
    size_t n = 0;
    do digits[n++] = (char)('0' + whole % 10);
    while (whole /= 10);
    while (n) *p++ = digits[--n];
    if (part == 0) return (size_t)(p - start);
    *p++ = '.';
    for (uint64_t unit = 1000000; part; part %= unit, unit /= 10) *p++ = (char)('0' + part / unit);
    return (size_t)(p - start);
}

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
    int r = 1;
    b->n = 0;
    while (b->n < BATCH && (r = estimate_next(w->x, &b->at[b->n], e)) > 0) b->n++;
    return r < 0 ? r : b->n > 0;
}

static int put_line(const struct writer *w, const struct estimated *g, struct buf *b)
{
    char number[40];
    struct slice words[LM_MAX_ORDER];
    const unsigned k = g->k;
    size_t bytes = 2 * sizeof number;
    double log10 = log10_exactly(g->p);
    for (unsigned i = 0; i < k; i++) {
        words[i] = vocab_word(w->v, estimated_word(g, i, w->c->bits));
        bytes += words[i].n + 1;
    }
    if (buf_reserve(b, bytes) < 0) return -1;
    char *p = b->p + b->n;
    p += arpa_put_number(p, log10 < 0 ? log10 : 0);
    for (unsigned i = 0; i < k; i++) {
        *p++ = i ? ' ' : '\t';
        memcpy(p, words[i].p, words[i].n);
        p += words[i].n;
    }
    if (k < w->c->order) {
        *p++ = '\t';
        p += arpa_put_number(p, (double)g->backoff);
    }
    *p++ = '\n';
    b->n = (size_t)(p - b->p);
    return 0;
}

static int batch_work(void *ctx, void *worker, void *batch, struct err *e)
{
    const struct writer *w = ctx;
    struct batch *b = batch;
    unsigned k = b->at[0].k;
    buf_clear(&b->text);
    for (size_t i = 0; i < b->n; i++) {
        if (b->at[i].k != k) buf_printf(&b->text, "\n\\%u-grams:\n", b->at[i].k);
        k = b->at[i].k;
        if (put_line(w, &b->at[i], &b->text) < 0) return err_nomem(e, "writing a language model");
    }
    return b->text.failed ? err_nomem(e, "writing a language model") : 0;
}

/* A section whose first n-gram is a batch's first gets its title here: only the writer knows that it is the first. */
static int batch_write(void *ctx, void *batch, struct err *e)
{
    struct writer *w = ctx;
    struct batch *b = batch;
    char title[24];
    int r = 0;
    if (b->at[0].k > w->title) {
        int n = snprintf(title, sizeof title, "\n\\%u-grams:\n", b->at[0].k);
        r = out_write(w->o, title, (size_t)n, 0, e);
    }
    w->title = b->at[b->n - 1].k;
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
         k++) { /* orders that pruning left without n-grams */
        char title[24];
        int n = snprintf(title, sizeof title, "\n\\%u-grams:\n", k);
        r = out_write(o, title, (size_t)n, 0, e);
    }
    return r < 0 ? r : out_write(o, "\n\\end\\\n", 7, 0, e);
}
