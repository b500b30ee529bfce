/* url.c: URLs of http and https, by the WHATWG URL Standard §4.4 ("basic URL parser"), written as a walk over the parts instead of
 * a state machine over characters, since special schemes need only these ways: scheme, authority, path, query, fragment,
 * each of which may come from the base instead.
 *
 * The parsed URL is built as text, part by part, so that serialising it costs nothing. ".." cuts the path at its last slash, which
 * keeps dot segments linear. In: a slice. Out: struct url. State: two buffers and ICU's IDNA object, which are used again.
 * Memory: a few times URL_MAX_BYTES. */
#include "common/url.h"
#include "common/err.h"
#include "common/url_host.h"
#include <unicode/uidna.h>

/* The longest that percent-encoding can make of an input with its base. */
#define HREF_MAX (6 * URL_MAX_BYTES + 4096)

void url_init(struct url *u)
{
    *u = (struct url){.port = -1};
    buf_init(&u->href, HREF_MAX);
    buf_init(&u->scratch, 3 * HREF_MAX);
}

void url_free(struct url *u)
{
    buf_free(&u->href);
    buf_free(&u->scratch);
    if (u->idna) uidna_close(u->idna);
    url_init(u);
}

/* ------------------------------------------------------------------ percent-encoding */

enum { IN_FRAGMENT = 1, IN_QUERY = 2, IN_PATH = 4, IN_USER = 8 };

#define EVERYWHERE (IN_FRAGMENT | IN_QUERY | IN_PATH | IN_USER)

/* Which parts write a character as %XX: the standard's §1.3. */
static const uint8_t encoded_in[256] = {
    [0 ... ' '] = EVERYWHERE,
    ['"'] = EVERYWHERE,
    ['#'] = IN_QUERY | IN_PATH | IN_USER,
    ['\''] = IN_QUERY,
    ['/'] = IN_USER,
    [':'] = IN_USER,
    [';'] = IN_USER,
    ['<'] = EVERYWHERE,
    ['='] = IN_USER,
    ['>'] = EVERYWHERE,
    ['?'] = IN_PATH | IN_USER,
    ['@'] = IN_USER,
    ['['] = IN_USER,
    ['\\'] = IN_USER,
    [']'] = IN_USER,
    ['^'] = IN_PATH | IN_USER,
    ['`'] = IN_FRAGMENT | IN_PATH | IN_USER,
    ['{'] = IN_PATH | IN_USER,
    ['|'] = IN_USER,
    ['}'] = IN_PATH | IN_USER,
    [0x7f ... 0xff] = EVERYWHERE,
};

static void put_encoded(struct buf *out, struct slice s, unsigned part)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (!(encoded_in[c] & part)) continue;
        const char code[3] = {'%', digits[c >> 4], digits[c & 15]};
        buf_put(out, s.p + from, i - from);
        buf_put(out, code, 3);
        from = i + 1;
    }
    buf_put(out, s.p + from, s.n - from);
}

/* ------------------------------------------------------------------ input */

/* What is left of the input; `take` moves. */
struct rest {
    const char *p, *end;
};

static bool at_slash(const struct rest *r)
{
    return r->p < r->end && (*r->p == '/' || *r->p == '\\');
}

static struct slice take_until(struct rest *r, const char *stops)
{
    const char *from = r->p;
    while (r->p < r->end && (*r->p == 0 || !strchr(stops, *r->p))) r->p++;
    return slice_of(from, (size_t)(r->p - from));
}

/* The input without the spaces and controls around it and the tabs and line ends in it. */
static int clean_input(struct url *u, struct slice in, struct rest *r)
{
    while (in.n && (uint8_t)in.p[0] <= 0x20) in = slice_of(in.p + 1, in.n - 1);
    while (in.n && (uint8_t)in.p[in.n - 1] <= 0x20) in.n--;
    if (in.n > URL_MAX_BYTES) return -ERR_DATA;
    buf_clear(&u->scratch);
    if (buf_put_slice(&u->scratch, in) < 0 || buf_terminate(&u->scratch) < 0) return -ERR_IO;
    char *p = u->scratch.p;
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++)
        if (p[i] != '\t' && p[i] != '\n' && p[i] != '\r') p[n++] = p[i];
    r->p = p;
    r->end = p + n;
    return 0;
}

