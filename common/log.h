/* log.h: messages and progress on standard error.
 *
 * Thread-safe. One progress line, rewritten in place, on a terminal only; a message erases it first. */
#ifndef LEAT_COMMON_LOG_H
#define LEAT_COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* name stands before each message ("leat filter: …"). quiet: errors only; verbose: LOG_DEBUG too. */
void log_setup(const char *name, bool quiet, bool verbose);
void log_say(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) log_say(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_say(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_say(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_say(LOG_DEBUG, __VA_ARGS__)

struct progress {
    uint64_t records, kept, bytes; /* so far; bytes of input as it lies in the files */
    uint64_t total_bytes;          /* 0: unknown, no ETA */
};

/* Shows the line at most five times a second; no clock is read more often than every call. */
void log_progress(const struct progress *p);
void log_progress_end(void);
struct progress log_progress_last(void); /* what log_progress was given last: for the summary */

double clock_seconds(void); /* monotonic */

#ifdef __cplusplus
}
#endif
#endif
