/* macros.c: definitions and their expansion.
 *
 * Commands and environments share one hash table with open addressing, commands under their name, environments under "{"
 * and their name. In: a mouth. Out: texts pushed on it. State: the table, which lives for one document. Memory: what the
 * mouth's budget pays for, and at most MACROS_MAX definitions; further ones are not made. */
#include "ingest/latex/macros.h"
#include "common/hash.h"
#include "common/text.h"
#include <stdlib.h>

#define PARAMS_BYTES 256

void macros_init(struct macros *t)
{
    memset(t, 0, sizeof *t);
    arena_init(&t->arena);
    buf_init(&t->scratch, BUF_NO_MAX);
    buf_init(&t->args, BUF_NO_MAX);
}

void macros_free(struct macros *t)
{
    free(t->slots);
    arena_free(&t->arena);
    buf_free(&t->scratch);
    buf_free(&t->args);
}

void macros_reset(struct macros *t)
{
    if (t->n) memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    arena_reset(&t->arena);
    t->n = 0;
    t->failed = false;
}

/* ------------------------------------------------------------------ the table */

static struct macro **slot_of(const struct macros *t, struct slice name)
{
    size_t at = (size_t)hash64(name.p, name.n);
    for (;; at++) {
        struct macro **slot = &t->slots[at & (t->n_slots - 1)];
        if (!*slot || slice_eq((*slot)->name, name)) return slot;
    }
}

static bool grow(struct macros *t)
{
    struct macro **old = t->slots;
    size_t n_old = t->n_slots;
    t->n_slots = n_old ? 2 * n_old : 256;
    t->slots = calloc(t->n_slots, sizeof *t->slots);
    if (!t->slots) {
        t->slots = old;
        t->n_slots = n_old;
        return false;
    }
    for (size_t i = 0; i < n_old; i++)
        if (old[i]) *slot_of(t, old[i]->name) = old[i];
    free(old);
    return true;
}

static struct slice kept(struct macros *t, struct slice s)
{
    char *p = arena_strndup(&t->arena, s.n ? s.p : "", s.n);
    if (!p) t->failed = true;
    return slice_of(p ? p : "", p ? s.n : 0);
}

/* Makes a definition; its slices are copied. */
static void define(struct macros *t, const struct mouth *m, struct slice name, const struct macro *macro)
{
    if (name.n == 0) return;
    if (2 * t->n >= t->n_slots && (t->n >= MACROS_MAX || !grow(t))) return;
    struct macro **slot = slot_of(t, name), *d = *slot;
    if (!d) {
        d = arena_alloc(&t->arena, sizeof *d);
        if (!d) {
            t->failed = true;
            return;
        }
        *slot = d;
        t->n++;
        d->name = kept(t, name);
    }
    struct slice own_name = d->name;
    *d = *macro;
    d->name = own_name;
    d->at_is_letter |= m && m->at_is_letter;
    d->body = kept(t, macro->body);
    d->end = kept(t, macro->end);
    d->params = kept(t, macro->params);
    for (size_t i = 0; i < MACRO_ARGS; i++)
        if (macro->optional >> i & 1) d->defaults[i] = kept(t, macro->defaults[i]);
}

const struct macro *macros_command(const struct macros *t, struct slice name)
{
    return t->n ? *slot_of(t, name) : NULL;
}

struct key {
    char p[MOUTH_NAME + 2];
    size_t n;
};

static struct slice environment_key(struct key *k, struct slice name)
{
    k->n = name.n < MOUTH_NAME ? name.n : MOUTH_NAME;
    k->p[0] = '{';
    if (k->n) memcpy(k->p + 1, name.p, k->n);
    return slice_of(k->p, k->n + 1);
}

const struct macro *macros_environment(const struct macros *t, struct slice name)
{
    struct key k;
    return t->n ? *slot_of(t, environment_key(&k, name)) : NULL;
}

/* ------------------------------------------------------------------ definitions */

/* The pieces of one definition, gathered in scratch. */
struct piece_of {
    size_t from, to;
};

