/* jsonl.h, parsing: one line to a document.
 *
 * With an argument it is a helper of tests/cli/common/jsonl.sh: `verdicts` answers each line of standard input with a JSON
 * line that says what was read, `edits` with the line after edits. */
#include "common/json.h"
#include "common/jsonl.h"
#include "tests/unit/test.h"

/* A copy of a line whose padding holds bytes that would change the meaning of what stands before them. */
static char *padded(const char *line, size_t n)
{
    static const char behind[] = "0}],\"\\n: {true";
    char *p = malloc(n + JSONL_PADDING);
    memcpy(p, line, n);
    for (size_t i = 0; i < JSONL_PADDING; i++) p[n + i] = behind[i % (sizeof behind - 1)];
    return p;
}

static struct jsonl *parser;
static struct doc doc;
static struct err err;
static char *line;

static int parse_bytes(const char *text, size_t n)
{
    free(line);
    line = padded(text, n);
    return jsonl_parse(parser, line, n, &doc, &err);
}

static int parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

/* ------------------------------------------------------------------ fields */

TEST(fields)
{
    CHECK_INT(parse("{\"id\":\"a\\u00e9\",\"text\":\"two\\nlines\",\"source\":\"s\",\"created\":\"2020\","
                    "\"metadata\":{\"k\":[1]}}"),
              0);
    CHECK_SLICE(doc.id, "a\xc3\xa9");
    CHECK_SLICE(doc.text, "two\nlines");
    CHECK_SLICE(doc.source, "s");
    CHECK_SLICE(doc.created, "2020");
    CHECK_SLICE(doc.metadata, "{\"k\":[1]}");
    CHECK_SLICE(doc.text_raw, "\"two\\nlines\"");
    CHECK(!doc_changed(&doc));
}

TEST(only_text)
{
    CHECK_INT(parse(" { \"text\" : \"\" } \r"), 0);
    CHECK_INT(doc.text.n, 0);
    CHECK_INT(doc.id.n + doc.source.n + doc.created.n + doc.metadata.n + doc.metadata_null.n, 0);
    CHECK(doc.id.p && doc.source.p && doc.text.p);
    CHECK_INT(doc.end_offset, 15);
}

TEST(borrowed_text)
{
    CHECK_INT(parse("{\"text\":\"plain\",\"metadata\":{\"x\":\"\\n\"}}"), 0);
    CHECK(doc.text.p == line + 9);
    CHECK_INT(parse("{\"text\":\"esc\\taped\"}"), 0);
    CHECK(doc.text.p < line || doc.text.p >= line + strlen("{\"text\":\"esc\\taped\"}"));
    CHECK_SLICE(doc.text, "esc\taped");
}

TEST(ids_and_nulls)
{
    CHECK_INT(parse("{\"text\":\"\",\"id\": 12345678901234567890123 }"), 0);
    CHECK_SLICE(doc.id, "12345678901234567890123");
    CHECK_INT(parse("{\"id\":-1.50E+3,\"text\":\"\",\"created\":null,\"metadata\":null}"), 0);
    CHECK_SLICE(doc.id, "-1.50E+3");
    CHECK_SLICE(doc.metadata_null, "null");
    CHECK_INT(doc.created.n + doc.metadata.n, 0);
}

TEST(nul_in_text)
{
    CHECK_INT(parse("{\"text\":\"a\\u0000b\"}"), 0);
    CHECK_MEM(doc.text.p, doc.text.n, "a\0b", 3);
}

TEST(escaped_keys)
{
    CHECK_INT(parse("{\"te\\u0078t\":\"x\",\"\\u0069d\":\"i\"}"), 0);
    CHECK_SLICE(doc.text, "x");
    CHECK_SLICE(doc.id, "i");
}

TEST(unknown_twice)
{
    CHECK_INT(parse("{\"a\":1,\"a\":2,\"text\":\"x\",\"metadata\":{\"b\":1,\"b\":2,\"text\":3}}"), 0);
}

/* ------------------------------------------------------------------ damage */

