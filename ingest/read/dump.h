/* dump.h: the records of a MediaWiki dump (<page>…</page>) or of a Stack Exchange Posts.xml (<row …/>), out of a window.
 *
 * Records are found by their tags; nothing else of a dump is parsed here, and no entity is expanded. Damage costs the record
 * that it lies in: reading goes on with the next start tag. A dump is whole when its root element is closed. */
#ifndef LEAT_INGEST_DUMP_H
#define LEAT_INGEST_DUMP_H

#include "common/ledger.h"
#include "ingest/read/piece.h"
#include "ingest/read/window.h"
#include "ingest/read/wikisite.h"

struct dump_reader {
    struct window *w;
    const char *file;
    uint64_t max_record;
    enum piece_kind kind;     /* PIECE_PAGE, PIECE_POST */
    struct wiki_site **sites; /* the owner's list: what pieces refer to is put at its front */
    const struct wiki_site *site;
    bool open; /* the root element's start tag was met, its end tag not yet */
    bool met;  /* a root element or a record was met: it is a dump */
    bool lost; /* what lies here follows damage that was counted */
};

/* kind: PIECE_PAGE or PIECE_POST. *sites lives longer than the last piece; the reader adds to it. */
void dump_start(struct dump_reader *r, struct window *w, const char *file, enum piece_kind kind,
                uint64_t max_record, struct wiki_site **sites);

/* Appends the next record to *into: 1; 0: the end; < 0: an I/O error or out of memory. A record that is longer than
 * max_record, or cut by damage or by the end, is counted in *led; so is an early end. */
int dump_next(struct dump_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
              struct err *e);

/* Whether content (its first bytes) is a dump of that kind. */
bool dump_recognise(struct slice look, enum piece_kind kind);
/* Whether it is another table of a Stack Exchange dump: users, comments, votes… */
bool dump_recognise_table(struct slice look);

#endif
