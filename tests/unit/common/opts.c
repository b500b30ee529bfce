/* Options: parsing against hand-written tables of command lines; help and manual page of a small tool. The pages are
 * rendered with groff and read back (see also tests/cli/leat). */
#include "common/opts.h"
#include "tests/unit/test.h"

static bool fast, slow, deep;
static const char *file;
static int64_t count;
static double ratio;
static uint64_t size;
static int mode;
static struct opt_list list;

static const struct opt own[] = {
    {"fast", 'f', OPT_FLAG, &fast, NULL, NULL, 0, 0, "go fast"},
    {"slow", 's', OPT_FLAG, &slow, NULL, NULL, 0, 0, "go slow"},
    {"deep", 0, OPT_FLAG, &deep, NULL, NULL, 0, 0, "go deep", .needs = "fast|file,mode=wet",
     .excludes = "slow|list"},
    {"band", 0, OPT_INT, &count, "N", NULL, 0, 0, "so many bands", .verbs = "minhash|simhash"},
    {"count", 'c', OPT_INT, &count, "N", NULL, -5, 100, "count to N"},
    {"any", 0, OPT_INT, &count, "N", NULL, 0, 0, "any whole number"},
    {"ratio", 0, OPT_NUM, &ratio, "R", NULL, 0, 1, "a share. 'Quoted' - \\e and ~^` too"},
    {"size", 0, OPT_SIZE, &size, "SIZE", NULL, 0, 0, "so many bytes"},
    {"mode", 'm', OPT_CHOICE, &mode, NULL, "auto|warc|wet", 0, 0, "the mode"},
    {"format-of-the-input", 0, OPT_CHOICE, &mode, "FORMAT", "auto|warc|wet", 0, 0, ".leading dot, one of"},
    {"list", 'l', OPT_LIST, &list, "X", NULL, 0, 0, "a thing"},
    {0},
};
static const struct opt shared[] = {
    {"file", 'F', OPT_STR, &file, "FILE", NULL, 0, 0, "write to FILE"},
    {0},
};
static const char *const verbs[] = {"exact", "minhash", NULL};
static const struct opt_spec plain = {
    .name = "leat test",
    .summary = "a tool that tests – nothing else",
    .operands = "[INPUT…]",
    .description =
        "First paragraph, long enough that it has to be wrapped, since lines are not longer than eighty "
        "columns.\nIts second line.\n\n.Second 'paragraph'.\n\n  kept   as it is\n  'kept too\n\nThird.",
    .examples = "# a comment\nleat test -c 5 'a b' | jq -r .id\n.dot\n",
    .own = own,
    .shared = shared,
};
static const struct opt_spec with_verbs = {
    .name = "leat test", .summary = "x", .operands = "[INPUT…]", .verbs = verbs, .own = own};
static const struct opt_spec only_verb = {.name = "leat test", .summary = "x", .verbs = verbs, .own = own};
static const struct opt_spec alone = {.name = "leat test", .summary = "x", .own = own};

/* ------------------------------------------------------------------ a command line given as one string */

static char words[512];
static char *argv[32];
static char **operands;
static size_t n_operands;
static enum opt_action action;
static struct err err;

static int parse(const struct opt_spec *s, const char *line)
{
    int argc = 0;
    fast = slow = deep = false;
    file = NULL;
    count = 7;
    ratio = 0.25;
    size = 64 << 20;
    mode = 0;
    opt_list_free(&list);
    snprintf(words, sizeof words, "%s", line);
    argv[argc++] = "leat-test";
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) argv[argc++] = w;
    argv[argc] = NULL;
    err = (struct err){0};
    return opts_parse(s, argc, argv, &operands, &n_operands, &action, &err);
}

TEST(every_spelling)
{
    CHECK_INT(parse(&plain, "--count 5 --file=x"), 0);
    CHECK(count == 5 && file && !strcmp(file, "x"));
    CHECK_INT(parse(&plain, "-c5 -Fx"), 0);
    CHECK(count == 5 && file && !strcmp(file, "x"));
    CHECK_INT(parse(&plain, "-fsc 5 -F x"), 0);
    CHECK(fast && slow && count == 5 && !strcmp(file, "x"));
    CHECK_INT(parse(&plain, "-fc-5"), 0);
    CHECK(fast && !slow && count == -5);
    CHECK_INT(parse(&plain, "--file= -F"), -ERR_USAGE);
    CHECK_INT(parse(&plain, "--file="), 0);
    CHECK_STR(file, "");
    CHECK_INT(parse(&plain, "--count 5 --count 6"), 0);
    CHECK_INT(count, 6);
    CHECK_INT(action, OPT_RUN);
}