static void damage(const char *text, const char *want)
{
    err.code = ERR_IO; /* is set anew */
    CHECK_INT(parse(text), -ERR_DATA);
    CHECK_STR(err.msg, want);
}

TEST(reasons)
{
    damage("", "the line is empty");
    damage(" \t", "the line is empty");
    damage("[\"text\"]", "no JSON object at byte 0 of the line");
    damage("{}", "no \"text\"");
    damage("{\"id\":\"x\"}", "no \"text\"");
    damage("{\"text\":null}", "\"text\" is no string (byte 8 of the line)");
    damage("{\"text\":\"\",\"id\":null}", "\"id\" is no string or number (byte 16 of the line)");
    damage("{\"text\":\"\",\"id\":{}}", "\"id\" is no string or number (byte 16 of the line)");
    damage("{\"text\":\"\",\"source\":1}", "\"source\" is no string (byte 20 of the line)");
    damage("{\"text\":\"\",\"created\":[]}", "\"created\" is no string or null (byte 21 of the line)");
    damage("{\"text\":\"\",\"metadata\":[]}", "\"metadata\" is no object or null (byte 22 of the line)");
    damage("{\"text\":\"\",\"metadata\":nul}", "no JSON value at byte 22 of the line");
    damage("{\"text\":\"\",\"text\":\"\"}", "key \"text\" stands twice (byte 11 of the line)");
    damage("{\"id\":1,\"text\":\"\",\"i\\u0064\":2}", "key \"id\" stands twice (byte 18 of the line)");
    damage("{\"text\":\"\\ud800\"}", "\"text\" is not valid Unicode: lone surrogate (byte 9 of the line)");
    damage("{\"text\":\"ab\\udc00\"}", "\"text\" is not valid Unicode: lone surrogate (byte 11 of the line)");
    damage("{\"text\":\"\",\"id\":\"\\ud800\\ud800\"}",
           "\"id\" is not valid Unicode: lone surrogate (byte 17 of the line)");
    damage("{\"text\":\"a\\x\"}", "a bad escape in a string at byte 10 of the line");
    damage("{\"text\":\"\\ud800\\x\"}", "a bad escape in a string at byte 15 of the line");
    damage("{\"text\":\"x\"", "no \",\" or \"}\" behind a value at byte 11 of the line");
    damage("{\"text\":\"x}", "a string without its end");
    damage("{\"text\":\"\xff\"}", "the line is not valid UTF-8 from byte 9");
    damage("{\"text\":\"\x01\"}", "a control character in a string at byte 9 of the line");
    damage("{\"a\\\"\":\"\\\\\", \"text\":\"ab\tc\"}",
           "a control character in a string at byte 23 of the line");
    damage("{\"text\":\"x\"} {}", "more than one value at byte 13 of the line");
    damage("{\"text\":\"x\",}", "no key at byte 12 of the line");
    damage("{\"text\":\"x\" \"a\":1}", "no \",\" or \"}\" behind a value at byte 12 of the line");
    damage("{\"text\":\"x\",\"a\" 1}", "no \":\" behind a key at byte 16 of the line");
    damage("{\"text\":\"x\",\"a\":}", "no JSON value at byte 16 of the line");
    damage("{\"text\":\"x\",\"a\":[1 2]}", "no \",\" between values at byte 19 of the line");
    damage("{\"text\":\"x\",\"a\":[1", "no \",\" between values at byte 18 of the line");
    damage("{\"text\":\"x\",\"a\":[", "the line ends inside a value, at byte 17 of the line");
    damage("{\"text\":\"x\",\"a\":\"\\q\"}", "a bad escape in a string at byte 17 of the line");
    damage("{\"text\":\"x\",\"\\q\":1}", "a bad escape in a string at byte 13 of the line");
    damage("{\"text\"", "no \":\" behind a key at byte 7 of the line");
}

