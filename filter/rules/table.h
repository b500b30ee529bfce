/* table.h: the published rules and presets, by dialect: for rules.c only. */
#ifndef LEAT_FILTER_TABLE_H
#define LEAT_FILTER_TABLE_H

#include "filter/rules/rules.h"

/* The dialect's rules and the published order of its blocks. */
const struct rule *table_rules(enum dialect d, size_t *n);
const enum block *table_order(enum dialect d, size_t *n);

struct preset {
    const char *name;
    unsigned dialects;    /* bits: 1 << enum dialect */
    enum block blocks[4]; /* in the preset's order, ended by BLOCK_COUNT */
    bool ordered;         /* the order is not that of the dialect */
    struct {
        const char *rule;
        double threshold; /* NAN: off */
    } changes[8];         /* ended by NULL */
};

const struct preset *table_presets(size_t *n);

#endif
