/* Any bytes, repaired to UTF-8: the spans lie within the text, in order, not overlapping, on whole characters; the same by the
 * plain code and by an object that has seen others before; masked text has the right length. */
#include "filter/pii/find.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_spans(const struct pii *p, struct slice text)
{
    const struct pii_span *s;
    uint64_t at = 0;
    size_t n = pii_spans(p, &s);
    for (size_t i = 0; i < n; i++) {
        check(s[i].start >= at && s[i].end > s[i].start && s[i].end <= text.n && s[i].what &&
              s[i].kind < PII_KINDS);
        check((text.p[s[i].start] & 0xc0) != 0x80 &&
              (s[i].end == text.n || (text.p[s[i].end] & 0xc0) != 0x80));
        at = s[i].end;
    }
}

static void check_mask(const struct pii *p, struct slice text, const struct pii_masks *masks)
{
    struct pii_account a;
    struct buf b;
    uint64_t removed = 0;
    buf_init(&b, BUF_NO_MAX);
    check(pii_mask(p, text, masks, &b, &a) == 0);
    for (unsigned k = 0; k < PII_KINDS; k++) removed += a.removed[k];
    check(text.n + a.added == b.n + removed && utf8_valid_prefix(b.p, b.n) == b.n);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pii *kept, *plain;
    const struct pii_span *a, *b;
    struct buf repaired;
    if (!kept) {
        kept = pii_new();
        plain = pii_new();
        plain->scan = anchors_plain;
    }
    buf_init(&repaired, BUF_NO_MAX);
    check(utf8_repair(&repaired, (const char *)data, size) >= 0);
    struct slice text = buf_slice(&repaired);
    check(pii_find(kept, text, PII_ALL, NULL) == 0 && pii_find(plain, text, PII_ALL, NULL) == 0);
    size_t n = pii_spans(kept, &a);
    check(n == pii_spans(plain, &b));
    for (size_t i = 0; i < n; i++)
        check(a[i].start == b[i].start && a[i].end == b[i].end && a[i].kind == b[i].kind &&
              a[i].what == b[i].what);
    check_spans(kept, text);
    check_mask(kept, text, &pii_placeholders);
    check(pii_find_fineweb(kept, text, PII_ALL, NULL) == 0);
    check_spans(kept, text);
    check_mask(kept, text, &pii_fineweb);
    buf_free(&repaired);
    return 0;
}
