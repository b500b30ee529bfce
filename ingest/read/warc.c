/* warc.c: reads WARC records one after another out of a window.
 *
 * Content-Length is believed when the next record, or the end, stands where it says; so a right file costs one look at a few
 * bytes a record. Else the record's end is searched: the next member that begins with a record, or a blank line before
 * "WARC/" and a number. What was searched in vain is remembered, so the search is linear in the file's size.
 *
 * In: a window. Out: header and block of each record, appended to a batch. State: struct warc_reader. Memory: the window
 * holds one record of at most max_record bytes. */
#include "ingest/read/warc.h"
#include "common/text.h"
#include "ingest/read/fields.h"
#include <inttypes.h>
#include <stdio.h>

#define HEADER_MAX ((size_t)1 << 20)
#define SCAN_BYTES ((size_t)256 << 10)
#define CLOSING_BYTES 4 /* line ends behind a record, at most */

void warc_start(struct warc_reader *r, const struct warc_dialect *dialect, struct window *w, const char *file,
                uint64_t max_record)
{
    *r = (struct warc_reader){.dialect = dialect, .w = w, .file = file, .max_record = max_record};
}

/* Bytes ahead that belong together: up to the next gap. */
static size_t ahead(const struct warc_reader *r)
{
    uint64_t gap = window_next_gap(r->w), position = window_position(r->w);
    size_t n = window_ahead(r->w);
    return gap - position < n ? (size_t)(gap - position) : n;
}

/* Nothing can be added to what `ahead` gives. */
static bool at_the_end(const struct warc_reader *r)
{
    return r->w->ended || window_next_gap(r->w) != UINT64_MAX;
}

/* Bytes that must lie behind a record's block to tell whether it ends there. */
static size_t tail_bytes(const struct warc_reader *r)
{
    return CLOSING_BYTES + r->dialect->start_bytes;
}

static bool is_plain(const struct warc_reader *r)
{
    return in_codec(r->w->in) == CODEC_PLAIN;
}

static uint64_t file_offset(const struct warc_reader *r)
{
    return is_plain(r) ? window_position(r->w) : window_member_offset(r->w);
}

static int fill(struct warc_reader *r, size_t need, struct err *e)
{
    return ahead(r) >= need || at_the_end(r) ? 0 : window_fill_to_gap(r->w, need, e);
}

/* ------------------------------------------------------------------ where a record starts */

/* The first member start in [from, n) of what is ahead that begins with a record. */
static size_t find_member(const struct warc_reader *r, size_t from, size_t n)
{
    const struct window *w = r->w;
    uint64_t place = window_position(w);
    for (size_t i = w->first_start; i < w->n_starts; i++) {
        uint64_t start = w->starts[i].position;
        if (start < place + from) continue;
        if (start >= place + n) break;
        size_t at = (size_t)(start - place);
        if (r->dialect->starts(window_data(w) + at, n - at)) return at;
    }
    return WARC_NOWHERE;
}

/* Bytes that are looked at again, since a start may be cut by the end of what was looked at. */
static size_t keep_bytes(const struct warc_reader *r)
{
    return 9 + r->dialect->start_bytes;
}

/* The start of the record behind a block, at or behind `from` in what is ahead, looking at n bytes. */
static size_t find_start(struct warc_reader *r, size_t from, size_t n)
{
    uint64_t place = window_position(r->w);
    if (place + from >= r->none_from && place + from < r->none_to) {
        uint64_t known = r->none_to - place;
        from = known < n ? (size_t)known : n;
    } else {
        r->none_from = place + from;
    }
    size_t line = r->dialect->find_start(window_data(r->w), from, n, true), member = find_member(r, from, n);
    size_t found = line < member ? line : member;
    size_t overlap =
        n < keep_bytes(r) ? n : keep_bytes(r); /* a start may be cut by the end of what was looked at */
    if (found == WARC_NOWHERE && place + n - overlap > r->none_to) r->none_to = place + n - overlap;
    return found;
}

/* As find_start, reading on until `limit` bytes were looked at. *found may be WARC_NOWHERE. */
static int search_start(struct warc_reader *r, size_t from, uint64_t limit, size_t *found, struct err *e)
{
    size_t n = ahead(r);
    for (;;) {
        *found = find_start(r, from, n);
        if (*found != WARC_NOWHERE || n >= limit || (at_the_end(r) && n == ahead(r))) return 0;
        if (fill(r, n + SCAN_BYTES, e) < 0) return -ERR_IO;
        n = ahead(r);
    }
}

/* ------------------------------------------------------------------ damage */

