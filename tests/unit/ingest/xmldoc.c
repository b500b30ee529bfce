#include "ingest/markup/xmldoc.h"
#include "common/text.h"
#include "tests/unit/test.h"

static struct xmldoc x;
static struct buf out;
static struct err e;

static const char *convert(const char *z, enum xmldoc_dialect dialect)
{
    buf_clear(&out);
    err_clear(&e);
    int r = xmldoc_text(&x, slice_str(z), dialect, &out, &e);
    if (r < 0) return r == -ERR_DATA ? "damaged" : "failed";
    buf_terminate(&out);
    return out.p;
}

#define JATS(front, body) "<article><front>" front "</front><body>" body "</body></article>"
#define TEI(body) "<TEI><teiHeader/><text><body>" body "</body></text></TEI>"

static const char *jats(const char *z)
{
    return convert(z, XMLDOC_JATS);
}

static const char *tei(const char *z)
{
    return convert(z, XMLDOC_TEI);
}

TEST(recognised)
{
    CHECK_INT(xmldoc_recognise(slice_str("<TEI xmlns=\"t\">")), XMLDOC_TEI);
    CHECK_INT(xmldoc_recognise(
                  slice_str("\xef\xbb\xbf<?xml version='1.0'?>\n<?a b?><!-- <article> -->\n<tei:TEI>")),
              XMLDOC_TEI);
    CHECK_INT(xmldoc_recognise(
                  slice_str("<!DOCTYPE article PUBLIC \"-//NLM//DTD JATS\" [<!ENTITY a \"<b>\">]><article>")),
              XMLDOC_JATS);
    CHECK_INT(xmldoc_recognise(slice_str("<article article-type='x'>")), XMLDOC_JATS);
    CHECK_INT(xmldoc_recognise(slice_str("<article xmlns='http://docbook.org/ns/docbook'><title>")),
              XMLDOC_NONE);
    CHECK_INT(xmldoc_recognise(slice_str("<articles><front>")), XMLDOC_NONE);
    CHECK_INT(xmldoc_recognise(slice_str("<html><TEI>")), XMLDOC_NONE);
    CHECK_INT(xmldoc_recognise(slice_str("text <TEI>")), XMLDOC_NONE);
    CHECK_INT(xmldoc_recognise(slice_str("<!-- <TEI>")), XMLDOC_NONE);
    CHECK_INT(xmldoc_recognise(slice_str("")), XMLDOC_NONE);
}

TEST(declared_charset)
{
    CHECK_SLICE(xmldoc_declared_charset(slice_str("<?xml version=\"1.0\" encoding='ISO-8859-1'?>")),
                "ISO-8859-1");
    CHECK_INT(xmldoc_declared_charset(slice_str("<?xml version=\"1.0\"?><a encoding='x'>")).n, 0);
    CHECK_INT(xmldoc_declared_charset(slice_str("<a encoding='x'>")).n, 0);
    CHECK_SLICE(xmldoc_declared_charset(slice_of("<\0?\0x\0", 6)), "utf-16le");
    CHECK_SLICE(xmldoc_declared_charset(slice_of("\0<\0?\0x", 6)), "utf-16be");
}

TEST(jats_text)
{
    CHECK_STR(
        jats(JATS(
            "<journal-meta><p>no</p></journal-meta><abstract><title>Abstract</title><p>A b.</p></abstract>",
            "<sec><title>One</title><p>C <italic>d</italic>\n e.</p></sec>")),
        "Abstract\n\nA b.\n\nOne\n\nC d e.");
    CHECK_STR(jats(JATS("", "<p>a</p><list><list-item><label>1</label><p>b</p><p>c</p></"
                            "list-item><list-item><p>d</p></list-item></list>e")),
              "a\n\n- b\n\nc\n\n- d\n\ne");
    CHECK_STR(jats(JATS("", "<fig><label>Figure 1</label><caption><p>Cap.</p></caption><graphic/></fig>"
                            "<table-wrap><label>T1</label><table><tr><th>a</th><th><p>b</p></th></"
                            "tr><tr><td>c</td><td>d</td></tr></table></table-wrap>")),
              "Cap.\n\na | b\nc | d");
    CHECK_STR(jats(JATS("", "<p>x<fn><label>*</label><p>note</p></fn> y</p><p>z</p>")), "x y\n\nnote\n\nz");
    CHECK_STR(jats("<article><body><p>a</p></body><back><ack><p>Thanks</p></ack><ref-list><ref>R</ref></"
                   "ref-list></back></article>"),
              "a\n\nThanks");
    CHECK_STR(jats(JATS("", "<preformat>\n a\n  b\n</preformat>")), " a\n  b");
}

