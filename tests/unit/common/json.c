/* json.h and json_text.h: reading whole files, writing, and JSON at the level of bytes. */
#include "common/json.h"
#include "common/json_text.h"
#include "common/stream.h"
#include "tests/unit/test.h"

static struct json_file *parse(const char *z)
{
    struct json_file *f;
    struct err e = {0};
    return json_parse(&f, "case", slice_str(z), &e) == 0 ? f : NULL;
}

/* ------------------------------------------------------------------ reading */

TEST(types)
{
    static const struct {
        const char *text;
        enum json_type type;
    } cases[] = {{"null", JSON_NULL},
                 {"true", JSON_BOOL},
                 {"-7", JSON_INT},
                 {"18446744073709551615", JSON_INT},
                 {"1.5", JSON_NUM},
                 {"1e3", JSON_NUM},
                 {"\"s\"", JSON_STR},
                 {"[]", JSON_ARRAY},
                 {" {\"a\" : 1} ", JSON_OBJECT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_file *f = parse(cases[i].text);
        CHECK(f != NULL);
        if (f) CHECK_INT(json_type(json_root(f)), cases[i].type);
        json_free(f);
    }
    struct json none = {0};
    CHECK_INT(json_type(none), JSON_NONE);
}

TEST(values)
{
    struct json_file *f =
        parse("{\"i\":-5,\"u\":18446744073709551615,\"d\":0.1,\"s\":\"a\\u00e9\\u0000z\",\"b\":true,"
              "\"n\":null,\"a\":[1,[2],{\"x\":3}],\"i\":6}");
    struct json root = json_root(f);
    int64_t i = 0;
    uint64_t u = 0;
    double d = 0;
    bool b = false;
    struct slice s = {0};
    CHECK(json_int(json_get(root, "i"), &i) && i == -5);
    CHECK(!json_uint(json_get(root, "i"), &u));
    CHECK(json_uint(json_get(root, "u"), &u) && u == UINT64_MAX);
    CHECK(!json_int(json_get(root, "u"), &i));
    CHECK(json_num(json_get(root, "d"), &d) && d == 0.1);
    CHECK(!json_int(json_get(root, "d"), &i) && !json_uint(json_get(root, "d"), &u));
    CHECK(json_num(json_get(root, "i"), &d) && d == -5);
    CHECK(json_num(json_get(root, "u"), &d) && d == 18446744073709551615.0);
    CHECK(json_bool(json_get(root, "b"), &b) && b);
    CHECK(!json_bool(json_get(root, "n"), &b) && !json_num(json_get(root, "s"), &d));
    CHECK(json_str(json_get(root, "s"), &s));
    CHECK_MEM(s.p, s.n, "a\xc3\xa9\0z", 5);
    CHECK(!json_str(json_get(root, "i"), &s));
    CHECK(json_has(root, "n") && !json_has(root, "N") && !json_has(json_get(root, "a"), "x"));
    CHECK_INT(json_type(json_get(json_get(root, "missing"), "x")), JSON_NONE);
    CHECK_INT(json_size(root), 8);
    CHECK_INT(json_size(json_get(root, "a")), 3);
    CHECK_INT(json_size(json_get(root, "i")), 0);
    json_free(f);
}

TEST(iteration)
{
    struct json_file *f = parse("{\"b\":[10,{\"k\":[]},30],\"\":{},\"a\\n\":\"z\"}");
    char seen[64] = "";
    for (struct json_iter i = json_iter(json_root(f)); json_next(&i);) {
        strncat(seen, i.key.p, i.key.n);
        strcat(seen, "|");
        for (struct json_iter k = json_iter(i.value); json_next(&k);) {
            int64_t v = -1;
            json_int(k.value, &v);
            sprintf(seen + strlen(seen), "%d,", (int)v);
        }
    }
    CHECK_STR(seen, "b|10,-1,30,|a\n|");
    struct json none = {0};
    struct json_iter i = json_iter(none);
    CHECK(!json_next(&i));
    json_free(f);
}

TEST(bad_files)
{
    static const char *const bad[] = {"", "{", "[1,]", "{\"a\":1,}", "nul", "\"\xff\"", "1 2", "[\"\\x\"]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct json_file *f;
        struct err e = {0};
        CHECK_INT(json_parse(&f, "some.json", slice_str(bad[i]), &e), -ERR_DATA);
        CHECK(f == NULL && strstr(e.msg, "some.json: ") != NULL);
    }
}

TEST(load)
{
    struct json_file *f;
    struct err e = {0};
    char path[] = "/tmp/leat-json-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, "{\"x\":[1,2,3]}\n", 14) == 14);
    close(fd);
    CHECK_INT(json_load(&f, path, 1000, &e), 0);
    if (f) CHECK_INT(json_size(json_get(json_root(f), "x")), 3);
    json_free(f);
    CHECK(json_load(&f, path, 5, &e) < 0);
    CHECK(f == NULL);
    unlink(path);
    err_clear(&e);
    CHECK_INT(json_load(&f, path, 1000, &e), -ERR_IO);
    json_free(NULL);
}

