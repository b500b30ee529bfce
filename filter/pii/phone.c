/* phone.c: telephone numbers.
 *
 * International: '+' and a country code of ITU-T E.164 (2024), 7 to 15 digits in all, ten in North America. National: the
 * groups in which the large countries write theirs (ITU-T E.123 and the numbering plans), where the form is one that little
 * else has; seven to twelve digits in other groups only beside a word such as "phone". Dates, times, decimals, ranges of
 * years and amounts are none. */
#include "filter/pii/checks.h"
#include "filter/pii/find.h"
#include <string.h>

#define PHONE_WORDS                                                                                                                                    \
    "phone|tel:|tel |tel.|tel/|telephone|call |calling|call:|mobile|cell|fax|contact|whatsapp|viber|ring "                                             \
    "|dial|hotline|"                                                                                                                                   \
    "text me|sms|number is|number:|reach me|reach us|answering at|messages to|message to|at home|at "                                                  \
    "work|desk:|office:|telefon|teléfono|telefono|telefone|móvil|movil|celular|handy|téléphone|"                                                   \
    "portable|ligar|fone|тел|телефон|звон|電話|电话|手机|手機|联系|聯絡|連絡|전화|휴대폰|फोन|هاتف|puh|tlf|" \
    "tlph|ph:|ph.|mob.|mob:"
#define NOT_PHONE_WORDS                                              \
    "isbn|issn|doi|order n|order #|invoice|tracking|serial|account " \
    "n|routing|swift|patent|zip|postal|population|ean|upc|"          \
    "licen|passport|part n|model|item|sku|ticket n|case "            \
    "n|card|version|coordinates|latitude|longitude|vin|imei"

/* Behind the number, in lists of people's numbers. */
#define PHONE_WORDS_BEHIND "office|fax|mobile|cell|home|phone|work|tel"

/* The country code's digits; 0: no country has it. */
static unsigned country_code(const char *d)
{
    static const char *const two =
        "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 "
        "65 66 81 82 84 86 90 91 92 93 94 95 98 ";
    static const char *const three[] = {
        "2112368",      "220123456789", "230123456789", "240123456789", "25012345678", "260123456789",
        "2901789",      "350123456789", "370123456789", "3801235679",   "42013",       "500123456789",
        "590123456789", "67023456789",  "68012356789",  "69012",        "8008",        "8502356",
        "870",          "88012368",     "96012345678",  "9701234567",   "99234568"};
    if (d[0] == '1' || d[0] == '7') return 1;
    for (const char *p = two; *p; p += 3)
        if (p[0] == d[0] && p[1] == d[1]) return 2;
    for (size_t i = 0; i < sizeof three / sizeof *three; i++) /* two digits, and those that may follow */
        if (three[i][0] == d[0] && three[i][1] == d[1])
            return is_digit(d[2]) && strchr(three[i] + 2, d[2]) ? 3 : 0;
    return 0;
}

/* NXX-NXX-XXXX of the North American plan: no N11 and nothing that begins with 0 or 1. */
static bool is_nanp(const char *d)
{
    return d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1') && !(d[4] == '1' && d[5] == '1') &&
           d[1] != '9';
}

/* Three groups of which one, the first or the last, is a year, and the others a month and a day. */
static bool looks_like_date(const struct number *v)
{
    const struct number_group *g = v->group;
    if (v->n_groups < 3 || g[1].separator != g[2].separator || g[1].digits > 2) return false;
    bool year_first = g[0].digits == 4 && g[2].digits <= 2, year_last = g[0].digits <= 2 && g[2].digits == 4;
    if (!year_first && !year_last) return false;
    const char *year = v->digits + (year_first ? 0 : g[1].digits_sum);
    unsigned a = check_number(v->digits + g[0].digits_sum, g[1].digits);
    unsigned b = year_first ? check_number(v->digits + g[1].digits_sum, g[2].digits)
                            : check_number(v->digits, g[0].digits);
    return (year[0] == '1' || year[0] == '2') && a <= 31 && b <= 31 && (a <= 12 || b <= 12);
}

