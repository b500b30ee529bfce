#include "ingest/read/http.h"
#include "tests/unit/test.h"
#include <isa-l/igzip_lib.h>
#include <zstd.h>

static struct http_message m;
static struct buf a, b, block;
static struct slice body;
static const char *coding;

static bool parse(const char *z)
{
    buf_clear(&block);
    buf_puts(&block, z);
    return http_parse(&m, block.p, block.n);
}

static enum http_decoded decode(size_t max)
{
    return http_decode(&m, max, &a, &b, &body, &coding);
}

TEST(status_lines)
{
    CHECK(parse("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"));
    CHECK_INT(m.status, 200);
    CHECK_SLICE(fields_get(&m.fields, "a"), "b");
    CHECK_SLICE(m.body, "body");
    CHECK(parse("HTTP/1.1 404\r\n\r\n"));
    CHECK_INT(m.status, 404);
    CHECK(parse("HTTP 200 OK\n\nx")); /* no version, LF only */
    CHECK_INT(m.status, 200);
    CHECK_SLICE(m.body, "x");
    CHECK(parse("HTTP/1.1 0 \r\n\r\n"));
    CHECK_INT(m.status, 0);
    CHECK(parse("HTTP/1.1\r\n\r\n"));
    CHECK_INT(m.status, 0);
    CHECK(parse("HTTP/2 200"));
    CHECK_INT(m.status, 200);
    CHECK_INT(m.body.n, 0);
    CHECK(!parse("<html>no headers"));
    CHECK_SLICE(m.body, "<html>no headers");
    CHECK(!parse("HT"));
}

static void chunked(const char *coded, const char *plain)
{
    char z[4096];
    snprintf(z, sizeof z, "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n%s", coded);
    parse(z);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, plain);
}

TEST(chunks)
{
    chunked("5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n", "hello world");
    chunked("5\nhello\n0\n\n", "hello");
    chunked("A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "0123456789");
    chunked("5 \r\nhello\r\n0\r\n\r\n", "hello");
    chunked("", "");
}

TEST(chunks_that_are_none)
{
    chunked("<html>not chunked</html>", "<html>not chunked</html>");
    chunked("5\r\nhello\r\nzz then raw", "hellozz then raw"); /* what follows is kept */
    chunked("5\r\nhel", "hel");
    chunked("5\r\nhello\r\n1f\r", "hello");
    chunked("5\r\nhello\r\n1f", "hello");
    chunked("ffffffffffffffffff\r\nx", "ffffffffffffffffff\r\nx");
    chunked("fffffffffffffff\r\nx", "x");
    chunked("5", "5");
    chunked("5;no line end", "5;no line end");
}

/* Compresses with the zlib header that is asked for; returns a message whose body it is. */
static void message(const char *headers, const char *plain, size_t n, int flag, size_t cut)
{
    static uint8_t level_buf[ISAL_DEF_LVL1_DEFAULT];
    struct isal_zstream z;
    uint8_t *out = malloc(n + 65536);
    isal_deflate_init(&z);
    z.end_of_stream = 1;
    z.gzip_flag = (uint16_t)flag;
    z.level = 1;
    z.level_buf = level_buf;
    z.level_buf_size = sizeof level_buf;
    z.next_in = (uint8_t *)plain;
    z.avail_in = (uint32_t)n;
    z.next_out = out;
    z.avail_out = (uint32_t)n + 65536;
    CHECK_INT(isal_deflate(&z), COMP_OK);
    buf_clear(&block);
    buf_puts(&block, headers);
    buf_put(&block, out, z.total_out - cut);
    free(out);
    CHECK(http_parse(&m, block.p, block.n));
}

#define GZIP "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
#define DEFLATE "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n"

TEST(compressed_bodies)
{
    message(GZIP, "hello", 5, IGZIP_GZIP, 0);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "hello");
    message(DEFLATE, "hello", 5, IGZIP_ZLIB, 0);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "hello");
    message(DEFLATE, "hello", 5, IGZIP_DEFLATE, 0);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "hello");
    message("HTTP/1.1 200 OK\r\n\r\n", "hello", 5, IGZIP_GZIP, 0); /* not declared */
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "hello");
}

TEST(declared_codings_that_are_not_there)
{
    static const char *const names[] = {"gzip", "deflate", "br", "zstd"};
    for (int i = 0; i < 4; i++) {
        char z[200];
        snprintf(z, sizeof z, "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n\r\n<p>plain", names[i]);
        parse(z);
        CHECK_INT(decode(1000), HTTP_DECODED);
        CHECK_SLICE(body, "<p>plain");
    }
    /* Common Crawl decodes bodies and renames the header */
    parse("HTTP/1.1 200 OK\r\nX-Crawler-Content-Encoding: br\r\nX-Crawler-Transfer-Encoding: "
          "chunked\r\n\r\n5\r\nhello");
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "5\r\nhello");
}

