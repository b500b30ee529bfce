/* The expected Markdown follows CommonMark 0.31 and GFM's tables: what a reader of Markdown would make the same page of. */
#include "common/text.h"
#include "ingest/extract/extract.h"
#include "tests/unit/test.h"
#include <stdlib.h>
#include <time.h>

static struct html h;
static struct page page;
static struct extractor extractor;
static const char *type;
static struct buf out;

static const char *lay_out(const char *html, bool markdown)
{
    struct err e = {0};
    page.markdown = markdown;
    buf_clear(&out);
    CHECK(page_read(&page, &h, slice_str(html), &e) == 0);
    CHECK(extract_text(&extractor, &page, EXTRACT_ALL, &out, &type, &e) == 0);
    buf_terminate(&out);
    return out.p ? out.p : "";
}

static const char *md(const char *html)
{
    return lay_out(html, true);
}

static const char *text(const char *html)
{
    return lay_out(html, false);
}

TEST(headings)
{
    CHECK_STR(md("<h1>a</h1>b<h3> c <b>d</b></h3>e"), "# a\n\nb\n\n### c d\n\ne");
    CHECK_STR(md("<h2><div>a</div><p>b<br>c</h2>d"), "## a b c\n\nd");
    CHECK_STR(md("<h2></h2>a<h2> <i> </i></h2>"), "a");
    CHECK_STR(md("<h6>a"), "###### a");
    char long_one[600] = "<h1>";
    memset(long_one + 4, 'x', 500); /* never closed: no heading */
    CHECK(md(long_one)[0] == 'x');
}

TEST(lists)
{
    CHECK_STR(md("a<ul><li>b<li>c</ul>d"), "a\n\n- b\n- c\n\nd");
    CHECK_STR(md("<ol start=9><li>a<li>b</ol>"), "9. a\n10. b");
    CHECK_STR(md("<ol start=x><li>a</ol>"), "1. a");
    CHECK_STR(md("<ol><li value=4>a<li>b<li value=' 9 '><p>c<li value=x>d<li value=9999999>e</ol>"),
              "4. a\n5. b\n9. c\n10. d\n11. e");
    CHECK_STR(md("<ol><li>a<ul><li value=7>b</ul><li value=5>c</ol>"), "1. a\n   - b\n5. c");
    CHECK_STR(text("<ol><li value=4>a<li>b</ol>"), "- a\n- b");
    CHECK_STR(md("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>"), "- a\n  - b\n    1. c\n- d");
    CHECK_STR(md("<ul><li><p>a</p><p>b</p><li>c<br>d</ul>"), "- a\n\n  b\n- c\n  d");
    CHECK_STR(md("<ul><li><ul><li>a</ul></ul>"), "- - a");
    CHECK_STR(md("<ul><li></li><li> </li><li>a</li></ul>"), "- a");
    CHECK_STR(md("<li>a<li>b"), "- a\n- b");
    CHECK_STR(md("<ol><li>a<p>b</ol>"), "1. a\n\n   b");
    CHECK_STR(md("<ul>a<li>b</ul>"), "a\n- b");
}

TEST(quotes)
{
    CHECK_STR(md("a<blockquote>b<p>c</blockquote>d"), "a\n\n> b\n>\n> c\n\nd");
    CHECK_STR(md("<blockquote>a<blockquote>b<br>c</blockquote></blockquote>"), "> a\n>\n> > b\n> > c");
    CHECK_STR(md("<ul><li>a<blockquote>b</blockquote><li>c</ul>"), "- a\n\n  > b\n- c");
    CHECK_STR(md("<blockquote><ul><li>a<li>b</ul></blockquote>"), "> - a\n> - b");
    CHECK_STR(md("<blockquote></blockquote>a"), "a");
}

