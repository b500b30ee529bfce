/* classify.c: leat classify: trains text classifiers, scores documents with them, measures them.
 *
 * train: all threads turn documents into hashed features, which are kept in the order of the input; one thread learns from
 * them in a shuffled order, as often as --passes says. score: every document gets its label and probability, or is dropped for
 * them. eval: scores compared with labels, of a model, or of models trained on the other folds of the same documents.
 *
 * In: JSONL documents; a model of leat's or of fastText's. Out: a model; documents; a report. State: train and eval keep
 * features within --memory, the rest in a temporary file; 48 bytes a document; the table of weights. */
#include "filter/classify/classify.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "common/stage.h"
#include "common/text.h"
#include "filter/classify/classes.h"
#include "filter/classify/corpus.h"
#include "filter/classify/labels.h"
#include "filter/classify/linear.h"
#include "filter/classify/measure.h"
#include "filter/classify/model.h"
#include <stdio.h>
#include <stdlib.h>

static const char *label_key, *labels_file, *model_file, *chars, *group_key, *predictions_file;
static const char *key = "classify", *of, *keep_labels;
static int64_t passes = 5, bits = 22, words = 2, seed, folds;
static double rate = 0.2, l2, balance, min_score = -1;
static int weights;
static bool all_scores, as_json;

