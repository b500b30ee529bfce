/* A word list, a NUL, a text: counts within the text's words; never an error for a list that has a word. */
#include "filter/lists/wordlist.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *nul = size ? memchr(p, 0, size) : NULL;
    size_t list = nul ? (size_t)(nul - p) : size;
    struct wordlist *l;
    struct wordlist_count c = {0};
    struct folded f;
    struct buf text;
    struct err e = {0};
    if (wordlist_parse(&l, "fuzz", slice_of(p, list), &e) < 0) {
        check(e.code == ERR_USAGE && !l);
        return 0;
    }
    buf_init(&text, BUF_NO_MAX);
    folded_init(&f);
    check(utf8_repair(&text, nul ? nul + 1 : "", nul ? size - list - 1 : 0) >= 0);
    check(fold_words(&f, buf_slice(&text), FOLD_SYMBOLS, NULL) == 0);
    wordlist_count(l, &f, buf_slice(&text), &c);
    check(c.hits <= c.words && c.words <= f.n && (c.hits == 0) == (c.longest.n == 0));
    wordlist_free(l);
    folded_free(&f);
    buf_free(&text);
    return 0;
}