/* In `{"text":"","x":VALUE}`; in the manner of JSONTestSuite. */
TEST(values)
{
    static const char *const good[] = {"0",
                                       "-0",
                                       "-1.5E-3",
                                       "1e400",
                                       "1E2",
                                       "true",
                                       "false",
                                       "null",
                                       "\"\"",
                                       "[]",
                                       "{}",
                                       "[[]]",
                                       "[{}, 1 ]",
                                       "{\"\":{}}",
                                       " 1 ",
                                       "[ true , \"x\" ]",
                                       "[1\t]",
                                       "\"\\ud800\"",
                                       "[\"\xf0\x9f\x98\x80\"]",
                                       "\"\\u2028\x7f\"",
                                       "{\"a\":[{\"b\":{}}]}",
                                       "123456789012345678901234567890",
                                       "\"'\""};
    static const char *const bad[] = {"",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "1e+",
                                      "-",
                                      "--1",
                                      "0x10",
                                      "1_000",
                                      "NaN",
                                      "-NaN",
                                      "Infinity",
                                      "nan",
                                      "True",
                                      "tru",
                                      "truee",
                                      "nulll",
                                      "null0",
                                      "'a'",
                                      "a",
                                      "[1,]",
                                      "[,1]",
                                      "[1,,2]",
                                      "[",
                                      "]",
                                      "[1",
                                      "[1}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{1:1}",
                                      "{\"a\":1,}",
                                      "{\"a\":1 \"b\":2}",
                                      "{,}",
                                      "{\"a\":}",
                                      "{\"a\"::1}",
                                      "{\"a\",1}",
                                      "[\"a\":1]",
                                      "1 2",
                                      "\"a\" \"b\"",
                                      "\"a\"\"b\"",
                                      "\"a\"1",
                                      "1\"a\"",
                                      "true\"a\"",
                                      "//x\n1",
                                      "/**/1",
                                      "\"\\u00g0\"",
                                      "\"\\'\"",
                                      "\"\\u123\"",
                                      "\"\\\"",
                                      "1\f",
                                      "\f1",
                                      "[\v]",
                                      "\x1a",
                                      "1\x0c,\"y\":2",
                                      "{\"a\":1]",
                                      "\302\2401",
                                      "\357\273\2771",
                                      "[1:2]",
                                      "{\"a\"",
                                      "-Infinity",
                                      "1.2.3",
                                      "0e",
                                      "00",
                                      "-01",
                                      "1e5.5",
                                      "{\"a\":1:2}",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xc0\xaf\"",
                                      "\"\xf4\x90\x80\x80\"",
                                      "\xff",
                                      "\"\xe2\x82\"",
                                      "{\"a\\\":1}",
                                      "[\"\\u\"]"};
    char text[200];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "{\"text\":\"\",\"x\":%s}", good[i]);
        if (parse(text) != 0) printf("# rejected: %s\n", text);
        CHECK_INT(parse(text), 0);
        snprintf(text, sizeof text, "{\"metadata\":{\"x\":%s},\"text\":\"\"}", good[i]);
        CHECK_INT(parse(text), 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "{\"text\":\"\",\"x\":%s}", bad[i]);
        if (parse(text) == 0) printf("# accepted: %s\n", text);
        CHECK_INT(parse(text), -ERR_DATA);
        snprintf(text, sizeof text, "{\"metadata\":{\"x\":%s},\"text\":\"\"}", bad[i]);
        CHECK_INT(parse(text), -ERR_DATA);
    }
}

TEST(nul_byte)
{
    CHECK_INT(parse_bytes("{\"text\":\"\"}\0", 12), -ERR_DATA);
    CHECK_INT(parse_bytes("{\"text\":\"a\0\"}", 13), -ERR_DATA);
    CHECK_INT(parse_bytes("{\"text\":\"\",\"a\":\0}", 17), -ERR_DATA);
}

TEST(depth)
{
    for (int depth = 510; depth <= 514; depth++) {
        char text[2000], *p = text;
        p += sprintf(p, "{\"text\":\"\",\"x\":");
        for (int i = 1; i < depth; i++) p += sprintf(p, "%s", i % 2 ? "[" : "{\"\":");
        *p++ = '0';
        for (int i = depth - 1; i >= 1; i--) *p++ = i % 2 ? ']' : '}';
        strcpy(p, "}");
        CHECK_INT(parse(text), depth <= 512 ? 0 : -ERR_DATA);
    }
    CHECK(strstr(err.msg, "nested more than 512 deep") != NULL);
}

