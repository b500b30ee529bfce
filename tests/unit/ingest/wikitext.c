#include "ingest/markup/wikitext.h"
#include "common/text.h"
#include "tests/unit/test.h"
#include <time.h>

static struct wikitext w;
static struct wiki_site *site;
static struct buf out;
static struct err e;

static const char *text(const char *z)
{
    buf_clear(&out);
    CHECK_INT(wikitext_read(&w, slice_str(z), slice_str("The title"), site, &out, &e), 0);
    buf_terminate(&out);
    return out.p;
}

TEST(paragraphs)
{
    CHECK_STR(text(""), "");
    CHECK_STR(text("\n\n a  b \n\n\n\nc\nd\r\ne"), "a b\n\nc\nd\ne");
    CHECK_STR(text("a\x01"
                   "b\x7f"
                   "c\xc2\x85"
                   "d\xc2\xa0"
                   "e"),
              "abcd e");
    CHECK_STR(text("a<br>b<br />c\n----\nd"), "a\nb\nc\n\nd");
    CHECK_STR(text("__NOTOC__\na__NOEDITSECTION__ b_c__d__ e"), "a b_c__d__ e");
    CHECK_STR(text("__БЕЗ__x"), "x");
}

TEST(quotes)
{
    CHECK_STR(text("'''b''' ''i'' '''''bi''''' it's"), "b i bi it's");
    CHECK_STR(text("l''''amour'''"), "l'amour");
    CHECK_STR(text("L'''amour'' et '''x'''"),
              "L'amour et x"); /* an odd number of both: the first ''' is ' and '' */
    CHECK_STR(text("'''unclosed\n''also"), "unclosed\nalso");
    CHECK_STR(text("''''''''"), "'");
}

TEST(links)
{
    CHECK_STR(text("[[Dog]]s, [[Cat|the cat]], [[:Category:Pets]], [[#Part]], [[a#b|c]]"),
              "Dogs, the cat, Category:Pets, Part, c");
    CHECK_STR(text("[[Pipe (computing)|]] [[Boston, Massachusetts|]] [[Help:Links|]]"), "Pipe Boston Links");
    CHECK_STR(text("[[File:A.jpg|thumb|A ''picture'' of [[Dog|dogs]] and [http://x.y a cat]]]b"), "b");
    CHECK_STR(text("a [[Image:A.jpg|20px]] b\n[[file:B.png|x\ny]]\nc"), "a b\n\nc");
    CHECK_STR(text("[[Bild:Foto.JPG|mini|x]]y [[Fil:A b.svg]]z"), "y z"); /* names that no dump told */
    CHECK_STR(text("a [[de:Hund]] [[zh-min-nan:x]] b [[wikt:dog|dog]] [[:de:Hund|Hund]]"), "a b dog Hund");
    CHECK_STR(text("a [http://x.y label] b [https://x.y] c [mailto:a@b.c mail] [//x.y z] [not a link]"),
              "a label b c mail z [not a link]");
    CHECK_STR(text("see http://x.y/z, [[a|[x]]] [[a|[http://x.y b]]] [[[http://x.y c]]]"),
              "see http://x.y/z, [x] b c");
    CHECK_STR(text("[[a\nb]] [http://x.y c\nd] [[e"), "a\nb c\nd] e");
    CHECK_STR(text("]] a ] b"), "a ] b");
    CHECK_STR(text("[[ a|b ]]"), "b");
}

TEST(categories)
{
    CHECK_STR(text("a\n[[Category:Two words|key]]\n[[category:B_c]]\n[[:Category:C]]"), "a\n\nCategory:C");
    buf_terminate(&w.categories);
    CHECK_STR(w.categories.p, "Two words\nB c\n");
}

