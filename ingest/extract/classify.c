/* classify.c: what decision trees say of a page and its blocks.
 *
 * The second sum of trees also sees what the first one said of the blocks and elements
 * around. In: features. Out: types and scores. State: none. Memory: that of struct features. Time: linear in blocks. */
#include "ingest/extract/classify.h"
#include "ingest/extract/trees.h"

static const char *const type_names[PAGE_TYPES] = {"article",    "documentation", "service", "forum",
                                                   "collection", "listing",       "product"};

const char *page_type_name(enum page_type t)
{
    return type_names[t];
}

/* ------------------------------------------------------------------ the type of the page */

#define STEPS (1 << (LOGIT_BITS - 4)) /* of a logit, in steps of 1/16 */

static void classify_type(struct features *f, enum page_type *type)
{
    int32_t sum[PAGE_TYPES];
    memcpy(sum, type_bias, sizeof sum);
    for (size_t t = 0; t < n_type_trees; t++) {
        const struct type_tree *tree = &type_trees[t];
        unsigned leaf = 0;
        for (int d = 0; d < TYPE_DEPTH; d++)
            leaf |= (unsigned)(f->page[tree->feature[d]] > tree->above[d]) << d;
        for (int i = 0; i < PAGE_TYPES; i++) sum[i] += tree->leaf[leaf][i];
    }
    unsigned best = 0;
    for (unsigned i = 1; i < PAGE_TYPES; i++)
        if (sum[i] > sum[best]) best = i;
    uint32_t all = 0, e[PAGE_TYPES];
    for (int i = 0; i < PAGE_TYPES; i++) {
        int32_t below = (sum[best] - sum[i] + STEPS / 2) / STEPS;
        e[i] = below < 128 ? exp_table[below] : 0;
        all += e[i];
    }
    for (int i = 0; i < PAGE_TYPES; i++) f->types[i] = (uint8_t)((e[i] * 255 + all / 2) / all);
    *type = (enum page_type)best;
}

/* ------------------------------------------------------------------ the blocks */

static uint16_t sigmoid(int32_t logit)
{
    int32_t above = logit + 128 * STEPS + STEPS / 2; /* the table begins at -128 steps */
    if (above < 0) return sigmoid_table[0];
    return sigmoid_table[above / STEPS < 256 ? above / STEPS : 256];
}

static void score_blocks(struct features *f, size_t blocks, const struct tree *trees, size_t n_trees,
                         int32_t bias)
{
    int32_t sum[FEATURES_TILE];
    trees_sum *sum_trees = trees_choose();
    for (size_t from = 0; from < blocks; from += FEATURES_TILE) {
        sum_trees(trees, n_trees, bias, features_tile(f, from), sum);
        for (size_t i = 0; i < FEATURES_TILE && from + i < blocks; i++) f->score[from + i] = sigmoid(sum[i]);
    }
}

void classify_page(struct features *f, const struct page *p, enum page_type *type)
{
    size_t n = p->blocks.n;
    classify_type(f, type);
    features_fill(f, p);
    score_blocks(f, n, first_trees, n_first_trees, first_bias);
    features_fill_second(f, p);
    score_blocks(f, n, second_trees, n_second_trees, second_bias);
}