TEST(jats_citations)
{
#define R(n) "<xref ref-type=\"bibr\" rid=\"x\">" n "</xref>"
    CHECK_STR(jats(JATS("", "<p>Shown [" R("1") ", " R("2") "–" R("4") "] before.</p>")), "Shown before.");
    CHECK_STR(jats(JATS("", "<p>Shown [" R("1") "].</p>")), "Shown.");
    CHECK_STR(jats(JATS("", "<p>Shown<sup>" R("1") "," R("2") "</sup>. And</p>")), "Shown. And");
    CHECK_STR(jats(JATS("", "<p>As " R("Smith (2001)") " said (" R("Doe, 2002") ").</p>")),
              "As Smith (2001) said (Doe, 2002).");
    CHECK_STR(jats(JATS("", "<p>See <xref ref-type=\"fig\">Figure 1</xref> [a].</p>")), "See Figure 1 [a].");
    CHECK_STR(jats(JATS("", "<p>" R("1") "</p>")), "");
}

TEST(jats_formulas)
{
    CHECK_STR(
        jats(JATS("", "<p>a <inline-formula><alternatives><tex-math "
                      "id=\"M1\">\\documentclass{minimal}\\begin{document}$$x^2$$"
                      "\\end{document}</tex-math><mml:math "
                      "xmlns:mml=\"m\"><mml:mi>x</mml:mi></mml:math></alternatives></inline-formula> b</p>")),
        "a $x^2$ b");
    CHECK_STR(jats(JATS("", "<p><inline-formula><tex-math>y</tex-math></inline-formula></p>")), "$y$");
    CHECK_STR(jats(JATS("", "<p><mml:math xmlns:mml=\"m\"> <mml:mi>x</mml:mi> "
                            "<mml:mo>=</mml:mo>\n<mml:mn>1</mml:mn></mml:math></p>")),
              "x=1");
}

TEST(jats_metadata)
{
    jats(JATS("<article-meta><article-id pub-id-type=\"pmid\">1</article-id><article-id "
              "pub-id-type=\"doi\">10.1/x</article-id>"
              "<title-group><article-title>A <b>T</b>\n itle</article-title></title-group>"
              "<contrib-group><contrib contrib-type=\"author\"><name><surname>Su</surname><given-names>G "
              "H</given-names></name></contrib>"
              "<contrib contrib-type=\"editor\"><name><surname>Ed</surname></name></contrib>"
              "<contrib contrib-type=\"author\"><collab>The Group</collab></contrib></contrib-group>"
              "<pub-date><year>2010</year></pub-date><pub-date><day>3</day><month>12</month><year>2010</"
              "year></pub-date>"
              "<permissions><license xlink:href=\"http://cc/by\" "
              "xmlns:xlink=\"x\"><license-p>Words</license-p></license></permissions>"
              "</article-meta>",
              ""));
    CHECK_SLICE(buf_slice(&x.meta.title), "A T itle");
    CHECK_SLICE(buf_slice(&x.meta.author), "G H Su; The Group");
    CHECK_SLICE(buf_slice(&x.meta.date), "2010-12-03");
    CHECK_SLICE(buf_slice(&x.meta.doi), "10.1/x");
    CHECK_SLICE(buf_slice(&x.meta.license), "http://cc/by");
    jats("<article xml:lang=\"de\"><body/></article>");
    CHECK_SLICE(buf_slice(&x.meta.language), "de");
    CHECK_INT(x.meta.title.n, 0);
}

TEST(tei_text)
{
    CHECK_STR(tei(TEI("<div><head>I</head><p>a<pb n=\"2\"/>b <fw>run</fw>c.</p><p>d<lb/>e<lb "
                      "break=\"no\"/>f</p></div>")),
              "I\n\nab c.\n\nd ef");
    CHECK_STR(tei(TEI("<lg><l>one</l><l>two</l></lg><lg><l>three</l></lg>")), "one\ntwo\n\nthree");
    CHECK_STR(tei(TEI("<p>x<note place=\"foot\">n <p>m</p></note> y</p><p>z</p>")), "x y\n\nn\n\nm\n\nz");
    CHECK_STR(tei(TEI("<p><choice><sic>teh</sic><corr>the</corr></choice> "
                      "<del>a</del><app><lem>l</lem><rdg>r</rdg></app></p>")),
              "the l");
    CHECK_STR(tei(TEI("<sp><speaker>A.</speaker><stage>exit</stage><p>b</p></sp>")), "A.\nexit\n\nb");
    CHECK_STR(tei(TEI("<list><item>a</item><item>b</item></list><table><row><cell>1</cell><cell>2</cell></"
                      "row></table>")),
              "- a\n- b\n\n1 | 2");
    CHECK_STR(tei("<tei:TEI xmlns:tei=\"t\"><tei:text><tei:p>a</tei:p></tei:text></tei:TEI>"), "a");
}

