/* checkpoint_dir.h: the names of checkpoints in a run's directory: for checkpoint.c. */
#ifndef LEAT_TRAINER_CHECKPOINT_DIR_H
#define LEAT_TRAINER_CHECKPOINT_DIR_H

#include "checkpoint.h"

int checkpoint_join(char path[CHECKPOINT_PATH], const char *dir, const char *name,
                    struct err *e); /* dir/name */
/* dir/step-00000100 and dir/step-00000100.tmp */
int checkpoint_paths(const char *dir, uint64_t step, char whole[CHECKPOINT_PATH], char part[CHECKPOINT_PATH],
                     struct err *e);
int checkpoint_remove(const char *path,
                      struct err *e); /* a directory with its files; 0 when it is not there */

#endif
