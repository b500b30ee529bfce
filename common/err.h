/* err.h: how library code reports failure.
 *
 * A function that can fail returns 0 (or a useful non-negative number) on success and the negative of one of the
 * ERR_ codes on failure, with a message in `struct err` that names the thing and the mend. Library code never
 * prints and never exits; the tool prints `msg` and exits with the code, which is the exit status. */
#ifndef LEAT_COMMON_ERR_H
#define LEAT_COMMON_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

enum err_code {
    ERR_IO = 1,    /* I/O or internal error: full disk, missing file, out of memory */
    ERR_USAGE = 2, /* bad option, bad configuration file, files that do not belong together */
    ERR_DATA = 3,  /* damaged or truncated input */
    ERR_PIPE = 4   /* the reader of our standard output has gone: the tool ends as SIGPIPE would */
};

struct err {
    int code; /* 0: no error yet */
    char msg[1024];
};

/* Fills *e (which may be NULL) and returns -code. The first error wins: an *e that is already set keeps its message
 * and code, and -(its code) is returned. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set with ERR_IO, and ": " plus the text of errno appended. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "out of memory while WHAT"; ERR_IO. */
int err_nomem(struct err *e, const char *what);

void err_clear(struct err *e);

#ifdef __cplusplus
}
#endif
#endif
