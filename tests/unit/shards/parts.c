/* The small parts: names, weights, ids, the split, records, appended files, directories. */
#include "common/stream.h"
#include "shards/append.h"
#include "shards/directory.h"
#include "common/idset.h"
#include "shards/mix.h"
#include "shards/record.h"
#include "shards/split.h"
#include "tests/unit/test.h"
#include <sys/file.h>
#include <fcntl.h>
#include <sys/stat.h>

/* ------------------------------------------------------------------ names */

TEST(names_stay_or_are_escaped)
{
    static const char *const pairs[][2] = {
        {"web", "web"},
        {"wiki_en-2.0", "wiki_en-2.0"},
        {"", "%"},
        {"..", "%2e."},
        {".hidden", "%2ehidden"},
        {"a/b", "a%2fb"},
        {"../../etc/passwd", "%2e.%2f..%2fetc%2fpasswd"},
        {"Web", "%57eb"},
        {"100%", "100%25"},
        {"web-valid", "web%2dvalid"},
        {"web-valid-x", "web-valid-x"},
        {"-rf", "%2drf"},
        {"-valid", "%2dvalid"},
        {"日", "%e6%97%a5"},
        {"a b\n", "a%20b%0a"},
        {"web-00000", "web-00000"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf b;
        buf_init(&b, BUF_NO_MAX);
        CHECK_INT(shard_name_escape(slice_str(pairs[i][0]), &b, NULL), 0);
        CHECK_SLICE(buf_slice(&b), pairs[i][1]);
        buf_free(&b);
    }
}

/* Every name of up to three of these bytes, with both splits and two numbers: no two files have one name. */
TEST(files_of_different_domains_differ)
{
    static const char alphabet[] = "av-./%0A";
    enum {
        LETTERS = sizeof alphabet - 1,
        NAMES = 1 + LETTERS + LETTERS * LETTERS + LETTERS * LETTERS * LETTERS
    };
    struct idset seen;
    struct buf name, file;
    struct err e = {0};
    uint64_t first;
    idset_init(&seen, 1 << 24);
    buf_init(&name, BUF_NO_MAX);
    buf_init(&file, BUF_NO_MAX);
    for (int i = 0; i < 2 * NAMES; i++) {
        char domain[16];
        int n = 0;
        for (int x = i / 2; x > 0; x = (x - 1) / LETTERS) domain[n++] = alphabet[(x - 1) % LETTERS];
        strcpy(domain + n, i % 2 ? "-valid" : "");
        buf_clear(&name);
        CHECK_INT(shard_name_escape(slice_str(domain), &name, &e), 0);
        for (int k = 0; k < 4; k++) {
            buf_clear(&file);
            shard_name_file(name.p, k / 2, (uint64_t)(k % 2) * 100000, &file);
            CHECK_INT(idset_add(&seen, buf_slice(&file), 1, &first, &e), 0);
            CHECK(memchr(file.p, '/', file.n) == NULL && file.p[0] != '.' && file.p[0] != '-');
        }
    }
    CHECK_INT(seen.n, 8 * NAMES);
    buf_free(&name);
    buf_free(&file);
    idset_free(&seen);
}

TEST(impossible_names_are_refused)
{
    char longest[SHARD_MAX_NAME + 2];
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    memset(longest, 'x', sizeof longest);
    CHECK_INT(shard_name_escape(slice_of(longest, SHARD_MAX_NAME), &b, &e), 0);
    buf_clear(&b);
    CHECK_INT(shard_name_escape(slice_of(longest, SHARD_MAX_NAME + 1), &b, &e), -ERR_USAGE);
    err_clear(&e);
    CHECK_INT(shard_name_escape(slice_str("a\xff"), &b, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "UTF-8"));
    buf_free(&b);
}

/* ------------------------------------------------------------------ weights */

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
}

static int load(const char *text, struct shard_mix *m, struct err *e)
{
    write_text("mix.yaml", text);
    *m = (struct shard_mix){0};
    err_clear(e);
    return shard_mix_load(m, "mix.yaml", e);
}

