/* plan.h: a pipeline file as a list of steps, each one shell pipe with a materialised result.
 *
 *   name: NAME                         run_dir: DIR (default run-NAME)          threads: N (default: each tool's own)
 *   vars: {x: …}                       ${x} in any scalar below; `leat run --set vars.x=…`
 *   sources:                           one step each: RUN_DIR/docs/NAME.jsonl.zst
 *     - {name: web, domain: web, inputs: [GLOB…], stages: [STAGE…]}
 *   join: [STAGE…]                     over all sources: RUN_DIR/joined.jsonl.zst
 *   tokenizer: {train: {OPTION…}} or {file: FILE}
 *   tokenize: {OPTION…}                shard: {OPTION…, weights: {DOMAIN: W}}    → RUN_DIR/shards
 *   train: {config: FILE, OPTION…}     → RUN_DIR/model
 *
 * A STAGE is `TOOL: {OPTION: VALUE…}` ("filter", "dedup minhash"), which becomes `leat TOOL --OPTION VALUE…`: true gives a
 * flag, false nothing, a list repeats the option; or `sh: COMMAND`, any other program. Every leat process gets --stats, and
 * --framed where another leat process reads it: options that the run sets itself may not stand in the file. */
#ifndef LEAT_PIPELINES_PLAN_H
#define LEAT_PIPELINES_PLAN_H

#include "common/buf.h"
#include "common/err.h"
#include "common/yaml.h"

struct words_list { /* NULL-terminated for exec */
    char **at;
    size_t n, cap;
};

struct process {
    struct words_list argv;   /* argv[0] is "leat" or "sh" */
    bool foreign;             /* not one of ours: no ledger, not framed */
    char *label;              /* "filter", "dedup minhash", "sh" */
    char *stats;              /* its ledger's file; NULL for foreign ones */
    const struct yaml *where; /* its options in the file */
};

struct step {
    char *name;
    struct process *process;
    size_t n, cap;
    struct words_list reads; /* files of earlier steps */
    char *writes;            /* file or directory that it makes */
    bool terminal;           /* its messages go to the terminal: training */
    uint64_t input_bytes;    /* of files that no step made; for the estimate */
};

struct plan {
    struct arena arena; /* owns all strings and arrays */
    char *name, *run_dir;
    struct step *step;
    size_t n, cap;
    int64_t threads;
    const struct yaml *vars;
    bool failed; /* out of memory */
};

/* Builds the plan; globs are expanded, sorted by name. run_dir overrides the file's when not NULL. Errors name file, line
 * and column. */
int plan_build(struct plan *p, struct yaml_file *f, const char *run_dir, struct err *e);
void plan_free(struct plan *p);

/* The step with this name, or n. */
size_t plan_find(const struct plan *p, const char *name);

/* The folders that a run needs, in order; NULL ends the list. */
extern const char *const plan_folders[];

#endif
