/* Scores against the plain definition: trees walked one block at a time; sums over elements made by adding up their blocks. */
#include "ingest/extract/classify.h"
#include "common/simd.h"
#include "common/hash.h"
#include "common/text.h"
#include "ingest/extract/trees.h"
#include "tests/unit/test.h"

static struct html h;
static struct page page;
static struct features f;
static struct err e;
static enum page_type type;

static void classify(struct slice html)
{
    CHECK_INT(page_read(&page, &h, html, &e), 0);
    CHECK_INT(features_read(&f, &page, &e), 0);
    classify_page(&f, &page, &type);
}

static unsigned feature(size_t block, unsigned id)
{
    return features_tile(&f, block)[id * FEATURES_TILE + block % FEATURES_TILE];
}

static int reference_score(size_t block, const struct tree *trees, size_t n, int32_t logit)
{
    for (size_t t = 0; t < n; t++) {
        int leaf = 0;
        for (int d = 0; d < TREE_DEPTH; d++)
            if (feature(block, trees[t].feature[d]) > trees[t].above[d]) leaf += 1 << d;
        logit += trees[t].leaf[leaf];
    }
    double x = (double)logit / (1 << LOGIT_BITS);
    return (int)lround(SCORE_MAX / (1 + exp(-x)));
}

/* A page with some of everything: sections of links, articles, lists, tables, of several hundred blocks. */
static void make_page(struct buf *b, int sections)
{
    static const char *const pieces[] = {
        "<nav class=menu><ul><li><a href=a>Home</a><li><a href=b>About us</a></ul></nav>",
        "<article class=post><h2>On mills %d</h2><p>The mill stands by the river, and its wheel turns all "
        "day long. It is %d years "
        "old.</p>",
        "<p class=body>Water comes through a leat, which somebody dug by hand; nobody knows who, or "
        "when.</p></article>",
        "<div class=comments><div class=comment><b>Ann</b><p>I was there in %d!</p></div></div>",
        "<table><tr><th>Mill<th>Price<tr><td>Upper<td>$%d.50<tr><td>Lower<td>$7</table>",
        "<aside class=related><h3>Related</h3><a href=c>More about mills</a></aside>",
        "<footer>© %d The Millers. All rights reserved.</footer>"};
    buf_puts(b, "<title>On mills</title>");
    for (int i = 0; i < sections; i++) {
        char piece[512];
        snprintf(piece, sizeof piece, pieces[i % 7], i, i);
        buf_puts(b, piece);
    }
}

TEST(scores_are_those_of_the_trees)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    make_page(&b, 200);
    classify(buf_slice(&b));
    CHECK(page.blocks.n > 3 * FEATURES_TILE);
    for (size_t i = 0; i < page.blocks.n; i++) {
        int want = reference_score(i, second_trees, n_second_trees, second_bias), got = f.score[i];
        CHECK(abs(want - got) <= 9); /* logits are rounded to 1/16 */
    }
    buf_free(&b);
}

/* Every value that a feature can have, by each CPU's way and by walking the trees. */
TEST(sums_are_the_same_by_every_way)
{
    uint8_t *tile = aligned_alloc(64, (size_t)BF_COUNT * FEATURES_TILE);
    if (!tile) abort();
    for (size_t i = 0; i < (size_t)BF_COUNT * FEATURES_TILE; i++)
        tile[i] = (uint8_t)(hash_mix64(i) >> (i % 7 ? 58 : 56));
    for (int way = SIMD_PLAIN; way <= SIMD_AVX512; way++) {
        int32_t sum[FEATURES_TILE];
        simd_limit((enum simd)way);
        trees_choose()(second_trees, n_second_trees, second_bias, tile, sum);
        for (size_t i = 0; i < FEATURES_TILE; i++) {
            int32_t want = second_bias;
            for (const struct tree *t = second_trees; t < second_trees + n_second_trees; t++) {
                unsigned leaf = 0;
                for (int d = 0; d < TREE_DEPTH; d++)
                    leaf |= (unsigned)(tile[t->feature[d] * FEATURES_TILE + i] > t->above[d]) << d;
                want += t->leaf[leaf];
            }
            CHECK_INT(sum[i], want);
        }
    }
    free(tile);
}

