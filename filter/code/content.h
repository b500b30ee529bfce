/* content.h: the language by clues in the text: for extensions that several languages share, and for texts without a path.
 *
 * Clues are how lines begin, or words anywhere, in the first 50 KiB: for shared extensions those of GitHub Linguist's
 * heuristics.yml (commit b45dbe9b), written as plain strings instead of expressions; for texts without a path a table of our own with
 * weights, and a threshold that prose stays below. */
#ifndef LEAT_FILTER_CONTENT_H
#define LEAT_FILTER_CONTENT_H

#include "filter/code/language.h"

/* Which of the languages that use `extension` it is; `l` is the table's. NULL: one that leat does not know. */
const struct language *content_settle(const struct language *l, struct slice extension, struct slice text);

/* The language of a text about which nothing is known, or NULL. */
const struct language *content_guess(struct slice text);

#endif
