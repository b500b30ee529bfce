/* urlref.c: a URL cut into its five parts, and two of them merged (RFC 3986, 3 and 5).
 *
 * In: a base and a reference. Out: a URL appended to a buffer. State: none. Memory: the two paths together. Linear: taking away
 * a segment moves backwards over bytes that were written once. */
#include "ingest/urlref.h"
#include "common/text.h"

struct url_parts { /* p = NULL: the part is not there, which is not the same as empty */
    struct slice scheme, authority, path, query, fragment;
};

static bool is_scheme(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return false;
    }
    return s.n > 0;
}

/* The bytes of s up to the first of `stops`; s is moved there. */
static struct slice take_until(struct slice *s, const char *stops)
{
    size_t n = 0;
    while (n < s->n && (s->p[n] == 0 || !strchr(stops, s->p[n]))) n++;
    struct slice part = slice_of(s->p, n);
    *s = slice_of(s->p + n, s->n - n);
    return part;
}

static struct url_parts split(struct slice s)
{
    struct url_parts u;
    memset(&u, 0, sizeof u);
    if (s.n == 0) s = slice_str(""); /* never NULL */
    struct slice rest = s, scheme = take_until(&rest, ":/?#");
    if (rest.n && *rest.p == ':' && is_scheme(scheme)) {
        u.scheme = scheme;
        s = slice_of(rest.p + 1, rest.n - 1);
    }
    if (s.n >= 2 && s.p[0] == '/' && s.p[1] == '/') {
        s = slice_of(s.p + 2, s.n - 2);
        u.authority = take_until(&s, "/?#");
    }
    u.path = take_until(&s, "?#");
    if (s.n && *s.p == '?') {
        s = slice_of(s.p + 1, s.n - 1);
        u.query = take_until(&s, "#");
    }
    if (s.n) u.fragment = slice_of(s.p + 1, s.n - 1);
    return u;
}

/* 5.2.4, in place: from[0..n) gets a path without "." and ".." segments; returns its length. */
static size_t remove_dots(char *path, size_t n)
{
    size_t in = 0, out = 0;
    while (in < n) {
        size_t start = in + (path[in] == '/'), end = start;
        while (end < n && path[end] != '/') end++;
        size_t bytes = end - start;
        bool last = end == n, one = bytes == 1 && path[start] == '.';
        bool two = bytes == 2 && path[start] == '.' && path[start + 1] == '.';
        if (two)
            while (out > 0 && path[--out] != '/') {
            }
        if (one || two) {
            if (last && start != in) path[out++] = '/';
        } else {
            memmove(path + out, path + in, end - in);
            out += end - in;
        }
        in = end + ((one || two) && start == in && !last); /* a "../" that begins the path goes whole */
    }
    return out;
}

static void put_path(struct buf *out, const struct url_parts *base, const struct url_parts *r)
{
    size_t begin = out->n;
    if (r->path.n == 0 || *r->path.p != '/') { /* 5.2.3 */
        size_t n = base->path.n;
        while (n && base->path.p[n - 1] != '/') n--;
        if (n == 0 && base->authority.p)
            buf_putc(out, '/');
        else
            buf_put(out, base->path.p, n);
    }
    buf_put_slice(out, r->path);
    if (!out->failed) out->n = begin + remove_dots(out->p + begin, out->n - begin);
}

static void put_part(struct buf *out, const char *before, struct slice part)
{
    if (!part.p) return;
    buf_puts(out, before);
    buf_put_slice(out, part);
}

int url_resolve(struct buf *out, struct slice base, struct slice reference)
{
    struct url_parts r = split(reference), b = split(base);
    if (!r.scheme.p && !b.scheme.p) return 1;
    bool own_path = r.scheme.p || r.authority.p;
    buf_put_slice(out, r.scheme.p ? r.scheme : b.scheme);
    buf_putc(out, ':');
    put_part(out, "//", own_path ? r.authority : b.authority);
    if (own_path || r.path.n)
        put_path(out, own_path ? &(struct url_parts){.path = {"", 0}} : &b, &r);
    else
        buf_put_slice(out, b.path);
    put_part(out, "?", own_path || r.path.n || r.query.p ? r.query : b.query);
    put_part(out, "#", r.fragment);
    return out->failed ? -1 : 0;
}

bool url_is_web(struct slice url)
{
    struct url_parts u = split(url);
    return (slice_eq_nocase(u.scheme, "http") || slice_eq_nocase(u.scheme, "https")) && u.authority.n > 0;
}
