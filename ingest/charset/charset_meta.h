/* charset_meta.h: the encoding that a page declares in itself. */
#ifndef LEAT_INGEST_CHARSET_META_H
#define LEAT_INGEST_CHARSET_META_H

#include "ingest/charset/charset_decode.h"

/* What a <meta> in the first CHARSET_PRESCAN bytes declares; NULL: nothing known. Source: HTML Standard, "prescan a byte
 * stream to determine its encoding". A page that declares UTF-16 in ASCII letters is taken for UTF-8, as there. */
const struct charset *charset_of_meta(struct slice page);
#define CHARSET_PRESCAN 16384 /* browsers look as far as the page goes, but no further than its head */

/* What the XML declaration at the front declares: the standard's "get an XML encoding". NULL: none, or not known. */
const struct charset *charset_of_xml(struct slice page);

/* The charset parameter of a Content-Type; n = 0: none. */
struct slice charset_parameter(struct slice content_type);

#endif
