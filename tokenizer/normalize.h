/* normalize.h: Unicode normalisation form C of a text (UAX #15), by ICU. Characters that a newer Unicode than ICU's composes
 * stay as they are. */
#ifndef LEAT_TOKENIZER_NORMALIZE_H
#define LEAT_TOKENIZER_NORMALIZE_H

#include "common/buf.h"
#include "common/err.h"

/* The NFC of valid UTF-8: the text itself when nothing changes, else built in *own, which is emptied first. */
int normalize_nfc(struct slice text, struct buf *own, struct slice *out, struct err *e);

#endif
