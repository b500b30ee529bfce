/* nearby.h: 64-bit fingerprints, and of these the one nearest to another within a Hamming distance (after Manku, Jain,
 * Das Sarma 2007).
 *
 * Fingerprints are cut into distance + 2 blocks. Two that differ in at most `distance` bits agree in two blocks at least, so
 * a table for each pair of blocks finds every one: none is missed. */
#ifndef LEAT_DEDUP_NEARBY_H
#define LEAT_DEDUP_NEARBY_H

#include "common/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEARBY_MAX_DISTANCE 8
#define NEARBY_MAX_TABLES ((NEARBY_MAX_DISTANCE + 2) * (NEARBY_MAX_DISTANCE + 1) / 2)

struct nearby { /* used by one thread at a time */
    unsigned distance, tables, key_bits;
    uint64_t mask[NEARBY_MAX_TABLES]; /* the two blocks of each table */
    uint32_t *row; /* per fingerprint: itself, and by table the one before it in its chain */
    size_t n, room;
    uint32_t *head; /* per table: the newest of each chain. Numbers in chains are one more; 0 ends them */
    size_t heads;   /* of one table: a power of two */
    uint64_t max_bytes, compared;
};

void nearby_init(struct nearby *x,
                 unsigned distance); /* 0..NEARBY_MAX_DISTANCE; max_bytes is the caller's to set */
void nearby_free(struct nearby *x);
uint64_t nearby_bytes(const struct nearby *x);

/* Of the fingerprints within the distance the nearest, and of those the earliest: true, its number (0 for the first that was
 * added) and its distance. Time: two cache lines a table, and one for each fingerprint that agrees in its two blocks. */
bool nearby_find(struct nearby *x, uint64_t fingerprint, uint64_t *number, unsigned *distance);

/* Makes room for one more within max_bytes: 0; 1: that holds no more; -ERR_IO: out of memory. Then nearby_add adds it. */
int nearby_reserve(struct nearby *x, struct err *e);
void nearby_add(struct nearby *x, uint64_t fingerprint);

#endif
