/* codec_zstd.c: zstd (RFC 8878), with what leat adds in skippable frames: an announcement in front of the content
 * and a trailer behind it (docs/formats.md), and the dictionaries of .warc.zst files.
 *
 * State: the decoder's window (at most 128 MiB, as the file demands; 2 MiB for files of leat's), a dictionary of at
 * most 16 MiB. Writing: 2 MiB for each thread, at most 16 of them. The bytes written do not depend on the threads: a worker is
 * used even for one, and jobs are cut by size. */
#include "common/stream_internal.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define SKIP_MAGIC 0x184D2A50u
#define LEAT_MAGIC 0x184D2A5Eu
#define DICTIONARY_MAGIC 0x184D2A5Du
#define ANNOUNCEMENT_BYTES 8
#define TRAILER_BYTES 32
#define DICTIONARY_MAX ((size_t)16 << 20)
#define JOB_BYTES (1 << 20)
#define WORKERS_MAX 16

static const char announcement[8] = {'l', 'e', 'a', 't', 'z', 's', 't', '1'};
static const char trailer_mark[8] = {'l', 'e', 'a', 't', 'e', 'n', 'd', '1'};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static void put64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* ------------------------------------------------------------------ reading */

struct zstd_in {
    ZSTD_DCtx *ctx;
    enum { FRAME_START, FRAME_BLOCKS, FRAME_SKIP } at;
    uint32_t magic, skip_left; /* FRAME_SKIP */
    struct buf kept;           /* FRAME_SKIP: the payload, where it means something */
    bool keep;
    bool announced; /* a trailer must come */
    bool lost;      /* a broken frame: the next trailer cannot be checked */
    uint64_t bytes; /* since the announcement */
    struct hash_stream *hash;
};

static bool is_skippable(uint32_t magic)
{
    return (magic & 0xfffffff0u) == SKIP_MAGIC;
}

static bool zstd_probe(const uint8_t *p, size_t n)
{
    static const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd}, skip[] = {0x50, 0x2a, 0x4d, 0x18};
    if (n > 4) n = 4;
    if (memcmp(p, frame, n) == 0) return true;
    return (p[0] & 0xf0) == 0x50 && memcmp(p + 1, skip + 1, n - 1) == 0;
}

static bool zstd_trial(void *d, const uint8_t *p, size_t n)
{
    (void)d;
    if (get32(p) == ZSTD_MAGICNUMBER) return ZSTD_getFrameContentSize(p, n) != ZSTD_CONTENTSIZE_ERROR;
    if (get32(p) != LEAT_MAGIC || n < 16) return false;
    return memcmp(p + 8, announcement, 8) == 0 || memcmp(p + 8, trailer_mark, 8) == 0;
}

