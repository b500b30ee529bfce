/* tree.h: what is counted in a tree of tree-sitter's: errors, comments, literals. */
#ifndef LEAT_FILTER_TREE_H
#define LEAT_FILTER_TREE_H

#include "filter/code/syntax.h"
#include <tree_sitter/api.h>

enum tree_kind { TREE_OTHER, TREE_COMMENT, TREE_LITERAL, TREE_COMMA, TREE_STATEMENT };

/* The kind of each of the grammar's symbols, by its name; the caller frees it. NULL: out of memory. TREE_STATEMENT only of Python's
 * expression statements, in which a string alone is a docstring. */
unsigned char *tree_kinds(const TSLanguage *language, const char *name);

/* Fills errors, error_bytes, error_lines. */
void tree_errors(TSNode root, struct syntax_result *out);

/* Fills token_bytes, comment_bytes, literal_bytes. */
void tree_shares(TSNode root, const unsigned char *kinds, struct syntax_result *out);

/* One step of a walk in the order of the text: down if `into` and there are children, else on. false: the end. `depth` is kept. */
bool tree_step(TSTreeCursor *cursor, bool into, size_t *depth);

#endif
