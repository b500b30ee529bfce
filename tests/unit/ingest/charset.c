#include "ingest/charset.h"
#include "common/text.h"
#include "tests/unit/test.h"

static struct charset_decoder d;
static struct slice text;
static const char *name;
static struct err e;

static int decode_n(const char *p, size_t n, const char *label, bool html)
{
    err_clear(&e);
    int r = charset_decode(&d, slice_of(p, n), slice_str(label), html, &text, &name, &e);
    CHECK(utf8_valid_prefix(text.p, text.n) == text.n);
    return r;
}

static void expect(const char *bytes, const char *label, bool html, const char *want, const char *want_name)
{
    CHECK_INT(decode_n(bytes, strlen(bytes), label, html), 0);
    CHECK_SLICE(text, want);
    CHECK_STR(name, want_name);
}

TEST(valid_utf8_comes_before_declarations)
{
    expect("caf\xc3\xa9", "iso-8859-1", false, "café", "utf-8");
    expect("<meta charset=shift_jis>caf\xc3\xa9", "", true, "<meta charset=shift_jis>café", "utf-8");
    expect("plain", "koi8-r", false, "plain", "utf-8");
    expect("", "", true, "", "utf-8");
}

TEST(byte_order_marks_come_first)
{
    expect("\xef\xbb\xbf"
           "caf\xc3\xa9",
           "latin1", false, "café", "utf-8");
    expect("\xef\xbb\xbf"
           "caf\xe9!",
           "latin1", false, "caf\xef\xbf\xbd!", "utf-8");
    decode_n("\xff\xfeh\0i\0", 6, "utf-8", true);
    CHECK_SLICE(text, "hi");
    CHECK_STR(name, "utf-16le");
    decode_n("\xfe\xff\0h\0i\0", 7, "", false); /* half a character at the end */
    CHECK_SLICE(text, "hi\xef\xbf\xbd");
    decode_n("\xff\xfe\0\0h\0\0\0", 8, "", false);
    CHECK_SLICE(text, "h");
    decode_n("\0\0\xfe\xff\0\0\0h", 8, "", false);
    CHECK_SLICE(text, "h");
}

TEST(declared_by_http)
{
    expect("caf\xe9", "latin1", false, "café", "windows-1252");
    expect("\x93hi\x94 \x80", "ISO-8859-1", false, "“hi” €", "windows-1252");
    expect("\xcf\xf0\xe8\xe2\xe5\xf2", " Windows-1251 ", false, "Привет", "windows-1251");
    expect("\x93\xfa\x96{", "x-sjis", false, "日本", "shift_jis");
    expect("\xc6\xfc\xcb\xdc", "euc-jp", false, "日本", "euc-jp");
    expect("\xd6\xd0\xb9\xfa", "gb2312", false, "中国", "gbk");
    expect("\xa4\xa4\xb0\xea", "big5", false, "中國", "big5");
    expect("\xc7\xd1\xb1\xdb", "ks_c_5601-1987", false, "한글", "euc-kr");
    expect("\x1b$BF|K\\\x1b(B", "iso-2022-jp", false, "日本", "iso-2022-jp");
    expect("caf\xe9", "no-such-charset", false, "café", "windows-1252");
    expect("caf\xe9", "utf-16", false, "café", "windows-1252");
    decode_n("h\0i\0", 4, "utf-16", false);
    CHECK_SLICE(text, "hi");
    expect("caf\xe9 au lait", "utf-8", false, "café au lait", "windows-1252"); /* the declaration lies */
}

TEST(declared_by_meta)
{
    expect("<meta charset='windows-1251'>\xcf", "", true, "<meta charset='windows-1251'>П", "windows-1251");
    expect("<!-- <meta charset=koi8-r> --><META http-equiv=Content-Type content='text/html; "
           "charset=iso-8859-2'>\xb1",
           "", true,
           "<!-- <meta charset=koi8-r> --><META http-equiv=Content-Type content='text/html; "
           "charset=iso-8859-2'>ą",
           "iso-8859-2");
    expect("<meta charset=utf-16>\xe9", "", true, "<meta charset=utf-16>é", "windows-1252");
    expect("<meta charset=iso-8859-2>\xb1", "windows-1251", true, "<meta charset=iso-8859-2>±",
           "windows-1251");
    expect("<meta name=x content='charset=koi8-r'>\xe9", "", true, "<meta name=x content='charset=koi8-r'>é",
           "windows-1252");
    expect("<meta charset=iso-2022-jp>\x1b$BF|K\\\x1b(B", "", true, "<meta charset=iso-2022-jp>日本",
           "iso-2022-jp");
    expect("<meta charset=koi8-r>\xe9", "", false, "<meta charset=koi8-r>é", "windows-1252"); /* no page */
}

