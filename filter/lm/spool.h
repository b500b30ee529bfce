/* spool.h: a temporary file that is written once from its beginning and then read as often as one likes.
 *
 * The file has no name from its first moment on, so a killed process leaves nothing behind. Thread rule: one thread. */
#ifndef LEAT_FILTER_LM_SPOOL_H
#define LEAT_FILTER_LM_SPOOL_H

#include "common/err.h"
#include <stddef.h>
#include <stdint.h>

#define SPOOL_WRITE_BYTES ((size_t)256 << 10)

struct spool {
    int fd;
    uint64_t bytes; /* all that was written */
    size_t n;       /* of buf */
    char dir[512];
    char buf[SPOOL_WRITE_BYTES];
};

int spool_new(struct spool **s, const char *dir, struct err *e); /* dir NULL: $TMPDIR, else /tmp */
void spool_free(struct spool *s);                                /* NULL is allowed */
int spool_write(struct spool *s, const void *p, size_t n, struct err *e);
uint64_t spool_bytes(const struct spool *s);
int spool_flush(struct spool *s, struct err *e);
/* Where the next n bytes go, to be filled in before the next call; NULL: *e is set. n <= SPOOL_WRITE_BYTES. */
static inline void *spool_room(struct spool *s, size_t n, struct err *e)
{
    if (n > SPOOL_WRITE_BYTES - s->n && spool_flush(s, e) < 0) return NULL;
    void *p = s->buf + s->n;
    s->n += n;
    s->bytes += n;
    return p;
}

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
/* More of the file behind what is left in the buffer: 0 or -ERR_IO. */
int spool_fill(struct spool_reader *r, struct err *e);
/* The next bytes stand at buf + pos: how many there are, at least `want` (<= buffer_bytes) unless the end is near; < 0. */
static inline int64_t spool_ask(struct spool_reader *r, size_t want, struct err *e)
{
    if (r->n - r->pos < want && r->at < r->end && spool_fill(r, e) < 0) return -ERR_IO;
    return (int64_t)(r->n - r->pos);
}
/* Exactly n bytes: 1; 0 at the end; -ERR_IO. */
static inline int spool_next(struct spool_reader *r, const void **p, size_t n, struct err *e)
{
    int64_t got = spool_ask(r, n, e);
    if (got < (int64_t)n) return got < 0 ? -ERR_IO : 0;
    *p = r->buf + r->pos;
    r->pos += n;
    return 1;
}
int spool_skip(struct spool_reader *r, uint64_t n,
               struct err *e); /* passes over n bytes, which must be there */

#endif
