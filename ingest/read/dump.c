/* dump.c: splits dumps into records.
 *
 * In both kinds of dump every '<' begins a tag (text and attribute values hold "&lt;"), so the search is for tags alone, by
 * memchr, and passes over each byte once. Between records all tags but those of the root and of <siteinfo> are stepped over.
 *
 * In: a window. Out: records appended to a batch. State: struct dump_reader, and a struct wiki_site for each <siteinfo>.
 * Memory: the window holds one record of at most max_record bytes. */
#include "ingest/read/dump.h"
#include "common/text.h"
#include <inttypes.h>
#include <stdio.h>

#define STEP_BYTES ((size_t)256 << 10)
#define TAG_BYTES 16                 /* enough to tell what a tag is */
#define SITE_BYTES ((size_t)1 << 20) /* a longer <siteinfo> is not looked at */

void dump_start(struct dump_reader *r, struct window *w, const char *file, enum piece_kind kind,
                uint64_t max_record, struct wiki_site **sites)
{
    *r = (struct dump_reader){.w = w, .file = file, .kind = kind, .max_record = max_record, .sites = sites};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind the declaration, comments and document type before a root element; n = 0: they do not end in what is there. */
static struct slice behind_prolog(struct slice s)
{
    if (slice_has_prefix(s, "\xef\xbb\xbf")) s = slice_of(s.p + 3, s.n - 3);
    for (s = slice_trim(s); slice_has_prefix(s, "<?") || slice_has_prefix(s, "<!"); s = slice_trim(s)) {
        const char *bracket = memchr(s.p, '[', s.n), *gt = memchr(s.p, '>', s.n);
        bool subset = slice_has_prefix(s, "<!DOCTYPE") && bracket && bracket < gt;
        const char *ends = slice_has_prefix(s, "<!--") ? "-->" : subset ? "]>" : ">";
        const char *end = slice_find(s, slice_str(ends));
        if (!end) return slice_of("", 0);
        end += strlen(ends);
        s = slice_of(end, s.n - (size_t)(end - s.p));
    }
    return s;
}

bool dump_recognise(struct slice look, enum piece_kind kind)
{
    const char *root = kind == PIECE_PAGE ? "<mediawiki" : "<posts";
    size_t bytes = strlen(root);
    struct slice s = behind_prolog(look);
    return s.n > bytes && memcmp(s.p, root, bytes) == 0 && (s.p[bytes] == '>' || is_space(s.p[bytes]));
}

bool dump_recognise_table(struct slice look)
{
    static const char *const roots[] = {"<users>", "<comments>",    "<votes>",    "<badges>",
                                        "<tags>",  "<posthistory>", "<postlinks>"};
    struct slice s = behind_prolog(look);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (!slice_has_prefix(s, roots[i])) continue;
        size_t n = strlen(roots[i]);
        struct slice row = slice_trim(slice_of(s.p + n, s.n - n));
        return slice_has_prefix(row, "<row ") ||
               (slice_has_prefix(row, "</") && row.n > n && memcmp(row.p + 2, roots[i] + 1, n - 1) == 0);
    }
    return false;
}

/* ------------------------------------------------------------------ the window */

static size_t ahead(const struct dump_reader *r)
{
    uint64_t gap = window_next_gap(r->w) - window_position(r->w);
    size_t n = window_ahead(r->w);
    return gap < n ? (size_t)gap : n;
}

static bool at_the_end(const struct dump_reader *r)
{
    return r->w->ended || r->w->n_gaps > 0;
}

static int fill(struct dump_reader *r, size_t need, struct err *e)
{
    return ahead(r) >= need || at_the_end(r) ? 0 : window_fill(r->w, need, e);
}

static uint64_t file_offset(const struct dump_reader *r)
{
    return in_codec(r->w->in) == CODEC_PLAIN ? window_position(r->w) : window_member_offset(r->w);
}

static uint64_t inner_offset(const struct dump_reader *r)
{
    bool plain = in_codec(r->w->in) == CODEC_PLAIN;
    return plain ? 0 : window_position(r->w) - window_member_position(r->w);
}

