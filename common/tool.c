/* tool.c: the start and the finish that all tools share.
 *
 * The shared options are one table, from which tool_start takes those that the tool has. tool_finish is the one place
 * that turns a result into messages, the ledger file and an exit status.
 *
 * State: struct tool. Memory: a copy of argv, the ledger. */
#include "common/tool.h"
#include "common/json.h"
#include "common/log.h"
#include "common/pool.h"
#include "common/text.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SHARED_OPTIONS 16
#define MOST_ROWS 1024 /* of a table that is told at the end */

/* ------------------------------------------------------------------ the shared options */

struct shared {
    unsigned has; /* offered to tools with any of these bits; 0: to all */
    struct opt opt;
};

static void defaults(struct tool *t)
{
    memset(t, 0, sizeof *t);
    t->sample = 1;
    t->max_record = 64 * MIB;
    t->memory = 4 * GIB;
    ledger_init(&t->ledger);
}

/* Fills table, ended by name == NULL, with what a tool with these bits takes. */
static void shared_options(struct tool *t, unsigned has, struct opt table[SHARED_OPTIONS])
{
    const struct shared all[] = {
        {TOOL_OUTPUT,
         {"output", 'o', OPT_STR, &t->output, "FILE", NULL, 0, 0,
          "write to FILE, compressed as its extension says (.zst, .gz). It appears when it is whole; what "
          "was written "
          "before an early end of input stays as FILE.partial, until a run makes FILE"}},
        {TOOL_OUTPUT,
         {"framed", 0, OPT_FLAG, &t->framed, NULL, NULL, 0, 0,
          "write a header line and an end line around the output, so that a reader of the pipe knows when "
          "the writer "
          "has died"}},
        {TOOL_THREADS,
         {"threads", 't', OPT_INT, &t->threads, "N", NULL, 0, 1024,
          "work on N threads; 0: as many as there are cores. The output is the same for every N"}},
        {TOOL_INPUTS,
         {"limit", 0, OPT_INT, &t->limit, "N", NULL, 0, 9e18, "stop after N records; 0: no limit"}},
        {TOOL_INPUTS,
         {"sample", 0, OPT_NUM, &t->sample, "P", NULL, 0, 1,
          "take a share P of the records, chosen by a hash of the id, so that every tool and every run "
          "chooses the "
          "same ones"}},
        {TOOL_INPUTS,
         {"max-record", 0, OPT_SIZE, &t->max_record, "SIZE", NULL, 1, (double)(2 * GIB),
          "count a record of more than SIZE bytes as damaged"}},
        {TOOL_INPUTS,
         {"strict", 0, OPT_FLAG, &t->strict, NULL, NULL, 0, 0,
          "exit with status 3 when any record was damaged. Without it damaged records are counted and passed "
          "over"}},
        {TOOL_MEMORY,
         {"memory", 0, OPT_SIZE, &t->memory, "SIZE", NULL, (double)MIB, 1e18,
          "keep the state within SIZE bytes"}},
        {TOOL_MEMORY,
         {"tmp", 0, OPT_STR, &t->tmp, "DIR", NULL, 0, 0,
          "put temporary files into DIR; without it into $TMPDIR, else /tmp"}},
        {TOOL_REJECTS,
         {"rejects", 0, OPT_STR, &t->rejects, "FILE", NULL, 0, 0,
          "write every dropped document to FILE, with metadata.drop saying why"}},
        {TOOL_ATTRIBUTES,
         {"attributes", 0, OPT_STR, &t->attributes, "FILE", NULL, 0, 0,
          "write id and scores of every document to FILE, in dolma's form",
          .verbs = t->spec->attributes_verbs, .excludes = has & TOOL_SCORES_ALL ? "rejects" : NULL}},
        {TOOL_STATS,
         {"stats", 0, OPT_STR, &t->stats, "FILE", NULL, 0, 0,
          "write the ledger to FILE as JSON: records and text in, kept, dropped by reason, damaged"}},
        {0,
         {"quiet", 'q', OPT_FLAG, &t->quiet, NULL, NULL, 0, 0, "print errors only", .excludes = "verbose"}},
        {0, {"verbose", 'v', OPT_FLAG, &t->verbose, NULL, NULL, 0, 0, "print more about what is done"}},
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].has == 0 || (all[i].has & has)) table[n++] = all[i].opt;
    table[n] = (struct opt){0};
}