TEST(operands_in_order)
{
    CHECK_INT(parse(&plain, "a -c 5 b - --fast c -- --slow -x"), 0);
    CHECK_INT(n_operands, 6);
    const char *want[] = {"a", "b", "-", "c", "--slow", "-x"};
    for (size_t i = 0; i < 6 && i < n_operands; i++) CHECK_STR(operands[i], want[i]);
    CHECK(fast && !slow && count == 5);
    CHECK_INT(parse(&plain, ""), 0);
    CHECK_INT(n_operands, 0);
    CHECK_INT(opts_parse(&plain, 0, argv, &operands, &n_operands, &action, &err), 0);
    CHECK_INT(n_operands, 0);
}

TEST(values)
{
    CHECK_INT(parse(&plain, "--ratio 1e-1 --size 1.5K --mode wet -l a -lb --list=c"), 0);
    CHECK_NEAR(ratio, 0.1, 0);
    CHECK_INT(size, 1536);
    CHECK_INT(mode, 2);
    CHECK_INT(list.n, 3);
    CHECK(list.n == 3 && !strcmp(list.at[0], "a") && !strcmp(list.at[1], "b") && !strcmp(list.at[2], "c"));
    CHECK_INT(parse(&plain, "--any -9223372036854775808"), 0);
    CHECK(count == INT64_MIN);
    opt_list_free(&list);
}

static void refuses(const char *line, const char *message)
{
    CHECK_INT(parse(&plain, line), -ERR_USAGE);
    CHECK_STR(err.msg, message);
    CHECK(count == 7 && ratio == 0.25 && size == 64 << 20 && mode == 0 && !fast && list.n == 0);
}

TEST(bad_values_name_the_mend)
{
    refuses("-l a -f --count x", "--count takes a whole number from -5 to 100, not 'x'");
    refuses("-c 101", "-c takes a whole number from -5 to 100, not '101'");
    refuses("-c 5x", "-c takes a whole number from -5 to 100, not '5x'");
    refuses("--count=", "--count takes a whole number from -5 to 100, not ''");
    refuses("--any 9223372036854775808", "--any takes a whole number, not '9223372036854775808'");
    refuses("--ratio 1.01", "--ratio takes a number from 0 to 1, not '1.01'");
    refuses("--ratio nan", "--ratio takes a number from 0 to 1, not 'nan'");
    refuses("--ratio 0x1", "--ratio takes a number from 0 to 1, not '0x1'");
    refuses("--ratio 1e", "--ratio takes a number from 0 to 1, not '1e'");
    refuses("--size 1Q", "--size takes a size in bytes (K, M, G and T may follow), not '1Q'");
    refuses("--mode fast", "--mode takes one of auto, warc, wet, not 'fast'");
    refuses("--mode war", "--mode takes one of auto, warc, wet, not 'war'");
    refuses("-fm", "-m needs a value: -m auto|warc|wet");
    refuses("--count", "--count needs a value: --count N");
    refuses("--fast=yes", "--fast takes no value");
}

TEST(unknown_options_name_the_nearest)
{
    refuses("--cuont 5", "unknown option --cuont; did you mean --count?");
    refuses("--format", "unknown option --format; did you mean --format-of-the-input?");
    refuses("--hlep", "unknown option --hlep; did you mean --help?");
    refuses("--fiel x", "unknown option --fiel; did you mean --file?");
    refuses("--zzzzzz=1", "unknown option --zzzzzz");
    refuses("-fz", "unknown option -z in '-fz'");
    refuses("-5", "unknown option -5 in '-5'");
    char line[400] = "--";
    memset(line + 2, 'x', 300); /* a long name is cut, and never overruns */
    CHECK_INT(parse(&plain, line), -ERR_USAGE);
}

TEST(nearest)
{
    const char *const names[] = {"filter", "file", "dedup", "tokenizer", "tokenize", "x"};
    CHECK_STR(opt_nearest("fliter", names, 6), "filter");
    CHECK_STR(opt_nearest("dedupe", names, 6), "dedup");
    CHECK_STR(opt_nearest("tokeniser", names, 6), "tokenizer");
    CHECK_STR(opt_nearest("ded", names, 6), "dedup");
    CHECK(opt_nearest("y", names, 6) == NULL); /* everything is near a name of one letter */
    CHECK(opt_nearest("train", names, 6) == NULL);
    CHECK(opt_nearest("", names, 6) == NULL);
    CHECK_STR(opt_nearest("Tokenise", names, 6), "tokenize");
    CHECK_STR(opt_nearest("FILE", names, 6), "file");
}