TEST(a_mix_is_read)
{
    struct shard_mix m;
    struct err e = {0};
    CHECK_INT(load("weights: {web: 50, code: 15.5, no: 0}\n", &m, &e), 0);
    CHECK_INT(m.n, 3);
    CHECK_NEAR(shard_mix_find(&m, slice_str("code"))->weight, 15.5, 0);
    CHECK_NEAR(shard_mix_find(&m, slice_str("no"))->weight, 0, 0);
    CHECK(shard_mix_find(&m, slice_str("x")) == NULL);
    CHECK_INT(shard_mix_set(&m, "code=2e1", &e), 0);
    CHECK_INT(shard_mix_set(&m, "a=b=7", &e), 0);
    CHECK_INT(shard_mix_set(&m, "=1", &e), 0);
    CHECK_NEAR(shard_mix_find(&m, slice_str("code"))->weight, 20, 0);
    CHECK_NEAR(shard_mix_find(&m, slice_str("a=b"))->weight, 7, 0);
    CHECK_INT(m.n, 5);
    shard_mix_free(&m);
}

TEST(wrong_mixes_are_refused)
{
    struct shard_mix m;
    struct err e;
    static const char *const bad[] = {"weights: {web: -1}\n", "weights: {web: much}\n", "weights: 3\n",
                                      "{}\n", "weights: {web: 1}\nwieghts: {code: 1}\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(load(bad[i], &m, &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "mix.yaml"));
        shard_mix_free(&m);
    }
    static const char *const options[] = {"web", "web=", "web=x", "web=-1", "web=1x", "web=nan", "web=inf"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        err_clear(&e);
        CHECK_INT(shard_mix_set(&m, options[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, options[i]));
    }
    CHECK_INT(m.n, 0);
}

static void add(struct shard_manifest *m, const char *name, uint64_t tokens)
{
    shard_manifest_add_domain(m, slice_str(name))->split[SHARD_TRAIN].tokens = tokens;
}

TEST(weights_are_shared_among_domains_with_tokens)
{
    struct shard_manifest m;
    struct shard_mix mix = {0};
    struct err e = {0};
    shard_manifest_init(&m);
    add(&m, "code", 300);
    add(&m, "empty", 0);
    add(&m, "web", 100);
    CHECK_INT(shard_mix_apply(&mix, &m, &e), 0); /* by tokens */
    CHECK_NEAR(m.domain[0].weight, 0.75, 0);
    CHECK_INT(m.domain[0].quanta, 3072);
    CHECK_INT(m.domain[1].quanta, 0);
    shard_mix_set(&mix, "code=1", &e);
    shard_mix_set(&mix, "web=1", &e);
    shard_mix_set(&mix, "empty=2", &e);
    CHECK_INT(shard_mix_apply(&mix, &m, &e), 0);
    CHECK_NEAR(m.domain[0].weight, 0.5, 0);
    CHECK_NEAR(m.domain[1].weight, 0, 0);
    CHECK_INT(m.domain[2].quanta, 2048);
    shard_mix_set(&mix, "code=0", &e);
    shard_mix_set(&mix, "web=0", &e);
    CHECK_INT(shard_mix_apply(&mix, &m, &e), -ERR_USAGE);
    m.domain[0].split[SHARD_TRAIN].tokens = m.domain[2].split[SHARD_TRAIN].tokens = 0;
    CHECK_INT(shard_mix_apply(&mix, &m, &e), 0); /* nothing to weigh */
    CHECK_INT(m.domain[0].quanta, 0);
    shard_mix_free(&mix);
    shard_manifest_free(&m);
}

/* ------------------------------------------------------------------ ids */

TEST(ids_are_remembered_with_their_origin)
{
    struct idset s;
    struct err e = {0};
    uint64_t first = 0;
    idset_init(&s, 1 << 22);
    for (int round = 0; round < 2; round++)
        for (uint64_t i = 0; i < 20000; i++) {
            char id[32];
            snprintf(id, sizeof id, "id-%" PRIu64, i);
            CHECK_INT(idset_add(&s, slice_str(id), i * 3, &first, &e), round);
            if (round) CHECK_INT(first, i * 3);
        }
    CHECK_INT(s.n, 20000);
    idset_free(&s);
}

TEST(ids_stay_within_their_memory)
{
    struct idset s;
    struct err e = {0};
    uint64_t first, n = 0;
    int r = 0;
    idset_init(&s, 24 * 3 * 1024); /* tables of 1024 and 2048 together */
    for (; r == 0 && n < 10000; n++) r = idset_add(&s, slice_of((char *)&n, sizeof n), n, &first, &e);
    CHECK_INT(r, -ERR_IO);
    CHECK_INT(n - 1, 2048 - 2048 / 16);
    CHECK(strstr(e.msg, "--memory"));
    n = 5;
    CHECK_INT(s.cap, 2048);
    idset_free(&s);
}

/* ------------------------------------------------------------------ the split */

TEST(urls_of_one_page_are_one)
{
    static const char *const pairs[][2] = {
        {"https://www.Example.COM/a?b=C#frag", "example.com/a?b=C"},
        {"http://example.com:80/a/", "example.com/a"},
        {"HTTPS://user:pw@example.com:443", "example.com"},
        {"https://example.com:80/", "example.com:80"},
        {" http://www.example.com?Q=1 ", "example.com?Q=1"},
        {"ftp://Example.com/x#y", "ftp://Example.com/x"},
        {"www.", "www."},
        {"http://www./", "www."},
        {"/local/Path/", "/local/Path"},
        {"", ""},
        {"#", ""},
    };
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        buf_clear(&b);
        CHECK_INT(shard_url_canonical(slice_str(pairs[i][0]), &b), 0);
        CHECK_MEM(b.p ? b.p : "", b.n, pairs[i][1], strlen(pairs[i][1]));
    }
    buf_free(&b);
}

