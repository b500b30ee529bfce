#include "ingest/extract/extract.h"
#include "common/text.h"
#include "tests/unit/test.h"

static struct html h;
static struct page page;
static struct extractor extractor;
static const char *type;
static struct buf out;
static struct err e;

static const char *extract(const char *z, enum extract_mode mode)
{
    buf_clear(&out);
    CHECK_INT(page_read(&page, &h, slice_str(z), &e), 0);
    CHECK_INT(extract_text(&extractor, &page, mode, &out, &type, &e), 0);
    buf_terminate(&out);
    return out.p;
}

static const char *all(const char *z)
{
    return extract(z, EXTRACT_ALL);
}

static const char *content(const char *z)
{
    return extract(z, EXTRACT_MAIN);
}

#define LONG                                                                                                 \
    "This sentence is here so that there is enough text for a page to be believed to have content. It goes " \
    "on for a "                                                                                              \
    "while, says nothing of interest, and ends only when more than two hundred bytes have been filled with " \
    "words."

TEST(white_space)
{
    CHECK_STR(all("  a \n\t b<b> c </b>d  "), "a b c d");
    CHECK_STR(all("a<i>b</i>c <i> d</i>"), "abc d");
    CHECK_STR(all("a&nbsp;&nbsp; b\xc2\xa0"), "a b");
    CHECK_STR(all(" \n <p> </p> "), "");
    CHECK_STR(all("a\x01\x02\x7f\xc2\x85"
                  "b&#7;c"),
              "abc"); /* control characters */
}

TEST(blocks)
{
    CHECK_STR(all("<h1>A</h1><p>b<p>c</p>d"), "A\n\nb\n\nc\n\nd");
    CHECK_STR(all("<div>a</div><div>b</div>c"), "a\nb\nc");
    CHECK_STR(all("a<br>b<br/><br>c"), "a\nb\n\nc");
    CHECK_STR(all("a<hr>b</p>c</br>d"), "a\n\nb\n\nc\nd");
    CHECK_STR(all("<div><div><p>a</p></div></div><div></div><p></p><p>b</p>"), "a\n\nb");
    CHECK_STR(all("<section>a</section> <section>b</section>"), "a\n\nb");
}

TEST(lists)
{
    CHECK_STR(all("x<ul><li>a<li>b</ul>y"), "x\n\n- a\n- b\n\ny");
    CHECK_STR(all("<ul><li><p>a</p></li><li><p>b</p><p>c</p></li></ul>"), "- a\n- b\n\nc");
    CHECK_STR(all("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"), "- a\n- b\n- c");
    CHECK_STR(all("<ul><li></li><li>a</li><li></li></ul><p>b</p>"), "- a\n\nb");
    CHECK_STR(all("<dl><dt>a<dd>b<dt>c<dd>d</dl>"), "a\nb\nc\nd");
    CHECK_STR(all("<li>a</li>b"), "- a\nb");
}

TEST(tables)
{
    CHECK_STR(all("<table><tr><th>a<th>b<tr><td>c<td>d</table>e"), "a | b\nc | d\n\ne");
    CHECK_STR(all("<table><caption>t</caption><tbody><tr><td>a</td> <td>b</td></tr></tbody></table>"),
              "t\na | b");
    CHECK_STR(all("<table><tr><td>a<table><tr><td>b</table></td><td>c</table>"), "a\n\nb\n\nc");
    CHECK_STR(all("<table><thead><tr><td>a<tbody><tr><td>b<tfoot><tr><td>c</table>"), "a\nb\nc");
    CHECK_STR(all("<table><tr><td></td><td>b</td></tr></table>"), "b");
    CHECK_STR(all("<select><optgroup><option>a<option>b<optgroup><option>c</select>"), "a\nb\nc");
}

TEST(preformatted)
{
    CHECK_STR(all("x<pre>\n  a\n\n   b\t<b>c</b>  \n</pre>y"), "x\n\n  a\n\n   b\tc\n\ny");
    CHECK_STR(all("<pre>a<br>b\r\nc</pre>"), "a\nb\nc");
    CHECK_STR(all("<pre>\r\n\n\n a</pre>"), " a");
    CHECK_STR(all("<pre>\n \n\n</pre><dl>a"), "a");
    CHECK_STR(all("<xmp><b>&amp;</xmp>"), "<b>&amp;");
}

