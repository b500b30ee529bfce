#include "ingest/read/fields.h"
#include "tests/unit/test.h"

static struct fields f;
static char block[8192];

static size_t parse(const char *z)
{
    snprintf(block, sizeof block, "%s", z);
    return fields_parse(&f, block, strlen(block));
}

TEST(names_and_values)
{
    CHECK_INT(parse("A: 1\r\nbee :  two words \r\n\r\nbody"), 27);
    CHECK_INT(f.n, 2);
    CHECK_SLICE(fields_get(&f, "a"), "1");
    CHECK_SLICE(fields_get(&f, "BEE"), "two words");
    CHECK_INT(fields_get(&f, "c").n, 0);
}

TEST(line_ends_of_one_byte)
{
    CHECK_INT(parse("A: 1\nB: 2\n\nbody"), 11);
    CHECK_SLICE(fields_get(&f, "B"), "2");
}

TEST(folded_lines)
{
    parse("A: one\r\n two\r\n\t three\r\n \r\n\r\n");
    CHECK_SLICE(fields_get(&f, "A"), "one   two  \t three");
    parse(" before: any\r\nA:\r\n value\r\nno colon\r\n of nobody\r\nB: 2\r\n\r\n");
    CHECK_SLICE(fields_get(&f, "A"), "value");
    CHECK_SLICE(fields_get(&f, "B"), "2");
    CHECK_INT(f.n, 2);
}

TEST(first_of_equal_names_wins)
{
    parse("A: 1\nA: 2\n");
    CHECK_SLICE(fields_get(&f, "A"), "1");
}

TEST(no_end)
{
    CHECK_INT(parse("A: 1\r\nB"), 7);
    CHECK_INT(f.n, 1);
    CHECK_INT(parse(""), 0);
    CHECK_INT(f.n, 0);
}

TEST(more_fields_than_fit)
{
    size_t n = 0;
    for (int i = 0; i < 500; i++) n += (size_t)snprintf(block + n, sizeof block - n, "N%d: %d\n", i, i);
    CHECK_INT(fields_parse(&f, block, n), n);
    CHECK_INT(f.n, FIELDS_MAX);
    CHECK_SLICE(fields_get(&f, "n127"), "127");
}

/* Folded blank lines must not be joined again and again: this would take hours. */
TEST(many_blank_continuations)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_puts(&b, "A:1\n");
    while (b.n < 8 << 20) buf_puts(&b, " \n");
    buf_puts(&b, " x\n");
    CHECK_INT(fields_parse(&f, b.p, b.n), b.n);
    CHECK_INT(fields_get(&f, "A").n, b.n - 3);
    buf_free(&b);
}

TEST(end_of_a_block)
{
    CHECK_INT(fields_end("A: 1\r\n\r\nbody", 12, 0), 8);
    CHECK_INT(fields_end("A: 1\n\nbody", 10, 0), 6);
    CHECK_INT(fields_end("A: 1\r\n", 6, 0), 0);
    CHECK_INT(fields_end("A: 1\r\n\r", 7, 0), 0);
    CHECK_INT(fields_end("A: 1\r\n\r\n", 8, 7), 8);
    CHECK_INT(fields_end("", 0, 0), 0);
}

int main(void)
{
    RUN(names_and_values);
    RUN(line_ends_of_one_byte);
    RUN(folded_lines);
    RUN(first_of_equal_names_wins);
    RUN(no_end);
    RUN(more_fields_than_fit);
    RUN(many_blank_continuations);
    RUN(end_of_a_block);
    return TEST_END();
}
