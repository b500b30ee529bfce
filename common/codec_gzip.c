/* codec_gzip.c: gzip (RFC 1952). Reading by isa-l, which streams at more than twice zlib's speed and checks CRC-32 and
 * length; writing by zlib, as one member, so that a file cut anywhere is known to be cut.
 * State: reading 90 KiB, writing 270 KiB. */
#include "common/stream_internal.h"

#include <isa-l/igzip_lib.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* ------------------------------------------------------------------ reading */

#define TRIAL_OUT_BYTES 32

static bool gzip_probe(const uint8_t *p, size_t n)
{
    static const uint8_t magic[] = {0x1f, 0x8b, 8};
    if (memcmp(p, magic, n < 3 ? n : 3) != 0) return false;
    return n < 4 || (p[3] & 0xe0) == 0;
}

static int gzip_begin(void *d, struct err *e)
{
    (void)e;
    struct inflate_state *z = d;
    isal_inflate_init(z);
    z->crc_flag = ISAL_GZIP;
    return 0;
}

static const char *inflate_message(int r)
{
    switch (r) {
    case ISAL_INVALID_BLOCK: return "invalid deflate block";
    case ISAL_INVALID_SYMBOL: return "invalid deflate symbol";
    case ISAL_INVALID_LOOKBACK: return "invalid deflate distance";
    case ISAL_UNSUPPORTED_METHOD: return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM: return "wrong CRC-32 or length";
    default: return "invalid gzip header";
    }
}

static enum step gzip_step(void *d, struct decoder_io *io, struct err *e)
{
    struct inflate_state *z = d;
    size_t in = (size_t)(io->in_end - io->in), out = (size_t)(io->out_end - io->out);
    z->next_in = (uint8_t *)io->in;
    z->avail_in = in < INT_MAX ? (uint32_t)in : INT_MAX;
    z->next_out = io->out;
    z->avail_out = out < STREAM_BUF_BYTES ? (uint32_t)out : (uint32_t)STREAM_BUF_BYTES;
    int r = isal_inflate(z);
    io->in = z->next_in;
    io->out = z->next_out;
    if (r < 0) err_set(e, ERR_DATA, "%s", inflate_message(r));
    if (r == ISAL_INCORRECT_CHECKSUM && z->total_out > 0) return STEP_BAD_SUM;
    if (r < 0) return STEP_BAD;
    return z->block_state == ISAL_BLOCK_FINISH ? STEP_END : STEP_MORE;
}

/* A member starts here if its first bytes decode: 32 of them, or all. */
static bool gzip_trial(void *d, const uint8_t *p, size_t n)
{
    uint8_t out[TRIAL_OUT_BYTES];
    struct decoder_io io = {p, p + n, out, out + sizeof out};
    gzip_begin(d, NULL);
    enum step step = gzip_step(d, &io, NULL);
    return step == STEP_END || (step == STEP_MORE && io.out == io.out_end);
}

static void gzip_free(void *d)
{
    (void)d;
}

/* ------------------------------------------------------------------ reading exactly
 * Where data are invalid, isa-l may count bytes that it never wrote, and hold back bytes that are right; how many depends on
 * how the input was cut into pieces. zlib gives exactly what stands before the invalid symbol. */

static int exact_begin(void *d, struct err *e)
{
    (void)e;
    return inflateInit2((z_stream *)d, 15 + 16) == Z_OK ? 0 : -ERR_IO;
}

static enum step exact_step(void *d, struct decoder_io *io, struct err *e)
{
    z_stream *z = d;
    (void)e;
    z->next_in = (Bytef *)io->in;
    z->avail_in = (uInt)(io->in_end - io->in);
    z->next_out = io->out;
    z->avail_out = (uInt)(io->out_end - io->out);
    int r = inflate(z, Z_NO_FLUSH);
    io->in = z->next_in;
    io->out = z->next_out;
    if (r == Z_STREAM_END) return STEP_END;
    return r == Z_OK || r == Z_BUF_ERROR ? STEP_MORE : STEP_BAD;
}

