/* Licence expressions against the specification's examples, and against expressions made at random with their value known. */
#include "filter/code/spdx.h"
#include "tests/unit/test.h"

static struct spdx_list list;

static enum spdx_answer ask(const char *allowed, const char *expression)
{
    struct err e = {0};
    list.n = 0;
    CHECK_INT(spdx_list_parse(&list, allowed, &e), 0);
    if (e.code) printf("# %s\n", e.msg);
    return spdx_allowed(slice_str(expression), &list);
}

TEST(the_specification)
{
    /* SPDX 2.3, annex D */
    static const char *const valid[] = {"CDDL-1.0",
                                        "CDDL-1.0+",
                                        "LicenseRef-23",
                                        "LicenseRef-MIT-Style-1",
                                        "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2",
                                        "LGPL-2.1-only OR MIT",
                                        "LGPL-2.1-only OR MIT OR BSD-3-Clause",
                                        "LGPL-2.1-only AND MIT",
                                        "LGPL-2.1-only AND MIT AND BSD-2-Clause",
                                        "GPL-2.0-or-later WITH Bison-exception-2.2",
                                        "LGPL-2.1-only OR BSD-3-Clause AND MIT",
                                        "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)",
                                        "(MIT)",
                                        "((MIT) OR (ISC))"};
    static const char *const invalid[] = {
        "",        " ",           "MIT OR",       "OR MIT",          "MIT ISC", "MIT AND OR ISC",
        "(MIT",    "MIT)",        "()",           "MIT WITH",        "WITH x",  "MIT, ISC",
        "MIT/ISC", "MIT WITH a+", "MIT WITH (a)", "The MIT License", "+",       "a:b"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) CHECK(spdx_valid(slice_str(valid[i])));
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        CHECK(!spdx_valid(slice_str(invalid[i])));
    }
}

TEST(what_is_allowed)
{
    static const struct {
        const char *list, *expression;
        enum spdx_answer answer;
    } cases[] = {
        {"MIT", "MIT", SPDX_YES},
        {"MIT", "mit", SPDX_YES},
        {"MIT", "MIT-0", SPDX_NO},
        {"MIT", "MIT OR GPL-3.0-only", SPDX_YES},
        {"MIT", "MIT AND GPL-3.0-only", SPDX_NO},
        {"MIT,ISC", "MIT AND ISC", SPDX_YES},
        {"MIT", "LGPL-2.1-only OR BSD-3-Clause AND MIT", SPDX_NO}, /* AND binds first */
        {"MIT,BSD-3-Clause", "LGPL-2.1-only OR BSD-3-Clause AND MIT", SPDX_YES},
        {"MIT,LGPL-2.1-only", "MIT AND (LGPL-2.1-only OR BSD-3-Clause)", SPDX_YES},
        {"GPL-3.0-only", "GPL-2.0-or-later", SPDX_YES}, /* one may choose version 3 */
        {"GPL-2.0-only", "GPL-3.0-or-later", SPDX_NO},
        {"GPL-2.0-only", "GPL-2.0+", SPDX_YES},
        {"GPL-2.0", "GPL-2.0-only", SPDX_YES},
        {"GPL-2.0-or-later", "GPL-3.0-only", SPDX_YES},
        {"GPL-2.0-only", "GPL-3.0-only", SPDX_NO},
        {"GPL-2.0-only", "LGPL-2.0-only", SPDX_NO},
        {"LGPL-2.1-only", "LGPL-2.0-or-later", SPDX_YES},
        {"LGPL-2.0-only", "LGPL-2.1-only", SPDX_NO},
        {"GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", SPDX_YES},
        {"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH classpath-exception-2.0", SPDX_YES},
        {"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", SPDX_NO},
        {"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH GCC-exception-2.0", SPDX_NO},
        {"permissive", "Apache-2.0 OR GPL-2.0-only", SPDX_YES},
        {"permissive", "GPL-2.0-only", SPDX_NO},
        {"permissive, MPL-2.0", "MPL-2.0 AND BSD-2-Clause", SPDX_YES},
        {"MIT", "MIT OR (ISC", SPDX_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum spdx_answer got = ask(cases[i].list, cases[i].expression);
        if (got != cases[i].answer) printf("# %s: %s\n", cases[i].list, cases[i].expression);
        CHECK_INT(got, cases[i].answer);
    }
}

TEST(lists_that_are_none)
{
    static const char *const bad[] = {"",
                                      "MIT,",
                                      ",MIT",
                                      "MIT OR ISC",
                                      "(MIT)",
                                      "the mit license",
                                      "MIT WITH",
                                      "MTI",
                                      "GPL",
                                      "MIT,Apache-2",
                                      "GPL-2.0-only WITH Classpath"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        list.n = 0;
        CHECK_INT(spdx_list_parse(&list, bad[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "--licenses"));
    }
}

/* A random expression with its value, in as few parentheses as the binding of AND and OR allows. */
static unsigned state = 1;
static unsigned pick(unsigned n)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % n;
}

static bool make(struct buf *b, unsigned depth,
                 unsigned level) /* level 0: OR, 1: AND, 2: one licence or parentheses */
{
    static const char *const yes[] = {"MIT", "ISC", "Zlib WITH x-1"}, *const no[] = {"GPL-2.0-only", "MIT-0",
                                                                                     "WTFPL+"};
    if (level == 2) {
        bool value = pick(2);
        if (depth == 0 || pick(2)) {
            buf_puts(b, (value ? yes : no)[pick(3)]);
            return value;
        }
        buf_puts(b, "( ");
        value = make(b, depth - 1, 0);
        buf_puts(b, ")");
        return value;
    }
    bool value = make(b, depth, level + 1);
    for (unsigned n = pick(3); n; n--) {
        buf_puts(b, level ? " AND " : " or ");
        bool next = make(b, depth, level + 1);
        value = level ? value && next : value || next;
    }
    return value;
}

TEST(random_expressions)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    unsigned values[2] = {0};
    for (unsigned i = 0; i < 2000; i++) {
        buf_clear(&b);
        bool value = make(&b, 3, 0);
        buf_terminate(&b);
        values[value]++;
        CHECK_INT(ask("MIT,ISC,Zlib", b.p), value ? SPDX_YES : SPDX_NO);
    }
    CHECK(values[0] > 200 && values[1] > 200);
    buf_free(&b);
}

TEST(deep)
{
    char text[2000];
    memset(text, '(', sizeof text);
    CHECK(!spdx_valid(slice_of(text, sizeof text)));
    for (size_t depth = 60; depth <= 70; depth += 10) {
        memset(text, '(', depth);
        for (size_t i = 0; i < 3; i++) text[depth + i] = "MIT"[i];
        memset(text + depth + 3, ')', depth);
        CHECK_INT(spdx_valid(slice_of(text, 2 * depth + 3)), depth <= 64);
    }
}

int main(void)
{
    RUN(the_specification);
    RUN(what_is_allowed);
    RUN(lists_that_are_none);
    RUN(random_expressions);
    RUN(deep);
    return TEST_END();
}
