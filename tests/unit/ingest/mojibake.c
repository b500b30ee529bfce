#include "ingest/charset/mojibake.h"
#include "common/text.h"
#include "tests/unit/test.h"

static struct buf a, b;
static uint64_t repaired;

static void gives(const char *text, const char *want)
{
    struct slice s = slice_str(text);
    CHECK_INT(mojibake_fix(&s, &a, &b, &repaired), 0);
    CHECK_SLICE(s, want);
    CHECK((repaired > 0) == (strcmp(text, want) != 0));
}

static void stays(const char *text)
{
    gives(text, text);
}

/* UTF-8 taken for windows-1252: each byte becomes a character. */
static void damage(const char *text, struct buf *out)
{
    static const uint16_t c1[32] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                    0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
    char utf8[4];
    buf_clear(out);
    for (; *text; text++) {
        uint8_t c = (uint8_t)*text;
        buf_put(out, utf8, utf8_encode(c >= 0x80 && c < 0xa0 ? c1[c - 0x80] : c, utf8));
    }
    buf_terminate(out);
}

TEST(one_segment)
{
    gives("cafÃ©", "café");
    gives("MÃ¤rz", "März");
    gives("donâ€™t", "don’t");
    gives("â€œquotedâ€\xc2\x9d", "“quoted”");
    gives("27Â°C", "27°C");
    gives("Â© 2004", "© 2004");
    gives("paÅ‚ac", "pałac");
    gives("Ã–sterreich", "Österreich");
    gives("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет");
    gives("æ—¥æœ¬èªž", "日本語");
    gives("ðŸ˜€", "😀");
    CHECK_INT(repaired, strlen("ðŸ˜€"));
}

TEST(only_what_is_damaged)
{
    gives("é stays, cafÃ© does not", "é stays, café does not");
    gives("日本 Ã¼ber", "日本 über");
}

TEST(doubtful_segments_follow_a_sure_one_that_is_near)
{
    struct buf bad;
    char far[600];
    buf_init(&bad, BUF_NO_MAX);
    damage("Il a été là, à côté", &bad);
    gives(bad.p, "Il a été là, à côté");
    damage("в нём и с ним", &bad);
    gives(bad.p, "в нём и с ним");
    stays("il va Ã\xc2\xa0 la mer");
    snprintf(far, sizeof far, "cafÃ© %0300d Ã\xc2\xa0 la mer", 0);
    struct slice s = slice_str(far);
    mojibake_fix(&s, &a, &b, &repaired);
    CHECK_INT(repaired, 4);
    buf_free(&bad);
}

TEST(more_than_once)
{
    struct buf once, twice;
    const char *text = "déjà vu — “naïve” Привет 日本";
    buf_init(&once, BUF_NO_MAX);
    buf_init(&twice, BUF_NO_MAX);
    damage(text, &once);
    gives(once.p, text);
    damage(once.p, &twice);
    gives(twice.p, text);
    damage(twice.p, &once);
    gives(once.p, text);
    buf_free(&once);
    buf_free(&twice);
}

TEST(clean_text_stays)
{
    static const char *const texts[] = {
        "",       "plain",    "„Spaß“",     "CAFÉ”",       "le CAFÉ…",    "«Â»",        "MAÇÔ",
        "HYVÄ”",  "Ø¾",       "2×½",        "KRÚŠ",        "náššuvnnaid", "É\xc2\xa0!", "Ça va»",
        "ÄÖÜß",   "“É”, “À”", "fermé”»",    "Ñ…",          "straße–und",  "naïve café", "Привет, мир!",
        "日本語", "Ã",        "Âme et âme", "PÂ©",         "déjà vu",     "10 €–20 €",  "Ž‘š",
        "â",      "ð",        "\xc3\x82",   "Îles d’Or–»", "Ý\xc2\xad",   "Ê‘a",        "Õ«x»"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) stays(texts[i]);
}

TEST(hostile_texts_cost_linear_time)
{
    size_t n = 6 << 20;
    char *p = malloc(n);
    for (size_t i = 0; i < n; i++) p[i] = "É” "[i % 6];
    struct slice s = slice_of(p, n);
    CHECK_INT(mojibake_fix(&s, &a, &b, &repaired), 0);
    CHECK_INT(repaired, 0);
    for (size_t i = 0; i < n; i++) p[i] = "Ã"[i % 2];
    s = slice_of(p, n);
    CHECK_INT(mojibake_fix(&s, &a, &b, &repaired), 0);
    CHECK_INT(repaired, 0);
    free(p);
}

int main(void)
{
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    RUN(one_segment);
    RUN(only_what_is_damaged);
    RUN(doubtful_segments_follow_a_sure_one_that_is_near);
    RUN(more_than_once);
    RUN(clean_text_stays);
    RUN(hostile_texts_cost_linear_time);
    buf_free(&a);
    buf_free(&b);
    return TEST_END();
}
