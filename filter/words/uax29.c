/* uax29.c: the word boundary rules of UAX #29, WB3 to WB999, over one pass.
 *
 * Whether two characters belong together is decided by their values of the property Word_Break, the one before them and
 * the one behind; Extend, Format and ZWJ belong to what stands before them and are looked through (WB4). State: the
 * last two values and the number of regional indicators. Time: linear: what a look ahead reads is looked through. */
#include "filter/words/uax29.h"
#include "filter/words/spacy_internal.h"

enum value { /* in the order of uax29_gen.py */
             WB_OTHER,
             WB_CR,
             WB_LF,
             WB_NEWLINE,
             WB_EXTEND,
             WB_ZWJ,
             WB_REGIONAL,
             WB_FORMAT,
             WB_KATAKANA,
             WB_HEBREW,
             WB_ALETTER,
             WB_SINGLE,
             WB_DOUBLE,
             WB_MIDNUMLET,
             WB_MIDLETTER,
             WB_MIDNUM,
             WB_NUMERIC,
             WB_EXTENDNUMLET,
             WB_SPACE,
             WB_PICTURE = 32
};

#define IS(v, set) ((1U << (v) & (set)) != 0)
#define LETTERS (1U << WB_ALETTER | 1U << WB_HEBREW)
#define MIDQ (1U << WB_MIDNUMLET | 1U << WB_SINGLE)
#define LINES (1U << WB_CR | 1U << WB_LF | 1U << WB_NEWLINE)
#define THROUGH (1U << WB_EXTEND | 1U << WB_FORMAT | 1U << WB_ZWJ)
#define JOINED (LETTERS | 1U << WB_NUMERIC | 1U << WB_KATAKANA)

struct state {
    unsigned near, last, before; /* the value before; that and the one before it, looked through */
    bool odd;                    /* regional indicators since the last other */
};

static inline unsigned value_at(const char *p, const char *end, unsigned *bytes)
{
    uint32_t cp;
    *bytes = utf8_decode(p, end, &cp);
    unsigned low = cp & ((1U << UAX29_PAGE_SHIFT) - 1);
    return uax29_pages[(unsigned)uax29_page_of[cp >> UAX29_PAGE_SHIFT] << UAX29_PAGE_SHIFT | low];
}

static unsigned value_behind(const char *p, const char *end)
{
    unsigned bytes, v;
    for (; p < end; p += bytes) {
        v = value_at(p, end, &bytes) & (WB_PICTURE - 1);
        if (!IS(v, THROUGH)) return v;
    }
    return WB_OTHER;
}

/* WB5 to WB13b, WB15 and WB16, between s->last and `v`; what follows `v` stands at p. */
static bool joins(const struct state *s, unsigned v, const char *p, const char *end)
{
    unsigned a = s->last, b = s->before;
    if (IS(a, LETTERS)) {
        if (IS(v, LETTERS | 1U << WB_NUMERIC | 1U << WB_EXTENDNUMLET)) return true;
        if (a == WB_HEBREW && v == WB_SINGLE) return true;
        if (IS(v, MIDQ | 1U << WB_MIDLETTER)) return IS(value_behind(p, end), LETTERS);
        return a == WB_HEBREW && v == WB_DOUBLE && value_behind(p, end) == WB_HEBREW;
    }
    if (a == WB_NUMERIC) {
        if (IS(v, LETTERS | 1U << WB_NUMERIC | 1U << WB_EXTENDNUMLET)) return true;
        return IS(v, MIDQ | 1U << WB_MIDNUM) && value_behind(p, end) == WB_NUMERIC;
    }
    if (IS(v, LETTERS) && IS(b, LETTERS) && IS(a, MIDQ | 1U << WB_MIDLETTER)) return true;
    if (v == WB_HEBREW && b == WB_HEBREW && a == WB_DOUBLE) return true;
    if (v == WB_NUMERIC && b == WB_NUMERIC && IS(a, MIDQ | 1U << WB_MIDNUM)) return true;
    if (a == WB_KATAKANA) return v == WB_KATAKANA || v == WB_EXTENDNUMLET;
    if (a == WB_EXTENDNUMLET) return IS(v, JOINED | 1U << WB_EXTENDNUMLET);
    return a == WB_REGIONAL && v == WB_REGIONAL && s->odd;
}

/* Whether the word goes on with the character of value `v` (with WB_PICTURE), behind which stands p. */
static bool goes_on(const struct state *s, unsigned v, const char *p, const char *end)
{
    unsigned plain = v & (WB_PICTURE - 1);
    if (IS(s->near, LINES) || IS(plain, LINES)) return s->near == WB_CR && plain == WB_LF;
    if (s->near == WB_ZWJ && v & WB_PICTURE) return true;
    if (s->near == WB_SPACE && plain == WB_SPACE) return true;
    return IS(plain, THROUGH) || joins(s, plain, p, end);
}

static void advance(struct state *s, unsigned v)
{
    s->near = v;
    if (IS(v, THROUGH)) return;
    s->before = s->last;
    s->last = v;
    s->odd = v == WB_REGIONAL && !s->odd;
}

static int add(struct words *w, struct slice text, size_t from, size_t to, struct err *e)
{
    const char *p = text.p + from, *end = text.p + to;
    uint32_t any = 0, all = ~0U, chars = 0;
    unsigned bytes;
    if (from == to || !(spacy_at(p, end, &bytes) & (SP_LETTER | SP_NUMBER))) return 0;
    if (spacy_reserve(w, 1, e) < 0) return -ERR_IO;
    for (; p < end; p += bytes, chars++) {
        uint32_t class = spacy_at(p, end, &bytes);
        any |= class;
        all &= class;
    }
    w->at[w->n++] = (struct word){(uint32_t)from, (uint32_t)(to - from), chars, spacy_flags(any, all)};
    return 0;
}

int uax29_words(struct words *w, struct slice text, struct err *e)
{
    struct state s = {WB_LF, WB_LF, WB_LF, false};
    size_t from = 0;
    unsigned bytes;
    w->n = 0;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_DATA, "a text of %zu bytes is too long to be cut into words", text.n);
    for (size_t at = 0; at < text.n; at += bytes) {
        unsigned v = value_at(text.p + at, text.p + text.n, &bytes);
        if (!goes_on(&s, v, text.p + at + bytes, text.p + text.n)) {
            if (add(w, text, from, at, e) < 0) return -ERR_IO;
            from = at;
        }
        advance(&s, v & (WB_PICTURE - 1));
    }
    return text.n ? add(w, text, from, text.n, e) : 0;
}