static bool is_year(const char *d)
{
    return (d[0] == '1' && d[1] >= '5') || (d[0] == '2' && (d[1] == '0' || d[1] == '1'));
}

/* Every group could be a year or a clock's or calendar's number: "1998-2004 2006". */
static bool looks_like_years(const struct number *v, unsigned groups)
{
    if (groups < 2) return false;
    for (unsigned g = 0; g < groups; g++)
        if (v->group[g].digits != 4 || !is_year(v->digits + v->group[g].digits_sum - 4)) return false;
    return true;
}

/* " ext. 123", " x123": the end with it. */
static size_t with_extension(const struct pii *f, size_t end)
{
    static const char *const marks[] = {"extension ", "ext. ", "ext.", "ext ", "ext", "x ", "x"};
    size_t i = end + (pii_at(f, end) == ' ' || pii_at(f, end) == ',');
    if (pii_at(f, i) == ' ') i++;
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        size_t n = strlen(marks[k]), to = i + n;
        if (f->n - i < n || !slice_eq_nocase(slice_of(f->p + i, n), marks[k])) continue;
        while (to - i - n < 6 && is_digit(pii_at(f, to))) to++;
        return to > i + n && !is_alnum(pii_at(f, to)) ? to : end;
    }
    return end;
}

static size_t phone_start(const struct pii *f, const struct number *v)
{
    size_t start = v->start - v->open;
    return start - (start > 0 && f->p[start - 1] == '+');
}

static void add_phone(struct pii *f, const struct number *v, unsigned groups, const char *what, unsigned rank)
{
    size_t end = v->group[groups - 1].end;
    pii_add(f, phone_start(f, v), with_extension(f, end), PII_PHONE, what, rank);
}

/* Groups of digits go before: "DE89 3704 0044 0532". */
static bool behind_digit(const struct pii *f, const struct number *v)
{
    return pii_before(f, v->start) == ' ' && v->start > 1 && is_digit(f->p[v->start - 2]);
}

/* ------------------------------------------------------------------ international */

/* The most groups that make a number of this country; 0: none. */
static unsigned international_groups(const struct pii *f, const struct number *v, unsigned prefix)
{
    const char *d = v->digits + prefix;
    unsigned cc = v->n_digits > prefix + 3 ? country_code(d) : 0;
    if (!cc) return 0;
    for (unsigned g = v->n_groups; g > 0; g--) {
        unsigned digits = v->group[g - 1].digits_sum - prefix;
        if (v->group[g - 1].digits_sum <= prefix || digits > 15 || digits < 8) continue;
        if (d[0] == '1' && (digits != 11 || !is_nanp(d + 1))) continue;
        if (d[0] == '7' && digits != 11) continue;
        if (pii_word_ends(f, v->group[g - 1].end) || (pii_at(f, v->group[g - 1].end) | 32) == 'x') return g;
    }
    return 0;
}

static bool find_international(struct pii *f, const struct number *v)
{
    if (v->plus) {
        size_t start = phone_start(f, v);
        unsigned g = is_alnum(pii_before(f, start)) ? 0 : international_groups(f, v, 0);
        if (g) add_phone(f, v, g, "international", RANK_CHECKED);
        return g != 0;
    }
    if (behind_digit(f, v) || v->digits[0] != '0' || v->digits[1] != '0' || v->digits[2] == '0') return false;
    unsigned g = international_groups(f, v, 2);
    if (!g || (g < 3 && !pii_context(f, v->start, v->group[g - 1].end, 48, 0, PHONE_WORDS))) return false;
    add_phone(f, v, g, "international", RANK_FORM);
    return true;
}

/* ------------------------------------------------------------------ national */

