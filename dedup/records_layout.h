/* records_layout.h: header and trailer of a file of records, for its writer and its reader (docs/formats.md). */
#ifndef LEAT_DEDUP_RECORDS_LAYOUT_H
#define LEAT_DEDUP_RECORDS_LAYOUT_H

#include "common/hash.h"
#include "dedup/records.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "records are read and written as they lie in memory");

#define RECORDS_MAGIC "leatrec1"
#define RECORDS_END_MAGIC "leatend1"
#define RECORDS_KIND_BYTES 32

struct records_header {
    char magic[8];
    uint32_t words, zero;
    char kind[RECORDS_KIND_BYTES];
    uint64_t zeros[2];
};

struct records_trailer {
    uint64_t records, blocks, runs, meta_bytes, footer_offset;
    uint64_t hash; /* of the header, the footer and the five numbers above */
    uint64_t zero;
    char magic[8];
};

_Static_assert(sizeof(struct records_header) == 64 && sizeof(struct records_trailer) == 64,
               "docs/formats.md");

/* footer: hashes of blocks, ends of runs and meta, one behind the other. 0, or -1: out of memory. */
static inline int records_hash(const struct records_header *h, const void *footer, size_t footer_bytes,
                               const struct records_trailer *t, uint64_t *hash)
{
    struct hash_stream *s = hash_stream_new();
    if (!s) return -1;
    hash_stream_update(s, h, sizeof *h);
    hash_stream_update(s, footer, footer_bytes);
    hash_stream_update(s, t, offsetof(struct records_trailer, hash));
    *hash = hash_stream_digest(s);
    hash_stream_free(s);
    return 0;
}

#endif
