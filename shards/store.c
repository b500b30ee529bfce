/* store.c: documents to the writers of their domains. Memory: the writers (SHARD_MAX_WRITTEN_DOMAINS bounds them) and one
 * document; a zstd encoder per thread while shards are closed. */
#include "shards/store.h"
#include "common/pool.h"
#include "shards/record.h"
#include <stdlib.h>

void shard_store_init(struct shard_store *s, const char *dir, unsigned width, uint64_t shard_bytes,
                      struct shard_mix *mix)
{
    *s = (struct shard_store){.dir = dir, .width = width, .shard_bytes = shard_bytes, .mix = mix};
    buf_init(&s->line, BUF_NO_MAX);
    buf_init(&s->scratch, BUF_NO_MAX);
}

static void free_domain(struct shard_store_domain *d)
{
    for (int k = 0; k < SHARD_SPLITS; k++) shard_writer_free(&d->split[k]);
    buf_free(&d->escaped);
    free(d->name);
    free(d);
}

void shard_store_free(struct shard_store *s)
{
    for (size_t i = 0; i < s->n_domains; i++) free_domain(s->domain[i]);
    s->n_domains = 0;
    buf_free(&s->line);
    buf_free(&s->scratch);
}

/* ------------------------------------------------------------------ domains */

static int check_new_domain(const struct shard_store *s, struct slice name, struct err *e)
{
    if (memchr(name.n ? name.p : "", 0, name.n))
        return err_set(e, ERR_USAGE, "a domain name holds a NUL byte; see `leat tokenize --domain-key`");
    if (s->n_domains == SHARD_MAX_WRITTEN_DOMAINS)
        return err_set(e, ERR_USAGE,
                       "more than %d domains, the last of them \"%.*s\"; give `leat tokenize` a --domain-key "
                       "with fewer values",
                       SHARD_MAX_WRITTEN_DOMAINS, (int)(name.n < 60 ? name.n : 60), name.p);
    if (s->mix->n > 0 && !shard_mix_find(s->mix, name))
        return err_set(
            e, ERR_USAGE, "domain \"%.*s\" has no weight; give it one in --mix or with --weight %.*s=W",
            (int)(name.n < 200 ? name.n : 200), name.p, (int)(name.n < 200 ? name.n : 200), name.p);
    return 0;
}

static int add_domain(struct shard_store *s, struct slice name, struct err *e)
{
    int r = check_new_domain(s, name, e);
    if (r < 0) return r;
    struct shard_store_domain *d = calloc(1, sizeof *d);
    if (!d) return err_nomem(e, "opening a domain");
    buf_init(&d->escaped, BUF_NO_MAX);
    d->name = strndup(name.n ? name.p : "", name.n);
    r = d->name ? shard_name_escape(name, &d->escaped, e) : err_nomem(e, "opening a domain");
    if (r < 0) {
        free_domain(d);
        return r;
    }
    for (int k = 0; k < SHARD_SPLITS; k++)
        shard_writer_init(&d->split[k], s->dir, d->escaped.p, k, s->width, s->shard_bytes);
    struct shard_mix_row *row = shard_mix_find(s->mix, name);
    if (row) row->met = true;
    s->last = s->n_domains;
    s->domain[s->n_domains++] = d;
    return 0;
}

/* Most documents have the domain of the one before them. */
static int find_domain(struct shard_store *s, struct slice name, struct shard_store_domain **d, struct err *e)
{
    size_t i = s->last;
    if (i >= s->n_domains || !slice_is(name, s->domain[i]->name))
        for (i = 0; i < s->n_domains && !slice_is(name, s->domain[i]->name);) i++;
    int r = i == s->n_domains ? add_domain(s, name, e) : 0;
    if (r < 0) return r;
    s->last = i;
    *d = s->domain[i];
    return 0;
}

/* ------------------------------------------------------------------ documents */

static bool ends_document(const struct ltok_header *h, const struct ltok_doc *d)
{
    return h->eod_token == LTOK_NO_TOKEN ||
           (d->n_tokens > 0 && ltok_token(h, d, d->n_tokens - 1) == h->eod_token);
}

int shard_store_add(struct shard_store *s, const struct ltok_header *h, const struct ltok_doc *d,
                    enum shard_split split, uint64_t *n_tokens, struct err *e)
{
    struct shard_store_domain *to;
    struct slice tokens = {0}, tail = {0};
    uint32_t eod = (uint32_t)h->eod_token;
    int r = find_domain(s, d->domain, &to, e);
    if (r == 0) r = shard_record_tokens(h, d, s->width, &s->scratch, &tokens, e);
    if (r < 0) return r;
    if (!ends_document(h, d)) tail = slice_of((const char *)&eod, s->width);
    *n_tokens = d->n_tokens + (tail.n > 0);
    buf_clear(&s->line);
    r = shard_record_put(h, d, *n_tokens, &s->line, e);
    if (r == 0) r = shard_writer_put(&to->split[split], tokens, tail, buf_slice(&s->line), e);
    return r;
}

/* ------------------------------------------------------------------ the end */

struct sealing {
    struct shard_store *s;
    struct err *e; /* one a writer */
};

static void seal_one(void *ctx, uint64_t i, int thread)
{
    struct sealing *x = ctx;
    (void)thread;
    shard_writer_seal(&x->s->domain[i / SHARD_SPLITS]->split[i % SHARD_SPLITS], &x->e[i]);
}

static int seal_writers(struct shard_store *s, int threads, struct err *e)
{
    uint64_t n = s->n_domains * SHARD_SPLITS;
    struct sealing x = {s, calloc(n + 1, sizeof *x.e)};
    struct team *team = team_new(threads);
    int r = x.e && team ? 0 : err_nomem(e, "closing the shards");
    if (r == 0) team_run(team, n, seal_one, &x);
    for (uint64_t i = 0; i < n && r == 0; i++)
        if (x.e[i].code) r = err_set(e, x.e[i].code, "%s", x.e[i].msg);
    team_free(team);
    free(x.e);
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct shard_store_domain *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

int shard_store_seal(struct shard_store *s, int threads, struct shard_manifest *to, struct err *e)
{
    int r = seal_writers(s, threads, e);
    /* an array of pointers */
    if (s->n_domains > 0)
        qsort(s->domain, s->n_domains, sizeof *s->domain, by_name); // NOLINT(bugprone-sizeof-expression)
    for (size_t i = 0; i < s->n_domains && r == 0; i++) {
        struct shard_domain *d = shard_manifest_add_domain(to, slice_str(s->domain[i]->name));
        if (!d) return err_nomem(e, "closing the shards");
        for (int k = 0; k < SHARD_SPLITS; k++) {
            d->split[k] = s->domain[i]->split[k].done;
            s->domain[i]->split[k].done = (struct shard_files){0};
        }
    }
    return r;
}