static int zstd_begin(void *d, struct err *e)
{
    struct zstd_in *z = d;
    if (!z->ctx) {
        buf_init(&z->kept, DICTIONARY_MAX);
        z->ctx = ZSTD_createDCtx();
        z->hash = hash_stream_new();
        if (!z->ctx || !z->hash) return err_nomem(e, "decompressing zstd");
        ZSTD_DCtx_setParameter(z->ctx, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    }
    ZSTD_DCtx_reset(z->ctx, ZSTD_reset_session_only);
    z->at = FRAME_START;
    return 0;
}

/* A dictionary frame's payload is the dictionary, or a zstd frame that holds it. */
static enum step load_dictionary(struct zstd_in *z, struct err *e)
{
    const char *p = z->kept.p;
    size_t n = z->kept.n;
    char *unpacked = NULL;
    if (n >= 4 && get32((const uint8_t *)p) == ZSTD_MAGICNUMBER) {
        if (!(unpacked = malloc(DICTIONARY_MAX))) return err_nomem(e, "loading a zstd dictionary"), STEP_BAD;
        n = ZSTD_decompressDCtx(z->ctx, unpacked, DICTIONARY_MAX, p, n);
        p = unpacked;
    }
    size_t r = ZSTD_isError(n) ? n : ZSTD_DCtx_loadDictionary(z->ctx, p, n);
    free(unpacked);
    if (!ZSTD_isError(r)) return STEP_END;
    err_set(e, ERR_DATA, "its dictionary cannot be loaded (%s)", ZSTD_getErrorName(r));
    return STEP_BAD_SUM;
}

static enum step check_announcement(struct zstd_in *z, struct err *e)
{
    bool unfinished = z->announced;
    z->announced = true;
    z->lost = false;
    z->bytes = 0;
    hash_stream_reset(z->hash);
    if (!unfinished) return STEP_END;
    err_set(e, ERR_DATA, "leat's stream before it has no trailer: it was cut, or its writer died");
    return STEP_BAD_SUM;
}

static enum step check_trailer(struct zstd_in *z, struct err *e)
{
    const uint8_t *p = (const uint8_t *)z->kept.p;
    bool announced = z->announced, lost = z->lost;
    z->announced = z->lost = false;
    if (lost) return STEP_END;
    if (!announced)
        err_set(e, ERR_DATA, "leat's trailer without its start");
    else if (get64(p + 16) != z->bytes)
        err_set(e, ERR_DATA, "the content has %llu bytes, but leat's trailer says %llu",
                (unsigned long long)z->bytes, (unsigned long long)get64(p + 16));
    else if (get64(p + 24) != hash_stream_digest(z->hash))
        err_set(e, ERR_DATA, "the content does not have the hash in leat's trailer");
    else
        return STEP_END;
    return STEP_BAD_SUM;
}

static enum step finish_skippable(struct zstd_in *z, struct err *e)
{
    if (!z->keep) return STEP_END;
    if (z->kept.failed) return err_nomem(e, "reading a zstd frame"), STEP_BAD;
    if (z->magic == DICTIONARY_MAGIC) return load_dictionary(z, e);
    if (z->kept.n == ANNOUNCEMENT_BYTES && memcmp(z->kept.p, announcement, 8) == 0)
        return check_announcement(z, e);
    if (z->kept.n == TRAILER_BYTES && memcmp(z->kept.p, trailer_mark, 8) == 0) return check_trailer(z, e);
    return STEP_END;
}

static enum step skip_step(struct zstd_in *z, struct decoder_io *io, struct err *e)
{
    size_t n = (size_t)(io->in_end - io->in);
    if (n > z->skip_left) n = z->skip_left;
    if (z->keep) buf_put(&z->kept, io->in, n);
    io->in += n;
    z->skip_left -= (uint32_t)n;
    return z->skip_left ? STEP_MORE : finish_skippable(z, e);
}

/* The magic lies here, or the file ends. */
static enum step first_step(struct zstd_in *z, struct decoder_io *io)
{
    size_t n = (size_t)(io->in_end - io->in);
    bool skippable = n >= 4 && is_skippable(get32(io->in));
    z->at = FRAME_BLOCKS;
    if (n >= 8 && skippable) {
        z->at = FRAME_SKIP;
        z->magic = get32(io->in);
        z->skip_left = get32(io->in + 4);
        z->keep = (z->magic == LEAT_MAGIC && z->skip_left <= TRAILER_BYTES) ||
                  (z->magic == DICTIONARY_MAGIC && z->skip_left <= DICTIONARY_MAX);
        buf_clear(&z->kept);
        io->in += 8;
    } else if (n < 8 && skippable) {
        io->in = io->in_end;
    }
    return STEP_MORE;
}

static enum step zstd_step(void *d, struct decoder_io *io, struct err *e)
{
    struct zstd_in *z = d;
    if (z->at == FRAME_START) first_step(z, io);
    if (z->at == FRAME_SKIP) return skip_step(z, io, e);
    ZSTD_inBuffer in = {io->in, (size_t)(io->in_end - io->in), 0};
    ZSTD_outBuffer out = {io->out, (size_t)(io->out_end - io->out), 0};
    size_t r = ZSTD_decompressStream(z->ctx, &out, &in);
    if (ZSTD_isError(r)) {
        bool memory = ZSTD_getErrorCode(r) == ZSTD_error_memory_allocation;
        err_set(e, memory ? ERR_IO : ERR_DATA, "%s", ZSTD_getErrorName(r));
        return STEP_BAD;
    }
    if (z->announced) hash_stream_update(z->hash, io->out, out.pos);
    z->bytes += out.pos;
    io->in += in.pos;
    io->out += out.pos;
    return r == 0 ? STEP_END : STEP_MORE;
}

static enum step zstd_finish(void *d, struct err *e)
{
    struct zstd_in *z = d;
    if (!z->announced) return STEP_END;
    err_set(e, ERR_DATA, "leat's zstd stream has no trailer: it was cut, or its writer died");
    return STEP_MORE;
}

static void zstd_lost(void *d)
{
    struct zstd_in *z = d;
    z->announced = false;
    z->lost = true;
}

static void zstd_free(void *d)
{
    struct zstd_in *z = d;
    ZSTD_freeDCtx(z->ctx);
    hash_stream_free(z->hash);
    buf_free(&z->kept);
}

const struct decoder_ops zstd_decoder = {
    .unit = "frame",
    .state_bytes = sizeof(struct zstd_in),
    .probe_bytes = 8,
    .trial_bytes = 18,
    .probe = zstd_probe,
    .trial = zstd_trial,
    .begin = zstd_begin,
    .step = zstd_step,
    .finish = zstd_finish,
    .lost = zstd_lost,
    .free = zstd_free,
};

/* ------------------------------------------------------------------ writing */

static int put_leat_frame(struct out *s, const uint8_t *payload, uint32_t n, struct err *e)
{
    uint8_t head[8];
    put64(head, LEAT_MAGIC | (uint64_t)n << 32);
    int r = out_put(s, head, sizeof head, e);
    return r ? r : out_put(s, payload, n, e);
}

static int zstd_out_begin(struct out *s, struct err *e)
{
    ZSTD_CCtx *c = s->enc_state = ZSTD_createCCtx();
    if (!c) return err_nomem(e, "compressing with zstd");
    int level = s->level ? s->level : ZSTD_CLEVEL_DEFAULT;
    ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_compressionLevel);
    if (level < bounds.lowerBound || level > bounds.upperBound)
        return err_set(e, ERR_USAGE, "%s: zstd has no level %d: take 1 to %d", s->path, level,
                       bounds.upperBound);
    ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    /* A library without threads refuses these two, and compresses in the caller's thread. */
    ZSTD_CCtx_setParameter(c, ZSTD_c_nbWorkers, s->threads < WORKERS_MAX ? s->threads : WORKERS_MAX);
    ZSTD_CCtx_setParameter(c, ZSTD_c_jobSize, JOB_BYTES);
    return put_leat_frame(s, (const uint8_t *)announcement, ANNOUNCEMENT_BYTES, e);
}

