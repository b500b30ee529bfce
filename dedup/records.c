/* records.c: reading a file of records, which is believed only where its hashes agree.
 *
 * In: a file. Out: its records by number, by key (a search that guesses from the keys it has seen), or one after the other.
 * Sizes are held against the size of the file before anything is allocated. State: the footer; reads are preads, so that
 * threads may share a reader; each cursor has a buffer of its own. */
#include "dedup/records_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct records {
    int fd;
    char *path;
    unsigned words;
    size_t block_records, record_bytes;
    uint64_t file_bytes;
    struct records_trailer t;
    uint64_t *footer; /* hashes of blocks, ends of runs, meta */
    unsigned shifted_word;
    uint64_t shift;
};

struct records_cursor {
    struct records *r;
    uint64_t *buffer;
    size_t blocks;         /* that it holds */
    uint64_t at, end;      /* at: behind what the buffer has */
    const uint64_t *p, *q; /* of the buffer, not yet given */
};

static int damaged(const struct records *r, uint64_t byte, const char *what, struct err *e)
{
    return err_set(e, ERR_DATA, "%s is damaged at byte %" PRIu64 " (%s): make it again", r->path, byte, what);
}

static int read_at(const struct records *r, void *p, size_t n, uint64_t offset, struct err *e)
{
    char *to = p;
    while (n > 0) {
        ssize_t got = pread(r->fd, to, n, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_sys(e, "cannot read %s", r->path);
        if (got == 0)
            return err_set(e, ERR_DATA, "%s is cut at byte %" PRIu64 ": make it again", r->path, offset);
        to += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

/* ------------------------------------------------------------------ opening */

static int read_ends(struct records *r, struct records_header *h, struct err *e)
{
    size_t n = r->file_bytes < sizeof *h ? (size_t)r->file_bytes : sizeof *h;
    int got = read_at(r, h, n, 0, e);
    if (got < 0) return got;
    if (memcmp(h->magic, RECORDS_MAGIC, n < sizeof h->magic ? n : sizeof h->magic) != 0)
        return err_set(e, ERR_DATA, "%s is not a file of records, or damaged at byte 0: make it again",
                       r->path);
    if (r->file_bytes >= sizeof *h + sizeof r->t) {
        got = read_at(r, &r->t, sizeof r->t, r->file_bytes - sizeof r->t, e);
        if (got < 0) return got;
        if (memcmp(r->t.magic, RECORDS_END_MAGIC, sizeof r->t.magic) == 0) return 0;
    }
    return err_set(e, ERR_DATA, "%s is damaged at byte %" PRIu64 " (no end: it may be cut): make it again",
                   r->path, r->file_bytes);
}

/* Whether the numbers of the trailer are those of a file of this size. No sum or product can overflow. */
static bool sizes_agree(const struct records *r)
{
    const struct records_trailer *t = &r->t;
    uint64_t left = r->file_bytes - sizeof(struct records_header) - sizeof *t;
    if (t->records > left / r->record_bytes) return false;
    left -= t->records * r->record_bytes;
    uint64_t blocks = t->records / r->block_records + (t->records % r->block_records > 0);
    if (t->blocks != blocks || t->blocks > left / sizeof(uint64_t)) return false;
    left -= t->blocks * sizeof(uint64_t);
    if (t->runs > t->records || t->runs > left / sizeof(uint64_t)) return false;
    left -= t->runs * sizeof(uint64_t);
    return t->meta_bytes == left && t->zero == 0 &&
           t->footer_offset == sizeof(struct records_header) + t->records * r->record_bytes;
}

/* Runs have records, and the last ends with the file. */
static bool runs_agree(const struct records *r)
{
    const uint64_t *end = r->footer + r->t.blocks;
    uint64_t before = 0;
    for (uint64_t i = 0; i < r->t.runs; before = end[i++])
        if (end[i] <= before) return false;
    return before == r->t.records;
}

static int read_footer(struct records *r, const struct records_header *h, struct err *e)
{
    uint64_t bytes = r->file_bytes - r->t.footer_offset - sizeof r->t, hash;
    r->footer = malloc(bytes ? bytes : 1);
    if (!r->footer) return err_nomem(e, "opening a file of records");
    int got = read_at(r, r->footer, bytes, r->t.footer_offset, e);
    if (got < 0) return got;
    if (records_hash(h, r->footer, bytes, &r->t, &hash)) return err_nomem(e, "opening a file of records");
    if (hash != r->t.hash) return damaged(r, r->t.footer_offset, "or in its first 64 bytes", e);
    return runs_agree(r) ? 0 : damaged(r, r->t.footer_offset, "its runs do not end as they should", e);
}

static int check_kind(const struct records *r, const struct records_header *h, unsigned words,
                      const char *kind, struct err *e)
{
    struct records_header wanted = {.words = words};
    memcpy(wanted.magic, RECORDS_MAGIC, sizeof wanted.magic);
    memcpy(wanted.kind, kind, strnlen(kind, RECORDS_KIND_BYTES - 1));
    if (memcmp(&wanted, h, sizeof wanted) == 0) return 0;
    return err_set(e, ERR_DATA,
                   "%s has records of %u words of the kind '%.31s', not of %u words of the kind '%s': give "
                   "another file, or make it again",
                   r->path, h->words, h->kind, words, kind);
}

static int open_records(struct records *r, unsigned words, const char *kind, struct err *e)
{
    struct records_header h = {0};
    struct stat st;
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &st) < 0) return err_sys(e, "cannot open %s", r->path);
    if (!S_ISREG(st.st_mode)) return err_set(e, ERR_DATA, "%s is not a file: give one", r->path);
    r->file_bytes = (uint64_t)st.st_size;
    int got = read_ends(r, &h, e);
    if (got < 0) return got;
    if (h.words < 1 || h.words > RECORDS_MAX_WORDS)
        return damaged(r, offsetof(struct records_header, words), "words of a record", e);
    r->words = h.words;
    r->record_bytes = r->words * sizeof(uint64_t);
    r->block_records = RECORDS_BLOCK(r->words);
    if (!sizes_agree(r)) return damaged(r, r->file_bytes - sizeof r->t, "numbers that do not agree", e);
    got = read_footer(r, &h, e);
    return got < 0 ? got : check_kind(r, &h, words, kind, e);
}

int records_open(struct records **out, const char *path, unsigned words, const char *kind, struct err *e)
{
    struct records *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r) return err_nomem(e, "opening a file of records");
    r->fd = -1;
    r->path = strdup(path);
    int got = r->path ? open_records(r, words, kind, e) : err_nomem(e, "opening a file of records");
    if (got < 0)
        records_close(r);
    else
        *out = r;
    return got;
}

