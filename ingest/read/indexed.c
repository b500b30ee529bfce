/* indexed.c: finds zips from the last one's end to the front, 7z from the first one's head to the back.
 *
 * A zip's end says how long its directory is and how far that lies from the zip's start; so its start is known, and another zip
 * may end there. A 7z's head says where its index ends.
 *
 * In: bytes at any place. Out: spans. State: none. Cost: at most 64 KiB are read for each zip, mostly 22 bytes; for a 7z behind a
 * program 1 MiB. */
#include "ingest/read/indexed.h"
#include "common/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define END_BYTES 22     /* of a zip's last record, without its comment */
#define LOCATOR_BYTES 20 /* "PK\6\7" before it, where sizes go beyond 32 bits */
#define END64_BYTES 56   /* "PK\6\6" before that */
#define COMMENT_MOST 65535
#define SLACK_BYTES 64 /* before or behind an archive: nobody's */
#define HEAD_7Z_BYTES 32
#define PROGRAM_MOST ((size_t)1 << 20) /* before a 7z */

size_t places_read(const struct places *s, uint64_t at, void *dst, size_t n)
{
    size_t done = 0;
    if (at >= s->size_bytes) return 0;
    if (s->size_bytes - at < n) n = (size_t)(s->size_bytes - at);
    if (s->fd < 0) {
        memcpy(dst, s->memory.p + at, n);
        return n;
    }
    while (done < n) {
        ssize_t got = pread(s->fd, (char *)dst + done, n - done, (off_t)(at + done));
        if (got <= 0) break;
        done += (size_t)got;
    }
    return done;
}

static bool begins(const char *p, size_t n, const char *magic, size_t bytes)
{
    return n >= bytes && memcmp(p, magic, bytes) == 0;
}

bool indexed_is_zip(const char *p, size_t n)
{
    return begins(p, n, "PK\3\4", 4) || begins(p, n, "PK\5\6", 4) || begins(p, n, "PK00PK\3\4", 8);
}

bool indexed_is_7z(const char *p, size_t n)
{
    return begins(p, n, "7z\xbc\xaf\x27\x1c", 6);
}

static uint64_t le(const char *p, size_t bytes)
{
    uint64_t v = 0;
    while (bytes--) v = v << 8 | (uint8_t)p[bytes];
    return v;
}

/* ------------------------------------------------------------------ what was found */

static int add_span(struct indexed *x, uint64_t start, uint64_t end)
{
    if ((x->n_spans & (x->n_spans - 1)) == 0) {
        struct span *more = realloc(x->spans, (x->n_spans ? 2 * x->n_spans : 1) * sizeof *more);
        if (!more) return -1;
        x->spans = more;
    }
    x->spans[x->n_spans++] = (struct span){start, end};
    return 0;
}

static void reverse(struct indexed *x)
{
    for (size_t i = 0, j = x->n_spans; i + 1 < j; i++) {
        struct span s = x->spans[i];
        x->spans[i] = x->spans[--j];
        x->spans[j] = s;
    }
}

void indexed_free(struct indexed *x)
{
    free(x->spans);
    *x = (struct indexed){0};
}

static bool is_padding(const struct places *s, uint64_t at, uint64_t end)
{
    char block[4096];
    while (at < end) {
        size_t n = end - at < sizeof block ? (size_t)(end - at) : sizeof block;
        if (places_read(s, at, block, n) < n) return false;
        for (size_t i = 0; i < n; i++)
            if (block[i] != 0 && block[i] != '\r' && block[i] != '\n') return false;
        at += n;
    }
    return true;
}

static bool is_program(const char *p, size_t n)
{
    return begins(p, n, "MZ", 2) ||
           begins(p, n,
                  "\x7f"
                  "ELF",
                  4) ||
           begins(p, n, "#!", 2);
}

/* Takes note of bytes that are in no span. */
static void note_stray(struct indexed *x, const struct places *s, uint64_t at, uint64_t end)
{
    if (is_padding(s, at, end)) return;
    if (x->stray_bytes == 0 || at < x->stray_at) x->stray_at = at;
    x->stray_bytes += end - at;
}

/* ------------------------------------------------------------------ zips */

/* Where the zip starts whose last record stands at `end`, in p[i..); UINT64_MAX: that is none. */
static uint64_t zip_start(const struct places *s, const char *p, size_t i, uint64_t end)
{
    char head[4] = {0}, far[END64_BYTES];
    uint64_t bytes = le(p + i + 12, 4), offset = le(p + i + 16, 4), directory = end;
    bool is_far = i >= LOCATOR_BYTES && memcmp(p + i - LOCATOR_BYTES, "PK\6\7", 4) == 0;
    if (is_far) {
        uint64_t before = LOCATOR_BYTES + END64_BYTES;
        if (end < before || places_read(s, end - before, far, sizeof far) < sizeof far) return UINT64_MAX;
        if (memcmp(far, "PK\6\6", 4) != 0) return 0; /* with an extension: only that it is there is known */
        bytes = le(far + 40, 8);
        offset = le(far + 48, 8);
        directory = end - before;
    }
    if (bytes > directory || offset > directory - bytes) return UINT64_MAX;
    places_read(s, directory - bytes, head, sizeof head);
    if (bytes && memcmp(head, "PK\1\2", 4) != 0) return UINT64_MAX;
    uint64_t start = directory - bytes - offset;
    bool wrapped = !is_far && start >> 32 && (uint32_t)start <= SLACK_BYTES; /* larger than 32 bits can say */
    return start <= SLACK_BYTES || wrapped ? 0 : start;
}

