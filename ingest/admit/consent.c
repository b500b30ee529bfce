/* consent.c: signals of consent out of header fields and metas.
 *
 * People write these by hand, so that what is no token (dates with commas, sentences) is passed over, and nothing is an error. In:
 * values. Out: a sorted set of tokens. State: none. Memory: the set, at most CONSENT_TOKENS. */
#include "ingest/admit/consent.h"
#include "common/opts.h"
#include "common/text.h"
#include <stdio.h>

static const char *const directives[] = {
    "all",     "follow",   "index",     "indexifembedded", "noai",    "noarchive",
    "nocache", "nofollow", "noimageai", "noimageindex",    "noindex", "noml",
    "noodp",   "none",     "nosnippet", "notranslate",     "noydir"};
static const char *const with_value[] = {"max-image-preview", "max-snippet", "max-video-preview",
                                         "unavailable_after"};

#define DIRECTIVES                                                                                       \
    "all, follow, index, indexifembedded, noai, noarchive, nocache, nofollow, noimageai, noimageindex, " \
    "noindex, noml, noodp, nosnippet, notranslate, noydir"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_in(struct slice s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_is(s, names[i])) return true;
    return false;
}

void consent_clear(struct consent *c)
{
    c->n = 0;
    c->tdm_reservation = -1;
    c->tdm_policy = slice_of("", 0);
}

static void insert(struct consent *c, const char *token)
{
    size_t at = 0;
    int order = 1;
    while (at < c->n && (order = strcmp(c->token[at], token)) < 0) at++;
    if ((at < c->n && order == 0) || c->n == CONSENT_TOKENS) return;
    memmove(c->token[at + 1], c->token[at], (c->n - at) * CONSENT_TOKEN_BYTES);
    snprintf(c->token[at], CONSENT_TOKEN_BYTES, "%s", token);
    c->n++;
}

/* Lower-case letters, digits and a few signs; a letter first. */
static bool is_token(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = c >= 'a' && c <= 'z',
             other = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!letter && !(other && i > 0)) return false;
    }
    return s.n > 0;
}

static bool is_value(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '!' || s.p[i] > '~' || strchr("\"\\,;:=", s.p[i])) return false;
    return s.n > 0;
}

/* ------------------------------------------------------------------ robots */

/* "scope:name", "scope:name:value"; scope and value may be empty. */
static void add(struct consent *c, struct slice scope, struct slice name, struct slice value)
{
    char token[CONSENT_TOKEN_BYTES];
    int n = snprintf(token, sizeof token, "%.*s%s%.*s%s%.*s", (int)scope.n, scope.p, scope.n ? ":" : "",
                     (int)name.n, name.p, value.n ? ":" : "", (int)value.n, value.p);
    if (n < (int)sizeof token) insert(c, token);
}

static void add_directive(struct consent *c, struct slice scope, struct slice name)
{
    const struct slice none = {"", 0};
    if (!is_token(name)) return;
    if (!slice_is(name, "none")) {
        add(c, scope, name, none);
        return;
    }
    add(c, scope, slice_str("noindex"), none);
    add(c, scope, slice_str("nofollow"), none);
}

static struct slice take(struct slice *s, const char *separators)
{
    size_t n = 0;
    while (n < s->n && (s->p[n] == 0 || !strchr(separators, s->p[n]))) n++;
    struct slice part = slice_of(s->p, n);
    *s = slice_of(s->p + n + (n < s->n), s->n - n - (n < s->n));
    return part;
}

/* Words without commas: one directive, known or not; of several only those that are known. */
static void add_words(struct consent *c, struct slice scope, struct slice words)
{
    bool single = true;
    for (size_t i = 0; i < words.n; i++) single &= words.p[i] > ' ';
    while (words.n) {
        struct slice word = take(&words, " \t\r\n\f");
        if (single || is_in(word, directives, COUNT(directives))) add_directive(c, scope, word);
    }
}

/* Whether a directive stands first: then what was before it is whom it is said to. */
static bool begins_with_directive(struct slice s)
{
    struct slice word = take(&s, " \t:");
    return is_in(word, directives, COUNT(directives)) || is_in(word, with_value, COUNT(with_value));
}

/* What stands between two commas. May set the scope of what follows. */
static void add_piece(struct consent *c, struct slice *scope, struct slice piece)
{
    for (;;) {
        piece = slice_trim(piece);
        struct slice rest = piece, name = take(&rest, ":");
        bool colon = name.n < piece.n;
        name = slice_trim(name);
        if (!colon || !is_token(name)) break;
        rest = slice_trim(rest);
        if (is_in(name, with_value, COUNT(with_value)) || !begins_with_directive(rest)) {
            bool dated = slice_is(name, "unavailable_after");
            struct slice value = dated ? slice_of("", 0) : take(&rest, " \t");
            if (dated || is_value(value)) add(c, *scope, name, value);
            return;
        }
        *scope = name;
        piece = rest;
    }
    add_words(c, *scope, piece);
}

/* A value in lower case; false: there is none, or it is too long to be one. */
static bool lower(struct slice value, char *out, size_t size, struct slice *lowered)
{
    if (value.n == 0 || value.n > size) return false;
    for (size_t i = 0; i < value.n; i++)
        out[i] = value.p[i] >= 'A' && value.p[i] <= 'Z' ? (char)(value.p[i] | 0x20) : value.p[i];
    *lowered = slice_of(out, value.n);
    return true;
}

#define VALUE_MAX 4096 /* of a longer value this much is read */

void consent_add_robots(struct consent *c, struct slice value)
{
    char text[VALUE_MAX];
    struct slice scope = {"", 0}, rest;
    if (value.n > VALUE_MAX) value.n = VALUE_MAX;
    if (!lower(value, text, sizeof text, &rest)) return;
    while (rest.n) add_piece(c, &scope, take(&rest, ",;"));
}

