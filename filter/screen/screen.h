/* screen.h: the last look at a document that the rules keep: word lists, evaluation sets, personal data.
 *
 *   screen_open(&s, &opts, &e); struct screen_worker *w = screen_worker_new(s);   // one per thread
 *   screen_doc(s, w, d, &text, o, &drop, &e);     // drop.rule: why; else `text` may be another, which the ledger knows
 *   screen_annotate(s, w, d, &e);            // only metadata
 *   screen_attributes(s, w, d, comma, out, &e);
 *
 * In this order: a document whose share of listed words is too large is dropped; one that shares n-grams with an evaluation
 * set is dropped, or loses them; one with personal data is dropped, or has it masked.
 *
 * Thread rule: an open screen is read only. Memory: the lists and the index (wordlist.h, overlap.h); per thread 24 bytes
 * a word and 32 bytes a span of the longest document, and its text once more. */
#ifndef LEAT_FILTER_SCREEN_H
#define LEAT_FILTER_SCREEN_H

#include "common/stage.h"

enum screen_action { SCREEN_MASK, SCREEN_DROP, SCREEN_ANNOTATE };

struct screen_opts { /* as given on the command line; zeros: nothing is looked for */
    const char *pii;
    int pii_action, pii_style; /* enum screen_action; 0 leat, 1 fineweb */
    struct opt_list placeholders, word_lists, evaluations;
    const char *ngram, *keys;    /* NULL: 13, the usual keys */
    int evaluation_action;       /* 0 drop, 1 remove, 2 annotate */
    int64_t least_grams, window; /* 0: the defaults 1 and 200 */
    double item_share;
};

struct screen;
/* *s is NULL when the options ask for nothing. */
int screen_open(struct screen **s, const struct screen_opts *opts, struct err *e);
void screen_free(struct screen *s);
/* What was read, for the log: "decontamination: 1319 items, …"; "" when there are no evaluation sets. */
const char *screen_about(const struct screen *s);

struct screen_worker;
struct screen_worker *screen_worker_new(const struct screen *s); /* NULL: out of memory */
void screen_worker_free(struct screen_worker *w);

struct screen_drop {
    const char *rule;  /* NULL: the document stays. "pii", "contaminated", "word_list:NAME" */
    const char *value; /* JSON; of the worker, until its next document */
};

/* *text: what the rules left of the document's; afterwards what is to be written, borrowed from w until its next document.
 * d gets metadata alone. Where the document stays, what was taken from the text and put into it is in o's ledger. */
int screen_doc(const struct screen *s, struct screen_worker *w, struct doc *d, struct slice *text,
               struct stage_out *o, struct screen_drop *drop, struct err *e);
/* Metadata: pii, word_lists, contamination. */
int screen_annotate(const struct screen *s, struct screen_worker *w, struct doc *d, struct err *e);
/* Members of dolma's attributes: "filter__pii_email":[[start,end,1],…], … `comma` before the first when out is not empty. */
int screen_attributes(const struct screen *s, struct screen_worker *w, const struct doc *d, struct buf *out,
                      struct err *e);

#endif
