/* log.c: messages and the progress line on standard error.
 *
 * Each message is built in a buffer and written by one write(2), so that the lines of the tools of one pipe, which
 * share a terminal, do not run into each other. Control characters are shown as '?': messages quote input, and input
 * must not steer a terminal.
 *
 * State: one, behind a lock: name, level, whether the progress line stands on the screen, and the last figures.
 * Memory: buffers on the stack, 8 KiB. */
#include "common/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K"
#define MESSAGE_BYTES 8192
#define PROGRESS_INTERVAL_SECONDS 0.2

static struct {
    pthread_mutex_t lock;
    char name[64];
    enum log_level level;
    bool terminal, shown; /* shown: the progress line stands on the screen */
    bool moving;          /* progress has begun: at started */
    double started, next;
    struct progress last;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .name = "leat", .level = LOG_INFO};

double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool on_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

void log_setup(const char *name, bool quiet, bool verbose)
{
    pthread_mutex_lock(&state.lock);
    snprintf(state.name, sizeof state.name, "%s", name);
    state.level = quiet ? LOG_ERROR : verbose ? LOG_DEBUG : LOG_INFO;
    state.terminal = on_terminal();
    state.shown = state.moving = false;
    state.last = (struct progress){0};
    pthread_mutex_unlock(&state.lock);
}

/* Standard error that cannot be written has nowhere to complain. */
static void write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t w = write(STDERR_FILENO, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) return;
        p += w;
        n -= (size_t)w;
    }
}

static void hide_controls(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) p[i] = '?';
    }
}

static const char *level_word(enum log_level level)
{
    return level == LOG_WARN ? "warning: " : level == LOG_DEBUG ? "debug: " : "";
}

static void say(enum log_level level, const char *fmt, va_list args)
{
    char line[MESSAGE_BYTES];
    size_t cap = sizeof line - 1; /* the newline's place is kept */
    const char *erase_text = state.shown ? ERASE_LINE : "";
    size_t erase = strlen(erase_text);
    size_t n = (size_t)snprintf(line, cap, "%s%s: %s", erase_text, state.name, level_word(level));
    int more = vsnprintf(line + n, cap - n, fmt, args);
    if (more > 0) n += (size_t)more;
    if (n >= cap) n = cap - 1;
    hide_controls(line + erase, n - erase);
    line[n++] = '\n';
    write_all(line, n);
    state.shown = false;
}

void log_say(enum log_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    pthread_mutex_lock(&state.lock);
    if (level <= state.level) say(level, fmt, args);
    pthread_mutex_unlock(&state.lock);
    va_end(args);
}

/* ------------------------------------------------------------------ progress */

/* 950, 1.2k, 34M: three significant digits at most. */
static const char *short_number(double v, char out[16])
{
    static const char units[] = {0, 'k', 'M', 'G', 'T', 'P', 'E'};
    size_t u = 0;
    while (v >= 999.5 && u + 1 < sizeof units) {
        v /= 1000;
        u++;
    }
    int digits = u == 0 || v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2;
    int n = snprintf(out, 16, "%.*f", digits, v);
    if (units[u] && n > 0 && n < 15) {
        out[n] = units[u];
        out[n + 1] = 0;
    }
    return out;
}

static void put_eta(char *p, size_t n, double seconds)
{
    unsigned long long s = (unsigned long long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(p, n, ", %lluh%02llum left", s / 3600, s / 60 % 60);
    else if (s >= 60)
        snprintf(p, n, ", %llum%02llus left", s / 60, s % 60);
    else
        snprintf(p, n, ", %llus left", s);
}

/* One column less than the terminal has, so that the cursor does not wrap. */
static size_t columns(void)
{
    struct winsize w;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col < 2) return 79;
    return w.ws_col - 1U;
}

static void show(const struct progress *p, double seconds)
{
    char records[16], rate[16], speed[16], kept[32] = "", eta[48] = "", text[256], line[300];
    double s = seconds > 1e-3 ? seconds : 1e-3;
    if (p->records)
        snprintf(kept, sizeof kept, ", kept %.1f%%", 100.0 * (double)p->kept / (double)p->records);
    if (p->total_bytes && p->bytes && p->bytes <= p->total_bytes)
        put_eta(eta, sizeof eta, s * (double)(p->total_bytes - p->bytes) / (double)p->bytes);
    snprintf(text, sizeof text, "%s: %s records, %s/s, %sB/s%s%s", state.name,
             short_number((double)p->records, records), short_number((double)p->records / s, rate),
             short_number((double)p->bytes / s, speed), kept, eta);
    int n = snprintf(line, sizeof line, "\r%.*s\033[K", (int)columns(), text);
    write_all(line, (size_t)n);
    state.shown = true;
}

void log_progress(const struct progress *p)
{
    pthread_mutex_lock(&state.lock);
    state.last = *p;
    if (state.terminal && state.level >= LOG_INFO) {
        double now = clock_seconds();
        if (!state.moving) {
            state.moving = true;
            state.started = now;
            state.next = now + PROGRESS_INTERVAL_SECONDS; /* a run that ends at once shows none */
        } else if (now >= state.next) {
            show(p, now - state.started);
            state.next = now + PROGRESS_INTERVAL_SECONDS;
        }
    }
    pthread_mutex_unlock(&state.lock);
}

void log_progress_end(void)
{
    pthread_mutex_lock(&state.lock);
    if (state.shown) write_all(ERASE_LINE, strlen(ERASE_LINE));
    state.shown = state.moving = false;
    pthread_mutex_unlock(&state.lock);
}

struct progress log_progress_last(void)
{
    pthread_mutex_lock(&state.lock);
    struct progress p = state.last;
    pthread_mutex_unlock(&state.lock);
    return p;
}
