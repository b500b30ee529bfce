/* run.c: leat run: runs a pipeline file: each step as a pipe of processes, every status and every ledger looked at.
 *
 * In: a pipeline file (plan.h). Out: RUN_DIR with documents, tokenizer, shards, model, ledgers and logs; the funnel on
 * standard output. State: what lies in RUN_DIR. */
#include "common/log.h"
#include "common/tool.h"
#include "pipelines/accounts.h"
#include "pipelines/check.h"
#include "pipelines/execute.h"
#include "pipelines/script.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *run_dir, *from, *to;
static bool dry_run;
static struct opt_list sets;

static const struct opt own[] = {{"run-dir", 0, OPT_STR, &run_dir, "DIR", NULL, 0, 0,
                                  "put everything into DIR instead of the file's run_dir"},
                                 {"set", 0, OPT_LIST, &sets, "KEY=VALUE", NULL, 0, 0,
                                  "change a value of the file, as vars.crawl=DIR; may be repeated"},
                                 {"from", 0, OPT_STR, &from, "STEP", NULL, 0, 0,
                                  "begin with this step; the results of the earlier ones must be there"},
                                 {"to", 0, OPT_STR, &to, "STEP", NULL, 0, 0, "end with this step"},
                                 {"dry-run", 'n', OPT_FLAG, &dry_run, NULL, NULL, 0, 0,
                                  "print the shell script that does the same, and run nothing"},
                                 {0}};

static const struct opt_spec spec = {
    .name = "leat run",
    .summary = "run a pipeline file",
    .operands = "PIPELINE.yaml",
    .description = "A pipeline file is a shell pipe written down: sources with their stages, what joins "
                   "them, the tokenizer, the "
                   "shards, the training. Each source is one pipe of processes with one materialised result; "
                   "--dry-run prints the "
                   "whole as a bash script that gives the same bytes.\n\n"
                   "Keys: name, run_dir, threads, vars (${x} in any value), sources (a list of {name, "
                   "domain, inputs, stages}), join "
                   "(stages over all sources), tokenizer ({train: {…}} or {file: FILE}), tokenize, shard "
                   "(options, and weights: "
                   "{DOMAIN: W}), train ({config: FILE}). A stage is `TOOL: {OPTION: VALUE}`, where true "
                   "gives a flag and a list "
                   "repeats the option, or `sh: COMMAND` for any other program between two leat tools.\n\n"
                   "Before anything runs, and with --dry-run, every tool is asked whether it knows its "
                   "options. Options that "
                   "leat run sets itself (output, stats, framed, …) may not stand in the file.\n\n"
                   "A step is done when every process of its pipe ended with 0; otherwise its result is "
                   "renamed to NAME.failed and the "
                   "run ends with 1. A second run makes everything anew, but for training, which goes on "
                   "from its last checkpoint; "
                   "remove RUN_DIR/model to train from the start. Every ledger must balance, and what one "
                   "program wrote the next must "
                   "have taken in. The funnel is "
                   "printed at the end and kept as RUN_DIR/funnel.txt.",
    .examples = "leat run pipelines/demo.yaml\n"
                "leat run pipelines/demo.yaml --dry-run | bash\n"
                "leat run pipelines/demo.yaml --set vars.crawl=/data/crawl --run-dir run2 --to shards\n",
    .own = own,
};

static void accounts_free(struct account **of, size_t n)
{
    for (size_t i = 0; of && i < n; i++) free(of[i]);
    free(of);
}

static struct account **accounts_new(const struct plan *p)
{
    struct account **of = calloc(p->n + 1, sizeof *of);
    for (size_t i = 0; of && i < p->n; i++) {
        of[i] = calloc(p->step[i].n ? p->step[i].n : 1, sizeof **of);
        if (of[i]) continue;
        accounts_free(of, p->n);
        return NULL;
    }
    return of;
}

