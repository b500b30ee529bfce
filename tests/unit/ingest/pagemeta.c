/* Dates, canonical URLs, titles and owners' wishes, as pages state them. */
#include "common/text.h"
#include "ingest/html/jsonld.h"
#include "ingest/html/page.h"
#include "ingest/html/pagedate.h"
#include "ingest/html/pagetitle.h"
#include "tests/unit/test.h"
#include <time.h>

static struct html h;
static struct page page;
static struct buf out;

static void read_page(const char *html)
{
    struct err e = {0};
    CHECK(page_read(&page, &h, slice_str(html), &e) == 0);
}

static uint32_t date_at(const char *url, const char *html)
{
    read_page(html);
    return pagemeta_date(&page.meta, slice_str(url), 0);
}

static uint32_t date(const char *html)
{
    return date_at("", html);
}

static const char *canonical(const char *url, const char *html)
{
    read_page(html);
    buf_clear(&out);
    CHECK(pagemeta_canonical(&page.meta, slice_str(url), &out) == 0);
    buf_terminate(&out);
    return out.p;
}

static const char *robots(const char *html)
{
    read_page(html);
    buf_clear(&out);
    buf_put_slice(&out, buf_slice(&page.meta.robots));
    buf_terminate(&out);
    return out.p;
}

static const char *title(const char *html)
{
    read_page(html);
    buf_clear(&out);
    buf_put_slice(&out, buf_slice(&page.title));
    buf_terminate(&out);
    return out.p;
}

TEST(forms_of_dates)
{
    static const char *const same[] = {"2024-05-31",
                                       "2024-05-31T23:59:59+02:00",
                                       " 2024-05-31 10:00",
                                       "2024/5/31",
                                       "2024.05.31",
                                       "20240531",
                                       "20240531T100000Z",
                                       "May 31, 2024",
                                       "May 31st, 2024 at 8",
                                       "31 May 2024",
                                       "31. May 2024",
                                       "31-May-2024",
                                       "Fri, 31 May 2024 10:00:00 GMT",
                                       "Friday, May 31, 2024",
                                       "Fri May 31 2024 10:00"};
    static const char *const none[] = {
        "",           "2024",       "2024-05",      "2024-13-01",  "2024-02-30", "2023-02-29",
        "31/05/2024", "5/31/2024",  "1970-01-01",   "1989-12-31",  "2101-01-01", "2024-05-311",
        "202405311",  "May 2024",   "31 2024",      "32 May 2024", "Mayor 2",    "2024-5/31",
        "May",        "2024-05-00", "may 31 20245", "tomorrow"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CHECK_INT(pagedate_read(slice_str(same[i])), 20240531);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) CHECK_INT(pagedate_read(slice_str(none[i])), 0);
    CHECK_INT(pagedate_read(slice_str("2024-02-29")), 20240229);
    CHECK_INT(pagedate_read(slice_str("2000-02-29")), 20000229);
}

TEST(dates_in_urls)
{
    CHECK_INT(pagedate_of_url(slice_str("https://a/2024/05/31/b")), 20240531);
    CHECK_INT(pagedate_of_url(slice_str("https://a/b/2024-05-31-c")), 20240531);
    CHECK_INT(pagedate_of_url(slice_str("https://a/2024/5/1")), 20240501);
    CHECK_INT(pagedate_of_url(slice_str("https://a/2024/05/b")), 0);
    CHECK_INT(pagedate_of_url(slice_str("https://a/12345678/b")), 0);
    CHECK_INT(pagedate_of_url(slice_str("https://a/?d=/2024/05/31/")), 0);
}

