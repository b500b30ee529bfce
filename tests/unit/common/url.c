/* With the argument "href" or "normal" this program is a filter, for comparing with other implementations: a line is a URL and, behind
 * a space, its base or "-", both in hexadecimal; out come the parsed href or the normal form, "!" for none. */
#include "common/url.h"
#include "common/err.h"
#include "tests/unit/test.h"

static struct url u, base;
static struct buf normal;

/* ------------------------------------------------------------------ parsing */

static void parses(const char *in, const char *against, const char *want)
{
    bool has_base = against && url_parse(&base, slice_str(against), NULL) == 0;
    int r = url_parse(&u, slice_str(in), has_base ? &base : NULL);
    const char *got = r == 0 && buf_terminate(&u.href) == 0 ? u.href.p : "!";
    CHECK_STR(got, want);
}

TEST(absolute)
{
    parses("http://example.com", NULL, "http://example.com/");
    parses(" \t HTTP://User:pa:ss@EXAMPLE.com:080/A%2fb?q#f\n", NULL,
           "http://User:pa%3Ass@example.com/A%2fb?q#f");
    parses("https://example.com:443/", NULL, "https://example.com/");
    parses("https://example.com:80/", NULL, "https://example.com:80/");
    parses("https:example.com\\a\\b?c\\d", NULL, "https://example.com/a/b?c\\d");
    parses("ht\ntp://exa\tmple.com/a\r\nb", NULL, "http://example.com/ab");
    parses("http:////example.com///a", NULL, "http://example.com///a");
    parses("http://a@b@c/", NULL, "http://a%40b@c/");
    parses("http://@c/", NULL, "http://c/");
    parses("http://:@c/", NULL, "http://c/");
    parses("http://:p@c/", NULL, "http://:p@c/");
    parses("http://c:/", NULL, "http://c/");
    parses("http://c?", NULL, "http://c/?");
    parses("http://c#", NULL, "http://c/#");
    parses("http://c/\xc3\xa9?\xc3\xa9'\"#\xc3\xa9'`", NULL, "http://c/%C3%A9?%C3%A9%27%22#%C3%A9'%60");
    parses("http://c/\xe9", NULL, "http://c/%E9"); /* as crawlers keep Latin-1 */
}

TEST(what_is_none)
{
    static const char *const none[] = {"",
                                       "example.com",
                                       "/a",
                                       "ftp://a/",
                                       "mailto:a@b",
                                       "http:",
                                       "http://",
                                       "http://a b/",
                                       "http://a:b/",
                                       "http://a:65536",
                                       "http://user@/",
                                       "http://[::1",
                                       "http://a%00b/",
                                       "http://a%2fb/",
                                       "http://\xe9/",
                                       "http://a<b/",
                                       "http://1.2.3.4.5/",
                                       "http://256.0.0.1/",
                                       "http://[1::2::3]/",
                                       "http://xn--a.\xc3\x9f/",
                                       "http://?q",
                                       "urn:uuid:1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        parses(none[i], NULL, "!");
        CHECK_INT(u.href.n, 0);
    }
}

TEST(hosts)
{
    parses("http://B\xc3\xbc"
           "cher.example/",
           NULL, "http://xn--bcher-kva.example/");
    parses("http://b%C3%BCcher.example/", NULL, "http://xn--bcher-kva.example/");
    parses("http://fa\xc3\x9f.de/", NULL, "http://xn--fa-hia.de/"); /* not transitional: not fass.de */
    parses("http://\xef\xbc\xa7o.com/", NULL, "http://go.com/");    /* a full-width G */
    parses("http://a\xe3\x80\x82"
           "b/",
           NULL, "http://a.b/"); /* the ideographic full stop */
    parses("http://XN--a.xn--/", NULL, "http://xn--a.xn--/");
    parses("http://-a-.b_c.d--e/", NULL, "http://-a-.b_c.d--e/");
    parses("http://192.0x0.01/", NULL, "http://192.0.0.1/");
    parses("http://0xC0000201/", NULL, "http://192.0.2.1/");
    parses("http://1.2.3.4./", NULL, "http://1.2.3.4/");
    CHECK_INT(u.host_kind, URL_IPV4);
    parses("http://1.2.3.a/", NULL, "http://1.2.3.a/");
    CHECK_INT(u.host_kind, URL_DOMAIN);
    parses("http://[2001:DB8:0:0:1:0:0:1]:8080/", NULL, "http://[2001:db8::1:0:0:1]:8080/");
    CHECK_INT(u.host_kind, URL_IPV6);
    CHECK_INT(u.port, 8080);
    parses("http://[::127.0.0.1]/", NULL, "http://[::7f00:1]/");
    parses("http://[1:2:3:4:5:6:7::]/", NULL, "http://[1:2:3:4:5:6:7:0]/");
    parses("http://[0:0:0:0:0:0:0:0]/", NULL, "http://[::]/");
    parses("http://[1:2:3:4:5:6:7:8:9]/", NULL, "!");
}

