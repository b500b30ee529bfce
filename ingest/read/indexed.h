/* indexed.h: where archives lie whose index stands at their end (zip, 7z), in a file or in memory: one, several one behind the
 * other, or one behind a program that unpacks it. libarchive itself sees only the last zip and the first 7z. */
#ifndef LEAT_INGEST_INDEXED_H
#define LEAT_INGEST_INDEXED_H

#include "common/buf.h"

#define INDEXED_SPANS 65536 /* more archives in one file are read from front to back */

struct places { /* bytes that can be read at any place */
    int fd;     /* of a regular file; -1: memory */
    struct slice memory;
    uint64_t size_bytes;
};

/* Fewer than n bytes only at the end, or where the file cannot be read. */
size_t places_read(const struct places *s, uint64_t at, void *dst, size_t n);

struct span {
    uint64_t start, end;
};

struct indexed {
    struct span *spans; /* in the order of the file */
    size_t n_spans;
    uint64_t stray_at,
        stray_bytes; /* what belongs to none of them: where it begins, and how much it is in all */
    bool cut;        /* the last one ends before its index does */
};

bool indexed_is_zip(const char *p, size_t n); /* by its first bytes */
bool indexed_is_7z(const char *p, size_t n);

/* Finds them. 1; 0: none, or something else that may be a zip lies beside them, so that it must be read from front to back; -1: out of memory.
 * indexed_free in any case. */
int indexed_find(struct indexed *x, const struct places *s);
void indexed_free(struct indexed *x);

/* Whether a file begins as a program or a script does, and holds an archive of these behind that. */
bool indexed_in_program(const char *path, const char *first, size_t n);

#endif
