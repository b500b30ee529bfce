/* doc.h: documents, their edits, and what doc_write makes of them. The splicing of edits into lines of all shapes is compared
 * with Python's json in tests/cli/common/jsonl.sh. */
#include "common/doc.h"
#include "common/json.h"
#include "common/jsonl.h"
#include "tests/unit/test.h"

static struct doc doc;
static struct buf out;
static char line[2000 + JSONL_PADDING];

static void parse(struct jsonl *j, const char *text)
{
    struct err e = {0};
    snprintf(line, sizeof line, "%s", text);
    CHECK_INT(jsonl_parse(j, line, strlen(text), &doc, &e), 0);
    if (e.code) printf("# %s\n", e.msg);
}

static void writes(const char *want)
{
    buf_clear(&out);
    CHECK_INT(doc_write(&doc, &out), 0);
    CHECK_SLICE(buf_slice(&out), want);
}

TEST(new_document)
{
    CHECK_INT(doc_new(&doc, slice_str("i\"d"), slice_str("src"), slice_str("2020"), slice_str("t\n")), 0);
    CHECK_SLICE(doc.id, "i\"d");
    CHECK_SLICE(doc.source, "src");
    CHECK_SLICE(doc.created, "2020");
    CHECK_SLICE(doc.text, "t\n");
    CHECK(doc_changed(&doc));
    writes("{\"id\":\"i\\\"d\",\"text\":\"t\\n\",\"source\":\"src\",\"created\":\"2020\",\"metadata\":{}}\n");
    doc_meta_set_str(&doc, "url", slice_str("http://x/\"y\""));
    doc_meta_set_int(&doc, "n", INT64_MIN);
    doc_meta_set_num(&doc, "v", 0.25);
    doc_meta_set_bool(&doc, "b", true);
    doc_meta_set_raw(&doc, "r", slice_str("[1, 2]"));
    writes("{\"id\":\"i\\\"d\",\"text\":\"t\\n\",\"source\":\"src\",\"created\":\"2020\",\"metadata\":{"
           "\"url\":\"http://x/\\\"y\\\"\","
           "\"n\":-9223372036854775808,\"v\":0.25,\"b\":true,\"r\":[1, 2]}}\n");
}

TEST(empty_document)
{
    CHECK_INT(doc_new(&doc, slice_str(""), slice_str(""), slice_str(""), slice_str("")), 0);
    writes("{\"id\":\"\",\"text\":\"\",\"source\":\"\",\"metadata\":{}}\n");
}

TEST(text_set_twice)
{
    CHECK_INT(doc_new(&doc, slice_str("1"), slice_str(""), slice_str(""), slice_str("first")), 0);
    CHECK_INT(doc_set_text(&doc, slice_str("second\x01")), 0);
    CHECK_SLICE(doc.text, "second\x01");
    writes("{\"id\":\"1\",\"text\":\"second\\u0001\",\"source\":\"\",\"metadata\":{}}\n");
}

TEST(key_set_twice)
{
    doc_new(&doc, slice_str("1"), slice_str(""), slice_str(""), slice_str(""));
    doc_meta_set_int(&doc, "a", 1);
    doc_meta_set_int(&doc, "b", 2);
    doc_meta_set_str(&doc, "a", slice_str("three"));
    writes("{\"id\":\"1\",\"text\":\"\",\"source\":\"\",\"metadata\":{\"a\":\"three\",\"b\":2}}\n");
}

/* As many keys as it takes for a quadratic search to be seen by whoever runs this. */
TEST(many_keys)
{
    enum { N = 100000 };
    char key[16];
    doc_new(&doc, slice_str("1"), slice_str(""), slice_str(""), slice_str(""));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < N; i++) {
            snprintf(key, sizeof key, "k%d", i);
            doc_meta_set_int(&doc, key, i * (round + 1));
        }
    }
    buf_clear(&out);
    CHECK_INT(doc_write(&doc, &out), 0);
    struct buf want;
    buf_init(&want, BUF_NO_MAX);
    buf_puts(&want, "{\"id\":\"1\",\"text\":\"\",\"source\":\"\",\"metadata\":{");
    for (int i = 0; i < N; i++) buf_printf(&want, "%s\"k%d\":%d", i ? "," : "", i, 2 * i);
    buf_puts(&want, "}}\n");
    CHECK(slice_eq(buf_slice(&want), buf_slice(&out)));
    buf_free(&want);
}

TEST(line_unchanged)
{
    struct jsonl *j = jsonl_new();
    parse(j, " { \"text\" : \"\\u0041\" , \"n\":1.0E+2 }\r");
    CHECK(!doc_changed(&doc));
    writes(" { \"text\" : \"\\u0041\" , \"n\":1.0E+2 }\r\n");
    jsonl_free(j);
}

