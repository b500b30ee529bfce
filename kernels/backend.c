/* backend.c: the list of backends, and floats of either width as doubles. */
#include "backend.h"
#include "cpu/cpu.h"
#include "ref64/ref64.h"
#include <string.h>

const struct backend *backend_find(const char *name)
{
    const struct backend *const all[] = {&backend_cpu, &backend_ref64, NULL};
    for (size_t i = 0; all[i]; i++) {
        if (strcmp(all[i]->name, name) == 0) return all[i];
    }
    return NULL;
}

enum { BLOCK = 512 };

void backend_put(const struct backend *b, void *device, uint64_t first, const double *values, uint64_t n)
{
    char *at = (char *)device + first * b->float_bytes;
    if (b->float_bytes == sizeof(double)) {
        b->write(at, values, n * sizeof(double));
        return;
    }
    float block[BLOCK];
    for (uint64_t i = 0; i < n; i += BLOCK) {
        uint64_t m = n - i < BLOCK ? n - i : BLOCK;
        for (uint64_t j = 0; j < m; j++) block[j] = (float)values[i + j];
        b->write(at + i * sizeof(float), block, m * sizeof(float));
    }
}

void backend_get(const struct backend *b, double *values, const void *device, uint64_t first, uint64_t n)
{
    const char *at = (const char *)device + first * b->float_bytes;
    if (b->float_bytes == sizeof(double)) {
        b->read(values, at, n * sizeof(double));
        return;
    }
    float block[BLOCK];
    for (uint64_t i = 0; i < n; i += BLOCK) {
        uint64_t m = n - i < BLOCK ? n - i : BLOCK;
        b->read(block, at + i * sizeof(float), m * sizeof(float));
        for (uint64_t j = 0; j < m; j++) values[i + j] = block[j];
    }
}
