/* shard_read.c: the reader library: samples by number out of a shard directory.
 *
 * Opening reads the manifest and nothing else. A .bin is mapped when the first window in it is asked for; the plan of an
 * order (split, window length, batch) is made once and kept. Both are published with a lock and never change after,
 * so reading takes no lock. State of a run: none, it is in the caller's sample number. Memory: the manifest, 24 bytes a
 * file, and at most 8 KiB a domain and plan; the mapped pages are the page cache's. */
#include "shards/shard.h"
#include "shards/manifest.h"
#include "shards/map.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

struct stream { /* the token stream of a domain's split */
    const struct shard_files *files;
    uint64_t *first_token; /* [n + 1] */
    const char **map;      /* [n], NULL: not mapped yet; atomic */
};

struct plan { /* of one order, kept */
    struct plan *next;
    enum shard_split split;
    uint32_t seq_len, batch;
    struct shard_plan domains;
    uint64_t *windows; /* [n_domains] */
};

struct shard_set {
    char *dir;
    struct shard_manifest manifest;
    struct shard_info info;
    struct shard_domain_info *domains;
    struct stream *streams; /* [n_domains][SHARD_SPLITS] */
    struct plan *plans;     /* atomic head */
    pthread_mutex_t lock;   /* for mapping and planning */
};

/* ------------------------------------------------------------------ opening */

static int init_stream(struct stream *s, const struct shard_files *files, struct err *e)
{
    s->files = files;
    s->first_token = calloc(files->n + 1, sizeof *s->first_token);
    s->map = calloc(files->n + 1, sizeof *s->map);
    if (!s->first_token || !s->map) return err_nomem(e, "opening shards");
    for (size_t i = 0; i < files->n; i++) s->first_token[i + 1] = s->first_token[i] + files->at[i].tokens;
    return 0;
}

static void fill_info(struct shard_set *s)
{
    const struct shard_manifest *m = &s->manifest;
    struct shard_info *info = &s->info;
    *info = (struct shard_info){.token_width = m->width,
                                .vocab_size = m->vocab_size,
                                .eod_token = m->eod_token,
                                .n_domains = (uint32_t)m->n_domains,
                                .domains = s->domains};
    hash128_hex(m->tokenizer, info->tokenizer);
    for (size_t i = 0; i < m->n_domains; i++) {
        const struct shard_domain *d = &m->domain[i];
        const struct shard_files *train = &d->split[SHARD_TRAIN], *valid = &d->split[SHARD_VALID];
        s->domains[i] = (struct shard_domain_info){
            d->name, d->weight, d->quanta, train->tokens, train->documents, valid->tokens, valid->documents};
        info->tokens += train->tokens;
        info->documents += train->documents;
        info->valid_tokens += valid->tokens;
        info->valid_documents += valid->documents;
    }
}

static int build_set(struct shard_set *s, const char *dir, struct err *e)
{
    s->dir = strdup(dir);
    int r = s->dir ? shard_manifest_load(&s->manifest, dir, e) : err_nomem(e, "opening shards");
    size_t n = s->manifest.n_domains;
    s->domains = calloc(n + 1, sizeof *s->domains);
    s->streams = calloc(n * SHARD_SPLITS + 1, sizeof *s->streams);
    if (r == 0 && (!s->domains || !s->streams)) r = err_nomem(e, "opening shards");
    for (size_t i = 0; i < n * SHARD_SPLITS && r == 0; i++)
        r = init_stream(&s->streams[i], &s->manifest.domain[i / SHARD_SPLITS].split[i % SHARD_SPLITS], e);
    if (r == 0) fill_info(s);
    return r;
}

int shard_open(struct shard_set **out, const char *dir, struct err *e)
{
    *out = NULL;
    struct shard_set *s = calloc(1, sizeof *s);
    if (!s) return err_nomem(e, "opening shards");
    shard_manifest_init(&s->manifest);
    pthread_mutex_init(&s->lock, NULL);
    int r = build_set(s, dir, e);
    if (r == 0)
        *out = s;
    else
        shard_close(s);
    return r;
}

static void free_stream(struct stream *x)
{
    for (size_t i = 0; x->files && x->map && i < x->files->n; i++) {
        struct slice m = slice_of(x->map[i], x->map[i] ? x->files->at[i].part[SHARD_BIN].bytes : 0);
        shard_map_close(&m);
    }
    free(x->first_token);
    free(x->map);
}

void shard_close(struct shard_set *s)
{
    if (!s) return;
    for (size_t i = 0; s->streams && i < s->manifest.n_domains * SHARD_SPLITS; i++)
        free_stream(&s->streams[i]);
    while (s->plans) {
        struct plan *p = s->plans;
        s->plans = p->next;
        shard_plan_free(&p->domains);
        free(p->windows);
        free(p);
    }
    shard_manifest_free(&s->manifest);
    pthread_mutex_destroy(&s->lock);
    free(s->streams);
    free(s->domains);
    free(s->dir);
    free(s);
}

const struct shard_info *shard_info(const struct shard_set *s)
{
    return &s->info;
}

/* ------------------------------------------------------------------ planning */

