/* labels.c: labels out of documents and files. State: the labels' file, sorted by id. */
#include "labels.h"
#include "common/text.h"
#include <stdlib.h>

int label_of_key(struct jsonl *j, const struct doc *d, const char *key, struct slice *value, struct err *e)
{
    struct err ignored = {0};
    if (strcmp(key, "source") == 0) {
        *value = d->source;
        return value->n > 0;
    }
    if (strncmp(key, "metadata.", 9) == 0) key += 9;
    int r = jsonl_meta_raw(j, d, key, value, &ignored);
    if (r == 1 && value->n && value->p[0] == '"') {
        err_clear(&ignored);
        r = jsonl_meta_str(j, d, key, value, &ignored);
    } else if (r == 1 && (value->n == 0 || value->p[0] == '{' || value->p[0] == '[' || value->p[0] == 'n'))
        r = 0;
    if (r == 1) *value = slice_trim(*value);
    if (r == -ERR_IO) return err_nomem(e, "reading a label");
    return r == 1 && value->n > 0;
}

struct label_line {
    struct slice id, label;
    size_t line;
};

struct labels {
    struct buf content;
    struct label_line *at;
    size_t n;
};

static int compare_ids(struct slice a, struct slice b)
{
    int r = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return r ? r : a.n < b.n ? -1 : a.n > b.n;
}

static int by_id(const void *a, const void *b)
{
    const struct label_line *x = a, *y = b;
    int r = compare_ids(x->id, y->id);
    return r ? r : x->line < y->line ? -1 : x->line > y->line;
}

static int split(struct labels *l, const char *path, struct err *e)
{
    struct slice text = buf_slice(&l->content), line;
    size_t lines = 0;
    for (size_t at = 0; line_next(text, &at, &line);) lines++;
    l->at = malloc((lines + 1) * sizeof *l->at);
    if (!l->at) return err_nomem(e, "reading labels");
    lines = 0;
    for (size_t at = 0; line_next(text, &at, &line);) {
        lines++;
        if (line.n && line.p[line.n - 1] == '\r') line.n--;
        const char *tab = line.n ? memchr(line.p, '\t', line.n) : NULL;
        if (line.n == 0) continue;
        if (!tab || tab + 1 == line.p + line.n)
            return err_set(e, ERR_DATA, "%s: line %zu is not an id, a tab and a label", path, lines);
        l->at[l->n++] = (struct label_line){slice_of(line.p, (size_t)(tab - line.p)),
                                            slice_of(tab + 1, (size_t)(line.p + line.n - tab - 1)), lines};
    }
    qsort(l->at, l->n, sizeof *l->at, by_id);
    return 0;
}

int labels_load(struct labels **out, const char *path, struct err *e)
{
    struct labels *l = calloc(1, sizeof *l);
    *out = NULL;
    if (!l) return err_nomem(e, "reading labels");
    buf_init(&l->content, BUF_NO_MAX);
    int r = file_read(path, BUF_NO_MAX, &l->content, e);
    if (r == 0) r = split(l, path, e);
    if (r < 0)
        labels_free(l);
    else
        *out = l;
    return r;
}

void labels_free(struct labels *l)
{
    if (!l) return;
    buf_free(&l->content);
    free(l->at);
    free(l);
}

bool labels_find(const struct labels *l, struct slice id, struct slice *label)
{
    size_t low = 0, high = l->n; /* the first that is greater */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_ids(l->at[middle].id, id) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || !slice_eq(l->at[low - 1].id, id)) return false;
    *label = l->at[low - 1].label;
    return true;
}
