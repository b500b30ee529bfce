/* blocklist_load.c: blocklists from files and directories.
 *
 * What most lines of a long list are, a host in lower case, is told by one look at its characters; everything else goes through the URL
 * parser. In: paths. Out: struct blocklist. Memory: the sets, and 64 KiB of one file. */
#include "common/stream.h"
#include "common/text.h"
#include "ingest/admit/blocklist_internal.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PIECE_BYTES ((size_t)64 << 10)
#define LINE_MAX_BYTES ((size_t)64 << 10)
#define LEVELS 4          /* of categories in categories */
#define CATEGORY_BYTES 63 /* what a ledger's name holds */

/* ------------------------------------------------------------------ lines */

/* A host in its normal form already: a-z, 0-9, '-', '_' and single inner dots; the last label begins with a letter. */
static bool is_plain_host(struct slice s)
{
    bool dot = true, letter = false, dotted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.') {
            if (dot) return false;
            dot = dotted = true;
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
            if (dot) letter = c >= 'a' && c <= 'z';
            dot = false;
        } else {
            return false;
        }
    }
    return !dot && letter && dotted && s.n <= 253;
}

static int add_host(struct blocklist *b, struct slice host, unsigned category, struct err *e)
{
    if (!memchr(host.p, '.', host.n)) b->has_top = true;
    int r = hostset_add(&b->hosts, blocklist_host_key(host), category, e);
    return r < 0 ? r : 1;
}

static struct slice cut_front(struct slice s, size_t n)
{
    return slice_of(s.p + n, s.n - n);
}

static size_t slashes(struct slice path)
{
    size_t n = 0;
    for (size_t i = 0; i < path.n; i++) n += path.p[i] == '/';
    return n;
}

/* A URL's path and query into the set of URLs, or, where there is neither, its host into that of hosts. */
static int add_parts(struct blocklist *b, const struct url_normal *url, unsigned category, struct err *e)
{
    struct slice rest = url->rest;
    bool query = memchr(rest.p, '?', rest.n) != NULL;
    while (!query && rest.n && rest.p[rest.n - 1] == '/') rest.n--;
    if (rest.n == 0) return add_host(b, url->host, category, e);
    size_t depth = slashes(rest);
    if (!query && depth > BLOCKLIST_MAX_DEPTH) return -ERR_DATA;
    if (!query && depth > b->max_depth) b->max_depth = (unsigned)depth;
    int r = hostset_add(&b->urls, blocklist_url_key(url->host, rest), category, e);
    return r < 0 ? r : 1;
}

static bool has_scheme(struct slice s)
{
    return (s.n >= 7 && slice_eq_nocase(slice_of(s.p, 7), "http://")) ||
           (s.n >= 8 && slice_eq_nocase(slice_of(s.p, 8), "https://"));
}

/* "Example.com", "*.example.com", ".example.com", "1.2.3.4", "::1", "example.com:8080/a", "https://example.com/a". */
static int add_name(struct blocklist *b, struct blocklist_scratch *s, struct slice name, unsigned category,
                    struct err *e)
{
    struct url_normal parts = {0};
    if (slice_has_prefix(name, "*."))
        name = cut_front(name, 2);
    else if (slice_has_prefix(name, "."))
        name = cut_front(name, 1);
    if (is_plain_host(name)) return add_host(b, name, category, e);
    const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
    bool ipv6 = colon && name.p[0] != '[' && memchr(colon + 1, ':', name.n - (size_t)(colon + 1 - name.p)) &&
                !memchr(name.p, '/', name.n);
    buf_clear(&s->text);
    if (!has_scheme(name)) buf_puts(&s->text, ipv6 ? "http://[" : "http://");
    buf_put_slice(&s->text, name);
    if (ipv6) buf_putc(&s->text, ']');
    if (s->text.failed) return err_nomem(e, "loading a blocklist");
    int r = url_parse(&s->url, buf_slice(&s->text), NULL);
    if (r == 0) r = url_normal(&s->url, &s->normal, &parts);
    if (r == -ERR_IO) return err_nomem(e, "loading a blocklist");
    if (r < 0) return r;
    if (memchr(parts.host.p, ',', parts.host.n)) return -ERR_DATA; /* several hosts in a line */
    return add_parts(b, &parts, category, e);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct slice next_word(struct slice *s)
{
    while (s->n && is_space(s->p[0])) *s = cut_front(*s, 1);
    size_t n = 0;
    while (n < s->n && !is_space(s->p[n])) n++;
    struct slice word = slice_of(s->p, n);
    *s = cut_front(*s, n);
    if (word.n && word.p[0] == '#') *s = slice_of(s->p, word.n = 0); /* a comment, to the end */
    return word;
}

/* "0.0.0.0", "127.0.0.1", "::1", "fe80::1%lo0": what stands in front in a hosts file. */
static bool is_address(struct slice s)
{
    size_t digits = 0, dots = 0, colons = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        digits += c >= '0' && c <= '9';
        dots += c == '.';
        colons += c == ':';
    }
    return colons >= 2 || (dots == 3 && digits + dots == s.n);
}

