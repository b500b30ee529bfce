/* arc.h: the records of an ARC file (Internet Archive, versions 1 and 2): a line that names and measures a document, the
 * document, a newline. The first record, "filedesc://…", describes the file.
 *
 *   version 1: URL IP-address date content-type length
 *   version 2: URL IP-address date content-type result-code checksum location offset filename length
 *
 * Read as WARC is (warc.h), with wrong lengths and damage treated alike. */
#ifndef LEAT_INGEST_ARC_H
#define LEAT_INGEST_ARC_H

#include "ingest/read/warc.h"

#define ARC_LINE_BYTES ((size_t)16 << 10) /* the longest line that is taken for a record's */
#define ARC_FILEDESC "filedesc://"

struct arc_line {
    struct slice url, date, content_type, length; /* borrow from the line; content_type.n may be 0 */
};

/* Whether a line (without its end) is that of a record. A URL may hold spaces: so the fields are found from the last date
 * (8 to 18 digits; "null" or "-") behind an IP address on. */
bool arc_parse(struct slice line, struct arc_line *a);

extern const struct warc_dialect arc_dialect;

/* A date as ISO 8601, what is missing behind hours or days as zeros: "2008-04-30T20:48:24Z"; "" when it is none. */
void arc_date(struct slice digits, char iso[21]);

#endif
