/* A file of gzip members, made by a recipe (members, garbage, members inside members, wrong lengths, flips, cuts), read twice:
 * by the serial reader, and split into small ranges with several in flight. Documents and accounts must be the same. */
#include "common/json.h"
#include "ingest/read/arc.h"
#include "ingest/read/split.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define IN_FLIGHT 3
#define FILE_MAX ((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ------------------------------------------------------------------ the file */

struct recipe {
    const uint8_t *p, *end;
    bool is_arc;
    int n_records;
    struct buf file, content;
};

static unsigned take(struct recipe *r)
{
    return r->p < r->end ? *r->p++ : 0;
}

static void put_record(struct recipe *r, const char *body, size_t n, size_t declared)
{
    struct buf *c = &r->content;
    int i = r->n_records++;
    if (r->is_arc)
        buf_printf(c, "http://e/%d x 1.2.3.4 20140216050221 text/plain %zu\n", i, declared);
    else
        buf_printf(
            c,
            "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://e/%d\r\nContent-Type: text/plain\r\n"
            "Content-Length: %zu\r\n\r\n",
            i, declared);
    buf_put(c, body, n);
    buf_puts(c, r->is_arc ? "\n" : "\r\n\r\n");
}

/* The content as a gzip member; level 0 leaves it readable inside. */
static void put_member(struct recipe *r, int level)
{
    uint8_t out[16384];
    z_stream z = {0};
    if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
    z.next_in = (Bytef *)r->content.p;
    z.avail_in = (uInt)r->content.n;
    int status;
    do {
        z.next_out = out;
        z.avail_out = sizeof out;
        status = deflate(&z, Z_FINISH);
        buf_put(&r->file, out, sizeof out - z.avail_out);
    } while (status == Z_OK);
    deflateEnd(&z);
    buf_clear(&r->content);
}

/* Bytes of the recipe itself. */
static struct slice literal(struct recipe *r)
{
    size_t n = take(r), left = (size_t)(r->end - r->p);
    struct slice s = slice_of((const char *)r->p, n < left ? n : left);
    r->p += s.n;
    return s;
}

static void put_some_records(struct recipe *r, int n)
{
    static const char text[] = "some words of text that are kept as they are, and some more\n";
    for (int i = 0; i < n; i++) {
        char body[sizeof text * 16];
        size_t bytes = take(r) * 4 % sizeof body;
        for (size_t k = 0; k < bytes; k++) body[k] = text[(k + (size_t)n) % (sizeof text - 1)];
        put_record(r, body, bytes, bytes);
    }
}

static void put_step(struct recipe *r)
{
    struct slice s;
    size_t back;
    switch (take(r) % 10) {
    case 0: /* many whole members */
        for (unsigned i = take(r) % 16; i > 0; i--) put_some_records(r, 1), put_member(r, 1);
        break;
    case 1: /* several records in one */
        put_some_records(r, (int)(take(r) % 8));
        put_member(r, 6);
        break;
    case 2: /* any content */
        s = literal(r);
        buf_put_slice(&r->content, s);
        put_member(r, 0);
        break;
    case 3: /* no member */ buf_put_slice(&r->file, literal(r)); break;
    case 4: /* what the file holds so far, readable inside a record */
        back = take(r) * 64 < r->file.n ? take(r) * 64 : r->file.n;
        if (back > r->file.n) back = r->file.n;
        put_record(r, r->file.p ? r->file.p + r->file.n - back : "", back, back);
        put_member(r, 0);
        break;
    case 5: /* a wrong length */
        s = literal(r);
        put_record(r, s.p, s.n, take(r));
        put_member(r, 1);
        break;
    case 6: /* a record over two members */
        s = literal(r);
        put_record(r, s.p, s.n, s.n);
        back = r->content.n / 2;
        struct buf rest;
        buf_init(&rest, BUF_NO_MAX);
        buf_put(&rest, r->content.p + back, r->content.n - back);
        r->content.n = back;
        put_member(r, 1);
        buf_put_slice(&r->content, buf_slice(&rest));
        put_member(r, 1);
        buf_free(&rest);
        break;
    case 7: /* an empty member, or line ends alone */
        if (take(r) & 1) buf_puts(&r->content, "\r\n\n");
        put_member(r, 1);
        break;
    case 8: /* larger than --max-record */
        for (int i = 0; i < 6000; i++) buf_puts(&r->content, "x");
        s = slice_of(r->content.p, r->content.n);
        struct buf big = r->content;
        buf_init(&r->content, BUF_NO_MAX);
        put_record(r, s.p, s.n, s.n);
        put_member(r, 1);
        buf_free(&big);
        break;
    default: /* flip a bit */
        back = take(r) << 8 | take(r);
        if (r->file.n) r->file.p[back % r->file.n] ^= (char)(1 << take(r) % 8);
    }
}

/* ------------------------------------------------------------------ two readings */

struct reading {
    struct window w;
    struct warc_reader r;
    struct ledger led;
    struct buf out, in;
    uint64_t records;
};

static struct document_maker maker, writer;
static struct unpacker unpacker, writer_unpacker;
static const struct document_options options = {
    .extract = EXTRACT_MAIN, .max_record = 4096, .sample = 1, .nfc = true};

static void start(struct reading *g, const char *path, const struct warc_dialect *dialect)
{
    struct err e = {0};
    memset(g, 0, sizeof *g);
    buf_init(&g->out, BUF_NO_MAX);
    buf_init(&g->in, BUF_NO_MAX);
    ledger_init(&g->led);
    if (window_open(&g->w, path, &e) < 0) abort();
    warc_start(&g->r, dialect, &g->w, "file", options.max_record);
}