static const char *const verbs[] = {"train", "score", "eval", NULL};
static const struct opt own[] = {
    {"label-key", 0, OPT_STR, &label_key, "KEY", NULL, 0, 0,
     "train, eval: the key of metadata that holds a document's label, or source"},
    {"labels", 0, OPT_STR, &labels_file, "FILE", NULL, 0, 0,
     "train, eval: read labels from lines of an id, a tab and a label"},
    {"model", 'm', OPT_STR, &model_file, "FILE", NULL, 0, 0,
     "score, eval: the classifier: leat's, or fastText's (.bin, .ftz)"},
    {"passes", 0, OPT_INT, &passes, "N", NULL, 1, 1000, "train: learn from every document N times"},
    {"rate", 0, OPT_NUM, &rate, "R", NULL, 1e-6, 100, "train: length of the steps"},
    {"l2", 0, OPT_NUM, &l2, "R", NULL, 0, 1, "train: pull weights towards 0 by so much at every step"},
    {"bits", 0, OPT_INT, &bits, "N", NULL, FEATURES_MIN_BITS, FEATURES_MAX_BITS,
     "train: hash features to 2^N numbers"},
    {"words", 0, OPT_INT, &words, "N", NULL, 1, FEATURES_MAX_WORDS,
     "train: runs of up to N words are features"},
    {"chars", 0, OPT_STR, &chars, "MIN-MAX", NULL, 0, 0,
     "train: so are runs of MIN to MAX characters within words, of at most 8"},
    {"weights", 0, OPT_CHOICE, &weights, "HOW", "none|balanced", 0, 0,
     "train: balanced: a document of a rare class counts for more, so that all classes count the same"},
    {"balance", 0, OPT_NUM, &balance, "R", NULL, 0, 1e9,
     "train: leave out documents of large classes, chosen by a hash of the id, until the largest has less "
     "than R "
     "times as many as the smallest. R > 1, say 5; 0: leave out none"},
    {"seed", 0, OPT_INT, &seed, "N", NULL, 0, 9e18,
     "train: another shuffle, another choice of --balance and --folds"},
    {"key", 0, OPT_STR, &key, "NAME", NULL, 0, 0,
     "score: write the label to metadata.NAME and its probability to metadata.NAME_score"},
    {"of", 0, OPT_STR, &of, "LABEL", NULL, 0, 0,
     "score: the score is this label's, not the most probable one's"},
    {"min-score", 0, OPT_NUM, &min_score, "P", NULL, 0, 1,
     "score: drop documents whose score is less than P"},
    {"keep-labels", 0, OPT_STR, &keep_labels, "LABEL[,LABEL…]", NULL, 0, 0,
     "score: drop documents whose most probable label is another"},
    {"all", 0, OPT_FLAG, &all_scores, NULL, NULL, 0, 0, "score: write the probabilities of all labels too"},
    {"folds", 0, OPT_INT, &folds, "K", NULL, 0, 1000,
     "eval: cross-validate: each K-th is scored by a model that was trained on the others"},
    {"group-key", 0, OPT_STR, &group_key, "KEY", NULL, 0, 0,
     "eval: documents with the same value of this key (a site, say) stay in one fold"},
    {"predictions", 0, OPT_STR, &predictions_file, "FILE", NULL, 0, 0,
     "eval: write a line for each document: its number, fold, label, the most probable label, all "
     "probabilities"},
    {"json", 0, OPT_FLAG, &as_json, NULL, NULL, 0, 0, "eval: print one JSON object"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat classify",
    .summary = "train text classifiers, and score documents with them",
    .operands = "[INPUT…]",
    .verbs = verbs,
    .description =
        "train learns from labelled JSONL documents and writes a model with -o: multinomial logistic "
        "regression over "
        "hashed words and pairs of words (punctuation included, in lower case). The same documents in the "
        "same order "
        "give the same model on every machine, with any number of threads. Documents without a label are "
        "passed "
        "over.\n\n"
        "score writes each document's most probable label and its probability into its metadata, or with "
        "--attributes "
        "beside it, and can drop by them. It runs models of fastText too, with fastText's own scores "
        "(newlines are "
        "read as spaces). A document in which fastText knows nothing gets null and 0.\n\n"
        "eval prints accuracy, macro-F1, the area under the ROC curve (of two classes: of the second in the "
        "order of "
        "bytes; of more: the mean of each against the others), precision and recall of each class, and the "
        "confusion. "
        "With -m it measures a model; with --folds the training itself, with the options of train.",
    .examples =
        "leat classify train --label-key quality docs.jsonl.zst -o quality.lcl\n"
        "leat classify eval --label-key quality --folds 5 --group-key domain docs.jsonl.zst\n"
        "leat classify score -m quality.lcl --of good --min-score 0.5 docs.jsonl.zst -o good.jsonl.zst\n"
        "# language identification by fastText's model\n"
        "leat classify score -m lid.176.ftz --key language --min-score 0.65 docs.jsonl\n",
    .own = own,
};

static struct features_opts feature_opts;

/* ------------------------------------------------------------------ documents to features, or to scores */

struct classify {
    struct classifier *model; /* score, eval -m */
    struct labels *labels;
    struct corpus corpus; /* train, eval --folds */
    struct classes classes;
    struct measure measure;
    uint32_t *fold_of; /* of each prediction; eval --folds */
    uint64_t *index_of;
    int64_t of;
    bool *keeps; /* --keep-labels, by label */
};

struct worker {
    struct features *features;
    struct classifier_scratch *scratch;
    float *scores;
    struct buf buf;
};

/* What a document leaves for the ordered side, before its features or scores and its label. */
struct labelled {
    uint64_t id_hash, group_hash;
    int64_t best;
    uint32_t n_features, n_label;
};

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    features_free(w->features);
    classifier_scratch_free(w->scratch);
    free(w->scores);
    buf_free(&w->buf);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct classify *c = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->buf, BUF_NO_MAX);
    if (c->model) {
        w->scratch = classifier_scratch_new(c->model);
        w->scores = calloc(classifier_n_labels(c->model), sizeof *w->scores);
    } else
        w->features = features_new(feature_opts);
    if ((w->scratch && w->scores) || w->features) return w;
    worker_free(ctx, w);
    return NULL;
}

/* 1: *label; 0: it has none. */
static int find_label(const struct classify *c, struct doc *d, struct stage_out *o, struct slice *label,
                      struct err *e)
{
    if (c->labels) return labels_find(c->labels, d->id, label);
    return label_of_key(o->jsonl, d, label_key, label, e);
}

static int pass_by(struct stage_out *o, const char *why)
{
    ledger_skip(o->ledger, why, o->text_in);
    return 0;
}

static int hash_group(struct doc *d, struct stage_out *o, uint64_t id_hash, uint64_t *hash, struct err *e)
{
    struct slice group;
    int r = group_key ? label_of_key(o->jsonl, d, group_key, &group, e) : 0;
    *hash = r == 1 ? hash64_seed(group.p, group.n, (uint64_t)seed) : id_hash;
    return r < 0 ? r : 0;
}

