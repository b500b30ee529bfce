/* secrets.h: how many keys, passwords and other secrets a text holds (filter/pii). */
#ifndef LEAT_FILTER_SECRETS_H
#define LEAT_FILTER_SECRETS_H

#include "common/buf.h"
#include "common/err.h"

struct secrets;                    /* one a thread */
struct secrets *secrets_new(void); /* NULL: out of memory */
void secrets_free(struct secrets *s);

/* The kinds of what is found ("aws_access_key"), each once, at most 8, into what[]; returns how many secrets there are, or -ERR_IO. */
int64_t secrets_count(struct secrets *s, struct slice text, const char *what[8], struct err *e);

#endif
