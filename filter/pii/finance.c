/* finance.c: cards, bank accounts, bitcoin addresses: all carry check digits.
 *
 * Cards: ISO/IEC 7812: the issuer's digits and the lengths that it gives out, and Luhn's check. IBAN: ISO 13616: the
 * country's form (SWIFT's IBAN registry, release 98) and the remainder of 97. Bitcoin: base58check (version 0 and 5), and
 * bech32 and bech32m (BIP 173, BIP 350). */
#include "filter/pii/checks.h"
#include "filter/pii/find.h"
#include <string.h>

/* ------------------------------------------------------------------ cards */

static const struct issuer {
    const char *name;
    uint32_t from, to; /* the first `digits` digits */
    unsigned digits;
    uint32_t lengths; /* a bit for each */
} issuers[] = {
    {"visa", 4, 4, 1, 1u << 13 | 1u << 16 | 1u << 19},
    {"mastercard", 51, 55, 2, 1u << 16},
    {"mastercard", 2221, 2720, 4, 1u << 16},
    {"amex", 34, 34, 2, 1u << 15},
    {"amex", 37, 37, 2, 1u << 15},
    {"diners", 300, 305, 3, 1u << 14 | 1u << 16},
    {"diners", 3095, 3095, 4, 1u << 14 | 1u << 16},
    {"diners", 36, 36, 2, 1u << 14 | 1u << 16},
    {"diners", 38, 39, 2, 1u << 14 | 1u << 16},
    {"discover", 6011, 6011, 4, 1u << 16 | 1u << 19},
    {"discover", 644, 649, 3, 1u << 16 | 1u << 19},
    {"discover", 65, 65, 2, 1u << 16 | 1u << 19},
    {"jcb", 3528, 3589, 4, 1u << 16 | 1u << 19},
    {"jcb", 2131, 2131, 4, 1u << 15},
    {"jcb", 1800, 1800, 4, 1u << 15},
    {"unionpay", 62, 62, 2, 1u << 16 | 1u << 17 | 1u << 18 | 1u << 19},
    {"mir", 2200, 2204, 4, 1u << 16},
    {"maestro", 5018, 5018, 4, 255u << 12},
    {"maestro", 5020, 5020, 4, 255u << 12},
    {"maestro", 5038, 5038, 4, 255u << 12},
    {"maestro", 5893, 5893, 4, 255u << 12},
    {"maestro", 6304, 6304, 4, 255u << 12},
    {"maestro", 6759, 6759, 4, 255u << 12},
    {"maestro", 6761, 6763, 4, 255u << 12},
};

static const char *issuer_of(const char *d, unsigned n)
{
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        const struct issuer *x = &issuers[i];
        uint32_t v = check_number(d, x->digits);
        if (n <= 19 && x->lengths >> n & 1 && v >= x->from && v <= x->to) return x->name;
    }
    return NULL;
}

static unsigned card_groups(const struct number *v)
{
    static const char *const shapes[] = {"4_4_4_4", "4_6_5", "4_6_4", "4_4_4_4_3", "4_4_4_1", "6_13"};
    unsigned whole = v->group[0].digits, g = 0;
    if (whole >= 12 && whole <= 19) return 1;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes && !g; i++) g = number_shape(v, shapes[i]);
    return g && (v->group[1].separator == ' ' || v->group[1].separator == '-') ? g : 0;
}

#define CARD_WORDS                                                                                        \
    "card|credit|visa|master|amex|american express|diners|discover|maestro|jcb|debit|cc|pan|payment|pay " \
    "|charge|carte|"                                                                                      \
    "karte|tarjeta|cartão|carta|卡|карт|カード|카드"
#define OTHER_NUMBER_WORDS                                                                                 \
    "order|invoice|tracking|isbn|ean|upc|gtin|barcode|imei|serial|sku|item|ticket|timestamp|fax|shipment|" \
    "parcel|doi|issn|"                                                                                     \
    "asin|article|part |patent|clinical|accession|uuid|user id|video|status|tweet|post id"

