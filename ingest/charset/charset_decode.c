/* charset_decode.c: legacy encodings to UTF-8.
 *
 * Own tables and loops rather than iconv or ICU: theirs differ from what browsers decode (holes of windows-125x, big5, private
 * use in euc-jp), and from version to version; and these run at the speed of a table look-up.
 *
 * Output is reserved for a part of the input at a time, three bytes for each; a decoder runs until it has passed the part's
 * end, and never reads past the input's. In: bytes. Out: UTF-8. State: none between calls. */
#include "ingest/charset/charset_decode.h"
#include "common/text.h"
#include "ingest/charset/charset_tables.h"

#define PART_BYTES ((size_t)65536)
#define NONE CHARSET_NONE

struct cursor {
    const uint8_t *p, *stop, *end; /* stop <= end */
    char *to;
    uint64_t errors;
    enum { JP_ASCII, JP_ROMAN, JP_KATAKANA, JP_DOUBLE } mode; /* of iso-2022-jp */
    bool silent;                                              /* nothing stood between two of its escapes */
};

static inline void put(struct cursor *c, uint32_t code)
{
    char *to = c->to;
    if (code < 0x80) {
        to[0] = (char)code;
        c->to += 1;
    } else if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        c->to += 2;
    } else if (code < 0x10000) {
        to[0] = (char)(0xe0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3f));
        to[2] = (char)(0x80 | (code & 0x3f));
        c->to += 3;
    } else {
        to[0] = (char)(0xf0 | code >> 18);
        to[1] = (char)(0x80 | (code >> 12 & 0x3f));
        to[2] = (char)(0x80 | (code >> 6 & 0x3f));
        to[3] = (char)(0x80 | (code & 0x3f));
        c->to += 4;
    }
}

/* An error that takes n bytes. */
static inline void bad(struct cursor *c, size_t n)
{
    put(c, NONE);
    c->errors++;
    c->p += n;
}

static inline void copy_ascii(struct cursor *c)
{
    uint64_t x;
    while (c->stop - c->p >= 8) {
        memcpy(&x, c->p, 8);
        if (x & 0x8080808080808080ULL) break;
        memcpy(c->to, &x, 8);
        c->p += 8;
        c->to += 8;
    }
    while (c->p < c->stop && *c->p < 0x80) *c->to++ = (char)*c->p++;
}

/* Two bytes that mean `code`, or nothing: then a second byte of ASCII stands for itself. */
static inline void put_pair(struct cursor *c, uint32_t code)
{
    if (code == NONE) {
        bad(c, c->p[1] < 0x80 ? 1 : 2);
        return;
    }
    put(c, code);
    c->p += 2;
}

static inline bool within(uint8_t b, uint8_t first, uint8_t last)
{
    return b >= first && b <= last;
}

/* ------------------------------------------------------------------ one byte a character */

static void single(struct cursor *c, const char16_t *table)
{
    uint32_t bytes[128]; /* UTF-8, its length from bit 24 on, bit 28: an error */
    for (unsigned i = 0; i < 128; i++) {
        char utf8[4] = {0};
        uint32_t n = utf8_encode(table[i], utf8);
        bool odd = table[i] == NONE || table[i] < 0xa0;
        bytes[i] = (uint32_t)(uint8_t)utf8[0] | (uint32_t)(uint8_t)utf8[1] << 8 |
                   (uint32_t)(uint8_t)utf8[2] << 16 | n << 24 | (uint32_t)odd << 28;
    }
    while (c->p < c->stop) {
        copy_ascii(c);
        while (c->p < c->stop && *c->p >= 0x80) {
            uint32_t x = bytes[*c->p++ & 0x7f];
            c->to[0] = (char)x;
            c->to[1] = (char)(x >> 8);
            c->to[2] = (char)(x >> 16);
            c->to += x >> 24 & 7;
            c->errors += x >> 28;
        }
    }
}

/* ------------------------------------------------------------------ two bytes and more */

/* Each of these decodes one character beyond ASCII at c->p, of which more than one byte is there. */

