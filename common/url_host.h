/* url_host.h: the host of a URL: domain to ASCII, IPv4, IPv6. Inside common's url only. */
#ifndef LEAT_COMMON_URL_HOST_H
#define LEAT_COMMON_URL_HOST_H

#include "url.h"

/* Appends the host in[0..n), as it stands between the slashes, to *out in the form the standard gives it. 0, -ERR_DATA, -ERR_IO.
 * `u` lends scratch and IDNA; *out is not its scratch. */
int url_put_host(struct url *u, struct slice in, struct buf *out, enum url_host_kind *kind);

#endif
