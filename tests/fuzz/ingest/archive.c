/* Any bytes as an input of any kind: tar, zip, 7z, cpio, what is packed inside, EPUB, WARC, JSONL, text that is split. Every
 * record is made into a document; the accounts must balance, and no path leads anywhere. */
#include "common/text.h"
#include "ingest/document.h"
#include "ingest/read/inputs.h"
#include "ingest/read/path.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(struct slice path)
{
    if (utf8_valid_prefix(path.p, path.n) != path.n || path.n > PATH_BYTES) abort();
    if (path.n && path.p[0] == '/') abort();
    for (size_t i = 0; i < path.n;) {
        const char *slash = memchr(path.p + i, '/', path.n - i);
        size_t n = slash ? (size_t)(slash - path.p) - i : path.n - i;
        if (slice_is(slice_of(path.p + i, n), "..") || slice_is(slice_of(path.p + i, n), ".")) abort();
        i += n + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct document_maker maker;
    static struct parts *split;
    static char path[64], *paths[] = {path};
    static int fd = -1;
    struct document_options options = {.max_record = 65536, .sample = 1};
    struct err e = {0};
    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (document_init(&maker, &options, &e) < 0 || parts_compile(&split, "\n\n+|--", &e) < 0) abort();
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) abort();
    const struct inputs_options how = {
        .raw = size % 5 == 1, .parts = size % 3 == 0 ? split : NULL, .max_record = options.max_record};
    struct inputs inputs;
    struct buf in, out;
    struct ledger led;
    struct piece piece;
    uint64_t records = 0;
    int n;
    maker.options.raw = how.raw;
    buf_init(&in, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    ledger_init(&led);
    if (inputs_init(&inputs, paths, 1, &how, &e) < 0) abort();
    while ((n = inputs_next(&inputs, &in, &piece, &led, &e)) > 0) {
        if (piece.body_bytes > options.max_record || piece.body + piece.body_bytes > in.n) abort();
        if (piece.kind == PIECE_ENTRY) check_path(slice_of(in.p + piece.head, piece.head_bytes));
        check_path(slice_of(in.p + piece.outer, piece.outer_bytes));
        if (buf_reserve(&in, JSONL_PADDING) < 0) abort();
        memset(in.p + in.n, 0, JSONL_PADDING);
        if (document_make(&maker, in.p, &piece, true, &out, &records, &led, &e) != DOCUMENT_DONE) abort();
        buf_clear(&in);
        buf_clear(&out);
    }
    if (n < 0 && e.code != ERR_DATA && e.code != ERR_USAGE) abort();
    if (ledger_check(&led, &e) < 0 || records != led.kept) abort();
    inputs_free(&inputs);
    buf_free(&in);
    buf_free(&out);
    ledger_free(&led);
    return 0;
}