static void pass(struct dump_reader *r, size_t n, struct ledger *led)
{
    if (r->lost) led->destroyed_bytes += n;
    window_advance(r->w, n);
}

static bool starts(const struct dump_reader *r, size_t at, const char *tag)
{
    size_t n = strlen(tag);
    return ahead(r) - at >= n && memcmp(window_data(r->w) + at, tag, n) == 0;
}

/* ------------------------------------------------------------------ where records are cut */

enum end { END_FOUND, END_BROKEN, END_TOO_LONG, END_CUT };

/* Whether the tag at `at`, an offset into what is ahead, ends the record that begins there: END_CUT: it does not. *end: of the
 * record. */
static enum end judge_tag(const struct dump_reader *r, size_t at, size_t *end)
{
    const char *p = window_data(r->w);
    if (r->kind == PIECE_POST) { /* the row is whole if it is closed before the next tag */
        size_t to = at;
        while (to && is_space(p[to - 1])) to--;
        bool closed = to >= 2 && p[to - 1] == '>';
        *end = closed ? to : at;
        return closed ? END_FOUND : END_BROKEN;
    }
    *end = at;
    if (starts(r, at, "<page>")) return END_BROKEN;
    if (!starts(r, at, "</page>")) return END_CUT;
    *end = at + 7;
    return END_FOUND;
}

/* A row at the very end of what there is. */
static enum end judge_rest(const struct dump_reader *r, size_t *end)
{
    if (r->kind == PIECE_PAGE) return END_CUT;
    return judge_tag(r, ahead(r), end) == END_FOUND ? END_FOUND : END_CUT;
}

/* The end of the record at the reader's place. END_CUT: the input, or what is whole of it, ends first. */
static int find_end(struct dump_reader *r, enum end *how, size_t *end, struct err *e)
{
    size_t seen = 1;
    for (;;) {
        size_t n = ahead(r);
        const char *p = window_data(r->w), *tag = seen < n ? memchr(p + seen, '<', n - seen) : NULL;
        size_t at = tag ? (size_t)(tag - p) : n;
        *end = at;
        *how = END_TOO_LONG;
        if (at > r->max_record) return 0;
        if (tag && (n - at >= TAG_BYTES || at_the_end(r))) {
            *how = judge_tag(r, at, end);
            if (*how != END_CUT) return 0;
            seen = at + 1;
            continue;
        }
        if (!tag && at_the_end(r)) {
            *how = judge_rest(r, end);
            return 0;
        }
        seen = at;
        if (fill(r, n + STEP_BYTES, e) < 0) return -ERR_IO;
    }
}

/* ------------------------------------------------------------------ damage and ends */

/* At a gap or at the end, n bytes of a record before it. 0: go on; 1: the end. */
static int take_cut(struct dump_reader *r, size_t n, struct ledger *led)
{
    struct window *w = r->w;
    if (w->n_gaps) {
        const struct window_gap *g = &w->gaps[0];
        ledger_damage(led, r->file, n ? file_offset(r) : g->file_offset, n + g->lost_bytes, "%s", g->reason);
        window_advance(w, n);
        window_drop_gap(w);
        r->lost = true;
        return 0;
    }
    char why[512];
    snprintf(why, sizeof why, "%.300s ends before its root element does", r->file);
    if (w->truncated) snprintf(why, sizeof why, "%.500s", w->truncation);
    if (w->truncated || r->open || n) ledger_truncate(led, why);
    if (n) ledger_damage(led, r->file, file_offset(r), n, "%s", why);
    if (!r->met && !n)
        ledger_damage(led, r->file, 0, window_position(w), "no %s dump: neither a root element nor a record",
                      r->kind == PIECE_PAGE ? "MediaWiki" : "Stack Exchange");
    window_advance(w, n);
    return 1;
}

