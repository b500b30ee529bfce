/* The examples of RFC 3986, 5.4.1 and 5.4.2 (strict). */
#include "ingest/urlref.h"
#include "tests/unit/test.h"

static struct buf out;

static const char *resolve(const char *base, const char *reference)
{
    buf_clear(&out);
    int r = url_resolve(&out, slice_str(base), slice_str(reference));
    buf_terminate(&out);
    return r == 0 ? out.p : "none";
}

TEST(examples_of_the_rfc)
{
    static const char *const examples[][2] = {{"g:h", "g:h"},
                                              {"g", "http://a/b/c/g"},
                                              {"./g", "http://a/b/c/g"},
                                              {"g/", "http://a/b/c/g/"},
                                              {"/g", "http://a/g"},
                                              {"//g", "http://g"},
                                              {"?y", "http://a/b/c/d;p?y"},
                                              {"g?y", "http://a/b/c/g?y"},
                                              {"#s", "http://a/b/c/d;p?q#s"},
                                              {"g#s", "http://a/b/c/g#s"},
                                              {"g?y#s", "http://a/b/c/g?y#s"},
                                              {";x", "http://a/b/c/;x"},
                                              {"g;x", "http://a/b/c/g;x"},
                                              {"g;x?y#s", "http://a/b/c/g;x?y#s"},
                                              {"", "http://a/b/c/d;p?q"},
                                              {".", "http://a/b/c/"},
                                              {"./", "http://a/b/c/"},
                                              {"..", "http://a/b/"},
                                              {"../", "http://a/b/"},
                                              {"../g", "http://a/b/g"},
                                              {"../..", "http://a/"},
                                              {"../../", "http://a/"},
                                              {"../../g", "http://a/g"},
                                              {"../../../g", "http://a/g"},
                                              {"../../../../g", "http://a/g"},
                                              {"/./g", "http://a/g"},
                                              {"/../g", "http://a/g"},
                                              {"g.", "http://a/b/c/g."},
                                              {".g", "http://a/b/c/.g"},
                                              {"g..", "http://a/b/c/g.."},
                                              {"..g", "http://a/b/c/..g"},
                                              {"./../g", "http://a/b/g"},
                                              {"./g/.", "http://a/b/c/g/"},
                                              {"g/./h", "http://a/b/c/g/h"},
                                              {"g/../h", "http://a/b/c/h"},
                                              {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
                                              {"g;x=1/../y", "http://a/b/c/y"},
                                              {"g?y/./x", "http://a/b/c/g?y/./x"},
                                              {"g?y/../x", "http://a/b/c/g?y/../x"},
                                              {"g#s/./x", "http://a/b/c/g#s/./x"},
                                              {"g#s/../x", "http://a/b/c/g#s/../x"},
                                              {"http:g", "http:g"}};
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        CHECK_STR(resolve("http://a/b/c/d;p?q", examples[i][0]), examples[i][1]);
}

TEST(bases)
{
    CHECK_STR(resolve("http://a", "g"), "http://a/g");
    CHECK_STR(resolve("http://a?x", "g"), "http://a/g");
    CHECK_STR(resolve("http://a/b//c", "../g"), "http://a/b/g");
    CHECK_STR(resolve("", "g"), "none");
    CHECK_STR(resolve("", "https://x/../y"), "https://x/y");
    CHECK_STR(resolve("mailto:a@b", "../../g"), "mailto:g");
}

TEST(web)
{
    CHECK(url_is_web(slice_str("HTTPS://a")));
    CHECK(!url_is_web(slice_str("http:a")));
    CHECK(!url_is_web(slice_str("http:///a")));
    CHECK(!url_is_web(slice_str("ftp://a/")));
    CHECK(!url_is_web(slice_str("/a")));
}

int main(void)
{
    buf_init(&out, BUF_NO_MAX);
    RUN(examples_of_the_rfc);
    RUN(bases);
    RUN(web);
    buf_free(&out);
    return TEST_END();
}
