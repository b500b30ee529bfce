/* wikitemplates.h: the templates whose text can be known without their pages.
 *
 * By name, in any case; the table in wikitemplates.c is the whole list. They show
 *   one of their arguments: lang, lang-XX, nowrap, small, sup, abbr, code, math, quote, sic, ill…
 *   something composed of them: convert (what was measured, not its conversion), val, frac, nihongo, as of, ships, dates,
 *     sums of money…
 *   characters: ndash, mdash, nbsp, ', !, =, okina…
 *   and of the magic words PAGENAME, formatnum, lc, uc, lcfirst, ucfirst (whose letters stay as they are). */
#ifndef LEAT_INGEST_WIKITEMPLATES_H
#define LEAT_INGEST_WIKITEMPLATES_H

#include "common/buf.h"

/* Appends what {{content}} shows, which may be nothing; false: it is none of these, and *out is as it was. `content` has no
 * templates in it any more. */
bool wiki_template_put(struct slice content, struct slice title, struct buf *out);

#endif