/* A form: its shape, what the digits begin with (a set for each of the first places), and whether it must be beside a word. */
static const struct form {
    const char *what, *shape, *first, *second;
    bool nanp, named;
} forms[] = {
    {"north_america", "3-3-4", "23456789", NULL, true, false},
    {"north_america", "3.3.4", "23456789", NULL, true, false},
    {"north_america", "3 3 4", "23456789", NULL, true, false},
    {"north_america", "3)3-4", "23456789", NULL, true, false},
    {"north_america", "3)3 4", "23456789", NULL, true, false},
    {"north_america", "3)3.4", "23456789", NULL, true, false},
    {"north_america", "3)7", "23456789", NULL, true, false},
    {"north_america", "3/3-4", "23456789", NULL, true, false},
    {"north_america", "3 3-4", "23456789", NULL, true, false},
    {"north_america", "10", "23456789", NULL, true, true},
    {"north_america", "1-3-3-4", "1", "23456789", true, false},
    {"north_america", "1.3.3.4", "1", "23456789", true, false},
    {"north_america", "1 3 3 4", "1", "23456789", true, false},
    {"north_america", "1(3)3-4", "1", "23456789", true, false},
    {"north_america", "1-3-7", "1", "23456789", true, false},
    {"france", "2_2_2_2_2", "0", "123456789", false, false},
    {"spain", "3_2_2_2", "6789", NULL, false, false},
    {"spain", "2_3_2_2", "89", NULL, false, false},
    {"spain", "3 3 3", "6789", NULL, false, true},
    {"united_kingdom", "11", "0", "7", false, false},
    {"united_kingdom", "5 6", "0", "1237", false, false},
    {"united_kingdom", "5 3 3", "0", "1237", false, false},
    {"united_kingdom", "3 4 4", "0", "123", false, false},
    {"united_kingdom", "4 3 4", "0", "1238", false, false},
    {"united_kingdom", "3)4 4", "0", "2", false, false},
    {"united_kingdom", "5)6", "0", "1237", false, false},
    {"united_kingdom", "4)3 4", "0", "1", false, false},
    {"australia", "4 3 3", "0", "4", false, false},
    {"australia", "2)4 4", "0", "2378", false, false},
    {"australia", "2 4 4", "0", "2378", false, false},
    {"japan", "3-4-4", "0", "5789", false, false},
    {"japan", "2-4-4", "0", "36", false, false},
    {"japan", "3-3-4", "0", "123456789", false, false},
    {"japan", "4-2-4", "0", "123456789", false, false},
    {"japan", "4-3-3", "0", "1589", false, false},
    {"korea", "3-4-4", "0", "1", false, false},
    {"korea", "3-3-4", "0", "1", false, false},
    {"korea", "2-3-4", "0", "2", false, false},
    {"china", "3_4_4", "1", "3456789", false, false},
    {"china", "11", "1", "3456789", false, true},
    {"china", "3-8", "0", "12", false, false},
    {"china", "4-8", "0", "3456789", false, false},
    {"china", "4-7", "0", "3456789", false, false},
    {"china", "3-3-4", "4", "0", false, false},
    {"india", "10", "6789", NULL, false, true},
    {"india", "5_5", "6789", NULL, false, true},
    {"brazil", "2)5-4", "123456789", NULL, false, false},
    {"brazil", "2)4-4", "123456789", NULL, false, false},
    {"brazil", "2 5-4", "123456789", NULL, false, false},
    {"russia", "1(3)3-2-2", "8", "3489", false, false},
    {"russia", "1 3 3-2-2", "8", "3489", false, false},
    {"russia", "1-3-3-2-2", "8", "3489", false, false},
    {"russia", "1 3 3 2 2", "8", "3489", false, false},
    {"italy", "3 3 4", "3", "2346789", false, false},
    {"italy", "3 7", "3", "23469", false, false},
    {"indonesia", "4-4-4", "0", "8", false, false},
    {"taiwan", "4-3-3", "0", "9", false, false},
    {"taiwan", "2-4-4", "0", "2345678", false, false},
    {"mexico", "2 4 4", "58", NULL, false, true},
};

static bool form_fits(const struct form *x, const char *d)
{
    bool one = x->nanp && d[0] == '1' && x->first[0] == '1';
    if (!strchr(x->first, d[0]) || (x->second && !strchr(x->second, d[1]))) return false;
    return !x->nanp || is_nanp(d + one);
}

