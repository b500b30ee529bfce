/* classify.h: which type of page it is, and how probable it is of each block that it belongs to the main content.
 *
 * Three sums of decision trees, made by tests/bench/extraction/train.py (classify_table.c): docs/extraction.md. Integers only. */
#ifndef LEAT_INGEST_CLASSIFY_H
#define LEAT_INGEST_CLASSIFY_H

#include "ingest/extract/features.h"

enum page_type {
    PAGE_ARTICLE,
    PAGE_DOCUMENTATION,
    PAGE_SERVICE,
    PAGE_FORUM,
    PAGE_COLLECTION,
    PAGE_LISTING,
    PAGE_PRODUCT
};

const char *page_type_name(enum page_type t);

#define SCORE_MAX 1023

/* f: features_read. Sets f->types and f->score (SCORE_MAX * probability, by block); *type: the most probable. */
void classify_page(struct features *f, const struct page *p, enum page_type *type);

#endif
