/* Lines and questions about slices. */
#include "common/text.h"
#include "tests/unit/test.h"

/* The lines of a text, each followed by '|'. */
static const char *lines(const char *text)
{
    static char out[256];
    size_t n = 0, at = 0;
    for (struct slice line; line_next(slice_str(text), &at, &line);)
        n += (size_t)snprintf(out + n, sizeof out - n, "%.*s|", (int)line.n, line.p);
    out[n] = 0;
    return out;
}

TEST(lines_end_at_newlines)
{
    CHECK_STR(lines(""), "");
    CHECK_STR(lines("a"), "a|");
    CHECK_STR(lines("a\n"), "a|");
    CHECK_STR(lines("\n"), "|");
    CHECK_STR(lines("a\n\nb\r\nc"), "a||b\r|c|");
}

TEST(trim)
{
    CHECK_SLICE(slice_trim(slice_str("")), "");
    CHECK_SLICE(slice_trim(slice_str(" \t\r\n\v\f")), "");
    CHECK_SLICE(slice_trim(slice_str("  a b\n")), "a b");
    CHECK_SLICE(slice_trim(slice_str("\xEF\xBB\xBF\xE3\x80\x80 a\xC2\xA0 \xE3\x80\x80")), "a");
    CHECK_SLICE(slice_trim(slice_str("\xC2\xA0\xE3\x80\x80\xEF\xBB\xBF")), "");
    CHECK_SLICE(slice_trim(slice_str("\xE3\x81\x80\xC3\xA0")),
                "\xE3\x81\x80\xC3\xA0"); /* ぀à: same last bytes */
    CHECK_SLICE(slice_trim(slice_of("\xC2\xA0", 1)), "\xC2");
}

TEST(prefix_suffix_and_case)
{
    struct slice s = slice_str("Content-Type");
    CHECK(slice_has_prefix(s, "Content"));
    CHECK(slice_has_prefix(s, ""));
    CHECK(!slice_has_prefix(s, "content"));
    CHECK(!slice_has_prefix(s, "Content-Type:"));
    CHECK(slice_has_suffix(s, "-Type"));
    CHECK(slice_has_suffix(s, ""));
    CHECK(!slice_has_suffix(s, "-Typ"));
    CHECK(!slice_has_suffix(s, "xContent-Type"));
    CHECK(slice_eq_nocase(s, "cONTENT-tYPE"));
    CHECK(!slice_eq_nocase(s, "content-typ"));
    CHECK(!slice_eq_nocase(s, "content_type"));
    CHECK(!slice_eq_nocase(slice_str("["), "{"));
}

TEST(find)
{
    struct slice s = slice_of("a\0bcbc", 6);
    CHECK(slice_find(s, slice_str("bc")) == s.p + 2);
    CHECK(slice_find(s, slice_of("\0b", 2)) == s.p + 1);
    CHECK(slice_find(s, slice_str("")) == s.p);
    CHECK(slice_find(s, slice_str("cd")) == NULL);
    CHECK(slice_find(slice_of(NULL, 0), slice_str("x")) == NULL);
}

int main(void)
{
    RUN(lines_end_at_newlines);
    RUN(trim);
    RUN(prefix_suffix_and_case);
    RUN(find);
    return TEST_END();
}
