/* classes.c: the names of classes. A list: there are few, and the last one found is asked for first. State: the names. */
#include "classes.h"
#include <stdlib.h>

void classes_init(struct classes *c, uint32_t max)
{
    *c = (struct classes){.max = max};
}

void classes_free(struct classes *c)
{
    for (uint32_t i = 0; i < c->n; i++) free(c->name[i]);
    free(c->name);
    *c = (struct classes){0};
}

int64_t classes_find(const struct classes *c, struct slice name)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (slice_is(name, c->name[i])) return i;
    return -1;
}

int64_t classes_add(struct classes *c, struct slice name, struct err *e)
{
    int64_t known = classes_find(c, name);
    if (known >= 0) return known;
    if (memchr(name.p, 0, name.n) || name.n > 1000)
        return err_set(e, ERR_DATA, "a label is longer than 1000 bytes or holds a zero byte: %.60s…", name.p);
    if (c->n == c->max)
        return err_set(e, ERR_DATA,
                       "more than %u different labels, \"%.*s\" among them: is it the right key?", c->max,
                       (int)(name.n < 60 ? name.n : 60), name.p);
    char **p = realloc(c->name, (c->n + 1) * sizeof *p);
    if (p) c->name = p;
    char *copy = p ? strndup(name.p, name.n) : NULL;
    if (!copy) return err_nomem(e, "keeping labels");
    c->name[c->n] = copy;
    return c->n++;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(**(char *const *const *)a, **(char *const *const *)b);
}

int classes_sort(struct classes *c, uint32_t *number, struct err *e)
{
    char ***at = calloc(c->n + 1, sizeof *at), **sorted = calloc(c->n + 1, sizeof *sorted);
    if (!at || !sorted) {
        free(at);
        free(sorted);
        return err_nomem(e, "sorting labels");
    }
    for (uint32_t i = 0; i < c->n; i++) at[i] = &c->name[i];
    qsort(at, c->n, sizeof *at, by_name);
    for (uint32_t i = 0; i < c->n; i++) {
        sorted[i] = *at[i];
        number[at[i] - c->name] = i;
    }
    free(c->name);
    free(at);
    c->name = sorted;
    return 0;
}
