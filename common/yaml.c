/* yaml.c: what readers of a configuration ask: members of maps, typed; unknown keys; --set. The tree is made by
 * yaml_parse.c.
 *
 * A scalar is text; each getter decides whether it spells what is asked for. A null (nothing, ~ or null, not quoted) is
 * the same as an absent key, so that a key can be switched off. State: which keys were asked for, kept in the tree, so
 * one thread at a time reads a file. */
#include "common/yaml.h"
#include "common/stream.h"
#include "common/text.h"
#include "common/yaml_tree.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- files */

int yaml_parse(struct yaml_file **out, const char *name, struct slice text, struct err *e)
{
    *out = NULL;
    if (text.n > YAML_MAX_BYTES) return err_set(e, ERR_USAGE, "%s: larger than 16 MiB", name);
    struct yaml_file *f = calloc(1, sizeof *f);
    if (!f) return err_nomem(e, "parsing YAML");
    struct err local = {0};
    arena_init(&f->arena);
    f->name = arena_strndup(&f->arena, name, strlen(name));
    if (!f->name) err_nomem(&local, "parsing YAML");
    f->root = f->name ? yaml_tree(f, text, NULL, &local) : NULL;
    if (!f->root) {
        yaml_free(f);
        return err_set(e, local.code, "%s", local.msg);
    }
    *out = f;
    return 0;
}

int yaml_load(struct yaml_file **f, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, YAML_MAX_BYTES);
    *f = NULL;
    int rc = file_read(path, YAML_MAX_BYTES, &b, e);
    if (rc == 0) rc = yaml_parse(f, path, buf_slice(&b), e);
    buf_free(&b);
    return rc;
}

void yaml_free(struct yaml_file *f)
{
    if (!f) return;
    arena_free(&f->arena);
    free(f);
}

struct yaml *yaml_root(struct yaml_file *f)
{
    return &f->root->y;
}

int yaml_error(const struct yaml *node, struct err *e, const char *fmt, ...)
{
    char what[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    const char *option = yaml_node_of(node)->option;
    if (option) return err_set(e, ERR_USAGE, "%s: %s", option, what);
    return err_set(e, ERR_USAGE, "%s:%u:%u: %s", node->file->name, node->line, node->column, what);
}

/* ---- members */

static struct yaml *find(const struct yaml *map, const char *key)
{
    if (!map || map->kind != YAML_MAP) return NULL;
    for (const struct yaml *c = map->child; c; c = c->next)
        if (strcmp(c->key, key) == 0) return &yaml_node_of(c)->y;
    return NULL;
}

/* Remembers, for yaml_check_used, a known key that is not there. Running out of memory costs only a suggestion. */
static void remember(const struct yaml *map, const char *key)
{
    struct yaml_node *m = yaml_node_of(map);
    for (struct yaml_asked *a = m->asked; a; a = a->next)
        if (strcmp(a->key, key) == 0) return;
    struct arena *arena = &((struct yaml_file *)map->file)->arena;
    struct yaml_asked *a = arena_alloc(arena, sizeof *a);
    char *copy = arena_strndup(arena, key, strlen(key));
    if (!a || !copy) return;
    *a = (struct yaml_asked){copy, m->asked};
    m->asked = a;
}

struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    struct yaml *y = find(map, key);
    if (y)
        y->used = true;
    else if (map && map->kind == YAML_MAP)
        remember(map, key);
    return y;
}

static bool is_null(const struct yaml *y)
{
    struct slice v = slice_of(y->value, y->value_bytes);
    return y->kind == YAML_SCALAR && !y->quoted &&
           (v.n == 0 || slice_is(v, "~") || slice_eq_nocase(v, "null"));
}

static struct yaml *get_value(const struct yaml *map, const char *key)
{
    struct yaml *y = yaml_get(map, key);
    return y && !is_null(y) ? y : NULL;
}

/* ---- typed getters */

static int expected(const struct yaml *y, struct err *e, const char *what)
{
    if (y->kind == YAML_MAP) return yaml_error(y, e, "%s must be %s, not a map", y->key, what);
    if (y->kind == YAML_SEQ) return yaml_error(y, e, "%s must be %s, not a list", y->key, what);
    const char *quote = y->quoted ? "\"" : "'";
    return yaml_error(y, e, "%s must be %s, not %s%.80s%s", y->key, what, quote, y->value, quote);
}

int yaml_str(const struct yaml *map, const char *key, const char **out, struct err *e)
{
    const struct yaml *y = get_value(map, key);
    if (!y) return 0;
    if (y->kind != YAML_SCALAR) return expected(y, e, "a string");
    *out = y->value;
    return 1;
}

