/* A book whose package document is any bytes: a stored zip is made around it, so that the XML is what is explored. The
 * chapters are files of the book, each once, and the metadata is bounded. */
#include "common/text.h"
#include "ingest/read/epub.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put16(struct buf *b, uint32_t v)
{
    buf_putc(b, (char)v);
    buf_putc(b, (char)(v >> 8));
}

static void put32(struct buf *b, uint32_t v)
{
    put16(b, v & 0xffff);
    put16(b, v >> 16);
}

static uint32_t crc32_of(const void *data, size_t n)
{
    uint32_t crc = ~0U;
    for (const uint8_t *p = data, *end = p + n; p < end; p++) {
        crc ^= *p;
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

static void put_sizes(struct buf *b, const char *name, const void *p, size_t n)
{
    put32(b, 0); /* method, time */
    put16(b, 0); /* date */
    put32(b, crc32_of(p, n));
    put32(b, (uint32_t)n);
    put32(b, (uint32_t)n);
    put16(b, (uint32_t)strlen(name));
    put16(b, 0);
}

static void put_file(struct buf *zip, struct buf *directory, const char *name, const void *p, size_t n)
{
    uint32_t at = (uint32_t)zip->n;
    buf_put(zip, "PK\3\4\24\0\0\10", 8);
    put_sizes(zip, name, p, n);
    buf_puts(zip, name);
    buf_put(zip, p, n);
    buf_put(directory, "PK\1\2\24\0\24\0\0\10", 10);
    put_sizes(directory, name, p, n);
    put16(directory, 0);
    put16(directory, 0);
    put16(directory, 0);
    put32(directory, 0);
    put32(directory, at);
    buf_puts(directory, name);
}

static void put_end(struct buf *zip, const struct buf *directory, uint32_t files)
{
    uint32_t at = (uint32_t)zip->n;
    buf_put_slice(zip, buf_slice(directory));
    buf_put(zip, "PK\5\6\0\0\0\0", 8);
    put16(zip, files);
    put16(zip, files);
    put32(zip, (uint32_t)directory->n);
    put32(zip, at);
    put16(zip, 0);
}

static void check(const struct epub *b)
{
    const struct buf *values[] = {&b->title, &b->creator, &b->language, &b->date, &b->rights};
    for (size_t i = 0; i < 5; i++)
        if (values[i]->n > 4096) abort();
    if (b->n_chapters > b->n_files) abort();
    for (size_t i = 0; i < b->n_chapters; i++) {
        if (b->chapters[i] >= b->n_files) abort();
        struct slice c = epub_chapter(b, i);
        if (c.n && c.p + c.n > b->bytes.p + b->bytes.n) abort();
        for (size_t k = 0; k < i; k++)
            if (b->chapters[k] == b->chapters[i]) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char container[] = "<container><rootfile full-path=\"o/p.opf\"/></container>";
    struct buf zip, directory;
    struct epub b;
    struct err e = {0};
    char why[256];
    bool as_container = size && data[0] == 'C';
    buf_init(&zip, BUF_NO_MAX);
    buf_init(&directory, BUF_NO_MAX);
    put_file(&zip, &directory, "mimetype", "application/epub+zip", 20);
    put_file(&zip, &directory, "META-INF/container.xml", as_container ? (const char *)data + 1 : container,
             as_container ? size - 1 : sizeof container - 1);
    put_file(&zip, &directory, "o/p.opf", data, size);
    put_file(&zip, &directory, "o/a.xhtml", "<p>a", 4);
    put_file(&zip, &directory, "o/t/b c.xhtml", "<p>b", 4);
    put_file(&zip, &directory, "cover.xhtml", "<p>c", 4);
    put_end(&zip, &directory, 6);
    epub_init(&b);
    int r = epub_read(&b, buf_slice(&zip), 1 << 20, why, &e);
    if (r < 0 || (r == EPUB_BROKEN && size < 1 << 18)) abort();
    if (r == EPUB_READ) check(&b);
    epub_free(&b);
    buf_free(&zip);
    buf_free(&directory);
    return 0;
}
