/* What is recognised as an archive or a page, plain text, and lines. */
#include "common/text.h"
#include "ingest/read/archive.h"
#include "ingest/charset/clean.h"
#include "ingest/content.h"
#include "ingest/document.h"
#include "ingest/read/linereader.h"
#include "tests/unit/test.h"

static struct buf got;
static struct ledger led;
static struct err e;

/* Without a NUL. */
static void put(char *at, const char *z)
{
    while (*z) *at++ = *z++;
}

static const char *clean(const char *p, size_t n)
{
    buf_clear(&got);
    CHECK_INT(clean_text(&got, slice_of(p, n)), 0);
    buf_terminate(&got);
    return got.p;
}

TEST(plain_text)
{
    clean("a\r\nb\rc\r", 7);
    CHECK_STR(got.p, "a\nb\nc\n");
    clean("a\tb\x01\x7f\0\x1f\f"
          "c\n",
          10);
    CHECK_STR(got.p, "a\tbc\n");
    clean("\xc2\x85\xc2\xa0\xc3\xa9\xc2", 7);
    CHECK_STR(got.p, "\xc2\xa0\xc3\xa9");
    clean("", 0);
    CHECK_INT(got.n, 0);
}

TEST(binary_or_text)
{
    CHECK(!clean_is_binary(slice_str("plain \x1b[1mtext\x1b[0m\r\n\f")));
    CHECK(clean_is_binary(slice_of("\x7f"
                                   "ELF\2\1\1\0\0\0",
                                   10)));
    CHECK(clean_is_binary(slice_str("a\xef\xbf\xbd\xef\xbf\xbd")));
    CHECK(!clean_is_binary(slice_of("", 0)));
    CHECK(!clean_is_binary((struct slice){NULL, 0}));
}

/* Ten per cent, to the byte, of each byte there is, among the first 4,096. */
TEST(binary_is_more_than_a_tenth)
{
    char text[5000];
    for (int c = 1; c < 256; c++) {
        bool odd = (c < 0x20 && !strchr("\t\n\r\f\033", c)) || c == 0x7f;
        memset(text, 'x', sizeof text);
        for (size_t i = 0; i < 409; i++) text[(i * 10 + 3) % 4096] = (char)c;
        CHECK(!clean_is_binary(slice_of(text, 4096)));
        text[4095] = (char)c;
        CHECK(clean_is_binary(slice_of(text, sizeof text)) == odd);
        text[4095] = 'x';
        text[4096] = (char)c;
        CHECK(!clean_is_binary(slice_of(text, sizeof text)));
    }
}

TEST(a_nul_is_eight)
{
    char text[4096];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < 51; i++) text[80 * i] = 0;
    CHECK(!clean_is_binary(slice_of(text, sizeof text)));
    text[4095] = 0;
    CHECK(clean_is_binary(slice_of(text, sizeof text)));
}

TEST(archives)
{
    char tar[512] = "name";
    CHECK(!archive_recognise(tar, 512));
    put(tar + 257, "ustar");
    CHECK(archive_recognise(tar, 512));
    CHECK(!archive_recognise(tar, 300));
    memset(tar + 257, 0, 5); /* old tar: by its checksum */
    unsigned sum = 8 * ' ';
    for (int i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0 : (unsigned char)tar[i];
    snprintf(tar + 148, 8, "%06o", sum);
    CHECK(archive_recognise(tar, 512));
    tar[0] ^= 1;
    CHECK(!archive_recognise(tar, 512));
    CHECK(archive_recognise("PK\3\4rest", 8));
    CHECK(archive_recognise("PK\5\6", 4));
    CHECK(archive_recognise("7z\xbc\xaf\x27\x1c", 6));
    CHECK(archive_recognise("070701000", 9));
    CHECK(!archive_recognise("0707 12345", 10));
    CHECK(archive_recognise("LZIP\1", 5));
    CHECK(!archive_recognise("", 0));
    CHECK(!archive_recognise("Plain text", 10));
}

TEST(pages)
{
    CHECK(content_looks_like_html(slice_str("\xef\xbb\xbf \n<!DOCTYPE HTML><p>")));
    CHECK(content_looks_like_html(slice_str("<html lang=en>")));
    CHECK(content_looks_like_html(slice_str("<!-- x -->")));
    CHECK(!content_looks_like_html(slice_str("<?xml version='1.0'?>")));
    CHECK(!content_looks_like_html(slice_str("text <html>")));
    CHECK(!content_looks_like_html(slice_str("")));
}

/* The lines of a file, each with '|' behind it. */
static const char *lines(const char *content, size_t n, uint64_t max_record)
{
    struct window w;
    struct line_reader r;
    struct piece piece;
    struct buf in;
    int status;
    FILE *f = fopen("lines.jsonl", "wb");
    if (!f) exit(1);
    CHECK(fwrite(content, 1, n, f) == n);
    fclose(f);
    ledger_reset(&led);
    buf_clear(&got);
    buf_init(&in, BUF_NO_MAX);
    CHECK_INT(window_open(&w, "lines.jsonl", &e), 0);
    line_reader_start(&r, &w, "lines.jsonl", max_record);
    while ((status = line_reader_next(&r, &in, &piece, &led, &e)) > 0) {
        CHECK_INT(piece.kind, PIECE_LINE);
        CHECK(memcmp(content + piece.offset, in.p + piece.body, piece.body_bytes) == 0);
        buf_put(&got, in.p + piece.body, piece.body_bytes);
        buf_putc(&got, '|');
    }
    CHECK_INT(status, 0);
    window_close(&w);
    buf_free(&in);
    buf_terminate(&got);
    return got.p;
}

TEST(lines_of_a_file)
{
    lines("one\n\n  \r\ntwo\nthree", 18, 100);
    CHECK_STR(got.p, "one|two|three|");
    lines("", 0, 100);
    CHECK_STR(got.p, "");
    CHECK_INT(led.damaged, 0);
}

TEST(lines_that_are_too_long)
{
    size_t n = 3 << 20;
    char *p = malloc(n);
    memset(p, 'x', n);
    put(p, "one\n");
    put(p + n - 5, "\ntwo\n");
    lines(p, n, 1000);
    CHECK_STR(got.p, "one|two|");
    CHECK_INT(led.damaged, 1);
    CHECK_INT(led.damage[0].offset, 4);
    CHECK_INT(led.destroyed_bytes, n - 9);
    lines(p, n - 5, 1000); /* up to the end */
    CHECK_STR(got.p, "one|");
    CHECK_INT(led.damaged, 1);
    lines(p, n - 5, n);
    CHECK_INT(got.n, n - 5 - 4 + 1 + 4);
    free(p);
}

int main(void)
{
    char dir[] = "/tmp/leat-readers-XXXXXX";
    if (!mkdtemp(dir) || chdir(dir) != 0) return 1;
    buf_init(&got, BUF_NO_MAX);
    ledger_init(&led);
    RUN(plain_text);
    RUN(binary_or_text);
    RUN(binary_is_more_than_a_tenth);
    RUN(a_nul_is_eight);
    RUN(archives);
    RUN(pages);
    RUN(lines_of_a_file);
    RUN(lines_that_are_too_long);
    unlink("lines.jsonl");
    if (chdir("/") == 0) rmdir(dir);
    buf_free(&got);
    ledger_free(&led);
    return TEST_END();
}
