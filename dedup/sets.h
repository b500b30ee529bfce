/* sets.h: the third stage of keeping the best: of the documents that are in a pair the ids, and the shingles where they are to be
 * compared. The texts are read again: that costs less than to spool the shingles of all, which are two thirds as large as the text. */
#ifndef LEAT_DEDUP_SETS_H
#define LEAT_DEDUP_SETS_H

#include "common/tool.h"
#include "dedup/work.h"

struct sets_opts {
    const char *dir;
    char *const *against;
    size_t n_against;
    unsigned task;
    bool lasting;
};

/* Reads the inputs of the task again and writes DIR/sets-TASK.index and .data. Memory: two bits a line, and the pool's batches.
 * *done_before: it had been done. */
int sets_run(struct tool *t, const struct sets_opts *o, bool *done_before, struct err *e);

/* Documents of a task, by line: bits. */
struct sets_wanted {
    uint64_t *named, *compared; /* ids are wanted, or sets, too */
    uint64_t lines;
};
int sets_wanted_init(struct sets_wanted *w, uint64_t lines, struct err *e);
void sets_wanted_free(struct sets_wanted *w);
void sets_want(struct sets_wanted *w, uint64_t line, bool compared);

/* Reads the tool's inputs, sketched as `docs`, and writes DIR/sets-TASK.* of the documents that are wanted. */
int sets_write(struct tool *t, const char *dir, unsigned task, const struct plan *plan,
               const struct sets_wanted *w, const struct records *docs, struct slice meta, bool lasting,
               struct err *e);

/* .index: the document, where it lies in .data, bytes of its id << 32 | shingles, XXH3-64 of its stretch of .data; by document.
 * .data: the id, zeros up to a multiple of 4 bytes, the set: sorted 32-bit shingles. */
enum { SETS_WORDS = 4 };

/* ---- reading */

struct sets; /* shared by threads */
int sets_open(struct sets **s, const struct sketches *sketches, uint64_t from, struct err *e);
void sets_close(struct sets *s); /* NULL is allowed */

/* Whether the task's two files are there, made from `from` and undamaged: reads all of them. 1, 0 or < 0. */
int sets_whole(const struct sketch *s, uint64_t from, struct err *e);

struct sets_view; /* one per thread; memory: cache_bytes and the documents that it holds */
struct sets_view *sets_view_new(struct sets *s, size_t cache_bytes); /* NULL: out of memory */
void sets_view_free(struct sets_view *v);

struct sets_entry {
    struct slice id;
    const uint32_t *set;
    size_t n;
};
/* slot: 0 or 1: *got is valid until the next call with the same slot. Asking for the same document again costs nothing. */
int sets_get(struct sets_view *v, unsigned slot, uint64_t doc, struct sets_entry *got, struct err *e);

#endif
