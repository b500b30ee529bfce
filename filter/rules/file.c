/* file.c: rules files in YAML, and files of one language's thresholds in the manner of FineWeb-2's configs/LANG_Script.yml.
 *
 * Everything that names a rule, a block or a language is checked: what does not exist is an error at its place. */
#include "filter/rules/rules.h"
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ presets, order, thresholds */

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

static size_t place_of(const struct rules *r, int block)
{
    size_t i = 0;
    while (i < r->n_order && (int)r->order[i] != block) i++;
    return i;
}

/* `order`: blocks in the order given, those not named after them in the published one. */
static int load_order(struct rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *list = NULL;
    enum block order[BLOCK_COUNT];
    size_t n = 0;
    int got = yaml_seq(root, "order", &list, e);
    if (got <= 0) return got;
    for (const struct yaml *p = list->child; p; p = p->next) {
        int b = p->kind == YAML_SCALAR ? block_find(p->value) : -1;
        size_t at = place_of(r, b);
        if (b < 0 || at == r->n_order)
            return yaml_error(p, e,
                              "order: a block was expected that --dialect %s has and that stands here once: "
                              "patterns, limits, or a preset of one block",
                              dialect_name(r->frame.dialect));
        order[n++] = (enum block)b;
        memmove(r->order + at, r->order + at + 1, (--r->n_order - at) * sizeof *r->order);
    }
    memcpy(order + n, r->order, r->n_order * sizeof *order);
    r->n_order += n;
    memcpy(r->order, order, r->n_order * sizeof *order);
    return 0;
}

static int load_thresholds(struct rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *map = NULL;
    int got = yaml_map(root, "rules", &map, e);
    if (got <= 0) return got;
    for (const struct yaml *p = map->child; p; p = p->next) {
        const struct yaml *value = yaml_get(map, p->key);
        bool known, good = rules_change(r, p->key, value->kind == YAML_SCALAR ? value->value : "", &known);
        struct err why = {0};
        if (!known && rules_unknown(r, p->key, &why) < 0) return yaml_error(p, e, "%s", why.msg);
        if (!good) return yaml_error(p, e, "rule %s: a number or off was expected", p->key);
    }
    return 0;
}

/* ------------------------------------------------------------------ words and lines */

static int load_stop_words(struct rules *r, const struct yaml *root, const char *key, struct err *e)
{
    struct yaml *list = NULL;
    struct slice *words;
    size_t n = 0;
    int got = yaml_seq(root, key, &list, e);
    if (got <= 0) return got;
    if (!(words = calloc(list->n_children + 1, sizeof *words))) return err_nomem(e, "reading stop words");
    for (const struct yaml *p = list->child; p && got > 0; p = p->next) {
        if (p->kind != YAML_SCALAR) got = yaml_error(p, e, "a word was expected");
        words[n++] = slice_of(p->value, p->value_bytes);
    }
    struct stop_words *stop = NULL;
    if (got > 0) got = stop_words_new(&stop, words, n, e);
    free(words);
    if (got < 0) return got;
    stop_words_free(r->stop);
    r->frame.stop = r->stop = stop;
    return 0;
}

static int load_string(const struct yaml *root, const char *key, char *out, size_t size, struct err *e)
{
    const char *value = NULL;
    int got = yaml_str(root, key, &value, e);
    if (got <= 0) return got;
    if (strlen(value) >= size)
        return yaml_error(yaml_get(root, key), e, "%s: at most %zu bytes", key, size - 1);
    strcpy(out, value);
    return 0;
}

static int load_frame(struct rules *r, const struct yaml *root, struct err *e)
{
    int64_t chars = r->frame.short_line_chars;
    int got = load_stop_words(r, root, "stop-words", e);
    if (got >= 0) got = yaml_int(root, "short-line-chars", 0, 1000000, &chars, e);
    r->frame.short_line_chars = (uint32_t)chars;
    return got < 0 ? got : 0;
}

/* ------------------------------------------------------------------ patterns */

