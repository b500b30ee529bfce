/* charset_decode.h: the encodings of the web and their decoders. Source: Encoding Standard (WHATWG): labels 4.2, indexes 5,
 * decoders 8 to 14; U+FFFD stands for each error, as there. */
#ifndef LEAT_INGEST_CHARSET_DECODE_H
#define LEAT_INGEST_CHARSET_DECODE_H

#include "common/buf.h"
#include <uchar.h>

enum charset_kind {
    CHARSET_UTF_8,
    CHARSET_SINGLE, /* one byte a character, by `table` */
    CHARSET_IS_GB18030,
    CHARSET_IS_BIG5,
    CHARSET_IS_EUC_JP,
    CHARSET_ISO_2022_JP,
    CHARSET_SHIFT_JIS,
    CHARSET_IS_EUC_KR,
    CHARSET_UTF_16BE,
    CHARSET_UTF_16LE,
    CHARSET_UTF_32BE,
    CHARSET_UTF_32LE
};

struct charset {
    const char *name; /* the standard's, in lower case */
    enum charset_kind kind;
    const char16_t *table; /* what 0x80 to 0xff mean */
    const char *labels;    /* separated by spaces, lower case */
};

/* The encoding of a label (ASCII case and white space around ignored); NULL: unknown, or one of the labels that the standard
 * calls "replacement" (iso-2022-kr, hz-gb-2312…), which no browser decodes. */
const struct charset *charset_find(struct slice label);

/* Appends the bytes as UTF-8, at most three bytes for each. Returns what contradicts the encoding: sequences that mean
 * nothing, and C1 controls, which no text holds; or -1: out of memory. */
int64_t charset_convert(const struct charset *c, struct slice bytes, struct buf *out);

#endif
