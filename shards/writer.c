/* writer.c: .bin directly, lengths and document lines into temporary files beside it, from which a shard's end makes .idx
 * and .docs.zst. So a writer's memory does not grow with its documents: at most 384 KiB, and 64 KiB more while an index
 * is made. */
#include "shards/writer.h"
#include "common/stream.h"
#include "shards/index.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "files are little-endian and written as they lie in memory");

#define HOLD_BIN ((size_t)256 << 10)
#define HOLD_SMALL ((size_t)64 << 10)
#define LENGTHS_AT_ONCE 4096

void shard_writer_init(struct shard_writer *w, const char *dir, const char *escaped, enum shard_split split,
                       unsigned width, uint64_t shard_bytes)
{
    *w = (struct shard_writer){
        .dir = dir, .escaped = escaped, .split = split, .width = width, .shard_bytes = shard_bytes};
}

static void close_shard(struct shard_writer *w)
{
    shard_append_free(&w->bin);
    shard_append_free(&w->lengths);
    shard_append_free(&w->docs);
    free(w->stem);
    w->stem = NULL;
    w->documents = 0;
    w->open = false;
}

void shard_writer_free(struct shard_writer *w)
{
    close_shard(w);
    for (size_t i = 0; i < w->done.n; i++) free(w->done.at[i].stem);
    free(w->done.at);
    w->done = (struct shard_files){0};
}

static int open_shard(struct shard_writer *w, struct err *e)
{
    struct buf name;
    buf_init(&name, BUF_NO_MAX);
    shard_name_file(w->escaped, w->split, w->done.n, &name);
    if (buf_terminate(&name) < 0) {
        buf_free(&name);
        return err_nomem(e, "opening a shard");
    }
    w->open = true;
    w->stem = name.p; /* takes the buffer's memory */
    int r = shard_append_init(&w->bin, w->dir, w->stem, ".bin", HOLD_BIN, e);
    if (r == 0) r = shard_append_init(&w->lengths, w->dir, w->stem, ".len.tmp", HOLD_SMALL, e);
    if (r == 0) r = shard_append_init(&w->docs, w->dir, w->stem, ".docs.tmp", HOLD_SMALL, e);
    return r;
}

int shard_writer_put(struct shard_writer *w, struct slice tokens, struct slice tail, struct slice line,
                     struct err *e)
{
    uint64_t bytes = (uint64_t)tokens.n + tail.n;
    if (bytes / w->width > INT32_MAX)
        return err_set(
            e, ERR_DATA,
            "a document of %zu tokens; an index holds at most 2147483647: cut it before tokenizing",
            (size_t)(bytes / w->width));
    int r = 0;
    if (w->open && w->bin.bytes > 0 && w->bin.bytes + bytes > w->shard_bytes) r = shard_writer_seal(w, e);
    if (r == 0 && !w->open) r = open_shard(w, e);
    int32_t length = (int32_t)(bytes / w->width);
    if (r == 0) r = shard_append_put(&w->bin, tokens.p, tokens.n, e);
    if (r == 0) r = shard_append_put(&w->bin, tail.p, tail.n, e);
    if (r == 0) r = shard_append_put(&w->lengths, &length, sizeof length, e);
    if (r == 0) r = shard_append_put(&w->docs, line.p, line.n, e);
    if (r == 0) w->documents++;
    return r;
}

/* ------------------------------------------------------------------ sealing */

enum index_pass { PASS_LENGTHS, PASS_OFFSETS, PASS_BOUNDARIES, PASSES };

static int read_lengths(int fd, const char *path, int32_t *length, size_t n, uint64_t first, struct err *e)
{
    size_t want = n * sizeof *length, got = 0;
    while (got < want) {
        ssize_t r = pread(fd, (char *)length + got, want - got, (off_t)(first * sizeof *length + got));
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return err_sys(e, "cannot read %s", path);
        if (r == 0) return err_set(e, ERR_IO, "%s became shorter while it was read", path);
        got += (size_t)r;
    }
    return 0;
}

static int write_pass(const struct shard_writer *w, int fd, struct shard_append *idx, enum index_pass pass,
                      struct err *e)
{
    int32_t length[LENGTHS_AT_ONCE];
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    uint64_t offset = 0;
    int r = 0;
    for (uint64_t first = 0; first < w->documents && r == 0; first += LENGTHS_AT_ONCE) {
        uint64_t left = w->documents - first;
        size_t n = left < LENGTHS_AT_ONCE ? (size_t)left : LENGTHS_AT_ONCE;
        buf_clear(&b);
        r = read_lengths(fd, w->lengths.path, length, n, first, e);
        if (r == 0 && pass == PASS_LENGTHS) buf_put(&b, length, n * sizeof *length);
        if (r == 0 && pass == PASS_OFFSETS) shard_index_put_offsets(&b, w->width, length, n, &offset);
        if (r == 0 && pass == PASS_BOUNDARIES) shard_index_put_boundaries(&b, first, n);
        if (b.failed) r = err_nomem(e, "writing an index");
        if (r == 0) r = shard_append_put(idx, b.p, b.n, e);
    }
    buf_free(&b);
    return r;
}