static int load_pattern_bounds(struct pattern_rule *p, const struct yaml *map, struct err *e)
{
    bool given = yaml_get(map, "min") || yaml_get(map, "max") || yaml_get(map, "share");
    p->min = -INFINITY;
    p->max = yaml_get(map, "min") && !yaml_get(map, "max") ? INFINITY : 0;
    if (given && p->action != PATTERN_DROP)
        return yaml_error(map, e, "min, max and share belong to action: drop");
    int got = yaml_num(map, "min", 0, 1e18, &p->min, e);
    if (got >= 0) got = yaml_num(map, "max", 0, 1e18, &p->max, e);
    if (got >= 0) got = yaml_bool(map, "share", &p->share, e);
    return got < 0 ? got : 0;
}

static int load_pattern(struct rules *r, const struct yaml *map, struct err *e)
{
    struct pattern_rule *p = &r->patterns[r->n_patterns];
    const char *name = NULL, *regex = NULL;
    bool any_case = false;
    int action = PATTERN_DROP;
    struct err inner = {0};
    if (map->kind != YAML_MAP) return yaml_error(map, e, "a map with the keys name and pattern was expected");
    if (r->n_patterns == PATTERNS_MAX)
        return yaml_error(map, e, "at most %d patterns are possible", PATTERNS_MAX);
    int got = yaml_str(map, "name", &name, e);
    if (got >= 0) got = yaml_str(map, "pattern", &regex, e);
    if (got >= 0) got = yaml_bool(map, "any-case", &any_case, e);
    if (got >= 0) got = yaml_choice(map, "action", "drop|remove-line|remove-match", &action, e);
    if (got < 0) return got;
    if (!name || !*name || strlen(name) > 60 || !regex)
        return yaml_error(map, e, "a pattern needs a name of at most 60 bytes, and the key pattern");
    for (size_t i = 0; i < r->n_patterns; i++)
        if (strcmp(own_pattern_name(r->patterns[i].pattern), name) == 0)
            return yaml_error(map, e, "a pattern called %s stands here already: what they count would be one",
                              name);
    *p = (struct pattern_rule){.action = (enum pattern_action)action};
    got = load_pattern_bounds(p, map, e);
    if (got < 0) return got;
    if (own_pattern_new(&p->pattern, name, slice_str(regex), any_case, &inner) < 0)
        return yaml_error(map, e, "%s", inner.msg);
    r->n_patterns++;
    return 0;
}

static int load_patterns(struct rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *list = NULL;
    int got = yaml_seq(root, "patterns", &list, e);
    if (got <= 0) return got;
    for (const struct yaml *p = list->child; p && got >= 0; p = p->next) got = load_pattern(r, p, e);
    return got < 0 ? got : 0;
}

/* ------------------------------------------------------------------ languages */

static struct rules *copy_for_language(const struct rules *r)
{
    struct rules *own = malloc(sizeof *own);
    if (!own) return NULL;
    *own = *r;
    own->languages = NULL;
    own->n_languages = own->languages_cap = 0;
    own->stop = NULL;
    own->borrows_patterns = true;
    return own;
}

static int reserve_language(struct rules *r)
{
    if (r->n_languages < r->languages_cap) return 0;
    size_t cap = r->languages_cap ? 2 * r->languages_cap : 16;
    struct language_rules *p = realloc(r->languages, cap * sizeof *p);
    if (!p) return -1;
    r->languages = p;
    r->languages_cap = cap;
    return 0;
}

/* A language's rules: those that it has already, or else those of all. NULL on error. */
static struct rules *language_of(struct rules *r, const char *language, const struct yaml *at, struct err *e)
{
    for (size_t i = 0; i < r->n_languages; i++)
        if (strcmp(r->languages[i].language, language) == 0) return r->languages[i].rules;
    if (!*language || strlen(language) >= sizeof r->languages->language) {
        yaml_error(at, e, "'%s' is no language's code", language);
        return NULL;
    }
    struct rules *own = reserve_language(r) < 0 ? NULL : copy_for_language(r);
    if (!own) {
        err_nomem(e, "reading rules");
        return NULL;
    }
    struct language_rules *l = &r->languages[r->n_languages++];
    strcpy(l->language, language);
    l->rules = own;
    return own;
}

