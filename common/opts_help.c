/* opts_help.c: --help and the manual page, made from the same tables that parse the options.
 *
 * Help is 80 columns wide whatever the terminal, so that it can be compared and piped. The page is man(7) roff in
 * ASCII: every other character is written as \[uXXXX], and characters that roff would change ('-', quotes, '^', '~')
 * as the escapes that keep them, so that commands can be copied from the page. For the same reason words are not
 * hyphenated: .nh stands in every section, since .SH turns hyphenation on again.
 *
 * In: an opt_spec whose values still are the defaults. Out: text. State: none. */
#include "common/opts.h"
#include "common/text.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HELP_COLUMNS 80
#define HELP_INDENT 26

/* ------------------------------------------------------------------ what both say */

struct exit_status {
    const char *code, *meaning;
};
static const struct exit_status exits[] = {
    {"0", "good"},
    {"1", "I/O or internal error: full disk, missing file, out of memory"},
    {"2", "bad option or configuration; nothing was written"},
    {"3", "damaged or truncated input; what came before the cut was processed"},
};

/* The least digits that read back the same. */
static void put_number(struct buf *b, double v)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    buf_puts(b, text);
}

static void put_size(struct buf *b, uint64_t bytes)
{
    static const char units[] = {0, 'K', 'M', 'G', 'T'};
    size_t u = 0;
    while (bytes && bytes % 1024 == 0 && u + 1 < sizeof units) {
        bytes /= 1024;
        u++;
    }
    buf_printf(b, "%" PRIu64, bytes);
    if (u) buf_putc(b, units[u]);
}

static void put_choice(struct buf *b, const char *choices, int index)
{
    for (; index > 0 && *choices; index--) {
        choices += strcspn(choices, "|");
        if (*choices) choices++;
    }
    buf_put(b, choices, strcspn(choices, "|"));
}

static void put_default(struct buf *b, const struct opt *o)
{
    switch (o->type) {
    case OPT_FLAG:
    case OPT_LIST: break;
    case OPT_STR: buf_puts(b, *(const char **)o->value); break;
    case OPT_INT: buf_printf(b, "%" PRId64, *(const int64_t *)o->value); break;
    case OPT_NUM: put_number(b, *(const double *)o->value); break;
    case OPT_SIZE: put_size(b, *(const uint64_t *)o->value); break;
    case OPT_CHOICE: put_choice(b, o->choices, *(const int *)o->value); break;
    }
}

static bool has_default(const struct opt *o)
{
    if (!o->value || o->type == OPT_FLAG || o->type == OPT_LIST) return false;
    if (o->type == OPT_INT && o->max > o->min && (double)*(const int64_t *)o->value < o->min) return false;
    if (o->type == OPT_NUM && o->max > o->min && *(const double *)o->value < o->min) return false;
    return o->type != OPT_STR || *(const char **)o->value != NULL;
}

/* "train|eval" as "train, eval". */
static void put_choices(struct buf *b, const char *choices)
{
    for (const char *p = choices; *p; p++) *p == '|' ? buf_puts(b, ", ") : buf_putc(b, *p);
}

/* "a|b=x,c" as "--a or --b x, --c". */
static void put_terms(struct buf *b, const char *terms, const char * or)
{
    buf_puts(b, "--");
    for (const char *p = terms; *p; p++) {
        if (*p == '|')
            buf_puts(b, or);
        else if (*p == ',')
            buf_puts(b, ", --");
        else
            buf_putc(b, *p == '=' ? ' ' : *p);
    }
}

/* The help sentence with what follows from the table: verbs, unless one is told of alone, choices, the default, other options. */
static void put_sentence(struct buf *b, const struct opt *o, const char *verb)
{
    if (o->verbs && !verb) {
        put_choices(b, o->verbs);
        buf_puts(b, ": ");
    }
    buf_puts(b, o->help);
    if (o->choices && o->arg) {
        buf_puts(b, ": ");
        put_choices(b, o->choices);
    }
    if (has_default(o)) {
        buf_puts(b, " [default: ");
        put_default(b, o);
        buf_putc(b, ']');
    }
    if (o->needs) {
        buf_puts(b, " [needs ");
        put_terms(b, o->needs, " or --");
        buf_putc(b, ']');
    }
    if (o->excludes) {
        buf_puts(b, " [not with ");
        put_terms(b, o->excludes, ", --");
        buf_putc(b, ']');
    }
}

/* ------------------------------------------------------------------ wrapped text */

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t width(const char *p, size_t n)
{
    size_t w = 0;
    for (size_t i = 0; i < n; i++) w += !continues(p[i]);
    return w;
}