static inline void euc_kr(struct cursor *c)
{
    uint8_t lead = c->p[0], trail = c->p[1];
    if (!within(lead, 0x81, 0xfe)) {
        bad(c, 1);
        return;
    }
    unsigned pointer = (lead - 0x81U) * 190 + (trail - 0x41U);
    put_pair(c, within(trail, 0x41, 0xfe) && pointer < CHARSET_EUC_KR ? charset_euc_kr[pointer] : NONE);
}

static inline void big5(struct cursor *c)
{
    static const uint16_t two[] = {0xca, 0x304, 0xca, 0x30c, 0xea, 0x304, 0xea, 0x30c};
    uint8_t lead = c->p[0], trail = c->p[1];
    if (!within(lead, 0x81, 0xfe)) {
        bad(c, 1);
        return;
    }
    bool known = within(trail, 0x40, 0x7e) || within(trail, 0xa1, 0xfe);
    unsigned pointer = (lead - 0x81U) * 157 + (trail - (trail < 0x7f ? 0x40U : 0x62U));
    int pair = !known            ? -1
               : pointer == 1133 ? 0
               : pointer == 1135 ? 2
               : pointer == 1164 ? 4
               : pointer == 1166 ? 6
                                 : -1;
    if (pair >= 0) {
        put(c, two[pair]);
        put(c, two[pair + 1]);
        c->p += 2;
        return;
    }
    put_pair(c, known ? charset_big5[pointer] : NONE);
}

static inline void shift_jis(struct cursor *c)
{
    uint8_t lead = c->p[0], trail = c->p[1];
    if (!within(lead, 0x81, 0x9f) && !within(lead, 0xe0, 0xfc)) {
        bad(c, 1);
        return;
    }
    unsigned pointer =
        (lead - (lead < 0xa0 ? 0x81U : 0xc1U)) * 188 + (trail - (trail < 0x7f ? 0x40U : 0x41U));
    bool known = (within(trail, 0x40, 0x7e) || within(trail, 0x80, 0xfc)) && pointer < CHARSET_JIS0208;
    bool private = pointer >= 8836 && pointer <= 10715; /* Windows' user-defined characters */
    uint32_t code = private ? 0xe000 + pointer - 8836 : charset_jis0208[known ? pointer : 0];
    put_pair(c, known ? code : NONE);
}

static inline uint32_t jis(const char16_t *table, unsigned size, uint8_t lead, uint8_t trail)
{
    unsigned pointer = (lead - 0xa1U) * 94 + (trail - 0xa1U);
    return within(lead, 0xa1, 0xfe) && within(trail, 0xa1, 0xfe) && pointer < size ? table[pointer] : NONE;
}

static inline void euc_jp(struct cursor *c)
{
    uint8_t lead = c->p[0], second = c->p[1];
    if (lead == 0x8e && within(second, 0xa1, 0xdf)) {
        put_pair(c, 0xff61U - 0xa1 + second);
    } else if (lead == 0x8f && within(second, 0xa1, 0xfe)) {
        uint32_t code =
            c->end - c->p > 2 ? jis(charset_jis0212, CHARSET_JIS0212, second, c->p[2]) : (uint32_t)NONE;
        if (code == NONE) {
            bad(c, c->end - c->p > 2 && c->p[2] >= 0x80 ? 3 : 2);
            return;
        }
        put(c, code);
        c->p += 3;
    } else if (lead == 0x8e || lead == 0x8f || within(lead, 0xa1, 0xfe)) {
        put_pair(c, jis(charset_jis0208, CHARSET_JIS0208, lead, second));
    } else {
        bad(c, 1);
    }
}

/* The code point of a pointer into the four-byte part of GB 18030. */
static uint32_t gb18030_range(uint32_t pointer)
{
    size_t low = 0, high = CHARSET_GB18030_RANGES;
    if (pointer >= 189000 && pointer <= 1237575) return 0x10000 + pointer - 189000;
    if (pointer > 39419) return NONE;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (charset_gb18030_ranges[middle].pointer <= pointer)
            low = middle;
        else
            high = middle;
    }
    return charset_gb18030_ranges[low].code + pointer - charset_gb18030_ranges[low].pointer;
}