/* ------------------------------------------------------------------ start */

static int write_stdout(struct slice s, struct err *e)
{
    while (s.n > 0) {
        ssize_t w = write(STDOUT_FILENO, s.p, s.n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0)
            return errno == EPIPE ? err_set(e, ERR_PIPE, "stdout") : err_sys(e, "cannot write to stdout");
        s.p += w;
        s.n -= (size_t)w;
    }
    return 0;
}

/* --help, of a verb alone where there is one, --version, --man */
static int print_about(const struct opt_spec *s, enum opt_action action, const char *verb, struct err *e)
{
    struct buf b;
    buf_init(&b, 16 * MIB);
    int r = 0;
    if (action == OPT_VERSION)
        r = buf_printf(&b, "%s %s\n", s->name, LEAT_VERSION);
    else
        r = action == OPT_MAN ? opts_put_man(s, &b)
            : verb            ? opts_put_verb_help(s, verb, &b)
                              : opts_put_help(s, &b);
    r = r < 0 ? err_nomem(e, "printing the help") : write_stdout(buf_slice(&b), e);
    buf_free(&b);
    return r;
}

static char **copy_arguments(int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    for (int i = 0; copy && i < argc; i++) copy[i] = argv[i];
    return copy;
}

static void set_operands(struct tool *t, unsigned has, char **operands, size_t n)
{
    if ((has & TOOL_VERB) && n > 0) {
        t->verb = *operands++;
        n--;
    }
    t->inputs = operands;
    t->n_inputs = n;
}

static void resolve_defaults(struct tool *t, unsigned has)
{
    if ((has & TOOL_THREADS) && t->threads == 0) t->threads = pool_default_threads();
    if (!(has & TOOL_THREADS)) t->threads = 1;
    if (!t->tmp) t->tmp = getenv("TMPDIR");
    if (!t->tmp || !*t->tmp) t->tmp = "/tmp";
}

/* Each output has a name, and no two go to one place. */
static int check_outputs(const struct tool *t, unsigned has, struct err *e)
{
    const char *standard = has & TOOL_OUTPUT ? "-" : NULL;
    const struct {
        const char *name, *path;
    } out[] = {{"the output", t->output ? t->output : standard},
               {"--rejects", t->rejects},
               {"--attributes", t->attributes},
               {"--stats", t->stats}};
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        if (out[i].path && !out[i].path[0])
            return err_set(e, ERR_USAGE, "%s has an empty name; give it a file's", out[i].name);
        for (size_t j = 0; j < i; j++) {
            if (!out[i].path || !out[j].path || strcmp(out[i].path, out[j].path) != 0) continue;
            bool to_standard = strcmp(out[i].path, "-") == 0;
            return err_set(e, ERR_USAGE, "%s and %s would both go to %s; give each a file of its own",
                           out[j].name, out[i].name, to_standard ? "standard output" : out[i].path);
        }
    }
    return 0;
}

static bool is_input(const struct tool *t, const struct stat *file)
{
    struct stat from;
    for (size_t k = 0; k < t->n_inputs; k++)
        if (stat(t->inputs[k], &from) == 0 && from.st_ino == file->st_ino && from.st_dev == file->st_dev)
            return true;
    return false;
}

/* An output would take the place of the input that it is made from. */
static int check_inputs(const struct tool *t, struct err *e)
{
    const char *out[] = {t->output, t->rejects, t->attributes, t->stats};
    struct stat to;
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        if (!out[i] || stat(out[i], &to) != 0 || !S_ISREG(to.st_mode)) continue;
        if (is_input(t, &to))
            return err_set(e, ERR_USAGE, "%s is an input and an output; give the output another name",
                           out[i]);
    }
    return 0;
}

