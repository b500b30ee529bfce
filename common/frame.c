/* frame.c: framed pipes: a header line, the content, an end line with counts and hash.
 *
 * Why: end of file on a pipe looks the same when its writer has died. The end line has a fixed size, so a reader of any
 * content, binary too, holds back just the last 71 bytes until the end. Layout: docs/formats.md.
 * State: those bytes, a count, a hash. */
#include "common/stream_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ lines */

static bool is_kind_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

int frame_header_match(const uint8_t *p, size_t n)
{
    size_t prefix = sizeof FRAME_PREFIX - 1;
    if (memcmp(p, FRAME_PREFIX, n < prefix ? n : prefix) != 0) return 0;
    for (size_t i = prefix; i < n && i < FRAME_HEADER_MAX; i++) {
        if (p[i] == '\n') return i > prefix ? (int)i + 1 : 0;
        if (!is_kind_char(p[i])) return 0;
    }
    return n < FRAME_HEADER_MAX ? -1 : 0;
}

/* The end line's shape: d a decimal digit, x a hex digit, others stand for themselves. */
static const char end_shape[] = "#leat-end 1 dddddddddddddddddddd dddddddddddddddddddd xxxxxxxxxxxxxxxx\n";
#define FIELDS_AT 12
_Static_assert(sizeof end_shape - 1 == FRAME_END_BYTES, "size of the end line");

static bool matches_shape(uint8_t c, char shape, bool in_fields)
{
    bool digit = c >= '0' && c <= '9';
    if (in_fields && shape == 'd') return digit;
    if (in_fields && shape == 'x') return digit || (c >= 'a' && c <= 'f');
    return c == (uint8_t)shape;
}

size_t frame_end_partial(const uint8_t *p, size_t n)
{
    size_t longest = n < FRAME_END_BYTES ? n : FRAME_END_BYTES;
    for (size_t len = longest; len > 0; len--) {
        size_t i = 0;
        while (i < len && matches_shape(p[n - len + i], end_shape[i], i >= FIELDS_AT)) i++;
        if (i == len) return len;
    }
    return 0;
}

void frame_end_format(char line[FRAME_END_BYTES + 1], uint64_t records, uint64_t bytes, uint64_t hash)
{
    char hex[HASH64_HEX + 1];
    hash64_hex(hash, hex);
    snprintf(line, FRAME_END_BYTES + 1, "#leat-end 1 %020llu %020llu %s\n", (unsigned long long)records,
             (unsigned long long)bytes, hex);
}

static bool parse_decimal20(const uint8_t *p, uint64_t *v)
{
    *v = 0;
    for (int i = 0; i < 20; i++)
        if (__builtin_mul_overflow(*v, 10, v) || __builtin_add_overflow(*v, (uint64_t)(p[i] - '0'), v))
            return false;
    return true;
}

bool frame_end_parse(const uint8_t line[FRAME_END_BYTES], uint64_t *records, uint64_t *bytes, uint64_t *hash)
{
    if (frame_end_partial(line, FRAME_END_BYTES) != FRAME_END_BYTES) return false;
    return parse_decimal20(line + FIELDS_AT, records) && parse_decimal20(line + 33, bytes) &&
           hash64_parse((const char *)line + 54, HASH64_HEX, hash) == 0;
}

/* ------------------------------------------------------------------ reading */

int frame_open(struct in *s)
{
    s->framed = true;
    s->frame.hash = hash_stream_new();
    s->frame.small = malloc(FRAME_SMALL_BYTES);
    if (s->frame.hash && s->frame.small) return 0;
    in_fault(s, -ERR_IO, "out of memory while opening %s", s->name);
    return -ERR_IO;
}

static void check_end_line(struct in *s)
{
    uint64_t records, bytes, hash;
    if (!frame_end_parse(s->frame.hold, &records, &bytes, &hash))
        in_fault(s, IN_TRUNCATED, "%s: the framed stream has no end line: its writer died or was stopped",
                 s->name);
    else if (bytes != s->frame.bytes)
        in_fault(s, IN_DAMAGED, "%s: the framed stream holds %llu bytes, but its end line says %llu", s->name,
                 (unsigned long long)s->frame.bytes, (unsigned long long)bytes);
    else if (hash != hash_stream_digest(s->frame.hash))
        in_fault(s, IN_DAMAGED, "%s: the framed stream's content does not have the hash in its end line",
                 s->name);
}

/* No byte follows the n <= FRAME_END_BYTES at p. Gives those of them that are content. */
static ssize_t frame_finish(struct in *s, const uint8_t *p, size_t n)
{
    struct frame_in *f = &s->frame;
    f->over = true;
    memset(f->hold, 0, sizeof f->hold);
    memcpy(f->hold, p, n);
    if (!s->fault.status) check_end_line(s);
    return s->fault.status == IN_TRUNCATED ? (ssize_t)(n - frame_end_partial(p, n)) : 0;
}

/* cap >= FRAME_SMALL_BYTES. dst first takes what was held back, and loses the last 71 bytes again. */
static ssize_t frame_fill(struct in *s, uint8_t *dst, size_t cap)
{
    struct frame_in *f = &s->frame;
    size_t n = f->hold_n;
    memcpy(dst, f->hold, n);
    while (n <= FRAME_END_BYTES) {
        ssize_t got = in_body_read(s, dst + n, cap - n);
        if (got == 0 && s->fault.status == IN_DAMAGED) {
            memcpy(f->hold, dst, n);
            f->hold_n = n;
            return 0;
        }
        if (got == 0) return frame_finish(s, dst, n);
        n += (size_t)got;
    }
    size_t give = n - FRAME_END_BYTES;
    memcpy(f->hold, dst + give, FRAME_END_BYTES);
    f->hold_n = FRAME_END_BYTES;
    hash_stream_update(f->hash, dst, give);
    f->bytes += give;
    return (ssize_t)give;
}

ssize_t frame_read(struct in *s, uint8_t *dst, size_t cap)
{
    struct frame_in *f = &s->frame;
    if (f->small_pos == f->small_n) {
        if (f->over) return 0;
        if (cap >= FRAME_SMALL_BYTES) return frame_fill(s, dst, cap);
        f->small_pos = 0;
        f->small_n = (size_t)frame_fill(s, f->small, FRAME_SMALL_BYTES);
    }
    size_t n = f->small_n - f->small_pos;
    if (n > cap) n = cap;
    memcpy(dst, f->small + f->small_pos, n);
    f->small_pos += n;
    return (ssize_t)n;
}
