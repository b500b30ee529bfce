/* lines.c: leat dedup lines.
 *
 * Texts are cut and units hashed on all threads. Then, in input order, each unit is looked up among those seen so far: it is
 * repeated when at least a share `overlap` of its keys is there (its only key, but for n-grams), else its keys are added. So the
 * first of equal units stays, in one document too. Repeated units are removed and the others joined by newlines. A document
 * that is dropped leaves nothing behind: what stood there for the first time may stand in a later one.
 *
 * State: the keys (seen.h), within --memory. Memory besides: 12 bytes a unit, 8 more a further key, of the batches in flight. */
#include "dedup/lines.h"
#include "common/json.h"
#include "common/log.h"
#include "dedup/seen.h"
#include <stdlib.h>

#define NOTHING_LEFT "no-text-left"
#define AHEAD 16 /* keys whose memory is asked for before they are looked up */

struct lines_dedup {
    struct lines_opts opts;
    struct seen seen;
    struct buf
        repeated; /* uint32_t a unit of the document at hand: its keys that were seen, if it goes; else 0 */
    struct buf text, value;
    uint64_t units, repeated_units;
};

/* What a deferred document carries: the keys, then uint32_t counts[units]. */
struct mark {
    uint64_t keys, units, blank;
    uint64_t key[];
};

static const uint32_t *counts_of(const struct mark *m)
{
    return (const uint32_t *)(m->key + m->keys);
}

struct lines_dedup *lines_dedup_new(const struct lines_opts *opts, struct err *e)
{
    struct lines_dedup *x = calloc(1, sizeof *x);
    if (!x) {
        err_nomem(e, "starting");
        return NULL;
    }
    x->opts = *opts;
    buf_init(&x->repeated, BUF_NO_MAX);
    buf_init(&x->text, BUF_NO_MAX);
    buf_init(&x->value, BUF_NO_MAX);
    seen_init(&x->seen, opts->memory_bytes);
    if (!opts->bloom || seen_init_bloom(&x->seen, opts->expected, opts->fp, opts->memory_bytes, e) == 0)
        return x;
    lines_dedup_free(x);
    return NULL;
}

void lines_dedup_free(struct lines_dedup *x)
{
    if (!x) return;
    seen_free(&x->seen);
    buf_free(&x->repeated);
    buf_free(&x->text);
    buf_free(&x->value);
    free(x);
}

void lines_dedup_account(const struct lines_dedup *x, struct ledger *l)
{
    ledger_extra(l, "units", x->units);
    ledger_extra(l, "repeated_units", x->repeated_units);
    ledger_extra(l, "keys", x->seen.added);
    ledger_extra(l, "state_bytes", seen_bytes(&x->seen));
    if (x->opts.bloom && x->seen.added > x->opts.expected)
        log_warn("the filter holds %llu keys, and was made for --expected %llu: it took more for repeated "
                 "than --fp says",
                 (unsigned long long)x->seen.added, (unsigned long long)x->opts.expected);
}

/* ------------------------------------------------------------------ on all threads */

struct worker {
    struct units units;
    struct buf mark;
};

void *lines_dedup_worker_new(void *ctx)
{
    const struct lines_dedup *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    units_init(&w->units, x->opts.units);
    buf_init(&w->mark, BUF_NO_MAX);
    return w;
}

void lines_dedup_worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    units_free(&w->units);
    buf_free(&w->mark);
    free(w);
}

int lines_dedup_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    struct worker *w = worker;
    int r = units_of(&w->units, d->text, e);
    if (r < 0) return r;
    const struct buf *keys = &w->units.keys, *counts = &w->units.counts;
    struct mark head = {keys->n / sizeof(uint64_t), counts->n / sizeof(uint32_t), w->units.blank};
    buf_clear(&w->mark);
    buf_put(&w->mark, &head, sizeof head);
    buf_put_slice(&w->mark, buf_slice(keys));
    buf_put_slice(&w->mark, buf_slice(counts));
    if (w->mark.failed) return err_nomem(e, "keeping a document's units");
    return stage_defer(o, d, w->mark.p, w->mark.n);
}

/* ------------------------------------------------------------------ in input order */

/* How many of n keys were seen, where these are enough; else 0, and they are added. */
static int64_t look_up(struct lines_dedup *x, const uint64_t *key, uint32_t n, struct err *e)
{
    uint32_t seen = 0;
    if (n == 1) return seen_add(&x->seen, *key, e);
    for (uint32_t i = 0; i < n; i++) seen += seen_has(&x->seen, key[i]);
    if (seen >= x->opts.overlap * n) return seen;
    for (uint32_t i = 0; i < n; i++) {
        int r = seen_add(&x->seen, key[i], e);
        if (r < 0) return r;
    }
    return 0;
}