/* RFC 3986 §5.4, both tables, but for what it leaves to the strict parser ("http:g") and for its fragments of the base. */
TEST(references)
{
    static const char *const examples[][2] = {{"g", "http://a/b/c/g"},
                                              {"./g", "http://a/b/c/g"},
                                              {"g/", "http://a/b/c/g/"},
                                              {"/g", "http://a/g"},
                                              {"//g", "http://g/"},
                                              {"?y", "http://a/b/c/d;p?y"},
                                              {"g?y", "http://a/b/c/g?y"},
                                              {"#s", "http://a/b/c/d;p?q#s"},
                                              {"g#s", "http://a/b/c/g#s"},
                                              {"g?y#s", "http://a/b/c/g?y#s"},
                                              {";x", "http://a/b/c/;x"},
                                              {"g;x", "http://a/b/c/g;x"},
                                              {"", "http://a/b/c/d;p?q"},
                                              {".", "http://a/b/c/"},
                                              {"./", "http://a/b/c/"},
                                              {"..", "http://a/b/"},
                                              {"../", "http://a/b/"},
                                              {"../g", "http://a/b/g"},
                                              {"../..", "http://a/"},
                                              {"../../", "http://a/"},
                                              {"../../g", "http://a/g"},
                                              {"../../../g", "http://a/g"},
                                              {"/./g", "http://a/g"},
                                              {"/../g", "http://a/g"},
                                              {"g.", "http://a/b/c/g."},
                                              {"..g", "http://a/b/c/..g"},
                                              {"./../g", "http://a/b/g"},
                                              {"./g/.", "http://a/b/c/g/"},
                                              {"g/./h", "http://a/b/c/g/h"},
                                              {"g/../h", "http://a/b/c/h"},
                                              {"g;x=1/../y", "http://a/b/c/y"},
                                              {"g?y/../x", "http://a/b/c/g?y/../x"},
                                              {"g#s/../x", "http://a/b/c/g#s/../x"}};
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        parses(examples[i][0], "http://a/b/c/d;p?q", examples[i][1]);
    parses("http:g", "http://a/b/c/d;p?q", "http://a/b/c/g"); /* as browsers do */
    parses("https:g", "http://a/b", "https://g/");
    parses("\\x\\..\\y", "http://u:p@a:81/b", "http://u:p@a:81/y");
    parses("%2E%2e/x", "http://a/b/c/d", "http://a/b/x");
    parses("mailto:x", "http://a/", "!");
}

TEST(bounds)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "http://a/");
    while (b.n <= URL_MAX_BYTES) buf_puts(&b, " ./../\xff");
    b.p[URL_MAX_BYTES - 1] = b.p[URL_MAX_BYTES] = 'x';
    CHECK_INT(url_parse(&u, slice_of(b.p, URL_MAX_BYTES + 1), NULL), -ERR_DATA);
    CHECK_INT(url_parse(&u, slice_of(b.p, URL_MAX_BYTES), NULL), 0);
    buf_clear(&b);
    buf_puts(&b, "http://");
    for (int i = 0; i < URL_MAX_HOST + 1; i++) buf_putc(&b, 'a');
    CHECK_INT(url_parse(&u, slice_of(b.p, b.n), NULL), -ERR_DATA);
    CHECK_INT(url_parse(&u, slice_of(b.p, b.n - 1), NULL), 0);
    buf_free(&b);
}

/* ------------------------------------------------------------------ the normal form */

static const char *normal_of(const char *in)
{
    if (url_parse(&u, slice_str(in), NULL) < 0 || url_normal(&u, &normal, NULL) < 0) return "!";
    return buf_terminate(&normal) == 0 ? normal.p : "no memory";
}

static void becomes(const char *in, const char *want)
{
    CHECK_STR(normal_of(in), want);
    if (strcmp(want, "!") != 0) CHECK_STR(normal_of(want), want);
}

TEST(normal_form)
{
    becomes("HTTP://u:p@WWW.Example.COM.:80#top", "http://www.example.com/");
    becomes("http://example.com:8080/a/./b/../c/", "http://example.com:8080/a/c/");
    becomes("http://example.com/%7Euser/%c3%a9|%2f%2E.x", "http://example.com/~user/%C3%A9%7C%2F..x");
    becomes("http://example.com/100%/a%zz%%34%31", "http://example.com/100%25/a%25zz%2541");
    becomes("http://example.com/a b?c d=e+f%20", "http://example.com/a%20b?c%20d=e+f%20");
    becomes("http://example.com//a//?", "http://example.com//a//");
    becomes("http://example.com/?b=2&&a=1&b=1&a&", "http://example.com/?a=1&a&b=2&b=1");
    becomes("http://example.com/index.html?Q=%5bx%5D", "http://example.com/index.html?Q=%5Bx%5D");
    becomes("http://.../", "!");
    becomes("http://w127.0.0../", "!"); /* without its dots it would have to be an address */
    becomes("http://1.2.3.4./", "http://1.2.3.4/");
    becomes("javascript:void(0)", "!");
}

