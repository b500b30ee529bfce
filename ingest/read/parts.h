/* parts.h: the parts of a text between separators that a regular expression (PCRE2) describes, out of a window. */
#ifndef LEAT_INGEST_PARTS_H
#define LEAT_INGEST_PARTS_H

#include "common/ledger.h"
#include "ingest/read/piece.h"
#include "ingest/read/window.h"

struct parts; /* a compiled pattern and its working memory: one thread at a time */

/* Matching takes text for UTF-8; what is not is matched by nothing. -ERR_USAGE: *e says where the pattern is wrong. */
int parts_compile(struct parts **s, const char *pattern, struct err *e);
void parts_free(struct parts *s); /* NULL is allowed */

struct parts_reader {
    struct parts *s;
    struct window *w;
    const char *file;
    uint64_t max_record;
    size_t behind;   /* bytes at the window's place that belong to what has been given: for look-behinds */
    uint64_t number; /* of the next part */
    bool passing;    /* the part is too long, or follows damage: it is passed over */
    bool ended;
};

void parts_reader_start(struct parts_reader *r, struct parts *s, struct window *w, const char *file,
                        uint64_t max_record);

/* Appends the next part that is not blank to *into: 1; 0: the end; < 0: an I/O error, or -ERR_USAGE: the pattern needs
 * too many steps. The piece has kind TEXT, its offset in the content and its number. Parts that are too long or cut by
 * damage are counted in *led. */
int parts_reader_next(struct parts_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e);

#endif
