/* code.c: leat code: keeps source files that parse, and that no rule drops.
 *
 * The language comes from metadata.language_code or metadata.language where those name one, else from metadata.path, a "#!" line, or the
 * text. Rules that need only the text are tried first, then tree-sitter parses it, and the share of bytes that did not fit decides, then the
 * rules that need the tree. What passes carries its language, licence and error ratio in metadata.
 *
 * In: JSONL documents. Out: JSONL documents; --rejects, --attributes. State: the loaded grammars; one tree a thread. */
#include "common/json.h"
#include "common/log.h"
#include "common/stage.h"
#include "common/text.h"
#include "filter/code/code_rules.h"
#include "filter/code/generated.h"
#include "filter/code/language.h"
#include "filter/code/license.h"
#include "filter/code/secrets.h"
#include "filter/code/shape.h"
#include "filter/code/spdx.h"
#include "filter/code/syntax.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *languages_wanted, *grammars, *preset, *rules_file, *licenses;
static double max_error_ratio = 0;
static uint64_t max_size = 1 << 20;
static bool keep_unknown, keep_valid, annotate, list_rules, list_languages;
static struct opt_list sets;

static const struct opt own[] = {
    {"languages", 'l', OPT_STR, &languages_wanted, "NAME[,NAME…]", NULL, 0, 0,
     "keep only these languages; all when not given; --list-languages prints them"},
    {"max-error-ratio", 0, OPT_NUM, &max_error_ratio, "R", NULL, 0, 1,
     "keep files with at most this share of bytes in syntax errors"},
    {"keep-valid", 0, OPT_FLAG, &keep_valid, NULL, NULL, 0, 0,
     "keep only what parses: no syntax error, and no rule of JavaScript or Python broken that their grammars "
     "do not know"},
    {"preset", 0, OPT_STR, &preset, "NAME[,NAME…]", NULL, 0, 0,
     "turn on the rules of these presets: starcoder, stack-v2, nemo, clean"},
    {"rules", 0, OPT_STR, &rules_file, "FILE", NULL, 0, 0, "read presets and thresholds from a YAML file"},
    {"set", 0, OPT_LIST, &sets, "RULE=NUMBER", NULL, 0, 0,
     "change one rule's threshold and turn it on, or turn it off with RULE=off; may be repeated"},
    {"licenses", 0, OPT_STR, &licenses, "ID[,ID…]", NULL, 0, 0,
     "keep only files under licences that may be taken with these SPDX ids (https://spdx.org/licenses, or "
     "LicenseRef-…), or "
     "permissive; what states none is dropped"},
    {"max-size", 0, OPT_SIZE, &max_size, "SIZE", NULL, 0, 0,
     "drop larger files unparsed; it bounds memory and time"},
    {"keep-unknown", 0, OPT_FLAG, &keep_unknown, NULL, NULL, 0, 0,
     "keep documents whose language is not known, or has no grammar, unparsed, instead of dropping them"},
    {"annotate", 0, OPT_FLAG, &annotate, NULL, NULL, 0, 0,
     "drop nothing; write all that is measured into metadata instead, and the rule that would have dropped",
     .excludes = "rejects|attributes"},
    {"grammars", 0, OPT_STR, &grammars, "DIR[:DIR…]", NULL, 0, 0,
     "look for libtree-sitter-NAME.so here first; then in $LEAT_GRAMMARS, beside the program, and in the "
     "installed folder"},
    {"list-rules", 0, OPT_FLAG, &list_rules, NULL, NULL, 0, 0,
     "print all rules with their thresholds, and end"},
    {"list-languages", 0, OPT_FLAG, &list_languages, NULL, NULL, 0, 0,
     "print the languages, whether their grammar is there, and their file names, and end"},
    {0}};

