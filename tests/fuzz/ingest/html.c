/* Any bytes as a page: the text is valid UTF-8 without control characters, and ends and begins with a word; so is the Markdown,
 * which says no fewer words. */
#include "common/text.h"
#include "ingest/charset/charset.h"
#include "ingest/extract/extract.h"
#include "common/url.h"
#include <stdlib.h>

static void check(const struct buf *out)
{
    if (utf8_valid_prefix(out->p, out->n) != out->n) abort();
    for (size_t i = 0; i < out->n; i++) {
        unsigned char c = (unsigned char)out->p[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) abort();
        if (c == 0xc2 && (unsigned char)out->p[i + 1] < 0xa0) abort();
    }
    if (out->n && (strchr(" \n\t", out->p[out->n - 1]) || out->p[0] == '\n')) abort();
}

static void check_meta(const struct page *p, struct slice html)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    struct slice url =
        slice_of(html.p, html.n < 40 ? html.n : 40); /* any bytes, and something that is a URL */
    uint32_t date = pagemeta_date(&p->meta, url, 20260101);
    if (date && (date < 19900101 || date > 20260101)) abort();
    if (pagemeta_canonical(&p->meta, slice_str("http://a/b/c?d"), &out) < 0) abort();
    struct url u;
    url_init(&u);
    if (out.n && url_parse(&u, buf_slice(&out), NULL) != 0) abort();
    url_free(&u);
    if (out.n) check(&out);
    if (pagemeta_canonical(&p->meta, url, &out) < 0) abort();
    struct slice author = pageauthor_get(&p->meta.author);
    if (utf8_valid_prefix(author.p, author.n) != author.n) abort();
    if (p->meta.robots.n) check(&p->meta.robots);
    if (p->meta.og_title.n && utf8_valid_prefix(p->meta.og_title.p, p->meta.og_title.n) != p->meta.og_title.n)
        abort();
    if (utf8_valid_prefix(p->title.p, p->title.n) != p->title.n) abort();
    buf_free(&out);
}

static uint64_t letters(const struct buf *b)
{
    uint64_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += (uint8_t)b->p[i] >= 0x80 || ((b->p[i] | 0x20) >= 'a' && (b->p[i] | 0x20) <= 'z');
    return n;
}

/* Blocks lie in order, nodes are nested runs of them, and short pages can be judged as well as long ones. */
static void check_blocks(const struct page *p)
{
    static struct features features;
    const struct blocks *b = &p->blocks;
    enum page_type type;
    struct err e = {0};
    for (size_t i = 0; i < b->n; i++)
        if (b->block[i].start >= b->block[i].end || b->block[i].end > p->text.n ||
            (i && b->block[i].start < b->block[i - 1].end) || b->block[i].node >= b->n_nodes)
            abort();
    for (size_t i = 1; i < b->n_nodes; i++) {
        const struct block_node *o = &b->node[i], *up = &b->node[o->parent];
        if (o->parent >= i || o->first > o->end || o->first < up->first || o->end > up->end) abort();
    }
    if (features_read(&features, p, &e) < 0) abort();
    classify_page(&features, p, &type);
    for (size_t i = 0; i < b->n; i++)
        if (features.score[i] > SCORE_MAX) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct charset_decoder charset;
    static struct html html;
    static struct page page;
    static struct extractor extractor;
    static bool started;
    struct err e = {0};
    struct slice text;
    struct buf out;
    const char *name, *type;
    if (!started) {
        charset_init(&charset);
        html_init(&html);
        page_init(&page);
        extractor_init(&extractor);
        started = true;
    }
    /* the first byte chooses what HTTP declares */
    static const char *const labels[] = {"",       "utf-8",       "shift_jis", "gbk",   "big5",
                                         "euc-kr", "iso-2022-jp", "utf-16le",  "koi8-r"};
    const char *label = size ? labels[data[0] % (sizeof labels / sizeof *labels)] : "";
    size_t skip = size > 0;
    buf_init(&out, BUF_NO_MAX);
    if (charset_decode(&charset, slice_of((const char *)data + skip, size - skip), slice_str(label), true,
                       &text, &name, &e) < 0)
        abort();
    if (utf8_valid_prefix(text.p, text.n) != text.n) abort();
    uint64_t plain[EXTRACT_ALL + 1];
    for (int markdown = 0; markdown < 2; markdown++) {
        page.markdown = markdown;
        if (page_read(&page, &html, text, &e) < 0) abort();
        check_meta(&page, text);
        check_blocks(&page);
        for (int mode = EXTRACT_MAIN; mode <= EXTRACT_ALL; mode++) {
            buf_clear(&out);
            if (extract_text(&extractor, &page, (enum extract_mode)mode, &out, &type, &e) < 0) abort();
            check(&out);
            if (!markdown)
                plain[mode] = letters(&out);
            else if (letters(&out) < plain[mode])
                abort();
        }
    }
    buf_free(&out);
    return 0;
}
