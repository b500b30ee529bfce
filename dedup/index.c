/* index.c: copies of a task's files without what link removed, and the sets of what stays.
 *
 * Lines keep their numbers: a removed document becomes absent. Bands and ids stay sorted runs.
 *
 * In: sketch-TASK.*, link-…, the inputs. Out: a folder that --against takes. Memory: two bits a line, the pool's batches. */
#include "dedup/index.h"
#include "common/hash.h"
#include "common/stream.h"
#include "dedup/sets.h"
#include <stdlib.h>

struct indexing {
    const struct index_opts *o;
    const struct sketch *own;
    struct sets_wanted stays; /* `named` */
    struct buf path, meta;
};

/* ------------------------------------------------------------------ who stays */

static bool stays(const struct indexing *x, uint64_t line)
{
    return line < x->stays.lines && x->stays.named[line / 64] >> line % 64 & 1;
}

static int take_documents(struct indexing *x, bool compared, struct err *e)
{
    struct records_cursor *c = NULL;
    const uint64_t *doc = NULL;
    int r = records_walk(&c, x->own->docs, 0, records_count(x->own->docs), 1 << 20, e);
    if (r < 0) return r;
    for (uint64_t line = 0; (r = records_next(c, &doc, e)) == 1; line++)
        if (doc[DOCS_TEXT] != DOCS_ABSENT) sets_want(&x->stays, line, compared);
    records_walk_end(c);
    return r;
}

/* The sketch's meta, and what decided who stays: another threshold makes another index. */
static int make_meta(struct indexing *x, const struct records *removed, struct err *e)
{
    struct slice sketch = records_meta(x->own->docs), link = records_meta(removed);
    char hex[HASH64_HEX + 1];
    if (sketch.n == 0)
        return err_set(e, ERR_DATA, "%s has no meta: sketch again", records_path(x->own->docs));
    hash64_hex(hash64(link.p, link.n), hex);
    buf_put(&x->meta, sketch.p, sketch.n - 1);
    buf_printf(&x->meta, ",\"link\":\"%s\"}", hex);
    return x->meta.failed ? err_nomem(e, "writing an index") : 0;
}

static int take_away_removed(struct indexing *x, struct err *e)
{
    struct records *removed = NULL;
    struct records_cursor *c = NULL;
    const uint64_t *gone = NULL;
    int r = work_part_path(&x->path, x->o->dir, "link", 0, 1, e);
    if (r == 0) r = records_open(&removed, x->path.p, REMOVED_WORDS, "link", e);
    if (r < 0) return r;
    r = make_meta(x, removed, e);
    if (r == 0) r = records_walk(&c, removed, 0, records_count(removed), 1 << 20, e);
    while (r == 0 && (r = records_next(c, &gone, e)) == 1) {
        uint64_t line = DOC_INDEX(gone[0]);
        r = 0;
        if (DOC_TASK(gone[0]) != x->o->task || line >= x->stays.lines) continue;
        x->stays.named[line / 64] &= ~(1ULL << line % 64);
        x->stays.compared[line / 64] &= ~(1ULL << line % 64);
    }
    records_walk_end(c);
    records_close(removed);
    return r;
}

/* ------------------------------------------------------------------ copies */

static int copy_run(const struct indexing *x, struct records *from, uint64_t run, unsigned words,
                    struct records_out *to, struct err *e)
{
    struct records_cursor *c = NULL;
    const uint64_t *k = NULL;
    uint64_t begin = 0, end = 0;
    records_run(from, run, &begin, &end);
    int r = records_walk(&c, from, begin, end, 1 << 20, e);
    if (r < 0) return r;
    while ((r = records_next(c, &k, e)) == 1)
        if (stays(x, DOC_INDEX(k[words - 1])) && (r = records_put(to, k, 1, e)) < 0) break;
    records_walk_end(c);
    return r == 0 ? records_end_run(to, e) : r;
}

/* The records whose last word is a document that stays. */
static int copy_sorted(struct indexing *x, struct records *from, unsigned words, const char *ending,
                       struct err *e)
{
    struct records_out *to = NULL;
    int r = work_sketch_path(&x->path, x->o->index, x->o->task, ending, e);
    if (r == 0) r = records_create(&to, x->path.p, words, ending, e);
    if (r < 0) return r;
    for (uint64_t run = 0; r == 0 && run < records_runs(from); run++)
        r = copy_run(x, from, run, words, to, e);
    if (r == 0) return records_commit(to, buf_slice(&x->meta), true, e);
    records_abandon(to);
    return r;
}

