/* report.c: predictions, and the figures that leat classify eval prints.
 *
 * In: predictions. Out: text. State: 20 bytes a prediction, and 4 a class of each. */
#include "report.h"
#include "common/json.h"
#include <stdlib.h>

void predictions_init(struct predictions *p, uint32_t classes)
{
    *p = (struct predictions){0};
    measure_init(&p->measure, classes);
}

void predictions_free(struct predictions *p)
{
    measure_free(&p->measure);
    free(p->fold_of);
    free(p->index_of);
}

static int grow(struct predictions *p, struct err *e)
{
    size_t cap = p->measure.n ? 2 * p->measure.n : 1024;
    uint32_t *fold_of = realloc(p->fold_of, cap * sizeof *fold_of);
    if (fold_of) p->fold_of = fold_of;
    uint64_t *index_of = fold_of ? realloc(p->index_of, cap * sizeof *index_of) : NULL;
    if (!index_of) return err_nomem(e, "keeping predictions");
    p->index_of = index_of;
    return 0;
}

int predictions_add(struct predictions *p, uint64_t index, uint32_t fold, uint32_t truth, uint32_t said,
                    const float *scores, struct err *e)
{
    size_t n = p->measure.n;
    if (n == p->measure.cap && grow(p, e) < 0) return -ERR_IO;
    p->fold_of[n] = fold;
    p->index_of[n] = index;
    return measure_add(&p->measure, truth, said, scores, e);
}

int predictions_table(const struct predictions *p, class_name_fn *name, const void *ctx, struct buf *b,
                      struct err *e)
{
    const struct measure *m = &p->measure;
    buf_puts(b, "number\tfold\tlabel\tmost probable");
    for (uint32_t k = 0; k < m->classes; k++) {
        buf_putc(b, '\t');
        buf_put_slice(b, name(ctx, k));
    }
    buf_putc(b, '\n');
    for (size_t i = 0; i < m->n; i++) {
        buf_printf(b, "%llu\t%u\t", (unsigned long long)p->index_of[i], p->fold_of[i]);
        buf_put_slice(b, name(ctx, m->truth[i]));
        buf_putc(b, '\t');
        if (m->said[i] < m->classes) buf_put_slice(b, name(ctx, m->said[i]));
        for (uint32_t k = 0; k < m->classes; k++)
            buf_printf(b, "\t%.9g", (double)m->score[i * m->classes + k]);
        buf_putc(b, '\n');
    }
    return b->failed ? err_nomem(e, "writing predictions") : 0;
}

/* ------------------------------------------------------------------ figures */

struct naming {
    uint32_t classes;
    class_name_fn *name;
    const void *ctx;
};

static struct slice class_name(const struct naming *c, uint32_t k)
{
    return c->name(c->ctx, k);
}

static void put_json(const struct naming *c, const struct measured *r, struct buf *b)
{
    uint32_t n = c->classes;
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
static void put_mistakes(const struct naming *c, const struct measured *r, uint32_t k, struct buf *b)
{
    uint32_t n = c->classes, before = UINT32_MAX;
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

static void put_report(const struct naming *c, const struct measured *r, struct buf *b)
{
    buf_printf(b, "documents %llu\naccuracy %.4f\nmacro-F1 %.4f\nAUC %.4f\n\n",
               (unsigned long long)r->documents, r->accuracy, r->macro_f1, r->auc);
    buf_puts(b, "documents  precision  recall      F1     AUC  label: taken for\n");
    for (uint32_t k = 0; k < c->classes; k++) {
        const struct measure_class *m = &r->of[k];
        struct slice name = class_name(c, k);
        if (m->documents == 0 && m->said == 0) continue;
        buf_printf(b, "%9llu  %9.4f  %6.4f  %6.4f  %6.4f  %.*s: ", (unsigned long long)m->documents,
                   m->precision, m->recall, m->f1, m->auc, (int)name.n, name.p);
        put_mistakes(c, r, k, b);
    }
}

int predictions_report(const struct predictions *p, class_name_fn *name, const void *ctx, bool as_json,
                       struct buf *b, struct err *e)
{
    struct naming naming = {p->measure.classes, name, ctx};
    struct measured r;
    if (measure_all(&p->measure, &r, e) < 0) return -ERR_IO;
    if (as_json)
        put_json(&naming, &r, b);
    else
        put_report(&naming, &r, b);
    measured_free(&r);
    return b->failed ? err_nomem(e, "reporting") : 0;
}
