/* datatrove_words.c: what is left to cut by spaCy's English rules (3.8) in a run without blanks and almost no ASCII punctuation.
 *
 * Currency signs, quotation marks and symbols (category So) come off at the ends, symbols inside as well; units and currency signs come
 * off behind a digit; contractions without their apostrophes are cut ("cannot"). Not here: addresses, which need dots, and what
 * needs punctuation that the normal form has none of.
 *
 * In: UTF-8. State: none. Time: linear. */
#include "dedup/datatrove.h"

/* Exceptions, in the order of their letters without blanks. */
static const char *const exceptions[] = {
    "ai nt",      "are nt",     "can not",     "ca nt",       "ca nt ve",    "could nt",    "could nt ve",
    "could ve",   "dare nt",    "did nt",      "did nt ve",   "does nt",     "does nt ve",  "do nt",
    "do nt ve",   "gon na",     "got ta",      "had nt",      "had nt ve",   "has nt",      "have nt",
    "he d",       "he d ve",    "he ll ve",    "he s",        "how d",       "how d ve",    "how ll",
    "how ll ve",  "how re",     "how s",       "how ve",      "i d",         "i d ve",      "i ll ve",
    "i m",        "i m a",      "is nt",       "it d",        "it d ve",     "it ll",       "it ll ve",
    "i ve",       "may nt",     "may nt ve",   "might nt",    "might nt ve", "might ve",    "must nt",
    "must nt ve", "must ve",    "need nt",     "need nt ve",  "not ve",      "ought nt",    "ought nt ve",
    "sha nt",     "sha nt ve",  "she d ve",    "she ll ve",   "she s",       "should nt",   "should nt ve",
    "should ve",  "that d",     "that d ve",   "that ll",     "that ll ve",  "that s",      "there d",
    "there d ve", "there ll",   "there ll ve", "there re",    "there s",     "there ve",    "these d",
    "these d ve", "these ll",   "these ll ve", "these re",    "these ve",    "they d",      "they d ve",
    "they ll",    "they ll ve", "they re",     "they ve",     "this d",      "this d ve",   "this ll",
    "this ll ve", "this s",     "those d",     "those d ve",  "those ll",    "those ll ve", "those re",
    "those ve",   "was nt",     "we d",        "we d ve",     "we ll ve",    "were nt",     "we ve",
    "what d",     "what d ve",  "what ll",     "what ll ve",  "what re",     "what s",      "what ve",
    "when d",     "when d ve",  "when ll",     "when ll ve",  "when re",     "when s",      "when ve",
    "where d",    "where d ve", "where ll",    "where ll ve", "where re",    "where s",     "where ve",
    "who d",      "who d ve",   "who ll",      "who ll ve",   "who s",       "who ve",      "why d",
    "why d ve",   "why ll",     "why ll ve",   "why re",      "why s",       "why ve",      "wo nt",
    "wo nt ve",   "would nt",   "would nt ve", "would ve",    "y all",       "you d",       "you d ve",
    "you ll",     "you ll ve",  "you re",      "you ve"};

/* Behind a digit. */
static const char *const units[] = {
    "km",  "km²", "km³", "m",   "m²",   "m³",   "dm",   "dm²", "dm³", "cm",  "cm²", "cm³",  "mm",
    "mm²", "mm³", "ha",  "µm",  "nm",   "yd",   "in",   "ft",  "kg",  "g",   "mg",  "µg",   "t",
    "lb",  "oz",  "kmh", "mph", "mbar", "mb",   "kb",   "gb",  "tb",  "км",  "км²", "км³",  "м",
    "м²",  "м³",  "дм",  "дм²", "дм³",  "см",   "см²",  "см³", "мм",  "мм²", "мм³", "нм",   "кг",
    "г",   "мг",  "кб",  "мб",  "гб",   "тбكم", "كم",   "كم²", "كم³", "م",   "م²",  "م³",   "سم",
    "سم²", "سم³", "مم",  "مم²", "مم³",  "غرام", "جرام", "جم",  "كغ",  "ملغ", "كوب", "اكواب"};

enum kind { PLAIN = 0, QUOTE = 1, CURRENCY = 2, SYMBOL = 4 };

static enum kind kind_of(uint32_t cp)
{
    switch (cp) {
    case ';': /* these two are what other characters are decomposed to */
    case '`':
    case 0xA1: /* punctuation that datatrove leaves */
    case 0xB7:
    case 0xBF:
    case 0x60C:
    case 0x61B:
    case 0x61F:
    case 0x66A:
    case 0x6D4:
    case 0x964:
    case 0x2018: /* quotation marks */
    case 0x201A:
    case 0x300E:
    case 0x300F:
    case 0x3014:
    case 0x3015:
    case 0x27E6:
    case 0x27E7: return QUOTE;
    case 0xA3:
    case 0xA5:
    case 0xE3F:
    case 0x20A0 ... 0x20A5:
    case 0x20A6 ... 0x20BF:
    case 0xFDFC: return CURRENCY;
    default: return cp >= 0x80 && memcmp(unicode_category(cp), "So", 2) == 0 ? SYMBOL : PLAIN;
    }
}

/* ------------------------------------------------------------------ exceptions */

