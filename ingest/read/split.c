/* split.c: cuts a file of gzip members into ranges, works on one, and proves that they join.
 *
 * Members carry no length, so where one starts can only be guessed: by the magic bytes, and a first line that decodes to the
 * start of a record. A guess is right almost always (random bytes look like it once in 2^27, and then do not decode to a
 * record), and need not be: a range is decoded from its own start on, member by member, and must come out exactly at its
 * end. The decoder is the serial reader's (isa-l), so that both call the same members right; at 1.3 GB/s on whole members
 * it is as fast as libdeflate.
 *
 * A member counts as plainly right when its checksum is, and its content is a row of records with right lengths. Every other,
 * and one too large for a range, is left to the serial reader. Behind one that was not right it keeps the file for a while:
 * 256 KiB, twice as long for each that follows soon after; so a file that is not of this kind costs little more than reading
 * it serially.
 *
 * In: a file that can be read at any place. Out: documents and accounts of a range. State: where the chain stands.
 * Memory: as split.h. */
#include "ingest/read/split.h"
#include <stdlib.h>
#include <unistd.h>

#define HOLD_FIRST ((uint64_t)256 << 10)
#define HOLD_MOST ((uint64_t)64 << 20)
#define HOLD_SOON 8   /* times the last hold */
#define TRIES_MOST 64 /* a range */
#define TRIAL_BYTES ((size_t)1 << 10)
#define LOOK_BYTES ((size_t)32 << 10)

/* ------------------------------------------------------------------ the chain */

int split_init(struct split *s, struct err *e)
{
    *s = (struct split){
        .target_bytes = SPLIT_TARGET_BYTES, .most_bytes = SPLIT_MOST_BYTES, .hold_first = HOLD_FIRST};
    s->trial = gunzip_new();
    return s->trial ? 0 : err_nomem(e, "starting");
}

void split_free(struct split *s)
{
    gunzip_free(s->trial);
}

void split_reset(struct split *s)
{
    s->active = s->broken = false;
    s->held_until = s->hold = 0;
}

int split_take_over(struct split *s, struct warc_reader *r, struct err *e)
{
    uint64_t offset;
    if (in_raw_bytes(r->w->in) < s->held_until) return 0;
    int at = warc_at_member(r, &offset, e);
    int fd = at == 1 ? in_members_fd(r->w->in) : -1;
    if (fd < 0 || offset < s->held_until) return at < 0 ? at : 0;
    s->fd = fd;
    s->file = r->file;
    s->dialect = r->dialect;
    s->active = true;
    s->broken = s->dubious = false;
    s->began = s->next = s->proven = offset;
    return 1;
}

/* How long the serial reader keeps the file. */
static void hold(struct split *s)
{
    bool soon = s->hold && s->proven - s->began < HOLD_SOON * s->hold;
    s->hold = soon ? 2 * s->hold : s->hold_first;
    if (s->hold > HOLD_MOST) s->hold = HOLD_MOST;
    s->held_until = s->proven + s->hold;
}

int split_hand_back(struct split *s, struct warc_reader *r, struct err *e)
{
    s->active = false;
    if (s->broken || s->dubious) hold(s);
    return window_seek(r->w, s->proven, e);
}

bool split_counts(const struct split *s, const struct range *r)
{
    return !s->broken && r->start == s->proven;
}

void split_commit(struct split *s, const struct range *r)
{
    s->proven = r->start + r->at;
    s->broken = r->stopped;
}

/* ------------------------------------------------------------------ cutting */