static int check_options(struct err *e);
static const struct opt_spec spec = {
    .name = "leat code",
    .check = check_options,
    .summary = "keep source files that parse",
    .operands = "[INPUT…]",
    .description =
        "Reads JSONL documents that are source files, finds each one's language "
        "(metadata.language_code or metadata.language where it names "
        "a programming language, else the name and extension of metadata.path, a \"#!\" line, or, "
        "without a path, the text), parses it with "
        "tree-sitter and drops what does not parse.\n\n"
        "The error ratio is the share of bytes inside the topmost ERROR nodes, plus one byte for "
        "every token that the parser had to supply. "
        "Kept documents get metadata.language_code, metadata.license_header (an SPDX expression: "
        "what the file itself states), and "
        "metadata.error_ratio when it is above 0.\n\n"
        "--keep-valid asks for no error at all and, of JavaScript and Python, for rules of the language that "
        "the "
        "grammar does not know. What a syntax tree cannot know stays: names that are not defined or are "
        "bound twice, labels, imports, types, which version of the language is meant; of other languages "
        "what their grammars let pass (docs/formats.md).\n\n"
        "Rules beyond that are off until --preset, --rules or --set turn them on; --list-rules "
        "prints them with their published "
        "thresholds. The first that holds is the reason of the drop, with the value that was "
        "measured. Other reasons: unknown-language, "
        "no-grammar, language-not-wanted, too-large, license, syntax-errors, language-rules "
        "(--keep-valid), and too-complex for the few "
        "texts with errors on which tree-sitter would take time and memory out of all proportion.",
    .examples = "leat ingest project.tar.gz | leat code --languages c,python -o code.jsonl.zst\n"
                "# tolerate a little\n"
                "leat code --max-error-ratio 0.02 --rejects broken.jsonl files.jsonl >parsed.jsonl\n"
                "# as The Stack v2 was filtered, without generated and minified files and tables, under "
                "permissive licences\n"
                "leat code --preset stack-v2,clean --licenses permissive files.jsonl >code.jsonl\n",
    .own = own,
};

struct code {
    struct syntax *syntax;
    struct code_rules rules;
    struct spdx_list allowed;
};

struct code_worker {
    struct syntax_worker *syntax;
    struct secrets *secrets;
    struct buf path, scratch, license;
};

/* What is known of the file at hand. */
struct file {
    const struct language *language;
    enum language_method how;
    struct slice path;
    double value[CODE_SIGNALS];
    uint32_t known; /* CODE_BITs of value[] that are measured */
    const char *generated;
    const char *secrets[8];
    struct syntax_result tree;
    bool parsed;
    const char *rule;    /* that drops it, or NULL */
    char rule_value[80]; /* JSON, or "" */
};

static void worker_free(void *ctx, void *worker)
{
    struct code_worker *w = worker;
    syntax_worker_free(w->syntax);
    secrets_free(w->secrets);
    buf_free(&w->path);
    buf_free(&w->scratch);
    buf_free(&w->license);
    free(w);
}

static void *worker_new(void *ctx)
{
    struct code_worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    buf_init(&w->path, BUF_NO_MAX);
    buf_init(&w->scratch, BUF_NO_MAX);
    buf_init(&w->license, BUF_NO_MAX);
    w->syntax = syntax_worker_new();
    w->secrets = secrets_new();
    if (w->syntax && w->secrets) return w;
    worker_free(ctx, w);
    return NULL;
}

/* The language that names one of --languages, or NULL. */
static const struct language *wanted_at(const char *p, size_t n)
{
    return language_named(slice_of(p, n));
}

static bool wanted(const struct language *language)
{
    if (!languages_wanted) return true;
    for (const char *p = languages_wanted; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        if (wanted_at(p, n) == language) return true;
        p += n;
    }
    return false;
}

/* Metadata of another type than string tells nothing. */
static const struct language *language_in(struct stage_out *o, const struct doc *d, const char *key)
{
    struct slice value;
    struct err ignored = {0};
    return jsonl_meta_str(o->jsonl, d, key, &value, &ignored) == 1 ? language_named(value) : NULL;
}

static int find_language(struct code_worker *w, struct stage_out *o, const struct doc *d, struct file *f)
{
    struct slice value;
    double score;
    struct err ignored = {0};
    buf_clear(&w->path);
    if (jsonl_meta_str(o->jsonl, d, "path", &value, &ignored) == 1) buf_put_slice(&w->path, value);
    f->path = buf_slice(&w->path);
    f->how = BY_NAME;
    f->language = language_in(o, d, "language_code");
    bool spoken =
        jsonl_meta_num(o->jsonl, d, "language_score", &score, &ignored) != 0; /* leat filter's: of people */
    if (!f->language && !spoken) f->language = language_in(o, d, "language");
    if (!f->language) f->language = language_of(f->path, d->text, &f->how);
    return w->path.failed ? -ERR_IO : 0;
}