TEST(namespaces_of_the_wiki)
{
    site = wiki_site_new(
        slice_str("<mediawiki xml:lang=\"uk\"><siteinfo><base>https://uk.wikipedia.org/wiki/Main</base>"
                  "<namespaces><namespace key=\"-2\" case=\"first-letter\">Медіа</namespace>"
                  "<namespace key=\"0\" case=\"first-letter\" /><namespace key=\"6\">Файл</namespace>"
                  "<namespace key=\"14\">Категорія</namespace></namespaces>"));
    CHECK_INT(wiki_site_namespace(site, slice_str("файл")), WIKI_NS_FILE);
    CHECK_INT(wiki_site_namespace(site, slice_str("FILE")), WIKI_NS_FILE);
    CHECK_INT(wiki_site_namespace(site, slice_str("User_talk")), 3);
    CHECK_INT(wiki_site_namespace(site, slice_str("Файлы")), WIKI_NS_NONE);
    CHECK_INT(wiki_site_namespace(site, slice_str("")), WIKI_NS_NONE);
    CHECK_STR(text("а [[Файл:x|y]] б [[КАТЕГОРІЯ:Пси]]"), "а б");
    buf_terminate(&w.categories);
    CHECK_STR(w.categories.p, "Пси\n");
    CHECK_STR(text("a -{b}- c"), "a -{b}- c"); /* a language without variants */
    buf_clear(&out);
    CHECK_INT(wiki_site_put_url(site, slice_str("C++ (a/b) ї?"), &out), 0);
    buf_terminate(&out);
    CHECK_STR(out.p, "https://uk.wikipedia.org/wiki/C%2B%2B_(a/b)_%D1%97%3F");
    wiki_site_free(site);
    site = NULL;
}

TEST(templates)
{
    CHECK_STR(text("a {{Infobox|x={{y|{{z}}}}\n|b=c}} d{{citation needed}}."), "a d.");
    CHECK_STR(text("{{lang|fr|chat}} {{Lang-de|Hund}} {{langx|la|canis}} {{nowrap|a b}} {{PAGENAME}}"),
              "chat Hund canis a b The title");
    CHECK_STR(text("{{nowrap|{{lang|fr|[[x|un chat]]}} x}}"), "un chat x");
    CHECK_STR(text("{{#if: x | y }}{{subst:z}}{{DISPLAYTITLE:''z''}}{{formatnum:1234}}"), "1234");
    CHECK_STR(text("{{{1|default}}} {{{2}}}x {{!}} {{{{x}}}}"), "default x | {}");
    CHECK_STR(text("{{convert|5|km|mi}}; {{convert|5|to|10|kg}}, {{cvt|2|x|3|m|ft|abbr=on}}"),
              "5 km; 5 to 10 kg, 2 × 3 m");
    CHECK_STR(text("{{val|1.5|0.2|e=6|u=m}} {{frac|1|2}} {{frac|3|1|2}} {{frac|8}} 2{{e|-3}}"),
              "1.5±0.2×10^6 m 1/2 3 1/2 1/8 2×10^-3");
    CHECK_STR(
        text("{{birth date|1950|3|09}} {{start date|1950|3|9|df=y}} {{end date|1950}} {{as of|2012|7}}"),
        "March 9, 1950 9 March 1950 1950 As of July 2012");
    CHECK_STR(text("{{USS|Enterprise|CV-6}} {{HMS|Hood|51|6}} {{ship|Russian battleship|Potemkin}}"),
              "USS Enterprise (CV-6) HMS Hood Russian battleship Potemkin");
    CHECK_STR(text("{{nihongo|Tokyo|東京|Tōkyō}} {{US$|5 million}} a{{snd}}b{{ndash}}c"),
              "Tokyo (東京, Tōkyō) US$5 million a – b–c");
    CHECK_STR(text("x\n{{quote|1=Said ''so''.|author=Me}}\ny"), "x\n\nSaid so.\n\ny");
    CHECK_STR(
        text("{{sic|hte}} {{music|sharp}} {{chem|H|2|O}} {{circa|1200}} {{ill|Name|de}} {{sort|1|one}}"),
        "hte ♯ H2O c. 1200 Name one");
}

