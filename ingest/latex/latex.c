/* latex.c: LaTeX to text: the commands and environments of running text.
 *
 * One pass over what the mouth gives. Commands: the document's own macros, then the tables of commands.c, then what is not
 * known. Of an unknown command, an [option] right behind it is left out, and of the groups right behind it those that
 * do not look like text: without letters, key=value, a length, one word with ':', '/', '_' in it or a file's ending.
 * \input and \include are counted. Conditions are not evaluated: \iftrue, \iffalse and those of \newif are known, of others
 * the \else branch is taken.
 *
 * In: UTF-8. Out: text. State: struct latex, emptied for each document. Memory: the output, the mouth's budget, the macros. */
#include "ingest/latex/latex.h"
#include "common/hash.h"
#include "common/text.h"
#include "ingest/latex/internal.h"
#include <stdio.h>

enum closing {
    CLOSE_NOTHING,
    CLOSE_PARAGRAPH, /* a heading, a caption, an environment of paragraphs */
    CLOSE_LINE,
    CLOSE_NOTE,
    CLOSE_QUOTE,
    CLOSE_UNKNOWN, /* of a command that is not known: more of its arguments may follow */
    CLOSE_SPACE    /* a space before the group that follows at once, which closes so too */
};

void latex_init(struct latex *l)
{
    memset(l, 0, sizeof *l);
    macros_init(&l->macros);
    buf_init(&l->title, BUF_NO_MAX);
    buf_init(&l->author, BUF_NO_MAX);
    buf_init(&l->date, BUF_NO_MAX);
    buf_init(&l->notes, BUF_NO_MAX);
    buf_init(&l->scratch, BUF_NO_MAX);
    buf_init(&l->math, BUF_NO_MAX);
}

void latex_free(struct latex *l)
{
    macros_free(&l->macros);
    buf_free(&l->title);
    buf_free(&l->author);
    buf_free(&l->date);
    buf_free(&l->notes);
    buf_free(&l->scratch);
    buf_free(&l->math);
}

/* ------------------------------------------------------------------ writing */

void latex_emit(struct latex *l, const char *p, size_t n)
{
    if (l->s.drop || n == 0) return;
    if (l->cited && strchr(".,;:)", *p)) l->s.flow->space = false;
    l->cited = false;
    flow_words(l->s.flow, p, n);
}

static void emit_z(struct latex *l, const char *z)
{
    latex_emit(l, z, strlen(z));
}

static void paragraph(struct latex *l)
{
    if (l->s.drop) return;
    if (l->s.table) {
        emit_z(l, " ");
        return;
    }
    if (l->s.flow == &l->text) flow_notes(&l->text, &l->note);
    flow_paragraph(l->s.flow);
}

static void line(struct latex *l)
{
    if (l->s.drop) return;
    if (l->s.flow == &l->text || l->s.flow == &l->note)
        flow_line(l->s.flow);
    else
        emit_z(l, " ");
}

/* ------------------------------------------------------------------ what looks like text */

static bool is_letter_like(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_length(struct slice s)
{
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < s.n; i++) {
        if ((s.p[i] >= '0' && s.p[i] <= '9') || strchr("+-.,", s.p[i]))
            digits++;
        else
            letters++;
    }
    return s.n && digits && (letters <= 2 || memchr(s.p, '\\', s.n)) && !is_letter_like(*s.p);
}

static bool looks_like_text(struct slice s)
{
    size_t letters = 0;
    bool spaces = false, codes = false;
    s = slice_trim(s);
    for (size_t i = 0; i < s.n; i++) {
        letters += is_letter_like(s.p[i]);
        spaces |= s.p[i] == ' ' || s.p[i] == '\n';
        codes |= strchr(":/_", s.p[i]) != NULL;
        if (s.p[i] == '=') return false;
        if (s.p[i] == '\\' && i + 1 < s.n) i += !is_letter_like(s.p[i + 1]);
    }
    if (letters == 0 || (codes && !spaces) || is_length(s)) return false;
    const char *dot = memrchr(s.p, '.', s.n);
    size_t ending = dot ? (size_t)(s.p + s.n - dot - 1) : 0;
    return spaces || ending == 0 || ending > 4;
}

/* Leaves out the groups that stand here and do not look like text. */
static void drop_codes(struct latex *l)
{
    struct slice inside;
    while (mouth_peek_group(&l->mouth, 256, &inside) && !looks_like_text(inside))
        mouth_top(&l->mouth)->p = inside.p + inside.n + 1;
}

