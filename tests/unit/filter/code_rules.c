/* The rules of leat code: presets, thresholds, files. */
#include "filter/code/code_rules.h"
#include "tests/unit/test.h"

static const char *match(struct code_rules *r, enum code_signal s, double v, const char *language)
{
    double value[CODE_SIGNALS] = {0};
    value[s] = v;
    const struct code_rule *rule = code_rules_match(r, value, CODE_BIT(s), language);
    return rule ? rule->name : "none";
}

static void preset(struct code_rules *r, const char *names)
{
    code_rules_init(r);
    CHECK_INT(code_rules_add_presets(r, names, NULL), 0);
    code_rules_ready(r);
}

/* As published: what is equal to the threshold stays. */
TEST(thresholds)
{
    struct code_rules r;
    preset(&r, "starcoder");
    CHECK_STR(match(&r, CODE_MAX_LINE, 1000, "c"), "none");
    CHECK_STR(match(&r, CODE_MAX_LINE, 1001, "c"), "starcoder_max_line");
    CHECK_STR(match(&r, CODE_MEAN_LINE, 100.01, "c"), "starcoder_mean_line");
    CHECK_STR(match(&r, CODE_ALNUM, 0.25, "c"), "none");
    CHECK_STR(match(&r, CODE_ALNUM, 0.2499, "c"), "starcoder_alnum");
    CHECK_STR(match(&r, CODE_XML, 1, "c"), "starcoder_xml_header");
    preset(&r, "stack-v2");
    CHECK_STR(match(&r, CODE_LINES, 100001, "c"), "stack_lines");
    CHECK_STR(match(&r, CODE_MAX_LINE, 1001, "c"), "stack_max_line");
    CHECK_STR(match(&r, CODE_MAX_LINE, 1001, "json"), "none");
    CHECK_STR(match(&r, CODE_ENCODED_RUN, 1025, "c"), "stack_encoded_run");
    CHECK_STR(match(&r, CODE_ENCODED, 0.5, "c"), "none");
    preset(&r, "nemo");
    CHECK_STR(match(&r, CODE_LINES, 9, "c"), "nemo_min_lines");
    CHECK_STR(match(&r, CODE_LINES, 10, "c"), "none");
    CHECK_STR(match(&r, CODE_LINES, 20001, "c"), "nemo_max_lines");
    CHECK_STR(match(&r, CODE_COMMENTS, 0.0099, "c"), "nemo_min_comments");
    CHECK_STR(match(&r, CODE_COMMENTS, 0.8501, "c"), "nemo_max_comments");
    preset(&r, "clean");
    CHECK_STR(match(&r, CODE_GENERATED, 1, "c"), "generated");
    CHECK_STR(match(&r, CODE_LITERALS, 0.9, "c"), "data_only");
    CHECK_STR(match(&r, CODE_LITERALS, 0.9, "json"), "none");
}

TEST(what_is_not_measured_drops_nothing)
{
    struct code_rules r;
    double value[CODE_SIGNALS] = {0};
    preset(&r, "nemo,starcoder,stack-v2,clean");
    CHECK(!code_rules_match(&r, value, 0, "c"));
    CHECK(r.wanted & CODE_BIT(CODE_COMMENTS));
    code_rules_init(&r);
    code_rules_ready(&r);
    CHECK_INT(r.wanted, 0);
    CHECK(!code_rules_match(&r, value, ~0u, "c"));
}

TEST(set)
{
    struct code_rules r;
    static const char *const bad[] = {"max_line",    "max_line=",    "max_line=x",
                                      "max_line=1x", "max_line=nan", "max_line=inf",
                                      "nope=1",      "=1",           ""};
    code_rules_init(&r);
    CHECK_INT(code_rules_set(&r, "max_line=50", NULL), 0);
    CHECK_STR(match(&r, CODE_MAX_LINE, 51, "c"), "max_line");
    CHECK_INT(code_rules_set(&r, "max_line=off", NULL), 0);
    CHECK_STR(match(&r, CODE_MAX_LINE, 51, "c"), "none");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        CHECK_INT(code_rules_set(&r, bad[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "--set"));
    }
    struct err e = {0};
    CHECK_INT(code_rules_add_presets(&r, "starcoder,nope", &e), -ERR_USAGE);
    CHECK(strstr(e.msg, "nope") && strstr(e.msg, "stack-v2"));
    CHECK_INT(code_rules_add_presets(&r, "", NULL), -ERR_USAGE);
}

static int read_text(struct code_rules *r, const char *text, struct err *e)
{
    struct yaml_file *f;
    code_rules_init(r);
    int result = yaml_parse(&f, "r.yaml", slice_str(text), e);
    if (result < 0) return result;
    result = code_rules_read(r, yaml_root(f), e);
    yaml_free(f);
    return result;
}

TEST(files)
{
    struct code_rules r;
    CHECK_INT(read_text(&r, "presets: [starcoder]\nrules: {starcoder_mean_line: off, min_lines: 3}\n", NULL),
              0);
    CHECK_STR(match(&r, CODE_MEAN_LINE, 1000, "c"), "none");
    CHECK_STR(match(&r, CODE_MAX_LINE, 1001, "c"), "starcoder_max_line");
    CHECK_STR(match(&r, CODE_LINES, 2, "c"), "min_lines");
    CHECK_INT(read_text(&r, "", NULL), 0);
    static const char *const bad[] = {"presets: starcoder",
                                      "presets: [x]",
                                      "rules: {x: 1}",
                                      "rules: {min_lines: x}",
                                      "rules: {min_lines: [1]}",
                                      "other: 1",
                                      "[]",
                                      "presets: [[starcoder]]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        CHECK_INT(read_text(&r, bad[i], &e), -ERR_USAGE);
        CHECK(strstr(e.msg, "r.yaml:1:"));
    }
}

int main(void)
{
    RUN(thresholds);
    RUN(what_is_not_measured_drops_nothing);
    RUN(set);
    RUN(files);
    return TEST_END();
}
