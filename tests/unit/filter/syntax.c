/* Counting what does not parse. Needs the grammars that `make deps` builds. */
#include "filter/code/syntax.h"
#include "filter/code/language.h"
#include "tests/unit/test.h"
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static struct syntax *syntax;

static struct syntax_result parse_n(const char *language, const char *text, size_t n)
{
    struct syntax_result found = {true, 99, 99};
    struct err e = {0};
    CHECK_INT(syntax_parse(syntax, language, slice_of(text, n), &found, &e), 0);
    if (e.code) printf("# %s\n", e.msg);
    return found;
}

static struct syntax_result parse(const char *language, const char *text)
{
    return parse_n(language, text, strlen(text));
}

TEST(valid)
{
    static const char *const good[][2] = {{"c", "int main(void) { return 0; }\n"},
                                          {"go", "package a\nfunc f() int { return 1 }\n"},
                                          {"java", "class A { int f() { return 1; } }"},
                                          {"javascript", "const f = async (x) => await x?.y ?? 1;"},
                                          {"python", "def f(x: int, /) -> int:\n    return x\n"},
                                          {"rust", "fn main() { let x = 1; }"}};
    for (size_t i = 0; i < 6; i++) {
        CHECK_INT(parse(good[i][0], good[i][1]).errors, 0);
        CHECK_INT(parse(good[i][0], good[i][1]).error_bytes, 0);
        CHECK_INT(parse(good[i][0], "").errors, 0);
    }
}

TEST(what_is_missing_counts_one_byte)
{
    struct syntax_result r = parse("c", "int f(void) { return 0 }\n");
    CHECK_INT(r.errors, 1);
    CHECK_INT(r.error_bytes, 1);
    r = parse("c", "int f(void) { return 0 }\nint g(void) { return 1 }\n");
    CHECK_INT(r.errors, 2);
    CHECK_INT(r.error_bytes, 2);
}

TEST(what_does_not_fit_counts_whole)
{
    struct syntax_result r = parse("c", "int a;\n@@@@@@@@@@\nint b;\n");
    CHECK_INT(r.errors, 1);
    CHECK_INT(r.error_bytes, 10);
    r = parse("python", "x = 1\n");
    CHECK_INT(r.error_bytes, 0);
    const char *prose = "This is no program at all, whatever the language may be; it (is) prose.";
    for (const char *const *n = language_names; *n; n++) {
        r = parse(*n, prose);
        CHECK(r.errors > 0 && r.error_bytes > 0 && r.error_bytes <= 2 * strlen(prose));
    }
}

TEST(hostile_texts)
{
    size_t n = 20000;
    char *text = malloc(n);
    static const char fill[] = {'(', '{', '[', '\n', 0, '\x80', 'a', '/'};
    for (const char *const *l = language_names; *l; l++) {
        for (size_t i = 0; i < sizeof fill; i++) {
            memset(text, fill[i], n);
            struct syntax_result r = parse_n(*l, text, n);
            CHECK(!r.too_complex && r.error_bytes <= 2 * n);
        }
    }
    free(text);
}

/* More than 65,535 entries on the stack: tree-sitter up to 0.20 would crash, later ones count the errors. */
TEST(what_crashes_the_parser_does_not_crash_us)
{
    size_t n = 70000;
    char *text = malloc(n);
    for (const char *const *l = language_names; *l; l++) {
        memset(text, '(', n);
        struct syntax_result r = parse_n(*l, text, n);
        CHECK(r.too_complex == (r.errors == 0));
        memset(text, ' ', n);
        CHECK(!parse_n(*l, text, n).too_complex);
    }
    free(text);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Errors whose cost grows with the square of the text: given up, at the same size each time. */
TEST(cost_is_limited)
{
    static const struct {
        const char *language, *fill;
    } cases[] = {{"c", "x=>"}, {"java", "x=>"}, {"javascript", "\""}, {"rust", "a,"}};
    char text[30000];
    for (size_t i = 0; i < 4; i++) {
        double start = seconds();
        for (size_t k = 0; k < sizeof text; k++) text[k] = cases[i].fill[k % strlen(cases[i].fill)];
        for (unsigned again = 0; again < 2; again++)
            CHECK(parse_n(cases[i].language, text, sizeof text).too_complex);
        CHECK(!parse_n(cases[i].language, text, 30).too_complex);
        CHECK(seconds() - start <
              20); /* not a matter of speed: without a limit it takes minutes and gigabytes */
    }
    CHECK_INT(parse("c", "int a;").errors, 0);
}

static void *parse_often(void *arg)
{
    uint64_t errors = 0;
    struct syntax_result found;
    for (unsigned i = 0; i < 60; i++) {
        const char *language = language_names[i % 6];
        if (syntax_parse(arg, language, slice_str(";;;)"), &found, NULL) == 0) errors += found.errors > 0;
    }
    return (void *)(uintptr_t)errors;
}

TEST(threads_share_the_grammars)
{
    pthread_t thread[4];
    struct syntax *fresh = syntax_new(getenv("LEAT_GRAMMARS"));
    for (unsigned i = 0; i < 4; i++) CHECK_INT(pthread_create(&thread[i], NULL, parse_often, fresh), 0);
    for (unsigned i = 0; i < 4; i++) {
        void *errors;
        pthread_join(thread[i], &errors);
        CHECK_INT((uintptr_t)errors, 60);
    }
    syntax_free(fresh);
}

TEST(no_grammar)
{
    char longer[5000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    static const char *const paths[] = {"", ":", "/nonexistent", "/nonexistent::/dev/null", NULL};
    for (unsigned i = 0; i < 5; i++) {
        struct syntax *s = syntax_new(paths[i] ? paths[i] : longer);
        struct syntax_result found;
        for (unsigned again = 0; again < 2; again++) {
            struct err e = {0};
            CHECK_INT(syntax_have(s, "c", &e), -ERR_USAGE);
            CHECK(strstr(e.msg, "libtree-sitter-c.so"));
            err_clear(&e);
            CHECK_INT(syntax_parse(s, "c", slice_str("int a;"), &found, &e), -ERR_USAGE);
        }
        syntax_free(s);
    }
    syntax_free(NULL);
}

/* A shared object that is no grammar: libtree-sitter itself under a grammar's name. */
TEST(not_a_grammar)
{
    struct err e = {0};
    char path[4096], target[4200];
    CHECK(getcwd(path, sizeof path) != NULL);
    snprintf(target, sizeof target, "%s/libtree-sitter-rust.so", getenv("LEAT_GRAMMARS"));
    CHECK_INT(symlink(target, "libtree-sitter-cobol.so"), 0);
    struct syntax *s = syntax_new(path);
    CHECK_INT(syntax_have(s, "cobol", &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "cobol"));
    syntax_free(s);
}

int main(void)
{
    const char *folder = getenv("LEAT_GRAMMARS");
    syntax = syntax_new(folder ? folder : "");
    if (!folder || syntax_have(syntax, "c", NULL) < 0) {
        printf("ok - syntax # SKIP no grammars in $LEAT_GRAMMARS\n");
        return 0;
    }
    RUN(valid);
    RUN(what_is_missing_counts_one_byte);
    RUN(what_does_not_fit_counts_whole);
    RUN(hostile_texts);
    RUN(what_crashes_the_parser_does_not_crash_us);
    RUN(cost_is_limited);
    RUN(threads_share_the_grammars);
    RUN(no_grammar);
    RUN(not_a_grammar);
    syntax_free(syntax);
    return TEST_END();
}
