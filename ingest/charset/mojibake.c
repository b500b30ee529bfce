/* mojibake.c: UTF-8 read as windows-1252, turned back segment by segment.
 *
 * A segment is a chain of characters whose windows-1252 bytes are whole UTF-8 sequences. That alone is nearly proof: after a
 * capital letter with an accent no text has "©" or "¼". What clean text does have behind such a letter is punctuation (CAFÉ”,
 * Spaß“, «Â»), so a segment of which each sequence ends in punctuation needs more: length, letters around it that make the
 * capital impossible, or a segment that is beyond doubt within NEAR_BYTES. The rest of the document decides nothing, so that one
 * quotation does not for others. The idea of the test is that of ftfy (Robyn Speer).
 *
 * In: valid UTF-8. Out: the same slice, or a buffer. State: none. Time: linear, since a chain that is refused is short.
 * Memory: two buffers of the text's size. */
#include "ingest/charset/mojibake.h"
#include "common/text.h"

#define PASSES 3
#define NEAR_BYTES 128

/* ------------------------------------------------------------------ bytes of windows-1252 */

/* The byte from 0x80 to 0xbf that a character stood for; 0: none. C1 controls stand for themselves. */
static uint8_t tail_byte(uint32_t code)
{
    static const uint16_t above[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                       0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                       0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                       0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
    if (code >= 0x80 && code < 0xc0) return (uint8_t)code;
    if (code < 0x152) return 0;
    for (unsigned i = 0; i < 32; i++)
        if (above[i] == code) return (uint8_t)(0x80 + i);
    return 0;
}

/* What clean text has directly behind a letter: quotes, dashes, an ellipsis, white space, marks of ownership and notes. */
static bool is_punctuation(uint8_t tail)
{
    static const char list[] =
        "\x82\x84\x85\x86\x87\x8b\x91\x92\x93\x94\x96\x97\x99\x9b\xa0\xa9\xab\xad\xae\xb2\xb3\xb7\xb9\xbb";
    return strchr(list, (char)tail) != NULL;
}

/* ------------------------------------------------------------------ chains */

struct chain {
    size_t n, n_clear; /* sequences; those that are not letter and punctuation */
    size_t bytes;      /* that it takes of the text */
    uint8_t first[4];  /* the first sequence, turned back */
    unsigned first_bytes;
    uint32_t next; /* the character behind it; 0: none */
};

/* One sequence at p: its bytes turned back; returns their number, 0: none starts here. *taken: bytes of the text. */
static unsigned sequence(const char *p, const char *end, uint8_t out[4], size_t *taken)
{
    uint32_t code;
    const char *at = p + utf8_decode(p, end, &code);
    if (code < 0xc2 || code > 0xf4) return 0;
    unsigned n = code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
    out[0] = (uint8_t)code;
    for (unsigned i = 1; i < n; i++) {
        if (at == end) return 0;
        at += utf8_decode(at, end, &code);
        out[i] = tail_byte(code);
        if (!out[i]) return 0;
    }
    *taken = (size_t)(at - p);
    return utf8_valid_prefix((const char *)out, n) == n ? n : 0;
}

/* Letters of windows-1252 where a tail would be: ÚŠ, áš (a Sami word holds ášš). */
static bool is_letter(uint8_t tail)
{
    return strchr("\x8a\x8c\x8e\x9a\x9c\x9e", tail) != NULL;
}

/* Whether a sequence is neither a letter and punctuation nor, of three bytes, three letters. */
static bool is_clear(const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        if (!is_punctuation(bytes[i]) && (n == 2 || !is_letter(bytes[i]))) return true;
    return false;
}

static bool find_chain(const char *p, const char *end, struct chain *c)
{
    uint8_t bytes[4];
    size_t taken;
    *c = (struct chain){0};
    for (const char *at = p; at < end;) {
        unsigned n = sequence(at, end, bytes, &taken);
        if (!n) {
            utf8_decode(at, end, &c->next);
            break;
        }
        if (c->n++ == 0) {
            memcpy(c->first, bytes, n);
            c->first_bytes = n;
        }
        c->n_clear += is_clear(bytes, n);
        c->bytes += taken;
        at += taken;
    }
    return c->n > 0;
}

/* ------------------------------------------------------------------ which ones */

static bool is_small(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7);
}

