/* piece.h: one record of an input as the readers hand it over: raw bytes in a batch, and where they came from. */
#ifndef LEAT_INGEST_PIECE_H
#define LEAT_INGEST_PIECE_H

#include "common/buf.h"
#include "common/ledger.h"

struct wiki_site;

enum piece_kind {
    PIECE_WARC,  /* a WARC record: header block and content block */
    PIECE_ARC,   /* an ARC record: its line and its block */
    PIECE_HTML,  /* a file that is one page */
    PIECE_TEXT,  /* a file that is one text */
    PIECE_EPUB,  /* a file that is one book */
    PIECE_ENTRY, /* a file of an archive */
    PIECE_LINE,  /* a line of JSON */
    PIECE_PAGE,  /* a <page> of a MediaWiki dump */
    PIECE_POST   /* a <row> of a Stack Exchange dump */
};

/* Offsets are into the batch's bytes, which move while it grows. */
struct piece {
    enum piece_kind kind;
    const char *file;      /* the input's name as given; lives as long as the inputs */
    uint64_t twin;         /* how many inputs before it have the same base name */
    uint64_t offset;       /* file offset of the compressed member, or of the record in a plain file */
    uint64_t inner_offset; /* of the record in that member's content; 0 for a record that begins its member */
    size_t head, head_bytes; /* WARC: the header block; ARC: the line; ENTRY: its path */
    size_t body, body_bytes;
    uint64_t index;               /* ENTRY: its number in the archive, from 0 */
    int64_t mtime;                /* ENTRY: seconds since 1970; INT64_MIN: none */
    const struct wiki_site *site; /* PAGE: what the dump says about its wiki; NULL: nothing */

    /* Of a record inside an entry of an archive: that entry's path and number. outer_bytes 0: it is in none. */
    size_t outer, outer_bytes;
    uint64_t outer_index;
    bool is_part;  /* TEXT, ENTRY: one of several that a file was split into, at `offset` */
    uint64_t part; /* its number, from 0 */
};

/* A record whose place needs no look at what stands before or behind its compressed member. */
struct measured {
    size_t head_bytes, body_bytes;
    size_t all_bytes; /* up to where the next one starts, or to the end of the member's content */
};

#endif