/* ------------------------------------------------------------------ writing */

TEST(put_str)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int c = 0; c < 256; c++) { /* each byte at each place of a 16-byte step and its tail */
        for (size_t at = 0; at < 37; at++) {
            char text[37], want[64], escape[8];
            memset(text, 'x', sizeof text);
            text[at] = (char)c;
            buf_clear(&b);
            json_put_str(&b, slice_of(text, sizeof text));
            const char *name = c == '"'    ? "\\\""
                               : c == '\\' ? "\\\\"
                               : c == '\n' ? "\\n"
                               : c == '\r' ? "\\r"
                                           : NULL;
            if (c == '\t') name = "\\t";
            if (c == '\b') name = "\\b";
            if (c == '\f') name = "\\f";
            if (!name && c < 0x20) {
                snprintf(escape, sizeof escape, "\\u%04x", c);
                name = escape;
            }
            size_t n = name ? strlen(name) : 1;
            memset(want, 'x', sizeof want);
            want[0] = '"';
            for (size_t i = 0; i < n; i++) want[1 + at + i] = name ? name[i] : text[at];
            want[1 + 36 + n] = '"';
            CHECK_MEM(b.p, b.n, want, 36 + n + 2);
            if (test_failed_here) return;
        }
    }
    buf_clear(&b);
    json_put_str(&b, slice_of(NULL, 0));
    CHECK_SLICE(buf_slice(&b), "\"\"");
    buf_free(&b);
    buf_init(&b, 3);
    CHECK(json_put_str(&b, slice_str("abc")) < 0 && b.failed);
    buf_free(&b);
}

static void check_num(double v, const char *want)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    json_put_num(&b, v);
    CHECK_SLICE(buf_slice(&b), want);
    buf_free(&b);
}

TEST(put_num)
{
    check_num(0.1, "0.1");
    check_num(1.0 / 3, "0.3333333333333333");
    check_num(5, "5");
    check_num(-0.0, "-0");
    check_num(1e300, "1e+300");
    check_num(0.1 + 0.2, "0.30000000000000004");
    check_num(123456789012345678.0, "1.2345678901234568e+17");
    check_num(NAN, "null");
    check_num(-INFINITY, "null");
}

TEST(put_num_reads_back)
{
    uint64_t state = 1;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 20000; i++) {
        double v;
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        uint64_t bits = state ^ state >> 29;
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v)) continue;
        buf_clear(&b);
        json_put_num(&b, v);
        buf_terminate(&b);
        CHECK(strtod(b.p, NULL) == v && json_number_length(b.p, b.n) == b.n);
    }
    buf_free(&b);
}

/* ------------------------------------------------------------------ bytes */

