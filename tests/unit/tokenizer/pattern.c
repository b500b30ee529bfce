/* Pre-tokeniser patterns: pieces recorded from Hugging Face's tokenizers; pieces by PCRE2's own Unicode classes on all short
 * strings over an alphabet of one character per class; what the dialect takes and refuses. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "common/text.h"
#include "tests/unit/tokenizer/recorded.h"
#include "tokenizer/regex.h"
#include <pcre2.h>

static struct json_file *recorded;

static void check_pieces(const struct pattern *p, struct slice text, struct json want, const char *name)
{
    struct pattern_scan *s = pattern_scan_new(p);
    struct err e = {0};
    struct slice piece, expected;
    const char *at = text.p;
    CHECK_INT(pattern_scan_start(s, text, &e), 0);
    for (struct json_iter i = json_iter(want); json_next(&i);) {
        json_str(i.value, &expected);
        if (pattern_scan_next(s, &piece, &e) != 1 || !slice_eq(piece, expected) || piece.p != at) {
            printf("# %s: \"%.*s\": got \"%.*s\", not \"%.*s\"\n", name, (int)text.n, text.p, (int)piece.n,
                   piece.p, (int)expected.n, expected.p);
            test_failed_here = 1;
            break;
        }
        at += piece.n;
    }
    if (!test_failed_here) CHECK_INT(pattern_scan_next(s, &piece, &e), 0);
    pattern_scan_free(s);
}

TEST(pieces_as_recorded)
{
    struct json root = json_root(recorded);
    int compared = 0;
    for (struct json_iter i = json_iter(json_get(root, "pieces")); json_next(&i);) {
        char name[64];
        struct err e = {0};
        struct pattern *p;
        snprintf(name, sizeof name, "%.*s", (int)i.key.n, i.key.p);
        struct pattern_spec spec = recorded_pattern(recorded, name);
        CHECK_INT(pattern_new(&p, &spec, &e), 0);
        if (e.code) printf("# %s\n", e.msg);
        if (e.code) continue;
        struct json_iter text = json_iter(json_get(root, "texts")), pieces = json_iter(i.value);
        while (json_next(&text) && json_next(&pieces)) {
            struct slice s;
            json_str(text.value, &s);
            check_pieces(p, s, pieces.value, name);
            compared++;
        }
        pattern_free(p);
    }
    CHECK(compared > 300);
}

TEST(names)
{
    static const char *const NAMES[] = {"gpt2", "cl100k", "llama3", "qwen2", "o200k", "deepseek"};
    struct pattern_spec spec;
    for (size_t i = 0; i < 6; i++) {
        struct pattern_spec other = recorded_pattern(recorded, NAMES[i]);
        CHECK(pattern_named(NAMES[i], &spec));
        CHECK(strstr(pattern_names(), NAMES[i]) != NULL);
        CHECK_INT(spec.n, other.n);
        for (size_t k = 0; k < spec.n; k++) CHECK(slice_eq(spec.regex[k], other.regex[k]));
        const char *name = pattern_name(&other);
        CHECK_STR(name ? name : "none", NAMES[i]);
    }
    CHECK(!pattern_named("gpt3", &spec));
    spec = (struct pattern_spec){.regex = {slice_str("a")}, .n = 1};
    CHECK(pattern_name(&spec) == NULL);
}

/* ---- every string of up to 5 characters, one of each class, against PCRE2 with its own tables */

static const char *const ALPHABET[] = {"a", "S", "'", " ", "\n", "7", "!", "中", "\u0301", "\u3000", "/"};
#define LETTERS (sizeof ALPHABET / sizeof *ALPHABET)

static unsigned ends_by_pcre2(pcre2_code *code, pcre2_match_data *md, const char *s, size_t n,
                              size_t ends[64])
{
    unsigned k = 0;
    for (size_t at = 0; at < n;) {
        if (pcre2_match(code, (PCRE2_SPTR)s, n, at, PCRE2_NO_UTF_CHECK, md, NULL) < 0) break;
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(md);
        if (v[0] > at) ends[k++] = v[0];
        ends[k++] = at = v[1];
    }
    if (k == 0 || ends[k - 1] < n) ends[k++] = n;
    return k;
}

