/* minhash.h: MinHash signatures in bands (Broder 1997; banding as in Leskovec, Rajaraman, Ullman, ch. 3).
 *
 * k = bands * rows lanes; with MINHASH_PERMUTATIONS lane j keeps the least value of shingle * multiplier[j] modulo 2^32, the multipliers being odd and
 * the shingles well mixed. With MINHASH_FSS lanes are the bins of fss.h, with MINHASH_DATATROVE those of datatrove.h.
 * Two documents of Jaccard similarity J agree in a lane with probability about J, so they share
 * at least one band with probability 1 - (1 - J^rows)^bands. */
#ifndef LEAT_DEDUP_MINHASH_H
#define LEAT_DEDUP_MINHASH_H

#include "dedup/shingle.h"

#define MINHASH_MAX_LANES 1024

typedef void minhash_lanes(const uint32_t *multiplier, unsigned lanes, const uint32_t *list, size_t n,
                           uint32_t *least);

struct minhash_opts {
    unsigned bands, rows; /* at least one each, bands * rows <= MINHASH_MAX_LANES */
    uint64_t seed;        /* of the hashes; of datatrove's below 2^32 */
    enum minhash_kind { MINHASH_PERMUTATIONS, MINHASH_FSS, MINHASH_DATATROVE } kind;
};

struct minhash {
    struct minhash_opts o;
    minhash_lanes *least; /* the fastest of this CPU */
    union {
        uint32_t multiplier[MINHASH_MAX_LANES];
        struct {
            uint64_t a[MINHASH_MAX_LANES], b[MINHASH_MAX_LANES];
        } datatrove;
    };
};

/* "BANDSxROWS", such as 14x8, 20x13, 26x11, into bands and rows. 0, or -ERR_USAGE. */
int minhash_profile(struct minhash_opts *o, const char *profile, struct err *e);

void minhash_init(struct minhash *m, const struct minhash_opts *o);

/* key[0..bands): one 64-bit key per band, different between bands, of shingles in any order, repeated or not, n >= 1; list->wide is for
 * MINHASH_DATATROVE. The same on every CPU. */
void minhash_bands(const struct minhash *m, const struct shingle_list *list, uint64_t *key);

/* 1 - (1 - jaccard^rows)^bands */
double minhash_probability(const struct minhash *m, double jaccard);

#endif
