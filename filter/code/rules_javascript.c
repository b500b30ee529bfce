/* rules_javascript.c: what ECMA-262 (2024) rules out and tree-sitter-javascript 0.23.1 lets pass. */
#include "common/text.h"
#include "filter/code/language.h"
#include "filter/code/language_rules.h"
#include <stdlib.h>

/* §12.7.2, the words that are reserved everywhere. */
static const char reserved[] =
    "break case catch class const continue debugger default delete do else enum export extends false finally "
    "for function if import in instanceof new null return super switch this throw true try typeof var void "
    "while with";
static const char functions[] = "function_declaration function_expression generator_function_declaration "
                                "generator_function arrow_function "
                                "method_definition class_static_block program";
static const char patterns[] =
    "array_pattern object_pattern pair_pattern rest_pattern assignment_pattern object_assignment_pattern";

static TSNode no_node(void)
{
    return (TSNode){.id = NULL};
}

static TSNode field(TSNode node, const char *name)
{
    return ts_node_child_by_field_name(node, name, (uint32_t)strlen(name));
}

static bool type_is(const char *type, const char *types)
{
    return *type && language_lists(types, slice_str(type));
}

static bool has_child(TSNode node, const char *type)
{
    EACH(ALL, k, node)
    if (strcmp(ts_node_type(k.node), type) == 0) return true;
    return false;
}

/* The nearest function, or the program, around the node. Levels above it; depth + 1: none. */
static size_t function_above(const struct rules_walk *w, size_t from)
{
    rules_climbed(w->depth);
    for (size_t i = from; i <= w->depth; i++) {
        bool key = i > 0 && type_is(rules_above(w, i - 1),
                                    "computed_property_name"); /* belongs to what is around the method */
        if (!key && type_is(rules_above(w, i), functions)) return i;
    }
    return w->depth + 1;
}

/* ---- strict mode, §11.2.2: a directive in a function or the program around, a class, a module */
static bool directive_in(const struct rules_walk *w, TSNode block)
{
    EACH(NAMED, k, block)
    {
        TSNode s = k.node;
        if (rules_is(s, "comment hash_bang_line")) continue;
        if (!rules_is(s, "expression_statement") || !rules_is(ts_node_named_child(s, 0), "string"))
            return false;
        struct slice text = rules_text(w, ts_node_named_child(s, 0));
        if (text.n == 12 && memcmp(text.p + 1, "use strict", 10) == 0) return true;
    }
    return false;
}

bool javascript_is_module(TSNode program)
{
    EACH(NAMED, k, program)
    if (rules_is(k.node, "import_statement export_statement")) return true;
    return false;
}

static bool strict(const struct rules_walk *w)
{
    rules_climbed(w->depth);
    for (size_t i = 0; i <= w->depth; i++) {
        TSNode node = w->above[w->depth - i];
        const char *type = ts_node_type(node);
        if (type_is(type, "class_body")) return true;
        if (type_is(type, "program")) return w->module || directive_in(w, node);
        if (type_is(type, functions) && directive_in(w, field(node, "body"))) return true;
    }
    return false;
}

/* ---- words */
static bool in_generator(const struct rules_walk *w, size_t from)
{
    size_t i = function_above(w, from);
    if (i > w->depth) return false;
    TSNode f = w->above[w->depth - i];
    if (rules_is(f, "generator_function generator_function_declaration")) return true;
    return rules_is(f, "method_definition") && has_child(f, "*");
}

/* The name of a declared function belongs to what is around it. */
static bool names_function(const struct rules_walk *w, TSNode node)
{
    if (!type_is(rules_above(w, 1), "function_declaration generator_function_declaration") || w->depth < 2)
        return false;
    return ts_node_eq(field(w->above[w->depth - 1], "name"), node);
}

static uint32_t utf8_at(struct slice s, size_t *i)
{
    unsigned char c = (unsigned char)s.p[*i];
    unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    uint32_t cp = more == 0 ? c : more == 1 ? c & 31u : more == 2 ? c & 15u : c & 7u;
    for (++*i; more && *i < s.n; more--, ++*i) cp = cp << 6 | ((unsigned char)s.p[*i] & 63u);
    return cp;
}