static int write_index(const struct shard_writer *w, struct shard_digest *g, struct err *e)
{
    struct shard_append idx;
    struct buf b;
    int r = shard_append_init(&idx, w->dir, w->stem, shard_part_suffix[SHARD_IDX], HOLD_SMALL, e);
    if (r < 0) return r;
    buf_init(&b, BUF_NO_MAX);
    int fd = open(w->lengths.path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) r = err_sys(e, "cannot open %s", w->lengths.path);
    if (r == 0 && shard_index_put_header(&b, w->width, w->documents) < 0)
        r = err_nomem(e, "writing an index");
    if (r == 0) r = shard_append_put(&idx, b.p, b.n, e);
    for (int pass = 0; pass < PASSES && r == 0; pass++) r = write_pass(w, fd, &idx, pass, e);
    buf_clear(&b); /* the last boundary is the number of sequences */
    if (r == 0 && shard_index_put_boundaries(&b, w->documents, 1) < 0) r = err_nomem(e, "writing an index");
    if (r == 0) r = shard_append_put(&idx, b.p, b.n, e);
    if (r == 0) r = shard_append_end(&idx, g, e);
    if (fd >= 0) close(fd);
    buf_free(&b);
    shard_append_free(&idx);
    return r;
}

static int compress_docs(const struct shard_writer *w, struct out *out, struct err *e)
{
    struct in *in;
    char block[32 << 10];
    int r = in_open(&in, w->docs.path, IN_RAW, e);
    if (r < 0) return r;
    ssize_t n;
    while ((n = in_read(in, block, sizeof block, e)) > 0 && r == 0)
        r = out_write(out, block, (size_t)n, 0, e);
    if (n < 0) r = (int)n;
    in_close(in);
    if (r == 0) r = out_write(out, "", 0, w->documents, e);
    return r;
}

static int digest_file(const char *path, struct shard_digest *g, struct err *e)
{
    struct in *in;
    char block[32 << 10];
    struct hash_stream *h = hash_stream_new();
    if (!h) return err_nomem(e, "hashing a file");
    int r = in_open(&in, path, IN_RAW, e);
    if (r == 0) {
        ssize_t n;
        for (g->bytes = 0; (n = in_read(in, block, sizeof block, e)) > 0; g->bytes += (uint64_t)n)
            hash_stream_update(h, block, (size_t)n);
        if (n < 0) r = (int)n;
        in_close(in);
    }
    g->xxh3 = hash_stream_digest(h);
    hash_stream_free(h);
    return r;
}

static int write_docs(const struct shard_writer *w, struct shard_digest *g, struct err *e)
{
    struct out *out;
    char *path;
    if (asprintf(&path, "%s/%s%s", w->dir, w->stem, shard_part_suffix[SHARD_DOCS]) < 0)
        return err_nomem(e, "writing a shard");
    int r = out_open(&out, &(struct out_opts){.path = path, .kind = "jsonl"}, e);
    if (r == 0) {
        r = compress_docs(w, out, e);
        int closed = out_close(out, r == 0 ? OUT_COMMIT : OUT_ABANDON, e);
        if (r == 0) r = closed;
    }
    if (r == 0) r = digest_file(path, g, e);
    free(path);
    return r;
}

static int write_parts(struct shard_writer *w, struct shard_file *f, struct err *e)
{
    int r = shard_append_end(&w->bin, &f->part[SHARD_BIN], e);
    if (r == 0) r = shard_append_end(&w->lengths, NULL, e);
    if (r == 0) r = shard_append_end(&w->docs, NULL, e);
    if (r == 0) r = write_index(w, &f->part[SHARD_IDX], e);
    if (r == 0) r = write_docs(w, &f->part[SHARD_DOCS], e);
    if (r == 0 && (unlink(w->lengths.path) < 0 || unlink(w->docs.path) < 0))
        r = err_sys(e, "cannot remove the temporary files of %s", w->stem);
    return r;
}

int shard_writer_seal(struct shard_writer *w, struct err *e)
{
    if (!w->open) return 0;
    struct shard_file *f = shard_files_add(&w->done, slice_str(w->stem));
    if (!f) return err_nomem(e, "closing a shard");
    f->documents = w->documents;
    f->tokens = w->bin.bytes / w->width;
    w->done.documents += f->documents;
    w->done.tokens += f->tokens;
    int r = write_parts(w, f, e);
    close_shard(w);
    return r;
}
