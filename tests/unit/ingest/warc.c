#include "common/hash.h"
#include "ingest/read/warc.h"
#include "tests/unit/test.h"
#include <isa-l/igzip_lib.h>

/* ------------------------------------------------------------------ a file of records, and what is read of it */

static struct buf file, got;
static struct ledger led;
static struct err e;
static uint64_t max_record = 1 << 20;
static const char *path = "test.warc";

static void put(const char *z)
{
    buf_puts(&file, z);
}

/* A record with a block; the length that is declared may be another. */
static void put_record_n(const char *name, const char *block, long length)
{
    buf_printf(&file, "WARC/1.0\r\nWARC-Type: response\r\nName: %s\r\n", name);
    if (length >= 0) buf_printf(&file, "Content-Length: %ld\r\n", length);
    buf_printf(&file, "\r\n%s\r\n\r\n", block);
}

static void put_record(const char *name, const char *block)
{
    put_record_n(name, block, (long)strlen(block));
}

/* Compresses what was put since `from` into a gzip member in its place. */
static void compress_from(size_t from)
{
    static uint8_t level_buf[ISAL_DEF_LVL1_DEFAULT];
    struct isal_zstream z;
    size_t n = file.n - from, room = n + 1000;
    uint8_t *out = malloc(room);
    isal_deflate_init(&z);
    z.end_of_stream = 1;
    z.gzip_flag = IGZIP_GZIP;
    z.level = 1;
    z.level_buf = level_buf;
    z.level_buf_size = sizeof level_buf;
    z.next_in = (uint8_t *)file.p + from;
    z.avail_in = (uint32_t)n;
    z.next_out = out;
    z.avail_out = (uint32_t)room;
    CHECK_INT(isal_deflate(&z), COMP_OK);
    file.n = from;
    buf_put(&file, out, z.total_out);
    free(out);
}

static void put_member(const char *name, const char *block)
{
    size_t from = file.n;
    put_record(name, block);
    compress_from(from);
}

/* The blocks, each with '|' behind it; "!" where the piece's place is not that of a record. */
static void read_all(void)
{
    struct window w;
    struct warc_reader r;
    struct buf in;
    struct piece piece;
    int n;
    FILE *f = fopen(path, "wb");
    if (!f) exit(1);
    CHECK(fwrite(file.p, 1, file.n, f) == file.n);
    fclose(f);
    buf_clear(&file);
    buf_clear(&got);
    ledger_reset(&led);
    buf_init(&in, BUF_NO_MAX);
    CHECK_INT(window_open(&w, path, &e), 0);
    warc_start(&r, &warc_iso, &w, path, max_record);
    while ((n = warc_next(&r, &in, &piece, &led, &e)) > 0) {
        buf_put(&got, in.p + piece.body, piece.body_bytes);
        buf_puts(&got, memcmp(in.p + piece.head, "WARC/", 5) == 0 ? "|" : "!");
        led.in++;
        ledger_keep(&led, 0, 0);
        buf_clear(&in);
    }
    CHECK_INT(n, 0);
    CHECK_INT(warc_next(&r, &in, &piece, &led, &e), 0); /* the end stays the end */
    CHECK_INT(ledger_check(&led, &e), 0);
    window_close(&w);
    buf_free(&in);
    buf_terminate(&got);
}

#define EXPECT(z)            \
    do {                     \
        read_all();          \
        CHECK_STR(got.p, z); \
    } while (0)

static uint64_t wrong_lengths(void)
{
    return led.extra.n ? led.extra.row[0].records : 0;
}

/* ------------------------------------------------------------------ whole files */

TEST(plain)
{
    put_record("a", "one");
    put_record("b", "");
    put_record("c", "three\r\n\r\nlines");
    EXPECT("one||three\r\n\r\nlines|");
    CHECK_INT(led.damaged, 0);
    EXPECT(""); /* an empty file */
    CHECK_INT(led.truncated, 0);
}

