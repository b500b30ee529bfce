/* --fields: specifications and what they make of lines. */
#include "ingest/map.h"
#include "tests/unit/test.h"

static struct buf got;
static struct err e;

/* What becomes of a line; "same" when nothing is moved; the message when it cannot be done. */
static const char *apply(const char *spec, const char *line)
{
    struct map *m = NULL;
    err_clear(&e);
    buf_clear(&got);
    CHECK_INT(map_parse(&m, spec, &e), 0);
    int r = map_apply(m, slice_str(line), &got, &e);
    map_free(m);
    if (r == 0) return "same";
    buf_terminate(&got);
    return r < 0 ? e.msg : got.p;
}

static int parse(const char *spec)
{
    struct map *m = NULL;
    err_clear(&e);
    int r = map_parse(&m, spec, &e);
    map_free(m);
    return r;
}

TEST(moved)
{
    CHECK_STR(apply("text=content", "{\"content\":\"x\"}"), "{\"text\":\"x\"}");
    CHECK_STR(apply("text=content", "{ \"n\" : 1.50 , \"content\" : \"\\u0078\" }"),
              "{\"text\":\"\\u0078\",\"n\":1.50}");
    CHECK_STR(apply("text=content", "{\"text\":\"x\", \"n\":1}"), "same");
    CHECK_STR(apply("text=content", "{\"content\":null}"), "same");
    CHECK_STR(apply("text=content", "{}"), "same");
    CHECK_STR(apply("metadata.url=u,text=c", "{\"u\":\"h\",\"c\":\"x\",\"metadata\":{\"a\":1}}"),
              "{\"text\":\"x\",\"metadata\":{\"a\":1,\"url\":\"h\"}}");
    CHECK_STR(apply("metadata.url=u", "{\"u\":[1, {}],\"metadata\":null,\"z\":0}"),
              "{\"z\":0,\"metadata\":{\"url\":[1, {}]}}");
    CHECK_STR(apply("id=a.b.c", "{\"a\":{\"b\":{\"c\":7,\"d\":8},\"e\":9}}"),
              "{\"id\":7,\"a\":{\"b\":{\"d\":8},\"e\":9}}");
    CHECK_STR(apply("id=a.b", "{\"a\":[{\"b\":1}]}"), "same");
    CHECK_STR(apply("text=a\\.b", "{\"a.b\":\"x\",\"a\":{\"b\":\"y\"}}"),
              "{\"text\":\"x\",\"a\":{\"b\":\"y\"}}");
    CHECK_STR(apply("text=\xc3\xa9", "{\"\\u00e9\":\"x\"}"), "{\"text\":\"x\"}");
    CHECK_STR(apply("created=t,source=s", "{\"t\":1e9,\"s\":-1,\"text\":\"x\"}"),
              "{\"source\":\"-1\",\"created\":\"1e9\",\"text\":\"x\"}");
    CHECK_STR(apply("id=url,metadata.url=url", "{\"url\":\"u\"}"),
              "{\"id\":\"u\",\"metadata\":{\"url\":\"u\"}}");
    CHECK_STR(apply("text=metadata.body", "{\"metadata\":{\"body\":\"x\",\"k\":1}}"),
              "{\"text\":\"x\",\"metadata\":{\"k\":1}}");
    CHECK_STR(apply("metadata.lang=metadata.x.l", "{\"metadata\":{\"x\":{\"l\":\"en\"}}}"),
              "{\"metadata\":{\"x\":{},\"lang\":\"en\"}}");
    CHECK_STR(apply("metadata.old=text,text=content", "{\"text\":\"a\",\"content\":\"b\"}"),
              "{\"text\":\"b\",\"metadata\":{\"old\":\"a\"}}");
    CHECK_STR(apply("metadata.all=metadata", "{\"metadata\":{\"a\":1}}"),
              "{\"metadata\":{\"all\":{\"a\":1}}}");
    CHECK_STR(apply("id=x", "{\"id\":\"\",\"x\":\"i\"}"), "{\"id\":\"i\"}");
}

TEST(escapes)
{
    CHECK_STR(apply("metadata.a\\.b=x", "{\"x\":1}"), "{\"metadata\":{\"a.b\":1}}");
    CHECK_INT(parse("metadata.a.b=x"), -ERR_USAGE);
    CHECK(strstr(e.msg, "more than one key below metadata"));
    CHECK_INT(parse("text=x\\"), -ERR_USAGE);
    CHECK(strstr(e.msg, "a backslash at the end"));
    CHECK_STR(apply("text=x\\\\", "{\"x\\\\\":\"t\"}"), "{\"text\":\"t\"}");
}

TEST(not_moved)
{
    CHECK(strstr(apply("text=content", "{\"content\":\"x\",\"text\":\"y\"}"), "metadata.other=text"));
    CHECK(strstr(apply("metadata.k=c", "{\"c\":1,\"metadata\":{\"k\":2}}"), "metadata.other=metadata.k"));
    CHECK(strstr(apply("text=a.b", "{\"a\":{\"b\":1,\"b\":2}}"), "\"a.b\" of --fields stands twice"));
    CHECK_INT(got.n, 0);
}

TEST(specifications)
{
    CHECK_INT(parse("text=a,id=b,source=c,created=d,metadata.x=e.f"), 0);
    static const char *const bad[] = {"",
                                      "text",
                                      "text=",
                                      "=a",
                                      "title=a",
                                      "text=a,",
                                      "text=a,text=b",
                                      "metadata.=a",
                                      "text=a..b",
                                      "text=.a",
                                      "text=a.b.c.d.e.f.g.h.i",
                                      "text=\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_INT(parse(bad[i]), -ERR_USAGE);
    char many[40 * 20] = "";
    size_t n = 0;
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "%smetadata.k%d=a", i ? "," : "", i);
    CHECK_INT(parse(many), -ERR_USAGE);
    CHECK(strstr(e.msg, "32"));
}

static const char *set(const char *line, const char *key)
{
    buf_clear(&got);
    CHECK_INT(map_set_member(&got, slice_str(line), key, slice_str("a\"b")), 0);
    buf_terminate(&got);
    return got.p;
}

TEST(members)
{
    CHECK_STR(set("{\"text\":1}\n", "id"), "{\"id\":\"a\\\"b\",\"text\":1}\n");
    CHECK_STR(set(" {}", "id"), " {\"id\":\"a\\\"b\"}");
    CHECK_STR(set("{\"x\":{\"id\":1}, \"i\\u0064\" : null , \"y\":2}", "id"),
              "{\"x\":{\"id\":1}, \"i\\u0064\" : \"a\\\"b\" , \"y\":2}");
    buf_clear(&got);
    map_put_keys(&got, slice_str("{\"a\":1,\"b\":{\"c\":2}}"));
    CHECK(slice_is(buf_slice(&got), "a, b"));
}

int main(void)
{
    buf_init(&got, BUF_NO_MAX);
    RUN(moved);
    RUN(escapes);
    RUN(not_moved);
    RUN(specifications);
    RUN(members);
    buf_free(&got);
    return TEST_END();
}