/* The label, what it is made from, and the ids that decide on folds, put off to be taken in the input's order. */
static int put_off(struct worker *w, struct labelled *l, const void *numbers, size_t bytes,
                   struct slice label, struct doc *d, struct stage_out *o, struct err *e)
{
    struct slice id = d->id.n ? d->id : d->text;
    l->n_label = (uint32_t)label.n;
    l->id_hash = hash64_seed(id.p, id.n, (uint64_t)seed);
    buf_clear(&w->buf);
    buf_put(&w->buf, l, sizeof *l);
    buf_put(&w->buf, numbers, bytes);
    buf_put_slice(&w->buf, label); /* copied before another value of the metadata is read */
    int r = hash_group(d, o, l->id_hash, &l->group_hash, e);
    if (r < 0) return r;
    if (w->buf.failed) return err_nomem(e, "reading a document");
    memcpy(w->buf.p, l, sizeof *l);
    return stage_defer(o, d, w->buf.p, w->buf.n);
}

static int learn_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct worker *w = worker;
    struct labelled l = {0};
    struct slice label;
    const feature *at;
    size_t n;
    int r = find_label(ctx, d, o, &label, e);
    if (r <= 0) return r < 0 ? r : pass_by(o, "no-label");
    r = features_find(w->features, d->text, &at, &n, e);
    if (r < 0) return r;
    l.n_features = (uint32_t)n;
    return put_off(w, &l, at, n * sizeof *at, label, d, o, e);
}

static int measure_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct classify *c = ctx;
    struct worker *w = worker;
    struct labelled l = {0};
    struct slice label;
    int r = find_label(c, d, o, &label, e);
    if (r <= 0) return r < 0 ? r : pass_by(o, "no-label");
    if (classifier_find(c->model, label) < 0) return pass_by(o, "label-unknown-to-the-model");
    r = classifier_scores(c->model, w->scratch, d->text, w->scores, &l.best, e);
    if (r < 0) return r;
    return put_off(w, &l, w->scores, classifier_n_labels(c->model) * sizeof *w->scores, label, d, o, e);
}

static int add_features(struct classify *c, const struct stage_deferred *m, const struct labelled *l,
                        struct err *e)
{
    const char *p = (const char *)m->data + sizeof *l;
    size_t bytes = l->n_features * sizeof(feature);
    int64_t class = classes_add(&c->classes, slice_of(p + bytes, l->n_label), e);
    if (class < 0) return (int)class;
    struct corpus_doc doc = {.id_hash = l->id_hash,
                             .group_hash = l->group_hash,
                             .index = m->index,
                             .n_features = l->n_features,
                             .class = (uint32_t) class};
    return corpus_add(&c->corpus, &doc, (const feature *)p, e);
}

static int add_prediction(struct classify *c, uint64_t index, uint32_t fold, uint32_t truth, uint32_t said,
                          const float *scores, struct err *e)
{
    size_t n = c->measure.n;
    if (n == c->measure.cap) {
        size_t cap = n ? 2 * n : 1024;
        uint32_t *fold_of = realloc(c->fold_of, cap * sizeof *fold_of);
        if (fold_of) c->fold_of = fold_of;
        uint64_t *index_of = fold_of ? realloc(c->index_of, cap * sizeof *index_of) : NULL;
        if (!index_of) return err_nomem(e, "keeping predictions");
        c->index_of = index_of;
    }
    c->fold_of[n] = fold;
    c->index_of[n] = index;
    return measure_add(&c->measure, truth, said, scores, e);
}

static int add_scores(struct classify *c, const struct stage_deferred *m, const struct labelled *l,
                      struct err *e)
{
    uint32_t n = classifier_n_labels(c->model);
    const char *p = (const char *)m->data + sizeof *l;
    int64_t truth = classifier_find(c->model, slice_of(p + n * sizeof(float), l->n_label));
    return add_prediction(c, m->index, 0, (uint32_t)truth, l->best < 0 ? n : (uint32_t)l->best,
                          (const float *)p, e);
}