static struct piece_of read_argument(struct macros *t, struct mouth *m)
{
    struct piece_of piece = {t->scratch.n, 0};
    mouth_argument(m, &t->scratch, true);
    piece.to = t->scratch.n;
    return piece;
}

static struct slice text_of(const struct macros *t, struct piece_of piece)
{
    return slice_of(t->scratch.p ? t->scratch.p + piece.from : "", piece.to - piece.from);
}

/* "\name", "{\name}" or " \name " without backslash and white space. */
static struct slice bare_name(struct slice s)
{
    s = slice_trim(s);
    if (s.n && *s.p == '\\') s = slice_of(s.p + 1, s.n - 1);
    return s.n > MOUTH_NAME ? slice_of(s.p, MOUTH_NAME) : s;
}

static void take_star(struct mouth *m)
{
    mouth_skip_space(m);
    if (mouth_at(m, '*')) mouth_top(m)->p++;
}

/* "[2][default]" behind a name. */
static void read_counts(struct macros *t, struct mouth *m, struct macro *d, struct piece_of *first)
{
    struct piece_of count = {t->scratch.n, 0};
    if (!mouth_option(m, '[', ']', &t->scratch)) return;
    count.to = t->scratch.n;
    struct slice digits = slice_trim(text_of(t, count));
    if (digits.n == 1 && *digits.p >= '0' && *digits.p <= '9') d->n_args = (uint8_t)(*digits.p - '0');
    first->from = t->scratch.n;
    if (d->n_args && mouth_option(m, '[', ']', &t->scratch)) d->optional = 1;
    first->to = t->scratch.n;
}

static void define_command(struct macros *t, struct mouth *m, bool only_new)
{
    struct macro d = {.kind = MACRO_COMMAND};
    struct piece_of first = {0, 0};
    take_star(m);
    struct piece_of name = read_argument(t, m);
    read_counts(t, m, &d, &first);
    struct piece_of body = read_argument(t, m);
    struct slice bare = bare_name(text_of(t, name));
    if (only_new && macros_command(t, bare)) return;
    d.defaults[0] = text_of(t, first);
    d.body = text_of(t, body);
    define(t, m, bare, &d);
}

/* An environment that only calls another's command form: \comment … \endcomment. */
static bool is_alias(const struct macro *d)
{
    struct slice begin = slice_trim(d->body), end = slice_trim(d->end);
    if (begin.n < 2 || *begin.p != '\\' || end.n != begin.n + 3 || memcmp(end.p, "\\end", 4) != 0)
        return false;
    for (size_t i = 1; i < begin.n; i++)
        if ((begin.p[i] | 0x20) < 'a' || (begin.p[i] | 0x20) > 'z') return false;
    return memcmp(begin.p + 1, end.p + 4, begin.n - 1) == 0;
}

static void define_environment(struct macros *t, struct mouth *m)
{
    struct macro d = {.kind = MACRO_ENVIRONMENT};
    struct piece_of first = {0, 0};
    struct key key;
    take_star(m);
    struct piece_of name = read_argument(t, m);
    read_counts(t, m, &d, &first);
    struct piece_of body = read_argument(t, m), end = read_argument(t, m);
    d.defaults[0] = text_of(t, first);
    d.body = text_of(t, body);
    d.end = text_of(t, end);
    if (is_alias(&d)) {
        struct slice begin = slice_trim(d.body);
        d.kind = MACRO_ALIAS;
        d.body = slice_of(begin.p + 1, begin.n - 1);
    }
    define(t, m, environment_key(&key, slice_trim(text_of(t, name))), &d);
}