/* "\u0061" or "\u{61}" at i, which stands at the backslash. UINT32_MAX: not well-formed. */
static uint32_t escape_at(struct slice s, size_t *i)
{
    uint32_t cp = 0;
    size_t at = *i + 2, digits = 0;
    bool braces = at < s.n && s.p[at] == '{';
    if (*i + 1 >= s.n || s.p[*i + 1] != 'u') return UINT32_MAX;
    for (at += braces; at < s.n && (braces || digits < 4); at++, digits++) {
        char c = s.p[at];
        unsigned v = c >= '0' && c <= '9'                 ? (unsigned)(c - '0')
                     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
                                                          : 16;
        if (v == 16) break;
        cp = cp > 0x10ffff ? cp : cp << 4 | v;
    }
    if (!digits || (!braces && digits < 4) || (braces && (at >= s.n || s.p[at] != '}')) || cp > 0x10ffff)
        return UINT32_MAX;
    *i = at + braces;
    return cp;
}

/* §12.7: ID_Start and ID_Continue, as far as the general classes tell. */
static bool id_char(uint32_t cp, bool first)
{
    if (cp < 0x80) {
        char c = (char)cp;
        return c == '$' || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
               (!first && c >= '0' && c <= '9');
    }
    if (cp == 0x200c || cp == 0x200d) return !first;
    unsigned class = unicode_classes(cp);
    if (class & UC_LETTER || cp == 0x2118 || cp == 0x212e || cp == 0x309b || cp == 0x309c) return true;
    if (class & UC_NUMBER &&
        ((cp >= 0x2160 && cp <= 0x2188) || (cp >= 0x3007 && cp <= 0x303a) || cp >= 0xa6e6))
        return true;
    if (first) return false;
    return class & (UC_MARK | UC_NUMBER) || cp == 0xb7 || cp == 0x387 || cp == 0x203f || cp == 0x2040 ||
           cp == 0x2054 || (cp >= 0xfe33 && cp <= 0xff3f);
}

static const char *spelled(struct slice s)
{
    for (size_t i = s.n && s.p[0] == '#' ? 1 : 0, first = i; i < s.n;) {
        bool start = i == first;
        uint32_t cp = s.p[i] == '\\' ? escape_at(s, &i) : utf8_at(s, &i);
        if (cp == UINT32_MAX || !id_char(cp, start)) return "identifier-character";
    }
    return NULL;
}

static const char *property(struct rules_walk *w, TSNode node)
{
    return spelled(rules_text(w, node));
}

/* §12.7.2, §13.1.1 */
static const char *identifier(struct rules_walk *w, TSNode node)
{
    struct slice s = rules_text(w, node);
    if (s.n && (s.p[0] & 0x80 || memchr(s.p, '\\', s.n))) {
        const char *broken = spelled(s);
        if (broken) return broken;
    }
    if (s.n >= 2 && s.n <= 10 && s.p[0] >= 'a' && s.p[0] <= 'w' && language_lists(reserved, s)) {
        /* import {default as a}, export {default} from: the names of the other side */
        bool other = type_is(rules_above(w, 1), "import_specifier export_specifier namespace_export");
        if (!other) return "reserved-word";
        TSNode specifier = w->above[w->depth - 1], alias = field(specifier, "alias");
        if (rules_is(specifier, "namespace_export")) return NULL;
        bool is_alias = !ts_node_is_null(alias) && ts_node_eq(alias, node);
        if (rules_is(specifier, "import_specifier"))
            return is_alias || ts_node_is_null(alias) ? "reserved-word" : NULL;
        bool from = w->depth >= 3 && !ts_node_is_null(field(w->above[w->depth - 3], "source"));
        return is_alias || from ? NULL : "reserved-word";
    }
    if (w->module && slice_is(s, "await")) return "reserved-word";
    if (slice_is(s, "yield") && in_generator(w, names_function(w, node) ? 2 : 1)) return "yield-name";
    return NULL;
}

/* Elsewhere a name, and what follows goes on with an operator: "yield * a" is a product. */
static bool may_be_name(const struct rules_walk *w, TSNode node)
{
    TSNode next = ts_node_child(node, 1);
    return ts_node_is_null(next) || strchr("*+-([/`", w->text[ts_node_start_byte(next)]);
}

/* §15.5: only generators yield. */
static const char *yield(struct rules_walk *w, TSNode node)
{
    size_t i = function_above(w, 1);
    if (i > w->depth) return NULL;
    bool generator = in_generator(w, 1);
    if (!generator) return may_be_name(w, node) && !strict(w) ? NULL : "yield-outside-generator";
    TSNode star = ts_node_child(node, 1); /* yield [no line end here] * */
    if (!ts_node_is_null(star) && strcmp(ts_node_type(star), "*") == 0 &&
        rules_gap_has_newline(w, ts_node_start_byte(node), ts_node_start_byte(star)))
        return "line-end";
    for (size_t k = 1; k < i; k++) /* not in a generator's own parameters */
        if (type_is(rules_above(w, k), "formal_parameters")) return "yield-in-parameters";
    return NULL;
}