static int in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o, struct err *e)
{
    struct classify *c = ctx;
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct labelled l;
        memcpy(&l, marks[i].data, sizeof l);
        r = c->model ? add_scores(c, &marks[i], &l, e) : add_features(c, &marks[i], &l, e);
        if (r == 0) r = stage_resolve(o, &marks[i], NULL, NULL);
    }
    return r;
}

/* ------------------------------------------------------------------ learning */

struct learning {
    struct classify *classify;
    struct linear linear;
    uint32_t fold; /* is left out; UINT32_MAX: none */
    float *weight; /* of each class */
    float *scores;
};

/* Labels in the order of their bytes, so that the model does not depend on which came first. */
static int sort_classes(struct classify *c, struct err *e)
{
    uint32_t *number = calloc(c->classes.n + 1, sizeof *number);
    if (!number) return err_set(e, ERR_IO, "out of memory while sorting labels");
    int r = classes_sort(&c->classes, number, e);
    for (size_t i = 0; r == 0 && i < c->corpus.n; i++)
        c->corpus.doc[i].class = number[c->corpus.doc[i].class];
    free(number);
    if (r == 0 && c->classes.n < 2)
        r = err_set(e, ERR_DATA, "%s; a classifier needs two classes at least",
                    c->classes.n ? "all labelled documents have the same label" : "no document has a label");
    return r;
}

static int balance_classes(struct classify *c, struct err *e)
{
    if (balance == 0) return 0;
    int64_t out = corpus_balance(&c->corpus, c->classes.n, balance, e);
    if (out < 0) return (int)out;
    log_info("balance: %lld of %zu documents are left out of training", (long long)out, c->corpus.n);
    return 0;
}

/* balanced: n / (classes × n of the class), of the documents that are learned from. */
static void set_weights(struct learning *x)
{
    const struct corpus *c = &x->classify->corpus;
    uint32_t classes = x->classify->classes.n;
    double n = 0;
    for (uint32_t k = 0; k < classes; k++) x->weight[k] = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!c->doc[i].used || c->doc[i].fold == x->fold) continue;
        x->weight[c->doc[i].class]++;
        n++;
    }
    for (uint32_t k = 0; k < classes; k++) {
        float count = x->weight[k];
        x->weight[k] = weights && count > 0 ? (float)(n / ((double)classes * (double)count)) : 1;
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
    struct classify *c = x->classify;
    int r = linear_init(&x->linear, (uint32_t)bits, c->classes.n, rate, l2, e);
    if (r < 0) return r;
    set_weights(x);
    for (int64_t pass = 0; r == 0 && pass < passes; pass++)
        r = corpus_pass(&c->corpus, (uint64_t)seed, (uint64_t)pass, learn_one, x, e);
    return r;
}

static int learning_init(struct learning *x, struct classify *c, struct err *e)
{
    *x = (struct learning){.classify = c, .fold = UINT32_MAX};
    x->weight = calloc(c->classes.n, sizeof *x->weight);
    x->scores = calloc(c->classes.n, sizeof *x->scores);
    return x->weight && x->scores ? 0 : err_nomem(e, "learning");
}

static void learning_free(struct learning *x)
{
    linear_free(&x->linear);
    free(x->weight);
    free(x->scores);
}

/* ------------------------------------------------------------------ train */

static int write_model(const struct learning *x, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    uint64_t used = 0;
    for (size_t i = 0; i < x->classify->corpus.n; i++) used += x->classify->corpus.doc[i].used;
    int r = model_write(&b, &x->linear, &feature_opts, &x->classify->classes, used) < 0
                ? err_nomem(e, "writing the model")
                : file_write(path, buf_slice(&b), e);
    if (r == 0)
        log_info("%s: %u classes, %llu documents, %zu bytes", path, x->linear.classes,
                 (unsigned long long)used, b.n);
    buf_free(&b);
    return r;
}

static int train(struct classify *c, struct tool *t)
{
    struct learning x = {0};
    int r = sort_classes(c, &t->err);
    for (size_t i = 0; i < c->corpus.n; i++) c->corpus.doc[i].fold = 0;
    if (r == 0) r = balance_classes(c, &t->err);
    if (r == 0) r = learning_init(&x, c, &t->err);
    if (r == 0) r = learn_all(&x, &t->err);
    if (r == 0) r = write_model(&x, t->output, &t->err);
    learning_free(&x);
    return r;
}

