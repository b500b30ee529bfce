/* pattern.h: regular expressions of PCRE2 that cannot run away.
 *
 * Compiled once with JIT, shared by all threads, in UTF mode with Unicode classes. Each match has a limit on its
 * backtracking and on its depth, and all matches in one text one on the time; an expression that passes one of them is
 * an error that names it. */
#ifndef LEAT_FILTER_PATTERN_H
#define LEAT_FILTER_PATTERN_H

#include "common/buf.h"
#include "common/err.h"

struct pattern;
struct pattern_state; /* of one thread */

/* -ERR_USAGE: what is wrong with the expression, and where. `name` is copied. */
int own_pattern_new(struct pattern **p, const char *name, struct slice regex, bool any_case, struct err *e);
void own_pattern_free(struct pattern *p);
const char *own_pattern_name(const struct pattern *p);

struct pattern_state *pattern_state_new(void); /* NULL: out of memory */
void pattern_state_free(struct pattern_state *s);
void pattern_state_begin(struct pattern_state *s); /* a new document: its time begins */

/* The next match from *at on: *match gets it (borrowing text), *at moves behind it (an empty match moves on by one
 * character). Returns 1, 0: no more, or -ERR_USAGE: the expression takes too long on this text. Text: valid UTF-8, not NULL. */
int pattern_next(const struct pattern *p, struct pattern_state *s, struct slice text, size_t *at,
                 struct slice *match, struct err *e);

#endif
