/* verb_score.c: leat lm score, leat lm tiers.
 *
 * score: every document's perplexity into its metadata or attributes, and what --tiers and --max-perplexity make of it; of
 * lines a line of numbers each. tiers: a histogram of perplexities, and the two that part the documents.
 * In: documents, or lines with --text. Out: the same, or text. State: the model, the histogram. Memory: lm.h's. */
#include "common/json.h"
#include "common/stage.h"
#include "common/text.h"
#include "filter/lm/lm.h"
#include "filter/lm/logs.h"
#include "filter/lm/normal.h"
#include "filter/lm/textlines.h"
#include "filter/lm/verbs.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static int parse_cuts(const char *option, const char *z, double cut[2], struct err *e)
{
    cut[0] = cut[1] = 0;
    if (lm_option_numbers(option, z, cut, 2, e) < 0) return -ERR_USAGE;
    if (cut[0] > 0 && cut[0] <= cut[1]) return 0;
    return err_set(e, ERR_USAGE, "--%s %s: the first must be above 0 and not above the second", option, z);
}

/* ------------------------------------------------------------------ score */

#define BINS_PER_DECADE 2000
#define DECADES 16

struct scoring {
    const struct lm_options *o;
    struct lm *lm;
    double cut[2];
    struct out *out;                              /* with --text */
    atomic_ullong bin[BINS_PER_DECADE * DECADES]; /* tiers: documents by log10 of their perplexity */
};

struct score_worker {
    struct lm_scratch *lm;
    struct buf scratch;
};

static void *score_worker_new(void *ctx)
{
    struct score_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->scratch, BUF_NO_MAX);
    w->lm = lm_scratch_new();
    if (w->lm) return w;
    free(w);
    return NULL;
}

static void score_worker_free(void *ctx, void *worker)
{
    struct score_worker *w = worker;
    lm_scratch_free(w->lm);
    buf_free(&w->scratch);
    free(w);
}

/* NULL: *e is set. */
static struct scoring *scoring_new(const struct lm_options *o, struct err *e)
{
    struct scoring *s = calloc(1, sizeof *s);
    if (s)
        s->o = o;
    else
        err_nomem(e, "opening a model");
    return s;
}

static int open_model(struct scoring *s, struct tool *t)
{
    const struct lm_options *o = s->o;
    unsigned bits;
    int r = 0;
    if (!o->model) return err_set(&t->err, ERR_USAGE, "no model: give one with -m");
    if (o->normalize) r = lm_normal_parse(o->normalize, &bits, &t->err);
    if (r == 0 && o->tiers) r = parse_cuts("tiers", o->tiers, s->cut, &t->err);
    if (r == 0) r = lm_open(&s->lm, o->model, o->normalize ? &bits : NULL, &t->err);
    return r;
}

static void close_model(struct scoring *s)
{
    lm_close(s->lm);
    free(s);
}

static double oov(const struct lm_score *r)
{
    return (double)r->unknown / (double)r->words;
}

static int put_score(const struct scoring *s, const struct lm_score *r, struct doc *d)
{
    if (r->words == 0) {
        doc_meta_set_raw(d, "perplexity", slice_str("null"));
        return doc_meta_set_raw(d, "perplexity_oov", slice_str("null"));
    }
    if (s->o->tiers) doc_meta_set_str(d, "tier", slice_str(lm_tier_name[lm_tier(r->perplexity, s->cut)]));
    doc_meta_set_num(d, "perplexity", r->perplexity);
    return doc_meta_set_num(d, "perplexity_oov", oov(r));
}

/* "lm__perplexity":[[0,LENGTH,VALUE]],… */
static int put_attributes(const struct scoring *s, struct score_worker *w, const struct lm_score *r,
                          struct doc *d, struct stage_out *o)
{
    unsigned long long chars = utf8_count(d->text.p, d->text.n);
    struct buf *b = &w->scratch;
    buf_clear(b);
    if (r->words) {
        buf_printf(b, "\"lm__perplexity\":[[0,%llu,", chars);
        json_put_num(b, r->perplexity);
        buf_printf(b, "]],\"lm__oov\":[[0,%llu,", chars);
        json_put_num(b, oov(r));
        buf_puts(b, "]]");
        if (s->o->tiers)
            buf_printf(b, ",\"lm__tier_%s\":[[0,%llu,1]]", lm_tier_name[lm_tier(r->perplexity, s->cut)],
                       chars);
    }
    return buf_terminate(b) < 0 ? -ERR_IO : stage_attributes(o, d, b->p);
}

static int put_tokens(const struct scoring *s, struct score_worker *w, struct slice text, struct buf *out,
                      struct err *e)
{
    const struct lm_token *token;
    struct slice line;
    size_t n;
    for (size_t at = 0; line_next(text, &at, &line);) {
        int r = lm_score_line(s->lm, w->lm, line, &token, &n, e);
        if (r < 0) return r;
        for (size_t i = 0; i < n; i++) {
            buf_put_slice(out, token[i].word);
            buf_printf(out, "\t%.9g\t%u%s\n", (double)token[i].log10, token[i].matched,
                       token[i].unknown ? "\tunknown" : "");
        }
    }
    return out->failed ? err_nomem(e, "writing tokens") : 0;
}

