/* warc.h: the records of a WARC file (ISO 28500; versions 0.17 to 1.1) or an ARC file, damaged ones passed over.
 *
 * Layouts: plain, one compressed member a record, members that end anywhere. A record ends where its Content-Length says,
 * if a blank line and the next record, or the end, follow there. Where they do not, the length is wrong or missing: the
 * record then ends at the start of the next member that begins with a record, or else before the next blank line that is
 * followed by "WARC/" and a digit (ARC: before the next line that is a record's); it is kept, and counted as
 * "wrong-content-length" among the ledger's extra counts. */
#ifndef LEAT_INGEST_WARC_H
#define LEAT_INGEST_WARC_H

#include "common/ledger.h"
#include "ingest/read/piece.h"
#include "ingest/read/window.h"

#define WARC_NOWHERE SIZE_MAX
#define WARC_UNKNOWN UINT64_MAX

/* What differs between the formats whose records are a head, a block of a declared length, and line ends. */
struct warc_dialect {
    const char *name;
    enum piece_kind kind;
    size_t start_bytes; /* so many tell whether a record starts */
    int closing_lines;  /* line ends that belong to a record's end */
    /* A right length is one with "\r\n\r\n" behind it; else one with a record or a member's start behind it. */
    bool blank_line_closes;
    bool (*starts)(const char *p, size_t n);
    /* Whether a record may start there that cannot be read: a right length may have it behind. NULL: that is not to be told. */
    bool (*starts_badly)(const char *p, size_t n);
    /* Offset of the first record in [from, n) that begins a line; WARC_NOWHERE. In a block only a plain one. */
    size_t (*find_start)(const char *p, size_t from, size_t n, bool in_block);
    size_t (*head_end)(const char *p, size_t n, size_t from); /* as fields_end */
    uint64_t (*declared)(char *head, size_t n);               /* WARC_UNKNOWN: no usable length */
};
extern const struct warc_dialect warc_iso; /* ARC's is in arc.h */

uint64_t warc_parse_length(struct slice digits); /* or WARC_UNKNOWN */

/* Measures the record at p[0..n), p[n) being the end of a compressed member's content. False: warc_next might take it
 * otherwise (its length is not right, it goes on in the next member, it is too large), or there is none. */
bool warc_measure(const struct warc_dialect *d, char *p, size_t n, uint64_t max_record, struct measured *m);

struct warc_reader {
    const struct warc_dialect *dialect;
    struct window *w;
    const char *file;    /* for damages */
    uint64_t max_record; /* bytes of a content block */
    bool lost;           /* what lies here follows damage that was counted */
    uint64_t no_end_to;  /* no header block ends before it, that began where the last one did or behind */
    uint64_t none_from, none_to; /* no record starts in between: so no byte is searched twice */
};

void warc_start(struct warc_reader *r, const struct warc_dialect *dialect, struct window *w, const char *file,
                uint64_t max_record);

/* Appends the next whole record to *into and describes it in *piece. 1; 0: the end (w->truncated, or r's input cut in the
 * middle of a plain file: led->truncated); < 0: an I/O error. Damage goes into *led with its offset; the record that is
 * returned is not counted there. */
int warc_next(struct warc_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
              struct err *e);

/* Whether the next record starts a compressed member; *offset is then its file offset. < 0: an I/O error. */
int warc_at_member(struct warc_reader *r, uint64_t *offset, struct err *e);

#endif