static void compare_all(const char *name, size_t length)
{
    struct pattern_spec spec;
    struct pattern *p;
    struct err e = {0};
    int code_error;
    PCRE2_SIZE at;
    pattern_named(name, &spec);
    CHECK_INT(pattern_new(&p, &spec, &e), 0);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)spec.regex[0].p, spec.regex[0].n, PCRE2_UTF | PCRE2_UCP,
                                     &code_error, &at, NULL);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    pcre2_match_data *md = pcre2_match_data_create(1, NULL);
    struct pattern_scan *scan = pattern_scan_new(p);
    size_t total = 1, wrong = 0;
    for (size_t i = 0; i < length; i++) total *= LETTERS;
    for (size_t number = 0; number < total; number++) {
        char text[64];
        size_t n = 0, ends[64];
        for (size_t i = 0, rest = number; i < length; i++, rest /= LETTERS)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", ALPHABET[rest % LETTERS]);
        unsigned k = ends_by_pcre2(code, md, text, n, ends);
        struct slice piece;
        pattern_scan_start(scan, slice_of(text, n), &e);
        for (unsigned i = 0; i < k; i++)
            wrong +=
                pattern_scan_next(scan, &piece, &e) != 1 || (size_t)(piece.p + piece.n - text) != ends[i];
        wrong += pattern_scan_next(scan, &piece, &e) != 0;
    }
    CHECK_INT(wrong, 0);
    pattern_scan_free(scan);
    pcre2_match_data_free(md);
    pcre2_code_free(code);
    pattern_free(p);
}

TEST(short_strings_as_pcre2)
{
    static const char *const NAMES[] = {"gpt2", "cl100k", "llama3", "qwen2", "o200k"};
    for (size_t i = 0; i < 5; i++)
        for (size_t length = 1; length <= 4; length++) compare_all(NAMES[i], length);
}

/* ---- the classes are those of common/text.h, whatever PCRE2 thinks */

TEST(classes_are_ours)
{
    struct pattern_spec spec = {.regex = {slice_str("\\p{L}|\\s|\\p{Nd}|\\P{^Sm}|[\\p{M}\\p{Pd}]")}, .n = 1};
    struct pattern *p;
    struct err e = {0};
    size_t wrong = 0;
    CHECK_INT(pattern_new(&p, &spec, &e), 0);
    struct pattern_scan *s = pattern_scan_new(p);
    for (uint32_t cp = 1; cp < 0x110000; cp++) {
        if (cp >= 0xD800 && cp < 0xE000) continue;
        char text[8];
        unsigned n = utf8_encode(cp, text);
        unsigned classes = unicode_classes(cp);
        const char *c = unicode_category(cp);
        bool in = classes & (UC_LETTER | UC_SPACE | UC_MARK) || strcmp(c, "Nd") == 0 ||
                  strcmp(c, "Sm") == 0 || strcmp(c, "Pd") == 0;
        memcpy(text + n, text, n); /* twice: cut in two only when each matches by itself */
        struct slice piece;
        pattern_scan_start(s, slice_of(text, 2 * n), &e);
        wrong += pattern_scan_next(s, &piece, &e) != 1 || piece.n != (in ? n : 2 * n);
    }
    CHECK_INT(wrong, 0);
    pattern_scan_free(s);
    pattern_free(p);
}

/* ---- the dialect */

static int try(const char *regex, struct err *e)
{
    struct pattern_spec spec = {.regex = {slice_str(regex)}, .n = 1};
    struct pattern *p;
    int r = pattern_new(&p, &spec, e);
    pattern_free(p);
    return r;
}

TEST(dialect_takes)
{
    static const char *const GOOD[] = {"a",
                                       "a|b",
                                       "(a)(?:b)(?>c)",
                                       "a*?b+?c??d*+e++f?+",
                                       "a{2}b{2,}c{2,3}d{,4}e{2,}?",
                                       "x{",
                                       "x{a}",
                                       "{}",
                                       "[a-z\\]\\-]",
                                       "[-a]",
                                       "[a-]",
                                       "\\x41\\x{1F600}\\u4e2d",
                                       "(?i)straet",
                                       "(?i:abc[k-t])",
                                       "(?-i:a)",
                                       "(?<=a)b(?<!c)",
                                       "^a$",
                                       "\\Aa\\z\\Z",
                                       "\\p{Lu}\\pN\\P{^L}\\p{L&}",
                                       "\\p{Letter}\\p{punctuation}",
                                       "\\d\\D\\s\\S",
                                       "[^\\s\\d\\P{L}]",
                                       "\\r\\n\\t\\f\\v\\a\\e",
                                       "\\.\\*\\中",
                                       "]",
                                       "}",
                                       "(?=a)"};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        struct err e = {0};
        CHECK_INT(try(GOOD[i], &e), 0);
        if (e.code) printf("# %s\n", e.msg);
    }
}

