/* nfc.h: Unicode Normalization Form C. */
#ifndef LEAT_INGEST_NFC_H
#define LEAT_INGEST_NFC_H

#include "common/buf.h"
#include "common/err.h"

/* Brings valid UTF-8 to NFC. *text stays where it is when it is in NFC already, else it becomes what is appended to *out. What
 * changes is what the linked ICU's version of Unicode knows; a run of more than 256 bytes of combining marks is taken in pieces.
 * 0, or -ERR_IO: out of memory. */
int nfc_normalize(struct slice *text, struct buf *out, struct err *e);

/* Bytes at the front of valid UTF-8 that are in NFC by what their characters are: up to the first that may have to be changed,
 * moved or composed with what is before it. */
size_t nfc_good_prefix(const char *p, size_t n);

#endif
