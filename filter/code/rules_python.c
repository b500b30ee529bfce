/* rules_python.c: what the Python 3.14 Language Reference rules out and tree-sitter-python 0.23.6 lets pass.
 *
 * The grammar is lenient about where lines end, how they are indented, the order of parameters and arguments, and where starred and named
 * expressions may stand. */
#include "common/text.h"
#include "filter/code/language.h"
#include "filter/code/language_rules.h"

/* §2.3.1 */
static const char *const keywords_by_length[] = {"",
                                                 "",
                                                 "as if in is or",
                                                 "and def del for not try",
                                                 "None True elif else from pass with",
                                                 "False async await break class raise while yield",
                                                 "assert except global import lambda return",
                                                 "finally",
                                                 "continue nonlocal"};

static TSNode field(TSNode node, const char *name)
{
    return ts_node_child_by_field_name(node, name, (uint32_t)strlen(name));
}

static bool type_is(const char *type, const char *types)
{
    return *type && language_lists(types, slice_str(type));
}

static bool is_token(TSNode node, const char *token)
{
    return strcmp(ts_node_type(node), token) == 0;
}

/* §4.2 of the data model's constants: __debug__ cannot be bound. */
static bool binds(const struct rules_walk *w, TSNode node)
{
    const char *above = rules_above(w, 1);
    TSNode parent = w->depth ? w->above[w->depth - 1] : node;
    if (type_is(above, "class_definition function_definition default_parameter typed_default_parameter "
                       "keyword_argument"))
        return ts_node_eq(field(parent, "name"), node);
    if (type_is(above, "assignment augmented_assignment")) return ts_node_eq(field(parent, "left"), node);
    if (type_is(above, "dotted_name") && type_is(rules_above(w, 2), "import_from_statement"))
        return !ts_node_eq(field(w->above[w->depth - 2], "module_name"), parent);
    if (type_is(above, "type"))
        return type_is(rules_above(w, 2), "type_parameter type_alias_statement generic_type");
    if (type_is(above, "dotted_name")) return type_is(rules_above(w, 2), "import_statement case_pattern");
    return type_is(above, "parameters lambda_parameters typed_parameter aliased_import as_pattern_target "
                          "as_pattern pattern_list tuple_pattern "
                          "list_pattern global_statement nonlocal_statement");
}

static const char *identifier(struct rules_walk *w, TSNode node)
{
    struct slice s = rules_text(w, node);
    if (slice_is(s, "__debug__")) return binds(w, node) ? "binds-debug" : NULL;
    return s.n <= 8 && language_lists(keywords_by_length[s.n], s) ? "keyword" : NULL;
}

/* ---- lines: §2.1.5 to §2.1.8 */
static const char inside_brackets[] =
    "parenthesized_expression argument_list parameters list tuple set dictionary subscript "
    "list_comprehension set_comprehension dictionary_comprehension generator_expression interpolation "
    "list_pattern tuple_pattern dict_pattern class_pattern type_parameter list_splat_pattern "
    "_list_pattern _tuple_pattern";

/* Whether some bracket around the node, in its own statement, is still open. */
static bool in_brackets(const struct rules_walk *w)
{
    rules_climbed(w->depth);
    for (size_t i = 1; i <= w->depth; i++) {
        const char *type = rules_above(w, i);
        if (type_is(type, inside_brackets)) return true;
        if (type_is(type, "block module")) return false;
    }
    return false;
}

/* An operator and its operands, a statement's words: on one line, or in brackets, or with backslashes. */
static const char *one_line(struct rules_walk *w, TSNode node)
{
    uint32_t end = ts_node_start_byte(node), brackets = 0;
    if (ts_node_start_point(node).row == ts_node_end_point(node).row) return NULL;
    EACH(ALL, k, node)
    {
        TSNode child = k.node;
        if (!brackets && rules_gap_has_newline(w, end, ts_node_start_byte(child)) && !in_brackets(w))
            return "line-end";
        brackets += is_token(child, "(");
        brackets -= brackets && is_token(child, ")");
        end = ts_node_end_byte(child);
    }
    return NULL;
}

