/* link.c: alike pairs to removals, by sorting alone, so that memory bounds nothing.
 *
 *   1. nodes: the documents of all pairs, once, with their keep keys
 *   2. classes: documents with the same text, list or fingerprint are one node, which is as good as its best document
 *   3. ranks: the classes in the order of their best documents' keep keys
 *   4. edges: pairs of classes, as (rank of the later, rank of the earlier)
 *   5. the walk: ranks in order; one bit tells whether a rank survives; a later one is removed if an earlier neighbour survives
 *   6. removals: of each removed class all documents, of each surviving one all but the best
 *
 * Two documents of one class have the same bands, so what one is compared with the other is too; only the first of a class stands
 * in pairs with other classes (match.h), and is called its centre here.
 *
 * In: verify-*.rec, sketch-*.docs, .ids. Out: link-…, clusters-…. State: sorters, each with an eighth of memory_bytes. */
#include "dedup/link.h"
#include "common/hash.h"
#include "common/stream.h"
#include "dedup/keep.h"
#include "dedup/sorter.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define UNCHECKED \
    "unchecked" /* link-… until the ids have been looked at: what link refuses drop shall not find */

enum { ORDER_WORDS = KEEP_WORDS + 3 }; /* keep key, the id's hash, document */

struct linking {
    const struct link_opts *o;
    struct sketches sketches;
    struct parts edges;
    struct minhash minhash; /* for what it finds */
    struct link_report *report;
    struct buf path;
    unsigned sorters;   /* made so far: names of their files */
    uint64_t *survives; /* bits by rank */
};

/* ------------------------------------------------------------------ small tools */

static int new_sorter(struct linking *x, struct sorter **s, unsigned words, bool unique, struct err *e)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/link-%u.runs", x->o->dir, x->sorters++);
    return sorter_new(s, words, x->o->memory_bytes / 8, path, "link", unique, e);
}

static int each_edge(struct linking *x, int (*take)(void *ctx, const uint64_t *edge, struct err *e),
                     void *ctx, struct err *e)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < x->edges.n; i++) {
        struct records_cursor *c;
        const uint64_t *edge;
        r = records_walk(&c, x->edges.at[i], 0, records_count(x->edges.at[i]), 1 << 20, e);
        if (r < 0) return r;
        while ((r = records_next(c, &edge, e)) == 1)
            if ((r = take(ctx, edge, e)) < 0) break;
        records_walk_end(c);
    }
    return r;
}

/* A sorted stream with one record in view. */
struct view {
    struct sorter *s;
    const uint64_t *record; /* NULL at the end */
};

static int view_next(struct view *v, struct err *e)
{
    int r = sorter_next(v->s, &v->record, e);
    if (r == 0) v->record = NULL;
    return r < 0 ? r : 0;
}

/* Moves on to the record whose first word is `key`; 1 if there is one. */
static int view_find(struct view *v, uint64_t key, struct err *e)
{
    int r = 0;
    while (r == 0 && v->record && v->record[0] < key) r = view_next(v, e);
    return r < 0 ? r : v->record && v->record[0] == key;
}

/* ------------------------------------------------------------------ 1: nodes */

struct nodes {
    struct linking *linking;
    struct sorter *docs;    /* (document), once */
    struct sorter *centres; /* (document, its class's centre), of documents that are not centres */
};

/* After Horvitz and Thompson: one that is found with probability p stands for 1/p of them. */
static void count_pair(struct linking *x, uint64_t likeness)
{
    double j;
    x->report->alike++;
    if (x->sketches.plan.algorithm != ALGORITHM_MINHASH) return;
    memcpy(&j, &likeness, sizeof j);
    x->report->expected += 1 / minhash_probability(&x->minhash, j);
}

static int take_node(void *ctx, const uint64_t *edge, struct err *e)
{
    struct nodes *n = ctx;
    int r = sorter_add(n->docs, &edge[0], e);
    if (r == 0) r = sorter_add(n->docs, &edge[1], e);
    if (edge[2] != LIKENESS_SAME) count_pair(n->linking, edge[2]);
    if (r < 0 || edge[2] != LIKENESS_SAME) return r;
    uint64_t member[2] = {edge[1], edge[0]};
    return sorter_add(n->centres, member, e);
}

