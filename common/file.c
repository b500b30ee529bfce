/* file.c: small files as a whole, and directories. */
#include "common/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)16 << 10)

static int read_all(struct in *s, size_t max, struct buf *b, struct err *e)
{
    char piece[PIECE_BYTES];
    size_t total = 0;
    for (;;) {
        ssize_t n = in_read(s, piece, sizeof piece, e);
        if (n == IN_DAMAGED || n == IN_TRUNCATED) return -ERR_DATA;
        if (n <= 0) return (int)n;
        if ((size_t)n > max - total)
            return err_set(e, ERR_USAGE, "%s has more than %zu bytes, the most that is taken here",
                           in_name(s), max);
        total += (size_t)n;
        if (buf_put(b, piece, (size_t)n)) return err_nomem(e, "reading a file");
    }
}

int file_read(const char *path, size_t max, struct buf *b, struct err *e)
{
    struct in *s;
    int r = in_open(&s, path, 0, e);
    if (r) return r;
    size_t before = b->n;
    r = read_all(s, max, b, e);
    if (r) b->n = before;
    in_close(s);
    return r;
}

int file_write(const char *path, struct slice content, struct err *e)
{
    struct out *s;
    struct out_opts o = {.path = path};
    int r = out_open(&s, &o, e);
    if (r) return r;
    r = out_write(s, content.p, content.n, 0, e);
    int closed = out_close(s, r ? OUT_ABANDON : OUT_COMMIT, e);
    return r ? r : closed;
}

static int make_dir(const char *path, struct err *e)
{
    struct stat st;
    if (mkdir(path, 0777) == 0) return 0;
    int saved = errno;
    if (saved == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return 0;
    errno = saved == EEXIST ? ENOTDIR : saved;
    return err_sys(e, "cannot make the directory %s", path);
}

int file_mkdirs(const char *path, struct err *e)
{
    char *copy = strdup(path);
    if (!copy) return err_nomem(e, "making a directory");
    int r = 0;
    for (char *p = copy + (copy[0] == '/'); r == 0 && *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        r = make_dir(copy, e);
        *p = '/';
    }
    if (r == 0) r = make_dir(path, e);
    free(copy);
    return r;
}

int file_sync_dir(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_sys(e, "cannot open the directory %s", path);
    int r = fsync(fd) && errno != EINVAL && errno != ENOTSUP
                ? err_sys(e, "cannot sync the directory %s", path)
                : 0;
    close(fd);
    return r;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

int file_sync_parent(const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    if (!parent) return err_nomem(e, "naming a directory");
    int r = file_sync_dir(parent, e);
    free(parent);
    return r;
}