TEST(members)
{
    put_member("a", "one");
    put_member("b", "two");
    EXPECT("one|two|");
    put_record("a", "one"); /* all in one member */
    put_record("b", "two");
    compress_from(0);
    EXPECT("one|two|");
    put_record("a", "one"); /* a member ends in the middle of a record */
    put("WARC/1.1\r\nContent-Length: 6\r\n\r\nfir");
    compress_from(0);
    size_t from = file.n;
    put("st!\r\n\r\n");
    put_record("c", "last");
    compress_from(from);
    EXPECT("one|first!|last|");
    CHECK_INT(led.damaged + wrong_lengths(), 0);
}

TEST(spellings)
{
    put("WARC/0.17\ncontent-length:  3 \nX: 1\n\none\n\n"); /* LF only, lower case */
    put("WARC/1.1\r\nWARC-Target-URI: <x>\r\n y\r\nCONTENT-LENGTH: 3\r\n\r\ntwo\r\n\r\n"); /* folded */
    put("WARC/0.18\r\nContent-Length: 5\r\nNo colon here\r\n\r\nthree\r\n\r\n\r\n\r\n\r\n"); /* more line ends */
    put("WARC/1.0\r\nContent-Length: 4\r\n\r\nfour"); /* none at the end */
    EXPECT("one|two|three|four|");
    CHECK_INT(led.damaged + wrong_lengths(), 0);
}

TEST(a_block_may_look_like_a_record)
{
    put_record("a", "x\r\n\r\nWARC/1.0\r\nContent-Length: 0\r\n\r\n");
    put_record("b", "two");
    EXPECT("x\r\n\r\nWARC/1.0\r\nContent-Length: 0\r\n\r\n|two|");
}

/* ------------------------------------------------------------------ wrong lengths */

TEST(length_too_small_or_too_large)
{
    put_record_n("a", "longer than it says", 6);
    put_record_n("b", "shorter", 60);
    put_record("c", "three");
    EXPECT("longer than it says|shorter|three|");
    CHECK_INT(wrong_lengths(), 2);
    CHECK_INT(led.damaged, 0);
}

TEST(length_missing_or_no_number)
{
    put_record_n("a", "one\r\n\r\nmore", -1);
    put("WARC/1.0\r\nContent-Length: 1x\r\n\r\ntwo\r\n\r\n");
    put("WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\nthree\r\n\r\n");
    put_record_n("b", "four", -1);
    EXPECT("one\r\n\r\nmore|two|three|four|");
    CHECK_INT(wrong_lengths(), 4);
}

TEST(wrong_lengths_in_members)
{
    size_t from = file.n;
    put_record_n("a", "shorter", 500);
    compress_from(from);
    put_member("b", "two");
    from = file.n;
    put_record_n("c", "longer than it says", 4);
    compress_from(from);
    put_member("d", "four");
    from = file.n;
    put_record_n("e", "last", 400);
    compress_from(from);
    EXPECT("shorter|two|longer than it says|four|last|");
    CHECK_INT(wrong_lengths(), 3);
}

/* ------------------------------------------------------------------ damage */

TEST(garbage_between_records)
{
    put("some text before\r\n");
    put_record("a", "one");
    put("garbage\r\nWARC/\r\n\r\nWARC/x\r\nmore\r\n\r\n");
    put_record("b", "two");
    put("garbage at the end");
    EXPECT("one|two|");
    CHECK_INT(led.damaged, 3);
    CHECK_INT(led.damage[1].offset, 18 + 68);
    CHECK_INT(led.truncated, 0);
}

TEST(the_file_ends_in_a_record)
{
    put_record("a", "one");
    size_t whole = file.n;
    put_record("b", "a longer block");
    size_t all = file.n;
    char *copy = malloc(all);
    memcpy(copy, file.p, all);
    for (size_t n = 0; n <= all; n++) {
        buf_clear(&file);
        buf_put(&file, copy, n);
        read_all();
        bool second = n >= all - 4, first = n >= whole - 4; /* the closing line ends do not matter */
        CHECK_STR(got.p, second ? "one|a longer block|" : first ? "one|" : "");
        bool between = n == 0 || (n >= whole - 4 && n <= whole) || second;
        CHECK_INT(led.truncated || led.damaged, !between); /* a piece of "WARC/1" is garbage */
    }
    free(copy);
}

