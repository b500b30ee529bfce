/* normalize.c: NFC. Below U+0300 nothing composes or decomposes, so most text is passed after a look at its bytes; the rest
 * goes through ICU in UTF-16, in stretches that end before a character that nothing can compose with.
 * Memory: six bytes per byte of the stretch, at most 1 MiB where the text has such places. */
#include "tokenizer/normalize.h"
#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* U+0300 is CC 80 in UTF-8, and every character below it begins with a byte below CC. */
static bool is_low(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((uint8_t)text.p[i] >= 0xCC) return false;
    return true;
}

struct wide {
    UChar *at; /* owned */
    int32_t n;
};

static int widen(struct slice text, struct wide *w)
{
    UErrorCode code = U_ZERO_ERROR;
    w->at = malloc((text.n + 1) * sizeof *w->at);
    if (!w->at) return -1;
    u_strFromUTF8(w->at, (int32_t)text.n + 1, &w->n, text.p, (int32_t)text.n, &code);
    return U_FAILURE(code) ? -1 : 0;
}

static int compose(const UNormalizer2 *nfc, const struct wide *in, struct wide *out)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t cap = 3 * in->n + 16; /* NFC of UTF-16 is at most three times as long */
    out->at = malloc((size_t)cap * sizeof *out->at);
    if (!out->at) return -1;
    out->n = unorm2_normalize(nfc, in->at, in->n, out->at, cap, &code);
    return U_FAILURE(code) ? -1 : 0;
}

static int narrow(const struct wide *w, struct buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    size_t room = 3 * (size_t)w->n + 1;
    int32_t n = 0;
    if (buf_reserve(out, room) < 0) return -1;
    u_strToUTF8(out->p + out->n, (int32_t)room, &n, w->at, w->n, &code);
    out->n += (size_t)n;
    return U_FAILURE(code) ? -1 : 0;
}

static int put_nfc(const UNormalizer2 *nfc, struct slice text, struct buf *out)
{
    struct wide in = {NULL, 0}, composed = {NULL, 0};
    int r = widen(text, &in);
    if (r == 0) r = compose(nfc, &in, &composed);
    if (r == 0) r = narrow(&composed, out);
    free(in.at);
    free(composed.at);
    return r;
}

/* Where to end a stretch: behind about 64 KiB, before an ASCII character, which composes with nothing before it. */
static size_t stretch(struct slice text, size_t from)
{
    size_t end = from + 65536;
    while (end < text.n && (uint8_t)text.p[end] >= 0x80) end++;
    return end < text.n ? end : text.n;
}

int normalize_nfc(struct slice text, struct buf *own, struct slice *out, struct err *e)
{
    *out = text;
    if (is_low(text)) return 0;
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
    if (U_FAILURE(code)) return err_set(e, ERR_IO, "ICU has no NFC data: %s", u_errorName(code));
    buf_clear(own);
    for (size_t from = 0, end; from < text.n; from = end) {
        end = stretch(text, from);
        if (end - from > (256U << 20))
            return err_set(e, ERR_USAGE,
                           "a text of more than 256 MiB without a character of ASCII cannot be normalised");
        if (put_nfc(nfc, slice_of(text.p + from, end - from), own) < 0)
            return err_nomem(e, "normalising a text");
    }
    *out = buf_slice(own);
    return 0;
}
