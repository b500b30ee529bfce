/* trees.h: sums of decision trees over a tile of blocks. */
#ifndef LEAT_INGEST_TREES_H
#define LEAT_INGEST_TREES_H

#include "ingest/extract/classify_table.h"
#include "ingest/extract/features.h"

/* sum[i] = bias + what each tree says of block i of the tile (features.h), for all FEATURES_TILE of them. */
typedef void trees_sum(const struct tree *trees, size_t n, int32_t bias, const uint8_t *tile, int32_t *sum);

/* The fastest for this processor; all give the same. */
trees_sum *trees_choose(void);

#endif
