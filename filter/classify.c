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
#include "common/log.h"
#include "common/stage.h"
#include "filter/classify/labels.h"
#include "filter/classify/learn.h"
#include "filter/classify/linear.h"
#include "filter/classify/report.h"
#include "filter/classify/score.h"
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
        "--attributes beside it, and can drop by them; those that it drops have a line of --attributes too. "
        "It runs "
        "models of fastText too, with fastText's own scores (newlines are read as spaces). A document in "
        "which "
        "fastText knows nothing gets null and 0.\n\n"
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

static struct learn_opts learning;

/* ------------------------------------------------------------------ documents to features, or to scores */

#define NO_LABEL "no-label"
#define UNKNOWN_LABEL "label-unknown-to-the-model"

struct classify {
    struct classifier *model; /* score, eval -m */
    struct scorer scorer;
    struct labels *labels;
    struct corpus corpus; /* train, eval --folds */
    struct classes classes;
    struct predictions predictions;
    bool grouped; /* a document has the --group-key */
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
        w->features = features_new(learning.features);
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
    if (r <= 0) return r < 0 ? r : pass_by(o, NO_LABEL);
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
    if (r <= 0) return r < 0 ? r : pass_by(o, NO_LABEL);
    if (classifier_find(c->model, label) < 0) return pass_by(o, UNKNOWN_LABEL);
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
    c->grouped = c->grouped || l->group_hash != l->id_hash;
    struct corpus_doc doc = {.id_hash = l->id_hash,
                             .group_hash = l->group_hash,
                             .index = m->index,
                             .n_features = l->n_features,
                             .class = (uint32_t) class};
    return corpus_add(&c->corpus, &doc, (const feature *)(const void *)p, e);
}

static int add_scores(struct classify *c, const struct stage_deferred *m, const struct labelled *l,
                      struct err *e)
{
    uint32_t n = classifier_n_labels(c->model);
    const char *p = (const char *)m->data + sizeof *l;
    int64_t truth = classifier_find(c->model, slice_of(p + n * sizeof(float), l->n_label));
    return predictions_add(&c->predictions, m->index, 0, (uint32_t)truth, l->best < 0 ? n : (uint32_t)l->best,
                           (const float *)(const void *)p, e);
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

static void *scoring_new(void *ctx)
{
    const struct classify *c = ctx;
    return score_worker_new(&c->scorer);
}

static void scoring_free(void *ctx, void *worker)
{
    score_worker_free(worker);
}

static int scoring_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct classify *c = ctx;
    return score_doc(&c->scorer, worker, d, o, e);
}

/* ------------------------------------------------------------------ train, eval */

static uint64_t passed_by(const struct tool *t, const char *why)
{
    const struct ledger_table *skipped = &t->ledger.skipped;
    for (size_t i = 0; i < skipped->n; i++)
        if (strcmp(skipped->row[i].name, why) == 0) return skipped->row[i].records;
    return 0;
}

/* Documents came, but none with a label that can be used: an option names the wrong thing. */
static int no_label(const struct classify *c, const struct tool *t, struct err *e)
{
    if (passed_by(t, UNKNOWN_LABEL)) {
        struct slice first = classifier_label(c->model, 0);
        return err_set(
            e, ERR_USAGE,
            "no document has a label that %s knows, such as \"%.*s\": give that model's documents, "
            "or name another label by %s",
            model_file, (int)first.n, first.p, label_key ? "--label-key" : "--labels");
    }
    if (!passed_by(t, NO_LABEL)) return err_set(e, ERR_DATA, "there are no documents to %s from", t->verb);
    if (labels_file)
        return err_set(e, ERR_USAGE, "--labels %s: no document has one of its ids; lines are ID, tab, LABEL",
                       labels_file);
    return err_set(e, ERR_USAGE,
                   "--label-key %s: no document has that label; name a key of metadata whose value is a "
                   "string or a number, or source",
                   label_key);
}

static int train(struct classify *c, struct tool *t)
{
    struct buf b;
    uint64_t documents;
    if (c->corpus.n == 0) return no_label(c, t, &t->err);
    buf_init(&b, BUF_NO_MAX);
    int r = learn_prepare(&c->corpus, &c->classes, &learning, &t->err);
    if (r == 0) r = learn_model(&c->corpus, &c->classes, &learning, &b, &documents, &t->err);
    if (r == 0) r = file_write(t->output, buf_slice(&b), &t->err);
    if (r == 0)
        log_info("%s: %u classes, %llu documents, %zu bytes", t->output, c->classes.n,
                 (unsigned long long)documents, b.n);
    buf_free(&b);
    return r;
}

