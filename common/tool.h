/* tool.h: the start and the finish that all tools share: options, signals, the ledger file, the exit status.
 *
 *   int main(int argc, char **argv) {
 *       struct tool t;
 *       if (!tool_start(&t, &spec, TOOL_DOCS, argc, argv)) return t.status;
 *       int r = …the work, errors into t.err…;
 *       return tool_finish(&t, r);
 *   } */
#ifndef LEAT_COMMON_TOOL_H
#define LEAT_COMMON_TOOL_H

#include "err.h"
#include "ledger.h"
#include "opts.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tool_has {                       /* which shared options a tool takes */
                TOOL_INPUTS = 1,      /* operands are inputs; --limit, --sample, --max-record, --strict */
                TOOL_OUTPUT = 2,      /* -o, --framed */
                TOOL_THREADS = 4,     /* -t */
                TOOL_REJECTS = 8,     /* --rejects */
                TOOL_ATTRIBUTES = 16, /* --attributes */
                TOOL_MEMORY = 32,     /* --memory, --tmp */
                TOOL_STATS = 64,      /* --stats */
                TOOL_VERB = 128, /* the first operand is a verb: see opt_spec.verbs; it goes to tool.verb */
                TOOL_SCORES_ALL =
                    256, /* with --attributes it drops nothing: there is nothing for --rejects */
                TOOL_DOCS = TOOL_INPUTS | TOOL_OUTPUT | TOOL_THREADS | TOOL_STATS
};

struct tool {
    const struct opt_spec *spec;
    char **inputs; /* operands; with TOOL_INPUTS an empty list means standard input */
    size_t n_inputs;
    const char *verb;

    const char *output, *rejects, *attributes, *stats, *tmp;
    int64_t threads;
    int64_t limit;       /* 0: none */
    double sample;       /* 1: all */
    uint64_t max_record; /* bytes */
    uint64_t memory;     /* bytes */
    bool strict, framed, quiet, verbose;

    struct ledger ledger;
    struct err err;
    int status; /* when tool_start returns false */
    double started;
    int argc;
    char **argv; /* a copy, for the ledger */
};

/* Handles --help, --version, --man and usage errors: then false, and t->status is the exit status. Ignores SIGPIPE. */
bool tool_start(struct tool *t, const struct opt_spec *spec, unsigned has, int argc, char **argv);

/* Prints the error if r < 0, checks and writes the ledger (--stats, also after a failure), prints the summary line,
 * and gives the exit status: 0; the error's code; 3 when an input was truncated, or damaged with --strict. An ERR_PIPE
 * ends the process by SIGPIPE. With status 0 it removes FILE.partial of -o, --rejects and --attributes FILE, which an earlier run left. */
int tool_finish(struct tool *t, int r);

/* How outputs must end, given the result so far: commit, partial (truncated input, damage under --strict), abandon. */
enum out_end tool_out_end(const struct tool *t, int r);

/* Opens -o (or standard output) as told by the options. */
int tool_open_output(const struct tool *t, const char *kind, struct out **o, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
