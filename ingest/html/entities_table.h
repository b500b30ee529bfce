/* entities_table.h: the named character references, sorted by name (bytewise). */
#ifndef LEAT_INGEST_ENTITIES_TABLE_H
#define LEAT_INGEST_ENTITIES_TABLE_H

#define ENTITY_NAMES 2125
#define ENTITY_BYTES_MAX 6

struct entity {
    const char *name;                /* without '&' and ';' */
    char text[ENTITY_BYTES_MAX + 1]; /* UTF-8 */
    char bare;                       /* recognised without ';' too */
};

extern const struct entity entity_table[ENTITY_NAMES];
/* Names that begin with the byte c lie in [entity_first[c], entity_first[c + 1]). */
extern const unsigned short entity_first[128];

#endif
