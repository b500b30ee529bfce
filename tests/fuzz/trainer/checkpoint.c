/* A checkpoint's state.json and the header of its safetensors from any bytes: the first byte says which. What is taken keeps its promises. */
#include "trainer/checkpoint.h"
#include "trainer/safetensors.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool good)
{
    if (!good) abort();
}

static void state(struct slice text)
{
    struct checkpoint c;
    struct err e = {0};
    if (checkpoint_parse_state(&c, "state.json", text, &e) < 0) {
        check(e.msg[0]);
        return;
    }
    check(strlen(c.tokenizer) == HASH128_HEX && c.model.vocab > 0 && c.model.width % c.model.heads == 0);
}

static void header(struct slice text, uint64_t bytes)
{
    struct safetensors s;
    struct err e = {0};
    struct buf b;
    uint64_t at = 0;
    if (safetensors_parse(&s, "f", text, bytes, &e) < 0) {
        check(e.msg[0]);
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        check(s.at[i].begin == at && s.at[i].end >= at);
        check((uint64_t)shape_count(s.at[i].shape) * s.at[i].width == s.at[i].end - at);
        at = s.at[i].end;
        check(safetensors_find(&s, s.at[i].name) != NULL);
    }
    check(at == bytes);
    buf_init(&b, BUF_NO_MAX);
    check(safetensors_put_header(&b, s.at, s.n) == 0 && b.n % 8 == 0);
    buf_free(&b);
    safetensors_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2) return 0;
    struct slice text = slice_of((const char *)data + 2, n - 2);
    if (data[0] == 's')
        state(text);
    else
        header(text, data[1]);
    return 0;
}
