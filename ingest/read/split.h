/* split.h: one compressed file read by many threads.
 *
 * A file of gzip members, each with whole records, is cut into ranges that begin where a member seems to start. A range is
 * decoded and its records made into documents on any thread. What was found there counts only if the range before it ended
 * exactly where it begins; ranges are committed in order. Whatever is not plainly right (damage, a false start, a record
 * that goes on in the next member or has a wrong length, a member too large) stops the chain there, and is read by the
 * serial reader, from the last member start that is proven. So documents and accounts are those of the serial reader.
 *
 * Thread rule: split_* by the reader and, where said, by the writer under the caller's lock; range_work by one thread a
 * range. Memory: SPLIT_MOST_BYTES a range, SPLIT_OUT_BYTES of documents a range, and SPLIT_CONTENT_BYTES a thread. */
#ifndef LEAT_INGEST_SPLIT_H
#define LEAT_INGEST_SPLIT_H

#include "common/stream.h"
#include "ingest/document.h"
#include "ingest/read/warc.h"

#define SPLIT_TARGET_BYTES ((size_t)128 << 10)
#define SPLIT_MOST_BYTES ((size_t)1 << 20)
#define SPLIT_OUT_BYTES ((size_t)3 << 19)
#define SPLIT_CONTENT_BYTES (DOCUMENT_LARGE + ((size_t)64 << 10))
#define SPLIT_PIECES 256

/* ------------------------------------------------------------------ cutting and proving */

struct split {
    const char *file;
    uint64_t twin; /* of its pieces; the reader sets it with each input */
    const struct warc_dialect *dialect;
    int fd;
    size_t target_bytes, most_bytes; /* of a range */
    uint64_t hold_first;
    struct gunzip *trial;
    uint64_t next;             /* the reader: where the next range begins */
    bool dubious;              /* the reader: many places looked like a start and were none */
    uint64_t began;            /* where the ranges in flight took over */
    uint64_t held_until, hold; /* the file offset before which the serial reader keeps the file */
    bool active, broken;       /* broken: the chain has stopped; ranges in flight are void */
    uint64_t proven;           /* all before it has been committed */
};

int split_init(struct split *s, struct err *e);
void split_free(struct split *s);
void split_reset(struct split *s); /* a new input: nothing is known of it */

/* Takes over where a reader stands, if that is the start of a member, in a file of gzip members that can be read at any place,
 * and it is not held: 1; 0: not; < 0: an I/O error. */
int split_take_over(struct split *s, struct warc_reader *r, struct err *e);

/* When nothing is in flight and split_read gave 0 or s->broken: the reader goes on behind all that was committed. */
int split_hand_back(struct split *s, struct warc_reader *r, struct err *e);

struct range {
    const char *file;
    uint64_t start; /* file offset of bytes[0] */
    size_t end;     /* bytes in it */
    bool stopped;   /* at `at`: what lies there is not plainly right */
    size_t at;      /* the member that is worked on */
    size_t used;    /* its bytes, once it is open */
    bool loaded;    /* its content is in the unpacker */
    size_t n_pieces, n_done;
    struct piece pieces[SPLIT_PIECES]; /* of that member */
};

/* Cuts off the next range: 1, its bytes in *bytes (which is cleared first, and empty otherwise); 0: the next ranges cannot be told, the serial
 * reader must go on, once all ranges in flight are committed; < 0: out of memory. */
int split_read(struct split *s, struct range *r, struct buf *bytes, struct err *e);

/* The writer, in order, when a range's work is done and all ranges before it are committed: whether it counts. */
bool split_counts(const struct split *s, const struct range *r);
void split_commit(struct split *s, const struct range *r);

/* ------------------------------------------------------------------ working on a range */

struct unpacker { /* one per thread */
    struct gunzip *gunzip;
    struct buf content;
};

int unpacker_init(struct unpacker *u, struct err *e);
void unpacker_free(struct unpacker *u);

enum range_result {
    RANGE_DONE = 0,
    RANGE_LATER =
        1 /* a large record, or many documents: goes on when it is this range's turn to be written */
};

/* Makes the documents of a range's records, as document_make does. `turn`: it is this range's turn; then it gives
 * RANGE_LATER whenever *out should be written, and goes on when called again. < 0: out of memory. */
int range_work(struct range *r, const struct split *s, const struct buf *bytes, struct unpacker *u,
               struct document_maker *m, bool turn, struct buf *out, uint64_t *records, struct ledger *led,
               struct err *e);

#endif
