/* sketch.c: documents to keep keys, hashes and band keys.
 *
 * All is computed on all threads; in input order a record of each line goes to .docs, the band keys and the hash of the id to
 * sorters, which become files of sorted runs: whatever part of the keys a later stage asks for is a stretch of each run.
 *
 * In: JSONL. Out: sketch-TASK.docs, .bands, .ids. State: the sorters. Memory: five eighths of --memory for band keys, an eighth
 * for ids. */
#include "dedup/sketch.h"
#include "common/json.h"
#include "common/stage.h"
#include "dedup/likeness.h"
#include "dedup/minhash.h"
#include "dedup/nearby.h"
#include "dedup/shingle.h"
#include "dedup/simhash.h"
#include "dedup/sorter.h"
#include <stdlib.h>

struct mark {
    uint64_t key[KEEP_WORDS];
    struct hash128 id, set;
    uint64_t band[];
};

struct sketching {
    const struct sketch_opts *o;
    struct minhash minhash;
    struct nearby tables; /* simhash: which bits make a key */
    unsigned keys;
    struct records_out *docs;
    struct sorter *bands, *ids;
    struct out *spool;
    struct hash_stream *content, *records; /* of the lines; of what .docs holds */
    struct ledger *ledger;
    uint64_t lines, bytes, put; /* lines that came, records of .docs */
    struct keep_found found;
    uint64_t without_id;
};

struct worker {
    struct shingles *shingles;
    struct wordhash words;
    struct mark *mark;
    unsigned keys; /* of the document at hand: without shingles none */
};

/* ------------------------------------------------------------------ one document, on any thread */

static void worker_free(void *ctx, void *worker)
{
    struct worker *w = worker;
    shingles_free(w->shingles);
    wordhash_free(&w->words);
    free(w->mark);
    free(w);
}

static void *worker_new(void *ctx)
{
    const struct sketching *x = ctx;
    struct worker *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    wordhash_init(&w->words);
    w->shingles = shingles_new(&x->o->plan.shingle);
    w->mark = malloc(sizeof *w->mark + x->keys * sizeof *w->mark->band);
    if (w->shingles && w->mark) return w;
    worker_free(ctx, w);
    return NULL;
}

static int exact_keys(const struct sketching *x, struct worker *w, struct slice text, struct err *e)
{
    struct mark *m = w->mark;
    int r = 0;
    if (x->o->plan.normalize)
        r = shingles_normal_hash(w->shingles, text, &m->set, e);
    else
        m->set = hash128(text.p, text.n);
    m->band[0] = m->set.lo;
    return r;
}

/* Two that differ in at most `distance` bits agree in the bits of one of the tables' masks (nearby.h). */
static int simhash_keys(const struct sketching *x, struct worker *w, struct slice text, struct err *e)
{
    uint64_t fingerprint;
    int r = simhash_text(&w->words, text, x->o->plan.shingle.n, &fingerprint, e);
    if (r < 0) return r;
    w->mark->set = (struct hash128){.hi = fingerprint};
    for (unsigned i = 0; i < x->keys; i++)
        w->mark->band[i] = hash_mix64((fingerprint & x->tables.mask[i]) + i * 0x9e3779b97f4a7c15ULL);
    return 0;
}

static int minhash_keys(const struct sketching *x, struct worker *w, struct slice text, struct err *e)
{
    struct shingle_list list;
    int r = shingles_of(w->shingles, text, &list, e);
    if (r < 0) return r;
    w->mark->set = hash128(list.at, list.n * sizeof *list.at);
    w->keys = list.n ? x->keys : 0;
    if (list.n) minhash_bands(&x->minhash, &list, w->mark->band);
    return 0;
}

static int sketch_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e)
{
    const struct sketching *x = ctx;
    struct worker *w = worker;
    struct slice named = d->id.n ? d->id : d->text;
    w->keys = x->keys;
    int r = x->o->plan.algorithm == ALGORITHM_EXACT     ? exact_keys(x, w, d->text, e)
            : x->o->plan.algorithm == ALGORITHM_SIMHASH ? simhash_keys(x, w, d->text, e)
                                                        : minhash_keys(x, w, d->text, e);
    if (r == 0) r = keep_key(&x->o->keep, o->jsonl, d, DOC_NUMBER(x->o->task, o->index), w->mark->key, e);
    if (r < 0) return r;
    w->mark->id = hash128(named.p, named.n);
    return stage_defer(o, d, w->mark, sizeof *w->mark + w->keys * sizeof *w->mark->band);
}

/* ------------------------------------------------------------------ all documents, in their order */

static int raw(void *ctx, struct slice lines, uint64_t n, struct err *e)
{
    struct sketching *x = ctx;
    x->lines += n;
    x->bytes += lines.n;
    if (x->o->lasting) hash_stream_update(x->content, lines.p, lines.n);
    return x->spool ? out_write(x->spool, lines.p, lines.n, n, e) : 0;
}

