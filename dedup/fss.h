/* fss.h: Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup 2017, arXiv 1704.04370).
 *
 * t bins. In round i < t every shingle goes into one bin by a hash of its own to that round, with the value (i, another hash); in round
 * i >= t all go into bin i - t. A bin keeps its least value; after the first round that leaves no bin empty nothing can become
 * less, and it ends: after 2 t at most. Two documents agree in a bin with probability J, as in a lane of minhash.h, and with less
 * variance, where shingles are few; the work is some t ln t hashes or one a shingle, whatever is more, not t a shingle. */
#ifndef LEAT_DEDUP_FSS_H
#define LEAT_DEDUP_FSS_H

#include <stddef.h>
#include <stdint.h>

/* bin[0..bins): round << 32 | hash, of n >= 1 shingles in any order, repeated or not. */
void fss_sketch(uint64_t seed, unsigned bins, const uint32_t *list, size_t n, uint64_t *bin);

#endif
