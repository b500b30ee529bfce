/* records.h: files of fixed-size records, which know whether they are whole.
 *
 * A record is `words` 64-bit integers, little-endian. Records lie in runs: within a run they are sorted, in ascending order of
 * the words from the first on, where the writer says so. Layout, in this order (docs/formats.md):
 *   header, 64 bytes: "leatrec1", words (u32), zero (u32), kind (32 bytes, zeros behind it), zeros
 *   blocks of RECORDS_BLOCK(words) records, the last one shorter
 *   footer: XXH3-64 of each block; the number of the record behind each run; meta (JSON)
 *   trailer, 64 bytes: records, blocks, runs, bytes of meta, offset of the footer, XXH3-64 of header, footer and these five
 *   numbers, zero, "leatend1"
 * Nothing is believed: a reader checks header, trailer and footer when it opens a file, and each block when it first reads of it.
 *
 * Thread rule: a writer and a cursor belong to one thread; a reader (struct records) may be shared.
 * Memory: a writer 64 KiB and 8 bytes a block; a reader 8 bytes a block; a cursor its buffer. */
#ifndef LEAT_DEDUP_RECORDS_H
#define LEAT_DEDUP_RECORDS_H

#include "common/buf.h"
#include "common/err.h"
#include <stdint.h>

#define RECORDS_MAX_WORDS 8
#define RECORDS_BLOCK(words) (65536 / (8 * (words)))

/* ---- writing */

struct records_out;

/* Opens FILE.tmp beside path. kind: up to 31 bytes, "bands". */
int records_create(struct records_out **o, const char *path, unsigned words, const char *kind, struct err *e);
int records_put(struct records_out *o, const uint64_t *record, size_t n, struct err *e); /* n records */
/* The run ends behind what was put so far. Without a call the file is one run. An empty run is no run. */
int records_end_run(struct records_out *o, struct err *e);
uint64_t records_written(const struct records_out *o);
/* meta: JSON, or nothing. Writes footer and trailer, fsyncs if durable, renames. Frees o in every case. */
int records_commit(struct records_out *o, struct slice meta, bool durable, struct err *e);
void records_abandon(struct records_out *o); /* removes FILE.tmp; NULL is allowed */

/* ---- reading */

struct records;

/* ERR_DATA, with the name and what to do (make the file again), when it is of another kind or width, cut or damaged. */
int records_open(struct records **r, const char *path, unsigned words, const char *kind, struct err *e);
void records_close(struct records *r); /* NULL is allowed */
const char *records_path(const struct records *r);
uint64_t records_count(const struct records *r);
struct slice records_meta(const struct records *r); /* valid until the close */
uint64_t records_runs(const struct records *r);
void records_run(const struct records *r, uint64_t run, uint64_t *from, uint64_t *to); /* [from, to) */

/* What is read from now on has `add` added to one of its words: files of others under numbers of one's own. */
void records_shift(struct records *r, unsigned word, uint64_t add);

/* The first record in [from, to), which is sorted, whose first word is >= key; `to` if there is none. */
int records_lower_bound(struct records *r, uint64_t from, uint64_t to, uint64_t key, uint64_t *at,
                        struct err *e);

/* A walk over [from, to). buffer_bytes is rounded to whole blocks, at least one. */
struct records_cursor;
int records_walk(struct records_cursor **c, struct records *r, uint64_t from, uint64_t to,
                 size_t buffer_bytes, struct err *e);
/* 1: *record, valid until the next call; 0: the end; < 0: an error. */
int records_next(struct records_cursor *c, const uint64_t **record, struct err *e);
void records_walk_end(struct records_cursor *c); /* NULL is allowed */

#endif