/* ------------------------------------------------------------------ 2: classes */

/* Every node as (centre, its order), so that a class's best comes first. */
static int order_nodes(struct linking *x, struct nodes *n, struct sorter *classes, struct err *e)
{
    struct docs_walk docs;
    struct view centres = {n->centres, NULL};
    const uint64_t *node, *record;
    docs_walk_init(&docs, &x->sketches);
    int r = view_next(&centres, e);
    while (r == 0 && (r = sorter_next(n->docs, &node, e)) == 1) {
        uint64_t doc = node[0], out[1 + ORDER_WORDS] = {doc};
        if ((r = view_find(&centres, doc, e)) < 0) break;
        if (r == 1) out[0] = centres.record[1];
        if ((r = docs_walk_get(&docs, doc, &record, e)) < 0) break;
        if (!DOC_IS_OLD(doc)) memcpy(out + 1, record, DOCS_SET * sizeof *record);
        out[ORDER_WORDS] = doc;
        r = sorter_add(classes, out, e);
    }
    docs_walk_free(&docs);
    return r;
}

/* Classes by their best, as (order of the best, centre), and the others as (document, centre). */
static int split_classes(struct sorter *classes, struct sorter *ranked, struct sorter *others, struct err *e)
{
    const uint64_t *c;
    uint64_t centre = UINT64_MAX;
    int r;
    while ((r = sorter_next(classes, &c, e)) == 1) {
        if (c[0] == centre) {
            uint64_t other[2] = {c[0], c[ORDER_WORDS]};
            r = sorter_add(others, other, e);
        } else {
            uint64_t best[ORDER_WORDS + 1];
            memcpy(best, c + 1, ORDER_WORDS * sizeof *c);
            best[ORDER_WORDS] = centre = c[0];
            r = sorter_add(ranked, best, e);
        }
        if (r < 0) return r;
    }
    return r;
}

/* ------------------------------------------------------------------ 3: ranks */

/* (centre, rank, best document). Old documents survive whatever comes. */
static int give_ranks(struct sorter *ranked, struct sorter *ranks, uint64_t *n, struct err *e)
{
    const uint64_t *c;
    int r;
    *n = 0;
    while ((r = sorter_next(ranked, &c, e)) == 1) {
        uint64_t out[3] = {c[ORDER_WORDS], (*n)++, c[ORDER_WORDS - 1]};
        if ((r = sorter_add(ranks, out, e)) < 0) return r;
    }
    return r;
}

/* ------------------------------------------------------------------ 4: edges */

static int take_edge(void *ctx, const uint64_t *edge, struct err *e)
{
    return edge[2] == LIKENESS_SAME ? 0 : sorter_add(ctx, edge, e);
}

static int no_rank(struct err *e)
{
    return err_set(e, ERR_DATA,
                   "the pairs do not fit together: run leat dedup match and what follows it again");
}

/* Edges (a, b, likeness), by a, to (b, likeness, rank of a, best of a). ranks is copied to `again`, to be read once more. */
static int join_first(struct sorter *edges, struct sorter *ranks, struct sorter *joined, struct sorter *again,
                      struct err *e)
{
    struct view v = {edges, NULL};
    const uint64_t *k;
    int r = view_next(&v, e);
    while (r == 0 && (r = sorter_next(ranks, &k, e)) == 1) {
        if (v.record && v.record[0] < k[0]) return no_rank(e);
        r = sorter_add(again, k, e);
        while (r == 0 && v.record && v.record[0] == k[0]) {
            uint64_t out[4] = {v.record[1], v.record[2], k[1], k[2]};
            r = sorter_add(joined, out, e);
            if (r == 0) r = view_next(&v, e);
        }
    }
    return r == 0 && v.record ? no_rank(e) : r;
}

