/* Counting what does not parse. Needs the grammars that `make deps` builds. */
#include "filter/code/syntax.h"
#include "filter/code/language.h"
#include "tests/unit/test.h"
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static struct syntax *syntax;
static struct syntax_worker *worker;
static const char *const language_names[] = {
    "bash",       "c",    "c_sharp", "cpp",      "css",  "elixir",  "go",         "hcl",
    "java",       "json", "kotlin",  "lua",      "make", "objc",    "javascript", "python",
    "ruby",       "rust", "scala",   "solidity", "sql",  "swift",   "toml",       "tsx",
    "typescript", "zig",  "julia",   "groovy",   "nix",  "fortran", NULL};

static struct syntax_result parse_n(const char *language, const char *text, size_t n)
{
    struct syntax_result found = {true, 99, 99, 99, 99, 99, 99, ""};
    struct err e = {0};
    CHECK_INT(
        syntax_parse(syntax, worker, language, slice_of(text, n), SYNTAX_SHARES | SYNTAX_RULES, &found, &e),
        0);
    if (e.code) printf("# %s\n", e.msg);
    return found;
}

static struct syntax_result parse(const char *language, const char *text)
{
    return parse_n(language, text, strlen(text));
}

TEST(valid)
{
    static const char *const good[][2] = {
        {"c", "int main(void) { return 0; }\n"},
        {"go", "package a\nfunc f() int { return 1 }\n"},
        {"java", "class A { int f() { return 1; } }"},
        {"javascript", "const f = async (x) => await x?.y ?? 1;"},
        {"python", "def f(x: int, /) -> int:\n    return x\n"},
        {"rust", "fn main() { let x = 1; }"},
        {"bash", "for i in a b; do\n  echo \"$i\"\ndone\n"},
        {"c_sharp", "using System;\nclass A { public int B { get; set; } }\n"},
        {"cpp", "template <class T> auto f(T a) -> T { return a; }\n"},
        {"css", "a:hover { color: #fff; }\n"},
        {"elixir", "defmodule A do\n  def f(x), do: x |> g()\nend\n"},
        {"fortran", "program a\n  print *, 1\nend program a\n"},
        {"groovy", "def x = 1\nprintln x\n"},
        {"hcl", "resource \"a\" \"b\" {\n  c = 1\n}\n"},
        {"json", "{\"a\": [1, null]}"},
        {"julia", "function f(x)\n    x + 1\nend\n"},
        {"kotlin", "fun main() {\n    val x = 1\n}\n"},
        {"lua", "local function f(x) return x end\n"},
        {"make", "all: a.o\n\tcc -o $@ $<\n"},
        {"nix", "{ a }: { b = a + 1; }\n"},
        {"objc", "@interface A : NSObject\n- (void)f:(int)x;\n@end\n"},
        {"ruby", "def f(x)\n  x.map { |y| y + 1 }\nend\n"},
        {"scala", "object A { def f(x: Int): Int = x + 1 }\n"},
        {"solidity", "pragma solidity ^0.8.0;\ncontract A { uint x; }\n"},
        {"sql", "SELECT a, b FROM c WHERE d = 1;\n"},
        {"swift", "func f(x: Int) -> Int { return x + 1 }\n"},
        {"toml", "[a]\nb = 1\n"},
        {"tsx", "const A = (p: {b: string}) => <div>{p.b}</div>;\n"},
        {"typescript", "interface A {\n  b: string\n  c?: number\n  [k: string]: unknown\n}\n"},
        {"typescript",
         "abstract class A {\n  abstract f(): void\n  g(x: number): void\n  g(x: any) { }\n}\n"},
        {"typescript", "declare function f(x: number): string\ntype B = A | null\nlet c = x as B\n"},
        {"typescript", "let a = `x${b}y`\nconst r = /a+/g\nlet d = c ? 1 : 2 // end\nexport { a }\n"},
        {"typescript", "export declare const f: (a: string | string[], b?: C, d?) => boolean;\nclass A { b?: "
                       "C; e(f?: g): void }\n"},
        {"zig", "pub fn main() void {}\n"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (parse(good[i][0], good[i][1]).errors) printf("# %s: %s\n", good[i][0], good[i][1]);
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
        bool any_text = strcmp(*n, "bash") == 0; /* to which everything is a command */
        CHECK(any_text || (r.errors > 0 && r.error_bytes > 0 && r.error_bytes <= 2 * strlen(prose) &&
                           r.error_lines == 1));
    }
}

static bool is_one_of(const char *language, const char *list)
{
    return language_lists(list, slice_str(language));
}

TEST(shares)
{
    struct syntax_result r = parse("c", "/* 123456 */\nint a[] = {1, 2, 3};\n");
    CHECK_INT(r.comment_bytes, 12);
    CHECK_INT(r.literal_bytes, 5);
    CHECK_INT(r.token_bytes, 3 + 1 + 2 + 1 + 1 + 5 + 1 + 1);
    r = parse("python", "\"\"\"Doc.\"\"\"\nx = 'text' # c\n");
    CHECK_INT(r.comment_bytes, 10 + 3);
    CHECK_INT(r.literal_bytes, 6);
    r = parse("go", "package a\n\n// x\nvar b = `raw` + \"s\"\n");
    CHECK_INT(r.comment_bytes, 4);
    CHECK_INT(r.literal_bytes, 8);
    CHECK_INT(parse("c", "").token_bytes, 0);
}

TEST(error_lines)
{
    CHECK_INT(parse("c", "int a;\n@@@@@@@@@@\nint b;\n").error_lines, 1);
    CHECK_INT(parse("c", "int f(void) { return 0 }\nint g(void) { return 1 }\n").error_lines, 2);
    CHECK_INT(parse("c", "int f(void) { return 0 } int g(void) { return 1 }\n").error_lines, 1);
    CHECK_INT(parse("c", "int a;\n").error_lines, 0);
}

/* A scanner that looks to the end at each token: time with the square of the text, and no memory. */
TEST(reading_is_limited)
{
    size_t n = 1 << 20;
    char *text = malloc(n);
    for (size_t i = 0; i < n; i++) text[i] = "<<A\n"[i % 4];
    struct syntax_result a = parse_n("bash", text, n), b = parse_n("bash", text, n);
    CHECK_INT(a.too_complex, b.too_complex);
    CHECK_INT(a.error_bytes, b.error_bytes);
    free(text);
}

/* What was parsed before does not matter. */
TEST(no_memory_of_earlier_texts)
{
    struct syntax_result first = parse("c", "int f(void) { return ( }\n");
    size_t n = 200000;
    char *text = malloc(n);
    memset(text, '(', n);
    parse_n("javascript", text, n);
    memset(text, 'a', n);
    parse_n("python", text, n);
    struct syntax_result again = parse("c", "int f(void) { return ( }\n");
    CHECK_INT(first.errors, again.errors);
    CHECK_INT(first.error_bytes, again.error_bytes);
    CHECK_INT(first.token_bytes, again.token_bytes);
    CHECK_INT(first.too_complex, again.too_complex);
    free(text);
}

TEST(hostile_texts)
{
    size_t n = 4000;
    char *text = malloc(n);
    static const char fill[] = {'(', '{', '[', '\n', 0, '\x80', 'a', '/'};
    for (const char *const *l = language_names; *l; l++) {
        for (size_t i = 0; i < sizeof fill; i++) {
            memset(text, fill[i], n);
            struct syntax_result r = parse_n(*l, text, n);
            /* on a few bytes a few grammars' scanners look to the end at each: given up, the same each time */
            CHECK(r.error_bytes <= 2 * n &&
                  (!r.too_complex || !is_one_of(*l, "c go java javascript python rust")));
            CHECK_INT(parse_n(*l, text, n).too_complex, r.too_complex);
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
        CHECK(!parse_n(*l, text, n).too_complex || strcmp(*l, "hcl") == 0);
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
    struct syntax_worker *mine = syntax_worker_new();
    for (unsigned i = 0; i < 60; i++) {
        static const char *const some[] = {"c", "go", "java", "javascript", "python", "rust"};
        if (syntax_parse(arg, mine, some[i % 6], slice_str(";;;)"), 0, &found, NULL) == 0)
            errors += found.errors > 0;
    }
    syntax_worker_free(mine);
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
            CHECK_INT(syntax_parse(s, worker, "c", slice_str("int a;"), 0, &found, &e), -ERR_USAGE);
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
    worker = syntax_worker_new();
    if (!folder || syntax_have(syntax, "c", NULL) < 0) {
        printf("ok - syntax # SKIP no grammars in $LEAT_GRAMMARS\n");
        return 0;
    }
    RUN(valid);
    RUN(what_is_missing_counts_one_byte);
    RUN(what_does_not_fit_counts_whole);
    RUN(shares);
    RUN(error_lines);
    RUN(reading_is_limited);
    RUN(no_memory_of_earlier_texts);
    RUN(hostile_texts);
    RUN(what_crashes_the_parser_does_not_crash_us);
    RUN(cost_is_limited);
    RUN(threads_share_the_grammars);
    RUN(no_grammar);
    RUN(not_a_grammar);
    syntax_worker_free(worker);
    syntax_free(syntax);
    return TEST_END();
}
