/* blocklist.h: lists of hosts, URLs and expressions by category, and whether a URL is on one.
 *
 * A list is one of
 *   - a directory in the layout of the UT1 blacklists: CATEGORY/domains, CATEGORY/urls, CATEGORY/expressions, to any depth of
 *     categories (a symbolic link to another category of the directory is that category's other name, and passed over);
 *     or one category of it;
 *   - a file of lines. A line is a host ("example.com", "*.example.com", "1.2.3.4"), a URL with or without its scheme
 *     ("example.com/a", "https://example.com/a?b"), or of a hosts file ("0.0.0.0 example.com"); "#" begins a comment. A file named
 *     "expressions" holds regular expressions, a line each. The category is the file's name without endings, or its
 *     directory's for the three names above.
 * Each file compressed or not.
 *
 * A host is listed with all below it. A URL is listed with what lies below its path ("/a" lists "/a/b" and "/a?b", not "/ab"); one with a
 * query lists only itself. Scheme and port do not matter, nor, for URLs, a "www." in front of the host. Expressions are
 * PCRE2's, caseless, and searched in the URL's normal form. Where several match, the order is: the host, the hosts above it, the
 * longest listed URL, the expressions in their order; of one host or URL the first category that lists it. */
#ifndef LEAT_INGEST_BLOCKLIST_H
#define LEAT_INGEST_BLOCKLIST_H

#include "common/err.h"
#include "common/url.h"

struct blocklist; /* shared between threads, once open */

/* What one thread needs for searching; NULL-initialised, freed by blocklist_worker_free. */
struct blocklist_worker {
    void *match, *limits;
    uint64_t n_limited; /* searches that an expression's limit ended, without a match */
};
void blocklist_worker_free(struct blocklist_worker *w);

/* Loads lists; each of paths is a name or several with commas between. -ERR_IO, -ERR_USAGE, -ERR_DATA: the message names the file (and
 * line): one that is missing, cut, or holds no entry. */
int blocklist_open(struct blocklist **b, const char *option, const char *const *paths, size_t n_paths,
                   struct err *e);
void blocklist_close(struct blocklist *b); /* NULL is allowed */

struct blocklist_counts {
    uint64_t hosts, urls, expressions; /* hosts and urls: each once */
    uint64_t not_understood;           /* lines that are none of these */
    uint64_t categories;
    char example[256]; /* "FILE:LINE" of the first that was not understood; "" */
};
struct blocklist_counts blocklist_counts(const struct blocklist *b);

/* The category that lists a URL, or NULL. The name has the prefix with which it is counted: "blocklist:CATEGORY" (at most 63 bytes). */
const char *blocklist_find(const struct blocklist *b, struct blocklist_worker *w,
                           const struct url_normal *url, enum url_host_kind kind);

#define BLOCKLIST_PREFIX "blocklist:"

#endif
