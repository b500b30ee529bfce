/* docs.c: decompression and lines. Memory: the longest line and 64 KiB. */
#include "shards/docs.h"
#include "shards/manifest.h"
#include <stdio.h>
#include <stdlib.h>

#define READ_BYTES ((size_t)64 << 10)
#define MAX_LINE ((size_t)64 << 20)

int shard_docs_open(struct shard_docs *d, const char *dir, const char *stem, struct err *e)
{
    char *path;
    *d = (struct shard_docs){0};
    buf_init(&d->held, MAX_LINE + READ_BYTES);
    if (asprintf(&path, "%s/%s%s", dir, stem, shard_part_suffix[SHARD_DOCS]) < 0)
        return err_nomem(e, "opening a shard");
    int r = in_open(&d->in, path, 0, e);
    free(path);
    return r;
}

/* 1: more bytes; 0: the end. */
static int fill(struct shard_docs *d, struct err *e)
{
    struct err why = {0};
    buf_consume(&d->held, d->at);
    d->at = 0;
    if (buf_reserve(&d->held, READ_BYTES) < 0)
        return err_set(e, ERR_DATA, "%s: line %llu is longer than 64 MiB", in_name(d->in),
                       (unsigned long long)d->lines + 1);
    ssize_t n = in_read(d->in, d->held.p + d->held.n, READ_BYTES, &why);
    if (n == IN_DAMAGED || n == IN_TRUNCATED) return err_set(e, ERR_DATA, "%s", why.msg);
    if (n < 0) return err_set(e, why.code, "%s", why.msg);
    d->held.n += (size_t)n;
    return n > 0;
}

int shard_docs_next(struct shard_docs *d, struct slice *line, struct err *e)
{
    size_t looked = d->at;
    for (;;) {
        const char *start = d->held.p + d->at;
        const char *end = d->held.n > looked ? memchr(d->held.p + looked, '\n', d->held.n - looked) : NULL;
        if (end) {
            *line = slice_of(start, (size_t)(end - start));
            d->at += line->n + 1;
            d->lines++;
            return 1;
        }
        looked = d->held.n - d->at; /* the held bytes move to the front */
        int r = fill(d, e);
        if (r < 0) return r;
        if (r == 0 && d->held.n > 0)
            return err_set(e, ERR_DATA, "%s: its last line has no end", in_name(d->in));
        if (r == 0) return 0;
    }
}

void shard_docs_close(struct shard_docs *d)
{
    in_close(d->in);
    buf_free(&d->held);
}
