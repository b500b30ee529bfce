/* repeats.c: anchors propose, bytes decide.
 *
 * Equal windows have their anchor at the same place. So what is kept of a text are the places of its anchors, of those that have a
 * window that is not known yet. A window is looked for at all places with its anchor's hash: there the texts are compared,
 * to the left and to the right. What agrees is followed to its end, across all windows and anchors on the way, so a long
 * repeated span costs one comparison. Where MANY places have one hash (a phrase that stands in many contexts), the places
 * of the new windows themselves are kept instead, by the hash of their bytes.
 *
 * In one text a window that only overlaps its equals is known, but not removed: what decides is where the first one
 * of all its equals began, which is handed on from each to the next; so a text of one word a million times keeps `window` words.
 *
 * State: the texts (of prose in words 1.05 bytes a byte, by bytes 1) and 12 bytes a place, with the free slots 16 to 32, half as much
 * again while they grow: in windows of 50 words a place is some 120 bytes of new text; within memory_bytes. Besides, 4 bytes a
 * window of the longest text. Time: linear for windows of one size; a window costs at most MANY comparisons of twice
 * its length. */
#include "dedup/repeats.h"
#include "common/opts.h"

#define MANY 8
#define OTHER UINT32_MAX /* first: in an earlier text */
#define STOPS 8          /* before the first text: comparing eight bytes at a time reads that far */

struct candidate {   /* a place with the anchor's hash: … */
    int64_t shift;   /* from an offset in the text at hand to the equal one's in the store */
    size_t from, to; /* units that are equal there */
};

void repeats_init(struct repeats *r, size_t window, uint64_t memory_bytes)
{
    *r = (struct repeats){.window = window, .memory_bytes = memory_bytes};
    buf_init(&r->store, BUF_NO_MAX);
    buf_init(&r->first, BUF_NO_MAX);
    buf_init(&r->candidates, BUF_NO_MAX);
    buf_init(&r->spans, BUF_NO_MAX);
    places_init(&r->places);
}

void repeats_free(struct repeats *r)
{
    buf_free(&r->store);
    buf_free(&r->first);
    buf_free(&r->candidates);
    buf_free(&r->spans);
    places_free(&r->places);
}

uint64_t repeats_bytes(const struct repeats *r)
{
    return r->store.n + places_bytes(&r->places);
}

/* ------------------------------------------------------------------ comparing */

static uint64_t differing(const char *a, const char *b)
{
    uint64_t x, y;
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    return x ^ y;
}

/* How many of n bytes from a and b on are equal. */
static size_t equal_after(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    for (; n - i >= 64 && memcmp(a + i, b + i, 64) == 0; i += 64)
        ;
    for (; n - i >= 8; i += 8) {
        uint64_t x = differing(a + i, b + i);
        if (x) return i + (size_t)__builtin_ctzll(x) / 8;
    }
    while (i < n && a[i] == b[i]) i++;
    return i;
}

/* How many of n bytes before a and b are equal; 8 bytes before the first that differs can be read. */
static size_t equal_before(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t x = differing(a - i - 8, b - i - 8);
        if (x) return i + (size_t)__builtin_clzll(x) / 8;
    }
    while (i < n && a[-1 - (ptrdiff_t)i] == b[-1 - (ptrdiff_t)i]) i++;
    return i;
}

static bool may_start_behind(char c)
{
    return (uint8_t)c == CODED_START || (uint8_t)c == CODED_SPACE || (uint8_t)c == CODED_JOINT;
}
static bool may_end_before(char c)
{
    return (uint8_t)c == CODED_END || (uint8_t)c == CODED_SPACE || (uint8_t)c == CODED_JOINT;
}

static const char *there(const struct repeats *r, const struct candidate *x, size_t offset)
{
    return r->store.p + (size_t)((int64_t)offset + x->shift);
}