/* ------------------------------------------------------------------ groups */

static bool push_group(struct latex *l, enum closing closing, uint64_t name)
{
    if (l->n_groups == LATEX_GROUPS) {
        l->beyond++;
        return false;
    }
    l->groups[l->n_groups++] = (struct latex_group){l->s, name, (uint8_t)closing};
    return true;
}

static bool open_brace(struct latex *l, enum closing closing)
{
    mouth_top(&l->mouth)->p++;
    return push_group(l, closing, 0);
}

static void pop_group(struct latex *l)
{
    struct latex_group *g = &l->groups[--l->n_groups];
    if (g->closing == CLOSE_QUOTE) emit_z(l, "\xe2\x80\x9d");
    if (g->closing == CLOSE_NOTE && !l->s.drop) flow_paragraph(l->s.flow);
    if (g->closing == CLOSE_PARAGRAPH) paragraph(l);
    if (g->closing == CLOSE_LINE) line(l);
    l->s = g->outside;
    if (g->closing != CLOSE_SPACE && g->closing != CLOSE_UNKNOWN) return;
    if (g->closing == CLOSE_UNKNOWN) drop_codes(l);
    const struct mouth_text *t = mouth_top(&l->mouth);
    if (t->p == t->end || *t->p != '{') return;
    emit_z(l, " ");
    open_brace(l, g->closing);
}

static void close_brace(struct latex *l)
{
    mouth_top(&l->mouth)->p++;
    if (l->beyond)
        l->beyond--;
    else if (l->n_groups && l->groups[l->n_groups - 1].name == 0)
        pop_group(l);
}

/* The group that a command needs: {…}, or one token made into one. false: its end will bring no state back. */
static bool open_argument(struct latex *l, enum closing closing)
{
    struct mouth *m = &l->mouth;
    mouth_skip_space(m);
    if (!mouth_at(m, '{')) {
        struct buf *b = &l->scratch;
        buf_clear(b);
        buf_putc(b, '{');
        mouth_argument(m, b, false);
        buf_putc(b, '}');
        if (b->failed || mouth_push_copy(m, buf_slice(b)) < 0) return false;
    }
    return open_brace(l, closing);
}

void latex_drop_arguments(struct latex *l, const char *args)
{
    struct mouth *m = &l->mouth;
    for (; *args; args++) {
        if (*args == '*' && mouth_at(m, '*')) mouth_top(m)->p++;
        if (*args == 'o') mouth_option(m, '[', ']', NULL);
        if (*args == 'p') mouth_option(m, '(', ')', NULL);
        if (*args == 'm' || *args == 'M') mouth_argument(m, NULL, *args == 'M');
        if (*args == 'u') mouth_address(m);
        if (*args == 'd') mouth_dimension(m);
        if (*args == 'k') mouth_keywords(m);
    }
}

/* ------------------------------------------------------------------ environments */

#define SEARCHED_GROUPS 64

static uint64_t name_hash(struct slice name)
{
    uint64_t h = hash64(name.p, name.n);
    return h ? h : 1;
}

static void begin_group(struct latex *l, struct slice name, enum closing closing)
{
    push_group(l, closing, name_hash(name));
}

/* The title of a theorem, and its [note]. */
static void begin_theorem(struct latex *l, struct slice name, struct slice title)
{
    struct buf *b = &l->scratch; /* title may lie in it: at its beginning */
    size_t from = b->n;
    paragraph(l);
    begin_group(l, name, CLOSE_PARAGRAPH);
    buf_put_slice(b, title);
    size_t note = b->n;
    buf_puts(b, " (");
    if (mouth_option(&l->mouth, '[', ']', b) && b->n > note + 2)
        buf_puts(b, ")");
    else
        b->n = note;
    buf_puts(b, ". ");
    if (!b->failed) mouth_push_copy(&l->mouth, slice_of(b->p + from, b->n - from));
}

static void begin_proof(struct latex *l, struct slice name)
{
    struct buf *b = &l->scratch;
    size_t from = b->n;
    paragraph(l);
    begin_group(l, name, CLOSE_PARAGRAPH);
    if (!mouth_option(&l->mouth, '[', ']', b) || b->n == from) buf_puts(b, "Proof");
    buf_puts(b, ". ");
    if (!b->failed) mouth_push_copy(&l->mouth, slice_of(b->p + from, b->n - from));
}

