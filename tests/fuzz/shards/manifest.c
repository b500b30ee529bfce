/* The text of a manifest: what is accepted must come back the same when it is written and read again, and must be fit
 * for the arithmetic of the order. */
#include "shards/manifest.h"
#include <stdlib.h>

static void check_order(const struct shard_manifest *m)
{
    struct shard_plan p;
    uint32_t quanta[SHARD_MAX_DOMAINS], sum = 0, domain;
    uint64_t k;
    for (size_t d = 0; d < m->n_domains; d++) sum += quanta[d] = m->domain[d].quanta;
    if (sum != SHARD_QUANTA || m->n_domains > 8) return;
    if (shard_plan_init(&p, quanta, (uint32_t)m->n_domains, 1, NULL) < 0) return;
    for (uint64_t i = 0; i < 100; i++) {
        shard_plan_at(&p, i * 12345677, &domain, &k);
        if (quanta[domain] == 0) abort();
    }
    shard_plan_free(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shard_manifest m, again;
    struct err e = {0};
    struct buf text;
    if (shard_manifest_parse(&m, "fuzz", slice_of((const char *)data, size), &e) < 0) return 0;
    buf_init(&text, BUF_NO_MAX);
    if (shard_manifest_put(&m, &text, &e) < 0) abort();
    if (shard_manifest_parse(&again, "again", buf_slice(&text), &e) < 0) abort();
    if (again.n_domains != m.n_domains) abort();
    check_order(&m);
    shard_manifest_free(&again);
    shard_manifest_free(&m);
    buf_free(&text);
    return 0;
}
