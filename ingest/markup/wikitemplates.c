/* wikitemplates.c: templates by name, each with the way in which its arguments are shown.
 *
 * What a wiki's templates do is written on pages that a dump of articles need not hold, in a language of its own; but some two
 * hundred, under the names that they have in the English Wikipedia and often elsewhere, stand for words of a sentence.
 *
 * In: a name with arguments. Out: wikitext. State: none. Memory: ARGS slices. Source: the documentation of those templates. */
#include "ingest/markup/wikitemplates.h"
#include "common/text.h"
#include "ingest/markup/wikitext_internal.h"

#define ARGS 32 /* more are not looked at */
#define NAME_BYTES 40

enum way {
    SHOW_ARG,    /* argument `n` (0: the last one), else the last one that is there */
    SHOW_TEXT,   /* the characters of `text` */
    SHOW_FRAMED, /* `text` holds "before|behind" of the first argument */
    SHOW_JOINED, /* all arguments, `text` between them */
    SHOW_QUOTE,  /* a paragraph of its own: text=, quote= or the first argument */
    SHOW_MONEY,  /* `text` and the first argument */
    SHOW_SHIP,   /* `text`, the name, and the number in parentheses */
    SHOW_CONVERT,
    SHOW_VAL,
    SHOW_FRACTION,
    SHOW_DATE,
    SHOW_AS_OF,
    SHOW_NIHONGO,
    SHOW_MUSIC,
    SHOW_TITLE,
    SHOW_NOTHING
};

