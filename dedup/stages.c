/* stages.c: one stage in one process: checks what it was given, runs it, says what it did. A stage that was done before, from
 * the same files with the same options, is not done again; one that was cut off leaves nothing but files named .tmp and .runs.
 *
 * In, out, state: of the stage. */
#include "dedup/stages.h"
#include "common/log.h"
#include "dedup/drop.h"
#include "dedup/index.h"
#include "dedup/link.h"
#include "dedup/match.h"
#include "dedup/report.h"
#include "dedup/sets.h"
#include "dedup/sketch.h"
#include "dedup/verify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_inputs(const struct tool *t, struct err *e)
{
    if (t->n_inputs)
        return err_set(e, ERR_USAGE, "%s reads the work folder, not '%s'", t->verb, t->inputs[0]);
    return 0;
}

static int no_outputs(const struct tool *t, struct err *e)
{
    const char *given = t->output ? "-o" : t->rejects ? "--rejects" : t->framed ? "--framed" : NULL;
    return given ? err_set(e, ERR_USAGE, "%s writes into the work folder: it takes no %s", t->verb, given)
                 : 0;
}

/* "K/N"; NULL: 0/1. */
static int parse_share(const char *option, const char *text, unsigned *k, unsigned *n, struct err *e)
{
    char rest;
    *k = 0;
    *n = 1;
    if (!text) return 0;
    if (strspn(text, "0123456789/") == strlen(text) && sscanf(text, "%8u/%8u%c", k, n, &rest) == 2 &&
        *n >= 1 && *k < *n)
        return 0;
    return err_set(e, ERR_USAGE, "%s %s: write K/N, with K from 0 to N-1, such as 0/16", option, text);
}

static int parse_part(const char *text, unsigned *part, unsigned *parts, struct err *e)
{
    if (parse_share("--part", text, part, parts, e) < 0) return -ERR_USAGE;
    return *parts <= 99999 ? 0 : err_set(e, ERR_USAGE, "--part %s: at most 99999 parts", text);
}

/* Whether the sketches have as many tasks. */
static int check_tasks(const struct stages_opts *o, unsigned tasks, struct err *e)
{
    struct sketches s;
    int r = sketches_open(&s, o->work, o->best->against, o->best->n_against, e);
    if (r < 0) return r;
    if (s.tasks != tasks)
        r = err_set(e, ERR_USAGE, "--task %s: %s has %u tasks", o->task ? o->task : "0/1", o->work, s.tasks);
    sketches_close(&s);
    return r;
}

static int parse_task(const struct stages_opts *o, unsigned *task, unsigned *tasks, struct err *e)
{
    if (parse_share("--task", o->task, task, tasks, e) < 0) return -ERR_USAGE;
    return *tasks <= WORK_MAX_TASK
               ? 0
               : err_set(e, ERR_USAGE, "--task %s: at most %u tasks", o->task, WORK_MAX_TASK);
}

/* Of sets, index and drop. */
static int task_of(const struct stages_opts *o, unsigned *task, struct err *e)
{
    unsigned tasks;
    int r = parse_task(o, task, &tasks, e);
    return r == 0 ? check_tasks(o, tasks, e) : r;
}

static void tell_done(const struct tool *t)
{
    log_info("%s: done before, from the same files: nothing to do", t->verb);
}

/* ------------------------------------------------------------------ the stages */

