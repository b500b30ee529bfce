/* likeness.h: how alike two documents are, as reports and rejects tell it. */
#ifndef LEAT_DEDUP_LIKENESS_H
#define LEAT_DEDUP_LIKENESS_H

#include "common/json.h"
#include "common/ledger.h"
#include "dedup/work.h"

/* Of minhash and exact the Jaccard similarity, of simhash the distance in bits. */
static inline double likeness_value(enum algorithm a, uint64_t likeness)
{
    double x;
    if (likeness == LIKENESS_SAME) return a == ALGORITHM_SIMHASH ? 0 : 1;
    memcpy(&x, &likeness, sizeof x);
    return a == ALGORITHM_SIMHASH ? 64 - x : x;
}

static inline const char *likeness_rule(enum algorithm a)
{
    return a == ALGORITHM_EXACT ? "exact-duplicate" : "near-duplicate";
}

/* metadata.drop.value: {"of":ID,"similarity":J} or {"of":ID,"distance":BITS}, with a NUL behind it. */
int likeness_put_json(struct buf *b, struct slice kept, bool distance, double value, struct err *e);

/* A line of --pairs: the ids with \t, \n, \r and \\ for those characters, and the value, separated by tabs. */
int likeness_put_line(struct buf *b, struct slice dropped, struct slice kept, bool distance, double value,
                      struct err *e);

/* An id, escaped so, and a tab. */
void likeness_put_id(struct buf *b, struct slice id);

/* Writes `without_id` into the ledger where it is not 0, and warns where reports with ids are written. */
void likeness_tell_ids(uint64_t without_id, bool reports, struct ledger *l);

#endif
