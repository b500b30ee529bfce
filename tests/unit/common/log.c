/* Messages and progress, as they arrive at the other end of a pipe and of a terminal. */
#include "common/log.h"
#include "tests/unit/test.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

static int saved, ends[2];

/* Standard error goes into a pipe or a terminal until unhook, which fills out with what came. */
static void hook_pipe(void)
{
    saved = dup(2);
    if (pipe(ends) < 0) abort();
    dup2(ends[1], 2);
}

static bool hook_terminal(int columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    struct termios raw;
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
    if (ends[0] < 0 || grantpt(ends[0]) < 0 || unlockpt(ends[0]) < 0) return false;
    ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
    if (ends[1] < 0) return false;
    tcgetattr(ends[1], &raw);
    cfmakeraw(&raw);
    tcsetattr(ends[1], TCSANOW, &raw);
    ioctl(ends[1], TIOCSWINSZ, &size);
    saved = dup(2);
    dup2(ends[1], 2);
    return true;
}

static size_t unhook(char *out, size_t cap)
{
    size_t n = 0;
    dup2(saved, 2);
    close(saved);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (ssize_t r; n < cap - 1 && (r = read(ends[0], out + n, cap - 1 - n)) > 0;) n += (size_t)r;
    out[n] = 0;
    close(ends[0]);
    close(ends[1]);
    return n;
}

static void wait_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static void say_all(bool quiet, bool verbose, const char *want)
{
    char got[1000];
    hook_pipe();
    log_setup("leat test", quiet, verbose);
    log_error("e%d", 1);
    log_warn("w");
    log_info("i");
    log_debug("d");
    unhook(got, sizeof got);
    CHECK_STR(got, want);
}

TEST(levels)
{
    say_all(false, false, "leat test: e1\nleat test: warning: w\nleat test: i\n");
    say_all(true, false, "leat test: e1\n");
    say_all(false, true, "leat test: e1\nleat test: warning: w\nleat test: i\nleat test: debug: d\n");
}

TEST(messages_cannot_steer_the_terminal)
{
    char got[1000];
    hook_pipe();
    log_setup("leat test", false, false);
    log_error("file '%s' is\tbad\nand gone", "a\033[2J\rb\x7f");
    unhook(got, sizeof got);
    CHECK_STR(got, "leat test: file 'a?[2J?b?' is\tbad\nand gone\n");
}

TEST(long_messages_are_cut_and_end_their_line)
{
    static char got[20000], text[15000];
    memset(text, 'x', sizeof text - 1);
    hook_pipe();
    log_setup("leat test", false, false);
    log_error("%s", text);
    size_t n = unhook(got, sizeof got);
    CHECK(n > 8000 && n <= 8192);
    CHECK(got[n - 1] == '\n' && got[n - 2] == 'x');
}

static void *say_many(void *arg)
{
    for (int i = 0; i < 100; i++)
        log_info("thread %s says a line of its own, number %02d.", (const char *)arg, i);
    return NULL;
}

TEST(threads_do_not_mix_lines)
{
    static char got[1 << 16];
    pthread_t t[4];
    const char *names[] = {"a", "b", "c", "d"};
    int count[4] = {0}, lines = 0;
    hook_pipe();
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 16);
    log_setup("leat test", false, false);
    for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, say_many, (void *)names[i]);
    for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
    unhook(got, sizeof got);
    for (char *line = strtok(got, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        char want[100];
        int who = line[strlen("leat test: thread ")] - 'a';
        if (who < 0 || who > 3) break;
        snprintf(want, sizeof want, "leat test: thread %s says a line of its own, number %02d.", names[who],
                 count[who]++);
        CHECK_STR(line, want);
    }
    CHECK_INT(lines, 400);
}

TEST(no_progress_in_a_pipe)
{
    char got[1000];
    struct progress p = {.records = 10, .kept = 5, .bytes = 100, .total_bytes = 200};
    hook_pipe();
    log_setup("leat test", false, false);
    log_progress(&p);
    wait_ms(210);
    log_progress(&p);
    log_progress_end();
    unhook(got, sizeof got);
    CHECK_STR(got, "");
    CHECK_INT(log_progress_last().bytes, 100);
    log_setup("leat test", false, false);
    CHECK_INT(log_progress_last().bytes, 0);
}

