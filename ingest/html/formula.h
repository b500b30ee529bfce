/* formula.h: formulas of a page, each once, as TeX between dollar signs; superscripts that would change a number.
 *
 * Pages state a formula several times: as MathML, as TeX beside it, as an image, as boxes for the eye. page.c shows each token
 * to formula_take, which says what to do with it. Where the TeX is known it is written, and the other forms are passed
 * over; where it is not, all stays as it is.
 *
 * Ownership: the formula owns its buffers from init to free; text that it gives is valid until the next call. Memory: some
 * FORMULA_MAX. Time: linear in the page, whatever it holds: what was searched in vain is not searched again. */
#ifndef LEAT_INGEST_FORMULA_H
#define LEAT_INGEST_FORMULA_H

#include "ingest/html/html.h"

#define FORMULA_MAX ((size_t)64 << 10) /* bytes of TeX of one formula */

struct formula {
    struct buf raw, text; /* scratch; what is to be written */
    const char *end;      /* of the page */
    const char *until;    /* tokens before are passed over */
    const char *math_end; /* the next "</math" from there on was searched… */
    const char *no_tex;   /* no annotation holds TeX before */
    const char *no_end;   /* no end of a box was found before */
    size_t behind_math; /* where the page's text ended behind the last formula from MathML; SIZE_MAX: none */
    bool is_math;       /* what is to be written is MathML's */
    bool script, display; /* the next text is TeX */
    bool sup;             /* the next text is raised */
    bool failed;          /* out of memory */
};

enum formula_act {
    FORMULA_NONE,  /* the token is none of ours */
    FORMULA_SKIP,  /* it is to be passed over */
    FORMULA_WRITE, /* f->text is to be written (and no reference decoded in it), the token passed over */
    FORMULA_BARE   /* a start tag whose attributes say nothing of what is shown */
};

void formula_init(struct formula *f);
void formula_free(struct formula *f);
void formula_begin(struct formula *f, struct slice html);

/* text: what the page has written. A script's start tag is FORMULA_NONE, its text is written. */
enum formula_act formula_take(struct formula *f, struct html *h, const struct html_token *t,
                              const struct buf *text);

/* Says where the text ends behind what FORMULA_WRITE wrote. */
void formula_written(struct formula *f, size_t at);

/* What stands between the text and a raised number that follows it at once: "^" for a power, "." for the hundredths of a
 * price, " " for the fraction of a mixed number, "" for all others. raised: up to the next tag, in the page up to end. */
const char *formula_between(struct slice text, struct slice raised, const char *end);

#endif
