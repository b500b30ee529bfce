/* anchors.h: which places of a text stand for its windows of N units, so that equal windows, wherever they are, have their anchor
 * at the same place of theirs.
 *
 * A window's anchor is the last one of its grams (some units in a row) with the least hash, a minimizer: it depends on the window's
 * units alone. Neighbours mostly share theirs: of random texts about two windows in N - gram are the first of their anchor.
 * Source: Schleimer, Wilkerson, Aiken, "Winnowing" (2003); the minima by van Herk's two passes, so that no text costs more. */
#ifndef LEAT_DEDUP_ANCHORS_H
#define LEAT_DEDUP_ANCHORS_H

#include "dedup/coded.h"

struct anchor {
    uint32_t hash; /* of the gram */
    uint32_t unit; /* where it begins */
    uint32_t
        last; /* the last window, counted by its first unit, of those whose anchor it is; the first one follows the
                      anchor before */
};

/* One per thread. Memory: 12 bytes an anchor, 16 a unit of a window, 8 a word. */
struct anchors {
    size_t window;
    struct buf list;  /* struct anchor */
    struct buf grams; /* hashes, where units are words */
    struct buf ranks; /* of a block's grams */
    struct buf low;   /* the least from each gram to its block's end, then to its window's */
};

void anchors_init(struct anchors *a, size_t window);
void anchors_free(struct anchors *a);
/* Fills a->list: nothing for texts of fewer than `window` units. Linear, whatever the text and the window. */
int anchors_of(struct anchors *a, const struct coded *c, struct err *e);

#endif