TEST(text_replaced)
{
    struct jsonl *j = jsonl_new();
    parse(j, "{\"a\":1e5, \"te\\u0078t\" : \"old\" ,\"z\":[ ]}");
    doc_set_text(&doc, slice_str("new"));
    CHECK(doc_changed(&doc));
    writes("{\"a\":1e5, \"te\\u0078t\" : \"new\" ,\"z\":[ ]}\n");
    jsonl_free(j);
}

TEST(metadata_replaced)
{
    struct jsonl *j = jsonl_new();
    parse(j, "{\"metadata\": { \"a\" : 1 , \"b\":{\"a\":2},\"a\":3,\"\\u0063\":4 } ,\"text\":\"x\"}");
    doc_meta_set_str(&doc, "a", slice_str("A"));
    doc_meta_set_int(&doc, "new", 9);
    doc_meta_set_int(&doc, "c", 5);
    writes("{\"metadata\": { \"a\" : \"A\" , \"b\":{\"a\":2},\"a\":\"A\",\"\\u0063\":5 ,\"new\":9} "
           ",\"text\":\"x\"}\n");
    doc_set_text(&doc, slice_str("y"));
    writes("{\"metadata\": { \"a\" : \"A\" , \"b\":{\"a\":2},\"a\":\"A\",\"\\u0063\":5 ,\"new\":9} "
           ",\"text\":\"y\"}\n");
    jsonl_free(j);
}

TEST(metadata_absent_null_empty)
{
    struct jsonl *j = jsonl_new();
    parse(j, "{\"text\":\"x\" } ");
    doc_meta_set_int(&doc, "k", 1);
    writes("{\"text\":\"x\" ,\"metadata\":{\"k\":1}} \n");
    parse(j, "{\"text\":\"x\",\"metadata\": null ,\"n\":2}");
    doc_meta_set_int(&doc, "k", 1);
    writes("{\"text\":\"x\",\"metadata\": {\"k\":1} ,\"n\":2}\n");
    parse(j, "{\"text\":\"x\",\"metadata\":{ }}");
    doc_meta_set_int(&doc, "k", 1);
    writes("{\"text\":\"x\",\"metadata\":{ \"k\":1}}\n");
    parse(j, "{\"text\":\"x\",\"metadata\":{\"k\":null}}");
    doc_meta_set_raw(&doc, "k", slice_str("{}"));
    writes("{\"text\":\"x\",\"metadata\":{\"k\":{}}}\n");
    jsonl_free(j);
}

/* Edits of one document do not reach the next. */
TEST(reuse)
{
    struct jsonl *j = jsonl_new();
    parse(j, "{\"text\":\"x\",\"metadata\":null}");
    doc_set_text(&doc, slice_str("y"));
    doc_meta_set_int(&doc, "k", 1);
    parse(j, "{\"text\":\"z\"}");
    CHECK(!doc_changed(&doc));
    writes("{\"text\":\"z\"}\n");
    doc_new(&doc, slice_str("1"), slice_str(""), slice_str(""), slice_str("t"));
    writes("{\"id\":\"1\",\"text\":\"t\",\"source\":\"\",\"metadata\":{}}\n");
    jsonl_free(j);
}

TEST(output_full)
{
    struct jsonl *j = jsonl_new();
    struct buf small;
    buf_init(&small, 5);
    parse(j, "{\"text\":\"x\"}");
    CHECK_INT(doc_write(&doc, &small), -ERR_IO);
    buf_clear(&small);
    doc_meta_set_int(&doc, "k", 1);
    CHECK_INT(doc_write(&doc, &small), -ERR_IO);
    buf_free(&small);
    buf_free(&doc.edits);
    buf_init(&doc.edits, 30);
    CHECK_INT(doc_meta_set_int(&doc, "k", 1), 0);
    CHECK_INT(doc_meta_set_str(&doc, "l", slice_str("too long by far")), -ERR_IO);
    buf_clear(&out);
    CHECK_INT(doc_write(&doc, &out), -ERR_IO); /* for an edit was lost */
    buf_free(&doc.edits);
    buf_init(&doc.edits, BUF_NO_MAX);
    buf_free(&doc.new_text);
    buf_init(&doc.new_text, 1);
    CHECK_INT(doc_set_text(&doc, slice_str("xy")), -ERR_IO);
    buf_free(&doc.own);
    buf_init(&doc.own, 1);
    CHECK_INT(doc_new(&doc, slice_str("ab"), slice_str(""), slice_str(""), slice_str("")), -ERR_IO);
    doc_free(&doc);
    doc_init(&doc);
    jsonl_free(j);
}

int main(void)
{
    doc_init(&doc);
    buf_init(&out, BUF_NO_MAX);
    RUN(new_document);
    RUN(empty_document);
    RUN(text_set_twice);
    RUN(key_set_twice);
    RUN(many_keys);
    RUN(line_unchanged);
    RUN(text_replaced);
    RUN(metadata_replaced);
    RUN(metadata_absent_null_empty);
    RUN(reuse);
    RUN(output_full);
    doc_free(&doc);
    buf_free(&out);
    return TEST_END();
}
