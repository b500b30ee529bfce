/* codec_misc.c: xz, bzip2 and LZ4 frames, for reading only: each library's streaming decoder in the driver's shape.
 * State: xz at most 128 MiB (what `xz -9` asks is 65), bzip2 3.7 MiB, LZ4 4 MiB blocks. */
#include "common/stream_internal.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>

static bool starts_with(const uint8_t *p, size_t n, const char *magic, size_t k)
{
    return memcmp(p, magic, n < k ? n : k) == 0;
}

/* ------------------------------------------------------------------ xz */

#define XZ_MEMORY_MAX ((uint64_t)128 << 20)

static bool xz_probe(const uint8_t *p, size_t n)
{
    return starts_with(p, n,
                       "\xfd"
                       "7zXZ\0",
                       6);
}

static int xz_begin(void *d, struct err *e)
{
    lzma_stream *z = d;
    return lzma_stream_decoder(z, XZ_MEMORY_MAX, 0) == LZMA_OK ? 0 : err_nomem(e, "decompressing xz");
}

static const char *xz_message(lzma_ret r)
{
    switch (r) {
    case LZMA_FORMAT_ERROR: return "not xz";
    case LZMA_OPTIONS_ERROR: return "needs options that this liblzma does not know";
    case LZMA_MEMLIMIT_ERROR:
        return "needs more than 128 MiB to decompress: recompress it with xz -9 or less";
    default: return "corrupt data";
    }
}

static enum step xz_step(void *d, struct decoder_io *io, struct err *e)
{
    lzma_stream *z = d;
    z->next_in = io->in;
    z->avail_in = (size_t)(io->in_end - io->in);
    z->next_out = io->out;
    z->avail_out = (size_t)(io->out_end - io->out);
    lzma_ret r = lzma_code(z, LZMA_RUN);
    io->in = z->next_in;
    io->out = z->next_out;
    if (r == LZMA_STREAM_END) return STEP_END;
    if (r == LZMA_OK || r == LZMA_BUF_ERROR) return STEP_MORE;
    if (r == LZMA_MEM_ERROR) return err_nomem(e, "decompressing xz"), STEP_BAD;
    err_set(e, ERR_DATA, "%s", xz_message(r));
    return STEP_BAD;
}

static void xz_free(void *d)
{
    lzma_end(d);
}

const struct decoder_ops xz_decoder = {
    .unit = "stream",
    .state_bytes = sizeof(lzma_stream),
    .probe_bytes = 6,
    .trial_bytes = 6,
    .padding = PADDING_BETWEEN,
    .probe = xz_probe,
    .begin = xz_begin,
    .step = xz_step,
    .free = xz_free,
};

/* ------------------------------------------------------------------ bzip2 */

struct bzip2_in {
    bz_stream z;
    bool open;
};

static bool bzip2_probe(const uint8_t *p, size_t n)
{
    if (!starts_with(p, n, "BZh", 3) || (n > 3 && (p[3] < '1' || p[3] > '9'))) return false;
    return n <= 4 || starts_with(p + 4, n - 4, "\x31\x41\x59\x26\x53\x59", 6) ||
           starts_with(p + 4, n - 4, "\x17\x72\x45\x38\x50\x90", 6);
}

static void bzip2_free(void *d)
{
    struct bzip2_in *b = d;
    if (b->open) BZ2_bzDecompressEnd(&b->z);
    b->open = false;
}

static int bzip2_begin(void *d, struct err *e)
{
    struct bzip2_in *b = d;
    bzip2_free(b);
    memset(&b->z, 0, sizeof b->z);
    b->open = BZ2_bzDecompressInit(&b->z, 0, 0) == BZ_OK;
    return b->open ? 0 : err_nomem(e, "decompressing bzip2");
}

static enum step bzip2_step(void *d, struct decoder_io *io, struct err *e)
{
    bz_stream *z = &((struct bzip2_in *)d)->z;
    size_t in = (size_t)(io->in_end - io->in), out = (size_t)(io->out_end - io->out);
    z->next_in = (char *)io->in;
    z->avail_in = in < UINT_MAX ? (unsigned)in : UINT_MAX;
    z->next_out = (char *)io->out;
    z->avail_out = out < UINT_MAX ? (unsigned)out : UINT_MAX;
    int r = BZ2_bzDecompress(z);
    io->in = (const uint8_t *)z->next_in;
    io->out = (uint8_t *)z->next_out;
    if (r == BZ_STREAM_END) return STEP_END;
    if (r == BZ_OK) return STEP_MORE;
    if (r == BZ_MEM_ERROR) return err_nomem(e, "decompressing bzip2"), STEP_BAD;
    err_set(e, ERR_DATA, "corrupt data");
    return STEP_BAD;
}

const struct decoder_ops bzip2_decoder = {
    .unit = "stream",
    .state_bytes = sizeof(struct bzip2_in),
    .probe_bytes = 10,
    .trial_bytes = 10,
    .padding = PADDING_LAST,
    .apart = true,
    .first_byte = 'B',
    .probe = bzip2_probe,
    .begin = bzip2_begin,
    .step = bzip2_step,
    .free = bzip2_free,
};

/* ------------------------------------------------------------------ LZ4 */

struct lz4_in {
    LZ4F_dctx *ctx;
};

static bool lz4_probe(const uint8_t *p, size_t n)
{
    if (starts_with(p, n, "\x04\x22\x4d\x18", 4)) return true;
    return (p[0] & 0xf0) == 0x50 && starts_with(p + 1, n - 1, "\x2a\x4d\x18", 3);
}

static int lz4_begin(void *d, struct err *e)
{
    struct lz4_in *z = d;
    if (!z->ctx && LZ4F_isError(LZ4F_createDecompressionContext(&z->ctx, LZ4F_VERSION)))
        return err_nomem(e, "decompressing LZ4");
    LZ4F_resetDecompressionContext(z->ctx);
    return 0;
}

static enum step lz4_step(void *d, struct decoder_io *io, struct err *e)
{
    struct lz4_in *z = d;
    size_t in = (size_t)(io->in_end - io->in), out = (size_t)(io->out_end - io->out);
    size_t r = LZ4F_decompress(z->ctx, io->out, &out, io->in, &in, NULL);
    if (LZ4F_isError(r)) {
        err_set(e, ERR_DATA, "%s", LZ4F_getErrorName(r));
        return STEP_BAD;
    }
    io->in += in;
    io->out += out;
    return r == 0 ? STEP_END : STEP_MORE;
}

static void lz4_free(void *d)
{
    struct lz4_in *z = d;
    LZ4F_freeDecompressionContext(z->ctx);
}

const struct decoder_ops lz4_decoder = {
    .unit = "frame",
    .state_bytes = sizeof(struct lz4_in),
    .probe_bytes = 7,
    .trial_bytes = 7,
    .probe = lz4_probe,
    .begin = lz4_begin,
    .step = lz4_step,
    .free = lz4_free,
};
