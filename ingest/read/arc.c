/* arc.c: what ARC's records are told by: their lines.
 *
 * A line is parsed from its end, since only the URL may hold spaces; it counts as a record's when an IP address and a date stand
 * in it, so that a line of text is not taken for one. The layout is that of the Internet Archive's "Arc File Format" (Burner
 * and Kahle, 1996); Heritrix's files have dates of 14 digits, others of 10, 12, 15 or 17.
 *
 * In: a line. Out: its fields. State: none. Each byte is looked at a constant number of times. */
#include "ingest/read/arc.h"
#include "common/text.h"
#include <stdio.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i])) return false;
    return s.n > 0;
}

static bool is_ip(struct slice s)
{
    bool parted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = (char)(s.p[i] | 0x20);
        bool separator = s.p[i] == '.' || s.p[i] == ':';
        if (!separator && !is_digit(s.p[i]) && (c < 'a' || c > 'f')) return false;
        parted |= separator;
    }
    return parted;
}

/* 8 to 18 digits, or what crawlers write that know no date. */
static bool is_date(struct slice s)
{
    if (slice_is(s, "null") || slice_is(s, "-")) return true;
    return s.n >= 8 && s.n <= 18 && all_digits(s);
}

/* "scheme:" at the start, as a URL has it. */
static bool has_scheme(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && i < 32 && ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z')) i++;
    return i > 1 && i < n && p[i] == ':';
}

/* The last word of *s, which loses it and the space before it. */
static struct slice take_word(struct slice *s)
{
    size_t i = s->n;
    while (i > 0 && s->p[i - 1] != ' ') i--;
    struct slice word = slice_of(s->p + i, s->n - i);
    s->n = i > 0 ? i - 1 : 0;
    return word;
}

/* The fields behind the date: the type, which may hold spaces too, and in version 2 what follows it. */
static void take_type(struct slice behind, struct arc_line *a)
{
    a->length = take_word(&behind);
    struct slice rest = behind, result = {"", 0};
    for (int i = 0; i < 5 && rest.n; i++) result = take_word(&rest); /* filename … result-code */
    bool second = rest.n && result.n == 3 && all_digits(result);
    a->content_type = slice_trim(second ? rest : behind);
}

bool arc_parse(struct slice line, struct arc_line *a)
{
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (!has_scheme(line.p, line.n)) return false;
    struct slice rest = line;
    take_word(&rest); /* the length */
    while (rest.n) {
        size_t end = rest.n;
        struct slice word = take_word(&rest);
        if (!is_date(word)) continue;
        struct slice before = rest, ip = take_word(&before);
        if (!is_ip(ip) || before.n == 0) continue;
        a->url = before;
        a->date = word;
        take_type(slice_of(line.p + end + 1, line.n - end - 1), a);
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------ the dialect */

static size_t head_end(const char *p, size_t n, size_t from)
{
    const char *newline = n > from ? memchr(p + from, '\n', n - from) : NULL;
    return newline ? (size_t)(newline + 1 - p) : 0;
}

static bool starts(const char *p, size_t n)
{
    struct arc_line a;
    if (!has_scheme(p, n)) return false;
    size_t end = head_end(p, n < ARC_LINE_BYTES ? n : ARC_LINE_BYTES, 0);
    return end > 0 && arc_parse(slice_of(p, end - 1), &a);
}

/* A line of a record's form, of which date or address are not understood. */
static bool starts_badly(const char *p, size_t n)
{
    size_t spaces = 0;
    if (!has_scheme(p, n)) return false;
    size_t end = head_end(p, n < ARC_LINE_BYTES ? n : ARC_LINE_BYTES, 0);
    if (end == 0) return false;
    struct slice line = slice_trim(slice_of(p, end - 1));
    for (size_t i = 0; i < line.n; i++) spaces += line.p[i] == ' ';
    return spaces >= 3 && all_digits(take_word(&line));
}

static size_t find_start(const char *p, size_t from, size_t n, bool in_block)
{
    (void)in_block;
    while (from < n) {
        const char *hit = memchr(p + from, '\n', n - from);
        if (!hit) break;
        from = (size_t)(hit + 1 - p);
        if (starts(hit + 1, n - from)) return from;
    }
    return WARC_NOWHERE;
}

static uint64_t declared(char *head, size_t n)
{
    struct arc_line a;
    return arc_parse(slice_of(head, n - 1), &a) ? warc_parse_length(a.length) : WARC_UNKNOWN;
}

const struct warc_dialect arc_dialect = {
    .name = "ARC",
    .kind = PIECE_ARC,
    .start_bytes = ARC_LINE_BYTES,
    .closing_lines = 1,
    .starts = starts,
    .starts_badly = starts_badly,
    .find_start = find_start,
    .head_end = head_end,
    .declared = declared,
};

/* ------------------------------------------------------------------ dates */

void arc_date(struct slice digits, char iso[21])
{
    char d[15] = "00000000000000";
    iso[0] = 0;
    if (digits.n < 8 || !all_digits(digits)) return;
    memcpy(d, digits.p, digits.n < 14 ? digits.n : 14);
    int month = (d[4] - '0') * 10 + d[5] - '0', day = (d[6] - '0') * 10 + d[7] - '0';
    bool time = d[8] < '3' && d[10] < '6' && d[12] < '7';
    iso[0] = 0;
    if (!all_digits(digits) || digits.n < 8 || month < 1 || month > 12 || day < 1 || day > 31 || !time)
        return;
    snprintf(iso, 21, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", d, d + 4, d + 6, d + 8, d + 10, d + 12);
}
