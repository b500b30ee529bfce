/* Any text, and one of a few patterns: the parts do not depend on how the text comes in (whole, or a few bytes a time), do
 * not overlap, and come in order. */
#include "common/text.h"
#include "ingest/read/parts.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const patterns[] = {"\n\n+",     "(?m)^=+$",       "(?<=\n)--+\n?", "\\R{2,}|\\f",
                                       "(?s)<.*?>", "\xc3\xa9+|x\\b", "(a|b)+c"};
#define N_PATTERNS (sizeof patterns / sizeof *patterns)

struct feed {
    const uint8_t *p;
    size_t n, at, step;
};

static ssize_t read_feed(void *ctx, void *dst, size_t cap, struct err *e)
{
    struct feed *f = ctx;
    size_t n = f->n - f->at;
    if (n > f->step) n = f->step;
    if (n > cap) n = cap;
    memcpy(dst, f->p + f->at, n);
    f->at += n;
    return (ssize_t)n;
}

/* The parts' places and bytes, one behind the other. */
static void read_parts(struct parts *s, const uint8_t *p, size_t n, size_t step, struct buf *parts)
{
    struct feed feed = {p, n, 0, step};
    struct window w;
    struct parts_reader r;
    struct buf in;
    struct piece piece;
    struct ledger led;
    struct err e = {0};
    uint64_t last = 0;
    int got;
    buf_init(&in, BUF_NO_MAX);
    ledger_init(&led);
    if (window_open_reader(&w, "fuzz", read_feed, &feed, &e) < 0) abort();
    parts_reader_start(&r, s, &w, "fuzz", 1 << 20);
    while ((got = parts_reader_next(&r, &in, &piece, &led, &e)) > 0) {
        if (piece.offset < last) abort();
        last = piece.offset + piece.body_bytes;
        buf_printf(parts, "%zu %zu\n", (size_t)piece.offset, piece.body_bytes);
        buf_put(parts, in.p + piece.body, piece.body_bytes);
        buf_clear(&in);
    }
    if (got < 0 && e.code != ERR_USAGE && e.code != ERR_DATA) abort();
    window_close(&w);
    buf_free(&in);
    ledger_free(&led);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct parts *compiled[N_PATTERNS];
    struct buf whole, pieces;
    struct err e = {0};
    if (size == 0 || slice_has_prefix(slice_of((const char *)data + 1, size - 1), "#leat-"))
        return 0; /* no text: a framed stream */
    struct parts **s = &compiled[data[0] % N_PATTERNS];
    if (!*s && parts_compile(s, patterns[data[0] % N_PATTERNS], &e) < 0) abort();
    buf_init(&whole, BUF_NO_MAX);
    buf_init(&pieces, BUF_NO_MAX);
    read_parts(*s, data + 1, size - 1, size, &whole);
    read_parts(*s, data + 1, size - 1, 3, &pieces);
    if (!slice_eq(buf_slice(&whole), buf_slice(&pieces))) abort();
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