TEST(neighbours_are_told_what_a_block_knows)
{
    static const unsigned own[4] = {0, 2, 5, 25};
    static const int at[4] = {-1, 1, -2, 2};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int sections = 1; sections < 140; sections += 9) {
        buf_clear(&b);
        make_page(&b, sections);
        classify(buf_slice(&b));
        for (size_t i = 0; i < page.blocks.n; i++)
            for (unsigned j = 0; j < 4; j++) {
                size_t other = i + (size_t)at[j]; /* beyond all where there is none */
                for (unsigned m = 0; m < 4; m++)
                    CHECK_INT(feature(i, BF_NEAR + 5 * j + m),
                              other < page.blocks.n ? feature(other, BF_OWN + own[m]) : 0);
            }
    }
    buf_free(&b);
}

TEST(sums_of_elements)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    make_page(&b, 100);
    classify(buf_slice(&b));
    for (size_t i = 0; i < page.blocks.n; i++) {
        uint64_t bytes = 0, links = 0, all = 0;
        uint32_t node = page.blocks.block[i].node;
        for (size_t k = 0; k < page.blocks.n; k++) {
            uint32_t at = page.blocks.block[k].node;
            while (at && at != node) at = page.blocks.node[at].parent;
            size_t n = page.blocks.block[k].end - page.blocks.block[k].start;
            all += n;
            if (at != node) continue;
            bytes += n;
            links += page.blocks.block[k].link_bytes;
        }
        CHECK_INT(feature(i, BF_LEVELS + 1), bytes ? links * 255 / bytes : 0);
        CHECK_INT(feature(i, BF_LEVELS + 5), bytes >= all ? 255 : bytes * 255 / all);
    }
    buf_free(&b);
}

TEST(what_was_read_before_does_not_matter)
{
    struct buf small, large;
    buf_init(&small, BUF_NO_MAX);
    buf_init(&large, BUF_NO_MAX);
    make_page(&small, 60);
    make_page(&large, 3000);
    classify(buf_slice(&small));
    size_t n = page.blocks.n;
    uint16_t *before = malloc(n * sizeof *before);
    memcpy(before, f.score, n * sizeof *before);
    enum page_type type_before = type;
    classify(buf_slice(&large));
    classify(buf_slice(&small));
    CHECK_INT(page.blocks.n, n);
    CHECK_INT(type, type_before);
    CHECK(memcmp(before, f.score, n * sizeof *before) == 0);
    free(before);
    buf_free(&small);
    buf_free(&large);
}

TEST(tables_are_what_they_say)
{
    for (int i = 0; i < 257; i++) CHECK_INT(sigmoid_table[i], lround(1023 / (1 + exp(-(i - 128) / 16.0))));
    for (int i = 0; i < 128; i++) CHECK_INT(exp_table[i], lround(4096 * exp(-i / 16.0)));
    for (size_t t = 0; t < n_first_trees; t++)
        for (int d = 0; d < TREE_DEPTH; d++) CHECK(first_trees[t].feature[d] < BF_FIRST);
    for (size_t t = 0; t < n_second_trees; t++)
        for (int d = 0; d < TREE_DEPTH; d++) CHECK(second_trees[t].feature[d] < BF_COUNT);
    for (size_t t = 0; t < n_type_trees; t++)
        for (int d = 0; d < TYPE_DEPTH; d++) CHECK(type_trees[t].feature[d] < PF_COUNT);
}

TEST(pages_without_text)
{
    classify(slice_str(""));
    classify(slice_str("<div><div></div>"));
    CHECK_INT(page.blocks.n, 0);
    classify(slice_str("<p>.</p><p>&#8203;</p>"));
    CHECK_INT(page.blocks.n, 2);
}

TEST(types_of_pages)
{
    CHECK_STR(page_type_name(PAGE_ARTICLE), "article");
    CHECK_STR(page_type_name(PAGE_PRODUCT), "product");
}

int main(void)
{
    html_init(&h);
    page_init(&page);
    features_init(&f);
    RUN(scores_are_those_of_the_trees);
    RUN(sums_are_the_same_by_every_way);
    RUN(neighbours_are_told_what_a_block_knows);
    RUN(sums_of_elements);
    RUN(what_was_read_before_does_not_matter);
    RUN(tables_are_what_they_say);
    RUN(pages_without_text);
    RUN(types_of_pages);
    page_free(&page);
    features_free(&f);
    return TEST_END();
}
