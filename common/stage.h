/* stage.h: the loop that all document tools share: JSONL in, a decision per document, JSONL (or anything) out.
 *
 * Lines are read in batches, parsed and decided on all threads, written in order; --limit, --sample, --rejects,
 * --attributes, --framed, the ledger, damage and truncation are handled here, once. */
#ifndef LEAT_COMMON_STAGE_H
#define LEAT_COMMON_STAGE_H

#include "jsonl.h"
#include "tool.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a document becomes, inside stage_ops.doc: call exactly one of keep, drop, skip or emit per document. */
struct stage_out {
    struct buf *out, *rejects, *attributes; /* rejects and attributes: NULL when not asked for */
    struct ledger *ledger;
    uint64_t out_records, reject_records, attribute_records;
    struct jsonl *jsonl;  /* for jsonl_meta_* */
    uint64_t index;       /* of this document among the lines of all inputs, from 0: the same for any -t */
    const char *file;     /* where it came from */
    const char *name;     /* the tool, for metadata.drop */
    uint64_t text_in;     /* bytes of the document's text when it was parsed */
    struct doc *reopened; /* for stage_reopen */
};

/* Writes the document to the output (its edits spliced in). Text that the tool removed from it must have been counted
 * with ledger_remove, text it added in ledger.text_added. */
int stage_keep(struct stage_out *o, struct doc *d);
/* Writes it to --rejects with metadata.drop = {"stage","rule","value"} and counts it; value is a JSON value or NULL. */
int stage_drop(struct stage_out *o, struct doc *d, const char *rule, const char *value_json);
/* What stage_drop does to the document: sets metadata.drop. */
int stage_set_drop(struct doc *d, const char *stage, const char *rule, const char *value_json);
/* Counted as kept; the tool appended what it wanted to o->out itself (tokens…). */
int stage_emit(struct stage_out *o, struct doc *d, uint64_t records);
/* {"id":…,"attributes":{…}}: one line to --attributes; members_json is the inside of the braces. In dolma's form each
 * value is a list of [start, end, score]. */
int stage_attributes(struct stage_out *o, const struct doc *d, const char *members_json);

struct stage_deferred;

struct stage_ops {
    /* Of the output: "jsonl", "ltok". NULL: the documents are only looked at, and nothing is written as they pass. */
    const char *kind;
    void *(*worker_new)(void *ctx); /* per thread; may be NULL */
    void (*worker_free)(void *ctx, void *worker);
    /* Decides on one document, on any thread. < 0 ends the run. */
    int (*doc)(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e);
    /* Optional: bytes before the first document (a header). */
    int (*begin)(void *ctx, struct buf *out, struct err *e);
    /* Optional: bytes behind the last document (an end marker). Not called when the input ended early or the run failed. */
    int (*end)(void *ctx, struct buf *out, struct err *e);
    /* Optional, in input order on one thread at a time, before `ordered`: a batch's n lines as they came, the damaged ones too. */
    int (*raw)(void *ctx, struct slice lines, uint64_t n, struct err *e);
    /* Optional, in input order on one thread at a time, after a batch's documents were decided: for what depends on the
     * order (dedup --keep first…). `marks` has one entry per call of stage_defer in the batch. A tool that defers any
     * document defers all that it does not drop at once, or the output would lose the input's order. */
    int (*ordered)(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o, struct err *e);
};

/* Instead of keep/drop in `doc`: puts the document off to `ordered`. The line (edits spliced) and `n` bytes of data are
 * kept until then. In `ordered`, call stage_resolve once for each. */
struct stage_deferred {
    struct slice line; /* as it will be written, with its newline */
    struct slice id;
    uint64_t text_in, text_out, index;
    const void *data; /* aligned to 16 */
    size_t data_bytes;
};
int stage_defer(struct stage_out *o, struct doc *d, const void *data, size_t n);
/* rule NULL: keep. Otherwise drop, as stage_drop. */
int stage_resolve(struct stage_out *o, const struct stage_deferred *m, const char *rule,
                  const char *value_json);
/* Instead of stage_resolve, to edit the document by what only the order tells: parses its line again, on the one thread of
 * `ordered`. *d takes edits, and then one of keep, drop, skip or emit, as in `doc`; valid until the next call. Costs a parse: call
 * it for documents that change. */
int stage_reopen(struct stage_out *o, const struct stage_deferred *m, struct doc **d, struct err *e);

int stage_run(struct tool *t, const struct stage_ops *ops, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