TEST(numbers)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {{"0", 1},       {"-0", 2},  {"01", 1},       {"-", 0},      {"", 0},    {"+1", 0},
                 {".5", 0},      {"1.", 1},  {"1.5", 3},      {"1.5.2", 3},  {"1e5", 3}, {"1E+05", 5},
                 {"1e", 1},      {"1e-", 1}, {"-1.0e-2x", 7}, {"12345,", 5}, {"0x1", 1}, {"1.e5", 1},
                 {"9e99999", 7}, {"- 1", 0}, {"-a", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_INT(json_number_length(cases[i].text, strlen(cases[i].text)), cases[i].length);
    CHECK_INT(json_number_length("123", 2), 2);
    CHECK_INT(json_number_length("1e12", 2), 1);
}

static void check_unescape(const char *escaped, const char *want, size_t n)
{
    char out[64];
    size_t length = strlen(escaped);
    CHECK_INT(json_escapes_check(escaped, length), length);
    int64_t got = json_unescape(out, escaped, length);
    CHECK_INT(got, (int64_t)n);
    if (got >= 0) CHECK_MEM(out, (size_t)got, want, n);
}

TEST(unescape)
{
    check_unescape("", "", 0);
    check_unescape("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8);
    check_unescape("a\\u0041\\u00e9\\u20AC\\u0000", "aA\xc3\xa9\xe2\x82\xac\0", 8);
    check_unescape("\\ud83d\\ude00\\uDBFF\\uDFFF\\ud800\\udc00",
                   "\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xf0\x90\x80\x80", 12);
    check_unescape("0123456789abcde\\n0123456789abcdef\\\\", "0123456789abcde\n0123456789abcdef\\", 33);
    check_unescape("\\ud7ff\\ue000", "\xed\x9f\xbf\xee\x80\x80", 6);
}

TEST(unescape_rejects)
{
    static const struct {
        const char *text;
        size_t at;
        bool json; /* a lone surrogate is JSON all the same */
    } cases[] = {{"\\x", 0, false},       {"ab\\", 2, false},
                 {"\\u12", 0, false},     {"\\u12g4", 0, false},
                 {"a\\ud800", 1, true},   {"\\ud800x", 0, true},
                 {"\\udc00", 0, true},    {"\\ud800\\ud800", 0, true},
                 {"\\ud800\\n", 0, true}, {"\\n\\ud83d\\u0041", 2, true},
                 {"\\U0041", 0, false},   {"\\ud800\\u12", 6, false},
                 {"\\'", 0, false},       {"\\u 041", 0, false},
                 {"\\u+041", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[64];
        size_t n = strlen(cases[i].text);
        CHECK_INT(json_escapes_check(cases[i].text, n), cases[i].json ? n : cases[i].at);
        CHECK(json_unescape(out, cases[i].text, n) < 0);
        if (cases[i].json) CHECK_INT(json_unescape(out, cases[i].text, n), -1 - (int64_t)cases[i].at);
    }
}

TEST(members)
{
    struct slice at = slice_str(
        "{ \"a\" : \"}\\\"\" ,\"b\\\\\":[1,{\"x\":\"]\"},2] , \"\":{}\t,\"n\":-1.5e3 , \"t\":true}");
    char seen[200] = "";
    struct slice key, value;
    while (json_member_next(&at, &key, &value))
        sprintf(seen + strlen(seen), "<%.*s=%.*s>", (int)key.n, key.p, (int)value.n, value.p);
    CHECK_STR(seen, "<a=\"}\\\"\"><b\\\\=[1,{\"x\":\"]\"},2]><={}><n=-1.5e3><t=true>");
    at = slice_str("{ }");
    CHECK(!json_member_next(&at, &key, &value));
    at = slice_of("", 0);
    CHECK(!json_member_next(&at, &key, &value));
}

TEST(keys)
{
    CHECK(json_key_is(slice_str("url"), slice_str("url")));
    CHECK(json_key_is(slice_str("u\\u0072l"), slice_str("url")));
    CHECK(json_key_is(slice_str("\\ud83d\\ude00\\n"), slice_str("\xf0\x9f\x98\x80\n")));
    CHECK(!json_key_is(slice_str("u\\u0072"), slice_str("url")));
    CHECK(!json_key_is(slice_str("\\u0075rls"), slice_str("url")));
    CHECK(!json_key_is(slice_str("\\ud800"), slice_str("url")));
    CHECK(!json_key_is(slice_str("urx"), slice_str("url")));
}

int main(void)
{
    RUN(types);
    RUN(values);
    RUN(iteration);
    RUN(bad_files);
    RUN(load);
    RUN(put_str);
    RUN(put_num);
    RUN(put_num_reads_back);
    RUN(numbers);
    RUN(unescape);
    RUN(unescape_rejects);
    RUN(members);
    RUN(keys);
    return TEST_END();
}