/* To (later rank, earlier rank, likeness, best of the later, best of the earlier). */
static int put_ordered(struct sorter *ordered, const uint64_t *edge, const uint64_t *b, struct err *e)
{
    bool b_later = b[1] > edge[2];
    uint64_t out[5] = {b_later ? b[1] : edge[2], b_later ? edge[2] : b[1], edge[1], b_later ? b[2] : edge[3],
                       b_later ? edge[3] : b[2]};
    return sorter_add(ordered, out, e);
}

/* Also every rank that no edge needs: the walk must see them all. */
static int join_second(struct sorter *joined, struct sorter *again, struct sorter *ordered,
                       struct sorter *bests, struct err *e)
{
    struct view v = {joined, NULL};
    const uint64_t *k;
    int r = view_next(&v, e);
    while (r == 0 && (r = sorter_next(again, &k, e)) == 1) {
        uint64_t best[2] = {k[2], k[0]};
        if (v.record && v.record[0] < k[0]) return no_rank(e);
        r = sorter_add(bests, best, e);
        while (r == 0 && v.record && v.record[0] == k[0]) {
            r = put_ordered(ordered, v.record, k, e);
            if (r == 0) r = view_next(&v, e);
        }
    }
    return r == 0 && v.record ? no_rank(e) : r;
}

/* ------------------------------------------------------------------ 5: the walk */

struct walk {
    uint64_t rank, likeness, best_rank, doc, survivor;
    bool any; /* of the rank at hand: a survivor is alike */
};

static int end_rank(struct linking *x, struct walk *w, struct sorter *removed, struct err *e)
{
    if (!w->any) return 0;
    x->survives[w->rank / 64] &= ~(1ULL << w->rank % 64);
    uint64_t out[REMOVED_WORDS] = {w->doc, w->survivor, w->likeness};
    return sorter_add(removed, out, e);
}

/* edge: (later, earlier, likeness, best of the later, best of the earlier), by the later. An old document is never removed. */
static void meet(const struct linking *x, struct walk *w, const uint64_t *edge)
{
    bool survives = x->survives[edge[1] / 64] >> edge[1] % 64 & 1;
    if (!survives || DOC_IS_OLD(edge[3])) return;
    if (w->any && (edge[2] < w->likeness || (edge[2] == w->likeness && edge[1] > w->best_rank))) return;
    *w = (struct walk){edge[0], edge[2], edge[1], edge[3], edge[4], true};
}

/* Best documents of removed classes, as (document, survivor, likeness). */
static int walk(struct linking *x, uint64_t ranks, struct sorter *ordered, struct sorter *removed,
                struct err *e)
{
    const uint64_t *edge;
    struct walk w = {.rank = UINT64_MAX};
    int r;
    x->survives = malloc((ranks / 64 + 1) * sizeof *x->survives);
    if (!x->survives) return err_nomem(e, "linking");
    memset(x->survives, 0xFF, (ranks / 64 + 1) * sizeof *x->survives);
    while ((r = sorter_next(ordered, &edge, e)) == 1) {
        if (edge[0] != w.rank) {
            if ((r = end_rank(x, &w, removed, e)) < 0) return r;
            w = (struct walk){.rank = edge[0]};
        }
        meet(x, &w, edge);
    }
    return r == 0 ? end_rank(x, &w, removed, e) : r;
}

/* ------------------------------------------------------------------ 6: removals */

/* Each class's best with its survivor, or itself: (centre, survivor, likeness). Of removed bests the removals, too. */
static int fates(struct sorter *removed, struct sorter *bests, struct sorter *fate, struct sorter *out,
                 struct err *e)
{
    struct view v = {removed, NULL};
    const uint64_t *best;
    int r = view_next(&v, e);
    while (r == 0 && (r = sorter_next(bests, &best, e)) == 1) {
        if ((r = view_find(&v, best[0], e)) < 0) return r;
        uint64_t f[3] = {best[1], r ? v.record[1] : best[0], r ? v.record[2] : LIKENESS_SAME};
        uint64_t gone[REMOVED_WORDS] = {best[0], f[1], f[2]};
        int is_removed = r;
        r = sorter_add(fate, f, e);
        if (r == 0 && is_removed) r = sorter_add(out, gone, e);
    }
    return r;
}

