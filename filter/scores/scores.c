/* scores.c: opens the models that are asked for, and asks them. In: a text. Out: numbers. State: models, read only. */
#include "filter/scores/scores.h"
#include "common/opts.h"
#include "filter/classify/classify.h"
#include "filter/language/codes.h"
#include "filter/language/language.h"
#include "filter/lm/lm.h"
#include "tokenizer/encode.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scores {
    bool builtin;                              /* the language, by language.h */
    struct classifier *languages, *classifier; /* NULL: none */
    int64_t label;                             /* of the classifier; -1: the best one */
    struct lm *lm;
    struct tokenizer tokenizer;
    bool counts_tokens;
};

struct scores_worker {
    struct classifier_scratch *languages, *classifier;
    float *p; /* by label */
    struct lm_scratch *lm;
    struct encoder *encoder;
    struct ids ids;
};

/* ------------------------------------------------------------------ models */

static int open_language(struct scores *s, const char *model, struct err *e)
{
    if (!model) return 0;
    s->builtin = strcmp(model, "builtin") == 0;
    if (s->builtin) return 0;
    if (!strchr(model, '/') && !strchr(model, '.') && access(model, F_OK) != 0)
        return err_set(
            e, ERR_USAGE,
            "--detect-language %s: neither builtin (CLD2 and a model of leat's), nor a file: a classifier "
            "of fastText (.bin, .ftz) or of leat classify (.lcl)",
            model);
    return classifier_open(&s->languages, model, e);
}

/* fastText's 176, GlotLID's two thousand. */
static int check_label(const struct classifier *c, const char *what, struct slice code, struct err *e)
{
    uint32_t n = classifier_n_labels(c);
    char word[64];
    char(*room)[64] = calloc(n + 1, sizeof *room);
    const char **names = calloc(n + 1, sizeof *names);
    if (!room || !names) {
        free(names);
        free(room);
        return err_nomem(e, "reading labels");
    }
    for (uint32_t i = 0; i < n; i++) {
        struct slice label = classifier_label(c, i);
        snprintf(room[i], sizeof *room, "%.*s", (int)label.n, label.p);
        names[i] = room[i];
    }
    snprintf(word, sizeof word, "%.*s", (int)code.n, code.p);
    const char *near = opt_nearest(word, names, n);
    int got = err_set(e, ERR_USAGE, "%s: '%s' is no label of the --detect-language model; %s %s", what, word,
                      near ? "did you mean" : "its first is",
                      near ? near
                      : n  ? names[0]
                           : "");
    free(names);
    free(room);
    return got;
}

int scores_check_language(const struct scores *s, const char *what, struct slice code, struct err *e)
{
    if (s && s->builtin) return codes_check_detected(what, code, e);
    if (!s || !s->languages) return codes_check(what, code, e);
    bool known = slice_is(code, "un") || classifier_find(s->languages, code) >= 0;
    return known ? 0 : check_label(s->languages, what, code, e);
}

static int open_classifier(struct scores *s, const char *model, const char *label, struct err *e)
{
    s->label = -1;
    if (!model) return 0;
    int got = classifier_open(&s->classifier, model, e);
    if (got < 0 || !label) return got;
    s->label = classifier_find(s->classifier, slice_str(label));
    if (s->label >= 0) return 0;
    struct slice first = classifier_label(s->classifier, 0);
    return err_set(e, ERR_USAGE, "%s has no label '%s'; its first of %u is '%.*s'", model, label,
                   classifier_n_labels(s->classifier), (int)(first.n < 100 ? first.n : 100), first.p);
}

static int open_tokenizer(struct scores *s, const char *path, struct err *e)
{
    if (!path) return 0;
    int got = tokenizer_open(&s->tokenizer, path, SPECIAL_IS_TEXT, e);
    s->counts_tokens = got >= 0;
    return got;
}

int scores_open(struct scores **out, const struct scores_opts *o, struct err *e)
{
    *out = NULL;
    if (!o->language && !o->perplexity && !o->classifier && !o->tokenizer) return 0;
    struct scores *s = calloc(1, sizeof *s);
    if (!s) return err_nomem(e, "opening models");
    int got = open_language(s, o->language, e);
    if (got >= 0) got = open_classifier(s, o->classifier, o->label, e);
    if (got >= 0 && o->perplexity) got = lm_open(&s->lm, o->perplexity, NULL, e);
    if (got >= 0) got = open_tokenizer(s, o->tokenizer, e);
    if (got >= 0)
        *out = s;
    else
        scores_close(s);
    return got;
}

