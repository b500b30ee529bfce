/* http.c: HTTP responses out of a crawl.
 *
 * Chunks are copied together; the first chunk header that is none ends that, and the rest is taken as it is. gzip and
 * deflate are known by their first bytes; ISA-L inflates them in a stream, so that a body that was cut gives what it
 * holds. In: a block in memory. Out: the content. State: none. Memory: two scratch buffers of the caller. */
#include "ingest/http.h"
#include "common/text.h"
#include "ingest/inflate.h"
#include <isa-l/igzip_lib.h>

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

/* ------------------------------------------------------------------ compressed bodies */

enum coding { CODING_NONE, CODING_GZIP, CODING_ZLIB, CODING_DEFLATE };

static bool looks_like_gzip(struct slice s)
{
    return s.n >= 3 && memcmp(s.p, "\x1f\x8b\x08", 3) == 0;
}

/* RFC 1950: method 8, and a header that is a multiple of 31. */
static bool looks_like_zlib(struct slice s)
{
    if (s.n < 2) return false;
    unsigned cmf = (uint8_t)s.p[0], flags = (uint8_t)s.p[1];
    return (cmf & 15) == 8 && cmf >> 4 <= 7 && (cmf * 256 + flags) % 31 == 0;
}

/* A page or a text rather than compressed bytes: no control characters in its first part. */
static bool looks_like_text(struct slice s)
{
    size_t n = s.n < 256 ? s.n : 256;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') return false;
    }
    return true;
}

/* Room for more output: doubles, up to the maximum and one byte, which tells "full" from "too large". */
static bool make_room(struct buf *out, size_t max_bytes)
{
    size_t most = max_bytes + 1, more = out->n < 65536 ? 65536 : out->n;
    if (out->n >= most) return false;
    return buf_reserve(out, more < most - out->n ? more : most - out->n) == 0;
}

/* isa-l stopped before the end: what the body holds. */
static enum http_decoded inflate_part(struct slice s, enum coding coding, size_t max_bytes, struct buf *out)
{
    enum inflate_wrapper w = coding == CODING_GZIP   ? INFLATE_GZIP
                             : coding == CODING_ZLIB ? INFLATE_ZLIB
                                                     : INFLATE_RAW;
    if (inflate_exactly(s, w, max_bytes, out) < 0) return HTTP_NO_MEMORY;
    return out->n > max_bytes ? HTTP_TOO_LARGE : HTTP_PARTIAL;
}

static enum http_decoded inflate_body(struct slice s, enum coding coding, size_t max_bytes, struct buf *out)
{
    struct inflate_state z;
    isal_inflate_init(&z);
    z.crc_flag = coding == CODING_GZIP ? ISAL_GZIP : coding == CODING_ZLIB ? ISAL_ZLIB : ISAL_DEFLATE;
    z.next_in = (uint8_t *)s.p;
    for (size_t fed = 0;;) {
        if (z.avail_in == 0 && fed < s.n) {
            z.avail_in = (uint32_t)(s.n - fed < UINT32_MAX / 2 ? s.n - fed : UINT32_MAX / 2);
            fed += z.avail_in;
        }
        if (!make_room(out, max_bytes)) return out->failed ? HTTP_NO_MEMORY : HTTP_TOO_LARGE;
        size_t room = out->cap - out->n;
        z.next_out = (uint8_t *)out->p + out->n;
        z.avail_out = (uint32_t)(room < UINT32_MAX / 2 ? room : UINT32_MAX / 2);
        int r = isal_inflate(&z);
        size_t got = (size_t)((char *)z.next_out - (out->p + out->n));
        out->n += got;
        bool cut = z.avail_in == 0 && fed == s.n && got == 0;
        if (r != ISAL_DECOMP_OK || cut) return inflate_part(s, coding, max_bytes, out);
        if (out->n > max_bytes) return HTTP_TOO_LARGE;
        if (z.block_state == ISAL_BLOCK_FINISH) return HTTP_DECODED;
    }
}

/* ------------------------------------------------------------------ what is declared, and what is there */

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

static bool list_has(struct slice list, const char *wanted)
{
    struct slice name;
    while (list_next(&list, &name))
        if (slice_eq_nocase(name, wanted)) return true;
    return false;
}

/* Codings that leat does not undo, and how they are counted. */
static const char *unknown_coding(struct slice declared)
{
    static const char *const known[] = {"br", "zstd", "compress", "x-compress"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (list_has(declared, known[i])) return known[i];
    return NULL;
}

static enum coding coding_of(struct slice declared, struct slice body)
{
    if (looks_like_gzip(body)) return CODING_GZIP;
    if (!list_has(declared, "deflate")) return CODING_NONE;
    return looks_like_zlib(body) ? CODING_ZLIB : looks_like_text(body) ? CODING_NONE : CODING_DEFLATE;
}

static void replace(struct slice *body, struct buf *out)
{
    *body = slice_of(out->n ? out->p : "", out->n);
}

enum http_decoded http_decode(const struct http_message *m, size_t max_bytes, struct buf *a, struct buf *b,
                              struct slice *body, const char **coding)
{
    struct slice declared = fields_get(&m->fields, "Content-Encoding");
    buf_clear(a);
    buf_clear(b);
    *body = m->body;
    if (list_has(fields_get(&m->fields, "Transfer-Encoding"), "chunked")) {
        if (join_chunks(*body, a) < 0) return HTTP_NO_MEMORY;
        replace(body, a);
    }
    *coding = unknown_coding(declared);
    if (*coding && !looks_like_gzip(*body) && !looks_like_text(*body)) return HTTP_UNKNOWN;
    enum http_decoded r = HTTP_DECODED;
    for (int layer = 0; layer < 2 && r == HTTP_DECODED; layer++) {
        enum coding c = coding_of(declared, *body);
        if (c == CODING_NONE) break;
        struct buf *out = layer == 0 ? b : a;
        buf_clear(out);
        r = inflate_body(*body, c, max_bytes, out);
        if (r == HTTP_PARTIAL && out->n == 0) return HTTP_DECODED; /* it was something else */
        if (r == HTTP_DECODED || r == HTTP_PARTIAL) replace(body, out);
    }
    return body->n > max_bytes && r != HTTP_NO_MEMORY ? HTTP_TOO_LARGE : r;
}
