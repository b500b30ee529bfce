/* Start and finish of a tool, each in a process of its own: exit status, what it prints, and the ledger file as jq reads
 * it. */
#include "common/tool.h"
#include "common/log.h"
#include "common/pool.h"
#include "tests/unit/test.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static int64_t level = 3;
static const struct opt own[] = {{"level", 0, OPT_INT, &level, "N", NULL, 0, 9, "how much"}, {0}};
static const char *const verbs[] = {"one", "two", NULL};
static const struct opt_spec spec = {
    .name = "leat test", .summary = "tests", .operands = "[INPUT…]", .own = own, .examples = "leat test\n"};
static const struct opt_spec verb_spec = {
    .name = "leat test", .summary = "tests", .operands = "[INPUT…]", .own = own, .verbs = verbs};
static const struct opt_spec *the_spec = &spec;
static unsigned has = TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_MEMORY;
static const char *out_path = "out";

static void send_to(const char *path, int fd)
{
    int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (f < 0 || dup2(f, fd) < 0) _exit(99);
    close(f);
}

/* Runs `work` as a tool with the words of line as arguments; gives the exit status, or 128 + the signal. */
static int run(int (*work)(struct tool *), const char *line)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        char words[512], *argv[32] = {"leat-test"};
        struct tool t;
        int argc = 1;
        snprintf(words, sizeof words, "%s", line);
        for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) argv[argc++] = w;
        send_to(out_path, 1);
        send_to("err", 2);
        if (!tool_start(&t, the_spec, has, argc, argv)) exit(t.status);
        int r = work(&t);
        exit(tool_finish(&t, r));
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *content(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f) fclose(f);
    text[n] = 0;
    return text;
}

#define SAYS(path, part)                                                             \
    do {                                                                             \
        CHECK(strstr(content(path), part) != NULL);                                  \
        if (!strstr(content(path), part)) printf("# %s: %s\n", path, content(path)); \
    } while (0)

static void jq(const char *filter)
{
    char command[1000];
    snprintf(command, sizeof command, "jq -e '%s' stats >/dev/null 2>&1", filter);
    int status = system(command);
    if (status != 0) printf("# %s\n# %s\n", filter, content("stats"));
    CHECK_INT(status, 0);
}

/* ------------------------------------------------------------------ what the tool does */

static int nothing(struct tool *t)
{
    return 0;
}

static int balanced(struct tool *t)
{
    struct ledger *l = &t->ledger;
    l->in = 3;
    ledger_keep(l, 10, 10);
    ledger_drop(l, "short", 2);
    ledger_skip(l, "sample", 0);
    return 0;
}

static int unbalanced(struct tool *t)
{
    balanced(t);
    t->ledger.in++;
    return 0;
}

static int damaged(struct tool *t)
{
    balanced(t);
    for (int i = 0; i < 5; i++) ledger_damage(&t->ledger, "a.jsonl", (uint64_t)i, 1, "bad thing %d", i);
    return 0;
}

static int truncated(struct tool *t)
{
    balanced(t);
    t->ledger.truncated = true;
    return 0;
}

static int fails(struct tool *t)
{
    t->ledger.in = 1; /* does not balance, which nobody asks after a failure */
    return err_set(&t->err, ERR_DATA, "the thing is broken");
}

static int fails_silently(struct tool *t)
{
    return -ERR_IO;
}

static int reader_gone(struct tool *t)
{
    return err_set(&t->err, ERR_PIPE, "stdout");
}

static int print(struct tool *t)
{
    printf("some output\n");
    return 0;
}

static int show_options(struct tool *t)
{
    printf("%s %s %s %s %s %s|", t->verb ? t->verb : "-", t->output ? t->output : "-",
           t->rejects ? t->rejects : "-", t->attributes ? t->attributes : "-", t->stats ? t->stats : "-",
           t->tmp);
    printf("%lld %lld %g %llu %llu|%d%d%d%d|%lld|", (long long)t->threads, (long long)t->limit, t->sample,
           (unsigned long long)t->max_record, (unsigned long long)t->memory, t->strict, t->framed, t->quiet,
           t->verbose, (long long)level);
    for (size_t i = 0; i < t->n_inputs; i++) printf("%s ", t->inputs[i]);
    return 0;
}

/* ------------------------------------------------------------------ tests */

