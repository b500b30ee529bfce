/* rules.c: choosing among the published rules. Files of rules are read in file.c. */
#include "common/opts.h"
#include "filter/rules/table.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const block_names[BLOCK_COUNT] = {
    "patterns",         "gopher-repetition", "gopher-quality", "c4",    "c4-paragraph", "fineweb",
    "refinedweb-lines", "gopher-v1",         "gopher-v2",      "c4-v1", "c4-v2",        "limits"};

const char *block_name(enum block b)
{
    return block_names[b];
}

int block_find(const char *name)
{
    for (int b = 0; b < BLOCK_COUNT; b++)
        if (strcmp(block_names[b], name) == 0) return b;
    return -1;
}

void rules_init(struct rules *r, enum dialect d)
{
    memset(r, 0, sizeof *r);
    const struct rule *known = table_rules(d, &r->n);
    memcpy(r->at, known, r->n * sizeof *known);
    const enum block *order = table_order(d, &r->n_order);
    memcpy(r->order, order, r->n_order * sizeof *order);
    r->frame = (struct signal_frame){.dialect = d, .short_line_chars = 30};
    strcpy(r->language_key, "language");
    strcpy(r->score_key, "language_score");
}

void rules_free(struct rules *r)
{
    for (size_t i = 0; i < r->n_languages; i++) {
        rules_free(r->languages[i].rules);
        free(r->languages[i].rules);
    }
    free(r->languages);
    for (size_t i = 0; i < r->n_patterns && !r->borrows_patterns; i++)
        own_pattern_free(r->patterns[i].pattern);
    stop_words_free(r->stop);
    memset(r, 0, sizeof *r);
}

/* ------------------------------------------------------------------ presets */

static bool is_of(const struct preset *p, unsigned dialect)
{
    return p->dialects >> dialect & 1;
}

/* "datatrove-0.10 and leat" of a preset that r's dialect does not have; "" when none has it. */
static void name_dialects(const char *name, char *out, size_t size)
{
    size_t n, at = 0;
    const struct preset *p = table_presets(&n);
    out[0] = 0;
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d <= DIALECT_DCLM && strcmp(p[i].name, name) == 0; d++)
            if (is_of(&p[i], d) && at < size)
                at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " and " : "",
                                       dialect_name((enum dialect)d));
}

static int unknown_preset(const struct rules *r, const char *name, struct err *e)
{
    char known[512] = "", others[128];
    const char *names[32];
    const char *dialect = dialect_name(r->frame.dialect);
    size_t n_presets, n = 0;
    const struct preset *presets = table_presets(&n_presets);
    for (size_t i = 0; i < n_presets; i++) {
        if (!is_of(&presets[i], r->frame.dialect)) continue;
        strcat(strcat(known, *known ? ", " : ""), presets[i].name);
        names[n++] = presets[i].name;
    }
    name_dialects(name, others, sizeof others);
    if (*others)
        return err_set(e, ERR_USAGE, "the preset %s is of --dialect %s; those of --dialect %s are %s", name,
                       others, dialect, known);
    const char *near = opt_nearest(name, names, n);
    return err_set(e, ERR_USAGE, "unknown preset '%s'%s%s%s: those of --dialect %s are %s", name,
                   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "", dialect, known);
}

static void turn_on_block(struct rules *r, enum block b)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].block == b) r->at[i].on = true;
}

/* Puts the preset's blocks, in its own order, where the first of them stands in the order of all. */
static void reorder(struct rules *r, const struct preset *p)
{
    enum block order[BLOCK_COUNT] = {0};
    size_t n = 0;
    bool placed = false;
    for (size_t i = 0; i < r->n_order; i++) {
        bool of_preset = false;
        for (size_t k = 0; k < 4 && p->blocks[k] != BLOCK_COUNT; k++)
            of_preset |= p->blocks[k] == r->order[i];
        if (!of_preset) order[n++] = r->order[i];
        for (size_t k = 0; of_preset && !placed && k < 4 && p->blocks[k] != BLOCK_COUNT; k++)
            order[n++] = p->blocks[k];
        placed |= of_preset;
    }
    memcpy(r->order, order, n * sizeof *order);
}

void rules_threshold(struct rules *r, const char *name, double threshold)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->at[i].name, name) == 0) r->at[i].threshold = threshold;
}

static void apply_preset(struct rules *r, const struct preset *p)
{
    for (size_t k = 0; k < 4 && p->blocks[k] != BLOCK_COUNT; k++) turn_on_block(r, p->blocks[k]);
    if (p->ordered) reorder(r, p);
    for (size_t k = 0; k < 8 && p->changes[k].rule; k++) {
        bool known;
        if (isnan(p->changes[k].threshold))
            rules_change(r, p->changes[k].rule, "off", &known);
        else
            rules_threshold(r, p->changes[k].rule, p->changes[k].threshold);
    }
}

