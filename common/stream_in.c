/* stream_in.c: opening and reading: what kind of stream it is, and the way of its bytes to the caller.
 *
 * In: a file or pipe. Out: content, and at its end whether it was whole. The first bytes decide: a codec's magic, then
 * (in the decoded bytes) a frame's header line. Plain content is read(2) straight into the caller's memory: nothing
 * is copied but the first piece. Memory: a buffer of 448 KiB and the codec's state. */
#include "common/stream_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ faults */

void in_fault(struct in *s, int status, const char *fmt, ...)
{
    if (s->fault.status) return;
    s->fault.status = status;
    s->fault.err.code = status == IN_DAMAGED || status == IN_TRUNCATED ? ERR_DATA : -status;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->fault.err.msg, sizeof s->fault.err.msg, fmt, ap);
    va_end(ap);
}

/* A failed read stays failed; damage is told once. */
static ssize_t report_fault(struct in *s, struct err *e)
{
    int status = s->fault.status;
    if (status && e) *e = s->fault.err;
    if (status == IN_DAMAGED || status == IN_TRUNCATED) s->fault.status = 0;
    if (status == IN_TRUNCATED) s->over = true;
    return status;
}

/* ------------------------------------------------------------------ source */

ssize_t source_read(struct source *s, void *dst, size_t cap, struct err *e)
{
    if (cap > SSIZE_MAX) cap = SSIZE_MAX;
    for (;;) {
        ssize_t n = s->read ? s->read(s->ctx, dst, cap, e) : read(s->fd, dst, cap);
        if (n > 0) s->taken_bytes += (uint64_t)n;
        if (n == 0) s->eof = true;
        if (n >= 0) return n;
        if (s->read) return n;
        if (errno != EINTR) return err_sys(e, "cannot read %s", s->name);
    }
}

int source_skip(struct source *s, uint64_t n, struct err *e)
{
    size_t have = s->end - s->pos;
    if (n <= have) {
        s->pos += (size_t)n;
        return 0;
    }
    if (lseek(s->fd, (off_t)(n - have), SEEK_CUR) < 0) return err_sys(e, "cannot read %s", s->name);
    s->taken_bytes += n - have;
    s->pos = s->end = 0;
    return 0;
}

int source_fill(struct source *s, size_t need, struct err *e)
{
    if (s->end - s->pos >= need || s->eof) return 0;
    if (!s->buf && !(s->buf = malloc(SOURCE_BYTES))) return err_nomem(e, "reading");
    if (SOURCE_BYTES - s->end < FILL_MAX_BYTES) {
        size_t drop = s->pos > HISTORY_BYTES ? s->pos - HISTORY_BYTES : 0;
        memmove(s->buf, s->buf + drop, s->end - drop);
        s->end -= drop;
        s->pos -= drop;
    }
    while (s->end - s->pos < need && !s->eof) {
        ssize_t n = source_read(s, s->buf + s->end, SOURCE_BYTES - s->end, e);
        if (n < 0) return (int)n;
        s->end += (size_t)n;
    }
    return 0;
}

/* ------------------------------------------------------------------ which codec */

/* `sure` is how many bytes of the magic suffice to call a file that ends there a truncated one of this codec: shorter
 * starts are plain text as well ("(", "P*M", "BZ"). */
static const struct magic {
    enum codec codec;
    size_t n, sure;
    const char *bytes, *mask; /* a bit of the mask that is 0 may be anything */
} magics[] = {
    {CODEC_GZIP, 2, 2, "\x1f\x8b", "\xff\xff"},
    {CODEC_ZSTD, 4, 2, "\x28\xb5\x2f\xfd", "\xff\xff\xff\xff"},
    {CODEC_ZSTD, 4, 4, "\x50\x2a\x4d\x18", "\xf0\xff\xff\xff"}, /* a skippable frame */
    {CODEC_XZ, 6, 1, "\xfd\x37\x7a\x58\x5a\x00", "\xff\xff\xff\xff\xff\xff"},
    {CODEC_BZIP2, 10, 7, "BZh0\x31\x41\x59\x26\x53\x59", "\xff\xff\xff\xf0\xff\xff\xff\xff\xff\xff"},
    {CODEC_BZIP2, 10, 7, "BZh0\x17\x72\x45\x38\x50\x90",
     "\xff\xff\xff\xf0\xff\xff\xff\xff\xff\xff"}, /* empty */
    {CODEC_LZ4, 4, 2, "\x04\x22\x4d\x18", "\xff\xff\xff\xff"},
};
#define N_MAGICS (sizeof magics / sizeof *magics)
#define MAGIC_MAX 10

static bool magic_matches(const struct magic *m, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n && i < m->n; i++)
        if ((p[i] & (uint8_t)m->mask[i]) != ((uint8_t)m->bytes[i] & (uint8_t)m->mask[i])) return false;
    return true;
}

