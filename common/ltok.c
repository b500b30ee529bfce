/* ltok.c: token streams (.ltok), written into a buffer and read from a stream.
 *
 * In and out: the layout in ltok.h and docs/formats.md. Every part carries a checksum and the stream has an end record,
 * so that a stream cut at any byte, or changed at any byte, is told from a whole one. No resync after damage: the writer
 * is ours, and a lost document would be a lost document. State of the reader: one buffer, which holds one document
 * and what was read ahead. Memory: max_doc_bytes plus READ_BYTES, taken as the bytes arrive, not as they are announced. */
#include "common/ltok.h"

#include <stdio.h>
#include <stdlib.h>

#define MAGIC "LEATTOK\1"
#define MAGIC_BYTES 8
#define FIXED_BYTES 48 /* of the header */
#define DOC_MAGIC 0x4B4F5444u
#define END_MAGIC 0x444E4554u
#define DOC_BYTES 20 /* of a document before its strings */
#define END_BYTES 24
#define STRINGS 5 /* of every document, before the carried ones */
#define READ_BYTES ((size_t)256 << 10)

/* ---- little-endian */

static void put_le(struct buf *b, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) buf_putc(b, (char)(v >> 8 * i));
}

static uint64_t get_le(const char *p, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)(uint8_t)p[i] << 8 * i;
    return v;
}

static uint32_t checksum(const char *p, size_t n)
{
    return (uint32_t)hash64(p, n);
}

/* Appends the checksum of what was appended since `start`. */
static int put_checksum(struct buf *b, size_t start)
{
    if (b->failed) return -1;
    put_le(b, checksum(b->p + start, b->n - start), 4);
    return b->failed ? -1 : 0;
}

/* ---- writing */

static bool header_sound(const struct ltok_header *h)
{
    uint64_t ids = h->width == 2 ? 1u << 16 : (uint64_t)1 << 32;
    return (h->width == 2 || h->width == 4) && !(h->flags & ~(unsigned)(LTOK_MASK | LTOK_ROLES)) &&
           h->n_keys <= LTOK_MAX_KEYS && h->vocab_size > 0 && h->vocab_size <= ids &&
           (h->eod_token == LTOK_NO_TOKEN || h->eod_token < h->vocab_size);
}

int ltok_put_header(struct buf *b, const struct ltok_header *h)
{
    size_t start = b->n;
    if (!header_sound(h)) return -1;
    buf_put(b, MAGIC, MAGIC_BYTES);
    put_le(b, 1, 4);
    put_le(b, h->width, 1);
    put_le(b, h->flags, 1);
    put_le(b, h->n_keys, 2);
    put_le(b, h->vocab_size, 8);
    put_le(b, h->eod_token, 8);
    put_le(b, h->tokenizer.hi, 8);
    put_le(b, h->tokenizer.lo, 8);
    for (unsigned i = 0; i < h->n_keys; i++) {
        size_t n = strnlen(h->keys[i], sizeof h->keys[i]);
        if (n == 0 || n == sizeof h->keys[i]) return -1;
        put_le(b, n, 2);
        buf_put(b, h->keys[i], n);
    }
    return put_checksum(b, start);
}

static void put_string(struct buf *b, struct slice s)
{
    put_le(b, s.n, 4);
    buf_put_slice(b, s);
}

/* Bytes of the strings block; more than fits into 32 bits when it is too long. */
static uint64_t strings_bytes(const struct ltok_header *h, const struct ltok_doc *d)
{
    uint64_t n = 8 + 4 * (STRINGS + (uint64_t)h->n_keys);
    const struct slice fixed[STRINGS] = {d->id, d->domain, d->source, d->url, d->warc_file};
    for (unsigned i = 0; i < STRINGS + h->n_keys; i++) {
        size_t bytes = i < STRINGS ? fixed[i].n : d->carry[i - STRINGS].n;
        n = bytes > UINT32_MAX ? UINT64_MAX >> 8 : n + bytes;
    }
    return n;
}

