/* accounts.h: the ledgers of a run, checked against each other, and the funnel. */
#ifndef LEAT_PIPELINES_ACCOUNTS_H
#define LEAT_PIPELINES_ACCOUNTS_H

#include "pipelines/plan.h"

struct reason {
    char name[64];
    uint64_t records;
};

#define ACCOUNT_REASONS 32

struct account { /* one process's ledger */
    bool known;  /* false: foreign, or it writes none */
    uint64_t in, created, kept, dropped, skipped, damaged;
    uint64_t text_in, text_written;
    double seconds;
    struct reason drop[ACCOUNT_REASONS], skip[ACCOUNT_REASONS];
    size_t n_drop, n_skip;
};

int account_read(const struct process *q, struct account *a, struct err *e);

/* Reads the ledgers of a step (one account per process) and checks every boundary inside it: what one leat process kept,
 * the next took in, in records and in text; across a foreign process the difference is only reported.  */
int accounts_step(const struct step *s, struct account *of, struct err *e);

/* Checks what the earlier steps wrote against what step s took in. of[i] are the accounts of step i. */
int accounts_between(const struct plan *p, const struct step *s, struct account *const *of, struct err *e);

/* The table of all steps. */
int accounts_put_funnel(const struct plan *p, struct account *const *of, struct buf *b);

#endif