TEST(progress_on_a_terminal)
{
    char got[4000];
    struct progress p = {.records = 2000, .kept = 500, .bytes = 3000000, .total_bytes = 6000000000};
    double start = clock_seconds();
    setenv("TERM", "xterm", 1);
    if (!hook_terminal(100)) SKIP("this system has no pseudo-terminals");
    log_setup("leat test", false, false);
    for (int i = 0; i < 3; i++) log_progress(&p); /* nothing yet: a short run shows no line */
    wait_ms(250);
    for (int i = 0; i < 1000; i++) log_progress(&p);
    log_info("a message");
    wait_ms(210);
    p.total_bytes = 0;
    log_progress(&p); /* without an end in sight */
    log_progress_end();
    log_progress_end();
    log_info("done");
    double elapsed = clock_seconds() - start;
    unhook(got, sizeof got);
    int shown = 0;
    for (const char *at = got; (at = strstr(at, "\rleat test: 2.00k")); at++) shown++;
    CHECK(shown >= 2 && shown <= elapsed / 0.2);
    const char *first = strstr(got, "\rleat test: 2.00k records, ");
    CHECK(first == got);
    CHECK(strstr(got, "B/s, kept 25.0%, ") != NULL);
    CHECK(strstr(got, " left\033[K\r\033[Kleat test: a message\n\rleat test: 2.00k records, ") != NULL);
    CHECK(strstr(got, "kept 25.0%\033[K\r\033[Kleat test: done\n") != NULL);
}

TEST(progress_fits_the_terminal)
{
    char got[4000];
    struct progress p = {.records = 123456789, .kept = 5, .bytes = 1};
    if (!hook_terminal(20)) SKIP("this system has no pseudo-terminals");
    log_setup("leat test", false, false);
    log_progress(&p);
    wait_ms(250);
    log_progress(&p);
    log_progress_end();
    unhook(got, sizeof got);
    CHECK_STR(got, "\rleat test: 123M rec\033[K\r\033[K");
}

/* "1h02m left", "3m20s left", "5s left" as seconds; -1: there is none. */
static double left_seconds(const char *line)
{
    int h = 0, m = 0, s = 0;
    const char *left = strstr(line, " left");
    if (!left) return -1;
    while (left > line && left[-1] != ' ') left--;
    if (sscanf(left, "%dh%02dm left", &h, &m) == 2) return h * 3600 + m * 60;
    if (sscanf(left, "%dm%02ds left", &m, &s) == 2) return m * 60 + s;
    return sscanf(left, "%ds left", &s) == 1 ? s : -1;
}

/* The bytes that are left take as long for each as those that are done. */
static void check_left(uint64_t total_bytes, const char *unit)
{
    char got[4000];
    struct progress p = {.records = 1, .bytes = 1000000, .total_bytes = total_bytes};
    double ratio = (double)(total_bytes - p.bytes) / (double)p.bytes, start = clock_seconds();
    if (!hook_terminal(200)) SKIP("this system has no pseudo-terminals");
    log_setup("leat test", false, false);
    log_progress(&p);
    wait_ms(250);
    log_progress(&p);
    log_progress_end();
    double elapsed = clock_seconds() - start;
    unhook(got, sizeof got);
    double left = left_seconds(got);
    CHECK(left >= 0.25 * ratio - 60 && left >= 0 && left <= elapsed * ratio + 60);
    CHECK(strstr(got, unit) != NULL);
}

TEST(time_left)
{
    check_left(1000001, ", 0s left");
    check_left(1000000000, "m");
    check_left(100000000000, "h");
}

TEST(a_dumb_or_quiet_terminal_has_no_progress)
{
    char got[1000];
    struct progress p = {.records = 10};
    for (int quiet = 0; quiet < 2; quiet++) {
        setenv("TERM", quiet ? "xterm" : "dumb", 1);
        if (!hook_terminal(80)) SKIP("this system has no pseudo-terminals");
        log_setup("leat test", quiet, false);
        log_progress(&p);
        wait_ms(210);
        log_progress(&p);
        log_progress_end();
        unhook(got, sizeof got);
        CHECK_STR(got, "");
    }
}

int main(void)
{
    RUN(levels);
    RUN(messages_cannot_steer_the_terminal);
    RUN(long_messages_are_cut_and_end_their_line);
    RUN(threads_do_not_mix_lines);
    RUN(no_progress_in_a_pipe);
    RUN(progress_on_a_terminal);
    RUN(progress_fits_the_terminal);
    RUN(time_left);
    RUN(a_dumb_or_quiet_terminal_has_no_progress);
    return TEST_END();
}
