/* http_coding.c: one layer of compression.
 *
 * All decoders run as streams, so that a body that was cut gives what it holds, and a bomb is stopped at the maximum whatever
 * its ratio (brotli reaches 10^6). ISA-L inflates at twice the speed of zlib. Brotli has no magic and no checksum: what is
 * declared to be it is decoded, and taken for something else when that comes to nothing.
 *
 * In: a body. Out: its content. State: none. Memory: the output, and the decoder's window; zstd's is only touched as far as
 * there is output, and refused above 128 MiB. */
#include "ingest/read/http_coding.h"
#include "common/text.h"
#include "ingest/read/inflate.h"
#include <brotli/decode.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define ZSTD_WINDOW_LOG 27

/* ------------------------------------------------------------------ what is there */

static bool is_gzip(struct slice s)
{
    return s.n >= 3 && memcmp(s.p, "\x1f\x8b\x08", 3) == 0;
}

static bool is_zstd(struct slice s)
{
    return s.n >= 4 && memcmp(s.p, "\x28\xb5\x2f\xfd", 4) == 0;
}

/* RFC 1950: method 8, and a header that is a multiple of 31. */
static bool is_zlib(struct slice s)
{
    if (s.n < 2) return false;
    unsigned cmf = (uint8_t)s.p[0], flags = (uint8_t)s.p[1];
    return (cmf & 15) == 8 && cmf >> 4 <= 7 && (cmf * 256 + flags) % 31 == 0;
}

bool http_has_controls(struct slice s)
{
    size_t n = s.n < 1024 ? s.n : 1024;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) return true;
    }
    return false;
}

bool http_looks_like_text(struct slice s)
{
    size_t n = s.n < 256 ? s.n : 256, good = utf8_valid_prefix(s.p, n);
    if (good < n && (good + 4 <= n || n == s.n)) return false;
    return !http_has_controls(slice_of(s.p, n));
}

enum http_coding http_coding_of_magic(struct slice body)
{
    return is_gzip(body) ? HTTP_GZIP : is_zstd(body) ? HTTP_ZSTD : HTTP_CODING_NONE;
}

enum http_coding http_coding_of_name(struct slice name, struct slice body)
{
    if (body.n == 0 || http_looks_like_text(body)) return HTTP_CODING_NONE;
    if (slice_eq_nocase(name, "deflate")) return is_zlib(body) ? HTTP_ZLIB : HTTP_DEFLATE;
    return slice_eq_nocase(name, "br") ? HTTP_BR : HTTP_CODING_NONE;
}

/* ------------------------------------------------------------------ room */

/* Room for more output: doubles, up to the maximum and one byte, which tells "full" from "too large". */
static bool make_room(struct buf *out, size_t max_bytes)
{
    size_t most = max_bytes + 1, more = out->n < 65536 ? 65536 : out->n;
    if (out->n >= most) return false;
    return buf_reserve(out, more < most - out->n ? more : most - out->n) == 0;
}

static enum http_decoded no_room(const struct buf *out)
{
    return out->failed ? HTTP_NO_MEMORY : HTTP_TOO_LARGE;
}

/* ------------------------------------------------------------------ gzip, zlib, deflate */

/* Whether another gzip member follows the one that ended: then the decoder is set up for it. */
static bool next_member(struct inflate_state *z, struct slice s)
{
    struct slice rest = slice_of((const char *)z->next_in, (size_t)(s.p + s.n - (const char *)z->next_in));
    if (z->crc_flag != ISAL_GZIP || !is_gzip(rest)) return false;
    isal_inflate_reset(z);
    z->crc_flag = ISAL_GZIP;
    return true;
}

/* isa-l stopped before the end of a member that began with *out at `kept`: what it holds. */
static enum http_decoded inflate_part(struct slice member, enum http_coding coding, size_t max_bytes,
                                      size_t kept, struct buf *out)
{
    enum inflate_wrapper w = coding == HTTP_GZIP   ? INFLATE_GZIP
                             : coding == HTTP_ZLIB ? INFLATE_ZLIB
                                                   : INFLATE_RAW;
    struct buf part;
    buf_init(&part, BUF_NO_MAX);
    int r = inflate_exactly(member, w, max_bytes - kept, &part);
    out->n = kept;
    if (r == 0) r = buf_put(out, part.p, part.n);
    buf_free(&part);
    if (r < 0) return HTTP_NO_MEMORY;
    return out->n > max_bytes ? HTTP_TOO_LARGE : out->n ? HTTP_PARTIAL : HTTP_UNKNOWN;
}

