/* edit.h: what removed which bytes of a text: for the ledger, and for --explain. */
#ifndef LEAT_FILTER_EDIT_H
#define LEAT_FILTER_EDIT_H

#include "common/buf.h"

#define REMOVALS_MOST 48

struct edit_log {
    struct {
        const char *rule; /* borrowed: of the rules or a literal */
        uint64_t bytes;
    } at[REMOVALS_MOST];
    size_t n;
    /* Told of each line, or part of one, that goes; NULL: nobody asks. */
    void (*tell)(void *to, const char *rule, struct slice removed);
    void *to;
};

static inline void edit_count(struct edit_log *log, const char *rule, uint64_t bytes)
{
    size_t i = 0;
    while (i < log->n && strcmp(log->at[i].rule, rule) != 0) i++;
    if (i == REMOVALS_MOST) i--; /* more rules than that share the last row */
    if (i == log->n) log->at[log->n++].rule = rule, log->at[i].bytes = 0;
    log->at[i].bytes += bytes;
}

static inline void edit_removed(struct edit_log *log, const char *rule, struct slice removed)
{
    edit_count(log, rule, removed.n);
    if (log->tell) log->tell(log->to, rule, removed);
}

/* Counts what is gone beyond what rules were counted for since `bytes_before` of them: white space and line ends. */
static inline uint64_t edit_total(const struct edit_log *log)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < log->n; i++) sum += log->at[i].bytes;
    return sum;
}

#endif
