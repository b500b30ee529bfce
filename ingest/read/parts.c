/* parts.c: parts of a text by PCRE2, streaming.
 *
 * The text before a separator is looked at in growing pieces; partial matching (PCRE2_PARTIAL_HARD) tells where a separator
 * may have begun that goes on behind what has been read, so that parts do not depend on how the input was cut for reading.
 * A search that found nothing is not repeated; the window doubles where it must be, so that every byte is looked at a
 * constant number of times by a pattern that is linear itself. Others meet PCRE2's limits, and an error.
 *
 * In: a window. Out: parts. State: struct parts_reader. Memory: a part and a separator of at most max_record bytes each. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "ingest/read/parts.h"
#include "common/text.h"
#include <inttypes.h>
#include <pcre2.h>
#include <stdlib.h>

#define STEP_BYTES ((size_t)256 << 10)
#define BEHIND_BYTES ((size_t)1024) /* kept for look-behinds: at most 255 characters (PCRE2's own bound) */
#define MATCH_STEPS 10000000
#define MATCH_HEAP_KIB 65536

struct parts {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

void parts_free(struct parts *s)
{
    if (!s) return;
    pcre2_code_free(s->code);
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    pcre2_jit_stack_free(s->stack);
    free(s);
}

static int bad_pattern(int code, PCRE2_SIZE at, struct err *e)
{
    PCRE2_UCHAR why[256];
    pcre2_get_error_message(code, why, sizeof why);
    return err_set(e, ERR_USAGE, "--split: the pattern is wrong at byte %zu: %s", (size_t)at, (char *)why);
}

int parts_compile(struct parts **out, const char *pattern, struct err *e)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    struct parts *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) return err_nomem(e, "compiling --split");
    if (!*pattern) return err_set(e, ERR_USAGE, "--split needs a pattern: what stands between two documents");
    pcre2_compile_context *c = pcre2_compile_context_create(NULL);
    if (!c) return err_nomem(e, "compiling --split");
    pcre2_set_newline(c, PCRE2_NEWLINE_ANYCRLF);
    s->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                            PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, c);
    pcre2_compile_context_free(c);
    if (!s->code) return bad_pattern(code, at, e);
    s->data = pcre2_match_data_create(1, NULL);
    s->context = pcre2_match_context_create(NULL);
    if (!s->data || !s->context) return err_nomem(e, "compiling --split");
    pcre2_set_match_limit(s->context, MATCH_STEPS);
    pcre2_set_heap_limit(s->context, MATCH_HEAP_KIB);
    if (pcre2_jit_compile(s->code, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD) == 0) {
        s->stack = pcre2_jit_stack_create((size_t)32 << 10, (size_t)4 << 20, NULL);
        if (s->stack) pcre2_jit_stack_assign(s->context, NULL, s->stack);
    }
    return 0;
}

void parts_reader_start(struct parts_reader *r, struct parts *s, struct window *w, const char *file,
                        uint64_t max_record)
{
    *r = (struct parts_reader){.s = s, .w = w, .file = file, .max_record = max_record};
}

/* ------------------------------------------------------------------ looking for a separator */

static size_t ahead(const struct window *w)
{
    uint64_t gap = window_next_gap(w) - window_position(w);
    size_t n = window_ahead(w);
    return gap < n ? (size_t)gap : n;
}

static bool at_the_end(const struct window *w)
{
    return w->ended || w->n_gaps > 0;
}

/* n without a character that is not complete yet. */
static size_t whole_characters(const char *p, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        uint8_t c = (uint8_t)p[n - back];
        if (c >= 0xc0) return (c >= 0xf0 && back < 4) || (c >= 0xe0 && back < 3) || back < 2 ? n - back : n;
        if (c < 0x80) return n;
    }
    return n;
}

enum found { FOUND, FOUND_NONE, FOUND_PARTIAL };

struct separator {
    size_t start, end; /* in the window's data; PARTIAL: start only */
};

static int too_hard(const struct parts_reader *r, int code, struct err *e)
{
    PCRE2_UCHAR why[256];
    pcre2_get_error_message(code, why, sizeof why);
    return err_set(e, ERR_USAGE,
                   "--split: the pattern needs too much work in %s behind byte %" PRIu64
                   " (%s): write one that does not try the same text in many ways",
                   r->file, window_position(r->w) + r->behind, (char *)why);
}

