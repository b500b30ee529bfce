/* classify.c: one interface over the two kinds of models. */
#include "classify.h"
#include "fasttext.h"
#include "model.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct classifier {
    struct fasttext *fasttext; /* NULL: model is used */
    struct model model;
};

struct classifier_scratch {
    struct features *features;
    struct fasttext_scratch *fasttext;
    uint32_t *label;
    float *number, *scores; /* logits, or fastText's scores; of all labels */
};

static bool file_is_fasttext(const char *path)
{
    char head[8];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof head);
    if (fd >= 0) close(fd);
    return n > 0 && fasttext_is(head, (size_t)n);
}

int classifier_open(struct classifier **out, const char *path, struct err *e)
{
    struct classifier *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c) return err_nomem(e, "opening a classifier");
    int r = file_is_fasttext(path) ? fasttext_open(&c->fasttext, path, e) : model_open(&c->model, path, e);
    if (r < 0)
        free(c);
    else
        *out = c;
    return r;
}

void classifier_close(struct classifier *c)
{
    if (!c) return;
    if (c->fasttext)
        fasttext_close(c->fasttext);
    else
        model_close(&c->model);
    free(c);
}

uint32_t classifier_n_labels(const struct classifier *c)
{
    return c->fasttext ? (uint32_t)fasttext_n_labels(c->fasttext) : c->model.classes;
}

struct slice classifier_label(const struct classifier *c, uint32_t i)
{
    const size_t prefix = strlen("__label__");
    if (!c->fasttext) return slice_str(c->model.label[i]);
    struct slice s = fasttext_label(c->fasttext, i);
    bool has = s.n > prefix && memcmp(s.p, "__label__", prefix) == 0;
    return has ? slice_of(s.p + prefix, s.n - prefix) : s;
}

int64_t classifier_find(const struct classifier *c, struct slice label)
{
    for (uint32_t i = 0; i < classifier_n_labels(c); i++)
        if (slice_eq(classifier_label(c, i), label)) return i;
    return -1;
}

struct classifier_scratch *classifier_scratch_new(const struct classifier *c)
{
    struct classifier_scratch *s = calloc(1, sizeof *s);
    uint32_t n = classifier_n_labels(c);
    if (!s) return NULL;
    s->label = calloc(n, sizeof *s->label);
    s->number = calloc(n, sizeof *s->number);
    s->scores = calloc(n, sizeof *s->scores);
    if (c->fasttext)
        s->fasttext = fasttext_scratch_new(c->fasttext);
    else
        s->features = features_new(c->model.features);
    if (s->label && s->number && s->scores && (s->fasttext || s->features)) return s;
    classifier_scratch_free(s);
    return NULL;
}

void classifier_scratch_free(struct classifier_scratch *s)
{
    if (!s) return;
    features_free(s->features);
    fasttext_scratch_free(s->fasttext);
    free(s->label);
    free(s->number);
    free(s->scores);
    free(s);
}

static int scores_of_fasttext(const struct classifier *c, struct classifier_scratch *s, struct slice text,
                              float *p, int64_t *best, struct err *e)
{
    uint32_t n = classifier_n_labels(c);
    int64_t got = fasttext_predict(c->fasttext, s->fasttext, text, n, s->label, s->number, e);
    if (got < 0) return (int)got;
    memset(p, 0, n * sizeof *p);
    for (int64_t i = 0; i < got; i++) p[s->label[i]] = s->number[i];
    *best = got ? (int64_t)s->label[0] : -1;
    return 0;
}

int classifier_scores(const struct classifier *c, struct classifier_scratch *s, struct slice text, float *p,
                      int64_t *best, struct err *e)
{
    const feature *at;
    size_t n;
    if (c->fasttext) return scores_of_fasttext(c, s, text, p, best, e);
    int r = features_find(s->features, text, &at, &n, e);
    if (r < 0) return r;
    model_logits(&c->model, at, n, s->number);
    linear_probabilities(s->number, c->model.outputs, p);
    *best = 0;
    for (uint32_t k = 1; k < c->model.classes; k++)
        if (p[k] > p[*best]) *best = k;
    return 0;
}

int classifier_best(const struct classifier *c, struct classifier_scratch *s, struct slice text,
                    int64_t *best, float *p, struct err *e)
{
    *p = 0;
    if (!c->fasttext) {
        int r = classifier_scores(c, s, text, s->scores, best, e);
        if (r == 0) *p = s->scores[*best];
        return r;
    }
    int64_t got = fasttext_predict(c->fasttext, s->fasttext, text, 1, s->label, p, e);
    *best = got > 0 ? (int64_t)s->label[0] : -1;
    return got < 0 ? (int)got : 0;
}
