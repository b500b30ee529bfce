/* coded.c: text → coded text, and back without some spans.
 *
 * State: per thread, reused. Memory: see coded.h; the coded text is at most twice the text, of prose 1.05 times. */
#include "dedup/coded.h"

#define MAX_BYTES 0x7FFFFFFF /* a coded text's offsets fit 32 bits */

void coder_init(struct coder *r)
{
    words_init(&r->words);
    buf_init(&r->text, BUF_NO_MAX);
    buf_init(&r->start, BUF_NO_MAX);
    buf_init(&r->end, BUF_NO_MAX);
}

void coder_free(struct coder *r)
{
    words_free(&r->words);
    buf_free(&r->text);
    buf_free(&r->start);
    buf_free(&r->end);
}

/* ------------------------------------------------------------------ to code */

static int check_size(struct slice text, struct err *e)
{
    return text.n <= MAX_BYTES
               ? 0
               : err_set(e, ERR_DATA, "a text of %zu bytes is too long to be searched for spans", text.n);
}

static int reserve(struct coder *r, size_t text, size_t words)
{
    buf_clear(&r->text);
    buf_clear(&r->start);
    buf_clear(&r->end);
    buf_reserve(&r->text, text + 2 * words + CODED_PADDING);
    buf_reserve(&r->start, (words + 1) * sizeof(uint32_t));
    buf_reserve(&r->end, (words + 1) * sizeof(uint32_t));
    return r->text.failed || r->start.failed || r->end.failed ? -ERR_IO : 0;
}

/* Copies 16 bytes at a time, within the padding of both. */
static inline char *put(char *to, const char *from, size_t n, const char *end)
{
    if (n <= 16 && end - from >= 16)
        memcpy(to, from, 16);
    else
        memcpy(to, from, n);
    return to + n;
}

static char *put_gap(char *to, const char *p, size_t n, bool first, const char *end)
{
    if (n == 1 && *p == ' ' && !first) {
        *to = (char)CODED_SPACE;
        return to + 1;
    }
    if (!first) *to++ = (char)CODED_END;
    to = put(to, p, n, end);
    *to = (char)CODED_START;
    return to + 1;
}

static void code(struct coder *r, struct slice text, struct coded *c)
{
    const char *end = text.p + text.n;
    uint32_t *start = (uint32_t *)(void *)r->start.p, *stop = (uint32_t *)(void *)r->end.p;
    char *to = r->text.p;
    size_t at = 0, n = 0;
    for (const struct word *w = r->words.at, *last = w + r->words.n; w < last; w++) {
        if (w->flags & WORD_SYMBOL) continue;
        to = put_gap(to, text.p + at, w->offset - at, n == 0, end);
        start[n] = (uint32_t)(to - r->text.p);
        to = put(to, text.p + w->offset, w->bytes, end);
        stop[n++] = (uint32_t)(to - r->text.p);
        at = w->offset + w->bytes;
    }
    if (n) *to++ = (char)CODED_END;
    if (at < text.n) to = put(to, text.p + at, text.n - at, end);
    r->text.n = (size_t)(to - r->text.p);
    *c = (struct coded){r->text.p, r->text.n, n, start, stop};
}

int coder_words(struct coder *r, struct slice text, struct coded *c, struct err *e)
{
    int rc = check_size(text, e);
    if (rc == 0) rc = words_find(&r->words, text, e);
    if (rc < 0) return rc;
    if (reserve(r, text.n, r->words.n + 1) < 0) return err_nomem(e, "coding a text's words");
    code(r, text, c);
    return 0;
}

int coder_bytes(struct coder *r, struct slice text, struct coded *c, struct err *e)
{
    *c = (struct coded){.p = text.p, .bytes = text.n, .units = text.n};
    return check_size(text, e);
}

/* ------------------------------------------------------------------ and back */

static bool is_inside_char(const struct coded *c, size_t at)
{
    return at < c->bytes && (c->p[at] & 0xC0) == 0x80;
}

struct coded_span coded_whole_chars(const struct coded *c, struct coded_span span)
{
    while (span.from < span.to && is_inside_char(c, span.from)) span.from++;
    while (span.from < span.to && is_inside_char(c, span.to)) span.to--;
    return span;
}

static bool is_code(char c)
{
    return (uint8_t)c == CODED_START || (uint8_t)c == CODED_END;
}

/* Appends what c->p[from..to) codes. */
static void decode(const struct coded *c, size_t from, size_t to, struct buf *out)
{
    if (!c->start) {
        buf_put(out, c->p + from, to - from);
        return;
    }
    if (buf_reserve(out, to - from) < 0) return;
    char *p = out->p + out->n;
    for (size_t i = from; i < to; i++) {
        char x = c->p[i];
        *p = (uint8_t)x == CODED_SPACE ? ' ' : x;
        p += !is_code(x);
    }
    out->n = (size_t)(p - out->p);
}

int coded_put_without(const struct coded *c, const struct coded_span *span, size_t spans, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < spans; at = span[i++].to) decode(c, at, span[i].from, out);
    decode(c, at, c->bytes, out);
    return out->failed ? -ERR_IO : 0;
}

static uint64_t count_chars(const struct coded *c, size_t from, size_t to)
{
    uint64_t n = 0;
    for (size_t i = from; i < to; i++) n += (c->p[i] & 0xC0) != 0x80 && !(c->start && is_code(c->p[i]));
    return n;
}

int coded_put_spans(const struct coded *c, const struct coded_span *span, size_t spans, struct buf *out)
{
    uint64_t chars = 0;
    size_t at = 0;
    buf_putc(out, '[');
    for (size_t i = 0; i < spans; at = span[i++].to) {
        uint64_t from = chars + count_chars(c, at, span[i].from);
        chars = from + count_chars(c, span[i].from, span[i].to);
        buf_printf(out, "%s[%llu,%llu,1]", i ? "," : "", (unsigned long long)from, (unsigned long long)chars);
    }
    buf_putc(out, ']');
    return out->failed ? -ERR_IO : 0;
}
