/* records_out.c: writing a file of records: blocks as they fill, then what is needed to check them.
 *
 * In: records. Out: FILE.tmp, which becomes FILE when it is whole. State: the block that fills, 8 bytes a block and a run. */
#include "common/stream.h"
#include "dedup/records_layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct records_out {
    int fd;
    bool failed;
    char *path, *tmp;
    unsigned words;
    size_t block_records, held; /* in a full block; in `block` */
    uint64_t written, run_from;
    uint64_t *block;
    struct buf hashes, runs;
    struct records_header header;
};

static void free_out(struct records_out *o)
{
    if (o->fd >= 0) close(o->fd);
    buf_free(&o->hashes);
    buf_free(&o->runs);
    free(o->block);
    free(o->path);
    free(o->tmp);
    free(o);
}

void records_abandon(struct records_out *o)
{
    if (!o) return;
    if (o->tmp && o->fd >= 0) unlink(o->tmp);
    free_out(o);
}

/* After an error the file is lost: nothing more is written. */
static int fail(struct records_out *o, int r)
{
    o->failed = true;
    return r;
}

static int write_bytes(struct records_out *o, const void *p, size_t n, struct err *e)
{
    const char *from = p;
    while (n > 0) {
        ssize_t w = write(o->fd, from, n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0)
            return fail(o,
                        err_sys(e, "cannot write %s (free some space there, or write elsewhere)", o->path));
        from += w;
        n -= (size_t)w;
    }
    return 0;
}

static int open_out(struct records_out *o, const char *path, struct err *e)
{
    if (asprintf(&o->tmp, "%s.tmp", path) < 0) o->tmp = NULL;
    o->path = strdup(path);
    o->block = malloc(o->block_records * o->words * sizeof *o->block);
    if (!o->tmp || !o->path || !o->block) return err_nomem(e, "opening a file of records");
    o->fd = file_open_tmp(o->tmp, e);
    return o->fd < 0 ? o->fd : write_bytes(o, &o->header, sizeof o->header, e);
}

int records_create(struct records_out **out, const char *path, unsigned words, const char *kind,
                   struct err *e)
{
    *out = NULL;
    if (words < 1 || words > RECORDS_MAX_WORDS || strlen(kind) >= RECORDS_KIND_BYTES)
        return err_set(e, ERR_USAGE, "%s: no file has records of %u words and of the kind '%s'", path, words,
                       kind);
    struct records_out *o = malloc(sizeof *o);
    if (!o) return err_nomem(e, "opening a file of records");
    *o = (struct records_out){.fd = -1, .words = words, .block_records = RECORDS_BLOCK(words)};
    memcpy(o->header.magic, RECORDS_MAGIC, sizeof o->header.magic);
    snprintf(o->header.kind, sizeof o->header.kind, "%s", kind);
    o->header.words = words;
    buf_init(&o->hashes, BUF_NO_MAX);
    buf_init(&o->runs, BUF_NO_MAX);
    int r = open_out(o, path, e);
    if (r < 0)
        records_abandon(o);
    else
        *out = o;
    return r;
}

uint64_t records_written(const struct records_out *o)
{
    return o->written;
}

static int put_block(struct records_out *o, const uint64_t *record, size_t n, struct err *e)
{
    size_t bytes = n * o->words * sizeof *record;
    uint64_t hash = hash64(record, bytes);
    if (buf_put(&o->hashes, &hash, sizeof hash)) return fail(o, err_nomem(e, "writing records"));
    return write_bytes(o, record, bytes, e);
}

/* What fills a block goes into it; whole blocks are written from where they lie. */
int records_put(struct records_out *o, const uint64_t *record, size_t n, struct err *e)
{
    if (o->failed) return err_set(e, ERR_IO, "%s could not be written", o->path);
    if (n > (uint64_t)(INT64_MAX / 2) / (o->words * sizeof *record) - o->written)
        return fail(o, err_set(e, ERR_IO, "%s would have more records than a file can hold", o->path));
    o->written += n;
    while (n > 0) {
        bool direct = o->held == 0 && n >= o->block_records;
        size_t take = o->block_records - o->held < n ? o->block_records - o->held : n;
        if (!direct) memcpy(o->block + o->held * o->words, record, take * o->words * sizeof *record);
        o->held += take;
        if (o->held == o->block_records) {
            o->held = 0;
            int r = put_block(o, direct ? record : o->block, o->block_records, e);
            if (r < 0) return r;
        }
        record += take * o->words;
        n -= take;
    }
    return 0;
}

int records_end_run(struct records_out *o, struct err *e)
{
    if (o->written == o->run_from) return 0;
    o->run_from = o->written;
    if (buf_put(&o->runs, &o->written, sizeof o->written)) return fail(o, err_nomem(e, "writing records"));
    return 0;
}

static int put_footer(struct records_out *o, struct slice meta, struct err *e)
{
    struct records_trailer t = {.records = o->written,
                                .blocks = o->hashes.n / sizeof(uint64_t),
                                .runs = o->runs.n / sizeof(uint64_t),
                                .meta_bytes = meta.n};
    t.footer_offset = sizeof o->header + o->written * o->words * sizeof(uint64_t);
    memcpy(t.magic, RECORDS_END_MAGIC, sizeof t.magic);
    struct buf *footer = &o->hashes;
    if (buf_put_slice(footer, buf_slice(&o->runs)) || buf_put_slice(footer, meta) ||
        records_hash(&o->header, footer->p, footer->n, &t, &t.hash))
        return err_nomem(e, "ending a file of records");
    int r = write_bytes(o, footer->p, footer->n, e);
    return r < 0 ? r : write_bytes(o, &t, sizeof t, e);
}

static int sync_file(struct records_out *o, struct err *e)
{
    if (fsync(o->fd) && errno != EINVAL && errno != ENOTSUP) return err_sys(e, "cannot write %s", o->path);
    return 0;
}

/* The name changes before the descriptor is closed, and with it the lock given up. */
int records_commit(struct records_out *o, struct slice meta, bool durable, struct err *e)
{
    int r = o->failed ? err_set(e, ERR_IO, "%s could not be written", o->path) : records_end_run(o, e);
    if (r == 0 && o->held > 0) r = put_block(o, o->block, o->held, e);
    if (r == 0) r = put_footer(o, meta, e);
    if (r == 0 && durable) r = sync_file(o, e);
    if (r == 0 && rename(o->tmp, o->path)) r = err_sys(e, "cannot rename %s to %s", o->tmp, o->path);
    if (r < 0) {
        records_abandon(o);
        return r;
    }
    if (durable) r = file_sync_parent(o->path, e);
    int fd = o->fd;
    o->fd = -1;
    if (close(fd) && errno != EINTR && r == 0) r = err_sys(e, "cannot write %s", o->path);
    free_out(o);
    return r;
}
