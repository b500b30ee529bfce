/* normal.c: normalisation of a line, code point by code point; ASCII by a table.
 *
 * In: valid UTF-8. Out: appended. State: none (ICU's tables of decompositions). Time: linear. */
#include "filter/lm/normal.h"
#include "common/text.h"
#include <unicode/unorm2.h>

struct mark {
    uint32_t cp;
    const char *ascii;
};

/* By code point. The facts are cc_net/text_normalizer.py's UNICODE_PUNCT; that a full-width 1 becomes a quotation mark is
 * its own. */
static const struct mark marks[] = {
    {0x00AB, "\""}, {0x00B4, "'"},  {0x00BB, "\""}, {0x2013, "-"},   {0x2014, " - "}, {0x2019, "'"},
    {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2026, "..."}, {0x2236, ":"},   {0x2501, "-"},
    {0x25BA, "-"},  {0x3001, ","},  {0x3002, "."},  {0x3008, "<"},   {0x3009, ">"},   {0x300A, "\""},
    {0x300B, "\""}, {0x300C, "\""}, {0x300D, "\""}, {0x3010, "["},   {0x3011, "]"},   {0xFF01, "!"},
    {0xFF05, "%"},  {0xFF08, "("},  {0xFF09, ")"},  {0xFF0C, ","},   {0xFF0E, ". "},  {0xFF11, "\""},
    {0xFF1A, ":"},  {0xFF1B, ";"},  {0xFF1F, "?"},  {0xFF5E, "~"},
};

static const char *mark_of(uint32_t cp)
{
    size_t low = 0, high = sizeof marks / sizeof *marks;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (marks[mid].cp == cp) return marks[mid].ascii;
        if (marks[mid].cp < cp)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static bool is_category(uint32_t cp, const char *two)
{
    const char *c = unicode_category(cp);
    return c[0] == two[0] && c[1] == two[1];
}

static void put_ascii(unsigned bits, char c, struct buf *out)
{
    if ((bits & LM_CONTROLS) && (unsigned char)c < 32) return;
    if (c == 127 && (bits & LM_CONTROLS)) return;
    if ((bits & LM_LOWER) && c >= 'A' && c <= 'Z') c = (char)(c + 32);
    if ((bits & LM_DIGITS) && c >= '0' && c <= '9') c = '0';
    buf_putc(out, c);
}

/* A code point behind lower case and decomposition. */
static void put_plain(unsigned bits, uint32_t cp, struct buf *out)
{
    const char *ascii = bits & LM_PUNCT ? mark_of(cp) : NULL;
    char utf8[4];
    if (cp < 128) {
        put_ascii(bits, (char)cp, out);
    } else if ((bits & LM_DIGITS) && is_category(cp, "Nd")) {
        buf_putc(out, '0');
    } else if (ascii) {
        buf_puts(out, ascii);
    } else if (!(bits & LM_CONTROLS) || cp > 159) {
        buf_put(out, utf8, utf8_encode(cp, utf8));
    }
}

static void put_decomposed(unsigned bits, uint32_t cp, const UNormalizer2 *nfd, struct buf *out)
{
    UChar units[32];
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = unorm2_getDecomposition(nfd, (UChar32)cp, units, 32, &status);
    if (n < 0 || U_FAILURE(status)) {
        if (!is_category(cp, "Mn")) put_plain(bits, cp, out);
        return;
    }
    for (int32_t i = 0; i < n;) {
        UChar32 c;
        U16_NEXT(units, i, n, c);
        if (!is_category((uint32_t)c, "Mn")) put_plain(bits, (uint32_t)c, out);
    }
}

static int put_rest(unsigned bits, const char *p, const char *end, struct buf *out, struct err *e)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = bits & LM_ACCENTS ? unorm2_getNFDInstance(&status) : NULL;
    if (U_FAILURE(status))
        return err_set(e, ERR_IO, "ICU cannot decompose: %s; is its data installed (package libicu)?",
                       u_errorName(status));
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        if (cp < 128) {
            put_ascii(bits, (char)cp, out);
            continue;
        }
        if (bits & LM_LOWER) cp = unicode_lower(cp);
        if (nfd)
            put_decomposed(bits, cp, nfd, out);
        else
            put_plain(bits, cp, out);
    }
    return 0;
}

int lm_normalize(unsigned bits, struct slice line, struct buf *out, struct err *e)
{
    size_t i = 0;
    if (buf_reserve(out, line.n) < 0) return err_nomem(e, "normalising a line");
    while (i < line.n && !(line.p[i] & 0x80)) put_ascii(bits, line.p[i++], out);
    int r = i < line.n ? put_rest(bits, line.p + i, line.p + line.n, out, e) : 0;
    return r == 0 && out->failed ? err_nomem(e, "normalising a line") : r;
}

/* ------------------------------------------------------------------ names */

static const struct {
    const char *name;
    unsigned bits;
} names[] = {{"none", 0},         {"ccnet", LM_CCNET},     {"lower", LM_LOWER},      {"digits", LM_DIGITS},
             {"punct", LM_PUNCT}, {"accents", LM_ACCENTS}, {"controls", LM_CONTROLS}};
#define N_NAMES (sizeof names / sizeof *names)

int lm_normal_parse(const char *list, unsigned *bits, struct err *e)
{
    *bits = 0;
    for (const char *p = list, *end; *p; p = *end ? end + 1 : end) {
        size_t i = 0;
        end = p + strcspn(p, ",");
        while (i < N_NAMES && !slice_is(slice_of(p, (size_t)(end - p)), names[i].name)) i++;
        if (i == N_NAMES)
            return err_set(
                e, ERR_USAGE,
                "--normalize: unknown '%.*s'; known are none, ccnet, lower, digits, punct, accents, controls",
                (int)(end - p), p);
        *bits |= names[i].bits;
    }
    return 0;
}

void lm_normal_put(unsigned bits, struct buf *out)
{
    const char *comma = "";
    if (bits == 0 || bits == LM_CCNET) {
        buf_puts(out, bits ? "ccnet" : "none");
        return;
    }
    for (size_t i = 2; i < N_NAMES; i++) {
        if (!(bits & names[i].bits)) continue;
        buf_printf(out, "%s%s", comma, names[i].name);
        comma = ",";
    }
}