/* The last zip that ends in the `look` bytes before `limit`. 1; 0: none. */
static bool find_zip(const struct places *s, uint64_t limit, size_t look, char *tail, struct span *zip)
{
    size_t n = limit < look ? (size_t)limit : look;
    uint64_t at = limit - n;
    if (places_read(s, at, tail, n) < n) return false;
    for (size_t i = n >= END_BYTES ? n - END_BYTES + 1 : 0; i-- > 0;) {
        if (memcmp(tail + i, "PK\5\6", 4) != 0) continue;
        uint64_t start = zip_start(s, tail, i, at + i), comment = le(tail + i + 20, 2);
        if (start == UINT64_MAX) continue;
        uint64_t end = at + i + END_BYTES + comment;
        *zip = (struct span){start, end < limit ? end : limit};
        return true;
    }
    return false;
}

/* Bytes between zips. False: they may be a zip too, one without an end. */
static bool pass_stray(struct indexed *x, const struct places *s, uint64_t at, uint64_t end)
{
    char first[8];
    size_t n = places_read(s, at, first, end - at < sizeof first ? (size_t)(end - at) : sizeof first);
    bool program = at == 0 && (end <= SLACK_BYTES || is_program(first, n));
    if (at == end || program) return true;
    if (indexed_is_zip(first, n)) return false;
    note_stray(x, s, at, end);
    return true;
}

/* All zips that end one where the next begins; so mostly the shortest look is enough. -1: out of memory. */
static int find_zips(struct indexed *x, const struct places *s, char *tail)
{
    static const size_t looks[] = {LOCATOR_BYTES + END_BYTES, 1024, LOCATOR_BYTES + END_BYTES + COMMENT_MOST};
    uint64_t limit = s->size_bytes;
    bool found = true;
    while (limit > 0 && found) {
        struct span zip;
        found = false;
        for (size_t i = 0; i < sizeof looks / sizeof *looks && !found; i++)
            found = find_zip(s, limit, looks[i], tail, &zip);
        if (!found) break;
        if (x->n_spans == INDEXED_SPANS || !pass_stray(x, s, zip.end, limit)) return 0;
        if (add_span(x, zip.start, zip.end) < 0) return -1;
        limit = zip.start;
    }
    reverse(x);
    return x->n_spans > 0 && pass_stray(x, s, 0, limit);
}

/* ------------------------------------------------------------------ 7z */

/* 1: all of them; -1: out of memory. */
static int find_7zs(struct indexed *x, const struct places *s, uint64_t at)
{
    char head[HEAD_7Z_BYTES];
    size_t n;
    while ((n = places_read(s, at, head, sizeof head)) > 0 && indexed_is_7z(head, n)) {
        uint64_t rest = s->size_bytes - at, offset = n < sizeof head ? 0 : le(head + 12, 8),
                 bytes = n < sizeof head ? 0 : le(head + 20, 8);
        x->cut = n < sizeof head || offset > rest - sizeof head || bytes > rest - sizeof head - offset;
        if (x->n_spans == INDEXED_SPANS) break;
        uint64_t end = x->cut ? s->size_bytes : at + sizeof head + offset + bytes;
        if (add_span(x, at, end) < 0) return -1;
        at = end;
    }
    note_stray(x, s, at, s->size_bytes);
    return x->n_spans > 0;
}

/* The place of a 7z behind a program; 0: there is none. Its head has a checksum. */
static uint64_t find_7z_in_program(const struct places *s)
{
    char *first = malloc(PROGRAM_MOST);
    size_t n = first ? places_read(s, 0, first, PROGRAM_MOST) : 0, at = 0;
    uint64_t found = 0;
    while (!found && n - at >= HEAD_7Z_BYTES) {
        const char *hit = memmem(first + at, n - at, "7z\xbc\xaf\x27\x1c", 6);
        if (!hit || (size_t)(first + n - hit) < HEAD_7Z_BYTES) break;
        if (le(hit + 8, 4) == crc32(0, (const Bytef *)hit + 12, 20)) found = (uint64_t)(hit - first);
        at = (size_t)(hit - first) + 6;
    }
    free(first);
    return found;
}

/* ------------------------------------------------------------------ all of it */

int indexed_find(struct indexed *x, const struct places *s)
{
    char first[8];
    size_t n = places_read(s, 0, first, sizeof first);
    *x = (struct indexed){0};
    if (indexed_is_7z(first, n)) return find_7zs(x, s, 0);
    char *tail = malloc(LOCATOR_BYTES + END_BYTES + COMMENT_MOST);
    int r = tail ? find_zips(x, s, tail) : -1;
    free(tail);
    if (r != 0 || !is_program(first, n)) return r;
    indexed_free(x);
    uint64_t at = find_7z_in_program(s);
    return at ? find_7zs(x, s, at) : 0;
}

bool indexed_in_program(const char *path, const char *first, size_t n)
{
    struct indexed x = {0};
    struct stat status;
    if (!is_program(first, n)) return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    const struct places s = {.fd = fd, .size_bytes = regular ? (uint64_t)status.st_size : 0};
    bool found = regular && indexed_find(&x, &s) == 1;
    indexed_free(&x);
    close(fd);
    return found;
}
