/* Any bytes, repaired to UTF-8; the first byte says how long a window is and of what, the rest is cut at newlines into texts, every third
 * one of which is taken back: the spans are those that comparing every window with every earlier one gives, and decoding
 * gives the text again. */
#include "dedup/repeats.h"
#include "dedup/wordhash.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXTS 32

static void check(bool ok)
{
    if (!ok) abort();
}

struct text {
    struct slice bytes;
    uint32_t *start, *end; /* offsets in it, of each unit */
    size_t units;
    bool kept;
};

static void put_unit(struct text *t, size_t from, size_t to)
{
    t->start[t->units] = (uint32_t)from;
    t->end[t->units++] = (uint32_t)to;
}

/* Words one at a time, or bytes. */
static struct text text_of(struct words *words, struct slice s, bool bytes)
{
    struct text t = {.bytes = s, .start = calloc(s.n + 1, 4), .end = calloc(s.n + 1, 4), .kept = true};
    for (size_t at = 0, from = 0, n; at < s.n; from = at) {
        if (bytes) {
            put_unit(&t, from, ++at);
        } else if ((n = wordhash_ideograph(s.p + at, s.p + s.n)) > 0) {
            at += n;
            put_unit(&t, from, at);
        } else {
            words->n = 0;
            check(words_next(words, s, &at, NULL) == 0);
            if (words->n && !(words->at->flags & WORD_SYMBOL)) put_unit(&t, from, at);
        }
    }
    return t;
}

/* Whether n units of a from i on are those of b from k on, with what is between them. */
static bool equal(const struct text *a, size_t i, const struct text *b, size_t k, size_t n)
{
    uint32_t from = a->start[i], to = a->end[i + n - 1];
    if (to - from != b->end[k + n - 1] - b->start[k]) return false;
    if (memcmp(a->bytes.p + from, b->bytes.p + b->start[k], to - from) != 0) return false;
    for (size_t j = 0; j < n; j++)
        if (a->start[i + j] - from != b->start[k + j] - b->start[k] ||
            a->end[i + j] - from != b->end[k + j] - b->start[k])
            return false;
    return true;
}

/* Whether the window at i of the last of the texts is repeated. */
static bool is_repeated(const struct text *text, size_t last, size_t i, size_t n)
{
    for (size_t t = 0; t <= last; t++)
        for (size_t k = 0; text[t].kept && k + n <= (t == last ? i : text[t].units); k++)
            if (equal(&text[last], i, &text[t], k, n)) return true;
    return false;
}

static bool is_inside(struct slice s, size_t at)
{
    return at < s.n && (s.p[at] & 0xC0) == 0x80;
}

/* The last text without its repeated spans, slowly. */
static void put_left(const struct text *text, size_t last, size_t n, struct buf *out)
{
    const struct text *t = &text[last];
    char *gone = calloc(t->bytes.n + 1, 1);
    for (size_t i = 0; i + n <= t->units; i++)
        if (is_repeated(text, last, i, n)) memset(gone + t->start[i], 1, t->end[i + n - 1] - t->start[i]);
    for (size_t i = 0, to; i < t->bytes.n; i = to) {
        bool whole = true;
        for (to = i; to == i || is_inside(t->bytes, to); to++) whole &= gone[to];
        if (!whole) buf_put(out, t->bytes.p + i, to - i);
    }
    free(gone);
}

static void check_text(struct repeats *r, struct coder *coder, struct anchors *anchors, struct text *text,
                       size_t last, bool bytes)
{
    struct buf left, want;
    struct coded c = {0};
    const struct coded_span none = {0, 0};
    struct slice s = text[last].bytes;
    buf_init(&left, BUF_NO_MAX);
    buf_init(&want, BUF_NO_MAX);
    check((bytes ? coder_bytes : coder_words)(coder, s, &c, NULL) == 0);
    check(c.units == text[last].units && anchors_of(anchors, &c, NULL) == 0);
    check(coded_put_without(&c, &none, 0, &left) == 0 && slice_eq(buf_slice(&left), s));
    buf_clear(&left);
    check(repeats_of(r, &c, (const struct anchor *)(const void *)anchors->list.p,
                     anchors->list.n / sizeof(struct anchor), NULL) == 0);
    check(coded_put_without(&c, (const struct coded_span *)(const void *)r->spans.p,
                            r->spans.n / sizeof(struct coded_span), &left) == 0);
    put_left(text, last, r->window, &want);
    check(slice_eq(buf_slice(&left), buf_slice(&want)));
    text[last].kept = last % 3 != 2;
    if (!text[last].kept) repeats_undo(r);
    buf_free(&left);
    buf_free(&want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text[TEXTS];
    struct coder coder;
    struct words words;
    struct anchors anchors;
    struct repeats r;
    struct buf b;
    struct slice line;
    if (size < 2 || size > 1000) return 0;
    bool bytes = data[0] & 1;
    size_t n = 0, at = 0, window = bytes ? 16 + (data[0] >> 1) % 40 : 1 + (data[0] >> 1) % 12;
    buf_init(&b, BUF_NO_MAX);
    coder_init(&coder);
    words_init(&words);
    anchors_init(&anchors, window);
    repeats_init(&r, window, 1 << 26);
    check(utf8_repair(&b, (const char *)data + 1, size - 1) >= 0);
    while (n < TEXTS && line_next(buf_slice(&b), &at, &line)) {
        text[n] = text_of(&words, line, bytes);
        check_text(&r, &coder, &anchors, text, n, bytes);
        n++;
    }
    while (n-- > 0) {
        free(text[n].start);
        free(text[n].end);
    }
    repeats_free(&r);
    anchors_free(&anchors);
    coder_free(&coder);
    words_free(&words);
    buf_free(&b);
    return 0;
}