void records_close(struct records *r)
{
    if (!r) return;
    if (r->fd >= 0) close(r->fd);
    free(r->footer);
    free(r->path);
    free(r);
}

const char *records_path(const struct records *r)
{
    return r->path;
}

uint64_t records_count(const struct records *r)
{
    return r->t.records;
}

struct slice records_meta(const struct records *r)
{
    return slice_of((const char *)(r->footer + r->t.blocks + r->t.runs), r->t.meta_bytes);
}

uint64_t records_runs(const struct records *r)
{
    return r->t.runs;
}

void records_run(const struct records *r, uint64_t run, uint64_t *from, uint64_t *to)
{
    const uint64_t *end = r->footer + r->t.blocks;
    *from = run ? end[run - 1] : 0;
    *to = end[run];
}

/* ------------------------------------------------------------------ blocks */

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Blocks [block, block + n), checked; the last one may be short. */
static int read_blocks(const struct records *r, uint64_t block, uint64_t n, uint64_t *to, struct err *e)
{
    uint64_t from = block * r->block_records, end = min64(from + n * r->block_records, r->t.records);
    uint64_t offset = sizeof(struct records_header) + from * r->record_bytes;
    int got = read_at(r, to, (end - from) * r->record_bytes, offset, e);
    if (got < 0) return got;
    for (uint64_t i = block; from < end; from += r->block_records, i++) {
        size_t bytes = min64(r->block_records, end - from) * r->record_bytes;
        if (hash64(to, bytes) != r->footer[i]) return damaged(r, offset, "a block of records", e);
        for (size_t k = r->shifted_word; r->shift && k < bytes / sizeof *to; k += r->words) to[k] += r->shift;
        to += bytes / sizeof *to;
        offset += bytes;
    }
    return 0;
}

static int check_range(const struct records *r, uint64_t from, uint64_t to, struct err *e)
{
    if (from <= to && to <= r->t.records) return 0;
    return err_set(e, ERR_USAGE, "%s has %" PRIu64 " records: there are none from %" PRIu64 " to %" PRIu64,
                   r->path, r->t.records, from, to);
}