TEST(a_compressed_file_ends_early)
{
    put_member("a", "one");
    size_t whole = file.n;
    put_member(
        "b",
        "a block that is long enough to be cut at many places, and that does not compress well: 1826ab90");
    size_t all = file.n;
    char *copy = malloc(all);
    memcpy(copy, file.p, all);
    for (size_t n = 2; n < all; n++) {
        buf_clear(&file);
        buf_put(&file, copy, n);
        read_all();
        bool nearly =
            (n < whole && n > whole - 24) || n > all - 24; /* all of the record, but not of its checksum */
        CHECK(strcmp(got.p, n < whole ? "" : "one|") == 0 || (nearly && led.damaged == 0));
        CHECK_INT(led.truncated, n != whole);
    }
    free(copy);
}

TEST(a_broken_member)
{
    size_t starts[6];
    for (int i = 0; i < 6; i++) {
        char block[64];
        starts[i] = file.n;
        snprintf(block, sizeof block, "block number %d of six", i);
        put_member("x", block);
    }
    char *copy = malloc(file.n);
    size_t all = file.n;
    memcpy(copy, file.p, all);
    for (size_t at = starts[2]; at < starts[3]; at++) {
        buf_clear(&file);
        buf_put(&file, copy, all);
        file.p[at] ^= 0x41;
        read_all();
        if (at > starts[2] + 10) CHECK_INT(led.damaged, 1);
        CHECK(strncmp(got.p, "block number 0 of six|block number 1 of six|", 44) == 0);
        CHECK(strstr(got.p, "block number 3 of six|block number 4 of six|block number 5 of six|") != NULL);
        CHECK_INT(led.truncated, 0);
    }
    free(copy);
}

TEST(headers_without_an_end)
{
    put_record("a", "one");
    put("WARC/1.0\r\n");
    for (int i = 0; i < 200000; i++) put("X: 123456789\r\n");
    put("WARC/1.0\r\n\r\n");
    put_record("b", "two");
    EXPECT(
        "one||two|"); /* the last line of what looked like a header, and the blank line behind it, are a record */
    CHECK_INT(led.damaged, 1);
}

TEST(records_that_are_too_large)
{
    max_record = 1000;
    put_record("a", "one");
    buf_printf(&file, "WARC/1.0\r\nContent-Length: %d\r\n\r\n", 1000000);
    for (int i = 0; i < 100000; i++) put("WARC/1.0\r\n");
    put("\r\n\r\n");
    put_record("b", "two");
    put("WARC/1.0\r\nContent-Length: 999999999\r\n\r\nin truth it is short\r\n\r\n"); /* past the file's end */
    put_record("c", "three");
    put("WARC/1.0\r\n\r\n"); /* no length and no end within reach */
    for (int i = 0; i < 1000; i++) put("a WARC/1.0\r\n");
    put("\r\n\r\n");
    put_record("d", "four");
    EXPECT("one|two|in truth it is short|three|four|");
    CHECK_INT(led.damaged, 2);
    CHECK(led.destroyed_bytes > 1000000);
    size_t from = file.n;
    put("WARC/1.0\r\nContent-Length: 999999999\r\n\r\nshort\r\n\r\n");
    compress_from(from);
    put_member("b", "two");
    EXPECT("two|"); /* the next member begins with a record */
    CHECK_INT(led.damaged, 1);
    put("WARC/1.0\r\nContent-Length: 999999999\r\n\r\nshort");
    compress_from(0);
    EXPECT("");
    max_record = 1 << 20;
}

