/* Any bytes as a URL, the first line as the base of the rest: parsing what was parsed changes nothing, nor does the normal form of a
 * normal form; parts lie in their URL. */
#include "common/url.h"
#include "common/err.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parts(const struct url *u)
{
    struct slice host = url_host(u), path = url_path(u), query = url_query(u);
    if (host.n == 0 || host.p + host.n > path.p || path.n == 0 || path.p[0] != '/') abort();
    if (path.p + path.n > u->href.p + u->href.n || query.n > u->href.n) abort();
    for (size_t i = 0; i < u->href.n; i++)
        if ((uint8_t)u->href.p[i] <= ' ' || (uint8_t)u->href.p[i] >= 0x7f) abort();
}

static void check_normal(struct url *u, struct url *again)
{
    struct buf a, b;
    struct url_normal parts;
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    if (url_normal(u, &a, &parts) == 0) {
        if (parts.host.n == 0 || parts.rest.n == 0 || parts.rest.p[0] != '/') abort();
        if (url_parse(again, buf_slice(&a), NULL) != 0 || url_normal(again, &b, NULL) != 0) abort();
        if (!slice_eq(buf_slice(&a), buf_slice(&b))) abort();
    }
    buf_free(&a);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct url base, u, again;
    const char *p = (const char *)data, *nl = size ? memchr(p, '\n', size) : NULL;
    struct slice in = slice_of(p, size), first = slice_of(p, nl ? (size_t)(nl - p) : 0);
    url_init(&base);
    url_init(&u);
    url_init(&again);
    bool has_base = nl && url_parse(&base, first, NULL) == 0;
    if (has_base) in = slice_of(nl + 1, size - first.n - 1);
    if (url_parse(&u, in, has_base ? &base : NULL) == 0) {
        check_parts(&u);
        if (url_parse(&again, buf_slice(&u.href), NULL) == 0) { /* ICU may lengthen a host beyond the limit */
            if (!slice_eq(buf_slice(&u.href), buf_slice(&again.href))) abort();
            check_normal(&u, &again);
        } else if (u.href.n <= URL_MAX_BYTES) {
            abort();
        }
    }
    url_free(&base);
    url_free(&u);
    url_free(&again);
    return 0;
}
