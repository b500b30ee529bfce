/* spool.c: a temporary file, written once, read from its beginning.
 *
 * In: bytes. Out: the same. State: an unlinked file, a buffer for writing; each reader has its own buffer and reads with
 * pread. Memory: 256 KiB for writing, and what each reader asks for. */
#include "filter/lm/spool.h"
#include "common/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int open_unnamed(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || errno == ENOENT || errno == EACCES) return fd;
    char path[600]; /* a file system without O_TMPFILE */
    snprintf(path, sizeof path, "%s/leat-lm-XXXXXX", dir);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) unlink(path);
    return fd;
}

int spool_new(struct spool **out, const char *dir, struct err *e)
{
    if (!dir) dir = getenv("TMPDIR");
    if (!dir || !*dir) dir = "/tmp";
    struct spool *s = malloc(sizeof *s);
    if (!s) return err_nomem(e, "opening a temporary file");
    s->bytes = s->n = 0;
    snprintf(s->dir, sizeof s->dir, "%s", dir);
    s->fd = open_unnamed(dir);
    if (s->fd < 0) {
        int r = err_sys(e, "cannot make a temporary file in %s: name another directory with --tmp", dir);
        free(s);
        return r;
    }
    *out = s;
    return 0;
}

void spool_free(struct spool *s)
{
    if (!s) return;
    close(s->fd);
    free(s);
}

uint64_t spool_bytes(const struct spool *s)
{
    return s->bytes;
}

static int write_all(struct spool *s, const char *p, size_t n, struct err *e)
{
    while (n) {
        ssize_t w = write(s->fd, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0)
            return err_sys(e, "cannot write to a temporary file in %s: name another directory with --tmp",
                           s->dir);
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

int spool_flush(struct spool *s, struct err *e)
{
    int r = write_all(s, s->buf, s->n, e);
    s->n = 0;
    return r;
}

int spool_write(struct spool *s, const void *p, size_t n, struct err *e)
{
    s->bytes += n;
    if (n > SPOOL_WRITE_BYTES - s->n) {
        int r = spool_flush(s, e);
        if (r < 0) return r;
        if (n > SPOOL_WRITE_BYTES) return write_all(s, p, n, e);
    }
    memcpy(s->buf + s->n, p, n);
    s->n += n;
    return 0;
}

int spool_rewind(struct spool_reader *r, struct spool *s, uint64_t from, uint64_t to, size_t buffer_bytes,
                 struct err *e)
{
    *r = (struct spool_reader){.spool = s, .at = from, .end = to, .cap = buffer_bytes};
    r->buf = malloc(buffer_bytes);
    if (!r->buf) return err_nomem(e, "reading a temporary file");
    return spool_flush(s, e);
}

void spool_reader_free(struct spool_reader *r)
{
    free(r->buf);
    *r = (struct spool_reader){0};
}

int spool_fill(struct spool_reader *r, struct err *e)
{
    size_t left = r->n - r->pos;
    memmove(r->buf, r->buf + r->pos, left);
    r->n = left;
    r->pos = 0;
    while (r->n < r->cap && r->at < r->end) {
        uint64_t want = r->cap - r->n < r->end - r->at ? r->cap - r->n : r->end - r->at;
        ssize_t got = pread(r->spool->fd, r->buf + r->n, want, (off_t)r->at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_sys(e, "cannot read a temporary file in %s", r->spool->dir);
        if (got == 0) return err_set(e, ERR_IO, "a temporary file in %s became shorter", r->spool->dir);
        r->n += (size_t)got;
        r->at += (uint64_t)got;
    }
    return 0;
}

int spool_skip(struct spool_reader *r, uint64_t n, struct err *e)
{
    uint64_t here = r->n - r->pos;
    if (n <= here) {
        r->pos += n;
        return 0;
    }
    if (n - here > r->end - r->at) return err_set(e, ERR_IO, "internal error: a temporary file is too short");
    r->at += n - here;
    r->pos = r->n = 0;
    return 0;
}
