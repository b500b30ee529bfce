/* spacy_usual.c: cuts usual kinds of chunk of which it is known what spaCy's rules make of them.
 *
 * In: a chunk, up to white space. Each kind says why no rule but those that it applies concerns it; whatever may be an
 * exception is left to spacy_chunk.c. Parts of a chunk are exceptions of the second pass only where these have a mark: the
 * kinds whose letters could be part of one (emoticons: up to three letters) are cut here from four letters on.
 * State: the list. Time: linear. */
#include "filter/words/spacy_internal.h"

bool spacy_letters_exception(const struct spacy_rules *r, const char *p, unsigned n, unsigned dot)
{
    return spacy_exception(r, p, n) || (dot && spacy_exception(r, p, n + 1));
}

static void put(struct spacy *s, uint64_t at, unsigned bytes, unsigned chars, uint32_t flags)
{
    s->w->at[s->w->n++] = (struct word){(uint32_t)at, bytes, chars, flags};
}

static void put_mark(struct spacy *s, uint64_t at, char c)
{
    uint32_t class = spacy_ascii[(uint8_t)c & 0x7F];
    put(s, at, 1, 1, spacy_flags(class, class));
}

static unsigned letters(const char *p, unsigned n)
{
    unsigned i = 0;
    while (i < n && (unsigned char)((p[i] | 0x20) - 'a') < 26) i++;
    return i;
}

