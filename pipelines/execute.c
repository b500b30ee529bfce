/* execute.c: processes joined by pipes, without a shell, so that no status is lost.
 *
 * A pipe's reader cannot tell a writer that ended from one that died. Between leat processes the framing tells; with a
 * foreign process between, only its status does. So a step counts as done only when every process ended with 0, and its
 * result is put aside otherwise. */
#include "pipelines/execute.h"
#include "common/stream.h"
#include "common/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int execute_prepare(const struct plan *p, struct err *e)
{
    int r = 0;
    for (const char *const *folder = plan_folders; *folder && r == 0; folder++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", p->run_dir, *folder);
        r = file_mkdirs(path, e);
    }
    return r;
}

static void log_path(const struct plan *p, const struct step *s, size_t i, char *path, size_t size)
{
    int n = snprintf(path, size, "%s/logs/%s.%zu.%s.log", p->run_dir, s->name, i, s->process[i].label);
    for (int k = (int)strlen(p->run_dir); k < n && k < (int)size; k++)
        if (path[k] == ' ') path[k] = '-';
}

/* leat is the one beside this program, so that a run uses one version. */
void execute_become(char **argv)
{
    char self[4096 + 8];
    ssize_t n = readlink("/proc/self/exe", self, 4096);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (strcmp(argv[0], "leat") == 0 && n > 0) {
        char *slash = memrchr(self, '/', (size_t)n);
        if (slash) {
            memcpy(slash + 1, "leat", 5);
            execv(self, argv);
        }
    }
    execvp(argv[0], argv);
    fprintf(stderr, "leat run: cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static pid_t start(const struct plan *p, const struct step *s, size_t i, int in, int out, int spare)
{
    char log[4096];
    log_path(p, s, i, log, sizeof log);
    pid_t parent = getpid(), pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no stage outlives its run, and meets the next one */
    if (getppid() != parent) _exit(127);
    if (in >= 0)
        dup2(in, 0);
    else if ((in = open("/dev/null", O_RDONLY)) >= 0)
        dup2(in, 0);
    if (out >= 0) dup2(out, 1);
    if (!s->terminal) {
        int err = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (err >= 0) dup2(err, 2);
        if (err > 2) close(err);
    }
    if (in > 2) close(in);
    if (out > 2) close(out);
    if (spare > 2) close(spare);
    execute_become(s->process[i].argv.at);
}

/* Starts process i reading `in` (closed here); *next is what its successor reads, or -1. */
static pid_t start_piped(const struct plan *p, const struct step *s, size_t i, int in, int *next)
{
    int ends[2] = {-1, -1};
    *next = -1;
    if (i + 1 < s->n && pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t pid = start(p, s, i, in, ends[1], ends[0]);
    if (in >= 0) close(in);
    if (ends[1] >= 0) close(ends[1]);
    *next = ends[0];
    return pid;
}

/* The last line of a log file that says something: empty ones and "Try 'leat X --help'." do not. */
static void last_message(const char *path, char *line, size_t size)
{
    struct buf b;
    struct slice l;
    buf_init(&b, BUF_NO_MAX);
    line[0] = 0;
    if (file_read(path, 1 << 20, &b, NULL) == 0)
        for (size_t at = 0; line_next(buf_slice(&b), &at, &l);)
            if (l.n && !slice_has_prefix(l, "Try '")) snprintf(line, size, ": %.*s", (int)l.n, l.p);
    buf_free(&b);
}

static void describe(const struct plan *p, const struct step *s, size_t i, int status, struct buf *b)
{
    char log[4096], message[512] = "";
    log_path(p, s, i, log, sizeof log);
    if (!s->terminal) last_message(log, message, sizeof message);
    buf_printf(b, "%s%s ", b->n ? "; " : "", s->process[i].label);
    if (WIFSIGNALED(status))
        buf_printf(b, "was ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        buf_printf(b, "ended with status %d", WEXITSTATUS(status));
    buf_puts(b, message);
}

/* Ended because its reader had: not the cause of anything. */
static bool is_victim(int status)
{
    return WIFSIGNALED(status) ? WTERMSIG(status) == SIGPIPE : WEXITSTATUS(status) == 128 + SIGPIPE;
}

static int wait_one(pid_t pid)
{
    int status = 127 << 8;
    if (pid > 0)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
    return status;
}

/* Waits for all; the number that failed, described in *b: those that only lost their reader when there are no others. */
static size_t wait_all(const struct plan *p, const struct step *s, const pid_t *pid, int *status,
                       struct buf *b)
{
    size_t failed = 0, causes = 0;
    for (size_t i = 0; i < s->n; i++) {
        status[i] = wait_one(pid[i]);
        failed += status[i] != 0;
        causes += status[i] != 0 && !is_victim(status[i]);
    }
    for (size_t i = 0; i < s->n; i++)
        if (status[i] && (causes == 0 || !is_victim(status[i]))) describe(p, s, i, status[i], b);
    return failed;
}

static void put_aside(const struct step *s)
{
    char aside[4096];
    if (!s->writes || s->terminal || !file_exists(s->writes)) return;
    snprintf(aside, sizeof aside, "%s.failed", s->writes);
    rename(s->writes, aside);
}

int execute_step(const struct plan *p, const struct step *s, struct err *e)
{
    pid_t *pid = calloc(s->n + 1, sizeof *pid);
    int *status = calloc(s->n + 1, sizeof *status);
    struct buf said;
    int in = -1;
    if (!pid || !status) {
        free(pid);
        free(status);
        return err_nomem(e, "starting a step");
    }
    buf_init(&said, 4096);
    void (*before)(int) = signal(SIGINT, SIG_IGN);
    for (size_t i = 0; i < s->n; i++) pid[i] = start_piped(p, s, i, in, &in);
    size_t failed = wait_all(p, s, pid, status, &said);
    signal(SIGINT, before);
    if (failed) put_aside(s);
    int r = failed ? err_set(e, ERR_IO, "step %s failed: %.*s (logs in %s/logs)", s->name, (int)said.n,
                             said.p, p->run_dir)
                   : 0;
    buf_free(&said);
    free(pid);
    free(status);
    return r;
}
