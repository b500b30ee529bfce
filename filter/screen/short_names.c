/* short_names.c: begins with base names and takes a folder more to those that are alike, until none are. n is small: pairs. */
#include "filter/screen/short_names.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* One folder more, where there is one. */
static bool lengthen(const char **name, const char *path)
{
    const char *p = *name;
    if (p == path) return false;
    for (p--; p > path && p[-1] != '/'; p--) {
    }
    *name = p;
    return true;
}

static int tell_apart(const char **name, const char *const *path, size_t i, size_t j, const char *option,
                      struct err *e)
{
    while (strncmp(name[i], name[j], SHORT_NAME_BYTES) == 0) {
        bool longer = lengthen(&name[i], path[i]);
        longer |= lengthen(&name[j], path[j]);
        if (longer) continue;
        if (strcmp(path[i], path[j]) == 0)
            return err_set(e, ERR_USAGE, "%s %s is given twice; give it once", option, path[i]);
        return err_set(e, ERR_USAGE,
                       "%s: the names of %s and %s begin alike, and only %d bytes are told apart; rename one",
                       option, path[i], path[j], SHORT_NAME_BYTES);
    }
    return 0;
}

/* A name that has become longer can be like another again. */
static int tell_all_apart(const char **name, const char *const *path, size_t n, const char *option,
                          struct err *e)
{
    for (bool settled = false; !settled;) {
        settled = true;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++) {
                if (strncmp(name[i], name[j], SHORT_NAME_BYTES) != 0) continue;
                if (tell_apart(name, path, j, i, option, e) < 0) return -ERR_USAGE;
                settled = false;
            }
    }
    return 0;
}

int short_names(const char **at, size_t n, const char *option, struct err *e)
{
    const char **path = calloc(n + 1, sizeof *path);
    if (!path) return err_nomem(e, "reading file names");
    if (n) memcpy(path, at, n * sizeof *path);
    for (size_t i = 0; i < n; i++) at[i] = base_name(path[i]);
    int r = tell_all_apart(at, path, n, option, e);
    free(path);
    return r;
}
