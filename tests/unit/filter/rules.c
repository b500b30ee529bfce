/* The table of rules, and the ways to choose from it. */
#include "filter/rules/rules.h"
#include "tests/unit/test.h"

static struct rules r;
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
                     {"duplicated_10_n_grams", '>', 0.1}};
    begin();
    CHECK_INT(r.n, sizeof published / sizeof *published);
    for (size_t i = 0; i < r.n; i++) {
        const struct rule *rule = rule_named(published[i].name);
        CHECK_INT(rule - r.at, i); /* in this order */
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
    CHECK_INT(n_on(), 23);
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
        CHECK(strstr(e.msg, "gopher-quality and gopher-repetition"));
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
    return rules_load(&r, "rules.yaml", &e);
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
    CHECK_INT(n_on(), 22); /* rules come after presets, wherever they stand */
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
               {"rules: {top_2_gram: 1, top_2_gram: 2}\n", "top_2_gram"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(load(bad[i].text), -ERR_USAGE);
        CHECK(strstr(e.msg, bad[i].says));
        if (!strstr(e.msg, bad[i].says)) printf("# %s says: %s\n", bad[i].text, e.msg);
    }
    begin();
    CHECK_INT(rules_load(&r, "missing.yaml", &e), -ERR_IO);
    CHECK(strstr(e.msg, "missing.yaml"));
}

TEST(match_is_strict_and_in_order)
{
    double v[SIG_COUNT] = {0};
    begin();
    rules_set(&r, "gopher_short_doc=50", &e);
    rules_set(&r, "top_2_gram=0.2", &e);
    rules_ready(&r);
    CHECK_INT(r.wanted, SIGNAL_BIT(SIG_WORDS) | SIGNAL_BIT(SIG_TOP_2GRAM));
    v[SIG_WORDS] = 50;
    v[SIG_TOP_2GRAM] = 0.2;
    CHECK(!rules_match(&r, v));
    v[SIG_TOP_2GRAM] = nextafter(0.2, 1);
    CHECK_STR(rules_match(&r, v)->name, "top_2_gram");
    v[SIG_WORDS] = 49;
    CHECK_STR(rules_match(&r, v)->name, "gopher_short_doc");
    rules_set(&r, "gopher_short_doc=off", &e);
    CHECK_STR(rules_match(&r, v)->name, "top_2_gram");
    begin();
    rules_ready(&r);
    CHECK_INT(r.wanted, 0);
    CHECK(!rules_match(&r, v));
}

int main(void)
{
    RUN(published_thresholds);
    RUN(presets);
    RUN(set);
    RUN(files);
    RUN(bad_files_name_the_place);
    RUN(match_is_strict_and_in_order);
    return TEST_END();
}
