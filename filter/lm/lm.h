/* lm.h: perplexity of texts by an n-gram language model, read from an ARPA file or from leat's .blm.
 *
 *   struct lm *m;
 *   if (lm_open(&m, "en.blm", NULL, e) < 0) …
 *   struct lm_scratch *s = lm_scratch_new();             one per thread
 *   struct lm_score r;
 *   if (lm_score_text(m, s, text, &r, e) < 0) …          r.perplexity
 *
 * A text's lines are its sequences, a line's words are what white space (ASCII's, and NUL) parts after normalisation;
 * each sequence is scored from <s> to </s>, and a line without words is none. Log-probabilities are KenLM's for the same
 * ARPA file (K. Heafield, "KenLM: Faster and Smaller Language Model Queries", WMT 2011), and depend on no CPU or libm.
 * Thread rule: a struct lm is read-only once it is open; a scratch belongs to one thread. */
#ifndef LEAT_FILTER_LM_LM_H
#define LEAT_FILTER_LM_LM_H

#include "common/buf.h"
#include "common/err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LM_MAX_ORDER 6

enum lm_normal {                   /* bits: what a line goes through before it is cut into words; normal.h */
                 LM_LOWER = 1,     /* lower case */
                 LM_DIGITS = 2,    /* every decimal digit becomes 0 */
                 LM_PUNCT = 4,     /* Unicode punctuation becomes ASCII's */
                 LM_ACCENTS = 8,   /* non-spacing marks are taken away */
                 LM_CONTROLS = 16, /* control characters are taken away */
                 LM_CCNET = 31     /* all, as CCNet's text_normalizer does by default */
};

struct lm;

/* Opens an ARPA file (compressed or not) or a .blm, told apart by their first bytes. `normal`: NULL takes what the
 * file says, as do those that leat wrote, or none; else the bits to use, which must be those that the file says. Returns 0; -ERR_IO; -ERR_DATA: the
 * file is damaged, cut or no model; -ERR_USAGE: another normalisation. *m is the caller's: lm_close. */
int lm_open(struct lm **m, const char *path, const unsigned *normal, struct err *e);
void lm_close(struct lm *m); /* NULL is allowed */

unsigned lm_order(const struct lm *m);
unsigned lm_normal_of(const struct lm *m);         /* bits of enum lm_normal */
uint64_t lm_count(const struct lm *m, unsigned k); /* k-grams, 1 <= k <= order */
uint64_t lm_bytes(const struct lm *m);             /* of the tables */
bool lm_mapped(const struct lm *m);                /* a .blm, mapped and shared with other processes */

struct lm_scratch;
struct lm_scratch *lm_scratch_new(void); /* NULL: out of memory */
void lm_scratch_free(struct lm_scratch *s);

struct lm_score {
    double log10;       /* of the whole text's probability, </s> of each sequence included */
    double perplexity;  /* 10^(-log10 / (words + sequences)); 0 for a text without words */
    uint64_t words;     /* </s> not counted */
    uint64_t unknown;   /* words that the model does not have */
    uint64_t sequences; /* lines with words */
};
int lm_score_text(const struct lm *m, struct lm_scratch *s, struct slice text, struct lm_score *r,
                  struct err *e);

/* The perplexity alone; -ERR_IO (negative) when out of memory. */
double lm_perplexity(const struct lm *m, struct lm_scratch *s, struct slice text, uint64_t *words,
                     struct err *e);

/* One line as one sequence: each of its words, and at last "</s>", with log10 of its probability and the length of the
 * n-gram that gave it. The slices live until the scratch's next use. */
struct lm_token {
    struct slice word;
    float log10;
    unsigned matched; /* 1: the word alone */
    bool unknown;
};
int lm_score_line(const struct lm *m, struct lm_scratch *s, struct slice line, const struct lm_token **tokens,
                  size_t *n, struct err *e);

/* Tiers by perplexity, of two cuts: 0 basic (<= first), 1 advanced (<= second), 2 expert. */
static inline unsigned lm_tier(double perplexity, const double cut[2])
{
    return perplexity <= cut[0] ? 0 : perplexity <= cut[1] ? 1 : 2;
}
extern const char *const lm_tier_name[3];

#ifdef __cplusplus
}
#endif
#endif
