/* index.h: Megatron-LM's .idx beside a .bin: lengths, offsets and document boundaries of packed sequences.
 *
 *   0 "MMIDIDX\0\0"  9 u64 version 1  17 u8 type  18 u64 S sequences  26 u64 D document boundaries
 *   34 i32[S] lengths in tokens; i64[S] byte offsets into the .bin; i64[D] boundaries in sequences: [0] = 0, last = S
 * Little-endian, unaligned behind the lengths. Source: megatron/core/datasets/indexed_dataset.py of Megatron-LM. */
#ifndef LEAT_SHARDS_INDEX_H
#define LEAT_SHARDS_INDEX_H

#include "common/buf.h"
#include "common/err.h"
#include <stdint.h>

#define SHARD_INDEX_HEADER 34

struct shard_index { /* a view of the bytes of an .idx */
    const uint8_t *lengths, *offsets, *boundaries;
    uint64_t sequences, n_boundaries;
    unsigned width;
};

/* Checks magic, version, type, and that the counts fill the bytes exactly; O(1). -ERR_DATA, naming `name`. */
int shard_index_parse(struct shard_index *x, const char *name, struct slice bytes, struct err *e);

/* Checks every entry: lengths >= 0, sequences back to back from 0 to the end of a .bin of bin_bytes, boundaries
 * 0, 1, … S (one sequence per document, as leat writes). */
int shard_index_check(const struct shard_index *x, const char *name, uint64_t bin_bytes, struct err *e);

int32_t shard_index_length(const struct shard_index *x, uint64_t sequence); /* tokens */
int64_t shard_index_offset(const struct shard_index *x, uint64_t sequence); /* bytes */

/* Pieces for a writer that has the lengths in a file: header, then the lengths themselves, then offsets and boundaries
 * in as many calls as it takes; *offset_bytes runs on, from 0. 0, or -1: out of memory. */
int shard_index_put_header(struct buf *b, unsigned width, uint64_t sequences);
int shard_index_put_offsets(struct buf *b, unsigned width, const int32_t *length, size_t n,
                            uint64_t *offset_bytes);
int shard_index_put_boundaries(struct buf *b, uint64_t first, size_t n);

#endif