/* ------------------------------------------------------------------ eval */

static int judge_one(void *ctx, const struct corpus_doc *doc, size_t number, const feature *at, struct err *e)
{
    struct learning *x = ctx;
    uint32_t best = 0;
    if (doc->fold != x->fold) return 0;
    linear_scores(&x->linear, at, doc->n_features, x->scores);
    for (uint32_t k = 1; k < x->linear.classes; k++)
        if (x->scores[k] > x->scores[best]) best = k;
    return add_prediction(x->classify, doc->index, doc->fold, doc->class, best, x->scores, e);
}

static int cross_validate(struct classify *c, struct err *e)
{
    struct learning x = {0};
    int r = sort_classes(c, e);
    if (r == 0) r = balance_classes(c, e);
    if (r == 0) r = corpus_fold(&c->corpus, c->classes.n, (uint32_t)folds, e);
    if (r == 0) r = learning_init(&x, c, e);
    if (r == 0) measure_init(&c->measure, c->classes.n);
    for (uint32_t f = 0; r == 0 && f < (uint32_t)folds; f++) {
        x.fold = f;
        r = learn_all(&x, e);
        if (r == 0) r = corpus_pass(&c->corpus, 0, 0, judge_one, &x, e);
        linear_free(&x.linear);
    }
    learning_free(&x);
    return r;
}

static struct slice class_name(const struct classify *c, uint32_t k)
{
    return c->model ? classifier_label(c->model, k) : slice_str(c->classes.name[k]);
}

static int write_predictions(const struct classify *c, struct err *e)
{
    const struct measure *m = &c->measure;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "number\tfold\tlabel\tmost probable");
    for (uint32_t k = 0; k < m->classes; k++) {
        buf_putc(&b, '\t');
        buf_put_slice(&b, class_name(c, k));
    }
    buf_putc(&b, '\n');
    for (size_t i = 0; i < m->n; i++) {
        buf_printf(&b, "%llu\t%u\t", (unsigned long long)c->index_of[i], c->fold_of[i]);
        buf_put_slice(&b, class_name(c, m->truth[i]));
        buf_putc(&b, '\t');
        if (m->said[i] < m->classes) buf_put_slice(&b, class_name(c, m->said[i]));
        for (uint32_t k = 0; k < m->classes; k++)
            buf_printf(&b, "\t%.9g", (double)m->score[i * m->classes + k]);
        buf_putc(&b, '\n');
    }
    int r = b.failed ? err_nomem(e, "writing predictions") : file_write(predictions_file, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

static void put_json(const struct classify *c, const struct measured *r, struct buf *b)
{
    uint32_t n = c->measure.classes;
    buf_printf(b, "{\"documents\":%llu,\"accuracy\":", (unsigned long long)r->documents);
    json_put_num(b, r->accuracy);
    buf_puts(b, ",\"macro_f1\":");
    json_put_num(b, r->macro_f1);
    buf_puts(b, ",\"auc\":");
    json_put_num(b, r->auc);
    buf_puts(b, ",\"classes\":[");
    for (uint32_t k = 0; k < n; k++) {
        const struct measure_class *m = &r->of[k];
        const double number[] = {m->precision, m->recall, m->f1, m->auc};
        const char *const name[] = {"precision", "recall", "f1", "auc"};
        buf_puts(b, k ? ",{\"label\":" : "{\"label\":");
        json_put_str(b, class_name(c, k));
        buf_printf(b, ",\"documents\":%llu", (unsigned long long)m->documents);
        for (int i = 0; i < 4; i++) {
            buf_printf(b, ",\"%s\":", name[i]);
            json_put_num(b, number[i]);
        }
        buf_puts(b, ",\"said\":[");
        for (uint32_t j = 0; j <= n; j++)
            buf_printf(b, j ? ",%llu" : "%llu", (unsigned long long)r->confusion[(size_t)k * (n + 1) + j]);
        buf_puts(b, "]}");
    }
    buf_puts(b, "]}\n");
}

/* The confusion names the three labels that a class is most often taken for. */
static void put_mistakes(const struct classify *c, const struct measured *r, uint32_t k, struct buf *b)
{
    uint32_t n = c->measure.classes, before = UINT32_MAX;
    uint64_t limit = UINT64_MAX;
    const uint64_t *row = r->confusion + (size_t)k * (n + 1);
    for (int rank = 0; rank < 3; rank++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t j = 0; j <= n; j++) {
            bool after = row[j] < limit || (row[j] == limit && j > before);
            if (j != k && row[j] && after && (best == UINT32_MAX || row[j] > row[best])) best = j;
        }
        if (best == UINT32_MAX) break;
        struct slice name = best < n ? class_name(c, best) : slice_str("(none)");
        buf_printf(b, "%s%.*s %llu", rank ? ", " : "", (int)name.n, name.p, (unsigned long long)row[best]);
        limit = row[best];
        before = best;
    }
    buf_putc(b, '\n');
}

