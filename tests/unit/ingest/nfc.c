#include "ingest/charset/nfc.h"
#include "common/text.h"
#include "tests/unit/test.h"
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

static struct buf out;

static struct slice nfc(const char *p, size_t n)
{
    struct slice s = slice_of(p, n);
    struct err e = {0};
    buf_clear(&out);
    CHECK_INT(nfc_normalize(&s, &out, &e), 0);
    return s;
}

static void gives(const char *text, const char *want)
{
    CHECK_SLICE(nfc(text, strlen(text)), want);
}

TEST(text_that_is_nfc_stays_where_it_is)
{
    static const char *const texts[] = {
        "",          "plain",   "Grüße, naïveté", "Привет",  "日本語の文章。",
        "한국어",    "हिन्दी में", "ภาษาไทยที่นี่",      "العربيّة", "🙂 𠀋 \xf3\xa0\x84\x80",
        "e\xcc\xb1!"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slice s = nfc(texts[i], strlen(texts[i]));
        CHECK(s.p == texts[i] && s.n == strlen(texts[i]));
    }
}

TEST(what_is_not_is_changed)
{
    gives("cafe\xcc\x81", "café");
    gives("e\xcc\x81", "é");
    gives("\xcc\x81", "\xcc\x81");
    gives("Tie\xcc\x82\xcc\x81ng Vie\xcc\xa3\xcc\x82t", "Tiếng Việt");
    gives("a\xcc\x81\xcc\x96", "á\xcc\x96");
    gives("\xcc\x81\xcc\x96", "\xcc\x96\xcc\x81"); /* put in order */
    gives("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x80\xe1\x85\xb3\xe1\x86\xaf", "한글");
    gives("\xe2\x84\xab \xe2\x84\xa6", "Å Ω");
    gives("か\xe3\x82\x99き", "がき");
    gives("豈", "豈");                                             /* U+F900 */
    gives("\xf0\x91\x82\x99\xf0\x91\x82\xba", "\xf0\x91\x82\x9a"); /* beyond the basic plane */
}

TEST(stretches_apart_and_close)
{
    gives("e\xcc\x81 and far behind it, where another stretch begins, e\xcc\x81 e\xcc\x81 e\xcc\x81",
          "é and far behind it, where another stretch begins, é é é");
    gives("é stays and e\xcc\x81", "é stays and é");
}

/* ICU's normalizer for UTF-16 over the whole text. */
static void reference(struct slice s, struct buf *b)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t n16 = 0, n = 0, n8 = 0;
    static UChar from[4096], to[16384];
    u_strFromUTF8(from, 4096, &n16, s.p, (int32_t)s.n, &status);
    n = unorm2_normalize(unorm2_getNFCInstance(&status), from, n16, to, 16384, &status);
    buf_clear(b);
    buf_reserve(b, 65536);
    u_strToUTF8(b->p, 65536, &n8, to, n, &status);
    CHECK(U_SUCCESS(status));
    b->n = (size_t)n8;
}

TEST(random_texts_as_icu_does_them_whole)
{
    static const uint32_t ranges[][2] = {
        {0x20, 0x7e},     {0xc0, 0x24f},      {0x300, 0x36f},     {0x370, 0x3ff},
        {0x5b0, 0x5ea},   {0x620, 0x655},     {0x900, 0x97f},     {0xb80, 0xbff},
        {0xe30, 0xe50},   {0x1100, 0x11ff},   {0x1e00, 0x1fff},   {0x3040, 0x30ff},
        {0xac00, 0xac40}, {0x1d150, 0x1d16f}, {0x1f600, 0x1f64f}, {0xf900, 0xf930}};
    struct buf want, text;
    uint32_t x = 1;
    buf_init(&want, BUF_NO_MAX);
    buf_init(&text, BUF_NO_MAX);
    for (int i = 0; i < 20000; i++) {
        buf_clear(&text);
        for (unsigned n = x % 60; n > 0; n--) {
            x = x * 1664525 + 1013904223;
            const uint32_t *range = ranges[(x >> 28) * (i % 3 != 0)];
            char utf8[4];
            buf_put(&text, utf8, utf8_encode(range[0] + (x >> 8 & 0xffff) % (range[1] - range[0] + 1), utf8));
        }
        reference(buf_slice(&text), &want);
        struct slice got = nfc(text.p ? text.p : "", text.n);
        CHECK(slice_eq(got, buf_slice(&want)));
    }
    buf_free(&want);
    buf_free(&text);
}

TEST(long_runs_of_marks_cost_linear_time)
{
    size_t n = 4 << 20;
    char *p = malloc(n);
    for (size_t i = 0; i < n; i++) p[i] = "\xcc\x81\xcc\x96"[i % 4];
    struct slice s = nfc(p, n);
    CHECK_INT(s.n, n);
    CHECK(utf8_valid_prefix(s.p, s.n) == s.n);
    free(p);
}

int main(void)
{
    buf_init(&out, BUF_NO_MAX);
    RUN(text_that_is_nfc_stays_where_it_is);
    RUN(what_is_not_is_changed);
    RUN(stretches_apart_and_close);
    RUN(random_texts_as_icu_does_them_whole);
    RUN(long_runs_of_marks_cost_linear_time);
    buf_free(&out);
    return TEST_END();
}
