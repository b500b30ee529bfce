#include "ingest/charset/charset.h"
#include "common/hash.h"
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
    expect("caf\xe9", "x-user-defined", false, "café", "windows-1252");
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
    decode_n(p, n, "shift_jis", false); /* nothing of it is */
    CHECK_INT(text.n, 2 * n);
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
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        CHECK(charset_find(slice_str(labels[i])) != NULL);
    CHECK(charset_find(slice_str("")) == NULL);
    CHECK(charset_find(slice_str("utf-8 utf8")) == NULL);
    CHECK(charset_find(slice_str("iso-2022-kr")) == NULL);
    CHECK_STR(charset_find(slice_str("x-user-defined"))->name, "windows-1252");
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

/* ---- the decoders, against XXH3 of what a slow program makes of the indexes of the Encoding Standard: each sequence is decoded
 * by itself, and a newline put behind it */

static struct buf all, one;

static void decode_one(const char *encoding, const uint8_t *bytes, size_t n)
{
    buf_clear(&one);
    charset_convert(charset_find(slice_str(encoding)), slice_of((const char *)bytes, n), &one);
    buf_put_slice(&all, buf_slice(&one));
    buf_putc(&all, '\n');
}

static void pairs(const char *encoding, unsigned first, unsigned last, bool digits, bool third)
{
    for (unsigned lead = first; lead <= last; lead++) {
        for (unsigned trail = 0; trail < 256; trail++) {
            uint8_t bytes[3] = {0x8f, (uint8_t)lead, (uint8_t)trail};
            if (digits || trail < '0' || trail > '9') decode_one(encoding, bytes + !third, 2 + third);
        }
    }
}

static void four(unsigned from, unsigned to)
{
    for (unsigned p = from; p < to; p++) {
        uint8_t bytes[4] = {(uint8_t)(0x81 + p / 12600), (uint8_t)(0x30 + p / 1260 % 10),
                            (uint8_t)(0x81 + p / 10 % 126), (uint8_t)(0x30 + p % 10)};
        decode_one("gb18030", bytes, 4);
    }
}

static void hash_is(uint64_t want)
{
    CHECK(hash64(all.p, all.n) == want);
    buf_clear(&all);
}

TEST(decoders_are_the_standards)
{
    static const char *const singles[] = {
        "ibm866",       "iso-8859-2",   "iso-8859-3",    "iso-8859-4",   "iso-8859-5",   "iso-8859-6",
        "iso-8859-7",   "iso-8859-8",   "iso-8859-10",   "iso-8859-13",  "iso-8859-14",  "iso-8859-15",
        "iso-8859-16",  "koi8-r",       "koi8-u",        "macintosh",    "windows-874",  "windows-1250",
        "windows-1251", "windows-1252", "windows-1253",  "windows-1254", "windows-1255", "windows-1256",
        "windows-1257", "windows-1258", "x-mac-cyrillic"};
    buf_init(&all, BUF_NO_MAX);
    buf_init(&one, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        for (unsigned b = 0x80; b < 256; b++) decode_one(singles[i], (const uint8_t[]){(uint8_t)b}, 1);
    hash_is(0xb72e6ce60d90ea23);
    pairs("euc-kr", 0x81, 0xfe, true, false);
    hash_is(0xfef377712ea4a596);
    pairs("big5", 0x81, 0xfe, true, false);
    hash_is(0xde39eed1853c6023);
    pairs("gbk", 0x81, 0xfe, false, false);
    hash_is(0xcb6ed55b895816fc);
    pairs("shift_jis", 0x81, 0x9f, true, false);
    pairs("shift_jis", 0xe0, 0xfc, true, false);
    hash_is(0x0740fd379071ec7a);
    pairs("euc-jp", 0xa1, 0xfe, true, false);
    hash_is(0x08427ff3229ba94c);
    pairs("euc-jp", 0xa1, 0xfe, true, true);
    hash_is(0xbaea97ce94171eb7);
    four(0, 40000);
    four(188990, 200000);
    four(1237000, 1238000);
    hash_is(0x3cf1141d24aeb2b0);
    buf_free(&all);
    buf_free(&one);
}

static void decodes(const char *encoding, const char *bytes, size_t n, const char *want, int64_t errors)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    CHECK_INT(charset_convert(charset_find(slice_str(encoding)), slice_of(bytes, n), &out), errors);
    CHECK_SLICE(buf_slice(&out), want);
    buf_free(&out);
}
#define FFFD "\xef\xbf\xbd"