static void put_spaces(struct buf *b, size_t n)
{
    while (n-- > 0) buf_putc(b, ' ');
}

/* Words of p[0..n), filled into lines from column `at`; further lines begin at `indent`. */
static void put_filled(struct buf *b, const char *p, size_t n, size_t at, size_t indent)
{
    bool first = true;
    for (const char *end = p + n; p < end;) {
        while (p < end && isspace((unsigned char)*p)) p++;
        const char *word = p;
        while (p < end && !isspace((unsigned char)*p)) p++;
        size_t w = width(word, (size_t)(p - word));
        if (w == 0) break;
        if (!first && at + 1 + w > HELP_COLUMNS) {
            buf_putc(b, '\n');
            put_spaces(b, indent);
            at = indent;
        } else if (!first) {
            buf_putc(b, ' ');
            at++;
        }
        buf_put(b, word, (size_t)(p - word));
        at += w;
        first = false;
    }
    buf_putc(b, '\n');
}

/* One line of z and where the next begins; NULL at the end. */
static const char *next_line(const char *z, struct slice *line)
{
    if (!*z) return NULL;
    *line = slice_of(z, strcspn(z, "\n"));
    return z[line->n] ? z + line->n + 1 : z + line->n;
}

/* A paragraph ends at a blank line; lines that begin with a space are kept as they are. */
static void put_paragraphs(struct buf *b, const char *z)
{
    struct slice line;
    while (*z) {
        const char *start = z, *next = NULL;
        while ((next = next_line(z, &line)) && line.n && line.p[0] != ' ') z = next;
        if (z > start) put_filled(b, start, (size_t)(z - start), 0, 0);
        for (; (next = next_line(z, &line)) && (!line.n || line.p[0] == ' '); z = next) {
            buf_put_slice(b, line);
            buf_putc(b, '\n');
        }
    }
}

/* ------------------------------------------------------------------ --help */

static void put_usage(const struct opt_spec *s, const char *verb, struct buf *b)
{
    buf_printf(b, "Usage: %s%s%s [OPTION]…", s->name, verb ? " " : "", verb ? verb : "");
    if (s->operands) buf_printf(b, " %s", s->operands);
    buf_putc(b, '\n');
}

static void put_help_option(struct buf *b, const struct opt *o, const char *verb)
{
    struct buf sentence;
    const char *arg = opt_arg(o);
    size_t start = b->n;
    if (o->letter)
        buf_printf(b, "  -%c, --%s", o->letter, o->name);
    else
        buf_printf(b, "      --%s", o->name);
    if (arg) buf_printf(b, " %s", arg);
    size_t w = width(b->p + start, b->n - start);
    if (w + 2 > HELP_INDENT) {
        buf_putc(b, '\n');
        w = 0;
    }
    put_spaces(b, HELP_INDENT - w);
    buf_init(&sentence, 64 << 10);
    put_sentence(&sentence, o, verb);
    put_filled(b, sentence.p, sentence.n, HELP_INDENT, HELP_INDENT);
    b->failed |= sentence.failed;
    buf_free(&sentence);
}

/* verb: NULL for all. */
static bool is_told(const struct opt *o, const char *verb)
{
    return o->help && (!verb || !o->verbs || opt_lists(o->verbs, verb, strlen(verb)));
}

static void put_help_table(struct buf *b, const struct opt *table, const char *verb)
{
    for (; table && table->name; table++)
        if (is_told(table, verb)) put_help_option(b, table, verb);
}

static void put_help_tables(const struct opt_spec *s, const char *verb, struct buf *b)
{
    bool own = false;
    for (const struct opt *o = s->own; o && o->name; o++) own |= is_told(o, verb);
    buf_puts(b, "\nOptions:\n");
    put_help_table(b, s->own, verb);
    if (own) buf_putc(b, '\n');
    put_help_table(b, s->shared, verb);
    put_help_table(b, opts_builtin, verb);
}

static void put_help_examples(struct buf *b, const char *z)
{
    struct slice line;
    buf_puts(b, "\nExamples:\n");
    while ((z = next_line(z, &line))) {
        if (line.n) put_spaces(b, 2);
        buf_put_slice(b, line);
        buf_putc(b, '\n');
    }
}

static void put_help_exits(struct buf *b)
{
    buf_puts(b, "\nExit status:\n");
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++)
        buf_printf(b, "  %s  %s\n", exits[i].code, exits[i].meaning);
}

