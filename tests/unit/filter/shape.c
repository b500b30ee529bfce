/* Lines and characters against a plain count; runs of encoded data against the published expressions, run by PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "filter/code/shape.h"
#include "tests/unit/test.h"
#include <pcre2.h>

static unsigned state = 7;
static unsigned pick(unsigned n)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % n;
}

TEST(lines_and_characters)
{
    static const struct {
        const char *text;
        uint64_t chars, lines, longest, letters, digits, spaces;
        double mean;
    } cases[] = {{"", 0, 1, 0, 0, 0, 0, 0},         {"a", 1, 1, 1, 1, 0, 0, 1},
                 {"a\n", 2, 2, 1, 1, 0, 1, 0.5},    {"ab1\n\n  x", 8, 3, 3, 3, 1, 4, 2},
                 {"é\tü\n", 4, 2, 3, 0, 0, 2, 1.5}, {"\r\n", 2, 2, 1, 0, 0, 2, 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct shape s;
        shape_of(slice_str(cases[i].text), &s);
        CHECK_INT(s.chars, cases[i].chars);
        CHECK_INT(s.lines, cases[i].lines);
        CHECK_INT(s.longest_line, cases[i].longest);
        CHECK_INT(s.letters, cases[i].letters);
        CHECK_INT(s.digits, cases[i].digits);
        CHECK_INT(s.spaces, cases[i].spaces);
        CHECK_NEAR(s.mean_line, cases[i].mean, 1e-12);
    }
}

static void by_expression(const char *expression, struct slice text, struct encoded *out)
{
    int code;
    PCRE2_SIZE where;
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED, 0, &code, &where, NULL);
    pcre2_match_data *m = pcre2_match_data_create_from_pattern(re, NULL);
    for (size_t at = 0; at <= text.n && pcre2_match(re, (PCRE2_SPTR)text.p, text.n, at, 0, m, NULL) > 0;) {
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(m);
        out->bytes += v[1] - v[0];
        if (v[1] - v[0] > out->longest) out->longest = v[1] - v[0];
        at = v[1];
    }
    pcre2_match_data_free(m);
    pcre2_code_free(re);
}

static void same(struct slice text)
{
    struct encoded want = {0}, got;
    by_expression("[a-zA-Z0-9+/\\n=]{64,}", text, &want);
    by_expression("(?:\\b(?:0x|\\\\x)?[0-9a-fA-F]{2}(?:,|\\b\\s*)){8,}", text, &want);
    by_expression("(?:\\\\u[0-9a-fA-F]{4}){8,}", text, &want);
    shape_encoded(text, &got);
    if (got.bytes != want.bytes) printf("# %.*s\n", (int)text.n, text.p);
    CHECK_INT(got.bytes, want.bytes);
    CHECK_INT(got.longest, want.longest);
}

TEST(encoded_as_the_expressions)
{
    static const char *const cases[] = {"",
                                        "0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08",
                                        "0x01,0x02,0x03,0x04,0x05,0x06,0x07,0x08,",
                                        "01 02 03 04 05 06 07 08\n",
                                        "\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08",
                                        "\\u0041\\u0042\\u0043\\u0044\\u0045\\u0046\\u0047\\u0048",
                                        "0x0x01,02,03,04,05,06,07,08,09",
                                        "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
                                        "a0,a1,a2,a3,a4,a5,a6,a7,g",
                                        "xa0,a1,a2,a3,a4,a5,a6,a7,a8,",
                                        "00 11 22 33 44 55 66 77 88 99 aa bb"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) same(slice_str(cases[i]));
    static const char *const parts[] = {"0x", "\\x", "00", "af",      "F", ",", ", ",
                                        " ",  "\n",  "g",  "\\u12aB", "_", "=", "abcdefgh01234567",
                                        "\\"};
    for (unsigned round = 0; round < 3000; round++) {
        char text[1024];
        size_t n = 0;
        unsigned from = pick(15), to = from + 1 + pick(15 - from);
        while (n + 20 < sizeof text && pick(60)) {
            const char *p = parts[from + pick(to - from)];
            for (; *p; p++) text[n++] = *p;
        }
        same(slice_of(text, n));
    }
}

int main(void)
{
    RUN(lines_and_characters);
    RUN(encoded_as_the_expressions);
    return TEST_END();
}