/* The first unit in from..to that begins at `offset` or behind it. */
static size_t unit_at(const struct coded *c, size_t from, size_t to, size_t offset)
{
    if (!c->start) return offset < from ? from : offset < to ? offset : to;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (c->start[middle] < offset)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Extends x, which agrees up to the offset `from` and the unit x->to, over the units up to `to`. */
static void follow(const struct repeats *r, const struct coded *c, struct candidate *x, size_t from,
                   size_t to)
{
    size_t at = x->to;
    if (at >= to) return;
    size_t limit = coded_end(c, to - 1);
    size_t end = from + equal_after(r->store.p + r->base + from, there(r, x, from), limit - from);
    if (!c->start) {
        x->to = end;
        return;
    }
    /* the units that begin before `end`, but for the last one where it does not end there */
    size_t n = unit_at(c, at, to, end);
    if (n > at && (c->end[n - 1] > end || (c->end[n - 1] == end && !may_end_before(*there(r, x, end))))) n--;
    x->to = n;
}

/* Extends x, which agrees from the unit `at` on, to what is before it, down to the unit `to`. */
static void follow_back(const struct repeats *r, const struct coded *c, struct candidate *x, size_t at,
                        size_t to)
{
    size_t from = coded_start(c, at), limit = coded_start(c, to);
    size_t begin = from - equal_before(r->store.p + r->base + from, there(r, x, from), from - limit);
    x->from = unit_at(c, to, at, begin);
    if (c->start && x->from <= at && c->start[x->from] == begin &&
        !may_start_behind(*(there(r, x, begin) - 1)))
        x->from++;
}

/* ------------------------------------------------------------------ looking up */

static int full(const struct repeats *r, struct err *e)
{
    char memory[OPT_SIZE_TEXT];
    return err_set(e, ERR_IO,
                   "%llu bytes of text and %llu places in them need more than --memory %s: give "
                   "more, or deduplicate parts of the input",
                   (unsigned long long)r->store.n, (unsigned long long)r->places.used,
                   opt_spell_size(r->memory_bytes, memory));
}

static int add_place(struct repeats *r, uint32_t hash, size_t offset, struct err *e)
{
    uint64_t left = r->store.n < r->memory_bytes ? r->memory_bytes - r->store.n : 0;
    int rc = places_reserve(&r->places, left);
    if (rc == 1) return full(r, e);
    if (rc == 0) rc = places_add(&r->places, hash, r->base + offset);
    return rc < 0 ? err_nomem(e, "noting a place") : 0;
}

/* Fills r->candidates: what the windows from `window` to a->last may be equal to. Returns how many places have the hash. */
static int64_t find_candidates(struct repeats *r, const struct coded *c, const struct anchor *a,
                               size_t window)
{
    uint64_t offset;
    int64_t n = 0;
    buf_clear(&r->candidates);
    for (size_t i = places_first(&r->places, a->hash); places_next(&r->places, a->hash, &i, &offset); n++) {
        struct candidate x = {(int64_t)offset - (int64_t)coded_start(c, a->unit), a->unit, a->unit};
        follow(r, c, &x, coded_start(c, a->unit), a->last + r->window);
        if (x.to < window + r->window) continue;
        follow_back(r, c, &x, a->unit, window);
        if (x.to - x.from >= r->window) buf_put(&r->candidates, &x, sizeof x);
    }
    return r->candidates.failed ? -ERR_IO : n;
}

/* Of the candidates that have the window, the one that goes on furthest; x->to: 0: there is none. */
static void pick(const struct repeats *r, size_t window, struct candidate *x)
{
    const struct candidate *all = (const struct candidate *)(const void *)r->candidates.p;
    x->to = 0;
    for (size_t i = 0; i < r->candidates.n / sizeof *all; i++)
        if (all[i].from <= window && all[i].to >= window + r->window && all[i].to > x->to) *x = all[i];
}

static uint32_t window_hash(const struct repeats *r, const struct coded *c, size_t window)
{
    size_t from = coded_start(c, window), to = coded_end(c, window + r->window - 1);
    return (uint32_t)hash64(c->p + from, to - from);
}

/* The window itself, by its hash; x->to: 0: it is new. */
static void find_window(const struct repeats *r, const struct coded *c, size_t window, uint32_t hash,
                        struct candidate *x)
{
    uint64_t offset;
    for (size_t i = places_first(&r->places, hash); places_next(&r->places, hash, &i, &offset);) {
        size_t from = coded_start(c, window);
        *x = (struct candidate){(int64_t)offset - (int64_t)from, window, window};
        if (c->start && !may_start_behind(*(there(r, x, from) - 1))) continue;
        follow(r, c, x, from, window + r->window);
        if (x->to == window + r->window) return;
    }
    x->to = 0;
}

/* ------------------------------------------------------------------ where windows were first */

static uint32_t *first_of(const struct repeats *r)
{
    return (uint32_t *)(void *)r->first.p;
}

/* The windows from..to are equal to those where x is. */
static void hand_on(struct repeats *r, const struct coded *c, const struct candidate *x, size_t from,
                    size_t to)
{
    uint32_t *first = first_of(r);
    int64_t source = (int64_t)coded_start(c, from) + x->shift - (int64_t)r->base;
    if (source < 0) {
        for (size_t i = from; i <= to; i++) first[i] = OTHER;
        return;
    }
    size_t j = unit_at(c, 0, from, (size_t)source);
    for (size_t i = from; i <= to; i++) first[i] = first[j++];
}

/* The windows from..to were never before. */
static void set_new(struct repeats *r, size_t from, size_t to)
{
    uint32_t *first = first_of(r);
    for (size_t i = from; i <= to; i++) first[i] = (uint32_t)i;
}

/* What the window is equal to. x->to: 0: nothing; then where its anchor has `many` places, its own is noted. */
static int equal_to(struct repeats *r, const struct coded *c, size_t window, bool many, struct candidate *x,
                    struct err *e)
{
    pick(r, window, x);
    if (x->to || !many) return 0;
    uint32_t hash = window_hash(r, c, window);
    find_window(r, c, window, hash, x);
    return x->to ? 0 : add_place(r, hash, coded_start(c, window), e);
}

/* The windows of the anchor a, from *window on, and of those behind what they are equal to. Moves *window behind them. Returns
 * whether any was known. */
static int look_up(struct repeats *r, const struct coded *c, const struct anchor *a, size_t *window,
                   struct err *e)
{
    int64_t places = find_candidates(r, c, a, *window);
    bool many = places >= MANY, new_ones = false, known = false;
    if (places < 0) return err_nomem(e, "looking spans up");
    for (struct candidate x; *window <= a->last;) {
        size_t next = r->candidates.n || many ? *window + 1 : (size_t)a->last + 1;
        if (equal_to(r, c, *window, many, &x, e) < 0) return -ERR_IO;
        if (x.to) {
            follow(r, c, &x, coded_end(c, x.to - 1), c->units);
            next = x.to - r->window + 1;
            hand_on(r, c, &x, *window, next - 1);
            known = true;
        } else {
            set_new(r, *window, next - 1);
            new_ones = true;
        }
        *window = next;
    }
    if (new_ones && !many && add_place(r, a->hash, coded_start(c, a->unit), e) < 0) return -ERR_IO;
    return known;
}

/* ------------------------------------------------------------------ spans */

static int put_spans(struct repeats *r, const struct coded *c, size_t windows)
{
    const uint32_t *first = first_of(r);
    struct coded_span span = {0, 0}, whole;
    for (size_t i = 0; i < windows; i++) {
        if (first[i] != OTHER && first[i] + r->window > i) continue;
        size_t from = coded_start(c, i);
        if (from > span.to) {
            whole = coded_whole_chars(c, span);
            if (whole.from < whole.to) buf_put(&r->spans, &whole, sizeof whole);
            span.from = from;
        }
        span.to = coded_end(c, i + r->window - 1);
    }
    whole = coded_whole_chars(c, span);
    if (whole.from < whole.to) buf_put(&r->spans, &whole, sizeof whole);
    return r->spans.failed ? -ERR_IO : 0;
}

static int remember(struct repeats *r, const struct coded *c, struct err *e)
{
    static const char stops[STOPS] = {-1, -1, -1, -1, -1, -1, -1, -1};
    if (!r->store.n) buf_put(&r->store, stops, sizeof stops);
    r->base = r->store.n;
    if (r->store.n + c->bytes + STOPS + places_bytes(&r->places) > r->memory_bytes) return full(r, e);
    buf_put(&r->store, c->p, c->bytes);
    buf_put(&r->store, stops, 1);
    return r->store.failed ? err_nomem(e, "keeping a text") : 0;
}

#define AHEAD 12 /* anchors whose place is asked for before they are looked up */

int repeats_of(struct repeats *r, const struct coded *c, const struct anchor *anchor, size_t anchors,
               struct err *e)
{
    size_t windows = c->units < r->window ? 0 : c->units - r->window + 1, at = 0;
    bool known = false;
    buf_clear(&r->spans);
    buf_clear(&r->first);
    places_begin(&r->places);
    if (remember(r, c, e) < 0) return -ERR_IO;
    if (buf_reserve(&r->first, windows * sizeof(uint32_t)) < 0) return err_nomem(e, "looking spans up");
    for (size_t i = 0; i < AHEAD && i < anchors; i++) places_prefetch(&r->places, anchor[i].hash);
    for (size_t i = 0; i < anchors; i++) {
        if (i + AHEAD < anchors) places_prefetch(&r->places, anchor[i + AHEAD].hash);
        if (anchor[i].last < at) continue;
        int rc = look_up(r, c, &anchor[i], &at, e);
        if (rc < 0) return rc;
        known |= rc;
    }
    if (!r->places.log.n) r->store.n = r->base; /* nothing in it is new */
    return known && put_spans(r, c, windows) < 0 ? err_nomem(e, "noting spans") : 0;
}

void repeats_undo(struct repeats *r)
{
    places_undo(&r->places);
    r->store.n = r->base;
}