/* The white space before the first token of the line that the node begins; n = SIZE_MAX: it does not begin one. */
static struct slice indent(const struct rules_walk *w, TSNode node)
{
    uint32_t end = ts_node_start_byte(node), from = end;
    while (from > 0 && (w->text[from - 1] == ' ' || w->text[from - 1] == '\t' || w->text[from - 1] == '\f'))
        from--;
    bool begins = from == 0 || w->text[from - 1] == '\n' || w->text[from - 1] == '\r';
    bool continued =
        begins && from > 1 &&
        (w->text[from - 2] == '\\' || (from > 2 && w->text[from - 2] == '\r' && w->text[from - 3] == '\\'));
    return begins && !continued ? slice_of(w->text + from, end - from) : slice_of(NULL, SIZE_MAX);
}

/* All lines of a block begin with the same white space. With tabs widths count, which is not looked into. */
static const char *block(struct rules_walk *w, TSNode node)
{
    struct slice first = {NULL, SIZE_MAX};
    unsigned statements = 0;
    bool module = is_token(node, "module");
    EACH(NAMED, k, node)
    {
        TSNode child = k.node;
        if (rules_is(child, "comment line_continuation")) continue;
        statements++;
        struct slice s = indent(w, child);
        if (s.n == SIZE_MAX || memchr(s.p, '\t', s.n) || memchr(s.p, '\f', s.n)) continue;
        if (module && s.n) return "indentation";
        if (first.n == SIZE_MAX)
            first = s;
        else if (first.n != s.n)
            return "indentation";
    }
    return statements || module ? NULL : "empty-block";
}

/* A clause with a colon needs a block with something in it. */
static const char *needs_block(struct rules_walk *w, TSNode node, const char *name)
{
    TSNode body = field(node, name);
    if (ts_node_is_null(body)) {
        EACH(NAMED, k, node)
        if (rules_is(k.node, "block")) body = k.node;
    }
    if (ts_node_is_null(body)) return "empty-block";
    /* on the colon's own line, or further in than the clause */
    struct slice outer = indent(w, node), inner = slice_of(NULL, SIZE_MAX);
    EACH(NAMED, k, body)
    {
        if (rules_is(k.node, "comment line_continuation")) continue;
        inner = indent(w, k.node);
        break;
    }
    bool tabs = (outer.n != SIZE_MAX && outer.n && memchr(outer.p, '\t', outer.n)) ||
                (inner.n != SIZE_MAX && inner.n && memchr(inner.p, '\t', inner.n));
    return outer.n != SIZE_MAX && inner.n != SIZE_MAX && !tabs && inner.n <= outer.n ? "indentation" : NULL;
}

static const char *body(struct rules_walk *w, TSNode node)
{
    return needs_block(w, node, "body");
}

static const char *consequence(struct rules_walk *w, TSNode node)
{
    return needs_block(w, node, "consequence");
}

/* ---- starred and named expressions: §6.2, §6.12 */
static const char *splat(struct rules_walk *w, TSNode node)
{
    TSNode inner = ts_node_named_child(node, 0);
    if (!type_is(rules_above(w, 1), "argument_list") &&
        rules_is(inner, "boolean_operator not_operator comparison_operator conditional_expression lambda "
                        "named_expression yield "
                        "list_splat"))
        return "starred-operand";
    const char *above = rules_above(w, 1);
    /* "*a | b" is a star before "a | b", whatever the tree says */
    if (type_is(above, "binary_operator") && ts_node_eq(field(w->above[w->depth - 1], "left"), node))
        return NULL;
    if (type_is(above, "binary_operator boolean_operator comparison_operator not_operator unary_operator "
                       "await conditional_expression "
                       "parenthesized_expression return_statement yield attribute slice lambda "
                       "keyword_argument pair named_expression "
                       "default_parameter if_clause for_in_clause interpolation for_statement "
                       "assert_statement delete_statement"))
        return "starred-place";
    TSNode parent = w->depth ? w->above[w->depth - 1] : node;
    if (rules_is(parent, "match_statement")) {
        TSNode next = ts_node_next_sibling(node);
        return !ts_node_is_null(next) && is_token(next, ",") ? NULL : "starred-place";
    }
    bool right = rules_is(parent, "assignment augmented_assignment") &&
                 !ts_node_is_null(field(parent, "right")) && ts_node_eq(field(parent, "right"), node);
    return right ? "starred-place" : NULL;
}