TEST(what_is_left_where_something_went)
{
    CHECK_STR(text("Kyiv ({{IPA|x}}) is"), "Kyiv is");
    CHECK_STR(text("Kyiv ({{IPA|x}}, {{audio|y}}; born 5) is"), "Kyiv (born 5) is");
    CHECK_STR(text("Kyiv (old, {{IPA|x}}) is {{x}}, he said {{y}}."), "Kyiv (old) is, he said.");
    CHECK_STR(text("《女友》（{{lang-ja}}）是"), "《女友》是");
    CHECK_STR(text("f() and ( ) stay, {{x}}, so"), "f() and ( ) stay, so");
    CHECK_STR(text("a{{x}} b {{y}} c"), "a b c");
    CHECK_STR(text("* {{x}}\n* a\n*\n{{y}}\n"), "- a");
}

TEST(tags_and_extensions)
{
    CHECK_STR(text("a<ref>{{cite|x}} [[y]]</ref> b<ref name=\"n\" />, c<REF\nname=x>y</ReF>."), "a b, c.");
    CHECK_STR(text("a <!-- b --> c<!-- d"), "a c");
    CHECK_STR(text("a\n<!-- x -->\nb"), "a\nb");
    CHECK_STR(text("<nowiki>''[[a]]'' {{b}} &lt;</nowiki> <nowiki/>c"), "''[[a]]'' {{b}} < c");
    CHECK_STR(text("x <math>a_{{i}} < '''b'''</math> y <chem>H2O</chem>"), "x $a_{{i}} < '''b'''$ y $H2O$");
    CHECK_STR(text("x\n<syntaxhighlight lang=\"c\">\nif (a[[0]])\n    *p = {{1}};\n\n== b "
                   "==\n</syntaxhighlight>\ny"),
              "x\n\nif (a[[0]])\n    *p = {{1}};\n\n== b ==\n\ny");
    CHECK_STR(text("<pre>\n* a\n  b &amp;lt;</pre>c"), "* a\n  b &lt;\n\nc");
    CHECK_STR(text("a <source inline>''x''</source> b"), "a ''x'' b");
    CHECK_STR(text("<gallery>\nFile:a.jpg|b\n</gallery>a<timeline>b</timeline><score>c</score>"), "a");
    CHECK_STR(text("<poem>a\nb</poem><noinclude>c</noinclude><includeonly>d</includeonly>"), "a\nb\nc");
    CHECK_STR(text("<span class=\"x\">a</span> H<sub>2</sub>O <div>b</div>c <p>d</p> x<y z<3 <foo>"),
              "a H2O\nb\nc\nd\nx<y z<3 <foo>");
    CHECK_STR(text("<table><tr><td>x</td></tr></table>a</ref>b <ref>unclosed"), "ab unclosed");
    CHECK_STR(text("&nbsp;a&amp;nbsp;b &#91;&#91;c&#93;&#93; &eacute; &copy &notathing;"),
              "a&nbsp;b [[c]] é © ¬athing;");
}

TEST(tables)
{
    CHECK_STR(text("a\n{| class=\"x\"\n|-\n! h\n| c || d\n|}\nb"), "a\n\nb");
    CHECK_STR(text("a\n{|\n| x\n{|\n| inner\n|}\n| y\n|} b"), "a\n\nb");
    CHECK_STR(text(":{|\n|x\n|}\na"), "a");
    CHECK_STR(text("a\n{|\n| lost\n! lost\nkept\n\n{|\n|x\n|}\nb"),
              "a\n\nkept\n\nb"); /* never closed: its lines go */
    CHECK_STR(text("{{x|\n{|\n|y\n|}}}a"), "}a");
    CHECK_STR(text("|}\n|-\n| stray\na"), "a");
}

