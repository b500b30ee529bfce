/* The list's own tests where the data is; what they say of a list file, and the built-in list beside. */
#include "common/domain.h"
#include "tests/unit/test.h"

static struct domains *domains;

static void has(const char *host, const char *want)
{
    struct slice got = domain_of(domains, slice_str(host), URL_DOMAIN);
    CHECK_SLICE(got, want);
}

TEST(built_in)
{
    struct err e = {0};
    CHECK_INT(domains_open(&domains, NULL, &e), 0);
    has("example.com", "example.com");
    has("a.b.example.co.uk", "example.co.uk");
    has("www.city.kobe.jp", "city.kobe.jp");
    has("alice.github.io", "alice.github.io"); /* the private division counts */
    has("x.alice.github.io", "alice.github.io");
    has("co.uk", "co.uk"); /* a public suffix: the host itself */
    has("localhost", "localhost");
    has("a.b.nosuchtld", "b.nosuchtld");
    has("www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s");
    struct slice ip = domain_of(domains, slice_str("10.0.0.1"), URL_IPV4);
    CHECK_SLICE(ip, "10.0.0.1");
    char host[300];
    memset(host, 'a', sizeof host);
    CHECK_INT(domain_of(domains, slice_of(host, 254), URL_DOMAIN).n, 0);
    CHECK_INT(domain_of(domains, slice_of(host, 253), URL_DOMAIN).n, 253);
    domains_close(domains);
}

TEST(list_file)
{
    struct err e = {0};
    char path[] = "psl-XXXXXX";
    int fd = mkstemp(path);
    const char list[] =
        "// ===BEGIN ICANN DOMAINS===\ncom\nexample.com\n*.ck\n!www.ck\n// ===END ICANN DOMAINS===\n";
    CHECK_INT(write(fd, list, sizeof list - 1), sizeof list - 1);
    close(fd);
    CHECK_INT(domains_open(&domains, path, &e), 0);
    has("a.b.example.com", "b.example.com");
    has("a.b.c.ck", "b.c.ck");
    has("a.www.ck", "www.ck");
    domains_close(domains);
    CHECK_INT(truncate(path, 0), 0);
    CHECK(domains_open(&domains, path, &e) < 0);
    CHECK(strstr(e.msg, path) != NULL);
    err_clear(&e);
    unlink(path);
    CHECK_INT(domains_open(&domains, path, &e), -ERR_IO);
    CHECK(domains == NULL);
}

/* "HOST DOMAIN" or "HOST null" lines of the list's tests: in its normal form, as the hosts of URLs are. */
TEST(the_lists_own_tests)
{
    const char *data = getenv("LEAT_DATA");
    char command[512], line[512], host[256], want[256];
    if (!data || access(data, R_OK) < 0) SKIP("no data sets in $LEAT_DATA");
    snprintf(command, sizeof command, "%s/unpack -d . list-psl >/dev/null 2>&1", data);
    if (system(command) != 0) SKIP("list-psl does not unpack");
    struct err e = {0};
    struct url u;
    struct buf normal, normal_want;
    enum url_host_kind kind;
    int n = 0;
    url_init(&u);
    buf_init(&normal, BUF_NO_MAX);
    buf_init(&normal_want, BUF_NO_MAX);
    CHECK_INT(domains_open(&domains, "public-suffix-list/public_suffix_list.dat", &e), 0);
    FILE *f = domains ? fopen("public-suffix-list/tests/tests.txt", "r") : NULL;
    while (f && fgets(line, sizeof line, f)) {
        if (line[0] == '/' || sscanf(line, "%255s %255s", host, want) != 2 || host[0] == '.') continue;
        if (strcmp(host, "null") == 0) continue;
        CHECK_INT(url_normal_host(&u, slice_str(host), &normal, &kind), 0);
        const char *expected = strcmp(want, "null") == 0 ? host : want; /* none registered: the host itself */
        CHECK_INT(url_normal_host(&u, slice_str(expected), &normal_want, &kind), 0);
        struct slice got = domain_of(domains, buf_slice(&normal), URL_DOMAIN);
        CHECK_MEM(got.p, got.n, normal_want.p, normal_want.n);
        n++;
    }
    CHECK(n > 60);
    if (f) fclose(f);
    domains_close(domains);
    url_free(&u);
    buf_free(&normal);
    buf_free(&normal_want);
}

int main(void)
{
    RUN(built_in);
    RUN(list_file);
    RUN(the_lists_own_tests);
    return TEST_END();
}
