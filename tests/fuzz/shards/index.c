/* Bytes of an .idx: parse and check must refuse or bound every access; what passes both must be consistent. */
#include "shards/index.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shard_index x;
    struct err e = {0};
    uint64_t bin_bytes = size ? data[0] * 2u : 0, sum = 0;
    char *copy = malloc(size ? size : 1); /* its own block, so that one byte too far is seen */
    if (size > 0) memcpy(copy, data, size);
    if (size > 0) copy[0] = 'M'; /* the first byte of the input was the size of the .bin */
    if (shard_index_parse(&x, "fuzz", slice_of(copy, size), &e) == 0) {
        for (uint64_t i = 0; i < x.sequences; i++) sum += (uint64_t)shard_index_length(&x, i) * x.width;
        if (shard_index_check(&x, "fuzz", bin_bytes, &e) == 0 && sum != bin_bytes) abort();
    }
    free(copy);
    return 0;
}
