/* seen.c: an open-addressing table of keys that doubles at a load of 3/4, or a Bloom filter of a fixed size.
 *
 * Memory: exact 11 to 22 bytes a key, half as much again while it grows; the filter; 8 bytes for each key, or bit of the
 * filter, that the document at hand added. Keys of 64 bits: among n different units some n^2/2^65 pairs are taken for one,
 * .03 of a billion. */
#include "dedup/seen.h"
#include "common/opts.h"
#include <stdlib.h>

void seen_init(struct seen *s, uint64_t memory_bytes)
{
    *s = (struct seen){.memory_bytes = memory_bytes};
    buf_init(&s->log, BUF_NO_MAX);
}

int seen_init_bloom(struct seen *s, uint64_t expected, double fp, uint64_t memory_bytes, struct err *e)
{
    struct bloom_plan plan = bloom_plan(expected, fp);
    char memory[OPT_SIZE_TEXT];
    seen_init(s, memory_bytes);
    if (plan.blocks > memory_bytes / BLOOM_BLOCK_BYTES)
        return err_set(
            e, ERR_USAGE, "a filter of %llu keys with --fp %g needs --memory %s: give more, or a larger --fp",
            (unsigned long long)expected, fp, opt_spell_size(plan.blocks * BLOOM_BLOCK_BYTES, memory));
    return bloom_init(&s->bloom, plan, e);
}

void seen_free(struct seen *s)
{
    free(s->slot);
    bloom_free(&s->bloom);
    buf_free(&s->log);
    *s = (struct seen){0};
}

uint64_t seen_bytes(const struct seen *s)
{
    return s->bloom.word ? bloom_bytes(&s->bloom) : s->cap * sizeof *s->slot;
}

/* ------------------------------------------------------------------ the table */

static uint64_t not_free(uint64_t key)
{
    return key ? key : 1;
}

static size_t find_slot(const struct seen *s, uint64_t key)
{
    size_t i = key & (s->cap - 1);
    while (s->slot[i] && s->slot[i] != key) i = (i + 1) & (s->cap - 1);
    return i;
}

static int grow(struct seen *s, struct err *e)
{
    size_t old_cap = s->cap, cap = s->cap ? 2 * s->cap : 4096;
    uint64_t *old = s->slot;
    char memory[OPT_SIZE_TEXT];
    if ((old_cap + cap) * sizeof *old > s->memory_bytes)
        return err_set(e, ERR_IO,
                       "%llu different units need more than --memory %s: give more, take --index "
                       "bloom, or deduplicate parts of the input",
                       (unsigned long long)s->used, opt_spell_size(s->memory_bytes, memory));
    uint64_t *larger = calloc(cap, sizeof *larger);
    if (!larger) return err_nomem(e, "growing the table of units");
    s->slot = larger;
    s->cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i]) s->slot[find_slot(s, old[i])] = old[i];
    free(old);
    return 0;
}

static int add_to_table(struct seen *s, uint64_t key, struct err *e)
{
    if (4 * s->used >= 3 * s->cap && grow(s, e) < 0) return -ERR_IO;
    size_t i = find_slot(s, key);
    if (s->slot[i]) return 1;
    if (buf_put(&s->log, &key, sizeof key) < 0) return err_nomem(e, "noting a unit");
    s->slot[i] = key;
    s->used++;
    return 0;
}

/* Moves what stands behind into the gap, where it may stand there: then no search misses it. */
static void remove_from_table(struct seen *s, uint64_t key)
{
    size_t mask = s->cap - 1, gap = find_slot(s, key);
    for (size_t i = (gap + 1) & mask; s->slot[i]; i = (i + 1) & mask) {
        if (((i - s->slot[i]) & mask) < ((i - gap) & mask)) continue; /* its place is behind the gap */
        s->slot[gap] = s->slot[i];
        gap = i;
    }
    s->slot[gap] = 0;
    s->used--;
}

/* ------------------------------------------------------------------ either */

void seen_begin(struct seen *s)
{
    buf_clear(&s->log);
    s->log_added = s->added;
}

void seen_undo(struct seen *s)
{
    if (s->bloom.word)
        bloom_undo(&s->bloom, &s->log);
    else
        for (size_t at = 0; at < s->log.n; at += sizeof(uint64_t)) {
            uint64_t key;
            memcpy(&key, s->log.p + at, sizeof key);
            remove_from_table(s, key);
        }
    s->added = s->log_added;
    buf_clear(&s->log);
}

bool seen_has(const struct seen *s, uint64_t key)
{
    if (s->bloom.word) return bloom_has(&s->bloom, key);
    return s->cap && s->slot[find_slot(s, not_free(key))];
}

int seen_add(struct seen *s, uint64_t key, struct err *e)
{
    int r = s->bloom.word ? bloom_add(&s->bloom, key, &s->log) : add_to_table(s, not_free(key), e);
    s->added += r == 0;
    return r < 0 ? err_nomem(e, "noting a unit") : r;
}

void seen_prefetch(const struct seen *s, uint64_t key)
{
    if (s->bloom.word)
        bloom_prefetch(&s->bloom, key);
    else if (s->cap)
        __builtin_prefetch(&s->slot[key & (s->cap - 1)], 1);
}