TEST(what_is_never_shown)
{
    CHECK_STR(all("<head><title>t</title><style>s</style></head><script>x</script>a<noscript>n</noscript>"),
              "a");
    CHECK_STR(all("a<template><p>b</p></template><iframe>c</iframe><svg><text>d</text><title/>e</svg>f"),
              "af");
    CHECK_STR(all("<svg><style>x{}</style><script>y</script></svg>z<video>v</video>"), "z");
    CHECK_STR(all("<noscript><p>" LONG LONG LONG "</p></noscript><div>x</div>"), LONG LONG LONG "\n\nx");
}

TEST(title_and_language)
{
    all("<html lang=' en-GB '><title> A &amp;\n B </title><svg><title>no</title></svg><title>two</title>");
    CHECK_SLICE(buf_slice(&page.title), "A & B");
    CHECK_STR(page.lang, "en-GB");
    all("<html xml:lang=de><body><svg><title>no</title></svg><title></title><title>late</title>");
    CHECK_SLICE(buf_slice(&page.title), "late");
    CHECK_STR(page.lang, "de");
    all("<html lang='en\"<'>");
    CHECK_STR(page.lang, "");
    all("<html lang=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>");
    CHECK_STR(page.lang, "");
    struct buf long_title;
    buf_init(&long_title, BUF_NO_MAX);
    buf_puts(&long_title, "<title>");
    for (int i = 0; i < 3000; i++) buf_puts(&long_title, "日");
    buf_terminate(&long_title);
    all(long_title.p);
    CHECK(page.title.n > 4000 && page.title.n <= 4096);
    CHECK_INT(utf8_valid_prefix(page.title.p, page.title.n), page.title.n);
    buf_free(&long_title);
}

TEST(furniture_is_left_out)
{
    CHECK_STR(content("<header>h</header><nav>n</nav><p>" LONG "</p><aside>a</aside><footer>f</footer>"),
              LONG);
    CHECK_STR(
        content(
            "<form>in <select><option>o</select><button>b</button><textarea>t</textarea>side</form>" LONG),
        "in side\n\n" LONG);
    CHECK_STR(
        content("<div role=navigation>n</div><div role=banner>b</div>" LONG "<span role=search>s</span>"),
        LONG);
    CHECK_STR(
        content(
            "<div hidden>n</div><p style='color:red; display : none'>b</p><i aria-hidden=true>x</i>" LONG),
        LONG);
    CHECK_STR(content("<div class='main-nav'>n</div><ul id=siteFooter><li>b</ul><div class=ads>x</div>" LONG),
              LONG);
    CHECK_STR(
        content("<div class='has-sidebar'>a</div><div class='with-ads navigate adventure'>b</div>" LONG),
        "a\nb\n" LONG);
    CHECK_STR(content("a <button>x</button> b <button>x</button>c" LONG), "a b c" LONG);
}

TEST(furniture_that_is_the_page)
{
    CHECK_STR(content("<div class=sidebar>" LONG "</div><p>x</p>"),
              LONG "\n\nx"); /* a wrapper with a bad name */
    CHECK_STR(content("<header><h1>T</h1>" LONG "</header>x"), "T\n\n" LONG "\n\nx");
    CHECK_STR(content("<nav>only</nav>"), "only"); /* nothing else is there */
    CHECK_STR(content("<article><header>title</header>" LONG "</article>"), "title\n\n" LONG);
}

TEST(main_and_article)
{
    CHECK_STR(content("<p>before</p><main><p>" LONG "</p></main><p>after</p>"), LONG);
    CHECK_STR(content("<p>before</p><div role=main>" LONG "</div><p>after</p>"), LONG);
    CHECK_STR(content("<p>before</p><article>" LONG "<article>inner</article></article>"), LONG "\n\ninner");
    CHECK_STR(content("<main>short</main><p>" LONG "</p>"), "short\n\n" LONG);
    CHECK_STR(content("<article>" LONG "</article>x<article>b</article>"), LONG "\n\nx\n\nb");
    CHECK_STR(content("<p>x</p><main>" LONG "<nav>n</nav>" LONG "</main>"), LONG "\n\n" LONG);
    CHECK_STR(content("<main>" LONG "</main>" LONG LONG LONG LONG), LONG "\n\n" LONG LONG LONG LONG);
}

