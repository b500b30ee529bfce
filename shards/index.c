/* index.c: reading and writing Megatron-LM's .idx.
 *
 * Reading is over bytes that anybody may have written: every count is checked against the size before it is used, and
 * nothing is copied. Writing gives pieces, so that an index never lies in memory whole. State and memory: none. */
#include "shards/index.h"
#include <inttypes.h>

static const char magic[9] = "MMIDIDX\0";
enum { TYPE_I32 = 4, TYPE_U16 = 8 };

static uint64_t load_u64(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--) v = v << 8 | p[i];
    return v;
}

static void put_le(struct buf *b, uint64_t v, unsigned bytes)
{
    uint8_t p[8];
    for (unsigned i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * i);
    buf_put(b, p, bytes);
}

int32_t shard_index_length(const struct shard_index *x, uint64_t sequence)
{
    const uint8_t *p = x->lengths + 4 * sequence;
    return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

int64_t shard_index_offset(const struct shard_index *x, uint64_t sequence)
{
    return (int64_t)load_u64(x->offsets + 8 * sequence);
}

int shard_index_parse(struct shard_index *x, const char *name, struct slice bytes, struct err *e)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    if (bytes.n < SHARD_INDEX_HEADER || memcmp(p, magic, sizeof magic) != 0)
        return err_set(e, ERR_DATA, "%s: not a Megatron-LM index (no MMIDIDX at its beginning)", name);
    if (load_u64(p + 9) != 1)
        return err_set(e, ERR_DATA, "%s: index version %" PRIu64 "; leat reads version 1", name,
                       load_u64(p + 9));
    if (p[17] != TYPE_U16 && p[17] != TYPE_I32)
        return err_set(e, ERR_DATA, "%s: token type %u; leat reads 8 (u16) and 4 (i32)", name, p[17]);
    x->width = p[17] == TYPE_U16 ? 2 : 4;
    x->sequences = load_u64(p + 18);
    x->n_boundaries = load_u64(p + 26);
    uint64_t rest = bytes.n - SHARD_INDEX_HEADER;
    if (x->sequences > rest / 12 || x->n_boundaries > rest / 8 ||
        12 * x->sequences + 8 * x->n_boundaries != rest)
        return err_set(e, ERR_DATA,
                       "%s: %" PRIu64 " sequences and %" PRIu64 " boundaries do not fill its %zu bytes", name,
                       x->sequences, x->n_boundaries, bytes.n);
    x->lengths = p + SHARD_INDEX_HEADER;
    x->offsets = x->lengths + 4 * x->sequences;
    x->boundaries = x->offsets + 8 * x->sequences;
    return 0;
}

int shard_index_check(const struct shard_index *x, const char *name, uint64_t bin_bytes, struct err *e)
{
    uint64_t at = 0;
    if (x->n_boundaries != x->sequences + 1)
        return err_set(e, ERR_DATA,
                       "%s: %" PRIu64 " boundaries for %" PRIu64 " documents of one sequence each", name,
                       x->n_boundaries, x->sequences);
    for (uint64_t i = 0; i < x->sequences; i++) {
        int32_t length = shard_index_length(x, i);
        if (length < 0 || (uint64_t)shard_index_offset(x, i) != at ||
            (uint64_t)length * x->width > bin_bytes - at)
            return err_set(e, ERR_DATA,
                           "%s: sequence %" PRIu64 " does not lie behind the one before it in the .bin", name,
                           i);
        at += (uint64_t)length * x->width;
    }
    for (uint64_t i = 0; i < x->n_boundaries; i++)
        if (load_u64(x->boundaries + 8 * i) != i)
            return err_set(e, ERR_DATA, "%s: document boundary %" PRIu64 " is not sequence %" PRIu64, name, i,
                           i);
    if (at != bin_bytes)
        return err_set(e, ERR_DATA, "%s: its sequences end at byte %" PRIu64 " of a .bin of %" PRIu64, name,
                       at, bin_bytes);
    return 0;
}

int shard_index_put_header(struct buf *b, unsigned width, uint64_t sequences)
{
    buf_put(b, magic, sizeof magic);
    put_le(b, 1, 8);
    put_le(b, width == 2 ? TYPE_U16 : TYPE_I32, 1);
    put_le(b, sequences, 8);
    put_le(b, sequences + 1, 8);
    return b->failed ? -1 : 0;
}

int shard_index_put_offsets(struct buf *b, unsigned width, const int32_t *length, size_t n,
                            uint64_t *offset_bytes)
{
    for (size_t i = 0; i < n; i++) {
        put_le(b, *offset_bytes, 8);
        *offset_bytes += (uint64_t)length[i] * width;
    }
    return b->failed ? -1 : 0;
}

int shard_index_put_boundaries(struct buf *b, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) put_le(b, first + i, 8);
    return b->failed ? -1 : 0;
}
