/* json_parse on any bytes: no crash; every node can be read; strings and numbers read back after they were written. */
#include "common/json.h"
#include "common/json_text.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good, const char *what)
{
    if (good) return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void check_string(struct slice s)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    must(json_put_str(&b, s) == 0, "written");
    char *back = malloc(b.n);
    int64_t n = json_unescape(back, b.p + 1, b.n - 2);
    must(n == (int64_t)s.n && memcmp(back, s.p, s.n) == 0, "string reads back");
    must(json_key_is(slice_of(b.p + 1, b.n - 2), s), "key is itself");
    free(back);
    buf_free(&b);
}

static void check_number(double v)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    must(json_put_num(&b, v) == 0 && json_number_length(b.p, b.n) == b.n && buf_terminate(&b) == 0,
         "written");
    must(strtod(b.p, NULL) == v, "number reads back");
    buf_free(&b);
}

static size_t walk(struct json v, int depth)
{
    struct slice s;
    double d;
    int64_t i;
    uint64_t u;
    bool b;
    size_t nodes = 1, members = 0;
    if (json_str(v, &s)) check_string(s);
    if (json_num(v, &d)) check_number(d);
    json_int(v, &i);
    json_uint(v, &u);
    json_bool(v, &b);
    for (struct json_iter it = json_iter(v); depth < 100 && json_next(&it); members++) {
        if (it.object) check_string(it.key);
        nodes += walk(it.value, depth + 1);
    }
    must(depth >= 100 || members == json_size(v), "size");
    return nodes;
}

/* The byte level on bytes that are no JSON. */
static void check_bytes(const char *p, size_t n)
{
    char *out = malloc(n + 1);
    int64_t length = json_unescape(out, p, n);
    must(length <= (int64_t)n, "unescape");
    must(length < 0 || json_escapes_check(p, n) == n, "escapes");
    must(json_number_length(p, n) <= n, "number");
    struct slice at = slice_of(p, n), key, value;
    while (n > 0 && at.n > 1 && p[0] == '{' && json_member_next(&at, &key, &value)) {
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_file *f;
    struct err e = {0};
    char *copy = malloc(size + 1); /* of exact size, so that a step past it is seen */
    memcpy(copy, data, size);
    if (json_parse(&f, "input", slice_of(copy, size), &e) == 0)
        must(walk(json_root(f), 0) > 0, "nodes");
    else
        must(e.code == ERR_DATA && e.msg[0], "reason");
    json_free(f);
    free(copy);
    copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    check_bytes(copy, size);
    free(copy);
    return 0;
}