static const char *splat_pattern(struct rules_walk *w, TSNode node)
{
    const char *above = rules_above(w, 1);
    return type_is(above, "assignment for_statement for_in_clause") ? "starred-place" : NULL;
}

/* One star at most in a list of targets. */
static const char *targets(struct rules_walk *w, TSNode node)
{
    unsigned stars = 0;
    EACH(NAMED, k, node) stars += rules_is(k.node, "list_splat_pattern");
    return stars > 1 ? "two-stars" : NULL;
}

static const char *named(struct rules_walk *w, TSNode node)
{
    const char *above = rules_above(w, 1);
    if (type_is(above,
                "boolean_operator binary_operator comparison_operator not_operator unary_operator pair yield "
                "await lambda "
                "keyword_argument default_parameter typed_default_parameter slice expression_statement "
                "assignment "
                "augmented_assignment type dictionary_splat list_splat return_statement raise_statement "
                "delete_statement for_statement expression_list attribute call"))
        return "named-place";
    return NULL;
}

/* ---- calls: §6.3.4 */
static const char *arguments(struct rules_walk *w, TSNode node)
{
    bool keyword = false, unpacked = false;
    struct slice seen[64];
    size_t n_seen = 0;
    if (type_is(rules_above(w, 1), "class_pattern")) return NULL;
    EACH(NAMED, k, node)
    {
        TSNode a = k.node;
        if (rules_is(a, "comment line_continuation")) continue;
        if (rules_is(a, "dictionary_splat")) {
            unpacked = true;
        } else if (rules_is(a, "keyword_argument")) {
            keyword = true;
            struct slice name = rules_text(w, field(a, "name"));
            for (size_t j = 0; j < n_seen; j++)
                if (slice_eq(seen[j], name)) return "repeated-argument";
            if (n_seen < 64) seen[n_seen++] = name;
        } else if (unpacked || (keyword && !rules_is(a, "list_splat"))) {
            return "argument-order";
        }
    }
    return NULL;
}

/* ---- parameters: §8.7 */
struct parameters {
    bool star, star_alone, after_star, slash, kwargs, defaults, any;
    struct slice seen[64];
    size_t n_seen;
};

static TSNode parameter_name(TSNode p)
{
    if (rules_is(p, "identifier")) return p;
    TSNode name = field(p, "name");
    if (ts_node_is_null(name)) name = ts_node_named_child(p, 0);
    return rules_is(name, "list_splat_pattern dictionary_splat_pattern") ? ts_node_named_child(name, 0)
                                                                         : name;
}

static const char *named_once(struct rules_walk *w, struct parameters *ps, TSNode p)
{
    struct slice name = rules_text(w, parameter_name(p));
    for (size_t i = 0; i < ps->n_seen; i++)
        if (slice_eq(ps->seen[i], name)) return "repeated-parameter";
    if (ps->n_seen < 64) ps->seen[ps->n_seen++] = name;
    return NULL;
}

static bool is_star(TSNode p, const char *pattern)
{
    return rules_is(p, pattern) ||
           (rules_is(p, "typed_parameter") && rules_is(ts_node_named_child(p, 0), pattern));
}

