/* find.h: what the finders of one text share. Inside filter/pii only. */
#ifndef LEAT_FILTER_PII_FIND_H
#define LEAT_FILTER_PII_FIND_H

#include "filter/pii/anchors.h"
#include "common/text.h"
#include "filter/pii/pii.h"

struct finding { /* a span and how sure it is: the surer one stays where two overlap */
    struct pii_span span;
    unsigned rank;
};

enum rank { RANK_LOOSE = 1, RANK_FORM, RANK_CHECKED, RANK_CERTAIN };

struct pii {
    struct anchor_tokens tokens;
    anchors_fn *scan;
    struct buf found; /* of struct finding */
    struct pii_span *spans;
    size_t n_spans, cap_spans;

    /* of the text that is being looked at */
    const char *p;
    size_t n;
    unsigned kinds;
    size_t ip_done, pem_end, secret_done; /* before these there is nothing more to find */
    bool pem_searched;
};

static inline bool pii_wants(const struct pii *f, enum pii_kind kind)
{
    return f->kinds & PII_BIT(kind);
}
static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}
static inline bool is_upper(char c)
{
    return (unsigned char)(c - 'A') < 26;
}
static inline bool is_letter(char c)
{
    return (unsigned char)((c | 32) - 'a') < 26;
}
static inline bool is_alnum(char c)
{
    return is_digit(c) || is_letter(c);
}
static inline char to_upper(char c)
{
    return (unsigned char)(c - 'a') < 26 ? (char)(c - 32) : c;
}
/* The byte at i, or a NUL outside the text. */
static inline char pii_at(const struct pii *f, size_t i)
{
    return i < f->n ? f->p[i] : 0;
}
static inline char pii_before(const struct pii *f, size_t i)
{
    return i ? f->p[i - 1] : 0;
}
static inline bool pii_word_starts(const struct pii *f, size_t i)
{
    return !is_alnum(pii_before(f, i)) && pii_before(f, i) != '_';
}
static inline bool pii_word_ends(const struct pii *f, size_t i)
{
    return !is_alnum(pii_at(f, i)) && pii_at(f, i) != '_';
}

void pii_add(struct pii *f, size_t start, size_t end, enum pii_kind kind, const char *what, unsigned rank);

/* Whether one of the words (lower case, separated by '|') stands in the `before` bytes ahead of start or in the `after`
 * bytes behind end. A word that begins with an ASCII letter must begin a word there: "tel" is found in "telephone", not in
 * "hotel". before + after < 256. */
bool pii_context(const struct pii *f, size_t start, size_t end, unsigned before, unsigned after,
                 const char *words);

/* A number as people write it: groups of digits with one separator, or a usual pair of them, between. */
#define NUMBER_GROUPS 10
#define NUMBER_DIGITS 24
struct number {
    size_t start;
    unsigned n_groups, n_digits;
    char digits[NUMBER_DIGITS + 1];
    struct number_group {
        size_t end;
        unsigned digits;     /* how many */
        unsigned digits_sum; /* up to and with this one */
        char separator;      /* ahead of it: ' ', '-', '.', '/', ')' for ") ", '('; 0 for the first one */
    } group[NUMBER_GROUPS];
    bool open;    /* a '(' stands right before it */
    bool plus;    /* a '+' does */
    bool goes_on; /* more groups follow than fit */
};
void number_read(const struct pii *f, size_t start, struct number *v);
/* Whether the first groups are of this shape: "3-2-4", "3)3-4": digits and separators; '_' is any separator, but the same
 * one all along. Returns the number of groups, or 0. */
unsigned number_shape(const struct number *v, const char *shape);
/* The number ends after so many groups: no letter, digit, or further group at its separator comes. */
bool number_ends(const struct pii *f, const struct number *v, unsigned groups);

/* ------------------------------------------------------------------ the finders; each adds what it finds */
void find_fineweb(struct pii *f);                       /* the whole text, by datatrove's expressions */
void find_email(struct pii *f, size_t at);              /* at a '@' */
void find_ip4(struct pii *f, size_t at);                /* at the first digit of a run */
void find_ip6(struct pii *f, size_t colon);             /* at a colon that has another one near before it */
void find_card(struct pii *f, const struct number *v);  /* at a number */
void find_iban(struct pii *f, size_t at);               /* at the digits behind two letters */
void find_bitcoin(struct pii *f, size_t at);            /* at a '1' or '3' */
void find_phone(struct pii *f, const struct number *v); /* at a number */
void find_id_number(struct pii *f, const struct number *v); /* at a number */
void find_id_letters(struct pii *f, size_t at);             /* at digits behind letters */
void find_token(struct pii *f, size_t at);        /* at what may be the beginning of a known token */
void find_assignment(struct pii *f, size_t at);   /* at ':' or '=' */
void find_url_password(struct pii *f, size_t at); /* at a '@' */
extern const char *const token_begins[ANCHOR_GROUPS];

/* Whether an address is one that the public net routes (IANA's registries, as Python's ipaddress.is_global of 3.12). */
bool ip4_is_public(const unsigned char a[4]);
/* Four numbers of 0 to 255 at p (at most n bytes): the length, or 0. */
unsigned ip4_parse(const char *p, size_t n, unsigned char a[4]);
#endif
