/* charset.c: which encoding.
 *
 * Valid UTF-8 comes first because nothing else looks like it by chance; so most pages are checked once and never copied. What
 * is declared is decoded, and believed unless the result says otherwise: a wrong multi-byte encoding gives errors in a third of
 * its characters, a right one with damage hardly any.
 *
 * In: bytes. Out: valid UTF-8. State: the detector, one output buffer. Memory: at most three times the input. */
#include "ingest/charset/charset.h"
#include "common/text.h"

void charset_init(struct charset_decoder *d)
{
    d->out_is = NULL;
    charset_detector_init(&d->detector);
    buf_init(&d->out, BUF_NO_MAX);
}

void charset_free(struct charset_decoder *d)
{
    charset_detector_free(&d->detector);
    buf_free(&d->out);
}

static const struct charset *find_z(const char *label)
{
    return charset_find(slice_str(label));
}

/* ------------------------------------------------------------------ what is there */

static const struct charset *byte_order_mark(struct slice bytes, size_t *mark_bytes)
{
    static const struct {
        const char *bytes, *name;
        size_t n;
    } marks[] = {{"\xef\xbb\xbf", "utf-8", 3},
                 {"\xff\xfe\0\0", "utf-32le", 4},
                 {"\0\0\xfe\xff", "utf-32be", 4},
                 {"\xff\xfe", "utf-16le", 2},
                 {"\xfe\xff", "utf-16be", 2}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        *mark_bytes = marks[i].n;
        if (bytes.n >= marks[i].n && memcmp(bytes.p, marks[i].bytes, marks[i].n) == 0)
            return find_z(marks[i].name);
    }
    *mark_bytes = 0;
    return NULL;
}

static bool is_wide(const struct charset *c)
{
    return c && c->kind >= CHARSET_UTF_16BE;
}

/* UTF-16 without a mark: the first characters are ASCII, so that every other byte is zero. */
static const struct charset *unmarked_utf16(struct slice bytes)
{
    size_t zeros[2] = {0, 0}, n = bytes.n < 64 ? bytes.n & ~(size_t)1 : 64;
    for (size_t i = 0; i < n; i++) zeros[i & 1] += bytes.p[i] == 0;
    if (n < 8 || zeros[0] + zeros[1] != n / 2) return NULL;
    return zeros[1] == n / 2 ? find_z("utf-16le") : zeros[0] == n / 2 ? find_z("utf-16be") : NULL;
}

/* ASCII bytes may still mean something else: escape sequences, or two bytes a character. */
static bool hides_in_ascii(const struct charset *c, struct slice bytes)
{
    if (c && c->kind == CHARSET_ISO_2022_JP) return memchr(bytes.p, 0x1b, bytes.n);
    return is_wide(c) && memchr(bytes.p, 0, bytes.n);
}

/* Escape sequences into and out of a set of two-byte characters, although nothing declares them. */
static const struct charset *undeclared_iso_2022_jp(struct slice bytes)
{
    const char *end = bytes.p + bytes.n;
    for (const char *p = bytes.p; (p = memchr(p, 0x1b, (size_t)(end - p))); p++) {
        if (end - p < 6 || p[1] != '$' || (p[2] != 'B' && p[2] != '@')) continue;
        bool back = slice_find(slice_of(p, (size_t)(end - p)), slice_str("\x1b("));
        return back ? find_z("iso-2022-jp") : NULL;
    }
    return NULL;
}

/* Whether bytes that are not all valid are UTF-8 still: at least ten characters beyond ASCII to one error. Counts no
 * further than a hundred errors. */
static bool mostly_utf8(struct slice bytes, size_t good)
{
    uint64_t errors = 0, wide = 0;
    size_t counted = 0;
    for (;;) {
        for (size_t i = counted; i < good; i++) wide += ((uint8_t)bytes.p[i] & 0xc0) == 0xc0;
        if (good >= bytes.n || errors == 100) break;
        errors++;
        counted = good + 1;
        good = counted + utf8_valid_prefix(bytes.p + counted, bytes.n - counted);
    }
    return wide >= 10 * errors;
}

/* All of the bytes are valid, but for a character that the end of the input cut. */
static bool is_utf8(struct slice bytes, size_t good)
{
    if (good == bytes.n) return true;
    return good + 4 > bytes.n && utf8_count(bytes.p, good) < good;
}

static uint64_t beyond_ascii(struct slice bytes)
{
    uint64_t n = 0;
    for (size_t i = 0; i < bytes.n; i++) n += (uint8_t)bytes.p[i] >> 7;
    return n;
}

/* ------------------------------------------------------------------ what is believed */