/* §13.3.5: super stands before a property or a call. */
static const char *super(struct rules_walk *w, TSNode node)
{
    if (type_is(rules_above(w, 1), "member_expression subscript_expression call_expression")) return NULL;
    return "super";
}

/* ---- literals: §12.9.3, §12.9.4 */
static const char *number(struct rules_walk *w, TSNode node)
{
    struct slice s = rules_text(w, node);
    size_t end = ts_node_end_byte(node);
    if (end < w->n) {
        size_t i = end;
        uint32_t next = utf8_at(slice_of(w->text, w->n), &i);
        if (id_char(next, false) || next == '\\') return "number-followed-by-name";
    }
    bool octal = s.n > 1 && s.p[0] == '0' && s.p[1] >= '0' && s.p[1] <= '9';
    return octal && strict(w) ? "octal-in-strict-code" : NULL;
}

/* One escape, at its backslash, which is not the last byte. */
static const char *escape(struct rules_walk *w, struct slice s, size_t i, bool in_template)
{
    char c = s.p[i + 1];
    bool digit_next = i + 2 < s.n && s.p[i + 2] >= '0' && s.p[i + 2] <= '9';
    if (c == 'u' && escape_at(s, &i) == UINT32_MAX) return "unicode-escape";
    if (c < '0' || c > '9' || (c == '0' && !digit_next)) return NULL;
    return in_template || strict(w) ? "octal-in-strict-code" : NULL;
}

static const char *escapes(struct rules_walk *w, struct slice s, bool in_template)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] != '\\') continue;
        const char *broken = escape(w, s, i, in_template);
        if (broken) return broken;
        i++;
    }
    return NULL;
}

static const char *string(struct rules_walk *w, TSNode node)
{
    struct slice s = rules_text(w, node);
    if (type_is(rules_above(w, 1), "jsx_attribute")) return NULL;
    for (const char *p = s.p; (p = memchr(p, '\n', s.n - (size_t)(p - s.p))); p++)
        if (p == s.p || !(p[-1] == '\\' || (p[-1] == '\r' && p > s.p + 1 && p[-2] == '\\')))
            return "line-end-in-string";
    return s.n && memchr(s.p, '\\', s.n) ? escapes(w, s, false) : NULL;
}

static const char *template_escape(struct rules_walk *w, TSNode node)
{
    if (!type_is(rules_above(w, 1), "template_string") || type_is(rules_above(w, 2), "call_expression"))
        return NULL;
    struct slice s = rules_text(w, node);
    const char *end = w->text + w->n; /* the digit behind may be outside of the node */
    return escapes(w, slice_of(s.p, s.n + (s.p + s.n < end)), true);
}

/* ---- what can be assigned to: §13.15.1, §13.4.1 */
static TSNode inside(TSNode node)
{
    while (rules_is(node, "parenthesized_expression")) {
        TSNode only = no_node();
        EACH(NAMED, k, node)
        if (!rules_is(k.node, "comment")) only = k.node;
        if (ts_node_is_null(only)) return node;
        node = only;
    }
    return node;
}

static bool simple_target(TSNode node)
{
    TSNode target = inside(node);
    if (rules_is(target, "member_expression subscript_expression"))
        return !has_child(target, "optional_chain");
    return rules_is(target, "identifier undefined yield_expression");
}

static const char *target(TSNode left, bool patterns_too)
{
    if (ts_node_is_null(left) || simple_target(left)) return NULL;
    return patterns_too && rules_is(left, "array_pattern object_pattern array object") ? NULL
                                                                                       : "assignment-target";
}

static const char *operand_of(TSNode node)
{
    return rules_is(node, "assignment_expression augmented_assignment_expression arrow_function") ? "operand"
                                                                                                  : NULL;
}

static const char *assignment(struct rules_walk *w, TSNode node)
{
    return target(field(node, "left"), true);
}

static const char *augmented(struct rules_walk *w, TSNode node)
{
    return target(field(node, "left"), false);
}

static const char *update(struct rules_walk *w, TSNode node)
{
    return target(field(node, "argument"), false);
}

static const char *unary(struct rules_walk *w, TSNode node)
{
    return operand_of(field(node, "argument"));
}

static const char *binary(struct rules_walk *w, TSNode node)
{
    const char *broken = operand_of(field(node, "left"));
    return broken ? broken : operand_of(field(node, "right"));
}