TEST(tracking)
{
    becomes("http://a.b/?utm_source=x&id=7&UTM%5FCampaign=y", "http://a.b/?id=7");
    becomes("http://a.b/?fbclid=1&gclid=2&msclkid=3&yclid=4&mc_eid=5&_ga=6&igshid=7", "http://a.b/");
    becomes("http://a.b/?ref=x&source=y&gclidx=1&utm=2&xutm_a=3",
            "http://a.b/?gclidx=1&ref=x&source=y&utm=2&xutm_a=3");
}

TEST(sessions)
{
    becomes("http://a.b/x.jsp;jsessionid=0A1B?y=1", "http://a.b/x.jsp?y=1");
    becomes("http://a.b/x;v=1;JSESSIONID=7;w=2/y", "http://a.b/x;v=1;w=2/y");
    becomes("http://a.b/..;jsessionid=7/y", "http://a.b/..;jsessionid=7/y");
    becomes("http://a.b/?PHPSESSID=1&jsessionid=2&CFID=3&CFTOKEN=4&ASPSESSIONIDABC=5&q", "http://a.b/?q");
    becomes("http://a.b/?sid=9f86d081884c7d659a2feaa0c55ad015&s=1", "http://a.b/?s=1");
    becomes("http://a.b/?sid=04/12/01/123&s=abcdefghijklmnopqrstuvwxyz",
            "http://a.b/?s=abcdefghijklmnopqrstuvwxyz&sid=04/12/01/123");
    becomes("http://a.b/(S(lit3py55t21z5v55vlm25s55))/Default.aspx", "http://a.b/Default.aspx");
    becomes("http://a.b/(S(short))/x", "http://a.b/(S(short))/x");
}

TEST(many_parameters)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "http://a.b/?z=1");
    for (int i = 0; i < 255; i++) buf_puts(&b, "&a&utm_x");
    buf_terminate(&b);
    CHECK(strncmp(normal_of(b.p), "http://a.b/?a&a", 15) == 0);
    buf_puts(&b, "&a");
    buf_terminate(&b);
    CHECK(strncmp(normal_of(b.p), "http://a.b/?z=1&a&a", 19) == 0); /* as they stand, but cleaned */
    CHECK(!strstr(normal.p, "utm"));
    buf_free(&b);
}

TEST(parts)
{
    struct url_normal parts;
    CHECK_INT(url_parse(&u, slice_str("https://U@A.b.:8443?x"), NULL), 0);
    CHECK_INT(url_normal(&u, &normal, &parts), 0);
    CHECK_SLICE(parts.all, "https://a.b:8443/?x");
    CHECK_SLICE(parts.host, "a.b");
    CHECK_SLICE(parts.rest, "/?x");
}

TEST(host_names)
{
    enum url_host_kind kind;
    CHECK_INT(url_normal_host(&u,
                              slice_str(" WWW.B\xc3\xbc"
                                        "cher.example. "),
                              &normal, &kind),
              0);
    CHECK_SLICE(buf_slice(&normal), "www.xn--bcher-kva.example");
    CHECK_INT(url_normal_host(&u, slice_str("0x7f.1"), &normal, &kind), 0);
    CHECK_SLICE(buf_slice(&normal), "127.0.0.1");
    CHECK_INT(kind, URL_IPV4);
    CHECK_INT(url_normal_host(&u, slice_str("a/b"), &normal, &kind), -ERR_DATA);
    CHECK_INT(url_normal_host(&u, slice_str("..."), &normal, &kind), -ERR_DATA);
}

/* ------------------------------------------------------------------ as a filter */

static size_t unhex(const char *hex, char *out)
{
    size_t n = 0;
    unsigned byte;
    for (; hex[0] && hex[1] && sscanf(hex, "%2x", &byte) == 1; hex += 2) out[n++] = (char)byte;
    return n;
}

static int filter(bool want_normal)
{
    static char line[400000], in[200000], against[200000];
    while (fgets(line, sizeof line, stdin)) {
        char *space = strchr(line, ' ');
        if (!space) return 1;
        *space = 0;
        space[1 + strcspn(space + 1, "\n")] = 0;
        size_t n = unhex(line, in), base_n = unhex(space + 1, against);
        bool has_base = space[1] != '-';
        int r = has_base ? url_parse(&base, slice_of(against, base_n), NULL) : 0;
        if (r == 0) r = url_parse(&u, slice_of(in, n), has_base ? &base : NULL);
        if (r == 0 && want_normal) r = url_normal(&u, &normal, NULL);
        const struct buf *got = want_normal ? &normal : &u.href;
        printf("%.*s\n", r == 0 ? (int)got->n : 1, r == 0 ? got->p : "!");
    }
    return 0;
}

int main(int argc, char **argv)
{
    url_init(&u);
    url_init(&base);
    buf_init(&normal, BUF_NO_MAX);
    if (argc > 1) return filter(strcmp(argv[1], "normal") == 0);
    RUN(absolute);
    RUN(what_is_none);
    RUN(hosts);
    RUN(references);
    RUN(bounds);
    RUN(normal_form);
    RUN(tracking);
    RUN(sessions);
    RUN(many_parameters);
    RUN(parts);
    RUN(host_names);
    url_free(&u);
    url_free(&base);
    buf_free(&normal);
    return TEST_END();
}