/* Appends up to n bytes of the file from `offset` on; *eof: there are no more. */
static int read_at(const struct split *s, uint64_t offset, size_t n, struct buf *bytes, bool *eof,
                   struct err *e)
{
    if (buf_reserve(bytes, n) < 0) return err_nomem(e, "reading");
    while (n > 0) {
        ssize_t got = pread(s->fd, bytes->p + bytes->n, n, (off_t)offset);
        if (got <= 0) {
            *eof = true; /* of an error the serial reader will tell */
            return 0;
        }
        bytes->n += (size_t)got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

static bool seems_to_start(const struct split *s, const char *p, size_t n)
{
    char first[TRIAL_BYTES];
    size_t used, given, want = s->dialect->start_bytes + 1;
    if (want > sizeof first) want = sizeof first;
    gunzip_member(s->trial, p, n < TRIAL_BYTES ? n : TRIAL_BYTES, &used, first, want, &given);
    return s->dialect->starts(first, given);
}

/* The first place in [from, n) where a member seems to start; n: none. */
static size_t find_start(const struct split *s, const struct buf *bytes, size_t from, size_t n, int *tries)
{
    while (from < n && --*tries >= 0) {
        const char *hit = memmem(bytes->p + from, bytes->n - from, "\x1f\x8b\x08", 3);
        size_t at = hit ? (size_t)(hit - bytes->p) : n;
        if (at >= n) break;
        if (seems_to_start(s, hit, bytes->n - at)) return at;
        from = at + 1;
    }
    return n;
}

int split_read(struct split *s, struct range *r, struct buf *bytes, struct err *e)
{
    size_t from = s->target_bytes, end = 0;
    bool eof = false;
    int tries = TRIES_MOST;
    buf_clear(bytes);
    if (read_at(s, s->next, from, bytes, &eof, e) < 0) return -ERR_IO;
    while (end == 0 && !eof && bytes->n < s->most_bytes && tries > 0) {
        if (read_at(s, s->next + bytes->n, LOOK_BYTES, bytes, &eof, e) < 0) return -ERR_IO;
        size_t last = eof ? bytes->n : bytes->n - TRIAL_BYTES;
        size_t at = find_start(s, bytes, from, last, &tries);
        if (at < last) end = at;
        from = last;
    }
    if (end == 0 && eof && tries > 0) end = bytes->n;
    s->dubious = tries <= 0;
    if (end == 0) buf_clear(bytes);
    if (end == 0) return 0;
    *r = (struct range){.file = s->file, .start = s->next, .end = end};
    s->next += end;
    return 1;
}

/* ------------------------------------------------------------------ working */

int unpacker_init(struct unpacker *u, struct err *e)
{
    buf_init(&u->content, BUF_NO_MAX);
    u->gunzip = gunzip_new();
    return u->gunzip ? 0 : err_nomem(e, "starting");
}

void unpacker_free(struct unpacker *u)
{
    gunzip_free(u->gunzip);
    buf_free(&u->content);
}

/* Decodes the member at r->at. `most`: bytes of content. */
static enum gunzip_result unpack(struct range *r, const struct buf *bytes, struct unpacker *u, size_t most)
{
    enum gunzip_result g = GUNZIP_FULL;
    size_t room = SPLIT_CONTENT_BYTES < most ? SPLIT_CONTENT_BYTES : most;
    for (;;) {
        buf_clear(&u->content);
        if (buf_reserve(&u->content, room) < 0) return GUNZIP_FULL;
        g = gunzip_member(u->gunzip, bytes->p + r->at, r->end - r->at, &r->used, u->content.p, room,
                          &u->content.n);
        if (g != GUNZIP_FULL || room == most) return g;
        room = 2 * room < most ? 2 * room : most;
    }
}

/* Finds the records of a member that was decoded; false: it is not plainly right. */
static bool measure(struct range *r, const struct split *s, struct unpacker *u, uint64_t max_record)
{
    size_t at = 0;
    r->n_pieces = r->n_done = 0;
    while (at < u->content.n) {
        struct measured m;
        if (r->n_pieces == SPLIT_PIECES) return false;
        if (!warc_measure(s->dialect, u->content.p + at, u->content.n - at, max_record, &m)) return false;
        r->pieces[r->n_pieces++] = (struct piece){.kind = s->dialect->kind,
                                                  .file = r->file,
                                                  .twin = s->twin,
                                                  .offset = r->start + r->at,
                                                  .inner_offset = at,
                                                  .head = at,
                                                  .head_bytes = m.head_bytes,
                                                  .body = at + m.head_bytes,
                                                  .body_bytes = m.body_bytes};
        at += m.all_bytes;
    }
    return true;
}

/* Brings the content of the member at r->at into the unpacker; stops the range where it is not plainly right. */
static int load(struct range *r, const struct split *s, const struct buf *bytes, struct unpacker *u,
                uint64_t max_record, bool turn)
{
    bool known = r->n_done < r->n_pieces; /* it was measured, but other threads' unpackers do not hold it */
    size_t most = turn ? (size_t)max_record + ((size_t)1 << 20) : SPLIT_CONTENT_BYTES;
    enum gunzip_result g = unpack(r, bytes, u, most);
    if (g == GUNZIP_FULL && !turn) return RANGE_LATER;
    if (g != GUNZIP_WHOLE || (!known && !measure(r, s, u, max_record))) {
        r->stopped = true;
        r->n_pieces = r->n_done = 0;
    }
    r->loaded = !r->stopped;
    return RANGE_DONE;
}

/* In its turn a range stays with one unpacker. */
static int later(struct range *r, bool turn)
{
    r->loaded &= turn;
    return RANGE_LATER;
}

int range_work(struct range *r, const struct split *s, const struct buf *bytes, struct unpacker *u,
               struct document_maker *m, bool turn, struct buf *out, uint64_t *records, struct ledger *led,
               struct err *e)
{
    while (!r->stopped && r->at < r->end) {
        if (!r->loaded && load(r, s, bytes, u, m->options.max_record, turn) == RANGE_LATER)
            return later(r, turn);
        while (r->n_done < r->n_pieces) {
            if (out->n > SPLIT_OUT_BYTES) return later(r, turn);
            int got = document_make(m, u->content.p, &r->pieces[r->n_done], turn, out, records, led, e);
            if (got == DOCUMENT_LATER) return later(r, turn);
            if (got < 0) return got;
            r->n_done++;
        }
        if (r->loaded) r->at += r->used;
        r->loaded = false;
        if (u->content.cap > 2 * SPLIT_CONTENT_BYTES) buf_free(&u->content);
    }
    return RANGE_DONE;
}
