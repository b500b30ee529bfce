/* regex.c: reads a pre-tokeniser's regular expression.
 *
 * A single pass of recursive descent without the recursion: structure is copied through in PCRE2's spelling, and every
 * place that matches one character becomes a reference to a set of code points, with (?i) spelled out. symbols.c then
 * numbers the classes of code points that the sets tell apart, and pattern.c compiles an expression over those numbers, so
 * that neither PCRE2's Unicode tables nor its case folding have a say.
 *
 * State: the open groups' flags. Memory: in proportion to the expression, which must be below 64 KiB. */
#include "tokenizer/regex.h"
#include "common/text.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_SOURCE 65536
#define MAX_DEPTH 200

struct parser {
    struct slice source;
    size_t at;
    struct regex *out;
    struct regex_sets *sets;
    struct err *e;
    bool caseless;
    bool outer_caseless[MAX_DEPTH]; /* of the groups around */
    unsigned depth;
    bool quantifiable; /* what was read last can be repeated */
};

static const char CATEGORIES[REGEX_CATEGORIES][3] = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"};

unsigned regex_category_index(const char *name)
{
    for (unsigned i = 0; i < REGEX_CATEGORIES; i++)
        if (CATEGORIES[i][0] == name[0] && CATEGORIES[i][1] == name[1]) return i;
    return REGEX_CATEGORIES;
}

/* ------------------------------------------------------------------ sets */

void regex_sets_init(struct regex_sets *s)
{
    memset(s, 0, sizeof *s);
}

void regex_sets_free(struct regex_sets *s)
{
    for (size_t i = 0; i < s->n; i++) free(s->at[i].item);
    s->n = 0;
}

static bool item_has(const struct regex_item *i, uint32_t cp, unsigned category, bool space)
{
    if (i->space) return space != i->negated;
    if (i->categories) return ((i->categories >> category) & 1) != i->negated;
    return cp >= i->lo && cp <= i->hi;
}

bool regex_set_has(const struct regex_set *s, uint32_t cp, unsigned category_index, bool space)
{
    for (size_t k = 0; k < s->n; k++)
        if (item_has(&s->item[k], cp, category_index, space)) return !s->negated;
    return s->negated;
}

static int set_add(struct regex_set *s, struct regex_item item)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 4;
        struct regex_item *grown = realloc(s->item, cap * sizeof *grown);
        if (!grown) return -ERR_IO;
        s->item = grown;
        s->cap = cap;
    }
    s->item[s->n++] = item;
    return 0;
}

static int set_add_range(struct regex_set *s, uint32_t lo, uint32_t hi)
{
    return set_add(s, (struct regex_item){.lo = lo, .hi = hi});
}

static bool item_equal(const struct regex_item *a, const struct regex_item *b)
{
    return a->lo == b->lo && a->hi == b->hi && a->categories == b->categories && a->space == b->space &&
           a->negated == b->negated;
}

static bool set_equal(const struct regex_set *a, const struct regex_set *b)
{
    if (a->n != b->n || a->negated != b->negated) return false;
    for (size_t k = 0; k < a->n; k++)
        if (!item_equal(&a->item[k], &b->item[k])) return false;
    return true;
}

/* ------------------------------------------------------------------ what the parser writes */

void regex_init(struct regex *r)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->raw, BUF_NO_MAX);
}

void regex_free(struct regex *r)
{
    buf_free(&r->raw);
    free(r->part);
    r->part = NULL;
    r->n = r->cap = 0;
}

static int refuse(struct parser *p, size_t at, const char *what)
{
    return err_set(p->e, ERR_USAGE, "pattern \"%.*s%s\": at byte %zu: %s",
                   (int)(p->source.n < 200 ? p->source.n : 200), p->source.p, p->source.n > 200 ? "…" : "",
                   at, what);
}

