/* scratch.c: a temporary folder, and a thread that waits for the signals which end a program.
 *
 * Why a thread: a handler may not read a folder. The signals are blocked in all threads, so they come to this one, which removes the
 * folder and then ends the program as the signal would have. A signal that is ignored stays ignored (nohup).
 *
 * State: the folder; a thread. */
#include "dedup/scratch.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t remove_files(DIR *d)
{
    uint64_t bytes = 0;
    for (struct dirent *i; (i = readdir(d));) {
        struct stat s;
        if (fstatat(dirfd(d), i->d_name, &s, 0) == 0 && S_ISREG(s.st_mode)) bytes += (uint64_t)s.st_size;
        unlinkat(dirfd(d), i->d_name, 0);
    }
    return bytes;
}

/* Again where other threads made files meanwhile; once the folder is gone they cannot. */
static uint64_t remove_folder(const char *dir)
{
    uint64_t bytes = 0;
    for (int tries = 0; tries < 100; tries++) {
        DIR *d = opendir(dir);
        if (!d) break;
        bytes += remove_files(d);
        closedir(d);
        if (rmdir(dir) == 0 || errno != ENOTEMPTY) break;
    }
    return bytes;
}

static void *watch(void *arg)
{
    const struct scratch *s = arg;
    sigset_t one;
    int got = 0;
    if (sigwait(&s->signals, &got) != 0) return NULL;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    remove_folder(s->dir);
    sigemptyset(&one);
    sigaddset(&one, got);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(got);
    return NULL;
}

static void choose_signals(sigset_t *set)
{
    static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(set);
    for (unsigned i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        struct sigaction now;
        if (sigaction(deadly[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL) sigaddset(set, deadly[i]);
    }
}

int scratch_make(struct scratch *s, const char *name, const char *tmp, struct err *e)
{
    if ((size_t)snprintf(s->dir, sizeof s->dir, "%s/%s-XXXXXX", tmp, name) >= sizeof s->dir)
        return err_set(e, ERR_USAGE, "--tmp %s: too long a path", tmp);
    choose_signals(&s->signals);
    pthread_sigmask(SIG_BLOCK, &s->signals, &s->before);
    int r = mkdtemp(s->dir) ? 0 : err_sys(e, "cannot make a folder in %s: give another with --tmp", tmp);
    if (r == 0 && pthread_create(&s->watcher, NULL, watch, s) != 0) {
        rmdir(s->dir);
        r = err_nomem(e, "starting");
    }
    if (r < 0) pthread_sigmask(SIG_SETMASK, &s->before, NULL);
    return r;
}

uint64_t scratch_remove(struct scratch *s)
{
    uint64_t bytes = remove_folder(s->dir);
    pthread_cancel(s->watcher);
    pthread_join(s->watcher, NULL);
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
    return bytes;
}