TEST(errors_of_decoders)
{
    decodes("shift_jis", "\x81", 1, FFFD, 1);
    decodes("shift_jis", "\x81<b>\x80\xb1\xa0", 7, FFFD "<b>\xc2\x80ｱ" FFFD, 2); /* markup is not eaten */
    decodes("shift_jis", "\xfc\xfc!", 3, FFFD "!", 1);
    decodes("gb18030", "\x80\x81\x30", 3, "€" FFFD, 1);
    decodes("gb18030", "\x81\x30\x81", 3, FFFD, 1);
    decodes("gb18030", "\x81\x30\x81<", 4, FFFD "0" FFFD "<", 2);
    decodes("gb18030", "\x81\x30!", 3, FFFD "0!", 1);
    decodes("gb18030", "\xff\x90\x30\x81\x30", 5, FFFD "\xf0\x90\x80\x80", 1);
    decodes("euc-jp", "\x8e\xb1\x8e\xe0\x8f", 5, "ｱ" FFFD FFFD, 2);
    decodes("euc-jp", "\x8f\xa1\xa1z\x8f\xa1z", 7, FFFD "z" FFFD "z", 2);
    decodes("iso-2022-jp", "\x1b$B$\x22\x1b(B\x1b(J\\~\x1b(I1", 17, "あ" FFFD "¥‾ｱ", 1);
    decodes("iso-2022-jp", "\x1b$B$", 4, FFFD, 1);
    decodes("iso-2022-jp", "\x1bx\x8e\x0e", 4, FFFD "x" FFFD FFFD, 3);
    decodes("utf-16le", "\x3d\xd8\x00\xdeh\0\x00\xdex", 9, "😀h" FFFD FFFD, 2);
    decodes("utf-16be", "\xd8\x3d\xd8\x3d\xde\x00", 6, FFFD "😀", 1);
    decodes("utf-32be", "\0\x01\xf6\0\0\x11\0\0\0\0\xd8\0\0", 13, "😀" FFFD FFFD FFFD, 3);
    decodes("windows-1252", "\x81\x80", 2, "\xc2\x81€", 1);
}

TEST(the_parts_of_a_long_text_meet)
{
    struct buf out, want;
    size_t n = 200001;
    char *p = malloc(n);
    buf_init(&out, BUF_NO_MAX);
    buf_init(&want, BUF_NO_MAX);
    for (size_t shift = 0; shift < 3; shift++) {
        for (size_t i = 0; i < n; i++) p[i] = i < shift ? 'x' : "\x8f\xb0\xa1"[(i - shift) % 3];
        buf_clear(&out);
        buf_clear(&want);
        buf_put(&want, "xxx", shift);
        for (size_t i = shift; i < n; i += 3) buf_puts(&want, n - i >= 3 ? "丂" : FFFD);
        CHECK_INT(charset_convert(charset_find(slice_str("euc-jp")), slice_of(p, n), &out), shift > 0);
        CHECK(slice_eq(buf_slice(&out), buf_slice(&want)));
    }
    free(p);
    buf_free(&out);
    buf_free(&want);
}

/* ---- which encoding */

TEST(declared_by_xml)
{
    expect("<?xml version='1.0' encoding='koi8-r'?>\xc1", "", true,
           "<?xml version='1.0' encoding='koi8-r'?>а", "koi8-r");
    expect("<?xml encoding=\"iso-8859-2\"?><meta charset=koi8-r>\xc1", "", true,
           "<?xml encoding=\"iso-8859-2\"?><meta charset=koi8-r>а", "koi8-r");
    CHECK(charset_of_xml(slice_str(" <?xml encoding='koi8-r'?>")) == NULL);
    CHECK(charset_of_xml(slice_str("<?xml encoding='koi8-r'")) == NULL);
    CHECK(charset_of_xml(slice_str("<?xml encoding=koi8-r?>")) == NULL);
    CHECK_STR(charset_of_xml(slice_str("<?xml encoding = 'UTF-16'?>"))->name, "utf-8");
}