TEST(dialect_refuses)
{
    static const struct {
        const char *regex, *says;
    } BAD[] = {{"", "empty"},
               {"\\w+", "different engines"},
               {"\\bx", "different engines"},
               {"\\h", "different engines"},
               {"(a)\\1", "different engines"},
               {"a{1,3}+", "{n,m}+"},
               {"a{3}+", "{n,m}+"},
               {"a{3}?", "{n}?"},
               {"a{3,2}", "out of order"},
               {"a{2000}", "above 1000"},
               {"\\p{Han}", "general category"},
               {"\\p{L", "without a }"},
               {"\\p", "without a category"},
               {"(?i)\\p{Lu}", "upper or lower case"},
               {"[[:alpha:]]", "nested sets"},
               {"[a&&b]", "intersections"},
               {"[]", "empty set"},
               {"[a", "without a ]"},
               {"[z-a]", "out of order"},
               {"[a-\\s]", "out of order"},
               {"(?m)a", "kind of group"},
               {"(?<name>a)", "kind of group"},
               {"a(?i)b", "kind of group"},
               {"(a", "without its )"},
               {"a)", "without its ("},
               {"*a", "nothing before it"},
               {"a**", "nothing before it"},
               {"|{2}", "nothing before it"},
               {"a\\", "backslash at the end"},
               {"\\xZZ", "hexadecimal"},
               {"\\x{110000}", "hexadecimal"},
               {"\\u12", "hexadecimal"},
               {"(?i)é", "outside of ASCII"},
               {"(?i)[а-я]", "outside of ASCII"},
               {"\xff", "UTF-8"},
               {"(?<=a+)b", "lookbehind"}};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct err e = {0};
        CHECK_INT(try(BAD[i].regex, &e), -ERR_USAGE);
        if (!strstr(e.msg, BAD[i].says)) {
            printf("# \"%s\": \"%s\" does not say \"%s\"\n", BAD[i].regex, e.msg, BAD[i].says);
            test_failed_here = 1;
        }
    }
}

TEST(limits)
{
    struct err e = {0};
    char deep[512], long_pattern[70000];
    memset(deep, '(', 300);
    deep[300] = 0;
    CHECK_INT(try(deep, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "too deep") != NULL);
    memset(long_pattern, 'a', sizeof long_pattern - 1);
    long_pattern[sizeof long_pattern - 1] = 0;
    e.code = 0;
    CHECK_INT(try(long_pattern, &e), -ERR_USAGE);
    struct buf many;
    buf_init(&many, BUF_NO_MAX);
    for (unsigned i = 0; i < 65; i++) buf_printf(&many, "[\\u%04x]", 0x400 + i);
    buf_terminate(&many);
    e.code = 0;
    CHECK_INT(try(many.p, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "64 different sets") != NULL);
    buf_clear(&many);
    for (unsigned i = 0; i < 8;
         i++) { /* eight sets, each holding every code point whose number has bit i: 256 classes */
        buf_puts(&many, "[");
        for (unsigned n = 0; n < 256; n++)
            if (n >> i & 1) buf_printf(&many, "\\u%04x", 0x400 + n);
        buf_puts(&many, "]");
    }
    buf_terminate(&many);
    e.code = 0;
    CHECK_INT(try(many.p, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "128 classes") != NULL);
    buf_free(&many);
}

TEST(endless_backtracking_is_stopped)
{
    struct pattern_spec spec = {.regex = {slice_str("(?:a+)+[bd]c")}, .n = 1};
    struct pattern *p;
    struct err e = {0};
    struct slice piece;
    CHECK_INT(pattern_new(&p, &spec, &e), 0);
    struct pattern_scan *s = pattern_scan_new(p);
    CHECK_INT(
        pattern_scan_start(s, slice_str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaadxc"), &e), 0);
    CHECK_INT(pattern_scan_next(s, &piece, &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "gave up") != NULL);
    pattern_scan_free(s);
    pattern_free(p);
}

TEST(no_pattern_is_one_piece)
{
    struct pattern_spec spec = {.n = 0};
    struct pattern *p;
    struct err e = {0};
    struct slice piece;
    CHECK_INT(pattern_new(&p, &spec, &e), 0);
    struct pattern_scan *s = pattern_scan_new(p);
    pattern_scan_start(s, slice_str("a b c"), &e);
    CHECK_INT(pattern_scan_next(s, &piece, &e), 1);
    CHECK_SLICE(piece, "a b c");
    CHECK_INT(pattern_scan_next(s, &piece, &e), 0);
    pattern_scan_start(s, slice_str(""), &e);
    CHECK_INT(pattern_scan_next(s, &piece, &e), 0);
    pattern_scan_free(s);
    pattern_free(p);
}

int main(void)
{
    recorded = recorded_load();
    RUN(pieces_as_recorded);
    RUN(names);
    RUN(short_strings_as_pcre2);
    RUN(classes_are_ours);
    RUN(dialect_takes);
    RUN(dialect_refuses);
    RUN(limits);
    RUN(endless_backtracking_is_stopped);
    RUN(no_pattern_is_one_piece);
    json_free(recorded);
    return TEST_END();
}
