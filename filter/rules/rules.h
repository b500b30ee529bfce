/* rules.h: named rules, presets of them, and files of them.
 *
 * A rule drops a document when a signal is below, or above, its threshold (strictly). Rules are tried in the order of
 * the table, which is the published order; the first that holds names the drop. */
#ifndef LEAT_FILTER_RULES_H
#define LEAT_FILTER_RULES_H

#include "common/err.h"
#include "common/yaml.h"
#include "filter/signals/signals.h"

struct rule {
    const char *name;   /* the drop's reason */
    const char *preset; /* the preset that it belongs to */
    enum signal signal;
    bool below; /* drops when the signal is < threshold; else when it is > threshold */
    double threshold;
    bool on;
};

#define RULES_MAX 64

struct rules {
    struct rule at[RULES_MAX];
    size_t n;
    uint32_t wanted; /* SIGNAL_BITs of the rules that are on: see rules_ready */
};

/* All known rules with their published thresholds, none of them on. */
void rules_init(struct rules *r);

/* Turns on the rules of one preset, or of several separated by commas. -ERR_USAGE names an unknown one and the known. */
int rules_add_presets(struct rules *r, const char *names, struct err *e);

/* "NAME=NUMBER" changes a threshold and turns the rule on, "NAME=off" turns it off. */
int rules_set(struct rules *r, const char *assignment, struct err *e);

/* A file in YAML:
 *   presets: [gopher-quality, gopher-repetition]
 *   rules: {gopher_short_doc: 30, gopher_enough_stop_words: off}
 * An empty file is valid: no rules. */
int rules_load(struct rules *r, const char *path, struct err *e);
int rules_read(struct rules *r, const struct yaml *root, struct err *e);

void rules_ready(struct rules *r);

/* The first rule that drops a document with these values, or NULL. */
const struct rule *rules_match(const struct rules *r, const double value[SIG_COUNT]);

#endif
