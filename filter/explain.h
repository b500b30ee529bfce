/* explain.h: in words, what the rules do to one document. */
#ifndef LEAT_FILTER_EXPLAIN_H
#define LEAT_FILTER_EXPLAIN_H

#include "filter/rules/decide.h"

/* Appends lines of text to *out: each rule that is on with its threshold, the signal's value and what it decides; what
 * edits remove and why; what is decided. *decision: the same, until the decider's next. */
int explain(struct decider *d, const struct rules *r, struct slice id, struct slice text,
            struct decide_options o, struct decision *decision, struct buf *out, struct err *e);

/* "words < 50", "removes lines of fewer than 3 words". */
void explain_rule(struct buf *out, const struct rule *rule);
void explain_pattern(struct buf *out, const struct pattern_rule *p);

#endif
