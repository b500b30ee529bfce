/* measure.c: precision and recall by class, and the area under the ROC curve: the chance that a document of the class scores
 * above one of another class, ties counting half (Mann and Whitney's U), from ranks: n log n, exact.
 *
 * In: truth, decision, scores. Out: figures. Memory: the predictions, 8 bytes each to sort. */
#include "measure.h"
#include "real.h"
#include <stdlib.h>

void measure_init(struct measure *m, uint32_t classes)
{
    *m = (struct measure){.classes = classes};
}

void measure_free(struct measure *m)
{
    free(m->truth);
    free(m->said);
    free(m->score);
    *m = (struct measure){0};
}

static int grow(struct measure *m)
{
    size_t cap = m->cap ? 2 * m->cap : 1024;
    uint32_t *truth = realloc(m->truth, cap * sizeof *truth), *said;
    float *score;
    if (truth) m->truth = truth;
    said = truth ? realloc(m->said, cap * sizeof *said) : NULL;
    if (said) m->said = said;
    score = said ? realloc(m->score, cap * m->classes * sizeof *score) : NULL;
    if (!score) return -1;
    m->score = score;
    m->cap = cap;
    return 0;
}

int measure_add(struct measure *m, uint32_t truth, uint32_t said, const float *score, struct err *e)
{
    if (m->n == m->cap && grow(m) < 0) return err_nomem(e, "keeping predictions");
    m->truth[m->n] = truth;
    m->said[m->n] = said;
    memcpy(m->score + m->n++ * m->classes, score, m->classes * sizeof *score);
    return 0;
}

struct ranked {
    float score;
    bool is;
};

static int by_score(const void *a, const void *b)
{
    float x = ((const struct ranked *)a)->score, y = ((const struct ranked *)b)->score;
    return x < y ? -1 : x > y;
}

static double area(struct ranked *at, size_t n)
{
    double won = 0, others = 0, members = 0;
    qsort(at, n, sizeof *at, by_score);
    for (size_t i = 0, j; i < n; i = j) {
        double tied_others = 0, tied_members = 0;
        for (j = i; j < n && at[j].score == at[i].score; j++) at[j].is ? tied_members++ : tied_others++;
        won += tied_members * (others + tied_others / 2);
        others += tied_others;
        members += tied_members;
    }
    return others > 0 && members > 0 ? won / (others * members) : real_of_bits(0x7ff8000000000000);
}

static void measure_class(const struct measure *m, uint32_t k, struct ranked *scratch, struct measured *r)
{
    struct measure_class *c = &r->of[k];
    for (size_t i = 0; i < m->n; i++) {
        scratch[i] = (struct ranked){m->score[i * m->classes + k], m->truth[i] == k};
        c->documents += m->truth[i] == k;
        c->said += m->said[i] == k;
        c->right += m->truth[i] == k && m->said[i] == k;
    }
    c->precision = c->said ? (double)c->right / (double)c->said : 0;
    c->recall = c->documents ? (double)c->right / (double)c->documents : 0;
    c->f1 = c->right ? 2 * c->precision * c->recall / (c->precision + c->recall) : 0;
    c->auc = area(scratch, m->n);
}

static void summarise(const struct measure *m, struct measured *r)
{
    double f1 = 0, auc = 0;
    uint64_t with_f1 = 0, with_auc = 0;
    for (uint32_t k = 0; k < m->classes; k++) {
        const struct measure_class *c = &r->of[k];
        r->right += c->right;
        if (c->documents) f1 += c->f1, with_f1++;
        if (c->auc == c->auc) auc += c->auc, with_auc++;
    }
    r->documents = m->n;
    r->accuracy = m->n ? (double)r->right / (double)m->n : 0;
    r->macro_f1 = with_f1 ? f1 / (double)with_f1 : 0;
    r->auc = m->classes == 2 ? r->of[1].auc
             : with_auc      ? auc / (double)with_auc
                             : real_of_bits(0x7ff8000000000000);
}

int measure_all(const struct measure *m, struct measured *r, struct err *e)
{
    struct ranked *scratch = malloc((m->n + 1) * sizeof *scratch);
    *r = (struct measured){0};
    r->of = calloc(m->classes, sizeof *r->of);
    r->confusion = calloc((size_t)m->classes * (m->classes + 1), sizeof *r->confusion);
    if (!scratch || !r->of || !r->confusion) {
        free(scratch);
        measured_free(r);
        return err_nomem(e, "measuring");
    }
    for (uint32_t k = 0; k < m->classes; k++) measure_class(m, k, scratch, r);
    for (size_t i = 0; i < m->n; i++) r->confusion[(size_t)m->truth[i] * (m->classes + 1) + m->said[i]]++;
    summarise(m, r);
    free(scratch);
    return 0;
}

void measured_free(struct measured *r)
{
    free(r->of);
    free(r->confusion);
    *r = (struct measured){0};
}
