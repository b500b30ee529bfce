/* Any bytes as a MediaWiki or Stack Exchange dump: read whole, every record made into a document; the accounts must balance. */
#include "ingest/document.h"
#include "ingest/read/dump.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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
    size_t skip = size > 0; /* the first byte chooses the kind of dump */
    enum piece_kind kind = skip && data[0] % 2 ? PIECE_POST : PIECE_PAGE;
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data + skip, size - skip, 0) != (ssize_t)(size - skip)) abort();

    struct window w;
    struct dump_reader r;
    struct wiki_site *sites = NULL;
    struct buf in, out;
    struct ledger led;
    struct piece piece;
    uint64_t records = 0;
    int n;
    buf_init(&in, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    ledger_init(&led);
    if (window_open(&w, path, &e) < 0) abort();
    n = window_fill(&w, 1, &e);
    dump_start(&r, &w, path, kind, options.max_record, &sites);
    while (n >= 0 && (n = dump_next(&r, &in, &piece, &led, &e)) > 0) {
        if (piece.body_bytes > options.max_record || piece.body + piece.body_bytes > in.n) abort();
        if (document_make(&maker, in.p, &piece, true, &out, &records, &led, &e) != DOCUMENT_DONE) abort();
        buf_clear(&in);
    }
    if (n < 0 && e.code != ERR_DATA) abort(); /* a framed stream of an unknown version */
    if (ledger_check(&led, &e) < 0 || records != led.kept) abort();
    window_close(&w);
    wiki_site_free(sites);
    buf_free(&in);
    buf_free(&out);
    ledger_free(&led);
    return 0;
}