TEST(unknown_codings)
{
    parse("HTTP/1.1 200 OK\r\nContent-Encoding: compress\r\n\r\n\x1f\x9d\x90\x68");
    CHECK_INT(decode(1000), HTTP_UNKNOWN);
    CHECK_STR(coding, "compress");
    parse("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, , dcz\r\n\r\n\x5e\x2a\x4d\x18\x20\x01");
    CHECK_INT(decode(1000), HTTP_UNKNOWN);
    CHECK_STR(coding, "dcz");
}

static void binary(const char *headers, const char *bytes, size_t n)
{
    buf_clear(&block);
    buf_puts(&block, headers);
    buf_put(&block, bytes, n);
    CHECK(http_parse(&m, block.p, block.n));
}

/* By brotli 1.0.9: <p>hello</p>; 64 MiB of zeros. */
#define BR "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n"
static const char br_hello[] = "\x8b\x05\x80<p>hello</p>\x03";
static const char br_bomb[] =
    "\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0\x4f\x00\xc4\x61\x01"
    "\x80\xee\xfd\x3f\xff\xff\xff\xe1\x9f\x00\x88\xc3\x22\x00\xdd\xfb\x7f\xfe\xff\xff\xc3\x3f"
    "\x01\x10\x87\x05\x00\xba\xf7\xff\x03";

TEST(brotli)
{
    binary(BR, br_hello, 16);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "<p>hello</p>");
    binary("HTTP/1.1 200 OK\r\nContent-Encoding: x\r\n\r\n", br_hello, 16); /* not declared */
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_INT(body.n, 16);
    binary(BR, br_hello, 10);
    CHECK_INT(decode(1000), HTTP_PARTIAL);
    CHECK_SLICE(body, "<p>hell");
    binary(BR, "caf\xe9 au lait, in windows-1252", 29);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_INT(body.n, 29);
    binary(BR, "\x06 an empty stream, and then text", 33);
    CHECK_INT(decode(1000), HTTP_UNKNOWN);
    binary(BR, br_bomb, 54);
    CHECK_INT(decode(64 << 20), HTTP_DECODED);
    CHECK_INT(body.n, 64 << 20);
    CHECK_INT(decode((64 << 20) - 1), HTTP_TOO_LARGE);
    buf_free(&a);
    buf_free(&b);
    CHECK_INT(decode(1 << 20), HTTP_TOO_LARGE);
    CHECK(b.cap <= 2 << 20);
}

static size_t zstd_of(char *to, size_t room, const char *plain, size_t n, int window_log, bool sized)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();
    ZSTD_inBuffer in = {plain, n, 0};
    ZSTD_outBuffer out = {to, room, 0};
    ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
    if (sized) ZSTD_CCtx_setPledgedSrcSize(z, n);
    ZSTD_compressStream2(z, &out, &in, ZSTD_e_flush);
    CHECK_INT(ZSTD_compressStream2(z, &out, &in, ZSTD_e_end), 0);
    ZSTD_freeCCtx(z);
    return out.pos;
}

TEST(zstandard)
{
    static char z[4096], twice[8192];
    const char *head = "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n";
    size_t n = zstd_of(z, sizeof z, "<p>hello</p>", 12, 20, true);
    binary(head, z, n);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "<p>hello</p>");
    CHECK_INT(decode(11), HTTP_TOO_LARGE);
    binary("HTTP/1.1 200 OK\r\n\r\n", z, n); /* not declared */
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "<p>hello</p>");
    binary(head, z, n - 4); /* the checksum is cut */
    CHECK_INT(decode(1000), HTTP_PARTIAL);
    CHECK_SLICE(body, "<p>hello</p>");
    memcpy(twice, z, n);
    memcpy(twice + n, z, n);
    twice[2 * n] = '\r';
    twice[2 * n + 1] = '\n';
    binary(head, twice, 2 * n + 2); /* two frames, and a line end that a server put there */
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "<p>hello</p><p>hello</p>");
    n = zstd_of(z, sizeof z, "<p>hello</p>", 12, 27, false);
    binary(head, z, n);
    CHECK_INT(decode(1000), HTTP_DECODED);
    n = zstd_of(z, sizeof z, "<p>hello</p>", 12, 28, false);
    binary(head, z, n);
    CHECK_INT(decode(1000), HTTP_TOO_LARGE); /* a window of 256 MiB */
    binary(head, "\x28\xb5\x2f\xfd\xff\xff", 6);
    CHECK_INT(decode(1000), HTTP_DECODED); /* magic, and nothing behind it */
    CHECK_INT(body.n, 6);
}

