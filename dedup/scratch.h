/* scratch.h: a folder of temporary files that goes when the program ends: by itself, or by SIGINT, SIGTERM or SIGHUP. */
#ifndef LEAT_DEDUP_SCRATCH_H
#define LEAT_DEDUP_SCRATCH_H

#include "common/err.h"
#include <pthread.h>
#include <signal.h>
#include <stdint.h>

enum { SCRATCH_PATH = 4096 };

struct scratch {
    char dir[SCRATCH_PATH];
    sigset_t signals, before; /* which are waited for; the mask as it was */
    pthread_t watcher;
};

/* tmp/NAME-XXXXXX. To be called before other threads are made: they
 * must block the signals, too. *s stays where it is. */
int scratch_make(struct scratch *s, const char *name, const char *tmp, struct err *e);

/* Removes the folder, which has no folders in it. Returns the bytes that its files had. */
uint64_t scratch_remove(struct scratch *s);

#endif