/* Decodes. 1: and it may be so; 0: the bytes contradict it; -1: out of memory. */
static int try_charset(struct charset_decoder *d, const struct charset *c, struct slice bytes)
{
    buf_clear(&d->out);
    d->out_is = c;
    int64_t errors = charset_convert(c, bytes, &d->out);
    if (errors < 0) return -1;
    d->out_errors = (uint64_t)errors;
    if (errors == 0) return 1;
    uint64_t high = beyond_ascii(bytes), n = d->out_errors;
    if (high == 0) return 1; /* iso-2022-jp */
    return 2 * n <= high && (n < CHARSET_FEW || CHARSET_TRUST * n <= high);
}

static bool is_multi_byte(const struct charset *c)
{
    return c->kind >= CHARSET_IS_GB18030 && c->kind <= CHARSET_IS_EUC_KR && c->kind != CHARSET_ISO_2022_JP;
}

/* An encoding that is believed in spite of errors, or the multi-byte one that the bytes look like and that has not a tenth of
 * them: for gbk and windows-1252 give some meaning to nearly all bytes. NULL: out of memory. */
static const struct charset *second_opinion(struct charset_decoder *d, const struct charset *c,
                                            struct slice bytes)
{
    uint64_t errors = d->out_errors;
    if (errors < CHARSET_FEW) return c;
    const struct charset *guess = charset_detect(&d->detector, bytes);
    if (!guess || guess == c || !is_multi_byte(guess)) return guess ? c : NULL;
    if (try_charset(d, guess, bytes) < 0) return NULL;
    return CHARSET_TRUST * d->out_errors < errors ? guess : c;
}

/* The encodings that are declared, in the order in which they are believed. UTF-8 is decided otherwise, and there is no zero
 * byte in it that UTF-16 would have. */
static size_t declarations(struct slice bytes, struct slice declared, bool html, const struct charset **found)
{
    const struct charset *all[3] = {charset_find(declared), html ? charset_of_meta(bytes) : NULL,
                                    html ? charset_of_xml(bytes) : NULL};
    size_t n = 0;
    for (size_t i = 0; i < 3; i++)
        if (all[i] && !is_wide(all[i])) found[n++] = all[i];
    return n;
}

/* Decodes into d->out bytes that are not UTF-8. */
static const struct charset *choose_legacy(struct charset_decoder *d, struct slice bytes,
                                           struct slice declared, bool html, bool likely_utf8)
{
    const struct charset *found[4], *utf8 = find_z("utf-8");
    size_t n = declarations(bytes, declared, html, found);
    for (size_t i = 0; i < n; i++) {
        if (found[i] == utf8 && !likely_utf8) continue;
        int r = found[i] == utf8 ? 1 : try_charset(d, found[i], bytes);
        if (r < 0) return NULL;
        if (r > 0) return found[i] == utf8 ? utf8 : second_opinion(d, found[i], bytes);
    }
    if (likely_utf8) return utf8;
    const struct charset *guess = charset_detect(&d->detector, bytes);
    int r = guess ? try_charset(d, guess, bytes) : -1;
    return r < 0 ? NULL : r > 0 ? guess : find_z("windows-1252");
}

/* An encoding for certain, before any declaration; NULL: none. */
static const struct charset *choose_certain(struct slice bytes, struct slice declared, bool html, size_t good)
{
    const struct charset *c = charset_find(declared);
    if (hides_in_ascii(c, bytes)) return c;
    if (memchr(bytes.p, 0, bytes.n < 64 ? bytes.n : 64) && (c = unmarked_utf16(bytes))) return c;
    if (!is_utf8(bytes, good)) return NULL;
    if (!memchr(bytes.p, 0x1b, bytes.n)) return find_z("utf-8");
    c = html ? charset_of_meta(bytes) : NULL;
    if (!hides_in_ascii(c, bytes)) c = undeclared_iso_2022_jp(bytes);
    return c ? c : find_z("utf-8");
}

int charset_decode(struct charset_decoder *d, struct slice bytes, struct slice declared, bool html,
                   struct slice *text, const char **name, struct err *e)
{
    size_t mark = 0;
    d->out_is = NULL;
    const struct charset *c = byte_order_mark(bytes, &mark);
    bytes = slice_of(bytes.p + mark, bytes.n - mark);
    size_t good = utf8_valid_prefix(bytes.p, bytes.n);
    if (!c && bytes.n) c = choose_certain(bytes, declared, html, good);
    if (!c && bytes.n) c = choose_legacy(d, bytes, declared, html, mostly_utf8(bytes, good));
    if (!c && bytes.n) return err_nomem(e, "decoding a page");
    *name = c ? c->name : "utf-8";
    *text = bytes;
    if (good == bytes.n && (!c || c->kind == CHARSET_UTF_8)) return 0;
    if (d->out_is != c) {
        buf_clear(&d->out);
        if (charset_convert(c, bytes, &d->out) < 0) return err_nomem(e, "decoding a page");
    }
    *text = slice_of(d->out.n ? d->out.p : "", d->out.n);
    return 0;
}