static int add_preset(struct rules *r, const char *name, size_t n, struct err *e)
{
    size_t n_presets;
    const struct preset *p = table_presets(&n_presets);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%.*s", (int)n, name);
    for (size_t i = 0; i < n_presets; i++) {
        if (strcmp(p[i].name, wanted) != 0 || !is_of(&p[i], r->frame.dialect)) continue;
        apply_preset(r, &p[i]);
        return 0;
    }
    return unknown_preset(r, wanted, e);
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

void rules_put_pipelines(const struct rules *r, struct buf *b)
{
    size_t n;
    const struct preset *p = table_presets(&n);
    for (; n; n--, p++) {
        if (!is_of(p, r->frame.dialect) || p->blocks[1] == BLOCK_COUNT) continue;
        buf_printf(b, "%-44s %-18s ", p->name, "pipeline");
        for (size_t k = 0; k < 4 && p->blocks[k] != BLOCK_COUNT; k++)
            buf_printf(b, "%s%s", k ? ", " : "", block_names[p->blocks[k]]);
        for (size_t k = 0; k < 8 && p->changes[k].rule; k++) {
            buf_printf(b, "%s%s=", k ? ", " : "; ", p->changes[k].rule);
            isnan(p->changes[k].threshold) ? buf_puts(b, "off")
                                           : buf_printf(b, "%g", p->changes[k].threshold);
        }
        buf_putc(b, '\n');
    }
}

/* ------------------------------------------------------------------ single rules */

static const char *nearest_rule(const struct rules *r, const char *name)
{
    const char *names[RULES_MAX];
    for (size_t i = 0; i < r->n; i++) names[i] = r->at[i].name;
    return opt_nearest(name, names, r->n);
}

int rules_unknown(const struct rules *r, const char *name, struct err *e)
{
    const char *near = nearest_rule(r, name), *dialect = dialect_name(r->frame.dialect);
    if (near)
        return err_set(e, ERR_USAGE, "--dialect %s has no rule '%s'; did you mean %s?", dialect, name, near);
    return err_set(e, ERR_USAGE, "--dialect %s has no rule '%s'; leat filter --list-rules prints them",
                   dialect, name);
}

/* "off", or a finite number. */
static bool read_threshold(const char *value, bool *off, double *threshold)
{
    char *end;
    *off = strcmp(value, "off") == 0;
    *threshold = strtod(value, &end);
    return *off || (end != value && !*end && *threshold - *threshold == 0);
}

bool rules_change(struct rules *r, const char *name, const char *value, bool *known)
{
    bool off;
    double threshold;
    *known = false;
    bool good = read_threshold(value, &off, &threshold);
    for (size_t i = 0; i < r->n; i++) {
        struct rule *rule = &r->at[i];
        if (strcmp(rule->name, name) != 0) continue;
        *known = true;
        if (!good) continue;
        rule->on = !off;
        if (!off) rule->threshold = threshold;
    }
    return good;
}

int rules_set(struct rules *r, const char *assignment, struct err *e)
{
    const char *equals = strchr(assignment, '=');
    char name[80] = "";
    bool known;
    if (!equals) return err_set(e, ERR_USAGE, "--set %s: write RULE=NUMBER or RULE=off", assignment);
    if ((size_t)(equals - assignment) < sizeof name) memcpy(name, assignment, (size_t)(equals - assignment));
    bool good = rules_change(r, name, equals + 1, &known);
    struct err why = {0};
    if (!known && rules_unknown(r, name, &why) < 0)
        return err_set(e, ERR_USAGE, "--set %s: %s", assignment, why.msg);
    if (!good)
        return err_set(e, ERR_USAGE, "--set %s: '%s' is neither a number nor off", assignment, equals + 1);
    for (size_t i = 0; i < r->n_languages; i++) rules_change(r->languages[i].rules, name, equals + 1, &known);
    return 0;
}

/* ------------------------------------------------------------------ languages */

static const struct rules *exactly(const struct rules *r, struct slice language)
{
    for (size_t i = 0; i < r->n_languages; i++)
        if (slice_is(language, r->languages[i].language)) return r->languages[i].rules;
    return NULL;
}

const struct rules *rules_for(const struct rules *r, struct slice language)
{
    if (r->n_languages == 0 || language.n == 0) return r;
    const struct rules *own = exactly(r, language);
    for (size_t i = 0; !own && i < language.n; i++)
        if (language.p[i] == '-' || language.p[i] == '_') {
            own = exactly(r, slice_of(language.p, i));
            break;
        }
    return own ? own : r;
}

static bool any_here(const struct rules *r)
{
    bool any = r->n_patterns > 0;
    for (size_t i = 0; i < r->n; i++) any |= r->at[i].on;
    return any;
}

bool rules_any(const struct rules *r)
{
    bool any = any_here(r);
    for (size_t i = 0; i < r->n_languages; i++) any |= any_here(r->languages[i].rules);
    return any;
}

static const struct rule *testing_here(const struct rules *r, enum signal signal)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].on && r->at[i].signal == signal) return &r->at[i];
    return NULL;
}

const struct rule *rules_testing(const struct rules *r, enum signal signal)
{
    const struct rule *found = testing_here(r, signal);
    for (size_t i = 0; i < r->n_languages && !found; i++) found = testing_here(r->languages[i].rules, signal);
    return found;
}
