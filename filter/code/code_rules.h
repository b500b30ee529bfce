/* code_rules.h: what is measured of a source file, and the named rules that drop by it.
 *
 * A rule drops a file when its signal is below, or above, its threshold (strictly). Rules are tried in the order of the table; the first
 * that holds names the drop. */
#ifndef LEAT_FILTER_CODE_RULES_H
#define LEAT_FILTER_CODE_RULES_H

#include "common/err.h"
#include "common/yaml.h"

enum code_signal {
    CODE_BYTES,
    CODE_LINES,    /* newlines + 1 */
    CODE_MAX_LINE, /* characters */
    CODE_MEAN_LINE,
    CODE_ALNUM, /* shares of the characters */
    CODE_ALPHA,
    CODE_SPACE,
    CODE_GENERATED,   /* 0 or 1 */
    CODE_MINIFIED,    /* 0 or 1 */
    CODE_ENCODED,     /* share of the bytes in runs of encoded data */
    CODE_ENCODED_RUN, /* bytes of the longest */
    CODE_XML,         /* 1: an XML declaration in the first 100 characters of what is no XML */
    CODE_SECRETS,     /* keys and other secrets found */
    CODE_ERROR_RATIO, /* share of the bytes that did not parse */
    CODE_ERROR_LINES, /* share of the lines */
    CODE_COMMENTS,    /* share of the bytes that are comments */
    CODE_LITERALS,    /* share of the tokens' bytes that are strings, numbers and commas */
    CODE_SIGNALS
};
#define CODE_BIT(s) (1u << (s))
/* what needs a parse; what needs a walk over the whole tree */
#define CODE_OF_TREE (CODE_BIT(CODE_ERROR_RATIO) | CODE_BIT(CODE_ERROR_LINES) | CODE_OF_WALK)
#define CODE_OF_WALK (CODE_BIT(CODE_COMMENTS) | CODE_BIT(CODE_LITERALS))

const char *code_signal_name(enum code_signal s);

struct code_rule {
    const char *name; /* the drop's reason */
    const char *preset;
    enum code_signal signal;
    bool below;
    double threshold;
    const char *not_for; /* languages that it is not meant for; NULL: all */
    bool on;
};

#define CODE_RULES_MAX 40
struct code_rules {
    struct code_rule at[CODE_RULES_MAX];
    size_t n;
    uint32_t wanted; /* CODE_BITs of the rules that are on: see code_rules_ready */
};

/* All rules with their published thresholds, none on. */
void code_rules_init(struct code_rules *r);
/* Names of presets separated by commas. -ERR_USAGE names an unknown one and the known. */
int code_rules_add_presets(struct code_rules *r, const char *names, struct err *e);
/* "NAME=NUMBER" changes a threshold and turns the rule on, "NAME=off" turns it off. */
int code_rules_set(struct code_rules *r, const char *assignment, struct err *e);
/* A file in YAML: presets: [starcoder], rules: {max_line: 2000, mean_line: off}. */
int code_rules_load(struct code_rules *r, const char *path, struct err *e);
int code_rules_read(struct code_rules *r, const struct yaml *root, struct err *e);
void code_rules_ready(struct code_rules *r);

/* The first rule among those whose signal is in `known` that drops a file with these values, or NULL. */
const struct code_rule *code_rules_match(const struct code_rules *r, const double *value, uint32_t known,
                                         const char *language);

#endif
