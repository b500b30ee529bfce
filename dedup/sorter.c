/* sorter.c: records in memory, and on disk in sorted runs when there are more.
 *
 * In: records in any order. Out: the same, sorted: from memory if all fitted, else merged from the file of runs, or that file
 * itself. State: one array that doubles until it has half the memory; as much again while it is sorted. */
#include "dedup/sorter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define LEAST_MEMORY_BYTES ((uint64_t)1 << 20)
#define FIRST_RECORDS 1024

enum state { ADDING, IN_MEMORY, MERGING, SAVED };

struct sorter {
    unsigned words;
    bool unique;
    enum state state;
    uint64_t memory_bytes, added;
    char *path, *kind;
    uint64_t *record, *spare;
    size_t n, cap, spare_cap, most, at; /* in records; most: half the memory; at: next to be given */
    struct records_out *out;
    struct records *runs;
    struct merge *merge;
    uint64_t last[RECORDS_MAX_WORDS]; /* given, where the merge must find equal ones */
    bool any;
};

int sorter_new(struct sorter **out, unsigned words, uint64_t memory_bytes, const char *path, const char *kind,
               bool unique, struct err *e)
{
    struct sorter *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s) return err_nomem(e, "sorting records");
    if (memory_bytes < LEAST_MEMORY_BYTES) memory_bytes = LEAST_MEMORY_BYTES;
    *s = (struct sorter){.words = words, .unique = unique, .memory_bytes = memory_bytes};
    s->most = memory_bytes / 2 / (words * sizeof *s->record);
    s->path = strdup(path);
    s->kind = strdup(kind);
    if (!s->path || !s->kind) {
        sorter_free(s);
        return err_nomem(e, "sorting records");
    }
    *out = s;
    return 0;
}

void sorter_free(struct sorter *s)
{
    if (!s) return;
    records_abandon(s->out);
    merge_free(s->merge);
    records_close(s->runs);
    free(s->record);
    free(s->spare);
    free(s->path);
    free(s->kind);
    free(s);
}

uint64_t sorter_added(const struct sorter *s)
{
    return s->added;
}

/* ------------------------------------------------------------------ runs */

static void drop_equal(struct sorter *s)
{
    size_t width = s->words * sizeof *s->record, kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        const uint64_t *r = s->record + i * s->words;
        if (kept > 0 && memcmp(r, s->record + (kept - 1) * s->words, width) == 0) continue;
        if (kept < i) memcpy(s->record + kept * s->words, r, width);
        kept++;
    }
    s->n = kept;
}

static int sort_memory(struct sorter *s, struct err *e)
{
    if (s->spare_cap < s->n) {
        free(s->spare);
        s->spare = malloc(s->n * s->words * sizeof *s->spare);
        s->spare_cap = s->spare ? s->n : 0;
        if (!s->spare) return err_nomem(e, "sorting records");
    }
    sort_records(s->record, s->spare, s->n, s->words);
    if (s->unique) drop_equal(s);
    return 0;
}

static int spill(struct sorter *s, struct err *e)
{
    int r = sort_memory(s, e);
    if (r == 0 && !s->out) r = records_create(&s->out, s->path, s->words, s->kind, e);
    if (r == 0) r = records_put(s->out, s->record, s->n, e);
    if (r == 0) r = records_end_run(s->out, e);
    s->n = 0;
    return r;
}

static int commit(struct sorter *s, struct slice meta, bool durable, struct err *e)
{
    int r = spill(s, e);
    if (r < 0) return r;
    struct records_out *out = s->out;
    s->out = NULL;
    return records_commit(out, meta, durable, e);
}

/* ------------------------------------------------------------------ adding */

static int make_room(struct sorter *s, struct err *e)
{
    if (s->state != ADDING) return err_set(e, ERR_USAGE, "%s: nothing is added to what is sorted", s->path);
    if (s->cap == s->most) return spill(s, e);
    size_t cap = s->cap ? 2 * s->cap : FIRST_RECORDS;
    if (cap > s->most) cap = s->most;
    uint64_t *larger = realloc(s->record, cap * s->words * sizeof *larger);
    if (!larger) return err_nomem(e, "sorting records");
    s->record = larger;
    s->cap = cap;
    return 0;
}

int sorter_add(struct sorter *s, const uint64_t *record, struct err *e)
{
    if (s->n == s->cap) {
        int r = make_room(s, e);
        if (r < 0) return r;
    }
    uint64_t *to = s->record + s->n++ * s->words;
    for (unsigned i = 0; i < s->words; i++) to[i] = record[i];
    s->added++;
    return 0;
}

/* ------------------------------------------------------------------ reading */

static void free_memory(struct sorter *s)
{
    free(s->record);
    free(s->spare);
    s->record = s->spare = NULL;
    s->n = s->cap = s->spare_cap = 0;
}

/* The file loses its name at once: nothing is left behind, however the program ends. */
static int begin_merge(struct sorter *s, struct err *e)
{
    int r = commit(s, slice_of(NULL, 0), false, e);
    free_memory(s);
    if (r == 0) r = records_open(&s->runs, s->path, s->words, s->kind, e);
    if (r == 0) unlink(s->path);
    if (r == 0) r = merge_new(&s->merge, s->words, s->memory_bytes, e);
    return r < 0 ? r : merge_add(s->merge, s->runs, 0, UINT64_MAX, e);
}

static int begin_reading(struct sorter *s, struct err *e)
{
    s->state = s->out ? MERGING : IN_MEMORY;
    if (s->state == MERGING) return begin_merge(s, e);
    int r = sort_memory(s, e);
    free(s->spare);
    s->spare = NULL;
    s->spare_cap = 0;
    s->cap = s->n; /* no room: nothing is added any more */
    return r;
}

static int next_merged(struct sorter *s, const uint64_t **record, struct err *e)
{
    size_t width = s->words * sizeof **record;
    for (;;) {
        int r = merge_next(s->merge, record, e);
        if (r <= 0 || !s->unique) return r;
        if (s->any && memcmp(*record, s->last, width) == 0) continue;
        memcpy(s->last, *record, width);
        s->any = true;
        return 1;
    }
}

int sorter_next(struct sorter *s, const uint64_t **record, struct err *e)
{
    if (s->state == ADDING) {
        int r = begin_reading(s, e);
        if (r < 0) return r;
    }
    if (s->state == MERGING && s->merge) return next_merged(s, record, e);
    if (s->state != IN_MEMORY) return err_set(e, ERR_USAGE, "%s: there is nothing to read", s->path);
    if (s->at == s->n) return 0;
    *record = s->record + s->at++ * s->words;
    return 1;
}

int sorter_save(struct sorter *s, struct slice meta, bool durable, struct err *e)
{
    if (s->state != ADDING) return err_set(e, ERR_USAGE, "%s: it is being read", s->path);
    s->state = SAVED;
    int r = commit(s, meta, durable, e);
    free_memory(s);
    return r;
}