/* The steps [first, last] that --from and --to leave. */
static int choose_steps(const struct plan *p, size_t *first, size_t *last, struct err *e)
{
    *first = from ? plan_find(p, from) : 0;
    *last = to ? plan_find(p, to) : p->n - 1;
    if (*first == p->n)
        return err_set(e, ERR_USAGE, "--from %s: there is no such step; --dry-run shows them", from);
    if (*last == p->n)
        return err_set(e, ERR_USAGE, "--to %s: there is no such step; --dry-run shows them", to);
    if (*first > *last)
        return err_set(e, ERR_USAGE, "--from %s comes after --to %s: nothing would run", from, to);
    return 0;
}

/* What the chosen steps read and none of them makes must lie there. */
static int check_inputs(const struct plan *p, size_t first, size_t last, struct err *e)
{
    for (size_t i = first; i <= last; i++)
        for (size_t k = 0; k < p->step[i].reads.n; k++) {
            const char *file = p->step[i].reads.at[k];
            bool made_here = false;
            for (size_t j = first; j < i; j++) made_here |= strcmp(p->step[j].writes, file) == 0;
            if (!made_here && !file_exists(file))
                return err_set(e, ERR_USAGE,
                               "step %s needs %s, which is not there: run the earlier steps first",
                               p->step[i].name, file);
        }
    return 0;
}

static int run_step(const struct plan *p, size_t i, struct account **of, struct err *e)
{
    const struct step *s = &p->step[i];
    double started = clock_seconds();
    log_info("step %s (%zu of %zu)", s->name, i + 1, p->n);
    int r = execute_step(p, s, e);
    if (r == 0) r = accounts_step(s, of[i], e);
    if (r == 0) r = accounts_between(p, s, of, e);
    if (r == 0) log_info("step %s: %.1f s", s->name, clock_seconds() - started);
    return r;
}

static int show_funnel(const struct plan *p, struct account **of, struct err *e)
{
    char path[4096];
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    snprintf(path, sizeof path, "%s/funnel.txt", p->run_dir);
    int r = accounts_put_funnel(p, of, &b) < 0 ? err_nomem(e, "writing the funnel") : 0;
    if (r == 0) r = file_write(path, buf_slice(&b), e);
    if (r == 0 && (fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0))
        r = err_sys(e, "writing the funnel");
    buf_free(&b);
    return r;
}

static int run_plan(const struct plan *p, size_t first, size_t last, struct err *e)
{
    int r = check_inputs(p, first, last, e);
    if (r < 0) return r;
    struct account **of = accounts_new(p);
    if (!of) return err_nomem(e, "starting");
    r = execute_prepare(p, e);
    for (size_t i = 0; i < first && r == 0; i++) r = accounts_step(&p->step[i], of[i], e);
    for (size_t i = first; i <= last && r == 0; i++) r = run_step(p, i, of, e);
    if (r == 0) r = show_funnel(p, of, e);
    accounts_free(of, p->n);
    return r;
}

static int print_script(const struct plan *p, size_t first, size_t last, struct err *e)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    int r = script_put(p, first, last, &b) < 0 ? err_nomem(e, "writing the script") : 0;
    if (r == 0 && (fwrite(b.p, 1, b.n, stdout) != b.n || fflush(stdout) != 0))
        r = err_sys(e, "writing the script");
    buf_free(&b);
    return r;
}

static int run_file(const char *path, struct err *e)
{
    struct yaml_file *f = NULL;
    struct plan plan = {0};
    size_t first, last;
    int r = yaml_load(&f, path, e);
    for (size_t i = 0; i < sets.n && r == 0; i++) r = yaml_set(f, sets.at[i], e);
    if (r == 0) r = plan_build(&plan, f, run_dir, e);
    if (r == 0) r = choose_steps(&plan, &first, &last, e);
    if (r == 0) r = check_options(&plan, first, last, e);
    if (r == 0) r = dry_run ? print_script(&plan, first, last, e) : run_plan(&plan, first, last, e);
    plan_free(&plan);
    yaml_free(f);
    return r;
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec, 0, argc, argv)) return t.status;
    int r = t.n_inputs == 1
                ? run_file(t.inputs[0], &t.err)
                : err_set(&t.err, ERR_USAGE, "give one pipeline file, such as pipelines/demo.yaml");
    opt_list_free(&sets);
    return tool_finish(&t, r);
}