static void exact_free(void *d)
{
    inflateEnd(d);
}

static const struct decoder_ops exact_decoder = {
    .unit = "member",
    .state_bytes = sizeof(z_stream),
    .begin = exact_begin,
    .step = exact_step,
    .free = exact_free,
};

const struct decoder_ops gzip_decoder = {
    .unit = "member",
    .state_bytes = sizeof(struct inflate_state),
    .probe_bytes = 10,
    .trial_bytes = 1024,
    .padding = PADDING_LAST,
    .probe = gzip_probe,
    .trial = gzip_trial,
    .begin = gzip_begin,
    .step = gzip_step,
    .free = gzip_free,
    .exact = &exact_decoder,
};

/* ------------------------------------------------------------------ a member in memory */

struct gunzip {
    struct inflate_state state;
};

struct gunzip *gunzip_new(void)
{
    return calloc(1, sizeof(struct gunzip));
}

void gunzip_free(struct gunzip *g)
{
    free(g);
}

enum gunzip_result gunzip_member(struct gunzip *g, const void *p, size_t n, size_t *used, void *dst,
                                 size_t cap, size_t *given)
{
    struct decoder_io io = {p, (const uint8_t *)p + n, dst, (uint8_t *)dst + cap};
    enum step step = STEP_BAD;
    const uint8_t *in, *out;
    *used = *given = 0;
    if (n < 10 || !gzip_probe(p, n)) return GUNZIP_BAD;
    gzip_begin(&g->state, NULL);
    do {
        in = io.in;
        out = io.out;
        step = gzip_step(&g->state, &io, NULL);
    } while (step == STEP_MORE && io.out < io.out_end && (io.in > in || io.out > out));
    *used = (size_t)(io.in - (const uint8_t *)p);
    *given = (size_t)(io.out - (uint8_t *)dst);
    if (step == STEP_END) return GUNZIP_WHOLE;
    return step == STEP_MORE && io.out == io.out_end ? GUNZIP_FULL : GUNZIP_BAD;
}

/* ------------------------------------------------------------------ writing */

static int gzip_out_begin(struct out *s, struct err *e)
{
    z_stream *z = s->enc_state = calloc(1, sizeof *z);
    if (!z) return err_nomem(e, "compressing with gzip");
    int level = s->level ? s->level : 6;
    int r = deflateInit2(z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    if (r == Z_STREAM_ERROR)
        return err_set(e, ERR_USAGE, "%s: gzip has no level %d: take 1 to 9", s->path, level);
    return r == Z_OK ? 0 : err_nomem(e, "compressing with gzip");
}

static int deflate_some(struct out *s, int flush, struct err *e)
{
    z_stream *z = s->enc_state;
    for (;;) {
        z->next_out = s->buf + s->n;
        z->avail_out = (uInt)(STREAM_BUF_BYTES - s->n);
        int zr = deflate(z, flush);
        s->n = STREAM_BUF_BYTES - z->avail_out;
        bool full = z->avail_out == 0;
        int r = full ? out_flush(s, e) : 0;
        if (r) return r;
        if (flush == Z_FINISH ? zr == Z_STREAM_END : z->avail_in == 0 && !full) return 0;
    }
}

static int gzip_out_write(struct out *s, const void *p, size_t n, struct err *e)
{
    z_stream *z = s->enc_state;
    z->next_in = (Bytef *)p;
    while (n > 0) {
        z->avail_in = n < UINT_MAX ? (uInt)n : UINT_MAX;
        n -= z->avail_in;
        int r = deflate_some(s, Z_NO_FLUSH, e);
        if (r) return r;
    }
    return 0;
}

static int gzip_out_finish(struct out *s, bool whole, struct err *e)
{
    (void)whole;
    return deflate_some(s, Z_FINISH, e);
}

static void gzip_out_free(struct out *s)
{
    if (s->enc_state) deflateEnd(s->enc_state);
    free(s->enc_state);
}

const struct encoder_ops gzip_encoder = {gzip_out_begin, gzip_out_write, gzip_out_finish, gzip_out_free};