/* At the end or at a gap, `bytes` before it: an unfinished record. */
static int take_cut(struct warc_reader *r, size_t bytes, struct ledger *led)
{
    struct window *w = r->w;
    uint64_t offset = file_offset(r);
    if (w->n_gaps) {
        const struct window_gap *g = &w->gaps[0];
        ledger_damage(led, r->file, bytes ? offset : g->file_offset, bytes + g->lost_bytes, "%s", g->reason);
        r->lost = true;
    } else {
        char why[512];
        snprintf(why, sizeof why, "%.300s ends in the middle of a record", r->file);
        ledger_truncate(led, w->truncated ? w->truncation : why);
        ledger_damage(led, r->file, offset, bytes, "%s", w->truncated ? w->truncation : why);
    }
    window_advance(w, ahead(r));
    if (w->n_gaps) window_drop_gap(w);
    return 0;
}

/* Bytes that are no record, up to the next one. */
static int skip_garbage(struct warc_reader *r, struct ledger *led, struct err *e)
{
    uint64_t offset = file_offset(r), bytes = 0;
    size_t found = WARC_NOWHERE;
    while (found == WARC_NOWHERE) {
        if (fill(r, SCAN_BYTES, e) < 0) return -ERR_IO;
        size_t n = ahead(r);
        size_t line = r->dialect->find_start(window_data(r->w), 0, n, false), member = find_member(r, 0, n);
        found = line < member ? line : member;
        size_t keep = found == WARC_NOWHERE && !at_the_end(r) ? keep_bytes(r) : 0;
        size_t pass = found != WARC_NOWHERE ? found : n > keep ? n - keep : 0;
        window_advance(r->w, pass);
        bytes += pass;
        if (found == WARC_NOWHERE && at_the_end(r) && ahead(r) == 0) break;
    }
    if (r->lost || r->w->n_gaps) /* at a gap: what broke there explains it, and is counted next */
        led->destroyed_bytes += bytes;
    else
        ledger_damage(led, r->file, offset, bytes, "%" PRIu64 " bytes that are no %s record", bytes,
                      r->dialect->name);
    r->lost = true;
    return 0;
}

/* ------------------------------------------------------------------ one record */

/* Length of the header block, 0: its end is not there (*e untouched: see at_the_end). */
static int find_header(struct warc_reader *r, size_t *head, struct err *e)
{
    uint64_t place = window_position(r->w);
    size_t seen = r->no_end_to > place ? (size_t)(r->no_end_to - place) : 0;
    for (size_t want = 4096; want <= HEADER_MAX; want *= 2) {
        if (want < seen && want < HEADER_MAX) continue;
        if (fill(r, want, e) < 0) return -ERR_IO;
        size_t n = ahead(r) < want ? ahead(r) : want;
        if (n > seen) *head = r->dialect->head_end(window_data(r->w), n, seen);
        if (*head || n < want) return 0;
        seen = n;
    }
    r->no_end_to = place + seen;
    return 0;
}

/* Whether a member starts at offset `at` > 0 of what is ahead. */
static bool starts_member(const struct warc_reader *r, size_t at)
{
    const struct window *w = r->w;
    uint64_t place = window_position(w) + at;
    size_t i = w->first_start;
    while (i < w->n_starts && w->starts[i].position < place) i++;
    return i < w->n_starts && w->starts[i].position == place;
}

/* Whether a record may end at offset `end` of what is ahead: what closes a record follows; or less, then a record, a gap or
 * the end. */
static bool ends_well(const struct warc_reader *r, size_t end)
{
    const char *p = window_data(r->w);
    size_t n = ahead(r), at = end;
    if (at > n) return false;
    if (r->dialect->blank_line_closes && n - end >= 4 && memcmp(p + end, "\r\n\r\n", 4) == 0) return true;
    while (at < n && at < end + CLOSING_BYTES && (p[at] == '\r' || p[at] == '\n')) at++;
    if (!r->dialect->blank_line_closes && starts_member(r, at)) return true;
    if (at == n) return at_the_end(r);
    if (r->dialect->starts(p + at, n - at)) return true;
    return at > end && r->dialect->starts_badly && r->dialect->starts_badly(p + at, n - at);
}

/* Whether the member that the record ends with turned out to be damaged at its end (its checksum is wrong). */
static bool ends_at_gap(const struct warc_reader *r, size_t end)
{
    const struct window *w = r->w;
    if (w->n_gaps == 0 || ahead(r) > end + 4) return false;
    size_t last = w->first_start; /* of the record's last byte */
    while (last + 1 < w->n_starts && w->starts[last + 1].position < window_position(w) + end) last++;
    return last < w->n_starts && w->starts[last].file_offset == w->gaps[0].file_offset;
}