static const struct template_ {
    const char *name;
    uint8_t way, n;
    const char *text;
} templates[] = {
    {"lang", SHOW_ARG, 2, NULL},
    {"langx", SHOW_ARG, 2, NULL},
    {"lang-xx", SHOW_ARG, 1, NULL},
    {"nowrap", SHOW_ARG, 1, NULL},
    {"nobr", SHOW_ARG, 1, NULL},
    {"nobreak", SHOW_ARG, 1, NULL},
    {"j", SHOW_ARG, 1, NULL},
    {"small", SHOW_ARG, 1, NULL},
    {"smaller", SHOW_ARG, 1, NULL},
    {"big", SHOW_ARG, 1, NULL},
    {"larger", SHOW_ARG, 1, NULL},
    {"large", SHOW_ARG, 1, NULL},
    {"resize", SHOW_ARG, 0, NULL},
    {"nobold", SHOW_ARG, 1, NULL},
    {"noitalic", SHOW_ARG, 1, NULL},
    {"bold", SHOW_ARG, 1, NULL},
    {"italic", SHOW_ARG, 1, NULL},
    {"em", SHOW_ARG, 1, NULL},
    {"strong", SHOW_ARG, 1, NULL},
    {"strongbad", SHOW_ARG, 1, NULL},
    {"sc", SHOW_ARG, 1, NULL},
    {"sc2", SHOW_ARG, 1, NULL},
    {"smallcaps", SHOW_ARG, 1, NULL},
    {"smallcaps all", SHOW_ARG, 1, NULL},
    {"u", SHOW_ARG, 1, NULL},
    {"underline", SHOW_ARG, 1, NULL},
    {"overline", SHOW_ARG, 1, NULL},
    {"strikethrough", SHOW_ARG, 1, NULL},
    {"sup", SHOW_ARG, 1, NULL},
    {"sub", SHOW_ARG, 1, NULL},
    {"abbr", SHOW_ARG, 1, NULL},
    {"abbrlink", SHOW_ARG, 1, NULL},
    {"tooltip", SHOW_ARG, 1, NULL},
    {"hover title", SHOW_ARG, 2, NULL},
    {"code", SHOW_ARG, 1, NULL},
    {"codes", SHOW_JOINED, 0, ", "},
    {"kbd", SHOW_ARG, 1, NULL},
    {"key press", SHOW_JOINED, 0, "+"},
    {"keypress", SHOW_JOINED, 0, "+"},
    {"mono", SHOW_ARG, 1, NULL},
    {"samp", SHOW_ARG, 1, NULL},
    {"var", SHOW_ARG, 1, NULL},
    {"mvar", SHOW_ARG, 1, NULL},
    {"math", SHOW_ARG, 1, NULL},
    {"bigmath", SHOW_ARG, 1, NULL},
    {"tt", SHOW_ARG, 1, NULL},
    {"char", SHOW_ARG, 1, NULL},
    {"unicode", SHOW_ARG, 1, NULL},
    {"script", SHOW_ARG, 2, NULL},
    {"transl", SHOW_ARG, 0, NULL},
    {"transliteration", SHOW_ARG, 0, NULL},
    {"tlit", SHOW_ARG, 0, NULL},
    {"translit", SHOW_ARG, 0, NULL},
    {"hebrew", SHOW_ARG, 1, NULL},
    {"polytonic", SHOW_ARG, 1, NULL},
    {"nastaliq", SHOW_ARG, 1, NULL},
    {"script/hebrew", SHOW_ARG, 1, NULL},
    {"script/arabic", SHOW_ARG, 1, NULL},
    {"not a typo", SHOW_JOINED, 0, ""},
    {"as written", SHOW_JOINED, 0, ""},
    {"typo", SHOW_JOINED, 0, ""},
    {"proper name", SHOW_JOINED, 0, ""},
    {"sic", SHOW_JOINED, 0, ""},
    {"color", SHOW_ARG, 2, NULL},
    {"colour", SHOW_ARG, 2, NULL},
    {"font color", SHOW_ARG, 2, NULL},
    {"colored link", SHOW_ARG, 0, NULL},
    {"background color", SHOW_ARG, 2, NULL},
    {"align", SHOW_ARG, 2, NULL},
    {"center", SHOW_ARG, 1, NULL},
    {"centre", SHOW_ARG, 1, NULL},
    {"ill", SHOW_ARG, 1, NULL},
    {"interlanguage link", SHOW_ARG, 1, NULL},
    {"interlanguage link multi", SHOW_ARG, 1, NULL},
    {"link-interwiki", SHOW_ARG, 1, NULL},
    {"visible anchor", SHOW_ARG, 1, NULL},
    {"vanchor", SHOW_ARG, 1, NULL},
    {"sort", SHOW_ARG, 2, NULL},
    {"nts", SHOW_ARG, 1, NULL},
    {"ntsh", SHOW_NOTHING, 0, NULL},
    {"sortname", SHOW_JOINED, 2, " "},
    {"gaps", SHOW_JOINED, 0, ""},
    {"flag", SHOW_ARG, 1, NULL},
    {"flagu", SHOW_ARG, 1, NULL},
    {"flagcountry", SHOW_ARG, 1, NULL},
    {"flatlist", SHOW_ARG, 1, NULL},
    {"plainlist", SHOW_ARG, 1, NULL},
    {"columns-list", SHOW_ARG, 0, NULL},
    {"div col content", SHOW_ARG, 0, NULL},
    {"quote", SHOW_QUOTE, 1, NULL},
    {"blockquote", SHOW_QUOTE, 1, NULL},
    {"cquote", SHOW_QUOTE, 1, NULL},
    {"quotation", SHOW_QUOTE, 1, NULL},
    {"bquote", SHOW_QUOTE, 1, NULL},
    {"poemquote", SHOW_QUOTE, 1, NULL},
    {"poem quote", SHOW_QUOTE, 1, NULL},
    {"verse translation", SHOW_JOINED, 0, "\n\n"},
    {"circa", SHOW_FRAMED, 0, "c. |"},
    {"c.", SHOW_FRAMED, 0, "c. |"},
    {"ca.", SHOW_FRAMED, 0, "c. |"},
    {"floruit", SHOW_FRAMED, 0, "fl. |"},
    {"fl.", SHOW_FRAMED, 0, "fl. |"},
    {"died-in", SHOW_FRAMED, 0, "d. |"},
    {"reign", SHOW_JOINED, 2, "–"},
    {"e", SHOW_FRAMED, 0, "×10^|"},
    {"angbr", SHOW_FRAMED, 0, "⟨|⟩"},
    {"angle bracket", SHOW_FRAMED, 0, "⟨|⟩"},
    {"grapheme", SHOW_FRAMED, 0, "⟨|⟩"},
    {"sqrt", SHOW_FRAMED, 0, "√|"},
    {"radic", SHOW_FRAMED, 0, "√|"},
    {"norm", SHOW_FRAMED, 0, "‖|‖"},
    {"chem", SHOW_JOINED, 0, ""},
    {"chem2", SHOW_ARG, 1, NULL},
    {"co2", SHOW_TEXT, 0, "CO2"},
    {"h2o", SHOW_TEXT, 0, "H2O"},
    {"bibleverse", SHOW_JOINED, 3, " "},
    {"bibleref", SHOW_JOINED, 2, " "},
    {"bibleref2", SHOW_JOINED, 2, " "},
    {"convert", SHOW_CONVERT, 0, NULL},
    {"cvt", SHOW_CONVERT, 0, NULL},
    {"val", SHOW_VAL, 0, NULL},
    {"num", SHOW_ARG, 1, NULL},
    {"frac", SHOW_FRACTION, 0, NULL},
    {"fraction", SHOW_FRACTION, 0, NULL},
    {"sfrac", SHOW_FRACTION, 0, NULL},
    {"as of", SHOW_AS_OF, 0, NULL},
    {"nihongo", SHOW_NIHONGO, 0, NULL},
    {"nihongo2", SHOW_ARG, 1, NULL},
    {"music", SHOW_MUSIC, 0, NULL},
    {"birth date", SHOW_DATE, 0, NULL},
    {"birth date and age", SHOW_DATE, 0, NULL},
    {"bda", SHOW_DATE, 0, NULL},
    {"birth-date", SHOW_ARG, 1, NULL},
    {"birth-date and age", SHOW_ARG, 1, NULL},
    {"birth year and age", SHOW_ARG, 1, NULL},
    {"death date", SHOW_DATE, 0, NULL},
    {"death date and age", SHOW_DATE, 0, NULL},
    {"dda", SHOW_DATE, 0, NULL},
    {"death-date", SHOW_ARG, 1, NULL},
    {"death-date and age", SHOW_ARG, 1, NULL},
    {"start date", SHOW_DATE, 0, NULL},
    {"start date and age", SHOW_DATE, 0, NULL},
    {"end date", SHOW_DATE, 0, NULL},
    {"film date", SHOW_DATE, 0, NULL},
    {"date", SHOW_ARG, 1, NULL},
    {"dts", SHOW_DATE, 0, NULL},
    {"oldstyledate", SHOW_JOINED, 2, " "},
    {"$", SHOW_MONEY, 0, "$"},
    {"us$", SHOW_MONEY, 0, "US$"},
    {"usd", SHOW_MONEY, 0, "US$"},
    {"a$", SHOW_MONEY, 0, "A$"},
    {"aud", SHOW_MONEY, 0, "A$"},
    {"ca$", SHOW_MONEY, 0, "CA$"},
    {"cad", SHOW_MONEY, 0, "CA$"},
    {"nz$", SHOW_MONEY, 0, "NZ$"},
    {"hk$", SHOW_MONEY, 0, "HK$"},
    {"£", SHOW_MONEY, 0, "£"},
    {"gbp", SHOW_MONEY, 0, "£"},
    {"€", SHOW_MONEY, 0, "€"},
    {"euro", SHOW_MONEY, 0, "€"},
    {"eur", SHOW_MONEY, 0, "€"},
    {"¥", SHOW_MONEY, 0, "¥"},
    {"yen", SHOW_MONEY, 0, "¥"},
    {"jpy", SHOW_MONEY, 0, "¥"},
    {"cny", SHOW_MONEY, 0, "CN¥"},
    {"inr", SHOW_MONEY, 0, "₹"},
    {"indian rupee", SHOW_MONEY, 0, "₹"},
    {"rs", SHOW_MONEY, 0, "₹"},
    {"inrconvert", SHOW_MONEY, 0, "₹"},
    {"won", SHOW_MONEY, 0, "₩"},
    {"ship", SHOW_SHIP, 0, ""},
    {"uss", SHOW_SHIP, 0, "USS"},
    {"usns", SHOW_SHIP, 0, "USNS"},
    {"usat", SHOW_SHIP, 0, "USAT"},
    {"hms", SHOW_SHIP, 0, "HMS"},
    {"hmas", SHOW_SHIP, 0, "HMAS"},
    {"hmcs", SHOW_SHIP, 0, "HMCS"},
    {"hmnzs", SHOW_SHIP, 0, "HMNZS"},
    {"rms", SHOW_SHIP, 0, "RMS"},
    {"ss", SHOW_SHIP, 0, "SS"},
    {"ms", SHOW_SHIP, 0, "MS"},
    {"mv", SHOW_SHIP, 0, "MV"},
    {"ins", SHOW_SHIP, 0, "INS"},
    {"sms", SHOW_SHIP, 0, "SMS"},
    {"gts", SHOW_SHIP, 0, "GTS"},
    {"dash", SHOW_TEXT, 0, " – "},
    {"ndash", SHOW_TEXT, 0, "–"},
    {"en dash", SHOW_TEXT, 0, "–"},
    {"endash", SHOW_TEXT, 0, "–"},
    {"–", SHOW_TEXT, 0, "–"},
    {"spaced ndash", SHOW_TEXT, 0, " – "},
    {"spaced en dash", SHOW_TEXT, 0, " – "},
    {"snd", SHOW_TEXT, 0, " – "},
    {"spnd", SHOW_TEXT, 0, " – "},
    {"snds", SHOW_TEXT, 0, " – "},
    {"mdash", SHOW_TEXT, 0, "—"},
    {"em dash", SHOW_TEXT, 0, "—"},
    {"emdash", SHOW_TEXT, 0, "—"},
    {"—", SHOW_TEXT, 0, "—"},
    {"nbsp", SHOW_TEXT, 0, " "},
    {"nnbsp", SHOW_TEXT, 0, " "},
    {"sp", SHOW_TEXT, 0, " "},
    {"space", SHOW_TEXT, 0, " "},
    {"spaces", SHOW_TEXT, 0, " "},
    {"thin space", SHOW_TEXT, 0, " "},
    {"thinsp", SHOW_TEXT, 0, " "},
    {"hair space", SHOW_TEXT, 0, " "},
    {"shy", SHOW_NOTHING, 0, NULL},
    {"wbr", SHOW_NOTHING, 0, NULL},
    {"zwsp", SHOW_NOTHING, 0, NULL},
    {"·", SHOW_TEXT, 0, " · "},
    {"dot", SHOW_TEXT, 0, " · "},
    {"middot", SHOW_TEXT, 0, " · "},
    {"•", SHOW_TEXT, 0, " • "},
    {"bullet", SHOW_TEXT, 0, " • "},
    {"'", SHOW_TEXT, 0, "'"},
    {"'s", SHOW_TEXT, 0, "'s"},
    {"-'", SHOW_TEXT, 0, "'"},
    {"' \"", SHOW_TEXT, 0, "'\""},
    {"\" '", SHOW_TEXT, 0, "\"'"},
    {"=", SHOW_TEXT, 0, "="},
    {"minus", SHOW_TEXT, 0, "−"},
    {"−", SHOW_TEXT, 0, "−"},
    {"times", SHOW_TEXT, 0, "×"},
    {"±", SHOW_TEXT, 0, "±"},
    {"pi", SHOW_TEXT, 0, "π"},
    {"okina", SHOW_TEXT, 0, "ʻ"},
    {"hamza", SHOW_TEXT, 0, "ʾ"},
    {"ayin", SHOW_TEXT, 0, "ʿ"},
    {"prime", SHOW_FRAMED, 0, "|′"},
    {"pprime", SHOW_FRAMED, 0, "|″"},
    {"number sign", SHOW_TEXT, 0, "No."},
    {"pagename", SHOW_TITLE, 0, NULL},
    {"fullpagename", SHOW_TITLE, 0, NULL},
    {"basepagename", SHOW_TITLE, 0, NULL},
    {"subpagename", SHOW_TITLE, 0, NULL},
    {"formatnum", SHOW_ARG, 1, NULL},
    {"lc", SHOW_ARG, 1, NULL},
    {"uc", SHOW_ARG, 1, NULL},
    {"lcfirst", SHOW_ARG, 1, NULL},
    {"ucfirst", SHOW_ARG, 1, NULL},
    {"date conversion", SHOW_ARG, 1, NULL},
};

