/* code_rules.c: the table, and the ways to choose from it.
 *
 * Thresholds: StarCoder (arXiv 2305.06161, section 3.2 and bigcode-dataset's preprocessing): lines of more than 1000 characters, of 100 on
 * average, less than .25 alphanumeric, XML headers; The Stack v2 (arXiv 2402.19173, section 3.3): more than 100,000 lines, the same line
 * lengths but not for data and mark-up, less than .25 letters, encoded data, generated files, JSON of more than 512 lines; NeMo
 * Curator 0.6's filters/code.py: comments .01 to .85, letters .25, 10 to 20,000 lines. `clean` is leat's own. */
#include "filter/code/code_rules.h"
#include "filter/code/language.h"
#include <math.h>
#include <stdlib.h>

#define STARCODER "starcoder"
#define STACK "stack-v2"
#define NEMO "nemo"
#define CLEAN "clean"
/* where long lines, tables and literals are how one writes */
#define DATA "json toml yaml html xml css markdown svelte vue hcl"

static const struct code_rule known[] = {
    {"starcoder_max_line", STARCODER, CODE_MAX_LINE, false, 1000, NULL, false},
    {"starcoder_mean_line", STARCODER, CODE_MEAN_LINE, false, 100, NULL, false},
    {"starcoder_alnum", STARCODER, CODE_ALNUM, true, 0.25, NULL, false},
    {"starcoder_xml_header", STARCODER, CODE_XML, false, 0, NULL, false},
    {"stack_lines", STACK, CODE_LINES, false, 100000, NULL, false},
    {"stack_mean_line", STACK, CODE_MEAN_LINE, false, 100, "html json markdown", false},
    {"stack_max_line", STACK, CODE_MAX_LINE, false, 1000, "html json markdown", false},
    {"stack_generated", STACK, CODE_GENERATED, false, 0, NULL, false},
    {"stack_alpha", STACK, CODE_ALPHA, true, 0.25, NULL, false},
    {"stack_encoded", STACK, CODE_ENCODED, false, 0.5, NULL, false},
    {"stack_encoded_run", STACK, CODE_ENCODED_RUN, false, 1024, NULL, false},
    {"nemo_min_lines", NEMO, CODE_LINES, true, 10, NULL, false},
    {"nemo_max_lines", NEMO, CODE_LINES, false, 20000, NULL, false},
    {"nemo_alpha", NEMO, CODE_ALPHA, true, 0.25, NULL, false},
    {"nemo_xml_header", NEMO, CODE_XML, false, 0, NULL, false},
    {"nemo_min_comments", NEMO, CODE_COMMENTS, true, 0.01, NULL, false},
    {"nemo_max_comments", NEMO, CODE_COMMENTS, false, 0.85, NULL, false},
    {"generated", CLEAN, CODE_GENERATED, false, 0, NULL, false},
    {"minified", CLEAN, CODE_MINIFIED, false, 0, DATA, false},
    {"secrets", CLEAN, CODE_SECRETS, false, 0, NULL, false},
    {"encoded", CLEAN, CODE_ENCODED, false, 0.5, NULL, false},
    {"data_only", CLEAN, CODE_LITERALS, false, 0.8, DATA, false},
    {"only_comments", CLEAN, CODE_COMMENTS, false, 0.95, DATA, false},
    /* in no preset: for --set */
    {"max_line", "", CODE_MAX_LINE, false, 1000, NULL, false},
    {"mean_line", "", CODE_MEAN_LINE, false, 100, NULL, false},
    {"min_lines", "", CODE_LINES, true, 10, NULL, false},
    {"max_lines", "", CODE_LINES, false, 100000, NULL, false},
    {"min_alnum", "", CODE_ALNUM, true, 0.25, NULL, false},
    {"min_alpha", "", CODE_ALPHA, true, 0.25, NULL, false},
    {"min_space", "", CODE_SPACE, true, 0.05, NULL, false},
    {"min_comments", "", CODE_COMMENTS, true, 0.01, NULL, false},
    {"max_comments", "", CODE_COMMENTS, false, 0.85, NULL, false},
    {"error_lines", "", CODE_ERROR_LINES, false, 0, NULL, false},
};
_Static_assert(sizeof known / sizeof *known <= CODE_RULES_MAX, "the table of rules is full");

static const char *const signal_names[] = {
    "bytes",   "lines",       "max_line",    "mean_line", "alnum",       "alpha",
    "space",   "generated",   "minified",    "encoded",   "encoded_run", "xml_header",
    "secrets", "error_ratio", "error_lines", "comments",  "literals"};