static int give(struct warc_reader *r, size_t head, size_t body, struct buf *into, struct piece *piece,
                struct err *e)
{
    const struct window *w = r->w;
    uint64_t inner = window_position(w) - window_member_position(w);
    *piece = (struct piece){.kind = r->dialect->kind,
                            .file = r->file,
                            .offset = file_offset(r),
                            .inner_offset = is_plain(r) ? 0 : inner,
                            .head = into->n,
                            .head_bytes = head,
                            .body = into->n + head,
                            .body_bytes = body};
    if (buf_put(into, window_data(w), head + body) < 0) return err_nomem(e, "reading a record");
    window_advance(r->w, head + body);
    r->lost = false;
    return 1;
}

/* The block without the line ends that close a record. */
static size_t trim_end(const char *p, size_t head, size_t end, int closing_lines)
{
    for (int lines = 0; lines < closing_lines && end > head && p[end - 1] == '\n'; lines++) {
        end--;
        if (end > head && p[end - 1] == '\r') end--;
    }
    return end - head;
}

/* A record whose declared length is wrong or missing. */
static int take_unmeasured(struct warc_reader *r, size_t head, uint64_t declared, struct buf *into,
                           struct piece *piece, struct ledger *led, struct err *e)
{
    size_t end, limit = head + (size_t)r->max_record + tail_bytes(r);
    if (search_start(r, head - 1, limit, &end, e) < 0) return -ERR_IO;
    size_t n = ahead(r);
    bool whole = declared != WARC_UNKNOWN && n - head >= declared;
    if (end == WARC_NOWHERE && whole) return give(r, head, (size_t)declared, into, piece, e);
    bool cut = r->w->n_gaps > 0 || r->w->truncated || (is_plain(r) && declared != WARC_UNKNOWN);
    if (end == WARC_NOWHERE && at_the_end(r) && cut) return take_cut(r, n, led);
    if (end == WARC_NOWHERE) end = n;
    size_t body = trim_end(window_data(r->w), head, end, r->dialect->closing_lines);
    if (body > r->max_record) {
        ledger_damage(led, r->file, file_offset(r), head,
                      "a record without a usable Content-Length or an end");
        window_advance(r->w, head);
        r->lost = true;
        return 0;
    }
    ledger_extra(led, "wrong-content-length", 1);
    return give(r, head, body, into, piece, e);
}

/* A record that is larger than --max-record: passed over without being held. */
static int pass_oversized(struct warc_reader *r, size_t head, uint64_t declared, struct ledger *led,
                          struct err *e)
{
    struct window *w = r->w;
    uint64_t left = declared, passed = head;
    ledger_damage(led, r->file, file_offset(r), 0,
                  "a record of %" PRIu64 " bytes is larger than --max-record (%" PRIu64 " bytes)", declared,
                  r->max_record);
    window_advance(w, head);
    while (left > 0) {
        if (fill(r, SCAN_BYTES, e) < 0) return -ERR_IO;
        size_t n = ahead(r) < left ? ahead(r) : (size_t)left, member = find_member(r, 0, ahead(r));
        if (member < n) n = member;
        window_advance(w, n);
        passed += n;
        left -= n;
        if (member != WARC_NOWHERE || (ahead(r) == 0 && at_the_end(r))) break;
    }
    led->destroyed_bytes += passed;
    r->lost = true;
    return 0;
}

/* Whether a record cannot have that length, since its file has not. */
static bool is_beyond_file(const struct warc_reader *r, size_t head, uint64_t declared)
{
    uint64_t size = in_size_bytes(r->w->in);
    return is_plain(r) && size && declared > size - (window_position(r->w) + head);
}

/* 1: given; 0: passed over, counted. */
static int take_record(struct warc_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                       struct err *e)
{
    size_t head = 0;
    if (find_header(r, &head, e) < 0) return -ERR_IO;
    if (head == 0 && at_the_end(r) && ahead(r) < HEADER_MAX) return take_cut(r, ahead(r), led);
    if (head == 0) {
        ledger_damage(led, r->file, file_offset(r), 6,
                      "a record header without an end in its first %zu bytes", HEADER_MAX);
        window_advance(r->w, 6);
        r->lost = true;
        return 0;
    }
    uint64_t declared = r->dialect->declared(r->w->bytes.p + r->w->at, head);
    bool oversized = declared != WARC_UNKNOWN && declared > r->max_record;
    if (oversized && !is_beyond_file(r, head, declared)) return pass_oversized(r, head, declared, led, e);
    if (declared != WARC_UNKNOWN && !oversized) {
        if (fill(r, head + (size_t)declared + tail_bytes(r), e) < 0) return -ERR_IO;
        if (ends_well(r, head + (size_t)declared)) {
            if (ends_at_gap(r, head + (size_t)declared)) return take_cut(r, ahead(r), led);
            return give(r, head, (size_t)declared, into, piece, e);
        }
    }
    return take_unmeasured(r, head, declared, into, piece, led, e);
}