static bool is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

enum scheme { SCHEME_NONE, SCHEME_HTTP, SCHEME_HTTPS, SCHEME_OTHER };

/* Takes the scheme and its colon. */
static enum scheme take_scheme(struct rest *r)
{
    const char *p = r->p;
    char name[6] = "";
    if (p == r->end || !is_alpha(*p)) return SCHEME_NONE;
    while (p < r->end && (is_alpha(*p) || (*p >= '0' && *p <= '9') || strchr("+-.", *p)) && *p) p++;
    if (p == r->end || *p != ':') return SCHEME_NONE;
    size_t n = (size_t)(p - r->p);
    if (n > 5) return SCHEME_OTHER;
    for (size_t i = 0; i < n; i++) name[i] = (char)(r->p[i] | 0x20);
    r->p = p + 1;
    return strcmp(name, "http") == 0 ? SCHEME_HTTP : strcmp(name, "https") == 0 ? SCHEME_HTTPS : SCHEME_OTHER;
}

/* ------------------------------------------------------------------ parts */

/* "user:password@" */
static void put_credentials(struct url *u, struct slice s)
{
    const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
    struct slice user = colon ? slice_of(s.p, (size_t)(colon - s.p)) : s;
    struct slice password = colon ? slice_of(colon + 1, s.n - user.n - 1) : slice_of("", 0);
    if (user.n + password.n == 0) return;
    put_encoded(&u->href, user, IN_USER);
    if (password.n) {
        buf_putc(&u->href, ':');
        put_encoded(&u->href, password, IN_USER);
    }
    buf_putc(&u->href, '@');
}

/* The colon that begins the port: the first outside brackets. */
static const char *find_port(struct slice s)
{
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '[') inside = true;
        if (s.p[i] == ']') inside = false;
        if (s.p[i] == ':' && !inside) return s.p + i;
    }
    return NULL;
}

static int put_port(struct url *u, struct slice digits)
{
    uint32_t port = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9') return -ERR_DATA;
        port = port * 10 + (uint32_t)(digits.p[i] - '0');
        if (port > 65535) return -ERR_DATA;
    }
    if (digits.n == 0 || port == (u->https ? 443 : 80)) return 0;
    u->port = (int32_t)port;
    return buf_printf(&u->href, ":%u", port) < 0 ? -ERR_IO : 0;
}

static int put_authority(struct url *u, struct rest *r)
{
    struct slice s = take_until(r, "/\\?#");
    const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;
    if (at) {
        put_credentials(u, slice_of(s.p, (size_t)(at - s.p)));
        s = slice_of(at + 1, s.n - (size_t)(at + 1 - s.p));
    }
    const char *colon = find_port(s);
    struct slice host = colon ? slice_of(s.p, (size_t)(colon - s.p)) : s;
    if (host.n == 0) return -ERR_DATA;
    u->host = u->href.n;
    int ret = url_put_host(u, host, &u->href, &u->host_kind);
    if (ret < 0) return ret;
    u->host_n = u->href.n - u->host;
    return colon ? put_port(u, slice_of(colon + 1, s.n - host.n - 1)) : 0;
}

/* The length of a dot at p ("." or "%2e"), or 0. */
static size_t dot_at(struct slice s)
{
    if (s.n && s.p[0] == '.') return 1;
    return s.n >= 3 && s.p[0] == '%' && s.p[1] == '2' && (s.p[2] | 0x20) == 'e' ? 3 : 0;
}

/* How many dots a segment is: 1, 2, or 0 when it is something else. */
static int dots_of(struct slice s)
{
    size_t first = dot_at(s), second;
    if (first == 0) return 0;
    if (first == s.n) return 1;
    second = dot_at(slice_of(s.p + first, s.n - first));
    return second && first + second == s.n ? 2 : 0;
}

static void shorten_path(struct url *u)
{
    const char *path = u->href.p + u->path;
    const char *slash = u->href.n > u->path ? memrchr(path, '/', u->href.n - u->path) : NULL;
    if (slash) u->href.n = (size_t)(slash - u->href.p);
}

