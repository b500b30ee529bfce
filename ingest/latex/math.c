/* math.c: mathematics, kept as TeX source.
 *
 * That is what sets of mathematical text for training keep. The document's macros are expanded, so that no private name is left;
 * comments, labels and numbers of equations are left out. In: the mouth. Out: text. State: none between formulas. A blank
 * line, which TeX allows in no formula, ends one that was not closed. */
#include "common/text.h"
#include "ingest/latex/internal.h"

struct math {
    const char *closer;
    struct slice env;
    int braces, environments; /* open in it */
    bool after_name;          /* the last thing written is a command's name */
    bool done;
    char end_name[MOUTH_NAME]; /* an environment around the formula that ended before it was closed */
    size_t end_bytes;
};

static void put(struct latex *l, struct math *f, const char *p, size_t n)
{
    if (l->s.drop || n == 0) return;
    if (f->after_name && ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')) buf_putc(&l->math, ' ');
    buf_put(&l->math, p, n);
    f->after_name = false;
}

static void put_command(struct latex *l, struct math *f, struct slice name, bool spaced)
{
    put(l, f, "\\", 1);
    put(l, f, name.p, name.n);
    if (name.n && ((*name.p | 0x20) >= 'a' && (*name.p | 0x20) <= 'z')) f->after_name = true;
    if (spaced) put(l, f, " ", 1);
}

static void read_env_name(struct latex *l)
{
    buf_clear(&l->scratch);
    mouth_argument(&l->mouth, &l->scratch, false);
}

static struct slice scratch_of(const struct latex *l)
{
    return slice_trim(slice_of(l->scratch.n ? l->scratch.p : "", l->scratch.n));
}

static void put_env(struct latex *l, struct math *f, const char *command, struct slice name)
{
    put(l, f, command, strlen(command));
    put(l, f, name.p, name.n);
    put(l, f, "}", 1);
}

static void begin_in_math(struct latex *l, struct math *f)
{
    read_env_name(l);
    struct slice name = scratch_of(l);
    const struct macro *own = macros_environment(&l->macros, name);
    if (own && own->kind == MACRO_ENVIRONMENT && macros_expand(&l->macros, &l->mouth, own)) return;
    f->environments++;
    put_env(l, f, "\\begin{", name);
}

static void end_in_math(struct latex *l, struct math *f)
{
    read_env_name(l);
    struct slice name = scratch_of(l);
    const struct macro *own = macros_environment(&l->macros, name);
    if (own && own->kind == MACRO_ENVIRONMENT && !slice_eq(name, f->env)) {
        mouth_push_copy(&l->mouth, own->end);
    } else if (f->environments > 0) {
        f->environments--;
        put_env(l, f, "\\end{", name);
    } else {
        f->done = true;
        if (slice_eq(name, f->env)) return;
        f->end_bytes = name.n < MOUTH_NAME ? name.n : MOUTH_NAME;
        if (f->end_bytes) memcpy(f->end_name, name.p, f->end_bytes);
    }
}

static bool is_any(struct slice name, const char *const *names)
{
    for (; *names; names++)
        if (slice_is(name, *names)) return true;
    return false;
}

/* Commands that are read, not written. */
static bool own_command(struct latex *l, struct math *f, struct slice name)
{
    static const char *const silent[] = {"nonumber", "notag",   "ensuremath", "protect",
                                         "noindent", "qedhere", NULL};
    const struct latex_command *c = latex_command(name);
    if (slice_is(name, "label") || (c && c->action == LATEX_CITE)) {
        latex_drop_arguments(l, c->args);
    } else if (is_any(name, silent)) {
        return true;
    } else if (c && c->action == LATEX_BEGIN) {
        begin_in_math(l, f);
    } else if (c && c->action == LATEX_END) {
        end_in_math(l, f);
    } else if (c && (c->action == LATEX_CONDITION_FALSE || c->action == LATEX_ELSE)) {
        latex_skip_branch(l, c->action != LATEX_ELSE);
    } else if (c && (c->action == LATEX_CONDITION_TRUE || c->action == LATEX_CONDITION_MATH ||
                     slice_is(name, "fi"))) {
        return true;
    } else {
        return c && c->action == LATEX_DEFINE && macros_define(&l->macros, &l->mouth, name);
    }
    return true;
}

static void command(struct latex *l, struct math *f)
{
    mouth_top(&l->mouth)->p++;
    struct slice name = mouth_name(&l->mouth);
    bool spaced = l->mouth.spaced;
    bool closes = name.n == 1 && f->closer[0] == '\\' && f->closer[1] == *name.p && !f->closer[2];
    const struct macro *own = macros_command(&l->macros, name);
    if (closes && f->braces <= 0) {
        f->done = true;
    } else if (own && own->kind == MACRO_COMMAND) {
        if (!macros_expand(&l->macros, &l->mouth, own)) put_command(l, f, name, spaced);
    } else if (own && own->kind == MACRO_BUILTIN) {
        put_command(l, f, own->body, spaced);
    } else if (own && own->kind == MACRO_CONDITION) {
        if (!own->is_true) latex_skip_branch(l, true);
    } else if (!own_command(l, f, name)) {
        put_command(l, f, name, spaced);
    }
}

/* Whether the end of a displayed formula stands near, behind a blank line that should not be there. */
static bool closes_soon(struct latex *l, const struct math *f)
{
    return f->env.n && mouth_has_near(&l->mouth, slice_str(f->closer));
}

static void dollar(struct latex *l, struct math *f)
{
    struct mouth_text *t = mouth_top(&l->mouth);
    t->p++;
    if (f->braces > 0 || f->closer[0] != '$') {
        put(l, f, "$", 1);
        return;
    }
    if (f->closer[1] == '$' && t->p < t->end && *t->p == '$') t->p++;
    f->done = true;
}

static bool is_plain(char c)
{
    return c != '\\' && c != '$' && c != '{' && c != '}' && c != '%' && c != '\n';
}

static void step(struct latex *l, struct math *f)
{
    struct mouth_text *t = mouth_top(&l->mouth);
    const char *from = t->p;
    while (t->p < t->end && is_plain(*t->p)) t->p++;
    put(l, f, from, (size_t)(t->p - from));
    if (t->p == t->end) return;
    switch (*t->p) {
    case '\\': command(l, f); return;
    case '$': dollar(l, f); return;
    case '%':
        mouth_skip_comment(&l->mouth);
        if (l->math.n && l->math.p[l->math.n - 1] != '\n') put(l, f, "\n", 1);
        return;
    case '\n':
        f->done = mouth_at_blank_line(&l->mouth) && !closes_soon(l, f);
        if (f->done) return;
        put(l, f, "\n", 1);
        while (t->p < t->end && (*t->p == '\n' || *t->p == ' ' || *t->p == '\t')) t->p++;
        return;
    case '}':
        f->done = f->braces == 0 && f->env.n == 0; /* of a group around the formula, which was not closed */
        if (f->done) return;
        f->braces--;
        break;
    default: f->braces++; break;
    }
    put(l, f, t->p++, 1);
}

void latex_math(struct latex *l, const char *opener, const char *closer, struct slice env, bool display)
{
    struct math f = {.closer = closer, .env = env};
    buf_clear(&l->math);
    buf_puts(&l->math, opener);
    while (!f.done && mouth_more(&l->mouth)) step(l, &f);
    buf_puts(&l->math, closer);
    if (!l->s.drop && display && !l->s.table)
        flow_block(l->s.flow, buf_slice(&l->math), 1);
    else
        latex_emit(l, l->math.p, l->math.n);
    if (f.end_bytes) latex_end_environment(l, slice_of(f.end_name, f.end_bytes));
}