TEST(verbs_and_operands)
{
    CHECK_INT(parse(&with_verbs, "-f exact a b"), 0);
    CHECK_INT(n_operands, 3);
    CHECK_STR(operands[0], "exact");
    CHECK_INT(parse(&with_verbs, "-f"), -ERR_USAGE);
    CHECK_STR(err.msg, "say what to do: exact, minhash");
    CHECK_INT(parse(&with_verbs, "minhahs"), -ERR_USAGE);
    CHECK_STR(err.msg, "unknown verb 'minhahs'; did you mean 'minhash'?");
    CHECK_INT(parse(&with_verbs, "a.jsonl"), -ERR_USAGE);
    CHECK_STR(err.msg, "unknown verb 'a.jsonl': it is one of exact, minhash");
    CHECK_INT(parse(&only_verb, "exact"), 0);
    CHECK_INT(parse(&only_verb, "exact b"), -ERR_USAGE);
    CHECK_STR(err.msg, "'b' is too much: leat test takes no further operands");
    CHECK_INT(parse(&alone, "a"), -ERR_USAGE);
    CHECK_STR(err.msg, "'a' is too much: leat test takes no operands");
}

TEST(actions_store_nothing)
{
    CHECK_INT(parse(&plain, "-c 9 --help --nonsense"), 0);
    CHECK_INT(action, OPT_HELP);
    CHECK_INT(count, 7);
    CHECK_INT(parse(&plain, "-h"), 0);
    CHECK_INT(action, OPT_HELP);
    CHECK_INT(parse(&plain, "--version"), 0);
    CHECK_INT(action, OPT_VERSION);
    CHECK_INT(parse(&with_verbs, "--man"), 0);
    CHECK_INT(action, OPT_MAN);
    CHECK_INT(parse(&plain, "-- --help"), 0);
    CHECK_INT(action, OPT_RUN);
}

TEST(how_options_stand_to_each_other)
{
    CHECK_INT(parse(&plain, "--deep --fast -m wet"), 0);
    CHECK_INT(parse(&plain, "-m wet --file x --deep"), 0);
    static const char *const bad[][2] = {
        {"--deep -m wet", "--deep needs --fast or --file FILE"},
        {"--deep -f", "--deep needs --mode wet"},
        {"--deep -f -m warc", "--deep needs --mode wet"},
        {"--deep -fs -m wet", "--deep and --slow exclude each other"},
        {"-l 1 -f -m wet --deep", "--deep and --list exclude each other"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(parse(&plain, bad[i][0]), -ERR_USAGE);
        CHECK_STR(err.msg, bad[i][1]);
    }
    CHECK_INT(parse(&with_verbs, "minhash --band 3"), 0);
    CHECK_INT(parse(&with_verbs, "--band 3 exact"), -ERR_USAGE);
    CHECK_STR(err.msg, "exact takes no --band, which is for minhash, simhash");
    CHECK_INT(parse(&with_verbs, "--band 3"), -ERR_USAGE);
    CHECK_STR(err.msg, "say what to do: exact, minhash");
}

TEST(checks_alone)
{
    CHECK_INT(parse(&plain, "--check-options -c 9 a"), 0);
    CHECK_INT(action, OPT_CHECK);
    CHECK_INT(n_operands, 1);
    CHECK_INT(parse(&plain, "--check-options -c 900"), -ERR_USAGE);
    CHECK_INT(parse(&plain, "--check-options --deep"), -ERR_USAGE);
    CHECK_INT(parse(&plain, "--check-options --help"), 0);
    CHECK_INT(action, OPT_HELP);
}

TEST(sizes)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"1000", 1000},
                {"64M", 64ULL << 20},
                {"1.5g", 3ULL << 29},
                {"0.1k", 102},
                {"2T", 2ULL << 40},
                {"1.0000001K", 1024},
                {"16777215.5T", (16777215ULL << 40) + (1ULL << 39)},
                {"18446744073709551615", UINT64_MAX}};
    uint64_t v = 0;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK_INT(opt_parse_size(good[i].text, &v), 0);
        CHECK(v == good[i].bytes);
    }
    static const char *const bad[] = {"",         "K",    "-1",  "+1",  "1.K",
                                      "1.5",      " 1",   "1 ",  "1KB", "1kk",
                                      "x",        "0x10", "1e3", ".5K", "18446744073709551616",
                                      "16777216T"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_INT(opt_parse_size(bad[i], &v), -1);
}

