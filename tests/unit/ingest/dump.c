#include "ingest/read/dump.h"
#include "common/text.h"
#include "ingest/read/xml.h"
#include "tests/unit/test.h"

static struct buf got;
static struct ledger led;
static struct err e;
static const char *path = "test.xml";

/* The records of a file with these bytes, each with '|' behind it. */
static const char *records(struct slice content, enum piece_kind kind, uint64_t max_record)
{
    struct window w;
    struct dump_reader r;
    struct buf in;
    struct piece piece;
    struct wiki_site *sites = NULL;
    int n;
    FILE *f = fopen(path, "wb");
    if (!f) exit(1);
    CHECK(fwrite(content.p, 1, content.n, f) == content.n);
    fclose(f);
    buf_clear(&got);
    ledger_reset(&led);
    buf_init(&in, BUF_NO_MAX);
    CHECK_INT(window_open(&w, path, &e), 0);
    CHECK_INT(window_fill(&w, 1, &e), 0);
    dump_start(&r, &w, path, kind, max_record, &sites);
    while ((n = dump_next(&r, &in, &piece, &led, &e)) > 0) {
        CHECK(memcmp(content.p + piece.offset, in.p + piece.body, piece.body_bytes) == 0);
        buf_put(&got, in.p + piece.body, piece.body_bytes);
        buf_putc(&got, '|');
        if (piece.site && piece.site->base[0]) buf_puts(&got, piece.site->base);
    }
    CHECK_INT(n, 0);
    buf_terminate(&got);
    window_close(&w);
    wiki_site_free(sites);
    buf_free(&in);
    unlink(path);
    return got.p;
}

static const char *pages(const char *z)
{
    return records(slice_str(z), PIECE_PAGE, 1000);
}

static const char *posts(const char *z)
{
    return records(slice_str(z), PIECE_POST, 1000);
}

#define HEAD "<mediawiki xml:lang=\"en\"><siteinfo><base>http://a/b</base></siteinfo>\n"

TEST(whole)
{
    CHECK_STR(pages(HEAD "<page>1</page>\n  <page><x>2</x></page>\n</mediawiki>"),
              "<page>1</page>|http://a/<page><x>2</x></page>|http://a/");
    CHECK(!led.truncated && led.damaged == 0);
    CHECK_STR(pages("<mediawiki><page>1</page></mediawiki>\n" HEAD "<page>2</page></mediawiki>"),
              "<page>1</page>|<page>2</page>|http://a/");
    CHECK(!led.truncated);
    CHECK_STR(pages("<page>a part, as an index cuts it</page>\n"),
              "<page>a part, as an index cuts it</page>|");
    CHECK(!led.truncated);
    CHECK_STR(pages(HEAD "</mediawiki>"), "");
    CHECK_STR(posts("<posts>\n<row Id=\"1\" />\n <row Id=\"2\"/><row Id=\"3\" B=\"a > b\"></row></posts>"),
              "<row Id=\"1\" />|<row Id=\"2\"/>|<row Id=\"3\" B=\"a > b\">|");
    CHECK(!led.truncated && led.damaged == 0);
}

TEST(cut)
{
    static const char whole[] = HEAD "<page>1</page><page>2</page>\n<page>3</page></mediawiki>\n";
    size_t root = strlen("<mediawiki "), end = strlen(whole) - strlen("</mediawiki>\n");
    for (size_t n = root; n < strlen(whole); n++) {
        const char *z = records(slice_of(whole, n), PIECE_PAGE, 1000);
        size_t want = 0;
        for (const char *p = whole; (p = strstr(p, "</page>")) && p + 7 <= whole + n; p++) want++;
        size_t have = 0;
        for (const char *p = z; (p = strchr(p, '|')); p++) have++;
        CHECK_INT(have, want);
        CHECK_INT(led.truncated, n < end + strlen("</mediawiki"));
        CHECK(led.damaged <= 1);
    }
    CHECK_STR(posts("<posts><row Id=\"1\" /><row Id=\"2"), "<row Id=\"1\" />|");
    CHECK(led.truncated && led.damaged == 1);
    CHECK_STR(posts("<posts><row Id=\"1\" />\n"), "<row Id=\"1\" />|");
    CHECK(led.truncated && led.damaged == 0);
}

