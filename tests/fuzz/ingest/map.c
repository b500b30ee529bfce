/* A specification, a newline, any bytes as a line of JSON: what comes of a valid line is a valid line. */
#include "common/json_text.h"
#include "common/jsonl.h"
#include "ingest/map.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(struct jsonl *j, struct buf *line, size_t n)
{
    struct err e = {0};
    if (buf_reserve(line, JSONL_PADDING) < 0) abort();
    memset(line->p + n, 0, JSONL_PADDING);
    if (jsonl_check(j, line->p, n, &e) < 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jsonl *j;
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    struct buf spec, line, out;
    struct map *map = NULL;
    struct err e = {0};
    if (!newline) return 0;
    if (!j && !(j = jsonl_new())) abort();
    buf_init(&spec, BUF_NO_MAX);
    buf_init(&line, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    buf_put(&spec, data, (size_t)(newline - data));
    buf_terminate(&spec);
    buf_put(&line, newline + 1, size - (size_t)(newline + 1 - data));
    if (buf_reserve(&line, JSONL_PADDING) < 0) abort();
    memset(line.p + line.n, 0, JSONL_PADDING);
    int r = map_parse(&map, spec.p, &e);
    if (r < 0 && r != -ERR_USAGE) abort();
    if (jsonl_check(j, line.p, line.n, NULL) == 0) {
        if (r == 0) {
            r = map_apply(map, buf_slice(&line), &out, &e);
            if (r == -ERR_IO || (r == 0 && out.n)) abort();
            if (r == 1) check_line(j, &out, out.n);
        }
        buf_clear(&out);
        if (map_set_member(&out, buf_slice(&line), "id", slice_str("x\"")) < 0) abort();
        check_line(j, &out, out.n);
        buf_clear(&out);
        map_put_keys(&out, buf_slice(&line));
    }
    map_free(map);
    buf_free(&spec);
    buf_free(&line);
    buf_free(&out);
    return 0;
}