static void gb18030_four(struct cursor *c)
{
    const uint8_t *p = c->p;
    size_t left = (size_t)(c->end - p);
    bool third = left < 3 || within(p[2], 0x81, 0xfe), fourth = left < 4 || within(p[3], 0x30, 0x39);
    if (!third || !fourth || left < 4) {
        bad(c, third && fourth ? left : 1);
        return;
    }
    uint32_t pointer = ((p[0] - 0x81U) * 10 + (p[1] - 0x30U)) * 1260 + (p[2] - 0x81U) * 10 + (p[3] - 0x30U);
    uint32_t code = gb18030_range(pointer);
    put(c, code);
    c->errors += code == NONE;
    c->p += 4;
}

static inline void gb18030(struct cursor *c)
{
    uint8_t lead = c->p[0], trail = c->p[1];
    if (!within(lead, 0x81, 0xfe)) {
        bad(c, 1);
    } else if (within(trail, 0x30, 0x39)) {
        gb18030_four(c);
    } else {
        bool known = within(trail, 0x40, 0x7e) || within(trail, 0x80, 0xfe);
        unsigned pointer = (lead - 0x81U) * 190 + (trail - (trail < 0x7f ? 0x40U : 0x41U));
        put_pair(c, known ? charset_gb18030[pointer] : NONE);
    }
}

/* Characters of one byte beyond ASCII; false: there are more bytes to it. */
static inline bool one_byte(struct cursor *c, enum charset_kind kind)
{
    uint8_t b = *c->p;
    if (kind == CHARSET_SHIFT_JIS && (b == 0x80 || within(b, 0xa1, 0xdf)))
        put(c, b == 0x80 ? 0x80 : 0xff61U - 0xa1 + b);
    else if (kind == CHARSET_IS_GB18030 && b == 0x80)
        put(c, 0x20ac);
    else if (c->end - c->p == 1) {
        bad(c, 1);
        return true;
    } else
        return false;
    c->p++;
    return true;
}

static inline __attribute__((always_inline)) void multi(struct cursor *c, enum charset_kind kind)
{
    while (c->p < c->stop) {
        if (*c->p < 0x80) copy_ascii(c);
        if (c->p >= c->stop) break;
        if (one_byte(c, kind)) continue;
        switch (kind) {
        case CHARSET_IS_EUC_KR: euc_kr(c); break;
        case CHARSET_IS_BIG5: big5(c); break;
        case CHARSET_SHIFT_JIS: shift_jis(c); break;
        case CHARSET_IS_EUC_JP: euc_jp(c); break;
        default: gb18030(c); break;
        }
    }
}

/* ------------------------------------------------------------------ iso-2022-jp */

/* An escape sequence at c->p. One that follows another with nothing between them is an error. */
static void escape(struct cursor *c)
{
    static const struct {
        char bytes[3];
        uint8_t mode;
    } known[] = {
        {"(B", JP_ASCII}, {"(J", JP_ROMAN}, {"(I", JP_KATAKANA}, {"$@", JP_DOUBLE}, {"$B", JP_DOUBLE}};
    for (size_t i = 0; i < 5 && c->end - c->p >= 3; i++) {
        if (memcmp(c->p + 1, known[i].bytes, 2) != 0) continue;
        c->mode = known[i].mode;
        if (c->silent) bad(c, 0);
        c->silent = true;
        c->p += 3;
        return;
    }
    c->silent = false;
    bad(c, 1);
}

