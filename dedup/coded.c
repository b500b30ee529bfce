/* coded.c: text → coded text, and back without some spans.
 *
 * Words are cut by common/words.c, in parts between the characters of scripts without spaces, where a word ends anyway.
 *
 * State: per thread, reused. Memory: see coded.h; the coded text is at most twice the text, of prose 1.05 times. */
#include "dedup/coded.h"
#include "common/simd.h"
#include "dedup/wordhash.h"

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
    buf_reserve(&r->text, text + 2 * words + CODED_PADDING);
    buf_reserve(&r->start, (words + 1) * sizeof(uint32_t));
    buf_reserve(&r->end, (words + 1) * sizeof(uint32_t));
    return r->text.failed || r->start.failed || r->end.failed ? -ERR_IO : 0;
}

/* Copies 16 bytes where it may: there is room for them behind what is coded. */
static inline char *put(char *to, const char *from, size_t n, const char *end)
{
    if (n <= 16 && end - from >= 16)
        memcpy(to, from, 16);
    else
        memcpy(to, from, n);
    return to + n;
}

static inline char *put_gap(char *to, const char *p, size_t n, bool first, const char *end)
{
    if (!first && n <= 1 && (n == 0 || *p == ' ')) {
        *to = (char)(n ? CODED_SPACE : CODED_JOINT);
        return to + 1;
    }
    if (!first) *to++ = (char)CODED_END;
    to = put(to, p, n, end);
    *to = (char)CODED_START;
    return to + 1;
}

struct writer {
    const char *end; /* of the text */
    char *text, *to;
    uint32_t *start, *stop;
    size_t n;
    const char *done; /* what stands before it is coded */
};

SIMD_INLINE void put_word(struct writer *w, const char *p, size_t bytes)
{
    w->to = put_gap(w->to, w->done, (size_t)(p - w->done), w->n == 0, w->end);
    w->start[w->n] = (uint32_t)(w->to - w->text);
    w->to = put(w->to, p, bytes, w->end);
    w->stop[w->n++] = (uint32_t)(w->to - w->text);
    w->done = p + bytes;
}

static struct writer writer_at(struct coder *r, struct slice text, const char *done)
{
    char *p = r->text.p;
    return (struct writer){text.p + text.n,
                           p,
                           p + r->text.n,
                           (uint32_t *)(void *)r->start.p,
                           (uint32_t *)(void *)r->end.p,
                           r->start.n / sizeof(uint32_t),
                           done};
}

static void writer_close(struct coder *r, const struct writer *w)
{
    r->text.n = (size_t)(w->to - w->text);
    r->start.n = r->end.n = w->n * sizeof(uint32_t);
}

/* Codes the words of text[from..to), a part without characters of such scripts; *done moves. */
static int code_part(struct coder *r, struct slice text, size_t from, size_t to, const char **done,
                     struct err *e)
{
    const char *p = text.p + from;
    int rc = words_find(&r->words, slice_of(p, to - from), e);
    if (rc < 0) return rc;
    if (reserve(r, to - from + (size_t)(p - *done), r->words.n) < 0) return -ERR_IO;
    struct writer w = writer_at(r, text, *done);
    for (size_t i = 0; i < r->words.n; i++) {
        const struct word *x = &r->words.at[i];
        if (!(x->flags & WORD_SYMBOL)) put_word(&w, p + x->offset, x->bytes);
    }
    writer_close(r, &w);
    *done = w.done;
    return 0;
}

/* Codes the characters of such scripts at `at`. Returns where they end. */
static size_t code_ideographs(struct coder *r, struct slice text, size_t at, const char **done)
{
    const char *end = text.p + text.n;
    for (size_t n; at < text.n && (n = wordhash_ideograph(text.p + at, end)) > 0; at += n) {
        if (reserve(r, n + (size_t)(text.p + at - *done), 1) < 0) break;
        struct writer w = writer_at(r, text, *done);
        put_word(&w, text.p + at, n);
        writer_close(r, &w);
        *done = w.done;
    }
    return at;
}

/* Whether one of 8 bytes is at least 0xE0, as is the first one of all characters of such scripts. */
static bool has_high(const char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return (x & x << 1 & x << 2 & 0x8080808080808080) != 0;
}

/* Where the next character of such scripts is, from `at` on. */
static size_t next_ideograph(struct slice text, size_t at)
{
    const char *end = text.p + text.n;
    while (at < text.n)
        if (text.n - at >= 8 && !has_high(text.p + at))
            at += 8;
        else if (wordhash_ideograph(text.p + at, end))
            break;
        else
            at++;
    return at;
}

/* What stands behind the last word. */
static int code_rest(struct coder *r, struct slice text, const char *done)
{
    size_t rest = text.n - (size_t)(done - text.p);
    if (reserve(r, rest, 1) < 0) return -ERR_IO;
    if (r->start.n) r->text.p[r->text.n++] = (char)CODED_END;
    if (rest) memcpy(r->text.p + r->text.n, done, rest);
    r->text.n += rest;
    return 0;
}

int coder_words(struct coder *r, struct slice text, struct coded *c, struct err *e)
{
    const char *done = text.p;
    int rc = check_size(text, e);
    buf_clear(&r->text);
    buf_clear(&r->start);
    buf_clear(&r->end);
    for (size_t at = 0; rc == 0 && at < text.n;) {
        size_t next = next_ideograph(text, at);
        rc = code_part(r, text, at, next, &done, e);
        if (rc == 0) at = code_ideographs(r, text, next, &done);
        if (r->text.failed) break;
    }
    if (rc == 0) rc = code_rest(r, text, done);
    if (rc < 0) return r->text.failed || r->start.failed ? err_nomem(e, "coding a text's words") : rc;
    *c = (struct coded){r->text.p, r->text.n, r->start.n / sizeof(uint32_t),
                        (const uint32_t *)(const void *)r->start.p, (const uint32_t *)(const void *)r->end.p};
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
    return (uint8_t)c == CODED_START || (uint8_t)c == CODED_END || (uint8_t)c == CODED_JOINT;
}

/* Appends what c->p[from..to) codes. */
static void decode(const struct coded *c, size_t from, size_t to, struct buf *out)
{
    if (!c->start) {
        buf_put(out, c->p + from, to - from);
        return;
    }
    if (from == to || buf_reserve(out, to - from) < 0) return;
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
