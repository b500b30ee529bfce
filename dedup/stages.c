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

static int parse_part(const char *text, unsigned *part, unsigned *parts, struct err *e)
{
    char rest;
    *part = 0;
    *parts = 1;
    if (!text) return 0;
    if (strspn(text, "0123456789/") == strlen(text) && sscanf(text, "%5u/%5u%c", part, parts, &rest) == 2 &&
        *parts >= 1 && *part < *parts && *parts <= 99999)
        return 0;
    return err_set(e, ERR_USAGE, "--part %s: write K/N, with K from 0 to N-1, such as 0/16", text);
}

static void tell_done(const struct tool *t)
{
    log_info("%s: done before, from the same files: nothing to do", t->verb);
}

/* ------------------------------------------------------------------ the stages */

static int run_sketch(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct sketch_opts s = {.plan = o->best->plan,
                            .keep = o->best->keep,
                            .dir = o->work,
                            .task = (unsigned)o->task,
                            .lasting = true};
    int r = no_outputs(t, e);
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
    struct match_report p;
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
    struct sets_opts s = {o->work, o->best->against, o->best->n_against, (unsigned)o->task, true};
    bool done = false;
    int r = no_outputs(t, e);
    if (r == 0) r = sets_run(t, &s, &done, e);
    if (r == 0 && done) tell_done(t);
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
    struct verify_report p;
    int r = parse_part(o->part, &v.part, &v.parts, e);
    if (r == 0) r = no_inputs(t, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = verify_run(&v, &p, e);
    if (r < 0) return r;
    if (p.done_before) tell_done(t);
    best_account_pairs(t, &p);
    return 0;
}

static int run_link(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct link_opts l = {o->work, o->best->against,       o->best->n_against, t->memory,
                          true,    o->best->ids_may_repeat};
    struct report_opts p = {o->work,           o->best->against, o->best->n_against, o->best->pairs,
                            o->best->clusters, (int)t->threads,  OUT_COMMIT};
    struct link_report report;
    int r = no_inputs(t, e);
    if (r == 0) r = no_outputs(t, e);
    if (r == 0) r = link_run(&l, &report, e);
    if (r == 0 && (p.pairs || p.clusters)) r = report_run(&p, e);
    if (r < 0) return r;
    ledger_extra(&t->ledger, "removed", report.removed);
    best_account_clusters(t, &report);
    return 0;
}

static int run_index(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct index_opts x = {o->work, o->best->against, o->best->n_against, (unsigned)o->task,
                           o->best->save_index};
    int r = no_outputs(t, e);
    if (r == 0 && !x.index) r = err_set(e, ERR_USAGE, "index needs --save-index: the folder to write");
    return r == 0 ? index_run(t, &x, e) : r;
}

static int run_drop(struct tool *t, const struct stages_opts *o, struct err *e)
{
    struct drop_opts d = {o->work, o->best->against, o->best->n_against, (unsigned)o->task, true};
    return drop_run(t, &d, e);
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
