/* decide.h: what the rules say about a document: which drops it, with which value, and the text that is left of it. */
#ifndef LEAT_FILTER_DECIDE_H
#define LEAT_FILTER_DECIDE_H

#include "filter/rules/edit.h"
#include "filter/rules/rules.h"

struct decider;                    /* one per thread; memory: signals.h, and the text four times */
struct decider *decider_new(void); /* NULL: out of memory */
void decider_free(struct decider *d);

struct decision {
    const char *rule;               /* that drops; NULL: none */
    double value;                   /* that was measured for it */
    struct slice text;              /* the edited text; borrowed until the next decision */
    bool edited;                    /* it is not the text that came in */
    const struct edit_log *removed; /* the bytes by rule: their sum is what the text has lost */
    /* with `all`: */
    const double *value_of;      /* by signal */
    const bool *has_value;       /* by signal: whether a rule that is on asked for it */
    const double *pattern_value; /* by pattern */
};

struct decide_options {
    bool all;              /* measure everything exactly and try all rules, whatever drops */
    struct slice language; /* the document's, for the words */
    /* The signals that are given, from SIG_GIVEN on; NAN: not known, and their rules do not apply. */
    double given[SIGNALS_GIVEN];
    /* Told of each rule that is tried, in order, and of each edit; NULL: nobody asks. */
    void (*tell_rule)(void *to, const struct rule *rule, double value, bool holds);
    void (*tell_pattern)(void *to, const struct pattern_rule *rule, double value, bool holds);
    void (*tell_edit)(void *to, const char *rule, struct slice removed);
    void *to;
};

/* Text: valid UTF-8. Returns 0, or < 0. */
int decide(struct decider *d, const struct rules *r, struct slice text, const struct decide_options *o,
           struct decision *out, struct err *e);

#endif