/* ------------------------------------------------------------------ the other signals */

/* "search=yes, ai-train=no", or structured fields: "train-ai=n;x=1, search". */
static void add_usage(struct consent *c, const char *prefix, struct slice value)
{
    char text[VALUE_MAX], token[CONSENT_TOKEN_BYTES];
    struct slice rest;
    if (value.n > VALUE_MAX) value.n = VALUE_MAX;
    if (!lower(value, text, sizeof text, &rest)) return;
    bool dictionary = strcmp(prefix, "content-usage-") == 0;
    while (rest.n) {
        struct slice pair = take(&rest, dictionary ? "," : ",;");
        if (dictionary) pair = take(&pair, ";");
        struct slice name = slice_trim(take(&pair, "=")), said = slice_trim(pair);
        if (!is_token(name) || (said.n && !is_value(said))) continue;
        int n = snprintf(token, sizeof token, "%s%.*s%s%.*s", prefix, (int)name.n, name.p, said.n ? "=" : "",
                         (int)said.n, said.p);
        if (n < (int)sizeof token) insert(c, token);
    }
}

void consent_add_tdm(struct consent *c, struct slice value)
{
    value = slice_trim(value);
    int said = slice_is(value, "1") ? 1 : slice_is(value, "0") ? 0 : -1;
    if (said > c->tdm_reservation) c->tdm_reservation = said;
}

void consent_add_header(struct consent *c, const struct fields *header)
{
    for (size_t i = 0; i < header->n; i++) {
        struct slice name = header->at[i].name, value = header->at[i].value;
        if (slice_eq_nocase(name, "X-Robots-Tag")) consent_add_robots(c, value);
        if (slice_eq_nocase(name, "Content-Signal")) add_usage(c, "content-signal-", value);
        if (slice_eq_nocase(name, "Content-Usage")) add_usage(c, "content-usage-", value);
        if (slice_eq_nocase(name, "tdm-reservation")) consent_add_tdm(c, value);
        if (slice_eq_nocase(name, "tdm-policy") && c->tdm_policy.n == 0) c->tdm_policy = slice_trim(value);
    }
}

void consent_add_page(struct consent *c, struct slice items)
{
    while (items.n) {
        struct slice item = slice_trim(take(&items, ",")), value = item, name = take(&value, ":");
        if (slice_is(name, "tdm-reservation"))
            consent_add_tdm(c, value);
        else if (slice_is(name, "tdm-policy"))
            c->tdm_policy = c->tdm_policy.n ? c->tdm_policy : slice_trim(value);
        else
            consent_add_robots(c, item);
    }
}

int consent_put_json(const struct consent *c, struct buf *out)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < c->n; i++) buf_printf(out, "%s\"%s\"", i ? "," : "", c->token[i]);
    return buf_putc(out, ']');
}

/* ------------------------------------------------------------------ what is respected */

/* Whether a page can say it, and be known to. */
static bool is_respectable(struct slice s)
{
    struct slice rest = s, scope = take(&rest, ":");
    bool scoped = scope.n < s.n;
    if (slice_has_prefix(s, "content-signal-"))
        return slice_has_suffix(s, "=yes") || slice_has_suffix(s, "=no");
    if (slice_has_prefix(s, "content-usage-")) return slice_has_suffix(s, "=y") || slice_has_suffix(s, "=n");
    if (scoped)
        return is_token(scope) && is_in(rest, directives, COUNT(directives)) && !slice_is(rest, "none");
    return slice_is(s, "tdm") || (is_in(s, directives, COUNT(directives)) && !slice_is(s, "none"));
}

static int respect(struct respected *r, struct slice token, struct err *e)
{
    char name[CONSENT_TOKEN_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)token.n, token.p);
    if (token.n >= sizeof name || !is_respectable(token)) {
        const char *near = opt_nearest(name, directives, COUNT(directives));
        bool other = near && strcmp(near, name) != 0;
        return err_set(e, ERR_USAGE,
                       "--respect: no signal is called '%s'%s%s%s; these are: ai, tdm, " DIRECTIVES
                       ", AGENT:noindex, content-signal-NAME=yes|no, content-usage-NAME=y|n",
                       name, other ? "; did you mean '" : "", other ? near : "", other ? "'" : "");
    }
    if (r->n == RESPECTED_MAX)
        return err_set(e, ERR_USAGE, "--respect takes at most %d signals", RESPECTED_MAX);
    snprintf(r->kind[r->n++], sizeof *r->kind, "robots:%s", name);
    return 0;
}

int respected_parse(struct respected *r, const char *const *lists, size_t n, struct err *e)
{
    static const char ai[] = "tdm,noai,content-signal-ai-train=no,content-usage-train-ai=n";
    int ret = 0;
    r->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct slice list = slice_str(lists[i]);
        while (ret == 0 && list.n) {
            struct slice token = slice_trim(take(&list, ",")), all = slice_str(ai);
            if (slice_is(token, "ai"))
                while (ret == 0 && all.n) ret = respect(r, take(&all, ","), e);
            else if (token.n)
                ret = respect(r, token, e);
        }
    }
    return ret == 0 && n && r->n == 0 ? err_set(e, ERR_USAGE, "--respect names no signal") : ret;
}

static bool says(const struct consent *c, const char *token)
{
    if (strcmp(token, "tdm") == 0) return c->tdm_reservation == 1;
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->token[i], token) == 0) return true;
    return false;
}

const char *respected_find(const struct respected *r, const struct consent *c)
{
    for (size_t i = 0; i < r->n; i++)
        if (says(c, r->kind[i] + strlen("robots:"))) return r->kind[i];
    return NULL;
}
