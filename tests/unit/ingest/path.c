/* Names of entries: what is left of hostile ones, and code page 437 against iconv's. */
#include "ingest/read/path.h"
#include "tests/unit/test.h"
#include <iconv.h>

static struct buf got;

static const char *clean(const char *name)
{
    buf_clear(&got);
    CHECK_INT(path_clean(&got, slice_str(name), PATH_UNKNOWN), 0);
    buf_terminate(&got);
    return got.p;
}

TEST(hostile_names)
{
    CHECK_STR(clean("a/b.c"), "a/b.c");
    CHECK_STR(clean("../../etc/passwd"), "etc/passwd");
    CHECK_STR(clean("/etc/passwd"), "etc/passwd");
    CHECK_STR(clean("./a//b/./c/"), "a/b/c");
    CHECK_STR(clean("a/../../b"), "a/b");
    CHECK_STR(clean("C:\\Windows\\..\\x.txt"), "Windows/x.txt");
    CHECK_STR(clean("a\\b/c"), "a\\b/c");
    CHECK_STR(clean("\x01..\x02/.\x7f./x\x1b[1m"), "x[1m");
    CHECK_STR(clean("bad\xff.txt"), "bad\xef\xbf\xbd.txt");
    CHECK_STR(clean("\xc2\x85\xc3\xa9"), "\xc3\xa9");
    CHECK_STR(clean(".."), "");
    CHECK_STR(clean(""), "");
    CHECK_STR(clean("..."), "...");
}

TEST(long_names)
{
    char name[3 * PATH_BYTES + 1];
    for (size_t i = 0; i < sizeof name - 1; i += 3) {
        name[i] = '\xe2';
        name[i + 1] = '\x82';
        name[i + 2] = '\xac';
    }
    name[sizeof name - 1] = 0;
    clean(name);
    CHECK(got.n <= PATH_BYTES && got.n >= PATH_BYTES - 2 && got.n % 3 == 0);
}

TEST(code_page_437)
{
    char bytes[129], want[1024], *in = bytes, *out = want;
    size_t left = 128, room = sizeof want;
    for (int i = 0; i < 128; i++) bytes[i] = (char)(128 + i);
    iconv_t cd = iconv_open("UTF-8", "CP437");
    CHECK(cd != (iconv_t)-1 && iconv(cd, &in, &left, &out, &room) == 0);
    iconv_close(cd);
    buf_clear(&got);
    CHECK_INT(path_clean(&got, slice_of(bytes, 128), PATH_CP437), 0);
    CHECK(slice_eq(buf_slice(&got), slice_of(want, (size_t)(out - want))));
    buf_clear(&got);
    CHECK_INT(path_clean(&got, slice_str("\xc3\xbc.txt"), PATH_CP437), 0); /* UTF-8 all the same */
    CHECK(slice_is(buf_slice(&got), "\xc3\xbc.txt"));
}

TEST(endings)
{
    CHECK(slice_is(path_ending(slice_str("a.b/c.tar.GZ"), false), "GZ"));
    CHECK(slice_is(path_ending(slice_str("a.b/c.tex.gz"), true), "tex"));
    CHECK_INT(path_ending(slice_str("a.b/c"), true).n, 0);
    CHECK_INT(path_ending(slice_str(".hidden"), false).n, 0);
    CHECK(path_ending_in(slice_str("HTML"), " xhtml html "));
    CHECK(!path_ending_in(slice_str("htm"), " xhtml html "));
    CHECK(!path_ending_in(slice_str(""), " xhtml html "));
    CHECK(slice_is(path_base(slice_str("/a/b")), "b"));
    CHECK(slice_is(path_base(slice_str("b")), "b"));
    buf_clear(&got);
    path_without_codec(&got, slice_str("a/b.tex.gz"));
    path_without_codec(&got, slice_str("|c.tgz"));
    path_without_codec(&got, slice_str("|d.txt"));
    CHECK(slice_is(buf_slice(&got), "b.tex|c.tar|d.txt"));
}

int main(void)
{
    buf_init(&got, BUF_NO_MAX);
    RUN(hostile_names);
    RUN(long_names);
    RUN(code_page_437);
    RUN(endings);
    buf_free(&got);
    return TEST_END();
}
