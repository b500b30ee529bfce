/* license.h: the licence that a source file states, as an SPDX expression.
 *
 * SPDX-License-Identifier lines of the first 16 KiB (several: all of them hold, REUSE specification 3.3), else the words of well-known
 * headers and licences in the first 8 KiB, compared as lower-case words without marks, so that comments and line breaks do not matter.
 * The words are those of the licences' own texts, as the SPDX license list has them. */
#ifndef LEAT_FILTER_LICENSE_H
#define LEAT_FILTER_LICENSE_H

#include "common/buf.h"

/* Writes the expression into *out (emptied first); empty: nothing is stated. 0, or -1: out of memory. */
int license_find(struct slice text, struct buf *scratch, struct buf *out);

#endif
