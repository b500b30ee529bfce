/* split.c: validation by hash, so that a document is on the same side in every run and every version of a corpus, and the
 * copies of one page are on one side. The seed keeps the choice independent of --sample. State and memory: none. */
#include "shards/split.h"
#include "common/hash.h"
#include "common/text.h"
#include <math.h>

#define SPLIT_SEED 0x76616c6964ULL /* "valid" */

static struct slice cut(struct slice s, size_t n)
{
    return slice_of(s.p + n, s.n - n);
}

static void put_host(struct slice host, bool https, struct buf *out)
{
    const char *at = host.n ? memrchr(host.p, '@', host.n) : NULL;
    if (at) host = cut(host, (size_t)(at + 1 - host.p));
    const char *port = https ? ":443" : ":80";
    if (slice_has_suffix(host, port)) host.n -= strlen(port);
    if (host.n > 4 && slice_eq_nocase(slice_of(host.p, 4), "www.")) host = cut(host, 4);
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        buf_putc(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

int shard_url_canonical(struct slice url, struct buf *out)
{
    url = slice_trim(url);
    bool https = url.n >= 8 && slice_eq_nocase(slice_of(url.p, 8), "https://");
    bool http = url.n >= 7 && slice_eq_nocase(slice_of(url.p, 7), "http://");
    const char *hash = url.n ? memchr(url.p, '#', url.n) : NULL;
    if (hash) url.n = (size_t)(hash - url.p);
    if (https || http) {
        url = cut(url, https ? 8 : 7);
        size_t host = 0;
        while (host < url.n && url.p[host] != '/' && url.p[host] != '?') host++;
        put_host(slice_of(url.p, host), https, out);
        url = cut(url, host);
    }
    while (url.n > 0 && url.p[url.n - 1] == '/') url.n--;
    return buf_put_slice(out, url);
}

bool shard_is_valid(struct slice url, struct slice id, double share, struct buf *scratch)
{
    struct slice key = id;
    if (share >= 1) return true;
    buf_clear(scratch);
    if (url.n > 0 && shard_url_canonical(url, scratch) == 0 && scratch->n > 0) key = buf_slice(scratch);
    return hash64_seed(key.p, key.n, SPLIT_SEED) < (uint64_t)ldexp(share, 64);
}
