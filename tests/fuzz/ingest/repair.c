/* Any bytes, made UTF-8: --fix-mojibake gives UTF-8 and says truly whether it did something; NFC is what ICU makes of the text
 * as a whole, where no run of marks was cut, and normalizing again changes nothing. */
#include "common/text.h"
#include "ingest/charset/mojibake.h"
#include "ingest/charset/nfc.h"
#include "ingest/charset/nfc_icu.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text, a, b, whole;
    struct err e = {0};
    uint64_t repaired;
    buf_init(&text, BUF_NO_MAX);
    buf_init(&a, BUF_NO_MAX);
    buf_init(&b, BUF_NO_MAX);
    buf_init(&whole, BUF_NO_MAX);
    if (utf8_repair(&text, (const char *)data, size) < 0) abort();
    struct slice s = slice_of(text.p ? text.p : "", text.n), fixed = s;
    if (mojibake_fix(&fixed, &a, &b, &repaired) < 0) abort();
    if (utf8_valid_prefix(fixed.p, fixed.n) != fixed.n || (repaired == 0) != (fixed.p == s.p)) abort();
    buf_clear(&a);
    if (nfc_normalize(&s, &a, &e) < 0 || utf8_valid_prefix(s.p, s.n) != s.n) abort();
    if (s.n < 250) {
        if (nfc_icu_append(buf_slice(&text), &whole) < 0 || !slice_eq(s, buf_slice(&whole))) abort();
        struct slice again = s;
        buf_clear(&b);
        if (nfc_normalize(&again, &b, &e) < 0 || !slice_eq(again, s)) abort();
    }
    buf_free(&text);
    buf_free(&a);
    buf_free(&b);
    buf_free(&whole);
    return 0;
}
