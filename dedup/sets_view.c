/* sets_view.c: finding a document's set: the first document of each block of an index is in memory, blocks are cached, the set is
 * read from .data and its hash compared.
 *
 * State: 8 bytes a block of 2048 documents; per view a direct-mapped cache of blocks. */
#include "common/hash.h"
#include "dedup/sets.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK RECORDS_BLOCK(SETS_WORDS)
#define BLOCK_BYTES (BLOCK * SETS_WORDS * sizeof(uint64_t))

struct file { /* of one task */
    unsigned task;
    struct records *index;
    int fd; /* of .data */
    char *data_path;
    uint64_t *first, blocks; /* document that a block begins with */
};

struct sets {
    struct file *at;
    size_t n;
};

struct block {
    const struct file *file; /* NULL: empty */
    uint64_t number, n;
    uint64_t record[BLOCK][SETS_WORDS];
};

struct slot {
    bool holds;
    uint64_t doc;
    char *bytes;
    size_t cap;
    struct sets_entry entry;
};

struct sets_view {
    struct sets *sets;
    struct slot slot[2];
    size_t blocks;
    struct block *block;
};

/* ------------------------------------------------------------------ opening */

static int read_firsts(struct file *f, struct err *e)
{
    uint64_t n = records_count(f->index);
    struct records_cursor *c;
    const uint64_t *record;
    f->blocks = (n + BLOCK - 1) / BLOCK;
    f->first = malloc((f->blocks + 1) * sizeof *f->first);
    if (!f->first) return err_nomem(e, "opening sets");
    int r = records_walk(&c, f->index, 0, n, 1 << 20, e);
    if (r < 0) return r;
    for (uint64_t i = 0; (r = records_next(c, &record, e)) == 1; i++)
        if (i % BLOCK == 0) f->first[i / BLOCK] = record[0];
    records_walk_end(c);
    return r;
}

/* A document of this run whose sets are missing was never asked for: `from` guards that; an index's file says where it is from itself. */
static int check_from(const struct file *f, uint64_t from, struct err *e)
{
    struct buf meta;
    buf_init(&meta, BUF_NO_MAX);
    int r = work_part_meta(&meta, from, "", e);
    if (r == 0 && !slice_eq(records_meta(f->index), buf_slice(&meta)))
        r = err_set(e, ERR_USAGE,
                    "%s was made from other files than those that are here: run leat dedup sets again",
                    records_path(f->index));
    buf_free(&meta);
    return r;
}

static int open_file(struct file *f, const struct sketch *s, uint64_t from, struct buf *path, struct err *e)
{
    *f = (struct file){.task = s->task, .fd = -1};
    int r = work_sets_path(path, s->dir, s->stored_task, "index", e);
    if (r == 0) r = work_open(&f->index, path->p, SETS_WORDS, "sets", "sets", e);
    if (r == 0 && s->task <= WORK_MAX_TASK) r = check_from(f, from, e);
    if (r == 0) records_shift(f->index, 0, DOC_NUMBER(s->task, 0) - DOC_NUMBER(s->stored_task, 0));
    if (r == 0) r = work_sets_path(path, s->dir, s->stored_task, "data", e);
    if (r < 0) return r;
    f->data_path = strdup(path->p);
    f->fd = open(path->p, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0 && errno == ENOENT)
        return err_set(e, ERR_USAGE, "%s is missing: run leat dedup sets for task %u again", path->p,
                       s->task);
    if (f->fd < 0 || !f->data_path) return err_sys(e, "cannot open %s", path->p);
    return read_firsts(f, e);
}

static void close_file(struct file *f)
{
    records_close(f->index);
    if (f->fd >= 0) close(f->fd);
    free(f->data_path);
    free(f->first);
}

int sets_open(struct sets **made, const struct sketches *sketches, uint64_t from, struct err *e)
{
    struct buf path;
    struct sets *s = calloc(1, sizeof *s);
    *made = s;
    if (s) s->at = calloc(sketches->n, sizeof *s->at);
    if (!s || !s->at) return err_nomem(e, "opening sets");
    buf_init(&path, BUF_NO_MAX);
    int r = 0;
    for (size_t i = 0; r == 0 && i < sketches->n; i++)
        r = open_file(&s->at[s->n++], &sketches->at[i], from, &path, e);
    buf_free(&path);
    return r;
}

void sets_close(struct sets *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n; i++) close_file(&s->at[i]);
    free(s->at);
    free(s);
}

struct sets_view *sets_view_new(struct sets *s, size_t cache_bytes)
{
    struct sets_view *v = calloc(1, sizeof *v);
    if (!v) return NULL;
    v->sets = s;
    v->blocks = cache_bytes / sizeof *v->block ? cache_bytes / sizeof *v->block : 1;
    v->block = calloc(v->blocks, sizeof *v->block);
    if (v->block) return v;
    sets_view_free(v);
    return NULL;
}

void sets_view_free(struct sets_view *v)
{
    if (!v) return;
    free(v->slot[0].bytes);
    free(v->slot[1].bytes);
    free(v->block);
    free(v);
}

/* ------------------------------------------------------------------ finding */

