/* http.c: HTTP responses out of a crawl: the message, its chunks, and the codings of its body one after another.
 *
 * Chunks are copied together; the first chunk header that is none ends that, and the rest is taken as it is. What a body
 * declares is only asked where its first bytes do not tell (http_coding.h). In: a block in memory. Out: the content. State:
 * none. Memory: two scratch buffers of the caller. */
#include "ingest/read/http.h"
#include "common/text.h"
#include "ingest/read/http_coding.h"

/* ------------------------------------------------------------------ the message */

/* "HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP 200 OK", "http/1.0 200". */
static bool parse_status(const char *p, size_t n, int *status)
{
    size_t at = 4;
    *status = 0;
    if (n < 4 || !slice_eq_nocase(slice_of(p, 4), "HTTP")) return false;
    while (at < n && p[at] != ' ' && p[at] != '\t' && p[at] != '\r' && p[at] != '\n') at++;
    while (at < n && (p[at] == ' ' || p[at] == '\t')) at++;
    for (int digits = 0; at < n && digits < 3 && p[at] >= '0' && p[at] <= '9'; digits++)
        *status = *status * 10 + (p[at++] - '0');
    return true;
}

bool http_parse(struct http_message *m, char *p, size_t n)
{
    m->fields.n = 0;
    m->body = slice_of(p, n);
    const char *nl = memchr(p, '\n', n);
    size_t line = nl ? (size_t)(nl - p) + 1 : n;
    if (!parse_status(p, line, &m->status)) return false;
    size_t head = line + fields_parse(&m->fields, p + line, n - line);
    m->body = slice_of(p + head, n - head);
    return true;
}

/* ------------------------------------------------------------------ chunks */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* A chunk header at *at: "1a2f; extension\r\n". Moves behind it. */
static bool chunk_header(struct slice s, size_t *at, uint64_t *size)
{
    size_t i = *at, digits = 0;
    *size = 0;
    for (; i < s.n && hex_digit(s.p[i]) >= 0; i++, digits++) {
        if (digits == 15) return false;
        *size = *size * 16 + (uint64_t)hex_digit(s.p[i]);
    }
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t')) i++;
    if (digits == 0 || i == s.n) return false;
    if (s.p[i] == ';') {
        const char *nl = memchr(s.p + i, '\n', s.n - i < 1024 ? s.n - i : 1024);
        if (!nl) return false;
        i = (size_t)(nl - s.p);
    }
    if (s.p[i] == '\r') i++;
    if (i == s.n || s.p[i] != '\n') return false;
    *at = i + 1;
    return true;
}

/* The body ends within a chunk header. */
static bool is_cut_header(struct slice s, size_t at)
{
    while (at < s.n && hex_digit(s.p[at]) >= 0) at++;
    return at == s.n || (at + 1 == s.n && s.p[at] == '\r');
}

/* Joins the chunks of a body. What is not chunked, from the first header that is none, is kept as it is. */
static int join_chunks(struct slice s, struct buf *out)
{
    size_t at = 0;
    uint64_t size;
    while (at < s.n) {
        size_t here = at;
        if (!chunk_header(s, &at, &size)) {
            bool cut = out->n > 0 && is_cut_header(s, here);
            return cut ? 0 : buf_put(out, s.p + here, s.n - here);
        }
        if (size == 0) return 0;
        size_t n = size < s.n - at ? (size_t)size : s.n - at;
        if (buf_put(out, s.p + at, n) < 0) return -1;
        at += n;
        if (at < s.n && s.p[at] == '\r') at++;
        if (at < s.n && s.p[at] == '\n') at++;
    }
    return 0;
}

/* ------------------------------------------------------------------ codings of the body */

/* The next name of a comma-separated list, lower or upper case as it stands. */
static bool list_next(struct slice *list, struct slice *name)
{
    while (list->n) {
        const char *comma = memchr(list->p, ',', list->n);
        size_t n = comma ? (size_t)(comma - list->p) : list->n;
        *name = slice_trim(slice_of(list->p, n));
        *list = comma ? slice_of(comma + 1, list->n - n - 1) : slice_of(list->p + n, 0);
        if (name->n) return true;
    }
    return false;
}

#define LAYERS 8

struct codings { /* in the order in which they were applied */
    struct slice at[LAYERS];
    size_t n;
    bool chunked;
};

static void declare(struct codings *c, struct slice list)
{
    struct slice name;
    while (list_next(&list, &name)) {
        if (slice_eq_nocase(name, "chunked")) {
            c->chunked = true;
        } else if (!slice_eq_nocase(name, "identity") && c->n < LAYERS) {
            c->at[c->n++] = name;
        }
    }
}

static void declared_codings(struct codings *c, const struct fields *f)
{
    c->n = 0;
    c->chunked = false;
    declare(c, fields_get(f, "Content-Encoding"));
    c->chunked = false; /* it is no content coding */
    declare(c, fields_get(f, "Transfer-Encoding"));
}

/* Codings that leat does not undo, and how they are counted. */
static const char *unknown_coding(struct slice name)
{
    static const char *const known[] = {"compress", "x-compress", "dcb", "dcz"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(name, known[i])) return known[i];
    return NULL;
}

static void replace(struct slice *body, struct buf *out)
{
    *body = slice_of(out->n ? out->p : "", out->n);
}

/* Undoes layer after layer, the last one first. Bytes that do not decode and are no text are not given for one. What is declared and not there costs a look; magic that is not declared is
 * undone all the same, for archives drop headers. */
static enum http_decoded undo(struct codings *c, size_t max_bytes, struct buf *out, struct buf *spare,
                              struct slice *body, const char **coding)
{
    enum http_decoded r = HTTP_DECODED;
    bool is_new = true, failed = false;
    for (int layer = 0; layer < 2 * LAYERS; layer++) {
        enum http_coding found = is_new ? http_coding_of_magic(*body) : HTTP_CODING_NONE;
        while (!found && c->n) {
            struct slice name = c->at[--c->n];
            *coding = unknown_coding(name);
            if (*coding && !http_looks_like_text(*body)) return HTTP_UNKNOWN;
            found = http_coding_of_name(name, *body);
        }
        if (!found) break;
        buf_clear(out);
        enum http_decoded got = http_coding_undo(found, *body, max_bytes, out);
        is_new = got != HTTP_UNKNOWN;
        failed |= !is_new && found >= HTTP_ZLIB && found != HTTP_ZSTD;
        if (!is_new) continue; /* it was something else */
        if (got != HTTP_DECODED && got != HTTP_PARTIAL) return got;
        if (got == HTTP_PARTIAL) r = got;
        replace(body, out);
        struct buf *used = out;
        out = spare;
        spare = used;
    }
    *coding = "other";
    return failed && http_has_controls(*body) ? HTTP_UNKNOWN : r;
}

enum http_decoded http_decode(const struct http_message *m, size_t max_bytes, struct buf *a, struct buf *b,
                              struct slice *body, const char **coding)
{
    struct codings c;
    declared_codings(&c, &m->fields);
    buf_clear(a);
    buf_clear(b);
    *body = m->body;
    *coding = NULL;
    if (c.chunked) {
        if (join_chunks(*body, a) < 0) return HTTP_NO_MEMORY;
        replace(body, a);
    }
    enum http_decoded r = undo(&c, max_bytes, b, a, body, coding);
    bool is_body = r == HTTP_DECODED || r == HTTP_PARTIAL;
    return is_body && body->n > max_bytes ? HTTP_TOO_LARGE : r;
}
