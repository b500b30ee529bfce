/* blocks.c: the n-grams of one order in a temporary file, a block per context.
 *
 * A block is a head (how many words of the context follow; what follows these), those words, and either one word, whose
 * count is 1, or: how many followers, the pruned counts where there are any, and each follower's word and count (32 bits,
 * or 32 ones and 64 bits).
 *
 * State: the context before; of a reader the block. Memory: 16 bytes for each different follower of the largest block. */
#include "filter/lm/blocks.h"
#include "common/buf.h"
#include <stdlib.h>

#define READ_BYTES ((size_t)512 << 10)
#define HEAD_FRESH 15U
#define HEAD_SINGLE 16U
#define HEAD_PRUNED 32U
#define HEAD_BYTES ((2 + LM_MAX_ORDER) * sizeof(uint32_t) + sizeof(uint64_t)) /* at most, without followers */
#define FOLLOWER_BYTES (2 * sizeof(uint32_t) + sizeof(uint64_t))

int block_writer_new(struct block_writer *w, const char *tmp, struct err *e)
{
    memset(w->last, 0xFF, sizeof w->last);
    return spool_new(&w->spool, tmp, e);
}

static int write_follower(struct spool *s, const struct follower *f, struct err *e)
{
    bool big = f->count >= UINT32_MAX;
    char *p = spool_room(s, 2 * sizeof(uint32_t) + (big ? sizeof f->count : 0), e);
    uint32_t pair[2] = {f->word, big ? UINT32_MAX : (uint32_t)f->count};
    if (!p) return -ERR_IO;
    memcpy(p, pair, sizeof pair);
    if (big) memcpy(p + sizeof pair, &f->count, sizeof f->count);
    return 0;
}

/* The words of the context from `same` on become the last ones. */
static uint32_t *put_fresh(struct block_writer *w, const struct block *b, unsigned same, uint32_t *u)
{
    for (unsigned i = same; i < b->length; i++) *u++ = w->last[i] = b->context[i];
    return u;
}

int block_write(struct block_writer *w, const struct block *b, struct err *e)
{
    bool single = b->n == 1 && b->at[0].count == 1 && b->pruned == 0;
    unsigned same = 0;
    while (same < b->length && b->context[same] == w->last[same]) same++;
    unsigned units = 2 + b->length - same + (b->pruned ? 2 : 0);
    uint32_t *u = spool_room(w->spool, units * sizeof *u, e);
    if (!u) return -ERR_IO;
    *u++ = (b->length - same) | (single ? HEAD_SINGLE : 0) | (b->pruned ? HEAD_PRUNED : 0);
    u = put_fresh(w, b, same, u);
    *u++ = single ? b->at[0].word : (uint32_t)b->n;
    if (single) return 0;
    if (b->pruned) memcpy(u, &b->pruned, sizeof b->pruned);
    int r = 0;
    for (uint64_t i = 0; i < b->n && r == 0; i++) r = write_follower(w->spool, &b->at[i], e);
    return r;
}

int block_reader_open(struct block_reader *r, struct spool *s, unsigned length, struct err *e)
{
    *r = (struct block_reader){.block.length = length};
    return spool_rewind(&r->in, s, 0, spool_bytes(s), READ_BYTES, e);
}

void block_reader_free(struct block_reader *r)
{
    spool_reader_free(&r->in);
    free(r->block.at);
    *r = (struct block_reader){0};
}

static int grow(struct block_reader *r, uint64_t n, struct err *e)
{
    if (n <= r->cap) return 0;
    uint64_t cap = n < 32 ? 64 : 2 * n;
    struct follower *at = realloc(r->block.at, cap * sizeof *at);
    if (!at) return err_nomem(e, "estimating");
    r->block.at = at;
    r->cap = cap;
    return 0;
}

static int read_followers(struct block_reader *r, struct err *e)
{
    struct block *b = &r->block;
    uint32_t pair[2];
    for (uint64_t i = 0; i < b->n; i++) {
        if (spool_ask(&r->in, FOLLOWER_BYTES, e) < (int64_t)sizeof pair) return -ERR_IO;
        memcpy(pair, r->in.buf + r->in.pos, sizeof pair);
        r->in.pos += sizeof pair;
        b->at[i] = (struct follower){.word = pair[0], .count = pair[1]};
        if (pair[1] != UINT32_MAX) continue;
        memcpy(&b->at[i].count, r->in.buf + r->in.pos, sizeof b->at[i].count);
        r->in.pos += sizeof b->at[i].count;
    }
    return 0;
}

int block_next(struct block_reader *r, struct err *e)
{
    struct block *b = &r->block;
    int64_t there = spool_ask(&r->in, HEAD_BYTES, e);
    if (there <= 0) return (int)there;
    const uint32_t *u = (const uint32_t *)(const void *)(r->in.buf + r->in.pos), head = *u++;
    b->single = head & HEAD_SINGLE;
    for (unsigned i = b->length - (head & HEAD_FRESH); i < b->length; i++) b->context[i] = *u++;
    b->n = b->single ? 1 : *u++;
    if (grow(r, b->n, e) < 0) return -ERR_IO;
    b->pruned = 0;
    if (head & HEAD_PRUNED) {
        memcpy(&b->pruned, u, sizeof b->pruned);
        u += 2;
    }
    if (b->single) b->at[0] = (struct follower){.word = *u++, .count = 1};
    r->in.pos = (size_t)((const char *)u - r->in.buf);
    return b->single || read_followers(r, e) == 0 ? 1 : -ERR_IO;
}
