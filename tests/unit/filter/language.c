/* The language by path and by "#!" line. */
#include "filter/code/language.h"
#include "tests/unit/test.h"

static const char *by(const char *path, const char *text)
{
    const char *l = language_of(slice_str(path), slice_str(text));
    return l ? l : "none";
}

TEST(by_extension)
{
    static const char *const known[][2] = {{"a.c", "c"},
                                           {"a.h", "c"},
                                           {"src/x/main.go", "go"},
                                           {"A.java", "java"},
                                           {"a.js", "javascript"},
                                           {"a.mjs", "javascript"},
                                           {"a.cjs", "javascript"},
                                           {"a.jsx", "javascript"},
                                           {"a.py", "python"},
                                           {"a.pyi", "python"},
                                           {"a.rs", "rust"},
                                           {"B.PY", "python"},
                                           {"MAIN.C", "c"},
                                           {"dir.py/x.c", "c"},
                                           {"x.min.js", "javascript"},
                                           {"é.rs", "rust"}};
    static const char *const unknown[] = {
        "",     "a",    ".c",   "a.c.txt", "a.cc",          "c",   "a.pyc", "a.jso",
        "a.c ", "a.C9", "a.c/", "py",      "dir.py/README", ".py", "a.go.", "a.\xff"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) CHECK_STR(by(known[i][0], ""), known[i][1]);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) CHECK_STR(by(unknown[i], ""), "none");
}

TEST(by_interpreter)
{
    static const char *const known[][2] = {{"#!/usr/bin/python", "python"},
                                           {"#!/usr/bin/python3.11 -u\nx", "python"},
                                           {"#! /usr/bin/env python3\r\nx", "python"},
                                           {"#!/usr/bin/env -S python3 -u", "python"},
                                           {"#!\t/usr/bin/env\tnode", "javascript"},
                                           {"#!python", "python"},
                                           {"#!/opt/my env/node", "none"},
                                           {"#!/usr/bin/perl\nimport python", "none"},
                                           {"#!", "none"},
                                           {"#!\npython", "none"},
                                           {"#!   ", "none"},
                                           {"#!/", "none"},
                                           {"#!/usr/bin/env", "none"},
                                           {"#!/usr/bin/env -", "none"},
                                           {" #!/usr/bin/python", "none"},
                                           {"# /usr/bin/python", "none"},
                                           {"", "none"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) CHECK_STR(by("tool", known[i][0]), known[i][1]);
    CHECK_STR(by("a.c", "#!/usr/bin/python"), "c"); /* the extension counts first */
}

TEST(known_names)
{
    for (const char *const *n = language_names; *n; n++) CHECK(language_known(slice_str(*n)) == *n);
    static const char *const unknown[] = {"", "C", "Python", "pytho", "python3", "cobol", "c "};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        CHECK(!language_known(slice_str(unknown[i])));
    CHECK(!language_known(slice_of("c\0", 2)));
}

/* An interpreter line that never ends is looked at once. */
TEST(long_lines)
{
    size_t n = 1 << 20;
    char *text = malloc(n);
    memset(text, ' ', n);
    text[0] = '#';
    text[1] = '!';
    CHECK(!language_of(slice_str(""), slice_of(text, n)));
    memset(text + 2, '-', n - 2);
    CHECK(!language_of(slice_str(""), slice_of(text, n)));
    for (size_t i = 2; i < n; i++) text[i] = "env "[i % 4];
    CHECK(!language_of(slice_str(""), slice_of(text, n)));
    free(text);
}

int main(void)
{
    RUN(by_extension);
    RUN(by_interpreter);
    RUN(known_names);
    RUN(long_lines);
    return TEST_END();
}
