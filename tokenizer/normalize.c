/* normalize.c: NFC. Below U+0300 nothing composes or decomposes, so most text is passed after a look at its bytes; the rest
 * goes through ICU in UTF-16, in stretches that end before a character that nothing can compose with.
 * Memory: eight bytes per byte of the stretch, at most 1 MiB where the text has such places. */
#include "tokenizer/normalize.h"
#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

struct slice_wide {
    const UChar *p;
    int32_t n;
};

/* U+0300 is CC 80 in UTF-8, and every character below it begins with a byte below CC. */
static bool is_low(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((uint8_t)text.p[i] >= 0xCC) return false;
    return true;
}

/* text, widened into at[0..text.n), composed behind it: NFC of UTF-16 is at most three times as long. */
static int compose(const UNormalizer2 *nfc, struct slice text, UChar *at, struct slice_wide *out)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t n = 0, room = 3 * (int32_t)text.n + 16;
    u_strFromUTF8(at, (int32_t)text.n + 1, &n, text.p, (int32_t)text.n, &code);
    out->p = at + text.n + 1;
    out->n = unorm2_normalize(nfc, at, n, at + text.n + 1, room, &code);
    return U_FAILURE(code) ? -1 : 0;
}

static int narrow(struct slice_wide w, struct buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    size_t room = 3 * (size_t)w.n + 1;
    int32_t n = 0;
    if (buf_reserve(out, room) < 0) return -1;
    u_strToUTF8(out->p + out->n, (int32_t)room, &n, w.p, w.n, &code);
    out->n += (size_t)n;
    return U_FAILURE(code) ? -1 : 0;
}

static int put_nfc(const UNormalizer2 *nfc, struct slice text, struct buf *out)
{
    struct slice_wide composed = {NULL, 0};
    UChar *both = malloc((4 * text.n + 32) * sizeof *both);
    if (!both) return -1;
    int r = compose(nfc, text, both, &composed);
    if (r == 0) r = narrow(composed, out);
    free(both);
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