/* Theorems of classes and of files that are not here. */
static bool is_theorem_name(struct slice name)
{
    static const char *const names[] = {"theorem",    "lemma",   "proposition", "corollary", "definition",
                                        "remark",     "remarks", "example",     "examples",  "conjecture",
                                        "claim",      "fact",    "observation", "exercise",  "problem",
                                        "assumption", "axiom",   "notation",    "question",  "situation"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_is(name, names[i])) return true;
    return false;
}

static void begin_unknown(struct latex *l, struct slice name)
{
    if (is_theorem_name(name)) {
        char title[16] = {0};
        memcpy(title, name.p, name.n);
        title[0] = (char)(title[0] - 0x20);
        begin_theorem(l, name, slice_str(title));
        return;
    }
    begin_group(l, name, CLOSE_LINE);
    line(l);
    mouth_option(&l->mouth, '[', ']', NULL);
    drop_codes(l);
}

static void begin_document(struct latex *l)
{
    l->preamble = false;
    l->n_groups = 0;
    l->beyond = 0;
    l->s = (struct latex_state){.flow = &l->text};
    l->mouth.at_is_letter = false;
}

static void begin_math(struct latex *l, struct slice name)
{
    char opener[MOUTH_NAME + 16], closer[MOUTH_NAME + 16];
    size_t n = name.n < MOUTH_NAME ? name.n : MOUTH_NAME;
    snprintf(opener, sizeof opener, "\\begin{%.*s}", (int)n, name.p);
    snprintf(closer, sizeof closer, "\\end{%.*s}", (int)n, name.p);
    latex_math(l, opener, closer, slice_of(closer + 5, n), !slice_is(name, "math"));
}

static void begin_kind(struct latex *l, struct slice name, enum latex_env kind)
{
    bool breaks = kind == LATEX_ENV_PARAGRAPH || kind == LATEX_ENV_TABLE || kind == LATEX_ENV_FIGURE ||
                  kind == LATEX_ENV_ALLTT;
    bool table = kind == LATEX_ENV_TABULAR;
    if (breaks) paragraph(l);
    if (kind == LATEX_ENV_LIST || kind == LATEX_ENV_ENUMERATE || kind == LATEX_ENV_DESCRIPTION ||
        (table && !l->s.table))
        line(l);
    begin_group(l, name,
                breaks                                            ? CLOSE_PARAGRAPH
                : kind == LATEX_ENV_TEXT || (table && l->s.table) ? CLOSE_NOTHING
                                                                  : CLOSE_LINE);
    if (kind == LATEX_ENV_LIST || kind == LATEX_ENV_ENUMERATE || kind == LATEX_ENV_DESCRIPTION) {
        l->s.list = kind;
        l->s.items = 0;
        l->s.table = false;
    }
    if (table) l->s.table = true;
    if (kind == LATEX_ENV_ALLTT) l->s.tt = true;
    if (kind == LATEX_ENV_FIGURE && !l->s.drop) l->s.drop = 1;
}

static void begin_builtin(struct latex *l, struct slice name, const struct latex_environment *env)
{
    switch (env->kind) {
    case LATEX_ENV_DOCUMENT:
        if (l->preamble) begin_document(l);
        return;
    case LATEX_ENV_MATH: begin_math(l, name); return;
    case LATEX_ENV_VERBATIM: latex_verbatim(l, name); return;
    case LATEX_ENV_DROP: latex_drop_raw(l, name); return;
    case LATEX_ENV_PROOF: begin_proof(l, name); return;
    default: latex_drop_arguments(l, env->args); begin_kind(l, name, env->kind);
    }
}

/* The name of an environment behind \begin and \end, in scratch. */
static struct slice environment_name(struct latex *l)
{
    buf_clear(&l->scratch);
    mouth_argument(&l->mouth, &l->scratch, false);
    return slice_trim(slice_of(l->scratch.n ? l->scratch.p : "", l->scratch.n));
}

