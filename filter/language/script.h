/* script.h: languages that their letters give away. */
#ifndef LEAT_FILTER_SCRIPT_H
#define LEAT_FILTER_SCRIPT_H

#include "common/buf.h"

/* The language of which nine tenths of the text's letters are, where no other is written so; NULL: none is. *percent: the letters' share.
 * Linear in the text; ends early where other letters are many. */
const char *script_language(struct slice text, unsigned *percent);

#endif