/* ------------------------------------------------------------------ name and arguments */

struct args {
    struct slice at[ARGS]; /* positional ones, from 0 */
    size_t n;
    struct slice name[ARGS], value[ARGS]; /* named ones */
    size_t n_named;
};

/* The name in lower case (ASCII), '_' as ' '; false: it is too long to be one of ours. */
static bool take_name(struct slice s, char name[NAME_BYTES])
{
    s = slice_trim(s);
    while (s.n && (*s.p == WIKI_GONE || *s.p == '\n')) s = slice_trim(slice_of(s.p + 1, s.n - 1));
    if (s.n == 0 || s.n >= NAME_BYTES) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        name[i] = c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    name[s.n] = 0;
    if (strncmp(name, "lang-", 5) == 0 && s.n <= 16) strcpy(name, "lang-xx");
    return true;
}

static const struct template_ *find(const char *name)
{
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        if (*templates[i].name == *name && strcmp(templates[i].name, name) == 0) return &templates[i];
    return NULL;
}

/* "name=value"; a positional number counts as its position. */
static bool take_named(struct args *a, struct slice s)
{
    size_t i = 0;
    while (i < s.n && i < 24 && strchr("=[<{\2", s.p[i]) == NULL) i++;
    if (i == s.n || s.p[i] != '=') return false;
    struct slice name = slice_trim(slice_of(s.p, i)), value = slice_trim(slice_of(s.p + i + 1, s.n - i - 1));
    if (name.n == 1 && *name.p >= '1' && *name.p <= '9') {
        size_t k = (size_t)(*name.p - '1');
        while (a->n <= k) a->at[a->n++] = slice_of("", 0);
        a->at[k] = value;
    } else if (a->n_named < ARGS) {
        a->name[a->n_named] = name;
        a->value[a->n_named++] = value;
    }
    return true;
}

