/* ARC's lines, their dates, and where records start. */
#include "ingest/read/arc.h"
#include "common/text.h"
#include "tests/unit/test.h"

static struct arc_line a;

static bool is(struct slice s, const char *z)
{
    return slice_is(s, z);
}

static bool parse(const char *z)
{
    return arc_parse(slice_str(z), &a);
}

TEST(lines)
{
    CHECK(parse("http://a/ 1.2.3.4 20140216050221 text/html 1591"));
    CHECK(is(a.url, "http://a/") && is(a.date, "20140216050221") && is(a.content_type, "text/html") &&
          is(a.length, "1591"));
    CHECK(parse("http://a/b c 5 ::1 2014021605 text/html 0\r"));
    CHECK(is(a.url, "http://a/b c 5") && is(a.date, "2014021605") && is(a.length, "0"));
    CHECK(parse("http://a/ 1.2.3.4 20140216050221 text/html 200 SUM http://b/ 12345678 a.arc 77"));
    CHECK(is(a.url, "http://a/") && is(a.content_type, "text/html") && is(a.length, "77"));
    CHECK(parse("http://a/ 1.2.3.4 20140216050221 text/html; charset=utf-8 77"));
    CHECK(is(a.content_type, "text/html; charset=utf-8"));
    CHECK(parse("http://a/ 1.2.3.4 20140216050221 77"));
    CHECK(a.content_type.n == 0 && is(a.length, "77"));
    CHECK(parse("http://a/ 1.2.3.4 null text/html abc"));
    CHECK(is(a.length, "abc"));
    CHECK(!parse(""));
    CHECK(!parse("http://a/"));
    CHECK(!parse("http://a/ 1.2.3.4 20140216050221"));           /* no length */
    CHECK(!parse("1.2.3.4 20140216050221 text/html 77"));        /* no URL */
    CHECK(!parse("http://a/ host 20140216050221 text/html 77")); /* no address */
    CHECK(!parse("http://a/ 1.2.3.4 2014 text/html 77"));        /* no date */
    CHECK(!parse("a sentence: 1.2.3.4 20140216050221 text 77")); /* no scheme */
}

static const char *iso(const char *digits)
{
    static char out[21];
    arc_date(slice_str(digits), out);
    return out;
}

TEST(dates)
{
    CHECK_STR(iso("20140216050221"), "2014-02-16T05:02:21Z");
    CHECK_STR(iso("2014021605"), "2014-02-16T05:00:00Z");
    CHECK_STR(iso("20140216"), "2014-02-16T00:00:00Z");
    CHECK_STR(iso("201402160502219"), "2014-02-16T05:02:21Z");
    CHECK_STR(iso("20141316050221"), "");
    CHECK_STR(iso("20140200050221"), "");
    CHECK_STR(iso("20140216990221"), "");
    CHECK_STR(iso("null"), "");
    CHECK_STR(iso(""), "");
}

TEST(starts)
{
    static const char text[] = "xx\nhttp://a/ 1.2.3.4 20140216050221 text/html 3\nabc\n";
    struct measured m;
    char copy[sizeof text];
    memcpy(copy, text, sizeof text);
    CHECK_INT(arc_dialect.find_start(text, 0, sizeof text - 1, true), 3);
    CHECK(arc_dialect.find_start(text, 3, sizeof text - 1, true) == WARC_NOWHERE);
    CHECK(!arc_dialect.starts(text + 3, 40)); /* the line does not end there */
    CHECK(warc_measure(&arc_dialect, copy + 3, sizeof text - 4, 100, &m));
    CHECK_INT(m.body_bytes, 3);
    CHECK_INT(m.all_bytes, sizeof text - 4);
    CHECK(!warc_measure(&arc_dialect, copy + 3, sizeof text - 4, 2, &m)); /* larger than --max-record */
    CHECK(!warc_measure(&arc_dialect, copy + 3, sizeof text - 6, 100, &m));
}

int main(void)
{
    RUN(lines);
    RUN(dates);
    RUN(starts);
    return TEST_END();
}
