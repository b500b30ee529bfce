/* url_normal.c: the normal form under which URLs are compared; url.h says what it is.
 *
 * Parts are rewritten one by one: first the encoding, so that an encoded name is known too, then what is to be removed. What is
 * removed is chosen for certainty: a parameter that some sites use for content stays (ref, source, trk, id; sid with a short
 * value). In: a parsed URL. Out: one buffer. State: none. Memory: the output; the query's parameters, at most QUERY_SORTED of them on
 * the stack: a query with more keeps its order. */
#include "common/err.h"
#include "common/text.h"
#include "common/url_host.h"
#include <stdlib.h>

#define QUERY_SORTED 256

/* ------------------------------------------------------------------ percent-encoding */

enum { UNRESERVED = 1, PATH = 2, QUERY = 4 };

/* RFC 3986: unreserved; what may stand in a path (pchar and '/'); in a query ('?' too). */
static const uint8_t allowed[256] = {
    ['a' ... 'z'] = UNRESERVED | PATH | QUERY,
    ['A' ... 'Z'] = UNRESERVED | PATH | QUERY,
    ['0' ... '9'] = UNRESERVED | PATH | QUERY,
    ['-'] = UNRESERVED | PATH | QUERY,
    ['.'] = UNRESERVED | PATH | QUERY,
    ['_'] = UNRESERVED | PATH | QUERY,
    ['~'] = UNRESERVED | PATH | QUERY,
    ['!'] = PATH | QUERY,
    ['$'] = PATH | QUERY,
    ['&'] = PATH | QUERY,
    ['\''] = PATH | QUERY,
    ['('] = PATH | QUERY,
    [')'] = PATH | QUERY,
    ['*'] = PATH | QUERY,
    ['+'] = PATH | QUERY,
    [','] = PATH | QUERY,
    [';'] = PATH | QUERY,
    ['='] = PATH | QUERY,
    [':'] = PATH | QUERY,
    ['@'] = PATH | QUERY,
    ['/'] = PATH | QUERY,
    ['?'] = QUERY,
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Appends s with each character in its one spelling. */
static void put_normal(struct buf *out, struct slice s, unsigned part)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        int high = c == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        bool code = low >= 0;
        if (code) {
            c = (uint8_t)(high * 16 + low);
            i += 2;
        }
        if (allowed[c] & (code ? UNRESERVED : part)) {
            buf_putc(out, (char)c);
        } else {
            const char text[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_put(out, text, 3);
        }
    }
}

/* ------------------------------------------------------------------ what is removed */

static bool starts_with(struct slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && slice_eq_nocase(slice_of(s.p, n), z);
}

static bool is_one_of(struct slice s, const char *const *names)
{
    for (; *names; names++)
        if (slice_eq_nocase(s, *names)) return true;
    return false;
}

/* Letters and digits, 20 or more, a digit among them: an id made by a machine. */
static bool is_session_value(struct slice s)
{
    bool digit = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) return false;
        digit |= is_digit;
    }
    return digit && s.n >= 20;
}

static bool is_session(struct slice name, struct slice value)
{
    static const char *const always[] = {"jsessionid", "phpsessid", "cfid", "cftoken", NULL};
    static const char *const by_value[] = {"sid",    "session", "sessid", "session_id", "sessionid",
                                           "oscsid", "zenid",   "s",      NULL};
    return is_one_of(name, always) || starts_with(name, "aspsessionid") ||
           (is_one_of(name, by_value) && is_session_value(value));
}

/* What analytics, advertisers, mailers and social networks add to links, and no page depends on. Sources: their own
 * documentation (Google Analytics and Ads, Meta, Microsoft, Yandex, X, TikTok, LinkedIn, Mailchimp, HubSpot, Marketo, Matomo,
 * Adobe, Drip, Vero, Olytics, Branch). */