TEST(the_split_is_a_share_and_grows)
{
    struct buf b;
    int some = 0, more = 0;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < 100000; i++) {
        char id[32];
        snprintf(id, sizeof id, "id-%d", i);
        bool in_some = shard_is_valid(slice_str(""), slice_str(id), 0.01, &b);
        bool in_more = shard_is_valid(slice_str("#"), slice_str(id), 0.05, &b);
        some += in_some;
        more += in_more;
        CHECK(!in_some || in_more);
        CHECK(!shard_is_valid(slice_str(""), slice_str(id), 0, &b));
        CHECK(shard_is_valid(slice_str(""), slice_str(id), 1, &b));
    }
    CHECK(some > 850 && some < 1150);
    CHECK(more > 4700 && more < 5300);
    int copies = 0;
    for (int i = 0; i < 2000; i++) {
        char a[64], c[64];
        snprintf(a, sizeof a, "http://www.site.org/%d", i);
        snprintf(c, sizeof c, "https://SITE.org/%d/#top", i);
        CHECK(shard_is_valid(slice_str(a), slice_str("1"), 0.5, &b) ==
              shard_is_valid(slice_str(c), slice_str("2"), 0.5, &b));
        copies += shard_is_valid(slice_str(a), slice_str("1"), 0.5, &b);
    }
    CHECK(copies > 850 && copies < 1150);
    buf_free(&b);
}

/* ------------------------------------------------------------------ records */

