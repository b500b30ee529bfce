#include "ingest/admit/consent.h"
#include "tests/unit/test.h"

static struct consent c;
static struct buf json;

static void robots_are(const char *value, const char *want)
{
    consent_clear(&c);
    consent_add_robots(&c, slice_str(value));
    buf_clear(&json);
    consent_put_json(&c, &json);
    CHECK_SLICE(buf_slice(&json), want);
}

TEST(robots)
{
    robots_are("", "[]");
    robots_are("NoIndex, nofollow,noindex", "[\"nofollow\",\"noindex\"]");
    robots_are("none", "[\"nofollow\",\"noindex\"]");
    robots_are("noai;noimageai", "[\"noai\",\"noimageai\"]");
    robots_are("noindex nofollow", "[\"nofollow\",\"noindex\"]");
    robots_are("index, follow, max-snippet:-1, max-image-preview: large",
               "[\"follow\",\"index\",\"max-image-preview:large\",\"max-snippet:-1\"]");
    robots_are("something-new", "[\"something-new\"]");
    robots_are("please do not index", "[\"index\"]"); /* of a sentence, the words that are known */
}

TEST(robots_said_to_one)
{
    robots_are("googlebot: noindex, nofollow", "[\"googlebot:nofollow\",\"googlebot:noindex\"]");
    robots_are("noai, GoogleBot:noindex, otherbot: none",
               "[\"googlebot:noindex\",\"noai\",\"otherbot:nofollow\",\"otherbot:noindex\"]");
    robots_are("bot: max-snippet: 20", "[\"bot:max-snippet:20\"]");
    robots_are("max-other:7, noindex", "[\"max-other:7\",\"noindex\"]"); /* not said to one named max-other */
}

TEST(dates)
{
    robots_are("unavailable_after: 25 Jun 2010 15:00:00 PST", "[\"unavailable_after\"]");
    robots_are("unavailable_after: Wednesday, 25-Jun-10 15:00:00 PST, noindex",
               "[\"noindex\",\"unavailable_after\"]");
    robots_are("bot: unavailable_after: 2010-06-25T15:00:00", "[\"bot:unavailable_after\"]");
}

TEST(rubbish)
{
    char z[8192];
    robots_are(", ;:,::, a:, :b, \"quoted\", \xc3\xa9, <b>", "[]");
    memset(z, 'a', sizeof z);
    z[8191] = 0;
    robots_are(z, "[]"); /* too long for a token */
    for (size_t i = 0; i < 8190; i++)
        z[i] = i % 3 == 2 ? ',' : (char)('a' + (i % 3 ? i / 78 % 26 : i / 3 % 26));
    z[8190] = 0;
    consent_clear(&c);
    consent_add_robots(&c, slice_str(z));
    CHECK_INT(c.n, CONSENT_TOKENS);
    for (size_t i = 1; i < c.n; i++) CHECK(strcmp(c.token[i - 1], c.token[i]) < 0);
}

static void header_is(const char *header)
{
    static char text[2048];
    static struct fields f;
    snprintf(text, sizeof text, "%s", header);
    fields_parse(&f, text, strlen(text));
    consent_clear(&c);
    consent_add_header(&c, &f);
    buf_clear(&json);
    consent_put_json(&c, &json);
}

TEST(headers)
{
    header_is("x-robots-tag: noai\r\nX-Robots-Tag: bot: noindex\r\nContent-Type: text/html\r\n\r\n");
    CHECK_SLICE(buf_slice(&json), "[\"bot:noindex\",\"noai\"]");
    CHECK_INT(c.tdm_reservation, -1);
    header_is("TDM-Reservation: 1\r\ntdm-policy: https://example.com/p.json \r\n\r\n");
    CHECK_INT(c.tdm_reservation, 1);
    CHECK_SLICE(c.tdm_policy, "https://example.com/p.json");
    header_is("tdm-reservation: 0\r\n\r\n");
    CHECK_INT(c.tdm_reservation, 0);
    consent_add_tdm(&c, slice_str(" 1 "));
    CHECK_INT(c.tdm_reservation, 1);
    consent_add_tdm(&c, slice_str("0"));
    CHECK_INT(c.tdm_reservation, 1);
    header_is("tdm-reservation: yes\r\n\r\n");
    CHECK_INT(c.tdm_reservation, -1);
    header_is("Content-Signal: search=yes, AI-Train=no,ai-input=no\r\nContent-Usage: train-ai=n;x=\"y\", "
              "search\r\n\r\n");
    CHECK_SLICE(
        buf_slice(&json),
        "[\"content-signal-ai-input=no\",\"content-signal-ai-train=no\",\"content-signal-search=yes\","
        "\"content-usage-search\",\"content-usage-train-ai=n\"]");
}

TEST(pages)
{
    consent_clear(&c);
    consent_add_page(&c, slice_str("noai,gptbot:noindex,tdm-reservation:1,tdm-policy:https://a.example/"
                                   "P%2Cq,tdm-policy:b,nofollow"));
    buf_clear(&json);
    consent_put_json(&c, &json);
    CHECK_SLICE(buf_slice(&json), "[\"gptbot:noindex\",\"noai\",\"nofollow\"]");
    CHECK_INT(c.tdm_reservation, 1);
    CHECK_SLICE(c.tdm_policy, "https://a.example/P%2Cq");
}

TEST(respect)
{
    struct respected r;
    struct err e = {0};
    const char *lists[] = {"noindex, bot:noai", "ai"};
    CHECK_INT(respected_parse(&r, lists, 2, &e), 0);
    CHECK_INT(r.n, 6);
    robots_are("nofollow, index, googlebot: noindex", "[\"googlebot:noindex\",\"index\",\"nofollow\"]");
    CHECK(respected_find(&r, &c) == NULL); /* what is said to another robot is not said to all */
    robots_are("noai, noindex", "[\"noai\",\"noindex\"]");
    CHECK_STR(respected_find(&r, &c), "robots:noindex");
    robots_are("bot: noai", "[\"bot:noai\"]");
    CHECK_STR(respected_find(&r, &c), "robots:bot:noai");
    header_is("tdm-reservation: 1\r\n\r\n");
    CHECK_STR(respected_find(&r, &c), "robots:tdm");
    header_is("content-signal: ai-train=no\r\n\r\n");
    CHECK_STR(respected_find(&r, &c), "robots:content-signal-ai-train=no");
}

TEST(respect_what_nobody_says)
{
    static const char *const wrong[] = {
        "noia",  "none",         "max-snippet:3",    "NOAI", "content-signal-ai-train",
        "bot:x", "bot:bot:noai", "unavailable_after"};
    struct respected r;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {0};
        CHECK_INT(respected_parse(&r, &wrong[i], 1, &e), -ERR_USAGE);
        CHECK(strstr(e.msg, wrong[i]) != NULL);
    }
    struct err e = {0};
    respected_parse(&r, &wrong[0], 1, &e);
    CHECK(strstr(e.msg, "did you mean 'noai'") != NULL);
}

int main(void)
{
    buf_init(&json, BUF_NO_MAX);
    RUN(robots);
    RUN(robots_said_to_one);
    RUN(dates);
    RUN(rubbish);
    RUN(headers);
    RUN(pages);
    RUN(respect);
    RUN(respect_what_nobody_says);
    buf_free(&json);
    return TEST_END();
}
