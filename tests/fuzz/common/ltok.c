/* Any bytes as a token stream. The checksums stop nearly every change, so they are mended first: each document's length
 * follows from its fixed part, as the reader computes it. */
#include "common/ltok.h"
#include <stdlib.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t le(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

/* Writes the checksum behind p[0..n) when there is room for it; returns what follows it. */
static size_t mend(uint8_t *p, uint64_t n, size_t size)
{
    if (n > size || size - n < 4) return size;
    uint32_t sum = (uint32_t)hash64(p, (size_t)n);
    memcpy(p + n, &sum, 4);
    return (size_t)n + 4;
}

static void mend_all(uint8_t *p, size_t size)
{
    size_t at = 48;
    if (size < 48) return;
    for (unsigned k = 0; k < le(p + 14, 2) && at + 2 <= size; k++) at += 2 + (size_t)le(p + at, 2);
    uint64_t width = p[12];
    for (at = mend(p, at, size); at + 20 <= size;) {
        uint64_t flags = le(p + at + 4, 4), tokens = le(p + at + 8, 8) & 0xFFFFF;
        uint64_t each = width + (flags & 1) + (flags >> 1 & 1);
        uint64_t n = p[at] == 'T' ? 20 : 20 + le(p + at + 16, 4) + tokens * each;
        at += mend(p + at, n, size - at);
    }
}

static void read_all(const char *path)
{
    struct err e = {0};
    struct ltok_reader *r;
    struct ltok_doc d;
    if (ltok_open(&r, path, 1 << 20, &e) < 0) {
        if (!e.code) abort();
        return;
    }
    int rc;
    uint64_t sum = 0;
    const struct ltok_header *h = ltok_header(r);
    while ((rc = ltok_next(r, &d, &e)) == 1) {
        for (uint64_t i = 0; i < d.n_tokens; i++) {
            if (ltok_token(h, &d, i) >= h->vocab_size) abort();
            sum += (d.mask ? d.mask[i] : 0) + (d.roles ? d.roles[i] : 0);
        }
        for (unsigned i = 0; i < h->n_keys; i++)
            for (size_t k = 0; k < d.carry[i].n; k++) sum += (uint8_t)d.carry[i].p[k];
    }
    if (rc < 0 && !e.code) abort();
    if (sum == 1) err_clear(&e); /* so that the reads above are not dropped */
    ltok_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", 0);
    uint8_t *copy = malloc(size + 1);
    char path[64];
    if (fd < 0 || !copy) abort();
    memcpy(copy, data, size);
    if (size && data[size - 1] & 1) mend_all(copy, size);
    if (write(fd, copy, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_all(path);
    close(fd);
    free(copy);
    return 0;
}
