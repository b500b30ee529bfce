/* pii.c: looks at a text's anchors (anchors.h), asks the finders what stands there, and settles what overlaps. */
#include "filter/pii/find.h"
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[PII_KINDS] = {"email", "phone",  "ip",     "card",
                                                  "iban",  "crypto", "secret", "id"};

const char *pii_kind_name(enum pii_kind kind)
{
    return kind_names[kind];
}

static unsigned kind_bits(struct slice name)
{
    if (slice_is(name, "all")) return PII_ALL;
    for (unsigned k = 0; k < PII_KINDS; k++)
        if (slice_is(name, kind_names[k])) return PII_BIT(k);
    return 0;
}

int pii_parse_kinds(const char *list, unsigned *kinds, struct err *e)
{
    *kinds = 0;
    for (const char *at = list;; at++) {
        size_t n = strcspn(at, ",");
        unsigned bits = kind_bits(slice_of(at, n));
        if (!bits)
            return err_set(e, ERR_USAGE,
                           "no such kind of personal data: %.*s; there are all, email, phone, ip, card, "
                           "iban, crypto, secret, id",
                           n > 64 ? 64 : (int)n, at);
        *kinds |= bits;
        at += n;
        if (!*at) return 0;
    }
}

struct pii *pii_new(void)
{
    struct pii *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    buf_init(&p->found, BUF_NO_MAX);
    anchor_tokens_init(&p->tokens, token_begins);
    p->scan = anchors_best();
    return p;
}

void pii_free(struct pii *p)
{
    if (!p) return;
    buf_free(&p->found);
    free(p->spans);
    free(p);
}

size_t pii_spans(const struct pii *p, const struct pii_span **spans)
{
    *spans = p->spans;
    return p->n_spans;
}

void pii_add(struct pii *f, size_t start, size_t end, enum pii_kind kind, const char *what, unsigned rank)
{
    struct finding x = {{start, end, kind, what}, rank};
    buf_put(&f->found, &x, sizeof x);
}

/* ------------------------------------------------------------------ at the anchors */

/* Whether more digits follow closely enough for a number of seven or more. */
static bool may_be_number(const struct pii *f, size_t i)
{
    size_t end = i;
    while (end < i + 7 && is_digit(pii_at(f, end))) end++;
    if (end == i + 7) return true;
    for (size_t k = end; k < end + 4 && k < f->n; k++) {
        if (is_digit(f->p[k])) return true;
        if (is_letter(f->p[k]) || f->p[k] == ',' || f->p[k] == '\n') return false;
    }
    return false;
}

/* A number does not begin within another one: "1.5", "12-34". */
static bool within_number(const struct pii *f, size_t i)
{
    char c = pii_before(f, i);
    return (c == '.' || c == '-' || c == '/' || c == ',' || c == '_' || c == ':') && i > 1 &&
           is_digit(f->p[i - 2]);
}

static void at_number(struct pii *f, size_t i)
{
    struct number v;
    if (pii_wants(f, PII_IP)) find_ip4(f, i);
    if (pii_wants(f, PII_CRYPTO) && (f->p[i] == '1' || f->p[i] == '3')) find_bitcoin(f, i);
    if (!(f->kinds & (PII_BIT(PII_PHONE) | PII_BIT(PII_CARD) | PII_BIT(PII_ID)))) return;
    if (pii_before(f, i) == '_' || within_number(f, i) || !may_be_number(f, i)) return;
    number_read(f, i, &v);
    if (v.n_digits < 6) return;
    if (pii_wants(f, PII_CARD)) find_card(f, &v);
    if (pii_wants(f, PII_ID)) find_id_number(f, &v);
    if (pii_wants(f, PII_PHONE)) find_phone(f, &v);
}

static void at_digits(struct pii *f, size_t i)
{
    if (!is_letter(pii_before(f, i))) {
        at_number(f, i);
        if (pii_before(f, i) != ' ') return; /* "AB 12 34 56 C" */
    }
    if (pii_wants(f, PII_IBAN)) find_iban(f, i);
    if (pii_wants(f, PII_CRYPTO)) find_bitcoin(f, i);
    if (pii_wants(f, PII_ID)) find_id_letters(f, i);
}

static void at_anchor(struct pii *f, size_t i, const struct anchors *a, unsigned bit, uint64_t digit_starts,
                      uint64_t pairs)
{
    uint64_t m = 1ULL << bit;
    if (digit_starts & m) at_digits(f, i);
    if (a->at & m) {
        if (pii_wants(f, PII_EMAIL)) find_email(f, i);
        if (pii_wants(f, PII_SECRET)) find_url_password(f, i);
    }
    if (pairs & m && pii_wants(f, PII_IP)) find_ip6(f, i);
    if ((a->colon | a->equal) & m && pii_wants(f, PII_SECRET)) find_assignment(f, i);
    if (a->token & m && pii_wants(f, PII_SECRET)) find_token(f, i);
}

