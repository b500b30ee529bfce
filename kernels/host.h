/* host.h: the memory of backends that compute in this process. */
#ifndef LEAT_KERNELS_HOST_H
#define LEAT_KERNELS_HOST_H

#include <stdint.h>

void *host_alloc(uint64_t bytes);
void host_free(void *p);
void host_zero(void *p, uint64_t bytes);
void host_copy(void *to, const void *from, uint64_t bytes);

#endif
