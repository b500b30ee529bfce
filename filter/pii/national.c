/* national.c: the numbers by which countries know their people.
 *
 * Each has its check digits as its authority publishes them (the same rules as in the Python library python-stdnum and in
 * Wikipedia's "National identification number", against which the tests compare). What chance meets too often, such as
 * nine digits of which one is a check digit, counts only beside a word that says what it is. */
#include "filter/pii/checks.h"
#include "filter/pii/find.h"
#include <string.h>

#define DIGIT(i) (d[i] - '0')
#define NUM(i, n) check_number(d + (i), n)

static bool all_same(const char *d, unsigned n)
{
    unsigned i = 1;
    while (i < n && d[i] == d[0]) i++;
    return i == n;
}

/* ------------------------------------------------------------------ digits; `tail` is a letter behind them, or 0 */

static bool us_ssn(const char *d, char tail)
{
    unsigned area = NUM(0, 3);
    return area && area != 666 && area < 900 && NUM(3, 2) && NUM(5, 4);
}

static bool us_itin(const char *d, char tail)
{
    unsigned group = NUM(3, 2);
    return d[0] == '9' &&
           ((group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group != 93));
}

static bool ca_sin(const char *d, char tail)
{
    return d[0] != '0' && d[0] != '8' && check_luhn(d, 9);
}