static const char *one_parameter(struct rules_walk *w, struct parameters *ps, TSNode p)
{
    if (ps->kwargs) return "parameter-order";
    if (rules_is(p, "positional_separator") || is_token(p, "/")) {
        if (ps->slash || ps->star || ps->star_alone || !ps->any) return "parameter-order";
        ps->slash = true;
        return NULL;
    }
    if (rules_is(p, "keyword_separator") || is_token(p, "*")) {
        if (ps->star || ps->star_alone) return "parameter-order";
        ps->star_alone = true;
        return NULL;
    }
    ps->any = true;
    if (is_star(p, "dictionary_splat_pattern")) {
        ps->kwargs = true;
        if (ps->star_alone && !ps->after_star) return "parameter-order";
        return named_once(w, ps, p);
    }
    if (is_star(p, "list_splat_pattern")) {
        if (ps->star || ps->star_alone) return "parameter-order";
        ps->star = true;
        return named_once(w, ps, p);
    }
    bool has_default = rules_is(p, "default_parameter typed_default_parameter");
    ps->after_star |= ps->star_alone;
    if (ps->defaults && !has_default && !ps->star && !ps->star_alone) return "parameter-order";
    ps->defaults |= has_default;
    return rules_is(p, "tuple_pattern") ? "parameter-order" : named_once(w, ps, p);
}

static const char *parameters(struct rules_walk *w, TSNode node)
{
    struct parameters ps = {0};
    EACH(NAMED, k, node)
    {
        TSNode p = k.node;
        const char *broken = rules_is(p, "comment line_continuation") ? NULL : one_parameter(w, &ps, p);
        if (broken) return broken;
    }
    return ps.star_alone && !ps.after_star ? "parameter-order" : NULL;
}

/* ---- statements: §7, §8 */
static const char *delete (struct rules_walk *w, TSNode node)
{
    static const char not_target[] =
        "binary_operator boolean_operator comparison_operator not_operator unary_operator integer float "
        "string true "
        "false none dictionary set call lambda conditional_expression ellipsis concatenated_string";
    const char *broken = one_line(w, node);
    TSNode what = ts_node_named_child(node, 0);
    if (broken || rules_is(what, not_target)) return broken ? broken : "delete-target";
    if (!rules_is(what, "expression_list")) return NULL;
    EACH(NAMED, k, what)
    if (rules_is(k.node, not_target)) return "delete-target";
    return NULL;
}

static const char *raise(struct rules_walk *w, TSNode node)
{
    if (rules_is(ts_node_named_child(node, 0), "expression_list")) return "raise";
    if (!ts_node_is_null(field(node, "cause")) &&
        ts_node_eq(field(node, "cause"), ts_node_named_child(node, 0)))
        return "raise";
    return one_line(w, node);
}

static const char *import_from(struct rules_walk *w, TSNode node)
{
    uint32_t n = ts_node_child_count(node);
    if (n && is_token(ts_node_child(node, n - 1), ",")) return "trailing-comma";
    return one_line(w, node);
}

/* except: comes last; except and except* do not mix; then else, then finally, each once. */
static const char *try(struct rules_walk *w, TSNode node)
{
    unsigned stage = 0, plain = 0, group = 0;
    bool bare = false;
    EACH(NAMED, k, node)
    {
        TSNode c = k.node;
        unsigned now = rules_is(c, "except_clause except_group_clause") ? 1
                       : rules_is(c, "else_clause")                     ? 2
                       : rules_is(c, "finally_clause")                  ? 3
                                                                        : 0;
        if (!now) continue;
        if (now < stage || (bare && now == 1) || (now == stage && now > 1)) return "except-order";
        if (now == 2 && stage != 1) return "except-order";
        stage = now;
        TSNode second = ts_node_child(c, 1);
        bool starred = rules_is(c, "except_group_clause") ||
                       (now == 1 && !ts_node_is_null(second) && is_token(second, "*"));
        group += now == 1 && starred;
        plain += now == 1 && !starred;
        bare = now == 1 && !ts_node_is_null(second) && is_token(second, ":");
    }
    if (plain && group) return "except-order";
    return stage ? body(w, node) : "try-alone";
}

static char prefix_of(struct slice s)
{
    for (size_t i = 0; i < s.n && s.p[i] != '\'' && s.p[i] != '"'; i++)
        if ((s.p[i] | 32) == 'b') return 'b';
    return 0;
}