/* Right behind it an 'x' of an extension may come. */
static bool phone_ends(const struct pii *f, const struct number *v, unsigned groups)
{
    size_t end = v->group[groups - 1].end;
    return number_ends(f, v, groups) || with_extension(f, end) > end;
}

static bool find_national(struct pii *f, const struct number *v)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *x = &forms[i];
        unsigned g = number_shape(v, x->shape);
        if (!g || !form_fits(x, v->digits) || !phone_ends(f, v, g)) continue;
        if (x->named && !pii_context(f, v->start, v->group[g - 1].end, 48, 0, PHONE_WORDS)) continue;
        add_phone(f, v, g, x->what, RANK_FORM);
        return true;
    }
    return false;
}

/* An area code in brackets, or one with a leading zero, and a number in usual groups. */
static unsigned area_groups(const struct pii *f, const struct number *v)
{
    unsigned area = v->group[0].digits;
    char first = v->group[1].separator;
    bool bracket = v->open && first == ')';
    if (v->n_groups < 2 || area < 2 || area > 5 || (bracket && area == 4 && is_year(v->digits))) return 0;
    if (!bracket &&
        (v->digits[0] != '0' || v->digits[1] == '0' || first == ')' || first == '(' || first == '.'))
        return 0;
    for (unsigned g = v->n_groups > 5 ? 5 : v->n_groups; g > 1; g--) {
        unsigned digits = v->group[g - 1].digits_sum, least = bracket ? 8 : 9;
        bool short_group = false;
        for (unsigned k = 1; k < g; k++)
            short_group |= v->group[k].digits < 2 || v->group[k].separator == '.';
        if (!short_group && digits >= least && digits <= 12 && phone_ends(f, v, g)) return g;
    }
    return 0;
}

static bool find_area(struct pii *f, const struct number *v)
{
    unsigned g = v->n_groups > 1 ? area_groups(f, v) : 0;
    bool spaced = v->open && v->start > 2 && f->p[v->start - 2] == ' ';
    char before = spaced ? f->p[v->start - 3] : 0; /* "12 (34) 245-256": a volume */
    if (!g || is_digit(before) || (!v->open && behind_digit(f, v))) return false;
    add_phone(f, v, g, v->open ? "area_in_brackets" : "leading_zero", RANK_FORM);
    return true;
}

/* Beside a word that says so: 7 to 12 digits in any groups; with '+' 15. */
static void find_named(struct pii *f, const struct number *v)
{
    for (unsigned g = v->n_groups > 6 ? 6 : v->n_groups; g > 0; g--) {
        unsigned digits = v->group[g - 1].digits_sum;
        size_t end = v->group[g - 1].end;
        if (digits < 7 || digits > (v->plus ? 15 : 12) || !phone_ends(f, v, g)) continue;
        if (looks_like_years(v, g)) return;
        bool named = pii_context(f, v->start, v->start, 48, 0, PHONE_WORDS);
        if (named || pii_context(f, end, end, 0, 10, PHONE_WORDS_BEHIND))
            add_phone(f, v, g, "named", RANK_LOOSE);
        return;
    }
}

/* Behind "€", "£" or "¥". */
static bool is_amount(const struct pii *f, size_t at)
{
    return (at >= 3 && memcmp(f->p + at - 3, "\xe2\x82\xac", 3) == 0) ||
           (at >= 2 && f->p[at - 2] == '\xc2' && (f->p[at - 1] == '\xa3' || f->p[at - 1] == '\xa5'));
}

void find_phone(struct pii *f, const struct number *v)
{
    char before = pii_before(f, phone_start(f, v)), after = pii_at(f, v->group[v->n_groups - 1].end);
    if (v->n_digits < 7 || is_alnum(before) || before == '.' || before == '#' || before == '$' ||
        before == '/' || before == '_')
        return;
    if (find_international(f, v)) return;
    if (before == '-' || looks_like_date(v) || is_amount(f, v->start)) return;
    if (after == '%' || pii_context(f, v->start, v->start, 32, 0, NOT_PHONE_WORDS)) return;
    if (!v->plus && (find_national(f, v) || find_area(f, v))) return;
    find_named(f, v);
}
