/* meter.h: tree-sitter's memory: counted, limited, and freed together.
 *
 * What tree-sitter allocates grows with the square of some texts with errors, in time and in space. The bytes that it asks
 * for measure both, the same on every machine: so a limit on them ends such a parse in the same place everywhere. It is
 * ended by a jump out of the allocator, after which nothing of tree-sitter's is left but what a grammar's own scanner
 * holds. */
#ifndef LEAT_FILTER_METER_H
#define LEAT_FILTER_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct meter_limits {
    uint64_t total_bytes; /* asked for altogether */
    uint64_t live_bytes;  /* at one time */
};

/* Makes tree-sitter take its memory here. Once, before anything of tree-sitter's is made. */
void meter_install(void);

/* Calls work(ctx), which may use tree-sitter on this thread as long as it keeps nothing of it, and frees what is left.
 * false: a limit was passed or memory ran out, and `work` was ended in the middle; or tree-sitter freed what it never got,
 * which is how its versions up to 0.20 show that a node of more than 65,535 children was miscounted (its issue 2134). */
bool meter_run(const struct meter_limits *limits, void (*work)(void *ctx), void *ctx);

#endif