static void hit(struct file *f, const char *rule, const char *string)
{
    if (f->rule) return;
    f->rule = rule;
    if (string) snprintf(f->rule_value, sizeof f->rule_value, "\"%.76s\"", string);
}

static void hit_number(struct file *f, const char *rule, double value)
{
    if (f->rule) return;
    f->rule = rule;
    snprintf(f->rule_value, sizeof f->rule_value, "%.9g", value);
}

static void set(struct file *f, enum code_signal s, double value)
{
    f->value[s] = value;
    f->known |= CODE_BIT(s);
}

#define OF_SHAPE                                                                                        \
    (CODE_BIT(CODE_LINES) | CODE_BIT(CODE_MAX_LINE) | CODE_BIT(CODE_MEAN_LINE) | CODE_BIT(CODE_ALNUM) | \
     CODE_BIT(CODE_ALPHA) | CODE_BIT(CODE_SPACE) | CODE_BIT(CODE_MINIFIED) | CODE_BIT(CODE_ERROR_LINES))

static void measure_shape(struct file *f, struct slice text)
{
    struct shape s;
    shape_of(text, &s);
    double chars = s.chars ? (double)s.chars : 1;
    set(f, CODE_LINES, (double)s.lines);
    set(f, CODE_MAX_LINE, (double)s.longest_line);
    set(f, CODE_MEAN_LINE, s.mean_line);
    set(f, CODE_ALNUM, (double)(s.letters + s.digits) / chars);
    set(f, CODE_ALPHA, (double)s.letters / chars);
    set(f, CODE_SPACE, (double)s.spaces / chars);
    set(f, CODE_MINIFIED, generated_minified(f->language->name, text, s.lines, s.chars, s.spaces));
}

static void measure_encoded(struct file *f, struct slice text)
{
    struct encoded e;
    shape_encoded(text, &e);
    double share = text.n ? (double)e.bytes / (double)text.n : 0;
    set(f, CODE_ENCODED, share < 1 ? share : 1);
    set(f, CODE_ENCODED_RUN, (double)e.longest);
}

static bool has_xml_header(struct slice text)
{
    return slice_find(slice_of(text.p, text.n < 100 ? text.n : 100), slice_str("<?xml version=")) != NULL;
}

static int measure_text(struct code_worker *w, struct file *f, struct slice text, uint32_t wants,
                        struct err *e)
{
    set(f, CODE_BYTES, (double)text.n);
    if (wants & OF_SHAPE) measure_shape(f, text);
    if (wants & CODE_BIT(CODE_GENERATED)) {
        f->generated = generated_why(f->path, f->language->name, text);
        set(f, CODE_GENERATED, f->generated != NULL);
    }
    if (wants & (CODE_BIT(CODE_ENCODED) | CODE_BIT(CODE_ENCODED_RUN))) measure_encoded(f, text);
    if (wants & CODE_BIT(CODE_XML))
        set(f, CODE_XML, strcmp(f->language->name, "xml") != 0 && has_xml_header(text));
    if (wants & CODE_BIT(CODE_SECRETS)) {
        int64_t n = secrets_count(w->secrets, text, f->secrets, e);
        if (n < 0) return (int)n;
        set(f, CODE_SECRETS, (double)n);
    }
    return 0;
}

static void apply_rules(const struct code *c, struct file *f)
{
    const struct code_rule *rule =
        f->rule ? NULL : code_rules_match(&c->rules, f->value, f->known, f->language->name);
    if (!rule) return;
    if (rule->signal == CODE_GENERATED)
        hit(f, rule->name, f->generated);
    else if (rule->signal == CODE_SECRETS)
        hit(f, rule->name, f->secrets[0]);
    else
        hit_number(f, rule->name, f->value[rule->signal]);
}