static int load_language(struct rules *r, const char *language, const struct yaml *map, struct err *e)
{
    if (map->kind != YAML_MAP) return yaml_error(map, e, "a map with rules and stop-words was expected");
    struct rules *own = language_of(r, language, map, e);
    if (!own) return -e->code;
    int got = load_presets(own, map, e);
    if (got >= 0) got = load_thresholds(own, map, e);
    return got < 0 ? got : load_frame(own, map, e);
}

static int load_languages(struct rules *r, const struct yaml *root, struct err *e)
{
    struct yaml *map = NULL;
    int got = yaml_map(root, "languages", &map, e);
    if (got <= 0) return got;
    for (const struct yaml *p = map->child; p && got >= 0; p = p->next)
        got = load_language(r, p->key, yaml_get(map, p->key), e);
    return got < 0 ? got : 0;
}

static bool read_number(const struct yaml *node, double *value)
{
    char *end = NULL;
    if (!node || node->kind != YAML_SCALAR) return false;
    *value = strtod(node->value, &end);
    return end && end != node->value && !*end && isfinite(*value);
}

/* top_n_grams and dup_n_grams: pairs of n and threshold. */
static int load_ngrams(struct rules *r, const struct yaml *root, const char *key, const char *format,
                       int from, int to, struct err *e)
{
    struct yaml *list = NULL;
    int got = yaml_seq(root, key, &list, e);
    if (got <= 0) return got;
    for (const struct yaml *p = list->child; p; p = p->next) {
        const struct yaml *first = p->kind == YAML_SEQ ? p->child : NULL;
        double n = 0, threshold = 0;
        char name[32];
        if (!read_number(first, &n) || !read_number(first->next, &threshold) || n < from || n > to ||
            n != (int)n)
            return yaml_error(p, e, "%s: a pair of n (%d to %d) and a threshold was expected", key, from, to);
        snprintf(name, sizeof name, format, (int)n);
        rules_threshold(r, name, threshold);
    }
    return 0;
}

static int load_fineweb2(struct rules *r, const struct yaml *root, struct err *e)
{
    static const char *const pairs[][2] = {
        {"dup_line_frac", "dup_line_frac"},
        {"line_punct_thr", "line_punct_ratio"},
        {"max_avg_word_length", "gopher_above_avg_threshold"},
        {"min_avg_word_length", "gopher_below_avg_threshold"},
        {"max_non_alpha_words_ratio", "gopher_below_alpha_threshold"},
        {"new_line_ratio", "list_ratio"},
        {"language_score", "language_score"},
    };
    int got = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && got >= 0; i++) {
        double value = 0;
        got = yaml_num(root, pairs[i][0], -1e9, 1e9, &value, e);
        if (got > 0) rules_threshold(r, pairs[i][1], value);
    }
    if (got >= 0) got = load_ngrams(r, root, "top_n_grams", "top_%d_gram", 2, 4, e);
    if (got >= 0) got = load_ngrams(r, root, "dup_n_grams", "duplicated_%d_n_grams", 5, 10, e);
    if (got >= 0) got = load_stop_words(r, root, "stopwords", e);
    return got < 0 ? got : yaml_check_used(root, e);
}

