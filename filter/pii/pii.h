/* pii.h: personal data and secrets in text: where they are, of which kind, and the text without them.
 *
 *   struct pii *p = pii_new();
 *   pii_find(p, text, PII_ALL, &e);            // p's spans, in order, none overlapping
 *   for (i < pii_spans(p, &spans)) … spans[i].what …
 *   pii_mask(p, text, &masks, &out);
 *
 * What counts, with the source of each form, is in the files that find it: network.c (e-mail, IP), finance.c (cards, IBAN,
 * bitcoin), phone.c, national.c (ids of the countries), secrets.c. A form that chance meets too often (nine digits with
 * one check digit) counts only beside a word that says what it is. docs/pii.md lists them all.
 *
 * Thread rule: one struct pii per thread. Memory: 32 bytes a span. Time is linear in the text. */
#ifndef LEAT_FILTER_PII_H
#define LEAT_FILTER_PII_H

#include "common/buf.h"
#include "common/err.h"

enum pii_kind {
    PII_EMAIL,
    PII_PHONE,
    PII_IP,
    PII_CARD,
    PII_IBAN,
    PII_CRYPTO, /* bitcoin addresses */
    PII_SECRET,
    PII_ID, /* national ids */
    PII_KINDS
};
#define PII_BIT(kind) (1u << (kind))
#define PII_ALL ((1u << PII_KINDS) - 1)

struct pii_span {
    uint64_t start, end; /* bytes of the text */
    enum pii_kind kind;
    const char *what; /* static: "email", "ipv6", "visa", "us_ssn", "aws_access_key" … */
};

struct pii;
struct pii *pii_new(void); /* NULL: out of memory */
void pii_free(struct pii *p);

/* "email", "phone", "ip", "card", "iban", "crypto", "secret", "id". */
const char *pii_kind_name(enum pii_kind kind);
/* "email,ip" or "all" to bits. 0, or -ERR_USAGE. */
int pii_parse_kinds(const char *list, unsigned *kinds, struct err *e);

/* Finds the spans of the kinds asked for in valid UTF-8. Where two overlap the surer one stays. 0, or -ERR_IO (memory). */
int pii_find(struct pii *p, struct slice text, unsigned kinds, struct err *e);
/* The spans of the last pii_find; borrowed until the next. */
size_t pii_spans(const struct pii *p, const struct pii_span **spans);

/* FineWeb's rules instead of ours, for e-mail and IPv4 alone: the expressions of datatrove 0.10's PIIFormatter, public
 * addresses only. */
int pii_find_fineweb(struct pii *p, struct slice text, unsigned kinds, struct err *e);

/* What replaces a span: the n texts of its kind in turn, from the first one in each document. */
struct pii_masks {
    struct pii_mask {
        const char *text[6];
        size_t n;
    } of[PII_KINDS];
};
extern const struct pii_masks
    pii_placeholders; /* [EMAIL], [PHONE], [IP], [CARD], [IBAN], [CRYPTO], [SECRET], [ID] */
extern const struct pii_masks pii_fineweb; /* email@example.com, …; six addresses that answered no ping */

/* What was taken away and put in, in bytes, by kind. */
struct pii_account {
    uint64_t removed[PII_KINDS], added, spans[PII_KINDS];
};
/* Appends the text with the last spans replaced. 0, or -ERR_IO. */
int pii_mask(const struct pii *p, struct slice text, const struct pii_masks *masks, struct buf *out,
             struct pii_account *account);

#endif