static int put_record(struct sketching *x, const uint64_t *record, struct err *e)
{
    hash_stream_update(x->records, record, DOCS_WORDS * sizeof *record);
    return records_put(x->docs, record, 1, e);
}

/* Records of lines that are no documents, before the line with this index. */
static int put_absent(struct sketching *x, uint64_t index, struct err *e)
{
    static const uint64_t absent[DOCS_WORDS] = {[DOCS_TEXT] = DOCS_ABSENT};
    int r = 0;
    for (; r == 0 && x->put < index; x->put++) r = put_record(x, absent, e);
    return r;
}

static int put_document(struct sketching *x, const struct stage_deferred *s, struct err *e)
{
    const struct mark *m = s->data;
    size_t keys = (s->data_bytes - sizeof *m) / sizeof *m->band;
    uint64_t doc = DOC_NUMBER(x->o->task, s->index);
    uint64_t id[IDS_WORDS] = {m->id.hi, m->id.lo, doc};
    uint64_t record[DOCS_WORDS] = {m->key[0], m->key[1], m->key[2], m->id.hi,
                                   m->id.lo,  m->set.hi, m->set.lo, s->text_in};
    int r = put_absent(x, s->index, e);
    if (r == 0) r = put_record(x, record, e);
    x->put++;
    keep_count(&x->o->keep, m->key, &x->found);
    x->without_id += s->id.n == 0;
    if (x->o->lasting)
        ledger_keep(x->ledger, s->text_in, s->text_in); /* this process's share of the account */
    if (r == 0 && s->id.n) r = sorter_add(x->ids, id, e);
    for (size_t i = 0; r == 0 && i < keys; i++) {
        uint64_t band[BANDS_WORDS] = {m->band[i], m->set.hi, doc};
        r = sorter_add(x->bands, band, e);
    }
    return r;
}

static int in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o, struct err *e)
{
    struct sketching *x = ctx;
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) r = put_document(x, &marks[i], e);
    return r == 0 ? put_absent(x, x->lines, e) : r;
}

/* ------------------------------------------------------------------ the files */

static int open_sorter(struct sorter **s, unsigned words, uint64_t memory, const struct sketch_opts *o,
                       const char *kind, struct buf *path, struct err *e)
{
    int r = work_sketch_path(path, o->dir, o->task, kind, e);
    return r < 0 ? r : sorter_new(s, words, memory, path->p, kind, false, e);
}

static int open_files(struct sketching *x, const struct tool *t, struct buf *path, struct err *e)
{
    const struct sketch_opts *o = x->o;
    struct out_opts spool = {.path = o->spool, .threads = (int)t->threads, .level = 1, .temporary = true};
    int r = work_sketch_path(path, o->dir, o->task, "docs", e);
    if (r == 0) r = records_create(&x->docs, path->p, DOCS_WORDS, "docs", e);
    if (r == 0) r = open_sorter(&x->bands, BANDS_WORDS, t->memory / 8 * 5, o, "bands", path, e);
    if (r == 0) r = open_sorter(&x->ids, IDS_WORDS, t->memory / 8, o, "ids", path, e);
    if (r == 0 && o->spool) r = out_open(&x->spool, &spool, e);
    return r;
}

static int init(struct sketching *x, const struct plan *p, struct err *e)
{
    x->content = hash_stream_new();
    x->records = hash_stream_new();
    if (!x->content || !x->records) return err_nomem(e, "starting");
    hash_stream_reset(x->content);
    hash_stream_reset(x->records);
    x->keys = 1;
    if (p->algorithm == ALGORITHM_SIMHASH) {
        nearby_init(&x->tables, p->distance);
        x->keys = x->tables.tables;
    }
    if (p->algorithm != ALGORITHM_MINHASH) return 0;
    minhash_init(&x->minhash, &p->minhash);
    x->keys = p->minhash.bands;
    return 0;
}

