/* Any bytes as wikitext: the text is valid UTF-8 without control characters or marks, and not longer than what it is made of. */
#include "common/text.h"
#include "ingest/markup/wikitext.h"
#include <stdlib.h>

static void check(const struct buf *out)
{
    if (utf8_valid_prefix(out->p, out->n) != out->n) abort();
    for (size_t i = 0; i < out->n; i++) {
        unsigned char c = (unsigned char)out->p[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) abort();
    }
    if (out->n && (strchr(" \n\t", out->p[out->n - 1]) || out->p[0] == '\n')) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char header[] = "<mediawiki xml:lang=\"zh\"><siteinfo><base>http://a/b</base><namespaces>"
                                 "<namespace key=\"6\">F</namespace><namespace key=\"14\">K</namespace>";
    static struct wikitext w;
    static struct wiki_site *site;
    struct err e = {0};
    struct buf in, out;
    if (!site) {
        wikitext_init(&w);
        site = wiki_site_new(slice_str(header));
        if (!site) abort();
    }
    size_t skip = size > 0; /* the first byte chooses whether the wiki is known, and Markdown */
    w.markdown = skip && data[0] / 2 % 2;
    buf_init(&in, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    if (utf8_repair(&in, (const char *)data + skip, size - skip) < 0) abort();
    if (wikitext_read(&w, slice_of(in.p ? in.p : "", in.n), slice_str("T"), skip && data[0] % 2 ? site : NULL,
                      &out, &e) < 0)
        abort();
    check(&out);
    if (out.n > 8 * in.n + 16) abort();
    if (utf8_valid_prefix(w.categories.p, w.categories.n) != w.categories.n) abort();
    buf_free(&in);
    buf_free(&out);
    return 0;
}
