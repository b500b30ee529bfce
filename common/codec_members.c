/* codec_members.c: drives a decoder over the members (gzip members, zstd frames, xz streams…) of a file.
 *
 * In: the source's bytes. Out: content, and a fault for each member that is broken or cut, the same for every codec.
 * After a broken member the bytes are searched for the next one. Why from just behind the broken member's start and not
 * from where decoding stopped: a corrupt length can make a decoder run over the start of the next member. Looking twice
 * is limited to the history that the buffer always holds, and in all to as many bytes as the file has; the trials of candidates
 * are limited by the bytes passed: so the time is linear in the file.
 * Memory: the source's buffer and the decoder's state. */
#include "common/stream_internal.h"

#include <stdlib.h>
#include <unistd.h>

#define REWIND_ALLOWANCE ((uint64_t)64 << 10)
#define TRIES_ALLOWANCE 64 /* and one more for each TRY_BYTES passed */
#define TRY_BYTES 64
#define TAIL_MAX ((size_t)1 << 20) /* more than a decoder with an exact brother gives in a step */
#define REPLAY_BYTES ((size_t)64 << 10)

int members_open(struct in *s, const struct decoder_ops *ops)
{
    s->members.ops = ops;
    buf_init(&s->members.tail, TAIL_MAX);
    s->members.d = calloc(1, ops->state_bytes);
    if (s->members.d) return 0;
    in_fault(s, -ERR_IO, "out of memory while opening %s", s->name);
    return -ERR_IO;
}

void members_close(struct in *s)
{
    struct members *m = &s->members;
    if (m->d) m->ops->free(m->d);
    free(m->d);
    buf_free(&m->tail);
}

static unsigned long long offset(const struct in *s)
{
    return (unsigned long long)source_offset(&s->src);
}

static bool fill(struct in *s, size_t need)
{
    struct err e = {0};
    if (source_fill(&s->src, need, &e) == 0) return true;
    in_fault(s, -e.code, "%s", e.msg);
    return false;
}

/* ------------------------------------------------------------------ what a broken member holds */

/* Bytes of the file that were read before, from `at` on: of a pipe only what the buffer still holds. */
static size_t read_again(struct in *s, uint64_t at, uint8_t *dst, size_t cap)
{
    const struct source *src = &s->src;
    uint64_t base = src->taken_bytes - src->end;
    if (at >= base) {
        size_t n = at < src->taken_bytes ? (size_t)(src->taken_bytes - at) : 0;
        if (n > cap) n = cap;
        memcpy(dst, src->buf + (at - base), n);
        return n;
    }
    ssize_t n = src->size_bytes ? pread(src->fd, dst, cap, (off_t)at) : 0;
    return n > 0 ? (size_t)n : 0;
}

/* Puts what a decoder gives of the member, behind the first `skip` bytes, into m->tail. */
static void decode_again(struct in *s, void *d, uint8_t *in, uint8_t *out)
{
    struct members *m = &s->members;
    uint64_t at = m->start, skip = m->given_bytes;
    enum step step = m->ops->exact->begin(d, NULL) == 0 ? STEP_MORE : STEP_BAD;
    size_t n = 1;
    while (step == STEP_MORE && n > 0 && !m->tail.failed) {
        n = read_again(s, at, in, REPLAY_BYTES);
        struct decoder_io io = {in, in + n, out, out + REPLAY_BYTES};
        step = m->ops->exact->step(d, &io, NULL);
        size_t given = (size_t)(io.out - out), pass = skip < given ? (size_t)skip : given;
        at += (uint64_t)(io.in - in);
        skip -= pass;
        buf_put(&m->tail, out + pass, given - pass);
    }
    m->tail.failed = false;
}

/* A member is broken or cut: finds what is right of it and has not been given. */
static void find_tail(struct in *s)
{
    struct members *m = &s->members;
    if (!m->ops->exact) return;
    void *d = calloc(1, m->ops->exact->state_bytes);
    uint8_t *in = malloc(2 * REPLAY_BYTES);
    buf_clear(&m->tail);
    m->tail_pos = 0;
    if (d && in) decode_again(s, d, in, in + REPLAY_BYTES);
    if (d) m->ops->exact->free(d);
    free(d);
    free(in);
}