static bool is_capital(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* A chain of one sequence of two bytes: a capital letter and something. */
static bool accept_pair(const struct chain *c, uint32_t before)
{
    uint8_t lead = c->first[0], tail = c->first[1];
    bool clear = c->n_clear > 0;
    if (lead == 0xc2) /* signs: what stands there in clean text is the letter itself, in capitals or quotes */
        return tail >= 0xa0 && !is_capital(before) && before != 0xab && before != 0x201c &&
               before != 0x201e && before != 0x2018 && before != '"' && before != '\'';
    if (lead == 0xd7 || lead == 0xd8) /* 2×½, Ø¾ */
        return clear && !is_digit(before) && !is_digit(c->next) && (tail < 0xbc || tail == 0xbf);
    if (lead == 0xdf) return clear && !is_letter(tail); /* ß is a small letter */
    if (is_small(before) && before < 0x80) return true;
    if (is_capital(before)) return clear && !is_letter(tail);
    if (clear) return !is_letter(tail) || lead == 0xc3 || is_small(c->next);
    return lead <= 0xc5 && is_small(c->next) && c->next < 0x80;
}

/* Whether a chain is beyond doubt. */
static bool is_sure(const struct chain *c, uint32_t before)
{
    if (c->n == 1 && c->first_bytes == 2) return accept_pair(c, before);
    return c->n_clear > 0 || c->n > 2;
}

/* ------------------------------------------------------------------ a text */

/* The next character that may start a chain: U+00C2 to U+00F4, two bytes of UTF-8 from C3 82 to C3 B4. */
static const char *next_lead(const char *p, const char *end)
{
    while (p < end && (p = memchr(p, 0xc3, (size_t)(end - p)))) {
        uint8_t second = end - p > 1 ? (uint8_t)p[1] : 0;
        if (second >= 0x82 && second <= 0xb4) return p;
        p++;
    }
    return end;
}

static uint32_t char_before(const char *start, const char *p)
{
    const char *at = p;
    uint32_t code = 0;
    while (at > start && ((uint8_t) * --at & 0xc0) == 0x80) continue;
    if (at < p) utf8_decode(at, p, &code);
    return code;
}

static int put_chain(struct buf *out, const char *p, size_t bytes)
{
    const char *end = p + bytes;
    uint8_t plain[4];
    size_t taken = 0;
    for (; p < end; p += taken) {
        unsigned n = sequence(p, end, plain, &taken);
        if (n == 0 || buf_put(out, plain, n) < 0) return -1;
    }
    return 0;
}

/* Whether a chain beyond doubt begins in p[0..NEAR_BYTES). */
static bool is_sure_behind(const char *start, const char *p, const char *end)
{
    const char *stop = end - p < NEAR_BYTES ? end : p + NEAR_BYTES;
    struct chain c;
    while ((p = next_lead(p, stop)) < stop) {
        bool found = find_chain(p, end, &c);
        if (found && is_sure(&c, char_before(start, p))) return true;
        p += found ? c.bytes : 2;
    }
    return false;
}

/* One pass over the text; *repaired grows when there was something. */
static int fix_once(struct slice text, struct buf *out, uint64_t *repaired)
{
    const char *p = text.p, *end = p + text.n, *copied = p;
    const char *last_sure = NULL; /* the end of the last chain beyond doubt */
    buf_clear(out);
    while ((p = next_lead(p, end)) < end) {
        struct chain c;
        bool found = find_chain(p, end, &c), sure = found && is_sure(&c, char_before(text.p, p));
        bool near = last_sure && p - last_sure <= NEAR_BYTES;
        if (!found || (!sure && !near && !is_sure_behind(text.p, p + c.bytes, end))) {
            p += 2;
            continue;
        }
        if (sure) last_sure = p + c.bytes;
        buf_put(out, copied, (size_t)(p - copied));
        if (put_chain(out, p, c.bytes) < 0) return -1;
        *repaired += c.bytes;
        p += c.bytes;
        copied = p;
    }
    if (copied == text.p) return 0;
    return buf_put(out, copied, (size_t)(end - copied));
}

int mojibake_fix(struct slice *text, struct buf *a, struct buf *b, uint64_t *repaired)
{
    *repaired = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        uint64_t before = *repaired;
        struct buf *out = pass % 2 ? b : a;
        if (fix_once(*text, out, repaired) < 0) return -1;
        if (*repaired == before) break;
        *text = slice_of(out->n ? out->p : "", out->n);
    }
    return 0;
}
