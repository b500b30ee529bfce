/* loader.c: see loader.h. Memory: one batch. */
#include "loader.h"
#include "common/hash.h"
#include "common/stream.h"
#include <stdio.h>
#include <stdlib.h>

enum { MANIFEST_MAX = 256 << 20 };

static int hash_manifest(struct loader *l, const char *dir, struct err *e)
{
    struct buf path, text;
    buf_init(&path, 1 << 20);
    buf_init(&text, BUF_NO_MAX);
    buf_printf(&path, "%s/manifest.json", dir);
    int r =
        buf_terminate(&path) < 0 ? err_nomem(e, "opening shards") : file_read(path.p, MANIFEST_MAX, &text, e);
    if (r == 0) l->hash = hash64(text.p, text.n);
    buf_free(&path);
    buf_free(&text);
    return r;
}

static int check_ends(const struct loader *l, const struct train_config *t, struct err *e)
{
    if ((!t->document_mask && !t->eod_mask_loss) || shard_info(l->set)->eod_token != SHARD_NO_TOKEN) return 0;
    return err_set(
        e, ERR_USAGE,
        "train: document_mask and eod_mask_loss need documents that end with a token; these shards' "
        "tokenizer has none: leave both out");
}

static bool any_window(const struct loader *l, const char *split)
{
    uint64_t n = 0;
    for (uint32_t d = 0; d < shard_info(l->set)->n_domains; d++)
        n += shard_windows(l->set, split, d, l->seq_len);
    return n > 0;
}

int loader_open(struct loader *l, const char *dir, struct config *config, struct err *e)
{
    const struct train_config *t = &config->train;
    *l = (struct loader){.seq_len = (uint32_t)config->model.seq_len};
    if (t->batch_sequences * t->accumulation > 1 << 24)
        return err_set(e, ERR_USAGE, "train: batch_sequences * accumulation is more than 16 million");
    l->batch = (uint32_t)(t->batch_sequences * t->accumulation);
    int r = shard_open(&l->set, dir, e);
    if (r == 0) r = hash_manifest(l, dir, e);
    if (r == 0) r = check_ends(l, t, e);
    if (r == 0) r = config_set_vocab(&config->model, shard_info(l->set)->vocab_size, e);
    if (r == 0) {
        l->train =
            (struct shard_order){.seed = (uint64_t)t->seed, .split = "train", .batch_samples = l->batch};
        l->valid = (struct shard_order){.seed = (uint64_t)t->seed, .split = "valid"};
        l->has_valid = any_window(l, "valid");
        struct shard_sample first; /* says now what would be wrong with the first batch */
        r = shard_sample_at(l->set, &l->train, 0, l->seq_len, &first, e);
    }
    if (r == 0) {
        l->tokens = calloc((size_t)l->batch * (l->seq_len + 1), sizeof *l->tokens);
        if (!l->tokens) r = err_nomem(e, "making a batch");
    }
    if (r < 0) loader_close(l);
    return r;
}

void loader_close(struct loader *l)
{
    shard_close(l->set);
    free(l->tokens);
    *l = (struct loader){0};
}

int loader_next(struct loader *l, struct err *e)
{
    int r = shard_batch(l->set, &l->train, l->sample, l->batch, l->seq_len, l->tokens, e);
    if (r < 0) return r;
    l->sample += l->batch;
    return 0;
}

int loader_valid(struct loader *l, uint64_t first, uint32_t n, struct err *e)
{
    return shard_batch(l->set, &l->valid, first, n, l->seq_len, l->tokens, e);
}