static void put_verbs(const struct opt_spec *s, struct buf *b)
{
    struct buf list;
    buf_init(&list, 4 << 10);
    buf_puts(&list, "Verbs:");
    for (size_t i = 0; s->verbs[i]; i++) buf_printf(&list, "%s %s", i ? "," : "", s->verbs[i]);
    buf_putc(b, '\n');
    put_filled(b, list.p, list.n, 0, 0);
    b->failed |= list.failed;
    buf_free(&list);
}

int opts_put_help(const struct opt_spec *s, struct buf *b)
{
    put_usage(s, s->verbs ? "VERB" : NULL, b);
    buf_putc(b, '\n');
    put_filled(b, s->summary, strlen(s->summary), 0, 0);
    if (s->description) {
        buf_putc(b, '\n');
        put_paragraphs(b, s->description);
    }
    if (s->verbs) put_verbs(s, b);
    put_help_tables(s, NULL, b);
    if (s->examples) put_help_examples(b, s->examples);
    put_help_exits(b);
    return b->failed ? -1 : 0;
}

/* Without the comments, which may be of several lines. */
static void put_verb_examples(const struct opt_spec *s, const char *verb, struct buf *b)
{
    struct slice line;
    bool any = false;
    char command[128];
    int n = snprintf(command, sizeof command, "%s %s ", s->name, verb);
    for (const char *z = s->examples; z && (z = next_line(z, &line));) {
        if (n < 0 || !line.n || line.p[0] == '#' || !memmem(line.p, line.n, command, (size_t)n)) continue;
        buf_printf(b, "%s  %.*s\n", any ? "" : "\nExamples:\n", (int)line.n, line.p);
        any = true;
    }
}

int opts_put_verb_help(const struct opt_spec *s, const char *verb, struct buf *b)
{
    put_usage(s, verb, b);
    buf_printf(b, "\nWhat it does, and the other verbs: %s --help\n", s->name);
    put_help_tables(s, verb, b);
    put_verb_examples(s, verb, b);
    put_help_exits(b);
    return b->failed ? -1 : 0;
}

/* ------------------------------------------------------------------ roff */

static const char *roff_escape(char c)
{
    switch (c) {
    case '\\': return "\\[rs]";
    case '-': return "\\-";
    case '\'': return "\\[aq]";
    case '"': return "\\[dq]";
    case '`': return "\\[ga]";
    case '^': return "\\[ha]";
    case '~': return "\\[ti]";
    default: return NULL;
    }
}

/* Text as roff. `bol`: it begins a line, where '.' would be a request. */
static void put_roff(struct buf *b, const char *p, size_t n, bool bol)
{
    const char *end = p + n;
    while (p < end) {
        const char *escape = roff_escape(*p);
        uint32_t cp;
        unsigned len = utf8_decode(p, end, &cp);
        if (bol && *p == '.') buf_puts(b, "\\&");
        if (escape)
            buf_puts(b, escape);
        else if (len > 1 || (unsigned char)*p >= 0x80)
            buf_printf(b, "\\[u%04" PRIX32 "]", cp);
        else
            buf_putc(b, *p);
        bol = *p == '\n';
        p += len;
    }
}

/* With a capital and a full stop. */
static void put_roff_sentence(struct buf *b, const char *p, size_t n)
{
    char capital = n && islower((unsigned char)*p) ? (char)toupper((unsigned char)*p) : 0;
    if (capital) buf_putc(b, capital);
    put_roff(b, p + (capital != 0), n - (capital != 0), !capital);
    buf_puts(b, n && p[n - 1] == '.' ? "\n" : ".\n");
}

static void put_roff_str(struct buf *b, const char *z)
{
    put_roff(b, z, strlen(z), true);
}

/* "leat filter" as "leat-filter", the page's name. */
static void put_page_name(struct buf *b, const char *name, bool upper)
{
    for (; *name; name++) {
        char c = upper ? (char)toupper((unsigned char)*name) : *name;
        buf_puts(b, *name == ' ' || *name == '-' ? "\\-" : (char[2]){c, 0});
    }
}

/* Lines that begin with a space are shown as they are, the rest is filled; blank lines part paragraphs. */
static void put_roff_paragraphs(struct buf *b, const char *z)
{
    struct slice line;
    bool shown = false, blank = false, first = true;
    while ((z = next_line(z, &line))) {
        if (!line.n) {
            blank = true;
            continue;
        }
        bool show = line.p[0] == ' ';
        if (shown && !show) buf_puts(b, ".EE\n");
        if (!first && (blank || show != shown)) buf_puts(b, ".PP\n");
        if (show && !shown) buf_puts(b, ".EX\n");
        put_roff(b, line.p, line.n, true);
        buf_putc(b, '\n');
        shown = show;
        blank = first = false;
    }
    if (shown) buf_puts(b, ".EE\n");
}