/* What the file states counts; else metadata.license, where that is an expression. */
static int check_license(const struct code *c, struct code_worker *w, struct file *f, struct doc *d,
                         struct stage_out *o)
{
    struct err ignored = {0};
    struct slice value = {0};
    if (license_find(d->text, &w->scratch, &w->license) < 0) return -ERR_IO;
    if (!licenses) return 0;
    if (w->license.n)
        value = buf_slice(&w->license);
    else if (jsonl_meta_str(o->jsonl, d, "license", &value, &ignored) != 1)
        value = slice_of("", 0);
    if (value.n && spdx_allowed(value, &c->allowed) == SPDX_YES) return 0;
    bool fits = value.n < 70 && spdx_valid(value);
    char expression[80];
    snprintf(expression, sizeof expression, "%.*s", fits ? (int)value.n : 0, value.p ? value.p : "");
    if (fits && value.n)
        hit(f, "license", expression);
    else
        hit(f, "license", value.n ? "other" : "none");
    return 0;
}

static double share(uint64_t part, uint64_t whole)
{
    return !whole ? 0 : part >= whole ? 1 : (double)part / (double)whole;
}

static int parse(const struct code *c, struct code_worker *w, struct file *f, struct slice text,
                 uint32_t wants, struct err *e)
{
    unsigned tree_wants =
        (wants & CODE_OF_WALK ? SYNTAX_SHARES : 0) | (keep_valid || annotate ? SYNTAX_RULES : 0);
    if (slice_has_suffix(f->path, ".mjs") || slice_has_suffix(f->path, ".module.js"))
        tree_wants |= SYNTAX_MODULE;
    int r = syntax_parse(c->syntax, w->syntax, f->language->name, text, tree_wants, &f->tree, e);
    if (r < 0) return r;
    if (f->tree.too_complex) {
        hit(f, "too-complex", NULL);
        return 0;
    }
    f->parsed = true;
    set(f, CODE_ERROR_RATIO, share(f->tree.error_bytes, text.n));
    if (wants & CODE_BIT(CODE_ERROR_LINES))
        set(f, CODE_ERROR_LINES, share(f->tree.error_lines, (uint64_t)f->value[CODE_LINES]));
    if (wants & CODE_OF_WALK) {
        set(f, CODE_COMMENTS, share(f->tree.comment_bytes, text.n));
        set(f, CODE_LITERALS, share(f->tree.literal_bytes, f->tree.token_bytes));
    }
    /* a token that is missing from a text of nothing is an error all the same */
    if (f->value[CODE_ERROR_RATIO] > max_error_ratio || (max_error_ratio == 0 && f->tree.errors))
        hit_number(f, "syntax-errors", f->value[CODE_ERROR_RATIO]);
    if (keep_valid && f->tree.broken) hit(f, "language-rules", f->tree.broken);
    return 0;
}

/* Fills *f: all that is asked for, and the rule that drops. Stops early where nothing more is wanted of a file that is dropped. */
static int judge(const struct code *c, struct code_worker *w, struct file *f, struct doc *d,
                 struct stage_out *o, struct err *e)
{
    bool all = annotate || o->attributes;
    uint32_t wants = all ? ~0u : c->rules.wanted;
    if (d->text.n > max_size) hit_number(f, "too-large", (double)d->text.n);
    if (f->rule && !all) return 0;
    int r = measure_text(w, f, d->text, wants, e);
    if (r < 0) return r;
    apply_rules(c, f);
    if (f->rule && !all) return 0;
    r = check_license(c, w, f, d, o);
    if (r < 0 || (f->rule && !all) || d->text.n > max_size) return r;
    r = parse(c, w, f, d->text, wants, e);
    if (r == 0) apply_rules(c, f);
    return r;
}

static int put_annotations(const struct code_worker *w, const struct file *f, struct doc *d)
{
    char key[64];
    int r = doc_meta_set_str(d, "code_language_by", slice_str(language_methods[f->how]));
    for (int s = 0; s < CODE_SIGNALS && r == 0; s++) {
        if (!(f->known & CODE_BIT(s)) || s == CODE_ERROR_RATIO) continue;
        snprintf(key, sizeof key, "code_%s", code_signal_name((enum code_signal)s));
        r = doc_meta_set_num(d, key, f->value[s]);
    }
    const char *syntax = !f->parsed       ? "unparsable"
                         : f->tree.errors ? "errors"
                         : f->tree.broken ? "broken-rule"
                                          : "valid";
    if (r == 0) r = doc_meta_set_str(d, "code_syntax", slice_str(syntax));
    if (r == 0 && f->parsed && !f->tree.errors && f->tree.broken)
        r = doc_meta_set_str(d, "code_broken_rule", slice_str(f->tree.broken));
    if (r == 0 && f->generated) r = doc_meta_set_str(d, "code_generated_by", slice_str(f->generated));
    if (r == 0 && f->secrets[0]) r = doc_meta_set_str(d, "code_secret", slice_str(f->secrets[0]));
    if (r == 0 && f->rule) r = doc_meta_set_str(d, "code_rule", slice_str(f->rule));
    return r;
}

