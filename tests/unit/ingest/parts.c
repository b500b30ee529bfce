/* Parts of a text, however its bytes come in: a few a time, or at once. tests/cli/ingest/parts.sh compares with Python's re. */
#include "ingest/read/parts.h"
#include "tests/unit/test.h"

static struct buf got;
static struct ledger led;
static struct err e;

struct feed {
    const char *p;
    size_t n, step;
};

static ssize_t read_feed(void *ctx, void *dst, size_t cap, struct err *why)
{
    struct feed *f = ctx;
    size_t n = f->n < f->step ? f->n : f->step;
    if (n > cap) n = cap;
    memcpy(dst, f->p, n);
    f->p += n;
    f->n -= n;
    return (ssize_t)n;
}

/* "OFFSET:part|" of each part, the bytes coming `step` a time. */
static const char *parts_in_steps(const char *pattern, const char *text, size_t step, uint64_t max_record)
{
    struct feed feed = {text, strlen(text), step};
    struct parts *s;
    struct parts_reader r;
    struct window w;
    struct piece piece;
    struct buf in;
    int status;
    buf_init(&in, BUF_NO_MAX);
    buf_clear(&got);
    err_clear(&e);
    ledger_reset(&led);
    CHECK_INT(parts_compile(&s, pattern, &e), 0);
    CHECK_INT(window_open_reader(&w, "text", read_feed, &feed, &e), 0);
    parts_reader_start(&r, s, &w, "text", max_record);
    while ((status = parts_reader_next(&r, &in, &piece, &led, &e)) > 0) {
        buf_printf(&got, "%d:", (int)piece.offset);
        buf_put(&got, in.p + piece.body, piece.body_bytes);
        buf_putc(&got, '|');
    }
    CHECK(status == 0 || e.code == ERR_USAGE);
    window_close(&w);
    parts_free(s);
    buf_free(&in);
    buf_terminate(&got);
    return got.p;
}

static void check_parts(const char *pattern, const char *text, const char *want)
{
    for (size_t step = 1; step <= 9; step += 2) CHECK_STR(parts_in_steps(pattern, text, step, 1000), want);
    CHECK_STR(parts_in_steps(pattern, text, 100000, 1000), want);
}

TEST(parts)
{
    check_parts("\n\n+", "one\n\n\n\ntwo\nlines\n\n", "0:one|7:two\nlines|");
    check_parts("\n\n+", "\n\none", "2:one|");
    check_parts("\n\n+", "one", "0:one|");
    check_parts("\n\n+", "", "");
    check_parts("-+", " \n-\t--x--", "6:x|");
    check_parts("(?m)^--$", "a--\n--\nb\n---\n--", "0:a--\n|6:\nb\n---\n|");
    check_parts("^--", "--a--b", "2:a--b|");
    check_parts("\\A-|b\\z", "-a-bab", "1:a-ba|");
    check_parts("(?<=x)y", "xyyxy", "0:x|2:yx|");
    check_parts("x*", "axxb", "0:a|3:b|");
    check_parts("\xc3\xa9+", "a\xc3\xa9\xc3\xa9z\xc3", "0:a|5:z\xc3|");
    check_parts("[\xe2\x80\x94]",
                "a\xe2\x80\x94"
                "b\xff\xe2\x80\x94",
                "0:a|4:b\xff|");
    check_parts("ab\\Kc", "abcabc", "0:ab|3:ab|");
}

TEST(parts_that_are_too_long)
{
    CHECK_STR(parts_in_steps("-", "abcdefghij-ok-abcdefghij", 1, 4), "11:ok|");
    CHECK_INT(led.damaged, 2);
    CHECK_INT(led.damage[0].offset, 0);
    CHECK_INT(led.damage[1].offset, 14);
    CHECK_INT(led.destroyed_bytes, 20);
}

TEST(patterns)
{
    struct parts *s;
    err_clear(&e);
    CHECK_INT(parts_compile(&s, "(", &e), -ERR_USAGE);
    parts_free(s);
    err_clear(&e);
    CHECK_INT(parts_compile(&s, "\xff", &e), -ERR_USAGE);
    parts_free(s);
    parts_free(NULL);
}

int main(void)
{
    buf_init(&got, BUF_NO_MAX);
    ledger_init(&led);
    RUN(parts);
    RUN(parts_that_are_too_long);
    RUN(patterns);
    buf_free(&got);
    ledger_free(&led);
    return TEST_END();
}