static void put_roff_synopsis(const struct opt_spec *s, struct buf *b)
{
    buf_puts(b, ".SH SYNOPSIS\n.nh\n\\fB");
    put_roff_str(b, s->name);
    buf_puts(b, "\\fR ");
    if (s->verbs) buf_puts(b, "\\fIVERB\\fR ");
    buf_puts(b, "[\\fIOPTION\\fR]\\[u2026]");
    if (s->operands) {
        buf_putc(b, ' ');
        put_roff(b, s->operands, strlen(s->operands), false);
    }
    buf_putc(b, '\n');
}

static void put_roff_option(struct buf *b, const struct opt *o)
{
    struct buf sentence;
    const char *arg = opt_arg(o);
    buf_puts(b, ".TP\n");
    if (o->letter) buf_printf(b, "\\fB\\-%c\\fR, ", o->letter);
    buf_puts(b, "\\fB\\-\\-");
    put_roff(b, o->name, strlen(o->name), false);
    buf_puts(b, "\\fR");
    if (arg) {
        buf_puts(b, " \\fI");
        put_roff(b, arg, strlen(arg), false);
        buf_puts(b, "\\fR");
    }
    buf_putc(b, '\n');
    buf_init(&sentence, 64 << 10);
    put_sentence(&sentence, o, NULL);
    put_roff_sentence(b, sentence.p, sentence.n);
    b->failed |= sentence.failed;
    buf_free(&sentence);
}

static void put_roff_table(struct buf *b, const struct opt *table)
{
    for (; table && table->name; table++)
        if (table->help) put_roff_option(b, table);
}

static void put_roff_exits(struct buf *b)
{
    buf_puts(b, ".SH EXIT STATUS\n.nh\n");
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        buf_printf(b, ".TP\n\\fB%s\\fR\n", exits[i].code);
        put_roff_sentence(b, exits[i].meaning, strlen(exits[i].meaning));
    }
}

static void put_roff_examples(struct buf *b, const char *z)
{
    struct slice line;
    buf_puts(b, ".SH EXAMPLES\n.nh\n.EX\n");
    while ((z = next_line(z, &line))) {
        put_roff(b, line.p, line.n, true);
        buf_putc(b, '\n');
    }
    buf_puts(b, ".EE\n");
}

static void put_roff_see_also(const struct opt_spec *s, struct buf *b)
{
    buf_puts(b, ".SH SEE ALSO\n.nh\n");
    const char *p = s->see_also ? s->see_also : "", *between = "";
    if (strcmp(s->name, "leat") != 0) {
        buf_puts(b, "\\fBleat\\fR(1)");
        between = ",\n";
    }
    for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        buf_printf(b, "%s\\fB", between);
        put_roff(b, p, n, false);
        buf_puts(b, "\\fR(1)");
        between = ",\n";
        p += n;
    }
    buf_putc(b, '\n');
}

int opts_put_man(const struct opt_spec *s, struct buf *b)
{
    buf_puts(b, ".TH \"");
    put_page_name(b, s->name, true);
    buf_puts(b, "\" 1 \"\" \"leat " LEAT_VERSION "\" \"leat\"\n.ad l\n.SH NAME\n");
    put_page_name(b, s->name, false);
    buf_puts(b, " \\- ");
    put_roff(b, s->summary, strlen(s->summary), false);
    buf_putc(b, '\n');
    put_roff_synopsis(s, b);
    buf_puts(b, ".SH DESCRIPTION\n.nh\n");
    put_roff_paragraphs(b, s->description ? s->description : s->summary);
    if (s->verbs) buf_puts(b, ".PP\nVerbs: ");
    for (size_t i = 0; s->verbs && s->verbs[i]; i++) {
        if (i) buf_puts(b, ", ");
        put_roff(b, s->verbs[i], strlen(s->verbs[i]), false);
    }
    buf_puts(b, s->verbs ? ".\n.SH OPTIONS\n.nh\n" : ".SH OPTIONS\n.nh\n");
    put_roff_table(b, s->own);
    put_roff_table(b, s->shared);
    put_roff_table(b, opts_builtin);
    put_roff_exits(b);
    if (s->examples) put_roff_examples(b, s->examples);
    put_roff_see_also(s, b);
    return b->failed ? -1 : 0;
}
