/* A form and length of n-grams, an evaluation file, a NUL, a text: spans in order and within the text, shares within 0 and
 * 1, pieces cut out of it valid. */
#include "filter/overlap/overlap.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok) abort();
}

static void check_found(const struct overlap_found *f, struct slice text)
{
    uint64_t at = 0;
    check(f->share >= 0 && f->share <= 1 && (f->grams > 0) == (f->n_spans > 0) &&
          (f->grams > 0) == (f->n_items > 0));
    for (size_t i = 0; i < f->n_spans; i++) {
        check(f->span[i].start >= at && f->span[i].end > f->span[i].start && f->span[i].end <= text.n);
        at = f->span[i].end;
    }
    for (size_t i = 0; i < f->n_items; i++)
        check(f->item[i].share > 0 && f->item[i].share <= 1 && f->item[i].grams > 0);
}

static void search(const struct overlap *o, struct slice text, unsigned window)
{
    struct overlap_found *f = overlap_found_new();
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    check(overlap_find(o, f, text, NULL) == 0);
    check_found(f, text);
    check(overlap_cut(f, text, window, window, &b) >= 0);
    check(utf8_valid_prefix(b.p, b.n) == b.n && b.n <= text.n + f->n_spans);
    buf_free(&b);
    overlap_found_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned flags[] = {0, FOLD_EXACT, FOLD_CHARS};
    if (size < 2) return 0;
    struct overlap_opts opts = {.n = 2 + data[0] % 16, .flags = flags[data[1] % 3]};
    const char *p = (const char *)data + 2, *nul = size > 2 ? memchr(p, 0, size - 2) : NULL;
    size_t eval = nul ? (size_t)(nul - p) : size - 2;
    struct overlap *o;
    struct buf text;
    struct err e = {0};
    buf_init(&text, BUF_NO_MAX);
    check(utf8_repair(&text, nul ? nul + 1 : "", nul ? size - eval - 3 : 0) >= 0);
    check(overlap_new(&o, &opts, &e) == 0);
    if (overlap_add_text(o, "fuzz", slice_of(p, eval), &e) == 0 && overlap_ready(o, &e) == 0)
        search(o, buf_slice(&text), data[0] >> 4);
    else
        check(e.code == ERR_USAGE);
    overlap_free(o);
    buf_free(&text);
    return 0;
}
