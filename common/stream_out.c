/* stream_out.c: writing: FILE.tmp and rename, or a pipe; counted, hashed and compressed on the way.
 *
 * In: content. Out: FILE, whole and on disk, or nothing of that name; or standard output, with an end line if framed.
 * Small writes are gathered into 256 KiB; large ones go to write(2) from the caller's memory. Memory: that buffer and
 * the encoder's state. */
#include "common/stream_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------------ to the file */

static int fail_write(struct out *s, struct err *e)
{
    int r;
    if (errno == EPIPE && s->is_stdout)
        r = err_set(e, ERR_PIPE, "the reader of standard output has gone");
    else if (errno == ENOSPC || errno == EDQUOT)
        r = err_sys(e, "cannot write %s (free some space there, or write elsewhere)", s->path);
    else
        r = err_sys(e, "cannot write %s", s->path);
    s->failed = -r;
    return r;
}

static int write_all(struct out *s, const uint8_t *p, size_t n, struct err *e)
{
    while (n > 0) {
        ssize_t put = write(s->fd, p, n < SSIZE_MAX ? n : SSIZE_MAX);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fail_write(s, e);
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

int out_flush(struct out *s, struct err *e)
{
    size_t n = s->n;
    s->n = 0;
    return write_all(s, s->buf, n, e);
}

int out_put(struct out *s, const void *p, size_t n, struct err *e)
{
    if (n > STREAM_BUF_BYTES - s->n) {
        int r = out_flush(s, e);
        if (r) return r;
    }
    if (n >= STREAM_BUF_BYTES) return write_all(s, p, n, e);
    if (n) memcpy(s->buf + s->n, p, n);
    s->n += n;
    return 0;
}

/* ------------------------------------------------------------------ opening */

/* Devices and pipes are written in place; so is what a process already holds open, whatever it is. */
static bool written_in_place(const char *path)
{
    static const char *const prefixes[] = {"/dev/std", "/dev/fd/", "/proc/"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0) return true;
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* A link stays a link: what it names is replaced. */
static char *target_of(const char *path)
{
    struct stat st;
    char *target = lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
    return target ? target : strdup(path);
}

/* Whether fd has the lock and still the name: another program may have renamed or removed the file before. Where there
 * are no locks (some network file systems) it does without. */
static bool is_ours(int fd, const char *tmp)
{
    struct stat own, named;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    return fstat(fd, &own) == 0 && stat(tmp, &named) == 0 && own.st_ino == named.st_ino &&
           own.st_dev == named.st_dev;
}

/* The lock keeps two programs from one FILE.tmp, where either would rename the other's half: a stage that outlived its
 * pipeline, and the next run of it. A program that is just being ended is waited for. */
int file_open_tmp(const char *tmp, struct err *e)
{
    static const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    struct stat st;
    for (int tries = 0; tries < 10; tries++) {
        if (tries > 0) nanosleep(&pause, NULL);
        int fd = open(tmp, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0 && errno == ENOENT) return err_sys(e, "cannot create %s: make its directory first", tmp);
        if (fd < 0) return err_sys(e, "cannot create %s", tmp);
        if (is_ours(fd, tmp)) {
            if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || ftruncate(fd, 0) == 0) return fd;
            int r = err_sys(e, "cannot empty %s", tmp);
            close(fd);
            return r;
        }
        close(fd);
    }
    return err_set(e, ERR_IO, "%s is being written by another program: wait for its end, or end it", tmp);
}

static int open_path(struct out *s, const char *path, struct err *e)
{
    bool in_place = written_in_place(path);
    s->path = in_place ? strdup(path) : target_of(path);
    if (!s->path) return err_nomem(e, "opening an output");
    if (in_place) {
        s->fd = open(path, O_WRONLY | O_CLOEXEC);
        return s->fd < 0 ? err_sys(e, "cannot write %s", path) : 0;
    }
    char *tmp = NULL;
    if (asprintf(&tmp, "%s.tmp", s->path) < 0) return err_nomem(e, "opening an output");
    int fd = file_open_tmp(tmp, e);
    if (fd < 0) {
        free(tmp);
        return fd;
    }
    s->fd = fd;
    s->tmp = tmp;
    return 0;
}

static int choose_encoder(struct out *s, const struct out_opts *o, struct err *e)
{
    enum codec c = s->is_stdout ? CODEC_PLAIN : codec_of_path(o->path);
    if (c != CODEC_PLAIN && o->framed)
        return err_set(e, ERR_USAGE,
                       "%s: a framed stream is not compressed: take a name without %s, or no --framed",
                       o->path, strrchr(o->path, '.'));
    s->enc = c == CODEC_ZSTD ? &zstd_encoder : c == CODEC_GZIP ? &gzip_encoder : NULL;
    if (c != CODEC_PLAIN && !s->enc)
        return err_set(e, ERR_USAGE, "%s: leat writes .zst and .gz, and no %s: choose one of those, or plain",
                       o->path, codec_name(c));
    return 0;
}

static int start_frame(struct out *s, const char *kind, struct err *e)
{
    char line[FRAME_HEADER_MAX + 1];
    int n = snprintf(line, sizeof line, FRAME_PREFIX "%s\n", kind ? kind : "jsonl");
    if (n > FRAME_HEADER_MAX || frame_header_match((const uint8_t *)line, (size_t)n) != n)
        return err_set(e, ERR_USAGE, "\"%s\" cannot be the kind of a framed stream: use a-z 0-9 . _ -", kind);
    int r = out_put(s, line, (size_t)n, e);
    return r ? r : out_flush(s, e);
}

static int open_out(struct out *s, const struct out_opts *o, struct err *e)
{
    s->is_stdout = !o->path || strcmp(o->path, "-") == 0;
    s->framed = o->framed;
    s->temporary = o->temporary;
    s->threads = o->threads > 1 ? o->threads : 1;
    s->level = o->level;
    int r = choose_encoder(s, o, e);
    if (r) return r;
    s->buf = malloc(STREAM_BUF_BYTES);
    s->hash = hash_stream_new();
    if (s->is_stdout) s->path = strdup("standard output");
    if (!s->buf || !s->hash || (s->is_stdout && !s->path)) return err_nomem(e, "opening an output");
    if (s->is_stdout)
        s->fd = STDOUT_FILENO;
    else if ((r = open_path(s, o->path, e)))
        return r;
    if (s->enc && (r = s->enc->begin(s, e))) return r;
    return s->framed ? start_frame(s, o->kind, e) : 0;
}

static void free_out(struct out *s)
{
    if (s->enc) s->enc->free(s);
    hash_stream_free(s->hash);
    free(s->buf);
    free(s->path);
    free(s->tmp);
    free(s);
}

int out_open(struct out **out, const struct out_opts *o, struct err *e)
{
    *out = NULL;
    struct out *s = calloc(1, sizeof *s);
    if (!s) return err_nomem(e, "opening an output");
    s->fd = -1;
    int r = open_out(s, o, e);
    if (r == 0) {
        *out = s;
        return 0;
    }
    if (s->fd >= 0 && !s->is_stdout) close(s->fd);
    if (s->tmp) unlink(s->tmp);
    free_out(s);
    return r;
}

/* ------------------------------------------------------------------ writing */

static int refuse_after_failure(const struct out *s, struct err *e)
{
    return err_set(e, s->failed, "%s could not be written", s->path);
}

int out_write(struct out *s, const void *p, size_t n, uint64_t records, struct err *e)
{
    if (s->failed) return refuse_after_failure(s, e);
    s->bytes += n;
    s->records += records;
    if (s->framed || s->enc == &zstd_encoder) hash_stream_update(s->hash, p, n);
    int r = s->enc ? s->enc->write(s, p, n, e) : out_put(s, p, n, e);
    if (r) s->failed = -r;
    return r;
}

uint64_t out_bytes(const struct out *s)
{
    return s->bytes;
}

uint64_t out_records(const struct out *s)
{
    return s->records;
}

/* ------------------------------------------------------------------ closing */

/* Everything to the kernel; whole: with the end line or trailer. */
static int finish_content(struct out *s, bool whole, struct err *e)
{
    if (s->failed) return refuse_after_failure(s, e);
    int r = 0;
    if (s->enc) {
        r = s->enc->finish(s, whole, e);
    } else if (s->framed && whole) {
        char line[FRAME_END_BYTES + 1];
        frame_end_format(line, s->records, s->bytes, hash_stream_digest(s->hash));
        r = out_put(s, line, FRAME_END_BYTES, e);
    }
    return r ? r : out_flush(s, e);
}

/* Closing a copy tells of late errors (NFS, quotas); the descriptor itself is the process's, or holds the lock. */
static int close_copy(struct out *s, bool sync, struct err *e)
{
    int fd = dup(s->fd);
    int r = 0;
    if (sync && fsync(fd) && errno != EINVAL && errno != ENOTSUP) r = fail_write(s, e);
    if (close(fd) && errno != EINTR && r == 0) r = fail_write(s, e);
    return r;
}

static int rename_tmp(struct out *s, bool partial, struct err *e)
{
    char *to = NULL;
    if (asprintf(&to, "%s%s", s->path, partial ? ".partial" : "") < 0)
        return err_nomem(e, "renaming an output");
    int r = rename(s->tmp, to) ? err_sys(e, "cannot rename %s to %s", s->tmp, to) : 0;
    free(to);
    return r;
}

int out_close(struct out *s, enum out_end end, struct err *e)
{
    if (!s) return 0;
    int r = 0;
    if (end != OUT_ABANDON)
        r = finish_content(s, end == OUT_COMMIT, e);
    else if (!s->tmp && !s->failed && !s->enc)
        out_flush(s, NULL);
    int closed =
        close_copy(s, r == 0 && s->tmp && end == OUT_COMMIT && !s->temporary, end == OUT_ABANDON ? NULL : e);
    if (r == 0 && end != OUT_ABANDON) r = closed;
    if (s->tmp && r == 0 && end != OUT_ABANDON) r = rename_tmp(s, end == OUT_PARTIAL, e);
    if (s->tmp && (r || end == OUT_ABANDON)) unlink(s->tmp);
    if (!s->is_stdout) close(s->fd);
    free_out(s);
    return r;
}
