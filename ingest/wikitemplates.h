/* wikitemplates.h: the templates whose text can be known without their pages.
 *
 * Name in any case, with arguments as wikitext has them; what is not listed here is dropped.
 *   an argument is shown: lang, lang-XX, langx, nowrap, nobr, small, big, sup, sub, abbr, tooltip, code, kbd, mono, samp, var,
 *     mvar, math, transl, quote, blockquote, cquote, as written, sic, ill, vanchor, sort, nts, URL's siblings none …
 *   composed: convert, cvt (what was measured, not its conversion), val, frac, e, chem, circa, nihongo, as of, bibleverse, USS and
 *     other ships, dates (birth date, start date …), sums of money ($, US$, £, €, ¥ …)
 *   characters: ndash, mdash, nbsp, ·, ', !, =, okina, music …
 *   magic words: PAGENAME, formatnum, lc, uc, lcfirst, ucfirst, nowrap by any of these
 * The table in wikitemplates.c is the whole list. */
#ifndef LEAT_INGEST_WIKITEMPLATES_H
#define LEAT_INGEST_WIKITEMPLATES_H

#include "common/buf.h"

/* Appends what {{content}} shows; false: it is none of these. `content` has no templates in it any more. */
bool wiki_template_put(struct slice content, struct slice title, struct buf *out);

#endif
