/* Sorted records beside the standard library's sort: of each width, of keys that are random, few, equal or in order; in memory, in
 * runs, and merged from files. */
#include "dedup/sorter.h"
#include "common/hash.h"
#include "common/stream.h"
#include "tests/unit/test.h"

static unsigned width;

static int by_words(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    for (unsigned i = 0; i < width; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

enum keys { RANDOM, DENSE, FEW, EQUAL, SORTED, REVERSED, BITS, LAST_WORD, KEYS };

static uint64_t word_of(enum keys keys, uint64_t i, unsigned k, uint64_t n)
{
    uint64_t x = hash_mix64(i * width + k + 1);
    switch (keys) {
    case DENSE: return x % (n + 1) + ((uint64_t)1 << 38);
    case FEW: return x % 3;
    case EQUAL: return 7;
    case SORTED: return i / 2;
    case REVERSED: return n - i;
    case BITS: return (uint64_t)1 << x % 64 | (x >> 60 == 0 ? x : 0);
    case LAST_WORD: return k + 1 == width ? x : 5;
    default: return x;
    }
}

static uint64_t *make(enum keys keys, uint64_t n)
{
    uint64_t *a = malloc((n + 1) * width * sizeof *a);
    for (uint64_t i = 0; i < n * width; i++) a[i] = word_of(keys, i / width, (unsigned)(i % width), n);
    return a;
}

TEST(sorts_as_qsort)
{
    static const size_t counts[] = {0, 1, 2, 24, 25, 300, 5000, 20000};
    for (width = 1; width <= RECORDS_MAX_WORDS; width++)
        for (int keys = 0; keys < KEYS; keys++)
            for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
                size_t n = counts[i], bytes = n * width * sizeof(uint64_t);
                uint64_t *a = make((enum keys)keys, n), *b = make((enum keys)keys, n),
                         *spare = malloc(bytes + 1);
                sort_records(a, spare, n, width);
                qsort(b, n, width * sizeof *b, by_words);
                CHECK(memcmp(a, b, bytes) == 0);
                free(a);
                free(b);
                free(spare);
            }
}

static size_t drop_equal(uint64_t *a, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_words(a + i * width, a + (kept - 1) * width) != 0)
            memmove(a + kept++ * width, a + i * width, width * sizeof *a);
    return kept;
}

