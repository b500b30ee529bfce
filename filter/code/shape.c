/* shape.c: counts characters by class with a table; scans for runs of encoded data by hand, left to right, as the expressions would match. */
#include "filter/code/shape.h"

enum {
    LETTER = 1,
    DIGIT = 2,
    SPACE = 4,
    CONTINUES = 8 /* a byte inside of a UTF-8 character */,
    HEX = 16,
    BASE64 = 32
};

static unsigned char class_of(unsigned char c)
{
    unsigned char lower = c | 32;
    bool letter = lower >= 'a' && lower <= 'z', digit = c >= '0' && c <= '9';
    bool space = c == ' ' || (c >= '\t' && c <= '\r');
    return (unsigned char)((letter ? LETTER : 0) | (digit ? DIGIT : 0) | (space ? SPACE : 0) |
                           ((c & 0xc0) == 0x80 ? CONTINUES : 0) |
                           (digit || (lower >= 'a' && lower <= 'f') ? HEX : 0) |
                           (letter || digit || c == '+' || c == '/' || c == '\n' || c == '=' ? BASE64 : 0));
}

static unsigned char class[256];

__attribute__((constructor)) static void fill_class(void)
{
    for (unsigned c = 0; c < 256; c++) class[c] = class_of((unsigned char)c);
}

/* The characters of one line, and the classes of its bytes added to *out. */
static uint64_t count_line(const unsigned char *p, size_t n, struct shape *out)
{
    uint64_t letters = 0, digits = 0, spaces = 0, inner = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = class[p[i]];
        letters += c & LETTER;
        digits += c >> 1 & 1;
        spaces += c >> 2 & 1;
        inner += c >> 3 & 1;
    }
    out->letters += letters;
    out->digits += digits;
    out->spaces += spaces;
    return n - inner;
}

void shape_of(struct slice text, struct shape *out)
{
    *out = (struct shape){.lines = 1};
    const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;
    while (p < end) {
        const unsigned char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        uint64_t chars = count_line(p, (size_t)(stop - p), out);
        if (chars > out->longest_line) out->longest_line = chars;
        out->chars += chars + (newline != NULL);
        out->spaces += newline != NULL;
        out->lines += newline != NULL;
        p = newline ? newline + 1 : end;
    }
    out->mean_line = (double)(out->chars + 1) / (double)out->lines - 1;
}

static bool is(struct slice s, size_t i, unsigned classes)
{
    return i < s.n && class[(unsigned char)s.p[i]] & classes;
}

static void add_run(struct encoded *out, size_t n)
{
    out->bytes += n;
    if (n > out->longest) out->longest = n;
}

static void base64_runs(struct slice s, struct encoded *out)
{
    for (size_t i = 0; i < s.n;) {
        size_t start = i;
        while (is(s, i, BASE64)) i++;
        if (i - start >= 64) add_run(out, i - start);
        i += i == start;
    }
}

/* A word character as \b sees it; beyond ASCII taken as one. */
static bool word(struct slice s, size_t i)
{
    return is(s, i, LETTER | DIGIT) || (i < s.n && (s.p[i] == '_' || (unsigned char)s.p[i] >= 0x80));
}

static bool boundary(struct slice s, size_t i)
{
    return (i > 0 && word(s, i - 1)) != word(s, i);
}

/* One "0x1f, " of a run at i: where it ends, or 0. */
static size_t hex_byte(struct slice s, size_t i)
{
    if (!boundary(s, i)) return 0;
    size_t at = i;
    for (int prefixed = at + 1 < s.n &&
                        ((s.p[at] == '0' && s.p[at + 1] == 'x') || (s.p[at] == '\\' && s.p[at + 1] == 'x'));
         prefixed >= 0; prefixed--) {
        at = i + (prefixed ? 2 : 0);
        if (is(s, at, HEX) && is(s, at + 1, HEX) &&
            ((at + 2 < s.n && s.p[at + 2] == ',') || boundary(s, at + 2)))
            break;
        if (!prefixed) return 0;
    }
    at += 2;
    if (at < s.n && s.p[at] == ',') return at + 1;
    while (is(s, at, SPACE)) at++;
    return at;
}

static void hex_runs(struct slice s, struct encoded *out)
{
    for (size_t i = 0; i < s.n;) {
        size_t start = i, count = 0, at = i;
        while (at < s.n && (at = hex_byte(s, at))) i = at, count++;
        if (count >= 8) add_run(out, i - start);
        if (count == 0) i = start + 1;
    }
}

static void unicode_runs(struct slice s, struct encoded *out)
{
    const char *p = s.p, *end = s.p + s.n;
    while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
        size_t i = (size_t)(p - s.p), start = i;
        while (i + 6 <= s.n && s.p[i] == '\\' && s.p[i + 1] == 'u' && is(s, i + 2, HEX) &&
               is(s, i + 3, HEX) && is(s, i + 4, HEX) && is(s, i + 5, HEX))
            i += 6;
        if (i - start >= 48) add_run(out, i - start);
        p = s.p + (i > start ? i : start + 1);
    }
}

void shape_encoded(struct slice text, struct encoded *out)
{
    *out = (struct encoded){0};
    base64_runs(text, out);
    hex_runs(text, out);
    unicode_runs(text, out);
}
