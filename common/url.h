/* url.h: URLs of http and https: parsed and resolved as the WHATWG URL Standard has it (https://url.spec.whatwg.org), and the
 * normal form under which leat compares them.
 *
 * The normal form is the parsed URL with
 *   - user, password and fragment removed; the dot at the end of the host removed;
 *   - percent-encoding as RFC 3986 §6.2.2 has it: unreserved characters decoded, hexadecimal digits in upper case, whatever
 *     may not stand in a path or query encoded, a % that encodes nothing written as %25;
 *   - session ids removed: `;jsessionid=…` in the path, ASP.NET's `(S(…))` segments, and of the query jsessionid, phpsessid,
 *     aspsessionid…, cfid, cftoken, and sid, session, sessid, session_id, sessionid, oscsid, zenid, s where the value is 20 or more letters
 *     and digits with a digit among them;
 *   - tracking parameters removed from the query: those that only say where a visitor came from (url_normal.c lists them);
 *   - the query's parameters sorted by name (by bytes; of one name the order stays), empty ones and an empty query removed.
 * Kept: the scheme, `www.`, the case of path and query, empty segments, a slash at the end, index files.
 * The normal form of a normal form is itself. Idea of sorting and of session ids: SURT and the Internet Archive's canonicalizer.
 *
 * Never fails on hostile input but by saying that it is no URL. Linear time, but for sorting. */
#ifndef LEAT_COMMON_URL_H
#define LEAT_COMMON_URL_H

#include "buf.h"

#ifdef __cplusplus
extern "C" {
#endif

#define URL_MAX_BYTES ((size_t)65536) /* a longer one is none */
#define URL_MAX_HOST 1024             /* bytes of a host, also before it is brought to ASCII */

enum url_host_kind { URL_DOMAIN, URL_IPV4, URL_IPV6 };

/* Reused: url_init once, url_parse many times, url_free once. Not shared between threads. */
struct url {
    struct buf href;             /* scheme://[user[:password]@]host[:port]/path[?query][#fragment] */
    size_t host, host_n;         /* offsets into href; an IPv6 address with its brackets */
    size_t path, path_n;         /* begins with '/' */
    size_t query, query_n;       /* without '?'; meaningless unless has_query */
    size_t fragment, fragment_n; /* without '#' */
    size_t authority;            /* where user or host begins */
    int32_t port;                /* -1: the scheme's default */
    enum url_host_kind host_kind;
    bool https, has_query, has_fragment;
    struct buf scratch;
    void *idna; /* ICU's, opened by the first host that needs it */
};

void url_init(struct url *u);
void url_free(struct url *u);

/* Parses a URL, or resolves a reference against `base` (NULL: none; another struct url, parsed). Bytes that are not UTF-8 are
 * allowed in path, query and fragment, and encoded as they are. 0; -ERR_DATA: it is no URL of http or https (u holds none
 * then); -ERR_IO: out of memory. */
int url_parse(struct url *u, struct slice in, const struct url *base);

/* Slices borrow from u until its next parse. */
static inline struct slice url_host(const struct url *u)
{
    return slice_of(u->href.p + u->host, u->host_n);
}

static inline struct slice url_path(const struct url *u)
{
    return slice_of(u->href.p + u->path, u->path_n);
}

static inline struct slice url_query(const struct url *u)
{
    return slice_of(u->has_query ? u->href.p + u->query : "", u->has_query ? u->query_n : 0);
}

/* Where the parts of a normal form lie. */
struct url_normal {
    struct slice all, host, rest; /* rest: from behind host and port, the path and query */
};

/* Replaces the content of *out by the normal form of a parsed URL. `parts` (may be NULL) borrows from *out. 0; -ERR_DATA: it has
 * none (its host ends with an empty label, or it would grow too long); -ERR_IO: out of memory. */
int url_normal(struct url *u, struct buf *out, struct url_normal *parts);

/* A host name or address as users write it ("WWW.Example.com.", "1.2.3.4", "[::1]", "bücher.example") in its normal form: as the host of
 * a URL, the dot at its end removed. In *out, whose content is replaced. 0, -ERR_DATA, -ERR_IO. */
int url_normal_host(struct url *scratch, struct slice in, struct buf *out, enum url_host_kind *kind);

#ifdef __cplusplus
}
#endif
#endif