/* Every prefix of a good line is damaged, whatever lies behind it in memory. */
TEST(prefixes)
{
    const char *text = "{\"id\":1,\"text\":\"a\\u00e9\\n\xc3\xa9\",\"metadata\":{\"a\":[1,true,null,{\"b\":"
                       "\"c\"}]},\"z\":-1.5e3}";
    for (size_t n = 0; n < strlen(text); n++) CHECK_INT(parse_bytes(text, n), -ERR_DATA);
    CHECK_INT(parse(text), 0);
}

/* A long line between short ones: the parser grows, and comes down again. */
TEST(long_line)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "{\"text\":\"");
    for (int i = 0; i < 1000000; i++) buf_puts(&b, "\\n0123456789");
    buf_puts(&b, "\"}");
    for (int round = 0; round < 2; round++) {
        CHECK_INT(parse_bytes(b.p, b.n), 0);
        CHECK_INT(doc.text.n, 11000000);
        CHECK(doc.text.p[0] == '\n' && doc.text.p[10999999] == '9');
        CHECK_INT(parse("{\"text\":\"a\\tb\"}"), 0);
        CHECK_SLICE(doc.text, "a\tb");
    }
    buf_free(&b);
}

/* ------------------------------------------------------------------ metadata */

/* Whatever its keys; the same grammar as for documents. */
TEST(any_object)
{
    static const char *const good[] = {"{}", " {\"text\":5,\"text\":[]} ",
                                       "{\"id\":{\"a\":[1,{}]},\"metadata\":7}"};
    static const char *const bad[] = {"",           "[]",         "5",
                                      "{\"a\":}",   "{\"a\":1}{", "{\"a\":\"\xff\"}",
                                      "{\"a\":01}", "{\"a\"",     "{\"a\":\"\\x\"}"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char *p = padded(good[i], strlen(good[i]));
        CHECK_INT(jsonl_check(parser, p, strlen(good[i]), &err), 0);
        free(p);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *p = padded(bad[i], strlen(bad[i]));
        CHECK_INT(jsonl_check(parser, p, strlen(bad[i]), &err), -ERR_DATA);
        free(p);
    }
}

TEST(meta)
{
    struct slice s = {0};
    double v = 0;
    CHECK_INT(parse("{\"text\":\"t\\n\",\"metadata\":{\"s\":\"a\\\"\\u00e9\",\"n\":-2.5e1,\"o\":{ "
                    "\"x\":1},\"z\":null,\"p\":\"plain\","
                    "\"bad\":\"\\ud800\",\"big\":1e999,\"twice\":1,\"twice\":2,\"k\\u0065y\":3}}"),
              0);
    CHECK_INT(jsonl_meta_str(parser, &doc, "s", &s, &err), 1);
    CHECK_SLICE(s, "a\"\xc3\xa9");
    CHECK_INT(jsonl_meta_str(parser, &doc, "p", &s, &err), 1);
    CHECK_SLICE(s, "plain");
    CHECK_INT(jsonl_meta_num(parser, &doc, "n", &v, &err), 1);
    CHECK_NEAR(v, -25, 0);
    CHECK_INT(jsonl_meta_raw(parser, &doc, "o", &s, &err), 1);
    CHECK_SLICE(s, "{ \"x\":1}");
    CHECK_INT(jsonl_meta_num(parser, &doc, "twice", &v, &err), 1);
    CHECK_NEAR(v, 2, 0);
    CHECK_INT(jsonl_meta_num(parser, &doc, "key", &v, &err), 1);
    CHECK_INT(jsonl_meta_str(parser, &doc, "z", &s, &err), 0);
    CHECK_INT(jsonl_meta_num(parser, &doc, "absent", &v, &err), 0);
    CHECK_INT(jsonl_meta_num(parser, &doc, "x", &v, &err), 0);
    CHECK_INT(jsonl_meta_str(parser, &doc, "n", &s, &err), -ERR_DATA);
    CHECK_STR(err.msg, "metadata's \"n\" is no string");
    CHECK_INT(jsonl_meta_num(parser, &doc, "s", &v, &err), -ERR_DATA);
    CHECK_INT(jsonl_meta_num(parser, &doc, "big", &v, &err), -ERR_DATA);
    CHECK_INT(jsonl_meta_str(parser, &doc, "bad", &s, &err), -ERR_DATA);
    CHECK_SLICE(doc.text, "t\n"); /* still there */
    CHECK_INT(parse("{\"text\":\"\"}"), 0);
    CHECK_INT(jsonl_meta_raw(parser, &doc, "s", &s, &err), 0);
}