static void give_tail(struct in *s, struct decoder_io *io)
{
    struct members *m = &s->members;
    size_t n = m->tail.n - m->tail_pos, room = (size_t)(io->out_end - io->out);
    if (n > room) n = room;
    memcpy(io->out, m->tail.p + m->tail_pos, n);
    io->out += n;
    m->tail_pos += n;
    s->member_offset = m->start;
    s->member_first |= m->fresh;
    m->fresh = false;
}

/* ------------------------------------------------------------------ damage */

/* The search begins here; broken_at <= here, or behind it when bytes are looked at again. */
static void lose(struct in *s, uint64_t broken_at)
{
    struct members *m = &s->members;
    m->state = LOST;
    m->broken_at = broken_at;
    m->search_start = source_offset(&s->src);
    m->tries = 0;
    if (m->ops->lost) m->ops->lost(m->d);
}

/* Searches from just behind the member's start, or as near to it as the history and the allowance permit. */
static void lose_member(struct in *s)
{
    struct members *m = &s->members;
    uint64_t here = source_offset(&s->src);
    if (here == m->start) s->src.pos++;
    uint64_t back = here > m->start ? here - m->start - 1 : 0;
    if (back > HISTORY_BYTES) back = HISTORY_BYTES; /* so much is there always, however the file was read */
    if (m->rewound_bytes + back > here + REWIND_ALLOWANCE) back = 0;
    m->rewound_bytes += back;
    s->src.pos -= (size_t)back;
    lose(s, here);
}

/* The end of a member whose checksum is wrong can be trusted when another one starts there, or the file ends. */
static bool ends_between_members(struct in *s)
{
    struct source *src = &s->src;
    if (!fill(s, s->members.ops->probe_bytes)) return true;
    return src->pos == src->end || s->members.ops->probe(src->buf + src->pos, src->end - src->pos);
}

static void note_broken(struct in *s, enum step how, const struct err *e)
{
    struct members *m = &s->members;
    s->member_offset = m->start;
    if (e->code != ERR_DATA) {
        in_fault(s, -ERR_IO, "%s: %s", s->name, e->msg);
        m->state = DONE;
        return;
    }
    in_fault(s, IN_DAMAGED, "%s: the %s %s that starts at byte %llu is broken at byte %llu: %s", s->name,
             codec_name(s->codec), m->ops->unit, (unsigned long long)m->start, offset(s), e->msg);
    if (how == STEP_BAD_SUM && ends_between_members(s)) {
        m->state = BETWEEN;
        return;
    }
    lose_member(s);
}

/* The file ends within a member: it was cut there, or the member is corrupt and ran over those behind it. */
static void note_cut(struct in *s)
{
    struct members *m = &s->members;
    find_tail(s);
    m->cut = true;
    m->cut_start = m->start;
    lose_member(s);
}

static void end_lost(struct in *s)
{
    struct members *m = &s->members;
    m->state = DONE;
    if (m->cut)
        in_fault(s, IN_TRUNCATED, "%s ends at byte %llu, within the %s %s that starts at byte %llu", s->name,
                 offset(s), codec_name(s->codec), m->ops->unit, (unsigned long long)m->cut_start);
}

static void end_found(struct in *s)
{
    struct members *m = &s->members;
    m->state = BETWEEN;
    if (m->cut) s->member_offset = m->cut_start;
    if (m->cut)
        in_fault(s, IN_DAMAGED,
                 "%s: the %s %s that starts at byte %llu is broken: it does not end before the next", s->name,
                 codec_name(s->codec), m->ops->unit, (unsigned long long)m->cut_start);
}

static bool is_candidate(struct in *s, const uint8_t *p, size_t n)
{
    struct members *m = &s->members;
    if (n < m->ops->probe_bytes || !m->ops->probe(p, n)) return false;
    if (!m->ops->trial) return true;
    if (m->tries++ > TRIES_ALLOWANCE + (source_offset(&s->src) - m->search_start) / TRY_BYTES) return false;
    return m->ops->trial(m->d, p, n < m->ops->trial_bytes ? n : m->ops->trial_bytes);
}

