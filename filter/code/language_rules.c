/* language_rules.c: one walk over the tree; for each node the rule of its type, if there is one. */
#include "filter/code/language_rules.h"
#include "filter/code/language.h"
#include "filter/code/meter.h"
#include "filter/code/tree.h"
#include <stdlib.h>

struct language_rules {
    size_t symbols;
    bool (*is_module)(TSNode root);
    rule_fn *check[];
};

struct language_rules *language_rules_new(const char *name, const TSLanguage *language)
{
    bool javascript = strcmp(name, "javascript") == 0, python = strcmp(name, "python") == 0;
    size_t n = ts_language_symbol_count(language);
    if (!javascript && !python) return NULL;
    struct language_rules *r = calloc(1, sizeof *r + n * sizeof *r->check);
    if (!r) return NULL;
    r->symbols = n;
    r->is_module = javascript ? javascript_is_module : NULL;
    for (const struct rule_of *rule = javascript ? javascript_rules : python_rules; rule->type; rule++)
        for (size_t i = 0; i < n; i++)
            if (ts_language_symbol_type(language, (TSSymbol)i) == TSSymbolTypeRegular &&
                strcmp(ts_language_symbol_name(language, (TSSymbol)i), rule->type) == 0)
                r->check[i] = rule->check;
    return r;
}

void language_rules_free(struct language_rules *r)
{
    free(r);
}

void rules_climbed(size_t levels)
{
    meter_spend(levels);
}

const char *rules_above(const struct rules_walk *w, size_t levels)
{
    return levels > w->depth ? "" : ts_node_type(w->above[w->depth - levels]);
}

struct kids kids_of(TSNode parent, bool named)
{
    return (struct kids){.cursor = ts_tree_cursor_new(parent), .named = named};
}

bool kids_next(struct kids *k)
{
    do {
        bool more = k->begun ? ts_tree_cursor_goto_next_sibling(&k->cursor)
                             : ts_tree_cursor_goto_first_child(&k->cursor);
        k->begun = true;
        if (!more) {
            ts_tree_cursor_delete(&k->cursor);
            return false;
        }
        k->node = ts_tree_cursor_current_node(&k->cursor);
    } while (k->named && !ts_node_is_named(k->node));
    return true;
}

struct slice rules_text(const struct rules_walk *w, TSNode node)
{
    uint32_t from = ts_node_start_byte(node), to = ts_node_end_byte(node);
    return to > w->n || from > to ? slice_of("", 0) : slice_of(w->text + from, to - from);
}

bool rules_is(TSNode node, const char *types)
{
    return !ts_node_is_null(node) && language_lists(types, slice_str(ts_node_type(node)));
}

const char *language_rules_check(const struct language_rules *r, TSNode root, struct slice text, bool module)
{
    struct rules_walk w;
    w.text = text.p;
    w.n = text.n;
    w.depth = 0;
    w.rules = r;
    w.module = module || (r->is_module && r->is_module(root));
    const char *broken = NULL;
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    do {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        TSSymbol symbol = ts_node_symbol(node);
        w.above[w.depth] = node;
        if (symbol < r->symbols && r->check[symbol]) broken = r->check[symbol](&w, node);
    } while (!broken && meter_spend(0) && tree_step(&cursor, w.depth + 1 < RULES_DEPTH, &w.depth));
    ts_tree_cursor_delete(&cursor);
    return broken;
}

bool rules_gap_has_newline(const struct rules_walk *w, uint32_t from, uint32_t to)
{
    if (to > w->n) to = (uint32_t)w->n;
    for (uint32_t i = from; i < to; i++) {
        if (w->text[i] == '#') /* a comment of Python's ends before the line does */
            while (i + 1 < to && w->text[i + 1] != '\n') i++;
        else if (w->text[i] == '\\' && i + 1 < to)
            i += 1 + (w->text[i + 1] == '\r' && i + 2 < to && w->text[i + 2] == '\n');
        else if (w->text[i] == '\n')
            return true;
    }
    return false;
}
