/* The split of a file against the serial reader, on files of random recipes; and members in memory. */
#include "tests/fuzz/ingest/split.c"
#include "tests/unit/test.h"

static uint64_t state = 88172645463325252u;

static uint8_t random_byte(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint8_t)(state >> 24);
}

TEST(as_the_serial_reader)
{
    uint8_t recipe[300];
    for (int i = 0; i < 4000; i++) {
        size_t n = 3 + random_byte();
        for (size_t k = 0; k < n; k++) recipe[k] = random_byte();
        LLVMFuzzerTestOneInput(recipe, n); /* aborts where they differ */
    }
}

/* Sound files are read by the split alone: else the test above would prove nothing. */
TEST(sound_files_are_split)
{
    static struct reading g;
    static struct split s;
    struct err e = {0};
    struct recipe r = {(const uint8_t *)"", (const uint8_t *)"", false, 0, {0}, {0}};
    buf_init(&r.file, BUF_NO_MAX);
    buf_init(&r.content, BUF_NO_MAX);
    for (int i = 0; i < 1000; i++) {
        put_record(&r, "text", 4, 4);
        put_member(&r, i % 7);
    }
    int fd = memfd_create("file", 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(pwrite(fd, r.file.p, r.file.n, 0) == (ssize_t)r.file.n);
    CHECK_INT(split_init(&s, &e), 0);
    s.target_bytes = 1000;
    start(&g, path, &warc_iso);
    CHECK_INT(window_fill(&g.w, 1, &e), 0);
    CHECK_INT(split_take_over(&s, &g.r, &e), 1);
    struct range range;
    struct buf bytes;
    uint64_t n_ranges = 0;
    buf_init(&bytes, BUF_NO_MAX);
    while (split_read(&s, &range, &bytes, &e) == 1) {
        CHECK(split_counts(&s, &range));
        CHECK_INT(range_work(&range, &s, &bytes, &unpacker, &maker, false, &g.out, &g.records, &g.led, &e),
                  RANGE_DONE);
        split_commit(&s, &range);
        CHECK(!s.broken);
        n_ranges++;
    }
    CHECK_INT(s.proven, r.file.n);
    CHECK_INT(g.records, 1000);
    CHECK(n_ranges > 20);
    CHECK_INT(split_hand_back(&s, &g.r, &e), 0);
    CHECK(!read_one(&g));
    end(&g);
    split_free(&s);
    buf_free(&bytes);
    buf_free(&r.file);
    buf_free(&r.content);
    close(fd);
}

/* A member that is too large for a range is the serial reader's; those behind it are not. */
TEST(large_members_are_passed)
{
    static struct reading g;
    static struct split s;
    struct err e = {0};
    struct recipe r = {(const uint8_t *)"", (const uint8_t *)"", false, 0, {0}, {0}};
    char noise[4000];
    buf_init(&r.file, BUF_NO_MAX);
    buf_init(&r.content, BUF_NO_MAX);
    for (int i = 0; i < 1000; i++) {
        for (int k = 0; i % 50 == 0 && k < 12; k++) {
            for (size_t j = 0; j < sizeof noise; j++) noise[j] = (char)random_byte();
            put_record(&r, noise, sizeof noise, sizeof noise);
        }
        put_record(&r, "text", 4, 4);
        put_member(&r, 1);
    }
    int fd = memfd_create("file", 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(pwrite(fd, r.file.p, r.file.n, 0) == (ssize_t)r.file.n);
    CHECK_INT(split_init(&s, &e), 0);
    s.target_bytes = 500;
    s.most_bytes = 2500;
    start(&g, path, &warc_iso);
    records_of_ranges = 0;
    read_split(&g, &s);
    CHECK_INT(g.led.in, 1000 + 20 * 12);
    CHECK_INT(g.led.damaged, 0);
    CHECK(records_of_ranges > 900 && records_of_ranges < 1000);
    end(&g);
    split_free(&s);
    buf_free(&r.file);
    buf_free(&r.content);
    close(fd);
}

TEST(a_member_in_memory)
{
    struct gunzip *z = gunzip_new();
    struct recipe r = {NULL, NULL, false, 0, {0}, {0}};
    char out[32];
    size_t used, given;
    buf_init(&r.file, BUF_NO_MAX);
    buf_init(&r.content, BUF_NO_MAX);
    buf_puts(&r.content, "twelve bytes");
    put_member(&r, 6);
    size_t n = r.file.n;
    buf_puts(&r.file, "and more");
    CHECK_INT(gunzip_member(z, r.file.p, r.file.n, &used, out, sizeof out, &given), GUNZIP_WHOLE);
    CHECK_INT(used, n);
    CHECK(given == 12 && memcmp(out, "twelve bytes", 12) == 0);
    CHECK_INT(gunzip_member(z, r.file.p, r.file.n, &used, out, 5, &given), GUNZIP_FULL);
    CHECK(given == 5 && memcmp(out, "twelv", 5) == 0);
    CHECK_INT(gunzip_member(z, r.file.p, n - 1, &used, out, sizeof out, &given), GUNZIP_BAD);
    r.file.p[n - 5] ^= 1; /* the CRC */
    CHECK_INT(gunzip_member(z, r.file.p, n, &used, out, sizeof out, &given), GUNZIP_BAD);
    CHECK_INT(gunzip_member(z, "plain", 5, &used, out, sizeof out, &given), GUNZIP_BAD);
    gunzip_free(z);
    buf_free(&r.file);
    buf_free(&r.content);
}

int main(void)
{
    RUN(as_the_serial_reader);
    RUN(sound_files_are_split);
    RUN(large_members_are_passed);
    RUN(a_member_in_memory);
    return TEST_END();
}