TEST(options_arrive)
{
    char want[200];
    setenv("TMPDIR", "/var/tmp", 1);
    CHECK_INT(run(show_options, ""), 0);
    snprintf(want, sizeof want, "- - - - - /var/tmp|%d 0 1 67108864 4294967296|0000|3|",
             pool_default_threads());
    CHECK_STR(content("out"), want);
    CHECK_INT(run(show_options,
                  "in1 -o o --rejects r --attributes a --tmp t -t3 --limit 5 --sample .5 --max-record 1K "
                  "--memory 2G --strict --framed -q --level 9 in2 --threads=4"),
              0);
    CHECK_STR(content("out"), "- o r a - t|4 5 0.5 1024 2147483648|1110|9|in1 in2 ");
    unsetenv("TMPDIR");
    the_spec = &verb_spec;
    has |= TOOL_VERB;
    CHECK_INT(run(show_options, "-v two a"), 0);
    SAYS("out", "two - - - - /tmp|");
    SAYS("out", "|0001|3|a ");
    CHECK_INT(run(nothing, "a"), ERR_USAGE);
    the_spec = &spec;
    has = TOOL_STATS;
    CHECK_INT(run(show_options, ""), 0);
    SAYS("out", "|1 0 1 "); /* one thread where there is no -t */
    CHECK_INT(run(nothing, "--strict"), ERR_USAGE);
    CHECK_INT(run(nothing, "--memory 1G"), ERR_USAGE);
    CHECK_INT(run(nothing, "-o x"), ERR_USAGE);
    has = TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_MEMORY;
}

TEST(help_version_man)
{
    CHECK_INT(run(nothing, "--version"), 0);
    CHECK_STR(content("out"), "leat test 0.3.0\n");
    CHECK_INT(run(nothing, "-t 5 --help"), 0);
    SAYS("out", "Usage: leat test [OPTION]… [INPUT…]\n");
    SAYS("out", "--level N");
    SAYS("out", "same for every N [default: 0]");
    SAYS("out", " damaged\n                          [default: 64M]\n");
    CHECK_STR(content("err"), "");
    CHECK_INT(run(nothing, "--man"), 0);
    SAYS("out", ".SH NAME\nleat\\-test \\- tests\n");
    out_path = "/dev/full";
    CHECK_INT(run(nothing, "--help"), ERR_IO);
    SAYS("err", "leat test: cannot write to stdout: No space left on device\n");
    out_path = "out";
}

TEST(usage_errors)
{
    CHECK_INT(run(nothing, "--stirct"), ERR_USAGE);
    CHECK_STR(content("err"),
              "leat test: unknown option --stirct; did you mean --strict?\nTry 'leat test --help'.\n");
    CHECK_INT(run(nothing, "-qv"), ERR_USAGE);
    SAYS("err", "exclude each other");
    CHECK_INT(run(nothing, "-t 1025"), ERR_USAGE);
    SAYS("err", "-t takes a whole number from 0 to 1024, not '1025'");
    CHECK_INT(run(nothing, "--sample 2"), ERR_USAGE);
    CHECK_INT(run(nothing, "--max-record 0"), ERR_USAGE);
    CHECK_STR(content("out"), "");
}

TEST(outputs_exclude_each_other)
{
    CHECK_INT(run(nothing, "-o a --rejects a"), ERR_USAGE);
    SAYS("err", "the output and --rejects would both go to a; give each a file of its own\nTry ");
    CHECK_INT(run(nothing, "--stats x --attributes x -o a"), ERR_USAGE);
    CHECK_INT(run(nothing, "--stats -"), ERR_USAGE);
    SAYS("err", "the output and --stats would both go to standard output");
    CHECK_INT(run(nothing, "--rejects - --stats s"), ERR_USAGE);
    has = TOOL_STATS;
    CHECK_INT(run(balanced, "-q --stats -"), 0);
    SAYS("out", "{\"tool\":\"leat test\",");
    has = TOOL_DOCS | TOOL_REJECTS | TOOL_ATTRIBUTES | TOOL_MEMORY;
    CHECK_INT(run(balanced, "-q -o x --stats -"), 0);
    SAYS("out", ",\"balanced\":true}\n");
}

TEST(a_good_run)
{
    CHECK_INT(run(balanced, "--stats stats a b"), 0);
    SAYS("err", "leat test: 3 in, 1 skipped, 1 kept, 1 dropped, 0 damaged; ");
    SAYS("err", "peak RSS ");
    jq(".tool == \"leat test\" and .version == \"0.3.0\" and .arguments == [\"--stats\", \"stats\", \"a\", "
       "\"b\"]");
    jq("(.started | fromdate) as $t | ($t <= now) and ($t > now - 100)");
    jq(".seconds >= 0 and .seconds < 100 and .peak_rss_bytes > 100000 and .threads >= 1 and .exit == 0");
    jq(".balanced and (.truncated | not) and .damage == [] and .extra == {}");
    jq(".records.in + .records.created == .records.kept + ([.records.dropped[], .records.skipped[]] | "
       "map(.records) | add) + .records.damaged");
    CHECK_INT(run(balanced, "-q"), 0);
    CHECK_STR(content("err"), "");
    CHECK_INT(run(nothing, ""), 0);
    CHECK_STR(content("err"), "");
}

TEST(arguments_of_any_bytes)
{
    CHECK_INT(run(balanced, "-q --stats stats caf\xe9 \"\\ \xc3\xa9\t"), 0);
    jq(".arguments[3:] == [\"caf\\ufffd\", \"\\\"\\\\\", \"\\u00e9\\t\"]");
}