/* Looks in data[from..n). < 0: the pattern is too hard. */
static int find(const struct parts_reader *r, size_t n, size_t from, bool last, struct separator *found,
                struct err *e)
{
    uint32_t options = last ? 0 : PCRE2_PARTIAL_HARD;
    if (from == r->behind) options |= PCRE2_NOTEMPTY_ATSTART; /* a part is not empty */
    if (window_position(r->w) > 0) options |= PCRE2_NOTBOL;
    const char *data = n ? window_data(r->w) : "";
    int code = pcre2_match(r->s->code, (PCRE2_SPTR)data, n, from, options, r->s->data, r->s->context);
    while (code == PCRE2_ERROR_BADUTFOFFSET && from < n)
        code = pcre2_match(r->s->code, (PCRE2_SPTR)data, n, ++from, options, r->s->data, r->s->context);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->s->data);
    if (code == PCRE2_ERROR_NOMATCH || code == PCRE2_ERROR_BADUTFOFFSET) return FOUND_NONE;
    if (code < 0 && code != PCRE2_ERROR_PARTIAL) return too_hard(r, code, e);
    found->start = at[0] < from ? from : at[0];
    found->end = at[1];
    if (code == PCRE2_ERROR_PARTIAL) return FOUND_PARTIAL;
    return found->end >= found->start ? FOUND : FOUND_NONE;
}

/* Moves the window's place to `to`, a few bytes before it staying in view. */
static void move_to(struct parts_reader *r, size_t to)
{
    size_t keep = to < BEHIND_BYTES ? to : BEHIND_BYTES;
    while (keep > 0 && keep < to && ((uint8_t)window_data(r->w)[to - keep] & 0xc0) == 0x80) keep--;
    window_advance(r->w, to - keep);
    r->behind = keep;
}

/* ------------------------------------------------------------------ parts */

static void count_long(struct parts_reader *r, size_t n, struct ledger *led)
{
    if (r->passing)
        led->destroyed_bytes += n;
    else
        ledger_damage(led, r->file, window_position(r->w) + r->behind, n,
                      "a part longer than %" PRIu64 " bytes: see --max-record and --split", r->max_record);
}

/* At a gap or an early end: the part that it cuts is damaged. */
static void take_cut(struct parts_reader *r, size_t n, struct ledger *led)
{
    struct window *w = r->w;
    uint64_t offset = window_position(w) + r->behind, lost = n - r->behind;
    window_advance(w, n);
    r->behind = 0;
    if (w->n_gaps) {
        lost += w->gaps[0].lost_bytes;
        if (r->passing)
            led->destroyed_bytes += lost;
        else
            ledger_damage(led, r->file, offset, lost, "%s", w->gaps[0].reason);
        window_drop_gap(w);
        r->passing = true;
        return;
    }
    r->ended = true;
    ledger_truncate(led, w->truncation);
    if (lost && !r->passing) ledger_damage(led, r->file, offset, lost, "%s", w->truncation);
}

/* [behind, end) of the window is a part: 1 given; 0: blank, too long, or the end of what is passed over. */
static int take_part(struct parts_reader *r, size_t end, struct buf *into, struct piece *piece,
                     struct ledger *led, struct err *e)
{
    size_t n = end - r->behind;
    const char *p = n ? window_data(r->w) + r->behind : "";
    bool lost = r->passing || n > r->max_record;
    if (lost) count_long(r, n, led);
    r->passing = false;
    if (lost || slice_trim(slice_of(p, n)).n == 0) return 0;
    *piece = (struct piece){.kind = PIECE_TEXT,
                            .file = r->file,
                            .offset = window_position(r->w) + r->behind,
                            .head = into->n,
                            .body = into->n,
                            .body_bytes = n,
                            .mtime = INT64_MIN,
                            .is_part = true,
                            .part = r->number++};
    return buf_put(into, p, n) < 0 ? err_nomem(e, "splitting a text") : 1;
}

/* One part to its separator, or some of what is passed over. 1: given; 0: go on; < 0: an error. */
static int next_part(struct parts_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                     struct err *e)
{
    struct window *w = r->w;
    struct separator s = {0};
    size_t from = r->behind, want = r->behind + STEP_BYTES;
    for (;;) {
        if (window_fill(w, want, e) < 0) return -ERR_IO;
        bool last = at_the_end(w);
        size_t n = ahead(w), searched = last || !n ? n : whole_characters(window_data(w), n);
        if (searched < from) searched = from;
        int found = find(r, searched, from, last, &s, e);
        if (found < 0) return found;
        if (found == FOUND) {
            int got = take_part(r, s.start, into, piece, led, e);
            move_to(r, s.end);
            return got;
        }
        if (last && (w->n_gaps || w->truncated)) {
            take_cut(r, n, led);
            return 0;
        }
        if (last) {
            r->ended = true;
            return take_part(r, n, into, piece, led, e);
        }
        from = found == FOUND_PARTIAL ? s.start : searched;
        if (found == FOUND_PARTIAL && n - s.start > r->max_record)
            return too_hard(r, PCRE2_ERROR_MATCHLIMIT, e);
        if (from - r->behind > r->max_record) {
            count_long(r, from - r->behind, led);
            r->passing = true;
            move_to(r, from);
            return 0;
        }
        want = 2 * n > want ? 2 * n : want + STEP_BYTES;
    }
}

int parts_reader_next(struct parts_reader *r, struct buf *into, struct piece *piece, struct ledger *led,
                      struct err *e)
{
    int got = 0;
    while (got == 0 && !r->ended) got = next_part(r, into, piece, led, e);
    return got;
}
