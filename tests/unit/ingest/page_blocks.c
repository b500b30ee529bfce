#include "ingest/extract/blocks.h"
#include "common/text.h"
#include "ingest/html/page.h"
#include "ingest/extract/words.h"
#include "tests/unit/test.h"

static struct html h;
static struct page page;
static struct err e;

static void read_page(const char *z)
{
    CHECK_INT(page_read(&page, &h, slice_str(z), &e), 0);
}

static const struct block_node *node_of(size_t block)
{
    return &page.blocks.node[page.blocks.block[block].node];
}

/* Texts of the blocks, separated by '|'. */
static const char *texts(void)
{
    static char out[4096];
    size_t n = 0;
    for (size_t i = 0; i < page.blocks.n; i++) {
        const struct block *b = &page.blocks.block[i];
        if (i) out[n++] = '|';
        memcpy(out + n, page.text.p + b->start, b->end - b->start);
        n += b->end - b->start;
    }
    out[n] = 0;
    return out;
}

TEST(a_block_is_a_run_of_text)
{
    read_page("a <b>b</b> <a href=x>c</a>d<p>e<i>f</i></p>g<div>h<ul><li>i<li>j</ul></div>");
    CHECK_STR(texts(), "a b cd|ef|g|h|i|j");
    read_page("<table><tr><td>a<td>b<br>c</table><button>d</button>e");
    CHECK_STR(texts(), "a|b\003c|d|e");
    read_page("<script>x</script><style>y</style><title>t</title> <p> <p>a<svg><text>z</text></svg>b");
    CHECK_STR(texts(), "a|b");
    read_page("<p>a<code>b</code>c<pre><code>d</code></pre>");
    CHECK_STR(texts(), "abc|d");
    read_page("");
    CHECK_INT(page.blocks.n, 0);
}

TEST(what_a_block_holds)
{
    read_page("<p>ab <a href=x>cdé</a> <a name=y>e</a><img><b>f</b><strong>g</strong><br>h<time>i</time></p>"
              "<p><a href=z><img>abc</a></p>d");
    const struct block *b = page.blocks.block;
    CHECK_INT(b[0].link_bytes, 5); /* the space before it is put with its first word */
    CHECK_INT(b[0].links, 2);
    CHECK_INT(b[0].images, 1);
    CHECK_INT(b[0].strong, 2);
    CHECK_INT(b[0].breaks, 1);
    CHECK_INT(b[0].times, 1);
    CHECK_INT(b[1].link_bytes, 3);
    CHECK_INT(b[1].images, 1);
    CHECK_INT(b[2].link_bytes, 0);
}

TEST(elements_know_what_is_around_them)
{
    read_page("<nav class='main-menu x'>a<ul><li id=siteFooter>b</ul></nav><article><h2>c</h2>"
              "<p itemprop=articleBody>d</p></article><div role=navigation>e</div><i hidden>f</i>g");
    CHECK_STR(texts(), "a|b|c|d|e|f|g");
    CHECK(node_of(0)->own == (GROUP(MENU) | GROUP(MAIN)));
    CHECK(node_of(1)->own == GROUP(FOOTER));
    CHECK(node_of(1)->all == (GROUP(MENU) | GROUP(MAIN) | GROUP(FOOTER)));
    CHECK_INT(node_of(1)->state, STATE(NAV) | STATE(LIST));
    CHECK_INT(node_of(2)->state, STATE(ARTICLE) | STATE(HEADING));
    CHECK_INT(node_of(3)->state, STATE(ARTICLE) | STATE(PARAGRAPH) | STATE(PROP_BODY));
    CHECK_INT(node_of(4)->state, STATE(NAV));
    CHECK_INT(node_of(5)->state, STATE(HIDDEN));
    CHECK_INT(node_of(6)->state, 0);
    CHECK_INT(node_of(1)->depth, 3);
}

