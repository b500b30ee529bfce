/* survivors.h: the documents kept so far, findable by what they share with the next one.
 *
 * Three forms behind one memory bound: a set of 128-bit keys (exact), fingerprints (simhash, in nearby.h's tables), and band
 * tables with the shingles of each survivor (minhash), against which a candidate is verified. Used by one thread at a time, in
 * input order. */
#ifndef LEAT_DEDUP_SURVIVORS_H
#define LEAT_DEDUP_SURVIVORS_H

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"

struct survivors;

/* bands: 0 for the exact form. Past memory_bytes every insertion is refused with ERR_IO and the mend; so is, with ERR_DATA,
 * one whose id a survivor has already, unless ids may repeat. */
struct survivors *survivors_new(unsigned bands, uint64_t memory_bytes, bool ids_may_repeat);
/* The form with fingerprints: within 0..NEARBY_MAX_DISTANCE bits. */
struct survivors *survivors_new_nearby(unsigned distance, uint64_t memory_bytes, bool ids_may_repeat);
void survivors_free(struct survivors *s);

uint64_t survivors_count(const struct survivors *s);
uint64_t survivors_bytes(const struct survivors *s);
uint64_t
survivors_checked(const struct survivors *s); /* pairs that were verified, or fingerprints compared */
uint64_t survivors_repeated_ids(const struct survivors *s);
struct slice survivors_id(const struct survivors *s, uint64_t number);

/* The survivor with this key: 1 and its number; else inserted: 0. */
int survivors_exact(struct survivors *s, struct hash128 key, struct slice id, uint64_t *number,
                    struct err *e);

/* Of the survivors within the distance the earliest of the nearest: 1, its number and its distance; else inserted: 0. */
int survivors_nearest(struct survivors *s, uint64_t fingerprint, struct slice id, uint64_t *number,
                      unsigned *distance, struct err *e);

/* Of the survivors that share a band with the document, the earliest of those with the greatest true Jaccard similarity, if
 * that is at least the threshold: 1, its number and the similarity; else the document is inserted: 0. list: its shingles, as
 * shingles_of has them; a document without any has no bands. */
int survivors_similar(struct survivors *s, const uint64_t *band, const uint32_t *list, size_t n,
                      struct slice id, double threshold, uint64_t *number, double *jaccard, struct err *e);

#endif
