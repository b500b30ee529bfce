/* learn.c: passes over the documents, and the models that come out of them.
 *
 * In: the corpus, its classes. Out: a model's bytes; judgements. State: the table of weights (linear.h). */
#include "learn.h"
#include "common/log.h"
#include "linear.h"
#include "model.h"
#include <stdlib.h>

static int sort_classes(struct corpus *c, struct classes *classes, struct err *e)
{
    uint32_t *number = calloc(classes->n + 1, sizeof *number);
    if (!number) return err_nomem(e, "sorting labels");
    int r = classes_sort(classes, number, e);
    for (size_t i = 0; r == 0 && i < c->n; i++) c->doc[i].class = number[c->doc[i].class];
    free(number);
    return r;
}

int learn_prepare(struct corpus *c, struct classes *classes, const struct learn_opts *o, struct err *e)
{
    int r = sort_classes(c, classes, e);
    if (r < 0) return r;
    if (classes->n < 2)
        return err_set(e, ERR_DATA,
                       "all labelled documents have the same label; a classifier needs two classes at least");
    if (o->balance == 0) return 0;
    int64_t out = corpus_balance(c, classes->n, o->balance, e);
    if (out < 0) return (int)out;
    log_info("balance: %lld of %zu documents are left out of training", (long long)out, c->n);
    return 0;
}

/* ------------------------------------------------------------------ learning */

#define NO_FOLD UINT32_MAX

struct learning {
    struct corpus *corpus;
    uint32_t classes;
    const struct learn_opts *opts;
    struct linear linear;
    uint32_t fold; /* is left out */
    float *weight; /* of each class */
    float *scores;
    learn_judged_fn *judged;
    void *ctx;
};

/* balanced: n / (classes × n of the class), of the documents that are learned from. */
static void set_weights(struct learning *x)
{
    const struct corpus *c = x->corpus;
    double n = 0;
    for (uint32_t k = 0; k < x->classes; k++) x->weight[k] = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!c->doc[i].used || c->doc[i].fold == x->fold) continue;
        x->weight[c->doc[i].class]++;
        n++;
    }
    for (uint32_t k = 0; k < x->classes; k++) {
        float count = x->weight[k];
        bool weigh = x->opts->balanced && count > 0;
        x->weight[k] = weigh ? (float)(n / ((double)x->classes * (double)count)) : 1;
    }
}

static int learn_one(void *ctx, const struct corpus_doc *doc, size_t number, const feature *at, struct err *e)
{
    struct learning *x = ctx;
    if (doc->used && doc->fold != x->fold)
        linear_learn(&x->linear, at, doc->n_features, doc->class, x->weight[doc->class]);
    return 0;
}

static int learn_all(struct learning *x, struct err *e)
{
    const struct learn_opts *o = x->opts;
    int r = linear_init(&x->linear, o->features.bits, x->classes, o->rate, o->l2, e);
    if (r < 0) return r;
    set_weights(x);
    for (uint64_t pass = 0; r == 0 && pass < o->passes; pass++)
        r = corpus_pass(x->corpus, o->seed, pass, learn_one, x, e);
    return r;
}

static int learning_init(struct learning *x, struct corpus *c, const struct classes *classes,
                         const struct learn_opts *o, struct err *e)
{
    *x = (struct learning){.corpus = c, .classes = classes->n, .opts = o, .fold = NO_FOLD};
    x->weight = calloc(x->classes, sizeof *x->weight);
    x->scores = calloc(x->classes, sizeof *x->scores);
    return x->weight && x->scores ? 0 : err_nomem(e, "learning");
}

static void learning_free(struct learning *x)
{
    linear_free(&x->linear);
    free(x->weight);
    free(x->scores);
}

int learn_model(struct corpus *c, const struct classes *classes, const struct learn_opts *o, struct buf *out,
                uint64_t *documents, struct err *e)
{
    struct learning x;
    int r = learning_init(&x, c, classes, o, e);
    if (r == 0) r = learn_all(&x, e);
    *documents = 0;
    for (size_t i = 0; i < c->n; i++) *documents += c->doc[i].used;
    if (r == 0 && model_write(out, &x.linear, &o->features, classes, *documents) < 0)
        r = err_nomem(e, "writing the model");
    learning_free(&x);
    return r;
}

/* ------------------------------------------------------------------ folds */

static int judge_one(void *ctx, const struct corpus_doc *doc, size_t number, const feature *at, struct err *e)
{
    struct learning *x = ctx;
    uint32_t best = 0;
    if (doc->fold != x->fold) return 0;
    linear_scores(&x->linear, at, doc->n_features, x->scores);
    for (uint32_t k = 1; k < x->classes; k++)
        if (x->scores[k] > x->scores[best]) best = k;
    return x->judged(x->ctx, doc, best, x->scores, e);
}

int learn_folds(struct corpus *c, const struct classes *classes, const struct learn_opts *o, uint32_t folds,
                learn_judged_fn *judged, void *ctx, struct err *e)
{
    struct learning x;
    int r = learning_init(&x, c, classes, o, e);
    x.judged = judged;
    x.ctx = ctx;
    if (r == 0) r = corpus_fold(c, classes->n, folds, e);
    for (uint32_t f = 0; r == 0 && f < folds; f++) {
        x.fold = f;
        r = learn_all(&x, e);
        if (r == 0) r = corpus_pass(c, 0, 0, judge_one, &x, e);
        linear_free(&x.linear);
    }
    learning_free(&x);
    return r;
}
