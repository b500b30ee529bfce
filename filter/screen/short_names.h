/* short_names.h: files by their base names, and by as many of their folders as tell them apart: gsm8k/test.jsonl, mmlu/test.jsonl. */
#ifndef LEAT_FILTER_SHORT_NAMES_H
#define LEAT_FILTER_SHORT_NAMES_H

#include "common/err.h"
#include <stddef.h>

#define SHORT_NAME_BYTES 48 /* of a name that may stand in a ledger, behind "contaminated:" */

/* at[0..n): paths; afterwards their names, which are ends of them and differ in their first SHORT_NAME_BYTES bytes. -ERR_USAGE:
 * one is given twice, or two are too alike; says which. */
int short_names(const char **at, size_t n, const char *option, struct err *e);

#endif
