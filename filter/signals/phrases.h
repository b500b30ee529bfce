/* phrases.h: the phrases that C4 and dolma look for, in any case of letters, in one pass over the text. */
#ifndef LEAT_FILTER_PHRASES_H
#define LEAT_FILTER_PHRASES_H

#include "common/text.h"

enum phrase { /* bits */
              PHRASE_LOREM_IPSUM = 1,
              PHRASE_JAVASCRIPT = 2,
              PHRASE_POLICY =
                  4 /* terms of use, privacy policy, cookie policy, uses cookies, use of cookies, use cookies */
};

/* Which of them stand in the text, as str.lower() would show them: the Kelvin sign is a k. */
unsigned phrases_in(struct slice text);

#endif
