/* charbits.h: what kinds of characters stand where in up to 64 bytes of text: a bit for each byte, from the lowest. */
#ifndef LEAT_INGEST_CHARBITS_H
#define LEAT_INGEST_CHARBITS_H

#include <stddef.h>
#include <stdint.h>

#define CHARBITS 64

struct charbits {
    uint64_t word;  /* ASCII letters and digits, and bytes beyond ASCII */
    uint64_t digit; /* of those */
    uint64_t space; /* blank, tab, newline, marks (page.h) */
    uint64_t end;   /* . ! ? */
    uint64_t comma; /* , ; : */
    uint64_t mark;  /* $ @ | " and the first bytes of the like beyond ASCII: 0xC2, 0xE2 */
};

/* Of the n <= CHARBITS bytes at p; up to `readable` bytes may be read. */
struct charbits charbits_of(const char *p, size_t n, const char *readable);
/* The same, byte by byte: for other processors, and for the test. */
struct charbits charbits_plain(const char *p, size_t n);

#endif
