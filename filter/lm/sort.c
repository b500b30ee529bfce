/* sort.c: external sort of n-grams.
 *
 * A full memory is cut into one part a thread, each sorted in place by radix (radix.h); parts and runs are merged by a heap.
 *
 * In: keys with counts, any order. Out: by key, equal keys once. State: one array, a temporary file of runs.
 * Memory: the array, and 64 KiB to 1 MiB a run while merging; runs beyond MAX_RUNS are first merged into one. */
#include "filter/lm/sort.h"
#include "common/buf.h"
#include "filter/lm/radix.h"
#include "filter/lm/spool.h"
#include <stdlib.h>
#include <sys/mman.h>

#define MAX_RUNS 4096
#define MIN_ROOM 4096 /* n-grams: also the least array */

#define KEY_ITSELF(x) (x)
#define KEY_OF_GRAM(x) ((x).key)
DEFINE_RADIX(radix_keys, gram_key, KEY_ITSELF)
DEFINE_RADIX(radix_grams, struct gram, KEY_OF_GRAM)

void sort_keys(gram_key *a, uint64_t n, unsigned key_bits)
{
    radix_keys(a, n, key_bits);
}

void sort_grams(struct gram *a, uint64_t n, unsigned key_bits)
{
    radix_grams(a, n, key_bits);
}

/* ------------------------------------------------------------------ the sorter */

struct run { /* a sorted sequence: in memory, or a span of the file */
    const char *p, *end;
    bool filed;
    struct spool_reader reader;
    struct gram head;
};

struct span {
    uint64_t from, to;
};

struct sorter {
    struct sorter_opts o;
    char *array;
    uint64_t array_bytes, room, n; /* of records */
    size_t size;                   /* of a record in the array */
    struct spool *spool;
    struct span *spans; /* of the runs in the spool; the last comes first to be merged into others */
    size_t n_spans, cap_spans;
    struct run *runs; /* while reading: a heap by head.key, the least at 0 */
    size_t n_runs;
};