static int copy_docs(struct indexing *x, struct err *e)
{
    struct records_out *to = NULL;
    struct records_cursor *c = NULL;
    const uint64_t *doc = NULL;
    int r = work_sketch_path(&x->path, x->o->index, x->o->task, "docs", e);
    if (r == 0) r = records_create(&to, x->path.p, DOCS_WORDS, "docs", e);
    if (r < 0) return r;
    r = records_walk(&c, x->own->docs, 0, records_count(x->own->docs), 1 << 20, e);
    for (uint64_t line = 0; r == 0 && (r = records_next(c, &doc, e)) == 1; line++) {
        static const uint64_t absent[DOCS_WORDS] = {[DOCS_TEXT] = DOCS_ABSENT};
        r = records_put(to, stays(x, line) ? doc : absent, 1, e);
    }
    records_walk_end(c);
    if (r == 0) return records_commit(to, buf_slice(&x->meta), true, e);
    records_abandon(to);
    return r;
}

static int check_replaced(struct indexing *x, struct err *e)
{
    struct records *before = NULL;
    struct err damaged = {0};
    int r = work_sketch_path(&x->path, x->o->index, x->o->task, "docs", e);
    if (r < 0 || !file_exists(x->path.p) ||
        records_open(&before, x->path.p, DOCS_WORDS, "docs", &damaged) < 0)
        return r;
    if (!slice_eq(records_meta(before), buf_slice(&x->meta)))
        r = err_set(e, ERR_USAGE,
                    "--save-index %s: there is another index already: remove it, or give a new folder",
                    x->o->index);
    records_close(before);
    return r;
}

/* .docs last: where it stands, the others stand too. */
static int write_all(struct indexing *x, struct tool *t, const struct plan *plan, struct err *e)
{
    bool compared = plan->algorithm == ALGORITHM_MINHASH;
    int r = sets_wanted_init(&x->stays, records_count(x->own->docs), e);
    if (r == 0) r = take_documents(x, compared, e);
    if (r == 0) r = take_away_removed(x, e);
    if (r == 0) r = check_replaced(x, e);
    if (r == 0)
        r = sets_write(t, x->o->index, x->o->task, plan, &x->stays, x->own->docs, buf_slice(&x->meta), true,
                       e);
    if (r == 0) r = copy_sorted(x, x->own->bands, BANDS_WORDS, "bands", e);
    if (r == 0) r = copy_sorted(x, x->own->ids, IDS_WORDS, "ids", e);
    if (r == 0) r = copy_docs(x, e);
    sets_wanted_free(&x->stays);
    return r;
}

static bool holds_index(const char *dir)
{
    struct buf path;
    buf_init(&path, BUF_NO_MAX);
    bool holds = work_sketch_path(&path, dir, 0, "docs", NULL) == 0 && file_exists(path.p);
    buf_free(&path);
    return holds;
}

/* What stands there must be this very index, begun before: an index is never changed. */
int index_check(const struct index_opts *o, struct err *e)
{
    char *index = realpath(o->index, NULL), *other;
    int r = 0;
    for (size_t i = 0; r == 0 && index && i <= o->n_against; i++) {
        const char *dir = i < o->n_against ? o->against[i] : o->dir;
        other = dir ? realpath(dir, NULL) : NULL;
        if (other && strcmp(index, other) == 0)
            r = err_set(e, ERR_USAGE, "--save-index %s is also %s: give a new folder", o->index,
                        i < o->n_against ? "--against: an index is never changed" : "the work folder");
        free(other);
    }
    if (r == 0 && !o->dir && index && holds_index(index))
        r = err_set(e, ERR_USAGE,
                    "--save-index %s: there is an index already: remove it, or give a new folder", o->index);
    free(index);
    return r;
}

int index_run(struct tool *t, const struct index_opts *o, struct err *e)
{
    struct sketches s = {0};
    struct indexing x = {.o = o};
    int r = index_check(o, e);
    if (r == 0) r = work_folder(o->index, e);
    if (r == 0) r = sketches_open(&s, o->dir, o->against, o->n_against, e);
    if (r < 0) return r;
    buf_init(&x.path, BUF_NO_MAX);
    buf_init(&x.meta, BUF_NO_MAX);
    x.own = sketches_task(&s, o->task);
    if (x.own)
        r = write_all(&x, t, &s.plan, e);
    else
        r = err_set(e, ERR_USAGE, "%s: task %u was not sketched: run leat dedup sketch first", o->dir,
                    o->task);
    buf_free(&x.path);
    buf_free(&x.meta);
    sketches_close(&s);
    return r;
}