static void take_arg(struct args *a, struct slice s)
{
    if (!take_named(a, s) && a->n < ARGS) a->at[a->n++] = s;
}

/* Splits at bars that stand in no link. */
static void split(struct args *a, struct slice s)
{
    size_t links = 0, from = 0;
    a->n = a->n_named = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool twice = i + 1 < s.n && s.p[i + 1] == c;
        if (c == '[' && twice) {
            links++;
            i++;
        } else if (c == ']' && twice && links) {
            links--;
            i++;
        } else if (c == '|' && !links) {
            take_arg(a, slice_of(s.p + from, i - from));
            from = i + 1;
        }
    }
    take_arg(a, slice_of(s.p + from, s.n - from));
}

static struct slice arg(const struct args *a, size_t i)
{
    return i < a->n ? slice_trim(a->at[i]) : slice_of("", 0);
}

static struct slice named(const struct args *a, const char *name)
{
    for (size_t i = 0; i < a->n_named; i++)
        if (slice_eq_nocase(a->name[i], name)) return a->value[i];
    return slice_of("", 0);
}

/* ------------------------------------------------------------------ ways */

static void show_arg(const struct args *a, size_t n, struct buf *out)
{
    size_t i = n && n <= a->n ? n - 1 : a->n - 1;
    if (a->n) buf_put_slice(out, n == 1 && a->n == 1 ? a->at[0] : slice_trim(a->at[i]));
}

