/* Formulas of pages, in the forms in which MediaWiki, KaTeX, MathJax 2, LaTeXML, WordPress and Sphinx write them; raised numbers. */
#include "common/text.h"
#include "ingest/extract/extract.h"
#include "tests/unit/test.h"
#include <time.h>

static struct html h;
static struct page page;
static struct extractor extractor;
static struct buf out;

static const char *lay_out(struct slice html, enum extract_mode mode)
{
    struct err e = {0};
    const char *type;
    buf_clear(&out);
    CHECK(page_read(&page, &h, html, &e) == 0);
    CHECK(extract_text(&extractor, &page, mode, &out, &type, &e) == 0);
    buf_terminate(&out);
    return out.p ? out.p : "";
}

static const char *text(const char *html)
{
    return lay_out(slice_str(html), EXTRACT_ALL);
}

#define MATHML(tex)                                                                        \
    "<math><semantics><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow><annotation encoding=" \
    "\"application/x-tex\">" tex "</annotation></semantics></math>"

TEST(mathml)
{
    CHECK_STR(text("<p>x " MATHML("a &lt; b") ", y"), "x $a < b$, y");
    CHECK_STR(text("x<math alttext='a%\n b' display=block><mi>a</mi></math>y"), "x$$a b$$y");
    CHECK_STR(text("<math alttext='\\%&#10;b'><mi>a</mi></math>"), "$\\% b$");
    CHECK_STR(text("<math><mi>a</mi><mn>2</mn></math>b"), "a2b");
    CHECK_STR(text("<math><mi>a</mi><annotation encoding='text/plain'>p</annotation></math>"), "ap");
    CHECK_STR(text("<math alttext=' '><mi>a</mi></math>"), "a");
    CHECK_STR(text("<math alttext='a'><mi>b</mi>"), "b"); /* never closed */
    CHECK_STR(text("<math alttext=a><title><mi>x</title></math>b<i>c</i>"), "$a$bc");
    CHECK_STR(text("<math alttext='{\\displaystyle {a}{b}}'></math>"), "${a}{b}$");
    CHECK_STR(text("<math alttext='{\\displaystyle a}{b}'></math>"), "${\\displaystyle a}{b}$");
    CHECK_STR(text("<math alttext='\\displaystyle a'></math>"), "$a$");
    CHECK_STR(text("<svg>" MATHML("a") "</svg>b"), "b");
}

#define WIKI_IMAGE(tex)                                                                                      \
    "<img src='x.svg' class='mwe-math-fallback-image-inline' aria-hidden=true alt='{\\displaystyle " tex "}" \
    "'"                                                                                                      \
    ">"
#define WIKI(tex)                                                                                       \
    "<span class='mwe-math-element'><span class='mwe-math-mathml-inline mwe-math-mathml-a11y' "         \
    "style='display: none;'><math alttext='{\\displaystyle " tex "}'><semantics><mi>E</mi><annotation " \
    "encoding='application/x-tex'>{\\displaystyle " tex                                                 \
    "}</annotation></semantics></math></span>" WIKI_IMAGE(tex) "</span>"

TEST(mediawiki)
{
    CHECK_STR(text("<p>So " WIKI("E=mc^{2}") ", and " WIKI("x") "."), "So $E=mc^{2}$, and $x$.");
    CHECK_STR(lay_out(slice_str("<p>So " WIKI("E=mc^{2}") ", and " WIKI("x") "."), EXTRACT_MAIN),
              "So $E=mc^{2}$, and $x$.");
    CHECK_STR(text("<p>a " WIKI_IMAGE("b") WIKI_IMAGE("c")), "a $b$$c$");
}

TEST(mediawiki_in_main_content)
{
    struct buf html;
    buf_init(&html, BUF_NO_MAX);
    buf_puts(&html, "<body><nav>Home News</nav><main><h1>On energy</h1>");
    for (int i = 0; i < 30; i++)
        buf_puts(&html, "<p>The energy of a body at rest is its mass, as it was said before, so that " WIKI(
                            "E=mc^{2}") " holds for all of them, which is what we wanted to show here.</p>");
    buf_puts(&html, "</main></body>");
    const char *got = lay_out(buf_slice(&html), EXTRACT_MAIN);
    size_t times = 0, paragraphs = 0;
    for (const char *p = got; (p = strstr(p, "$E=mc^{2}$")) != NULL; p++) times++;
    for (const char *p = got; (p = strstr(p, "The energy of a body")) != NULL; p++) paragraphs++;
    CHECK(paragraphs > 25);
    CHECK_INT(times, paragraphs);
    CHECK(!strstr(got, "displaystyle"));
    buf_free(&html);
}

TEST(katex)
{
    CHECK_STR(text("k <span class=katex><span class=katex-mathml>" MATHML(
                  "x^2") "</span><span class=katex-html aria-hidden=true><span "
                         "class=base>x<span>2</span></span></span>"
                         "</span>, m"),
              "k $x^2$, m");
    CHECK_STR(text("<span class=katex-html>x<span>2</span></span>, m"), "x2, m"); /* the only copy */
}

