/* program.h: a graph with memory, ready to run on a backend: the one executor of training, evaluation, updates and generation. */
#ifndef LEAT_TRAINER_PROGRAM_H
#define LEAT_TRAINER_PROGRAM_H

#include "plan.h"
#include "store.h"

struct program {
    struct graph graph; /* owned */
    struct plan plan;
    const struct backend *b;
    struct team *team;
    struct op_call *call; /* the graph's, bound to memory */
    char *arena, *workspace;
    double *seconds; /* by call, summed over the runs */
};

/* Takes the graph over (it is empty afterwards, also after a failure). Store and team must outlive the program. -ERR_IO: not enough
 * memory, saying how much was asked for. */
int program_open(struct program *p, struct graph *g, struct store *s, struct team *team, struct err *e);
void program_close(struct program *p);

void program_run(struct program *p);

/* An input to write before a run or a kept tensor to read after it. The name must be the graph's. */
struct tensor program_tensor(const struct program *p, const char *name);
void program_write(const struct program *p, const char *name,
                   const void *host); /* in the tensor's own type */
void program_read_floats(const struct program *p, const char *name, double *host);  /* TYPE_FLOAT */
void program_read_doubles(const struct program *p, const char *name, double *host); /* TYPE_DOUBLE */

/* Seconds so far by op: forward and backward; and what they did. */
struct program_cost {
    double seconds[2], flops[2], bytes[2]; /* [backward] */
};
void program_costs(const struct program *p, double runs, struct program_cost cost[OP_COUNT]); /* adds */

#endif
