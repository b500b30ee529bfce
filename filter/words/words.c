/* words.c: which splitter a dialect and a language ask for. */
#include "filter/words/words.h"
#include <string.h>

static const char *const names[] = {"leat", "datatrove-0.10", "dolma-1.2", "dclm"};

int dialect_find(const char *name)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return -1;
}

const char *dialect_name(enum dialect d)
{
    return names[d];
}

int words_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e)
{
    return words_find(w, text, e);
}
