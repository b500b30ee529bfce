/* spdx.c: a recursive descent over the expression: OR binds least, then AND, then WITH. The value of an expression is whether it is
 * allowed, so nothing is built. */
#include "filter/code/spdx.h"
#include "common/opts.h"
#include "common/text.h"
#include "filter/code/spdx_table.h"
#include <stdio.h>

#define DEPTH 64
#define ID_BYTES 128

/* Licences that ask for no more than notices, by the Blue Oak Council's list (https://blueoakcouncil.org/list, from Bronze up) and
 * dedications to the public. */
const char spdx_permissive[] = "0BSD AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0 Apache-1.0 Apache-1.1 "
                               "Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause "
                               "BSD-2-Clause-FreeBSD BSD-2-Clause-NetBSD BSD-2-Clause-Patent "
                               "BSD-2-Clause-Views BSD-3-Clause BSD-3-Clause-Clear BSD-3-Clause-LBNL "
                               "BSD-3-Clause-Modification BSD-4-Clause BSD-Source-Code BSL-1.0 CC-BY-3.0 "
                               "CC-BY-4.0 CC0-1.0 CECILL-B curl ECL-1.0 ECL-2.0 EFL-2.0 "
                               "Fair FSFAP FSFUL FSFULLR FTL HPND ICU Info-ZIP ISC JasPer-2.0 Libpng "
                               "libpng-2.0 libtiff Linux-OpenIB MIT MIT-0 MIT-CMU "
                               "MIT-Modern-Variant MS-PL MulanPSL-1.0 MulanPSL-2.0 NCSA NTP OLDAP-2.8 "
                               "OpenSSL PHP-3.0 PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 Ruby "
                               "SMLNJ TCL TCP-wrappers Unicode-DFS-2015 Unicode-DFS-2016 Unlicense UPL-1.0 "
                               "W3C WTFPL X11 Xnet Zlib zlib-acknowledgement ZPL-2.0 "
                               "ZPL-2.1";

struct parser {
    const char *p, *end;
    const struct spdx_list *list;
    unsigned depth;
    bool invalid;
};

/* An id as family, version and whether later ones are meant: GPL-2.0-or-later, GPL-2.0+, GPL-2.0-only, MIT. */
struct id {
    char family[ID_BYTES];
    unsigned major, minor;
    bool versioned, later;
};

static bool cut(struct slice *s, const char *ending)
{
    size_t n = strlen(ending);
    if (s->n <= n || !slice_eq_nocase(slice_of(s->p + s->n - n, n), ending)) return false;
    s->n -= n;
    return true;
}

static bool read_version(struct slice s, struct id *id)
{
    size_t i = 0;
    unsigned *part = &id->major;
    for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'); i++) {
        if (s.p[i] == '.')
            part = &id->minor;
        else if (*part < 100000)
            *part = *part * 10 + (unsigned)(s.p[i] - '0');
    }
    return i == s.n && s.n > 0;
}

static struct id id_of(struct slice s)
{
    struct id id = {.later = cut(&s, "-or-later") || cut(&s, "+")};
    if (!id.later) cut(&s, "-only");
    const char *hyphen = s.n ? memrchr(s.p, '-', s.n) : NULL;
    if (hyphen && read_version(slice_of(hyphen + 1, s.n - (size_t)(hyphen + 1 - s.p)), &id)) {
        id.versioned = true;
        s.n = (size_t)(hyphen - s.p);
    }
    for (size_t i = 0; i < s.n && i + 1 < sizeof id.family; i++)
        id.family[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    return id;
}

static int compare(const struct id *a, const struct id *b)
{
    if (a->major != b->major) return a->major < b->major ? -1 : 1;
    return a->minor == b->minor ? 0 : a->minor < b->minor ? -1 : 1;
}

/* Whether who may take `allowed` may take `asked`. */
static bool covers(struct slice allowed, struct slice asked)
{
    struct id a = id_of(allowed), b = id_of(asked);
    if (strcmp(a.family, b.family) != 0 || a.versioned != b.versioned) return false;
    int order = compare(&a, &b);
    return order == 0 || (b.later && order > 0) || (a.later && order < 0);
}

static struct slice without_exception(struct slice s)
{
    const char *with = slice_find(s, slice_str(" WITH "));
    return with ? slice_of(s.p, (size_t)(with - s.p)) : s;
}

static bool listed(const struct spdx_list *list, struct slice id, struct slice exception)
{
    for (size_t i = 0; i < list->n; i++) {
        struct slice entry = list->at[i], licence = without_exception(entry);
        if (!covers(licence, id)) continue;
        if (licence.n == entry.n) return true;
        size_t skip = licence.n + strlen(" WITH ");
        struct slice want = slice_of(entry.p + skip, entry.n - skip);
        if (exception.n == want.n && strncasecmp(exception.p, want.p, want.n) == 0) return true;
    }
    return false;
}

static void blanks(struct parser *p)
{
    while (p->p < p->end && (*p->p == ' ' || *p->p == '\t')) p->p++;
}

static struct slice word(struct parser *p)
{
    blanks(p);
    const char *start = p->p;
    while (p->p < p->end && *p->p != ' ' && *p->p != '\t' && *p->p != '(' && *p->p != ')') p->p++;
    return slice_of(start, (size_t)(p->p - start));
}

static bool next_is(struct parser *p, const char *keyword)
{
    const char *back = p->p;
    if (slice_eq_nocase(word(p), keyword)) return true;
    p->p = back;
    return false;
}

/* Letters, digits, "-" and "."; a "+" at the end; ":" only of DocumentRef-…:LicenseRef-… */
static bool is_id(struct slice s, bool plus_too)
{
    if (plus_too && s.n > 1 && s.p[s.n - 1] == '+') s.n--;
    bool reference = slice_has_prefix(s, "DocumentRef-");
    if (!s.n || s.n >= ID_BYTES) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '.' ||
                    (c == ':' && reference);
        if (!fine) return false;
    }
    return !slice_eq_nocase(s, "or") && !slice_eq_nocase(s, "and") && !slice_eq_nocase(s, "with");
}

