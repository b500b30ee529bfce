/* pagetitle.c: "Heading | Site" is a title and a site's name when the page's own heading says "Heading".
 *
 * The heading must be a third of the title at least: a shorter one is more often the site's name, or a label in front.
 * In, out: a buffer. State: none. */
#include "ingest/html/pagetitle.h"
#include "common/text.h"

#define HEADING_SHARE 3

size_t pagetitle_cut(struct slice text, size_t limit)
{
    while (limit > 0 && ((unsigned char)text.p[limit] & 0xc0) == 0x80) limit--;
    return limit;
}

static void put_heading(struct buf *b, struct slice heading)
{
    if (heading.n > PAGETITLE_MAX) heading.n = pagetitle_cut(heading, PAGETITLE_MAX);
    for (size_t i = 0; i < heading.n; i++) {
        bool white = (unsigned char)heading.p[i] <= ' '; /* or a mark */
        if (!white)
            buf_putc(b, heading.p[i]);
        else if (b->n && b->p[b->n - 1] != ' ')
            buf_putc(b, ' ');
    }
    while (b->n && b->p[b->n - 1] == ' ') b->n--;
}

/* A separator with white space on both sides, ": " too, and something behind it. */
static bool is_separator(struct slice s)
{
    static const char *const marks[] = {
        " | ",  " - ", ": ", " \xe2\x80\x93 ", " \xe2\x80\x94 ", " \xc2\xb7 ", " \xc2\xbb ", " \xe2\x80\xa2 ",
        " :: ", " : ", " ~ "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (slice_has_prefix(s, marks[i])) return s.n > strlen(marks[i]);
    return false;
}

int pagetitle_settle(struct buf *title, struct slice heading, struct slice og_title)
{
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    put_heading(&text, heading);
    size_t n = text.n;
    if (title->n == 0)
        buf_put_slice(title, og_title.n ? og_title : buf_slice(&text));
    else if (n && title->n > n && n >= title->n / HEADING_SHARE && memcmp(title->p, text.p, n) == 0 &&
             is_separator(slice_of(title->p + n, title->n - n)))
        title->n = n;
    bool failed = text.failed || title->failed;
    buf_free(&text);
    return failed ? -1 : 0;
}
