/* coded.h: a text in the form in which repeated spans are looked for: its units, and where they stand.
 *
 * Units are bytes, and the coded text is the text; or words (those of wordhash.h: no symbols, and of scripts without spaces every
 * character), whose borders are then coded into it by bytes that UTF-8 never has: what equal bytes between two borders say is
 * that words and what stands between them are equal. A single space between two words takes one byte, CODED_SPACE, nothing
 * takes CODED_JOINT; all else stands between CODED_END and CODED_START. */
#ifndef LEAT_DEDUP_CODED_H
#define LEAT_DEDUP_CODED_H

#include "common/text.h"

enum {
    CODED_START = 0xF9,
    CODED_END = 0xFA,
    CODED_SPACE = 0xFB,
    CODED_JOINT = 0xFC,
    CODED_STOP = 0xFF /* in no coded text */
};

#define CODED_PADDING 16 /* bytes that can be read behind the text of a struct coder */

struct coded {
    const char *p;
    size_t bytes, units;
    const uint32_t *start, *end; /* of each unit, offsets; NULL: units are bytes */
};

static inline size_t coded_start(const struct coded *c, size_t unit)
{
    return c->start ? c->start[unit] : unit;
}
static inline size_t coded_end(const struct coded *c, size_t unit)
{
    return c->end ? c->end[unit] : unit + 1;
}

struct coder {          /* one per thread; memory: some twice the text, and 32 bytes a word */
    struct words words; /* of a part without such characters */
    struct buf text, start, end;
};

void coder_init(struct coder *r);
void coder_free(struct coder *r);
/* *c borrows from the coder, and of bytes from the text. 0, or -ERR_…: out of memory, or more than 2 GiB. Linear. */
int coder_words(struct coder *r, struct slice text, struct coded *c, struct err *e);
int coder_bytes(struct coder *r, struct slice text, struct coded *c, struct err *e);

struct coded_span {
    size_t from, to; /* offsets in a coded text */
};

/* The span without the characters of which it has only a part: where units are bytes it may begin and end inside one. */
struct coded_span coded_whole_chars(const struct coded *c, struct coded_span span);

/* Appends what c codes, without the spans, which are in order and do not touch. */
int coded_put_without(const struct coded *c, const struct coded_span *span, size_t spans, struct buf *out);

/* Appends [[start,end,1],…]: the spans, in characters of the text. */
int coded_put_spans(const struct coded *c, const struct coded_span *span, size_t spans, struct buf *out);

#endif
