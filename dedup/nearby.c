/* nearby.c: chains through rows. A row holds a fingerprint and, for each table, the number of the one before it with the same
 * two blocks; heads of chains lie in tables that are indexed by a hash of the blocks and double with the fingerprints.
 *
 * A row is all that a comparison touches, and a search asks for all its heads, then walks all its chains side by side and
 * asks for each row a round before it reads it: the misses overlap.
 *
 * Memory: 8 bytes and for each table 4, half as much again where they grow, and 4 to 8 for heads: at distance 3 (10 tables)
 * 90 to 150 bytes a fingerprint. Time: n / 2^(128 / (distance + 2)) comparisons a table of fingerprints like random ones; all
 * n where all agree in two blocks. */
#include "dedup/nearby.h"
#include "common/hash.h"
#include "common/simd.h"
#include <stdlib.h>

#define FINGERPRINT (sizeof(uint64_t) / sizeof(uint32_t)) /* what the links of a row stand behind */
#define FIRST_HEADS 1024

void nearby_init(struct nearby *x, unsigned distance)
{
    unsigned blocks = distance + 2;
    uint64_t block[NEARBY_MAX_DISTANCE + 2];
    memset(x, 0, sizeof *x);
    x->distance = distance;
    x->key_bits = distance ? 2 * ((64 + blocks - 1) / blocks) : 32; /* no more numbers than that */
    for (unsigned i = 0; i < blocks; i++) {
        unsigned from = 64 * i / blocks, to = 64 * (i + 1) / blocks;
        block[i] = (~0ULL >> (64 - (to - from))) << from;
    }
    for (unsigned i = 0; i < blocks; i++)
        for (unsigned k = 0; k < i; k++) x->mask[x->tables++] = block[i] | block[k];
}

void nearby_free(struct nearby *x)
{
    free(x->row);
    free(x->head);
    nearby_init(x, x->distance);
}

static size_t row_words(const struct nearby *x)
{
    return FINGERPRINT + x->tables;
}

static uint64_t bytes_of(const struct nearby *x, size_t room, size_t heads)
{
    return (room * row_words(x) + heads * x->tables) * sizeof(uint32_t);
}

uint64_t nearby_bytes(const struct nearby *x)
{
    return bytes_of(x, x->room, x->heads);
}

SIMD_INLINE uint64_t fingerprint_of(const uint32_t *row)
{
    uint64_t fingerprint;
    memcpy(&fingerprint, row, sizeof fingerprint);
    return fingerprint;
}

SIMD_INLINE uint32_t *head_of(const struct nearby *x, unsigned table, uint64_t fingerprint)
{
    return &x->head[table * x->heads + (hash_mix64(fingerprint & x->mask[table]) & (x->heads - 1))];
}

/* ------------------------------------------------------------------ finding */

SIMD_INLINE const uint32_t *row_of(const struct nearby *x, uint32_t link)
{
    return x->row + (link - 1) * row_words(x);
}

/* One step of a chain: what the comparison reads, and where it goes on. */
struct step {
    unsigned table;
    uint32_t link;
};

SIMD_INLINE void ask_for(const struct nearby *x, struct step s)
{
    const uint32_t *row = row_of(x, s.link);
    __builtin_prefetch(row);
    __builtin_prefetch(row + FINGERPRINT + s.table);
}

/* The fingerprint's chains that have any rows; returns how many. */
static unsigned chains_of(const struct nearby *x, uint64_t fingerprint, struct step *chain)
{
    const uint32_t *head[NEARBY_MAX_TABLES];
    unsigned n = 0;
    for (unsigned t = 0; t < x->tables; t++) {
        head[t] = head_of(x, t, fingerprint);
        __builtin_prefetch(head[t]);
    }
    for (unsigned t = 0; t < x->tables; t++) {
        if (!*head[t]) continue;
        chain[n] = (struct step){t, *head[t]};
        ask_for(x, chain[n++]);
    }
    return n;
}

struct nearest {
    uint32_t link; /* 0: none */
    unsigned distance;
};

/* Walks n chains side by side. Compiled for processors that count bits, too. */
SIMD_INLINE struct nearest walk_body(struct nearby *x, uint64_t fingerprint, struct step *chain, unsigned n)
{
    struct nearest best = {0, x->distance};
    for (unsigned go_on; n; n = go_on) {
        x->compared += n;
        go_on = 0;
        for (unsigned i = 0; i < n; i++) {
            struct step s = chain[i];
            const uint32_t *row = row_of(x, s.link);
            unsigned d = (unsigned)__builtin_popcountll(fingerprint_of(row) ^ fingerprint);
            if (d < best.distance || (d == best.distance && (!best.link || s.link < best.link)))
                best = (struct nearest){s.link, d};
            s.link = row[FINGERPRINT + s.table];
            if (!s.link) continue;
            ask_for(x, s);
            chain[go_on++] = s;
        }
    }
    return best;
}

SIMD_VARIANTS(struct nearest, walk, (struct nearby * x, uint64_t fingerprint, struct step *chain, unsigned n),
              (x, fingerprint, chain, n))

bool nearby_find(struct nearby *x, uint64_t fingerprint, uint64_t *number, unsigned *distance)
{
    struct step chain[NEARBY_MAX_TABLES];
    if (x->n == 0) return false;
    struct nearest best = walk(x, fingerprint, chain, chains_of(x, fingerprint, chain));
    if (!best.link) return false;
    *number = best.link - 1;
    *distance = best.distance;
    return true;
}

/* ------------------------------------------------------------------ growing */

/* Puts a row in front of its chains. */
static void link_row(struct nearby *x, size_t number)
{
    uint32_t *row = x->row + number * row_words(x);
    uint64_t fingerprint = fingerprint_of(row);
    for (unsigned t = 0; t < x->tables; t++) {
        uint32_t *head = head_of(x, t, fingerprint);
        row[FINGERPRINT + t] = *head;
        *head = (uint32_t)number + 1;
    }
}

static int grow_heads(struct nearby *x, size_t heads, struct err *e)
{
    uint32_t *larger = calloc(heads * x->tables, sizeof *larger);
    if (!larger) return err_nomem(e, "growing the tables of kept documents");
    free(x->head);
    x->head = larger;
    x->heads = heads;
    for (size_t i = 0; i < x->n; i++) link_row(x, i);
    return 0;
}

static int grow_rows(struct nearby *x, size_t room, struct err *e)
{
    uint32_t *row = realloc(x->row, room * row_words(x) * sizeof *row);
    if (!row) return err_nomem(e, "growing the list of kept documents");
    x->row = row;
    x->room = room;
    return 0;
}

int nearby_reserve(struct nearby *x, struct err *e)
{
    size_t room = x->room, heads = x->heads, most = (size_t)1 << x->key_bits;
    int r = 0;
    if (x->n == room) room = room ? room + room / 2 : FIRST_HEADS;
    if (x->n == heads && heads < most) heads = heads ? 2 * heads : FIRST_HEADS;
    if (room == x->room && heads == x->heads) return 0;
    size_t both =
        heads > x->heads ? heads + x->heads : heads; /* the old ones go once the new ones are there */
    if (room >= UINT32_MAX || bytes_of(x, room, both) > x->max_bytes) return 1;
    if (room > x->room) r = grow_rows(x, room, e);
    if (r == 0 && heads > x->heads) r = grow_heads(x, heads, e);
    return r;
}

void nearby_add(struct nearby *x, uint64_t fingerprint)
{
    memcpy(x->row + x->n * row_words(x), &fingerprint, sizeof fingerprint);
    link_row(x, x->n++);
}