TEST(an_imbalance_fails)
{
    CHECK_INT(run(unbalanced, "--stats stats"), ERR_IO);
    SAYS("err",
         "the records do not balance: 4 in + 0 created, but 1 kept + 1 dropped + 1 skipped + 0 damaged");
    jq(".exit == 1 and .balanced == false and .records.in == 4");
}

TEST(damage)
{
    CHECK_INT(run(damaged, "--stats stats"), 0);
    SAYS("err", "leat test: warning: a.jsonl: damaged at byte 0: bad thing 0\n");
    SAYS("err", "leat test: warning: a.jsonl: damaged at byte 2: bad thing 2\n");
    SAYS("err", "leat test: warning: 5 damaged records in all\n");
    CHECK(!strstr(content("err"), "bad thing 3"));
    jq(".exit == 0 and .records.damaged == 5 and (.damage | length) == 5 and .damage[4].reason == \"bad "
       "thing 4\"");
    CHECK_INT(run(damaged, "--stats stats --strict"), ERR_DATA);
    SAYS("err", "input is damaged, and --strict was given");
    jq(".exit == 3 and .balanced");
    CHECK_INT(run(truncated, "--stats stats"), ERR_DATA);
    SAYS("err", "an input ended early");
    jq(".exit == 3 and .truncated");
}

TEST(failing_runs)
{
    CHECK_INT(run(fails, "--stats stats"), ERR_DATA);
    SAYS("err", "leat test: the thing is broken\n");
    jq(".exit == 3 and .records.in == 1");
    CHECK_INT(run(fails_silently, ""), ERR_IO);
    SAYS("err", "leat test: it failed, without a reason given\n");
    CHECK_INT(run(balanced, "--stats /nowhere/stats"), ERR_IO);
    SAYS("err", "/nowhere/stats");
    CHECK_INT(run(fails, "--stats /nowhere/stats"), ERR_DATA); /* the first failure is the one that counts */
}

TEST(a_reader_that_has_gone)
{
    CHECK_INT(run(reader_gone, "--stats stats"), 128 + SIGPIPE);
    CHECK_STR(content("err"), "");
    jq(".exit == 141");
}

TEST(what_was_printed_must_arrive)
{
    CHECK_INT(run(print, ""), 0);
    CHECK_STR(content("out"), "some output\n");
    out_path = "/dev/full";
    CHECK_INT(run(print, ""), ERR_IO);
    SAYS("err", "leat test: cannot write to stdout: No space left on device\n");
    out_path = "out";
}

static int write_output(struct tool *t)
{
    struct out *o;
    int r = tool_open_output(t, "jsonl", &o, &t->err);
    if (r == 0) {
        r = out_write(o, "{}\n", 3, 1, &t->err);
        t->ledger.truncated = t->limit == 1;
        t->ledger.damaged = t->limit == 2 || t->limit == 4;
        t->ledger.kept = t->limit == 2;
        t->ledger.in = t->ledger.damaged + t->ledger.kept;
        if (t->limit == 3) r = err_set(&t->err, ERR_IO, "failed");
        int closed = out_close(o, tool_out_end(t, r), &t->err);
        if (r == 0) r = closed;
    }
    return r;
}

TEST(outputs_end_as_the_run_did)
{
    const struct {
        const char *line;
        int status;
        bool whole, partial;
    } cases[] = {{"-o f", 0, true, false},           {"-o f --limit 1", 3, false, true},
                 {"-o f --limit 2", 0, true, false}, {"-o f --limit 2 --strict", 3, false, true},
                 {"-o f --limit 4", 3, false, true}, /* nothing could be read */
                 {"-o f --limit 3", 1, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        remove("f");
        remove("f.partial");
        CHECK_INT(run(write_output, cases[i].line), cases[i].status);
        CHECK_INT(file_exists("f"), cases[i].whole);
        CHECK_INT(file_exists("f.partial"), cases[i].partial);
        CHECK(!file_exists("f.tmp"));
    }
    CHECK_INT(run(write_output, ""), 0);
    CHECK_STR(content("out"), "{}\n");
    CHECK_INT(run(write_output, "--framed"), 0);
    CHECK(strlen(content("out")) > 10 && strstr(content("out"), "\n{}\n"));
}

int main(void)
{
    RUN(options_arrive);
    RUN(help_version_man);
    RUN(usage_errors);
    RUN(outputs_exclude_each_other);
    RUN(a_good_run);
    RUN(arguments_of_any_bytes);
    RUN(an_imbalance_fails);
    RUN(damage);
    RUN(failing_runs);
    RUN(a_reader_that_has_gone);
    RUN(what_was_printed_must_arrive);
    RUN(outputs_end_as_the_run_did);
    return TEST_END();
}
