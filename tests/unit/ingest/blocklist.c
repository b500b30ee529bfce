#include "ingest/admit/blocklist.h"
#include "common/stream.h"
#include "ingest/admit/blocklist_internal.h"
#include "tests/unit/test.h"
#include <sys/stat.h>

static struct blocklist *list;
static struct blocklist_worker worker;
static struct url url;
static struct buf normal;

static void put_file(const char *path, const char *content)
{
    struct err e = {0};
    file_write(path, slice_str(content), &e);
    CHECK_STR(e.msg, "");
}

static int load(const char *paths, struct err *e)
{
    blocklist_close(list);
    list = NULL;
    err_clear(e);
    return blocklist_open(&list, "--blocklist", &paths, 1, e);
}

static const char *find(const char *z)
{
    struct url_normal parts;
    if (!list || url_parse(&url, slice_str(z), NULL) < 0 || url_normal(&url, &normal, &parts) < 0)
        return "no URL";
    const char *found = blocklist_find(list, &worker, &parts, url.host_kind);
    return found ? found : "";
}

/* ------------------------------------------------------------------ the set */

TEST(set_against_a_slow_one)
{
    struct hostset s;
    struct err e = {0};
    hostset_init(&s);
    CHECK_INT(hostset_get(&s, 7), -1);
    enum { N = 30000 };
    for (uint64_t i = 0; i < N; i++) /* each key twice; places crowd at both ends of the table */
        CHECK_INT(hostset_add(&s, i % 3 ? ~(i / 2) : i / 2, (unsigned)(i % 1000), &e), 0);
    for (uint64_t key = 0; key < N / 2; key++) {
        int want[2] = {-1, -1};
        for (int i = 1; i >= 0; i--) { /* of two the first counts */
            uint64_t at = 2 * key + (uint64_t)i;
            want[at % 3 != 0] = (int)(at % 1000);
        }
        if (key > 1) CHECK_INT(hostset_get(&s, key), want[0]);
        CHECK_INT(hostset_get(&s, ~key), want[1]);
    }
    hostset_free(&s);
}

/* ------------------------------------------------------------------ hosts and URLs */

TEST(hosts)
{
    struct err e = {0};
    put_file(
        "bad.txt",
        "# a comment\n\nexample.com\r\n*.star.org # why\n.dot.org\nWWW.Upper.NET.\n10.1.2.3\n2001:db8::1\n"
        "b\xc3\xbc"
        "cher.example\nwww.only.org\nport.org:8080\n0x7f.1");
    CHECK_INT(load("bad.txt", &e), 0);
    CHECK_INT(blocklist_counts(list).hosts, 10);
    CHECK_INT(blocklist_counts(list).not_understood, 0);
    CHECK_STR(find("http://example.com/x?y"), "blocklist:bad");
    CHECK_STR(find("https://a.b.example.com:81/"), "blocklist:bad");
    CHECK_STR(find("http://notexample.com/"), "");
    CHECK_STR(find("http://com/"), "");
    CHECK_STR(find("http://x.star.org/"), "blocklist:bad");
    CHECK_STR(find("http://dot.org./"), "blocklist:bad");
    CHECK_STR(find("http://upper.net/"), "");
    CHECK_STR(find("http://www.upper.net/"), "blocklist:bad");
    CHECK_STR(find("http://10.1.2.3/"), "blocklist:bad");
    CHECK_STR(find("http://1.10.1.2.3/"), "no URL");
    CHECK_STR(find("http://1.2.3/"), "");
    CHECK_STR(find("http://[2001:DB8:0::1]/"), "blocklist:bad");
    CHECK_STR(find("http://xn--bcher-kva.example/"), "blocklist:bad");
    CHECK_STR(find("http://only.org/"), "");
    CHECK_STR(find("http://port.org/"), "blocklist:bad");
    CHECK_STR(find("http://127.0.0.1/"), "blocklist:bad");
    put_file("tops", "onion\n");
    CHECK_INT(load("tops", &e), 0);
    CHECK_STR(find("http://a.b.onion/"), "blocklist:tops");
}