static void iso_2022_jp(struct cursor *c)
{
    while (c->p < c->stop) {
        uint8_t b = *c->p;
        if (b == 0x1b) {
            escape(c);
            continue;
        }
        c->silent = false;
        if (c->mode == JP_DOUBLE && within(b, 0x21, 0x7e)) {
            bool two = c->end - c->p > 1 && within(c->p[1], 0x21, 0x7e);
            bool stray = c->end - c->p > 1 && c->p[1] == 0x1b; /* an escape is not part of the error */
            uint32_t code =
                two ? jis(charset_jis0208, CHARSET_JIS0208, b | 0x80, c->p[1] | 0x80) : (uint32_t)NONE;
            size_t n = stray || c->end - c->p < 2 ? 1 : 2;
            if (code == NONE) {
                bad(c, n);
            } else {
                put(c, code);
                c->p += 2;
            }
        } else if (c->mode == JP_KATAKANA && within(b, 0x21, 0x5f)) {
            put(c, 0xff61U - 0x21 + b);
            c->p++;
        } else if (c->mode >= JP_KATAKANA || b >= 0x80 || b == 0x0e || b == 0x0f) {
            bad(c, 1);
        } else {
            bool roman = c->mode == JP_ROMAN;
            put(c, roman && b == 0x5c ? 0xa5 : roman && b == 0x7e ? 0x203e : b);
            c->p++;
        }
    }
}

/* ------------------------------------------------------------------ utf-16, utf-32 */

static inline uint32_t unit16(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static void utf_16(struct cursor *c, bool big)
{
    while (c->p < c->stop) {
        if (c->end - c->p < 2) {
            bad(c, 1);
            return;
        }
        uint32_t unit = unit16(c->p, big);
        if (unit < 0xd800 || unit > 0xdfff) {
            put(c, unit);
            c->p += 2;
            continue;
        }
        uint32_t low = c->end - c->p >= 4 ? unit16(c->p + 2, big) : 0;
        if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) {
            bad(c, 2);
            continue;
        }
        put(c, 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff));
        c->p += 4;
    }
}

static void utf_32(struct cursor *c, bool big)
{
    while (c->p < c->stop) {
        if (c->end - c->p < 4) {
            bad(c, (size_t)(c->end - c->p));
            return;
        }
        uint32_t a = unit16(c->p, big), b = unit16(c->p + 2, big), code = big ? a << 16 | b : b << 16 | a;
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            bad(c, 4);
            continue;
        }
        put(c, code);
        c->p += 4;
    }
}

/* ------------------------------------------------------------------ all of them */

static void convert_part(struct cursor *c, const struct charset *charset)
{
    switch (charset->kind) {
    case CHARSET_SINGLE: single(c, charset->table); break;
    case CHARSET_ISO_2022_JP: iso_2022_jp(c); break;
    case CHARSET_UTF_16BE: utf_16(c, true); break;
    case CHARSET_UTF_16LE: utf_16(c, false); break;
    case CHARSET_UTF_32BE: utf_32(c, true); break;
    case CHARSET_UTF_32LE: utf_32(c, false); break;
    case CHARSET_IS_EUC_KR: multi(c, CHARSET_IS_EUC_KR); break;
    case CHARSET_IS_BIG5: multi(c, CHARSET_IS_BIG5); break;
    case CHARSET_SHIFT_JIS: multi(c, CHARSET_SHIFT_JIS); break;
    case CHARSET_IS_EUC_JP: multi(c, CHARSET_IS_EUC_JP); break;
    default: multi(c, CHARSET_IS_GB18030); break;
    }
}

int64_t charset_convert(const struct charset *charset, struct slice bytes, struct buf *out)
{
    if (charset->kind == CHARSET_UTF_8) return utf8_repair(out, bytes.p, bytes.n);
    struct cursor c = {.p = (const uint8_t *)bytes.p};
    c.end = c.p + bytes.n;
    while (c.p < c.end) {
        size_t left = (size_t)(c.end - c.p), n = left < PART_BYTES ? left : PART_BYTES;
        if (buf_reserve(out, 3 * n + 16) < 0) return -1;
        c.stop = c.p + n;
        c.to = out->p + out->n;
        convert_part(&c, charset);
        out->n = (size_t)(c.to - out->p);
    }
    return (int64_t)c.errors;
}