/* \def\name#1,#2{body}: what stands before the body is the parameter text. */
static void define_def(struct macros *t, struct mouth *m)
{
    struct macro d = {.kind = MACRO_COMMAND};
    mouth_skip_space(m);
    if (!mouth_at(m, '\\')) return;
    mouth_top(m)->p++;
    struct slice read = mouth_name(m);
    struct piece_of name = {t->scratch.n, t->scratch.n + read.n}, params = {name.to, 0};
    buf_put_slice(&t->scratch, read);
    while (mouth_more(m) && *mouth_top(m)->p != '{') {
        bool begins = ((unsigned char)*mouth_top(m)->p & 0xc0) != 0x80;
        if (begins && (t->scratch.n - params.from >= PARAMS_BYTES || !mouth_spend(m, 4))) break;
        buf_putc(&t->scratch, *mouth_top(m)->p++);
    }
    params.to = t->scratch.n;
    if (t->scratch.failed || !mouth_at(m, '{')) return;
    struct piece_of body = read_argument(t, m);
    bool delimited = false;
    struct slice p = text_of(t, params);
    for (size_t i = 0; i < p.n; i += 2) {
        bool plain = i + 1 < p.n && p.p[i] == '#' && p.p[i + 1] >= '1' && p.p[i + 1] <= '9';
        delimited |= !plain;
    }
    for (size_t i = 0; i + 1 < p.n; i++)
        if (p.p[i] == '#' && p.p[i + 1] >= '1' && p.p[i + 1] <= '9') d.n_args++;
    if (d.n_args > MACRO_ARGS) return;
    if (delimited) d.params = p;
    d.body = text_of(t, body);
    define(t, m, text_of(t, name), &d);
}

static void define_let(struct macros *t, struct mouth *m)
{
    struct piece_of name = read_argument(t, m);
    mouth_skip_space(m);
    if (mouth_at(m, '=')) mouth_top(m)->p++;
    struct piece_of of = read_argument(t, m);
    struct slice target = text_of(t, of), bare = bare_name(target);
    const struct macro *old = target.n && *target.p == '\\' ? macros_command(t, bare) : NULL;
    struct macro d = {.kind = target.n && *target.p == '\\' ? MACRO_BUILTIN : MACRO_COMMAND};
    d.body = d.kind == MACRO_BUILTIN ? bare : target;
    if (old) d = *old;
    define(t, m, bare_name(text_of(t, name)), &d);
}

static void define_operator(struct macros *t, struct mouth *m)
{
    struct macro d = {.kind = MACRO_COMMAND};
    mouth_skip_space(m);
    bool star = mouth_at(m, '*');
    take_star(m);
    struct piece_of name = read_argument(t, m), body = {t->scratch.n, 0};
    buf_puts(&t->scratch, star ? "\\operatorname*{" : "\\operatorname{");
    mouth_argument(m, &t->scratch, true);
    buf_puts(&t->scratch, "}");
    body.to = t->scratch.n;
    d.body = text_of(t, body);
    define(t, m, bare_name(text_of(t, name)), &d);
}

static void define_delimiter(struct macros *t, struct mouth *m)
{
    struct macro d = {.kind = MACRO_COMMAND, .n_args = 3, .star = 1, .optional = 2};
    struct piece_of name = read_argument(t, m), body = {t->scratch.n, 0};
    mouth_argument(m, &t->scratch, true);
    buf_puts(&t->scratch, " #3 ");
    mouth_argument(m, &t->scratch, true);
    body.to = t->scratch.n;
    d.body = text_of(t, body);
    d.defaults[1] = slice_of("", 0);
    define(t, m, bare_name(text_of(t, name)), &d);
}

/* The letters of an xparse specification: m, o, O{default}, s; others end it. */
static void read_specification(struct macro *d, struct slice spec)
{
    for (size_t i = 0; i < spec.n && d->n_args < MACRO_ARGS; i++) {
        char c = spec.p[i];
        if (c == ' ' || c == '+' || c == '\n') continue;
        if (c == 's') d->star |= (uint16_t)(1u << d->n_args);
        if (c == 'o' || c == 'O') d->optional |= (uint16_t)(1u << d->n_args);
        if (c == 'O' && i + 1 < spec.n && spec.p[i + 1] == '{') {
            const char *close = memchr(spec.p + i, '}', spec.n - i);
            if (!close) return;
            size_t at = (size_t)(close - spec.p);
            d->defaults[d->n_args] = slice_of(spec.p + i + 2, at - i - 2);
            i = at;
        }
        if (!strchr("msoO", c)) return;
        d->n_args++;
    }
}

