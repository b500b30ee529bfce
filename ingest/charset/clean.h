/* clean.h: plain text as documents hold it. */
#ifndef LEAT_INGEST_CLEAN_H
#define LEAT_INGEST_CLEAN_H

#include "common/buf.h"

/* Appends valid UTF-8 with CRLF and CR as LF and without control characters (but LF and tab). -1: out of memory. */
int clean_text(struct buf *out, struct slice text);

/* Whether decoded text is none: more than one character in ten of its first 4 KiB is a control character or U+FFFD. */
bool clean_is_binary(struct slice text);

#endif
