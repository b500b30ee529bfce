/* Files of records as they were written, by number, by key and in a walk; and as nobody should have written them: cut at each
 * byte, with a bit flipped at each place, with sizes that lie. */
#include "dedup/records.h"
#include "common/hash.h"
#include "common/stream.h"
#include "tests/unit/test.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PATH "file.records"

static uint64_t word_of(uint64_t record, unsigned words, unsigned i)
{
    return i == 0 ? record / 3 * 5 : hash_mix64(record * words + i);
}

/* n records in order of their first word, which three share; runs end behind each `run` of them. */
static int write_file(unsigned words, uint64_t n, uint64_t run, struct err *e)
{
    struct records_out *o;
    uint64_t r[RECORDS_MAX_WORDS];
    int got = records_create(&o, PATH, words, "things", e);
    if (got < 0) return got;
    for (uint64_t i = 0; i < n && got == 0; i++) {
        for (unsigned k = 0; k < words; k++) r[k] = word_of(i, words, k);
        got = records_put(o, r, 1, e);
        if (got == 0 && run && (i + 1) % run == 0) got = records_end_run(o, e);
    }
    if (got == 0) return records_commit(o, slice_str("{\"made\":\"here\"}"), true, e);
    records_abandon(o);
    return got;
}

static uint64_t walk(struct records *r, unsigned words, uint64_t from, uint64_t to, size_t buffer_bytes)
{
    struct records_cursor *c;
    struct err e = {0};
    const uint64_t *record;
    uint64_t at = from;
    CHECK_INT(records_walk(&c, r, from, to, buffer_bytes, &e), 0);
    while (records_next(c, &record, &e) == 1) {
        for (unsigned k = 0; k < words; k++)
            if (record[k] != word_of(at, words, k)) return UINT64_MAX;
        at++;
    }
    CHECK_INT(e.code, 0);
    CHECK_INT(records_next(c, &record, &e), 0);
    records_walk_end(c);
    return at;
}

TEST(as_written)
{
    for (unsigned words = 1; words <= RECORDS_MAX_WORDS; words++) {
        struct err e = {0};
        struct records *r;
        uint64_t block = RECORDS_BLOCK(words), counts[] = {0, 1, block - 1, block, block + 1, 5 * block + 7};
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            uint64_t n = counts[i], from, to;
            CHECK_INT(write_file(words, n, 0, &e), 0);
            CHECK_INT(records_open(&r, PATH, words, "things", &e), 0);
            if (!r) return;
            CHECK_INT(records_count(r), n);
            CHECK_SLICE(records_meta(r), "{\"made\":\"here\"}");
            CHECK_STR(records_path(r), PATH);
            CHECK_INT(records_runs(r), n > 0);
            if (n > 0) {
                records_run(r, 0, &from, &to);
                CHECK(from == 0 && to == n);
            }
            CHECK_INT(walk(r, words, 0, n, 0), n);
            CHECK_INT(walk(r, words, n / 2, n, 1 << 20), n);
            CHECK_INT(walk(r, words, n / 3, n / 2, 200000), n / 2);
            CHECK_INT(walk(r, words, n, n, 0), n);
            records_close(r);
        }
    }
    CHECK(!file_exists(PATH ".tmp"));
}

TEST(runs_and_many_at_once)
{
    struct err e = {0};
    struct records *r;
    struct records_out *o;
    static uint64_t many[2 * 50000];
    uint64_t from, to;
    for (size_t i = 0; i < 100000; i++) many[i] = word_of(i / 2, 2, i % 2);
    CHECK_INT(records_create(&o, PATH, 2, "", &e), 0);
    CHECK_INT(records_end_run(o, &e), 0); /* an empty run is no run */
    CHECK_INT(records_put(o, many, 5, &e), 0);
    CHECK_INT(records_end_run(o, &e), 0);
    CHECK_INT(records_end_run(o, &e), 0);
    CHECK_INT(records_put(o, many + 10, 0, &e), 0);
    CHECK_INT(records_put(o, many + 10, 40000, &e), 0);
    CHECK_INT(records_put(o, many + 2 * 40005, 9995, &e), 0);
    CHECK_INT(records_written(o), 50000);
    CHECK_INT(records_commit(o, slice_of(NULL, 0), false, &e), 0);
    CHECK_INT(records_open(&r, PATH, 2, "", &e), 0);
    CHECK_INT(records_runs(r), 2);
    records_run(r, 0, &from, &to);
    CHECK(from == 0 && to == 5);
    records_run(r, 1, &from, &to);
    CHECK(from == 5 && to == 50000);
    CHECK_INT(records_meta(r).n, 0);
    CHECK_INT(walk(r, 2, 0, 50000, 1 << 18), 50000);
    records_close(r);
}

static void check_bound(struct records *r, uint64_t from, uint64_t to, uint64_t key)
{
    struct err e = {0};
    uint64_t at, wanted = from;
    CHECK_INT(records_lower_bound(r, from, to, key, &at, &e), 0);
    if ((key + 4) / 5 * 3 > wanted)
        wanted = (key + 4) / 5 * 3; /* three records each have the first word 5k */
    if (wanted > to || key > UINT64_MAX / 2) wanted = to;
    CHECK_INT(at, wanted);
}

