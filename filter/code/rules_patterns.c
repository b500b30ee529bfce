/* rules_patterns.c: the names that the patterns of Python's match statement bind: the Python Language Reference, §8.6.4. Each once in a case;
 * the same in all alternatives; no key of a mapping and no attribute of a class twice. Beyond 64 names or 64 levels nothing is said. */
#include "filter/code/language_rules.h"

#define MOST 64

struct names {
    struct slice at[MOST];
    size_t n;
    const char *broken;
};

static void add(struct names *s, struct slice name, const char *twice)
{
    if (slice_is(name, "_")) return;
    for (size_t i = 0; i < s->n; i++)
        if (slice_eq(s->at[i], name)) s->broken = twice;
    if (s->n < MOST) s->at[s->n++] = name;
}

static bool holds_all(const struct names *a, const struct names *b)
{
    for (size_t i = 0; i < b->n; i++) {
        bool found = false;
        for (size_t k = 0; k < a->n && !found; k++) found = slice_eq(a->at[k], b->at[i]);
        if (!found) return false;
    }
    return true;
}

static void collect(struct rules_walk *w, TSNode node, struct names *out, unsigned depth);

static void alternatives(struct rules_walk *w, TSNode node, struct names *out, unsigned depth)
{
    struct names first = {.n = 0};
    bool begun = false;
    EACH(NAMED, k, node)
    {
        struct names one = {.n = 0};
        if (rules_is(k.node, "comment line_continuation")) continue;
        collect(w, k.node, &one, depth + 1);
        if (one.broken) out->broken = one.broken;
        bool full = one.n == MOST || first.n == MOST;
        if (begun && !full && !(holds_all(&one, &first) && holds_all(&first, &one)))
            out->broken = "pattern-alternatives";
        if (!begun) first = one;
        begun = true;
    }
    for (size_t i = 0; i < first.n; i++) add(out, first.at[i], "repeated-name");
}

/* Keys and attributes have their own names; what they are matched with binds. */
static void members(struct rules_walk *w, TSNode node, struct names *out, unsigned depth, bool dict)
{
    struct names own = {.n = 0};
    size_t passed = 0;
    for (struct kids k = kids_of(node, true); kids_next(&k); passed++) {
        const char *field = ts_tree_cursor_current_field_name(&k.cursor);
        if (dict && field && strcmp(field, "key") == 0) {
            if (rules_is(k.node, "string integer float true false none"))
                add(&own, rules_text(w, k.node), "repeated-key");
        } else if (!dict && passed == 0) {
            continue; /* the class's own name */
        } else {
            TSNode inner = ts_node_named_child(k.node, 0);
            if (!dict && rules_is(inner, "keyword_pattern"))
                add(&own, rules_text(w, ts_node_named_child(inner, 0)), "repeated-attribute");
            collect(w, k.node, out, depth + 1);
        }
    }
    if (own.broken) out->broken = own.broken;
}

static void collect(struct rules_walk *w, TSNode node, struct names *out, unsigned depth)
{
    if (depth > MOST || out->broken) return;
    if (rules_is(node, "union_pattern")) {
        alternatives(w, node, out, depth);
    } else if (rules_is(node, "dict_pattern class_pattern")) {
        members(w, node, out, depth, rules_is(node, "dict_pattern"));
    } else if (rules_is(node, "dotted_name")) {
        if (ts_node_named_child_count(node) == 1) add(out, rules_text(w, node), "repeated-name");
    } else if (rules_is(node,
                        "splat_pattern as_pattern keyword_pattern case_pattern list_pattern tuple_pattern")) {
        bool keyword = rules_is(node, "keyword_pattern"), first = true;
        EACH(NAMED, k, node)
        {
            if (rules_is(k.node, "identifier") && !(keyword && first))
                add(out, rules_text(w, k.node), "repeated-name");
            else
                collect(w, k.node, out, depth + 1);
            first = false;
        }
    }
}

const char *python_pattern_names(struct rules_walk *w, TSNode node)
{
    struct names all = {.n = 0};
    EACH(NAMED, k, node)
    if (rules_is(k.node, "case_pattern")) collect(w, k.node, &all, 0);
    return all.broken;
}