/* As strcmp of the run and the exception without its blanks. */
static int compare(struct slice run, const char *exception)
{
    size_t i = 0;
    for (; *exception; exception++) {
        if (*exception == ' ') continue;
        if (i == run.n || run.p[i] != *exception)
            return i == run.n ? -1 : (unsigned char)run.p[i] - (unsigned char)*exception;
        i++;
    }
    return i < run.n;
}

/* The run's exception, or NULL. */
static const char *find_exception(struct slice run)
{
    size_t from = 0, to = sizeof exceptions / sizeof *exceptions;
    if (run.n < 2 || run.n > 12) return NULL;
    while (from < to) {
        size_t middle = (from + to) / 2;
        int c = compare(run, exceptions[middle]);
        if (c == 0) return exceptions[middle];
        if (c < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* ------------------------------------------------------------------ pieces */

struct pieces {
    struct buf *joined, *starts;
};

static void put_word(const struct pieces *out, struct slice word)
{
    uint32_t start = (uint32_t)out->joined->n;
    buf_put(out->starts, &start, sizeof start);
    buf_put_slice(out->joined, word);
    buf_putc(out->joined, ' ');
}

static void put_exception(const struct pieces *out, const char *exception)
{
    for (const char *blank; (blank = strchr(exception, ' ')) != NULL; exception = blank + 1)
        put_word(out, slice_of(exception, (size_t)(blank - exception)));
    put_word(out, slice_str(exception));
}

static const char *last_character(struct slice s, uint32_t *cp)
{
    const char *p = s.p + s.n - 1;
    while (p > s.p && (*p & 0xC0) == 0x80) p--;
    utf8_decode(p, s.p + s.n, cp);
    return p;
}

static bool behind_digit(struct slice run, size_t at)
{
    return at > 0 && run.p[at - 1] == '0';
}

static size_t unit_bytes(struct slice run)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i]);
        if (n < run.n && behind_digit(run, run.n - n) && memcmp(run.p + run.n - n, units[i], n) == 0)
            return n;
    }
    return 0;
}

/* What comes off the end, in bytes. */
static size_t suffix_bytes(struct slice run)
{
    uint32_t cp;
    if (run.n == 0) return 0;
    size_t unit = unit_bytes(run);
    if (unit) return unit;
    const char *last = last_character(run, &cp);
    enum kind k = kind_of(cp);
    bool off = k == QUOTE || k == SYMBOL || (k == CURRENCY && behind_digit(run, (size_t)(last - run.p)));
    return off ? (size_t)(run.p + run.n - last) : 0;
}

static size_t prefix_bytes(struct slice run)
{
    uint32_t cp;
    if (run.n == 0) return 0;
    unsigned bytes = utf8_decode(run.p, run.p + run.n, &cp);
    return kind_of(cp) == PLAIN ? 0 : bytes;
}

/* "‘s" stays whole. */
static bool is_exception(struct slice run)
{
    return find_exception(run) || (run.n == 4 && slice_has_prefix(run, "‘s"));
}

/* Cuts at the symbols inside. */
static void put_middle(const struct pieces *out, struct slice run)
{
    const char *p = run.p, *end = p + run.n, *from = p;
    const char *exception = find_exception(run);
    if (exception) {
        put_exception(out, exception);
        return;
    }
    while (p < end) {
        uint32_t cp;
        unsigned bytes = utf8_decode(p, end, &cp);
        if (p > run.p && kind_of(cp) == SYMBOL) {
            if (p > from) put_word(out, slice_of(from, (size_t)(p - from)));
            put_word(out, slice_of(p, bytes));
            from = p + bytes;
        }
        p += bytes;
    }
    if (end > from) put_word(out, slice_of(from, (size_t)(end - from)));
}

/* What stands behind the middle: perhaps a unit, then characters one by one. */
static void put_suffixes(const struct pieces *out, const char *p, const char *end)
{
    uint32_t cp;
    while (p < end) {
        const char *from = p;
        p += utf8_decode(p, end, &cp);
        if (kind_of(cp) == PLAIN) {
            for (const char *next = p; next < end; p = next) {
                next += utf8_decode(p, end, &cp);
                if (kind_of(cp) != PLAIN) break;
            }
        }
        put_word(out, slice_of(from, (size_t)(p - from)));
    }
}

/* Puts what comes off the front, and returns what is left in the middle. The order of the questions is spaCy's. */
static struct slice strip(const struct pieces *out, struct slice run)
{
    while (run.n && !is_exception(run)) {
        size_t prefix = prefix_bytes(run);
        struct slice rest = slice_of(run.p + prefix, run.n - prefix);
        size_t suffix = suffix_bytes(rest);
        struct slice head = slice_of(run.p, run.n - suffix);
        if (prefix == 0 && suffix == 0) break;
        if (prefix && is_exception(rest)) suffix = 0;
        if (suffix && is_exception(head)) prefix = 0;
        if (prefix) put_word(out, slice_of(run.p, prefix));
        run = slice_of(run.p + prefix, run.n - prefix - suffix);
    }
    return run;
}

static bool is_simple(struct slice run)
{
    for (size_t i = 0; i < run.n; i++)
        if (run.p[i] < 'a' || run.p[i] > 'z') return false;
    return true;
}

void datatrove_words(struct slice run, struct buf *joined, struct buf *starts)
{
    struct pieces out = {joined, starts};
    if (run.n == 0) return;
    struct slice middle = is_simple(run) ? run : strip(&out, run);
    put_middle(&out, middle);
    put_suffixes(&out, middle.p + middle.n, run.p + run.n);
}
