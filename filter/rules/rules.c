/* rules.c: the table of rules, and the ways to choose from it.
 *
 * Thresholds: Rae et al. 2021, arXiv 2112.11446, tables A1 and A2, as in huggingface/datatrove's gopher filters, whose
 * reasons the names follow. */
#include "filter/rules/rules.h"
#include <stdlib.h>
#include <string.h>

#define QUALITY "gopher-quality"
#define REPETITION "gopher-repetition"

static const struct rule known[] = {
    {"gopher_short_doc", QUALITY, SIG_WORDS, true, 50, false},
    {"gopher_long_doc", QUALITY, SIG_WORDS, false, 100000, false},
    {"gopher_below_avg_threshold", QUALITY, SIG_MEAN_WORD_LENGTH, true, 3, false},
    {"gopher_above_avg_threshold", QUALITY, SIG_MEAN_WORD_LENGTH, false, 10, false},
    {"gopher_too_many_hashes", QUALITY, SIG_HASH_RATIO, false, 0.1, false},
    {"gopher_too_many_ellipsis", QUALITY, SIG_ELLIPSIS_RATIO, false, 0.1, false},
    {"gopher_too_many_bullets", QUALITY, SIG_BULLET_LINES, false, 0.9, false},
    {"gopher_too_many_end_ellipsis", QUALITY, SIG_ELLIPSIS_LINES, false, 0.3, false},
    {"gopher_below_alpha_threshold", QUALITY, SIG_LETTER_WORDS, true, 0.8, false},
    {"gopher_enough_stop_words", QUALITY, SIG_STOP_WORDS, true, 2, false},
    {"dup_para_frac", REPETITION, SIG_DUP_PARAGRAPHS, false, 0.3, false},
    {"dup_para_char_frac", REPETITION, SIG_DUP_PARAGRAPH_CHARS, false, 0.2, false},
    {"dup_line_frac", REPETITION, SIG_DUP_LINES, false, 0.3, false},
    {"dup_line_char_frac", REPETITION, SIG_DUP_LINE_CHARS, false, 0.2, false},
    {"top_2_gram", REPETITION, SIG_TOP_2GRAM, false, 0.20, false},
    {"top_3_gram", REPETITION, SIG_TOP_3GRAM, false, 0.18, false},
    {"top_4_gram", REPETITION, SIG_TOP_4GRAM, false, 0.16, false},
    {"duplicated_5_n_grams", REPETITION, SIG_DUP_5GRAMS, false, 0.15, false},
    {"duplicated_6_n_grams", REPETITION, SIG_DUP_6GRAMS, false, 0.14, false},
    {"duplicated_7_n_grams", REPETITION, SIG_DUP_7GRAMS, false, 0.13, false},
    {"duplicated_8_n_grams", REPETITION, SIG_DUP_8GRAMS, false, 0.12, false},
    {"duplicated_9_n_grams", REPETITION, SIG_DUP_9GRAMS, false, 0.11, false},
    {"duplicated_10_n_grams", REPETITION, SIG_DUP_10GRAMS, false, 0.10, false},
};

void rules_init(struct rules *r)
{
    memset(r, 0, sizeof *r);
    memcpy(r->at, known, sizeof known);
    r->n = sizeof known / sizeof *known;
}

static int add_preset(struct rules *r, const char *name, size_t n, struct err *e)
{
    size_t found = 0;
    for (size_t i = 0; i < r->n; i++)
        if (strlen(r->at[i].preset) == n && memcmp(r->at[i].preset, name, n) == 0) {
            r->at[i].on = true;
            found++;
        }
    if (found) return 0;
    return err_set(e, ERR_USAGE, "unknown preset '%.*s': the presets are %s and %s", (int)n, name, QUALITY,
                   REPETITION);
}

int rules_add_presets(struct rules *r, const char *names, struct err *e)
{
    for (const char *p = names;; p++) {
        size_t n = strcspn(p, ",");
        int result = add_preset(r, p, n, e);
        if (result < 0) return result;
        p += n;
        if (!*p) return 0;
    }
}

static struct rule *find_rule(struct rules *r, const char *name, size_t n)
{
    for (size_t i = 0; i < r->n; i++)
        if (strlen(r->at[i].name) == n && memcmp(r->at[i].name, name, n) == 0) return &r->at[i];
    return NULL;
}

/* "off", or a finite number. */
static bool set_threshold(struct rule *rule, const char *value)
{
    if (strcmp(value, "off") == 0) {
        rule->on = false;
        return true;
    }
    char *end;
    double v = strtod(value, &end);
    if (end == value || *end || v - v != 0) return false;
    rule->threshold = v;
    rule->on = true;
    return true;
}

int rules_set(struct rules *r, const char *assignment, struct err *e)
{
    const char *equals = strchr(assignment, '=');
    if (!equals) return err_set(e, ERR_USAGE, "--set %s: write RULE=NUMBER or RULE=off", assignment);
    struct rule *rule = find_rule(r, assignment, (size_t)(equals - assignment));
    if (!rule)
        return err_set(e, ERR_USAGE, "--set %s: there is no such rule; leat filter --list-rules prints them",
                       assignment);
    if (set_threshold(rule, equals + 1)) return 0;
    return err_set(e, ERR_USAGE, "--set %s: '%s' is neither a number nor off", assignment, equals + 1);
}

static int load_presets(struct rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *list = NULL;
    int got = yaml_seq(root, "presets", &list, e);
    if (got <= 0) return got;
    for (const struct yaml *p = list->child; p; p = p->next) {
        struct err inner = {0};
        if (p->kind != YAML_SCALAR) return yaml_error(p, e, "a preset's name was expected");
        if (rules_add_presets(r, p->value, &inner) < 0) return yaml_error(p, e, "%s", inner.msg);
    }
    return 0;
}

static int load_thresholds(struct rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *map = NULL;
    int got = yaml_map(root, "rules", &map, e);
    if (got <= 0) return got;
    for (const struct yaml *p = map->child; p; p = p->next) {
        const struct yaml *value = yaml_get(map, p->key);
        struct rule *rule = find_rule(r, p->key, strlen(p->key));
        if (!rule)
            return yaml_error(p, e, "there is no rule '%s'; leat filter --list-rules prints them", p->key);
        if (value->kind != YAML_SCALAR || !set_threshold(rule, value->value))
            return yaml_error(p, e, "rule %s: a number or off was expected", p->key);
    }
    return 0;
}

int rules_read(struct rules *r, const struct yaml *root, struct err *e)
{
    if (root->kind != YAML_MAP) return yaml_error(root, e, "expected a map with the keys presets and rules");
    int result = load_presets(r, root, e);
    if (result == 0) result = load_thresholds(r, root, e);
    return result < 0 ? result : yaml_check_used(root, e);
}

int rules_load(struct rules *r, const char *path, struct err *e)
{
    struct yaml_file *f;
    int result = yaml_load(&f, path, e);
    if (result < 0) return result;
    result = rules_read(r, yaml_root(f), e);
    yaml_free(f);
    return result;
}

void rules_ready(struct rules *r)
{
    r->wanted = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].on) r->wanted |= SIGNAL_BIT(r->at[i].signal);
}

const struct rule *rules_match(const struct rules *r, const double value[SIG_COUNT])
{
    for (size_t i = 0; i < r->n; i++) {
        const struct rule *rule = &r->at[i];
        double v = value[rule->signal];
        if (rule->on && (rule->below ? v < rule->threshold : v > rule->threshold)) return rule;
    }
    return NULL;
}
