/* entities.h: HTML's character references: "&amp;", "&#233;", "&#xe9;", "&copy" (HTML Standard, 13.2.5.72 to 80). */
#ifndef LEAT_INGEST_ENTITIES_H
#define LEAT_INGEST_ENTITIES_H

#include "common/buf.h"

#define ENTITY_BYTES 8 /* room for what one reference gives */

/* Decodes the reference at p (*p is '&') < end. out[0..*out_bytes) gets UTF-8. Returns the bytes it takes, 0 when this is
 * no reference. In an attribute a name without ';' is no reference before '=' or a letter or digit. */
size_t entity_decode(const char *p, const char *end, bool attribute, char out[ENTITY_BYTES],
                     size_t *out_bytes);

/* Appends text with its references decoded. -1: out of memory. */
int entities_put(struct buf *b, struct slice text, bool attribute);

#endif