TEST(a_record_is_a_line_of_json)
{
    struct ltok_header h = {.width = 2, .vocab_size = 10, .n_keys = 3, .keys = {"tier", "language", "none"}};
    struct ltok_doc d = {.id = slice_str("a\"1"),
                         .source = slice_str("s\xff"),
                         .url = slice_str("http://x/\n"),
                         .warc_offset = 12,
                         .carry = {slice_str("3"), slice_str("{\"de\":0.5}"), slice_str("")}};
    struct buf b;
    struct err e = {0};
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(shard_record_put(&h, &d, 7, &b, &e), 0);
    CHECK_SLICE(buf_slice(&b),
                "{\"id\":\"a\\\"1\",\"source\":\"s\xef\xbf\xbd\",\"url\":\"http://x/\\n\",\"warc_file\":\"\","
                "\"warc_offset\":12,\"tokens\":7,\"carried\":{\"tier\":3,\"language\":{\"de\":0.5}}}\n");
    static const char *const broken[] = {"{", "1\n", "x", "1 2"};
    for (int i = 0; i < 4; i++) {
        err_clear(&e);
        d.carry[0] = slice_str(broken[i]);
        CHECK_INT(shard_record_put(&h, &d, 7, &b, &e), -ERR_DATA);
        CHECK(strstr(e.msg, "tier"));
    }
    buf_free(&b);
}

TEST(tokens_take_the_width_of_the_files)
{
    uint16_t narrow[] = {1, 65535, 3};
    uint32_t wide[] = {1, 65535, 3};
    struct ltok_header h2 = {.width = 2}, h4 = {.width = 4};
    struct ltok_doc d2 = {.n_tokens = 3, .tokens = narrow}, d4 = {.n_tokens = 3, .tokens = wide};
    struct buf b;
    struct slice t;
    buf_init(&b, BUF_NO_MAX);
    CHECK_INT(shard_record_tokens(&h2, &d2, 2, &b, &t, NULL), 0);
    CHECK(t.p == (const char *)narrow && t.n == 6);
    CHECK_INT(shard_record_tokens(&h2, &d2, 4, &b, &t, NULL), 0);
    CHECK_MEM(t.p, t.n, (const char *)wide, 12);
    CHECK_INT(shard_record_tokens(&h4, &d4, 2, &b, &t, NULL), 0);
    CHECK_MEM(t.p, t.n, (const char *)narrow, 6);
    buf_free(&b);
}

/* ------------------------------------------------------------------ files and directories */

TEST(appended_bytes_arrive_in_order)
{
    struct shard_append a;
    struct shard_digest g;
    struct err e = {0};
    struct buf want, got;
    buf_init(&want, BUF_NO_MAX);
    buf_init(&got, BUF_NO_MAX);
    CHECK_INT(shard_append_init(&a, ".", "appended", ".bin", 100, &e), 0);
    for (int i = 0; i < 500; i++) {
        char piece[333];
        size_t n = (size_t)(i * 37 % 333);
        memset(piece, i, sizeof piece);
        CHECK_INT(shard_append_put(&a, piece, n, &e), 0);
        buf_put(&want, piece, n);
    }
    CHECK_INT(shard_append_end(&a, &g, &e), 0);
    CHECK_INT(file_read("appended.bin", 1 << 20, &got, &e), 0);
    CHECK(slice_eq(buf_slice(&want), buf_slice(&got)));
    CHECK_INT(g.bytes, want.n);
    CHECK(g.xxh3 == hash64(want.p, want.n));
    shard_append_free(&a);
    CHECK_INT(shard_append_init(&a, ".", "appended", ".bin", 100, &e), 0); /* it is there already */
    CHECK_INT(shard_append_end(&a, &g, &e), -ERR_IO);
    shard_append_free(&a);
    buf_free(&want);
    buf_free(&got);
}

static int begin(struct shard_directory *d, const char *path, bool force, struct err *e)
{
    err_clear(e);
    return shard_directory_begin(d, path, force, e);
}

TEST(a_directory_appears_at_once)
{
    struct shard_directory d;
    struct err e;
    CHECK_INT(begin(&d, "new/", false, &e), 0);
    CHECK(file_exists("new.tmp") && !file_exists("new"));
    write_text("new.tmp/manifest.json", "1");
    CHECK_INT(shard_directory_commit(&d, &e), 0);
    CHECK(!file_exists("new.tmp") && file_exists("new/manifest.json"));
    CHECK_INT(begin(&d, "new", false, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "--force") && !file_exists("new.tmp"));
    CHECK_INT(begin(&d, "new", true, &e), 0);
    write_text("new.tmp/manifest.json", "22");
    write_text("new.tmp/other", "");
    CHECK_INT(shard_directory_commit(&d, &e), 0);
    CHECK(!file_exists("new.tmp") && file_exists("new/other"));
}

