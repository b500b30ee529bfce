/* xml.h: the little of XML that machine-written dumps need: elements and attributes found as they stand.
 *
 * In such XML no text and no value holds a bare '<', so a tag is a tag wherever its characters stand. Entities are left in
 * place: entities_put of entities.h undoes them (those of XML are among HTML's; declared ones are never expanded). */
#ifndef LEAT_INGEST_XML_H
#define LEAT_INGEST_XML_H

#include "common/buf.h"

/* The content of the first <name>…</name> or <name attributes>…</name>; n = 0: none, or empty. */
struct slice xml_element(struct slice in, const char *name);

/* The value of an attribute of a tag ("<row Id="1" …", with or without its ends); n = 0: none, or empty. */
struct slice xml_attribute(struct slice tag, const char *name);

/* The attributes of a tag, one after another: while (xml_attribute_next(&tag, &name, &value)). */
bool xml_attribute_next(struct slice *tag, struct slice *name, struct slice *value);

#endif
