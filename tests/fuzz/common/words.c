/* Any bytes: validation, repair, words, trimming. What is checked: the parts agree, words lie in order inside the text,
 * and their letters are counted right. */
#include "common/text.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_words(struct slice text)
{
    static struct words w; /* kept, as a thread keeps it */
    uint64_t end = 0;
    check(words_find(&w, text, NULL) == 0);
    for (size_t i = 0; i < w.n; i++) {
        check(w.at[i].offset >= end && w.at[i].bytes > 0 && w.at[i].flags != 0);
        end = w.at[i].offset + w.at[i].bytes;
        check(end <= text.n && w.at[i].chars <= w.at[i].bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size);
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    size_t good = utf8_valid_prefix(text.p, text.n);
    int64_t replaced = utf8_repair(&b, text.p, text.n);
    check((replaced == 0) == (good == text.n));
    check(utf8_valid_prefix(b.p, b.n) == b.n);
    uint64_t n = 0;
    uint32_t cp;
    for (size_t at = 0; at < b.n; n++) at += utf8_decode(b.p + at, b.p + b.n, &cp);
    check(n == utf8_count(b.p, b.n));
    check_words(text);
    check_words(buf_slice(&b));
    check(slice_trim(text).n <= text.n);
    buf_free(&b);
    return 0;
}
