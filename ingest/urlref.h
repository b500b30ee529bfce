/* urlref.h: references resolved against a base, after RFC 3986, section 5. */
#ifndef LEAT_INGEST_URLREF_H
#define LEAT_INGEST_URLREF_H

#include "common/buf.h"

/* Appends what `reference` means on a page at `base` (an absolute URL), by 5.2.2 (strict) and 5.2.4. The base may be
 * empty when the reference has a scheme. 0; 1: nothing was appended, there is no base to resolve it against; -1: out of
 * memory. */
int url_resolve(struct buf *out, struct slice base, struct slice reference);

/* Whether a URL is http:// or https:// with a host. */
bool url_is_web(struct slice url);

#endif
