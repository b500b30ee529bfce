/* blocklist.c: whether a URL is listed: a few look-ups of hashes, one for each host above its own, and one for each slash of its path up
 * to the depth of the lists; then the expressions.
 *
 * In: a URL's normal form. Out: a category. State: the lists, which do not change. Memory: hostset.h's 13 to 27 bytes an
 * entry. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "ingest/admit/blocklist.h"
#include "common/text.h"
#include "ingest/admit/blocklist_internal.h"
#include <pcre2.h>
#include <stdlib.h>

#define MATCH_LIMIT 100000
#define AHEAD 8 /* hosts whose slots are asked for at once */

void blocklist_close(struct blocklist *b)
{
    if (!b) return;
    hostset_free(&b->hosts);
    hostset_free(&b->urls);
    for (size_t i = 0; i < b->n_expressions; i++) pcre2_code_free(b->expression[i].code);
    for (size_t i = 0; i < b->n_categories; i++) free(b->category[i]);
    free(b->expression);
    free(b->category);
    free(b);
}

void blocklist_worker_free(struct blocklist_worker *w)
{
    pcre2_match_data_free(w->match);
    pcre2_match_context_free(w->limits);
    *w = (struct blocklist_worker){0};
}

struct blocklist_counts blocklist_counts(const struct blocklist *b)
{
    struct blocklist_counts c = {.hosts = b->hosts.n,
                                 .urls = b->urls.n,
                                 .expressions = b->n_expressions,
                                 .not_understood = b->not_understood,
                                 .categories = b->n_categories};
    memcpy(c.example, b->example, sizeof c.example);
    return c;
}

/* ------------------------------------------------------------------ hosts */

/* Moves a host to the one above it: "a.b.c" to "b.c"; false: there is none that may be listed. */
static bool next_host(const struct blocklist *b, struct slice *host)
{
    const char *dot = memchr(host->p, '.', host->n);
    if (!dot) return false;
    *host = slice_of(dot + 1, (size_t)(host->p + host->n - dot - 1));
    return host->n > 0 && (b->has_top || memchr(host->p, '.', host->n));
}

static int find_host(const struct blocklist *b, struct slice host, enum url_host_kind kind)
{
    uint64_t key[AHEAD];
    bool more = true;
    while (more) {
        int n = 0, value;
        while (more && n < AHEAD) {
            key[n] = blocklist_host_key(host);
            hostset_prefetch(&b->hosts, key[n++]);
            more = kind == URL_DOMAIN && next_host(b, &host);
        }
        for (int i = 0; i < n; i++)
            if ((value = hostset_get(&b->hosts, key[i])) >= 0) return value;
    }
    return -1;
}

/* ------------------------------------------------------------------ URLs */

/* Of the listed URLs the longest that lists this one. */
static int find_url(const struct blocklist *b, const struct url_normal *url)
{
    struct slice rest = url->rest;
    size_t ends[BLOCKLIST_MAX_DEPTH], n = 0;
    int value = -1;
    if (b->urls.n == 0) return -1;
    const char *mark = memchr(rest.p, '?', rest.n);
    size_t path_n = mark ? (size_t)(mark - rest.p) : rest.n;
    if (mark) value = hostset_get(&b->urls, blocklist_url_key(url->host, rest));
    for (size_t i = 1; i <= path_n && n < b->max_depth; i++)
        if (i == path_n || rest.p[i] == '/') ends[n++] = i;
    while (value < 0 && n-- > 0)
        value = hostset_get(&b->urls, blocklist_url_key(url->host, slice_of(rest.p, ends[n])));
    return value;
}

/* ------------------------------------------------------------------ expressions */

void *blocklist_compile(struct slice pattern, struct err *e)
{
    int code;
    PCRE2_SIZE at;
    char why[256];
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_CASELESS, &code, &at, NULL);
    if (!re) {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
        err_set(e, ERR_USAGE, "%s (at its character %zu)", why, (size_t)at + 1);
        return NULL;
    }
    pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); /* where there is no JIT it is interpreted */
    return re;
}

static bool prepare(struct blocklist_worker *w)
{
    if (!w->match) w->match = pcre2_match_data_create(1, NULL);
    if (!w->limits) {
        w->limits = pcre2_match_context_create(NULL);
        if (w->limits) pcre2_set_match_limit(w->limits, MATCH_LIMIT);
    }
    return w->match && w->limits;
}

static int find_expression(const struct blocklist *b, struct blocklist_worker *w, struct slice url)
{
    if (b->n_expressions == 0 || !prepare(w)) return -1;
    for (size_t i = 0; i < b->n_expressions; i++) {
        const struct expression *x = &b->expression[i];
        int r = pcre2_match(x->code, (PCRE2_SPTR)url.p, url.n, 0, 0, w->match, w->limits);
        if (r >= 0) return (int)x->category;
        w->n_limited += r != PCRE2_ERROR_NOMATCH;
    }
    return -1;
}

/* ------------------------------------------------------------------ all */

const char *blocklist_find(const struct blocklist *b, struct blocklist_worker *w,
                           const struct url_normal *url, enum url_host_kind kind)
{
    int value = find_host(b, url->host, kind);
    if (value < 0) value = find_url(b, url);
    if (value < 0) value = find_expression(b, w, url->all);
    return value < 0 ? NULL : b->category[value];
}
