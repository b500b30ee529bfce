/* shape.h: a source text as lines and characters, and what in it is encoded data. One pass each; no state.
 *
 * Lines as the published filters count them (StarCoder, arXiv 2305.06161; The Stack v2, arXiv 2402.19173; NeMo Curator's filters/code.py):
 * text.split("\n"), so that a last newline begins another, empty line; lengths in characters; letters and digits are ASCII's. */
#ifndef LEAT_FILTER_SHAPE_H
#define LEAT_FILTER_SHAPE_H

#include "common/buf.h"

struct shape {
    uint64_t chars, lines;
    uint64_t longest_line;            /* characters */
    uint64_t letters, digits, spaces; /* ASCII; spaces with all ASCII white space */
    double mean_line;                 /* (chars + 1) / lines - 1 */
};

/* text is valid UTF-8. */
void shape_of(struct slice text, struct shape *out);

/* The Stack v2's "encoded data": runs of base64 ([a-zA-Z0-9+/\n=]{64,}), of hexadecimal bytes
 * ((?:\b(?:0x|\\x)?[0-9a-fA-F]{2}(?:,|\b\s*)){8,}) and of \uXXXX ((?:\\u[0-9a-fA-F]{4}){8,}), as these expressions match. */
struct encoded {
    uint64_t
        bytes; /* in all runs, of the three kinds together; what two kinds take counts twice, as published */
    uint64_t longest; /* of one run */
};
void shape_encoded(struct slice text, struct encoded *out);

#endif