/* The signals as dolma's attributes: "code__lines":[[0,LENGTH,VALUE]],… */
static int put_attributes(struct code_worker *w, const struct file *f, struct doc *d, struct stage_out *o)
{
    const char *comma = "";
    uint64_t chars = utf8_count(d->text.p, d->text.n);
    buf_clear(&w->scratch);
    for (int s = 0; s < CODE_SIGNALS; s++) {
        if (!(f->known & CODE_BIT(s))) continue;
        buf_printf(&w->scratch, "%s\"code__%s\":[[0,%llu,", comma, code_signal_name((enum code_signal)s),
                   (unsigned long long)chars);
        json_put_num(&w->scratch, f->value[s]);
        buf_puts(&w->scratch, "]]");
        comma = ",";
    }
    return buf_terminate(&w->scratch) < 0 ? -ERR_IO : stage_attributes(o, d, w->scratch.p);
}

static int keep(const struct code_worker *w, const struct file *f, struct doc *d, struct stage_out *o)
{
    int r = doc_meta_set_str(d, "language_code", slice_str(f->language->name));
    if (r == 0 && f->parsed && f->tree.errors)
        r = doc_meta_set_num(d, "error_ratio", f->value[CODE_ERROR_RATIO]);
    if (r == 0 && w->license.n) r = doc_meta_set_str(d, "license_header", buf_slice(&w->license));
    if (r == 0 && annotate) r = put_annotations(w, f, d);
    return r < 0 ? r : stage_keep(o, d);
}

/* A document that is in no language that can be parsed. */
static int without_language(const struct file *f, const char *rule, struct doc *d, struct stage_out *o)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", f->language ? f->language->name : "");
    if (o->attributes) {
        int r = stage_attributes(o, d, "");
        return r < 0 ? r : stage_keep(o, d);
    }
    if (annotate) {
        int r = doc_meta_set_str(d, "code_rule", slice_str(rule));
        if (r == 0 && f->language) r = doc_meta_set_str(d, "language_code", slice_str(f->language->name));
        return r < 0 ? r : stage_keep(o, d);
    }
    bool kept = keep_unknown && strcmp(rule, "language-not-wanted") != 0;
    return kept ? stage_keep(o, d) : stage_drop(o, d, rule, f->language ? quoted : NULL);
}

static int code_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct code *c = ctx;
    struct code_worker *w = worker;
    struct file f = {0};
    struct err why = {0};
    if (find_language(w, o, d, &f) < 0) return err_nomem(e, "reading a path");
    if (!f.language) return without_language(&f, "unknown-language", d, o);
    if (!wanted(f.language)) return without_language(&f, "language-not-wanted", d, o);
    if (syntax_have(c->syntax, f.language->name, &why) < 0) return without_language(&f, "no-grammar", d, o);
    buf_clear(&w->license);
    int r = judge(c, w, &f, d, o, e);
    if (r < 0) return r;
    if (o->attributes) {
        r = put_attributes(w, &f, d, o);
        return r < 0 ? r : stage_keep(o, d);
    }
    if (annotate || !f.rule) return keep(w, &f, d, o);
    return stage_drop(o, d, f.rule, *f.rule_value ? f.rule_value : NULL);
}

/* --grammars, $LEAT_GRAMMARS, <program>/../lib/leat/grammars, where a build tree has them, the installed folder. */
static int search_path(struct buf *b)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *env = getenv("LEAT_GRAMMARS");
    if (grammars) buf_printf(b, "%s:", grammars);
    if (env && *env) buf_printf(b, "%s:", env);
    char *slash = n > 0 ? memrchr(self, '/', (size_t)n) : NULL;
    if (slash)
        buf_printf(b, "%.*s/../lib/leat/grammars:%.*s/../../deps/grammars:", (int)(slash - self), self,
                   (int)(slash - self), self);
    buf_puts(b, LEAT_LIBDIR "/grammars");
    return buf_terminate(b);
}