void find_card(struct pii *f, const struct number *v)
{
    unsigned groups = card_groups(v);
    if (!groups || !number_ends(f, v, groups)) return;
    unsigned n = v->group[groups - 1].digits_sum;
    size_t end = v->group[groups - 1].end;
    const char *issuer = issuer_of(v->digits, n);
    if (n < 12 || n > 19 || !check_luhn(v->digits, n)) return;
    char before = pii_before(f, v->start), after = pii_at(f, end);
    if (before == '/' || before == '=' || before == '+' || before == '$' || after == '/')
        return; /* addresses */
    bool named = pii_context(f, v->start, end, 60, 40, CARD_WORDS);
    bool card = named && pii_context(f, v->start, v->start, 40, 0, "card|cc ");
    if (!issuer) {
        if (card) pii_add(f, v->start, end, PII_CARD, "other_card", RANK_CHECKED);
        return;
    }
    bool usual = n >= 15 && (groups > 1 || strcmp(issuer, "maestro") != 0);
    if (!named && (!usual || pii_context(f, v->start, end, 40, 0, OTHER_NUMBER_WORDS))) return;
    pii_add(f, v->start, end, PII_CARD, issuer, RANK_CERTAIN);
}

/* ------------------------------------------------------------------ IBAN */

/* Behind the country and two check digits: n digits, a letters, c either. */
static const char *const iban_forms[] = {
    "AD4n4n12c",     "AE3n16n",     "AL8n16c",     "AT5n11n",     "AZ4a20c",         "BA3n3n8n2n",
    "BE3n7n2n",      "BG4a4n2n8c",  "BH4a14c",     "BI5n5n11n2n", "BR8n5n10n1a1c",   "BY4c4n16c",
    "CH5n12c",       "CR4n14n",     "CY3n5n16c",   "CZ4n6n10n",   "DE8n10n",         "DJ5n5n11n2n",
    "DK4n9n1n",      "DO4c20n",     "EE2n2n11n1n", "EG4n4n17n",   "ES4n4n1n1n10n",   "FI3n11n",
    "FK2a12n",       "FO4n9n1n",    "FR5n5n11c2n", "GB4a6n8n",    "GE2a16n",         "GI4a15c",
    "GL4n9n1n",      "GR3n4n16c",   "GT4c20c",     "HN4a20n",     "HR7n10n",         "HU3n4n1n15n1n",
    "IE4a6n8n",      "IL3n3n13n",   "IQ4a3n12n",   "IS4n2n6n10n", "IT1a5n5n12c",     "JO4a4n18c",
    "KW4a22c",       "KZ3n13c",     "LB4n20c",     "LC4a24c",     "LI5n12c",         "LT5n11n",
    "LU3n13c",       "LV4a13c",     "LY3n3n15n",   "MC5n5n11c2n", "MD2c18c",         "ME3n13n2n",
    "MK3n10c2n",     "MN4n12n",     "MR5n5n11n2n", "MT4a5n18c",   "MU4a2n2n12n3n3a", "NI4a20n",
    "NL4a10n",       "NO4n6n1n",    "OM3n16c",     "PK4a16c",     "PL8n16n",         "PS4a21c",
    "PT4n4n11n2n",   "QA4a21c",     "RO4a16c",     "RS3n13n2n",   "RU9n5n15c",       "SA2n18c",
    "SC4a2n2n16n3a", "SD2n12n",     "SE3n16n1n",   "SI5n8n2n",    "SK4n6n10n",       "SM1a5n5n12c",
    "SO4n3n12n",     "ST4n4n11n2n", "SV4a20n",     "TL3n14n2n",   "TN2n3n13n2n",     "TR5n1n16c",
    "UA6n19c",       "VA3n15n",     "VG4a16n",     "XK4n10n2n",   "YE4a4n18c"};

static const char *iban_form(const char country[2])
{
    for (size_t i = 0; i < sizeof iban_forms / sizeof *iban_forms; i++)
        if (iban_forms[i][0] == to_upper(country[0]) && iban_forms[i][1] == to_upper(country[1]))
            return iban_forms[i] + 2;
    return NULL;
}

