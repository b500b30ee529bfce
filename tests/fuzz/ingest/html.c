/* Any bytes as a page: the text is valid UTF-8 without control characters, and ends and begins with a word. */
#include "common/text.h"
#include "ingest/charset.h"
#include "ingest/extract.h"
#include <stdlib.h>

static void check(const struct buf *out)
{
    if (utf8_valid_prefix(out->p, out->n) != out->n) abort();
    for (size_t i = 0; i < out->n; i++) {
        unsigned char c = (unsigned char)out->p[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) abort();
        if (c == 0xc2 && (unsigned char)out->p[i + 1] < 0xa0) abort();
    }
    if (out->n && (strchr(" \n\t", out->p[out->n - 1]) || out->p[0] == '\n')) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct charset_decoder charset;
    static struct html html;
    static struct page page;
    static bool started;
    struct err e = {0};
    struct slice text;
    struct buf out;
    const char *name;
    if (!started) {
        charset_init(&charset);
        html_init(&html);
        page_init(&page);
        started = true;
    }
    /* the first byte chooses what HTTP declares */
    static const char *const labels[] = {"",       "utf-8",       "shift_jis", "gbk",   "big5",
                                         "euc-kr", "iso-2022-jp", "utf-16le",  "koi8-r"};
    const char *label = size ? labels[data[0] % (sizeof labels / sizeof *labels)] : "";
    size_t skip = size > 0;
    buf_init(&out, BUF_NO_MAX);
    if (charset_decode(&charset, slice_of((const char *)data + skip, size - skip), slice_str(label), true,
                       &text, &name, &e) < 0)
        abort();
    if (utf8_valid_prefix(text.p, text.n) != text.n) abort();
    if (page_read(&page, &html, text, &e) < 0) abort();
    for (int mode = EXTRACT_MAIN; mode <= EXTRACT_ALL; mode++) {
        buf_clear(&out);
        if (extract_text(&page, (enum extract_mode)mode, &out, &e) < 0) abort();
        check(&out);
    }
    buf_free(&out);
    return 0;
}
