/* script.c: letters of scripts that one language of today uses. Blocks: the Unicode Standard's. Hebrew, Arabic, Cyrillic, Devanagari,
 * Bengali, Tibetan, Han are not among them. State: none. */
#include "filter/language/script.h"
#include "common/text.h"

static const struct block {
    uint32_t first, last;
    const char *language;
} blocks[] = {
    {0x0370, 0x03ff, "el"}, {0x0531, 0x058f, "hy"}, {0x0a00, 0x0a7f, "pa"}, {0x0a80, 0x0aff, "gu"},
    {0x0b00, 0x0b7f, "or"}, {0x0b80, 0x0bff, "ta"}, {0x0c00, 0x0c7f, "te"}, {0x0c80, 0x0cff, "kn"},
    {0x0d00, 0x0d7f, "ml"}, {0x0d80, 0x0dff, "si"}, {0x0e00, 0x0e7f, "th"}, {0x0e80, 0x0eff, "lo"},
    {0x1000, 0x109f, "my"}, {0x10a0, 0x10ff, "ka"}, {0x1780, 0x17ff, "km"}, {0x1f00, 0x1fff, "el"},
    {0xac00, 0xd7a3, "ko"},
};

static const struct block *block_of(uint32_t c)
{
    for (const struct block *b = blocks; b < blocks + sizeof blocks / sizeof *blocks; b++)
        if (c <= b->last) return c >= b->first ? b : NULL;
    return NULL;
}

static bool is_ascii_letter(uint32_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

const char *script_language(struct slice text, unsigned *percent)
{
    const struct block *at = NULL;
    const char *language = NULL;
    uint64_t own = 0, others = 0;
    for (const char *p = text.p, *end = p + text.n; p < end;) {
        uint32_t c = (uint8_t)*p;
        if (c < 0x80)
            p++;
        else
            p += utf8_decode(p, end, &c);
        if (c < 0x80 ? !is_ascii_letter(c) : c < 0xc0 || (c >= 0x2000 && c < 0x2e80))
            continue; /* punctuation, symbols */
        if (!at || c < at->first || c > at->last) {
            const struct block *b = block_of(c);
            at = b ? b : at;
            if (b && !language) language = b->language;
            if (!b || b->language != language) {
                if (++others > text.n / 20) return NULL;
                continue;
            }
        }
        own++;
    }
    *percent = own ? (unsigned)(own * 100 / (own + others)) : 0;
    return own >= 9 * others && own ? language : NULL;
}
