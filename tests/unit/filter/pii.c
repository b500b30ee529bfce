/* Personal data: what is found and what is not; ids as python-stdnum judges them; datatrove's formatter; the same bits from
 * every kind of CPU. */
#include "filter/pii/anchors.h"
#include "filter/pii/checks.h"
#include "filter/pii/find.h"
#include "tests/unit/test.h"

static struct pii *finder;

static uint64_t state = 1;
static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % n;
}

/* "kind:text|kind:text" of all spans. */
static void found(const char *text, unsigned kinds, struct buf *b)
{
    const struct pii_span *s;
    CHECK_INT(pii_find(finder, slice_str(text), kinds, NULL), 0);
    size_t n = pii_spans(finder, &s);
    buf_clear(b);
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%s:%.*s", i ? "|" : "", pii_kind_name(s[i].kind), (int)(s[i].end - s[i].start),
                   text + s[i].start);
    buf_terminate(b);
}

static void check_all(const char *const pairs[][2], size_t n)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < n; i++) {
        found(pairs[i][0], PII_ALL, &b);
        CHECK_STR(b.p, pairs[i][1]);
    }
    buf_free(&b);
}
#define CHECK_ALL(pairs) check_all(pairs, sizeof(pairs) / sizeof *(pairs))

TEST(network)
{
    static const char *const t[][2] = {
        {"mail a.b+c@mail.example.co.uk.", "email:a.b+c@mail.example.co.uk"},
        {"<foo@bar.com>, \"x\"@y.org", "email:foo@bar.com"},
        {"联系邮箱foo@bar.com谢谢", "email:foo@bar.com"},
        {"mailto:joe@x.org?subject=hi", "email:joe@x.org"},
        {"icon@2x.png user@localhost @handle a@b a..b@c.de", "email:b@c.de"},
        {"ping 8.8.8.8 now", "ip:8.8.8.8"},
        {"http://93.184.216.34:8080/x", "ip:93.184.216.34"},
        {"192.168.1.1 10.0.0.7 127.0.0.1 169.254.1.1 172.16.0.1 0.0.0.0 239.1.1.1", ""},
        {"2606:4700:4700::1111, [2001:4860:4860::8888]:53",
         "ip:2606:4700:4700::1111|ip:2001:4860:4860::8888"},
        {"fe80::1 ::1 2001:db8::1 fd00::1 std::vector a::b::c dead:beef 12:34:56", ""},
        {"6e40:4041:c617:e898:c11:40d2:c669:2eb4", "ip:6e40:4041:c617:e898:c11:40d2:c669:2eb4"},
        {"1:2:3:4:5:6:7:8:9 and 00:1A:2B:3C:4D:5E", ""},
        {"version 1.2.3.4, v8.8.4.4, Chrome/41.0.2228.0, lib-1.22.33.44.tar.gz, §4.5.6.7, 1.3.6.1.4.1.311",
         ""},
        {"256.1.1.1 1.2.3 8.8.8.8.8 08.8.8.8", ""},
    };
    CHECK_ALL(t);
}

/* Card numbers are those that issuers and processors publish for tests; accounts those of the IBAN registry; addresses
 * of BIP 173, BIP 350 and Bitcoin's wiki. */
