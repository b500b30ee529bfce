/* jsonl_parse on any bytes: no crash; what is accepted is written back unchanged, and after edits reads back with them. */
#include "common/jsonl.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                     \
    do {                                                               \
        if (!(cond)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
            abort();                                                   \
        }                                                              \
    } while (0)

static struct jsonl *parser;
static struct doc doc, again;

/* A copy with padding that is not its own, and nothing behind it. */
static char *padded(const void *p, size_t n)
{
    char *copy = malloc(n + JSONL_PADDING);
    MUST(copy);
    if (n) memcpy(copy, p, n);
    memset(copy + n, '"', JSONL_PADDING);
    return copy;
}

static void check_unchanged(const char *line, size_t n)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    MUST(doc_write(&doc, &out) == 0);
    MUST(out.n == n + 1 && memcmp(out.p, line, n) == 0 && out.p[n] == '\n');
    buf_free(&out);
}

static void check_meta(const struct doc *d)
{
    struct slice s;
    double v;
    struct err e = {0};
    MUST(jsonl_meta_num(parser, d, "n\n", &v, &e) == 1 && v == -5);
    MUST(jsonl_meta_raw(parser, d, "raw", &s, &e) == 1 && slice_is(s, "{\"x\":[]}"));
    MUST(jsonl_meta_str(parser, d, "url", &s, &e) == 1 && slice_is(s, "a\"\x01\xc3\xa9"));
}

static void check_edits(struct err *e)
{
    struct buf text, out;
    buf_init(&text, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    buf_put_slice(&text, doc.text);
    buf_puts(&text, "\\\"\n");
    doc_set_text(&doc, buf_slice(&text));
    doc_meta_set_str(&doc, "url", slice_str("a\"\x01\xc3\xa9"));
    doc_meta_set_int(&doc, "n\n", -5);
    doc_meta_set_raw(&doc, "raw", slice_str("{\"x\":[]}"));
    MUST(doc_write(&doc, &out) == 0 && out.p[out.n - 1] == '\n');
    char *line = padded(out.p, out.n - 1);
    struct jsonl *second = jsonl_new(); /* the first one holds doc's strings */
    MUST(second && jsonl_parse(second, line, out.n - 1, &again, e) == 0);
    MUST(slice_eq(again.text, buf_slice(&text)) && slice_eq(again.id, doc.id) &&
         slice_eq(again.source, doc.source) && slice_eq(again.created, doc.created));
    check_meta(&again);
    jsonl_free(second);
    free(line);
    buf_free(&text);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    if (!parser) {
        parser = jsonl_new();
        doc_init(&doc);
        doc_init(&again);
    }
    char *line = padded(data, size);
    int r = jsonl_parse(parser, line, size, &doc, &e);
    MUST(r == 0 ? e.code == 0 : r == -ERR_DATA && e.msg[0]);
    if (r == 0) {
        struct slice s;
        double v;
        check_unchanged(line, size);
        jsonl_meta_str(parser, &doc, "url", &s, &e);
        jsonl_meta_num(parser, &doc, "n", &v, &e);
        check_edits(&e);
    }
    free(line);
    return 0;
}