static int put_part(struct regex *r, struct regex_part part)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 16;
        struct regex_part *grown = realloc(r->part, cap * sizeof *grown);
        if (!grown) return -ERR_IO;
        r->part = grown;
        r->cap = cap;
    }
    r->part[r->n++] = part;
    return 0;
}

static int put_raw(struct parser *p, const char *z)
{
    struct regex_part part = {.set = -1, .offset = p->out->raw.n, .n = strlen(z)};
    if (buf_puts(&p->out->raw, z) < 0) return err_nomem(p->e, "reading a pattern");
    return put_part(p->out, part) < 0 ? err_nomem(p->e, "reading a pattern") : 0;
}

/* Takes *s over. */
static int put_set(struct parser *p, struct regex_set *s)
{
    size_t k = 0;
    while (k < p->sets->n && !set_equal(&p->sets->at[k], s)) k++;
    if (k < p->sets->n) {
        free(s->item);
    } else if (k == REGEX_MAX_SETS) {
        free(s->item);
        return refuse(p, p->at, "more than 64 different sets of characters");
    } else {
        p->sets->at[p->sets->n++] = *s;
    }
    p->quantifiable = true;
    return put_part(p->out, (struct regex_part){.set = (int)k}) < 0 ? err_nomem(p->e, "reading a pattern")
                                                                    : 0;
}

/* ------------------------------------------------------------------ characters and escapes */

static bool peek(const struct parser *p, const char *z)
{
    return slice_has_prefix(slice_of(p->source.p + p->at, p->source.n - p->at), z);
}

static bool take(struct parser *p, const char *z)
{
    if (!peek(p, z)) return false;
    p->at += strlen(z);
    return true;
}

