/* grams.c: words and their pieces, hashed. In: UTF-8. State: none. Time: linear. */
#include "filter/language/grams.h"

static uint32_t add(uint32_t h, uint32_t c)
{
    h = (h ^ c) * 0x9e3779b1U;
    return h ^ h >> 15;
}

/* The word c[1..n], between blanks at c[0] and c[n + 1]. */
static void give_word(const uint32_t *c, size_t n, grams_sink *sink, void *ctx)
{
    uint32_t whole = 1, hash[GRAMS_A_WORD];
    size_t grams = 0;
    for (size_t i = 0; i < n + 2; i++) {
        uint32_t h = 0;
        for (size_t k = i; k < n + 2 && k < i + GRAMS_MAX; k++) {
            h = add(h, c[k]);
            if (k > i || (i > 0 && i <= n)) hash[grams++] = h;
        }
        whole = add(whole, c[i]);
    }
    if (n + 2 > GRAMS_MAX) hash[grams++] = whole;
    sink(ctx, hash, grams);
}

void grams_of(struct slice text, grams_sink *sink, void *ctx)
{
    uint32_t c[GRAMS_WORD + 2];
    size_t n = 0;
    c[0] = ' ';
    for (size_t at = 0; at <= text.n;) {
        uint32_t cp = ' ';
        size_t bytes = 1;
        if (at < text.n) bytes = utf8_decode(text.p + at, text.p + text.n, &cp);
        at += bytes;
        bool inside = (unicode_classes(cp) & (UC_LETTER | UC_MARK)) != 0;
        if (inside && n < GRAMS_WORD) c[++n] = unicode_lower(cp);
        if (inside || n == 0) continue;
        c[n + 1] = ' ';
        give_word(c, n, sink, ctx);
        n = 0;
    }
}
