/* symbols.c: from code points to the few classes that a pre-tokeniser's patterns tell apart.
 *
 * Why: PCRE2's own \p{…} would tie the pieces to the Unicode version of the installed library, and its explicit classes
 * are searched range by range (\p{L} has 650 ranges: 16 MB/s of Chinese, against 200). Over symbols every class is a
 * 256-bit map, and the Unicode tables are ours (common/text.h, UNICODE_VERSION).
 *
 * Building asks, for each code point, in which of the sets it lies. Within a stretch between two ends of explicit ranges that
 * depends on category and white space alone, so the answer is remembered per stretch. State: two-stage table, equal pages
 * shared, 10-60 KiB. Time to build: a few ms. */
#include "tokenizer/symbols.h"
#include "common/text.h"
#include <stdlib.h>

#define PAGE (1U << SYMBOLS_PAGE_SHIFT)
#define MEMO (2 * (REGEX_CATEGORIES + 1))

struct builder {
    struct symbols *s;
    const struct regex_sets *sets;
    uint32_t stretch_end; /* the memo holds below it */
    int16_t memo[MEMO];   /* symbol by category and white space; -1: not asked yet */
    const char *name;     /* of the last category met … */
    unsigned category;    /* … and its index */
};

static uint64_t sets_of(const struct regex_sets *sets, uint32_t cp, unsigned category, bool space)
{
    uint64_t bits = 0;
    for (size_t k = 0; k < sets->n; k++)
        if (regex_set_has(&sets->at[k], cp, category, space)) bits |= 1ULL << k;
    return bits;
}

/* The first code point above cp at which an explicit range begins or has ended. */
static uint32_t next_boundary(const struct regex_sets *sets, uint32_t cp)
{
    uint32_t next = 0x110000;
    for (size_t k = 0; k < sets->n; k++)
        for (size_t i = 0; i < sets->at[k].n; i++) {
            const struct regex_item *item = &sets->at[k].item[i];
            if (item->categories || item->space) continue;
            if (item->lo > cp && item->lo < next) next = item->lo;
            if (item->hi >= cp && item->hi + 1 < next) next = item->hi + 1;
        }
    return next;
}

static int symbol_of(struct symbols *s, uint64_t bits)
{
    for (unsigned i = 128; i < s->n; i++)
        if (s->sets_of[i] == bits) return (int)i;
    if (s->n == SYMBOLS_MAX) return -1;
    s->sets_of[s->n] = bits;
    return (int)s->n++;
}

static int classify(struct builder *b, uint32_t cp)
{
    if (cp >= b->stretch_end) {
        b->stretch_end = next_boundary(b->sets, cp);
        for (size_t i = 0; i < MEMO; i++) b->memo[i] = -1;
    }
    const char *name = unicode_category(cp);
    if (name != b->name) b->category = regex_category_index(name);
    b->name = name;
    bool space = unicode_classes(cp) & UC_SPACE;
    int16_t *known = &b->memo[2 * b->category + space];
    if (*known < 0) *known = (int16_t)symbol_of(b->s, sets_of(b->sets, cp, b->category, space));
    return *known;
}

/* The page at the end of s->pages joins the table, unless it equals one that is there. */
static uint16_t share_page(struct symbols *s)
{
    const uint8_t *last = s->pages + s->n_pages * PAGE;
    for (size_t i = s->n_pages; i-- > 0;)
        if (memcmp(s->pages + i * PAGE, last, PAGE) == 0) return (uint16_t)i;
    return (uint16_t)s->n_pages++;
}

static int build_page(struct builder *b, uint32_t page, struct err *e)
{
    struct symbols *s = b->s;
    if (s->n_pages == s->cap_pages) {
        size_t cap = s->cap_pages ? 2 * s->cap_pages : 64;
        uint8_t *grown = realloc(s->pages, cap * PAGE);
        if (!grown) return err_nomem(e, "reading a pattern");
        s->pages = grown;
        s->cap_pages = cap;
    }
    for (uint32_t i = 0; i < PAGE; i++) {
        uint32_t cp = page * PAGE + i;
        int symbol = cp < 128 ? (int)cp : classify(b, cp);
        if (symbol < 0)
            return err_set(e, ERR_USAGE, "pattern: its sets tell more than 128 classes of characters apart");
        s->pages[s->n_pages * PAGE + i] = (uint8_t)symbol;
    }
    s->page_of[page] = share_page(s);
    return 0;
}

/* Planes 4 to 13 have no characters: unless a range begins or ends there, each page is as the one before. */
static bool is_as_before(const struct builder *b, uint32_t page)
{
    uint32_t first = page * PAGE;
    return first > 0x40000 && first < 0xE0000 && b->stretch_end >= first + PAGE;
}

int symbols_init(struct symbols *s, const struct regex_sets *sets, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->n = 128;
    for (uint32_t c = 0; c < 128; c++)
        s->sets_of[c] =
            sets_of(sets, c, regex_category_index(unicode_category(c)), unicode_classes(c) & UC_SPACE);
    struct builder b = {.s = s, .sets = sets};
    int r = 0;
    for (uint32_t page = 0; r == 0 && page < SYMBOLS_PAGES; page++) {
        if (is_as_before(&b, page))
            s->page_of[page] = s->page_of[page - 1];
        else
            r = build_page(&b, page, e);
    }
    if (r < 0) symbols_free(s);
    return r;
}

void symbols_free(struct symbols *s)
{
    free(s->pages);
    s->pages = NULL;
}

size_t symbols_map(const struct symbols *s, const char *text, size_t n, uint8_t *out)
{
    const char *p = text, *end = text + n;
    uint8_t *at = out;
    while (p < end) {
        uint64_t eight;
        while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080ULL) == 0)) {
            memcpy(at, p, 8);
            p += 8;
            at += 8;
        }
        if (p == end) break;
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        *at++ = s->pages[(size_t)s->page_of[cp >> SYMBOLS_PAGE_SHIFT] * PAGE + (cp & (PAGE - 1))];
    }
    return (size_t)(at - out);
}

int symbols_put_class(const struct symbols *s, size_t k, struct buf *b)
{
    bool any = false;
    buf_putc(b, '[');
    for (unsigned i = 0; i < s->n; i++) {
        unsigned first = i;
        while (i < s->n && s->sets_of[i] >> k & 1) i++;
        if (i == first) continue;
        any = true;
        buf_printf(b, "\\x%02x-\\x%02x", first, i - 1);
    }
    if (!any) buf_puts(b, "^\\x00-\\xff");
    return buf_putc(b, ']');
}