/* What hosts files say of the machine itself: names without a dot, and these. */
static bool is_own_name(struct slice s)
{
    static const char *const own[] = {"localhost.localdomain", "0.0.0.0", "127.0.0.1", "255.255.255.255"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (slice_eq_nocase(s, own[i])) return true;
    return !memchr(s.p, '.', s.n);
}

/* The names behind an address. */
static int add_hosts_line(struct blocklist *b, struct blocklist_scratch *s, struct slice rest,
                          unsigned category, struct err *e)
{
    int any = 0;
    for (struct slice name = next_word(&rest); name.n; name = next_word(&rest)) {
        if (is_own_name(name)) continue;
        int r = add_name(b, s, name, category, e);
        if (r < 0) return r;
        any = 1;
    }
    return any;
}

int blocklist_add_line(struct blocklist *b, struct blocklist_scratch *s, struct slice line, unsigned category,
                       struct err *e)
{
    struct slice rest = line, first = next_word(&rest);
    struct slice behind = rest, second = next_word(&behind);
    if (first.n == 0 || slice_is(first, "localhost")) return 0;
    if (second.n == 0) return add_name(b, s, first, category, e);
    return is_address(first) ? add_hosts_line(b, s, rest, category, e) : -ERR_DATA;
}

static int add_expression(struct blocklist *b, struct slice line, unsigned category, struct err *e)
{
    line = slice_trim(line);
    if (line.n == 0 || line.p[0] == '#') return 0;
    struct expression *more = realloc(b->expression, (b->n_expressions + 1) * sizeof *more);
    if (!more) return err_nomem(e, "loading a blocklist");
    b->expression = more;
    void *code = blocklist_compile(line, e);
    if (!code) return -ERR_USAGE;
    b->expression[b->n_expressions++] = (struct expression){code, category};
    return 1;
}

/* ------------------------------------------------------------------ files */

struct loader {
    struct blocklist *b;
    const char *option; /* for messages */
    struct blocklist_scratch scratch;
    char root[4096]; /* the real path of the directory that is loaded; "": none is */
};

struct file {
    const char *path;
    unsigned category;
    bool expressions;
    uint64_t line, entries;
};

static int take_line(struct loader *l, struct file *f, struct slice line, struct err *e)
{
    struct err why = {0};
    struct blocklist *b = l->b;
    f->line++;
    int r = f->expressions ? add_expression(b, line, f->category, &why)
                           : blocklist_add_line(b, &l->scratch, line, f->category, &why);
    if (r == -ERR_DATA) {
        if (b->not_understood++ == 0)
            snprintf(b->example, sizeof b->example, "%s:%llu", f->path, (unsigned long long)f->line);
        return 0;
    }
    if (r == -ERR_USAGE)
        return err_set(e, ERR_USAGE, "%s:%llu: %s", f->path, (unsigned long long)f->line, why.msg);
    if (r < 0) return err_set(e, ERR_IO, "%s: %s", f->path, why.msg);
    f->entries += (uint64_t)r;
    return 0;
}

/* The whole lines of *b, which are then taken out of it. */
static int take_lines(struct loader *l, struct file *f, struct buf *b, bool last, struct err *e)
{
    size_t at = 0;
    int r = 0;
    while (r == 0 && at < b->n) {
        const char *nl = memchr(b->p + at, '\n', b->n - at);
        if (!nl && !last && b->n - at <= LINE_MAX_BYTES) break;
        size_t end = nl ? (size_t)(nl - b->p) : b->n;
        r = take_line(l, f, slice_of(b->p + at, end - at), e);
        at = end + (nl != NULL);
    }
    buf_consume(b, at);
    return r;
}

static int read_lines(struct loader *l, struct file *f, struct in *in, struct buf *b, struct err *e)
{
    for (;;) {
        if (buf_reserve(b, PIECE_BYTES) < 0) return err_nomem(e, "loading a blocklist");
        ssize_t n = in_read(in, b->p + b->n, PIECE_BYTES, e);
        if (n == IN_DAMAGED || n == IN_TRUNCATED) return -ERR_DATA;
        if (n < 0) return (int)n;
        b->n += (size_t)n;
        int r = take_lines(l, f, b, n == 0, e);
        if (r < 0 || n == 0) return r;
    }
}

static int load_lines(struct loader *l, struct file *f, struct err *e)
{
    struct in *in;
    struct buf b;
    int r = in_open(&in, f->path, 0, e);
    if (r < 0) return r;
    buf_init(&b, BUF_NO_MAX);
    r = read_lines(l, f, in, &b, e);
    buf_free(&b);
    in_close(in);
    return r;
}

/* The number of a category, which is new to the lists or not. */
static int category_of(struct blocklist *b, const char *name, unsigned *category, struct err *e)
{
    char full[CATEGORY_BYTES + 1];
    snprintf(full, sizeof full, BLOCKLIST_PREFIX "%s", name);
    for (size_t i = 0; i < b->n_categories; i++)
        if (strcmp(b->category[i], full) == 0) {
            *category = (unsigned)i;
            return 0;
        }
    if (b->n_categories == HOSTSET_VALUES)
        return err_set(e, ERR_USAGE, "blocklists of more than %d categories", HOSTSET_VALUES);
    char **more = realloc(b->category, (b->n_categories + 1) * sizeof *more), *copy = strdup(full);
    if (more) b->category = more;
    if (!more || !copy) {
        free(copy);
        return err_nomem(e, "loading a blocklist");
    }
    *category = (unsigned)b->n_categories;
    b->category[b->n_categories++] = copy;
    return 0;
}

/* ------------------------------------------------------------------ names */

/* The last part of a path, without the endings of compression and ".txt". */
static void stem_of(const char *path, char *stem, size_t size)
{
    static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2", ".lz4", ".txt"};
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/') from--;
    snprintf(stem, size, "%.*s", (int)(n - from), path + from);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(stem), ending = strlen(endings[i]);
        if (length > ending && strcmp(stem + length - ending, endings[i]) == 0) stem[length - ending] = 0;
    }
}

