/* host.c: see host.h. */
#include "host.h"
#include <stdlib.h>
#include <string.h>

void *host_alloc(uint64_t bytes)
{
    if (bytes > SIZE_MAX / 2) return NULL;
    size_t n = ((size_t)bytes + 63) / 64 * 64;
    void *p = aligned_alloc(64, n ? n : 64);
    if (p) memset(p, 0, n ? n : 64);
    return p;
}

void host_free(void *p)
{
    free(p);
}

void host_zero(void *p, uint64_t bytes)
{
    memset(p, 0, bytes);
}

void host_copy(void *to, const void *from, uint64_t bytes)
{
    memcpy(to, from, bytes);
}