/* Each record's length is wrong, and no other ends it in the proper way: searched again and again, this would take hours. */
TEST(hostile_lengths)
{
    max_record = 64 << 20;
    for (int i = 0; i < 200000; i++) put("WARC/1.0\nContent-Length: 0\n\nx\nWARC/1.0\n");
    read_all();
    for (int i = 0; i < 200000; i++) put("WARC/1.0\r\nContent-Length: 9000000\r\n\r\nx\r\n\r\n");
    read_all();
    CHECK_INT(led.kept, 199999); /* the last one is cut by the end */
    for (int i = 0; i < 200000; i++) put("\r\n\r\nWARC/");
    read_all();
    max_record = 1 << 20;
}

TEST(many_small_members)
{
    for (int i = 0; i < 3000; i++) {
        size_t from = file.n;
        put(i % 3 == 0 ? "WARC/1.0\r\nContent-" : i % 3 == 1 ? "Length: 3\r\n\r\n" : "one\r\n\r\n");
        compress_from(from);
    }
    read_all();
    CHECK_INT(got.n, 1000 * 4);
}

/* A member of one byte, or of none. */
static void put_tiny(struct buf *member, const char *z)
{
    size_t from = file.n;
    put(z);
    compress_from(from);
    buf_clear(member);
    buf_put(member, file.p + from, file.n - from);
    file.n = from;
}

TEST(more_members_than_are_told_apart)
{
    struct buf x;
    buf_init(&x, BUF_NO_MAX);
    put_tiny(&x, "x");
    size_t from = file.n;
    put("WARC/1.0\r\nContent-Length: 70000\r\n\r\n");
    compress_from(from);
    for (int i = 0; i < 70000; i++) buf_put_slice(&file, buf_slice(&x));
    put_member("b", "two");
    from = file.n;
    put("WARC/1.0\r\nContent-Length: 99999\r\n\r\n");
    compress_from(from);
    for (int i = 0; i < 70000; i++) buf_put_slice(&file, buf_slice(&x));
    from = file.n;
    put("\r\n\r\n"); /* found by its first line: the member's start is not known */
    compress_from(from);
    put_member("c", "three");
    read_all();
    CHECK_INT(got.n, 70001 + 4 + 70001 + 6);
    CHECK_INT(wrong_lengths(), 1);
    CHECK_INT(led.damaged, 0);
    buf_free(&x);
}

TEST(more_gaps_than_are_told_apart)
{
    struct buf empty;
    buf_init(&empty, BUF_NO_MAX);
    put_tiny(&empty, "");
    put_member("a", "one");
    for (int i = 0; i < 300; i++) {
        put("this is no member");
        buf_put_slice(&file, buf_slice(&empty));
    }
    put_member("b", "two");
    EXPECT("one|two|");
    CHECK_INT(led.damaged, 256);
    CHECK_INT(led.destroyed_bytes, 300 * 17);
    buf_free(&empty);
}

int main(void)
{
    char dir[] = "/tmp/leat-warc-XXXXXX";
    if (!mkdtemp(dir) || chdir(dir) != 0) return 1;
    buf_init(&file, BUF_NO_MAX);
    buf_init(&got, BUF_NO_MAX);
    ledger_init(&led);
    RUN(plain);
    RUN(members);
    RUN(spellings);
    RUN(a_block_may_look_like_a_record);
    RUN(length_too_small_or_too_large);
    RUN(length_missing_or_no_number);
    RUN(wrong_lengths_in_members);
    RUN(garbage_between_records);
    RUN(the_file_ends_in_a_record);
    RUN(a_compressed_file_ends_early);
    RUN(a_broken_member);
    RUN(headers_without_an_end);
    RUN(records_that_are_too_large);
    RUN(hostile_lengths);
    RUN(many_small_members);
    RUN(more_members_than_are_told_apart);
    RUN(more_gaps_than_are_told_apart);
    unlink(path);
    if (chdir("/") == 0) rmdir(dir);
    buf_free(&file);
    buf_free(&got);
    ledger_free(&led);
    return TEST_END();
}
