/* mix.c: weights from a file and from options, made to sum to 1. Memory: the rows. */
#include "shards/mix.h"
#include "common/yaml.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

void shard_mix_free(struct shard_mix *m)
{
    for (size_t i = 0; i < m->n; i++) free(m->at[i].name);
    free(m->at);
    *m = (struct shard_mix){0};
}

struct shard_mix_row *shard_mix_find(const struct shard_mix *m, struct slice domain)
{
    for (size_t i = 0; i < m->n; i++)
        if (slice_is(domain, m->at[i].name)) return &m->at[i];
    return NULL;
}

static int set_weight(struct shard_mix *m, struct slice name, double weight, struct err *e)
{
    struct shard_mix_row *row = shard_mix_find(m, name);
    if (row) {
        row->weight = weight;
        return 0;
    }
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 8;
        row = reallocarray(m->at, cap, sizeof *row);
        if (!row) return err_nomem(e, "reading the mix");
        m->at = row;
        m->cap = cap;
    }
    char *copy = strndup(name.n ? name.p : "", name.n);
    if (!copy) return err_nomem(e, "reading the mix");
    m->at[m->n++] = (struct shard_mix_row){.name = copy, .weight = weight};
    return 0;
}

int shard_mix_load(struct shard_mix *m, const char *path, struct err *e)
{
    struct yaml_file *f;
    struct yaml *weights = NULL;
    int r = yaml_load(&f, path, e);
    if (r < 0) return r;
    r = yaml_map(yaml_root(f), "weights", &weights, e);
    if (r == 0) r = err_set(e, ERR_USAGE, "%s: no \"weights\"; write weights: {web: 50, code: 15}", path);
    for (const struct yaml *x = r > 0 ? weights->child : NULL; x && r > 0; x = x->next) {
        double weight = 0;
        r = yaml_num(weights, x->key, 0, DBL_MAX, &weight, e);
        if (r > 0 && set_weight(m, slice_str(x->key), weight, e) < 0) r = -ERR_IO;
    }
    if (r > 0) r = yaml_check_used(yaml_root(f), e);
    yaml_free(f);
    return r < 0 ? r : 0;
}

int shard_mix_set(struct shard_mix *m, const char *assignment, struct err *e)
{
    const char *equals = strrchr(assignment, '=');
    char *end = NULL;
    double weight = equals ? strtod(equals + 1, &end) : -1;
    if (!equals || end == equals + 1 || *end || !isfinite(weight) || weight < 0)
        return err_set(e, ERR_USAGE, "--weight %s: write DOMAIN=WEIGHT with a number from 0 up, as web=50",
                       assignment);
    return set_weight(m, slice_of(assignment, (size_t)(equals - assignment)), weight, e);
}

/* Raw weights into weight[]; their sum, and all training tokens into *tokens. */
static double weigh(const struct shard_mix *m, const struct shard_manifest *to, double *weight,
                    uint64_t *tokens)
{
    double sum = 0;
    *tokens = 0;
    for (size_t d = 0; d < to->n_domains; d++) {
        const struct shard_domain *x = &to->domain[d];
        const struct shard_mix_row *row = shard_mix_find(m, slice_str(x->name));
        uint64_t here = x->split[SHARD_TRAIN].tokens;
        weight[d] = here == 0 ? 0 : m->n == 0 ? (double)here : row ? row->weight : 0;
        sum += weight[d];
        *tokens += here;
    }
    return sum;
}

static int apply(const struct shard_mix *m, struct shard_manifest *to, double *weight, uint32_t *quanta,
                 struct err *e)
{
    uint64_t tokens;
    double sum = weigh(m, to, weight, &tokens);
    if (tokens > 0 && !(sum > 0))
        return err_set(e, ERR_USAGE,
                       "no domain that has training tokens has a weight above 0; see --mix and --weight");
    int r = tokens > 0 ? shard_quantise(weight, (uint32_t)to->n_domains, quanta, e) : 0;
    for (size_t d = 0; d < to->n_domains && r == 0; d++) {
        to->domain[d].weight = tokens > 0 ? weight[d] / sum : 0;
        to->domain[d].quanta = quanta[d];
    }
    return r;
}

int shard_mix_apply(const struct shard_mix *m, struct shard_manifest *to, struct err *e)
{
    double *weight = calloc(to->n_domains + 1, sizeof *weight);
    uint32_t *quanta = calloc(to->n_domains + 1, sizeof *quanta);
    int r = weight && quanta ? apply(m, to, weight, quanta, e) : err_nomem(e, "weighting the domains");
    free(weight);
    free(quanta);
    return r;
}
