/* fields.h: "Name: value" header lines, as WARC records and HTTP messages have them. */
#ifndef LEAT_INGEST_FIELDS_H
#define LEAT_INGEST_FIELDS_H

#include "common/buf.h"

#define FIELDS_MAX 128

struct field {
    struct slice name, value; /* without white space around */
};

struct fields {
    struct field at[FIELDS_MAX]; /* more are passed over */
    size_t n;
};

/* Parses lines up to and with a blank line, or to the end of p[0..n). Lines end with CRLF or LF; a line that begins with
 * white space continues the value before it (its line break becomes spaces, in place); lines without a colon are
 * passed over. Slices borrow from p. Returns the bytes taken. */
size_t fields_parse(struct fields *f, char *p, size_t n);

/* The first value of a name (ASCII case ignored); n = 0 when there is none. */
struct slice fields_get(const struct fields *f, const char *name);

/* Offset of the first byte behind a header block (behind its blank line), or 0 when p[0..n) holds no blank line. The
 * search starts at `from`, so that a growing block is searched once. */
size_t fields_end(const char *p, size_t n, size_t from);

#endif
