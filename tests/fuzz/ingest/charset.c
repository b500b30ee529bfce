/* Any bytes, with any label: what comes out is UTF-8, three times as long at most; and every decoder takes them. */
#include "ingest/charset/charset.h"
#include "common/text.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void every_decoder(struct slice bytes, struct buf *out)
{
    static const char *const labels[] = {"gbk",       "big5",     "euc-jp",       "iso-2022-jp",
                                         "shift_jis", "euc-kr",   "utf-16be",     "utf-16le",
                                         "utf-32be",  "utf-32le", "windows-1255", "utf-8"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        buf_clear(out);
        int64_t errors = charset_convert(charset_find(slice_str(labels[i])), bytes, out);
        if (errors < 0 || out->n > 3 * bytes.n || utf8_valid_prefix(out->p, out->n) != out->n) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct charset_decoder d;
    struct slice text, all = slice_of((const char *)data, size);
    struct err e = {0};
    const char *name;
    const char *newline = size ? memchr(data, '\n', size) : NULL;
    struct slice label = slice_of(all.p, newline ? (size_t)(newline - all.p) : 0);
    struct slice bytes = newline ? slice_of(newline + 1, size - label.n - 1) : all;
    charset_init(&d);
    for (int html = 0; html < 2; html++) {
        if (charset_decode(&d, bytes, charset_parameter(label), html, &text, &name, &e) < 0) abort();
        if (utf8_valid_prefix(text.p, text.n) != text.n || text.n > 3 * bytes.n ||
            !charset_find(slice_str(name)))
            abort();
    }
    every_decoder(bytes, &d.out);
    charset_free(&d);
    return 0;
}
