/* tree.c: walks by cursor. */
#include "filter/code/tree.h"
#include <stdlib.h>

#define ERROR_SYMBOL ((TSSymbol)-1) /* ts_builtin_sym_error */

static bool has(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}

/* Names as the grammars at hand use them: line_comment, interpreted_string_literal, raw_string, heredoc_body, decimal_integer_literal … */
static enum tree_kind kind_of(const char *name, TSSymbolType type, bool python)
{
    if (type == TSSymbolTypeAnonymous) return strcmp(name, ",") == 0 ? TREE_COMMA : TREE_OTHER;
    if (type != TSSymbolTypeRegular) return TREE_OTHER;
    if (has(name, "comment")) return TREE_COMMENT;
    if (python && strcmp(name, "expression_statement") == 0) return TREE_STATEMENT;
    static const char *const whole[] = {"string",    "number",       "integer",         "float",
                                        "char",      "real_literal", "raw_string",      "rune_literal",
                                        "character", "heredoc_body", "quoted_template", "numeric_lit",
                                        "string_lit"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(name, whole[i]) == 0) return TREE_LITERAL;
    static const char *const literals[] = {
        "string_literal", "integer_literal", "float_literal",     "number_literal",
        "int_literal",    "char_literal",    "character_literal", "floating_point_literal",
        "integer_value",  "float_value",     "string_value"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        if (has(name, literals[i])) return TREE_LITERAL;
    return TREE_OTHER;
}

unsigned char *tree_kinds(const TSLanguage *language, const char *name)
{
    uint32_t n = ts_language_symbol_count(language);
    unsigned char *kinds = calloc(n + 1, 1);
    bool python = strcmp(name, "python") == 0;
    for (uint32_t i = 0; kinds && i < n; i++)
        kinds[i] = kind_of(ts_language_symbol_name(language, (TSSymbol)i),
                           ts_language_symbol_type(language, (TSSymbol)i), python);
    return kinds;
}

bool tree_step(TSTreeCursor *cursor, bool into, size_t *depth)
{
    if (into && ts_tree_cursor_goto_first_child(cursor)) {
        ++*depth;
        return true;
    }
    while (!ts_tree_cursor_goto_next_sibling(cursor)) {
        if (!ts_tree_cursor_goto_parent(cursor)) return false;
        --*depth;
    }
    return true;
}

struct errors {
    struct syntax_result *out;
    uint32_t next_row; /* the first row that is not counted yet */
};

static void count_rows(struct errors *e, TSNode node)
{
    uint32_t from = ts_node_start_point(node).row, to = ts_node_end_point(node).row;
    if (from < e->next_row) from = e->next_row;
    if (to < from) return;
    e->out->error_lines += to - from + 1;
    e->next_row = to + 1;
}

/* Counts node's own error, if it is one; true when its children may hold others. */
static bool count_node(struct errors *e, TSNode node)
{
    bool error = ts_node_symbol(node) == ERROR_SYMBOL;
    if (error || ts_node_is_missing(node)) {
        e->out->errors++;
        e->out->error_bytes += error ? ts_node_end_byte(node) - ts_node_start_byte(node) : 1;
        count_rows(e, node);
    }
    return !error && ts_node_has_error(node);
}

void tree_errors(TSNode root, struct syntax_result *out)
{
    struct errors e = {.out = out};
    size_t depth = 0;
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    while (tree_step(&cursor, count_node(&e, ts_tree_cursor_current_node(&cursor)), &depth)) {
    }
    ts_tree_cursor_delete(&cursor);
}

/* true when the shares are those of its children. */
static bool count_shares(TSNode node, const unsigned char *kinds, struct syntax_result *out)
{
    TSSymbol symbol = ts_node_symbol(node);
    unsigned char kind = symbol == ERROR_SYMBOL ? TREE_OTHER : kinds[symbol];
    uint32_t bytes = ts_node_end_byte(node) - ts_node_start_byte(node), children = ts_node_child_count(node);
    if (kind == TREE_STATEMENT && children == 1) {
        TSSymbol only = ts_node_symbol(ts_node_child(node, 0));
        if (only != ERROR_SYMBOL && kinds[only] == TREE_LITERAL) kind = TREE_COMMENT;
    }
    if (kind == TREE_COMMENT) {
        out->comment_bytes += bytes;
        return false;
    }
    bool literal = kind == TREE_LITERAL || kind == TREE_COMMA;
    if (!literal && children) return true;
    out->token_bytes += bytes;
    if (literal) out->literal_bytes += bytes;
    return false;
}

void tree_shares(TSNode root, const unsigned char *kinds, struct syntax_result *out)
{
    size_t depth = 0;
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    while (tree_step(&cursor, count_shares(ts_tree_cursor_current_node(&cursor), kinds, out), &depth)) {
    }
    ts_tree_cursor_delete(&cursor);
}
