/* Decisions: strictness, order, edits, patterns that run away. That published presets decide as published is tested against
 * the original programs: tests/cli/filter/recorded.sh, oracle.sh. */
#include "filter/rules/decide.h"
#include "filter/rules/c4.h"
#include "tests/unit/test.h"

static struct rules r;
static struct err e;
static struct decider *d;
static struct decision out;
static char edited[1 << 16];

static int open_rules(const char *yaml)
{
    FILE *f = fopen("rules.yaml", "w");
    fputs(yaml, f);
    fclose(f);
    rules_free(&r);
    err_clear(&e);
    return rules_open(&r, -1, NULL, "rules.yaml", &e);
}

static int run_n(const char *text, size_t n, bool all)
{
    struct decide_options o = {.all = all, .given = {NAN, NAN, NAN, NAN}};
    err_clear(&e);
    int got = decide(d, &r, slice_of(text, n), &o, &out, &e);
    if (got < 0) return got;
    snprintf(edited, sizeof edited, "%.*s", (int)out.text.n, out.text.p ? out.text.p : "");
    if (!out.rule) CHECK_INT(edit_total(out.removed), n - out.text.n); /* all that went is counted */
    if (!out.text.p) return -ERR_IO;                                   /* never NULL */
    CHECK_INT(out.edited, out.text.n != n || memcmp(out.text.p, text, n) != 0);
    return 0;
}

static const char *rule_of(const char *text)
{
    CHECK_INT(run_n(text, strlen(text), false), 0);
    const char *quick = out.rule;
    double value = out.value;
    CHECK_INT(run_n(text, strlen(text), true), 0);
    CHECK(quick == out.rule && value == out.value);
    return out.rule ? out.rule : "kept";
}

TEST(strict_and_in_order)
{
    CHECK_INT(open_rules("rules: {min_words: 3, max_words: 3, min_chars: 10}\n"), 0);
    CHECK_STR(rule_of("aaaa bbbb cccc"), "kept");
    CHECK_STR(rule_of("aaaa bbbb"), "min_chars");
    CHECK_STR(rule_of("aaaaaaaa bbbb"), "min_words");
    CHECK_NEAR(out.value, 2, 0);
    CHECK_STR(rule_of("aaaa bbbb cccc dd"), "max_words");
}

TEST(zero_turns_gophers_rules_off)
{
    CHECK_INT(open_rules("rules: {top_2_gram: 0, gopher_short_doc: 0}\n"), 0);
    CHECK_STR(rule_of("a"), "kept");
    CHECK_INT(open_rules("rules: {list_ratio: 0}\n"), 0); /* FineWeb's have no such zero */
    CHECK_STR(rule_of("a\nb"), "list_ratio");
}

TEST(c4_edits)
{
    CHECK_INT(open_rules("presets: [c4]\nrules: {too_few_sentences: 1}\n"), 0);
    CHECK_STR(rule_of("The mill turns [1].\r\nshort\nIt uses cookies here.\nSo the river[edit] flows [x]."),
              "kept");
    CHECK_STR(edited, "The mill turns .\nSo the river flows [x].");
    CHECK_STR(rule_of("The mill turns.\nThe { mill turns"), "kept"); /* a line that is gone has no bracket */
    CHECK_STR(rule_of("The mill turns.\nThe { mill turns."), "curly_bracket");
    CHECK_STR(rule_of("The Lorem Ipsum turns.\nThe { mill turns."), "lorem_ipsum");
    CHECK_STR(rule_of("so it is"), "too_few_sentences");
    CHECK_STR(rule_of(""), "too_few_sentences");
    CHECK_STR(rule_of("The mill turns."), "kept");
    CHECK(!out.edited);
    CHECK_INT(
        open_rules(
            "presets: [c4]\nrules: {too_few_sentences: 1, c4_no_terminal_punct: off, curly_bracket: off}\n"),
        0);
    CHECK_STR(rule_of("the { mill turns\nno"), "kept");
    CHECK_STR(edited, "the { mill turns");
}

TEST(later_blocks_see_the_edited_text)
{
    CHECK_INT(open_rules("presets: [c4]\nrules: {too_few_sentences: off, max_chars: 20}\n"), 0);
    CHECK_STR(rule_of("The mill turns now.\nand this line goes away\n"), "kept");
    CHECK_STR(edited, "The mill turns now.");
}