int ltok_put_doc(struct buf *b, const struct ltok_header *h, const struct ltok_doc *d)
{
    size_t start = b->n;
    unsigned flags = (d->mask ? LTOK_MASK : 0) | (d->roles ? LTOK_ROLES : 0);
    uint64_t strings = strings_bytes(h, d);
    if (strings > UINT32_MAX || (flags & ~h->flags) || d->n_tokens > SIZE_MAX / 8) return -1;
    put_le(b, DOC_MAGIC, 4);
    put_le(b, flags, 4);
    put_le(b, d->n_tokens, 8);
    put_le(b, strings, 4);
    put_string(b, d->id);
    put_string(b, d->domain);
    put_string(b, d->source);
    put_string(b, d->url);
    put_string(b, d->warc_file);
    for (unsigned i = 0; i < h->n_keys; i++) put_string(b, d->carry[i]);
    put_le(b, (uint64_t)d->warc_offset, 8);
    buf_put(b, d->tokens, (size_t)d->n_tokens * h->width);
    if (d->mask) buf_put(b, d->mask, (size_t)d->n_tokens);
    if (d->roles) buf_put(b, d->roles, (size_t)d->n_tokens);
    return put_checksum(b, start);
}

int ltok_put_end(struct buf *b, uint64_t documents, uint64_t tokens)
{
    size_t start = b->n;
    put_le(b, END_MAGIC, 4);
    put_le(b, documents, 8);
    put_le(b, tokens, 8);
    return put_checksum(b, start);
}

/* ---- reading */

struct ltok_reader {
    struct in *in;
    struct ltok_header header;
    struct buf buf;
    size_t at;       /* what is before it in buf was given */
    uint64_t offset; /* of buf.p[at] in the stream */
    uint64_t doc_offset, max_doc_bytes;
    uint64_t documents, tokens; /* given so far */
    bool ended;
    int last; /* what ltok_next gave last */
};

static int damaged(struct ltok_reader *r, struct err *e, const char *what)
{
    return err_set(e, ERR_DATA, "%s: token stream damaged at byte %llu, after %llu whole documents: %s",
                   in_name(r->in), (unsigned long long)r->offset, (unsigned long long)r->documents, what);
}

static int truncated(struct ltok_reader *r, struct err *e, const char *why)
{
    err_set(e, ERR_DATA, "%s: token stream cut after %llu whole documents: %s", in_name(r->in),
            (unsigned long long)r->documents, why);
    return IN_TRUNCATED;
}

/* Up to cap bytes. 0: the end, and all that the stream knows of was right. */
static ssize_t take(struct ltok_reader *r, char *dst, size_t cap, struct err *e)
{
    struct err why = {0};
    ssize_t got = in_read(r->in, dst, cap, &why);
    if (got == IN_TRUNCATED) return truncated(r, e, why.msg);
    if (got == IN_DAMAGED) return damaged(r, e, why.msg);
    if (got < 0) return err_set(e, why.code, "%s", why.msg);
    return got;
}

/* Reads until n bytes lie at r->at. */
static int need(struct ltok_reader *r, uint64_t n, struct err *e)
{
    if (r->buf.n - r->at >= n) return 0;
    buf_consume(&r->buf, r->at);
    r->at = 0;
    while (r->buf.n < n) {
        size_t room = r->buf.n > READ_BYTES ? r->buf.n : READ_BYTES; /* doubles, as the bytes arrive */
        if (buf_reserve(&r->buf, room) != 0) return err_nomem(e, "reading a token stream");
        ssize_t got = take(r, r->buf.p + r->buf.n, room, e);
        if (got < 0) return (int)got;
        if (got == 0) return truncated(r, e, "the end record is missing");
        r->buf.n += (size_t)got;
    }
    return 0;
}

static const char *here(const struct ltok_reader *r)
{
    return r->buf.p + r->at;
}

static void advance(struct ltok_reader *r, size_t n)
{
    r->at += n;
    r->offset += n;
}

/* Whether the checksum behind the n bytes here is theirs. */
static bool checksum_right(const struct ltok_reader *r, size_t n)
{
    return checksum(here(r), n) == (uint32_t)get_le(here(r) + n, 4);
}