static const char *const codec_names[] = {"plain", "zstd", "gzip", "xz", "bzip2", "lz4"};
static const char *const codec_extensions[] = {NULL, ".zst", ".gz", ".xz", ".bz2", ".lz4"};
#define N_CODECS (sizeof codec_names / sizeof *codec_names)

const char *codec_name(enum codec c)
{
    return (size_t)c < N_CODECS ? codec_names[c] : "unknown";
}

enum codec codec_of_path(const char *path)
{
    size_t n = strlen(path);
    for (size_t c = 1; c < N_CODECS; c++) {
        size_t k = strlen(codec_extensions[c]);
        if (n > k && strcmp(path + n - k, codec_extensions[c]) == 0) return (enum codec)c;
    }
    return CODEC_PLAIN;
}

/* Reads only as far as the bytes go on looking like a magic, so that a terminal is not waited for. */
static int recognise_codec(struct in *s, struct err *e)
{
    struct source *src = &s->src;
    size_t want = 1;
    for (;;) {
        if (source_fill(src, want, e)) return -ERR_IO;
        const uint8_t *p = src->buf + src->pos;
        size_t n = src->end - src->pos;
        bool open = false;
        for (size_t i = 0; i < N_MAGICS; i++) {
            const struct magic *m = &magics[i];
            if (!magic_matches(m, p, n)) continue;
            bool enough = n >= m->n || (src->eof && (n >= m->sure || codec_of_path(s->name) == m->codec));
            if (enough) s->codec = m->codec;
            if (enough) return 0;
            open = true;
        }
        if (!open || src->eof) return 0;
        want = n + 1;
    }
}

static const struct decoder_ops *decoder_of(enum codec c)
{
    static const struct decoder_ops *const decoders[] = {NULL,        &zstd_decoder,  &gzip_decoder,
                                                         &xz_decoder, &bzip2_decoder, &lz4_decoder};
    return decoders[c];
}

/* ------------------------------------------------------------------ reading */

static ssize_t plain_read(struct in *s, uint8_t *dst, size_t cap)
{
    struct source *src = &s->src;
    s->member_first = source_offset(src) == 0;
    size_t n = src->end - src->pos;
    if (n > cap) n = cap;
    if (n) {
        memcpy(dst, src->buf + src->pos, n);
        src->pos += n;
        return (ssize_t)n;
    }
    if (src->eof) return 0;
    struct err e = {0};
    ssize_t got = source_read(src, dst, cap, &e);
    if (got < 0) in_fault(s, (int)got, "%s", e.msg);
    return got < 0 ? 0 : got;
}

static ssize_t decoded_read(struct in *s, uint8_t *dst, size_t cap)
{
    if (s->fault.status && s->members.tail_pos == s->members.tail.n) return 0;
    return s->codec == CODEC_PLAIN ? plain_read(s, dst, cap) : members_read(s, dst, cap);
}

ssize_t in_body_read(struct in *s, uint8_t *dst, size_t cap)
{
    if (s->head_pos == s->head_n) return decoded_read(s, dst, cap);
    size_t n = s->head_n - s->head_pos;
    if (n > cap) n = cap;
    memcpy(dst, s->head + s->head_pos, n);
    bool first = s->head_first && s->head_pos == 0;
    s->head_pos += n;
    if (s->codec == CODEC_PLAIN && s->src.pos < s->src.end && n < cap)
        n += (size_t)plain_read(s, dst + n, cap - n);
    s->member_first = first;
    return (ssize_t)n;
}

/* A header line cut short before its end is a frame whose writer died, from "#leat-" on. */
static void recognise_frame(struct in *s)
{
    int match = -1;
    while (match < 0 && s->head_n < sizeof s->head) {
        ssize_t n = decoded_read(s, s->head + s->head_n, sizeof s->head - s->head_n);
        if (s->head_n == 0) s->head_first = s->member_first;
        if (n == 0) break;
        s->head_n += (size_t)n;
        match = frame_header_match(s->head, s->head_n);
    }
    if (match > 0 && frame_open(s) == 0) {
        s->head_pos = (size_t)match;
    } else if (match < 0 && (s->head_n >= 6 || s->fault.status == IN_TRUNCATED)) {
        s->head_n = 0;
        in_fault(s, IN_TRUNCATED, "%s ends in the header line of a framed stream: its writer died", s->name);
    } else if (match == 0 && s->head_n > 15 && memcmp(s->head, FRAME_ANY_VERSION, 13) == 0 &&
               memcmp(s->head, FRAME_PREFIX, 15) != 0) {
        s->head_n = 0;
        in_fault(s, -ERR_DATA,
                 "%s is a framed stream of a version that this leat does not know: use a newer leat",
                 s->name);
    }
}

/* Members are decoded ahead on threads, where the format and the file allow it. */
static void start_ahead(struct in *s)
{
    const struct decoder_ops *ops = decoder_of(s->codec);
    off_t place = s->src.size_bytes ? lseek(s->src.fd, 0, SEEK_CUR) : -1;
    if (s->threads < 2 || !ops->apart || place < (off_t)s->src.taken_bytes) return;
    s->ahead = ahead_new(ops, s->src.fd, (uint64_t)place - s->src.taken_bytes, s->threads - 1);
}

