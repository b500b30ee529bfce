/* err.c: failure codes with a message. In: printf arguments. Out: struct err of fixed size; nothing is allocated, so
 * that running out of memory can be reported too. */
#include "common/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *fmt, ...)
{
    if (!e) return -code;
    if (e->code) return -e->code;
    e->code = code;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    return -code;
}

int err_sys(struct err *e, const char *fmt, ...)
{
    int saved = errno;
    if (!e) return -ERR_IO;
    if (e->code) return -e->code;
    e->code = ERR_IO;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    char text[128];
    if (n >= 0 && (size_t)n < sizeof e->msg)
        snprintf(e->msg + n, sizeof e->msg - n, ": %s", strerror_r(saved, text, sizeof text));
    errno = saved;
    return -ERR_IO;
}

int err_nomem(struct err *e, const char *what)
{
    return err_set(e, ERR_IO, "out of memory while %s", what);
}

void err_clear(struct err *e)
{
    if (!e) return;
    e->code = 0;
    e->msg[0] = 0;
}
