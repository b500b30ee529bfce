/* domain.c: registered domains by libpsl. In: a host. Out: a part of it. State: the list. Memory: about 100 KB built in; some MB for
 * a file. */
#include "common/domain.h"
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX 253 /* RFC 1035, as text */

struct domains {
    psl_ctx_t *list; /* NULL: the built-in one */
    const psl_ctx_t *in_use;
};

#define ICANN_BEGINS "===BEGIN ICANN DOMAINS==="
#define COMPILED ".DAFSA@PSL_"

/* Whether a file is a list as publicsuffix.org has it, or as libpsl compiles it: libpsl takes any text for one. */
static bool is_list(FILE *f)
{
    char line[1024];
    bool found = false;
    while (!found && fgets(line, sizeof line, f))
        found = strstr(line, ICANN_BEGINS) || strncmp(line, COMPILED, strlen(COMPILED)) == 0;
    rewind(f);
    return found;
}

static int load(struct domains *d, const char *path, struct err *e)
{
    FILE *f = fopen(path, "r");
    if (!f) return err_sys(e, "opening the public suffix list %s", path);
    bool list = is_list(f);
    int bad = ferror(f);
    if (!bad && list) d->list = psl_load_fp(f);
    bad |= ferror(f);
    fclose(f);
    if (!bad && !list)
        return err_set(e, ERR_USAGE,
                       "%s is no public suffix list: it has no line with \"" ICANN_BEGINS
                       "\", as that of https://publicsuffix.org/list/ has",
                       path);
    if (bad || !d->list) return err_set(e, ERR_IO, "the public suffix list %s cannot be read", path);
    d->in_use = d->list;
    return 0;
}

int domains_open(struct domains **out, const char *path, struct err *e)
{
    int r = 0;
    struct domains *d = *out = calloc(1, sizeof *d);
    if (!d) return err_nomem(e, "opening the public suffix list");
    d->in_use = psl_builtin();
    if (path) r = load(d, path, e);
    if (r == 0 && path && psl_suffix_count(d->in_use) <= 0)
        r = err_set(e, ERR_USAGE,
                    "%s holds no public suffix: is it the list of https://publicsuffix.org/list/?", path);
    if (r == 0 && !d->in_use)
        r = err_set(e, ERR_IO, "this libpsl has no list built in: give one with --psl FILE");
    if (r < 0) {
        domains_close(d);
        *out = NULL;
    }
    return r;
}

void domains_close(struct domains *d)
{
    if (d) psl_free(d->list);
    free(d);
}

struct slice domain_of(const struct domains *d, struct slice host, enum url_host_kind kind)
{
    char name[HOST_MAX + 1];
    if (kind != URL_DOMAIN) return host;
    if (host.n > HOST_MAX) return slice_of("", 0);
    memcpy(name, host.p, host.n);
    name[host.n] = 0;
    const char *registered = psl_registrable_domain(d->in_use, name);
    if (!registered) return host;
    size_t skip = (size_t)(registered - name);
    return slice_of(host.p + skip, host.n - skip);
}
