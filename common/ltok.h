/* ltok.h: the token stream between `leat tokenize` and `leat shard` (or a trainer's standard input).
 *
 * Layout, little-endian (docs/formats.md is the contract):
 *   header   0  8 bytes "LEATTOK\1"
 *            8  u32 version = 1
 *           12  u8  token width in bytes: 2 or 4
 *           13  u8  flags: 1 documents may carry loss masks; 2 roles
 *           14  u16 number of carried keys K
 *           16  u64 vocabulary size (ids are below it)
 *           24  u64 end-of-document token id, or 2^64-1: none
 *           32  16 bytes tokenizer hash (XXH128 of the canonical tokenizer, hi then lo)
 *           48  K times: u16 length, 1 to 63 bytes (names of the carried keys)
 *           ..  u32 low half of XXH3 of the header before this field
 *   document    u32 0x4B4F5444 ("DTOK")
 *               u32 flags: 1 loss mask follows, 2 roles follow
 *               u64 number of tokens N
 *               u32 length of the strings block
 *               strings block: id, domain, source, url, warc_file, then K carried values, each u32 length + bytes
 *                              (carried values are raw JSON, empty when absent); then i64 warc_offset (-1: none)
 *               N * width bytes of tokens; [N bytes of loss mask]; [N bytes of roles]
 *               u32 low half of XXH3 of all bytes of the document before this field
 *   end         u32 0x444E4554 ("TEND"), u64 documents, u64 tokens, u32 low half of XXH3 of these 20 bytes; nothing
 *               follows. A stream without it was cut. */
#ifndef LEAT_COMMON_LTOK_H
#define LEAT_COMMON_LTOK_H

#include "buf.h"
#include "err.h"
#include "hash.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LTOK_MAX_KEYS 32
#define LTOK_NO_TOKEN UINT64_MAX
enum ltok_flags { LTOK_MASK = 1, LTOK_ROLES = 2 };

struct ltok_header {
    unsigned width; /* 2 or 4 */
    unsigned flags;
    uint64_t vocab_size, eod_token;
    struct hash128 tokenizer;
    unsigned n_keys;
    char keys[LTOK_MAX_KEYS][64];
};

struct ltok_doc {
    struct slice id, domain, source, url, warc_file;
    int64_t warc_offset; /* -1: none */
    struct slice carry[LTOK_MAX_KEYS];
    uint64_t n_tokens;
    const void *tokens;          /* n_tokens of header.width bytes, little-endian, maybe unaligned */
    const uint8_t *mask, *roles; /* or NULL */
};

/* Writers append to b: 0, or -1 when b is full, or when what is given does not fit the layout or the header (width,
 * token counts, masks without the header's flag). Tokens are given as they are stored. */
int ltok_put_header(struct buf *b, const struct ltok_header *h);
int ltok_put_doc(struct buf *b, const struct ltok_header *h, const struct ltok_doc *d);
int ltok_put_end(struct buf *b, uint64_t documents, uint64_t tokens);

/* Reader. max_doc_bytes bounds one document's memory. ltok_open reads the header: -ERR_DATA when it is another file, or
 * cut. */
struct ltok_reader;
int ltok_open(struct ltok_reader **r, const char *path, uint64_t max_doc_bytes, struct err *e);
const struct ltok_header *ltok_header(const struct ltok_reader *r);
/* 1: a document, valid until the next call. 0: the end, checked. -ERR_DATA: damaged (message says where; no resync, the
 * rest is lost: everything before was whole). IN_TRUNCATED: the stream ended early. -ERR_IO. After any of these but 1 the
 * same is returned again. */
int ltok_next(struct ltok_reader *r, struct ltok_doc *d, struct err *e);
uint64_t ltok_offset(const struct ltok_reader *r); /* of the document that ltok_next gave last */
struct in *ltok_in(struct ltok_reader *r);         /* for progress */
void ltok_close(struct ltok_reader *r);

static inline uint32_t ltok_token(const struct ltok_header *h, const struct ltok_doc *d, uint64_t i)
{
    const uint8_t *p = (const uint8_t *)d->tokens + i * h->width;
    return h->width == 2 ? (uint32_t)(p[0] | p[1] << 8)
                         : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

#ifdef __cplusplus
}
#endif
#endif