/* Ends as a program that does not catch SIGPIPE would. Returns only where the signal is blocked from outside. */
static int end_by_sigpipe(void)
{
    sigset_t set;
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(SIGPIPE);
    return 128 + SIGPIPE;
}

static bool refuse(struct tool *t, int r)
{
    t->status = -r;
    if (r == -ERR_PIPE) t->status = end_by_sigpipe();
    if (r < 0 && r != -ERR_PIPE) log_error("%s", t->err.msg);
    if (r == -ERR_USAGE) fprintf(stderr, "Try '%s --help'.\n", t->spec->name);
    free(t->argv);
    t->argv = NULL;
    return false;
}

bool tool_start(struct tool *t, const struct opt_spec *spec, unsigned has, int argc, char **argv)
{
    struct opt table[SHARED_OPTIONS];
    struct opt_spec s = *spec;
    char **operands;
    size_t n;
    enum opt_action action;
    defaults(t);
    t->spec = spec;
    t->started = clock_seconds();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is a failed write, not a death */
    log_setup(spec->name, false, false);
    t->argc = argc;
    t->argv = copy_arguments(argc, argv);
    if (!t->argv) return refuse(t, err_nomem(&t->err, "starting"));

    shared_options(t, has, table);
    s.shared = table;
    int r = opts_parse(&s, argc, argv, &operands, &n, &action, &t->err);
    if (r == 0 && action != OPT_RUN && action != OPT_CHECK)
        r = print_about(&s, action, n ? *operands : NULL, &t->err);
    bool checks = action == OPT_CHECK;
    if (r < 0 || (action != OPT_RUN && !checks)) return refuse(t, r);
    if (check_outputs(t, has, &t->err) < 0) return refuse(t, -ERR_USAGE);
    if (checks) return refuse(t, spec->check ? spec->check(&t->err) : 0);
    log_setup(spec->name, t->quiet, t->verbose);
    set_operands(t, has, operands, n);
    if ((has & TOOL_INPUTS) && check_inputs(t, &t->err) < 0) return refuse(t, -ERR_USAGE);
    resolve_defaults(t, has);
    return true;
}

/* ------------------------------------------------------------------ outputs */

/* Records came, and not one of them could be read: most likely this is another kind of file. */
static bool nothing_readable(const struct ledger *l)
{
    return l->damaged > 0 && l->damaged == l->in + l->created;
}

static bool ended_early(const struct tool *t)
{
    const struct ledger *l = &t->ledger;
    return l->truncated || nothing_readable(l) || (t->strict && l->damaged > 0);
}

enum out_end tool_out_end(const struct tool *t, int r)
{
    if (r < 0) return OUT_ABANDON;
    return ended_early(t) ? OUT_PARTIAL : OUT_COMMIT;
}

int tool_open_output(const struct tool *t, const char *kind, struct out **o, struct err *e)
{
    struct out_opts opts = {.path = t->output, .framed = t->framed, .kind = kind, .threads = (int)t->threads};
    return out_open(o, &opts, e);
}

/* ------------------------------------------------------------------ the ledger file */

static uint64_t peak_rss_bytes(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? (uint64_t)u.ru_maxrss * KIB : 0;
}

/* RFC 3339, UTC, of the moment when tool_start was called. */
static void put_start_time(const struct tool *t, struct buf *b)
{
    char text[32];
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t then = (time_t)((double)now.tv_sec + (double)now.tv_nsec * 1e-9 - (clock_seconds() - t->started));
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&then, &tm));
    buf_printf(b, "\"%s\"", text);
}

