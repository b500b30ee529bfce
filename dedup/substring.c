/* substring.c: leat dedup substring.
 *
 * Texts are coded and their anchors found on all threads. Then, in input order, each is looked up among those so far
 * (repeats.h), and its repeated spans are removed, or only marked. A document that is dropped leaves nothing behind: what
 * stood there for the first time may stand in a later one.
 *
 * State: the texts and their anchors' places, within --memory. Memory besides: of the batches in flight the coded texts, 8 bytes a
 * word and 12 an anchor. */
#include "dedup/substring.h"
#include "common/json.h"
#include "dedup/repeats.h"
#include <stdlib.h>

#define NOTHING_LEFT "no-text-left"

struct substring_dedup {
    struct substring_opts opts;
    struct repeats repeats;
    struct buf text, value;
    uint64_t spans;
};

/* What a deferred document carries: the anchors, the words' offsets, the coded text. */
struct mark {
    uint64_t units, bytes, anchors;
    struct anchor anchor[];
};

struct substring_dedup *substring_dedup_new(const struct substring_opts *opts, struct err *e)
{
    struct substring_dedup *x = calloc(1, sizeof *x);
    if (!x) {
        err_nomem(e, "starting");
        return NULL;
    }
    x->opts = *opts;
    buf_init(&x->text, BUF_NO_MAX);
    buf_init(&x->value, BUF_NO_MAX);
    repeats_init(&x->repeats, opts->window, opts->memory_bytes);
    return x;
}

void substring_dedup_free(struct substring_dedup *x)
{
    if (!x) return;
    repeats_free(&x->repeats);
    buf_free(&x->text);
    buf_free(&x->value);
    free(x);
}

void substring_dedup_account(const struct substring_dedup *x, struct ledger *l)
{
    ledger_extra(l, "spans", x->spans);
    ledger_extra(l, "places", x->repeats.places.used);
    ledger_extra(l, "state_text_bytes", x->repeats.store.n);
    ledger_extra(l, "state_bytes", repeats_bytes(&x->repeats));
}

/* ------------------------------------------------------------------ on all threads */

struct worker {
    struct coder coder;
    struct anchors anchors;
    struct buf mark;
};

void *substring_dedup_worker_new(void *ctx)
{
    const struct substring_dedup *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    coder_init(&w->coder);
    anchors_init(&w->anchors, x->opts.window);
    buf_init(&w->mark, BUF_NO_MAX);
    return w;
}

void substring_dedup_worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    coder_free(&w->coder);
    anchors_free(&w->anchors);
    buf_free(&w->mark);
    free(w);
}

int substring_dedup_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct substring_dedup *x = ctx;
    struct worker *w = worker;
    struct coded c;
    int r = x->opts.bytes ? coder_bytes(&w->coder, d->text, &c, e) : coder_words(&w->coder, d->text, &c, e);
    if (r == 0) r = anchors_of(&w->anchors, &c, e);
    if (r < 0) return r;
    struct mark head = {c.units, c.bytes, w->anchors.list.n / sizeof(struct anchor)};
    buf_clear(&w->mark);
    buf_put(&w->mark, &head, sizeof head);
    if (head.anchors) { /* else it is too short for a window */
        buf_put_slice(&w->mark, buf_slice(&w->anchors.list));
        if (c.start) buf_put(&w->mark, c.start, c.units * sizeof *c.start);
        if (c.start) buf_put(&w->mark, c.end, c.units * sizeof *c.end);
        buf_put(&w->mark, c.p, c.bytes);
    }
    if (w->mark.failed) return err_nomem(e, "keeping a document's anchors");
    return stage_defer(o, d, w->mark.p, w->mark.n);
}

/* ------------------------------------------------------------------ in input order */

static struct coded coded_of(const struct substring_dedup *x, const struct mark *m)
{
    const uint32_t *start = (const uint32_t *)(m->anchor + m->anchors);
    struct coded c = {.p = (const char *)start, .bytes = m->bytes, .units = m->units};
    if (x->opts.bytes) return c;
    c.start = start;
    c.end = start + m->units;
    c.p = (const char *)(c.end + m->units);
    return c;
}

static const struct coded_span *spans_of(const struct substring_dedup *x, size_t *n)
{
    *n = x->repeats.spans.n / sizeof(struct coded_span);
    return (const struct coded_span *)(const void *)x->repeats.spans.p;
}

/* Puts the spans into metadata or --attributes; the text stays as it is. */
static int mark_spans(struct substring_dedup *x, const struct coded *c, struct doc *d, struct stage_out *o)
{
    size_t n;
    const struct coded_span *span = spans_of(x, &n);
    buf_clear(&x->value);
    if (o->attributes) buf_puts(&x->value, "\"dedup__substring\":");
    int r = coded_put_spans(c, span, n, &x->value);
    if (r < 0 || buf_terminate(&x->value) < 0) return -ERR_IO;
    r = o->attributes ? stage_attributes(o, d, x->value.p)
                      : doc_meta_set_raw(d, "dedup_substring", buf_slice(&x->value));
    return r < 0 ? r : stage_keep(o, d);
}

static int drop(struct substring_dedup *x, struct doc *d, double share, struct stage_out *o)
{
    repeats_undo(&x->repeats);
    if (share >= 1) return stage_drop(o, d, NOTHING_LEFT, NULL);
    buf_clear(&x->value);
    json_put_num(&x->value, share);
    return buf_terminate(&x->value) < 0 ? -ERR_IO : stage_drop(o, d, "repeated-share", x->value.p);
}

/* Of the text's characters; 1: nothing but white space is left. */
static double removed_share(struct slice text, struct slice left)
{
    if (slice_trim(left).n == 0) return 1;
    uint64_t before = utf8_count(text.p, text.n);
    return (double)(before - utf8_count(left.p, left.n)) / (double)before;
}

/* The document without its repeated spans, or, where too little would be left, not at all. */
static int remove_spans(struct substring_dedup *x, const struct coded *c, struct doc *d, struct stage_out *o)
{
    size_t n;
    const struct coded_span *span = spans_of(x, &n);
    buf_clear(&x->text);
    if (coded_put_without(c, span, n, &x->text) < 0) return -ERR_IO;
    struct slice left = buf_slice(&x->text);
    double share = removed_share(d->text, left);
    if (share >= x->opts.drop_share) return drop(x, d, share, o);
    ledger_remove(o->ledger, "repeated-span", d->text.n - left.n);
    int r = doc_set_text(d, left);
    return r < 0 ? r : stage_keep(o, d);
}

static int decide(struct substring_dedup *x, const struct stage_deferred *deferred, struct stage_out *o,
                  struct err *e)
{
    const struct mark *m = deferred->data;
    struct coded c = coded_of(x, m);
    struct doc *d;
    buf_clear(&x->repeats.spans);
    int r = m->anchors ? repeats_of(&x->repeats, &c, m->anchor, m->anchors, e) : 0;
    if (r < 0) return r;
    x->spans += x->repeats.spans.n / sizeof(struct coded_span);
    if (!x->repeats.spans.n && !o->attributes) return stage_resolve(o, deferred, NULL, NULL);
    r = stage_reopen(o, deferred, &d, e);
    if (r < 0) return r;
    return x->opts.annotate || o->attributes ? mark_spans(x, &c, d, o) : remove_spans(x, &c, d, o);
}

int substring_dedup_in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                             struct err *e)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) r = decide(ctx, &marks[i], o, e);
    return r;
}
