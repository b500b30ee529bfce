/* score.c: what leat classify score does with one document.
 *
 * In: a document, a model. Out: the document with metadata.KEY and KEY_score, or dropped; dolma's attributes. State: the
 * thread's scratch. */
#include "score.h"
#include "common/json.h"
#include "common/text.h"
#include "digits.h"
#include <stdio.h>
#include <stdlib.h>

struct score_worker {
    struct classifier_scratch *scratch;
    float *scores; /* of each label */
    struct buf buf;
};

struct score_worker *score_worker_new(const struct scorer *s)
{
    struct score_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->buf, BUF_NO_MAX);
    w->scratch = classifier_scratch_new(s->model);
    w->scores = calloc(classifier_n_labels(s->model), sizeof *w->scores);
    if (w->scratch && w->scores) return w;
    score_worker_free(w);
    return NULL;
}

void score_worker_free(struct score_worker *w)
{
    if (!w) return;
    classifier_scratch_free(w->scratch);
    free(w->scores);
    buf_free(&w->buf);
    free(w);
}

/* ------------------------------------------------------------------ what is written */

static void put_all(const struct scorer *s, const float *p, struct buf *b)
{
    buf_putc(b, '{');
    for (uint32_t k = 0; k < classifier_n_labels(s->model); k++) {
        if (k) buf_putc(b, ',');
        json_put_str(b, classifier_label(s->model, k));
        buf_putc(b, ':');
        digits_put(b, p[k]);
    }
    buf_putc(b, '}');
}

static int annotate(const struct scorer *s, struct score_worker *w, int64_t best, float score, struct doc *d)
{
    char name[256];
    int r = best < 0 ? doc_meta_set_raw(d, s->opts.key, slice_str("null"))
                     : doc_meta_set_str(d, s->opts.key, classifier_label(s->model, (uint32_t)best));
    snprintf(name, sizeof name, "%.200s_score", s->opts.key);
    buf_clear(&w->buf);
    digits_put(&w->buf, score);
    if (r == 0) r = doc_meta_set_raw(d, name, buf_slice(&w->buf));
    if (r < 0 || !s->opts.all) return r;
    snprintf(name, sizeof name, "%.200s_scores", s->opts.key);
    buf_clear(&w->buf);
    put_all(s, w->scores, &w->buf);
    return w->buf.failed ? -ERR_IO : doc_meta_set_raw(d, name, buf_slice(&w->buf));
}

/* dolma's layout: "NAME__LABEL":[[0,LENGTH,P]] of the score's label, or of all. */
static int put_attributes(const struct scorer *s, struct score_worker *w, int64_t best, struct doc *d,
                          struct stage_out *o)
{
    unsigned long long length = utf8_count(d->text.p, d->text.n);
    struct buf *b = &w->buf;
    int64_t label = s->of >= 0 ? s->of : best;
    buf_clear(b);
    for (uint32_t k = 0; k < classifier_n_labels(s->model); k++) {
        if (!s->opts.all && (int64_t)k != label) continue;
        struct slice name = classifier_label(s->model, k);
        struct buf whole;
        buf_init(&whole, BUF_NO_MAX);
        buf_printf(&whole, "%s__%.*s", s->opts.key, (int)name.n, name.p);
        if (b->n) buf_putc(b, ',');
        json_put_str(b, buf_slice(&whole));
        if (whole.failed) b->failed = true;
        buf_free(&whole);
        buf_printf(b, ":[[0,%llu,", length);
        digits_put(b, w->scores[k]);
        buf_puts(b, "]]");
    }
    return buf_terminate(b) < 0 ? -ERR_IO : stage_attributes(o, d, b->p);
}

static int drop_for_label(const struct scorer *s, struct score_worker *w, int64_t best, struct doc *d,
                          struct stage_out *o)
{
    buf_clear(&w->buf);
    if (best >= 0) json_put_str(&w->buf, classifier_label(s->model, (uint32_t)best));
    if (best < 0) buf_puts(&w->buf, "null");
    return buf_terminate(&w->buf) < 0 ? -ERR_IO : stage_drop(o, d, "label", w->buf.p);
}

static int drop_for_score(struct score_worker *w, float score, struct doc *d, struct stage_out *o)
{
    buf_clear(&w->buf);
    digits_put(&w->buf, score);
    return buf_terminate(&w->buf) < 0 ? -ERR_IO : stage_drop(o, d, "score", w->buf.p);
}

int score_doc(const struct scorer *s, struct score_worker *w, struct doc *d, struct stage_out *o,
              struct err *e)
{
    int64_t best;
    float score = 0;
    bool one = s->of < 0 && !s->opts.all;
    int r = one ? classifier_best(s->model, w->scratch, d->text, &best, &score, e)
                : classifier_scores(s->model, w->scratch, d->text, w->scores, &best, e);
    if (r < 0) return r;
    if (one && best >= 0) w->scores[best] = score;
    if (!one && (s->of >= 0 || best >= 0)) score = w->scores[s->of >= 0 ? s->of : best];
    if (o->attributes && (r = put_attributes(s, w, best, d, o)) < 0) return r;
    if (s->keeps && (best < 0 || !s->keeps[best])) return drop_for_label(s, w, best, d, o);
    if ((double)score < s->opts.min_score) return drop_for_score(w, score, d, o);
    if (!o->attributes) r = annotate(s, w, best, score, d);
    return r < 0 ? r : stage_keep(o, d);
}

/* ------------------------------------------------------------------ the labels that options name */

static int64_t known_label(const struct scorer *s, struct slice name, const char *option, struct err *e)
{
    int64_t k = classifier_find(s->model, name);
    if (k >= 0) return k;
    struct slice first = classifier_label(s->model, 0);
    return err_set(e, ERR_USAGE, "%s %.*s: the model has no such label; it has %u, such as %.*s", option,
                   (int)name.n, name.p, classifier_n_labels(s->model), (int)first.n, first.p);
}

int scorer_init(struct scorer *s, const struct classifier *model, const struct score_opts *opts,
                struct err *e)
{
    *s = (struct scorer){.model = model, .opts = *opts, .of = -1};
    if (opts->of && (s->of = known_label(s, slice_str(opts->of), "--of", e)) < 0) return (int)s->of;
    if (!opts->keep_labels) return 0;
    s->keeps = calloc(classifier_n_labels(model), sizeof *s->keeps);
    if (!s->keeps) return err_nomem(e, "starting");
    for (const char *p = opts->keep_labels; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        int64_t k = known_label(s, slice_of(p, n), "--keep-labels", e);
        if (k < 0) return (int)k;
        s->keeps[k] = true;
        p += n;
    }
    return 0;
}

void scorer_free(struct scorer *s)
{
    free(s->keeps);
}
