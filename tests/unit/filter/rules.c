/* The table of rules, and the ways to choose from it. */
#include "filter/rules/rules.h"
#include "tests/unit/test.h"

static struct rules r; /* zeroed: nothing to free */
static struct err e;

static void begin(void)
{
    rules_free(&r);
    rules_init(&r, DIALECT_DATATROVE);
    err_clear(&e);
}

static const struct rule *rule_named(const char *name)
{
    for (size_t i = 0; i < r.n; i++)
        if (strcmp(r.at[i].name, name) == 0) return &r.at[i];
    CHECK(!"a rule of this name");
    return &r.at[0];
}

static size_t n_on(void)
{
    size_t n = 0;
    for (size_t i = 0; i < r.n; i++) n += r.at[i].on;
    return n;
}

/* Copied from the published table, not from the code: name, drops below / above, threshold. */
TEST(published_thresholds)
{
    static const struct {
        const char *name;
        char below_or_above;
        double threshold;
    } published[] = {{"gopher_short_doc", '<', 50},
                     {"gopher_long_doc", '>', 100000},
                     {"gopher_below_avg_threshold", '<', 3},
                     {"gopher_above_avg_threshold", '>', 10},
                     {"gopher_too_many_hashes", '>', 0.1},
                     {"gopher_too_many_ellipsis", '>', 0.1},
                     {"gopher_too_many_bullets", '>', 0.9},
                     {"gopher_too_many_end_ellipsis", '>', 0.3},
                     {"gopher_below_alpha_threshold", '<', 0.8},
                     {"gopher_enough_stop_words", '<', 2},
                     {"dup_para_frac", '>', 0.3},
                     {"dup_para_char_frac", '>', 0.2},
                     {"dup_line_frac", '>', 0.3},
                     {"dup_line_char_frac", '>', 0.2},
                     {"top_2_gram", '>', 0.2},
                     {"top_3_gram", '>', 0.18},
                     {"top_4_gram", '>', 0.16},
                     {"duplicated_5_n_grams", '>', 0.15},
                     {"duplicated_6_n_grams", '>', 0.14},
                     {"duplicated_7_n_grams", '>', 0.13},
                     {"duplicated_8_n_grams", '>', 0.12},
                     {"duplicated_9_n_grams", '>', 0.11},
                     {"duplicated_10_n_grams", '>', 0.1},
                     {"c4_too_long_word", '>', 1000},
                     {"c4_too_few_words", '>', 3},
                     {"too_few_sentences", '<', 5},
                     {"too_few_paragraphs", '<', 3},
                     {"line_punct_ratio", '<', 0.12},
                     {"short_line_ratio", '>', 0.67},
                     {"char_dup_ratio", '>', 0.01},
                     {"list_ratio", '>', 0.3},
                     {"rw_capitals", '>', 0.5},
                     {"rw_removed_words", '>', 0.05}};
    begin();
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const struct rule *rule = rule_named(published[i].name);
        CHECK_INT(rule->below, published[i].below_or_above == '<');
        CHECK_NEAR(rule->threshold, published[i].threshold, 0);
        CHECK(!rule->on);
    }
}