static int put_meta(const struct sketching *x, struct buf *meta, struct err *e)
{
    char hex[HASH64_HEX + 1], records[HASH64_HEX + 1], keep[HASH64_HEX + 1];
    hash64_hex(keep_hash(&x->o->keep), keep);
    hash64_hex(hash_stream_digest(x->content), hex);
    hash64_hex(hash_stream_digest(x->records), records);
    buf_clear(meta);
    buf_puts(meta, "{");
    plan_put(&x->o->plan, meta);
    buf_printf(meta,
               ",\"task\":%u,\"tasks\":%u,\"keep\":\"%s\",\"lines\":%llu,\"bytes\":%llu,\"records\":\"%s\","
               "\"first\":%s",
               x->o->task, x->o->tasks, keep, (unsigned long long)x->lines, (unsigned long long)x->bytes,
               records, x->o->keep.first ? "true" : "false");
    if (x->o->lasting) buf_printf(meta, ",\"content\":\"%s\"", hex);
    if (x->o->keep.score) {
        buf_puts(meta, ",\"prefer_score\":");
        json_put_str(meta, slice_str(x->o->keep.score));
    }
    for (unsigned i = 0; i < x->o->keep.sources; i++) {
        buf_puts(meta, i ? "," : ",\"prefer_source\":[");
        json_put_str(meta, x->o->keep.source[i]);
    }
    buf_puts(meta, x->o->keep.sources ? "]}" : "}");
    return meta->failed ? err_nomem(e, "writing a sketch") : 0;
}

/* A sketch of other lines or options under the same name is somebody's: it is not replaced. */
static int check_replaced(const struct sketching *x, struct slice meta, struct err *e)
{
    struct records *before;
    struct err damaged = {0};
    struct buf path;
    buf_init(&path, BUF_NO_MAX);
    int r = work_sketch_path(&path, x->o->dir, x->o->task, "docs", e);
    if (r == 0 && file_exists(path.p) && records_open(&before, path.p, DOCS_WORDS, "docs", &damaged) == 0) {
        if (!slice_eq(records_meta(before), meta))
            r = err_set(e, ERR_USAGE,
                        "%s is there already, of other input or options: remove it and what was made from "
                        "it, or take another "
                        "--work or --task",
                        path.p);
        records_close(before);
    }
    buf_free(&path);
    return r;
}

/* .docs last: where it stands, the others stand too. */
static int commit(struct sketching *x, struct err *e)
{
    struct buf meta;
    buf_init(&meta, BUF_NO_MAX);
    bool lasting = x->o->lasting;
    int r = put_meta(x, &meta, e);
    if (r == 0) r = check_replaced(x, buf_slice(&meta), e);
    if (r == 0) r = sorter_save(x->bands, buf_slice(&meta), lasting, e);
    if (r == 0) r = sorter_save(x->ids, buf_slice(&meta), lasting, e);
    if (r == 0) {
        r = records_commit(x->docs, buf_slice(&meta), lasting, e);
        x->docs = NULL;
    }
    buf_free(&meta);
    return r;
}

static void close_files(struct sketching *x)
{
    records_abandon(x->docs);
    sorter_free(x->bands);
    sorter_free(x->ids);
    hash_stream_free(x->content);
    hash_stream_free(x->records);
    nearby_free(&x->tables);
}

static int read_all(struct sketching *x, struct tool *t, struct err *e)
{
    static const struct stage_ops ops = {.worker_new = worker_new,
                                         .worker_free = worker_free,
                                         .doc = sketch_doc,
                                         .raw = raw,
                                         .ordered = in_order};
    const char *rejects = t->rejects, *attributes = t->attributes;
    t->rejects = t->attributes = NULL; /* drop.c writes them */
    int r = stage_run(t, &ops, x);
    t->rejects = rejects;
    t->attributes = attributes;
    struct err later = {0};
    int closed = out_close(x->spool, r == 0 ? OUT_COMMIT : OUT_ABANDON, r == 0 ? e : &later);
    return r < 0 ? r : closed;
}

int sketch_run(struct tool *t, const struct sketch_opts *o, struct err *e)
{
    struct sketching x = {.o = o, .ledger = &t->ledger};
    struct buf path;
    buf_init(&path, BUF_NO_MAX);
    int r = init(&x, &o->plan, e);
    if (r == 0) r = open_files(&x, t, &path, e);
    if (r == 0) r = read_all(&x, t, e);
    if (r == 0) keep_tell(&o->keep, &x.found, o->tasks == 1, &t->ledger);
    if (r == 0) likeness_tell_ids(x.without_id, o->named, &t->ledger);
    if (r == 0 && (!o->lasting || tool_out_end(t, r) == OUT_COMMIT)) r = commit(&x, e);
    close_files(&x);
    buf_free(&path);
    return r;
}

int sketch_lines_of(const struct records *docs, struct sketch_lines *l, struct err *e)
{
    struct json_file *f;
    struct slice hex;
    int r = json_parse(&f, records_path(docs), records_meta(docs), e);
    if (r < 0) return r;
    struct json root = json_root(f);
    bool good =
        json_uint(json_get(root, "lines"), &l->lines) && json_uint(json_get(root, "bytes"), &l->bytes);
    l->hashed = json_str(json_get(root, "content"), &hex);
    if (l->hashed) good = good && hash64_parse(hex.p, hex.n, &l->content) == 0;
    json_free(f);
    return good ? 0 : err_set(e, ERR_USAGE, "%s: made by another release: sketch again", records_path(docs));
}