static void put_report(const struct classify *c, const struct measured *r, struct buf *b)
{
    buf_printf(b, "documents %llu\naccuracy %.4f\nmacro-F1 %.4f\nAUC %.4f\n\n",
               (unsigned long long)r->documents, r->accuracy, r->macro_f1, r->auc);
    buf_puts(b, "documents  precision  recall      F1     AUC  label: taken for\n");
    for (uint32_t k = 0; k < c->measure.classes; k++) {
        const struct measure_class *m = &r->of[k];
        struct slice name = class_name(c, k);
        if (m->documents == 0 && m->said == 0) continue;
        buf_printf(b, "%9llu  %9.4f  %6.4f  %6.4f  %6.4f  %.*s: ", (unsigned long long)m->documents,
                   m->precision, m->recall, m->f1, m->auc, (int)name.n, name.p);
        put_mistakes(c, r, k, b);
    }
}

static int report(const struct classify *c, struct err *e)
{
    struct measured r;
    struct buf b;
    if (measure_all(&c->measure, &r, e) < 0) return -ERR_IO;
    buf_init(&b, BUF_NO_MAX);
    if (as_json)
        put_json(c, &r, &b);
    else
        put_report(c, &r, &b);
    measured_free(&r);
    int failed = b.failed ? err_nomem(e, "reporting") : 0;
    if (!failed) fwrite(b.p, 1, b.n, stdout); /* tool_finish looks whether it arrived */
    buf_free(&b);
    return failed;
}

static int eval(struct classify *c, struct tool *t)
{
    int r = c->model ? 0 : cross_validate(c, &t->err);
    if (r == 0 && c->measure.n == 0)
        r = err_set(&t->err, ERR_DATA, "no document has a label%s", c->model ? " that the model knows" : "");
    if (r == 0 && predictions_file) r = write_predictions(c, &t->err);
    return r < 0 ? r : report(c, &t->err);
}

/* ------------------------------------------------------------------ score */

/* A float's digits that read back as the same float. */
static void put_score(struct buf *b, float p)
{
    buf_printf(b, "%.9g", (double)p);
}

static void put_all(const struct classify *c, const float *p, const char *before, const char *after,
                    struct buf *b)
{
    for (uint32_t k = 0; k < classifier_n_labels(c->model); k++) {
        if (k) buf_putc(b, ',');
        json_put_str(b, classifier_label(c->model, k));
        buf_puts(b, before);
        put_score(b, p[k]);
        buf_puts(b, after);
    }
}

static int annotate(const struct classify *c, struct worker *w, int64_t best, float score, struct doc *d)
{
    char name[256];
    int r = best < 0 ? doc_meta_set_raw(d, key, slice_str("null"))
                     : doc_meta_set_str(d, key, classifier_label(c->model, (uint32_t)best));
    snprintf(name, sizeof name, "%.200s_score", key);
    buf_clear(&w->buf);
    put_score(&w->buf, score);
    if (r == 0) r = doc_meta_set_raw(d, name, buf_slice(&w->buf));
    if (r < 0 || !all_scores) return r;
    snprintf(name, sizeof name, "%.200s_scores", key);
    buf_clear(&w->buf);
    buf_putc(&w->buf, '{');
    put_all(c, w->scores, ":", "", &w->buf);
    if (buf_putc(&w->buf, '}') < 0) return -ERR_IO;
    return doc_meta_set_raw(d, name, buf_slice(&w->buf));
}

