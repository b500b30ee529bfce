/* Any bytes as a path and, behind the first NUL, as a text: a known language or none; the text's licence is a valid expression; what is
 * counted fits the text. */
#include "filter/code/generated.h"
#include "filter/code/language.h"
#include "filter/code/license.h"
#include "filter/code/shape.h"
#include "filter/code/spdx.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool what)
{
    if (!what) abort();
}

static void look_at(struct slice path, struct slice text)
{
    struct buf scratch, out;
    struct shape shape;
    struct encoded encoded;
    buf_init(&scratch, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    need(license_find(text, &scratch, &out) == 0 && (!out.n || spdx_valid(buf_slice(&out))));
    shape_of(text, &shape);
    need(shape.longest_line <= shape.chars && shape.lines <= shape.chars + 1);
    need(shape.letters + shape.digits + shape.spaces <= shape.chars);
    shape_encoded(text, &encoded);
    need(encoded.longest <= text.n && encoded.bytes <= 3 * text.n);
    generated_why(path, "javascript", text);
    generated_minified("c", text, shape.lines, shape.chars, shape.spaces);
    buf_free(&scratch);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *nul = size ? memchr(p, 0, size) : NULL;
    size_t path = nul ? (size_t)(nul - p) : size;
    struct slice text = nul ? slice_of(nul + 1, size - path - 1) : slice_of("", 0);
    enum language_method how;
    const struct language *l = language_of(slice_of(p, path), text, &how);
    need(!l || language_named(slice_str(l->name)) == l);
    language_named(text);
    spdx_valid(text);
    look_at(slice_of(p, path), text);
    return 0;
}