/* The other documents of each class go with their best, or because of it. */
static int remove_others(struct sorter *others, struct sorter *fate, struct sorter *out, struct err *e)
{
    struct view v = {fate, NULL};
    const uint64_t *other;
    int r = view_next(&v, e);
    while (r == 0 && (r = sorter_next(others, &other, e)) == 1) {
        if ((r = view_find(&v, other[0], e)) < 0) return r;
        if (r == 0) return no_rank(e);
        uint64_t gone[REMOVED_WORDS] = {other[1], v.record[1], v.record[2]};
        r = DOC_IS_OLD(other[1]) ? 0 : sorter_add(out, gone, e);
    }
    return r;
}

/* ------------------------------------------------------------------ the files */

static int write_removed(struct linking *x, struct sorter *out, struct sorter *by_survivor, struct slice meta,
                         struct err *e)
{
    struct records_out *file = NULL;
    const uint64_t *gone;
    int r = work_part_path(&x->path, x->o->dir, UNCHECKED, 0, 1, e);
    if (r == 0) r = records_create(&file, x->path.p, REMOVED_WORDS, "link", e);
    if (r < 0) return r;
    while ((r = sorter_next(out, &gone, e)) == 1) {
        uint64_t turned[REMOVED_WORDS] = {gone[1], gone[0], gone[2]};
        x->report->removed++;
        if ((r = records_put(file, gone, 1, e)) < 0 || (r = sorter_add(by_survivor, turned, e)) < 0) break;
    }
    if (r == 0) return records_commit(file, meta, x->o->lasting, e);
    records_abandon(file);
    return r;
}

static void count_cluster(struct link_report *p, uint64_t documents)
{
    unsigned i = 0;
    if (documents < 2) return;
    while (i + 1 < LINK_SIZES && documents > 2ULL << i) i++;
    p->clusters++;
    p->of_size[i]++;
    if (documents > p->largest) p->largest = documents;
}

static int write_clusters(struct linking *x, struct sorter *by_survivor, struct slice meta, struct err *e)
{
    struct records_out *file = NULL;
    const uint64_t *gone;
    uint64_t survivor = UINT64_MAX, documents = 0;
    int r = work_part_path(&x->path, x->o->dir, "clusters", 0, 1, e);
    if (r == 0) r = records_create(&file, x->path.p, REMOVED_WORDS, "clusters", e);
    if (r < 0) return r;
    while ((r = sorter_next(by_survivor, &gone, e)) == 1) {
        if (gone[0] != survivor) {
            count_cluster(x->report, documents);
            survivor = gone[0];
            documents = 1;
        }
        documents++;
        if ((r = records_put(file, gone, 1, e)) < 0) break;
    }
    count_cluster(x->report, documents);
    if (r == 0) return records_commit(file, meta, x->o->lasting, e);
    records_abandon(file);
    return r;
}

/* ------------------------------------------------------------------ ids */

/* Documents of the inputs whose id another has, too, as (document, hash of the id). */
static int repeated_ids(struct linking *x, struct sorter *repeated, struct err *e)
{
    struct merge *m;
    const uint64_t *k;
    uint64_t last[IDS_WORDS] = {0};
    bool any = false, put_last = false;
    int r = merge_new(&m, IDS_WORDS, x->o->memory_bytes / 2, e);
    for (size_t i = 0; r == 0 && i < x->sketches.n; i++)
        if (x->sketches.at[i].task <= WORK_MAX_TASK)
            r = merge_add(m, x->sketches.at[i].ids, 0, UINT64_MAX, e);
    while (r == 0 && (r = merge_next(m, &k, e)) == 1) {
        bool same = any && k[0] == last[0] && k[1] == last[1];
        uint64_t before[2] = {last[2], last[0]}, now[2] = {k[2], k[0]};
        r = 0;
        if (same && !put_last) r = sorter_add(repeated, before, e);
        if (same && r == 0) r = sorter_add(repeated, now, e);
        put_last = same;
        any = true;
        memcpy(last, k, sizeof last);
    }
    merge_free(m);
    return r;
}