static const char *call(struct rules_walk *w, TSNode node)
{
    return rules_is(field(node, "function"), "arrow_function") ? "operand" : NULL;
}

static const char *new (struct rules_walk *w, TSNode node)
{
    return rules_is(field(node, "constructor"), "super") ? "super" : NULL;
}

static const char *heritage(struct rules_walk *w, TSNode node)
{
    TSNode base = ts_node_named_child(node, 0);
    return rules_is(base, "binary_expression unary_expression yield_expression assignment_expression "
                          "ternary_expression arrow_function "
                          "update_expression await_expression")
               ? "class-heritage"
               : NULL;
}

/* ---- patterns: §14.3.3 */
static const char *rest_last(struct rules_walk *w, TSNode node)
{
    bool rest = false, comma = true; /* nothing stands before the first */
    bool object = rules_is(node, "object object_pattern");
    EACH(ALL, k, node)
    {
        TSNode child = k.node;
        const char *type = ts_node_type(child);
        if (strcmp(type, "comment") == 0) continue;
        bool is_comma = strcmp(type, ",") == 0;
        if (rest && !strchr(")]}", *type)) return "rest-not-last";
        if (object && is_comma && comma) return "empty-property";
        rest = strcmp(type, "rest_pattern") == 0;
        comma = is_comma || strcmp(type, "{") == 0;
    }
    return NULL;
}

static bool binds(const char *type)
{
    return type_is(type, "formal_parameters variable_declarator catch_clause");
}

/* A property is no name to declare. */
static const char *member(struct rules_walk *w, TSNode node)
{
    size_t i = 1;
    TSNode child = node;
    for (; i <= w->depth && type_is(rules_above(w, i), patterns); i++) {
        TSNode above = w->above[w->depth - i];
        if (rules_is(above, "assignment_pattern object_assignment_pattern") &&
            ts_node_eq(field(above, "right"), child))
            return NULL;
        if (rules_is(above, "pair_pattern") && ts_node_eq(field(above, "key"), child)) return NULL;
        child = above;
    }
    rules_climbed(i);
    if (i == 1 || !binds(rules_above(w, i))) return NULL;
    return ts_node_eq(field(w->above[w->depth - i], "value"), child) ? NULL : "binding-target";
}

static const char *declarator(struct rules_walk *w, TSNode node)
{
    if (!ts_node_is_null(field(node, "value"))) return NULL;
    if (rules_is(field(node, "name"), "array_pattern object_pattern")) return "missing-initializer";
    TSNode declaration = w->depth ? w->above[w->depth - 1] : no_node();
    return rules_is(declaration, "lexical_declaration") && has_child(declaration, "const")
               ? "missing-initializer"
               : NULL;
}

static const char *for_in(struct rules_walk *w, TSNode node)
{
    TSNode left = field(node, "left");
    bool declares = !ts_node_is_null(field(node, "kind"));
    if (!declares && target(left, true)) return "assignment-target";
    bool of = has_child(node, "of");
    if (!ts_node_is_null(field(node, "value")) &&
        (of || !rules_is(left, "identifier") || has_child(node, "let") || strict(w)))
        return "for-in-initializer";
    return rules_is(
               field(node, "body"),
               "lexical_declaration class_declaration function_declaration generator_function_declaration "
               "import_statement export_statement")
               ? "declaration-as-statement"
               : NULL;
}

/* ---- statements: §14.1 */
static const char not_a_body[] =
    "lexical_declaration class_declaration generator_function_declaration import_statement export_statement";

static const char *body(TSNode node, bool function_too)
{
    bool bad = rules_is(node, not_a_body) || (function_too && rules_is(node, "function_declaration"));
    return bad ? "declaration-as-statement" : NULL;
}

static const char *loop(struct rules_walk *w, TSNode node)
{
    return body(field(node, "body"), true);
}

static const char *label(struct rules_walk *w, TSNode node)
{
    return body(field(node, "body"), strict(w));
}

static const char *if_statement(struct rules_walk *w, TSNode node)
{
    return body(field(node, "consequence"), false);
}

static const char *else_clause(struct rules_walk *w, TSNode node)
{
    return body(ts_node_named_child(node, 0), false);
}

static const char *expression_statement(struct rules_walk *w, TSNode node)
{
    if (rules_is(ts_node_named_child(node, 0), "class function_expression generator_function"))
        return "unnamed-declaration";
    return NULL;
}