TEST(urls)
{
    struct err e = {0};
    put_file("u", "example.com/a/b/\nhttps://www.other.org/x?q=1\nroot.org/\nthird.org/~u%73er/\nexample.com/"
                  "a/b/c/d\n");
    CHECK_INT(load("u", &e), 0);
    CHECK_INT(blocklist_counts(list).urls, 4);
    CHECK_INT(blocklist_counts(list).hosts, 1);
    CHECK_STR(find("http://example.com/a/b"), "blocklist:u");
    CHECK_STR(find("https://www.example.com/a/b/"), "blocklist:u");
    CHECK_STR(find("http://example.com:8080/a/b?x"), "blocklist:u");
    CHECK_STR(find("http://example.com/a/b/x/y/z/1/2/3/4/5"), "blocklist:u");
    CHECK_STR(find("http://example.com/a/bc"), "");
    CHECK_STR(find("http://example.com/a"), "");
    CHECK_STR(find("http://example.com/x/../a/./b"), "blocklist:u");
    CHECK_STR(find("http://sub.example.com/a/b"), "");
    CHECK_STR(find("http://other.org/x?q=1#f"), "blocklist:u");
    CHECK_STR(find("http://other.org/x?q=1&utm_source=y"), "blocklist:u");
    CHECK_STR(find("http://other.org/x?q=12"), "");
    CHECK_STR(find("http://other.org/x"), "");
    CHECK_STR(find("http://root.org/any"), "blocklist:u");
    CHECK_STR(find("http://third.org/~user/y"), "blocklist:u");
}

TEST(hosts_files)
{
    struct err e = {0};
    put_file(
        "my-hosts",
        "127.0.0.1 localhost localhost.localdomain local\n255.255.255.255 broadcasthost\n::1 ip6-localhost\n"
        "fe80::1%lo0 localhost\n0.0.0.0 0.0.0.0\n0.0.0.0 one.example two.example # "
        "three.example\n::\tfour.example\n");
    CHECK_INT(load("my-hosts", &e), 0);
    CHECK_INT(blocklist_counts(list).hosts, 3);
    CHECK_INT(blocklist_counts(list).not_understood, 0);
    CHECK_STR(find("http://two.example"), "blocklist:my-hosts");
    CHECK_STR(find("http://three.example"), "");
    CHECK_STR(find("http://four.example"), "blocklist:my-hosts");
    CHECK_STR(find("http://localhost"), "");
}

/* ------------------------------------------------------------------ directories */

TEST(directories)
{
    struct err e = {0};
    mkdir("ut1", 0777);
    mkdir("ut1/adult", 0777);
    mkdir("ut1/games", 0777);
    mkdir("ut1/games/online", 0777);
    mkdir("elsewhere", 0777);
    CHECK_INT(symlink("adult", "ut1/porn"), 0);
    CHECK_INT(symlink("../elsewhere", "ut1/linked"), 0);
    put_file("ut1/README", "not a list\n");
    put_file("ut1/adult/domains.gz", "a.example\nboth.example\n");
    put_file("ut1/adult/urls", ""); /* UT1 has such */
    put_file("ut1/adult/expressions", "# words\n(^|[-./?])(s+e+x+)([-./?]|$)\n");
    put_file("ut1/games/urls", "g.example/x\n");
    put_file("ut1/games/online/domains", "both.example\no.example\n");
    put_file("elsewhere/domains", "linked.example\n");
    CHECK_INT(load("ut1", &e), 0);
    CHECK_STR(e.msg, "");
    CHECK_STR(find("http://a.example/"), "blocklist:adult");
    CHECK_STR(find("http://both.example/"), "blocklist:adult"); /* the first that lists it */
    CHECK_STR(find("http://o.example/"), "blocklist:games/online");
    CHECK_STR(find("http://g.example/x/y"), "blocklist:games");
    CHECK_STR(find("http://linked.example/"), "blocklist:linked");
    CHECK_STR(find("http://free.example/SEX/1"), "blocklist:adult");
    CHECK_STR(find("http://free.example/sexton"), "");
    CHECK_INT(blocklist_counts(list).categories, 4);
    CHECK_INT(load("ut1/games,ut1/adult/domains.gz", &e), 0);
    CHECK_STR(find("http://both.example/"), "blocklist:online"); /* below the directory that was named */
    CHECK_STR(find("http://a.example/"), "blocklist:adult");
    CHECK_STR(find("http://free.example/sex/1"), "");
    CHECK_STR(find("http://g.example/x"), "blocklist:games");
}