static int read_fixed(struct ltok_reader *r, struct err *e)
{
    struct ltok_header *h = &r->header;
    int rc = need(r, MAGIC_BYTES, e);
    if (rc < 0) return rc;
    if (memcmp(here(r), MAGIC, MAGIC_BYTES) != 0)
        return err_set(e, ERR_DATA, "%s: not a token stream (.ltok), as leat tokenize writes it",
                       in_name(r->in));
    if ((rc = need(r, FIXED_BYTES, e)) < 0) return rc;
    const char *p = here(r);
    if (get_le(p + 8, 4) != 1)
        return err_set(e, ERR_DATA, "%s: token stream of version %u; this release reads version 1",
                       in_name(r->in), (unsigned)get_le(p + 8, 4));
    h->width = (unsigned)get_le(p + 12, 1);
    h->flags = (unsigned)get_le(p + 13, 1);
    h->n_keys = (unsigned)get_le(p + 14, 2);
    h->vocab_size = get_le(p + 16, 8);
    h->eod_token = get_le(p + 24, 8);
    h->tokenizer.hi = get_le(p + 32, 8);
    h->tokenizer.lo = get_le(p + 40, 8);
    return header_sound(h) ? 0 : damaged(r, e, "impossible header");
}

static int read_header(struct ltok_reader *r, struct err *e)
{
    size_t n = FIXED_BYTES;
    int rc = read_fixed(r, e);
    for (unsigned i = 0; rc == 0 && i < r->header.n_keys; i++) {
        if ((rc = need(r, n + 2, e)) < 0) return rc;
        size_t bytes = (size_t)get_le(here(r) + n, 2);
        if (bytes == 0 || bytes >= sizeof r->header.keys[i]) return damaged(r, e, "impossible name of a key");
        if ((rc = need(r, n + 2 + bytes, e)) < 0) return rc;
        memcpy(r->header.keys[i], here(r) + n + 2, bytes);
        n += 2 + bytes;
    }
    if (rc == 0) rc = need(r, n + 4, e);
    if (rc < 0) return rc;
    if (!checksum_right(r, n)) return damaged(r, e, "wrong checksum of the header");
    advance(r, n + 4);
    return 0;
}

int ltok_open(struct ltok_reader **out, const char *path, uint64_t max_doc_bytes, struct err *e)
{
    struct ltok_reader *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r) return err_nomem(e, "opening a token stream");
    buf_init(&r->buf, BUF_NO_MAX);
    r->max_doc_bytes = max_doc_bytes < SIZE_MAX / 4 ? max_doc_bytes : SIZE_MAX / 4;
    int rc = in_open(&r->in, path, 0, e);
    if (rc == 0) rc = read_header(r, e);
    if (rc < 0) {
        ltok_close(r);
        return rc == IN_TRUNCATED ? -ERR_DATA : rc;
    }
    *out = r;
    return 0;
}

void ltok_close(struct ltok_reader *r)
{
    if (!r) return;
    in_close(r->in);
    buf_free(&r->buf);
    free(r);
}

const struct ltok_header *ltok_header(const struct ltok_reader *r)
{
    return &r->header;
}

uint64_t ltok_offset(const struct ltok_reader *r)
{
    return r->doc_offset;
}

struct in *ltok_in(struct ltok_reader *r)
{
    return r->in;
}

/* The strings block p[0..n) into d; false when it does not come out even. */
static bool split_strings(const struct ltok_header *h, const char *p, size_t n, struct ltok_doc *d)
{
    struct slice *fixed[STRINGS] = {&d->id, &d->domain, &d->source, &d->url, &d->warc_file};
    for (unsigned i = 0; i < STRINGS + h->n_keys; i++) {
        uint64_t bytes = n >= 4 ? get_le(p, 4) : UINT64_MAX;
        if (bytes > n - (n >= 4 ? 4 : 0)) return false;
        *(i < STRINGS ? fixed[i] : &d->carry[i - STRINGS]) = slice_of(p + 4, (size_t)bytes);
        p += 4 + bytes;
        n -= 4 + (size_t)bytes;
    }
    if (n != 8) return false;
    d->warc_offset = (int64_t)get_le(p, 8);
    return d->warc_offset >= -1;
}