static const char *throw(struct rules_walk * w, TSNode node)
{
    TSNode argument =
        ts_node_named_child(node, ts_node_named_child_count(node) ? ts_node_named_child_count(node) - 1 : 0);
    if (ts_node_is_null(argument)) return NULL;
    struct slice gap =
        slice_of(w->text + ts_node_start_byte(node), ts_node_start_byte(argument) - ts_node_start_byte(node));
    return memchr(gap.p, '\n', gap.n) || memchr(gap.p, '\r', gap.n) || slice_find(gap, slice_str("\u2028")) ||
                   slice_find(gap, slice_str("\u2029"))
               ? "line-end"
               : NULL;
}

static const char *arrow(struct rules_walk *w, TSNode node)
{
    uint32_t end = ts_node_start_byte(node);
    EACH(ALL, k, node)
    {
        TSNode child = k.node;
        if (strcmp(ts_node_type(child), "=>") == 0) {
            struct slice gap = slice_of(w->text + end, ts_node_start_byte(child) - end);
            bool ended =
                gap.n && (memchr(gap.p, '\n', gap.n) || memchr(gap.p, '\r', gap.n) ||
                          slice_find(gap, slice_str("\u2028")) || slice_find(gap, slice_str("\u2029")));
            return ended ? "line-end" : NULL;
        }
        if (!rules_is(child, "comment")) end = ts_node_end_byte(child);
    }
    return NULL;
}

static const char *switch_body(struct rules_walk *w, TSNode node)
{
    unsigned defaults = 0;
    EACH(NAMED, k, node)
    defaults += rules_is(k.node, "switch_default");
    return defaults > 1 ? "two-defaults" : NULL;
}

static const char *try_statement(struct rules_walk *w, TSNode node)
{
    return has_child(node, "catch_clause") || has_child(node, "finally_clause") ? NULL : "try-alone";
}

/* §15.4: get takes nothing, set one that is no rest. */
static const char *method(struct rules_walk *w, TSNode node)
{
    bool get = has_child(node, "get"), set = has_child(node, "set");
    TSNode parameters = field(node, "parameters");
    uint32_t n = 0;
    if (!get && !set) return NULL;
    EACH(NAMED, k, parameters)
    {
        TSNode p = k.node;
        if (rules_is(p, "comment")) continue;
        n++;
        if (set && rules_is(p, "rest_pattern")) return "accessor-parameters";
    }
    return n == (set ? 1 : 0) ? NULL : "accessor-parameters";
}

/* Annex B.1.1: "<!--" and "-->" are comments of scripts only. */
static const char *html_comment(struct rules_walk *w, TSNode node)
{
    return w->module ? "html-comment-in-module" : NULL;
}

/* §16.2: only at the top of a module. */
static const char *import_export(struct rules_walk *w, TSNode node)
{
    return type_is(rules_above(w, 1), "program") ? NULL : "import-not-at-top";
}

const struct rule_of javascript_rules[] = {{"identifier", identifier},
                                           {"shorthand_property_identifier", identifier},
                                           {"shorthand_property_identifier_pattern", identifier},
                                           {"statement_identifier", identifier},
                                           {"property_identifier", property},
                                           {"private_property_identifier", property},
                                           {"yield_expression", yield},
                                           {"super", super},
                                           {"number", number},
                                           {"string", string},
                                           {"escape_sequence", template_escape},
                                           {"assignment_expression", assignment},
                                           {"augmented_assignment_expression", augmented},
                                           {"update_expression", update},
                                           {"unary_expression", unary},
                                           {"binary_expression", binary},
                                           {"call_expression", call},
                                           {"new_expression", new},
                                           {"class_heritage", heritage},
                                           {"array_pattern", rest_last},
                                           {"object_pattern", rest_last},
                                           {"object", rest_last},
                                           {"formal_parameters", rest_last},
                                           {"member_expression", member},
                                           {"subscript_expression", member},
                                           {"variable_declarator", declarator},
                                           {"for_in_statement", for_in},
                                           {"for_statement", loop},
                                           {"while_statement", loop},
                                           {"do_statement", loop},
                                           {"with_statement", loop},
                                           {"labeled_statement", label},
                                           {"if_statement", if_statement},
                                           {"else_clause", else_clause},
                                           {"expression_statement", expression_statement},
                                           {"throw_statement", throw},
                                           {"arrow_function", arrow},
                                           {"switch_body", switch_body},
                                           {"try_statement", try_statement},
                                           {"method_definition", method},
                                           {"import_statement", import_export},
                                           {"export_statement", import_export},
                                           {"html_comment", html_comment},
                                           {0}};