/* Segments up to the query, appended to the path that stands there. */
static void put_path(struct url *u, struct rest *r)
{
    bool more = true;
    while (more) {
        struct slice segment = take_until(r, "/\\?#");
        int dots = dots_of(segment);
        more = at_slash(r);
        if (more) r->p++;
        if (dots == 2) shorten_path(u);
        if (dots == 0 || !more) buf_putc(&u->href, '/');
        if (dots == 0) put_encoded(&u->href, segment, IN_PATH);
    }
}

static void put_query_and_fragment(struct url *u, struct rest *r)
{
    if (r->p < r->end && *r->p == '?') {
        r->p++;
        buf_putc(&u->href, '?');
        u->has_query = true;
        u->query = u->href.n;
        put_encoded(&u->href, take_until(r, "#"), IN_QUERY);
        u->query_n = u->href.n - u->query;
    }
    if (r->p < r->end) {
        r->p++;
        buf_putc(&u->href, '#');
        u->has_fragment = true;
        u->fragment = u->href.n;
        put_encoded(&u->href, slice_of(r->p, (size_t)(r->end - r->p)), IN_FRAGMENT);
        u->fragment_n = u->href.n - u->fragment;
    }
}

/* ------------------------------------------------------------------ the ways */

static void put_scheme(struct url *u, bool https)
{
    u->https = https;
    buf_puts(&u->href, https ? "https://" : "http://");
    u->authority = u->href.n;
}

static void copy_authority(struct url *u, const struct url *base)
{
    put_scheme(u, base->https);
    buf_put(&u->href, base->href.p + base->authority, base->path - base->authority);
    u->host = base->host;
    u->host_n = base->host_n;
    u->host_kind = base->host_kind;
    u->port = base->port;
}

static int parse_absolute(struct url *u, struct rest *r, bool https)
{
    while (at_slash(r)) r->p++;
    put_scheme(u, https);
    int ret = put_authority(u, r);
    if (ret < 0) return ret;
    u->path = u->href.n;
    if (at_slash(r)) r->p++;
    put_path(u, r);
    return 0;
}

static int parse_relative(struct url *u, struct rest *r, const struct url *base)
{
    if (at_slash(r)) {
        r->p++;
        if (at_slash(r)) return parse_absolute(u, r, base->https);
        copy_authority(u, base);
        u->path = u->href.n;
        put_path(u, r);
        return 0;
    }
    copy_authority(u, base);
    u->path = u->href.n;
    buf_put(&u->href, base->href.p + base->path, base->path_n);
    if (r->p < r->end && *r->p != '?' && *r->p != '#') {
        shorten_path(u);
        put_path(u, r);
    } else if (base->has_query && (r->p == r->end || *r->p == '#')) {
        u->path_n = u->href.n - u->path;
        u->has_query = true;
        u->query = u->href.n + 1;
        u->query_n = base->query_n;
        buf_putc(&u->href, '?');
        buf_put(&u->href, base->href.p + base->query, base->query_n);
    }
    return 0;
}

static int parse(struct url *u, struct rest *r, const struct url *base)
{
    enum scheme scheme = take_scheme(r);
    bool two = r->end - r->p >= 2 && r->p[0] == '/' && r->p[1] == '/';
    if (scheme == SCHEME_OTHER || (scheme == SCHEME_NONE && !base)) return -ERR_DATA;
    if (scheme == SCHEME_NONE || (base && base->https == (scheme == SCHEME_HTTPS) && !two))
        return parse_relative(u, r, base);
    return parse_absolute(u, r, scheme == SCHEME_HTTPS);
}

int url_parse(struct url *u, struct slice in, const struct url *base)
{
    struct rest r;
    buf_clear(&u->href);
    u->port = -1;
    u->has_query = u->has_fragment = false;
    u->path_n = 0;
    int ret = clean_input(u, in, &r);
    if (ret == 0) ret = parse(u, &r, base);
    if (ret == 0) {
        if (!u->has_query) u->path_n = u->href.n - u->path;
        put_query_and_fragment(u, &r);
        if (u->href.failed) ret = u->href.n + URL_MAX_BYTES > HREF_MAX ? -ERR_DATA : -ERR_IO;
    }
    if (ret < 0) {
        if (u->href.failed) buf_free(&u->href);
        buf_clear(&u->href);
    }
    return ret;
}