TEST(mathjax)
{
    CHECK_STR(text("a <script type='math/tex'>x < \\alpha &amp; y</script> b"), "a $x < \\alpha &amp; y$ b");
    CHECK_STR(text("a <script type='math/tex; mode=display'>% <![CDATA[\nx\n%]]></script>"), "a $$x$$");
    CHECK_STR(text("a <span class=MathJax_Preview>x2</span><div class=MathJax_Display><span class=MathJax>"
                   "<span>x</span>2</span></div><script type='math/tex'>x^2</script> b"),
              "a $x^2$ b");
    CHECK_STR(text("a <span class=MathJax>x2</span> b<script type='math/tex'>y</script>"), "a x2 b$y$");
    CHECK_STR(text("a <span class=MathJax>x2<script type='math/tex'>x^2</script> b"), "a x2$x^2$ b");
    CHECK_STR(text("a<script type='text/javascript'>x</script>b"), "ab");
}

TEST(images)
{
    CHECK_STR(text("a <img class=latex alt='\\alpha &lt; 1'> b"), "a $\\alpha < 1$ b");
    CHECK_STR(text("a <img class='latex x' alt='$x^2$'><img class=tex alt='\\[y\\]'>"), "a $x^2$$$y$$");
    CHECK_STR(text("a <img class=math alt='A worksheet'><img class=photo alt='x^2'> b"), "a b");
}

TEST(powers)
{
    static const char *const same[][2] = {
        {"10<sup>6</sup>", "10^6"},
        {"10<sup>&minus;3</sup>", "10^\xe2\x88\x92"
                                  "3"},
        {"mc<sup>2</sup>", "mc^2"},
        {"5 m<SUP>2</SUP>", "5 m^2"},
        {"m s<sup>-1</sup>", "m s^-1"},
        {"x<sup>12</sup>", "x^12"},
        {"(a+b)<sup>2</sup>", "(a+b)^2"},
        {"sin<sup>2</sup>", "sin^2"},
        {"1<sup>st</sup>", "1st"},
        {"H<sub>2</sub>O", "H2O"},
        {"word<sup>1</sup>", "word1"},
        {"Pa<sup>1</sup>", "Pa1"},
        {"in 2015<sup>3</sup>", "in 20153"},
        {"IP68<sup>2</sup>", "IP682"},
        {"1,200<sup>4</sup>", "1,2004"},
        {"(2010)<sup>3</sup>", "(2010)3"},
        {"(see there)<sup>3</sup>", "(see there)3"},
        {"7<sup><a href='#n'>3</a></sup>", "73"},
        {"7<a href='#n'><sup>3</sup></a>", "73"},
        {"7<sup class=FootNote>3</sup>", "73"},
        {"7<sup id=r3>3</sup>", "73"},
        {"7<sup>[3]</sup>", "7[3]"},
        {"7 <sup>3</sup>", "7 3"},
        {"5<sup>1</sup>/<sub>2</sub>", "5 1/2"},
        {"$2,549<sup>99</sup>", "$2,549.99"},
        {"$20,000<sup>6</sup>", "$20,0006"},
        {"<sup>14</sup>C", "14C"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) CHECK_STR(text(same[i][0]), same[i][1]);
}

TEST(hostile)
{
    static const char *const pieces[] = {
        "<math>",
        "<math alttext=x>",
        "<math><annotation ",
        "<math><annotation encoding=TeX>",
        "<span class=MathJax>",
        "<div class='MathJax'></div>",
        "<span class=MathJax></span></span",
        "<span class=MathJax></span></span>",
        MATHML("x") "<span class=katex-html>",
        "<script type=math/tex>x</script>",
        "<sup>1",
        "(<sup>1</sup>)",
        "1<sup>1</sup>",
    };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        for (int closed = 0; closed < 2; closed++) {
            struct buf big;
            buf_init(&big, BUF_NO_MAX);
            while (big.n < 2 << 20) buf_puts(&big, pieces[i]);
            if (closed)
                for (size_t k = 0; k < 20000; k++) buf_puts(&big, "</span></div></annotation></math>");
            clock_t start = clock();
            lay_out(buf_slice(&big), EXTRACT_ALL);
            CHECK(clock() - start < 3 * CLOCKS_PER_SEC);
            buf_free(&big);
        }
}

int main(void)
{
    html_init(&h);
    page_init(&page);
    extractor_init(&extractor);
    buf_init(&out, BUF_NO_MAX);
    RUN(mathml);
    RUN(mediawiki);
    RUN(mediawiki_in_main_content);
    RUN(katex);
    RUN(mathjax);
    RUN(images);
    RUN(powers);
    RUN(hostile);
    page_free(&page);
    extractor_free(&extractor);
    buf_free(&out);
    return TEST_END();
}
