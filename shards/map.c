/* map.c: mmap, since a run touches few pages of many large files, and a mapping needs no descriptor. A file must not be cut
 * short while it is mapped; `leat shard` never writes into a finished directory. */
#include "shards/map.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map_path(struct slice *m, const char *path, uint64_t bytes, struct err *e)
{
    struct stat st;
    int r = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(e, ERR_DATA, "%s is missing, but the manifest names it", path);
    if (fd < 0) return err_sys(e, "cannot open %s", path);
    if (fstat(fd, &st) < 0)
        r = err_sys(e, "cannot read %s", path);
    else if ((uint64_t)st.st_size != bytes)
        r = err_set(e, ERR_DATA,
                    "%s has %" PRIu64 " bytes, but the manifest says %" PRIu64 "; see `leat shards verify`",
                    path, (uint64_t)st.st_size, bytes);
    *m = slice_of("", 0);
    if (r == 0 && bytes > 0) {
        void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
            r = err_sys(e, "cannot map %s", path);
        else
            *m = slice_of(p, bytes);
    }
    close(fd);
    return r;
}

int shard_map_open(struct slice *m, const char *dir, const char *stem, const char *suffix, uint64_t bytes,
                   struct err *e)
{
    char *path;
    *m = slice_of("", 0);
    if (asprintf(&path, "%s/%s%s", dir, stem, suffix) < 0) return err_nomem(e, "opening a shard");
    int r = map_path(m, path, bytes, e);
    free(path);
    return r;
}

void shard_map_close(struct slice *m)
{
    if (m->n > 0) munmap((void *)m->p, m->n);
    *m = slice_of("", 0);
}