static void begin_environment(struct latex *l)
{
    struct slice name = environment_name(l), of;
    char own_name[MOUTH_NAME];
    if (name.n > MOUTH_NAME) name.n = MOUTH_NAME;
    if (name.n) memcpy(own_name, name.p, name.n); /* scratch is used again */
    name.p = own_name;
    of = name;
    const struct macro *own = macros_environment(&l->macros, name);
    if (own && own->kind == MACRO_ENVIRONMENT) {
        if (!slice_is(name, "document")) macros_expand(&l->macros, &l->mouth, own);
        return;
    }
    if (own && own->kind == MACRO_THEOREM) {
        begin_theorem(l, name, own->body);
        return;
    }
    if (own) of = own->body;
    const struct latex_environment *env = latex_environment(of);
    if (env)
        begin_builtin(l, name, env);
    else
        begin_unknown(l, name);
}

void latex_end_environment(struct latex *l, struct slice name)
{
    const struct macro *own = macros_environment(&l->macros, name);
    if (slice_is(name, "document")) { /* an earlier one is an example in a text about LaTeX */
        l->stopped = l->mouth.n > 1 || !l->end || mouth_top(&l->mouth)->p >= l->end;
        return;
    }
    if (own && own->kind == MACRO_ENVIRONMENT) {
        mouth_push_copy(&l->mouth, own->end);
        return;
    }
    uint64_t hash = name_hash(name);
    size_t lowest = l->n_groups > SEARCHED_GROUPS ? l->n_groups - SEARCHED_GROUPS : 0, at = l->n_groups;
    while (at > lowest && l->groups[at - 1].name != hash) at--;
    if (at == lowest) return;
    l->beyond = 0;
    while (l->n_groups >= at) pop_group(l);
}

/* ------------------------------------------------------------------ conditions */

static int condition_step(const struct latex *l, struct slice name)
{
    const struct macro *own = macros_command(&l->macros, name);
    const struct latex_command *c = latex_command(name);
    if (slice_is(name, "fi")) return -1;
    bool opens = (own && own->kind == MACRO_CONDITION) ||
                 (c && (c->action == LATEX_CONDITION_TRUE || c->action == LATEX_CONDITION_FALSE ||
                        c->action == LATEX_CONDITION_MATH));
    return opens && !slice_is(name, "unless");
}

void latex_skip_branch(struct latex *l, bool stop_at_else)
{
    struct mouth *m = &l->mouth;
    int depth = 1;
    while (depth > 0 && mouth_more(m)) {
        struct mouth_text *t = mouth_top(m);
        while (t->p < t->end && *t->p != '\\' && *t->p != '%') t->p++;
        if (t->p == t->end) continue;
        if (*t->p == '%') {
            mouth_skip_comment(m);
            continue;
        }
        t->p++;
        struct slice name = mouth_name(m);
        if (stop_at_else && depth == 1 && slice_is(name, "else")) return;
        depth += condition_step(l, name);
    }
}

/* \footrue and \foofalse of a \newif\iffoo. */
static bool sets_condition(struct latex *l, struct slice name)
{
    bool value = slice_has_suffix(name, "true");
    if (!value && !slice_has_suffix(name, "false")) return false;
    char of[MOUTH_NAME + 3] = "if";
    size_t n = name.n - (value ? 4 : 5);
    memcpy(of + 2, name.p, n);
    const struct macro *own = macros_command(&l->macros, slice_of(of, n + 2));
    if (!own || own->kind != MACRO_CONDITION) return false;
    macros_set_condition(&l->macros, slice_of(of, n + 2), value);
    return true;
}

/* ------------------------------------------------------------------ commands */

static void unknown_command(struct latex *l)
{
    struct mouth *m = &l->mouth;
    struct mouth_text *t = mouth_top(m);
    if (l->mouth.spaced) return;
    if (t->end - t->p > 1 && *t->p == '*' && (t->p[1] == '{' || t->p[1] == '[')) t->p++;
    mouth_option(m, '[', ']', NULL);
    if (mouth_at(m, '=')) mouth_dimension(m);
    drop_codes(l);
    if (mouth_at(m, '{')) open_brace(l, CLOSE_UNKNOWN);
}

static void item(struct latex *l)
{
    struct buf *b = &l->scratch;
    char label[24] = "-";
    buf_clear(b);
    bool own = mouth_option(&l->mouth, '[', ']', b);
    if (l->s.drop) return;
    bool colon = l->s.list == LATEX_ENV_DESCRIPTION;
    if (own) {
        l->s.flow->labelled = false;
        line(l);
        if (colon && b->n && !strchr(":.!?", b->p[b->n - 1])) buf_putc(b, ':');
        buf_puts(b, " ");
        if (!b->failed) mouth_push_copy(&l->mouth, buf_slice(b));
        return;
    }
    if (l->s.list == LATEX_ENV_ENUMERATE) {
        unsigned n = ++l->s.items, at = sizeof label - 1;
        label[at--] = 0;
        label[at--] = '.';
        for (; n; n /= 10) label[at--] = (char)('0' + n % 10);
        memmove(label, label + at + 1, sizeof label - at - 1);
    }
    flow_item(l->s.flow, label);
}

