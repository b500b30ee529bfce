/* digits.h: a float in decimal, with nine digits, which read back as the same float. */
#ifndef LEAT_FILTER_CLASSIFY_DIGITS_H
#define LEAT_FILTER_CLASSIFY_DIGITS_H

#include "common/buf.h"

int digits_put(struct buf *b, float x); /* the bytes of printf's %.9g; 0 or -1 */

#endif