static int load_config(struct rules *r, const char *path, const char *language, struct err *e)
{
    struct yaml_file *f;
    int got = yaml_load(&f, path, e);
    if (got < 0) return got;
    const struct yaml *root = yaml_root(f);
    struct rules *own = root->kind == YAML_MAP ? language_of(r, language, root, e) : NULL;
    if (own)
        got = load_fineweb2(own, root, e);
    else
        got = e->code ? -e->code : yaml_error(root, e, "expected a map of thresholds");
    yaml_free(f);
    return got;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_config(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');
    return dot && dot > d->d_name && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

/* language-configs: a folder of LANGUAGE.yml. */
static int load_configs(struct rules *r, const struct yaml *root, const char *folder, struct err *e)
{
    const char *name = NULL;
    char path[4096], file[4608], language[256];
    struct dirent **entries;
    int got = yaml_str(root, "language-configs", &name, e);
    if (got <= 0) return got;
    snprintf(path, sizeof path, "%s%s%s", *name == '/' ? "" : folder, *name == '/' || !*folder ? "" : "/",
             name);
    int n = scandir(path, &entries, is_config, by_name);
    if (n < 0) return err_sys(e, "language-configs: cannot read %s", path);
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        snprintf(language, sizeof language, "%.*s",
                 (int)(strrchr(entries[i]->d_name, '.') - entries[i]->d_name), entries[i]->d_name);
        if (got >= 0) got = load_config(r, file, language, e);
        free(entries[i]);
    }
    free(entries);
    if (got >= 0 && n == 0)
        return err_set(e, ERR_USAGE, "language-configs: there is no .yml file in %s", path);
    return got < 0 ? got : 0;
}

/* ------------------------------------------------------------------ the file */

static int read_dialect(const struct yaml *root, int *dialect, struct err *e)
{
    const char *name = NULL;
    *dialect = -1;
    int got = yaml_str(root, "dialect", &name, e);
    if (got <= 0) return got;
    *dialect = dialect_find(name);
    if (*dialect >= 0) return 0;
    return yaml_error(yaml_get(root, "dialect"), e,
                      "dialect: leat, datatrove-0.10, dolma-1.2 or dclm was expected");
}

int rules_read(struct rules *r, const struct yaml *root, const char *folder, struct err *e)
{
    int dialect;
    if (root->kind != YAML_MAP)
        return yaml_error(root, e, "expected a map with keys such as presets and rules");
    int got = read_dialect(root, &dialect, e);
    if (got >= 0 && dialect >= 0 && dialect != (int)r->frame.dialect)
        return yaml_error(yaml_get(root, "dialect"), e, "the dialect is %s by the option --dialect",
                          dialect_name(r->frame.dialect));
    if (got >= 0) got = load_presets(r, root, e);
    if (got >= 0) got = load_order(r, root, e);
    if (got >= 0) got = load_thresholds(r, root, e);
    if (got >= 0) got = load_frame(r, root, e);
    if (got >= 0) got = load_string(root, "language", r->language, sizeof r->language, e);
    if (got >= 0) got = load_string(root, "language-key", r->language_key, sizeof r->language_key, e);
    if (got >= 0) got = load_string(root, "language-score-key", r->score_key, sizeof r->score_key, e);
    if (got >= 0) got = load_patterns(r, root, e);
    if (got >= 0) got = load_configs(r, root, folder, e);
    if (got >= 0) got = load_languages(r, root, e); /* last: they begin with what all have */
    return got < 0 ? got : yaml_check_used(root, e);
}

static int read_file(struct rules *r, int dialect, const char *presets, const char *path, struct yaml_file *f,
                     struct err *e)
{
    const struct yaml *root = yaml_root(f);
    int own = -1, got = root->kind == YAML_MAP && dialect < 0 ? read_dialect(root, &own, e) : 0;
    char folder[4096] = "";
    const char *slash = strrchr(path, '/');
    if (slash && (size_t)(slash - path) < sizeof folder) memcpy(folder, path, (size_t)(slash - path));
    if (slash == path) strcpy(folder, "/");
    if (dialect < 0) dialect = own;
    rules_init(r, dialect < 0 ? DIALECT_DEFAULT : (enum dialect)dialect);
    if (got >= 0 && presets) got = rules_add_presets(r, presets, e);
    return got < 0 ? got : rules_read(r, root, folder, e);
}

int rules_open(struct rules *r, int dialect, const char *presets, const char *path, struct err *e)
{
    struct yaml_file *f;
    rules_init(r, dialect < 0 ? DIALECT_DEFAULT : (enum dialect)dialect);
    if (!path) return presets ? rules_add_presets(r, presets, e) : 0;
    int got = yaml_load(&f, path, e);
    if (got < 0) return got;
    got = read_file(r, dialect, presets, path, f, e);
    yaml_free(f);
    return got;
}
