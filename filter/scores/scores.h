/* scores.h: what models say of a document, as signals that rules can test: its language, perplexity, a classifier's label, tokens.
 *
 *   scores_open(&s, &opts, &e); struct scores_worker *w = scores_worker_new(s);     // one per thread
 *   scores_doc(s, w, text, &scored, &e);
 *
 * Thread rule: opened models are read only. Memory: the models; per thread their scratch. */
#ifndef LEAT_FILTER_SCORES_H
#define LEAT_FILTER_SCORES_H

#include "common/buf.h"
#include "common/err.h"

struct scores_opts {        /* as given on the command line; NULL: not asked for */
    const char *language;   /* "builtin", or a classifier whose labels are languages */
    const char *perplexity; /* .arpa, .blm */
    const char *classifier,
        *label; /* .lcl, .bin, .ftz; the label whose probability is the score: NULL: the best one's */
    const char *tokenizer; /* tokenizer.json */
};

struct scores;
/* *s is NULL when the options ask for nothing. -ERR_USAGE: a label that the classifier does not have. */
int scores_open(struct scores **s, const struct scores_opts *o, struct err *e);
void scores_close(struct scores *s); /* NULL is allowed */

/* Whether `code`, of the option `what`, can be a document's language: one that the model says, or, without a model (s NULL too),
 * any code. -ERR_USAGE names the nearest. */
int scores_check_language(const struct scores *s, const char *what, struct slice code, struct err *e);

struct scores_worker;
struct scores_worker *scores_worker_new(const struct scores *s); /* NULL: out of memory */
void scores_worker_free(struct scores_worker *w);

struct scored {        /* NAN, and n = 0: not asked for, or the model knows nothing of the text */
    char language[64]; /* "": not asked for */
    double language_score;
    double perplexity;
    struct slice label; /* the best one; lives as long as the scores */
    double classifier_score;
    double tokens;
};
int scores_doc(const struct scores *s, struct scores_worker *w, struct slice text, struct scored *out,
               struct err *e);

#endif