static const char *concatenated(struct rules_walk *w, TSNode node)
{
    unsigned bytes = 0, n = 0;
    EACH(NAMED, k, node)
    {
        TSNode s = k.node;
        if (!rules_is(s, "string")) continue;
        n++;
        bytes += prefix_of(rules_text(w, s)) == 'b';
    }
    if (bytes && bytes != n) return "bytes-and-text";
    return one_line(w, node);
}

static const char *string(struct rules_walk *w, TSNode node)
{
    struct slice s = rules_text(w, node);
    if (prefix_of(s) != 'b') return NULL;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80) return "bytes-beyond-ascii";
    return NULL;
}

static const char *conversion(struct rules_walk *w, TSNode node)
{
    struct slice s = rules_text(w, node);
    return s.n == 2 && strchr("rsa", s.p[1]) ? NULL : "conversion";
}

static const char *assignment(struct rules_walk *w, TSNode node)
{
    TSNode left = field(node, "left");
    if (rules_is(left, "list_splat list_splat_pattern")) return "starred-place";
    return one_line(w, node);
}

/* nonlocal in a module: §7.13 */
static const char *nonlocal(struct rules_walk *w, TSNode node)
{
    rules_climbed(w->depth);
    for (size_t i = 1; i <= w->depth; i++)
        if (type_is(rules_above(w, i), "function_definition class_definition lambda"))
            return one_line(w, node);
    return "nonlocal-at-module-level";
}

/* §6.2.9 */
static const char *yield(struct rules_walk *w, TSNode node)
{
    TSNode from = ts_node_child(node, 1);
    if (ts_node_is_null(from) || !is_token(from, "from")) return NULL;
    rules_climbed(w->depth);
    for (size_t i = 1; i <= w->depth; i++) {
        if (type_is(rules_above(w, i), "lambda class_definition")) return NULL;
        if (type_is(rules_above(w, i), "function_definition"))
            return is_token(ts_node_child(w->above[w->depth - i], 0), "async") ? "yield-from-in-async" : NULL;
    }
    return NULL;
}

/* §7.11.1: the features that there have been. */
static const char *future(struct rules_walk *w, TSNode node)
{
    static const char features[] =
        "nested_scopes generators division absolute_import with_statement print_function unicode_literals "
        "barry_as_FLUFL generator_stop annotations";
    EACH(NAMED, k, node)
    {
        TSNode name = k.node;
        if (rules_is(name, "aliased_import")) name = field(name, "name");
        if (rules_is(name, "dotted_name") && !language_lists(features, rules_text(w, name)))
            return "future-feature";
    }
    return import_from(w, node);
}

/* §8.10: *Ts and **P have no bounds. */
static const char *constrained(struct rules_walk *w, TSNode node)
{
    TSNode first = ts_node_named_child(node, 0);
    if (rules_is(first, "type")) first = ts_node_named_child(first, 0);
    return rules_is(first, "splat_type") ? "type-parameter-bound" : NULL;
}

/* §2.4.3: the colon of a lambda would be taken for that of a format. */
static const char *interpolation(struct rules_walk *w, TSNode node)
{
    return rules_is(field(node, "expression"), "lambda") ? "lambda-in-string" : NULL;
}

static const char *with_clause(struct rules_walk *w, TSNode node)
{
    uint32_t n = ts_node_child_count(node);
    return n && is_token(ts_node_child(node, n - 1), ",") ? "trailing-comma" : NULL;
}

/* ---- patterns: §8.6 */
static bool is_capture(struct rules_walk *w, TSNode pattern)
{
    TSNode name = ts_node_named_child(pattern, 0);
    if (ts_node_is_null(name)) return slice_is(rules_text(w, pattern), "_");
    return ts_node_named_child_count(pattern) == 1 && rules_is(name, "dotted_name") &&
           ts_node_named_child_count(name) == 1 && ts_node_child_count(pattern) == 1;
}

