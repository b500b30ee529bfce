/* report.h: what was said of labelled documents: kept, written line by line, and summed up. */
#ifndef LEAT_FILTER_CLASSIFY_REPORT_H
#define LEAT_FILTER_CLASSIFY_REPORT_H

#include "common/buf.h"
#include "measure.h"

/* The name of class k; of `ctx` as it was given to the functions below. */
typedef struct slice class_name_fn(const void *ctx, uint32_t k);

struct predictions {
    struct measure measure;
    uint32_t *fold_of;  /* of each */
    uint64_t *index_of; /* among the records of the input */
};

void predictions_init(struct predictions *p, uint32_t classes);
void predictions_free(struct predictions *p);

/* Of record `index`: the true class, the most probable one (the number of classes: none), the probabilities of all. */
int predictions_add(struct predictions *p, uint64_t index, uint32_t fold, uint32_t truth, uint32_t said,
                    const float *scores, struct err *e);

/* Appends a table of all of them, separated by tabs. */
int predictions_table(const struct predictions *p, class_name_fn *name, const void *ctx, struct buf *b,
                      struct err *e);

/* Appends figures for people, or one JSON object. */
int predictions_report(const struct predictions *p, class_name_fn *name, const void *ctx, bool as_json,
                       struct buf *b, struct err *e);

#endif
