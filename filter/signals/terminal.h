/* terminal.h: punctuation that ends a sentence, in all scripts: Unicode's Sentence_Terminal and what datatrove 0.10's
 * TERMINAL_PUNCTUATION has besides. */
#ifndef LEAT_FILTER_TERMINAL_H
#define LEAT_FILTER_TERMINAL_H

#include "common/text.h"

bool is_terminal(uint32_t cp);
bool ends_in_terminal(struct slice s); /* the last character; false for an empty text */

#endif