/* ------------------------------------------------------------------ help */

static struct buf text;

static const char *help(const struct opt_spec *s, int (*put)(const struct opt_spec *, struct buf *))
{
    buf_free(&text);
    buf_init(&text, 1 << 20);
    CHECK_INT(put(s, &text), 0);
    buf_terminate(&text);
    return text.p;
}

#define SAYS(text, part) CHECK(strstr(text, part) != NULL)

TEST(help_shows_live_defaults)
{
    parse(&plain, "");
    const char *h = help(&plain, opts_put_help);
    SAYS(h, "Usage: leat test [OPTION]… [INPUT…]\n\na tool that tests – nothing else\n\nFirst");
    SAYS(h, "since lines are not\nlonger than eighty columns. Its second line.\n\n.Second 'paragraph'.\n\n");
    SAYS(h, "\n  kept   as it is\n  'kept too\n\nThird.\n\nOptions:\n");
    SAYS(h, "  -f, --fast              go fast\n");
    SAYS(h, "go deep [needs --fast or --file, --mode wet] [not with\n                          --slow, "
            "--list]\n");
    SAYS(h, "--band N            minhash, simhash: so many bands [default: 7]\n");
    CHECK(strstr(h, "check-options") == NULL);
    SAYS(h, "  -c, --count N           count to N [default: 7]\n");
    SAYS(h, "[default: 0.25]\n");
    SAYS(h, "      --size SIZE         so many bytes [default: 64M]\n");
    SAYS(h, "  -m, --mode auto|warc|wet\n                          the mode [default: auto]\n");
    SAYS(h, "one of: auto, warc, wet [default: auto]\n");
    SAYS(h, "a thing\n");
    SAYS(h, "\n\n  -F, --file FILE         write to FILE\n");
    SAYS(h, "  -h, --help              print this help\n");
    SAYS(h, "Examples:\n  # a comment\n  leat test -c 5 'a b' | jq -r .id\n");
    SAYS(h, "Exit status:\n  0  good\n");
    count = -1;
    ratio = 0.1;
    size = 1000;
    mode = 1;
    file = "out";
    h = help(&plain, opts_put_help);
    SAYS(h, "count to N [default: -1]\n");
    SAYS(h, "[default: 0.1]\n");
    SAYS(h, "so many bytes [default: 1000]\n");
    SAYS(h, "the mode [default: warc]\n");
    SAYS(h, "write to FILE [default: out]\n");
    count = -6; /* none that may be given: the help sentence has to tell */
    h = help(&plain, opts_put_help);
    SAYS(h, "count to N\n");
    for (const char *line = h; *line; line += strcspn(line, "\n") + 1) { /* characters, not bytes */
        size_t w = 0;
        for (const char *p = line; *p && *p != '\n'; p++) w += ((unsigned char)*p & 0xc0) != 0x80;
        CHECK(w <= 80);
    }
    SAYS(help(&with_verbs, opts_put_help), "Usage: leat test VERB [OPTION]… [INPUT…]\n");
    SAYS(help(&with_verbs, opts_put_help), "\nVerbs: exact, minhash\n");
    SAYS(help(&alone, opts_put_help), "Usage: leat test [OPTION]…\n\n");
}

/* --help behind a verb. */
TEST(help_of_a_verb)
{
    CHECK_INT(parse(&with_verbs, "minhash --help"), 0);
    CHECK(action == OPT_HELP && n_operands == 1);
    CHECK_STR(operands[0], "minhash");
    CHECK_INT(parse(&with_verbs, "-c 3 exact a --help"), 0);
    CHECK(n_operands == 1 && strcmp(operands[0], "exact") == 0);
    static const char *const whole[] = {"--help minhash", "other --help", "--help"};
    for (size_t i = 0; i < 3; i++) {
        CHECK_INT(parse(&with_verbs, whole[i]), 0);
        CHECK(action == OPT_HELP && n_operands == 0);
    }
    CHECK_INT(parse(&plain, "minhash --help"), 0);
    CHECK_INT(n_operands, 0);
    count = 7;
    buf_free(&text);
    buf_init(&text, 1 << 20);
    CHECK_INT(opts_put_verb_help(&with_verbs, "minhash", &text), 0);
    buf_terminate(&text);
    SAYS(text.p, "Usage: leat test minhash [OPTION]… [INPUT…]\n");
    SAYS(text.p, "--band N            so many bands [default: 7]\n");
    buf_clear(&text);
    CHECK_INT(opts_put_verb_help(&with_verbs, "exact", &text), 0);
    buf_terminate(&text);
    CHECK(!strstr(text.p, "--band"));
    SAYS(text.p, "--count N");
}

