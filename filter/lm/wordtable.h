/* wordtable.h: a table with a record for each word, which is read at random: in large pages where the system gives them,
 * since with small ones looking for the page takes longer than reading the record. */
#ifndef LEAT_FILTER_LM_WORDTABLE_H
#define LEAT_FILTER_LM_WORDTABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* n zeroed records of so many bytes, to be freed; NULL: out of memory. */
static inline void *word_table_new(uint64_t n, size_t bytes)
{
    const size_t page = (size_t)2 << 20;
    if (n > SIZE_MAX / 2 / bytes) return NULL;
    size_t size = (size_t)n * bytes, whole = (size + page - 1) / page * page;
    if (size < page) return calloc(n ? n : 1, bytes);
    void *p = aligned_alloc(page, whole);
    if (!p) return NULL;
    madvise(p, whole, MADV_HUGEPAGE);
    return memset(p, 0, size);
}

#endif
