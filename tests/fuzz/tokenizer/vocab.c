/* Any bytes as a tokenizer.json: refused with a message, or read, and then written and read again to the same hash. */
#include "tokenizer/vocab.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vocab *v, *again;
    struct err e = {0};
    struct hash128 a, b;
    struct buf out;
    if (vocab_parse(&v, "fuzz", slice_of((const char *)data, n), &e) < 0) {
        if (!e.code || !e.msg[0]) abort();
        return 0;
    }
    buf_init(&out, BUF_NO_MAX);
    if (vocab_put_json(v, &out) < 0 || vocab_parse(&again, "again", buf_slice(&out), &e) < 0) abort();
    if (vocab_hash(v, &a, &e) < 0 || vocab_hash(again, &b, &e) < 0 || !hash128_eq(a, b)) abort();
    buf_free(&out);
    vocab_free(v);
    vocab_free(again);
    return 0;
}