TEST(opt_spell_size)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {{0, "0"},          {1023, "1023"},          {1024, "1K"},
                 {1025, "1.1K"},    {3 << 19, "1.5M"},       {91897435904, "86G"},
                 {10 << 20, "10M"}, {(10 << 20) - 1, "10M"}, {UINT64_MAX, "16777216T"}};
    char out[OPT_SIZE_TEXT];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        CHECK_STR(opt_spell_size(sizes[i].bytes, out), sizes[i].text);
}

TEST(help_that_does_not_fit_fails)
{
    struct buf b;
    buf_init(&b, 100);
    CHECK(opts_put_help(&plain, &b) < 0);
    buf_clear(&b);
    CHECK(opts_put_man(&plain, &b) < 0);
    buf_free(&b);
}

TEST(man_is_plain_ascii_roff)
{
    parse(&plain, "");
    const char *m = help(&plain, opts_put_man);
    for (const char *p = m; *p; p++) CHECK((unsigned char)*p < 0x80);
    SAYS(m, ".TH \"LEAT\\-TEST\" 1 ");
    SAYS(m, ".SH NAME\nleat\\-test \\- a tool that tests \\[u2013] nothing else\n");
    SAYS(m, "\n\\&.Second \\[aq]paragraph\\[aq].\n.PP\n.EX\n  kept   as it is\n  \\[aq]kept "
            "too\n.EE\n.PP\nThird.\n");
    SAYS(m, "\\fB\\-c\\fR, \\fB\\-\\-count\\fR \\fIN\\fR\nCount to N [default: 7].\n");
    SAYS(m, "A share. \\[aq]Quoted\\[aq] \\- \\[rs]e and \\[ti]\\[ha]\\[ga] too [default: 0.25].\n");
    SAYS(m, "\n\\&.leading dot, one of: auto");
    SAYS(m, ".EX\n# a comment\nleat test \\-c 5 \\[aq]a b\\[aq] | jq \\-r .id\n\\&.dot\n.EE\n");
    SAYS(m, "\\fBleat\\fR(1)\n");
    SAYS(help(&with_verbs, opts_put_man), "Verbs: exact, minhash.\n");
    SAYS(help(&with_verbs, opts_put_man), "\\fBleat test\\fR \\fIVERB\\fR [\\fIOPTION\\fR]");
}

/* groff reads the page without a warning, and what it prints has every character of the source. */
TEST(man_renders)
{
    char command[256], out[1 << 14];
    if (system("command -v groff >/dev/null") != 0) SKIP("groff is not installed");
    parse(&plain, "");
    help(&plain, opts_put_man);
    FILE *f = fopen("page.1", "w");
    CHECK(f && fwrite(text.p, 1, text.n, f) == text.n);
    if (f) fclose(f);
    snprintf(command, sizeof command, "groff -man -ww -Tutf8 -P-cbou page.1 2>&1");
    f = popen(command, "r");
    size_t n = f ? fread(out, 1, sizeof out - 1, f) : 0;
    out[n] = 0;
    CHECK(f && pclose(f) == 0);
    CHECK(strstr(out, "warning") == NULL);
    SAYS(out, "leat-test - a tool that tests – nothing else\n");
    SAYS(out, "leat test [OPTION]… [INPUT…]\n");
    SAYS(out, ".Second 'paragraph'.\n");
    SAYS(out, "  kept   as it is\n");
    SAYS(out, "A share. 'Quoted' - \\e and ~^` too [default: 0.25].\n");
    SAYS(out, "leat test -c 5 'a b' | jq -r .id\n");
    SAYS(out, ".dot\n");
    remove("page.1");
}

int main(void)
{
    RUN(every_spelling);
    RUN(operands_in_order);
    RUN(values);
    RUN(bad_values_name_the_mend);
    RUN(unknown_options_name_the_nearest);
    RUN(nearest);
    RUN(verbs_and_operands);
    RUN(actions_store_nothing);
    RUN(how_options_stand_to_each_other);
    RUN(checks_alone);
    RUN(sizes);
    RUN(help_shows_live_defaults);
    RUN(help_of_a_verb);
    RUN(opt_spell_size);
    RUN(help_that_does_not_fit_fails);
    RUN(man_is_plain_ascii_roff);
    RUN(man_renders);
    buf_free(&text);
    opt_list_free(&list);
    return TEST_END();
}