/* Colons that have another one one to five bytes before them: IPv6. */
static uint64_t colon_pairs(uint64_t colon, uint64_t before)
{
    uint64_t near = 0;
    if (!colon) return 0;
    for (unsigned k = 1; k <= 5; k++) near |= colon << k | before >> (64 - k);
    return colon & near;
}

static void at_block(struct pii *f, size_t at, const struct anchors *a, const struct anchors *before)
{
    uint64_t starts = a->digit & ~(a->digit << 1 | before->digit >> 63);
    uint64_t pairs = colon_pairs(a->colon, before->colon);
    uint64_t any = starts | a->at | pairs | a->token;
    if (pii_wants(f, PII_SECRET)) any |= a->colon | a->equal;
    for (; any; any &= any - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(any);
        at_anchor(f, at + bit, a, bit, starts, pairs);
    }
}

#define CHUNK_BLOCKS 32

static void at_blocks(struct pii *f, size_t at, const unsigned char *p, size_t blocks, struct anchors *before)
{
    struct anchors a[CHUNK_BLOCKS];
    f->scan(&f->tokens, p, blocks, a);
    for (size_t b = 0; b < blocks; b++) {
        at_block(f, at + b * ANCHOR_BLOCK, &a[b], before);
        *before = a[b];
    }
}

static void find_all(struct pii *f)
{
    struct anchors before = {0};
    unsigned char tail[2 * ANCHOR_BLOCK + ANCHOR_AHEAD] = {0};
    size_t at = 0;
    while (f->n - at >= ANCHOR_BLOCK + ANCHOR_AHEAD) {
        size_t blocks = (f->n - at - ANCHOR_AHEAD) / ANCHOR_BLOCK;
        if (blocks > CHUNK_BLOCKS) blocks = CHUNK_BLOCKS;
        at_blocks(f, at, (const unsigned char *)f->p + at, blocks, &before);
        at += blocks * ANCHOR_BLOCK;
    }
    if (at == f->n) return;
    memcpy(tail, f->p + at, f->n - at);
    at_blocks(f, at, tail, 2, &before);
}

/* ------------------------------------------------------------------ what overlaps */

static int by_start(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->span.start != y->span.start) return x->span.start < y->span.start ? -1 : 1;
    if (x->rank != y->rank) return x->rank > y->rank ? -1 : 1;
    if (x->span.end != y->span.end) return x->span.end > y->span.end ? -1 : 1;
    return (int)x->span.kind - (int)y->span.kind;
}

/* In order of their start: one that overlaps those before it stays only where it is surer, and then they go. */
static size_t settle(struct finding *x, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct finding one = x[i];
        while (kept && x[kept - 1].span.end > one.span.start && one.rank > x[kept - 1].rank) kept--;
        if (kept && x[kept - 1].span.end > one.span.start) continue;
        x[kept++] = one;
    }
    return kept;
}

static int keep_spans(struct pii *f, struct err *e)
{
    size_t n = f->found.n / sizeof(struct finding);
    struct finding *x = (struct finding *)(void *)f->found.p;
    f->n_spans = 0;
    if (f->found.failed) return err_nomem(e, "looking for personal data");
    if (!n) return 0;
    qsort(x, n, sizeof *x, by_start);
    n = settle(x, n);
    if (n > f->cap_spans) {
        struct pii_span *more = reallocarray(f->spans, n, 2 * sizeof *more);
        if (!more) return err_nomem(e, "looking for personal data");
        f->spans = more;
        f->cap_spans = 2 * n;
    }
    for (size_t i = 0; i < n; i++) f->spans[i] = x[i].span;
    f->n_spans = n;
    return 0;
}

static void begin(struct pii *f, struct slice text, unsigned kinds)
{
    buf_clear(&f->found);
    f->p = text.p;
    f->n = text.n;
    f->kinds = kinds;
    f->ip_done = f->pem_end = f->secret_done = 0;
    f->pem_searched = false;
}

int pii_find(struct pii *f, struct slice text, unsigned kinds, struct err *e)
{
    begin(f, text, kinds);
    find_all(f);
    return keep_spans(f, e);
}

int pii_find_fineweb(struct pii *f, struct slice text, unsigned kinds, struct err *e)
{
    begin(f, text, kinds);
    find_fineweb(f);
    return keep_spans(f, e);
}