static void check_sorter(enum keys keys, size_t n, uint64_t memory_bytes, bool unique)
{
    struct err e = {0};
    struct sorter *s;
    const uint64_t *record;
    uint64_t *a = make(keys, n);
    CHECK_INT(sorter_new(&s, width, memory_bytes, "runs", "test", unique, &e), 0);
    for (size_t i = 0; i < n; i++) CHECK_INT(sorter_add(s, a + i * width, &e), 0);
    CHECK_INT(sorter_added(s), n);
    qsort(a, n, width * sizeof *a, by_words);
    size_t left = unique ? drop_equal(a, n) : n, wrong = 0;
    for (size_t i = 0; i < left; i++)
        wrong += sorter_next(s, &record, &e) != 1 || memcmp(record, a + i * width, width * sizeof *a) != 0;
    CHECK_INT(wrong, 0);
    for (int i = 0; i < 2; i++) CHECK_INT(sorter_next(s, &record, &e), 0);
    CHECK_INT(e.code, 0);
    CHECK_INT(sorter_add(s, a, &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(sorter_save(s, slice_of(NULL, 0), false, &e), -ERR_USAGE);
    sorter_free(s);
    free(a);
    CHECK(!file_exists("runs") && !file_exists("runs.tmp"));
}

TEST(in_memory_and_spilled)
{
    for (width = 1; width <= 4; width++)
        for (int keys = 0; keys < KEYS; keys++)
            for (int unique = 0; unique < 2; unique++) {
                check_sorter((enum keys)keys, 0, 0, unique);
                check_sorter((enum keys)keys, 5000, 0, unique);
                check_sorter((enum keys)keys, ((size_t)1 << 16) / width, 0, unique); /* as many as fit */
                check_sorter((enum keys)keys, ((size_t)1 << 16) / width + 1, 0, unique);
                check_sorter((enum keys)keys, 150000, 0, unique);
            }
}

/* Records of up to `high` by a merge of what `files` files have; n less than 0: an error. */
static int merge_files(struct records **file, size_t files, uint64_t memory_bytes, uint64_t low,
                       uint64_t high, uint64_t *got, uint64_t *n, struct err *e)
{
    struct merge *m;
    const uint64_t *record;
    int r = merge_new(&m, width, memory_bytes, e);
    *n = 0;
    for (size_t i = 0; i < files && r == 0; i++) r = merge_add(m, file[i], low, high, e);
    while (r >= 0 && (r = merge_next(m, &record, e)) == 1)
        memcpy(got + (*n)++ * width, record, width * sizeof *got);
    if (r < 0) CHECK_INT(merge_next(m, &record, NULL), r);
    merge_free(m);
    return r;
}

TEST(saved_and_merged_in_parts)
{
    enum { N = 120000, FILES = 3 };
    static const uint64_t cuts[] = {0, 1, (uint64_t)1 << 60, (uint64_t)3 << 62, UINT64_MAX};
    struct err e = {0};
    struct records *file[FILES];
    width = 3;
    uint64_t *a = make(RANDOM, N), *got = malloc(N * width * sizeof *got), n, all = 0;
    memset(a + 3 * 5, 0, 24); /* keys at both ends */
    memset(a + 3 * 9, 255, 24);
    for (size_t f = 0; f < FILES; f++) {
        struct sorter *s;
        char path[20];
        snprintf(path, sizeof path, "part%zu", f);
        CHECK_INT(sorter_new(&s, width, 1 << 20, path, "test", false, &e), 0);
        for (size_t i = f; i < N; i += FILES) CHECK_INT(sorter_add(s, a + i * width, &e), 0);
        CHECK_INT(sorter_save(s, slice_str("{}"), true, &e), 0);
        const uint64_t *record;
        CHECK_INT(sorter_next(s, &record, NULL), -ERR_USAGE);
        sorter_free(s);
        CHECK_INT(records_open(&file[f], path, width, "test", &e), 0);
        CHECK(records_count(file[f]) == N / FILES && records_runs(file[f]) == 2);
    }
    for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++) {
        uint64_t high = i + 2 < sizeof cuts / sizeof *cuts ? cuts[i + 1] - 1 : UINT64_MAX;
        CHECK_INT(merge_files(file, FILES, 1 << 20, cuts[i], high, got + all * width, &n, &e), 0);
        all += n;
    }
    qsort(a, N, width * sizeof *a, by_words);
    CHECK(all == N && memcmp(a, got, N * width * sizeof *a) == 0);
    CHECK_INT(merge_files(file, FILES, 300000, 0, UINT64_MAX, got, &n, &e), -ERR_IO);
    CHECK(strstr(e.msg, "6 sorted runs need 384K of memory") != NULL);
    err_clear(&e);
    CHECK_INT(merge_files(file, 0, 0, 0, UINT64_MAX, got, &n, &e), 0);
    CHECK_INT(n, 0);
    for (size_t f = 0; f < FILES; f++) records_close(file[f]);
    free(a);
    free(got);
}

TEST(nothing_saved)
{
    struct err e = {0};
    struct sorter *s;
    struct records *r;
    CHECK_INT(sorter_new(&s, 2, 0, "empty", "test", false, &e), 0);
    CHECK_INT(sorter_save(s, slice_str("{}"), false, &e), 0);
    sorter_free(s);
    sorter_free(NULL);
    CHECK_INT(records_open(&r, "empty", 2, "test", &e), 0);
    CHECK(records_count(r) == 0 && records_runs(r) == 0);
    CHECK_SLICE(records_meta(r), "{}");
    records_close(r);
}

TEST(out_of_order)
{
    struct err e = {0};
    struct records_out *o;
    struct records *r;
    uint64_t got[100], n;
    width = 2;
    for (unsigned word = 0; word < 2; word++) {
        uint64_t a[] = {1, 1, 2, 2, 3, 5, 3, 6};
        a[4 + word] = 9;
        err_clear(&e);
        CHECK_INT(records_create(&o, "mixed", 2, "test", &e), 0);
        CHECK_INT(records_put(o, a, 4, &e), 0);
        CHECK_INT(records_commit(o, slice_of(NULL, 0), false, &e), 0);
        CHECK_INT(records_open(&r, "mixed", 2, "test", &e), 0);
        CHECK_INT(merge_files(&r, 1, 1 << 20, 0, UINT64_MAX, got, &n, &e), -ERR_DATA);
        CHECK(n == 3 && strstr(e.msg, "mixed") && strstr(e.msg, "make it again"));
        records_close(r);
    }
}

TEST(no_place_to_spill)
{
    struct err e = {0};
    struct sorter *s;
    int r = sorter_new(&s, 3, 0, "no/where", "test", false, &e);
    for (uint64_t i = 0; i < 100000 && r == 0; i++) r = sorter_add(s, (uint64_t[]){i, i, i}, &e);
    CHECK_INT(r, -ERR_IO);
    CHECK(strstr(e.msg, "no/where") != NULL);
    sorter_free(s);
}

int main(void)
{
    RUN(sorts_as_qsort);
    RUN(in_memory_and_spilled);
    RUN(saved_and_merged_in_parts);
    RUN(nothing_saved);
    RUN(out_of_order);
    RUN(no_place_to_spill);
    return TEST_END();
}
