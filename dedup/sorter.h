/* sorter.h: more records than memory holds, in order.
 *
 * A record is `words` 64-bit integers; the order is ascending by the first word, then by the second… What does not fit is
 * written as sorted runs to a file (records.h) and merged when it is read. Equal records come equally often, or once where
 * `unique` is asked for.
 *
 * Memory: memory_bytes: while it is filled the records and a copy to sort with, while it is read a buffer for each run.
 * Time: linear in the records for sorting (radix), times the logarithm of the number of runs for merging. */
#ifndef LEAT_DEDUP_SORTER_H
#define LEAT_DEDUP_SORTER_H

#include "dedup/records.h"

/* In place, with room for as many in spare. Linear: at most 8*words passes, in practice two or three. */
void sort_records(uint64_t *record, uint64_t *spare, size_t n, unsigned words);

/* ---- merging sorted runs of files */

struct merge;
int merge_new(struct merge **m, unsigned words, uint64_t memory_bytes, struct err *e);
/* The records of all runs of the file with first word in [low, high]. r must outlive the merge. */
int merge_add(struct merge *m, struct records *r, uint64_t low, uint64_t high, struct err *e);
/* 1: *record, the least one left, valid until the next call; 0: the end; < 0: an error (ERR_DATA: a run is out of order). Equal
 * records come in the order in which their files were added. The memory is shared out among the runs at the first call: with
 * less than 64 KiB for each an error that says how much is needed. */
int merge_next(struct merge *m, const uint64_t **record, struct err *e);
void merge_free(struct merge *m);

/* ---- sorting */

struct sorter;
/* path: of the file of runs, if one is needed; kind as in records.h. memory_bytes: at least 1 MiB is taken. */
int sorter_new(struct sorter **s, unsigned words, uint64_t memory_bytes, const char *path, const char *kind,
               bool unique, struct err *e);
int sorter_add(struct sorter *s, const uint64_t *record, struct err *e);
uint64_t sorter_added(const struct sorter *s);
/* After the last sorter_add: in order, as merge_next. The file of runs loses its name when it is opened. */
int sorter_next(struct sorter *s, const uint64_t **record, struct err *e);
/* Instead of reading: all that was added becomes the file at `path`, in sorted runs, for others to merge. Each run is as large as
 * the memory allowed; `unique` holds within each. */
int sorter_save(struct sorter *s, struct slice meta, bool durable, struct err *e);
void sorter_free(struct sorter *s); /* NULL is allowed */

#endif
