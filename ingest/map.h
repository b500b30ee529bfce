/* map.h: --fields: which members of a JSON line become a document's own: "text=content,id=url,metadata.lang=meta.lang".
 *
 * TARGET=SOURCE pairs between commas. A target is text, id, source, created or metadata.KEY. A source is a path of keys with
 * dots between; a backslash before a dot, comma, '=' or backslash takes it as a letter. What a pair names is moved: it no longer stands
 * where it stood. A source that is absent or null is no error: the target is then what it was. */
#ifndef LEAT_INGEST_MAP_H
#define LEAT_INGEST_MAP_H

#include "common/err.h"
#include "common/buf.h"

#define MAP_PAIRS 32
#define MAP_DEPTH 8

struct map;

/* -ERR_USAGE: *e says what is wrong with the specification. */
int map_parse(struct map **m, const char *spec, struct err *e);
void map_free(struct map *m); /* NULL is allowed */

/* Appends the line (a VALID object) with its members moved: 1; 0: nothing is to be moved, nothing was appended; -ERR_DATA: *e
 * says why it cannot be done; -ERR_IO: out of memory. Moved members come first (id, text, source, created), then the others
 * in their order, without white space between them; values keep their bytes, but numbers that become source or created
 * are put into quotes. Many threads may use one map. */
int map_apply(const struct map *m, struct slice line, struct buf *out, struct err *e);

/* "a, b, c": the keys of an object, for messages; at most 12 of them. */
void map_put_keys(struct buf *out, struct slice object);

/* Appends the line with its member `key` set to a string: in place of the value that stands there (the first, if several),
 * else in front. -ERR_IO: out of memory. */
int map_set_member(struct buf *out, struct slice line, const char *key, struct slice value);

#endif