TEST(tei_metadata)
{
    CHECK_STR(tei("<TEI "
                  "xml:lang=\"en\"><teiHeader><fileDesc><titleStmt><title>T</title><title>U</"
                  "title><author>A</author><author>B</author></titleStmt>"
                  "<publicationStmt><date when=\"2019-11-09\"/><availability><licence "
                  "target=\"http://cc\">Words</licence></availability>"
                  "<idno "
                  "type=\"DOI\">10.2/y</idno></publicationStmt><sourceDesc><bibl><date>1840</"
                  "date><date>1841</date></bibl></sourceDesc></fileDesc>"
                  "<profileDesc><langUsage><language "
                  "ident=\"fr\"/></langUsage></profileDesc></teiHeader><text><p>x</p></text></TEI>"),
              "x");
    CHECK_SLICE(buf_slice(&x.meta.title), "T");
    CHECK_SLICE(buf_slice(&x.meta.author), "A; B");
    CHECK_SLICE(buf_slice(&x.meta.date), "1840");
    CHECK_SLICE(buf_slice(&x.meta.license), "http://cc");
    CHECK_SLICE(buf_slice(&x.meta.doi), "10.2/y");
    CHECK_SLICE(buf_slice(&x.meta.language), "en");
}

TEST(entities)
{
    CHECK_STR(jats("<!DOCTYPE article [<!ENTITY co \"Company\">]><article><body><p>&co; &amp; &#233; "
                   "&eacute;&nbsp;&unheard;.</p></body></article>"),
              "Company & é é\xc2\xa0.");
    CHECK_STR(tei("<TEI><eg>&#127;&#133;a&#13;&#159;</eg></TEI>"), "a");
    CHECK_STR(jats("<!DOCTYPE article SYSTEM \"/etc/passwd\"><article><body><p>a&x;b</p></body></article>"),
              "ab");
    CHECK_STR(jats("<!DOCTYPE article [<!ENTITY f SYSTEM "
                   "\"file:///etc/passwd\">]><article><body><p>a&f;b</p></body></article>"),
              "ab");
    CHECK_STR(jats("<!DOCTYPE article [<!ENTITY % p SYSTEM "
                   "\"file:///etc/passwd\">%p;]><article><body><p>ab</p></body></article>"),
              "ab");
}

TEST(not_well_formed)
{
    CHECK_STR(jats("<article><body><p>a</body></article>"), "damaged");
    CHECK_STR(e.msg, "not well-formed XML: line 1: mismatched tag");
    CHECK_STR(jats("<article>\n<p>"), "damaged");
    CHECK_STR(jats(""), "damaged");
    CHECK_STR(jats("<article a='1' a='2'/>"), "damaged");
}

/* A thousand million copies of "lol": refused once they are too many for the document. */
TEST(entity_bomb)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "<!DOCTYPE article [<!ENTITY a0 \"lollollollol\">");
    for (int i = 1; i < 10; i++) {
        buf_printf(&b, "<!ENTITY a%d \"", i);
        for (int k = 0; k < 10; k++) buf_printf(&b, "&a%d;", i - 1);
        buf_puts(&b, "\">");
    }
    buf_puts(&b, "]><article><body><p>&a9;</p></body></article>");
    buf_terminate(&b);
    CHECK_STR(jats(b.p), "damaged");
    CHECK(out.n < 16 << 20);
    CHECK_STR(jats("<!DOCTYPE a [<!ENTITY x \"&y;\"><!ENTITY y \"&x;\">]><a>&x;</a>"), "damaged");
    buf_free(&b);
}

TEST(markdown)
{
    x.markdown = true;
    CHECK_STR(jats(JATS("", "<sec><title>A</title><sec><title>B</title><p>x</p><fig><caption><title>C</"
                            "title></caption></fig></sec></sec>")),
              "## A\n\n### B\n\nx\n\nC");
    CHECK_STR(tei(TEI("<div><head>I</head><p>a</p><eg>b</eg></div>")), "## I\n\na\n\n```\nb\n```");
    x.markdown = false;
}

TEST(deep_and_wide)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "<TEI><text>");
    for (int i = 0; i < 100000; i++) buf_puts(&b, "<div><note>");
    buf_puts(&b, "deep");
    for (int i = 0; i < 100000; i++) buf_puts(&b, "</note></div>");
    for (int i = 0; i < 100000; i++) buf_puts(&b, "<p/><lb/><item>");
    for (int i = 0; i < 100000; i++) buf_puts(&b, "</item>");
    buf_puts(&b, "after</text></TEI>");
    buf_terminate(&b);
    const char *text = tei(b.p);
    CHECK(strstr(text, "deep") != NULL);
    CHECK(strstr(text, "after") != NULL);
    buf_free(&b);
}

int main(void)
{
    xmldoc_init(&x);
    buf_init(&out, BUF_NO_MAX);
    RUN(recognised);
    RUN(declared_charset);
    RUN(jats_text);
    RUN(jats_citations);
    RUN(jats_formulas);
    RUN(jats_metadata);
    RUN(tei_text);
    RUN(tei_metadata);
    RUN(entities);
    RUN(not_well_formed);
    RUN(entity_bomb);
    RUN(markdown);
    RUN(deep_and_wide);
    xmldoc_free(&x);
    buf_free(&out);
    return TEST_END();
}
