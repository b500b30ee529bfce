/* extract.c: chooses the main content among a page's blocks.
 *
 * classify.h says of each block how probable it is that it belongs to the content. Kept are the most probable ones: as many as
 * give the greatest expected F1 between what is kept and the content (docs/extraction.md), so that a page on which
 * nothing is certain keeps more rather than nothing. A page with little text is left to rules.h.
 * In: struct page. Out: text. State: buffers. Memory: some 500 bytes a block. Time: linear in text and blocks. */
#include "ingest/extract/extract.h"
#include "ingest/html/layout.h"
#include "ingest/extract/rules.h"

#define LITTLE_TEXT 1200 /* bytes of a page */
#define NOSCRIPT_MIN 500 /* bytes of <noscript> that are more than a plea for JavaScript */

void extractor_init(struct extractor *x)
{
    features_init(&x->features);
}

void extractor_free(struct extractor *x)
{
    features_free(&x->features);
}

static bool in_noscript(const struct page *p, size_t block)
{
    return p->blocks.node[p->blocks.block[block].node].state & STATE(NOSCRIPT);
}

/* <noscript> is shown to nobody, unless it is the page itself (forum software serves it so). */
static bool noscript_is_shown(const struct page *p)
{
    size_t bytes = 0;
    for (size_t i = 0; i < p->blocks.n; i++)
        if (in_noscript(p, i)) bytes += p->blocks.block[i].end - p->blocks.block[i].start;
    return bytes >= NOSCRIPT_MIN && bytes > p->text.n / 2;
}

static uint64_t weight(const struct features *f, size_t block)
{
    return 2 * (uint64_t)features_words(f, block) + 1;
}

/* By how much the least score is raised for each type of page: found by cross-validation, since probabilities of blocks of one page
 * are not independent, as the expectation takes them to be. */
static const int score_shift[PAGE_TYPES] = {
    [PAGE_ARTICLE] = 60,     [PAGE_DOCUMENTATION] = -80, [PAGE_SERVICE] = -30, [PAGE_FORUM] = 0,
    [PAGE_COLLECTION] = -20, [PAGE_LISTING] = -50,       [PAGE_PRODUCT] = 110,
};

/* The least score that is kept. F1 = 2 * sum(kept weight * p) / (sum(kept weight) + sum(weight * p)) is greatest where
 * everything is kept whose p is at least half of it. */
static int choose_score(const struct features *f, size_t blocks, enum page_type type)
{
    uint64_t weights[SCORE_MAX + 1] = {0}, hits = 0, kept = 0, all = 0;
    for (size_t i = 0; i < blocks; i++) {
        weights[f->score[i]] += weight(f, i);
        all += weight(f, i) * f->score[i];
    }
    double best = 0;
    int most = -1;
    for (int s = SCORE_MAX; s >= 0; s--) {
        if (!weights[s]) continue;
        if (most < 0) most = s;
        kept += weights[s];
        hits += weights[s] * (uint64_t)s;
        double half = (double)hits / (double)(kept * SCORE_MAX + all + 1);
        if (half > best) best = half;
    }
    int least = (int)(best * SCORE_MAX + 0.5) + score_shift[type];
    return least < most ? least : most;
}

static void lay_out(const struct features *f, const struct page *p, enum page_type type, struct buf *out)
{
    struct layout l;
    size_t n = p->blocks.n, at = 0;
    int least = choose_score(f, n, type);
    bool noscript = noscript_is_shown(p), begun = false;
    layout_init(&l, out);
    for (size_t i = 0; i < n; i++) {
        const struct block *b = &p->blocks.block[i];
        bool keep = f->score[i] >= least && (noscript || !in_noscript(p, i));
        if (keep) {
            layout_range(&l, p, at, b->end);
            begun = true;
        } else if (begun) {
            layout_range(&l, p, at, b->start);
            layout_marks(&l, p, b->start, b->end);
            layout_seam(&l);
        }
        at = b->end;
    }
    if (begun) layout_marks(&l, p, at, p->text.n);
    layout_end(&l);
}

int extract_text(struct extractor *x, const struct page *p, enum extract_mode mode, struct buf *out,
                 const char **type, struct err *e)
{
    size_t begin = out->n;
    enum page_type found;
    *type = NULL;
    if (mode == EXTRACT_ALL) {
        rules_all(p, out);
    } else if (p->text.n >= LITTLE_TEXT) {
        if (features_read(&x->features, p, e) < 0) return -ERR_IO;
        classify_page(&x->features, p, &found);
        *type = page_type_name(found);
        lay_out(&x->features, p, found, out);
        features_trim(&x->features);
    }
    if (mode == EXTRACT_MAIN && out->n == begin) rules_main(p, out);
    return out->failed ? err_nomem(e, "laying out a page") : 0;
}