/* Those of them that stay, as (hash of the id, document). */
static int staying_ids(struct linking *x, struct sorter *repeated, struct sorter *staying, struct err *e)
{
    struct records *removed = NULL;
    struct records_cursor *c = NULL;
    const uint64_t *gone = NULL, *k;
    int r = work_part_path(&x->path, x->o->dir, UNCHECKED, 0, 1, e);
    if (r == 0) r = records_open(&removed, x->path.p, REMOVED_WORDS, "link", e);
    if (r < 0) return r;
    r = records_walk(&c, removed, 0, records_count(removed), 1 << 20, e);
    int more = r < 0 ? r : records_next(c, &gone, e);
    while (r == 0 && more >= 0 && (r = sorter_next(repeated, &k, e)) == 1) {
        while (more == 1 && gone[0] < k[0]) more = records_next(c, &gone, e);
        uint64_t stays[2] = {k[1], k[0]};
        r = more == 1 && gone[0] == k[0] ? 0 : sorter_add(staying, stays, e);
    }
    records_walk_end(c);
    records_close(removed);
    return more < 0 ? more : r;
}

static int check_staying(struct linking *x, struct sorter *staying, struct err *e)
{
    const uint64_t *k;
    uint64_t last[2] = {0};
    bool any = false;
    int r;
    while ((r = sorter_next(staying, &k, e)) == 1) {
        if (any && k[0] == last[0]) {
            x->report->repeated_ids++;
            if (!x->o->ids_may_repeat)
                return err_set(e, ERR_DATA,
                               "the documents of line %llu (task %u) and line %llu (task %u) stay and have "
                               "the same id: give each an "
                               "id of its own, or --allow-duplicate-ids",
                               (unsigned long long)DOC_INDEX(last[1]) + 1, DOC_TASK(last[1]),
                               (unsigned long long)DOC_INDEX(k[1]) + 1, DOC_TASK(k[1]));
        }
        any = true;
        memcpy(last, k, sizeof last);
    }
    return r;
}

static int check_ids(struct linking *x, struct err *e)
{
    struct sorter *repeated = NULL, *staying = NULL;
    int r = new_sorter(x, &repeated, 2, false, e);
    if (r == 0) r = new_sorter(x, &staying, 2, false, e);
    if (r == 0) r = repeated_ids(x, repeated, e);
    if (r == 0) r = staying_ids(x, repeated, staying, e);
    if (r == 0) r = check_staying(x, staying, e);
    sorter_free(repeated);
    sorter_free(staying);
    return r;
}

/* What was removed gets its name; or, where something failed, goes. */
static int name_removed(struct linking *x, int r, struct err *e)
{
    struct buf to;
    struct err later = {0};
    buf_init(&to, BUF_NO_MAX);
    int named = work_part_path(&x->path, x->o->dir, UNCHECKED, 0, 1, r == 0 ? e : &later);
    if (named == 0) named = work_part_path(&to, x->o->dir, "link", 0, 1, r == 0 ? e : &later);
    if (r == 0 && named == 0 && rename(x->path.p, to.p) < 0)
        named = err_sys(e, "cannot rename %s", x->path.p);
    if (r < 0 && named == 0) unlink(x->path.p);
    buf_free(&to);
    return r < 0 ? r : named;
}

/* ------------------------------------------------------------------ all */

enum {
    NODES,
    CENTRES,
    CLASSES,
    RANKED,
    OTHERS,
    RANKS,
    EDGES,
    JOINED,
    AGAIN,
    ORDERED,
    BESTS,
    REMOVED,
    FATE,
    OUT,
    BY_SURVIVOR,
    SORTERS
};