TEST(several_layers)
{
    static char z[4096];
    message("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, zstd\r\n\r\n", br_hello, 16, IGZIP_GZIP, 0);
    size_t n = zstd_of(z, sizeof z, m.body.p, m.body.n, 20, true);
    binary("HTTP/1.1 200 OK\r\nContent-Encoding: br, gzip , zstd\r\n\r\n", z, n);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "<p>hello</p>");
    binary("HTTP/1.1 200 OK\r\nTransfer-Encoding: br, chunked\r\n\r\n", "10\r\n", 4);
    buf_put(&block, br_hello, 16);
    buf_puts(&block, "\r\n0\r\n\r\n");
    http_parse(&m, block.p, block.n);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "<p>hello</p>");
}

TEST(gzip_of_several_members)
{
    char one[200];
    message(GZIP, "hello", 5, IGZIP_GZIP, 0);
    size_t n = m.body.n;
    memcpy(one, m.body.p, n);
    message(GZIP, " world", 6, IGZIP_GZIP, 0);
    char two[400];
    memcpy(two, one, n);
    memcpy(two + n, m.body.p, m.body.n);
    two[n + m.body.n] = '\n';
    binary(GZIP, two, n + m.body.n + 1);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "hello world");
}

TEST(cut_bodies_give_what_they_hold)
{
    size_t n = 300000;
    char *plain = malloc(n);
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) plain[i] = (char)('a' + (x = x * 1103515245 + 12345) / 65536 % 26);
    for (size_t cut = 2; cut < 100000; cut = cut * 7) {
        message(GZIP, plain, n, IGZIP_GZIP, cut);
        CHECK_INT(decode(n), HTTP_PARTIAL);
        CHECK(body.n > n / 4 && memcmp(body.p, plain, body.n) == 0);
        CHECK(body.n <= n && (cut > 8 || body.n == n));
    }
    message(GZIP, plain, n, IGZIP_GZIP, 0);
    block.p[block.n - 20000] ^= 0x55;
    http_parse(&m, block.p, block.n);
    CHECK_INT(decode(n), HTTP_PARTIAL);
    CHECK(body.n > n / 2);
    free(plain);
}

TEST(bombs)
{
    size_t n = 50 << 20;
    char *plain = calloc(1, n);
    message(GZIP, plain, n, IGZIP_GZIP, 0);
    CHECK_INT(decode(n), HTTP_DECODED);
    CHECK_INT(body.n, n);
    CHECK_INT(decode(n - 1), HTTP_TOO_LARGE);
    buf_free(&a);
    buf_free(&b);
    CHECK_INT(decode(1 << 20), HTTP_TOO_LARGE);
    CHECK(b.cap <= 2 << 20);
    free(plain);
}

TEST(twice_compressed)
{
    message("HTTP/1.1 200 OK\r\n\r\n", "hello", 5, IGZIP_GZIP, 0);
    char once[200];
    size_t n = m.body.n;
    memcpy(once, m.body.p, n);
    message(GZIP, once, n, IGZIP_GZIP, 0);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_SLICE(body, "hello");
}

TEST(magic_with_nothing_behind_it)
{
    buf_clear(&block);
    buf_puts(&block, GZIP);
    buf_put(&block, "\x1f\x8b\x08", 3);
    http_parse(&m, block.p, block.n);
    CHECK_INT(decode(1000), HTTP_DECODED);
    CHECK_INT(body.n, 3);
    parse("HTTP/1.1 200 OK\r\n\r\n0123456789");
    CHECK_INT(decode(9), HTTP_TOO_LARGE);
}

int main(void)
{
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    buf_init(&block, BUF_NO_MAX);
    RUN(status_lines);
    RUN(chunks);
    RUN(chunks_that_are_none);
    RUN(compressed_bodies);
    RUN(declared_codings_that_are_not_there);
    RUN(unknown_codings);
    RUN(brotli);
    RUN(zstandard);
    RUN(several_layers);
    RUN(gzip_of_several_members);
    RUN(cut_bodies_give_what_they_hold);
    RUN(bombs);
    RUN(twice_compressed);
    RUN(magic_with_nothing_behind_it);
    buf_free(&a);
    buf_free(&b);
    buf_free(&block);
    return TEST_END();
}
