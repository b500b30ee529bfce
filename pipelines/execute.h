/* execute.h: runs one step of a plan: its processes joined by pipes. */
#ifndef LEAT_PIPELINES_EXECUTE_H
#define LEAT_PIPELINES_EXECUTE_H

#include "pipelines/plan.h"

/* Makes the run's folders. */
int execute_prepare(const struct plan *p, struct err *e);

/* Starts all processes of the step, waits for all, and looks at every one's status. Messages go to RUN_DIR/logs/, or to
 * the terminal for a step that says so. When any process failed, the step's result is renamed to NAME.failed and the
 * error names each failed process, its status and its last message. */
int execute_step(const struct plan *p, const struct step *s, struct err *e);

/* Becomes argv[0], of "leat" the one beside this program. Never returns: 127 where that fails. */
void execute_become(char **argv) __attribute__((noreturn));

#endif