/* dolma's layout: "NAME__LABEL":[[0,LENGTH,P]] of the score's label, or of all. */
static int put_attributes(const struct classify *c, struct worker *w, int64_t best, struct doc *d,
                          struct stage_out *o)
{
    unsigned long long length = utf8_count(d->text.p, d->text.n);
    struct buf *b = &w->buf;
    int64_t label = c->of >= 0 ? c->of : best;
    buf_clear(b);
    for (uint32_t k = 0; k < classifier_n_labels(c->model); k++) {
        if (!all_scores && (int64_t)k != label) continue;
        struct slice name = classifier_label(c->model, k);
        struct buf whole;
        buf_init(&whole, BUF_NO_MAX);
        buf_printf(&whole, "%s__%.*s", key, (int)name.n, name.p);
        if (b->n) buf_putc(b, ',');
        json_put_str(b, buf_slice(&whole));
        if (whole.failed) b->failed = true;
        buf_free(&whole);
        buf_printf(b, ":[[0,%llu,", length);
        put_score(b, w->scores[k]);
        buf_puts(b, "]]");
    }
    return buf_terminate(b) < 0 ? -ERR_IO : stage_attributes(o, d, b->p);
}

static int drop_for_label(const struct classify *c, struct worker *w, int64_t best, struct doc *d,
                          struct stage_out *o)
{
    buf_clear(&w->buf);
    if (best >= 0) json_put_str(&w->buf, classifier_label(c->model, (uint32_t)best));
    if (best < 0) buf_puts(&w->buf, "null");
    return buf_terminate(&w->buf) < 0 ? -ERR_IO : stage_drop(o, d, "label", w->buf.p);
}

static int drop_for_score(struct worker *w, float score, struct doc *d, struct stage_out *o)
{
    buf_clear(&w->buf);
    put_score(&w->buf, score);
    return buf_terminate(&w->buf) < 0 ? -ERR_IO : stage_drop(o, d, "score", w->buf.p);
}

static int score_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct classify *c = ctx;
    struct worker *w = worker;
    int64_t best;
    float score = 0;
    bool one = c->of < 0 && !all_scores;
    int r = one ? classifier_best(c->model, w->scratch, d->text, &best, &score, e)
                : classifier_scores(c->model, w->scratch, d->text, w->scores, &best, e);
    if (r < 0) return r;
    if (one && best >= 0) w->scores[best] = score;
    if (!one && (c->of >= 0 || best >= 0)) score = w->scores[c->of >= 0 ? c->of : best];
    if (c->keeps && (best < 0 || !c->keeps[best])) return drop_for_label(c, w, best, d, o);
    if ((double)score < min_score) return drop_for_score(w, score, d, o);
    if (o->attributes)
        r = put_attributes(c, w, best, d, o);
    else
        r = annotate(c, w, best, score, d);
    return r < 0 ? r : stage_keep(o, d);
}

/* --of and --keep-labels must name labels of the model, before anything is read. */
static int64_t known_label(const struct classify *c, struct slice name, const char *option, struct err *e)
{
    int64_t k = classifier_find(c->model, name);
    if (k >= 0) return k;
    struct slice first = classifier_label(c->model, 0);
    return err_set(e, ERR_USAGE, "%s %.*s: the model has no such label; it has %u, such as %.*s", option,
                   (int)name.n, name.p, classifier_n_labels(c->model), (int)first.n, first.p);
}

static int choose_labels(struct classify *c, struct err *e)
{
    c->of = of ? known_label(c, slice_str(of), "--of", e) : -1;
    if (of && c->of < 0) return (int)c->of;
    if (!keep_labels) return 0;
    c->keeps = calloc(classifier_n_labels(c->model), sizeof *c->keeps);
    if (!c->keeps) return err_nomem(e, "starting");
    for (const char *p = keep_labels; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        int64_t k = known_label(c, slice_of(p, n), "--keep-labels", e);
        if (k < 0) return (int)k;
        c->keeps[k] = true;
        p += n;
    }
    return 0;
}