int sorter_new(struct sorter **out, const struct sorter_opts *o, struct err *e)
{
    struct sorter *s = calloc(1, sizeof *s);
    if (!s) return err_nomem(e, "starting to sort");
    s->o = *o;
    s->size = o->keys_only ? sizeof(gram_key) : sizeof(struct gram);
    s->room = o->memory / s->size;
    if (o->expect && o->expect < s->room) s->room = o->expect;
    if (s->room < MIN_ROOM) s->room = MIN_ROOM;
    s->array_bytes = s->room * s->size;
    s->array = mmap(NULL, s->array_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    if (s->array == MAP_FAILED) {
        free(s);
        return err_nomem(e, "sorting n-grams: give a smaller --memory");
    }
    madvise(s->array, s->array_bytes, MADV_HUGEPAGE);
    *out = s;
    return 0;
}

static void free_runs(struct sorter *s)
{
    for (size_t i = 0; i < s->n_runs; i++) spool_reader_free(&s->runs[i].reader);
    free(s->runs);
    s->runs = NULL;
    s->n_runs = 0;
}

void sorter_free(struct sorter *s)
{
    if (!s) return;
    free_runs(s);
    spool_free(s->spool);
    if (s->array) munmap(s->array, s->array_bytes);
    free(s->spans);
    free(s);
}

unsigned sorter_runs(const struct sorter *s)
{
    return (unsigned)s->n_spans;
}

static uint64_t part_start(const struct sorter *s, uint64_t i)
{
    uint64_t parts = (uint64_t)team_threads(s->o.team);
    return s->n / parts * i + (i < s->n % parts ? i : s->n % parts);
}

static void sort_part(void *ctx, uint64_t i, int thread)
{
    struct sorter *s = ctx;
    uint64_t from = part_start(s, i), n = part_start(s, i + 1) - from;
    if (s->o.keys_only)
        sort_keys((gram_key *)(void *)s->array + from, n, s->o.key_bits);
    else
        sort_grams((struct gram *)(void *)s->array + from, n, s->o.key_bits);
}

static void sort_array(struct sorter *s)
{
    team_run(s->o.team, (uint64_t)team_threads(s->o.team), sort_part, s);
}

/* ---- reading one run */

/* 1: head is the run's next n-gram; 0: its end. */
static int advance(const struct sorter *s, struct run *r, struct err *e)
{
    const void *p;
    if (r->filed) {
        int got = spool_next(&r->reader, &p, sizeof(struct gram), e);
        if (got > 0) memcpy(&r->head, p, sizeof(struct gram));
        return got;
    }
    if (r->p == r->end) return 0;
    if (s->o.keys_only)
        r->head = (struct gram){.key = *(const gram_key *)(const void *)r->p, .count = 1};
    else
        r->head = *(const struct gram *)(const void *)r->p;
    r->p += s->size;
    return 1;
}

static void sift(struct run *h, size_t n, size_t i)
{
    struct run x = h[i];
    for (size_t c; (c = 2 * i + 1) < n; i = c) {
        if (c + 1 < n && h[c + 1].head.key < h[c].head.key) c++;
        if (h[c].head.key >= x.head.key) break;
        h[i] = h[c];
    }
    h[i] = x;
}

/* The least head's n-gram is taken: its run goes on, or leaves the heap. */
static int heap_pop(struct sorter *s, struct err *e)
{
    int r = advance(s, &s->runs[0], e);
    if (r < 0) return r;
    if (r == 0) {
        spool_reader_free(&s->runs[0].reader);
        s->runs[0] = s->runs[--s->n_runs];
    }
    if (s->n_runs > 1) sift(s->runs, s->n_runs, 0);
    return 0;
}

static int open_span(struct sorter *s, struct run *run, struct span span, size_t buffer, struct err *e)
{
    run->filed = true;
    return spool_rewind(&run->reader, s->spool, span.from, span.to, buffer, e);
}

/* Runs of the array's parts (when it is sorted) and of the last `spans` spans become a heap. */
static int heap_build(struct sorter *s, bool array, size_t spans, struct err *e)
{
    size_t parts = array ? (size_t)team_threads(s->o.team) : 0;
    size_t buffer = s->o.memory / (spans + 1) / 4 / sizeof(struct gram) * sizeof(struct gram);
    if (buffer > (1 << 20)) buffer = 1 << 20;
    if (buffer < (64 << 10)) buffer = 64 << 10;
    s->runs = calloc(parts + spans + 1, sizeof *s->runs);
    if (!s->runs) return err_nomem(e, "merging n-grams");
    for (size_t i = 0; i < parts + spans; i++) {
        struct run *run = &s->runs[s->n_runs];
        int r = 0;
        if (i < parts) {
            run->p = s->array + part_start(s, i) * s->size;
            run->end = s->array + part_start(s, i + 1) * s->size;
        } else {
            r = open_span(s, run, s->spans[s->n_spans - spans + i - parts], buffer, e);
        }
        if (r == 0) r = advance(s, run, e);
        if (r < 0) return r;
        if (r > 0)
            s->n_runs++;
        else
            spool_reader_free(&run->reader);
    }
    for (size_t i = s->n_runs / 2; i-- > 0;) sift(s->runs, s->n_runs, i);
    return 0;
}

int sorter_next(struct sorter *s, struct gram *g, struct err *e)
{
    if (s->n_runs == 0) return 0;
    *g = s->runs[0].head;
    int r = heap_pop(s, e);
    while (r == 0 && s->n_runs && s->runs[0].head.key == g->key) {
        g->count += s->runs[0].head.count;
        r = heap_pop(s, e);
    }
    return r < 0 ? r : 1;
}

/* ---- writing runs */

static int add_span(struct sorter *s, struct span span, struct err *e)
{
    if (s->n_spans == s->cap_spans) {
        size_t cap = s->cap_spans ? 2 * s->cap_spans : 64;
        struct span *spans = realloc(s->spans, cap * sizeof *spans);
        if (!spans) return err_nomem(e, "sorting n-grams");
        s->spans = spans;
        s->cap_spans = cap;
    }
    s->spans[s->n_spans++] = span;
    return 0;
}

/* Merges what the heap has into a new span of `to`. */
static int merge_into(struct sorter *s, struct spool *to, struct err *e)
{
    struct gram g;
    struct span span = {.from = spool_bytes(to)};
    int r;
    while ((r = sorter_next(s, &g, e)) > 0)
        if ((r = spool_write(to, &g, sizeof g, e)) < 0) break;
    free_runs(s);
    span.to = spool_bytes(to);
    return r < 0 ? r : add_span(s, span, e);
}

/* All spans become one, in a new file. */
static int merge_spans(struct sorter *s, struct err *e)
{
    struct spool *to;
    int r = spool_new(&to, s->o.tmp, e);
    if (r < 0) return r;
    r = heap_build(s, false, s->n_spans, e);
    s->n_spans = r < 0 ? s->n_spans : 0;
    if (r == 0) r = merge_into(s, to, e);
    spool_free(s->spool);
    s->spool = to;
    return r;
}

int sorter_flush(struct sorter *s, struct err *e)
{
    int r = s->spool ? 0 : spool_new(&s->spool, s->o.tmp, e);
    if (r == 0 && s->n_spans >= MAX_RUNS) r = merge_spans(s, e);
    if (r < 0) return r;
    sort_array(s);
    r = heap_build(s, true, 0, e);
    if (r == 0) r = merge_into(s, s->spool, e);
    s->n = 0;
    return r;
}

int sorter_add(struct sorter *s, const struct gram *g, struct err *e)
{
    int r = s->n == s->room ? sorter_flush(s, e) : 0;
    if (r == 0) ((struct gram *)(void *)s->array)[s->n++] = *g;
    return r;
}

int sorter_add_key(struct sorter *s, gram_key key, struct err *e)
{
    int r = s->n == s->room ? sorter_flush(s, e) : 0;
    if (r == 0) ((gram_key *)(void *)s->array)[s->n++] = key;
    return r;
}

int sorter_done(struct sorter *s, struct err *e)
{
    if (s->n_spans == 0) {
        sort_array(s);
        return heap_build(s, true, 0, e);
    }
    int r = s->n ? sorter_flush(s, e) : 0;
    if (r < 0) return r;
    munmap(s->array, s->array_bytes); /* the runs' buffers take its place */
    s->array = NULL;
    return heap_build(s, false, s->n_spans, e);
}
