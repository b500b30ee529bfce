/* follow.c: what stands behind an archive in a stream. libarchive stops where a zip's directory begins, and behind a cpio's
 * trailer; whatever comes then it would leave unread.
 *
 * In: a window. Out: its place. State: none. Memory: the window's. */
#include "ingest/read/follow.h"
#include "common/text.h"
#include "ingest/read/archive.h"

#define BLOCK_BYTES ((size_t)256 << 10)
#define LOOK_BYTES 512 /* tell an archive */
#define HEAD_MOST 46   /* of a record of a zip's directory */

static uint64_t le(const char *p, size_t bytes)
{
    uint64_t v = 0;
    while (bytes--) v = v << 8 | (uint8_t)p[bytes];
    return v;
}

static const struct zip_record {
    char sign[3];
    size_t head_bytes;
    struct {
        size_t at, bytes;
    } lengths[3]; /* of what follows the head */
} records[] = {
    {"\1\2", 46, {{28, 2}, {30, 2}, {32, 2}}},
    {"\5\5", 6, {{4, 2}}},
    {"\6\6", 12, {{4, 8}}},
    {"\6\7", 20, {{0}}},
    {"\6\10", 8, {{4, 4}}},
    {"\5\6", 22, {{20, 2}}},
};

static const struct zip_record *record_at(const char *p)
{
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        if (memcmp(p, "PK", 2) == 0 && memcmp(p + 2, records[i].sign, 2) == 0) return &records[i];
    return NULL;
}

/* Goes to the next record, or to the start of a zip. 1; 0: the end. */
static int find_record(struct window *w, struct err *e)
{
    for (;;) {
        if (window_fill(w, HEAD_MOST, e) < 0) return -ERR_IO;
        const char *p = window_data(w), *hit;
        size_t n = window_ahead(w), at = 0;
        while (n - at >= 4 && (hit = memmem(p + at, n - at - 2, "PK", 2))) {
            at = (size_t)(hit - p);
            if (record_at(hit) || memcmp(hit + 2, "\3\4", 2) == 0) {
                window_advance(w, at);
                return 1;
            }
            at += 2;
        }
        window_advance(w, n > 3 ? n - 3 : n);
        if (w->ended) return 0;
    }
}

static int pass(struct window *w, uint64_t bytes, struct err *e)
{
    while (bytes > 0) {
        if (window_fill(w, 1, e) < 0) return -ERR_IO;
        size_t n = window_ahead(w) < bytes ? window_ahead(w) : (size_t)bytes;
        if (n == 0) return 0;
        window_advance(w, n);
        bytes -= n;
    }
    return 0;
}

int follow_zip_directory(struct window *w, struct err *e)
{
    int r;
    while ((r = find_record(w, e)) == 1) {
        if (window_fill(w, HEAD_MOST, e) < 0) return -ERR_IO;
        const char *p = window_data(w);
        const struct zip_record *record = record_at(p);
        if (!record) return 0;
        if (window_ahead(w) < record->head_bytes) return pass(w, window_ahead(w), e);
        bool last = record->sign[0] == 5 && record->sign[1] == 6;
        uint64_t bytes = record->head_bytes;
        for (int i = 0; i < 3; i++) bytes += le(p + record->lengths[i].at, record->lengths[i].bytes);
        if (pass(w, bytes, e) < 0) return -ERR_IO;
        if (last) return 1;
    }
    return r;
}

int follow_archive(struct window *w, uint64_t *stray_at, uint64_t *stray_bytes, struct err *e)
{
    size_t i;
    do {
        if (window_fill(w, LOOK_BYTES, e) < 0) return -ERR_IO;
        const char *p = window_data(w);
        size_t n = window_ahead(w);
        for (i = 0; i < n && (p[i] == 0 || p[i] == '\r' || p[i] == '\n'); i++) continue;
        window_advance(w, i);
    } while (i > 0);
    if (archive_recognise(window_data(w), window_ahead(w))) return 1;
    *stray_at = window_position(w);
    while (window_ahead(w) > 0) {
        window_advance(w, window_ahead(w));
        if (window_fill(w, BLOCK_BYTES, e) < 0) return -ERR_IO;
    }
    *stray_bytes = window_position(w) - *stray_at;
    return 0;
}
