/* train.h: documents to a language model. */
#ifndef LEAT_FILTER_LM_TRAIN_H
#define LEAT_FILTER_LM_TRAIN_H

#include "common/stream.h"
#include "filter/lm/estimate.h"
#include "filter/lm/vocab.h"

struct train_opts {
    unsigned order, normal;
    uint64_t prune[LM_MAX_ORDER + 1];
    double fallback[3];
    uint64_t memory;
    const char *tmp, *vocab; /* may be NULL */
    int threads;
};

struct training;
int training_new(struct training **t, const struct train_opts *o, struct err *e);
void training_free(struct training *t); /* NULL is allowed */

/* One thread's: cuts texts into words, without touching the training. */
struct cutter;
struct cutter *cutter_new(const struct training *t); /* NULL: out of memory */
void cutter_free(struct cutter *c);
/* The text's sequences, appended to *b in the form that training_add takes. */
int cutter_text(struct cutter *c, struct slice text, struct buf *b, struct err *e);

/* In input order, one thread at a time. `cut` is what cutter_text appended for one text, aligned to 8. */
int training_add(struct training *t, struct slice cut, struct err *e);
/* How many bytes of `cuts` the first text takes. */
size_t training_cut_bytes(struct slice cuts);
uint64_t training_tokens(const struct training *t); /* words and </s> so far */

/* Counts and estimates; then one of the two that follow, once. */
int training_estimate(struct training *t, struct err *e);
int training_write_arpa(struct training *t, struct out *o, struct err *e);
int training_write_binary(struct training *t, struct out *o, struct err *e);
const struct counter *training_counts(const struct training *t);
const struct discounts *training_discounts(const struct training *t, unsigned k);
uint64_t training_words(const struct training *t);

#endif