static void start(struct in *s)
{
    s->started = true;
    if (s->flags & IN_RAW) return;
    struct err e = {0};
    if (recognise_codec(s, &e)) {
        in_fault(s, -e.code, "%s", e.msg);
        return;
    }
    enum codec named = codec_of_path(s->name);
    if (s->src.end == 0 && named != CODEC_PLAIN) {
        s->codec = named;
        in_fault(s, IN_TRUNCATED, "%s is empty: a whole %s file is not", s->name, codec_name(named));
        return;
    }
    if (s->codec != CODEC_PLAIN && members_open(s, decoder_of(s->codec))) return;
    if (s->codec != CODEC_PLAIN) start_ahead(s);
    recognise_frame(s);
}

ssize_t in_read(struct in *s, void *dst, size_t cap, struct err *e)
{
    if (s->over) return 0;
    if (!s->started) start(s);
    s->member_first = false;
    ssize_t n = s->framed ? frame_read(s, dst, cap) : in_body_read(s, dst, cap);
    return n > 0 ? n : report_fault(s, e);
}

/* ------------------------------------------------------------------ opening and asking */

static int open_file(struct in *s, const char *path, struct err *e)
{
    if (!path || strcmp(path, "-") == 0) {
        s->src.fd = STDIN_FILENO;
        path = "stdin";
    } else {
        if ((s->src.fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) return err_sys(e, "cannot open %s", path);
        s->src.own_fd = true;
    }
    if (!(s->name = strdup(path))) return err_nomem(e, "opening a file");
    s->src.name = s->name;
    struct stat st;
    if (fstat(s->src.fd, &st)) return err_sys(e, "cannot read %s", path);
    if (S_ISDIR(st.st_mode)) return err_set(e, ERR_IO, "%s is a directory: name the files in it", path);
    if (S_ISREG(st.st_mode)) s->src.size_bytes = (uint64_t)st.st_size;
    posix_fadvise(s->src.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return 0;
}

int in_open(struct in **out, const char *path, unsigned flags, struct err *e)
{
    *out = NULL;
    struct in *s = calloc(1, sizeof *s);
    if (!s) return err_nomem(e, "opening a file");
    s->flags = flags;
    s->src.fd = -1;
    int r = open_file(s, path, e);
    if (r)
        in_close(s);
    else
        *out = s;
    return r;
}

int in_open_reader(struct in **out, const char *name, in_reader *read, void *ctx, unsigned flags,
                   struct err *e)
{
    struct in *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) return err_nomem(e, "opening a stream");
    s->flags = flags;
    s->src.fd = -1;
    s->src.read = read;
    s->src.ctx = ctx;
    s->src.name = s->name = strdup(name);
    if (s->name) return 0;
    in_close(s);
    *out = NULL;
    return err_nomem(e, "opening a stream");
}

void in_close(struct in *s)
{
    if (!s) return;
    ahead_free(s->ahead);
    members_close(s);
    hash_stream_free(s->frame.hash);
    free(s->frame.small);
    if (s->src.own_fd) close(s->src.fd);
    free(s->src.buf);
    free(s->name);
    free(s);
}

void in_set_threads(struct in *s, int threads)
{
    s->threads = threads;
}

const char *in_name(const struct in *s)
{
    return s->name;
}

enum codec in_codec(const struct in *s)
{
    return s->codec;
}

bool in_framed(const struct in *s)
{
    return s->framed;
}

uint64_t in_raw_bytes(const struct in *s)
{
    return s->src.taken_bytes;
}

uint64_t in_size_bytes(const struct in *s)
{
    return s->src.size_bytes;
}

uint64_t in_skipped_bytes(const struct in *s)
{
    return s->skipped_bytes;
}

int in_members_fd(const struct in *s)
{
    const struct members *m = &s->members;
    bool sound = s->codec == CODEC_GZIP && !s->framed && !s->over && s->fault.status == 0 && !m->cut &&
                 m->tail_pos == m->tail.n;
    bool steady = m->state == BETWEEN || m->state == INSIDE;
    return sound && steady && s->src.size_bytes ? s->src.fd : -1;
}

int in_seek(struct in *s, uint64_t offset, struct err *e)
{
    struct source *src = &s->src;
    if (lseek(src->fd, (off_t)offset, SEEK_SET) < 0) return err_sys(e, "cannot read %s", s->name);
    src->pos = src->end = 0;
    src->taken_bytes = offset;
    src->eof = false;
    s->members.state = BETWEEN;
    s->members.cut = s->over = false;
    s->fault.status = 0;
    s->head_pos = s->head_n;
    return 0;
}

uint64_t in_member_offset(const struct in *s)
{
    return s->member_offset;
}

bool in_member_first(const struct in *s)
{
    return s->member_first;
}