static void put_arguments(const struct tool *t, struct buf *b)
{
    struct buf fixed;
    buf_init(&fixed, BUF_NO_MAX);
    for (int i = 1; i < t->argc; i++) {
        buf_clear(&fixed);
        if (utf8_repair(&fixed, t->argv[i], strlen(t->argv[i])) < 0) b->failed = true;
        if (i > 1) buf_putc(b, ',');
        json_put_str(b, buf_slice(&fixed));
    }
    buf_free(&fixed);
}

static int put_ledger(const struct tool *t, int status, bool balanced, struct buf *b)
{
    buf_puts(b, "{\"tool\":");
    json_put_str(b, slice_str(t->spec->name));
    buf_puts(b, ",\"version\":\"" LEAT_VERSION "\",\"arguments\":[");
    put_arguments(t, b);
    buf_puts(b, "],\"started\":");
    put_start_time(t, b);
    buf_printf(b, ",\"seconds\":%.3f,\"peak_rss_bytes\":%" PRIu64 ",\"threads\":%" PRId64 ",\"exit\":%d,",
               clock_seconds() - t->started, peak_rss_bytes(), t->threads, status);
    ledger_put_json(&t->ledger, b);
    buf_printf(b, ",\"balanced\":%s}\n", balanced ? "true" : "false");
    return b->failed ? -ERR_IO : 0;
}

static int write_ledger(const struct tool *t, int status, bool balanced, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = put_ledger(t, status, balanced, &b);
    if (r < 0)
        r = err_nomem(e, "writing the ledger");
    else if (strcmp(t->stats, "-") == 0)
        r = write_stdout(buf_slice(&b), e);
    else
        r = file_write(t->stats, buf_slice(&b), e);
    buf_free(&b);
    return r;
}

/* ------------------------------------------------------------------ finish */

static void say_damage(const struct tool *t)
{
    const struct ledger *l = &t->ledger;
    for (size_t i = 0; i < l->n_damage && i < 3; i++)
        log_warn("%s: damaged at byte %" PRIu64 ": %s", l->damage[i].file, l->damage[i].offset,
                 l->damage[i].reason);
    if (l->damaged > 3)
        log_warn("%" PRIu64 " damaged records in all%s", l->damaged,
                 t->stats ? "" : "; --stats FILE lists the first hundred");
    if (l->truncated)
        log_error("%s%swhat came before the end was used, and the result is partial",
                  l->truncation[0] ? l->truncation : "an input ended early", l->truncation[0] ? "; " : ": ");
    if (nothing_readable(l))
        log_error("not one record of the input could be read: is it what %s reads?", t->spec->name);
    else if (t->strict && l->damaged)
        log_error("input is damaged, and --strict was given");
}

