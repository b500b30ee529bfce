/* blocklist_internal.h: what blocklist.c (searching) and blocklist_load.c (reading lists) share. */
#ifndef LEAT_INGEST_BLOCKLIST_INTERNAL_H
#define LEAT_INGEST_BLOCKLIST_INTERNAL_H

#include "common/hash.h"
#include "ingest/admit/blocklist.h"
#include "ingest/admit/hostset.h"

struct expression {
    void *code; /* pcre2_code */
    unsigned category;
};

struct blocklist {
    struct hostset hosts, urls;
    struct expression *expression;
    size_t n_expressions;
    char **category; /* owned; with the prefix */
    size_t n_categories;
    bool has_top;       /* a host without a dot is listed */
    unsigned max_depth; /* slashes in the path of the deepest listed URL */
    uint64_t not_understood;
    char example[256];
};

#define BLOCKLIST_MAX_DEPTH 64 /* a listed URL may have so many slashes in its path */

/* Keys. rest: of a URL: its path from its first slash, without one at its end, and its query. */
static inline uint64_t blocklist_host_key(struct slice host)
{
    return hash64(host.p, host.n);
}

static inline uint64_t blocklist_url_key(struct slice host, struct slice rest)
{
    if (host.n > 4 && memcmp(host.p, "www.", 4) == 0) host = slice_of(host.p + 4, host.n - 4);
    return hash64_seed(rest.p, rest.n, blocklist_host_key(host));
}

/* A regular expression compiled as they all are; NULL, and a message with the reason and nothing else. */
void *blocklist_compile(struct slice pattern, struct err *e);

/* Adds what a line of a list says. 1: an entry; 0: nothing is meant (blank, comment, localhost); -ERR_DATA: it is not understood;
 * -ERR_IO: out of memory. scratch: two of the caller's. */
struct blocklist_scratch {
    struct url url;
    struct buf text, normal;
};
int blocklist_add_line(struct blocklist *b, struct blocklist_scratch *s, struct slice line, unsigned category,
                       struct err *e);

#endif