TEST(headings_and_lists)
{
    CHECK_STR(text("a\n== B ==\n\nc\n=== D ===\n* e\n# f\n** g\n:h\n;i: j\nk"),
              "a\n\nB\n\nc\n\nD\n\n- e\n- f\n- g\nh\ni: j\n\nk");
    CHECK_STR(text("a\n==B==\n{{x}}\n==C==\n===D===\n====E====\nf\n== Last =="), "a\n\nC\n\nD\n\nE\n\nf");
    CHECK_STR(text("==A==\n===B===\n==C==\nd"), "C\n\nd");
    CHECK_STR(text("== ''A'' [[b|c]] == <!-- x -->\nd\n===e"), "A c\n\nd\n===e");
}

TEST(markdown)
{
    w.markdown = true;
    CHECK_STR(text("a\n== B ==\n=== C ===\nd\n* e\n** f\n# g\n# h\n#* i\n# j\n:k\nl\n# m"),
              "a\n\n## B\n\n### C\n\nd\n\n- e\n  - f\n1. g\n2. h\n   - i\n3. j\nk\n\nl\n\n1. m");
    CHECK_STR(
        text("x\n<syntaxhighlight lang=\"c++\" line>\nint a[[1]];\n\n  b\n</syntaxhighlight>\ny<pre>p</pre>"),
        "x\n\n```c++\nint a[[1]];\n\n  b\n```\n\ny\n\n```\np\n```");
    CHECK_STR(text("a\n{| class=\"x\"\n|+ Cap\n! h1 !! style=\"a\" | h2\n|-\n| ''c'' || "
                   "[[d|e]]{{!}}f\nmore\n|-\n|g\n{|\n|in\n|}\n|}\nb"),
              "a\n\nCap\n\n| h1 | h2 |\n| --- | --- |\n| c | e\\|f more |\n| g |\n\nb");
    CHECK_STR(text("== A ==\n{|\n|}\n== B ==\n{|\n|x\n|}"), "## B\n\n| x |\n| --- |");
    w.markdown = false;
}

TEST(variants)
{
    CHECK_STR(text("-{zh-hans:计算机;zh-hant:電腦}- -{a}- -{H|zh:b;zh-tw:c}-d"), "计算机 a d");
    CHECK_STR(text("a -{b c--{{x}}d"), "a b c--d");
}

/* Text of the same shape, longer and longer: no more than so many times the time, whatever it is. */
TEST(hostile)
{
    static const char *const pieces[] = {
        "{{",        "[[",      "{|\n",      "'''",   "<ref>", "<!--",   "-{",          "[http://a ",
        "{{lang|a|", "[[a|",    "[[File:a|", "}}",    "]]",    "|}\n",   "{{{",         "<b ",
        "<ref ",     "<table>", "==a==\n",   "(",     "&",     "__",     "{{nowrap|[[", "*",
        "|",         "<",       "\n",        "{{!}}", "'",     "</ref>", "-{a;"};
    struct buf in;
    buf_init(&in, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        buf_clear(&in);
        while (in.n < 1 << 20) buf_puts(&in, pieces[i]);
        buf_terminate(&in);
        double before = (double)clock();
        text(in.p);
        CHECK(out.n <= in.n + 2);
        w.markdown = true;
        text(in.p);
        w.markdown = false;
        CHECK((double)clock() - before < 2.0 * CLOCKS_PER_SEC);
        CHECK(out.n <= 8 * in.n);
    }
    buf_free(&in);
}

int main(void)
{
    buf_init(&out, BUF_NO_MAX);
    wikitext_init(&w);
    RUN(paragraphs);
    RUN(quotes);
    RUN(links);
    RUN(categories);
    RUN(namespaces_of_the_wiki);
    RUN(templates);
    RUN(what_is_left_where_something_went);
    RUN(tags_and_extensions);
    RUN(tables);
    RUN(headings_and_lists);
    RUN(markdown);
    RUN(variants);
    RUN(hostile);
    wikitext_free(&w);
    buf_free(&out);
    return TEST_END();
}