TEST(presets)
{
    begin();
    CHECK_INT(rules_add_presets(&r, "gopher-quality", &e), 0);
    CHECK_INT(n_on(), 10);
    CHECK_INT(rules_add_presets(&r, "gopher-repetition,gopher-quality", &e), 0);
    CHECK_INT(n_on(), 24); /* with "empty" */
    static const char *const bad[] = {"",
                                      ",",
                                      "gopher",
                                      "gopher-quality,",
                                      ",gopher-quality",
                                      "gopher-quality,c5",
                                      "gopher-qualit",
                                      "gopher-qualityx",
                                      "gopher-quality gopher-repetition"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        begin();
        CHECK_INT(rules_add_presets(&r, bad[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "gopher-repetition, gopher-quality, c4"));
    }
}

TEST(set)
{
    begin();
    CHECK_INT(rules_set(&r, "top_2_gram=0.5", &e), 0);
    CHECK(rule_named("top_2_gram")->on);
    CHECK_NEAR(rule_named("top_2_gram")->threshold, 0.5, 0);
    CHECK_INT(rules_set(&r, "top_2_gram=off", &e), 0);
    CHECK_INT(n_on(), 0);
    CHECK_INT(rules_set(&r, "top_2_gram=-1e-3", &e), 0);
    CHECK_NEAR(rule_named("top_2_gram")->threshold, -0.001, 0);
    static const char *const bad[] = {"",
                                      "=",
                                      "top_2_gram",
                                      "top_2_gram=",
                                      "=5",
                                      "top_2=5",
                                      "top_2_gram =5",
                                      "top_2_gram=5x",
                                      "top_2_gram=5 ",
                                      "top_2_gram=inf",
                                      "top_2_gram=nan",
                                      "top_2_gram=1e999",
                                      "top_2_gram=OFF",
                                      "top_2_gramm=1",
                                      "top_2_gram==1",
                                      "top_2_gram=0,5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        begin();
        CHECK_INT(rules_set(&r, bad[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "--set"));
        CHECK_INT(n_on(), 0);
    }
}

static int load(const char *text)
{
    FILE *f = fopen("rules.yaml", "w");
    fputs(text, f);
    fclose(f);
    begin();
    rules_free(&r);
    return rules_open(&r, -1, NULL, "rules.yaml", &e);
}

TEST(files)
{
    CHECK_INT(load(""), 0);
    CHECK_INT(n_on(), 0);
    CHECK_INT(load("# nothing\n"), 0);
    CHECK_INT(load("presets: []\nrules: {}\n"), 0);
    CHECK_INT(n_on(), 0);
    CHECK_INT(
        load(
            "rules: {gopher_short_doc: 30, top_4_gram: off}\npresets: [gopher-quality, gopher-repetition]\n"),
        0);
    CHECK_INT(n_on(), 23); /* rules come after presets, wherever they stand */
    CHECK_NEAR(rule_named("gopher_short_doc")->threshold, 30, 0);
    CHECK_INT(load("rules: {gopher_short_doc: \"30\"}\n"), 0);
    CHECK_INT(load("rules: {dup_line_frac: .25}\n"), 0);
    CHECK_NEAR(rule_named("dup_line_frac")->threshold, 0.25, 0);
}

TEST(bad_files_name_the_place)
{
    static const struct {
        const char *text, *says;
    } bad[] = {{"presets: [gopher-quality, nothing]\n", "rules.yaml:1:"},
               {"presets: gopher-quality\n", "rules.yaml:1:"},
               {"presets: {a: b}\n", "presets"},
               {"presets: [{a: b}]\n", "preset's name"},
               {"rules:\n  top_2_gram: 1\n  top_9_gram: 1\n", "rules.yaml:3:"},
               {"rules: [top_2_gram]\n", "rules"},
               {"rules: {top_2_gram: }\n", "number or off"},
               {"rules: {top_2_gram: [1]}\n", "number or off"},
               {"rules: {top_2_gram: true}\n", "number or off"},
               {"rules: {top_2_gram: .inf}\n", "number or off"},
               {"rule: {top_2_gram: 1}\n", "rule"},
               {"just text\n", "map"},
               {"- top_2_gram\n", "map"},
               {"rules: {top_2_gram: 1\n", "rules.yaml"},
               {"rules: {top_2_gram: 1, top_2_gram: 2}\n", "top_2_gram"},
               {"dialect: datatrove\n", "rules.yaml:1:"},
               {"dialect: dolma-1.2\npresets: [c4]\n", "gopher-v2"},
               {"order: [c4, c4]\n", "order"},
               {"order: [gopher-v1]\n", "order"},
               {"patterns: [{name: a}]\n", "pattern"},
               {"patterns: [{name: a, pattern: '('}]\n", "pattern 'a'"},
               {"patterns: [{name: a, pattern: b, action: cut}]\n", "action"},
               {"patterns: [{name: a, pattern: b, action: remove-line, max: 3}]\n", "min, max"},
               {"languages: {de: {rules: {gopher_short_dock: 1}}}\n", "gopher_short_dock"},
               {"languages: {de: {thresholds: 1}}\n", "thresholds"},
               {"languages: {de: 1}\n", "map"},
               {"stop-words: [[a]]\n", "word"},
               {"short-line-chars: -1\n", "short-line-chars"},
               {"language: 0123456789012345678901234567890123456789\n", "language"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(load(bad[i].text), -ERR_USAGE);
        CHECK(strstr(e.msg, bad[i].says));
        if (!strstr(e.msg, bad[i].says)) printf("# %s says: %s\n", bad[i].text, e.msg);
    }
    begin();
    CHECK_INT(rules_open(&r, -1, NULL, "missing.yaml", &e), -ERR_IO);
    CHECK(strstr(e.msg, "missing.yaml"));
}

TEST(whole_pipelines)
{
    begin();
    CHECK_INT(rules_add_presets(&r, "fineweb-2024", &e), 0);
    CHECK(!rule_named("c4_no_terminal_punct")->on);
    CHECK(rule_named("c4_too_few_words")->on && rule_named("list_ratio")->on && rule_named("top_2_gram")->on);
    begin();
    CHECK_INT(rules_add_presets(&r, "fineweb-2", &e), 0);
    enum block want[] = {BLOCK_PATTERNS, BLOCK_REPETITION, BLOCK_FINEWEB, BLOCK_QUALITY, BLOCK_C4};
    for (size_t i = 0; i < 5; i++) CHECK_INT(r.order[i], want[i]);
    CHECK_NEAR(rule_named("char_dup_ratio")->threshold, 0.1, 0);
    CHECK_NEAR(rule_named("dup_para_frac")->threshold, 0, 0);
    CHECK(!rule_named("c4_policy")->on);
    CHECK_INT(load("order: [fineweb, c4]\n"), 0);
    enum block ordered[] = {BLOCK_FINEWEB, BLOCK_C4, BLOCK_PATTERNS, BLOCK_REPETITION};
    for (size_t i = 0; i < 4; i++) CHECK_INT(r.order[i], ordered[i]);
}

TEST(dialects)
{
    CHECK_INT(load("dialect: dolma-1.2\npresets: [gopher-v2]\n"), 0);
    CHECK_INT(r.frame.dialect, DIALECT_DOLMA);
    CHECK_INT(n_on(), 20);
    rules_free(&r);
    CHECK_INT(rules_open(&r, DIALECT_LEAT, "gopher-quality", "rules.yaml", &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "--dialect"));
    err_clear(&e);
    CHECK_INT(load("dialect: dclm\npresets: [dclm-baseline]\n"), 0);
    CHECK_STR(r.at[0].name, "page_length_min");
}

TEST(languages)
{
    CHECK_INT(load("presets: [gopher-quality]\nlanguages:\n  de:\n    stop-words: [der, die]\n    rules: "
                   "{gopher_short_doc: 10}\n"
                   "  zh_Hans: {rules: {gopher_enough_stop_words: off}}\n"),
              0);
    const struct rules *de = rules_for(&r, slice_str("de")), *other = rules_for(&r, slice_str("fr"));
    CHECK(other == &r && rules_for(&r, slice_str("")) == &r && rules_for(&r, slice_str("zh")) == &r);
    CHECK(rules_for(&r, slice_str("de-CH")) == de && de != &r && rules_for(&r, slice_str("zh_Hans")) != &r);
    CHECK(de->frame.stop && !r.frame.stop);
    CHECK_INT(rules_set(&r, "gopher_long_doc=7", &e), 0);
    size_t found = 0;
    for (size_t i = 0; i < de->n; i++) {
        if (strcmp(de->at[i].name, "gopher_short_doc") == 0) found += de->at[i].threshold == 10;
        if (strcmp(de->at[i].name, "gopher_long_doc") == 0) found += de->at[i].threshold == 7 && de->at[i].on;
    }
    CHECK_INT(found, 2);
    CHECK_NEAR(rule_named("gopher_short_doc")->threshold, 50, 0);
}

int main(void)
{
    RUN(published_thresholds);
    RUN(presets);
    RUN(set);
    RUN(files);
    RUN(bad_files_name_the_place);
    RUN(whole_pipelines);
    RUN(dialects);
    RUN(languages);
    rules_free(&r);
    return TEST_END();
}