TEST(code)
{
    CHECK_STR(md("<pre>a\n  b\n\n\tc\n\n</pre>d"), "```\na\n  b\n\n\tc\n```\n\nd");
    CHECK_STR(md("<pre>\n\n  a &lt;</pre>"), "```\n  a <\n```");
    CHECK_STR(md("<pre><code class='hljs language-C++'>a</code></pre>"), "```c++\na\n```");
    CHECK_STR(md("<div class='highlight highlight-source-shell'><pre>a</pre></div>"), "```shell\na\n```");
    CHECK_STR(md("<div class='highlight-python3 notranslate'><div "
                 "class=highlight><pre><span></span>a</pre></div></div>"),
              "```python3\na\n```");
    CHECK_STR(md("<pre class='brush: js; gutter: false'>a</pre>"), "```js\na\n```");
    CHECK_STR(md("<pre class='sourceCode haskell'>a</pre>"), "```haskell\na\n```");
    CHECK_STR(md("<pre data-lang=Go>a</pre>"), "```go\na\n```");
    CHECK_STR(md("<pre class=language-none>a</pre><pre class='language-`x'>b</pre>"),
              "```\na\n```\n\n```\nb\n```");
    CHECK_STR(md("<pre>a\n```\nb````</pre>"), "`````\na\n```\nb````\n`````");
    CHECK_STR(md("<pre><div>a</div><div>b</div></pre>"), "```\na\nb\n```");
    CHECK_STR(md("<ul><li>a<pre>b\n\n c</pre>d</ul>"), "- a\n\n  ```\n  b\n\n   c\n  ```\n\n  d");
    CHECK_STR(md("<blockquote><pre>a\n\nb</pre></blockquote>"), "> ```\n> a\n>\n> b\n> ```");
    CHECK_STR(md("<pre> \n </pre>a"), "a");
    CHECK_STR(md("<pre>a"), "```\na\n```");
}

TEST(code_inside_a_line)
{
    CHECK_STR(md("a <code>b c</code>, d"), "a `b c`, d");
    CHECK_STR(md("a<kbd> b </kbd>c"), "a `b` c");
    CHECK_STR(md("<code>a`b``c</code>"), "``` a`b``c ```");
    CHECK_STR(md("<code></code>a<code> </code>b"), "a b");
    CHECK_STR(md("<code>a<br>b</code>"), "a\nb");
    CHECK_STR(md("<code>a<tt>b</tt></code>"), "`ab`");
    CHECK_STR(md("<h2>The <code>x</code> option</h2>"), "## The `x` option");
    CHECK_STR(md("<p><code>a</p><p>b</code>"), "`a`\n\nb");
}

TEST(tables)
{
    CHECK_STR(md("a<table><tr><th>b<th>c<tr><td>d<td>e|f</table>g"),
              "a\n\n| b | c |\n| --- | --- |\n| d | e\\|f |\n\ng");
    CHECK_STR(md("<table><tr><td colspan=2>a<tr><td><td>b<tr><td>c<td></table>"),
              "| a | |\n| --- | --- |\n| | b |\n| c | |");
    CHECK_STR(md("<table><tr><td>a<br>b<td><p>c<p>d<tr><td>e<td> <code>f</code> </table>"),
              "| a b | c d |\n| --- | --- |\n| e | `f` |");
    CHECK_STR(md("<table><caption>t</caption><tr><td>a<td>b<tr><td>c<td>d</table>"),
              "t\n\n| a | b |\n| --- | --- |\n| c | d |");
    CHECK_STR(md("<table><tr><td>a<td>b<tr><td></td></tr></table>c"), "| a | b |\n| --- | --- |\n\nc");
}

TEST(layout_tables)
{
    CHECK_STR(md("<table><tr><td>a<td>b</table>"), "a\nb");
    CHECK_STR(md("<table><tr><td>a<tr><td>b</table>"), "a\nb");
    CHECK_STR(md("<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>"), "a\nb\nc\nd");
    CHECK_STR(md("<table><tr><td><h2>a</h2><td>b<tr><td>c<td>d</table>"), "## a\n\nb\nc\nd");
    CHECK_STR(md("<table><tr><td>a<td><table><tr><td>1<td>2<tr><td>3<td>4</table><tr><td>b<td>c</table>"),
              "a\n\n| 1 | 2 |\n| --- | --- |\n| 3 | 4 |\n\nb\nc");
}