static bool is_tracking(struct slice name)
{
    static const char *const prefixes[] = {"utm_", "mtm_",  "pk_",        "piwik_",        "hsa_", "__hs",
                                           "oly_", "vero_", "fb_action_", "guce_referrer", NULL};
    static const char *const names[] = {"_branch_match_id",
                                        "_branch_referrer",
                                        "_ga",
                                        "_gac",
                                        "_gl",
                                        "_hsenc",
                                        "_hsmi",
                                        "_ke",
                                        "_openstat",
                                        "__s",
                                        "__twitter_impression",
                                        "dclid",
                                        "ef_id",
                                        "epik",
                                        "fb_ref",
                                        "fb_source",
                                        "fbclid",
                                        "gad_source",
                                        "gad_campaignid",
                                        "gbraid",
                                        "gclid",
                                        "gclsrc",
                                        "guccounter",
                                        "hsctatracking",
                                        "igsh",
                                        "igshid",
                                        "irclickid",
                                        "li_fat_id",
                                        "mc_cid",
                                        "mc_eid",
                                        "mkt_tok",
                                        "ml_subscriber",
                                        "ml_subscriber_hash",
                                        "msclkid",
                                        "rb_clickid",
                                        "s_cid",
                                        "s_kwcid",
                                        "scid",
                                        "srsltid",
                                        "trk_contact",
                                        "trk_msg",
                                        "trk_module",
                                        "trk_sid",
                                        "ttclid",
                                        "twclid",
                                        "wbraid",
                                        "wickedid",
                                        "yclid",
                                        "ymclid",
                                        "ysclid",
                                        NULL};
    for (const char *const *p = prefixes; *p; p++)
        if (starts_with(name, *p)) return true;
    return is_one_of(name, names);
}

/* ------------------------------------------------------------------ path */

static bool is_dots(struct slice s)
{
    return slice_is(s, "") || slice_is(s, ".") || slice_is(s, "..");
}

/* "(S(lit3py55t21z5v55vlm25s55))": how ASP.NET puts sessions into the path. */
static bool is_asp_session(struct slice s)
{
    if (s.n < 5 || s.p[0] != '(' || s.p[2] != '(' || s.p[s.n - 1] != ')' || s.p[s.n - 2] != ')') return false;
    return strchr("AFS", s.p[1] & ~0x20) && is_session_value(slice_of(s.p + 3, s.n - 5));
}

/* The segment without ";jsessionid=…", unless dots would be left, which mean something else. */
static void put_segment(struct buf *out, struct slice s)
{
    size_t from = out->n;
    const char *semicolon = s.n ? memchr(s.p, ';', s.n) : NULL;
    size_t name = semicolon ? (size_t)(semicolon - s.p) : s.n;
    buf_put(out, s.p, name);
    while (name < s.n) {
        const char *next = memchr(s.p + name + 1, ';', s.n - name - 1);
        size_t n = next ? (size_t)(next - s.p) - name : s.n - name;
        if (!starts_with(slice_of(s.p + name, n), ";jsessionid=")) buf_put(out, s.p + name, n);
        name += n;
    }
    if (s.n && !out->failed && is_dots(slice_of(out->p + from, out->n - from))) {
        if (out->n == from) return; /* "/;jsessionid=…" is "/" */
        out->n = from;
        buf_put_slice(out, s);
    }
}

/* path: in its one spelling, beginning with '/'. */
static void put_path(struct buf *out, struct slice path)
{
    for (size_t at = 0; at < path.n;) {
        const char *slash = memchr(path.p + at + 1, '/', path.n - at - 1);
        size_t end = slash ? (size_t)(slash - path.p) : path.n;
        struct slice segment = slice_of(path.p + at + 1, end - at - 1);
        at = end;
        if (is_asp_session(segment) && slash) continue;
        buf_putc(out, '/');
        put_segment(out, segment);
    }
}

/* ------------------------------------------------------------------ query */

struct parameter {
    struct slice all;
    size_t name_n, order;
};