/* The next letter or digit; one space or hyphen before it is passed over, if spaces are allowed there. */
static char iban_next(const struct pii *f, size_t *i, char *gap)
{
    char c = pii_at(f, *i);
    if (c == ' ' || c == '-') {
        if (*gap && c != *gap) return 0;
        *gap = c;
        c = pii_at(f, ++*i);
    }
    ++*i;
    return is_alnum(c) ? c : 0;
}

void find_iban(struct pii *f, size_t at)
{
    char text[36], gap = 0;
    if (at < 2 || !is_letter(f->p[at - 1]) || !is_letter(f->p[at - 2]) || !is_digit(pii_at(f, at + 1)))
        return;
    const char *form = pii_word_starts(f, at - 2) ? iban_form(f->p + at - 2) : NULL;
    if (!form) return;
    unsigned n = 4;
    size_t i = at + 2;
    memcpy(text, f->p + at - 2, 4);
    for (unsigned count = 0; *form; count = 0) {
        while (is_digit(*form)) count = count * 10 + (unsigned)(*form++ - '0');
        for (char kind = *form++; count; count--) {
            char c = iban_next(f, &i, &gap);
            if (!c || (kind == 'n' && !is_digit(c)) || (kind == 'a' && !is_letter(c))) return;
            text[n++] = c;
        }
    }
    if (pii_word_ends(f, i) && check_mod97(text, n, 4) == 1)
        pii_add(f, at - 2, i, PII_IBAN, "iban", RANK_CERTAIN);
}

/* ------------------------------------------------------------------ bitcoin */

/* Base 58 (letters and digits alone) to 25 bytes; false where it does not fit. */
static bool base58(const char *p, size_t n, unsigned char out[25])
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    memset(out, 0, 25);
    for (size_t i = 0; i < n; i++) {
        const char *at = strchr(alphabet, p[i]);
        unsigned carry = at ? (unsigned)(at - alphabet) : 1u << 31;
        if (!at) return false;
        for (int k = 24; k >= 0; k--) {
            carry += 58u * out[k];
            out[k] = (unsigned char)carry;
            carry >>= 8;
        }
        if (carry) return false;
    }
    return true;
}

static bool base58check(const char *p, size_t n)
{
    unsigned char v[25], h[32];
    if (n < 26 || n > 35 || !base58(p, n, v) || (v[0] != 0 && v[0] != 5)) return false;
    sha256(v, 21, h);
    sha256(h, 32, h);
    return memcmp(h, v + 21, 4) == 0;
}

/* BIP 173's checksum over "bc" and the data characters; 1 for bech32, 0x2bc830a3 for bech32m. */
static bool bech32(const char *p, size_t n)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    static const unsigned char human[5] = {3, 3, 0, 2, 3};
    uint32_t c = 1;
    bool upper = is_upper(p[0]);
    if (n < 14 || n > 90) return false;
    for (size_t i = 2; i < n + 4; i++) { /* the five of "bc", then what follows "bc1" */
        uint32_t v, top = c >> 25;
        const char *at = i < 7 ? NULL : strchr(alphabet, p[i - 4] | (is_letter(p[i - 4]) ? 32 : 0));
        if (i >= 7 && (!at || (is_letter(p[i - 4]) && is_upper(p[i - 4]) != upper))) return false;
        v = i < 7 ? human[i - 2] : (uint32_t)(at - alphabet);
        c = (c & 0x1ffffff) << 5 ^ v;
        for (unsigned k = 0; k < 5; k++)
            if (top >> k & 1) c ^= generator[k];
    }
    return c == 1 || c == 0x2bc830a3;
}

void find_bitcoin(struct pii *f, size_t at)
{
    bool segwit = f->p[at] == '1' && at >= 2 && (f->p[at - 1] | 32) == 'c' && (f->p[at - 2] | 32) == 'b';
    size_t start = segwit ? at - 2 : at, end = at;
    if (!pii_word_starts(f, start)) return;
    while (end - start <= 90 && is_alnum(pii_at(f, end))) end++;
    if (!pii_word_ends(f, end)) return;
    if (segwit ? bech32(f->p + start, end - start) : base58check(f->p + start, end - start))
        pii_add(f, start, end, PII_CRYPTO, "bitcoin", RANK_CERTAIN);
}