static uint32_t take_char(struct parser *p)
{
    uint32_t cp;
    p->at += utf8_decode(p->source.p + p->at, p->source.p + p->source.n, &cp);
    return cp;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits: exactly `digits`, or up to a '}' when digits is 0. */
static int take_hex(struct parser *p, unsigned digits, uint32_t *cp)
{
    uint32_t value = 0;
    size_t start = p->at, most = digits ? digits : 6;
    for (; p->at < p->source.n && p->at - start < most; p->at++) {
        int digit = hex_value(p->source.p[p->at]);
        if (digit < 0) break;
        value = value * 16 + (uint32_t)digit;
    }
    bool whole = digits ? p->at - start == digits : p->at > start && take(p, "}");
    if (!whole || value > 0x10FFFF) return refuse(p, start, "not the hexadecimal number of a character");
    *cp = value;
    return 0;
}

static int take_category(struct parser *p, struct slice name, uint32_t *mask)
{
    static const struct {
        const char *name, *letters;
    } LONG[] = {{"Letter", "L"}, {"Mark", "M"},      {"Number", "N"}, {"Punctuation", "P"},
                {"Symbol", "S"}, {"Separator", "Z"}, {"Other", "C"},  {"Punct", "P"}};
    for (size_t i = 0; i < sizeof LONG / sizeof *LONG; i++)
        if (slice_eq_nocase(name, LONG[i].name)) name = slice_str(LONG[i].letters);
    *mask = 0;
    for (unsigned i = 0; i < REGEX_CATEGORIES; i++) {
        bool major = name.n == 1 && name.p[0] == CATEGORIES[i][0];
        bool exact = name.n == 2 && memcmp(name.p, CATEGORIES[i], 2) == 0;
        bool cased = i < 3 && (slice_is(name, "L&") || slice_is(name, "LC"));
        if (major || exact || cased) *mask |= 1U << i;
    }
    if (*mask) return 0;
    return refuse(p, p->at,
                  "\\p takes a general category (L, Lu, N, Nd, P, S, M…), no script or other property");
}

/* Behind \p or \P. */
static int take_property(struct parser *p, bool negated, struct regex_item *item)
{
    struct slice name = {p->source.p + p->at, 1};
    if (take(p, "{")) {
        if (take(p, "^")) negated = !negated;
        name.p = p->source.p + p->at;
        const char *close = memchr(name.p, '}', p->source.n - p->at);
        if (!close) return refuse(p, p->at, "\\p{ without a }");
        name.n = (size_t)(close - name.p);
        p->at += name.n + 1;
    } else if (p->at < p->source.n) {
        p->at++;
    } else {
        return refuse(p, p->at, "\\p without a category");
    }
    *item = (struct regex_item){.negated = negated};
    int r = take_category(p, name, &item->categories);
    bool cased = item->categories & 7, all_cased = (item->categories & 7) == 7;
    if (r == 0 && p->caseless && cased && !all_cased)
        return refuse(p, p->at, "a property of upper or lower case under (?i): spell out both");
    return r;
}

/* Behind a backslash: a single character (true in *single, *cp) or a property item. */
static int take_escape(struct parser *p, bool *single, uint32_t *cp, struct regex_item *item)
{
    static const char NAMES[] = "rntfvae", VALUES[] = "\r\n\t\f\v\a\033";
    if (p->at == p->source.n) return refuse(p, p->at, "a backslash at the end");
    size_t start = p->at;
    uint32_t c = take_char(p);
    const char *simple = c && c < 128 ? strchr(NAMES, (int)c) : NULL;
    *single = c != 's' && c != 'S' && c != 'd' && c != 'D' && c != 'p' && c != 'P';
    *cp = c;
    if (simple) *cp = (uint32_t)VALUES[simple - NAMES];
    if (simple) return 0;
    if (c == 's' || c == 'S') *item = (struct regex_item){.space = true, .negated = c == 'S'};
    if (c == 'd' || c == 'D')
        *item = (struct regex_item){.categories = 1U << regex_category_index("Nd"), .negated = c == 'D'};
    if (c == 'p' || c == 'P') return take_property(p, c == 'P', item);
    if (!*single) return 0;
    if (c == 'x') return take_hex(p, take(p, "{") ? 0 : 2, cp);
    if (c == 'u') return take_hex(p, 4, cp);
    if (c < 128 && ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
        return refuse(
            p, start,
            "this escape means different things in different engines; write the set out, as [\\p{L}\\p{N}_]");
    return 0;
}

/* ------------------------------------------------------------------ sets from the source */

/* The other case of what lies in [lo, hi] of ASCII; also U+017F for s and U+212A for k, which fold to them. */
static int add_folded(struct parser *p, struct regex_set *s, uint32_t lo, uint32_t hi)
{
    int r = set_add_range(s, lo, hi);
    if (!p->caseless || r < 0) return r;
    if (lo >= 0x80 || hi >= 0x80) {
        const char *category = unicode_category(lo);
        if (lo != hi || category[0] == 'L')
            return refuse(p, p->at, "characters outside of ASCII under (?i): spell them out");
        return 0;
    }
    for (uint32_t c = 'a'; r == 0 && c <= 'z'; c++) {
        uint32_t upper = c - 0x20;
        bool small = c >= lo && c <= hi, big = upper >= lo && upper <= hi;
        if (small && !big) r = set_add_range(s, upper, upper);
        if (big && !small) r = set_add_range(s, c, c);
        if (r == 0 && (small || big) && c == 's') r = set_add_range(s, 0x17F, 0x17F);
        if (r == 0 && (small || big) && c == 'k') r = set_add_range(s, 0x212A, 0x212A);
    }
    return r;
}

static int put_char(struct parser *p, uint32_t cp)
{
    struct regex_set s = {0};
    int r = add_folded(p, &s, cp, cp);
    if (r < 0) {
        free(s.item);
        return r;
    }
    return put_set(p, &s);
}

static int put_item(struct parser *p, struct regex_item item)
{
    struct regex_set s = {0};
    if (set_add(&s, item) < 0) return err_nomem(p->e, "reading a pattern");
    return put_set(p, &s);
}

static int parse_escape(struct parser *p)
{
    static const char *const ANCHORS[] = {"A", "z", "Z"};
    for (size_t i = 0; i < 3; i++)
        if (take(p, ANCHORS[i])) {
            p->quantifiable = false;
            return put_raw(p, i == 0 ? "\\A" : i == 1 ? "\\z" : "\\Z");
        }
    bool single = false;
    uint32_t cp = 0;
    struct regex_item item = {0};
    int r = take_escape(p, &single, &cp, &item);
    if (r < 0) return r;
    return single ? put_char(p, cp) : put_item(p, item);
}

/* One character or property inside [ ]. */
static int take_member(struct parser *p, bool *single, uint32_t *cp, struct regex_item *item)
{
    if (p->at == p->source.n) return refuse(p, p->at, "[ without a ]");
    if (peek(p, "["))
        return refuse(p, p->at, "[ inside a set: escape it, nested sets and [:names:] are not read");
    if (peek(p, "&&")) return refuse(p, p->at, "&& inside a set: intersections are not read");
    if (take(p, "\\")) return take_escape(p, single, cp, item);
    *single = true;
    *cp = take_char(p);
    return 0;
}

static int parse_members(struct parser *p, struct regex_set *s)
{
    do {
        bool single = false, single_hi = false;
        uint32_t lo = 0, hi;
        struct regex_item item = {0};
        int r = take_member(p, &single, &lo, &item);
        if (r < 0) return r;
        hi = lo;
        bool range = single && peek(p, "-") && !peek(p, "-]");
        if (range) {
            p->at++;
            r = take_member(p, &single_hi, &hi, &item);
            if (r == 0 && (!single_hi || hi < lo))
                return refuse(p, p->at, "a range in a set that is out of order");
        }
        if (r == 0) r = single ? add_folded(p, s, lo, hi) : set_add(s, item);
        if (r < 0) return r;
    } while (!take(p, "]"));
    return 0;
}

static int parse_set(struct parser *p)
{
    struct regex_set s = {.negated = take(p, "^")};
    int r =
        peek(p, "]") ? refuse(p, p->at, "an empty set; a ] in a set is written \\]") : parse_members(p, &s);
    if (r < 0) {
        free(s.item);
        return r == -ERR_IO ? err_nomem(p->e, "reading a pattern") : r;
    }
    return put_set(p, &s);
}

/* ------------------------------------------------------------------ groups and quantifiers */

static int open_group(struct parser *p, const char *raw, bool caseless)
{
    if (p->depth == MAX_DEPTH) return refuse(p, p->at, "groups nested too deep");
    p->outer_caseless[p->depth++] = p->caseless;
    p->caseless = caseless;
    p->quantifiable = false;
    return put_raw(p, raw);
}

static int parse_group(struct parser *p)
{
    static const char *const KINDS[] = {"?:", "?>", "?=", "?!", "?<=", "?<!"};
    static const char *const RAW[] = {"(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!"};
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (take(p, KINDS[i])) return open_group(p, RAW[i], p->caseless);
    if (take(p, "?i:")) return open_group(p, "(?:", true);
    if (take(p, "?-i:")) return open_group(p, "(?:", false);
    if (p->at == 1 && take(p, "?i)")) {
        p->caseless = true;
        return 0;
    }
    if (peek(p, "?"))
        return refuse(p, p->at, "this kind of group is not read; (?: (?> (?= (?! (?<= (?<! (?i: are");
    return open_group(p, "(?:", p->caseless);
}

static int close_group(struct parser *p)
{
    if (p->depth == 0) return refuse(p, p->at - 1, "a ) without its (");
    p->caseless = p->outer_caseless[--p->depth];
    p->quantifiable = true;
    return put_raw(p, ")");
}

static bool take_number(struct parser *p, unsigned *n)
{
    size_t start = p->at;
    *n = 0;
    while (p->at < p->source.n && p->source.p[p->at] >= '0' && p->source.p[p->at] <= '9' && p->at - start < 5)
        *n = *n * 10 + (unsigned)(p->source.p[p->at++] - '0');
    return p->at > start;
}

/* Behind a '{'. Returns 1 when it was a quantifier, 0 when it is a literal brace (nothing taken). */
static int parse_braces(struct parser *p)
{
    size_t start = p->at;
    unsigned lo = 0, hi = 0;
    bool has_lo = take_number(p, &lo), comma = take(p, ","), has_hi = comma && take_number(p, &hi);
    if ((!has_lo && !has_hi) || !take(p, "}")) {
        p->at = start;
        return 0;
    }
    char raw[32];
    if (lo > 1000 || hi > 1000 || (has_hi && hi < lo))
        return refuse(p, start, "a repetition out of order or above 1000");
    if (peek(p, "+"))
        return refuse(p, p->at,
                      "{n,m}+ means different things in different engines: write (?>…{n,m}) or {n,m}");
    bool lazy = comma && take(p, "?");
    if (peek(p, "?")) return refuse(p, p->at, "{n}? means different things in different engines: write {n}");
    if (!comma)
        snprintf(raw, sizeof raw, "{%u}", lo);
    else if (has_hi)
        snprintf(raw, sizeof raw, "{%u,%u}%s", lo, hi, lazy ? "?" : "");
    else
        snprintf(raw, sizeof raw, "{%u,}%s", lo, lazy ? "?" : "");
    int r = put_raw(p, raw);
    return r < 0 ? r : 1;
}

static int parse_quantifier(struct parser *p, char c)
{
    if (!p->quantifiable)
        return refuse(p, p->at - 1, "a quantifier with nothing before it to repeat; escape it");
    char raw[3] = {c, 0, 0};
    if (take(p, "?")) raw[1] = '?';
    if (raw[1] == 0 && take(p, "+")) raw[1] = '+';
    p->quantifiable = false;
    return put_raw(p, raw);
}

static int parse_brace(struct parser *p)
{
    bool quantifiable = p->quantifiable;
    int r = parse_braces(p);
    if (r < 0) return r;
    if (r == 0) return put_char(p, '{');
    if (!quantifiable) return refuse(p, p->at, "a quantifier with nothing before it to repeat; escape it");
    p->quantifiable = false;
    return 0;
}

static int put_any(struct parser *p)
{
    struct regex_set s = {.negated = true};
    if (set_add_range(&s, '\n', '\n') < 0) return err_nomem(p->e, "reading a pattern");
    return put_set(p, &s);
}

static int parse_one(struct parser *p)
{
    uint32_t c = take_char(p);
    switch (c) {
    case '\\': return parse_escape(p);
    case '[': return parse_set(p);
    case '(': return parse_group(p);
    case ')': return close_group(p);
    case '.': return put_any(p);
    case '{': return parse_brace(p);
    case '*':
    case '+':
    case '?': return parse_quantifier(p, (char)c);
    case '|':
    case '^':
    case '$': p->quantifiable = false; return put_raw(p, c == '|' ? "|" : c == '^' ? "^" : "$");
    default: return put_char(p, c);
    }
}

int regex_parse(struct regex *r, struct regex_sets *sets, struct slice source, struct err *e)
{
    struct parser p = {.source = source, .out = r, .sets = sets, .e = e};
    if (source.n == 0) return err_set(e, ERR_USAGE, "pattern \"\": it is empty");
    if (source.n > MAX_SOURCE) return err_set(e, ERR_USAGE, "pattern: longer than %d bytes", MAX_SOURCE);
    if (utf8_valid_prefix(source.p, source.n) < source.n)
        return err_set(e, ERR_USAGE, "pattern: not valid UTF-8");
    while (p.at < source.n) {
        int status = parse_one(&p);
        if (status < 0) return status == -ERR_IO ? err_nomem(e, "reading a pattern") : status;
    }
    if (p.depth) return refuse(&p, p.at, "a ( without its )");
    return 0;
}