static void define_document_command(struct macros *t, struct mouth *m)
{
    struct macro d = {.kind = MACRO_COMMAND};
    struct piece_of name = read_argument(t, m), spec = read_argument(t, m), body = read_argument(t, m);
    for (size_t i = 0; i < MACRO_ARGS; i++) d.defaults[i] = slice_of("", 0);
    read_specification(&d, text_of(t, spec));
    d.body = text_of(t, body);
    define(t, m, bare_name(text_of(t, name)), &d);
}

static void define_theorem(struct macros *t, struct mouth *m)
{
    struct macro d = {.kind = MACRO_THEOREM};
    struct key key;
    take_star(m);
    struct piece_of name = read_argument(t, m);
    mouth_option(m, '[', ']', NULL);
    struct piece_of title = read_argument(t, m);
    mouth_option(m, '[', ']', NULL);
    d.body = text_of(t, title);
    define(t, m, environment_key(&key, slice_trim(text_of(t, name))), &d);
}

void macros_set_condition(struct macros *t, struct slice name, bool value)
{
    struct macro d = {.kind = MACRO_CONDITION, .is_true = value};
    define(t, NULL, name, &d);
}

static void define_if(struct macros *t, struct mouth *m)
{
    struct piece_of name = read_argument(t, m);
    struct slice bare = bare_name(text_of(t, name));
    if (bare.n > 2 && memcmp(bare.p, "if", 2) == 0) macros_set_condition(t, bare, false);
}

void macros_alias(struct macros *t, struct slice name, struct slice of)
{
    struct macro d = {.kind = MACRO_ALIAS, .body = of};
    struct key key;
    define(t, NULL, environment_key(&key, slice_trim(name)), &d);
}

bool macros_define(struct macros *t, struct mouth *m, struct slice c)
{
    buf_clear(&t->scratch);
    if (slice_is(c, "newcommand") || slice_is(c, "renewcommand") || slice_is(c, "DeclareRobustCommand"))
        define_command(t, m, false);
    else if (slice_is(c, "providecommand"))
        define_command(t, m, true);
    else if (slice_is(c, "def") || slice_is(c, "gdef") || slice_is(c, "edef") || slice_is(c, "xdef"))
        define_def(t, m);
    else if (slice_is(c, "let"))
        define_let(t, m);
    else if (slice_is(c, "newenvironment") || slice_is(c, "renewenvironment"))
        define_environment(t, m);
    else if (slice_is(c, "newtheorem"))
        define_theorem(t, m);
    else if (slice_is(c, "DeclareMathOperator"))
        define_operator(t, m);
    else if (slice_is(c, "DeclarePairedDelimiter"))
        define_delimiter(t, m);
    else if (slice_is(c, "NewDocumentCommand") || slice_is(c, "RenewDocumentCommand") ||
             slice_is(c, "DeclareDocumentCommand") || slice_is(c, "ProvideDocumentCommand"))
        define_document_command(t, m);
    else if (slice_is(c, "newif"))
        define_if(t, m);
    else
        return false;
    t->failed |= t->scratch.failed;
    return true;
}

/* ------------------------------------------------------------------ expansion */

struct arguments {
    struct piece_of at[MACRO_ARGS]; /* in t->args */
    size_t n;
};