static int find_split(const char *name, enum shard_split *split, struct err *e)
{
    *split = SHARD_TRAIN;
    if (!name || strcmp(name, shard_split_name[SHARD_TRAIN]) == 0) return 0;
    *split = SHARD_VALID;
    if (strcmp(name, shard_split_name[SHARD_VALID]) == 0) return 0;
    return err_set(e, ERR_USAGE, "no split \"%s\"; there are \"train\" and \"valid\"", name);
}

static uint64_t count_windows(const struct shard_set *s, enum shard_split split, uint32_t domain,
                              uint32_t seq_len)
{
    uint64_t tokens = s->manifest.domain[domain].split[split].tokens;
    return tokens == 0 || seq_len == 0 ? 0 : (tokens - 1) / seq_len;
}

uint64_t shard_windows(const struct shard_set *s, const char *split, uint32_t domain, uint32_t seq_len)
{
    enum shard_split k;
    if (domain >= s->info.n_domains || find_split(split, &k, NULL) < 0) return 0;
    return count_windows(s, k, domain, seq_len);
}

static int too_small(const struct shard_set *s, uint32_t domain, uint32_t seq_len, struct err *e)
{
    const struct shard_domain_info *d = &s->domains[domain];
    return err_set(e, ERR_USAGE,
                   "%s: domain \"%s\" has %" PRIu64
                   " training tokens, which is less than one window of %" PRIu64
                   "; shorten the sequences, or write the shards again with --weight %s=0",
                   s->dir, d->name, d->tokens, (uint64_t)seq_len + 1, d->name);
}

/* Which part of the samples each domain gets. For training that is the manifest's; for validation the domains that have a
 * window share the whole. */
static int share_out(const struct shard_set *s, struct plan *p, uint32_t *quanta, double *weight,
                     struct err *e)
{
    double sum = 0;
    for (uint32_t d = 0; d < s->info.n_domains; d++) {
        quanta[d] = s->domains[d].quanta;
        p->windows[d] = count_windows(s, p->split, d, p->seq_len);
        if (p->windows[d] == 0 && quanta[d] > 0 && p->split == SHARD_TRAIN)
            return too_small(s, d, p->seq_len, e);
        weight[d] = p->windows[d] > 0 ? quanta[d] : 0;
        sum += weight[d];
    }
    for (uint32_t d = 0; d < s->info.n_domains && p->split == SHARD_VALID && s->info.tokens == 0; d++)
        sum += weight[d] = (double)p->windows[d]; /* nothing to train on, so the manifest has no weights */
    if (sum == 0)
        return err_set(e, ERR_USAGE, "%s: its %s split has no window of %" PRIu64 " tokens in any domain%s",
                       s->dir, shard_split_name[p->split], (uint64_t)p->seq_len + 1,
                       p->split == SHARD_VALID
                           ? "; shorten the sequences, or write the shards again with a larger --valid-share"
                           : "; shorten the sequences, or add documents");
    return p->split == SHARD_VALID ? shard_quantise(weight, s->info.n_domains, quanta, e) : 0;
}

static int make_plan(const struct shard_set *s, struct plan *p, struct err *e)
{
    uint32_t n = s->info.n_domains;
    uint32_t *quanta = calloc(n + 1, sizeof *quanta);
    double *weight = calloc(n + 1, sizeof *weight);
    p->windows = calloc(n + 1, sizeof *p->windows);
    int r = quanta && weight && p->windows ? share_out(s, p, quanta, weight, e)
                                           : err_nomem(e, "planning the order");
    if (r == 0) r = shard_plan_init(&p->domains, quanta, n, p->batch, e);
    if (r < 0) free(p->windows);
    free(quanta);
    free(weight);
    return r;
}

static struct plan *find_plan(struct shard_set *s, enum shard_split split, uint32_t seq_len, uint32_t batch)
{
    struct plan *p = __atomic_load_n(&s->plans, __ATOMIC_ACQUIRE);
    while (p && (p->split != split || p->seq_len != seq_len || p->batch != batch)) p = p->next;
    return p;
}

static int add_plan(struct shard_set *s, const struct plan *want, struct plan **out, struct err *e)
{
    struct plan *p = malloc(sizeof *p);
    if (!p) return err_nomem(e, "planning the order");
    *p = *want;
    int r = make_plan(s, p, e);
    if (r < 0) {
        free(p);
        return r;
    }
    p->next = s->plans;
    __atomic_store_n(&s->plans, p, __ATOMIC_RELEASE);
    *out = p;
    return 0;
}

static int get_plan(struct shard_set *s, const struct shard_order *o, uint32_t seq_len, struct plan **out,
                    struct err *e)
{
    struct plan want = {.seq_len = seq_len, .batch = o->batch_samples ? o->batch_samples : 1};
    if (seq_len == 0) return err_set(e, ERR_USAGE, "a sequence length of 0; it must be at least 1");
    int r = find_split(o->split, &want.split, e);
    if (r < 0) return r;
    *out = find_plan(s, want.split, seq_len, want.batch);
    if (*out) return 0;
    pthread_mutex_lock(&s->lock);
    *out = find_plan(s, want.split, seq_len, want.batch); /* another thread may have made it */
    r = *out ? 0 : add_plan(s, &want, out, e);
    pthread_mutex_unlock(&s->lock);
    return r;
}