static unsigned digits(const char *p, unsigned n)
{
    unsigned i = 0;
    while (i < n && (unsigned char)(p[i] - '0') < 10) i++;
    return i;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* One character is one word. */
static bool cut_character(struct spacy *s, const char *p, unsigned n, uint64_t base)
{
    unsigned bytes;
    if (n > 4) return false;
    uint32_t class = spacy_at(p, p + n, &bytes);
    if (bytes != n || class & SP_SPACE) return false;
    put(s, base, n, 1, spacy_flags(class, class));
    return true;
}

/* Marks that come off the end, whatever stands before them; "." only behind what SP_STOPS says. */
static bool is_mark(char c)
{
    return c == ',' || c == ';' || c == ':' || c == '!' || c == '"' || c == '?' || c == ')';
}

static bool dot_comes_off(char before)
{
    return spacy_ascii[(uint8_t)before & 0x7F] & SP_STOPS;
}

/* Two marks of which no exception is made, behind letters: each comes off. */
static bool two_marks(const char *p)
{
    switch ((uint8_t)p[0] | (unsigned)(uint8_t)p[1] << 8) {
    case ')' | ',' << 8:
    case ')' | '.' << 8:
    case '"' | ',' << 8:
    case '"' | '.' << 8:
    case '"' | ')' << 8:
    case ',' | '"' << 8: return true;
    default: return false;
    }
}

/* Letters behind a quote, parenthesis or nothing, before up to two marks. "(o:" is an exception. */
static bool cut_marked(struct spacy *s, const char *p, unsigned n, unsigned lead, unsigned k, uint64_t base)
{
    unsigned to = lead + k, marks = n - to;
    if (k == 0 || marks > 2 || (marks == 2 && (k < 4 || !two_marks(p + to)))) return false;
    bool dot = marks == 1 && p[to] == '.';
    if (marks == 1 && !is_mark(p[to]) && !(dot && dot_comes_off(p[to - 1]))) return false;
    if (lead && *p == '(' && marks && p[to] == ':') return false;
    if (!spacy_unexceptional(s->rules, p + lead, k, dot)) return false;
    if (lead) put_mark(s, base, *p);
    put(s, base + lead, k, k, WORD_LETTER);
    for (; to < n; to++) put_mark(s, base + to, p[to]);
    return true;
}

/* Capitals, of which the last two make a dot come off. */
static bool cut_capitals(struct spacy *s, const char *p, unsigned n, unsigned k, uint64_t base)
{
    if (k < 2 || k + 1 != n || p[k] != '.' || !is_upper(p[k - 1]) || !is_upper(p[k - 2])) return false;
    if (!spacy_unexceptional(s->rules, p, k, 1)) return false;
    put(s, base, k, k, WORD_LETTER);
    put_mark(s, base + k, '.');
    return true;
}

/* Bytes of the apostrophe at p: "'" or "’"; 0: none. */
static unsigned apostrophe(const char *p, unsigned n)
{
    if (n && *p == '\'') return 1;
    return n >= 3 && memcmp(p, "’", 3) == 0 ? 3 : 0;
}

/* The words of an exception. */
static bool cut_exception(struct spacy *s, const struct spacy_exception *x, const char *p, uint64_t base)
{
    if (x->mends) return false;
    for (unsigned i = 0; i < 3 && x->cuts[i]; i++) {
        unsigned n = x->cuts[i], tails = 0;
        for (unsigned k = 0; k < n; k++) tails += (p[k] & 0xC0) == 0x80;
        put(s, base, n, n - tails, WORD_LETTER);
        p += n;
        base += n;
    }
    return true;
}

/* Letters, an apostrophe, letters, and a mark or none: an exception ("don't"), or "'s" comes off, or it is one word. */
static bool cut_apostrophe(struct spacy *s, const char *p, unsigned n, unsigned k, uint64_t base)
{
    unsigned a = apostrophe(p + k, n - k), k2 = letters(p + k + a, n - k - a), to = k + a + k2;
    if (k < 2 || a == 0 || k2 == 0 || n - to > 1) return false;
    if (n > to && !is_mark(p[to]) && !(p[to] == '.' && dot_comes_off(p[to - 1]))) return false;
    if (n > to && spacy_exception(s->rules, p, n)) return false;
    const struct spacy_exception *x = spacy_exception(s->rules, p, to);
    bool possessive = k2 == 1 && (p[to - 1] | 0x20) == 's';
    if (x) {
        if (!cut_exception(s, x, p, base)) return false;
    } else if (possessive) {
        if (spacy_exception(s->rules, p, k)) return false;
        put(s, base, k, k, WORD_LETTER);
        put(s, base + k, a + 1, 2, WORD_LETTER);
    } else {
        put(s, base, to, k + 1 + k2, WORD_LETTER);
    }
    if (n > to) put_mark(s, base + to, p[to]);
    return true;
}

static bool two(const char *p, const char *want)
{
    return p[0] == want[0] && p[1] == want[1];
}

/* Digits; with "." or "," between them; with the letters of an ordinal or plural; a mark other than ")" or none ("8)" is an
 * exception; units of measure do not end in one); or digits and "%". */
static bool cut_digits(struct spacy *s, const char *p, unsigned n, uint64_t base)
{
    unsigned to = digits(p, n), more = 0, suffix;
    uint32_t flags = WORD_NUMBER;
    if (to == 0) return false;
    if (n - to == 1 && p[to] == '%') {
        put(s, base, to, to, flags);
        put_mark(s, base + to, '%');
        return true;
    }
    if (n - to > 1 && (p[to] == '.' || p[to] == ',')) more = digits(p + to + 1, n - to - 1);
    if (more) to += 1 + more;
    suffix = more ? 0 : letters(p + to, n - to);
    if (suffix) {
        bool plural = suffix == 1 && p[to] == 's',
             ordinal = suffix == 2 &&
                       (two(p + to, "th") || two(p + to, "st") || two(p + to, "nd") || two(p + to, "rd"));
        if (!plural && !ordinal) return false;
        to += suffix;
        flags |= WORD_LETTER;
    }
    if (n - to > 1 || (n > to && p[to] != '.' && (!is_mark(p[to]) || p[to] == ')'))) return false;
    put(s, base, to, to, flags);
    if (n > to) put_mark(s, base + to, p[to]);
    return true;
}

/* Letters joined by hyphens and a mark or none. No part of it is looked for among exceptions, and the second pass finds
 * none unless a dot is the mark. */
static bool cut_hyphens(struct spacy *s, const char *p, unsigned n, uint64_t base)
{
    size_t before = s->w->n;
    unsigned from = 0, to;
    for (;;) {
        to = from + letters(p + from, n - from);
        if (to == from || to + 1 >= n || p[to] != '-') break;
        put(s, base + from, to - from, to - from, WORD_LETTER);
        put_mark(s, base + to, '-');
        from = to + 1;
    }
    if (from && to > from && (to == n || (to + 1 == n && is_mark(p[to])))) {
        put(s, base + from, to - from, to - from, WORD_LETTER);
        if (n > to) put_mark(s, base + to, p[to]);
        return true;
    }
    s->w->n = before;
    return false;
}

bool spacy_usual(struct spacy *s, const char *p, unsigned n, uint64_t base)
{
    unsigned lead = *p == '"' || *p == '(', k = letters(p + lead, n - lead);
    if (k && cut_marked(s, p, n, lead, k, base)) return true;
    if (lead || k == 0) return cut_character(s, p, n, base) || cut_digits(s, p, n, base);
    return cut_apostrophe(s, p, n, k, base) || cut_hyphens(s, p, n, base) || cut_capitals(s, p, n, k, base);
}