const char *code_signal_name(enum code_signal s)
{
    return signal_names[s];
}

void code_rules_init(struct code_rules *r)
{
    memset(r, 0, sizeof *r);
    memcpy(r->at, known, sizeof known);
    r->n = sizeof known / sizeof *known;
}

static int add_preset(struct code_rules *r, const char *name, size_t n, struct err *e)
{
    size_t found = 0;
    for (size_t i = 0; n && i < r->n; i++)
        if (strlen(r->at[i].preset) == n && memcmp(r->at[i].preset, name, n) == 0) {
            r->at[i].on = true;
            found++;
        }
    if (found) return 0;
    return err_set(e, ERR_USAGE,
                   "unknown preset '%.*s': the presets are " STARCODER ", " STACK ", " NEMO ", " CLEAN,
                   (int)n, name);
}

int code_rules_add_presets(struct code_rules *r, const char *names, struct err *e)
{
    for (const char *p = names;; p++) {
        size_t n = strcspn(p, ",");
        int result = add_preset(r, p, n, e);
        p += n;
        if (result < 0 || !*p) return result;
    }
}

static struct code_rule *find_rule(struct code_rules *r, struct slice name)
{
    for (size_t i = 0; i < r->n; i++)
        if (slice_is(name, r->at[i].name)) return &r->at[i];
    return NULL;
}

/* "off", or a finite number. */
static bool set_threshold(struct code_rule *rule, const char *value)
{
    char *end;
    if (strcmp(value, "off") == 0) {
        rule->on = false;
        return true;
    }
    double v = strtod(value, &end);
    if (end == value || *end || !isfinite(v)) return false;
    rule->threshold = v;
    rule->on = true;
    return true;
}

int code_rules_set(struct code_rules *r, const char *assignment, struct err *e)
{
    size_t n = strcspn(assignment, "=");
    struct code_rule *rule = find_rule(r, slice_of(assignment, n));
    if (!assignment[n]) return err_set(e, ERR_USAGE, "--set %s: give RULE=NUMBER or RULE=off", assignment);
    if (!rule) return err_set(e, ERR_USAGE, "--set %s: no such rule; --list-rules prints them", assignment);
    if (!set_threshold(rule, assignment + n + 1))
        return err_set(e, ERR_USAGE, "--set %s: '%s' is neither a number nor off", assignment,
                       assignment + n + 1);
    return 0;
}

static int read_rules(struct code_rules *r, struct yaml *map, struct err *e)
{
    for (const struct yaml *y = map->child; y; y = y->next) {
        struct code_rule *rule = find_rule(r, slice_str(y->key));
        if (!rule) return yaml_error(y, e, "no such rule: %s; leat code --list-rules prints them", y->key);
        yaml_get(map, y->key);
        if (y->kind != YAML_SCALAR || !set_threshold(rule, y->value))
            return yaml_error(y, e, "%s: give a number or off", y->key);
    }
    return 0;
}

int code_rules_read(struct code_rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *list = NULL, *map = NULL;
    int result = root->kind == YAML_MAP ? yaml_seq(root, "presets", &list, e)
                                        : yaml_error(root, e, "a map with presets and rules");
    for (const struct yaml *y = list ? list->child : NULL; y && result >= 0; y = y->next) {
        if (y->kind != YAML_SCALAR) return yaml_error(y, e, "the name of a preset");
        struct err inner = {0};
        if (add_preset(r, y->value, y->value_bytes, &inner) < 0) return yaml_error(y, e, "%s", inner.msg);
    }
    if (result >= 0) result = yaml_map(root, "rules", &map, e);
    if (result > 0) result = read_rules(r, map, e);
    return result < 0 ? result : yaml_check_used(root, e);
}

int code_rules_load(struct code_rules *r, const char *path, struct err *e)
{
    struct yaml_file *file;
    int result = yaml_load(&file, path, e);
    if (result < 0) return result;
    result = code_rules_read(r, yaml_root(file), e);
    yaml_free(file);
    return result;
}

void code_rules_ready(struct code_rules *r)
{
    r->wanted = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].on) r->wanted |= CODE_BIT(r->at[i].signal);
}

const struct code_rule *code_rules_match(const struct code_rules *r, const double *value, uint32_t known_bits,
                                         const char *language)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct code_rule *rule = &r->at[i];
        double v = value[rule->signal];
        if (!rule->on || !(known_bits & CODE_BIT(rule->signal))) continue;
        if (rule->not_for && language_lists(rule->not_for, slice_str(language))) continue;
        if (rule->below ? v < rule->threshold : v > rule->threshold) return rule;
    }
    return NULL;
}
