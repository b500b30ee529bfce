/* verb_train.c: leat lm train.
 *
 * Words are cut on all threads and numbered in input order; counting, estimating and writing are train.h's.
 * In: documents, or lines with --text. Out: ARPA or .blm. State and memory: train.c's. */
#include "common/log.h"
#include "common/stage.h"
#include "common/text.h"
#include "filter/lm/normal.h"
#include "filter/lm/textlines.h"
#include "filter/lm/train.h"
#include "filter/lm/verbs.h"
#include <stdlib.h>

static int parse_prune(const char *prune, uint64_t out[LM_MAX_ORDER + 1], struct err *e)
{
    const char *z = prune;
    for (unsigned k = 1; k <= LM_MAX_ORDER; k++) {
        char *end;
        if (!*z) {
            out[k] = out[k - 1];
            continue;
        }
        out[k] = strtoull(z, &end, 10);
        if (end == z || *z == '-' || (*end && *end != ',') || out[k] < out[k - 1] || (k == 1 && out[k]))
            return err_set(e, ERR_USAGE,
                           "--prune %s: numbers joined by commas, from 0 and not descending, as in 0,0,1",
                           prune);
        z = *end ? end + 1 : end;
    }
    return *z ? err_set(e, ERR_USAGE, "--prune %s: more than %d orders", prune, LM_MAX_ORDER) : 0;
}

struct train_worker {
    struct cutter *cutter;
    struct buf cut;
};

static void *train_worker_new(void *ctx)
{
    struct train_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->cut, BUF_NO_MAX);
    w->cutter = cutter_new(ctx);
    if (w->cutter) return w;
    free(w);
    return NULL;
}

static void train_worker_free(void *ctx, void *worker)
{
    struct train_worker *w = worker;
    cutter_free(w->cutter);
    buf_free(&w->cut);
    free(w);
}

static int train_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct train_worker *w = worker;
    buf_clear(&w->cut);
    int r = cutter_text(w->cutter, d->text, &w->cut, e);
    return r < 0 ? r : stage_defer(o, d, w->cut.p, w->cut.n);
}

static int train_ordered(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                         struct err *e)
{
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        r = training_add(ctx, slice_of(marks[i].data, marks[i].data_bytes), e);
        if (r == 0) r = stage_resolve(o, &marks[i], NULL, NULL);
    }
    return r;
}

static int train_line(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e)
{
    struct train_worker *w = worker;
    return cutter_text(w->cutter, line, out, e);
}

static int train_write(void *ctx, struct slice made, uint64_t lines, struct err *e)
{
    int r = 0;
    while (made.n && r == 0) {
        size_t n = training_cut_bytes(made);
        r = training_add(ctx, made, e);
        made = slice_of(made.p + n, made.n - n);
    }
    return r;
}

static int train_read(struct tool *t, bool plain_text, struct training *x)
{
    static const struct stage_ops ops = {.worker_new = train_worker_new,
                                         .worker_free = train_worker_free,
                                         .doc = train_doc,
                                         .ordered = train_ordered};
    static const struct textlines_ops lines = {.worker_new = train_worker_new,
                                               .worker_free = train_worker_free,
                                               .line = train_line,
                                               .write = train_write};
    return plain_text ? textlines_run(t, &lines, x) : stage_run(t, &ops, x);
}

static void tell_discounts(const struct training *x)
{
    const struct counter *c = training_counts(x);
    for (unsigned k = 1; k <= c->order; k++) {
        const struct discounts *d = training_discounts(x, k);
        log_info("%u-grams: %llu of %llu, discounts %.4f %.4f %.4f%s", k,
                 (unsigned long long)c->level[k].kept, (unsigned long long)c->level[k].all, d->d[1], d->d[2],
                 d->d[3],
                 d->fallback ? " (--discount-fallback: too little or unusual text for this order)" : "");
    }
}

static int train_write_model(struct tool *t, struct training *x)
{
    struct out *out;
    struct err later = {0};
    int r = tool_open_output(t, "arpa", &out, &t->err);
    if (r < 0) return r;
    r = lm_wants_binary(t) ? training_write_binary(x, out, &t->err) : training_write_arpa(x, out, &t->err);
    int closed = out_close(out, tool_out_end(t, r), r < 0 ? &later : &t->err);
    return r < 0 ? r : closed;
}

static int train_options(struct tool *t, const struct lm_options *said, struct train_opts *o)
{
    *o = (struct train_opts){.order = (unsigned)said->order,
                             .memory = t->memory,
                             .tmp = t->tmp,
                             .vocab = said->vocab,
                             .threads = (int)t->threads};
    int r = parse_prune(said->prune, o->prune, &t->err);
    if (r == 0) r = lm_option_numbers("discount-fallback", said->fallback, o->fallback, 3, &t->err);
    for (int j = 0; j < 3 && r == 0; j++)
        if (o->fallback[j] < 0 || o->fallback[j] > j + 1)
            r = err_set(&t->err, ERR_USAGE, "--discount-fallback: D%d must lie within 0 and %d", j + 1,
                        j + 1);
    if (r == 0 && said->normalize) r = lm_normal_parse(said->normalize, &o->normal, &t->err);
    return r;
}

int lm_run_train(struct tool *t, const struct lm_options *said)
{
    struct train_opts o;
    struct training *x = NULL;
    int r = train_options(t, said, &o);
    if (r == 0) r = training_new(&x, &o, &t->err);
    if (r == 0) r = train_read(t, said->text, x);
    if (r == 0)
        log_info("%llu tokens, %llu different words", (unsigned long long)training_tokens(x),
                 (unsigned long long)training_words(x));
    if (r == 0) r = training_estimate(x, &t->err);
    if (r == 0) tell_discounts(x);
    if (r == 0) r = train_write_model(t, x);
    training_free(x);
    return r;
}