/* What always matches comes last. */
static const char *match(struct rules_walk *w, TSNode node)
{
    TSNode cases = field(node, "body");
    const char *broken = needs_block(w, node, "body");
    bool always = false;
    EACH(NAMED, k, cases)
    {
        TSNode c = k.node;
        if (!rules_is(c, "case_clause")) continue;
        if (always) return "unreachable-case";
        TSNode first = ts_node_named_child(c, 0), second = ts_node_named_child(c, 1);
        always = ts_node_is_null(field(c, "guard")) && rules_is(first, "case_pattern") &&
                 !rules_is(second, "case_pattern") && !is_token(ts_node_child(c, 2), ",") &&
                 is_capture(w, first);
    }
    return broken;
}

static const char *sequence_pattern(struct rules_walk *w, TSNode node)
{
    unsigned stars = 0;
    EACH(NAMED, k, node)
    {
        TSNode c = k.node;
        stars += rules_is(c, "case_pattern") && rules_is(ts_node_named_child(c, 0), "splat_pattern");
        stars += rules_is(c, "list_splat_pattern");
    }
    return stars > 1 ? "two-stars" : NULL;
}

static const char *case_clause(struct rules_walk *w, TSNode node)
{
    const char *broken = sequence_pattern(w, node);
    if (!broken) broken = python_pattern_names(w, node);
    return broken ? broken : consequence(w, node);
}

static const char *as_pattern(struct rules_walk *w, TSNode node)
{
    TSNode name = ts_node_named_child(node, ts_node_named_child_count(node) - 1);
    return type_is(rules_above(w, 1), "case_pattern") && slice_is(rules_text(w, name), "_") ? "pattern-target"
                                                                                            : NULL;
}

static const char *splat_in_pattern(struct rules_walk *w, TSNode node)
{
    return slice_is(rules_text(w, node), "**_") ? "pattern-target" : NULL;
}

const struct rule_of python_rules[] = {{"identifier", identifier},
                                       {"module", block},
                                       {"block", block},
                                       {"function_definition", body},
                                       {"class_definition", body},
                                       {"for_statement", body},
                                       {"while_statement", body},
                                       {"with_statement", body},
                                       {"if_statement", consequence},
                                       {"elif_clause", consequence},
                                       {"else_clause", body},
                                       {"case_clause", case_clause},
                                       {"except_clause", body},
                                       {"except_group_clause", body},
                                       {"finally_clause", body},
                                       {"try_statement", try},
                                       {"binary_operator", one_line},
                                       {"boolean_operator", one_line},
                                       {"comparison_operator", one_line},
                                       {"not_operator", one_line},
                                       {"unary_operator", one_line},
                                       {"await", one_line},
                                       {"conditional_expression", one_line},
                                       {"augmented_assignment", one_line},
                                       {"assignment", assignment},
                                       {"return_statement", one_line},
                                       {"assert_statement", one_line},
                                       {"import_statement", one_line},
                                       {"import_from_statement", import_from},
                                       {"future_import_statement", future},
                                       {"global_statement", one_line},
                                       {"nonlocal_statement", nonlocal},
                                       {"raise_statement", raise},
                                       {"delete_statement", delete},
                                       {"expression_list", one_line},
                                       {"attribute", one_line},
                                       {"list_splat", splat},
                                       {"list_splat_pattern", splat_pattern},
                                       {"pattern_list", targets},
                                       {"tuple_pattern", sequence_pattern},
                                       {"list_pattern", sequence_pattern},
                                       {"named_expression", named},
                                       {"argument_list", arguments},
                                       {"parameters", parameters},
                                       {"lambda_parameters", parameters},
                                       {"concatenated_string", concatenated},
                                       {"string", string},
                                       {"type_conversion", conversion},
                                       {"yield", yield},
                                       {"constrained_type", constrained},
                                       {"interpolation", interpolation},
                                       {"with_clause", with_clause},
                                       {"match_statement", match},
                                       {"as_pattern", as_pattern},
                                       {"splat_pattern", splat_in_pattern},
                                       {0}};