static int judged(void *ctx, const struct corpus_doc *doc, uint32_t best, const float *scores, struct err *e)
{
    struct predictions *p = ctx;
    return predictions_add(p, doc->index, doc->fold, doc->class, best, scores, e);
}

static int cross_validate(struct classify *c, struct err *e)
{
    int r = learn_prepare(&c->corpus, &c->classes, &learning, e);
    if (r < 0) return r;
    predictions_init(&c->predictions, c->classes.n);
    return learn_folds(&c->corpus, &c->classes, &learning, (uint32_t)folds, judged, &c->predictions, e);
}

static struct slice class_name(const void *ctx, uint32_t k)
{
    const struct classify *c = ctx;
    return c->model ? classifier_label(c->model, k) : slice_str(c->classes.name[k]);
}

static int write_predictions(const struct classify *c, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = predictions_table(&c->predictions, class_name, c, &b, e);
    if (r == 0) r = file_write(predictions_file, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

static int print_report(const struct classify *c, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = predictions_report(&c->predictions, class_name, c, as_json, &b, e);
    if (r == 0) fwrite(b.p, 1, b.n, stdout); /* tool_finish looks whether it arrived */
    buf_free(&b);
    return r;
}

static int eval(struct classify *c, struct tool *t)
{
    if (c->corpus.n + c->predictions.measure.n == 0) return no_label(c, t, &t->err);
    if (group_key && !c->model && !c->grouped)
        return err_set(
            &t->err, ERR_USAGE,
            "--group-key %s: no document has it; name a key of metadata whose value is a string or a "
            "number, or source",
            group_key);
    int r = c->model ? 0 : cross_validate(c, &t->err);
    if (r == 0 && predictions_file) r = write_predictions(c, &t->err);
    return r < 0 ? r : print_report(c, &t->err);
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
    learning.features.char_min = min;
    learning.features.char_max = max;
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
    learning = (struct learn_opts){.features = {.bits = (uint32_t)bits, .word_ngrams = (uint32_t)words},
                                   .passes = (uint64_t)passes,
                                   .seed = (uint64_t)seed,
                                   .rate = rate,
                                   .l2 = l2,
                                   .balance = balance,
                                   .balanced = weights};
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

static int open_model(struct classify *c, struct err *e)
{
    struct score_opts opts = {key, of, keep_labels, min_score, all_scores};
    int r = classifier_open(&c->model, model_file, e);
    if (r < 0) return r;
    predictions_init(&c->predictions, classifier_n_labels(c->model));
    return scorer_init(&c->scorer, c->model, &opts, e);
}

static int open_all(struct classify *c, const struct tool *t, struct err *e)
{
    int r = check_options(t, e);
    classes_init(&c->classes, LINEAR_MAX_CLASSES);
    if (r == 0 && labels_file) r = labels_load(&c->labels, labels_file, e);
    if (r < 0) return r;
    return model_file ? open_model(c, e) : corpus_init(&c->corpus, t->memory, t->tmp, e);
}

static void close_all(struct classify *c)
{
    scorer_free(&c->scorer);
    classifier_close(c->model);
    labels_free(c->labels);
    corpus_free(&c->corpus);
    classes_free(&c->classes);
    predictions_free(&c->predictions);
}

int main(int argc, char **argv)
{
    struct stage_ops scoring = {"jsonl", scoring_new, scoring_free, .doc = scoring_doc};
    struct stage_ops looking = {NULL, worker_new, worker_free, .ordered = in_order};
    struct classify c = {.corpus = {.fd = -1}};
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_MEMORY | TOOL_VERB, argc,
                    argv))
        return t.status;
    int r = open_all(&c, &t, &t.err);
    bool score = strcmp(t.verb, "score") == 0, training = strcmp(t.verb, "train") == 0;
    looking.doc = c.model ? measure_doc : learn_doc;
    if (r == 0) r = stage_run(&t, score ? &scoring : &looking, &c);
    /* what was learned from a part of the documents is not what was asked for */
    if (r == 0 && !score && tool_out_end(&t, r) == OUT_COMMIT) r = training ? train(&c, &t) : eval(&c, &t);
    close_all(&c);
    return tool_finish(&t, r);
}