static void footnote(struct latex *l)
{
    if (!open_argument(l, CLOSE_NOTE)) return;
    if (l->s.flow == &l->text)
        l->s.flow = &l->note;
    else if (l->s.flow != &l->note)
        l->s.drop = 2;
    l->s.table = false;
}

static void caption(struct latex *l)
{
    if (!open_argument(l, CLOSE_PARAGRAPH)) return;
    if (l->s.drop == 1) l->s.drop = 0;
    l->s.table = false;
    paragraph(l);
}

static void meta(struct latex *l, size_t which)
{
    struct flow *f = &l->meta[which];
    if (!open_argument(l, CLOSE_NOTHING)) return;
    if (f->out->n && which == 1)
        flow_puts(f, ", ");
    else
        f->out->n = 0;
    l->s = (struct latex_state){.flow = f};
}

static void choose_group(struct latex *l, bool first)
{
    struct buf *b = &l->scratch;
    buf_clear(b);
    mouth_argument(&l->mouth, NULL, false);
    mouth_argument(&l->mouth, first ? b : NULL, true);
    mouth_argument(&l->mouth, first ? NULL : b, true);
    if (!b->failed) mouth_push_copy(&l->mouth, slice_of(b->n ? b->p : "", b->n));
}

static void ensuremath(struct latex *l)
{
    struct buf *b = &l->scratch;
    buf_clear(b);
    buf_putc(b, '$');
    mouth_argument(&l->mouth, b, true);
    buf_putc(b, '$');
    if (!b->failed) mouth_push_copy(&l->mouth, buf_slice(b));
}

static void exclude(struct latex *l)
{
    struct slice name = environment_name(l);
    macros_alias(&l->macros, name, slice_str("comment"));
}

static void run_in(struct latex *l)
{
    paragraph(l);
    open_argument(l, CLOSE_SPACE);
}

static void string(struct latex *l, bool gobbled)
{
    if (!mouth_at(&l->mouth, '\\')) return;
    mouth_top(&l->mouth)->p++;
    struct slice name = mouth_name(&l->mouth);
    if (!gobbled) emit_z(l, "\\");
    latex_emit(l, name.p, name.n);
}

/* Takes the next thing away: of \string\name the backslash. */
static void gobble(struct latex *l)
{
    static const char mark[] = "\\string";
    size_t n = sizeof mark - 1;
    if (!mouth_more(&l->mouth)) return;
    struct mouth_text *t = mouth_top(&l->mouth);
    if ((size_t)(t->end - t->p) > n && memcmp(t->p, mark, n) == 0) {
        t->p += n;
        string(l, true);
    } else {
        mouth_argument(&l->mouth, NULL, false);
    }
}

/* A space unless what follows is one, or punctuation. */
static void xspace(struct latex *l)
{
    if (!mouth_more(&l->mouth)) return;
    const struct mouth_text *t = mouth_top(&l->mouth);
    char c = *t->p, next = t->end - t->p > 1 ? t->p[1] : 0;
    if (is_letter_like(c) || (c >= '0' && c <= '9') || strchr("($`", c) ||
        (c == '\\' && is_letter_like(next)))
        emit_z(l, " ");
}

/* "{\|}", "\|" or "|" */
static void short_verb(struct latex *l)
{
    struct buf *b = &l->scratch;
    buf_clear(b);
    mouth_argument(&l->mouth, b, false);
    if (b->n == 2 && b->p[0] == '\\')
        l->short_verb = b->p[1];
    else if (b->n == 1)
        l->short_verb = b->p[0];
    if (is_letter_like(l->short_verb) || strchr("\\{}% \n", l->short_verb)) l->short_verb = 0;
}

static void end_command(struct latex *l)
{
    if (!mouth_at(&l->mouth, '{')) { /* plain TeX's */
        l->stopped = !l->end;
        return;
    }
    struct slice name = environment_name(l);
    char own_name[MOUTH_NAME];
    if (name.n > MOUTH_NAME) name.n = MOUTH_NAME;
    if (name.n) memcpy(own_name, name.p, name.n);
    latex_end_environment(l, slice_of(own_name, name.n));
}

