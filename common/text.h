/* text.h: UTF-8, Unicode classes, words and lines.
 *
 * Classes come from tables of a stated Unicode version (unicode_table.c, made by unicode_gen.py), so that results do
 * not change with the system's ICU or PCRE2. */
#ifndef LEAT_COMMON_TEXT_H
#define LEAT_COMMON_TEXT_H

#include "buf.h"
#include "err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UNICODE_VERSION "16.0.0"

/* Offset of the first byte that is not part of valid UTF-8 (RFC 3629: no surrogates, no overlong forms, at most
 * U+10FFFF); n when all is valid. */
size_t utf8_valid_prefix(const char *p, size_t n);

/* Decodes one code point at p < end of VALID UTF-8; *cp gets it; returns its length 1..4. On invalid bytes: U+FFFD
 * and 1, never past end. */
unsigned utf8_decode(const char *p, const char *end, uint32_t *cp);
unsigned utf8_encode(uint32_t cp, char out[4]); /* surrogates and > U+10FFFF become U+FFFD */
uint64_t utf8_count(const char *p, size_t n);   /* code points in valid UTF-8 */

/* Appends p[0..n) with every maximal invalid part replaced by U+FFFD (WHATWG); returns the number of replacements, or
 * -1 when out of memory. */
int64_t utf8_repair(struct buf *b, const char *p, size_t n);

/* General category of a code point, as two ASCII letters: "Lu", "Nd", "Zs", "Cn" … */
const char *unicode_category(uint32_t cp);

enum unicode_class {                 /* bits */
                     UC_LETTER = 1,  /* L* */
                     UC_MARK = 2,    /* M* */
                     UC_NUMBER = 4,  /* N* */
                     UC_PUNCT = 8,   /* P* */
                     UC_SYMBOL = 16, /* S* */
                     UC_SPACE = 32,  /* White_Space */
                     UC_UPPER = 64,  /* Lu, Lt */
                     UC_IDEO =
                         128 /* scripts written without spaces between words: Han, Kana, Thai, Lao, Khmer, Myanmar */
};
unsigned unicode_classes(uint32_t cp);
uint32_t unicode_lower(uint32_t cp); /* simple lower-case mapping */

/* ---- words
 * A word is a run of letters, marks and numbers, joined by single inner apostrophes, hyphens, periods or commas between
 * letters or between digits (UAX #29's WB6-7, WB11-12, hyphen added); every other visible character is a token of its
 * own with WORD_SYMBOL. In scripts without spaces words are cut by ICU's dictionary. Ideographs that ICU does not know
 * are one word each. */
enum word_flags { WORD_SYMBOL = 1, WORD_LETTER = 2 /* has a letter */, WORD_NUMBER = 4, WORD_IDEO = 8 };

struct word {        /* of a text of up to 4 GiB: lists of them are read often, and 16 bytes are one load */
    uint32_t offset; /* into the text, in bytes */
    uint32_t bytes;
    uint32_t chars;
    uint32_t flags;
};

/* Reusable list; one per thread. words_find fills it for one text (borrowed only during the call). */
struct words {
    struct word *at;
    size_t n, cap;
    void *icu; /* break iterator, opened when the first text needs it */
    struct buf scratch;
};

void words_init(struct words *w);
void words_free(struct words *w);
int words_find(struct words *w, struct slice text, struct err *e);
/* Appends what stands at *at < text.n: a word, a symbol, words of a run of a script without spaces, or nothing; moves *at
 * behind it. */
int words_next(struct words *w, struct slice text, size_t *at, struct err *e);

/* ---- lines: for (size_t at = 0; line_next(text, &at, &line);) ; the line excludes its '\n'. */
bool line_next(struct slice text, size_t *at, struct slice *line);
struct slice
slice_trim(struct slice s); /* without ASCII white space and U+00A0, U+3000, U+FEFF at both ends */
bool slice_has_prefix(struct slice s, const char *z);
bool slice_has_suffix(struct slice s, const char *z);
bool slice_eq_nocase(struct slice s, const char *z);           /* ASCII */
const char *slice_find(struct slice hay, struct slice needle); /* NULL: not there */

#ifdef __cplusplus
}
#endif
#endif
