/* checkpoint_dir.c: finds the newest checkpoint, removes old ones. A name is "step-" and at least eight digits; with ".tmp" it is one that was
 * being written, or removed. State: the directory. */
#include "checkpoint_dir.h"
#include "common/stream.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int checkpoint_join(char path[CHECKPOINT_PATH], const char *dir, const char *name, struct err *e)
{
    int n = snprintf(path, CHECKPOINT_PATH, "%s/%s", dir, name);
    return n < CHECKPOINT_PATH ? 0 : err_set(e, ERR_USAGE, "%s: the path is too long", dir);
}

int checkpoint_paths(const char *dir, uint64_t step, char whole[CHECKPOINT_PATH], char part[CHECKPOINT_PATH],
                     struct err *e)
{
    char name[64];
    snprintf(name, sizeof name, "step-%08llu", (unsigned long long)step);
    int r = checkpoint_join(whole, dir, name, e);
    strcat(name, ".tmp");
    return r < 0 ? r : checkpoint_join(part, dir, name, e);
}

int checkpoint_remove(const char *path, struct err *e)
{
    char file[CHECKPOINT_PATH];
    DIR *d = opendir(path);
    int r = 0;
    if (!d) return errno == ENOENT ? 0 : err_sys(e, "cannot remove %s", path);
    for (struct dirent *entry; r == 0 && (entry = readdir(d));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        r = checkpoint_join(file, path, entry->d_name, e);
        if (r == 0 && unlink(file) != 0) r = err_sys(e, "cannot remove %s", file);
    }
    closedir(d);
    if (r == 0 && rmdir(path) != 0) r = err_sys(e, "cannot remove %s", path);
    return r;
}

/* Whether this is a checkpoint's name; its step, and whether it is a part. */
static bool parse_name(const char *name, uint64_t *step, bool *part)
{
    if (strncmp(name, "step-", 5) != 0) return false;
    size_t digits = strspn(name + 5, "0123456789");
    if (digits < 8 || digits > 19) return false;
    *step = strtoull(name + 5, NULL, 10);
    *part = strcmp(name + 5 + digits, ".tmp") == 0;
    return *part || name[5 + digits] == '\0';
}

static int by_step(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

struct steps {
    uint64_t *at;
    size_t n;
};

static int add_step(struct steps *s, uint64_t step, struct err *e)
{
    uint64_t *more = realloc(s->at, (s->n + 1) * sizeof *more);
    if (!more) return err_nomem(e, "listing checkpoints");
    s->at = more;
    s->at[s->n++] = step;
    return 0;
}

/* The steps of whole checkpoints (parts: of what is not whole), the newest first. */
static int list_steps(const char *dir, bool parts, struct steps *s, struct err *e)
{
    DIR *d = opendir(dir);
    int r = 0;
    *s = (struct steps){0};
    if (!d) return errno == ENOENT ? 0 : err_sys(e, "cannot read %s", dir);
    for (struct dirent *entry; r == 0 && (entry = readdir(d));) {
        uint64_t step;
        bool part;
        if (parse_name(entry->d_name, &step, &part) && part == parts) r = add_step(s, step, e);
    }
    closedir(d);
    if (s->n > 1) qsort(s->at, s->n, sizeof *s->at, by_step);
    return r;
}

int checkpoint_newest(const char *dir, char path[CHECKPOINT_PATH], struct err *e)
{
    char part[CHECKPOINT_PATH];
    struct steps s;
    int r = list_steps(dir, false, &s, e);
    if (r == 0 && s.n > 0) r = checkpoint_paths(dir, s.at[0], path, part, e) < 0 ? -e->code : 1;
    free(s.at);
    return r;
}

int checkpoint_find(const char *dir, char path[CHECKPOINT_PATH], struct err *e)
{
    int r = checkpoint_join(path, dir, "state.json", e);
    if (r < 0) return r;
    if (file_exists(path)) {
        snprintf(path, CHECKPOINT_PATH, "%s", dir);
        return 0;
    }
    r = checkpoint_newest(dir, path, e);
    if (r == 0)
        return err_set(e, ERR_USAGE,
                       "%s holds no checkpoint (step-…/state.json): give the --out of a leat train", dir);
    return r < 0 ? r : 0;
}

/* First renamed, so that a removal that is cut short leaves no half of a checkpoint under a whole one's name. */
static int retire(const char *dir, uint64_t step, struct err *e)
{
    char whole[CHECKPOINT_PATH], part[CHECKPOINT_PATH];
    int r = checkpoint_paths(dir, step, whole, part, e);
    if (r == 0 && rename(whole, part) != 0) r = err_sys(e, "cannot rename %s", whole);
    return r < 0 ? r : checkpoint_remove(part, e);
}

int checkpoint_prune(const char *dir, int64_t keep, struct err *e)
{
    char whole[CHECKPOINT_PATH], part[CHECKPOINT_PATH];
    struct steps s;
    int r = list_steps(dir, true, &s, e);
    for (size_t i = 0; r == 0 && i < s.n; i++) {
        r = checkpoint_paths(dir, s.at[i], whole, part, e);
        if (r == 0) r = checkpoint_remove(part, e);
    }
    free(s.at);
    if (r == 0)
        r = list_steps(dir, false, &s, e);
    else
        s = (struct steps){0};
    for (size_t i = (size_t)keep; r == 0 && i < s.n; i++) r = retire(dir, s.at[i], e);
    free(s.at);
    return r;
}