/* Commands that change what is read next. */
static void control(struct latex *l, const struct latex_command *c)
{
    struct slice none = {"", 0};
    switch (c->action) {
    case LATEX_DEFINE: macros_define(&l->macros, &l->mouth, slice_str(c->name)); break;
    case LATEX_BEGIN: begin_environment(l); break;
    case LATEX_END: end_command(l); break;
    case LATEX_MATH_INLINE: latex_math(l, "\\(", "\\)", none, false); break;
    case LATEX_MATH_DISPLAY: latex_math(l, "\\[", "\\]", none, true); break;
    case LATEX_ENSUREMATH: ensuremath(l); break;
    case LATEX_IFTHENELSE: choose_group(l, true); break;
    case LATEX_IFFILE: choose_group(l, false); break;
    case LATEX_CONDITION_FALSE:
    case LATEX_CONDITION_MATH:
        if (strcmp(c->name, "iffalse") == 0 || mouth_has_near(&l->mouth, slice_str("\\fi")))
            latex_skip_branch(l, true);
        break;
    case LATEX_ELSE: latex_skip_branch(l, false); break;
    case LATEX_CSNAME: mouth_until(&l->mouth, slice_str("\\endcsname"), NULL); break;
    case LATEX_EXCLUDE: exclude(l); break;
    case LATEX_SHORT_VERB: short_verb(l); break;
    case LATEX_NO_SHORT_VERB: l->short_verb = 0; break;
    case LATEX_STRING: string(l, false); break;
    case LATEX_GOBBLE: gobble(l); break;
    case LATEX_LETTER_AT: l->mouth.at_is_letter = true; break;
    case LATEX_OTHER_AT: l->mouth.at_is_letter = false; break;
    case LATEX_STOP: l->stopped = l->n_groups == 0; break;
    default: break;
    }
}

static int heading_level(const char *name)
{
    int level = strcmp(name, "part") == 0 || strstr(name, "chap") ? 1 : 2;
    for (; strncmp(name, "sub", 3) == 0; name += 3) level++;
    return level;
}

static void text_command(struct latex *l, const struct latex_command *c)
{
    switch (c->action) {
    case LATEX_SPACED: open_argument(l, CLOSE_SPACE); break;
    case LATEX_QUOTED:
        emit_z(l, "\xe2\x80\x9c");
        open_argument(l, CLOSE_QUOTE);
        break;
    case LATEX_ACCENT: latex_accent(l, c->text); break;
    case LATEX_XSPACE: xspace(l); break;
    case LATEX_CITE: l->cited = !l->s.drop; break;
    case LATEX_HEADING:
        paragraph(l);
        open_argument(l, CLOSE_PARAGRAPH);
        if (!l->s.drop && !l->s.table) flow_heading(l->s.flow, heading_level(c->name));
        break;
    case LATEX_RUN_IN: run_in(l); break;
    case LATEX_FOOTNOTE: footnote(l); break;
    case LATEX_CAPTION: caption(l); break;
    case LATEX_TITLE: meta(l, 0); break;
    case LATEX_AUTHOR: meta(l, 1); break;
    case LATEX_DATE: meta(l, 2); break;
    case LATEX_AND:
        l->s.flow->space = false;
        emit_z(l, ", ");
        break;
    case LATEX_ITEM: item(l); break;
    case LATEX_PARAGRAPH: paragraph(l); break;
    case LATEX_NEWLINE: line(l); break;
    case LATEX_VERB: latex_verb(l); break;
    case LATEX_URL: latex_url(l); break;
    case LATEX_TT: l->s.tt = true; break;
    case LATEX_TT_ARGUMENT:
        if (open_argument(l, CLOSE_NOTHING)) l->s.tt = true;
        break;
    case LATEX_INPUT: l->n_inputs++; break;
    default: control(l, c); break;
    }
}

/* The document's own macros. false: there is none of this name. */
static bool own_macro(struct latex *l, const struct macro *own)
{
    if (!own) return false;
    switch (own->kind) {
    case MACRO_COMMAND: macros_expand(&l->macros, &l->mouth, own); return true;
    case MACRO_CONDITION:
        if (!own->is_true) latex_skip_branch(l, true);
        return true;
    default: return false;
    }
}