static bool parse_or(struct parser *p);

static bool parse_simple(struct parser *p)
{
    blanks(p);
    if (p->p < p->end && *p->p == '(') {
        p->p++;
        bool yes = ++p->depth <= DEPTH && parse_or(p);
        blanks(p);
        if (p->depth-- > DEPTH || p->p >= p->end || *p->p != ')') p->invalid = true;
        p->p += p->p < p->end;
        return yes;
    }
    struct slice id = word(p), exception = {0};
    if (!is_id(id, true)) p->invalid = true;
    if (!p->invalid && next_is(p, "WITH")) {
        exception = word(p);
        if (!is_id(exception, false)) p->invalid = true;
    }
    return !p->invalid && listed(p->list, id, exception);
}

static bool parse_and(struct parser *p)
{
    bool yes = parse_simple(p);
    while (!p->invalid && next_is(p, "AND")) yes = parse_simple(p) && yes;
    return yes;
}

static bool parse_or(struct parser *p)
{
    bool yes = parse_and(p);
    while (!p->invalid && next_is(p, "OR")) yes = parse_and(p) || yes;
    return yes;
}

enum spdx_answer spdx_allowed(struct slice expression, const struct spdx_list *list)
{
    struct parser p = {expression.p, expression.p + expression.n, list, 0, false};
    bool yes = parse_or(&p);
    blanks(&p);
    if (p.invalid || p.p != p.end) return SPDX_INVALID;
    return yes ? SPDX_YES : SPDX_NO;
}

static int add(struct spdx_list *l, struct slice s, struct err *e)
{
    if (l->n == sizeof l->at / sizeof *l->at)
        return err_set(e, ERR_USAGE, "--licenses: more than %zu licences", l->n);
    l->at[l->n++] = s;
    return 0;
}

static int add_permissive(struct spdx_list *l, struct err *e)
{
    int r = 0;
    for (const char *p = spdx_permissive; r == 0 && *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        r = add(l, slice_of(p, n), e);
        p += n;
    }
    return r;
}

static bool is_in_table(struct slice id, const char *const *names, size_t n)
{
    if (slice_has_prefix(id, "LicenseRef-") || slice_has_prefix(id, "DocumentRef-")) return true;
    for (size_t i = 0; i < n; i++)
        if (slice_eq_nocase(id, names[i])) return true;
    return false;
}

static int unknown_id(const char *what, struct slice id, const char *const *names, size_t n, struct err *e)
{
    char word[ID_BYTES];
    snprintf(word, sizeof word, "%.*s", (int)id.n, id.p);
    const char *near = opt_nearest(word, names, n);
    if (near)
        return err_set(e, ERR_USAGE, "--licenses: SPDX knows no %s '%s'; did you mean %s?", what, word, near);
    return err_set(e, ERR_USAGE,
                   "--licenses: SPDX knows no %s '%s'; https://spdx.org/licenses lists them; one of your own "
                   "is written LicenseRef-NAME",
                   what, word);
}

/* "GPL-2.0+" is GPL-2.0 or later. */
static int check_ids(struct slice entry, struct err *e)
{
    struct slice id = without_exception(entry);
    if (id.n && id.p[id.n - 1] == '+') id.n--;
    if (!is_in_table(id, spdx_licences, n_spdx_licences))
        return unknown_id("licence", id, spdx_licences, n_spdx_licences, e);
    const char *with = slice_find(entry, slice_str(" WITH "));
    if (!with) return 0;
    struct slice exception = slice_trim(slice_of(with + 6, (size_t)(entry.p + entry.n - (with + 6))));
    if (is_in_table(exception, spdx_exceptions, n_spdx_exceptions)) return 0;
    return unknown_id("exception", exception, spdx_exceptions, n_spdx_exceptions, e);
}

int spdx_list_parse(struct spdx_list *l, const char *text, struct err *e)
{
    int r = 0;
    for (const char *p = text;; p++) {
        size_t n = strcspn(p, ",");
        struct slice s = slice_trim(slice_of(p, n)), licence = without_exception(s);
        if (slice_is(s, "permissive"))
            r = add_permissive(l, e);
        else if (spdx_valid(s) && is_id(licence, true))
            r = check_ids(s, e) < 0 ? -ERR_USAGE : add(l, s, e);
        else
            r = err_set(e, ERR_USAGE,
                        "--licenses: '%.*s' is no licence: give SPDX ids (MIT, Apache-2.0, GPL-2.0-only WITH "
                        "Classpath-exception-2.0 …) separated by commas, or permissive",
                        (int)s.n, s.p);
        p += n;
        if (r < 0 || !*p) return r;
    }
}
