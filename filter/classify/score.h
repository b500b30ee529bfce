/* score.h: a document's label and score: written into its metadata, or beside it, or the reason to drop it. */
#ifndef LEAT_FILTER_CLASSIFY_SCORE_H
#define LEAT_FILTER_CLASSIFY_SCORE_H

#include "classify.h"
#include "common/stage.h"

struct score_opts {
    const char *key;         /* metadata.KEY and metadata.KEY_score; attributes KEY__LABEL */
    const char *of;          /* the label whose score counts; NULL: the most probable one's */
    const char *keep_labels; /* with commas between them; NULL: all */
    double min_score;
    bool all; /* write the scores of all labels */
};

struct scorer {
    const struct classifier *model; /* borrowed */
    struct score_opts opts;
    int64_t of;  /* -1: the most probable one */
    bool *keeps; /* by label; NULL: all */
};

struct score_worker; /* of one thread */

/* -ERR_USAGE: `of` or `keep_labels` names a label that the model does not have. */
int scorer_init(struct scorer *s, const struct classifier *model, const struct score_opts *opts,
                struct err *e);
void scorer_free(struct scorer *s);

struct score_worker *score_worker_new(const struct scorer *s); /* NULL: out of memory */
void score_worker_free(struct score_worker *w);

/* Keeps or drops the document. Its line of --attributes is written either way. */
int score_doc(const struct scorer *s, struct score_worker *w, struct doc *d, struct stage_out *o,
              struct err *e);

#endif