static bool is_list_name(const char *stem)
{
    return strcmp(stem, "domains") == 0 || strcmp(stem, "urls") == 0 || strcmp(stem, "expressions") == 0;
}

static int load_file(struct loader *l, const char *path, const char *category, uint64_t *entries,
                     struct err *e)
{
    char stem[256];
    stem_of(path, stem, sizeof stem);
    struct file f = {.path = path, .expressions = strcmp(stem, "expressions") == 0};
    int r = category_of(l->b, category, &f.category, e);
    if (r == 0) r = load_lines(l, &f, e);
    *entries += f.entries;
    return r;
}

/* ------------------------------------------------------------------ directories */

/* A link to another category of the same directory. */
static bool is_alias(const struct loader *l, const char *path)
{
    struct stat st;
    char real[4096 + 1];
    if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode)) return false;
    char *resolved = realpath(path, NULL);
    bool inside = false;
    if (resolved) {
        snprintf(real, sizeof real, "%s/", l->root);
        inside = strncmp(resolved, real, strlen(real)) == 0;
    }
    free(resolved);
    return inside;
}

static int load_directory(struct loader *l, const char *path, const char *category, int level,
                          uint64_t *entries, struct err *e);

/* One name in a directory: a list of its category, a category below it, or something else. */
static int load_name(struct loader *l, const char *path, const char *name, const char *category, int level,
                     uint64_t *own, bool *lists, uint64_t *below, struct err *e)
{
    struct stat st;
    char full[4096], stem[256], sub[256];
    if (snprintf(full, sizeof full, "%s/%s", path, name) >= (int)sizeof full) return 0;
    if (name[0] == '.' || stat(full, &st) < 0) return 0;
    if (S_ISDIR(st.st_mode)) {
        if (level == LEVELS || is_alias(l, full)) return 0;
        snprintf(sub, sizeof sub, level ? "%s/%s" : "%.0s%s", category, name);
        return load_directory(l, full, sub, level + 1, below, e);
    }
    stem_of(name, stem, sizeof stem);
    if (!is_list_name(stem)) return 0;
    *lists = true;
    return load_file(l, full, category, own, e);
}