static int open_sorters(struct linking *x, struct sorter **s, struct err *e)
{
    static const struct {
        unsigned words;
        bool unique;
    } shape[SORTERS] = {[NODES] = {1, true},
                        [CENTRES] = {2, true},
                        [CLASSES] = {1 + ORDER_WORDS, true},
                        [RANKED] = {ORDER_WORDS + 1, true},
                        [OTHERS] = {2, true},
                        [RANKS] = {3, true},
                        [EDGES] = {3, true},
                        [JOINED] = {4, true},
                        [AGAIN] = {3, true},
                        [ORDERED] = {5, true},
                        [BESTS] = {2, true},
                        [REMOVED] = {3, true},
                        [FATE] = {3, true},
                        [OUT] = {3, true},
                        [BY_SURVIVOR] = {3, true}};
    int r = 0;
    for (unsigned i = 0; r == 0 && i < SORTERS; i++)
        r = new_sorter(x, &s[i], shape[i].words, shape[i].unique, e);
    return r;
}

static void done_with(struct sorter **s)
{
    sorter_free(*s);
    *s = NULL;
}

static int link_sorted(struct linking *x, struct sorter **s, struct slice meta, struct err *e)
{
    struct nodes nodes = {x, s[NODES], s[CENTRES]};
    uint64_t ranks;
    int r = each_edge(x, take_node, &nodes, e);
    if (r == 0) r = order_nodes(x, &nodes, s[CLASSES], e);
    done_with(&s[NODES]);
    done_with(&s[CENTRES]);
    if (r == 0) r = split_classes(s[CLASSES], s[RANKED], s[OTHERS], e);
    done_with(&s[CLASSES]);
    if (r == 0) r = give_ranks(s[RANKED], s[RANKS], &ranks, e);
    done_with(&s[RANKED]);
    if (r == 0) r = each_edge(x, take_edge, s[EDGES], e);
    if (r == 0) r = join_first(s[EDGES], s[RANKS], s[JOINED], s[AGAIN], e);
    done_with(&s[EDGES]);
    done_with(&s[RANKS]);
    if (r == 0) r = join_second(s[JOINED], s[AGAIN], s[ORDERED], s[BESTS], e);
    done_with(&s[JOINED]);
    done_with(&s[AGAIN]);
    if (r == 0) r = walk(x, ranks, s[ORDERED], s[REMOVED], e);
    done_with(&s[ORDERED]);
    if (r == 0) r = fates(s[REMOVED], s[BESTS], s[FATE], s[OUT], e);
    if (r == 0) r = remove_others(s[OTHERS], s[FATE], s[OUT], e);
    done_with(&s[REMOVED]);
    done_with(&s[FATE]);
    if (r == 0) r = write_removed(x, s[OUT], s[BY_SURVIVOR], meta, e);
    if (r == 0) r = write_clusters(x, s[BY_SURVIVOR], meta, e);
    return r;
}

static int link_all(struct linking *x, struct slice meta, struct err *e)
{
    struct sorter *s[SORTERS] = {0};
    int r = open_sorters(x, s, e);
    if (r == 0) r = link_sorted(x, s, meta, e);
    for (unsigned i = 0; i < SORTERS; i++) sorter_free(s[i]);
    free(x->survives);
    return r;
}

int link_run(const struct link_opts *o, struct link_report *report, struct err *e)
{
    struct linking x = {.o = o, .report = report};
    struct buf meta;
    memset(report, 0, sizeof *report);
    buf_init(&x.path, BUF_NO_MAX);
    buf_init(&meta, BUF_NO_MAX);
    int r = sketches_open(&x.sketches, o->dir, o->against, o->n_against, e);
    if (r == 0) r = parts_open(&x.edges, o->dir, "match", PAIR_WORDS, x.sketches.stamp, e);
    if (r == 0) minhash_init(&x.minhash, &x.sketches.plan.minhash);
    uint64_t matched = x.edges.stamp;
    parts_close(&x.edges);
    if (r == 0) r = parts_open(&x.edges, o->dir, "verify", PAIR_WORDS, matched, e);
    if (r == 0) r = work_part_meta(&meta, x.edges.stamp, "", e);
    if (r == 0) r = link_all(&x, buf_slice(&meta), e);
    if (r == 0) r = check_ids(&x, e);
    r = name_removed(&x, r, e);
    parts_close(&x.edges);
    sketches_close(&x.sketches);
    buf_free(&x.path);
    buf_free(&meta);
    return r;
}
