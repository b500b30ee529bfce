/* host.c: see host.h. */
#include "host.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The machine would promise more than it has, and kill whoever uses it. */
static uint64_t physical_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

void *host_alloc(uint64_t bytes)
{
    if (bytes > SIZE_MAX / 2 || bytes > physical_bytes()) return NULL;
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