/* Steps over line ends between records. */
static int skip_blank(struct warc_reader *r, struct err *e)
{
    size_t i;
    do {
        if (fill(r, tail_bytes(r), e) < 0) return -ERR_IO;
        const char *p = window_data(r->w);
        size_t n = ahead(r);
        for (i = 0; i < n && (p[i] == '\r' || p[i] == '\n'); i++) continue;
        window_advance(r->w, i);
    } while (i > 0);
    return 0;
}

int warc_next(struct warc_reader *r, struct buf *into, struct piece *piece, struct ledger *led, struct err *e)
{
    int got = 0;
    while (got == 0) {
        if (skip_blank(r, e) < 0) return -ERR_IO;
        if (ahead(r) == 0 && r->w->n_gaps == 0) {
            if (r->w->truncated) ledger_truncate(led, r->w->truncation);
            return 0;
        }
        if (ahead(r) == 0)
            got = take_cut(r, 0, led);
        else if (r->dialect->starts(window_data(r->w), ahead(r)))
            got = take_record(r, into, piece, led, e);
        else
            got = skip_garbage(r, led, e);
    }
    return got;
}

int warc_at_member(struct warc_reader *r, uint64_t *offset, struct err *e)
{
    const struct window *w = r->w;
    if (skip_blank(r, e) < 0 || fill(r, tail_bytes(r), e) < 0) return -ERR_IO;
    *offset = window_member_offset(w);
    return w->n_gaps == 0 && !w->ended && window_position(w) == window_member_position(w) &&
           r->dialect->starts(window_data(w), ahead(r));
}

/* ------------------------------------------------------------------ WARC's own */

static bool warc_starts(const char *p, size_t n)
{
    return n >= 7 && memcmp(p, "WARC/", 5) == 0 && p[5] >= '0' && p[5] <= '9' && p[6] == '.';
}

static bool follows_blank_line(const char *p, size_t newline)
{
    if (newline >= 1 && p[newline - 1] == '\n') return true;
    return newline >= 2 && p[newline - 1] == '\r' && p[newline - 2] == '\n';
}

/* The first "WARC/1." in [from, n) that begins a line; in a block, only one that follows a blank line. */
static size_t warc_find(const char *p, size_t from, size_t n, bool in_block)
{
    while (from < n) {
        const char *hit = memmem(p + from, n - from, "\nWARC/", 6);
        if (!hit) break;
        size_t newline = (size_t)(hit - p);
        bool may_start = !in_block || follows_blank_line(p, newline);
        if (may_start && warc_starts(hit + 1, n - newline - 1)) return newline + 1;
        from = newline + 6;
    }
    return WARC_NOWHERE;
}

uint64_t warc_parse_length(struct slice digits)
{
    uint64_t n = 0;
    if (digits.n == 0 || digits.n > 18) return WARC_UNKNOWN;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9') return WARC_UNKNOWN;
        n = n * 10 + (uint64_t)(digits.p[i] - '0');
    }
    return n;
}

static uint64_t warc_declared(char *head, size_t n)
{
    struct fields f;
    fields_parse(&f, head, n);
    return warc_parse_length(fields_get(&f, "Content-Length"));
}

const struct warc_dialect warc_iso = {
    .name = "WARC",
    .kind = PIECE_WARC,
    .start_bytes = 7, /* "WARC/1." */
    .closing_lines = 2,
    .blank_line_closes = true,
    .starts = warc_starts,
    .find_start = warc_find,
    .head_end = fields_end,
    .declared = warc_declared,
};

/* ------------------------------------------------------------------ members apart */

bool warc_measure(const struct warc_dialect *d, char *p, size_t n, uint64_t max_record, struct measured *m)
{
    if (!d->starts(p, n)) return false;
    m->head_bytes = d->head_end(p, n < HEADER_MAX ? n : HEADER_MAX, 0);
    if (m->head_bytes == 0) return false;
    uint64_t declared = d->declared(p, m->head_bytes);
    if (declared > max_record || declared > n - m->head_bytes) return false;
    m->body_bytes = (size_t)declared;
    size_t end = m->head_bytes + m->body_bytes, at = end;
    if (d->blank_line_closes && (n - end < 4 || memcmp(p + end, "\r\n\r\n", 4) != 0)) return false;
    while (at < n && (p[at] == '\r' || p[at] == '\n')) at++;
    m->all_bytes = at;
    if (!d->blank_line_closes && at > end + CLOSING_BYTES) return false;
    return at == n || d->starts(p + at, n - at);
}