static void command(struct latex *l)
{
    mouth_top(&l->mouth)->p++;
    struct slice name = mouth_name(&l->mouth);
    const struct macro *own = macros_command(&l->macros, name);
    const struct latex_command *c = latex_command(name);
    if (!(c && c->action == LATEX_LOGO)) {
        if (own_macro(l, own)) return;
        if (own && own->kind == MACRO_BUILTIN) c = latex_command(name = own->body);
    }
    if (!c) {
        if (!sets_condition(l, name)) unknown_command(l);
        return;
    }
    latex_drop_arguments(l, c->args);
    if (c->text && c->action != LATEX_ACCENT) emit_z(l, c->text);
    if (c->action > LATEX_LOGO) text_command(l, c);
}

/* ------------------------------------------------------------------ characters */

static size_t run_of(const struct mouth_text *t, char c, size_t most)
{
    size_t n = 1;
    while (n < most && t->p + n < t->end && t->p[n] == c) n++;
    return n;
}

/* "?`" and "!`" are the marks that begin Spanish sentences. */
static bool turns_over(struct latex *l)
{
    const struct flow *f = l->s.flow;
    struct buf *b = f->out;
    char last = b->n > f->begin ? b->p[b->n - 1] : 0;
    if (l->s.drop || f->space || f->lines || (last != '?' && last != '!')) return false;
    b->n--;
    emit_z(l, last == '?' ? "\xc2\xbf" : "\xc2\xa1");
    return true;
}

/* Quotes and hyphens: TeX's ligatures. */
static void ligature(struct latex *l, struct mouth_text *t)
{
    static const char *const hyphens[] = {"-", "\xe2\x80\x93", "\xe2\x80\x94"};
    char c = *t->p;
    size_t n = l->s.tt ? 1 : run_of(t, c, c == '-' ? 3 : 2);
    if (l->s.tt)
        latex_emit(l, t->p, 1);
    else if (c == '-')
        emit_z(l, hyphens[n - 1]);
    else if (n == 1 && c == '`' && turns_over(l))
        l->cited = false;
    else if (c == '`')
        emit_z(l, n == 2 ? "\xe2\x80\x9c" : "\xe2\x80\x98");
    else
        emit_z(l, n == 2 ? "\xe2\x80\x9d" : "\xe2\x80\x99");
    t->p += n;
}

/* babel's shorthands for German. */
static void double_quote(struct latex *l, struct mouth_text *t)
{
    static const struct {
        char c;
        const char *text;
    } german[] = {{'a', "ä"}, {'o', "ö"}, {'u', "ü"},  {'A', "Ä"}, {'O', "Ö"}, {'U', "Ü"},
                  {'s', "ß"}, {'`', "„"}, {'\'', "“"}, {'<', "«"}, {'>', "»"}, {'-', ""},
                  {'=', "-"}, {'~', "-"}, {'|', ""},   {'"', ""}};
    char next = t->end - t->p > 1 ? t->p[1] : 0;
    if (l->german && !l->s.tt)
        for (size_t i = 0; i < sizeof german / sizeof *german; i++)
            if (german[i].c == next) {
                emit_z(l, german[i].text);
                t->p += 2;
                return;
            }
    latex_emit(l, t->p++, 1);
}

static void dollar(struct latex *l, struct mouth_text *t)
{
    struct slice none = {"", 0};
    bool two = t->end - t->p > 1 && t->p[1] == '$';
    t->p += two ? 2 : 1;
    latex_math(l, two ? "$$" : "$", two ? "$$" : "$", none, two);
}

static void newline(struct latex *l, struct mouth_text *t)
{
    bool blank = mouth_at_blank_line(&l->mouth);
    while (t->p < t->end && (*t->p == '\n' || *t->p == ' ' || *t->p == '\t')) t->p++;
    if (blank)
        paragraph(l);
    else if (!l->s.drop)
        flow_words(l->s.flow, " ", 1);
}

static void special(struct latex *l)
{
    struct mouth_text *t = mouth_top(&l->mouth);
    switch (*t->p) {
    case '\\': command(l); break;
    case '{': open_brace(l, CLOSE_NOTHING); break;
    case '}': close_brace(l); break;
    case '$': dollar(l, t); break;
    case '%':
        mouth_skip_comment(&l->mouth);
        if (t->p < t->end && *t->p == '\n') paragraph(l);
        break;
    case '&':
        t->p++;
        if (!l->s.table)
            emit_z(l, " ");
        else if (!l->s.drop)
            flow_cell(l->s.flow);
        break;
    case '~':
        t->p++;
        emit_z(l, " ");
        break;
    case '"': double_quote(l, t); break;
    case '\n': newline(l, t); break;
    default: ligature(l, t); break;
    }
}