TEST(force_replaces_shards_only)
{
    struct shard_directory d;
    struct err e;
    mkdir("home", 0777);
    CHECK_INT(begin(&d, "home", true, &e), 0); /* empty */
    shard_directory_abandon(&d);
    CHECK(!file_exists("home.tmp") && file_exists("home"));
    write_text("home/letter", "dear");
    CHECK_INT(begin(&d, "home", true, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "not a directory of shards"));
    write_text("home/manifest.json", "");
    mkdir("home/sub", 0777);
    CHECK_INT(begin(&d, "home", true, &e), -ERR_USAGE);
    write_text("plain", "");
    CHECK_INT(begin(&d, "plain", true, &e), -ERR_IO);
    CHECK(file_exists("home/letter") && file_exists("plain") && !file_exists("home.tmp"));
}

TEST(what_a_killed_run_left_is_removed)
{
    struct shard_directory d, other;
    struct err e;
    mkdir("killed.tmp", 0777);
    write_text("killed.tmp/web-00000.bin", "x");
    CHECK_INT(begin(&d, "killed", false, &e), 0);
    CHECK(!file_exists("killed.tmp/web-00000.bin"));
    CHECK_INT(begin(&other, "killed", false, &e), -ERR_USAGE); /* being written */
    CHECK(strstr(e.msg, "another"));
    CHECK(file_exists("killed.tmp"));
    CHECK_INT(shard_directory_keep_partial(&d, &e), 0);
    CHECK(file_exists("killed.partial") && !file_exists("killed.tmp") && !file_exists("killed"));
    CHECK_INT(begin(&d, "killed", false, &e), 0);
    write_text("killed.tmp/new", "");
    CHECK_INT(shard_directory_keep_partial(&d, &e), 0);
    CHECK(file_exists("killed.partial/new"));
    mkdir("killed.tmp", 0777);
    mkdir("killed.tmp/sub", 0777);
    CHECK_INT(begin(&d, "killed", false, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "more than files"));
}

TEST(a_directory_that_appears_meanwhile_stays)
{
    struct shard_directory d;
    struct err e;
    CHECK_INT(begin(&d, "race", false, &e), 0);
    mkdir("race", 0777);
    CHECK_INT(shard_directory_commit(&d, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "appeared"));
    shard_directory_abandon(&d);
    CHECK(file_exists("race") && !file_exists("race.tmp"));
}

TEST(names_that_cannot_be_renamed_are_refused)
{
    struct shard_directory d;
    struct err e;
    static const char *const bad[] = {"", "/", ".", "..", "a/..", "x/.", "../"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_INT(begin(&d, bad[i], true, &e), -ERR_USAGE);
    CHECK_INT(begin(&d, "missing/new", false, &e), -ERR_IO);
    CHECK(strstr(e.msg, "missing/new.tmp"));
}

int main(void)
{
    RUN(names_stay_or_are_escaped);
    RUN(files_of_different_domains_differ);
    RUN(impossible_names_are_refused);
    RUN(a_mix_is_read);
    RUN(wrong_mixes_are_refused);
    RUN(weights_are_shared_among_domains_with_tokens);
    RUN(ids_are_remembered_with_their_origin);
    RUN(ids_stay_within_their_memory);
    RUN(urls_of_one_page_are_one);
    RUN(the_split_is_a_share_and_grows);
    RUN(a_record_is_a_line_of_json);
    RUN(tokens_take_the_width_of_the_files);
    RUN(appended_bytes_arrive_in_order);
    RUN(a_directory_appears_at_once);
    RUN(force_replaces_shards_only);
    RUN(what_a_killed_run_left_is_removed);
    RUN(a_directory_that_appears_meanwhile_stays);
    RUN(names_that_cannot_be_renamed_are_refused);
    return TEST_END();
}
