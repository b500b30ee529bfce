/* Any bytes as a file of records, as they are or with the hashes of footer and blocks made right, so that what lies behind is
 * reached. What opens is walked, searched and merged: every answer is in its range, and what is merged is in order. */
#include "common/hash.h"
#include "dedup/sorter.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static uint64_t number(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

/* The hashes of docs/formats.md, as far as the numbers of the trailer allow. */
static void mend(uint8_t *p, size_t n, unsigned words)
{
    if (n < 128) return;
    uint8_t *trailer = p + n - 64;
    uint64_t footer = number(trailer + 32), blocks = number(trailer + 8);
    if (footer < 64 || footer > n - 64) return;
    size_t block = (size_t)RECORDS_BLOCK(words) * words * 8;
    for (uint64_t i = 0, at = 64; i < blocks && at < footer && footer + 8 * i + 8 <= n - 64;
         i++, at += block) {
        uint64_t hash = hash64(p + at, footer - at < block ? footer - at : block);
        memcpy(p + footer + 8 * i, &hash, 8);
    }
    struct hash_stream *s = hash_stream_new();
    hash_stream_update(s, p, 64);
    hash_stream_update(s, p + footer, n - 64 - footer + 40);
    uint64_t hash = hash_stream_digest(s);
    hash_stream_free(s);
    memcpy(trailer + 40, &hash, 8);
}

static void walk(struct records *r, uint64_t from)
{
    struct records_cursor *c;
    const uint64_t *record;
    uint64_t n = from, sum = 0;
    int got;
    check(records_walk(&c, r, from, records_count(r), 100000, NULL) == 0);
    while ((got = records_next(c, &record, NULL)) == 1) {
        sum += record[0];
        n++;
    }
    check(got < 0 || n == records_count(r));
    check(sum != 1 || n > from);
    records_walk_end(c);
}

static void search(struct records *r, uint64_t key)
{
    uint64_t at, from, to;
    for (uint64_t run = 0; run < records_runs(r) && run < 50; run++) {
        records_run(r, run, &from, &to);
        check(from < to && to <= records_count(r));
        if (records_lower_bound(r, from, to, key, &at, NULL) == 0) check(at >= from && at <= to);
    }
}

static void merge(struct records *r, unsigned words, uint64_t low, uint64_t high)
{
    struct merge *m;
    const uint64_t *record;
    uint64_t before = low, n = 0;
    check(merge_new(&m, words, 1 << 20, NULL) == 0);
    int got = merge_add(m, r, low, high, NULL);
    while (got >= 0 && (got = merge_next(m, &record, NULL)) == 1) {
        check(record[0] >= before && record[0] <= high);
        before = record[0];
        n++;
    }
    check(n <= records_count(r));
    merge_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    char path[64];
    struct records *r;
    unsigned words = size > 8 && data[8] >= 1 && data[8] <= RECORDS_MAX_WORDS ? data[8] : 1;
    int fd = memfd_create("records", 0);
    memcpy(copy, data, size);
    if (size > 60 && copy[60] != 0) { /* a zero in a good file */
        copy[60] = 0;
        mend(copy, size, words);
    }
    check(fd >= 0 && write(fd, copy, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (records_open(&r, path, words, "bands", NULL) == 0) {
        struct slice meta = records_meta(r);
        check(meta.n <= size);
        uint64_t key = size > 72 ? number(copy + 64) : 0;
        walk(r, 0);
        walk(r, records_count(r) / 2);
        search(r, key);
        search(r, key / 2 + 1);
        merge(r, words, 0, UINT64_MAX);
        merge(r, words, key / 2, key);
        records_close(r);
    }
    close(fd);
    free(copy);
    return 0;
}