static void ask_ahead(const struct lines_dedup *x, const struct mark *m, uint64_t from, uint64_t to)
{
    for (; from < to && from < m->keys; from++) seen_prefetch(&x->seen, m->key[from]);
}

/* Fills x->repeated. Returns how many units are, or < 0. */
static int64_t look_up_all(struct lines_dedup *x, const struct mark *m, struct err *e)
{
    const uint32_t *count = counts_of(m);
    int64_t repeated = 0;
    uint64_t key = 0;
    buf_clear(&x->repeated);
    if (buf_reserve(&x->repeated, m->units * sizeof *count) < 0) return err_nomem(e, "looking units up");
    uint32_t *to = (uint32_t *)(void *)x->repeated.p;
    for (uint64_t i = 0; i < m->units; key += count[i++]) {
        to[i] = 0;
        if (count[i] == 0) continue;
        ask_ahead(x, m, key + AHEAD, key + AHEAD + count[i]);
        int64_t seen = look_up(x, m->key + key, count[i], e);
        if (seen < 0) return seen;
        to[i] = (uint32_t)seen;
        x->units++;
        repeated += seen > 0;
    }
    x->repeated_units += (uint64_t)repeated;
    return repeated;
}

static const uint32_t *repeated_of(const struct lines_dedup *x)
{
    return (const uint32_t *)(const void *)x->repeated.p;
}

/* Puts the spans into metadata or --attributes; the text stays as it is. */
static int mark_spans(struct lines_dedup *x, const struct mark *m, struct doc *d, struct stage_out *o)
{
    buf_clear(&x->value);
    if (o->attributes) buf_puts(&x->value, "\"dedup__lines\":");
    int r = units_put_spans(d->text, repeated_of(x), counts_of(m), &x->value);
    if (r < 0 || buf_terminate(&x->value) < 0) return -ERR_IO;
    r = o->attributes ? stage_attributes(o, d, x->value.p)
                      : doc_meta_set_raw(d, "dedup_lines", buf_slice(&x->value));
    return r < 0 ? r : stage_keep(o, d);
}

static int drop_for_share(struct lines_dedup *x, struct doc *d, double share, struct stage_out *o)
{
    seen_undo(&x->seen);
    buf_clear(&x->value);
    json_put_num(&x->value, share);
    return buf_terminate(&x->value) < 0 ? -ERR_IO : stage_drop(o, d, "repeated-share", x->value.p);
}

/* Of the text's characters. */
static double removed_share(struct slice text, struct slice left)
{
    uint64_t before = utf8_count(text.p, text.n);
    return (double)(before - utf8_count(left.p, left.n)) / (double)before;
}

/* The document without its repeated units, or, where too little would be left, not at all. */
static int remove_repeated(struct lines_dedup *x, struct doc *d, struct stage_out *o)
{
    buf_clear(&x->text);
    if (units_join_kept(d->text, repeated_of(x), &x->text) < 0) return -ERR_IO;
    struct slice left = buf_slice(&x->text);
    if (slice_trim(left).n == 0) {
        seen_undo(&x->seen);
        return stage_drop(o, d, NOTHING_LEFT, NULL);
    }
    double share = x->opts.drop_share < 1 ? removed_share(d->text, left) : 0;
    if (share >= x->opts.drop_share) return drop_for_share(x, d, share, o);
    ledger_remove(o->ledger, x->opts.units.blank_too ? "repeated-paragraph" : "repeated-line",
                  d->text.n - left.n);
    int r = doc_set_text(d, left);
    return r < 0 ? r : stage_keep(o, d);
}

static int decide(struct lines_dedup *x, const struct stage_deferred *deferred, struct stage_out *o,
                  struct err *e)
{
    const struct mark *m = deferred->data;
    bool only_marks = x->opts.annotate || o->attributes;
    struct doc *d;
    seen_begin(&x->seen);
    int64_t repeated = look_up_all(x, m, e);
    if (repeated < 0) return (int)repeated;
    if (repeated == 0 && !o->attributes) return stage_resolve(o, deferred, NULL, NULL);
    if ((uint64_t)repeated + m->blank == m->units && !only_marks)
        return stage_resolve(o, deferred, NOTHING_LEFT, NULL);
    int r = stage_reopen(o, deferred, &d, e);
    if (r < 0) return r;
    return only_marks ? mark_spans(x, m, d, o) : remove_repeated(x, d, o);
}

int lines_dedup_in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                         struct err *e)
{
    struct lines_dedup *x = ctx;
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        if (i + 1 < n) ask_ahead(x, marks[i + 1].data, 0, AHEAD);
        r = decide(x, &marks[i], o, e);
    }
    return r;
}