static void fails(const char *path, int code, const char *says)
{
    struct err e = {0};
    CHECK_INT(load(path, &e), -code);
    CHECK(list == NULL);
    if (!strstr(e.msg, says)) CHECK_STR(e.msg, says);
}

TEST(what_holds_nothing_is_an_error)
{
    mkdir("empty", 0777);
    mkdir("half", 0777);
    mkdir("half/good", 0777);
    mkdir("half/bad", 0777);
    put_file("half/good/domains", "x.example\n");
    put_file("half/bad/domains", "# nothing\n");
    put_file("blank", "\n\n# x\n");
    put_file("prose", "this is no list\nof hosts\n");
    put_file("expressions", "a(b\n");
    fails("absent", ERR_IO, "absent");
    fails("bad.txt,absent", ERR_IO, "absent");
    fails("empty", ERR_USAGE, "empty holds no list");
    fails("half", ERR_USAGE, "half/bad holds no entry");
    fails("blank", ERR_USAGE, "blank holds no entry");
    fails("prose", ERR_USAGE, "prose holds no entry");
    fails("expressions", ERR_USAGE, "expressions:1: missing closing parenthesis");
}

TEST(lines_that_are_no_entry_are_counted)
{
    struct err e = {0};
    put_file("mixed", "good.example\nhttp://\na b c\n||ad.example^\nx.example/a\n");
    CHECK_INT(load("mixed", &e), 0);
    struct blocklist_counts c = blocklist_counts(list);
    CHECK_INT(c.hosts, 1);
    CHECK_INT(c.urls, 1);
    CHECK_INT(c.not_understood, 3);
    CHECK_STR(c.example, "mixed:2");
}

TEST(expressions_have_a_limit)
{
    struct err e = {0};
    char z[400] = "http://a.example/";
    put_file("expressions", "^http://a\\.example/(a+)+$\nslow\\.example\n");
    CHECK_INT(load("expressions", &e), 0);
    memset(z + 17, 'a', 60);
    strcpy(z + 77, "!");
    const char *found = find(z);
    CHECK_STR(found, "");
    CHECK_INT(worker.n_limited, 1);
    CHECK(strncmp(find("http://slow.example/"), "blocklist:", 10) == 0);
}

TEST(long_lines)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 200000; i++) buf_puts(&b, "x");
    buf_puts(&b, "\nlast.example");
    buf_terminate(&b);
    put_file("long", b.p);
    CHECK_INT(load("long", &e), 0);
    CHECK_INT(blocklist_counts(list).hosts, 1);
    CHECK_STR(find("http://last.example"), "blocklist:long");
    buf_free(&b);
}

/* Made hosts, in lists of this size, against a plain search of the text. */
TEST(many)
{
    struct err e = {0};
    struct buf b;
    char z[64];
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 100000; i++) buf_printf(&b, "h%d.example\n", i * 7);
    buf_terminate(&b);
    put_file("many.zst", b.p);
    CHECK_INT(load("many.zst", &e), 0);
    CHECK_INT(blocklist_counts(list).hosts, 100000);
    for (int i = 0; i < 100000; i += 13) {
        snprintf(z, sizeof z, "http://x.h%d.example/", i);
        CHECK_STR(find(z), i % 7 == 0 ? "blocklist:many" : "");
    }
    buf_free(&b);
}

int main(void)
{
    char dir[] = "/tmp/blocklist-XXXXXX", command[64];
    url_init(&url);
    buf_init(&normal, BUF_NO_MAX);
    if (!mkdtemp(dir) || chdir(dir) != 0) return 1;
    RUN(set_against_a_slow_one);
    RUN(hosts);
    RUN(urls);
    RUN(hosts_files);
    RUN(directories);
    RUN(what_holds_nothing_is_an_error);
    RUN(lines_that_are_no_entry_are_counted);
    RUN(expressions_have_a_limit);
    RUN(long_lines);
    RUN(many);
    blocklist_close(list);
    blocklist_worker_free(&worker);
    url_free(&url);
    buf_free(&normal);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    if (chdir("/") != 0 || system(command) != 0) return 1;
    return TEST_END();
}