static int run_sketch(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct sketch_opts s = {.plan = o->best->plan, .keep = o->best->keep, .dir = o->work, .lasting = true};
    int r = parse_task(o, &s.task, &s.tasks, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = work_folder(o->work, e);
    if (r == 0) r = sketch_run(t, &s, e);
    return r;
}

static int run_match(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct match_opts m = {.dir = o->work,
                           .against = o->best->against,
                           .n_against = o->best->n_against,
                           .memory_bytes = t->memory,
                           .max_bucket = o->best->max_bucket,
                           .lasting = true};
    struct match_report p = {0};
    int r = parse_part(o->part, &m.part, &m.parts, e);
    if (r == 0) r = no_inputs(t, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = match_run(&m, &p, e);
    if (r < 0) return r;
    if (p.done_before) tell_done(t);
    ledger_extra(&t->ledger, "buckets", p.buckets);
    ledger_extra(&t->ledger, "buckets_cut", p.cut);
    ledger_extra(&t->ledger, "largest_bucket", p.largest);
    ledger_extra(&t->ledger, "pairs", p.pairs);
    return 0;
}

static int run_sets(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct sets_opts s = {o->work, o->best->against, o->best->n_against, 0, true};
    bool done = false;
    int r = task_of(o, &s.task, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = sets_run(t, &s, &done, e);
    if (r == 0 && done)
        log_info("sets: task %u was done before: nothing to do; the input was not read", s.task);
    return r;
}

static int run_verify(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct verify_opts v = {.dir = o->work,
                            .against = o->best->against,
                            .n_against = o->best->n_against,
                            .threshold = o->best->threshold,
                            .threads = (int)t->threads,
                            .memory_bytes = t->memory,
                            .lasting = true};
    struct verify_report p = {0};
    int r = parse_part(o->part, &v.part, &v.parts, e);
    if (r == 0) r = no_inputs(t, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = verify_run(&v, &p, e);
    if (r < 0) return r;
    if (p.done_before) tell_done(t);
    best_account_pairs(t, &p);
    return 0;
}

struct share {
    char text[80];
};

static struct share share_found(const struct link_report *p)
{
    struct share s = {""};
    if (p->expected > 0)
        snprintf(s.text, sizeof s.text, ", by estimate %.2f%% of all that are",
                 100 * (double)p->alike / p->expected);
    return s;
}

static int run_link(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct link_opts l = {o->work, o->best->against,       o->best->n_against, t->memory,
                          true,    o->best->ids_may_repeat};
    struct report_opts p = {o->work,           o->best->against, o->best->n_against, o->best->pairs,
                            o->best->clusters, (int)t->threads,  OUT_COMMIT};
    struct link_report report = {0};
    int r = no_inputs(t, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = link_run(&l, &report, e);
    if (r == 0 && (p.pairs || p.clusters)) r = report_run(&p, e);
    if (r < 0) return r;
    ledger_extra(&t->ledger, "removed", report.removed);
    ledger_extra(&t->ledger, "pairs_alike", report.alike);
    if (report.expected > 0)
        ledger_extra(&t->ledger, "pairs_alike_estimated", (uint64_t)(report.expected + 0.5));
    log_info("%llu documents go; %llu pairs are alike%s", (unsigned long long)report.removed,
             (unsigned long long)report.alike, share_found(&report).text);
    best_account_clusters(t, &report);
    return 0;
}

static int run_index(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct index_opts x = {o->work, o->best->against, o->best->n_against, 0, o->best->save_index};
    int r = task_of(o, &x.task, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0 && !x.index) r = err_set(e, ERR_USAGE, "index needs --save-index: the folder to write");
    return r == 0 ? index_run(t, &x, e) : r;
}

static int run_drop(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct drop_opts d = {o->work, o->best->against, o->best->n_against, 0, true};
    int r = task_of(o, &d.task, e);
    return r == 0 ? drop_run(t, &d, e) : r;
}

static const struct {
    const char *verb;
    int (*run)(struct tool *t, const struct stages_opts *o, struct err *e);
} stages[] = {{"sketch", run_sketch}, {"match", run_match}, {"sets", run_sets}, {"verify", run_verify},
              {"link", run_link},     {"index", run_index}, {"drop", run_drop}};

enum { STAGES = sizeof stages / sizeof *stages };

bool stages_has(const char *verb)
{
    for (size_t i = 0; i < STAGES; i++)
        if (strcmp(stages[i].verb, verb) == 0) return true;
    return false;
}

int stages_run(struct tool *t, const struct stages_opts *o, struct err *e)
{
    if (!o->work) return err_set(e, ERR_USAGE, "%s needs --work: the folder that the stages share", t->verb);
    if (t->attributes) return err_set(e, ERR_USAGE, "%s takes no --attributes", t->verb);
    for (size_t i = 0; i < STAGES; i++)
        if (strcmp(stages[i].verb, t->verb) == 0) return stages[i].run(t, o, e);
    return -ERR_USAGE;
}