static const struct file *file_of(const struct sets *s, unsigned task)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->at[middle].task < task)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n && s->at[low].task == task ? &s->at[low] : NULL;
}

/* The block that would hold the document: the last whose first is not behind it. */
static uint64_t block_of(const struct file *f, uint64_t doc)
{
    uint64_t low = 0, high = f->blocks;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (f->first[middle] <= doc)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int load_block(struct block *b, const struct file *f, uint64_t number, struct err *e)
{
    struct records_cursor *c;
    const uint64_t *record;
    uint64_t from = number * BLOCK, all = records_count(f->index),
             to = from + BLOCK < all ? from + BLOCK : all;
    b->file = NULL;
    b->n = 0;
    int r = records_walk(&c, f->index, from, to, BLOCK_BYTES, e);
    if (r < 0) return r;
    while ((r = records_next(c, &record, e)) == 1) memcpy(b->record[b->n++], record, sizeof *b->record);
    records_walk_end(c);
    if (r == 0) {
        b->file = f;
        b->number = number;
    }
    return r;
}

static int no_entry(const struct file *f, uint64_t doc, struct err *e)
{
    return err_set(e, ERR_DATA, "%s has no document %llu: run leat dedup sets for task %u again",
                   f ? f->data_path : "the work folder", (unsigned long long)DOC_INDEX(doc), DOC_TASK(doc));
}

static int find_record(struct sets_view *v, const struct file *f, uint64_t doc, const uint64_t **record,
                       struct err *e)
{
    uint64_t number = block_of(f, doc);
    struct block *b = &v->block[hash_mix64(number ^ (uint64_t)f->task << 40) % v->blocks];
    if (b->file != f || b->number != number) {
        int r = load_block(b, f, number, e);
        if (r < 0) return r;
    }
    uint64_t low = 0, high = b->n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (b->record[middle][0] < doc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == b->n || b->record[low][0] != doc) return no_entry(f, doc, e);
    *record = b->record[low];
    return 0;
}

static int damaged(const struct file *f, uint64_t doc, struct err *e)
{
    return err_set(e, ERR_DATA, "%s is damaged at document %llu: make it again", f->data_path,
                   (unsigned long long)DOC_INDEX(doc));
}

static int read_bytes(const struct file *f, uint64_t doc, uint64_t offset, char *to, size_t n, struct err *e)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(f->fd, to + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_sys(e, "cannot read %s", f->data_path);
        if (got == 0) return damaged(f, doc, e);
        done += (size_t)got;
    }
    return 0;
}

static int read_entry(struct slot *s, const struct file *f, const uint64_t *record, struct err *e)
{
    size_t id_bytes = record[2] >> 32, n = record[2] & UINT32_MAX;
    size_t padded = (id_bytes + 3) / 4 * 4, bytes = padded + n * sizeof(uint32_t);
    s->holds = false;
    if (bytes >= s->cap) {
        free(s->bytes);
        s->cap = 2 * bytes + 64;
        s->bytes = malloc(s->cap);
        if (!s->bytes) {
            s->cap = 0;
            return err_nomem(e, "reading a set");
        }
    }
    int r = read_bytes(f, record[0], record[1], s->bytes, bytes, e);
    if (r < 0) return r;
    if (hash64(s->bytes, bytes) != record[3]) return damaged(f, record[0], e);
    s->entry = (struct sets_entry){slice_of(s->bytes, id_bytes),
                                   (const uint32_t *)(const void *)(s->bytes + padded), n};
    s->doc = record[0];
    s->holds = true;
    return 0;
}

int sets_get(struct sets_view *v, unsigned slot, uint64_t doc, struct sets_entry *got, struct err *e)
{
    struct slot *s = &v->slot[slot];
    if (!s->holds || s->doc != doc) {
        const uint64_t *record = NULL;
        const struct file *f = file_of(v->sets, DOC_TASK(doc));
        if (!f || !f->blocks) return no_entry(f, doc, e);
        int r = find_record(v, f, doc, &record, e);
        if (r == 0) r = read_entry(s, f, record, e);
        if (r < 0) return r;
    }
    *got = s->entry;
    return 0;
}

/* ------------------------------------------------------------------ all of a task's */

static int read_all(struct file *f, struct err *e)
{
    struct records_cursor *c;
    struct slot s = {0};
    const uint64_t *record;
    int r = records_walk(&c, f->index, 0, records_count(f->index), 1 << 20, e);
    if (r < 0) return r;
    while ((r = records_next(c, &record, e)) == 1)
        if ((r = read_entry(&s, f, record, e)) < 0) break;
    records_walk_end(c);
    free(s.bytes);
    return r;
}

int sets_whole(const struct sketch *s, uint64_t from, struct err *e)
{
    struct file f;
    struct buf path;
    struct err damage = {0};
    buf_init(&path, BUF_NO_MAX);
    int r = open_file(&f, s, from, &path, &damage);
    if (r == 0) r = read_all(&f, &damage);
    close_file(&f);
    buf_free(&path);
    if (r < 0 && r != -ERR_DATA && r != -ERR_USAGE) return err_set(e, damage.code, "%s", damage.msg);
    return r == 0;
}