static int by_records(const void *a, const void *b)
{
    const struct ledger_count *x = *(const struct ledger_count *const *)a;
    const struct ledger_count *y = *(const struct ledger_count *const *)b;
    if (x->records != y->records) return x->records < y->records ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* row: the table's, the most frequent first. Returns how many. */
static size_t rows_by_records(const struct ledger_table *table, const struct ledger_count **row)
{
    size_t n = table->n < MOST_ROWS ? table->n : MOST_ROWS;
    for (size_t i = 0; i < n; i++) row[i] = &table->row[i];
    if (n) qsort(row, n, sizeof *row, by_records);
    return n;
}

/* "dropped: RULE N, …": the most frequent first, at most eight. */
static void say_reasons(const char *what, const struct ledger_table *table)
{
    const struct ledger_count *row[MOST_ROWS];
    char line[1024];
    size_t n = rows_by_records(table, row), at = 0;
    if (n == 0) return;
    for (size_t i = 0; i < n && i < 8; i++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%s %" PRIu64, i ? ", " : "", row[i]->name,
                               row[i]->records);
    log_info("%s: %s%s", what, line, n > 8 ? ", …" : "");
}

/* "removed: RULE N bytes of text (S%) in M documents, …": the most frequent first, at most eight. */
static void say_removed(const struct ledger *l)
{
    const struct ledger_count *row[MOST_ROWS];
    char line[2048];
    size_t n = rows_by_records(&l->removed, row), at = 0;
    if (n == 0) return;
    for (size_t i = 0; i < n && i < 8; i++)
        at += (size_t)snprintf(
            line + at, sizeof line - at, "%s%s %" PRIu64 " byte%s of text (%.1f%%) in %" PRIu64 " document%s",
            i ? ", " : "", row[i]->name, row[i]->text_bytes, row[i]->text_bytes == 1 ? "" : "s",
            l->text_in ? 100 * (double)row[i]->text_bytes / (double)l->text_in : 0, row[i]->records,
            row[i]->records == 1 ? "" : "s");
    log_info("removed: %s%s", line, n > 8 ? ", …" : "");
}

static void say_summary(const struct tool *t)
{
    const struct ledger *l = &t->ledger;
    double seconds = clock_seconds() - t->started, mb = (double)log_progress_last().bytes / 1e6;
    uint64_t skipped = ledger_skipped(l);
    char speed[48] = "", more[96] = "";
    if (l->in + l->created == 0 && ledger_dropped(l) == 0) return;
    if (mb > 0 && seconds > 0) snprintf(speed, sizeof speed, ", %.1f MB/s", mb / seconds);
    if (l->created) snprintf(more, sizeof more, ", %" PRIu64 " created", l->created);
    size_t n = strlen(more);
    if (skipped) snprintf(more + n, sizeof more - n, ", %" PRIu64 " skipped", skipped);
    log_info("%" PRIu64 " in%s, %" PRIu64 " kept, %" PRIu64 " dropped, %" PRIu64
             " damaged; %.2f s%s, peak RSS %" PRIu64 " MiB",
             l->in, more, l->kept, ledger_dropped(l), l->damaged, seconds, speed, peak_rss_bytes() / MIB);
    say_reasons("dropped", &l->dropped);
    say_reasons("skipped", &l->skipped);
    say_removed(l);
}

/* What a tool printed with stdio must have arrived too. */
static int flush_stdout(struct err *e)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    return errno == EPIPE ? err_set(e, ERR_PIPE, "stdout") : err_sys(e, "cannot write to stdout");
}

/* What an earlier run left of outputs that are now whole; but for an input of this one. */
static void remove_partials(const struct tool *t)
{
    const char *out[] = {t->output, t->rejects, t->attributes};
    char partial[4096];
    struct stat whole, left;
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        if (!out[i] || stat(out[i], &whole) != 0 || !S_ISREG(whole.st_mode)) continue;
        int n = snprintf(partial, sizeof partial, "%s.partial", out[i]);
        bool there = n < (int)sizeof partial && lstat(partial, &left) == 0 && S_ISREG(left.st_mode);
        if (there && !is_input(t, &left)) unlink(partial);
    }
}

int tool_finish(struct tool *t, int r)
{
    struct err stats_err = {0};
    bool balanced = true;
    log_progress_end();
    if (r >= 0) r = flush_stdout(&t->err);
    if (r >= 0 && ledger_check(&t->ledger, &t->err) < 0) {
        balanced = false;
        r = -ERR_IO;
    }
    if (r < 0 && r != -ERR_PIPE)
        log_error("%s", t->err.msg[0] ? t->err.msg : "it failed, without a reason given");
    if (r != -ERR_PIPE) say_damage(t);

    int status = r >= 0 ? (ended_early(t) ? ERR_DATA : 0) : r == -ERR_PIPE ? 128 + SIGPIPE : -r;
    if (t->stats && write_ledger(t, status, balanced, &stats_err) < 0) {
        log_error("%s", stats_err.msg);
        if (status == 0) status = ERR_IO;
    }
    if (status == 0) remove_partials(t);
    if (r >= 0) say_summary(t);
    ledger_free(&t->ledger);
    free(t->argv);
    t->argv = NULL;
    return r == -ERR_PIPE ? end_by_sigpipe() : status;
}