static void take_broken(struct dump_reader *r, enum end how, size_t n, struct ledger *led)
{
    if (how == END_TOO_LONG)
        ledger_damage(led, r->file, file_offset(r), n, "larger than --max-record (%" PRIu64 " bytes)",
                      r->max_record);
    else
        ledger_damage(led, r->file, file_offset(r), n, "a record without an end");
    window_advance(r->w, n);
    r->lost = true;
}

/* ------------------------------------------------------------------ between records */

/* The offset of what ends the part of a dump that speaks of its wiki; SIZE_MAX: it is not among what is ahead. */
static size_t site_end(const struct dump_reader *r)
{
    struct slice all = slice_of(window_data(r->w), ahead(r));
    const char *end = slice_find(all, slice_str("</siteinfo>")), *page = slice_find(all, slice_str("<page>"));
    if (page && (!end || page < end)) end = page;
    return end ? (size_t)(end - all.p) : SIZE_MAX;
}

static int take_site(struct dump_reader *r, struct err *e)
{
    size_t n = SIZE_MAX;
    for (size_t want = STEP_BYTES; want <= SITE_BYTES && n == SIZE_MAX; want += STEP_BYTES) {
        if (fill(r, want, e) < 0) return -ERR_IO;
        n = site_end(r);
        if (at_the_end(r)) break;
    }
    struct wiki_site *site = wiki_site_new(slice_of(window_data(r->w), n == SIZE_MAX ? ahead(r) : n));
    if (!site) return err_nomem(e, "reading a dump");
    site->next = *r->sites;
    *r->sites = site;
    r->site = site;
    return 0;
}

/* Steps to the next record. 1: there it is; 0: none before a gap or the end, to which it stepped. */
static int seek(struct dump_reader *r, struct ledger *led, struct err *e)
{
    const char *root = r->kind == PIECE_PAGE ? "<mediawiki" : "<posts";
    const char *close = r->kind == PIECE_PAGE ? "</mediawiki" : "</posts";
    for (;;) {
        if (fill(r, TAG_BYTES, e) < 0) return -ERR_IO;
        size_t n = ahead(r);
        const char *tag = memchr(window_data(r->w), '<', n);
        pass(r, tag ? (size_t)(tag - window_data(r->w)) : n, led);
        if (!tag && at_the_end(r) && ahead(r) == 0) return 0;
        if (!tag) continue;
        if (fill(r, TAG_BYTES, e) < 0) return -ERR_IO;
        if (starts(r, 0, root)) {
            r->open = r->met = true;
            if (r->kind == PIECE_PAGE && take_site(r, e) < 0) return -(e->code ? e->code : ERR_IO);
        } else if (starts(r, 0, close)) {
            r->open = false;
            r->lost = false;
        } else if (starts(r, 0, r->kind == PIECE_PAGE ? "<page>" : "<row")) {
            r->met = true;
            return 1;
        }
        pass(r, 1, led);
    }
}

static int give(struct dump_reader *r, size_t n, struct buf *into, struct piece *piece, struct err *e)
{
    *piece = (struct piece){.kind = r->kind,
                            .file = r->file,
                            .offset = file_offset(r),
                            .inner_offset = inner_offset(r),
                            .head = into->n,
                            .body = into->n,
                            .body_bytes = n,
                            .site = r->site};
    if (buf_put(into, window_data(r->w), n) < 0) return err_nomem(e, "reading a dump");
    window_advance(r->w, n);
    r->lost = false;
    return 1;
}

int dump_next(struct dump_reader *r, struct buf *into, struct piece *piece, struct ledger *led, struct err *e)
{
    for (;;) {
        enum end how;
        size_t n = 0;
        int found = seek(r, led, e);
        if (found < 0) return found;
        if (!found) {
            if (take_cut(r, 0, led)) return 0;
            continue;
        }
        if (find_end(r, &how, &n, e) < 0) return -ERR_IO;
        if (how == END_FOUND) return give(r, n, into, piece, e);
        if (how != END_CUT)
            take_broken(r, how, n, led);
        else if (take_cut(r, ahead(r), led))
            return 0;
    }
}
