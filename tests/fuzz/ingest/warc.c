/* Any bytes as a WARC file: read whole, every record made into a document; the accounts must balance. */
#include "common/hash.h"
#include "ingest/document.h"
#include "ingest/read/warc.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef DIALECT
#define DIALECT warc_iso
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct document_maker maker;
    static int fd = -1;
    static char path[64];
    const struct document_options options = {.extract = EXTRACT_MAIN, .max_record = 4096, .sample = 1};
    struct err e = {0};
    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (document_init(&maker, &options, &e) < 0) abort();
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) abort();

    struct window w;
    struct warc_reader r;
    struct buf in, out;
    struct ledger led;
    struct piece piece;
    uint64_t records = 0;
    int n;
    buf_init(&in, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    ledger_init(&led);
    if (window_open(&w, path, &e) < 0) abort();
    warc_start(&r, &DIALECT, &w, path, options.max_record);
    while ((n = warc_next(&r, &in, &piece, &led, &e)) > 0) {
        if (piece.body_bytes > options.max_record || piece.body + piece.body_bytes > in.n) abort();
        if (document_make(&maker, in.p, &piece, true, &out, &records, &led, &e) != DOCUMENT_DONE) abort();
        buf_clear(&in);
    }
    if (n < 0 && e.code != ERR_DATA) abort(); /* a framed stream of an unknown version */
    if (ledger_check(&led, &e) < 0 || records != led.kept) abort();
    window_close(&w);
    buf_free(&in);
    buf_free(&out);
    ledger_free(&led);
    return 0;
}
