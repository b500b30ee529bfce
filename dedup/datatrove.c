/* datatrove.c: normal form in one pass over the code points, words, XXH64 of each run of n of them.
 *
 * In: valid UTF-8. State: buffers, reused. Memory: the text twice, 12 bytes a word. Time: linear. */
#include "dedup/datatrove.h"
#include <stdlib.h>
#include <unicode/unorm2.h>
#include <xxhash.h>

#define CAPITAL_SIGMA 0x3A3
#define SIGMA 0x3C3
#define FINAL_SIGMA 0x3C2
#define DECOMPOSITION 8 /* more than any has, in UTF-16 */

void datatrove_init(struct datatrove *d)
{
    memset(d, 0, sizeof *d);
    buf_init(&d->text, BUF_NO_MAX);
    buf_init(&d->joined, BUF_NO_MAX);
    buf_init(&d->starts, BUF_NO_MAX);
}

void datatrove_free(struct datatrove *d)
{
    free(d->at);
    buf_free(&d->text);
    buf_free(&d->joined);
    buf_free(&d->starts);
    datatrove_init(d);
}

/* ------------------------------------------------------------------ characters */

/* By ASCII: itself in lower case, ' ' for what becomes a blank, '0' for digits. */
static unsigned char ascii_normal(unsigned char c)
{
    if (c >= '0' && c <= '9') return '0';
    if (c >= 'A' && c <= 'Z') return c | 0x20;
    return c >= 'a' && c <= 'z' ? c : ' ';
}

/* What datatrove's PUNCTUATION has beyond ASCII. */
static bool is_mark(uint32_t cp)
{
    switch (cp) {
    case 0x7F ... 0x9F:
    case 0xAB:
    case 0xB4:
    case 0xBB:
    case 0x2013:
    case 0x2014:
    case 0x2019:
    case 0x201C ... 0x201E:
    case 0x2026:
    case 0x2236:
    case 0x2501:
    case 0x25BA:
    case 0x3001:
    case 0x3002:
    case 0x3008 ... 0x300D:
    case 0x3010:
    case 0x3011:
    case 0xFF01:
    case 0xFF05:
    case 0xFF08:
    case 0xFF09:
    case 0xFF0C:
    case 0xFF0E:
    case 0xFF1A:
    case 0xFF1B:
    case 0xFF1F:
    case 0xFF5E: return true;
    default: return false;
    }
}

static bool is_digit(uint32_t cp)
{
    return cp < 0x80 ? cp - '0' < 10 : memcmp(unicode_category(cp), "Nd", 2) == 0;
}

static bool is_decimal_point(uint32_t cp)
{
    return cp == '.' || cp == ',' || cp == 0x060C || cp == 0x066B || (cp >= 0x2396 && cp <= 0x2398);
}

static const char *skip_digits(const char *p, const char *end)
{
    uint32_t cp;
    for (unsigned bytes; p < end; p += bytes) {
        bytes = utf8_decode(p, end, &cp);
        if (!is_digit(cp)) break;
    }
    return p;
}

/* Behind the number whose first digits end at p. */
static const char *number_end(const char *p, const char *end)
{
    uint32_t cp;
    p = skip_digits(p, end);
    if (p == end) return p;
    const char *part = p + utf8_decode(p, end, &cp);
    if (!is_decimal_point(cp)) return p;
    const char *stop = skip_digits(part, end);
    return stop > part ? stop : p;
}

/* ------------------------------------------------------------------ the final sigma (Unicode 3.13, Final_Sigma) */

static bool is_case_ignorable(uint32_t cp)
{
    static const char categories[][3] = {"Mn", "Me", "Cf", "Lm", "Sk"};
    static const uint32_t marks[] = {'\'',   '.',    ':',    0xB7,   0x387,  0x55F,  0x5F4,  0x2018, 0x2019,
                                     0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A};
    for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++)
        if (cp == marks[i]) return true;
    for (unsigned i = 0; i < sizeof categories / sizeof *categories; i++)
        if (memcmp(unicode_category(cp), categories[i], 2) == 0) return true;
    return false;
}

static bool is_cased(uint32_t cp)
{
    const char *c = unicode_category(cp);
    bool other = cp == 0xAA || cp == 0xBA || (cp >= 0x2160 && cp <= 0x217F) || (cp >= 0x24B6 && cp <= 0x24E9);
    if (other) return true;
    return c[0] == 'L' && (c[1] == 'u' || c[1] == 'l' || c[1] == 't');
}

static bool cased_before(const char *start, const char *p)
{
    uint32_t cp;
    while (p > start) {
        const char *stop = p--;
        while (p > start && (*p & 0xC0) == 0x80) p--;
        utf8_decode(p, stop, &cp);
        if (!is_case_ignorable(cp)) return is_cased(cp);
    }
    return false;
}