void records_shift(struct records *r, unsigned word, uint64_t add)
{
    r->shifted_word = word;
    r->shift = add;
}

/* ------------------------------------------------------------------ searching */

/* The answer is in [from, to]: records before have keys of at most low, less than the one looked for; those from `to` on of at
 * least high. */
struct search {
    uint64_t from, to, low, high;
};

/* Where the key lies if keys are evenly spread; every third time the middle, in case they are not. */
static uint64_t guess(const struct search *s, uint64_t key, unsigned reads)
{
    uint64_t n = s->to - s->from;
    if (reads % 3 == 2 || s->high <= s->low) return s->from + n / 2;
    double share = (double)(key - s->low) / (double)(s->high - s->low);
    return s->from + min64((uint64_t)(share * (double)n), n - 1);
}

/* Takes a block into account that has the records [from, to) of the range; whether the answer is among them. */
static bool narrow(struct search *s, const uint64_t *record, unsigned words, uint64_t from, uint64_t to,
                   uint64_t key)
{
    uint64_t first = record[0], last = record[(to - from - 1) * words];
    if (first >= key) {
        s->to = from;
        s->high = first;
    } else if (last < key) {
        s->from = to;
        s->low = last;
    } else
        return true;
    return false;
}

static uint64_t first_in_block(const uint64_t *record, unsigned words, uint64_t n, uint64_t key)
{
    uint64_t low = 0, high = n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (record[middle * words] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int records_lower_bound(struct records *r, uint64_t from, uint64_t to, uint64_t key, uint64_t *at,
                        struct err *e)
{
    struct search s = {from, to, 0, UINT64_MAX};
    int got = check_range(r, from, to, e);
    if (got < 0) return got;
    uint64_t *block = malloc(r->block_records * r->record_bytes);
    if (!block) return err_nomem(e, "searching records");
    for (unsigned reads = 0; s.from < s.to; reads++) {
        uint64_t b = guess(&s, key, reads) / r->block_records, begin = b * r->block_records;
        if ((got = read_blocks(r, b, 1, block, e)) < 0) break;
        uint64_t first = begin > s.from ? begin : s.from, end = min64(begin + r->block_records, s.to);
        const uint64_t *record = block + (first - begin) * r->words;
        if (!narrow(&s, record, r->words, first, end, key)) continue;
        s.from = s.to = first + first_in_block(record, r->words, end - first, key);
    }
    *at = s.from;
    free(block);
    return got;
}

/* ------------------------------------------------------------------ walking */

int records_walk(struct records_cursor **out, struct records *r, uint64_t from, uint64_t to,
                 size_t buffer_bytes, struct err *e)
{
    *out = NULL;
    int got = check_range(r, from, to, e);
    if (got < 0) return got;
    struct records_cursor *c = calloc(1, sizeof *c);
    if (!c) return err_nomem(e, "reading records");
    uint64_t blocks = from < to ? (to - 1) / r->block_records - from / r->block_records + 1 : 1;
    *c = (struct records_cursor){.r = r, .at = from, .end = to};
    c->blocks = min64(blocks, buffer_bytes / (r->block_records * r->record_bytes));
    if (c->blocks == 0) c->blocks = 1;
    c->buffer = malloc(c->blocks * r->block_records * r->record_bytes);
    if (!c->buffer) {
        free(c);
        return err_nomem(e, "reading records");
    }
    *out = c;
    return 0;
}

static int fill(struct records_cursor *c, struct err *e)
{
    const struct records *r = c->r;
    uint64_t block = c->at / r->block_records, begin = block * r->block_records;
    uint64_t last = (c->end - 1) / r->block_records, n = min64(c->blocks, last - block + 1);
    int got = read_blocks(r, block, n, c->buffer, e);
    if (got < 0) return got;
    uint64_t end = min64(begin + n * r->block_records, c->end);
    c->p = c->buffer + (c->at - begin) * r->words;
    c->q = c->buffer + (end - begin) * r->words;
    c->at = end;
    return 0;
}

int records_next(struct records_cursor *c, const uint64_t **record, struct err *e)
{
    if (c->p == c->q) {
        if (c->at == c->end) return 0;
        int got = fill(c, e);
        if (got < 0) return got;
    }
    *record = c->p;
    c->p += c->r->words;
    return 1;
}

void records_walk_end(struct records_cursor *c)
{
    if (!c) return;
    free(c->buffer);
    free(c);
}