static bool tokens_known(const struct ltok_header *h, const struct ltok_doc *d)
{
    uint32_t most = 0;
    for (uint64_t i = 0; i < d->n_tokens; i++) {
        uint32_t t = ltok_token(h, d, i);
        most = t > most ? t : most;
    }
    return most < h->vocab_size;
}

static int too_large(struct ltok_reader *r, struct err *e)
{
    char what[96];
    snprintf(what, sizeof what, "a document that would be larger than %llu bytes",
             (unsigned long long)r->max_doc_bytes);
    return damaged(r, e, what);
}

/* The document here, whose fixed part has arrived. */
static int read_doc(struct ltok_reader *r, struct ltok_doc *d, struct err *e)
{
    const struct ltok_header *h = &r->header;
    unsigned flags = (unsigned)get_le(here(r) + 4, 4);
    uint64_t tokens = get_le(here(r) + 8, 8), strings = get_le(here(r) + 16, 4);
    if (flags & ~h->flags) return damaged(r, e, "impossible flags");
    uint64_t each = h->width + (flags & LTOK_MASK ? 1 : 0) + (flags & LTOK_ROLES ? 1 : 0);
    if (tokens > r->max_doc_bytes / each || DOC_BYTES + strings + tokens * each > r->max_doc_bytes)
        return too_large(r, e);
    size_t n = (size_t)(DOC_BYTES + strings + tokens * each);
    int rc = need(r, n + 4, e);
    if (rc < 0) return rc;
    if (!checksum_right(r, n)) return damaged(r, e, "wrong checksum");
    const char *p = here(r) + DOC_BYTES;
    memset(d, 0, sizeof *d);
    if (!split_strings(h, p, (size_t)strings, d)) return damaged(r, e, "impossible lengths of its strings");
    p += strings;
    d->n_tokens = tokens;
    d->tokens = p;
    p += tokens * h->width;
    if (flags & LTOK_MASK) d->mask = (const uint8_t *)p;
    if (flags & LTOK_MASK) p += tokens;
    if (flags & LTOK_ROLES) d->roles = (const uint8_t *)p;
    if (!tokens_known(h, d)) return damaged(r, e, "a token is not below the vocabulary's size");
    r->doc_offset = r->offset;
    r->documents++;
    r->tokens += tokens;
    advance(r, n + 4);
    return 1;
}

static int read_end(struct ltok_reader *r, struct err *e)
{
    int rc = need(r, END_BYTES, e);
    if (rc < 0) return rc;
    const char *p = here(r);
    if (!checksum_right(r, END_BYTES - 4)) return damaged(r, e, "wrong checksum of the end record");
    if (get_le(p + 4, 8) != r->documents || get_le(p + 12, 8) != r->tokens)
        return damaged(r, e, "the end record counts other documents or tokens than there were");
    advance(r, END_BYTES);
    char more;
    ssize_t got = r->at < r->buf.n ? 1 : take(r, &more, 1, e); /* also lets the stream check its own end */
    return got > 0 ? damaged(r, e, "bytes follow the end record; give files one by one, not joined")
                   : (int)got;
}

static int read_next(struct ltok_reader *r, struct ltok_doc *d, struct err *e)
{
    int rc = need(r, 4, e);
    if (rc < 0) return rc;
    uint32_t magic = (uint32_t)get_le(here(r), 4);
    if (magic == END_MAGIC) return read_end(r, e);
    if (magic != DOC_MAGIC) return damaged(r, e, "neither a document nor the end record begins here");
    rc = need(r, DOC_BYTES, e);
    return rc < 0 ? rc : read_doc(r, d, e);
}

int ltok_next(struct ltok_reader *r, struct ltok_doc *d, struct err *e)
{
    if (r->ended) return r->last;
    int rc = read_next(r, d, e);
    r->ended = rc <= 0;
    r->last = rc;
    return rc;
}