/* ------------------------------------------------------------------ the helper */

static void put_verdict(struct buf *out, int r)
{
    if (r < 0) {
        buf_puts(out, "{\"ok\":false,\"why\":");
        json_put_str(out, slice_str(err.msg));
    } else {
        const struct slice fields[] = {doc.id, doc.text, doc.source, doc.created};
        static const char *const names[] = {"id", "text", "source", "created"};
        buf_puts(out, "{\"ok\":true");
        for (int i = 0; i < 4; i++) {
            buf_printf(out, ",\"%s\":", names[i]);
            json_put_str(out, fields[i]);
        }
        buf_puts(out, ",\"metadata\":");
        buf_put_slice(out, doc.metadata.n ? doc.metadata : slice_str("null"));
        buf_puts(out, ",\"written\":");
        struct buf written;
        buf_init(&written, BUF_NO_MAX);
        doc_write(&doc, &written);
        buf_puts(out, written.n == doc.line.n + 1 && memcmp(written.p, doc.line.p, doc.line.n) == 0
                          ? "true"
                          : "false");
        buf_free(&written);
    }
    buf_puts(out, "}\n");
}

/* The text backwards by halves, and metadata of each type: as jsonl.py does it. */
static void put_edited(struct buf *out)
{
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    buf_puts(&text, "\"new\\\n\x01 ");
    buf_put_slice(&text, doc.text);
    doc_meta_set_str(&doc, "url", slice_str("u\t\"\xc3\xa9"));
    doc_meta_set_int(&doc, "n\n", -7);
    doc_set_text(&doc, buf_slice(&text));
    doc_meta_set_num(&doc, "score", 0.1);
    doc_meta_set_bool(&doc, "a", false);
    doc_meta_set_raw(&doc, "raw", slice_str("[1,{}]"));
    doc_meta_set_int(&doc, "n\n", 8);
    doc_write(&doc, out);
    buf_free(&text);
}

static int help(const char *mode)
{
    char *input = NULL;
    size_t cap = 0;
    ssize_t n;
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    while ((n = getline(&input, &cap, stdin)) >= 0) {
        if (n > 0 && input[n - 1] == '\n') n--;
        int r = parse_bytes(input, (size_t)n);
        if (strcmp(mode, "edits") != 0)
            put_verdict(&out, r);
        else if (r == 0)
            put_edited(&out);
    }
    free(input);
    bool good = !out.failed && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    buf_free(&out);
    return good ? 0 : 1;
}

static int test_all(void)
{
    RUN(fields);
    RUN(only_text);
    RUN(borrowed_text);
    RUN(ids_and_nulls);
    RUN(nul_in_text);
    RUN(escaped_keys);
    RUN(unknown_twice);
    RUN(reasons);
    RUN(values);
    RUN(nul_byte);
    RUN(depth);
    RUN(prefixes);
    RUN(long_line);
    RUN(meta);
    RUN(any_object);
    return TEST_END();
}

int main(int argc, char **argv)
{
    parser = jsonl_new();
    doc_init(&doc);
    int r = argc > 1 ? help(argv[1]) : test_all();
    free(line);
    doc_free(&doc);
    jsonl_free(parser);
    jsonl_free(NULL);
    return r;
}