static bool cased_behind(const char *p, const char *end)
{
    uint32_t cp;
    for (; p < end;) {
        p += utf8_decode(p, end, &cp);
        if (!is_case_ignorable(cp)) return is_cased(cp);
    }
    return false;
}

/* ------------------------------------------------------------------ normal form */

static void put(struct buf *out, uint32_t cp)
{
    char bytes[4];
    buf_put(out, bytes, utf8_encode(cp, bytes));
}

/* Appends the decomposition of a character, without marks. */
static void put_decomposed(const UNormalizer2 *nfd, uint32_t cp, struct buf *out)
{
    UChar parts[DECOMPOSITION];
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = cp < 0xC0 ? -1 : unorm2_getDecomposition(nfd, (UChar32)cp, parts, DECOMPOSITION, &status);
    if (n < 0 || U_FAILURE(status)) {
        if (memcmp(unicode_category(cp), "Mn", 2) != 0) put(out, cp);
        return;
    }
    for (int32_t i = 0; i < n;) {
        UChar32 part;
        U16_NEXT(parts, i, n, part);
        if (memcmp(unicode_category((uint32_t)part), "Mn", 2) != 0) put(out, (uint32_t)part);
    }
}

/* Appends one blank, unless nothing or a blank stands before it. */
static void put_blank(struct buf *out, size_t start)
{
    if (out->n > start && out->p[out->n - 1] != ' ') buf_putc(out, ' ');
}

/* Appends what the character of more than one byte at p, which ends at `next`, becomes; returns where to go on. */
static const char *put_other(const UNormalizer2 *nfd, struct slice text, const char *p, uint32_t cp,
                             const char *next, struct buf *out, size_t start)
{
    const char *end = text.p + text.n;
    if (is_digit(cp)) {
        buf_putc(out, '0');
        return number_end(next, end);
    }
    if (is_mark(cp) || (unicode_classes(cp) & UC_SPACE))
        put_blank(out, start);
    else if (cp == CAPITAL_SIGMA)
        put(out, cased_before(text.p, p) && !cased_behind(next, end) ? FINAL_SIGMA : SIGMA);
    else
        put_decomposed(nfd, unicode_lower(cp), out);
    return next;
}

int datatrove_normal(struct slice text, struct buf *out, struct err *e)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    if (U_FAILURE(status)) return err_set(e, ERR_IO, "ICU has no NFD data: %s", u_errorName(status));
    size_t start = out->n;
    const char *p = text.n ? text.p : "", *end = p + text.n;
    while (p < end) {
        unsigned char c = *p & 0x80 ? 0 : ascii_normal((unsigned char)*p);
        uint32_t cp;
        if (c == 0) {
            unsigned bytes = utf8_decode(p, end, &cp);
            p = put_other(nfd, text, p, cp, p + bytes, out, start);
            continue;
        }
        p = c == '0' ? number_end(p + 1, end) : p + 1;
        if (c == ' ')
            put_blank(out, start);
        else
            buf_putc(out, (char)c);
    }
    if (out->n > start && out->p[out->n - 1] == ' ') out->n--;
    return out->failed ? err_nomem(e, "normalising a text") : 0;
}

/* ------------------------------------------------------------------ shingles */

static int cut_words(struct datatrove *d, struct slice text, struct err *e)
{
    buf_clear(&d->text);
    buf_clear(&d->joined);
    buf_clear(&d->starts);
    int r = datatrove_normal(text, &d->text, e);
    if (r < 0) return r;
    for (size_t at = 0; at < d->text.n;) {
        const char *p = d->text.p + at, *blank = memchr(p, ' ', d->text.n - at);
        size_t n = blank ? (size_t)(blank - p) : d->text.n - at;
        datatrove_words(slice_of(p, n), &d->joined, &d->starts);
        at += n + 1;
    }
    uint32_t last = (uint32_t)d->joined.n;
    if (d->joined.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    buf_put(&d->starts, &last, sizeof last);
    return d->joined.failed || d->starts.failed ? err_nomem(e, "cutting words") : 0;
}

static int reserve(struct datatrove *d, size_t n, struct err *e)
{
    if (n <= d->cap) return 0;
    uint64_t *at = n <= SIZE_MAX / 2 / sizeof *at ? malloc(2 * n * sizeof *at) : NULL;
    if (!at) return err_nomem(e, "hashing words");
    free(d->at);
    d->at = at;
    d->cap = 2 * n;
    return 0;
}

int datatrove_grams(struct datatrove *d, struct slice text, unsigned ngram, struct err *e)
{
    int r = cut_words(d, text, e);
    if (r < 0) return r;
    const uint32_t *start = (const uint32_t *)(const void *)d->starts.p;
    size_t words = d->starts.n / sizeof *start - 1;
    d->n = words < ngram ? 0 : words - ngram + 1;
    r = reserve(d, d->n, e);
    for (size_t i = 0; r == 0 && i < d->n; i++)
        d->at[i] = XXH64(d->joined.p + start[i], start[i + ngram] - start[i] - 1, 0);
    return r;
}