static bool read_delimited(struct macros *t, struct mouth *m, struct slice params, struct arguments *a)
{
    size_t i = 0;
    while (i < params.n) {
        struct slice literal = {params.p + i, 0};
        bool is_argument = params.p[i] == '#' && i + 1 < params.n;
        if (is_argument) { /* what stands behind # is a character, not a byte */
            uint32_t cp;
            size_t n = 1 + utf8_decode(params.p + i + 1, params.p + params.n, &cp);
            i += n;
            literal.p += n;
        }
        while (i < params.n && params.p[i] != '#') i++;
        literal.n = (size_t)(params.p + i - literal.p);
        if (!is_argument) {
            struct mouth_text *text = mouth_top(m);
            if (!mouth_more(m) || (size_t)(text->end - text->p) < literal.n || literal.n == 0 ||
                memcmp(text->p, literal.p, literal.n) != 0)
                return false;
            text->p += literal.n;
            continue;
        }
        if (a->n == MACRO_ARGS) return false;
        struct piece_of *piece = &a->at[a->n++];
        piece->from = t->args.n;
        if (literal.n == 0)
            mouth_argument(m, &t->args, true);
        else if (!mouth_until(m, literal, &t->args))
            return false;
        piece->to = t->args.n;
    }
    return true;
}

static void read_arguments(struct macros *t, struct mouth *m, const struct macro *macro, struct arguments *a)
{
    for (; a->n < macro->n_args; a->n++) {
        struct piece_of *piece = &a->at[a->n];
        piece->from = t->args.n;
        if (macro->star >> a->n & 1) {
            if (mouth_at(m, '*')) mouth_top(m)->p++;
        } else if (!(macro->optional >> a->n & 1)) {
            mouth_argument(m, &t->args, true);
        } else if (!mouth_option(m, '[', ']', &t->args) && mouth_spend(m, macro->defaults[a->n].n)) {
            buf_put_slice(&t->args, macro->defaults[a->n]);
        }
        piece->to = t->args.n;
    }
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The text ends with a command's name, so that a letter behind it would lengthen it. */
static bool ends_with_name(const struct buf *b)
{
    size_t n = b->n;
    while (n && b->n - n < MOUTH_NAME && is_letter(b->p[n - 1])) n--;
    if (n == b->n || n == 0 || b->p[n - 1] != '\\') return false;
    return n < 2 || b->p[n - 2] != '\\';
}

static void put_argument(struct macros *t, struct buf *out, struct piece_of piece)
{
    if (piece.to == piece.from) return;
    if (is_letter(t->args.p[piece.from]) && ends_with_name(out)) buf_putc(out, ' ');
    buf_put(out, t->args.p + piece.from, piece.to - piece.from);
}

/* Body with arguments in the place of #1… Its size is paid for before it is written. */
static bool substitute(struct macros *t, struct mouth *m, struct slice body, const struct arguments *a,
                       struct buf *out)
{
    if (!mouth_spend(m, body.n + 16)) return false;
    const char *p = body.p, *end = p + body.n;
    while (p < end) {
        const char *hash = memchr(p, '#', (size_t)(end - p));
        buf_put(out, p, (size_t)((hash ? hash : end) - p));
        if (!hash) break;
        p = hash + 1;
        if (p < end && *p >= '1' && *p <= '9' && (size_t)(*p - '1') < a->n) {
            struct piece_of piece = a->at[*p - '1'];
            if (!mouth_spend(m, piece.to - piece.from)) return false;
            put_argument(t, out, piece);
            p++;
        } else {
            buf_putc(out, '#');
            if (p < end && *p == '#') p++;
        }
    }
    return true;
}

bool macros_expand(struct macros *t, struct mouth *m, const struct macro *macro)
{
    struct arguments a = {.n = 0};
    struct buf out;
    buf_clear(&t->args);
    if (m->expansion_left == 0) return false;
    if (macro->params.n) {
        if (!read_delimited(t, m, macro->params, &a)) return false;
    } else {
        read_arguments(t, m, macro, &a);
    }
    buf_init(&out, BUF_NO_MAX);
    bool good = substitute(t, m, macro->body, &a, &out);
    t->failed |= out.failed || t->args.failed;
    if (!good) {
        buf_free(&out);
        return false;
    }
    if (mouth_push(m, out.p, out.n) < 0) return false;
    if (out.n) mouth_top(m)->at_is_letter = macro->at_is_letter;
    return true;
}
