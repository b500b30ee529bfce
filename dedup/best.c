/* best.c: sketch, match, sets, verify, link and drop, one after the other: what separate processes do with a work folder of
 * theirs, so both ways give the same survivors.
 *
 * State: the work folder, in --tmp. */
#include "dedup/best.h"
#include "common/log.h"
#include "dedup/drop.h"
#include "dedup/index.h"
#include "dedup/link.h"
#include "dedup/match.h"
#include "dedup/report.h"
#include "dedup/scratch.h"
#include "dedup/sets.h"
#include "dedup/sketch.h"
#include "dedup/verify.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FEW_FOUND 95 /* percent of the alike pairs */

/* ------------------------------------------------------------------ the accounts */

void best_account_pairs(struct tool *t, const struct verify_report *v)
{
    ledger_extra(&t->ledger, "pairs_verified", v->compared);
    ledger_extra(&t->ledger, "pairs_alike", v->alike);
}

void best_account_clusters(struct tool *t, const struct link_report *l)
{
    if (l->expected > 0) ledger_extra(&t->ledger, "pairs_alike_estimated", (uint64_t)(l->expected + 0.5));
    ledger_extra(&t->ledger, "clusters", l->clusters);
    ledger_extra(&t->ledger, "largest_cluster", l->largest);
    for (unsigned i = 0; i < LINK_SIZES; i++) {
        char name[64];
        snprintf(name, sizeof name, i ? "clusters_of_%llu_to_%llu" : "clusters_of_2", (1ULL << i) + 1,
                 2ULL << i);
        if (l->of_size[i]) ledger_extra(&t->ledger, name, l->of_size[i]);
    }
    if (l->repeated_ids) ledger_extra(&t->ledger, "repeated_ids", l->repeated_ids);
}

/* What the numbers say, for people. */
static void tell(const struct verify_report *v, const struct link_report *l)
{
    double found = l->expected > 0 ? 100 * (double)v->alike / l->expected : 0;
    if (l->expected > 0)
        log_info("%llu of %llu candidate %s alike (documents with the same words count once); by estimate "
                 "%s %.2f%% of all alike pairs%s",
                 (unsigned long long)v->alike, (unsigned long long)v->compared,
                 v->compared == 1 ? "pair is" : "pairs are", v->alike == 1 ? "this is" : "these are", found,
                 found < FEW_FOUND ? "; a profile with more bands would find more" : "");
    if (l->clusters)
        log_info("%llu cluster%s, the largest of %llu documents", (unsigned long long)l->clusters,
                 l->clusters == 1 ? "" : "s", (unsigned long long)l->largest);
}

static void account(struct tool *t, enum algorithm algorithm, const struct match_report *m,
                    const struct verify_report *v, const struct link_report *l)
{
    ledger_extra(&t->ledger, "survivors", t->ledger.kept);
    if (m->cut) ledger_extra(&t->ledger, "buckets_cut", m->cut);
    if (algorithm != ALGORITHM_EXACT) best_account_pairs(t, v);
    best_account_clusters(t, l);
}

/* ------------------------------------------------------------------ the stages */

bool best_rereadable(const struct tool *t)
{
    struct stat s;
    for (size_t i = 0; i < t->n_inputs; i++)
        if (strcmp(t->inputs[i], "-") == 0 || (stat(t->inputs[i], &s) == 0 && !S_ISREG(s.st_mode)))
            return false;
    return t->n_inputs > 0;
}

struct reports {
    struct match_report match;
    struct verify_report verify;
    struct link_report link;
};

/* Whether reports with ids are written. */
static bool is_named(const struct tool *t, const struct best_opts *o)
{
    return o->pairs || o->clusters || t->rejects;
}