TEST(wrong_nesting)
{
    CHECK_STR(content("<div><nav>n</div>" LONG), LONG); /* closed by its parent */
    CHECK_STR(all("<p>a<div>b</p>c</div>d"), "a\n\nb\n\nc\nd");
    CHECK_STR(all("</div></li></td>a</b></x-y>"), "a");
    CHECK_STR(content("<x-a hidden>n<x-b>m</x-b></x-a>" LONG), LONG);
    CHECK_STR(content("<span hidden>n<span>m</span>o</span>" LONG), LONG);
    CHECK_STR(content("<span hidden>n<div></span>m</div></span>" LONG),
              LONG); /* a block is not closed by an inline end */
    CHECK_STR(all("<table><tr><td><div>a</table>b</div>c"), "a\n\nbc");
    CHECK_STR(all("<div><table><tr><td>a</div>b</td></tr></table>c</div>d"), "ab\n\nc\nd");
    CHECK_STR(all("<table><tr><td>a</table></td></tr>b"), "a\n\nb");
    CHECK_STR(all("<button><p>a</button>b"), "a\n\nb");
}

static size_t extract_many(const char *piece, size_t bytes, enum extract_mode mode)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    while (b.n + strlen(piece) <= bytes) buf_puts(&b, piece);
    buf_clear(&out);
    CHECK_INT(page_read(&page, &h, buf_slice(&b), &e), 0);
    CHECK_INT(extract_text(&extractor, &page, mode, &out, &type, &e), 0);
    CHECK_INT(utf8_valid_prefix(out.p, out.n), out.n);
    CHECK(page.n_spans <= PAGE_SPANS && page.text.n <= 2 * bytes);
    buf_free(&b);
    return out.n;
}

/* Anything quadratic would take hours here. */
TEST(hostile_pages)
{
    static const char *const pieces[] = {"<div>",
                                         "<",
                                         "&",
                                         "<p>",
                                         "<nav>",
                                         "</p>",
                                         "<li>",
                                         "<ul><li>",
                                         "<table>",
                                         "<td>",
                                         "<a b>x",
                                         "<svg>",
                                         "<b hidden>",
                                         "<x-y>",
                                         "</div>",
                                         "<div></p></x>",
                                         "<article>",
                                         "<main>x",
                                         "<nav>x</nav>",
                                         "<br>",
                                         "<pre>\n",
                                         "&#x;",
                                         "&nGt;",
                                         "<button>x",
                                         "<div class='a a a a a a a a'>",
                                         "<dd>",
                                         "<select><option>",
                                         "<noscript>x</noscript>",
                                         "\xc2\xa0",
                                         " ",
                                         "<title>"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        extract_many(pieces[i], 2 << 20, EXTRACT_MAIN);
        extract_many(pieces[i], 1 << 20, EXTRACT_ALL);
    }
    CHECK_INT(extract_many("<", 1 << 20, EXTRACT_ALL), 1 << 20);
    CHECK_INT(extract_many("&", 1 << 20, EXTRACT_ALL), 1 << 20);
    CHECK_INT(extract_many("<div>", 1 << 20, EXTRACT_ALL), 0);
}

TEST(deep_nesting_is_counted)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 2000; i++) buf_puts(&b, "<div>");
    buf_puts(&b, "<nav>n</nav>");
    for (int i = 0; i < 2000; i++) buf_puts(&b, "</div>");
    buf_puts(&b, "<p>" LONG "</p><nav>n</nav>");
    buf_terminate(&b);
    CHECK_STR(content(b.p),
              "n\n\n" LONG); /* the first <nav> lies too deep to be followed, the last one does not */
    buf_free(&b);
}

int main(void)
{
    html_init(&h);
    page_init(&page);
    extractor_init(&extractor);
    buf_init(&out, BUF_NO_MAX);
    RUN(white_space);
    RUN(blocks);
    RUN(lists);
    RUN(tables);
    RUN(preformatted);
    RUN(what_is_never_shown);
    RUN(title_and_language);
    RUN(furniture_is_left_out);
    RUN(furniture_that_is_the_page);
    RUN(main_and_article);
    RUN(wrong_nesting);
    RUN(hostile_pages);
    RUN(deep_nesting_is_counted);
    page_free(&page);
    extractor_free(&extractor);
    buf_free(&out);
    return TEST_END();
}