static void show_joined(const struct args *a, size_t most, const char *between, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < a->n && (most == 0 || i < most); i++) {
        struct slice s = slice_trim(a->at[i]);
        if (s.n == 0) continue;
        if (!first) buf_puts(out, between);
        buf_put_slice(out, s);
        first = false;
    }
}

static void show_framed(const struct args *a, const char *text, struct buf *out)
{
    const char *bar = strchr(text, '|');
    buf_put(out, text, (size_t)(bar - text));
    buf_put_slice(out, arg(a, 0));
    buf_puts(out, bar + 1);
}

static void show_quote(const struct args *a, struct buf *out)
{
    struct slice s = named(a, "text");
    if (s.n == 0) s = named(a, "quote");
    if (s.n == 0) s = arg(a, 0);
    buf_puts(out, "\n\n");
    buf_put_slice(out, s);
    buf_puts(out, "\n\n");
}

static void show_ship(const struct args *a, const char *prefix, struct buf *out)
{
    bool general = *prefix == 0; /* {{ship|prefix|name|number}} */
    struct slice before = general ? arg(a, 0) : slice_str(prefix);
    struct slice name = arg(a, general), number = arg(a, 1 + (size_t)general);
    struct slice format = arg(a, 2 + (size_t)general);
    bool with_prefix = before.n && !slice_is(format, "2") && !slice_is(format, "3");
    bool with_number = number.n && !slice_is(format, "1") && !slice_is(format, "3") && !slice_is(format, "6");
    if (with_prefix) buf_printf(out, "%.*s ", (int)before.n, before.p);
    buf_put_slice(out, name);
    if (with_number) buf_printf(out, " (%.*s)", (int)number.n, number.p);
}