static bool cn_resident(const char *d, char tail)
{
    static const signed char w[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned province = NUM(0, 2), n = (unsigned)strlen(d);
    if (n + (to_upper(tail) == 'X') != 18 || (n == 18 && tail)) return false;
    if (province < 11 || province > 91 || NUM(6, 4) < 1850 || NUM(6, 4) > 2100) return false;
    char want = "10X98765432"[check_sum(d, w, 17) % 11];
    return check_date(NUM(6, 4), NUM(10, 2), NUM(12, 2)) && want == (n == 18 ? d[17] : 'X');
}

static bool in_aadhaar(const char *d, char tail)
{
    bool palindrome = true;
    for (unsigned i = 0; i < 6; i++) palindrome &= d[i] == d[11 - i];
    return d[0] >= '2' && !palindrome && check_verhoeff(d, 12);
}

static bool br_cpf(const char *d, char tail)
{
    static const signed char w[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    int a = check_sum(d, w + 1, 9) * 10 % 11 % 10, b = check_sum(d, w, 10) * 10 % 11 % 10;
    return !all_same(d, 11) && a == DIGIT(9) && b == DIGIT(10);
}

static bool fr_nir(const char *d, char tail)
{
    unsigned month = NUM(3, 2);
    bool month_ok = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    if ((d[0] != '1' && d[0] != '2') || !month_ok) return false;
    uint64_t v = (uint64_t)NUM(0, 7) * 1000000 + NUM(7, 6);
    return 97 - v % 97 == NUM(13, 2);
}

static bool es_dni(const char *d, char tail)
{
    return tail && to_upper(tail) == "TRWAGMYFPDXBNJZSQVHLCKE"[NUM(0, 8) % 23];
}

/* Of the first ten digits one comes two or three times, no other twice. */
static bool de_tax(const char *d, char tail)
{
    unsigned count[10] = {0}, twice = 0, more = 0;
    for (unsigned i = 0; i < 10; i++) count[DIGIT(i)]++;
    for (unsigned i = 0; i < 10; i++)
        twice += count[i] == 2, more += count[i] == 3 ? 1 : count[i] > 3 ? 9 : 0;
    return d[0] != '0' && twice + more == 1 && check_mod11_10(d, 11);
}

static bool uk_nhs(const char *d, char tail)
{
    static const signed char w[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
    return !all_same(d, 10) && check_sum(d, w, 10) % 11 == 0;
}

static bool pl_pesel(const char *d, char tail)
{
    static const signed char w[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    static const unsigned century[] = {1900, 2000, 2100, 2200, 1800};
    unsigned month = NUM(2, 2);
    return check_date(century[month / 20] + NUM(0, 2), month % 20, NUM(4, 2)) &&
           check_sum(d, w, 11) % 10 == 0;
}

static bool nl_bsn(const char *d, char tail)
{
    static const signed char w[] = {9, 8, 7, 6, 5, 4, 3, 2, -1};
    return !all_same(d, 9) && check_sum(d, w, 9) % 11 == 0;
}

static bool se_personal(const char *d, char tail)
{
    bool whole = strlen(d) == 12;
    const char *s = whole ? d + 2 : d;
    unsigned year = whole ? NUM(0, 4) : 1900 + NUM(0, 2), day = check_number(s + 4, 2);
    if (whole && (year < 1800 || year > 2100)) return false;
    if (!check_date(year, check_number(s + 2, 2), day > 60 ? day - 60 : day))
        return false; /* a coordination number adds 60 */
    return check_luhn(s, 10);
}

static bool jp_my_number(const char *d, char tail)
{
    static const signed char w[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int r = check_sum(d, w, 11) % 11;
    return !all_same(d, 12) && (r <= 1 ? 0 : 11 - r) == DIGIT(11);
}

/* Numbers given since October 2020 have no check digit. */
static bool kr_resident(const char *d, char tail)
{
    static const signed char w[] = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
    unsigned kind = NUM(6, 1);
    unsigned century = kind == 9 || kind == 0 ? 1800 : kind <= 2 || kind == 5 || kind == 6 ? 1900 : 2000;
    if (!check_date(century + NUM(0, 2), NUM(2, 2), NUM(4, 2)) || NUM(7, 2) > 96)
        return false; /* a place of birth */
    return NUM(0, 2) > 19 ? (11 - check_sum(d, w, 12) % 11) % 10 == DIGIT(12) : kind != 0;
}

static bool au_tfn(const char *d, char tail)
{
    static const signed char nine[] = {1, 4, 3, 7, 5, 8, 6, 9, 10}, eight[] = {10, 7, 8, 4, 6, 3, 5, 1};
    unsigned n = (unsigned)strlen(d);
    return !all_same(d, n) && check_sum(d, n == 9 ? nine : eight, n) % 11 == 0;
}

static bool au_medicare(const char *d, char tail)
{
    static const signed char w[] = {1, 3, 7, 9, 1, 3, 7, 9};
    return d[0] >= '2' && d[0] <= '6' && check_sum(d, w, 8) % 10 == DIGIT(8);
}

static bool tr_kimlik(const char *d, char tail)
{
    static const signed char w[] = {7, -1, 7, -1, 7, -1, 7, -1, 7}, one[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    return d[0] != '0' && (check_sum(d, w, 9) % 10 + 10) % 10 == DIGIT(9) &&
           check_sum(d, one, 10) % 10 == DIGIT(10);
}

static bool za_id(const char *d, char tail)
{
    return check_date(2000 + NUM(0, 2), NUM(2, 2), NUM(4, 2)) && d[10] <= '2' && check_luhn(d, 13);
}

static bool th_id(const char *d, char tail)
{
    static const signed char w[] = {13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    return d[0] != '0' && d[0] != '9' && (11 - check_sum(d, w, 12) % 11) % 10 == DIGIT(12);
}

static bool no_birth_number(const char *d, char tail)
{
    static const signed char a[] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1}, b[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
    unsigned day = NUM(0, 2), month = NUM(2, 2);
    if (!check_date(2000, month > 40 ? month - 40 : month, day > 40 ? day - 40 : day)) return false;
    return check_sum(d, a, 10) % 11 == 0 && check_sum(d, b, 11) % 11 == 0;
}

static bool fi_identity(const char *d, char tail)
{
    static const char letters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    unsigned n = (unsigned)strlen(d);
    if (n + (tail != 0) != 10 || NUM(6, 3) < 2 || NUM(6, 3) > 899 || !check_date(2000, NUM(2, 2), NUM(0, 2)))
        return false;
    return letters[(NUM(0, 6) * 1000 + NUM(6, 3)) % 31] == (n == 10 ? d[9] : to_upper(tail));
}

static bool be_national(const char *d, char tail)
{
    unsigned v = NUM(0, 9), check = NUM(9, 2), month = NUM(2, 2) % 20;
    if (month > 12 || NUM(4, 2) > 31) return false;
    return 97 - v % 97 == check || 97 - (2000000000ULL + v) % 97 == check;
}

static bool ro_cnp(const char *d, char tail)
{
    static const signed char w[] = {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9};
    int r = check_sum(d, w, 12) % 11;
    return d[0] != '0' && check_date(2000, NUM(3, 2), NUM(5, 2)) && (r == 10 ? 1 : r) == DIGIT(12);
}

static bool cz_birth_number(const char *d, char tail)
{
    unsigned month = NUM(2, 2) % 50 % 20;
    if (month < 1 || month > 12 || NUM(4, 2) < 1 || NUM(4, 2) > 31) return false;
    unsigned nine = NUM(0, 9) % 11; /* to 1985 a remainder of 10 was written as 0 */
    return (nine * 10 + (unsigned)DIGIT(9)) % 11 == 0 || (nine == 10 && d[9] == '0');
}

static bool cl_rut(const char *d, char tail)
{
    unsigned n = (unsigned)strlen(d) - (tail == 0);
    int sum = 0;
    if (n < 7 || n > 8) return false;
    for (unsigned i = 0; i < n; i++) sum += DIGIT(n - 1 - i) * (int)(2 + i % 6);
    return "0K987654321"[sum % 11] == (tail ? to_upper(tail) : d[n]);
}

static bool pt_nif(const char *d, char tail)
{
    static const signed char w[] = {9, 8, 7, 6, 5, 4, 3, 2};
    return d[0] != '0' && (11 - check_sum(d, w, 8) % 11) % 11 % 10 == DIGIT(8);
}

static bool ie_pps(const char *d, char tail)
{
    static const signed char w[] = {8, 7, 6, 5, 4, 3, 2};
    return tail && "WABCDEFGHIJKLMNOPQRSTUV"[check_sum(d, w, 7) % 23] == to_upper(tail);
}

static bool dk_cpr(const char *d, char tail)
{
    return check_date(2000, NUM(2, 2), NUM(0, 2));
}

#define US_WORDS "ssn|social security|social sec|soc sec|taxpayer|itin"
#define TAX_WORDS "tax|tfn|steuer|idnr"

/* Shapes as number_shape's; "+L": a letter behind them. `alone`: needs no word. */
static const struct id_rule {
    const char *what;
    bool (*valid)(const char *digits, char tail);
    struct {
        const char *shape;
        bool alone;
    } form[4];
    const char *words;
} rules[] = {
    {"us_ssn", us_ssn, {{"3-2-4", true}, {"3 2 4", false}, {"9", false}}, US_WORDS},
    {"us_itin", us_itin, {{"3-2-4", true}, {"3 2 4", false}, {"9", false}}, US_WORDS},
    {"cn_resident_id", cn_resident, {{"18", true}, {"17+L", true}}, ""},
    {"kr_resident", kr_resident, {{"6-7", true}, {"13", false}}, "주민|resident|rrn|registration"},
    {"in_aadhaar",
     in_aadhaar,
     {{"4 4 4", false}, {"4-4-4", false}, {"12", false}},
     "aadhaar|aadhar|uidai|uid |आधार"},
    {"jp_my_number",
     jp_my_number,
     {{"12", false}, {"4 4 4", false}, {"4-4-4", false}},
     "my number|mynumber|個人番号|マイナンバー"},
    {"br_cpf", br_cpf, {{"3.3.3-2", true}, {"11", false}}, "cpf|contribuinte|cadastro"},
    {"fr_nir", fr_nir, {{"1 2 2 2 3 3 2", true}, {"15", true}, {"13 2", true}, {"1-2-2-2-3-3-2", true}}, ""},
    {"es_dni", es_dni, {{"8+L", true}, {"2.3.3+L", true}}, ""},
    {"de_tax_id", de_tax, {{"2 3 3 3", true}, {"11", false}, {"2/3/3/3", false}}, TAX_WORDS},
    {"uk_nhs", uk_nhs, {{"3 3 4", false}, {"3-3-4", false}, {"10", false}}, "nhs|health service|patient"},
    {"pl_pesel", pl_pesel, {{"11", false}}, "pesel|ewidenc"},
    {"nl_bsn",
     nl_bsn,
     {{"9", false}, {"4.2.3", false}, {"3.3.3", false}, {"4 2 3", false}},
     "bsn|burgerservice|sofi"},
    {"se_personal_number",
     se_personal,
     {{"6-4", true}, {"8-4", true}, {"10", false}, {"12", false}},
     "personnummer|personnr|pnr|swedish"},
    {"no_birth_number",
     no_birth_number,
     {{"6 5", true}, {"11", false}},
     "fødselsnummer|fodselsnummer|personnummer|norw"},
    {"fi_identity_code", fi_identity, {{"6-3+L", true}, {"6-4", true}}, ""},
    {"dk_cpr", dk_cpr, {{"6-4", false}, {"10", false}}, "cpr|personnummer"},
    {"be_national_number",
     be_national,
     {{"2.2.2-3.2", true}, {"11", false}, {"6 3 2", true}},
     "rijksregister|registre national|national|niss|insz"},
    {"ca_sin",
     ca_sin,
     {{"3 3 3", false}, {"3-3-3", false}, {"9", false}},
     "sin|social insurance|nas|assurance sociale"},
    {"au_tfn", au_tfn, {{"3 3 3", false}, {"9", false}, {"8", false}, {"3-3-3", false}}, TAX_WORDS},
    {"au_medicare", au_medicare, {{"4 5 1", false}, {"10", false}, {"4-5-1", false}}, "medicare"},
    {"tr_kimlik", tr_kimlik, {{"11", false}}, "kimlik|tckn|t.c.|tc no|turkish"},
    {"za_id", za_id, {{"13", false}, {"6 4 2 1", true}}, "id n|identity|south africa|rsa"},
    {"th_id", th_id, {{"1-4-5-2-1", true}, {"13", false}}, "บัตรประชาชน|thai|national id"},
    {"ro_cnp", ro_cnp, {{"13", false}}, "cnp|cod numeric|personal"},
    {"cz_birth_number", cz_birth_number, {{"6/4", true}, {"10", false}}, "rodné|rodne|r.č|birth number"},
    {"cl_rut", cl_rut, {{"2.3.3-1", true}, {"8-1", false}, {"2.3.3+L", true}, {"8+L", false}}, "rut|run"},
    {"pt_nif", pt_nif, {{"9", false}, {"3 3 3", false}}, "nif|contribuinte"},
    {"ie_pps", ie_pps, {{"7+L", false}}, "pps|ireland|irish"},
};

/* A letter behind the number, a hyphen between or not; nothing more. */
static char letter_behind(const struct pii *f, size_t end, size_t *behind)
{
    size_t i = end + (pii_at(f, end) == '-');
    *behind = i + 1;
    return is_letter(pii_at(f, i)) && pii_word_ends(f, i + 1) ? pii_at(f, i) : 0;
}

static bool try_form(struct pii *f, const struct number *v, const struct id_rule *r, const char *form,
                     bool alone)
{
    char digits[NUMBER_DIGITS + 1], tail = 0;
    unsigned g = number_shape(v, form);
    if (!g) return false;
    size_t end = v->group[g - 1].end;
    if (strchr(form, '+') ? !(tail = letter_behind(f, end, &end)) : !number_ends(f, v, g)) return false;
    if (pii_at(f, end) == '-' && is_alnum(pii_at(f, end + 1)))
        return false; /* a longer number of something else */
    memcpy(digits, v->digits, v->group[g - 1].digits_sum);
    digits[v->group[g - 1].digits_sum] = 0;
    if (!r->valid(digits, tail)) return false;
    if (!alone && !pii_context(f, v->start, end, 60, 20, r->words)) return false;
    pii_add(f, v->start, end, PII_ID, r->what, RANK_CHECKED);
    return true;
}

void find_id_number(struct pii *f, const struct number *v)
{
    char before = pii_before(f, v->start);
    if (v->n_digits < 7 || v->plus || v->open || before == '$' || before == '.' || before == '/' ||
        before == '=')
        return;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        for (unsigned k = 0; k < 4 && rules[i].form[k].shape; k++)
            if (try_form(f, v, &rules[i], rules[i].form[k].shape, rules[i].form[k].alone)) return;
}

/* ------------------------------------------------------------------ letters and digits */

static bool it_fiscal(const char *s)
{
    static const unsigned char odd[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                          20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    unsigned sum = 0;
    if (!strchr("ABCDEHLMPRST", s[8])) return false;
    for (unsigned i = 0; i < 15; i++) {
        unsigned v = (unsigned)(is_digit(s[i]) ? s[i] - '0' : s[i] - 'A');
        sum += i & 1 ? v : odd[v];
    }
    return s[15] == (char)('A' + sum % 26);
}

static bool es_nie(const char *s)
{
    char d[9];
    memcpy(d, s, 8);
    d[0] = (char)('0' + s[0] - 'X');
    return s[0] >= 'X' && s[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[check_number(d, 8) % 23];
}

static bool uk_nino(const char *s)
{
    static const char *const never[] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
    for (unsigned i = 0; i < sizeof never / sizeof *never; i++)
        if (s[0] == never[i][0] && s[1] == never[i][1]) return false;
    return !strchr("DFIQUV", s[0]) && !strchr("DFIQUVO", s[1]) && s[8] <= 'D';
}

static bool in_pan(const char *s)
{
    return strchr("PCHABGJLFT", s[3]) && memcmp(s + 5, "0000", 4) != 0;
}

static bool sg_nric(const char *s)
{
    static const signed char w[] = {2, 7, 6, 5, 4, 3, 2};
    int sum = check_sum(s + 1, w, 7);
    switch (s[0]) {
    case 'S': return s[8] == "JZIHGFEDCBA"[sum % 11];
    case 'T': return s[8] == "JZIHGFEDCBA"[(sum + 4) % 11];
    case 'F': return s[8] == "XWUTRQPNMLK"[sum % 11];
    case 'G': return s[8] == "XWUTRQPNMLK"[(sum + 4) % 11];
    }
    return false;
}

static bool mx_curp(const char *s)
{
    static const char order[] = "0123456789ABCDEFGHIJKLMN\1OPQRSTUVWXYZ"; /* \1: Ñ, which has a number too */
    unsigned sum = 0;
    for (unsigned i = 0; i < 17; i++) sum += (unsigned)(strchr(order, s[i]) - order) * (18 - i);
    return strchr("HMX", s[10]) && check_date(2000, check_number(s + 6, 2), check_number(s + 8, 2)) &&
           (char)('0' + (10 - sum % 10) % 10) == s[17];
}

static bool tw_id(const char *s)
{
    static const unsigned char letter[26] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                             22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
    static const signed char w[] = {8, 7, 6, 5, 4, 3, 2, 1, 1};
    unsigned v = letter[s[0] - 'A'];
    return (s[1] == '1' || s[1] == '2' || s[1] == '8' || s[1] == '9') &&
           (v / 10 + v % 10 * 9 + (unsigned)check_sum(s + 1, w, 9)) % 10 == 0;
}

/* Forms: A a letter, 9 a digit, # either. `lead`: letters before the first digit. */
static const struct lettered {
    const char *what, *form;
    unsigned lead;
    bool (*valid)(const char *s);
    const char *words; /* NULL: needs none */
} lettered[] = {
    {"it_fiscal_code", "AAAAAA99A99A999A", 6, it_fiscal, NULL},
    {"mx_curp", "AAAA999999AAAAAA#9", 4, mx_curp, NULL},
    {"es_nie", "A9999999A", 1, es_nie, NULL},
    {"uk_nino", "AA999999A", 2, uk_nino, NULL},
    {"in_pan", "AAAAA9999A", 5, in_pan, NULL},
    {"sg_nric", "A9999999A", 1, sg_nric, NULL},
    {"tw_id", "A999999999", 1, tw_id, "身分證|身份證|national id|taiwan|id n"},
};

/* The form from i on, single spaces and hyphens passed over, in capitals: the end, or 0. */
static size_t read_form(const struct pii *f, size_t i, const char *form, char out[24])
{
    unsigned n = 0;
    for (; form[n]; n++, i++) {
        char c = pii_at(f, i);
        if (n && (c == ' ' || c == '-')) c = pii_at(f, ++i);
        if (form[n] == 'A' ? !is_upper(c) : form[n] == '9' ? !is_digit(c) : !is_upper(c) && !is_digit(c))
            return 0;
        out[n] = c;
    }
    out[n] = 0;
    return i;
}

/* Where the letters before the digit at `at` begin, one space passed over; SIZE_MAX when there are not so many. */
static size_t lead_start(const struct pii *f, size_t at, unsigned letters)
{
    size_t i = at - (at > 0 && (f->p[at - 1] == ' ' || f->p[at - 1] == '-'));
    if (i < letters) return SIZE_MAX;
    for (unsigned k = 1; k <= letters; k++)
        if (!is_upper(f->p[i - k])) return SIZE_MAX;
    return pii_word_starts(f, i - letters) ? i - letters : SIZE_MAX;
}

void find_id_letters(struct pii *f, size_t at)
{
    char s[24];
    for (size_t k = 0; k < sizeof lettered / sizeof *lettered; k++) {
        const struct lettered *x = &lettered[k];
        size_t start = lead_start(f, at, x->lead);
        size_t end = start == SIZE_MAX ? 0 : read_form(f, start, x->form, s);
        if (!end || !pii_word_ends(f, end) || !x->valid(s)) continue;
        if (x->words && !pii_context(f, start, end, 60, 20, x->words)) continue;
        pii_add(f, start, end, PII_ID, x->what, RANK_CHECKED);
        return;
    }
}
