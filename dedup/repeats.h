/* repeats.h: the texts so far, and which spans of the next one stood in them before, or in itself.
 *
 * A window is `window` units in a row. It is repeated when an equal one began earlier, in a text that was kept or in the same one,
 * there without overlapping it. A span is a maximal run of units that lie in repeated windows. Exact: all are found, and each
 * is compared byte by byte. */
#ifndef LEAT_DEDUP_REPEATS_H
#define LEAT_DEDUP_REPEATS_H

#include "dedup/anchors.h"
#include "dedup/places.h"

struct repeats {
    size_t window;
    uint64_t memory_bytes;
    struct buf store;      /* the coded texts, each with CODED_STOP behind it */
    struct places places;  /* offsets in it: of the anchors; where these are too many, of windows */
    struct buf first;      /* uint32_t a window of the text at hand: see repeats.c */
    struct buf candidates; /* of the anchor at hand */
    struct buf spans;      /* struct coded_span, of the text at hand */
    uint64_t base;         /* where it begins in the store */
};

void repeats_init(struct repeats *r, size_t window, uint64_t memory_bytes);
void repeats_free(struct repeats *r);
uint64_t repeats_bytes(const struct repeats *r);

/* Fills r->spans with the text's, in order, and remembers the text. */
int repeats_of(struct repeats *r, const struct coded *c, const struct anchor *anchor, size_t anchors,
               struct err *e);
/* Forgets the last text. */
void repeats_undo(struct repeats *r);

#endif
