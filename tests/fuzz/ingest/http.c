/* Any bytes as an HTTP message: the body never passes the maximum, and lies in memory that is there. */
#include "ingest/read/http.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t max = 100000;
    struct http_message m;
    struct buf block, a, b;
    struct slice body;
    const char *coding;
    buf_init(&block, BUF_NO_MAX);
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    if (buf_put(&block, data, size) < 0) abort();
    http_parse(&m, block.p ? block.p : (char *)"", size);
    enum http_decoded r = http_decode(&m, max, &a, &b, &body, &coding);
    if (r == HTTP_NO_MEMORY || (r != HTTP_TOO_LARGE && r != HTTP_UNKNOWN && body.n > max)) abort();
    unsigned sum = 0;
    for (size_t i = 0; i < body.n; i++) sum += (unsigned char)body.p[i];
    if (m.status < 0 || m.status > 999 || (r == HTTP_UNKNOWN && !coding)) abort();
    buf_free(&block);
    buf_free(&a);
    buf_free(&b);
    return sum == 1 ? 0 : 0;
}
