/* append.c: buffered appending with a running XXH3. Memory: hold_bytes a file. A piece longer than that passes the buffer by. */
#include "shards/append.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int shard_append_init(struct shard_append *a, const char *dir, const char *stem, const char *suffix,
                      size_t hold_bytes, struct err *e)
{
    *a = (struct shard_append){.hold_bytes = hold_bytes, .hash = hash_stream_new()};
    buf_init(&a->held, BUF_NO_MAX);
    if (!a->hash || asprintf(&a->path, "%s/%s%s", dir, stem, suffix) < 0) {
        a->path = NULL;
        shard_append_free(a);
        return err_nomem(e, "opening a shard");
    }
    return 0;
}

static int write_all(const struct shard_append *a, int fd, const char *p, size_t n, struct err *e)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0) return err_sys(e, "cannot write %s", a->path);
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

/* What is held, then p[0..n). */
static int write_out(struct shard_append *a, const char *p, size_t n, bool sync, struct err *e)
{
    int flags = O_WRONLY | O_APPEND | O_CLOEXEC | (a->begun ? 0 : O_CREAT | O_EXCL);
    int fd = open(a->path, flags, 0666);
    if (fd < 0) return err_sys(e, "cannot open %s", a->path);
    a->begun = true;
    int r = write_all(a, fd, a->held.p, a->held.n, e);
    if (r == 0) r = write_all(a, fd, p, n, e);
    if (r == 0 && sync && fsync(fd) < 0) r = err_sys(e, "cannot sync %s", a->path);
    if (close(fd) < 0 && r == 0) r = err_sys(e, "cannot close %s", a->path);
    buf_clear(&a->held);
    return r;
}

int shard_append_put(struct shard_append *a, const void *p, size_t n, struct err *e)
{
    if (n == 0) return 0;
    hash_stream_update(a->hash, p, n);
    a->bytes += n;
    if (a->held.n + n > a->hold_bytes) return write_out(a, p, n, false, e);
    return buf_put(&a->held, p, n) < 0 ? err_nomem(e, "writing a shard") : 0;
}

int shard_append_end(struct shard_append *a, struct shard_digest *g, struct err *e)
{
    if (g) *g = (struct shard_digest){a->bytes, hash_stream_digest(a->hash)};
    return write_out(a, NULL, 0, g != NULL, e);
}

void shard_append_free(struct shard_append *a)
{
    hash_stream_free(a->hash);
    buf_free(&a->held);
    free(a->path);
    *a = (struct shard_append){0};
}