TEST(by_key)
{
    struct err e = {0};
    struct records *r;
    uint64_t n = 100000, x = 1, at;
    CHECK_INT(write_file(3, n, 0, &e), 0);
    CHECK_INT(records_open(&r, PATH, 3, "things", &e), 0);
    check_bound(r, 0, n, 0);
    check_bound(r, 0, n, UINT64_MAX);
    check_bound(r, 5, 5, 3);
    for (unsigned i = 0; i < 2000; i++) {
        x = hash_mix64(x + i);
        uint64_t from = x % n, to = from + (x >> 32) % (n - from + 1);
        check_bound(r, i % 2 ? 0 : from, i % 2 ? n : to, hash_mix64(x) % (n * 2));
    }
    for (uint64_t block = 2730; block < 2740; block++) check_bound(r, 0, n, block / 3 * 5);
    CHECK_INT(records_lower_bound(r, 5, n + 1, 7, &at, &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(records_lower_bound(r, 6, 5, 7, &at, &e), -ERR_USAGE);
    records_close(r);
}

/* Random keys: the guesses. */
TEST(by_random_key)
{
    enum { N = 60000 };
    static uint64_t key[N];
    struct err e = {0};
    struct records *r;
    struct records_out *o;
    uint64_t at;
    for (size_t i = 0; i < N; i++) key[i] = (UINT64_MAX / N) * i + hash_mix64(i) % (UINT64_MAX / N);
    CHECK_INT(records_create(&o, PATH, 1, "keys", &e), 0);
    CHECK_INT(records_put(o, key, N, &e), 0);
    CHECK_INT(records_commit(o, slice_of(NULL, 0), false, &e), 0);
    CHECK_INT(records_open(&r, PATH, 1, "keys", &e), 0);
    for (size_t i = 0; i < N; i += 17) {
        CHECK_INT(records_lower_bound(r, 0, N, key[i], &at, &e), 0);
        CHECK_INT(at, i);
        CHECK_INT(records_lower_bound(r, 0, N, key[i] + 1, &at, &e), 0);
        CHECK_INT(at, i + 1);
    }
    records_close(r);
}

/* ------------------------------------------------------------------ what cannot be believed */

static void put_file(struct slice bytes)
{
    FILE *f = fopen(PATH, "wb");
    fwrite(bytes.p, 1, bytes.n, f);
    fclose(f);
}

/* Opens and reads all: 0, or the error, which must name the file and what to do. */
static int read_file(unsigned words, const char *kind)
{
    struct err e = {0};
    struct records *r;
    struct records_cursor *c = NULL;
    const uint64_t *record;
    int got = records_open(&r, PATH, words, kind, &e);
    CHECK(got == 0 ? r != NULL : r == NULL);
    if (got == 0) got = records_walk(&c, r, 0, records_count(r), 1 << 20, &e);
    while (got >= 0 && (got = records_next(c, &record, &e)) == 1) {
    }
    CHECK(got == 0 || (strstr(e.msg, PATH) && strstr(e.msg, "make it again")));
    records_walk_end(c);
    records_close(r);
    return got;
}

static void load(struct buf *b)
{
    struct err e = {0};
    buf_init(b, BUF_NO_MAX);
    CHECK_INT(file_read(PATH, 1 << 20, b, &e), 0);
}

TEST(cut_anywhere)
{
    struct err e = {0};
    struct buf b;
    CHECK_INT(write_file(3, 20, 7, &e), 0);
    load(&b);
    for (size_t n = 0; n < b.n; n++) {
        put_file(slice_of(b.p, n));
        CHECK_INT(read_file(3, "things"), -ERR_DATA);
    }
    put_file(buf_slice(&b));
    CHECK_INT(read_file(3, "things"), 0);
    buf_putc(&b, 0);
    put_file(buf_slice(&b));
    CHECK_INT(read_file(3, "things"), -ERR_DATA);
    buf_free(&b);
}

TEST(a_bit_flipped_anywhere)
{
    struct err e = {0};
    struct buf b;
    CHECK_INT(write_file(2, 9, 4, &e), 0);
    load(&b);
    for (size_t i = 0; i < 8 * b.n; i++) {
        b.p[i / 8] ^= (char)(1 << i % 8);
        put_file(buf_slice(&b));
        CHECK_INT(read_file(2, "things"), -ERR_DATA);
        b.p[i / 8] ^= (char)(1 << i % 8);
    }
    buf_free(&b);
}

TEST(damage_in_a_later_block)
{
    struct err e = {0};
    struct buf b;
    struct records *r;
    struct records_cursor *c;
    const uint64_t *record;
    uint64_t block = RECORDS_BLOCK(3), at;
    CHECK_INT(write_file(3, 4 * block, 0, &e), 0);
    load(&b);
    b.p[64 + 24 * (2 * block + 9)] ^= 4;
    put_file(buf_slice(&b));
    CHECK_INT(records_open(&r, PATH, 3, "things", &e), 0);
    CHECK_INT(walk(r, 3, 0, 2 * block, 1), 2 * block);
    CHECK_INT(walk(r, 3, 3 * block, 4 * block, 1), 4 * block);
    CHECK_INT(records_walk(&c, r, 3 * block - 1, 4 * block, 1 << 20, &e), 0); /* begins in the bad block */
    CHECK_INT(records_next(c, &record, &e), -ERR_DATA);
    char wanted[100];
    snprintf(wanted, sizeof wanted, PATH " is damaged at byte %llu", 64 + 24 * 2 * (unsigned long long)block);
    CHECK(strstr(e.msg, wanted) != NULL);
    records_walk_end(c);
    err_clear(&e);
    CHECK_INT(records_lower_bound(r, 2 * block, 3 * block, 2 * block / 3 * 5 + 500, &at, &e), -ERR_DATA);
    records_close(r);
    buf_free(&b);
}

/* Each number of the trailer replaced, with the hash made right: nothing is allocated by it. */
TEST(sizes_that_lie)
{
    static const uint64_t lies[] = {
        0, 1, 2, 3, 5, 21, 1 << 20, (uint64_t)1 << 40, (uint64_t)1 << 61, INT64_MAX, UINT64_MAX};
    struct err e = {0};
    struct buf b;
    CHECK_INT(write_file(3, 20, 7, &e), 0);
    load(&b);
    size_t trailer = b.n - 64, footer = 64 + 20 * 24;
    for (size_t field = 0; field < 5; field++)
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
            struct buf c;
            buf_init(&c, BUF_NO_MAX);
            buf_put(&c, b.p, b.n);
            if (memcmp(c.p + trailer + 8 * field, &lies[i], 8) != 0) {
                memcpy(c.p + trailer + 8 * field, &lies[i], 8);
                struct hash_stream *s = hash_stream_new();
                hash_stream_update(s, c.p, 64);
                hash_stream_update(s, c.p + footer, trailer - footer + 40);
                uint64_t hash = hash_stream_digest(s);
                hash_stream_free(s);
                memcpy(c.p + trailer + 40, &hash, 8);
                put_file(buf_slice(&c));
                CHECK_INT(read_file(3, "things"), -ERR_DATA);
            }
            buf_free(&c);
        }
    buf_free(&b);
}

TEST(another_file)
{
    struct err e = {0};
    struct records *r;
    CHECK_INT(write_file(3, 20, 7, &e), 0);
    CHECK_INT(read_file(2, "things"), -ERR_DATA);
    CHECK_INT(read_file(3, "thing"), -ERR_DATA);
    CHECK_INT(read_file(3, "things2"), -ERR_DATA);
    CHECK_INT(records_open(&r, "not-there", 3, "things", &e), -ERR_IO);
    CHECK(strstr(e.msg, "not-there") != NULL);
    err_clear(&e);
    CHECK_INT(records_open(&r, ".", 3, "things", &e), -ERR_DATA);
    put_file(slice_str("{\"id\":\"1\"}\n"));
    CHECK_INT(read_file(3, "things"), -ERR_DATA);
    put_file(slice_str(""));
    CHECK_INT(read_file(3, "things"), -ERR_DATA);
}

TEST(writing_that_fails)
{
    struct err e = {0};
    struct records_out *o;
    CHECK_INT(records_create(&o, "no/where", 3, "things", &e), -ERR_IO);
    CHECK(o == NULL && strstr(e.msg, "no/where") != NULL);
    err_clear(&e);
    CHECK_INT(records_create(&o, PATH, 9, "things", &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(records_create(&o, PATH, 3, "a kind whose name is longer than 31 bytes", &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(records_create(&o, "dropped", 3, "things", &e), 0);
    records_abandon(o);
    CHECK(!file_exists("dropped.tmp") && !file_exists("dropped"));
    records_abandon(NULL);
    records_close(NULL);
    records_walk_end(NULL);
}

/* A limit on file sizes stands in for a full disk: EFBIG, in a block or in the footer. */
TEST(a_full_disk_leaves_nothing)
{
    static const rlim_t limits[] = {10, 1000000, 2400000 + 64};
    unlink(PATH);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        pid_t child = fork();
        if (child == 0) {
            struct err e = {0};
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &(struct rlimit){limits[i], limits[i]});
            int r = write_file(3, 100000, 0, &e);
            _exit(r == -ERR_IO && strstr(e.msg, PATH) && strstr(e.msg, "free some space") ? 0 : 1);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(!file_exists(PATH) && !file_exists(PATH ".tmp"));
    }
}

int main(void)
{
    RUN(as_written);
    RUN(runs_and_many_at_once);
    RUN(by_key);
    RUN(by_random_key);
    RUN(cut_anywhere);
    RUN(a_bit_flipped_anywhere);
    RUN(damage_in_a_later_block);
    RUN(sizes_that_lie);
    RUN(another_file);
    RUN(writing_that_fails);
    RUN(a_full_disk_leaves_nothing);
    return TEST_END();
}
