/* charset_detect.h: guessing an encoding from the bytes alone. */
#ifndef LEAT_INGEST_CHARSET_DETECT_H
#define LEAT_INGEST_CHARSET_DETECT_H

#include "ingest/charset/charset_decode.h"

struct charset_detector { /* one per thread; all zero to start with */
    void *uchardet;       /* opened when it is first needed */
    struct buf sample;
};

void charset_detector_init(struct charset_detector *d);
void charset_detector_free(struct charset_detector *d);

/* The likely encoding of bytes that are not UTF-8; windows-1252 when nothing speaks for another one. NULL: out of memory. */
const struct charset *charset_detect(struct charset_detector *d, struct slice bytes);

#endif