static bool is_number(struct slice s)
{
    return s.n &&
           ((*s.p >= '0' && *s.p <= '9') || (s.n > 1 && strchr("+-.\2", *s.p)) || slice_has_prefix(s, "−"));
}

/* {{convert|5|to|10|km|mi}}: numbers, the words between them, the unit. */
static void show_convert(const struct args *a, struct buf *out)
{
    static const struct {
        const char *word, *shown;
    } ranges[] = {{"-", "–"},     {"–", "–"},         {"to", " to "}, {"to(-)", " to "}, {"and", " and "},
                  {"or", " or "}, {"by", " by "},     {"x", " × "},   {"×", " × "},      {"*", " × "},
                  {"+/-", " ± "}, {"±", " ± "},       {"+", " + "},   {"/", " / "},      {",", ", "},
                  {"&", " & "},   {"and(-)", " and "}};
    size_t i = 0;
    for (; i < a->n; i++) {
        struct slice s = arg(a, i);
        const char *range = NULL;
        for (size_t k = 0; i && k < sizeof ranges / sizeof *ranges; k++)
            if (slice_is(s, ranges[k].word)) range = ranges[k].shown;
        if (!range && !is_number(s)) break;
        if (range)
            buf_puts(out, range);
        else
            buf_put_slice(out, s);
    }
    if (i == 0 || i == a->n) return;
    buf_putc(out, ' ');
    buf_put_slice(out, arg(a, i));
}

static void show_val(const struct args *a, struct buf *out)
{
    struct slice power = named(a, "e"), unit = named(a, "u"), fuzzy = arg(a, 1);
    if (unit.n == 0) unit = named(a, "ul");
    buf_put_slice(out, arg(a, 0));
    if (fuzzy.n && *fuzzy.p != '(') buf_puts(out, "±");
    buf_put_slice(out, fuzzy);
    if (power.n) buf_puts(out, "×10^");
    buf_put_slice(out, power);
    if (unit.n) buf_putc(out, ' ');
    buf_put_slice(out, unit);
}

static void show_fraction(const struct args *a, struct buf *out)
{
    struct slice one = arg(a, 0), two = arg(a, 1), three = arg(a, 2);
    if (three.n) buf_printf(out, "%.*s ", (int)one.n, one.p);
    if (three.n) one = two, two = three;
    if (two.n == 0) two = one, one = slice_str("1");
    buf_printf(out, "%.*s/%.*s", (int)one.n, one.p, (int)two.n, two.p);
}

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

/* "March", for "3" or "03"; the argument itself, if it is no number. */
static struct slice month(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return s;
        n = n * 10 + (size_t)(s.p[i] - '0');
        if (n > 12) return s;
    }
    return n ? slice_str(months[n - 1]) : s;
}

static void put_date(struct slice y, struct slice m, struct slice d, bool day_first, struct buf *out)
{
    m = month(m);
    if (d.n > 1 && *d.p == '0') d = slice_of(d.p + 1, d.n - 1);
    if (m.n && d.n && day_first)
        buf_printf(out, "%.*s %.*s ", (int)d.n, d.p, (int)m.n, m.p);
    else if (m.n && d.n)
        buf_printf(out, "%.*s %.*s, ", (int)m.n, m.p, (int)d.n, d.p);
    else if (m.n)
        buf_printf(out, "%.*s ", (int)m.n, m.p);
    buf_put_slice(out, y);
}

static bool says_yes(struct slice s)
{
    return s.n && (*s.p | 0x20) == 'y';
}

static void show_date(const struct args *a, struct buf *out)
{
    put_date(arg(a, 0), arg(a, 1), arg(a, 2), says_yes(named(a, "df")), out);
}

