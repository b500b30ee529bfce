/* symbols.h: numbers below 256 for the classes of characters that a set of patterns tells apart.
 *
 * Two code points that lie in exactly the same of the patterns' sets cannot be told apart by the patterns, so they share
 * a symbol. ASCII characters are symbols of their own (their code); the others get 128, 129 … A text becomes one byte per
 * character, and an expression over sets of characters becomes one over sets of bytes. */
#ifndef LEAT_TOKENIZER_SYMBOLS_H
#define LEAT_TOKENIZER_SYMBOLS_H

#include "tokenizer/regex.h"

#define SYMBOLS_MAX 256
#define SYMBOLS_PAGE_SHIFT 8
#define SYMBOLS_PAGES (0x110000 >> SYMBOLS_PAGE_SHIFT)

struct symbols {
    uint64_t sets_of[SYMBOLS_MAX];   /* bit k: the symbol's characters lie in set k */
    unsigned n;                      /* symbols in use, 128…256 */
    uint16_t page_of[SYMBOLS_PAGES]; /* by code point >> SYMBOLS_PAGE_SHIFT */
    uint8_t *pages;                  /* owned; SYMBOLS_PAGE bytes each, equal pages once */
    size_t n_pages, cap_pages;
};

/* -ERR_USAGE: the sets tell more than 128 classes outside of ASCII apart. */
int symbols_init(struct symbols *s, const struct regex_sets *sets, struct err *e);
void symbols_free(struct symbols *s);

/* Writes the symbols of valid UTF-8 text[0..n) to out, which has room for n; returns how many characters there were. */
size_t symbols_map(const struct symbols *s, const char *text, size_t n, uint8_t *out);

/* Appends the PCRE2 class of set k, over symbols. */
int symbols_put_class(const struct symbols *s, size_t k, struct buf *b);

#endif