void scores_close(struct scores *s)
{
    if (!s) return;
    classifier_close(s->languages);
    classifier_close(s->classifier);
    lm_close(s->lm);
    if (s->counts_tokens) tokenizer_close(&s->tokenizer);
    free(s);
}

void scores_worker_free(struct scores_worker *w)
{
    if (!w) return;
    if (w->languages) classifier_scratch_free(w->languages);
    if (w->classifier) classifier_scratch_free(w->classifier);
    if (w->lm) lm_scratch_free(w->lm);
    if (w->encoder) encoder_free(w->encoder);
    ids_free(&w->ids);
    free(w->p);
    free(w);
}

struct scores_worker *scores_worker_new(const struct scores *s)
{
    struct scores_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    bool ok = true;
    if (s->languages) ok &= (w->languages = classifier_scratch_new(s->languages)) != NULL;
    if (s->classifier) {
        ok &= (w->classifier = classifier_scratch_new(s->classifier)) != NULL;
        ok &= (w->p = calloc(classifier_n_labels(s->classifier), sizeof *w->p)) != NULL;
    }
    if (s->lm) ok &= (w->lm = lm_scratch_new()) != NULL;
    if (s->counts_tokens) ok &= (w->encoder = encoder_new(&s->tokenizer)) != NULL;
    if (ok) return w;
    scores_worker_free(w);
    return NULL;
}

/* ------------------------------------------------------------------ one document */

static void take_name(struct scored *out, struct slice name)
{
    size_t n = name.n < sizeof out->language ? name.n : sizeof out->language - 1;
    memcpy(out->language, name.p, n);
    out->language[n] = 0;
}

static int score_language(const struct scores *s, struct scores_worker *w, struct slice text,
                          struct scored *out, struct err *e)
{
    if (s->builtin) {
        struct language l;
        language_detect(text, &l);
        take_name(out, slice_str(l.code));
        out->language_score = l.score / 1000.0;
        return 0;
    }
    int64_t best;
    float p;
    if (!s->languages) return 0;
    int got = classifier_best(s->languages, w->languages, text, &best, &p, e);
    if (got < 0) return got;
    take_name(out, best < 0 ? slice_str("un") : classifier_label(s->languages, (uint32_t)best));
    out->language_score = best < 0 ? 0 : p < 1 ? (double)p : 1;
    return 0;
}

static int score_class(const struct scores *s, struct scores_worker *w, struct slice text, struct scored *out,
                       struct err *e)
{
    int64_t best;
    if (!s->classifier) return 0;
    int got = classifier_scores(s->classifier, w->classifier, text, w->p, &best, e);
    if (got < 0) return got;
    int64_t asked = s->label >= 0 ? s->label : best;
    if (best >= 0) out->label = classifier_label(s->classifier, (uint32_t)best);
    out->classifier_score = asked < 0 ? 0 : w->p[asked] < 1 ? (double)w->p[asked] : 1;
    return 0;
}

static int score_perplexity(const struct scores *s, struct scores_worker *w, struct slice text,
                            struct scored *out, struct err *e)
{
    struct lm_score score;
    if (!s->lm) return 0;
    int got = lm_score_text(s->lm, w->lm, text, &score, e);
    if (got >= 0 && score.words) out->perplexity = score.perplexity;
    return got;
}

static int count_tokens(const struct scores *s, struct scores_worker *w, struct slice text,
                        struct scored *out, struct err *e)
{
    if (!s->counts_tokens) return 0;
    w->ids.n = 0;
    int got = encode_text(w->encoder, text, &w->ids, e);
    if (got >= 0) out->tokens = (double)w->ids.n;
    return got;
}

int scores_doc(const struct scores *s, struct scores_worker *w, struct slice text, struct scored *out,
               struct err *e)
{
    *out = (struct scored){.language_score = NAN, .perplexity = NAN, .classifier_score = NAN, .tokens = NAN};
    int got = score_language(s, w, text, out, e);
    if (got >= 0) got = score_class(s, w, text, out, e);
    if (got >= 0) got = score_perplexity(s, w, text, out, e);
    if (got >= 0) got = count_tokens(s, w, text, out, e);
    return got;
}