/* Each day of 110 years against the C library's calendar. */
TEST(days)
{
    int64_t first = pagedate_days(19900101);
    for (int i = 0; i < 40000; i++) {
        time_t t = (time_t)i * 86400 + 631152000;
        struct tm tm;
        gmtime_r(&t, &tm);
        uint32_t date = (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
        if (pagedate_days(date) - first != i) {
            CHECK_INT(pagedate_days(date) - first, i);
            break;
        }
    }
}

TEST(shown_dates)
{
    CHECK(pagedate_shown(slice_str("by A. B., May 31, 2024"), 20240531));
    CHECK(pagedate_shown(slice_str("on 31/5/2024."), 20240531));
    CHECK(pagedate_shown(slice_str("05/31/2024"), 20240531));
    CHECK(pagedate_shown(slice_str("2024-05-31"), 20240531));
    CHECK(!pagedate_shown(slice_str("131/5/2024"), 20240531));
    CHECK(!pagedate_shown(slice_str("May 30, 2024, May 31, 2023"), 20240531));
}

TEST(dates)
{
    CHECK_INT(date("<meta property='article:published_time' content='2024-05-31T10:00:00Z'>"), 20240531);
    CHECK_INT(date("<meta name=DC.date content='2024-05-31'>"), 20240531);
    CHECK_INT(date("<meta itemprop=datePublished content='2024-05-31'>"), 20240531);
    CHECK_INT(date("<time itemprop='datePublished' datetime='2024-05-31'>x</time>"), 20240531);
    CHECK_INT(date("<time pubdate datetime='2024-05-31'>x</time>"), 20240531);
    CHECK_INT(date("<time class='entry-date published' datetime='2024-05-31'>x</time>"), 20240531);
    CHECK_INT(date("<time datetime='2024-05-31'>x</time>"), 0);
    CHECK_INT(date("<meta property='article:modified_time' content='2024-05-31'>"), 0);
    CHECK_INT(date("<time pubdate datetime='2024-05-31'></time><time pubdate datetime='2024-05-30'></time>"),
              0);
    CHECK_INT(date_at("http://a/2024/05/31/x", "a"), 20240531);
    CHECK_INT(date_at("http://a/2024/05/31/x", "<meta name=date content='2024-06-01T01:00:00Z'>"), 20240531);
    CHECK_INT(date_at("http://a/2024/05/31/x", "<meta name=date content='2024-06-03'>"), 20240603);
    read_page("<meta name=date content='2024-05-31'>");
    CHECK_INT(pagemeta_date(&page.meta, slice_str(""), 20240530), 0);
    CHECK_INT(pagemeta_date(&page.meta, slice_str(""), 20240531), 20240531);
}

TEST(dates_of_pages_that_were_changed)
{
#define BOTH(published, modified)                                      \
    "<meta property='article:published_time' content='" published "'>" \
    "<meta property='article:modified_time' content='" modified "'>"
    CHECK_INT(date(BOTH("2024-01-02", "2024-01-20") "a"), 20240102);
    CHECK_INT(date(BOTH("2024-01-02", "2024-01-20") "<p>January 20, 2024"), 0);
    CHECK_INT(date(BOTH("2024-01-02", "2024-01-20") "<p>January 20, 2024<p>January 2, 2024"), 20240102);
    CHECK_INT(date(BOTH("2024-01-02", "2025-01-20") "a"), 0);
    CHECK_INT(date(BOTH("2024-01-02", "2025-01-20") "2 Jan 2024"), 20240102);
}

#define JSON(text) "<script type='application/ld+json'>" text "</script>"

TEST(json_ld)
{
    CHECK_INT(date(JSON("{\"@type\":\"NewsArticle\",\"datePublished\":\"2024-05-31\"}")), 20240531);
    CHECK_INT(date(JSON("{\"datePublished\":\"2024-05-31\", \"@type\": [\"Thing\", \"BlogPosting\"]}")),
              20240531);
    CHECK_INT(date(JSON("{\"@graph\":[{\"@type\":\"WebPage\",\"datePublished\":\"2024-05-30\"},"
                        "{\"@type\":\"https://schema.org/Article\",\"datePublished\":\"2024-05-31\"}]}")),
              20240531);
    CHECK_INT(
        date(JSON(
            "{\"@type\":\"Product\",\"review\":{\"@type\":\"Review\",\"datePublished\":\"2024-05-31\"}}")),
        0);
    CHECK_INT(date(JSON("{\"@type\":\"DiscussionForumPosting\",\"datePublished\":\"2024-05-31\","
                        "\"comment\":[{\"@type\":\"Comment\",\"datePublished\":\"2024-06-01\"}]}")),
              20240531);
    CHECK_INT(date(JSON("{\"@type\":\"Question\",\"dateCreated\":\"2024-05-31\"}")), 20240531);
    CHECK_INT(date(JSON("[{\"@type\":\"Article\",\"datePublished\":\"2024-05-31\"},"
                        "{\"@type\":\"Article\",\"datePublished\":\"2024-05-30\"}]")),
              0);
    CHECK_INT(date(JSON("{\"@type\":\"JobPosting\",\"datePublished\":\"2024-05-31\"}")), 0);
    CHECK_INT(
        date(
            JSON("{\"@type\":\"Article\",\"headline\":\"a \\\"b\\\": {\",\"datePublished\":\"2024-05-31\"}")),
        20240531);
    CHECK_INT(
        date(JSON(
            "//<![CDATA[\n{\"@type\":\"Article\",\n\"text\":\"a\nb\",\"datePublished\":\"2024-05-31\",}\n//"
            "]]>")),
        20240531);
    CHECK_INT(date("<script type=\"application/LD+json; "
                   "charset=utf-8\">{\"@type\":\"Article\",\"datePublished\":\"2024-05-31\"}</script>"),
              20240531);
    CHECK_INT(date("<script>{\"@type\":\"Article\",\"datePublished\":\"2024-05-31\"}</script>"), 0);
    CHECK_INT(date(JSON("}]}{\"@type\":\"Article\",\"datePublished\":\"2024-05-31\"")), 0); /* not closed */
}

TEST(canonical_urls)
{
    CHECK_STR(canonical("http://a/b/c", "<link rel=canonical href='../d?e=1&amp;f#g'>"), "http://a/d?e=1&f");
    CHECK_STR(canonical("http://a/b/c", "<link rel='x CANONICAL' href=//h/i>"), "http://h/i");
    CHECK_STR(canonical("http://a/b/c", "<base href='http://x/y/'><link rel=canonical href=z>"),
              "http://x/y/z");
    CHECK_STR(canonical("http://a/b/c", "<base href='/y/'><link rel=canonical href=z>"), "http://a/y/z");
    CHECK_STR(canonical("", "<meta property=og:url content='https://a/b'>"), "https://a/b");
    CHECK_STR(
        canonical("", "<meta property=og:url content='https://a/b'><link rel=canonical href='https://c/'>"),
        "https://c/");
    CHECK_STR(canonical("", "<link rel=canonical href=/b>"), "");
    CHECK_STR(canonical("http://a/", "<link rel=canonical href='javascript:x'>"), "");
    CHECK_STR(canonical("http://a/", "<link rel=canonical href='http://a b/'>"), "");
    CHECK_STR(canonical("http://a/", "<link rel=alternate href=/b>"), "");
}

TEST(wishes)
{
    CHECK_STR(robots("<meta name=robots content='NOINDEX, max-snippet: 20'><meta name=googlebot "
                     "content='noindex,noai'>"),
              "noindex,max-snippet:20,googlebot:noindex,googlebot:noai");
    CHECK_STR(robots("<meta name=GPTBot content=' noindex  nofollow ;'><meta name=robots content=noai>"),
              "gptbot:noindex nofollow,noai");
    CHECK_STR(robots("<meta name=noai><meta name=noimageai content=''>"), "noai,noimageai");
    CHECK_STR(robots("<meta name=TDM-Reservation content=1><meta name=tdm-policy content='https://a/P,q'>"),
              "tdm-reservation:1,tdm-policy:https://a/P%2Cq");
    CHECK_STR(robots("<meta name=description content=noindex>"), "");
}

TEST(titles)
{
    CHECK_STR(title("<title>a | B</title><h1>c</h1>"), "a | B");
    CHECK_STR(title("<title>Some words | Site</title><h1>Some\n <b>words</b></h1>"), "Some words");
    CHECK_STR(title("<title>Some words here: more | Site</title><h1>Some words here</h1>"),
              "Some words here");
    CHECK_STR(title("<title>Some wordsy - Site</title><h1>Some words</h1>"), "Some wordsy - Site");
    CHECK_STR(title("<title>Site | A much longer title</title><h1>Site</h1>"), "Site | A much longer title");
    CHECK_STR(title("<title> </title><meta property=og:title content=' a &amp; b'><h1>c</h1>"), "a & b");
    CHECK_STR(title("<h1></h1><h1>c<br>d</h1>"), "c d");
    CHECK_STR(title("<p>c"), "");
}

TEST(hostile_pages)
{
    static const char *const pieces[] = {"<meta name=robots content='a,b,c,d'>",
                                         "<meta name=robots content=",
                                         "<link rel=canonical href='   '>",
                                         "<time pubdate datetime=2024-05-31>",
                                         "2024 ",
                                         "<meta property=og:title content=' '>"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf big;
        struct err e = {0};
        buf_init(&big, BUF_NO_MAX);
        buf_puts(&big, BOTH("2024-01-02", "2024-06-20"));
        while (big.n < 1 << 20) buf_puts(&big, pieces[i]);
        clock_t start = clock();
        CHECK(page_read(&page, &h, buf_slice(&big), &e) == 0);
        CHECK(clock() - start < 20 * CLOCKS_PER_SEC);
        CHECK(page.meta.robots.n <= 1024);
        buf_free(&big);
    }
}

static const char *author(const char *html)
{
    read_page(html);
    buf_clear(&out);
    buf_put_slice(&out, pageauthor_get(&page.meta.author));
    buf_terminate(&out);
    return out.p ? out.p : "";
}

#define LD(json) "<script type='application/ld+json'>" json "</script>"

TEST(authors)
{
    CHECK_STR(author("<meta name=author content=' Ann&#32; M&uuml;ller '>"), "Ann M\xc3\xbcller");
    CHECK_STR(author("<meta name=author content='By Ann B'><meta name=author content='Ann B'><meta "
                     "name=author content='C D'>"),
              "Ann B; C D");
    CHECK_STR(author("<meta property=article:author content='https://example.org/ann'>"), "");
    CHECK_STR(author("<meta name=author content=admin>"), "");
    CHECK_STR(author("<meta name=author content=ann.b2>"), "");
    CHECK_STR(author("<meta property=og:site_name content=Docker><meta name=author content='Docker Inc'>"),
              "");
    CHECK_STR(author("<meta name=citation_author content='B, Ann'><meta name=author content='The Press'>"),
              "B, Ann");
    CHECK_STR(author(LD("{\"@type\":\"Article\",\"author\":\"Ann \\u00dc\"}")), "Ann \xc3\x9c");
    CHECK_STR(
        author(LD("{\"author\":[{\"@type\":\"Person\",\"name\":\"Ann A\",\"worksFor\":{\"name\":\"X\"}},"
                  "{\"name\":\"Bo B\"},\"Cy &amp; D\"],\"@type\":\"NewsArticle\"}")),
        "Ann A; Bo B; Cy & D");
    CHECK_STR(author(LD("{\"@type\":\"Article\",\"author\":{\"name\":\"Firm\",\"@type\":\"Organization\"}}")),
              "");
    CHECK_STR(author(LD("{\"@type\":\"Product\",\"author\":\"Ann A\"}")), "");
    CHECK_STR(
        author(
            LD("[{\"@type\":\"Article\",\"author\":\"Ann A\"},{\"@type\":\"Article\",\"author\":\"Bo B\"}]")),
        "");
    CHECK_STR(author(LD("{\"@type\":\"Article\",\"author\":\"\\ud800\"}")), "");
    CHECK_STR(author("<p>By Ann"), "");
}

static void count(void *ctx, const struct jsonld_object *object)
{
    ++*(size_t *)ctx;
}

TEST(hostile_json)
{
    static const char *const pieces[] = {
        "{",           "[", "{\"@type\":[", "\"", "\\", "}", "{\"datePublished\":\"1\",", "{\"author\":[",
        "{\"@type\":{"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf big;
        size_t calls = 0;
        buf_init(&big, BUF_NO_MAX);
        while (big.n < 1 << 20) buf_puts(&big, pieces[i]);
        clock_t start = clock();
        jsonld_scan(buf_slice(&big), count, &calls);
        CHECK(clock() - start < 10 * CLOCKS_PER_SEC);
        CHECK_INT(calls, 0);
        buf_free(&big);
    }
}

int main(void)
{
    html_init(&h);
    page_init(&page);
    buf_init(&out, BUF_NO_MAX);
    RUN(forms_of_dates);
    RUN(dates_in_urls);
    RUN(days);
    RUN(shown_dates);
    RUN(dates);
    RUN(dates_of_pages_that_were_changed);
    RUN(json_ld);
    RUN(canonical_urls);
    RUN(wishes);
    RUN(titles);
    RUN(hostile_pages);
    RUN(authors);
    RUN(hostile_json);
    buf_free(&out);
    page_free(&page);
    return TEST_END();
}