/* ------------------------------------------------------------------ reading */

static int map_file(struct shard_set *s, const struct stream *x, size_t i, const char **map, struct err *e)
{
    int r = 0;
    *map = __atomic_load_n(&x->map[i], __ATOMIC_ACQUIRE);
    if (*map) return 0;
    pthread_mutex_lock(&s->lock);
    if (!x->map[i]) {
        struct slice m;
        const struct shard_file *f = &x->files->at[i];
        r = shard_map_open(&m, s->dir, f->stem, shard_part_suffix[SHARD_BIN], f->part[SHARD_BIN].bytes, e);
        if (r == 0) {
            madvise((void *)m.p, m.n, MADV_RANDOM);
            __atomic_store_n(&x->map[i], m.p, __ATOMIC_RELEASE);
        }
    }
    *map = x->map[i];
    pthread_mutex_unlock(&s->lock);
    return r;
}

/* Blocks of a fixed length, since compilers make vectors of those. */
#define BLOCK 16
#define WIDEN(name, type)                                                           \
    static uint32_t name(const type *from, uint64_t n, uint32_t *to)                \
    {                                                                               \
        uint32_t lane[BLOCK] = {0}, most = 0;                                       \
        uint64_t i = 0;                                                             \
        for (; i + BLOCK <= n; i += BLOCK)                                          \
            for (int j = 0; j < BLOCK; j++) {                                       \
                uint32_t t = from[i + j];                                           \
                to[i + j] = t;                                                      \
                lane[j] = t > lane[j] ? t : lane[j];                                \
            }                                                                       \
        for (; i < n; i++) lane[0] = (to[i] = from[i]) > lane[0] ? to[i] : lane[0]; \
        for (int j = 0; j < BLOCK; j++) most = lane[j] > most ? lane[j] : most;     \
        return most;                                                                \
    }
WIDEN(widen_2, uint16_t)
WIDEN(widen_4, uint32_t)

/* The file of a stream that holds token `at`: the last one that begins at or before it and is not empty. */
static size_t find_file(const struct stream *x, uint64_t at)
{
    size_t low = 0, high = x->files->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x->first_token[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int read_tokens(struct shard_set *s, const struct stream *x, uint64_t at, uint64_t n, uint32_t *to,
                       struct err *e)
{
    for (size_t i = find_file(x, at); n > 0; i++) {
        const char *map;
        uint64_t skip = at - x->first_token[i], here = x->first_token[i + 1] - at;
        if (here > n) here = n;
        if (here == 0) continue;
        int r = map_file(s, x, i, &map, e);
        if (r < 0) return r;
        const char *from = map + skip * s->manifest.width;
        uint32_t most = s->manifest.width == 2 ? widen_2((const uint16_t *)(const void *)from, here, to)
                                               : widen_4((const uint32_t *)(const void *)from, here, to);
        if (most >= s->manifest.vocab_size)
            return err_set(
                e, ERR_DATA,
                "%s/%s%s holds token %" PRIu32 " in a vocabulary of %" PRIu64 "; see `leat shards verify`",
                s->dir, x->files->at[i].stem, shard_part_suffix[SHARD_BIN], most, s->manifest.vocab_size);
        at += here;
        n -= here;
        to += here;
    }
    return 0;
}

static void find_sample(const struct shard_set *s, const struct plan *p, uint64_t seed, uint64_t sample,
                        struct shard_sample *out)
{
    uint64_t k;
    struct shard_perm perm;
    shard_plan_at(&p->domains, sample, &out->domain, &k);
    out->epoch = k / p->windows[out->domain];
    shard_perm_init(&perm, p->windows[out->domain], seed, slice_str(s->domains[out->domain].name),
                    out->epoch);
    out->window = shard_perm_at(&perm, k % p->windows[out->domain]);
}

int shard_sample_at(struct shard_set *s, const struct shard_order *o, uint64_t sample, uint32_t seq_len,
                    struct shard_sample *out, struct err *e)
{
    struct plan *p = NULL;
    int r = get_plan(s, o, seq_len, &p, e);
    if (p) find_sample(s, p, o->seed, sample, out);
    return r;
}

int shard_batch(struct shard_set *s, const struct shard_order *o, uint64_t first_sample, uint32_t n_samples,
                uint32_t seq_len, uint32_t *tokens, struct err *e)
{
    struct plan *p = NULL;
    int r = get_plan(s, o, seq_len, &p, e);
    for (uint32_t i = 0; p && i < n_samples && r == 0; i++) {
        struct shard_sample at;
        find_sample(s, p, o->seed, first_sample + i, &at);
        const struct stream *x = &s->streams[(size_t)at.domain * SHARD_SPLITS + p->split];
        r = read_tokens(s, x, at.window * seq_len, (uint64_t)seq_len + 1,
                        tokens + (size_t)i * ((size_t)seq_len + 1), e);
    }
    return r;
}