static void show_as_of(const struct args *a, struct buf *out)
{
    struct slice instead = named(a, "alt");
    if (instead.n) {
        buf_put_slice(out, instead);
        return;
    }
    buf_puts(out, says_yes(named(a, "since")) ? says_yes(named(a, "lc")) ? "since " : "Since "
                  : says_yes(named(a, "lc"))  ? "as of "
                                              : "As of ");
    put_date(arg(a, 0), arg(a, 1), arg(a, 2), !slice_has_prefix(named(a, "df"), "US"), out);
}

/* English (kanji, romaji, more) */
static void show_nihongo(const struct args *a, struct buf *out)
{
    bool open = false;
    buf_put_slice(out, arg(a, 0));
    for (size_t i = 1; i < 4; i++) {
        struct slice s = arg(a, i);
        if (s.n == 0) continue;
        buf_puts(out, open ? ", " : a->at[0].n ? " (" : "(");
        buf_put_slice(out, s);
        open = true;
    }
    if (open) buf_putc(out, ')');
}

static void show_music(const struct args *a, struct buf *out)
{
    static const char *const signs[][2] = {{"flat", "♭"},      {"b", "♭"},       {"sharp", "♯"},
                                           {"#", "♯"},         {"natural", "♮"}, {"doublesharp", "𝄪"},
                                           {"doubleflat", "𝄫"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (slice_is(arg(a, 0), signs[i][0])) buf_puts(out, signs[i][1]);
}

static void show(const struct template_ *t, const struct args *a, struct slice title, struct buf *out)
{
    switch ((enum way)t->way) {
    case SHOW_ARG:
        if (named(a, "lt").n && *t->name == 'i')
            buf_put_slice(out, named(a, "lt"));
        else
            show_arg(a, t->n, out);
        break;
    case SHOW_TEXT: wiki_put_plain(out, slice_str(t->text), false); break;
    case SHOW_FRAMED: show_framed(a, t->text, out); break;
    case SHOW_JOINED: show_joined(a, t->n, t->text, out); break;
    case SHOW_QUOTE: show_quote(a, out); break;
    case SHOW_MONEY:
        buf_puts(out, t->text);
        buf_put_slice(out, arg(a, 0));
        break;
    case SHOW_SHIP: show_ship(a, t->text, out); break;
    case SHOW_CONVERT: show_convert(a, out); break;
    case SHOW_VAL: show_val(a, out); break;
    case SHOW_FRACTION: show_fraction(a, out); break;
    case SHOW_DATE: show_date(a, out); break;
    case SHOW_AS_OF: show_as_of(a, out); break;
    case SHOW_NIHONGO: show_nihongo(a, out); break;
    case SHOW_MUSIC: show_music(a, out); break;
    case SHOW_TITLE: wiki_put_plain(out, title, false); break;
    case SHOW_NOTHING: break;
    }
}

bool wiki_template_put(struct slice content, struct slice title, struct buf *out)
{
    char name[NAME_BYTES];
    struct args a;
    size_t look = content.n < 4 * NAME_BYTES ? content.n : 4 * NAME_BYTES;
    const char *bar = memchr(content.p, '|', look);
    size_t n = bar ? (size_t)(bar - content.p) : content.n;
    if (n == 1 && *content.p == '!') { /* {{!}} is a bar that is markup */
        buf_putc(out, '|');
        return true;
    }
    const char *colon = memchr(content.p, ':', n < look ? n : look); /* {{formatnum:5|R}} */
    size_t skip = n + (bar != NULL);
    if (colon) skip = (size_t)(colon - content.p) + 1, n = skip - 1;
    if (n > 2 * NAME_BYTES || !take_name(slice_of(content.p, n), name)) return false;
    const struct template_ *t = find(name);
    bool is_function = t && t->way != SHOW_TITLE && strcmp(name, "formatnum") != 0 &&
                       strcmp(name, "lc") != 0 && strcmp(name, "uc") != 0 && strcmp(name, "lcfirst") != 0 &&
                       strcmp(name, "ucfirst") != 0;
    if (!t || (colon && is_function)) return false;
    a.n = a.n_named = 0;
    if (skip < content.n) split(&a, slice_of(content.p + skip, content.n - skip));
    show(t, &a, title, out);
    return true;
}