/* LOST: goes forward to the next member, or to the end. */
static void find_member(struct in *s)
{
    struct members *m = &s->members;
    struct source *src = &s->src;
    for (;;) {
        if (!fill(s, m->ops->trial_bytes)) return;
        size_t last = src->eof ? src->end : src->end - m->ops->trial_bytes + 1;
        while (src->pos < last && !is_candidate(s, src->buf + src->pos, src->end - src->pos)) src->pos++;
        if (src->pos == last && !src->eof) continue;
        if (source_offset(src) > m->broken_at) s->skipped_bytes += source_offset(src) - m->broken_at;
        if (src->pos < src->end)
            end_found(s);
        else
            end_lost(s);
        return;
    }
}

/* ------------------------------------------------------------------ member by member */

/* True: the zeros that start here may stand here, and have been passed. */
static bool pass_padding(struct in *s)
{
    struct source *src = &s->src;
    while (fill(s, 1) && src->pos < src->end && src->buf[src->pos] == 0) src->pos++;
    if (s->fault.status || src->pos == src->end) return true;
    return s->members.ops->padding == PADDING_BETWEEN && fill(s, s->members.ops->probe_bytes) &&
           s->members.ops->probe(src->buf + src->pos, src->end - src->pos);
}

static void end_of_file(struct in *s)
{
    struct members *m = &s->members;
    struct err e = {0};
    m->state = DONE;
    m->cut = false;
    if (m->ops->finish && m->ops->finish(m->d, &e) == STEP_MORE)
        in_fault(s, IN_TRUNCATED, "%s: %s", s->name, e.msg);
}

static void start_member(struct in *s)
{
    struct members *m = &s->members;
    struct source *src = &s->src;
    if (!fill(s, m->ops->probe_bytes)) return;
    if (src->pos == src->end) {
        end_of_file(s);
        return;
    }
    uint64_t here = source_offset(src);
    if (m->ops->probe(src->buf + src->pos, src->end - src->pos)) {
        struct err e = {0};
        m->state = INSIDE;
        m->start = here;
        m->fresh = true;
        m->given_bytes = 0;
        if (m->ops->begin(m->d, &e)) note_broken(s, STEP_BAD, &e);
        return;
    }
    if (m->ops->padding != PADDING_NONE && src->buf[src->pos] == 0 && pass_padding(s)) return;
    s->member_offset = here;
    in_fault(s, IN_DAMAGED, "%s: no %s %s starts at byte %llu, where one should", s->name,
             codec_name(s->codec), m->ops->unit, (unsigned long long)here);
    lose(s, here);
}

/* One step of the decoder; false: this read has what it can have without waiting for the file. */
static bool decode(struct in *s, struct decoder_io *io, const uint8_t *dst)
{
    struct members *m = &s->members;
    struct source *src = &s->src;
    if (src->pos == src->end && io->out > dst && !src->eof) return false;
    if (!fill(s, 1)) return false;
    const uint8_t *in = src->buf + src->pos, *out = io->out;
    io->in = in;
    io->in_end = src->buf + src->end;
    struct err e = {0};
    enum step step = m->ops->step(m->d, io, &e);
    src->pos = (size_t)(io->in - src->buf);
    if (step == STEP_BAD && m->ops->exact) {
        io->out = (uint8_t *)out;
        find_tail(s);
    }
    m->given_bytes += (uint64_t)(io->out - out);
    if (io->out > out) {
        s->member_offset = m->start;
        s->member_first |= m->fresh;
        m->fresh = false;
    }
    if (step == STEP_END) m->state = BETWEEN;
    if (step == STEP_BAD || step == STEP_BAD_SUM) note_broken(s, step, &e);
    if (step != STEP_MORE || io->out == io->out_end) return true;
    if (src->pos == src->end) {
        if (src->eof && io->out == out) note_cut(s);
    } else if (io->in == in && io->out == out) {
        err_set(&e, ERR_DATA, "the decoder makes no progress");
        note_broken(s, STEP_BAD, &e);
    }
    return true;
}

ssize_t members_read(struct in *s, uint8_t *dst, size_t cap)
{
    struct members *m = &s->members;
    struct decoder_io io = {.out = dst, .out_end = dst + cap};
    while (io.out < io.out_end) {
        if (m->tail_pos < m->tail.n) {
            give_tail(s, &io);
        } else if (s->fault.status || m->state == DONE) {
            break;
        } else if (m->state == LOST) {
            find_member(s);
        } else if (m->state == BETWEEN) {
            if ((s->flags & IN_MEMBERS) && io.out > dst) break;
            start_member(s);
        } else if (!decode(s, &io, dst)) {
            break;
        }
    }
    return io.out - dst;
}