static int score_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct scoring *s = ctx;
    struct score_worker *w = worker;
    struct lm_score score;
    int r;
    if (s->o->tokens) {
        r = put_tokens(s, w, d->text, o->out, e);
        return r < 0 ? r : stage_emit(o, d, 1);
    }
    r = lm_score_text(s->lm, w->lm, d->text, &score, e);
    if (r < 0) return r;
    r = o->attributes ? put_attributes(s, w, &score, d, o) : put_score(s, &score, d);
    if (r < 0) return r;
    if (s->o->max_perplexity == 0 || score.perplexity <= s->o->max_perplexity) return stage_keep(o, d);
    buf_clear(&w->scratch);
    json_put_num(&w->scratch, score.perplexity);
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_drop(o, d, "perplexity", w->scratch.p);
}

static int score_text_line(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e)
{
    struct scoring *s = ctx;
    struct score_worker *w = worker;
    struct lm_score r;
    if (s->o->tokens) return put_tokens(s, w, line, out, e);
    int failed = lm_score_text(s->lm, w->lm, line, &r, e);
    if (failed < 0) return failed;
    json_put_num(out, r.log10);
    buf_putc(out, '\t');
    if (r.words)
        json_put_num(out, r.perplexity);
    else
        buf_puts(out, "nan");
    return buf_printf(out, "\t%llu\t%llu\n", (unsigned long long)r.words, (unsigned long long)r.unknown);
}

static int score_text_write(void *ctx, struct slice made, uint64_t lines, struct err *e)
{
    struct scoring *s = ctx;
    return out_write(s->out, made.p, made.n, lines, e);
}

static int score_text(struct tool *t, struct scoring *s)
{
    static const struct textlines_ops ops = {.worker_new = score_worker_new,
                                             .worker_free = score_worker_free,
                                             .line = score_text_line,
                                             .blank_too = true,
                                             .write = score_text_write};
    struct err later = {0};
    int r = tool_open_output(t, "text", &s->out, &t->err);
    if (r < 0) return r;
    r = textlines_run(t, &ops, s);
    int closed = out_close(s->out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

int lm_run_score(struct tool *t, const struct lm_options *o)
{
    struct stage_ops ops = {.kind = o->tokens ? "text" : "jsonl",
                            .worker_new = score_worker_new,
                            .worker_free = score_worker_free,
                            .doc = score_doc};
    struct scoring *s = scoring_new(o, &t->err);
    if (!s) return -ERR_IO;
    int r = open_model(s, t);
    if (r == 0) r = o->text ? score_text(t, s) : stage_run(t, &ops, s);
    close_model(s);
    return r;
}

/* ------------------------------------------------------------------ tiers */

static void count_perplexity(struct scoring *s, double perplexity)
{
    double place = log10_exactly(perplexity) * BINS_PER_DECADE;
    size_t last = BINS_PER_DECADE * DECADES - 1;
    atomic_fetch_add(&s->bin[place < 0 ? 0 : place < (double)last ? (size_t)place : last], 1);
}

static int tiers_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct score_worker *w = worker;
    struct scoring *s = ctx;
    struct lm_score score;
    int r = lm_score_text(s->lm, w->lm, d->text, &score, e);
    if (r < 0) return r;
    if (score.words) count_perplexity(s, score.perplexity);
    return stage_emit(o, d, 0);
}

static int tiers_line(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e)
{
    struct score_worker *w = worker;
    struct scoring *s = ctx;
    struct lm_score score;
    int r = lm_score_text(s->lm, w->lm, line, &score, e);
    if (r == 0 && score.words) count_perplexity(s, score.perplexity);
    return r;
}

static int tiers_write(void *ctx, struct slice made, uint64_t lines, struct err *e)
{
    return 0;
}

/* The upper end of the bin in which the document of this rank lies; -1: there are none. */
static double quantile(const struct scoring *s, double share)
{
    unsigned long long all = 0, below = 0;
    size_t i = 0;
    for (size_t b = 0; b < BINS_PER_DECADE * DECADES; b++) all += s->bin[b];
    if (all == 0) return -1;
    while (i < BINS_PER_DECADE * DECADES - 1 && (double)(below + s->bin[i]) < share * (double)all)
        below += s->bin[i++];
    return pow10_exactly((double)(i + 1) / BINS_PER_DECADE);
}

static int print_tiers(struct tool *t, const struct scoring *s, const double share[2])
{
    struct out *out;
    char line[80];
    struct err later = {0};
    if (quantile(s, 0) < 0)
        return err_set(&t->err, ERR_DATA, "no document has words: there is nothing to cut into tiers");
    int r = tool_open_output(t, "text", &out, &t->err);
    if (r < 0) return r;
    int n = snprintf(line, sizeof line, "%.1f,%.1f\n", quantile(s, share[0]), quantile(s, share[1]));
    r = out_write(out, line, (size_t)n, 1, &t->err);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

int lm_run_tiers(struct tool *t, const struct lm_options *o)
{
    static const struct stage_ops ops = {
        .worker_new = score_worker_new, .worker_free = score_worker_free, .doc = tiers_doc};
    static const struct textlines_ops lines = {.worker_new = score_worker_new,
                                               .worker_free = score_worker_free,
                                               .line = tiers_line,
                                               .write = tiers_write};
    struct scoring *s = scoring_new(o, &t->err);
    double share[2] = {0};
    if (!s) return -ERR_IO;
    int r = parse_cuts("quantiles", o->quantiles, share, &t->err);
    if (r == 0 && share[1] > 1)
        r = err_set(&t->err, ERR_USAGE, "--quantiles %s: shares are at most 1", o->quantiles);
    if (r == 0) r = open_model(s, t);
    if (r == 0) r = o->text ? textlines_run(t, &lines, s) : stage_run(t, &ops, s);
    if (r == 0) r = print_tiers(t, s, share);
    close_model(s);
    return r;
}
