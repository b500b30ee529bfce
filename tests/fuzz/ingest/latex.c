/* LaTeX to text: valid UTF-8 out of any input, bounded by the budget of expansion; the same for a second document. */
#include "common/text.h"
#include "ingest/charset/clean.h"
#include "ingest/latex/latex.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct latex *l = malloc(sizeof *l);
    struct buf source, clean, out, again;
    struct err e = {0};
    buf_init(&source, BUF_NO_MAX);
    buf_init(&clean, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    buf_init(&again, BUF_NO_MAX);
    latex_init(l);
    if (utf8_repair(&source, (const char *)data, size) < 0 ||
        clean_text(&clean, slice_of(source.n ? source.p : "", source.n)) < 0)
        abort();
    struct slice s = slice_of(clean.n ? clean.p : "", clean.n);
    if (latex_text(l, s, &out, &e) < 0 || latex_text(l, s, &again, &e) < 0) abort();
    if (!slice_eq(buf_slice(&out), buf_slice(&again))) abort();
    if (utf8_valid_prefix(out.n ? out.p : "", out.n) != out.n) abort();
    if (out.n > 64 * s.n + (8 << 20)) abort();
    latex_free(l);
    buf_free(&source);
    buf_free(&clean);
    buf_free(&out);
    buf_free(&again);
    free(l);
    return 0;
}
