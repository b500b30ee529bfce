/* language_rules.h: rules of JavaScript and Python that their grammars for tree-sitter do not know: what the grammar takes and the language
 * does not. Only what the text of one file shows, whatever the version of the language and the kind of file; no scopes, no types.
 *
 * Sources: ECMA-262 (2024) for JavaScript, the Python 3.14 Language Reference. Each rule has a name, which is what a drop records. */
#ifndef LEAT_FILTER_LANGUAGE_RULES_H
#define LEAT_FILTER_LANGUAGE_RULES_H

#include "common/buf.h"
#include <tree_sitter/api.h>

struct language_rules;

/* NULL: none for this language, or out of memory. */
struct language_rules *language_rules_new(const char *name, const TSLanguage *language);
void language_rules_free(struct language_rules *r);

/* The name of the first rule that the tree breaks, or NULL. module: of JavaScript, whether the file's name says so (.mjs). The tree has no errors. Nodes more than 1024 deep are not looked at. */
const char *language_rules_check(const struct language_rules *r, TSNode root, struct slice text, bool module);

/* ---- for the rules: a walk, with the nodes above */
#define RULES_DEPTH 1024

struct rules_walk {
    const char *text;
    size_t n, depth;
    const struct language_rules *rules;
    TSNode above[RULES_DEPTH]; /* above[depth] is the node itself */
    bool module;               /* JavaScript: the file is one by its name */
};
typedef const char *rule_fn(struct rules_walk *w, TSNode node);
struct rule_of {
    const char *type; /* of nodes */
    rule_fn *check;
};
extern const struct rule_of javascript_rules[], python_rules[];
bool javascript_is_module(TSNode program);
rule_fn python_pattern_names;

/* The children of a node, all or the named ones: EACH(NAMED, k, node) uses(k.node); Left early, its memory stays until the parse is over. */
struct kids {
    TSTreeCursor cursor;
    TSNode node;
    bool begun, named;
};
struct kids kids_of(TSNode parent, bool named);
bool kids_next(struct kids *k);
#define ALL false
#define NAMED true
#define EACH(which, k, parent) for (struct kids k = kids_of(parent, which); kids_next(&k);)

/* The type of the node so many levels up; "" above the root. */
const char *rules_above(const struct rules_walk *w, size_t levels);
/* To be told how far one has looked up, so that the time stays in proportion to the text: see meter_spend. */
void rules_climbed(size_t levels);
struct slice rules_text(const struct rules_walk *w, TSNode node);
bool rules_is(TSNode node, const char *types); /* one of the words */
/* Whether the text from one byte to another has a line's end outside of comments. */
bool rules_gap_has_newline(const struct rules_walk *w, uint32_t from, uint32_t to);

#endif
