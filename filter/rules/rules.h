/* rules.h: named rules, presets of them, and files of them.
 *
 * A rule drops a document when a signal is below, or above, its threshold (strictly), or it edits lines. Rules stand in
 * blocks: a preset is one block, or several with some of their thresholds changed. Blocks are tried in their published
 * order and rules within them too; the first that holds names the drop. A block that edits does so first, and what comes
 * after it sees the edited text. Which rules there are depends on the dialect. */
#ifndef LEAT_FILTER_RULES_H
#define LEAT_FILTER_RULES_H

#include "common/err.h"
#include "common/yaml.h"
#include "filter/rules/pattern.h"
#include "filter/signals/signals.h"

enum block {
    BLOCK_PATTERNS, /* a rules file's own expressions */
    BLOCK_REPETITION,
    BLOCK_QUALITY,
    BLOCK_C4,
    BLOCK_C4_PARAGRAPH,
    BLOCK_FINEWEB,
    BLOCK_REFINEDWEB,
    BLOCK_GOPHER_V1, /* dolma's */
    BLOCK_GOPHER_V2,
    BLOCK_C4_V1,
    BLOCK_C4_V2,
    BLOCK_LIMITS, /* lengths, entropy, language score */
    BLOCK_COUNT
};

struct rule {
    const char *name; /* the drop's reason; dolma's stand in two blocks, its two versions */
    enum block block;
    enum signal signal; /* SIG_COUNT: the rule edits lines, and the threshold is a number in what it does */
    bool below;         /* drops when the signal is < threshold; else when it is > threshold */
    bool zero_off;      /* a threshold of 0 turns it off, as in the original */
    double threshold;
    const char *what; /* of a rule that edits: "removes lines …", with one %g at most */
    bool on;
};

#define RULES_MAX 64
#define PATTERNS_MAX 32

enum pattern_action { PATTERN_DROP, PATTERN_REMOVE_LINE, PATTERN_REMOVE_MATCH };

struct pattern_rule {
    struct pattern *pattern;
    enum pattern_action action;
    bool share;      /* min and max are of matched characters over all; else of matches */
    double min, max; /* drops when below min or above max */
};

struct rules {
    struct signal_frame frame; /* dialect, language, stop words */
    struct rule at[RULES_MAX];
    size_t n;
    enum block order[BLOCK_COUNT];
    size_t n_order;
    struct pattern_rule patterns[PATTERNS_MAX];
    size_t n_patterns;
    bool borrows_patterns; /* a language's rules: those of all */

    struct language_rules *languages; /* of a rules file; NULL here in a language's own rules */
    size_t n_languages, languages_cap;
    char language[32];       /* of all documents; "": see language_key */
    char language_key[64];   /* metadata's key */
    char score_key[64];      /* the key of language_score */
    struct stop_words *stop; /* owned: what frame.stop points to */
};

struct language_rules {
    char language[32];
    struct rules *rules;
};

/* All rules that the dialect knows with their published thresholds, none of them on. */
void rules_init(struct rules *r, enum dialect d);
void rules_free(struct rules *r);

/* Turns on the rules of one preset, or of several separated by commas. -ERR_USAGE names an unknown one, the dialects that have it, and
 * the known. */
int rules_add_presets(struct rules *r, const char *names, struct err *e);
/* A line for each preset of several blocks: its blocks in their order, and the rules that it changes. */
void rules_put_pipelines(const struct rules *r, struct buf *b);

/* "NAME=NUMBER" changes a threshold and turns the rule on, "NAME=off" turns it off. In all languages. */
int rules_set(struct rules *r, const char *assignment, struct err *e);
/* As a rules file's map of rules does. `value`: a number or "off". false: it is neither. */
bool rules_change(struct rules *r, const char *name, const char *value, bool *known);
/* -ERR_USAGE: the dialect has no such rule; the nearest that it has. */
int rules_unknown(const struct rules *r, const char *name, struct err *e);
/* Changes the threshold of a rule, on or off, where the dialect has it. */
void rules_threshold(struct rules *r, const char *name, double threshold);

/* Initialises r: with the dialect given (an enum dialect), or -1: the file's, or else DIALECT_DEFAULT; then the presets
 * (NULL: none), then the file of rules at `path` (NULL: none) in YAML, which docs/formats.md describes. r is to be freed
 * also after an error. */
#define DIALECT_DEFAULT DIALECT_DATATROVE
int rules_open(struct rules *r, int dialect, const char *presets, const char *path, struct err *e);

/* A parsed file of rules, into r; paths in it are relative to `folder`. Its dialect must be r's. */
int rules_read(struct rules *r, const struct yaml *root, const char *folder, struct err *e);

/* The rules of a language ("de", "deu_Latn"): its own, or its base's ("de" of "de-CH"), or r. */
const struct rules *rules_for(const struct rules *r, struct slice language);

bool rules_any(const struct rules *r); /* whether any is on, in any language */
/* A rule that is on, in any language, and tests the signal; or NULL. */
const struct rule *rules_testing(const struct rules *r, enum signal signal);
const char *block_name(enum block b);
int block_find(const char *name); /* -1 */

#endif