TEST(meta_by_the_standards_algorithm)
{
    static const struct {
        const char *page, *want;
    } cases[] = {{"<meta charset=koi8-r>", "koi8-r"},
                 {"<META\tCHARSET = 'Latin2' />", "iso-8859-2"},
                 {"<meta/charset=koi8-r>", "koi8-r"},
                 {"<metax charset=koi8-r>", NULL},
                 {"<meta charset=none><meta charset=koi8-r>", "koi8-r"},
                 {"<!-- <meta charset=big5> --><meta charset=koi8-r>", "koi8-r"},
                 {"<!--><meta charset=koi8-r>", "koi8-r"},
                 {"<!-- <meta charset=koi8-r>", NULL},
                 {"<script>'<meta charset=koi8-r>'</script>", "koi8-r"},
                 {"<a title='<meta charset=big5>'><meta charset=koi8-r>", "koi8-r"},
                 {"<meta content='a; charset=koi8-r' http-equiv=content-type>", "koi8-r"},
                 {"<meta content='a; charset=koi8-r'>", NULL},
                 {"<meta http-equiv=refresh content='a; charset=koi8-r'>", NULL},
                 {"<meta http-equiv=content-type content='charsetcharset = \"koi8-r\"'>", "koi8-r"},
                 {"<meta http-equiv=content-type content='charset=\"koi8-r'>", NULL},
                 {"<meta charset=koi8-r content='charset=big5' http-equiv=content-type>", "koi8-r"},
                 {"<meta charset=big5 charset=koi8-r>", "big5"},
                 {"<meta charset=utf-16le>", "utf-8"},
                 {"<meta charset=\"koi8-r", NULL},
                 {"<meta", NULL},
                 {"<meta ", NULL},
                 {"<", NULL},
                 {"</meta charset=koi8-r><? <meta charset=big5> ?><meta charset=koi8-u>", "koi8-u"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct charset *c = charset_of_meta(slice_str(cases[i].page));
        CHECK_STR(c ? c->name : "-", cases[i].want ? cases[i].want : "-");
    }
}

TEST(declarations_that_the_bytes_contradict)
{
    const char *russian =
        "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? \xd5\xee\xf0\xee\xf8\xee, "
        "\xf1\xef\xe0\xf1\xe8\xe1\xee.";
    expect(russian, "euc-jp", false, "Привет, как дела? Хорошо, спасибо.", "windows-1251");
    expect("<meta charset=windows-1251>\xc1\xe0\xf8\xed\xff! \xc1\xe0\xf8\xed\xff! \xc1\xe0\xf8\xed\xff!",
           "shift_jis", true, "<meta charset=windows-1251>Башня! Башня! Башня!", "windows-1251");
    /* few errors, but another encoding has none */
    expect("\x83\x81\x83\x8d\x83\x58\x82\xcd\x8c\x83\x93\x7b\x82\xb5\x82\xbd\x81\x42\x83\x81\x83\x8d\x83\x58"
           "\x82\xcd\x8c\x83\x93\x7b"
           "\x82\xb5\x82\xbd\x81\x42",
           "windows-1252", false, "メロスは激怒した。メロスは激怒した。", "shift_jis");
    /* a damaged text is believed all the same */
    expect("\xa4\xb3\xa4\xec\xa4\xcf\xff\xa4\xb3\xa4\xec\xa4\xcf", "euc-jp", false, "これは" FFFD "これは",
           "euc-jp");
}

TEST(guessed)
{
    expect("\x83\x81\x83\x8d\x83\x58\x82\xcd\x8c\x83\x93\x7b\x82\xb5\x82\xbd\x81\x42", "", false,
           "メロスは激怒した。", "shift_jis");
    expect("\xf4\xc5\xcb\xd3\xd4 \xce\xc1 \xd2\xd5\xd3\xd3\xcb\xcf\xcd \xd1\xda\xd9\xcb\xc5", "", false,
           "Текст на русском языке", "koi8-r");
    expect("\x1b$BF|K\\\x1b(B", "", false, "日本", "iso-2022-jp");
    decode_n("<\0p\0>\0h\0e\0l\0l\0o\0", 16, "", true);
    CHECK_SLICE(text, "<p>hello");
    decode_n("\0<\0p\0>\0h\0e\0l\0l\0o", 16, "", true);
    CHECK_SLICE(text, "<p>hello");
}

int main(void)
{
    charset_init(&d);
    RUN(decoders_are_the_standards);
    RUN(errors_of_decoders);
    RUN(the_parts_of_a_long_text_meet);
    RUN(declared_by_xml);
    RUN(meta_by_the_standards_algorithm);
    RUN(declarations_that_the_bytes_contradict);
    RUN(guessed);
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