/* Copies a number without the underscores between its digits; false when it does not fit or one stands elsewhere. */
static bool plain_number(const struct yaml *y, char *out, size_t cap)
{
    if (y->kind != YAML_SCALAR || y->quoted || y->value_bytes >= cap) return false;
    size_t n = 0;
    for (const char *p = y->value; *p; p++) {
        if (*p != '_')
            out[n++] = *p;
        else if (p == y->value || !isalnum((unsigned char)p[-1]) || !isalnum((unsigned char)p[1]))
            return false;
    }
    out[n] = 0;
    return n > 0;
}

/* [+-] digits, or [+-] 0x hex digits. */
static bool read_int(const char *p, int64_t *out)
{
    const char *digits = p + (*p == '-' || *p == '+');
    int base = digits[0] == '0' && digits[1] == 'x' ? 16 : 10;
    if (base == 16) digits += 2;
    size_t n = strspn(digits, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");
    if (n == 0 || digits[n]) return false;
    errno = 0;
    *out = strtoll(p, NULL, base);
    return errno == 0;
}

/* [+-] digits [. digits] [e [+-] digits], or [+-] .inf: strtod alone takes more. */
static bool read_num(const char *p, double *out)
{
    const char *at = p + (*p == '-' || *p == '+');
    if (strcasecmp(at, ".inf") == 0) {
        *out = *p == '-' ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    size_t whole = strspn(at, "0123456789"), part = 0;
    at += whole;
    if (*at == '.') part = strspn(++at, "0123456789");
    at += part;
    if (whole + part == 0) return false;
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '-' || at[1] == '+');
        size_t digits = strspn(at, "0123456789");
        if (digits == 0) return false;
        at += digits;
    }
    *out = strtod(p, NULL);
    return *at == 0;
}

int yaml_int(const struct yaml *map, const char *key, int64_t min, int64_t max, int64_t *out, struct err *e)
{
    const struct yaml *y = get_value(map, key);
    if (!y) return 0;
    char text[64], what[96];
    int64_t v = 0;
    double d;
    bool ok = plain_number(y, text, sizeof text);
    if (ok && !read_int(text, &v)) { /* 1e9 is an integer too */
        ok = read_num(text, &d) && d == trunc(d) && fabs(d) <= 9007199254740992.0;
        if (ok) v = (int64_t)d;
    }
    if (ok && v >= min && v <= max) {
        *out = v;
        return 1;
    }
    snprintf(what, sizeof what, "an integer from %lld to %lld", (long long)min, (long long)max);
    if (max == INT64_MAX) snprintf(what, sizeof what, "an integer of at least %lld", (long long)min);
    if (min == INT64_MIN) snprintf(what, sizeof what, "an integer of at most %lld", (long long)max);
    return expected(y, e, min == INT64_MIN && max == INT64_MAX ? "an integer" : what);
}

int yaml_num(const struct yaml *map, const char *key, double min, double max, double *out, struct err *e)
{
    const struct yaml *y = get_value(map, key);
    if (!y) return 0;
    char text[64], what[96];
    double d;
    if (plain_number(y, text, sizeof text) && read_num(text, &d) && d >= min && d <= max) {
        *out = d;
        return 1;
    }
    snprintf(what, sizeof what, "a number from %g to %g", min, max);
    if (isinf(max)) snprintf(what, sizeof what, "a number of at least %g", min);
    if (isinf(min)) snprintf(what, sizeof what, "a number of at most %g", max);
    return expected(y, e, isinf(min) && isinf(max) ? "a number" : what);
}

int yaml_bool(const struct yaml *map, const char *key, bool *out, struct err *e)
{
    static const char *const spellings[] = {"false", "no", "off", "true", "yes", "on"};
    const struct yaml *y = get_value(map, key);
    if (!y) return 0;
    struct slice v = slice_of(y->value, y->value_bytes);
    for (unsigned i = 0; y->kind == YAML_SCALAR && !y->quoted && i < 6; i++) {
        if (!slice_eq_nocase(v, spellings[i])) continue;
        *out = i >= 3;
        return 1;
    }
    return expected(y, e, "true or false");
}

int yaml_choice(const struct yaml *map, const char *key, const char *choices, int *out, struct err *e)
{
    const struct yaml *y = get_value(map, key);
    if (!y) return 0;
    char what[256];
    int i = 0;
    for (const char *p = choices; y->kind == YAML_SCALAR && p; p = strchr(p, '|'), i++) {
        if (*p == '|') p++;
        if (strcspn(p, "|") != y->value_bytes || memcmp(p, y->value, y->value_bytes) != 0) continue;
        *out = i;
        return 1;
    }
    snprintf(what, sizeof what, "one of %s", choices);
    return expected(y, e, what);
}

int yaml_map(const struct yaml *map, const char *key, struct yaml **out, struct err *e)
{
    struct yaml *y = get_value(map, key);
    if (!y) return 0;
    if (y->kind != YAML_MAP) return expected(y, e, "a map (key: value)");
    *out = y;
    return 1;
}

