/* JATS and TEI to text: valid UTF-8 out of any input, or the word that it is not well-formed. */
#include "common/text.h"
#include "ingest/charset/clean.h"
#include "ingest/markup/xmldoc.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xmldoc x;
    struct buf source, clean, out;
    struct slice bytes = slice_of((const char *)data, size);
    buf_init(&source, BUF_NO_MAX);
    buf_init(&clean, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    xmldoc_init(&x);
    xmldoc_declared_charset(bytes);
    xmldoc_recognise(bytes);
    if (utf8_repair(&source, bytes.p, size) < 0 ||
        clean_text(&clean, slice_of(source.n ? source.p : "", source.n)) < 0)
        abort();
    for (int dialect = XMLDOC_JATS; dialect <= XMLDOC_TEI; dialect++) {
        struct err e = {0};
        buf_clear(&out);
        int r = xmldoc_text(&x, slice_of(clean.n ? clean.p : "", clean.n), (enum xmldoc_dialect)dialect, &out,
                            &e);
        if (r == 0 && utf8_valid_prefix(out.n ? out.p : "", out.n) != out.n) abort();
        if (r == -ERR_IO) abort();
    }
    xmldoc_free(&x);
    buf_free(&source);
    buf_free(&clean);
    buf_free(&out);
    return 0;
}