TEST(damaged)
{
    CHECK_STR(pages(HEAD "<page>1<page>2</page></mediawiki>"), "<page>2</page>|http://a/");
    CHECK(led.damaged == 1 && led.in == 1 && led.destroyed_bytes == 7);
    CHECK_STR(pages(HEAD "<page>1</page>garb<age</page><page>2</page></mediawiki>"),
              "<page>1</page>|http://a/<page>2</page>|http://a/");
    CHECK_STR(posts("<posts><row a=\"1\"<row a=\"2\"/></posts>"), "<row a=\"2\"/>|");
    CHECK_INT(led.damaged, 1);
}

TEST(too_long)
{
    static char big[1 << 20];
    struct buf in;
    memset(big, 'x', sizeof big);
    buf_init(&in, BUF_NO_MAX);
    for (int kind = PIECE_PAGE; kind <= PIECE_POST; kind++) {
        bool page = kind == PIECE_PAGE;
        const char *small = page ? "<page>1</page>" : "<row a=\"1\"/>";
        buf_clear(&in);
        buf_puts(&in, page ? "<mediawiki>" : "<posts>");
        buf_puts(&in, small);
        buf_puts(&in, page ? "<page>" : "<row a=\"");
        buf_put(&in, big, sizeof big);
        buf_puts(&in, page ? "<a>b</a></page>" : "\"/>");
        buf_puts(&in, small);
        buf_puts(&in, page ? "</mediawiki>" : "</posts>");
        const char *z = records(buf_slice(&in), (enum piece_kind)kind, 100000);
        CHECK_INT(strlen(z), 2 * (strlen(small) + 1));
        CHECK(led.damaged == 1 && !led.truncated && led.destroyed_bytes >= sizeof big);
    }
    buf_free(&in);
}

TEST(recognised)
{
    CHECK(dump_recognise(slice_str(HEAD), PIECE_PAGE));
    CHECK(!dump_recognise(slice_str(HEAD), PIECE_POST));
    CHECK(dump_recognise(slice_str("\xef\xbb\xbf<?xml version=\"1.0\"?>\n<posts>\n<row"), PIECE_POST));
    CHECK(!dump_recognise(slice_str("<postscript>"), PIECE_POST));
    CHECK(!dump_recognise(slice_str("<?xml version=\"1.0\"?><html>"), PIECE_PAGE));
    CHECK(!dump_recognise(slice_str(""), PIECE_PAGE));
}

TEST(xml)
{
    struct slice s = slice_str("<a><b c=\"1\" d='2>' e = \"\">x</b><n/><m></m><id>7</id></a>");
    CHECK_SLICE(xml_element(s, "id"), "7");
    CHECK_SLICE(xml_element(s, "n"), "");
    CHECK_SLICE(xml_element(s, "m"), "");
    CHECK_SLICE(xml_element(s, "i"), "");
    CHECK_SLICE(xml_attribute(slice_str("<row Id=\"1\" B='a=\"b\"' Cd = \"x\" E=5 F=\"y\""), "Id"), "1");
    CHECK_SLICE(xml_attribute(slice_str("<row Id=\"1\" B='a=\"b\"' Cd = \"x\" E=5 F=\"y\""), "B"), "a=\"b\"");
    CHECK_SLICE(xml_attribute(slice_str("<row Id=\"1\" B='a=\"b\"' Cd = \"x\" E=5 F=\"y\""), "Cd"), "x");
    CHECK_SLICE(xml_attribute(slice_str("<row Id=\"1\" B='a=\"b\"' Cd = \"x\" E=5 F=\"y\""), "F"), "y");
    CHECK_SLICE(xml_attribute(slice_str("<row Id=\"1"), "Id"), "");
    CHECK_SLICE(xml_attribute(slice_str("= =\"x\" =="), "Id"), "");
}

int main(void)
{
    buf_init(&got, BUF_NO_MAX);
    ledger_init(&led);
    RUN(whole);
    RUN(cut);
    RUN(damaged);
    RUN(too_long);
    RUN(recognised);
    RUN(xml);
    buf_free(&got);
    ledger_free(&led);
    return TEST_END();
}
