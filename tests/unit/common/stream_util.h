/* stream_util.h: what the tests of streams share: files, outside commands, and a reader that notes all it is told. */
#ifndef LEAT_TESTS_STREAM_UTIL_H
#define LEAT_TESTS_STREAM_UTIL_H

#include "common/stream.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static __attribute__((unused)) void put_file(const char *path, const void *p, size_t n)
{
    unlink(path); /* some file systems flush a file that is truncated and closed */
    FILE *f = fopen(path, "w");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f)) abort();
}

static __attribute__((unused)) struct buf get_file(const char *path)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    char piece[65536];
    size_t n;
    FILE *f = fopen(path, "r");
    if (!f) return b;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) buf_put(&b, piece, n);
    fclose(f);
    return b;
}

/* Words of a small language: compressible, and different everywhere. */
static __attribute__((unused)) struct buf make_text(size_t n, uint64_t seed)
{
    static const char *const words[] = {"leat",  "mill",  "water", "stream",
                                        "wheel", "stone", "grain", "sluice"};
    struct buf b;
    buf_init(&b, n + 64);
    while (b.n < n) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        buf_printf(&b, "%s %u%c", words[seed >> 61], (unsigned)(seed >> 40 & 0xffff),
                   seed >> 36 & 7 ? ' ' : '\n');
    }
    b.n = n;
    return b;
}

struct told { /* what a reader was told */
    struct buf content;
    int damaged, truncated, errors, zeros;
    int last; /* the last status */
    uint64_t skipped;
    enum codec codec;
    char first_message[1024];
    unsigned members;
    uint64_t offsets[16];
};

/* Reads to the end with buffers of `cap` bytes, and once more behind it. */
static __attribute__((unused)) struct told drain(const char *path, unsigned flags, size_t cap)
{
    struct told t = {.last = 1};
    struct err e = {0};
    struct in *s;
    buf_init(&t.content, BUF_NO_MAX);
    if (in_open(&s, path, flags, &e)) {
        t.errors++;
        snprintf(t.first_message, sizeof t.first_message, "%s", e.msg);
        return t;
    }
    char *p = malloc(cap);
    while (t.zeros < 2 && t.errors < 2) {
        err_clear(&e);
        ssize_t n = in_read(s, p, cap, &e);
        if (n > 0) {
            if (t.zeros || t.truncated) abort();
            buf_put(&t.content, p, (size_t)n);
            if (in_member_first(s) && t.members < 16) t.offsets[t.members] = in_member_offset(s);
            t.members += in_member_first(s);
            continue;
        }
        if (n < 0 && (e.code == 0 || !e.msg[0])) abort();
        if (n < 0 && !t.first_message[0]) snprintf(t.first_message, sizeof t.first_message, "%s", e.msg);
        t.damaged += n == IN_DAMAGED;
        t.truncated += n == IN_TRUNCATED;
        t.errors += n < 0 && n > -100;
        t.zeros += n == 0;
        t.last = (int)n;
    }
    t.skipped = in_skipped_bytes(s);
    t.codec = in_codec(s);
    in_close(s);
    free(p);
    return t;
}

static __attribute__((unused)) bool is_whole(const struct told *t, struct slice content)
{
    return !t->damaged && !t->truncated && !t->errors && slice_eq(buf_slice(&t->content), content);
}

static __attribute__((unused)) bool run(const char *command)
{
    int r = system(command); /* NOLINT */
    if (r) printf("# status %d: %s\n", r, command);
    return r == 0;
}

static __attribute__((unused)) bool has_command(const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", name);
    return system(line) == 0; /* NOLINT */
}

/* The outside compressors whose files leat reads. */
static const struct {
    const char *tool, *compress, *extension;
    enum codec codec;
} outside[] = {
    {"gzip", "gzip -c", ".gz", CODEC_GZIP}, {"zstd", "zstd -qc --check", ".zst", CODEC_ZSTD},
    {"xz", "xz -0 -c", ".xz", CODEC_XZ},    {"bzip2", "bzip2 -c", ".bz2", CODEC_BZIP2},
    {"lz4", "lz4 -qc", ".lz4", CODEC_LZ4},
};
#define N_OUTSIDE (sizeof outside / sizeof *outside)

/* Compresses FROM to TO by outside[i]. */
static __attribute__((unused)) bool compress_outside(size_t i, const char *from, const char *to)
{
    char line[512];
    snprintf(line, sizeof line, "%s <%s >%s", outside[i].compress, from, to);
    return run(line);
}

static __attribute__((unused)) int write_out(const struct out_opts *o, struct slice content, size_t piece,
                                             enum out_end end, struct err *e)
{
    struct out *s;
    int r = out_open(&s, o, e);
    if (r) return r;
    for (size_t at = 0; r == 0 && at < content.n; at += piece)
        r = out_write(s, content.p + at, piece < content.n - at ? piece : content.n - at, 1, e);
    int closed = out_close(s, r ? OUT_ABANDON : end, e);
    return r ? r : closed;
}

#endif
