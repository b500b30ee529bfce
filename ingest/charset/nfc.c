/* nfc.c: Unicode Normalization Form C at the speed of a scan.
 *
 * Nearly all text is NFC, and nearly all characters cannot be part of anything else: those below U+0300, and Cyrillic ones, known by
 * their first byte, are passed over 16 bytes at a time, the rest by tables of a bit each. Only stretches around the others are shown to
 * ICU, and only what it changes is copied. A character that never matters is a boundary: what stands before it has no
 * influence on what stands behind it; so stretches begin and end with one.
 *
 * In: valid UTF-8. Out: the same slice, or a buffer. State: none. Time is linear: ICU sorts marks by insertion, so a run of them
 * is cut at RUN_BYTES. */
#include "ingest/charset/nfc.h"
#include "ingest/charset/nfc_icu.h"
#include "ingest/charset/nfc_table.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define GAP_BYTES 32     /* of plain text end a stretch */
#define RUN_BYTES 256    /* of doubtful characters, at most, in one */
#define FIRST_DOUBT 0xcc /* the first byte of U+0300 */

/* Bytes that no doubtful character begins with: up to U+02FF, and (D0, D1) U+0400 to U+047F, with all tails. */
static inline bool is_low(uint8_t c)
{
    return c < FIRST_DOUBT || (c | 1) == 0xd1;
}

static inline size_t skip_low(const char *p, size_t i, size_t n)
{
#if defined(__SSE2__)
    const __m128i first = _mm_set1_epi8((char)FIRST_DOUBT), one = _mm_set1_epi8(1),
                  cyrillic = _mm_set1_epi8((char)0xd1);
    for (; n - i >= 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
        __m128i high = _mm_cmpeq_epi8(_mm_max_epu8(v, first), v);
        __m128i bad = _mm_andnot_si128(_mm_cmpeq_epi8(_mm_or_si128(v, one), cyrillic), high);
        unsigned mask = (unsigned)_mm_movemask_epi8(bad);
        if (mask) return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < n && is_low((uint8_t)p[i])) i++;
    return i;
}

enum { PLAIN, MARK, DOUBTFUL };

static inline int classify(uint32_t word, unsigned bit)
{
    if (nfc_plain[word] >> bit & 1) return PLAIN;
    return nfc_mark[word] >> bit & 1 ? MARK : DOUBTFUL;
}

/* What the character at p is, whose first byte is FIRST_DOUBT or more; its length. */
static inline int class_of(const uint8_t *p, size_t *length)
{
    if (p[0] < 0xe0) {
        *length = 2;
        return classify(p[0] & 0x1f, p[1] & 0x3f);
    }
    if (p[0] < 0xf0) {
        *length = 3;
        return classify((p[0] & 0xfU) << 6 | (p[1] & 0x3f), p[2] & 0x3f);
    }
    *length = 4;
    uint32_t code = (p[0] & 7U) << 18 | (p[1] & 0x3fU) << 12 | (p[2] & 0x3fU) << 6 | (p[3] & 0x3f);
    if (code >= 0x1f000 && code < 0x20000)
        return nfc_plain[1024 + (code - 0x1f000) / 64] >> (code & 0x3f) & 1 ? PLAIN : DOUBTFUL;
    return code >= 0x20000 && code <= 0x2a6d6 ? PLAIN : DOUBTFUL; /* CJK Extension B, as first assigned */
}

size_t nfc_good_prefix(const char *p, size_t n)
{
    const uint8_t *u = (const uint8_t *)p;
    size_t length, mark = n; /* where a mark stands that ends at i; n: none */
    for (size_t i = skip_low(p, 0, n); i < n;) {
        int class = class_of(u + i, &length);
        if (class != PLAIN && (class == DOUBTFUL || mark < n || i == 0)) return mark < n ? mark : i;
        mark = class == MARK ? i : n;
        i += length;
        if (i < n && is_low(u[i])) {
            mark = n;
            i = i + 1 < n && !is_low(u[i + 1]) ? i + 1 : skip_low(p, i, n);
        }
    }
    return n;
}

/* ------------------------------------------------------------------ stretches */

static size_t doubtful_run(const char *p, size_t n)
{
    size_t i = 0, length;
    while (i < n && i < RUN_BYTES && (uint8_t)p[i] >= FIRST_DOUBT &&
           class_of((const uint8_t *)p + i, &length) != PLAIN)
        i += length;
    return i;
}

/* The stretch around the doubtful character at s.p + at, which ends before a plain one (or within a long run). Nothing before
 * `from` is part of it. */
static struct slice stretch(struct slice s, size_t from, size_t at)
{
    size_t start = at, end = at, run;
    while (start > from && ((uint8_t)s.p[--start] & 0xc0) == 0x80) continue;
    while ((run = doubtful_run(s.p + end, s.n - end)) > 0) {
        end += run;
        if (run >= RUN_BYTES || end - start >= (1 << 20)) break;
        size_t look = s.n - end < GAP_BYTES ? s.n - end : GAP_BYTES;
        while (look > 0 && end + look < s.n && ((uint8_t)s.p[end + look] & 0xc0) == 0x80) look--;
        size_t plain = nfc_good_prefix(s.p + end, look);
        if (plain == look) break;
        end += plain;
    }
    return slice_of(s.p + start, end - start);
}

int nfc_normalize(struct slice *text, struct buf *out, struct err *e)
{
    struct slice s = *text;
    size_t copied = 0, at = 0, from = out->n;
    bool changed = false;
    while (at < s.n && (at += nfc_good_prefix(s.p + at, s.n - at)) < s.n) {
        struct slice part = stretch(s, copied, at);
        size_t start = (size_t)(part.p - s.p);
        at = start + part.n;
        if (nfc_icu_is(part)) continue;
        buf_put(out, s.p + copied, start - copied);
        if (nfc_icu_append(part, out) < 0) return err_nomem(e, "normalizing a text");
        copied = at;
        changed = true;
    }
    if (!changed) return 0;
    if (buf_put(out, s.p + copied, s.n - copied) < 0) return err_nomem(e, "normalizing a text");
    *text = slice_of(out->n > from ? out->p + from : "", out->n - from);
    return 0;
}