TEST(elements_are_runs_of_blocks)
{
    read_page("<div class=a>x<div class=b>y</div><div class='b 2'>z</div></div><div class=b></div>w");
    const struct block_node *n = page.blocks.node;
    CHECK_INT(page.blocks.n_nodes, 5);
    CHECK_INT(n[1].first, 0);
    CHECK_INT(n[1].end, 3);
    CHECK_INT(n[2].first, 1);
    CHECK_INT(n[2].end, 2);
    CHECK_INT(n[4].first, 3);
    CHECK_INT(n[4].end, 3);
    CHECK_INT(n[2].parent, 1);
    CHECK(n[2].signature == n[3].signature && n[2].path == n[3].path); /* numbers in names do not count */
    CHECK(n[2].signature == n[4].signature && n[2].path != n[4].path);
    CHECK(n[1].signature != n[2].signature);
    CHECK_INT(n[0].end, 4);
}

TEST(names_that_say_what_is_not_there)
{
    struct groups *g = &page.blocks.groups;
    struct word_hints hints = {0};
    uint32_t sig = 0;
    groups_of_names(g, slice_str("has-sidebar no-comments with_share navigate"), &sig, &hints);
    CHECK_INT(hints.groups, 0);
    groups_of_names(g, slice_str("leftSidebar2"), &sig, &hints);
    CHECK(hints.groups == GROUP(SIDEBAR));
    hints = (struct word_hints){0};
    static const char known[] = "Kommentare!", unknown[] = "qqqq";
    groups_of_word(g, word_hash(known, 10, &known[11]), &hints);
    groups_of_word(g, word_hash(unknown, 4, &unknown[4]), &hints);
    CHECK(hints.groups == GROUP(COMMENT));
    CHECK_INT(hints.words, 2);
}

TEST(what_a_page_says_of_itself)
{
    read_page("<meta property=og:type content=article><link rel=canonical href='https://a.b/shop/x-y-z'>"
              "<script type='application/ld+json'>{\"@type\" : [\"Product\"], \"a\": "
              "{\"@type\":\"Offer\"},\"@type\":</script>"
              "<div itemscope itemtype='http://schema.org/QAPage'></div><body class='single-post has-ads'>");
    CHECK_INT(page.blocks.claims, 1U << CLAIM_OG_ARTICLE | 1U << CLAIM_PRODUCT | 1U << CLAIM_FORUM);
    CHECK(page.blocks.url == GROUP(CART)); /* "shop" */
    CHECK_INT(page.blocks.url_parts, 3);
    CHECK_INT(page.blocks.url_words, 3);
    CHECK(page.blocks.body == GROUP(POST));
    read_page("<script>\"@type\": \"Product\"</script>");
    CHECK_INT(page.blocks.claims, 0);
}

TEST(bounds)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < BLOCKS_MAX + 1000; i++) buf_puts(&b, "<p>x");
    CHECK_INT(page_read(&page, &h, buf_slice(&b), &e), 0);
    CHECK(page.blocks.n <= BLOCKS_MAX && page.blocks.n_nodes == BLOCKS_MAX);
    CHECK_INT(page.blocks.block[page.blocks.n - 1].end, page.text.n - 1); /* the last one takes the rest */
    for (size_t i = 0; i < page.blocks.n_nodes; i++) CHECK(page.blocks.node[i].end <= page.blocks.n);
    buf_free(&b);
}

TEST(off)
{
    page.blocks.off = true;
    read_page("<p>a<p>b");
    CHECK_INT(page.blocks.n, 0);
    page.blocks.off = false;
}

int main(void)
{
    html_init(&h);
    page_init(&page);
    RUN(a_block_is_a_run_of_text);
    RUN(what_a_block_holds);
    RUN(elements_know_what_is_around_them);
    RUN(elements_are_runs_of_blocks);
    RUN(names_that_say_what_is_not_there);
    RUN(what_a_page_says_of_itself);
    RUN(bounds);
    RUN(off);
    page_free(&page);
    return TEST_END();
}