static int compress_some(struct out *s, ZSTD_inBuffer *in, ZSTD_EndDirective how, struct err *e)
{
    for (;;) {
        if (s->n == STREAM_BUF_BYTES) {
            int r = out_flush(s, e);
            if (r) return r;
        }
        ZSTD_outBuffer out = {s->buf, STREAM_BUF_BYTES, s->n};
        size_t left = ZSTD_compressStream2(s->enc_state, &out, in, how);
        s->n = out.pos;
        if (ZSTD_isError(left))
            return err_set(e, ERR_IO, "cannot compress %s: %s", s->path, ZSTD_getErrorName(left));
        if (how == ZSTD_e_end ? left == 0 : in->pos == in->size) return 0;
    }
}

static int zstd_out_write(struct out *s, const void *p, size_t n, struct err *e)
{
    ZSTD_inBuffer in = {p, n, 0};
    return n ? compress_some(s, &in, ZSTD_e_continue, e) : 0;
}

static int zstd_out_finish(struct out *s, bool whole, struct err *e)
{
    ZSTD_inBuffer in = {NULL, 0, 0};
    int r = compress_some(s, &in, ZSTD_e_end, e);
    if (r || !whole) return r;
    uint8_t trailer[TRAILER_BYTES];
    memcpy(trailer, trailer_mark, 8);
    put64(trailer + 8, s->records);
    put64(trailer + 16, s->bytes);
    put64(trailer + 24, hash_stream_digest(s->hash));
    return put_leat_frame(s, trailer, sizeof trailer, e);
}

static void zstd_out_free(struct out *s)
{
    ZSTD_freeCCtx(s->enc_state);
}

const struct encoder_ops zstd_encoder = {zstd_out_begin, zstd_out_write, zstd_out_finish, zstd_out_free};
