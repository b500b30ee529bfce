/* pagedate.c: reads the few forms of dates that machines write into pages, and the two that English pages do.
 * In: text. Out: a number. State: none. Source of the forms: ISO 8601, RFC 5322 (3.3). */
#include "ingest/html/pagedate.h"
#include "common/text.h"
#include <stdio.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A number of `least` to `most` digits that ends there; -1: none. *s moves behind it. */
static int take_number(struct slice *s, size_t least, size_t most)
{
    int value = 0;
    size_t n = 0;
    while (n < s->n && n < most && is_digit(s->p[n])) value = value * 10 + (s->p[n++] - '0');
    if (n < least) return -1;
    *s = slice_of(s->p + n, s->n - n);
    return value;
}

static void skip(struct slice *s, const char *chars)
{
    while (s->n && *s->p && strchr(chars, *s->p)) *s = slice_of(s->p + 1, s->n - 1);
}

static uint32_t checked(int year, int month, int day)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 0 || year > 2100 || month < 1 || month > 12 || day < 1) return 0;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > days[month - 1] + (month == 2 && leap)) return 0;
    uint32_t date = (uint32_t)(year * 10000 + month * 100 + day);
    return date < PAGEDATE_FIRST ? 0 : date;
}

/* A month's name, or its first three letters and more; 0: another word. */
static int take_month(struct slice *s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    size_t n = 0;
    while (n < s->n && is_letter(s->p[n])) n++;
    if (n < 3 || n > 9) return 0;
    for (int m = 0; m < 12; m++)
        if (slice_eq_nocase(slice_of(s->p, 3),
                            (const char[]){names[3 * m], names[3 * m + 1], names[3 * m + 2], 0})) {
            *s = slice_of(s->p + n, s->n - n);
            return m + 1;
        }
    return 0;
}

static uint32_t read_numbers(struct slice s)
{
    int year = take_number(&s, 4, 4);
    if (year < 0 || s.n == 0) return 0;
    if (is_digit(*s.p)) { /* 20240531 */
        int month = take_number(&s, 2, 2), day = take_number(&s, 2, 2);
        return s.n && is_digit(*s.p) ? 0 : checked(year, month, day);
    }
    char mark = *s.p;
    if (mark != '-' && mark != '/' && mark != '.') return 0;
    skip(&s, (const char[]){mark, 0});
    int month = take_number(&s, 1, 2);
    if (month < 0 || s.n == 0 || *s.p != mark) return 0;
    skip(&s, (const char[]){mark, 0});
    int day = take_number(&s, 1, 2);
    return s.n && is_digit(*s.p) ? 0 : checked(year, month, day);
}

static uint32_t read_words(struct slice s)
{
    struct slice after = s;
    int month = take_month(&after), day;
    if (!month && s.n && is_letter(*s.p)) { /* a weekday */
        size_t n = 0;
        while (n < s.n && is_letter(s.p[n])) n++;
        s = slice_of(s.p + n, s.n - n);
        skip(&s, " ,.");
        after = s;
        month = take_month(&after);
    }
    if (month) {
        skip(&after, " .");
        day = take_number(&after, 1, 2);
    } else {
        day = take_number(&after, 1, 2);
        skip(&after, " .-");
        month = take_month(&after);
    }
    if (month && after.n >= 2 && is_letter(*after.p)) after = slice_of(after.p + 2, after.n - 2); /* "31st" */
    skip(&after, " .,-");
    int year = take_number(&after, 4, 4);
    if (after.n && is_digit(*after.p)) return 0;
    return month ? checked(year, month, day) : 0;
}

uint32_t pagedate_read(struct slice text)
{
    text = slice_trim(text);
    if (text.n >= 4 && is_digit(text.p[2]) && is_digit(text.p[3])) return read_numbers(text);
    return read_words(text);
}

uint32_t pagedate_of_url(struct slice url)
{
    const char *p = url.p, *end = url.p + url.n;
    while (p < end && *p != '?' && *p != '#') {
        if (*p++ != '/') continue;
        struct slice rest = slice_of(p, (size_t)(end - p));
        if (rest.n < 8 || !(rest.p[4] == '/' || rest.p[4] == '-')) continue;
        uint32_t date = read_numbers(rest);
        if (date) return date;
    }
    return 0;
}

/* Two numbers and a year, in either order of day and month. */
static bool is_slashed(struct slice s, uint32_t date)
{
    int month = (int)(date / 100 % 100), day = (int)(date % 100);
    int a = take_number(&s, 1, 2);
    skip(&s, "/.-");
    int b = take_number(&s, 1, 2);
    skip(&s, "/.-");
    return take_number(&s, 4, 4) == (int)(date / 10000) &&
           ((a == month && b == day) || (a == day && b == month));
}

/* Looks at the words before each mention of the year: a date is at most SHOWN_BEFORE bytes longer. */
bool pagedate_shown(struct slice text, uint32_t date)
{
    enum { SHOWN_BEFORE = 16, SHOWN_BEHIND = 10 };
    char year[8];
    const char *end = text.p + text.n, *hit = text.p;
    snprintf(year, sizeof year, "%04u", date / 10000 % 10000);
    while ((hit = slice_find(slice_of(hit, (size_t)(end - hit)), slice_of(year, 4)))) {
        const char *from = hit - text.p > SHOWN_BEFORE ? hit - SHOWN_BEFORE : text.p;
        const char *to = end - hit > SHOWN_BEHIND ? hit + SHOWN_BEHIND : end;
        for (const char *p = from; p <= hit; p++) {
            struct slice s = slice_of(p, (size_t)(to - p));
            bool begins = p == text.p || (!is_digit(p[-1]) && !is_letter(p[-1]));
            if (begins && (is_digit(*p) || is_letter(*p)) &&
                (pagedate_read(s) == date || is_slashed(s, date)))
                return true;
        }
        hit += 4;
    }
    return false;
}

/* March is the first month, so that leap days end a year. */
int64_t pagedate_days(uint32_t date)
{
    int64_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    year -= month < 3;
    month = (month + 9) % 12;
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
}

void pagedate_write(uint32_t date, char out[11])
{
    snprintf(out, 11, "%04u-%02u-%02u", date / 10000 % 10000, date / 100 % 100, date % 100);
}
