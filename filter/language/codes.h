/* codes.h: whether a word is a language's code. */
#ifndef LEAT_FILTER_CODES_H
#define LEAT_FILTER_CODES_H

#include "common/buf.h"
#include "common/err.h"

/* ISO 639's two letters, or any three, in small ones, and what may follow them behind "-" or "_" (de-CH, deu_Latn): what metadata
 * has from many detectors. -ERR_USAGE: `what` ("--languages") and the code that was probably meant. */
int codes_check(const char *what, struct slice code, struct err *e);
/* Whether language_detect() may say it; -ERR_USAGE as above. */
int codes_check_detected(const char *what, struct slice code, struct err *e);

#endif
