/* check.c: runs `leat --check-options TOOL …` for each process, so that what a tool takes is known by that tool alone.
 *
 * In: a plan. Out: the first refusal. State: none. Memory: one tool's message. */
#include "pipelines/check.h"
#include "common/text.h"
#include "pipelines/execute.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_BYTES 4096

/* In the child: never returns. */
static void ask(char **argv, size_t n, int said)
{
    char **question = calloc(n + 2, sizeof *question);
    int null = open("/dev/null", O_RDWR);
    if (!question || null < 0) _exit(127);
    question[0] = argv[0];
    question[1] = (char *)"--check-options";
    memcpy(question + 2, argv + 1, (n - 1) * sizeof *question);
    dup2(null, 0);
    dup2(null, 1);
    dup2(said, 2);
    execute_become(question);
}

/* What is said until the end, as far as it fits. */
static void listen_to(int said, char text[MESSAGE_BYTES])
{
    char more[512];
    size_t at = 0;
    for (ssize_t n; (n = read(said, more, sizeof more)) != 0;) {
        if (n < 0 && errno != EINTR) break;
        size_t take = n < 0 ? 0 : (size_t)n;
        if (take > MESSAGE_BYTES - 1 - at) take = MESSAGE_BYTES - 1 - at;
        memcpy(text + at, more, take);
        at += take;
    }
    text[at] = 0;
}

/* The status, or -1; what is said goes to text. */
static int ask_tool(const struct process *q, char text[MESSAGE_BYTES])
{
    int ends[2], status;
    text[0] = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) ask(q->argv.at, q->argv.n, ends[1]);
    close(ends[1]);
    if (pid > 0) listen_to(ends[0], text);
    close(ends[0]);
    if (pid < 0) return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int check_process(const struct step *s, const struct process *q, struct err *e)
{
    char text[MESSAGE_BYTES];
    if (q->foreign) return 0;
    int status = ask_tool(q, text);
    if (status == 0) return 0;
    struct slice line = slice_str("it cannot be asked about its options");
    for (size_t at = 0; *text && line_next(slice_str(text), &at, &line) && !line.n;) {
    }
    return yaml_error(q->where, e, "step %s: %.*s", s->name, (int)line.n, line.p);
}

int check_options(const struct plan *p, size_t first, size_t last, struct err *e)
{
    int r = 0;
    for (size_t i = first; i <= last; i++)
        for (size_t k = 0; k < p->step[i].n && r == 0; k++)
            r = check_process(&p->step[i], &p->step[i].process[k], e);
    return r;
}
