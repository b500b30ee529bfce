/* directory.c: DIR.tmp, then one rename.
 *
 * A lock on DIR.tmp tells a directory that is being written from one that a killed run left behind. Only directories of
 * plain files are ever removed, and with --force only what is empty or has a manifest. */
#include "shards/directory.h"
#include "common/stream.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void free_paths(struct shard_directory *d)
{
    free(d->path);
    free(d->tmp);
    free(d->partial);
    if (d->lock >= 0) close(d->lock);
    *d = (struct shard_directory){.lock = -1};
}

static char *with_suffix(const char *path, const char *suffix)
{
    char *joined;
    return path && asprintf(&joined, "%s%s", path, suffix) >= 0 ? joined : NULL;
}

static int name_paths(struct shard_directory *d, const char *path, struct err *e)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    const char *slash = memrchr(path, '/', n), *last = slash ? slash + 1 : path;
    struct slice name = slice_of(last, n - (size_t)(last - path));
    if (name.n == 0 || slice_is(name, ".") || slice_is(name, ".."))
        return err_set(e, ERR_USAGE, "\"%s\" cannot be made as a whole; give -o the name of a new directory",
                       path);
    d->path = strndup(path, n);
    d->tmp = with_suffix(d->path, ".tmp");
    d->partial = with_suffix(d->path, ".partial");
    return d->path && d->tmp && d->partial ? 0 : err_nomem(e, "naming a directory");
}

/* ------------------------------------------------------------------ removing */

struct contents {
    uint64_t entries;
    bool manifest, other; /* something that is not a regular file */
};

static int look_into(const char *path, struct contents *c, struct err *e)
{
    *c = (struct contents){0};
    DIR *dir = opendir(path);
    if (!dir) return err_sys(e, "cannot open directory %s", path);
    for (struct dirent *x; (x = readdir(dir));) {
        struct stat st;
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0) continue;
        c->entries++;
        if (strcmp(x->d_name, "manifest.json") == 0) c->manifest = true;
        if (fstatat(dirfd(dir), x->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            c->other = true;
    }
    closedir(dir);
    return 0;
}

static int empty_directory(const char *path, struct err *e)
{
    struct contents c;
    int r = look_into(path, &c, e);
    if (r < 0) return r;
    if (c.other)
        return err_set(e, ERR_USAGE,
                       "%s holds more than files; remove it yourself if nothing in it is needed", path);
    DIR *dir = opendir(path);
    if (!dir) return err_sys(e, "cannot open directory %s", path);
    for (struct dirent *x; r == 0 && (x = readdir(dir));)
        if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0 &&
            unlinkat(dirfd(dir), x->d_name, 0) < 0)
            r = err_sys(e, "cannot remove %s/%s", path, x->d_name);
    closedir(dir);
    return r;
}

static int remove_directory(const char *path, struct err *e)
{
    if (!file_exists(path)) return 0;
    int r = empty_directory(path, e);
    if (r == 0 && rmdir(path) < 0) r = err_sys(e, "cannot remove %s", path);
    return r;
}

/* ------------------------------------------------------------------ beginning */

static int may_replace(const struct shard_directory *d, struct err *e)
{
    struct contents c;
    if (!file_exists(d->path)) return 0;
    if (!d->force)
        return err_set(e, ERR_USAGE, "%s exists already; give another -o, or --force to replace it", d->path);
    int r = look_into(d->path, &c, e);
    if (r < 0) return r;
    if (c.other || (c.entries > 0 && !c.manifest))
        return err_set(e, ERR_USAGE, "%s is not a directory of shards; --force replaces nothing else",
                       d->path);
    return 0;
}

static int lock_tmp(struct shard_directory *d, struct err *e)
{
    struct stat here, there;
    d->lock = open(d->tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->lock < 0) return err_sys(e, "cannot open %s", d->tmp);
    if (flock(d->lock, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return err_set(e, ERR_USAGE, "another `leat shard` is writing %s", d->tmp);
    if (fstat(d->lock, &here) < 0 || stat(d->tmp, &there) < 0 || here.st_ino != there.st_ino)
        return err_set(e, ERR_IO, "%s was moved away while it was opened; start again", d->tmp);
    return 0;
}

static int make_tmp(struct shard_directory *d, struct err *e)
{
    bool made = mkdir(d->tmp, 0777) == 0;
    if (!made && errno != EEXIST) return err_sys(e, "cannot make directory %s", d->tmp);
    int r = lock_tmp(d, e);
    return r == 0 && !made ? empty_directory(d->tmp, e) : r;
}

int shard_directory_begin(struct shard_directory *d, const char *path, bool force, struct err *e)
{
    *d = (struct shard_directory){.force = force, .lock = -1};
    int r = name_paths(d, path, e);
    if (r == 0) r = may_replace(d, e);
    if (r == 0) r = make_tmp(d, e);
    if (r < 0) free_paths(d);
    return r;
}

/* ------------------------------------------------------------------ ending */

/* DIR.tmp becomes DIR. Where the kernel can, an old DIR and the new one change places at once. */
static int put_in_place(const struct shard_directory *d, struct err *e)
{
    bool replace = d->force && file_exists(d->path);
    unsigned flag = replace ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    int r = renameat2(AT_FDCWD, d->tmp, AT_FDCWD, d->path, flag);
    if (r == 0) return replace ? remove_directory(d->tmp, e) : 0;
    if (errno == EEXIST)
        return err_set(e, ERR_USAGE, "%s appeared while its shards were written; give another -o", d->path);
    if (errno != EINVAL && errno != ENOSYS) return err_sys(e, "cannot rename %s to %s", d->tmp, d->path);
    if (replace) {
        r = remove_directory(d->path, e);
        if (r < 0) return r;
    }
    return rename(d->tmp, d->path) < 0 ? err_sys(e, "cannot rename %s to %s", d->tmp, d->path) : 0;
}

int shard_directory_commit(struct shard_directory *d, struct err *e)
{
    int r = file_sync_dir(d->tmp, e);
    if (r == 0) r = put_in_place(d, e);
    if (r == 0) r = file_sync_parent(d->path, e);
    if (r == 0) free_paths(d);
    return r;
}

int shard_directory_keep_partial(struct shard_directory *d, struct err *e)
{
    int r = remove_directory(d->partial, e);
    if (r == 0 && rename(d->tmp, d->partial) < 0)
        r = err_sys(e, "cannot rename %s to %s", d->tmp, d->partial);
    if (r == 0) free_paths(d);
    return r;
}

void shard_directory_abandon(struct shard_directory *d)
{
    if (d->lock >= 0) remove_directory(d->tmp, NULL);
    free_paths(d);
}