static int by_name(const void *a, const void *b)
{
    const struct parameter *x = a, *y = b;
    size_t n = x->name_n < y->name_n ? x->name_n : y->name_n;
    int c = memcmp(x->all.p, y->all.p, n);
    if (c) return c;
    if (x->name_n != y->name_n) return x->name_n < y->name_n ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The next parameter that stays. */
static bool next_parameter(struct slice query, size_t *at, struct parameter *p)
{
    while (*at < query.n) {
        const char *from = query.p + *at, *amp = memchr(from, '&', query.n - *at);
        size_t n = amp ? (size_t)(amp - from) : query.n - *at;
        *at += n + 1;
        if (n == 0) continue;
        const char *equals = memchr(from, '=', n);
        p->all = slice_of(from, n);
        p->name_n = equals ? (size_t)(equals - from) : n;
        struct slice value = equals ? slice_of(equals + 1, n - p->name_n - 1) : slice_of("", 0);
        struct slice name = slice_of(from, p->name_n);
        if (!is_tracking(name) && !is_session(name, value)) return true;
    }
    return false;
}

static void put_parameter(struct buf *out, const struct parameter *p, bool first)
{
    buf_putc(out, first ? '?' : '&');
    buf_put_slice(out, p->all);
}

/* query: in its one spelling. */
static void put_query(struct buf *out, struct slice query)
{
    struct parameter parameter[QUERY_SORTED], p;
    size_t n = 0, at = 0;
    while (n < QUERY_SORTED && next_parameter(query, &at, &parameter[n])) {
        parameter[n].order = n;
        n++;
    }
    size_t behind = at;
    if (n == QUERY_SORTED && next_parameter(query, &behind, &p)) { /* too many: as they stand */
        bool first = true;
        for (at = 0; next_parameter(query, &at, &p); first = false) put_parameter(out, &p, first);
        return;
    }
    if (n > 1) qsort(parameter, n, sizeof *parameter, by_name);
    for (size_t i = 0; i < n; i++) put_parameter(out, &parameter[i], i == 0);
}

/* ------------------------------------------------------------------ the normal form */

/* Without the dot of the root at its end; false: what is left is no name, for an empty label ends it. */
static bool without_root(struct slice *host)
{
    if (host->n && host->p[host->n - 1] == '.') host->n--;
    return host->n > 0 && host->p[host->n - 1] != '.';
}

/* Path and query in their one spelling, in scratch; then, without what is removed, appended to *out. */
static int put_rest(struct url *u, struct buf *out)
{
    struct buf *spelt = &u->scratch;
    buf_clear(spelt);
    put_normal(spelt, url_path(u), PATH);
    size_t path_n = spelt->n;
    put_normal(spelt, url_query(u), QUERY);
    if (spelt->failed) return -ERR_IO;
    put_path(out, slice_of(spelt->p, path_n));
    put_query(out, slice_of(spelt->p + path_n, spelt->n - path_n));
    return out->failed ? -ERR_IO : 0;
}

int url_normal(struct url *u, struct buf *out, struct url_normal *parts)
{
    struct slice host = url_host(u);
    buf_clear(out);
    if (u->href.n == 0 || !without_root(&host)) return -ERR_DATA;
    buf_puts(out, u->https ? "https://" : "http://");
    size_t host_at = out->n;
    buf_put_slice(out, host);
    if (u->port >= 0) buf_printf(out, ":%d", (int)u->port);
    size_t rest_at = out->n;
    if (put_rest(u, out) < 0 || out->failed) return -ERR_IO;
    if (out->n > URL_MAX_BYTES) return -ERR_DATA;
    if (parts)
        *parts = (struct url_normal){buf_slice(out), slice_of(out->p + host_at, host.n),
                                     slice_of(out->p + rest_at, out->n - rest_at)};
    return 0;
}

int url_normal_host(struct url *scratch, struct slice in, struct buf *out, enum url_host_kind *kind)
{
    buf_clear(out);
    int r = url_put_host(scratch, slice_trim(in), out, kind);
    struct slice host = buf_slice(out);
    if (r == 0 && !without_root(&host)) r = -ERR_DATA;
    out->n = host.n;
    return r;
}
