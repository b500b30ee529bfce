/* meter.h: tree-sitter's memory and work: counted, limited, and given back together.
 *
 * What tree-sitter allocates, and what it reads, grows with the square of some texts with errors, in time and in space. The bytes that it
 * asks for and the bytes that it reads measure both, the same on every machine: so a limit on them ends such a parse in the same place
 * everywhere, which a clock would not. It is ended by tree-sitter's cancellation flag, at which it looks at every hundredth step; where that
 * does not come (a quarter and 16 MiB above the limits, twice the work), by a jump out of the allocator, after which nothing of tree-sitter's is left but
 * what a grammar's own scanner holds.
 *
 * Since all memory of a parse ends with it, it comes from blocks that are cut up and never given back one by one: faster than malloc. */
#ifndef LEAT_FILTER_METER_H
#define LEAT_FILTER_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct meter_limits {
    uint64_t total_bytes; /* asked for altogether */
    uint64_t
        live_bytes; /* at one time; with what the cutting up wastes at most 2.5 times as much, and 32 MiB */
    uint64_t work;  /* of meter_spend */
};

/* Makes tree-sitter take its memory here. Once, before anything of tree-sitter's is made. */
void meter_install(void);

/* One a thread. Keeps at most 8 MiB between runs. */
struct meter;
struct meter *meter_new(void); /* NULL: out of memory */
void meter_free(struct meter *m);

/* Calls work(ctx), which may use tree-sitter on this thread as long as it keeps nothing of it, and frees what is left.
 * false: a limit was passed or memory ran out, and `work` may have been ended in the middle; or tree-sitter freed what it never got,
 * which is how its versions up to 0.20 show that a node of more than 65,535 children was miscounted (its issue 2134). */
bool meter_run(struct meter *m, const struct meter_limits *limits, void (*work)(void *ctx), void *ctx);

/* Inside a run: work was done. false: it was too much, and the run should come to its end. */
bool meter_spend(uint64_t work);

/* For ts_parser_set_cancellation_flag. */
const size_t *meter_flag(const struct meter *m);

#endif