static bool is_special(char c)
{
    switch (c) {
    case '\\':
    case '{':
    case '}':
    case '$':
    case '%':
    case '&':
    case '~':
    case '"':
    case '\n':
    case '`':
    case '\'':
    case '-': return true;
    default: return false;
    }
}

static void step(struct latex *l)
{
    struct mouth_text *t = mouth_top(&l->mouth);
    const char *from = t->p;
    while (t->p < t->end && !is_special(*t->p) && *t->p != l->short_verb) t->p++;
    latex_emit(l, from, (size_t)(t->p - from));
    if (t->p == t->end) return;
    if (*t->p != l->short_verb) {
        special(l);
    } else {
        latex_verb(l);
        if (t->p < t->end && *t->p == l->short_verb && t->p == from) latex_emit(l, t->p++, 1);
    }
}

/* ------------------------------------------------------------------ a document */

/* A line that no preamble has, so that a \begin{document} behind it is an example. */
static bool is_text_line(struct slice line)
{
    static const char *const starts[] = {"\\section",       "\\chapter", "\\subsection",
                                         "\\subsubsection", "\\part{",   "\\begin{"};
    static const char *const preamble[] = {"\\begin{filecontents", "\\begin{document}"};
    line = slice_trim(line);
    for (size_t i = 0; i < sizeof preamble / sizeof *preamble; i++)
        if (slice_has_prefix(line, preamble[i])) return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (slice_has_prefix(line, starts[i])) return true;
    return false;
}

/* Where the preamble ends; NULL: there is none. */
static const char *find_document(struct slice s)
{
    struct slice mark = slice_str("\\begin{document}"), line;
    bool has_class = false;
    for (size_t at = 0; line_next(s, &at, &line);) {
        const char *comment = memchr(line.p, '%', line.n), *found = slice_find(line, mark);
        has_class |= slice_has_prefix(line, "\\document");
        if (!has_class && is_text_line(line)) return NULL;
        if (found && !(comment && comment < found)) return found;
    }
    return NULL;
}

static const char *find_end(struct slice s)
{
    static const char mark[] = "\\end{document}";
    const char *p = s.p, *end = s.p + s.n, *last = NULL;
    while ((p = memmem(p, (size_t)(end - p), mark, sizeof mark - 1))) last = p++;
    return last;
}

static void start(struct latex *l, struct slice source, struct buf *out)
{
    struct buf *meta_of[] = {&l->title, &l->author, &l->date};
    const char *body = find_document(source);
    struct slice preamble = slice_of(source.p, body ? (size_t)(body - source.p) : 0);
    mouth_init(&l->mouth, source);
    macros_reset(&l->macros);
    buf_clear(&l->notes);
    flow_init(&l->text, out);
    flow_init(&l->note, &l->notes);
    l->text.markdown = l->note.markdown = l->markdown;
    for (size_t i = 0; i < 3; i++) {
        buf_clear(meta_of[i]);
        flow_init(&l->meta[i], meta_of[i]);
    }
    begin_document(l);
    l->preamble = body != NULL;
    l->s.drop = body ? 2 : 0;
    l->end = find_end(source);
    l->short_verb = slice_find(preamble, slice_str("{ltxdoc}")) ? '|' : 0;
    l->n_inputs = 0;
    l->stopped = l->cited = false;
    l->german = slice_find(preamble, slice_str("ngerman")) || slice_find(preamble, slice_str("{german}"));
}

int latex_text(struct latex *l, struct slice source, struct buf *out, struct err *e)
{
    start(l, source, out);
    while (!l->stopped && mouth_more(&l->mouth)) step(l);
    l->beyond = 0;
    while (l->n_groups) pop_group(l);
    mouth_free(&l->mouth);
    flow_notes(&l->text, &l->note);
    flow_end(&l->text);
    for (size_t i = 0; i < 3; i++) flow_end(&l->meta[i]);
    bool failed = out->failed || l->notes.failed || l->scratch.failed || l->math.failed || l->macros.failed;
    return failed ? err_nomem(e, "reading LaTeX") : 0;
}
