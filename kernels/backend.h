/* backend.h: who computes the ops. `cpu`: float, fast, the same bits for any number of threads. `ref64`: the plain reference in
 * double, the yardstick of every other backend. Whoever runs models sees this page only, and no device. */
#ifndef LEAT_KERNELS_BACKEND_H
#define LEAT_KERNELS_BACKEND_H

#include "common/pool.h"
#include "op.h"

/* Runs one call. Work is cut into tiles by shape alone, each tile is computed by one thread. */
typedef void (*op_kernel)(const struct op_call *c, struct team *team);

struct backend {
    const char *name;
    size_t float_bytes;
    op_kernel forward[OP_COUNT];
    op_kernel backward[OP_COUNT]; /* NULL: not differentiable */
    /* Bytes of op_call.workspace, forward or backward; NULL: none. `threads` as of the team. */
    uint64_t (*workspace[OP_COUNT])(const struct op_params *p, const struct shape *in, int threads);
    /* Memory of the device, aligned to 64 bytes and zeroed; NULL: not enough. */
    void *(*alloc)(uint64_t bytes);
    void (*free)(void *p);
    void (*zero)(void *p, uint64_t bytes);
    void (*write)(void *device, const void *host, uint64_t bytes);
    void (*read)(void *host, const void *device, uint64_t bytes);
};

/* NULL: there is no such backend. BACKEND_NAMES lists them for messages and options. */
const struct backend *backend_find(const char *name);
#define BACKEND_NAMES "cpu|ref64"

/* Floats of any backend as doubles, n elements from element `first` on. */
void backend_put(const struct backend *b, void *device, uint64_t first, const double *values, uint64_t n);
void backend_get(const struct backend *b, double *values, const void *device, uint64_t first, uint64_t n);

#endif
