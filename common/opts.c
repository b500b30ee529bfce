/* opts.c: parsing of the command line by the tables of an opt_spec.
 *
 * Two passes: the first checks everything and stores nothing, so that --help, met anywhere, prints the defaults as they
 * stand; the second stores. Operands are moved to the front of argv in their order.
 *
 * State: none. Memory: the arrays of OPT_LIST options. */
#include "common/opts.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const struct opt opts_builtin[] = {
    {.name = "help", .letter = 'h', .type = OPT_FLAG, .help = "print this help"},
    {.name = "version", .type = OPT_FLAG, .help = "print the version"},
    {.name = "man", .type = OPT_FLAG, .help = "print the manual page as roff"},
    {.name = "check-options", .type = OPT_FLAG},
    {0},
};

const char *opt_arg(const struct opt *o)
{
    if (o->type == OPT_FLAG) return NULL;
    return o->arg ? o->arg : o->choices ? o->choices : "VALUE";
}

/* ------------------------------------------------------------------ the nearest name */

#define NAME_BYTES 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lower(char c)
{
    return tolower((unsigned char)c);
}

/* Optimal string alignment: insert, delete, replace, swap neighbours. */
static size_t distance(const char *a, size_t an, const char *b, size_t bn)
{
    size_t row[3][NAME_BYTES + 1];
    size_t *before = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= bn; j++) last[j] = j;
    for (size_t i = 1; i <= an; i++) {
        now[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t d = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            d = least(d, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                d = least(d, before[j - 2] + 1);
            now[j] = d;
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[bn];
}

const char *opt_nearest(const char *word, const char *const *names, size_t n)
{
    size_t len = strlen(word), best = 4;
    const char *found = NULL;
    if (len > NAME_BYTES) return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(names[i]);
        if (m > NAME_BYTES) continue;
        size_t limit = m / 3 < 1 ? 1 : m / 3 > 3 ? 3 : m / 3;
        size_t d = distance(word, len, names[i], m);
        if (len >= 3 && len < m && strncasecmp(word, names[i], len) == 0) d = 1;
        if (d <= limit && d < best && d < m) {
            best = d;
            found = names[i];
        }
    }
    return found;
}

static size_t put_names(const char **out, size_t cap, size_t n, const struct opt *table)
{
    for (; table && table->name && n < cap; table++)
        if (table->help) out[n++] = table->name;
    return n;
}

static int unknown_option(const struct opt_spec *s, const char *name, struct err *e)
{
    const char *names[256];
    size_t n = put_names(names, 256, 0, s->own);
    n = put_names(names, 256, n, s->shared);
    n = put_names(names, 256, n, opts_builtin);
    const char *near = opt_nearest(name, names, n);
    if (near) return err_set(e, ERR_USAGE, "unknown option --%s; did you mean --%s?", name, near);
    return err_set(e, ERR_USAGE, "unknown option --%s", name);
}

/* ------------------------------------------------------------------ values */

/* value * 1024^k for the digits before and behind the point, exactly, rounded down. */
static int scale_size(uint64_t whole, const char *fraction, size_t digits, unsigned shift, uint64_t *bytes)
{
    if (shift && whole > UINT64_MAX >> shift) return -1;
    uint64_t v = whole << shift;
    uint64_t part = 0, tens = 1;
    for (size_t i = 0; i < digits && i < 6; i++) { /* 1e6 * 2^40 fits */
        part = part * 10 + (uint64_t)(fraction[i] - '0');
        tens *= 10;
    }
    uint64_t add = (part << shift) / tens;
    if (v > UINT64_MAX - add) return -1;
    *bytes = v + add;
    return 0;
}

int opt_parse_size(const char *z, uint64_t *bytes)
{
    static const char units[] = "KMGT";
    uint64_t whole = 0;
    const char *p = z, *fraction;
    size_t digits = 0;
    unsigned shift = 0;
    if (!isdigit((unsigned char)*p)) return -1;
    for (; isdigit((unsigned char)*p); p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (whole > (UINT64_MAX - digit) / 10) return -1;
        whole = whole * 10 + digit;
    }
    fraction = p;
    if (*p == '.') {
        for (fraction = ++p; isdigit((unsigned char)*p); p++) digits++;
        if (digits == 0) return -1;
    }
    const char *unit = *p ? strchr(units, toupper((unsigned char)*p)) : NULL;
    if (unit) {
        shift = 10 * (unsigned)(unit - units + 1);
        p++;
    }
    if (*p || (digits && !shift)) return -1;
    return scale_size(whole, fraction, digits, shift, bytes);
}

const char *opt_spell_size(uint64_t bytes, char out[OPT_SIZE_TEXT])
{
    static const char units[] = "KMGT";
    unsigned u = 0;
    while (u < 4 && bytes >> 10 * (u + 1)) u++;
    uint64_t whole = bytes >> 10 * u, rest = bytes - (whole << 10 * u), unit = 1ULL << 10 * u;
    uint64_t tenths = whole < 10 ? (rest * 10 + unit - 1) / unit : rest ? 10 : 0;
    whole += tenths / 10;
    tenths %= 10;
    int n = snprintf(out, OPT_SIZE_TEXT, tenths ? "%" PRIu64 ".%" PRIu64 : "%" PRIu64, whole, tenths);
    if (u) snprintf(out + n, OPT_SIZE_TEXT - (size_t)n, "%c", units[u - 1]);
    return out;
}

static bool bounded(const struct opt *o)
{
    return o->max > o->min;
}

static bool within(const struct opt *o, double v)
{
    return !bounded(o) || (v >= o->min && v <= o->max);
}

/* "--threads takes a whole number from 0 to 1024, not 'x'" */
static int bad_value(const struct opt *o, const char *spelled, const char *what, const char *z, struct err *e)
{
    if (bounded(o))
        return err_set(e, ERR_USAGE, "%s takes %s from %.10g to %.10g, not '%s'", spelled, what, o->min,
                       o->max, z);
    return err_set(e, ERR_USAGE, "%s takes %s, not '%s'", spelled, what, z);
}

static int set_int(const struct opt *o, const char *spelled, const char *z, bool store, struct err *e)
{
    char *end;
    errno = 0;
    long long v = strtoll(z, &end, 10);
    if (end == z || *end || isspace((unsigned char)*z) || errno || !within(o, (double)v))
        return bad_value(o, spelled, "a whole number", z, e);
    if (store) *(int64_t *)o->value = v;
    return 0;
}

static int set_num(const struct opt *o, const char *spelled, const char *z, bool store, struct err *e)
{
    char *end;
    double v = strtod(z, &end);
    if (end == z || *end || z[strspn(z, "0123456789+-.eE")] || !isfinite(v) || !within(o, v))
        return bad_value(o, spelled, "a number", z, e);
    if (store) *(double *)o->value = v;
    return 0;
}

static int set_size(const struct opt *o, const char *spelled, const char *z, bool store, struct err *e)
{
    uint64_t v;
    if (opt_parse_size(z, &v) < 0 || !within(o, (double)v))
        return bad_value(o, spelled, "a size in bytes (K, M, G and T may follow)", z, e);
    if (store) *(uint64_t *)o->value = v;
    return 0;
}

/* "a|b|c" as "a, b, c"; cut when it does not fit. */
static void list_choices(const char *choices, char *out, size_t cap)
{
    size_t n = 0;
    for (; *choices && n + 3 < cap; choices++) {
        out[n++] = *choices == '|' ? ',' : *choices;
        if (*choices == '|') out[n++] = ' ';
    }
    out[n] = 0;
}

static int set_choice(const struct opt *o, const char *spelled, const char *z, bool store, struct err *e)
{
    char list[512];
    size_t n = strlen(z);
    int index = 0;
    for (const char *p = o->choices;; index++) {
        size_t len = strcspn(p, "|");
        if (len == n && memcmp(p, z, n) == 0) {
            if (store) *(int *)o->value = index;
            return 0;
        }
        if (!p[len]) break;
        p += len + 1;
    }
    list_choices(o->choices, list, sizeof list);
    return err_set(e, ERR_USAGE, "%s takes one of %s, not '%s'", spelled, list, z);
}

static int add_to_list(const struct opt *o, const char *z, bool store, struct err *e)
{
    struct opt_list *l = o->value;
    if (!store) return 0;
    const char **more = realloc(l->at, (l->n + 1) * sizeof *more);
    if (!more) return err_nomem(e, "reading the options");
    l->at = more;
    l->at[l->n++] = z;
    return 0;
}

void opt_list_free(struct opt_list *l)
{
    free(l->at);
    l->at = NULL;
    l->n = 0;
}

static int set_value(const struct opt *o, const char *spelled, const char *z, bool store, struct err *e)
{
    switch (o->type) {
    case OPT_FLAG: break;
    case OPT_STR:
        if (store) *(const char **)o->value = z;
        return 0;
    case OPT_INT: return set_int(o, spelled, z, store, e);
    case OPT_NUM: return set_num(o, spelled, z, store, e);
    case OPT_SIZE: return set_size(o, spelled, z, store, e);
    case OPT_CHOICE: return set_choice(o, spelled, z, store, e);
    case OPT_LIST: return add_to_list(o, z, store, e);
    }
    return 0;
}

/* ------------------------------------------------------------------ the walk over argv */

struct walk {
    const struct opt_spec *spec;
    char **arg, **end; /* what is still to come */
    char **operand;    /* NULL while checking; then where the next operand goes */
    char **first;      /* where the first one stands; or NULL */
    size_t n_operands;
    enum opt_action action;
    bool store;
    const struct opt *given[128]; /* once each */
    size_t n_given;
};

static bool is_given(const struct walk *w, const struct opt *o)
{
    for (size_t i = 0; i < w->n_given; i++)
        if (w->given[i] == o) return true;
    return false;
}

static void note_given(struct walk *w, const struct opt *o)
{
    if (!is_given(w, o) && w->n_given < sizeof w->given / sizeof *w->given) w->given[w->n_given++] = o;
}

/* A second text would replace the first unseen. */
static int take_value(struct walk *w, const struct opt *o, const char *spelled, const char *z, struct err *e)
{
    if (o->type == OPT_STR && is_given(w, o))
        return err_set(e, ERR_USAGE, "%s is given twice; give it once", spelled);
    note_given(w, o);
    return set_value(o, spelled, z, w->store, e);
}

static const struct opt *find_in(const struct opt *table, const char *name, size_t n, char letter)
{
    for (; table && table->name; table++) {
        if (name && strlen(table->name) == n && memcmp(table->name, name, n) == 0) return table;
        if (!name && table->letter == letter) return table;
    }
    return NULL;
}

static const struct opt *find(const struct opt_spec *s, const char *name, size_t n, char letter)
{
    const struct opt *o = find_in(s->own, name, n, letter);
    if (!o) o = find_in(s->shared, name, n, letter);
    return o ? o : find_in(opts_builtin, name, n, letter);
}

static void set_flag(struct walk *w, const struct opt *o)
{
    note_given(w, o);
    if (o->value) {
        if (w->store) *(bool *)o->value = true;
    } else if (o == &opts_builtin[0])
        w->action = OPT_HELP;
    else if (o == &opts_builtin[1])
        w->action = OPT_VERSION;
    else if (o == &opts_builtin[2])
        w->action = OPT_MAN;
    else if (o == &opts_builtin[3])
        w->action = OPT_CHECK;
}

static int needs_value(const struct opt *o, const char *spelled, struct err *e)
{
    return err_set(e, ERR_USAGE, "%s needs a value: %s %s", spelled, spelled, opt_arg(o));
}

static int walk_long(struct walk *w, const char *arg, struct err *e)
{
    const char *name = arg + 2, *eq = strchr(name, '=');
    size_t n = eq ? (size_t)(eq - name) : strlen(name);
    char spelled[NAME_BYTES + 3];
    snprintf(spelled, sizeof spelled, "--%.*s", (int)n, name);
    const struct opt *o = find(w->spec, name, n, 0);
    if (!o) return unknown_option(w->spec, spelled + 2, e);
    if (o->type == OPT_FLAG) {
        if (eq) return err_set(e, ERR_USAGE, "%s takes no value", spelled);
        set_flag(w, o);
        return 0;
    }
    if (eq) return take_value(w, o, spelled, eq + 1, e);
    if (w->arg == w->end) return needs_value(o, spelled, e);
    return take_value(w, o, spelled, *w->arg++, e);
}

static int walk_letters(struct walk *w, const char *arg, struct err *e)
{
    for (const char *p = arg + 1; *p; p++) {
        char spelled[3] = {'-', *p, 0};
        const struct opt *o = find(w->spec, NULL, 0, *p);
        if (!o) return err_set(e, ERR_USAGE, "unknown option -%c in '%s'", *p, arg);
        if (o->type == OPT_FLAG) {
            set_flag(w, o);
            continue;
        }
        if (p[1]) return take_value(w, o, spelled, p + 1, e);
        if (w->arg == w->end) return needs_value(o, spelled, e);
        return take_value(w, o, spelled, *w->arg++, e);
    }
    return 0;
}

static void walk_operand(struct walk *w, char *arg)
{
    if (!w->first) w->first = w->arg - 1;
    if (w->operand) w->operand[w->n_operands] = arg;
    w->n_operands++;
}

static bool goes_on(enum opt_action action)
{
    return action == OPT_RUN || action == OPT_CHECK;
}

static int walk_all(struct walk *w, struct err *e)
{
    bool only_operands = false;
    while (w->arg < w->end && goes_on(w->action)) {
        char *arg = *w->arg++;
        int r = 0;
        if (only_operands || arg[0] != '-' || !arg[1])
            walk_operand(w, arg);
        else if (strcmp(arg, "--") == 0)
            only_operands = true;
        else if (arg[1] == '-')
            r = walk_long(w, arg, e);
        else
            r = walk_letters(w, arg, e);
        if (r < 0) return r;
    }
    return 0;
}

/* ------------------------------------------------------------------ verbs and operands */

static int check_verb(const struct opt_spec *s, char **operands, size_t n_operands, struct err *e)
{
    char list[512] = "";
    size_t n = 0;
    for (size_t at = 0; s->verbs[n]; n++) {
        int more = snprintf(list + at, sizeof list - at, "%s%s", n ? ", " : "", s->verbs[n]);
        at = least(at + (size_t)more, sizeof list - 1);
        if (n_operands && strcmp(operands[0], s->verbs[n]) == 0) return 0;
    }
    if (!n_operands) return err_set(e, ERR_USAGE, "say what to do: %s", list);
    const char *near = opt_nearest(operands[0], s->verbs, n);
    if (near) return err_set(e, ERR_USAGE, "unknown verb '%s'; did you mean '%s'?", operands[0], near);
    return err_set(e, ERR_USAGE, "unknown verb '%s': it is one of %s", operands[0], list);
}

static bool is_verb(const struct opt_spec *s, const char *word)
{
    for (const char *const *v = s->verbs; v && *v; v++)
        if (strcmp(*v, word) == 0) return true;
    return false;
}

static int check_operands(const struct opt_spec *s, char **operands, size_t n, struct err *e)
{
    size_t verb = s->verbs ? 1 : 0;
    if (verb && check_verb(s, operands, n, e) < 0) return -ERR_USAGE;
    if (!s->operands && n > verb)
        return err_set(e, ERR_USAGE, "'%s' is too much: %s takes no %soperands", operands[verb], s->name,
                       verb ? "further " : "");
    return 0;
}

/* ------------------------------------------------------------------ how options stand to each other */

bool opt_lists(const char *list, const char *name, size_t n)
{
    for (const char *p = list; *p; p += *p == '|') {
        size_t len = strcspn(p, "|");
        if (len == n && memcmp(p, name, n) == 0) return true;
        p += len;
    }
    return false;
}

static int wrong_verb(const struct opt *o, const char *verb, struct err *e)
{
    char verbs[256];
    list_choices(o->verbs, verbs, sizeof verbs);
    return err_set(e, ERR_USAGE, "%s takes no --%s, which is for %s", verb, o->name, verbs);
}

/* One of "name" and "name=choice". */
static bool is_met(const struct walk *w, const char *term, size_t n)
{
    const char *equal = memchr(term, '=', n);
    const struct opt *o = find(w->spec, term, equal ? (size_t)(equal - term) : n, 0);
    if (!o || !equal) return o && is_given(w, o);
    const char *choice = o->choices;
    for (int i = *(const int *)o->value; i > 0; i--) choice += strcspn(choice, "|") + 1;
    size_t left = n - (size_t)(equal + 1 - term);
    return strcspn(choice, "|") == left && memcmp(choice, equal + 1, left) == 0;
}

/* "pii|rules" as "--pii KIND or --rules FILE". */
static void spell_terms(const struct walk *w, const char *terms, size_t n, char *out, size_t cap)
{
    size_t at = 0;
    for (const char *p = terms, *end = terms + n; p < end; p++) {
        size_t len = strcspn(p, "|,");
        const char *equal = memchr(p, '=', len);
        const struct opt *o = find(w->spec, p, equal ? (size_t)(equal - p) : len, 0);
        const char *value = equal ? equal + 1 : o ? opt_arg(o) : NULL;
        int value_bytes = equal ? (int)(p + len - value) : value ? (int)strlen(value) : 0;
        int more = snprintf(out + at, cap - at, "%s--%s%s%.*s", at ? " or " : "", o ? o->name : "?",
                            value ? " " : "", value_bytes, value ? value : "");
        at = least(at + (size_t)more, cap - 1);
        p += len;
    }
}

static int check_needs(const struct walk *w, const struct opt *o, struct err *e)
{
    for (const char *p = o->needs; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        bool met = false;
        for (const char *term = p; term < p + n; term += *term == '|') {
            size_t len = least(strcspn(term, "|,"), n);
            met |= is_met(w, term, len);
            term += len;
        }
        char wanted[256] = "";
        if (!met) spell_terms(w, p, n, wanted, sizeof wanted);
        if (!met) return err_set(e, ERR_USAGE, "--%s needs %s", o->name, wanted);
        p += n;
    }
    return 0;
}

static int check_excludes(const struct walk *w, const struct opt *o, struct err *e)
{
    for (size_t i = 0; i < w->n_given; i++) {
        const char *other = w->given[i]->name;
        if (w->given[i] != o && opt_lists(o->excludes, other, strlen(other)))
            return err_set(e, ERR_USAGE, "--%s and --%s exclude each other", o->name, other);
    }
    return 0;
}

static int check_relations(const struct walk *w, const char *verb, struct err *e)
{
    for (size_t i = 0; i < w->n_given; i++) {
        const struct opt *o = w->given[i];
        if (o->verbs && verb && !opt_lists(o->verbs, verb, strlen(verb))) return wrong_verb(o, verb, e);
        if (o->needs && check_needs(w, o, e) < 0) return -ERR_USAGE;
        if (o->excludes && check_excludes(w, o, e) < 0) return -ERR_USAGE;
    }
    return 0;
}

int opts_parse(const struct opt_spec *s, int argc, char **argv, char ***operands, size_t *n_operands,
               enum opt_action *action, struct err *e)
{
    size_t n = argc > 0 ? (size_t)argc : 0;
    char **first = argv + (n ? 1 : 0);
    struct walk w = {.spec = s, .arg = first, .end = argv + n, .action = OPT_RUN};
    int r = walk_all(&w, e);
    *operands = first;
    *n_operands = 0;
    *action = w.action;
    if (r == 0 && w.action == OPT_HELP && w.first && is_verb(s, *w.first)) {
        *operands = w.first;
        *n_operands = 1;
    }
    if (r < 0 || !goes_on(w.action)) return r;

    w = (struct walk){.spec = s, .arg = first, .end = argv + n, .operand = first, .store = true};
    r = walk_all(&w, e);
    if (r < 0) return r;
    *n_operands = w.n_operands;
    r = check_operands(s, first, w.n_operands, e);
    return r < 0 ? r : check_relations(&w, s->verbs ? first[0] : NULL, e);
}