static enum http_decoded inflate_body(struct slice s, enum http_coding coding, size_t max_bytes,
                                      struct buf *out)
{
    struct inflate_state z;
    isal_inflate_init(&z);
    z.crc_flag = coding == HTTP_GZIP ? ISAL_GZIP : coding == HTTP_ZLIB ? ISAL_ZLIB : ISAL_DEFLATE;
    z.next_in = (uint8_t *)s.p;
    struct slice member = s;
    for (size_t fed = 0, kept = 0;;) {
        if (z.avail_in == 0 && fed < s.n) {
            z.avail_in = (uint32_t)(s.n - fed < UINT32_MAX / 2 ? s.n - fed : UINT32_MAX / 2);
            fed += z.avail_in;
        }
        if (!make_room(out, max_bytes)) return no_room(out);
        size_t room = out->cap - out->n;
        z.next_out = (uint8_t *)out->p + out->n;
        z.avail_out = (uint32_t)(room < UINT32_MAX / 2 ? room : UINT32_MAX / 2);
        int r = isal_inflate(&z);
        size_t got = (size_t)((char *)z.next_out - (out->p + out->n));
        out->n += got;
        if (z.block_state == ISAL_BLOCK_FINISH && r == ISAL_DECOMP_OK) {
            if (out->n > max_bytes) return HTTP_TOO_LARGE;
            if (!next_member(&z, s)) return HTTP_DECODED;
            kept = out->n;
            member = slice_of((char *)z.next_in, (size_t)(s.p + s.n - (char *)z.next_in));
            continue;
        }
        if (r != ISAL_DECOMP_OK || (z.avail_in == 0 && fed == s.n && got == 0))
            return inflate_part(member, coding, max_bytes, kept, out);
        if (out->n > max_bytes) return HTTP_TOO_LARGE;
    }
}

/* ------------------------------------------------------------------ zstd */

static enum http_decoded zstd_stream(ZSTD_DCtx *z, struct slice s, size_t max_bytes, struct buf *out)
{
    ZSTD_inBuffer in = {s.p, s.n, 0};
    bool whole = false; /* a frame has ended, and nothing of the next was taken */
    for (;;) {
        if (!make_room(out, max_bytes)) return no_room(out);
        ZSTD_outBuffer to = {out->p + out->n, out->cap - out->n, 0};
        size_t before = in.pos, left = ZSTD_decompressStream(z, &to, &in);
        out->n += to.pos;
        if (out->n > max_bytes) return HTTP_TOO_LARGE;
        if (ZSTD_isError(left)) {
            if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge) return HTTP_TOO_LARGE;
            return whole ? HTTP_DECODED : out->n ? HTTP_PARTIAL : HTTP_UNKNOWN;
        }
        if (left == 0 && in.pos == in.size) return HTTP_DECODED;
        whole = left == 0;
        if (to.pos == 0 && in.pos == before) return out->n ? HTTP_PARTIAL : HTTP_UNKNOWN;
    }
}

static enum http_decoded zstd_body(struct slice s, size_t max_bytes, struct buf *out)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    if (!z) return HTTP_NO_MEMORY;
    ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    enum http_decoded r = zstd_stream(z, s, max_bytes, out);
    ZSTD_freeDCtx(z);
    return r;
}

/* ------------------------------------------------------------------ brotli */

/* What is to be thought of a stream of which `taken` bytes gave out->n: bytes that are no brotli decode for a while, or end
 * at once, so a decoded body must be worth what it was made of. */
static enum http_decoded judge(BrotliDecoderResult r, size_t taken, size_t n, const struct buf *out)
{
    if (r == BROTLI_DECODER_RESULT_SUCCESS) return n - taken <= taken ? HTTP_DECODED : HTTP_UNKNOWN;
    return out->n > 0 && out->n >= n / 4 ? HTTP_PARTIAL : HTTP_UNKNOWN;
}

static enum http_decoded brotli_body(struct slice s, size_t max_bytes, struct buf *out)
{
    BrotliDecoderState *b = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    const uint8_t *in = (const uint8_t *)s.p;
    size_t left = s.n;
    if (!b) return HTTP_NO_MEMORY;
    while (r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && make_room(out, max_bytes)) {
        uint8_t *to = (uint8_t *)out->p + out->n;
        size_t room = out->cap - out->n;
        r = BrotliDecoderDecompressStream(b, &left, &in, &room, &to, NULL);
        out->n = (size_t)((char *)to - out->p);
        if (out->n > max_bytes) break;
    }
    BrotliDecoderDestroyInstance(b);
    if (out->n > max_bytes || r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return no_room(out);
    return judge(r, s.n - left, s.n, out);
}

enum http_decoded http_coding_undo(enum http_coding coding, struct slice body, size_t max_bytes,
                                   struct buf *out)
{
    if (coding == HTTP_ZSTD) return zstd_body(body, max_bytes, out);
    if (coding == HTTP_BR) return brotli_body(body, max_bytes, out);
    return inflate_body(body, coding, max_bytes, out);
}