/* ------------------------------------------------------------------ the options together */

static int read_chars(struct err *e)
{
    unsigned min = 0, max = 0;
    char more;
    if (!chars) return 0;
    int n = sscanf(chars, "%1u-%1u%c", &min, &max, &more);
    if (n != 2 || min < 1 || max < min || max > FEATURES_MAX_CHARS)
        return err_set(e, ERR_USAGE, "--chars %s: give two numbers from 1 to %d, such as 3-5", chars,
                       FEATURES_MAX_CHARS);
    feature_opts.char_min = min;
    feature_opts.char_max = max;
    return 0;
}

static int check_labelled(const struct tool *t, struct err *e)
{
    if (!label_key == !labels_file)
        return err_set(e, ERR_USAGE, "%s needs labels: give either --label-key KEY or --labels FILE",
                       t->verb);
    if (t->rejects || t->attributes || t->framed)
        return err_set(e, ERR_USAGE,
                       "%s writes no documents: --rejects, --attributes and --framed are for score", t->verb);
    if (balance != 0 && balance <= 1)
        return err_set(
            e, ERR_USAGE,
            "--balance %g: classes cannot be less than 1 times as large as the smallest; give more than 1",
            balance);
    return 0;
}

static int check_options(const struct tool *t, struct err *e)
{
    bool training = strcmp(t->verb, "train") == 0, scoring = strcmp(t->verb, "score") == 0;
    feature_opts = (struct features_opts){.bits = (uint32_t)bits, .word_ngrams = (uint32_t)words};
    int r = read_chars(e);
    if (r < 0) return r;
    if (scoring) return model_file ? 0 : err_set(e, ERR_USAGE, "score needs a classifier: -m FILE");
    r = check_labelled(t, e);
    if (r < 0) return r;
    if (training && (!t->output || strcmp(t->output, "-") == 0))
        return err_set(e, ERR_USAGE, "train writes a model: say where with -o FILE");
    if (training && (model_file || folds))
        return err_set(e, ERR_USAGE, "train makes a model: -m is for score and eval, --folds for eval");
    if (!training && !model_file == (folds < 2))
        return err_set(e, ERR_USAGE,
                       "eval measures a model (-m FILE) or the training (--folds K, 2 or more): give one");
    return 0;
}

static int open_all(struct classify *c, const struct tool *t, struct err *e)
{
    int r = check_options(t, e);
    c->of = -1;
    classes_init(&c->classes, LINEAR_MAX_CLASSES);
    if (r == 0 && labels_file) r = labels_load(&c->labels, labels_file, e);
    if (r == 0 && model_file) {
        r = classifier_open(&c->model, model_file, e);
        if (r == 0) measure_init(&c->measure, classifier_n_labels(c->model));
        return r < 0 ? r : choose_labels(c, e);
    }
    return r < 0 ? r : corpus_init(&c->corpus, t->memory, t->tmp, e);
}

static void close_all(struct classify *c)
{
    classifier_close(c->model);
    labels_free(c->labels);
    corpus_free(&c->corpus);
    classes_free(&c->classes);
    measure_free(&c->measure);
    free(c->fold_of);
    free(c->index_of);
    free(c->keeps);
}

int main(int argc, char **argv)
{
    struct stage_ops ops = {.worker_new = worker_new, .worker_free = worker_free};
    struct classify c = {.corpus = {.fd = -1}};
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_MEMORY | TOOL_VERB, argc,
                    argv))
        return t.status;
    int r = open_all(&c, &t, &t.err);
    bool scoring = strcmp(t.verb, "score") == 0, training = strcmp(t.verb, "train") == 0;
    ops.kind = scoring ? "jsonl" : NULL;
    ops.doc = scoring ? score_doc : c.model ? measure_doc : learn_doc;
    ops.ordered = scoring ? NULL : in_order;
    if (r == 0) r = stage_run(&t, &ops, &c);
    /* what was learned from a part of the documents is not what was asked for */
    if (r == 0 && !scoring && tool_out_end(&t, r) == OUT_COMMIT) r = training ? train(&c, &t) : eval(&c, &t);
    close_all(&c);
    return tool_finish(&t, r);
}
