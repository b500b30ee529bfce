/* bzip2 streams decoded ahead on threads: the same bytes, members and faults as without threads, whatever the file. */
#include "common/stream.h"
#include "tests/unit/test.h"
#include <bzlib.h>

static const char *path = "test.bz2";
static uint64_t seed = 1;

static uint32_t next_random(void)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33);
}

static void put_stream(struct buf *file, size_t bytes, bool varied)
{
    struct buf in;
    unsigned n = (unsigned)(bytes + bytes / 50 + 1000);
    buf_init(&in, BUF_NO_MAX);
    buf_reserve(&in, bytes + 1);
    for (size_t i = 0; i < bytes; i++) buf_putc(&in, varied ? (char)(next_random() % 64 + 32) : 'x');
    buf_reserve(file, n);
    CHECK_INT(BZ2_bzBuffToBuffCompress(file->p + file->n, &n, in.p, (unsigned)bytes, 9, 0, 0), BZ_OK);
    file->n += n;
    buf_free(&in);
}

static void put_streams(struct buf *file, int n)
{
    for (int i = 0; i < n; i++) put_stream(file, next_random() % 60000, i % 3 != 0);
}

/* What reading gives: bytes, member starts, faults, in order. */
static void record(int threads, struct buf *log)
{
    static char block[50000];
    struct in *in;
    struct err e = {0};
    buf_clear(log);
    CHECK_INT(in_open(&in, path, IN_MEMBERS, &e), 0);
    in_set_threads(in, threads);
    for (;;) {
        ssize_t n = in_read(in, block, sizeof block, &e);
        if (n == 0) break;
        if (n > 0) {
            if (in_member_first(in))
                buf_printf(log, "\nmember at %llu\n", (unsigned long long)in_member_offset(in));
            buf_put(log, block, (size_t)n);
        } else {
            buf_printf(log, "\nfault %d: %s, skipped %llu\n", (int)n, e.msg,
                       (unsigned long long)in_skipped_bytes(in));
        }
        err_clear(&e);
    }
    buf_printf(log, "\nend at %llu\n", (unsigned long long)in_raw_bytes(in));
    in_close(in);
}

static void compare(const struct buf *file)
{
    struct buf a, b;
    FILE *f = fopen(path, "wb");
    if (!f) exit(1);
    CHECK(fwrite(file->p, 1, file->n, f) == file->n);
    fclose(f);
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    record(1, &a);
    for (int threads = 2; threads <= 5; threads += 3) {
        record(threads, &b);
        CHECK(a.n == b.n && memcmp(a.p, b.p, a.n) == 0);
    }
    buf_free(&a);
    buf_free(&b);
    unlink(path);
}

TEST(whole)
{
    struct buf file;
    buf_init(&file, BUF_NO_MAX);
    put_streams(&file, 40);
    compare(&file);
    for (int i = 0; i < 5; i++) buf_putc(&file, 0); /* padding */
    compare(&file);
    buf_clear(&file);
    put_stream(&file, 0, false);
    put_streams(&file, 3);
    put_stream(&file, 0, false);
    compare(&file);
    buf_free(&file);
}

TEST(damaged_and_cut)
{
    struct buf file, bad;
    buf_init(&file, BUF_NO_MAX);
    buf_init(&bad, BUF_NO_MAX);
    put_streams(&file, 25);
    for (int i = 0; i < 24; i++) {
        buf_clear(&bad);
        buf_put(&bad, file.p, i % 2 ? file.n : next_random() % file.n);
        if (i % 2) bad.p[next_random() % bad.n] ^= 1;
        compare(&bad);
    }
    buf_clear(&bad);
    buf_put_slice(&bad, buf_slice(&file));
    buf_puts(&bad, "between streams BZh91AY&SY is not one");
    buf_put_slice(&bad, buf_slice(&file));
    compare(&bad);
    buf_free(&bad);
    buf_free(&file);
}

TEST(large_members)
{
    struct buf file;
    buf_init(&file, BUF_NO_MAX);
    put_streams(&file, 3);
    put_stream(&file, 3 << 20, true); /* more than is cut off a file */
    put_streams(&file, 3);
    put_stream(&file, 20 << 20, false); /* more than is kept */
    put_streams(&file, 3);
    compare(&file);
    buf_free(&file);
}

int main(void)
{
    RUN(whole);
    RUN(damaged_and_cut);
    RUN(large_members);
    return TEST_END();
}
