/* spool.h: a temporary file that is written once from its beginning and then read as often as one likes.
 *
 * The file has no name from its first moment on, so a killed process leaves nothing behind. Thread rule: one thread. */
#ifndef LEAT_FILTER_LM_SPOOL_H
#define LEAT_FILTER_LM_SPOOL_H

#include "common/err.h"
#include <stddef.h>
#include <stdint.h>

struct spool;

int spool_new(struct spool **s, const char *dir, struct err *e); /* dir NULL: $TMPDIR, else /tmp */
void spool_free(struct spool *s);                                /* NULL is allowed */
int spool_write(struct spool *s, const void *p, size_t n, struct err *e);
uint64_t spool_bytes(const struct spool *s);

/* Reading from byte `from` up to `to`; several readers may stand in one spool that is no longer written. */
struct spool_reader {
    struct spool *spool;
    uint64_t at, end; /* in the file: the next byte to be read into buf */
    char *buf;
    size_t pos, n, cap;
};
int spool_rewind(struct spool_reader *r, struct spool *s, uint64_t from, uint64_t to, size_t buffer_bytes,
                 struct err *e);
void spool_reader_free(struct spool_reader *r);
/* Exactly n bytes: 1; 0 at the end; -ERR_IO. n must divide what was written, and be at most buffer_bytes. */
int spool_fill(struct spool_reader *r, struct err *e);
static inline int spool_next(struct spool_reader *r, const void **p, size_t n, struct err *e)
{
    if (r->n - r->pos < n) {
        int got = spool_fill(r, e);
        if (got <= 0) return got;
    }
    *p = r->buf + r->pos;
    r->pos += n;
    return 1;
}

#endif