TEST(finance)
{
    static const char *const t[][2] = {
        {"4111 1111 1111 1111", "card:4111 1111 1111 1111"},
        {"3782-822463-10005; 6011111111111117; 5555555555554444",
         "card:3782-822463-10005|card:6011111111111117|card:5555555555554444"},
        {"4111 1111 1111 1112 4111-1111 1111-1111", ""},
        {"Order 4111111111111111; tracking number 4012888888881881", ""},
        {"card 630490017740292441", "card:630490017740292441"},
        {"the article no. 630490017740292441", ""},
        {"978-3-16-148410-0 and 9783161484100", ""},
        {"IBAN DE89 3704 0044 0532 0130 00.", "iban:DE89 3704 0044 0532 0130 00"},
        {"FR1420041010050500013M02606 gb82west12345698765432",
         "iban:FR1420041010050500013M02606|iban:gb82west12345698765432"},
        {"DE89 3704 0044 0532 0130 01 GB82WEST1234569876543 XX89370400440532013000", ""},
        {"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "crypto:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"},
        {"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "crypto:3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"},
        {"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", ""},
        {"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "crypto:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"},
        {"bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297",
         "crypto:bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297"},
        {"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", ""},
    };
    CHECK_ALL(t);
}

TEST(phones)
{
    static const char *const t[][2] = {
        {"(212) 555-0123 ext. 44", "phone:(212) 555-0123 ext. 44"},
        {"+44 20 7946 0958, +49 (0)30 901820", "phone:+44 20 7946 0958|phone:+49 (0)30 901820"},
        {"+1 (212) 555-0123; 1-800-555-0199", "phone:+1 (212) 555-0123|phone:1-800-555-0199"},
        {"01 23 45 67 89", "phone:01 23 45 67 89"},
        {"090-1234-5678 010-1234-5678 138 1234 5678",
         "phone:090-1234-5678|phone:010-1234-5678|phone:138 1234 5678"},
        {"电话：13812345678", "phone:13812345678"},
        {"(11) 98765-4321", "phone:(11) 98765-4321"},
        {"8 (495) 123-45-67", "phone:8 (495) 123-45-67"},
        {"Tel. 030 / 901820-12", "phone:030 / 901820-12"},
        {"0049 30 901820", "phone:0049 30 901820"},
        {"phone: 4673395; this, which is far away from it, is another one, an id, 4673395", "phone:4673395"},
        {"on 2019-04-21 02:40:41 and 21.04.2019 12:30 and 04/21/2019", ""},
        {"1234567 12345678 1234567890 12345678901 1555555555 1234567890123", ""},
        {"the years 1998-2004 2006-2010 were 1914-1918", ""},
        {"population 1 234 567 890 and 299 792 458 m/s, $1,234,567.89 €12.345.678", ""},
        {"J. Phys. 34 (65), 76-97; 12 (34) 245-256; 2018;45(3):123-456", ""},
        {"lat 52.520008, lon 13.404954; 3.14159265358979323846; 10-20-30-40", ""},
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", ""},
        {"call 2019-04-21 and phone book of 2019, call 911", ""},
        {"+0 123 456 789 +999 1234 5678", ""},
    };
    CHECK_ALL(t);
}

/* The tokens are the examples of their makers' manuals, or made up in their form. */
TEST(secrets)
{
    static const char *const t[][2] = {
        {"AKIAIOSFODNN7EXAMPLE", "secret:AKIAIOSFODNN7EXAMPLE"},
        {"AKIAIOSFODNN7EXAMPL xAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLES", ""},
        {"ghp_16C7e42F292c6912E7710c838347Ae178B4a", "secret:ghp_16C7e42F292c6912E7710c838347Ae178B4a"},
        {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_"
         "XgL0n3I9PlFUP0THsR8U",
         "secret:eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_"
         "XgL0n3I9PlFUP0THsR8U"},
        {"eyJhbGciOiJIUzI1NiJ9.payload.sig", ""},
        {"postgres://bob:s3cret@db.example.com/x", "secret:bob:s3cret"},
        {"https://example.com:8080/@joe", ""},
        {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----.",
         "secret:-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"},
        {"-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE----- -----BEGIN PRIVATE KEY-----", ""},
        {"api_key = \"8f3a9c1b7e2d4f60a1b2c3d4e5f60718\"", "secret:8f3a9c1b7e2d4f60a1b2c3d4e5f60718"},
        {"{\"client_secret\": \"Zx81kQ0pL2mN7vB4cT9rW3yU\"}", "secret:Zx81kQ0pL2mN7vB4cT9rW3yU"},
        {"password: changeme, token = None, api_key=YOUR_API_KEY_HERE, password=hunter2", ""},
        {"secret = os.environ[\"SECRET_KEY_2020\"]; token = 550e8400-e29b-41d4-a716-446655440000", ""},
        {"md5 d41d8cd98f00b204e9800998ecf8427e, commit: 415efe4c0ffee415efe4c0ffee415efe4c0ffee0", ""},
        {"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",
         "secret: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"},
    };
    CHECK_ALL(t);
}

TEST(ids)
{
    static const char *const t[][2] = {
        {"555-12-3456 and 987-49-4321 and 000-12-3456 and 666-12-3456", "id:555-12-3456"},
        {"AB 12 34 56 C, AB123456C, BG123456A, QQ123456C", "id:AB 12 34 56 C|id:AB123456C"},
        {"11010519491231002X", "id:11010519491231002X"},
        {"S1234567D S1234567E", "id:S1234567D"},
        {"111.444.777-35 111.444.777-36 11144477735", "id:111.444.777-35"},
        {"123456789 046454286 12345678 part no. 555-12-3456-A", ""},
    };
    CHECK_ALL(t);
}

TEST(an_address_in_a_url_is_a_secret_not_mail)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    found("https://joe:hunter2@mail.example.org/", PII_BIT(PII_EMAIL), &b);
    CHECK_STR(b.p, "");
    buf_free(&b);
}

/* ------------------------------------------------------------------ beside other programs */

static FILE *recorded(const char *name)
{
    char path[4096];
    const char *root = getenv("LEAT_ROOT");
    snprintf(path, sizeof path, "%s/tests/unit/filter/%s", root ? root : ".", name);
    return fopen(path, "r");
}

static bool has_id(const char *text, const char *what)
{
    const struct pii_span *s;
    CHECK_INT(pii_find(finder, slice_str(text), PII_BIT(PII_ID), NULL), 0);
    size_t n = pii_spans(finder, &s);
    for (size_t i = 0; i < n; i++)
        if (strcmp(s[i].what, what) == 0) return true;
    return false;
}

TEST(ids_as_python_stdnum_judges_them)
{
    FILE *f = recorded("pii_ids.tsv");
    char line[256];
    unsigned seen = 0;
    CHECK(f);
    while (f && fgets(line, sizeof line, f)) {
        char *kind = strtok(line, "\t"), *valid = strtok(NULL, "\t"), *text = strtok(NULL, "\n");
        if (has_id(text, kind) != (*valid == '1')) printf("# %s %s: stdnum says %s\n", kind, text, valid);
        CHECK(has_id(text, kind) == (*valid == '1'));
        seen++;
    }
    CHECK(seen > 600);
    if (f) fclose(f);
}

TEST(fineweb_as_datatrove_does_it)
{
    FILE *f = recorded("pii_fineweb.tsv");
    char line[4096];
    unsigned seen = 0, changed = 0;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    CHECK(f);
    while (f && fgets(line, sizeof line, f)) {
        struct pii_account a;
        char *tab = strchr(line, '\t'), *end = strchr(line, '\n');
        struct slice text = slice_of(line, (size_t)(tab - line));
        buf_clear(&b);
        CHECK_INT(pii_find_fineweb(finder, text, PII_ALL, NULL), 0);
        CHECK_INT(pii_mask(finder, text, &pii_fineweb, &b, &a), 0);
        CHECK_MEM(b.p, b.n, tab + 1, (size_t)(end - tab - 1));
        seen++;
        changed += a.added > 0;
    }
    CHECK_INT(seen, 1500);
    CHECK(changed > 700);
    buf_free(&b);
    if (f) fclose(f);
}

/* ------------------------------------------------------------------ masks */

TEST(masks)
{
    struct buf b;
    struct pii_account a;
    const char *text = "x@y.org, 8.8.8.8 and z@y.org.";
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(pii_find(finder, slice_str(text), PII_ALL, NULL), 0);
    CHECK_INT(pii_mask(finder, slice_str(text), &pii_placeholders, &b, &a), 0);
    CHECK_SLICE(buf_slice(&b), "[EMAIL], [IP] and [EMAIL].");
    CHECK_INT(a.removed[PII_EMAIL], 14);
    CHECK_INT(a.spans[PII_EMAIL], 2);
    CHECK_INT(a.removed[PII_IP], 7);
    CHECK_INT(a.added, 18);
    buf_clear(&b);
    CHECK_INT(pii_mask(finder, slice_str(text), &pii_fineweb, &b, &a), 0);
    CHECK_SLICE(buf_slice(&b), "email@example.com, 22.214.171.124 and firstname.lastname@example.org.");
    buf_free(&b);
}

TEST(kinds)
{
    unsigned k;
    struct err e = {0};
    CHECK_INT(pii_parse_kinds("email,ip", &k, &e), 0);
    CHECK_INT(k, PII_BIT(PII_EMAIL) | PII_BIT(PII_IP));
    CHECK_INT(pii_parse_kinds("all", &k, &e), 0);
    CHECK_INT(k, PII_ALL);
    CHECK_INT(pii_parse_kinds("email,", &k, &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(pii_parse_kinds("mail", &k, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "mail"));
}

/* ------------------------------------------------------------------ checks, anchors */

/* FIPS 180-4's examples. */
TEST(sha256_of_the_standard)
{
    unsigned char h[32];
    sha256("abc", 3, h);
    CHECK_INT(h[0] << 8 | h[31], 0xbaad);
    sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, h);
    CHECK_INT(h[0] << 8 | h[31], 0x24c1);
}

TEST(every_kind_of_cpu_gives_the_same_anchors)
{
    static unsigned char p[64 * 32 + 2];
    struct anchors a[32], b[32];
    struct anchor_tokens t;
    anchor_tokens_init(&t, token_begins);
    for (unsigned round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof p; i++)
            p[i] = round % 2 ? (unsigned char)draw(256) : (unsigned char)"ghp_AKI: @=12-xoSG."[draw(19)];
        anchors_plain(&t, p, 32, a);
        anchors_best()(&t, p, 32, b);
        CHECK(memcmp(a, b, sizeof a) == 0);
    }
}

/* What is found must not depend on where in the text it stands. */
TEST(found_at_any_offset)
{
    static char text[600];
    static const char secret[] =
        " joe@example.org 8.8.8.8 (212) 555-0123 AKIAIOSFODNN7EXAMPLE 2606:4700:4700::1111 ";
    for (size_t at = 0; at < 260; at++) {
        const struct pii_span *s;
        memset(text, 'x', sizeof text);
        memcpy(text + at, secret, sizeof secret - 1);
        for (size_t n = at + sizeof secret - 1; n < sizeof text; n += 37) {
            CHECK_INT(pii_find(finder, slice_of(text, n), PII_ALL, NULL), 0);
            CHECK_INT(pii_spans(finder, &s), 5);
            CHECK(s[0].start == at + 1 && s[4].end == at + sizeof secret - 2);
        }
    }
}

int main(void)
{
    finder = pii_new();
    RUN(network);
    RUN(finance);
    RUN(phones);
    RUN(secrets);
    RUN(ids);
    RUN(an_address_in_a_url_is_a_secret_not_mail);
    RUN(ids_as_python_stdnum_judges_them);
    RUN(fineweb_as_datatrove_does_it);
    RUN(masks);
    RUN(kinds);
    RUN(sha256_of_the_standard);
    RUN(every_kind_of_cpu_gives_the_same_anchors);
    RUN(found_at_any_offset);
    pii_free(finder);
    return TEST_END();
}