static int unknown_language(struct slice name, struct err *e)
{
    const char *near = language_nearest(name);
    if (near)
        return err_set(e, ERR_USAGE, "--languages %.*s: no such language; did you mean %s?", (int)name.n,
                       name.p, near);
    return err_set(
        e, ERR_USAGE,
        "--languages %.*s: no such language; --list-languages prints them (bash, c, javascript, python …)",
        (int)name.n, name.p);
}

/* Every language that is asked for must be known and, where there is a syntax, have its grammar. */
static int check_wanted(struct syntax *syntax, struct err *e)
{
    for (const char *p = languages_wanted ? languages_wanted : ""; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        const struct language *l = wanted_at(p, n);
        if (!l) return unknown_language(slice_of(p, n), e);
        int r = syntax ? syntax_have(syntax, l->name, e) : 0;
        if (r < 0) return r;
        p += n;
    }
    return 0;
}

/* Before anything is read: some grammar must be there. */
static int check_languages(struct syntax *syntax, struct err *e)
{
    if (languages_wanted) return check_wanted(syntax, e);
    for (const struct language *l = languages; l->name; l++) {
        struct err none = {0};
        if (syntax_have(syntax, l->name, &none) == 0) return 0;
    }
    return syntax_have(syntax, "c", e);
}

static int choose_rules(struct code *c, struct err *e)
{
    int r = 0;
    code_rules_init(&c->rules);
    if (keep_valid && max_error_ratio > 0)
        return err_set(e, ERR_USAGE, "--keep-valid allows no --max-error-ratio above 0");
    if (preset) r = code_rules_add_presets(&c->rules, preset, e);
    if (r == 0 && rules_file) r = code_rules_load(&c->rules, rules_file, e);
    for (size_t i = 0; i < sets.n && r == 0; i++) r = code_rules_set(&c->rules, sets.at[i], e);
    if (r == 0 && licenses) r = spdx_list_parse(&c->allowed, licenses, e);
    code_rules_ready(&c->rules);
    return r;
}

static void print_rules(const struct code_rules *rules)
{
    for (size_t i = 0; i < rules->n; i++) {
        const struct code_rule *r = &rules->at[i];
        printf("%-22s %-10s drops when %s %s %g%s%s\n", r->name, *r->preset ? r->preset : "-",
               code_signal_name(r->signal), r->below ? "<" : ">", r->threshold,
               r->not_for ? ", but not: " : "", r->not_for ? r->not_for : "");
    }
}

static void print_languages(struct syntax *syntax)
{
    for (const struct language *l = languages; l->name; l++) {
        struct err none = {0};
        printf("%-12s %-10s %s%s%s\n", l->name, syntax_have(syntax, l->name, &none) == 0 ? "grammar" : "-",
               l->extensions ? l->extensions : "", l->extensions && l->filenames ? " " : "",
               l->filenames ? l->filenames : "");
    }
}

static int run(struct tool *t, struct code *c)
{
    static const struct stage_ops ops = {
        .kind = "jsonl", .worker_new = worker_new, .worker_free = worker_free, .doc = code_doc};
    if (list_languages) {
        print_languages(c->syntax);
        return 0;
    }
    int r = choose_rules(c, &t->err);
    if (r == 0 && list_rules) {
        print_rules(&c->rules);
        return 0;
    }
    if (r == 0) r = check_languages(c->syntax, &t->err);
    return r < 0 ? r : stage_run(t, &ops, c);
}

static int check_options(struct err *e)
{
    static struct code c;
    int r = choose_rules(&c, e);
    return r < 0 ? r : check_wanted(NULL, e);
}

int main(int argc, char **argv)
{
    struct tool t;
    static struct code c;
    struct buf path;
    if (!tool_start(&t, &spec, TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_SCORES_ALL, argc, argv))
        return t.status;
    buf_init(&path, BUF_NO_MAX);
    int r = search_path(&path) < 0 ? err_nomem(&t.err, "starting") : 0;
    if (r == 0 && !(c.syntax = syntax_new(path.p))) r = err_nomem(&t.err, "starting");
    if (r == 0) r = run(&t, &c);
    syntax_free(c.syntax);
    buf_free(&path);
    opt_list_free(&sets);
    return tool_finish(&t, r);
}