/* The order of names, whatever the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_directory(struct loader *l, const char *path, const char *category, int level,
                          uint64_t *entries, struct err *e)
{
    struct dirent **name;
    int n = scandir(path, &name, NULL, by_bytes), r = 0;
    uint64_t own = 0, below = 0;
    bool lists = false;
    if (n < 0) return err_sys(e, "reading the directory %s", path);
    for (int i = 0; i < n; i++) {
        if (r == 0) r = load_name(l, path, name[i]->d_name, category, level, &own, &lists, &below, e);
        free(name[i]);
    }
    free(name);
    if (r == 0 && lists && own == 0)
        r = err_set(e, ERR_USAGE, "%s: the list %s holds no entry: remove it, or fetch it again", l->option,
                    path);
    *entries += own + below;
    return r;
}

/* ------------------------------------------------------------------ all */

/* The category of a file: its name, or its directory's where its name says nothing. */
static void file_category(const char *path, char *category, size_t size)
{
    char parent[4096];
    stem_of(path, category, size);
    if (!is_list_name(category)) return;
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent) return;
    *slash = 0;
    stem_of(parent, category, size);
}

static int load_path(struct loader *l, const char *path, struct err *e)
{
    struct stat st;
    char category[256];
    uint64_t entries = 0;
    int r;
    if (stat(path, &st) < 0) return err_sys(e, "%s: opening %s", l->option, path);
    if (S_ISDIR(st.st_mode)) {
        char *real = realpath(path, NULL);
        snprintf(l->root, sizeof l->root, "%s", real ? real : path);
        free(real);
        stem_of(path, category, sizeof category);
        r = load_directory(l, path, category, 0, &entries, e);
        if (r == 0 && entries == 0)
            r = err_set(e, ERR_USAGE,
                        "%s: %s holds no list: CATEGORY/domains, CATEGORY/urls or CATEGORY/expressions",
                        l->option, path);
        return r;
    }
    file_category(path, category, sizeof category);
    r = load_file(l, path, category, &entries, e);
    if (r == 0 && entries == 0)
        r = err_set(e, ERR_USAGE, "%s: %s holds no entry: it should have a host or URL a line", l->option,
                    path);
    return r;
}

/* One argument: a path, or several with commas between. */
static int load_argument(struct loader *l, const char *argument, struct err *e)
{
    struct stat st;
    if (stat(argument, &st) == 0 || !strchr(argument, ',')) return load_path(l, argument, e);
    char *copy = strdup(argument), *rest = copy, *path;
    if (!copy) return err_nomem(e, "loading a blocklist");
    int r = 0, n = 0;
    while (r == 0 && (path = strsep(&rest, ","))) {
        if (*path) r = load_path(l, path, e);
        n += *path != 0;
    }
    free(copy);
    return n ? r : err_set(e, ERR_USAGE, "%s: '%s' names no list", l->option, argument);
}

int blocklist_open(struct blocklist **out, const char *option, const char *const *paths, size_t n_paths,
                   struct err *e)
{
    struct loader l = {.b = calloc(1, sizeof *l.b), .option = option};
    *out = NULL;
    if (!l.b) return err_nomem(e, "loading a blocklist");
    hostset_init(&l.b->hosts);
    hostset_init(&l.b->urls);
    url_init(&l.scratch.url);
    buf_init(&l.scratch.text, BUF_NO_MAX);
    buf_init(&l.scratch.normal, BUF_NO_MAX);
    int r = 0;
    for (size_t i = 0; r == 0 && i < n_paths; i++) r = load_argument(&l, paths[i], e);
    url_free(&l.scratch.url);
    buf_free(&l.scratch.text);
    buf_free(&l.scratch.normal);
    if (r < 0)
        blocklist_close(l.b);
    else
        *out = l.b;
    return r;
}
