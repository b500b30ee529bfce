/* overlap.h: decontamination: which pieces of evaluation sets stand in a text.
 *
 *   overlap_new(&o, &opts, &e); overlap_add(o, "gsm8k.jsonl", &e); … overlap_ready(o, &e);
 *   struct overlap_found *f = overlap_found_new();              // per thread
 *   overlap_find(o, f, text, &e);                               // f->grams, f->item[0..n), f->span[0..n)
 *
 * A piece is n words in a row (13: Brown et al. 2020, GPT-3, appendix C; 8: Chowdhery et al. 2022, PaLM) after case and
 * punctuation are taken away, or as they are ("exact"), or n letters and digits in a row (50: OpenAI 2023, GPT-4, appendix C).
 * A match is exact: hashes find it, the words themselves are compared then.
 *
 * Files: JSON lines or a JSON array of objects, whose strings under the keys are one item, in the object's order; any other
 * text: each paragraph is an item. Any compression. An item of fewer than n words cannot be found, and is counted.
 *
 * Memory: the items' words, 24 bytes for each of their n-grams, and a bitmap of 16 to 32 bits for each; per thread 24 bytes
 * a word of the longest text. Time: linear in the text; a piece that stands in many items is charged to the first eight. */
#ifndef LEAT_FILTER_OVERLAP_H
#define LEAT_FILTER_OVERLAP_H

#include "filter/words/fold.h"

struct overlap_opts {
    unsigned n;       /* words, or characters */
    unsigned flags;   /* 0, FOLD_EXACT or FOLD_CHARS */
    const char *keys; /* "question,answer"; NULL: the usual ones (overlap_usual_keys) */
};
extern const char overlap_usual_keys[];

/* "13", "8", "exact-13", "chars-50": 0, or -ERR_USAGE. */
int overlap_parse(struct overlap_opts *o, const char *word, struct err *e);

struct overlap;
int overlap_new(struct overlap **o, const struct overlap_opts *opts, struct err *e);
int overlap_add(struct overlap *o, const char *path, struct err *e);
int overlap_add_text(struct overlap *o, const char *name, struct slice text, struct err *e);
int overlap_ready(struct overlap *o, struct err *e); /* after the last file; read only from here on */
void overlap_free(struct overlap *o);

struct overlap_counts {
    uint64_t items, too_short, grams, memory_bytes;
};
struct overlap_counts overlap_counts(const struct overlap *o);

struct overlap_item {   /* an item that the text shares pieces with */
    const char *file;   /* of the overlap */
    uint64_t line;      /* from 1: where the item begins */
    struct slice id;    /* under "id", "task_id", "qid" or "question_id"; "" */
    uint64_t grams;     /* how many of its n-grams */
    double share;       /* of its words that they cover */
    struct slice first; /* of the text: the first shared piece */
    uint64_t number;
};

struct overlap_span {
    uint64_t start, end; /* bytes of the text */
};

struct overlap_found {
    uint64_t grams;            /* n-grams of the text that are in some item */
    double share;              /* of the text's words that they cover */
    struct overlap_item *item; /* most n-grams first */
    size_t n_items;
    struct overlap_span *span; /* what the shared n-grams cover, in order, not touching */
    size_t n_spans;
    struct overlap_scratch *scratch;
};

struct overlap_found *overlap_found_new(void); /* NULL: out of memory */
void overlap_found_free(struct overlap_found *f);
int overlap_find(const struct overlap *o, struct overlap_found *f, struct slice text, struct err *e);

/* GPT-3's removal: the spans and `window` characters at both sides go; what remains is pieces, of which those of fewer than
 * `least` characters go too. Appends the pieces, a newline between, and returns their number; < 0: no memory. */
int64_t overlap_cut(const struct overlap_found *f, struct slice text, unsigned window, unsigned least,
                    struct buf *out);

#endif
