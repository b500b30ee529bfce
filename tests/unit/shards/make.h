/* make.h: small shard directories for the unit tests, in the scratch directory that tests/run gives each program. */
#ifndef LEAT_TESTS_SHARDS_MAKE_H
#define LEAT_TESTS_SHARDS_MAKE_H

#include "common/stream.h"
#include "shards/store.h"
#include "tests/unit/test.h"
#include <sys/stat.h>

struct made_domain {
    const char *name;
    double weight;
    uint64_t tokens, valid_tokens; /* without the ends of documents; documents of 1 to 97 tokens */
};

/* Token `at` of a domain's split, end-of-document tokens not counted: any function that tells places apart. */
static inline uint32_t made_token(unsigned domain, unsigned split, uint64_t at, uint64_t vocab)
{
    return (uint32_t)(hash_mix64(at + 1000003ULL * domain + 7919ULL * split + 1) % (vocab - 1));
}

static inline int made_split(struct shard_store *s, const struct ltok_header *h, const struct made_domain *d,
                             unsigned domain, unsigned split, struct err *e)
{
    uint64_t total = split == SHARD_VALID ? d->valid_tokens : d->tokens, at = 0;
    int r = 0;
    for (uint64_t doc = 0; at < total && r == 0; doc++) {
        uint32_t wide[97];
        uint16_t narrow[97];
        uint64_t n = 1 + hash_mix64(doc + 31 * domain) % 97, written;
        char id[64];
        if (n > total - at) n = total - at;
        for (uint64_t i = 0; i < n; i++) {
            wide[i] = made_token(domain, split, at + i, h->vocab_size);
            narrow[i] = (uint16_t)wide[i];
        }
        snprintf(id, sizeof id, "%s-%u-%" PRIu64, d->name, split, doc);
        struct ltok_doc x = {.id = slice_str(id),
                             .domain = slice_str(d->name),
                             .source = slice_str("made"),
                             .warc_offset = -1,
                             .n_tokens = n,
                             .tokens = h->width == 2 ? (const void *)narrow : (const void *)wide};
        r = shard_store_add(s, h, &x, split, &written, e);
        at += n;
    }
    return r;
}

/* DIR with these domains; the vocabulary's last id ends documents. */
static inline int made_shards(const char *dir, uint64_t vocab, uint64_t shard_bytes,
                              const struct made_domain *d, unsigned n, struct err *e)
{
    struct ltok_header h = {.width = vocab > 65536 ? 4 : 2, .vocab_size = vocab, .eod_token = vocab - 1};
    struct shard_mix mix = {0};
    struct shard_store s;
    struct shard_manifest m;
    struct buf text;
    char path[256];
    int r = 0;
    mkdir(dir, 0777);
    buf_init(&text, BUF_NO_MAX);
    shard_manifest_init(&m);
    m.width = shard_width(vocab), m.vocab_size = vocab, m.eod_token = vocab - 1;
    for (unsigned i = 0; i < n && r == 0; i++) {
        char assignment[128];
        snprintf(assignment, sizeof assignment, "%s=%g", d[i].name, d[i].weight);
        r = shard_mix_set(&mix, assignment, e);
    }
    shard_store_init(&s, dir, m.width, shard_bytes, &mix);
    for (unsigned i = 0; i < n && r == 0; i++)
        for (unsigned split = 0; split < SHARD_SPLITS && r == 0; split++)
            r = made_split(&s, &h, &d[i], i, split, e);
    if (r == 0) r = shard_store_seal(&s, 2, &m, e);
    if (r == 0) r = shard_mix_apply(&mix, &m, e);
    if (r == 0) r = shard_manifest_put(&m, &text, e);
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    if (r == 0) r = file_write(path, buf_slice(&text), e);
    shard_store_free(&s);
    shard_manifest_free(&m);
    shard_mix_free(&mix);
    buf_free(&text);
    return r;
}

/* Changes one byte of a file, or cuts it when at < 0. */
static inline void made_damage(const char *path, long at)
{
    if (at < 0) {
        struct stat st;
        if (stat(path, &st) == 0 && truncate(path, st.st_size + at) < 0) perror(path);
        return;
    }
    FILE *f = fopen(path, "r+b");
    fseek(f, at, SEEK_SET);
    int c = fgetc(f);
    fseek(f, at, SEEK_SET);
    fputc(c ^ 0x40, f);
    fclose(f);
}

#endif