static void end(struct reading *g)
{
    window_close(&g->w);
    buf_free(&g->out);
    buf_free(&g->in);
    ledger_free(&g->led);
}

/* The next record, by the serial reader. */
static bool read_one(struct reading *g)
{
    struct err e = {0};
    struct piece piece;
    int n = warc_next(&g->r, &g->in, &piece, &g->led, &e);
    if (n < 0 && e.code != ERR_DATA) abort();
    if (n <= 0) return false;
    if (document_make(&maker, g->in.p, &piece, true, &g->out, &g->records, &g->led, &e) != DOCUMENT_DONE)
        abort();
    buf_clear(&g->in);
    return true;
}

struct flight {
    struct range range;
    struct buf bytes, out;
    struct ledger led;
    uint64_t records;
    int result;
};

static uint64_t records_of_ranges;

static void write_range(struct reading *g, struct split *s, struct flight *f)
{
    struct err e = {0};
    if (!split_counts(s, &f->range)) return;
    while (f->result == RANGE_LATER)
        f->result = range_work(&f->range, s, &f->bytes, &writer_unpacker, &writer, true, &f->out, &f->records,
                               &f->led, &e);
    if (f->result < 0) abort();
    buf_put_slice(&g->out, buf_slice(&f->out));
    g->records += f->records;
    records_of_ranges += f->records;
    ledger_merge(&g->led, &f->led);
    split_commit(s, &f->range);
}

/* A round of ranges: read, worked on, written. False: the serial reader must go on. */
static bool round_of_ranges(struct reading *g, struct split *s, struct flight flights[IN_FLIGHT])
{
    struct err e = {0};
    int n = 0, more = 1;
    while (n < IN_FLIGHT && (more = split_read(s, &flights[n].range, &flights[n].bytes, &e)) == 1) n++;
    if (more < 0) abort();
    for (int i = 0; i < n; i++) {
        struct flight *f = &flights[i];
        buf_clear(&f->out);
        ledger_reset(&f->led);
        f->records = 0;
        f->result =
            range_work(&f->range, s, &f->bytes, &unpacker, &maker, false, &f->out, &f->records, &f->led, &e);
    }
    for (int i = 0; i < n; i++) write_range(g, s, &flights[i]);
    return more == 1 && !s->broken;
}

static void read_split(struct reading *g, struct split *s)
{
    static struct flight flights[IN_FLIGHT];
    struct err e = {0};
    bool more = true;
    for (int i = 0; i < IN_FLIGHT; i++) {
        if (flights[i].bytes.max == 0) {
            buf_init(&flights[i].bytes, BUF_NO_MAX);
            buf_init(&flights[i].out, BUF_NO_MAX);
        }
        ledger_reset(&flights[i].led);
    }
    split_reset(s);
    while (more) {
        int r = split_take_over(s, &g->r, &e);
        if (r < 0 && e.code != ERR_DATA) abort(); /* a framed stream of an unknown version */
        if (r == 1) {
            while (round_of_ranges(g, s, flights)) continue;
            if (split_hand_back(s, &g->r, &e) < 0) abort();
        }
        more = r >= 0 && read_one(g);
    }
}

static void compare(struct reading *a, struct reading *b)
{
    struct buf x, y;
    struct err e = {0};
    buf_init(&x, BUF_NO_MAX);
    buf_init(&y, BUF_NO_MAX);
    ledger_put_json(&a->led, &x);
    ledger_put_json(&b->led, &y);
    buf_terminate(&x);
    buf_terminate(&y);
    bool same = slice_eq(buf_slice(&a->out), buf_slice(&b->out)) && slice_eq(buf_slice(&x), buf_slice(&y));
    if (!same) fprintf(stderr, "serial %s\nsplit  %s\n", x.p, y.p);
    if (!same || ledger_check(&a->led, &e) < 0 || a->records != b->records) abort();
    buf_free(&x);
    buf_free(&y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    static struct split split;
    struct err e = {0};
    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (document_init(&maker, &options, &e) < 0 || document_init(&writer, &options, &e) < 0) abort();
        if (unpacker_init(&unpacker, &e) < 0 || unpacker_init(&writer_unpacker, &e) < 0) abort();
        if (split_init(&split, &e) < 0) abort();
        split.hold_first = 0;
    }
    struct recipe r = {data, data + size, false, 0, {0}, {0}};
    buf_init(&r.file, BUF_NO_MAX);
    buf_init(&r.content, BUF_NO_MAX);
    r.is_arc = take(&r) & 1;
    split.target_bytes = 1 + take(&r) * 8;
    split.most_bytes = split.target_bytes + take(&r) * 64;
    while (r.p < r.end && r.file.n < FILE_MAX) put_step(&r);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, r.file.p, r.file.n, 0) != (ssize_t)r.file.n) abort();
    static struct reading serial, parallel;
    const struct warc_dialect *dialect = r.is_arc ? &arc_dialect : &warc_iso;
    start(&serial, path, dialect);
    start(&parallel, path, dialect);
    while (read_one(&serial)) continue;
    read_split(&parallel, &split);
    compare(&serial, &parallel);
    end(&serial);
    end(&parallel);
    buf_free(&r.file);
    buf_free(&r.content);
    return 0;
}