TEST(utf8_with_errors)
{
    expect("日本語日本語日本語日本語\xff!", "", false, "日本語日本語日本語日本語\xef\xbf\xbd!", "utf-8");
    expect("日本語日本語日本語日本語\xff!", "utf-8", false, "日本語日本語日本語日本語\xef\xbf\xbd!", "utf-8");
    expect("na\xc3\xafve caf\xc3", "latin1", false, "naïve caf\xef\xbf\xbd",
           "utf-8"); /* cut inside a character */
    expect("caf\xc3", "", false, "cafÃ", "windows-1252");
    expect("\x81\x8d a", "", false, "\xc2\x81\xc2\x8d a", "windows-1252");
}

TEST(bytes_that_mean_nothing)
{
    expect("\x82\xa0\xff\x82", "shift_jis", false, "あ\xef\xbf\xbd\xef\xbf\xbd", "shift_jis");
    expect("\xa4\xa4\xff!", "big5", false, "中\xef\xbf\xbd!", "big5");
}

/* Some encodings of iconv hold the last character back, for it may combine with the next. */
TEST(a_last_character_that_may_combine)
{
    expect("\xe0", "windows-1255", false, "א", "windows-1255");
    expect("a\xe9", "windows-1258", false, "aé", "windows-1258");
    expect("\x88\x66", "big5-hkscs", false, "Ê", "big5");
}

TEST(long_texts)
{
    size_t n = 300000;
    char *p = malloc(n);
    memset(p, 0xe9, n);
    decode_n(p, n, "", false);
    CHECK_INT(text.n, 2 * n);
    decode_n(p, n, "windows-1251", false);
    CHECK_INT(text.n, 2 * n);
    memset(p, 0xff, n);
    decode_n(p, n, "shift_jis", false);
    CHECK_INT(text.n, 3 * n);
    free(p);
}

TEST(every_label_and_encoding)
{
    static const char *const labels[] = {"866",         "latin2",      "l3",
                                         "l4",          "cyrillic",    "arabic",
                                         "greek",       "hebrew",      "logical",
                                         "l6",          "iso885913",   "iso885914",
                                         "l9",          "iso-8859-16", "koi",
                                         "koi8-ru",     "mac",         "tis-620",
                                         "cp1250",      "cp1251",      "cp1253",
                                         "latin5",      "cp1255",      "cp1256",
                                         "cp1257",      "cp1258",      "x-mac-ukrainian",
                                         "chinese",     "gb18030",     "cn-big5",
                                         "x-euc-jp",    "sjis",        "korean",
                                         "unicodefffe", "ucs-2",       "utf-32be",
                                         "utf-32",      "utf8",        "ascii"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        const struct charset *c = charset_find(slice_str(labels[i]));
        CHECK(c != NULL);
        if (c && c->iconv) {
            iconv_t cd = iconv_open("UTF-8", c->iconv);
            CHECK(cd != (iconv_t)-1);
            iconv_close(cd);
        }
    }
    CHECK(charset_find(slice_str("")) == NULL);
    CHECK(charset_find(slice_str("utf-8 utf8")) == NULL);
    CHECK(charset_find(slice_str("iso-2022-kr")) == NULL);
}

TEST(parameter)
{
    CHECK_SLICE(charset_parameter(slice_str("text/html; charset=utf-8")), "utf-8");
    CHECK_SLICE(charset_parameter(slice_str("text/html;CHARSET = \"x y\"")), "x");
    CHECK_SLICE(charset_parameter(slice_str("a; notcharset; charset='k'; b")), "k");
    CHECK_INT(charset_parameter(slice_str("text/html; charset")).n, 0);
    CHECK_INT(charset_parameter(slice_str("text/html; charset=")).n, 0);
    CHECK_INT(charset_parameter(slice_str("")).n, 0);
}

int main(void)
{
    charset_init(&d);
    RUN(valid_utf8_comes_before_declarations);
    RUN(byte_order_marks_come_first);
    RUN(declared_by_http);
    RUN(declared_by_meta);
    RUN(utf8_with_errors);
    RUN(bytes_that_mean_nothing);
    RUN(a_last_character_that_may_combine);
    RUN(long_texts);
    RUN(every_label_and_encoding);
    RUN(parameter);
    charset_free(&d);
    return TEST_END();
}
