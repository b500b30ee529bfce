/* urls LIST URLS: a list of hosts loaded as a blocklist; then of the URLs, one a line, the normal form, the look-up in the list, and the
 * registered domain, each by itself. CPU seconds, one thread. */
#include "common/domain.h"
#include "common/stream.h"
#include "common/text.h"
#include "ingest/admit/blocklist.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct entry {
    struct url_normal parts;
    enum url_host_kind kind;
};

struct bench {
    struct blocklist *list;
    struct domains *domains;
    struct buf urls;
    struct entry *entry;
    size_t n;
    struct arena arena;
};

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int load(struct bench *b, char **argv, struct err *e)
{
    struct rusage usage;
    const char *path = argv[1];
    double start = cpu_seconds();
    int r = blocklist_open(&b->list, "--blocklist", &path, 1, e);
    if (r < 0) return r;
    double seconds = cpu_seconds() - start;
    getrusage(RUSAGE_SELF, &usage);
    printf("blocklist: %.1f M hosts loaded in %.2f s, peak RSS %ld MB\n",
           (double)blocklist_counts(b->list).hosts / 1e6, seconds, usage.ru_maxrss / 1024);
    r = domains_open(&b->domains, NULL, e);
    return r < 0 ? r : file_read(argv[2], (size_t)1 << 30, &b->urls, e);
}

static void keep(struct bench *b, const struct url_normal *p, enum url_host_kind kind)
{
    char *copy = arena_strndup(&b->arena, p->all.p, p->all.n);
    struct slice host = {copy + (p->host.p - p->all.p), p->host.n},
                 rest = {copy + (p->rest.p - p->all.p), p->rest.n};
    b->entry[b->n++] = (struct entry){{slice_of(copy, p->all.n), host, rest}, kind};
}

static void normalize(struct bench *b)
{
    struct url u;
    struct buf normal;
    struct slice line, text = buf_slice(&b->urls);
    url_init(&u);
    buf_init(&normal, BUF_NO_MAX);
    double start = cpu_seconds();
    for (size_t at = 0; line_next(text, &at, &line);) {
        struct url_normal p;
        if (url_parse(&u, line, NULL) == 0 && url_normal(&u, &normal, &p) == 0) keep(b, &p, u.host_kind);
    }
    printf("normal form: %.2f M URLs a second, of %.0f bytes\n", (double)b->n / (cpu_seconds() - start) / 1e6,
           (double)text.n / (double)(b->n + 1));
    url_free(&u);
    buf_free(&normal);
}

static void look_up(struct bench *b)
{
    struct blocklist_worker w = {0};
    size_t listed = 0, bytes = 0;
    double start = cpu_seconds();
    for (size_t i = 0; i < b->n; i++)
        listed += blocklist_find(b->list, &w, &b->entry[i].parts, b->entry[i].kind) != NULL;
    double middle = cpu_seconds();
    for (size_t i = 0; i < b->n; i++)
        bytes += domain_of(b->domains, b->entry[i].parts.host, b->entry[i].kind).n;
    printf("blocklist: %.2f M URLs looked up a second, %zu of %zu listed\n",
           (double)b->n / (middle - start) / 1e6, listed, b->n);
    printf("registered domain: %.2f M look-ups a second, of %.1f bytes\n",
           (double)b->n / (cpu_seconds() - middle) / 1e6, (double)bytes / (double)(b->n + 1));
    blocklist_worker_free(&w);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    struct err e = {0};
    if (argc != 3) return 2;
    buf_init(&b.urls, BUF_NO_MAX);
    arena_init(&b.arena);
    int r = load(&b, argv, &e);
    b.entry = calloc(b.urls.n / 8 + 1, sizeof *b.entry); /* a URL has more bytes */
    if (r == 0 && b.entry) {
        normalize(&b);
        look_up(&b);
    }
    if (r < 0) fprintf(stderr, "%s\n", e.msg);
    free(b.entry);
    arena_free(&b.arena);
    buf_free(&b.urls);
    domains_close(b.domains);
    blocklist_close(b.list);
    return -r;
}