TEST(patterns)
{
    CHECK_INT(open_rules("patterns:\n"
                         "  - {name: code, pattern: 'x[0-9]+', max: 2}\n"
                         "  - {name: share, pattern: '[A-Z]', share: true, max: 0.5}\n"
                         "  - {name: needed, pattern: 'mill', min: 1}\n"
                         "  - {name: ad, pattern: '^buy', any-case: true, action: remove-line}\n"
                         "  - {name: ref, pattern: '\\[\\d+\\]', action: remove-match}\n"),
              0);
    CHECK_STR(rule_of("a mill x1 x22"), "kept");
    CHECK_STR(rule_of("a mill x1 x22 x3"), "code");
    CHECK_NEAR(out.value, 3, 0);
    CHECK_STR(rule_of("ABC mill"), "kept");
    CHECK_STR(rule_of("ABCD mill"), "kept");
    CHECK_STR(rule_of("ABCDEF mill"), "share");
    CHECK_STR(rule_of("a river"), "needed");
    CHECK_STR(rule_of("a mill[1]\nBUY this\nand[23] that[x]"), "kept");
    CHECK_STR(edited, "a mill\nand that[x]");
    CHECK_STR(rule_of("buy a mill"), "kept");
    CHECK_STR(edited, "");
}

TEST(empty_matches_end)
{
    CHECK_INT(open_rules("patterns:\n  - {name: a, pattern: 'x*', max: 6}\n  - {name: b, pattern: '(?=é)', "
                         "action: remove-match}\n"),
              0);
    CHECK_STR(rule_of("éxxb"), "kept");
    CHECK_STR(rule_of(""), "kept");
    CHECK_STR(rule_of("abcdefg"), "a");
}

TEST(patterns_that_run_away_are_errors)
{
    static char text[100001];
    memset(text, 'a', sizeof text - 1);
    CHECK_INT(open_rules("patterns: [{name: evil, pattern: '(a+)+$'}]\n"), 0);
    strcpy(text + 60, "!");
    CHECK_INT(run_n(text, strlen(text), false), -ERR_USAGE);
    CHECK(strstr(e.msg, "'evil'"));
    CHECK_INT(open_rules("patterns: [{name: deep, pattern: '^(?:a|b|ab)*c'}]\n"), 0);
    memset(text, 'a', sizeof text - 1);
    int got = run_n(text, sizeof text - 1, false);
    CHECK(got == 0 || strstr(e.msg, "'deep'"));
}

TEST(refinedweb_lines)
{
    CHECK_INT(open_rules("presets: [refinedweb-lines]\nrules: {rw_removed_words: off}\n"), 0);
    CHECK_STR(
        rule_of("ALL CAPITALS\nSome text here\n3 likes\n1234\nWord\nSign-in please now\n2 items in cart"),
        "kept");
    CHECK_STR(edited, "Some text here\nplease now\n2");
    CHECK_STR(rule_of("nothing goes here"), "kept");
    CHECK(!out.edited);
}

TEST(hostile_texts)
{
    static char text[1 << 20];
    static const char *const fill[] = {"\n",
                                       " ",
                                       ".",
                                       "[",
                                       "[1]",
                                       "{",
                                       "a\n",
                                       "\xE2\x80\xA8",
                                       "\xC2\x85",
                                       "\r\n",
                                       "- \n",
                                       "x",
                                       "1\n",
                                       "...\n",
                                       "\xF0\x9F\x98\x80"};
    CHECK_INT(
        open_rules(
            "presets: [gopher-repetition, gopher-quality, c4, c4-paragraph, fineweb, refinedweb-lines]\n"
            "rules: {min_entropy: 0.5}\n"),
        0);
    for (size_t i = 0; i < sizeof fill / sizeof *fill; i++) {
        size_t k = strlen(fill[i]), n = sizeof text / k * k;
        for (size_t at = 0; at < n; at += k) memcpy(text + at, fill[i], k);
        CHECK_INT(run_n(text, n, false), 0);
        CHECK_INT(run_n(text, n, true), 0);
    }
}

int main(void)
{
    d = decider_new();
    RUN(strict_and_in_order);
    RUN(zero_turns_gophers_rules_off);
    RUN(c4_edits);
    RUN(later_blocks_see_the_edited_text);
    RUN(patterns);
    RUN(empty_matches_end);
    RUN(patterns_that_run_away_are_errors);
    RUN(refinedweb_lines);
    RUN(hostile_texts);
    rules_free(&r);
    decider_free(d);
    return TEST_END();
}