static int decide(struct tool *t, const struct best_opts *o, const char *dir, struct reports *p,
                  struct err *e)
{
    bool done;
    struct match_opts match = {dir, o->against, o->n_against, 0, 1, t->memory, o->max_bucket, false};
    struct sets_opts sets = {dir, o->against, o->n_against, 0, false};
    struct verify_opts verify = {dir,          o->against,      o->n_against, 0,    1,
                                 o->threshold, (int)t->threads, t->memory,    false};
    struct link_opts link = {dir, o->against, o->n_against, t->memory, false, o->ids_may_repeat};
    int r = match_run(&match, &p->match, e);
    if (r == 0 && (is_named(t, o) || o->plan.algorithm == ALGORITHM_MINHASH))
        r = sets_run(t, &sets, &done, e);
    if (r == 0) r = verify_run(&verify, &p->verify, e);
    if (r == 0) r = link_run(&link, &p->link, e);
    return r;
}

static int report_and_drop(struct tool *t, const struct best_opts *o, const char *dir, struct err *e)
{
    struct report_opts report = {dir,         o->against,      o->n_against,      o->pairs,
                                 o->clusters, (int)t->threads, tool_out_end(t, 0)};
    struct drop_opts drop = {dir, o->against, o->n_against, 0, false};
    bool reports = o->pairs || o->clusters;
    int r = reports ? report_run(&report, e) : 0;
    if (r == 0 && (r = drop_run(t, &drop, e)) < 0 && reports) report_take_back(&report);
    return r;
}

/* The passes behind the first read the spool where there is one. */
static int later_passes(struct tool *t, const struct best_opts *o, const char *dir, char *spool,
                        struct reports *p, struct err *e)
{
    struct index_opts index = {dir, o->against, o->n_against, 0, o->save_index};
    char **inputs = t->inputs;
    size_t n = t->n_inputs;
    if (spool) {
        t->inputs = &spool;
        t->n_inputs = 1;
    }
    int r = decide(t, o, dir, p, e);
    if (r == 0) r = report_and_drop(t, o, dir, e);
    if (r == 0 && o->save_index && tool_out_end(t, r) == OUT_COMMIT) r = index_run(t, &index, e);
    t->inputs = inputs;
    t->n_inputs = n;
    return r;
}

static int check_place(const char *path, struct err *e)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (!slash || slash == path || file_exists(path)) return 0;
    char *dir = strndup(path, (size_t)(slash - path));
    int r = !dir                ? err_nomem(e, "starting")
            : access(dir, W_OK) ? err_sys(e, "cannot write %s: its folder", path)
                                : 0;
    free(dir);
    return r;
}

/* What would else be met hours later, when all has been read. */
static int check_before(const struct tool *t, const struct best_opts *o, struct err *e)
{
    struct index_opts index = {NULL, o->against, o->n_against, 0, o->save_index};
    int r = check_place(t->output, e);
    if (r == 0) r = check_place(t->rejects, e);
    if (r == 0) r = check_place(o->pairs, e);
    if (r == 0) r = check_place(o->clusters, e);
    if (r == 0) r = plan_check_against(&o->plan, o->against, o->n_against, e);
    if (r == 0 && o->save_index) r = index_check(&index, e);
    if (r == 0 && o->save_index) r = work_folder(o->save_index, e);
    return r;
}

int best_run(struct tool *t, const struct best_opts *o, struct err *e)
{
    char spool[SCRATCH_PATH + 32];
    struct scratch folder;
    struct reports reports = {0};
    bool again = best_rereadable(t);
    int r = check_before(t, o, e);
    if (r == 0) r = scratch_make(&folder, "leat-dedup", t->tmp, e);
    if (r < 0) return r;
    snprintf(spool, sizeof spool, "%s/spool.jsonl.zst", folder.dir);
    struct sketch_opts sketch = {.plan = o->plan,
                                 .keep = o->keep,
                                 .tasks = 1,
                                 .dir = folder.dir,
                                 .named = is_named(t, o),
                                 .spool = again ? NULL : spool};
    r = sketch_run(t, &sketch, e);
    if (r == 0) r = later_passes(t, o, folder.dir, again ? NULL : spool, &reports, e);
    account(t, o->plan.algorithm, &reports.match, &reports.verify, &reports.link);
    if (r == 0) tell(&reports.verify, &reports.link);
    ledger_extra(&t->ledger, "work_bytes", scratch_remove(&folder));
    return r;
}
