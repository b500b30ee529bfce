/* The whole table is compared with Python's html.unescape in tests/cli/ingest/entities.sh. */
#include "ingest/html/entities.h"
#include "tests/unit/test.h"

static void expect(const char *z, bool attribute, const char *want)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(entities_put(&b, slice_str(z), attribute), 0);
    CHECK_SLICE(buf_slice(&b), want);
    buf_free(&b);
}

TEST(names)
{
    expect("a &amp; b &lt;&gt; &eacute;", false, "a & b <> é");
    expect("&NotEqualTilde;&nGt;", false, "≂̸≫⃒");
    expect("&CounterClockwiseContourIntegral;", false, "∳");
    expect("&amp", false, "&");
    expect("&ampx &notit; &notin;", false, "&x ¬it; ∉");
    expect("&nosuchname; & &; &1; &\xc3\xa9;", false, "&nosuchname; & &; &1; &é;");
    expect("&hellip &Auml", false, "&hellip Ä"); /* only some names do without ';' */
}

TEST(in_attributes)
{
    expect("?a=b&copy=c&amp;d&lt", true, "?a=b&copy=c&d<");
    expect("&notit;&not;&not", true, "&notit;¬¬");
    expect("&copy=", false, "©=");
}

TEST(numbers)
{
    expect("&#65;&#x41;&#X61;&#65", false, "AAaA");
    expect("&#128;&#x9f;&#x81;", false, "€Ÿ\xc2\x81");
    expect("&#0;&#xD800;&#x110000;&#99999999999999999999;", false,
           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    expect("&#;&#x;&#xg;&#", false, "&#;&#x;&#xg;&#");
    expect("&#x1F600;", false, "😀");
}

int main(void)
{
    RUN(names);
    RUN(in_attributes);
    RUN(numbers);
    return TEST_END();
}