TEST(tables_as_text)
{
    CHECK_STR(text("<table><tr><td>a<br>b<td><p>c<p>d<tr><td>e<td>f</table>g"), "a b | c d\ne | f\n\ng");
    CHECK_STR(text("<table><tr><td><h2>a</h2><td>b<tr><td>c<td>d</table>"), "a\n\nb\nc | d");
    CHECK_STR(text("<pre>\n\na\n  b\n</pre>"), "a\n  b");
}

TEST(rules)
{
    CHECK_STR(md("a<hr><hr>b<hr>"), "a\n\n---\n\nb");
    CHECK_STR(md("<hr>a"), "a");
    CHECK_STR(md("<blockquote>a<hr>b</blockquote>"), "> a\n>\n> ---\n>\n> b");
}

/* What is chosen lies inside a list or quote: its lines do not begin with theirs. */
TEST(main_content_inside_a_quote)
{
    struct err e = {0};
    struct buf long_one;
    buf_init(&long_one, BUF_NO_MAX);
    buf_puts(&long_one, "<blockquote>x<ul><li>y<main><p>");
    for (int i = 0; i < 100; i++) buf_puts(&long_one, "word ");
    buf_puts(&long_one, "<p>b</main></ul></blockquote>");
    page.markdown = true;
    buf_clear(&out);
    CHECK(page_read(&page, &h, buf_slice(&long_one), &e) == 0);
    CHECK(extract_text(&extractor, &page, EXTRACT_MAIN, &out, &type, &e) == 0);
    CHECK(slice_has_prefix(buf_slice(&out), "word word"));
    CHECK(slice_has_suffix(buf_slice(&out), "word\n\nb"));
    buf_free(&long_one);
}

/* A megabyte of each: in time, and not much more of output than of input. */
TEST(hostile_pages)
{
    static const char *const pieces[] = {"<ul><li>",
                                         "<blockquote>a<br>",
                                         "<blockquote><ul><li>a",
                                         "<table><tr><td>a<td>b",
                                         "<td>a<tr>",
                                         "<pre>```\n",
                                         "<code>`</code>",
                                         "<code>a<code>",
                                         "<h1>a",
                                         "<h1>a</h1>",
                                         "<hr>a",
                                         "<li>a<br>b",
                                         "<table>",
                                         "<tr><td>",
                                         "<td>",
                                         "<table><td>a<td>|<tr><td>",
                                         "<div class=language-c>",
                                         "<pre>a</pre>",
                                         "<ol start=999999><li>a\n",
                                         "<pre>\n\n"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf big;
        struct err e = {0};
        buf_init(&big, BUF_NO_MAX);
        for (int k = 0; k < 12; k++) buf_puts(&big, "<blockquote><ul><li>");
        if (i == 9) buf_clear(&big);
        while (big.n < 1 << 20) buf_puts(&big, pieces[i]);
        page.markdown = true;
        buf_clear(&out);
        clock_t start = clock();
        CHECK(page_read(&page, &h, buf_slice(&big), &e) == 0);
        CHECK(extract_text(&extractor, &page, EXTRACT_ALL, &out, &type, &e) == 0);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (seconds > 2 || out.n > 8 * big.n) printf("# %s: %.2f s, %zu bytes\n", pieces[i], seconds, out.n);
        CHECK(seconds < 2);
        CHECK(out.n <= 8 * big.n);
        buf_free(&big);
    }
}

int main(void)
{
    html_init(&h);
    page_init(&page);
    extractor_init(&extractor);
    buf_init(&out, BUF_NO_MAX);
    RUN(headings);
    RUN(lists);
    RUN(quotes);
    RUN(code);
    RUN(code_inside_a_line);
    RUN(tables);
    RUN(layout_tables);
    RUN(tables_as_text);
    RUN(rules);
    RUN(main_content_inside_a_quote);
    RUN(hostile_pages);
    buf_free(&out);
    page_free(&page);
    extractor_free(&extractor);
    return TEST_END();
}
