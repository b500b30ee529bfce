/* domain.h: the registered domain of a host, by the Public Suffix List (https://publicsuffix.org).
 *
 * Both divisions of the list count, ICANN's and the private one: alice.github.io is a domain, since each name below github.io
 * has an owner of its own, and so is example.co.uk. The list is the one built into libpsl, or a file in the list's own format. */
#ifndef LEAT_COMMON_DOMAIN_H
#define LEAT_COMMON_DOMAIN_H

#include "err.h"
#include "url.h"

#ifdef __cplusplus
extern "C" {
#endif

struct domains; /* shared between threads, once open */

/* path NULL: the built-in list. -ERR_IO: it cannot be read; -ERR_USAGE: it holds no suffix. */
int domains_open(struct domains **d, const char *path, struct err *e);
void domains_close(struct domains *d); /* NULL is allowed */

/* The registered domain of a host in its normal form: a suffix of it. The whole host where it is an address or a public suffix
 * itself. n = 0: it has more than 253 bytes, which no name has. */
struct slice domain_of(const struct domains *d, struct slice host, enum url_host_kind kind);

#ifdef __cplusplus
}
#endif
#endif