int yaml_seq(const struct yaml *map, const char *key, struct yaml **out, struct err *e)
{
    struct yaml *y = get_value(map, key);
    if (!y) return 0;
    if (y->kind != YAML_SEQ) return expected(y, e, "a list");
    *out = y;
    return 1;
}

/* ---- unknown keys */

/* Levenshtein's distance (Wagner & Fischer, 1974), of strings of at most 63 bytes; 64 for longer ones. */
static unsigned distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    unsigned row[64];
    if (na > 63 || nb > 63) return 64;
    for (unsigned j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

static void consider(const char *key, const char *known, const char **best, unsigned *least)
{
    unsigned d = distance(key, known);
    if (d > *least || (d == *least && *best && strcmp(known, *best) >= 0)) return;
    *best = known;
    *least = d;
}

static int unknown_key(const struct yaml *map, const struct yaml *y, struct err *e)
{
    const char *best = NULL;
    unsigned least = 64;
    for (const struct yaml_asked *a = yaml_node_of(map)->asked; a; a = a->next)
        consider(y->key, a->key, &best, &least);
    for (const struct yaml *c = map->child; c; c = c->next)
        if (c->used) consider(y->key, c->key, &best, &least);
    if (!best) return yaml_error(y, e, "unknown key '%.80s'; nothing is known here", y->key);
    return yaml_error(y, e, "unknown key '%.80s'; the nearest known one is '%s'", y->key, best);
}

int yaml_check_used(const struct yaml *node, struct err *e)
{
    int rc = 0;
    for (const struct yaml *c = node->child; c && rc == 0; c = c->next) {
        if (node->kind == YAML_MAP && !c->used) {
            if (!yaml_node_of(c)->anchored) rc = unknown_key(node, c, e);
        } else {
            rc = yaml_check_used(c, e);
        }
    }
    return rc;
}

/* ---- --set */

/* The element of a sequence by its index from 0, or NULL with an error. */
static struct yaml_node *element(struct yaml_node *seq, const char *index, const char *option, struct err *e)
{
    int64_t i;
    if (!read_int(index, &i) || i < 0 || (uint64_t)i >= seq->y.n_children) {
        err_set(e, ERR_USAGE, "%s: '%.60s' is no index of a list of %zu (the first is 0)", option, index,
                seq->y.n_children);
        return NULL;
    }
    const struct yaml *c = seq->y.child;
    while (i-- > 0) c = c->next;
    return yaml_node_of(c);
}

/* The node called `key` within `in`, made when it is missing. */
static struct yaml_node *step(struct yaml_file *f, struct yaml_node *in, char *key, const char *option,
                              struct err *e)
{
    if (is_null(&in->y)) in->y.kind = YAML_MAP;
    if (in->y.kind == YAML_SEQ) return element(in, key, option, e);
    if (in->y.kind != YAML_MAP || !*key) {
        const char *why =
            *key ? "the key before it has a single value, nothing can be below" : "a key is empty";
        err_set(e, ERR_USAGE, "%s: '%.60s': %s", option, key, why);
        return NULL;
    }
    struct yaml *have = find(&in->y, key);
    if (have) return yaml_node_of(have);
    struct yaml_node *n = yaml_node_new(f, YAML_SCALAR, option, e);
    if (!n) return NULL;
    n->y.key = key;
    yaml_node_append(in, n);
    return n;
}

static void replace(struct yaml_node *at, const struct yaml_node *value)
{
    const char *key = at->y.key;
    const struct yaml *next = at->y.next;
    *at = *value;
    at->y.key = key;
    at->y.next = next;
}

/* "--set a.b=1", for messages. */
static char *option_text(struct yaml_file *f, const char *assignment)
{
    char text[240];
    snprintf(text, sizeof text, "--set %.200s", assignment);
    return arena_strndup(&f->arena, text, strlen(text));
}

int yaml_set(struct yaml_file *f, const char *assignment, struct err *e)
{
    struct err local = {0};
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment)
        return err_set(e, ERR_USAGE, "--set %.200s: must be KEY=VALUE, as in --set a.b=1", assignment);
    char *option = option_text(f, assignment);
    char *path = arena_strndup(&f->arena, assignment, (size_t)(equals - assignment));
    if (!option || !path) return err_nomem(e, "reading --set");
    struct yaml_node *value = yaml_tree(f, slice_str(equals + 1), option, &local), *at = f->root;
    unsigned depth = 0;
    for (char *key = path, *dot; value && key && at; key = dot) {
        if (++depth > YAML_MAX_DEPTH) return err_set(e, ERR_USAGE, "%s: more than 64 keys deep", option);
        dot = strchr(key, '.');
        if (dot) *dot++ = 0;
        at = step(f, at, key, option, &local);
    }
    if (!value || !at) return err_set(e, local.code, "%s", local.msg);
    replace(at, value);
    return 0;
}
