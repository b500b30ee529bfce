/* unicode_table.h: the tables in unicode_table.c, for unicode.c and words.c only. See unicode_gen.py. */
#ifndef LEAT_COMMON_UNICODE_TABLE_H
#define LEAT_COMMON_UNICODE_TABLE_H

#include <stdint.h>

#define UNICODE_PAGE_SHIFT 8
#define UNICODE_MAX 0x10FFFF

struct unicode_record {
    char category[3];
    uint8_t classes; /* enum unicode_class */
    int32_t lower;   /* distance to the simple lower-case mapping */
};

extern const struct unicode_record unicode_records[];
extern const uint8_t unicode_page_of[]; /* by code point >> UNICODE_PAGE_SHIFT */
extern const uint8_t unicode_pages[];   /* pages end to end: indices into unicode_records */

static inline const struct unicode_record *unicode_find(uint32_t cp)
{
    if (cp > UNICODE_MAX) return &unicode_records[0]; /* Cn */
    unsigned page = unicode_page_of[cp >> UNICODE_PAGE_SHIFT], low = cp & ((1U << UNICODE_PAGE_SHIFT) - 1);
    return &unicode_records[unicode_pages[page << UNICODE_PAGE_SHIFT | low]];
}

#endif
