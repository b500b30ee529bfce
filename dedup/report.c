/* report.c: link-… and clusters-… with ids. State: two cursors, a cache of the sets' index. */
#include "dedup/report.h"
#include "common/stream.h"
#include "dedup/likeness.h"
#include "dedup/sets.h"
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_BYTES (64 << 20)

struct reporting {
    enum algorithm algorithm;
    struct sets_view *view;
    struct out *out;
    struct buf line;
};

static int put(struct reporting *x, struct err *e)
{
    int r = x->line.failed ? err_nomem(e, "writing a report") : out_write(x->out, x->line.p, x->line.n, 1, e);
    buf_clear(&x->line);
    return r;
}

static int put_pair(struct reporting *x, const uint64_t *gone, struct err *e)
{
    struct sets_entry kept, dropped;
    int r = sets_get(x->view, 0, gone[1], &kept, e);
    if (r == 0) r = sets_get(x->view, 1, gone[0], &dropped, e);
    if (r == 0)
        r = likeness_put_line(&x->line, dropped.id, kept.id, x->algorithm == ALGORITHM_SIMHASH,
                              likeness_value(x->algorithm, gone[2]), e);
    return r == 0 ? put(x, e) : r;
}

static int all_pairs(struct reporting *x, struct records *removed, struct err *e)
{
    struct records_cursor *c;
    const uint64_t *gone;
    int r = records_walk(&c, removed, 0, records_count(removed), 1 << 20, e);
    if (r < 0) return r;
    while ((r = records_next(c, &gone, e)) == 1)
        if ((r = put_pair(x, gone, e)) < 0) break;
    records_walk_end(c);
    return r;
}

static int put_member(struct reporting *x, struct slice survivor, uint64_t size, struct slice id,
                      uint64_t likeness, struct err *e)
{
    likeness_put_id(&x->line, survivor);
    buf_printf(&x->line, "%llu\t", (unsigned long long)size);
    likeness_put_id(&x->line, id);
    buf_printf(&x->line, "%.*f\n", x->algorithm == ALGORITHM_SIMHASH ? 0 : 6,
               likeness_value(x->algorithm, likeness));
    return put(x, e);
}

/* The documents that the cursor gives next have this survivor: `size` with it. */
static int put_cluster(struct reporting *x, struct records_cursor *members, uint64_t survivor, uint64_t size,
                       struct err *e)
{
    struct sets_entry kept, dropped;
    const uint64_t *m;
    int r = sets_get(x->view, 0, survivor, &kept, e);
    if (r == 0) r = put_member(x, kept.id, size, kept.id, LIKENESS_SAME, e);
    for (uint64_t i = 1; r == 0 && i < size; i++) {
        if ((r = records_next(members, &m, e)) != 1)
            return r < 0 ? r : err_set(e, ERR_IO, "a cluster ends early");
        r = sets_get(x->view, 1, m[1], &dropped, e);
        if (r == 0) r = put_member(x, kept.id, size, dropped.id, m[2], e);
    }
    return r;
}

/* Two cursors: one counts a cluster's documents, the other follows and tells of them. */
static int all_clusters(struct reporting *x, struct records *clusters, struct err *e)
{
    struct records_cursor *ahead = NULL, *members = NULL;
    const uint64_t *m;
    uint64_t n = records_count(clusters), survivor = 0, size = 1;
    int more, r = records_walk(&ahead, clusters, 0, n, 1 << 20, e);
    if (r == 0) r = records_walk(&members, clusters, 0, n, 1 << 20, e);
    while (r == 0 && (more = records_next(ahead, &m, e)) != 0) {
        if (more < 0) {
            r = more;
            break;
        }
        if (size > 1 && m[0] != survivor) {
            r = put_cluster(x, members, survivor, size, e);
            size = 1;
        }
        survivor = m[0];
        size++;
    }
    if (r == 0 && size > 1) r = put_cluster(x, members, survivor, size, e);
    records_walk_end(ahead);
    records_walk_end(members);
    return r;
}

static int one_report(struct reporting *x, const struct report_opts *o, const char *path, const char *stage,
                      int (*all)(struct reporting *, struct records *, struct err *), struct err *e)
{
    struct out_opts out = {.path = path, .threads = o->threads};
    struct records *records = NULL;
    struct err later = {0};
    struct buf name;
    if (!path) return 0;
    buf_init(&name, BUF_NO_MAX);
    int r = work_part_path(&name, o->dir, stage, 0, 1, e);
    if (r == 0) r = work_open(&records, name.p, REMOVED_WORDS, stage, "link", e);
    if (r == 0) r = out_open(&x->out, &out, e);
    if (r == 0) {
        r = all(x, records, e);
        int closed = out_close(x->out, r == 0 ? o->end : OUT_ABANDON, r == 0 ? e : &later);
        if (r == 0) r = closed;
    }
    records_close(records);
    buf_free(&name);
    return r;
}

static void take_back(const char *path)
{
    struct stat s;
    if (path && stat(path, &s) == 0 && S_ISREG(s.st_mode)) unlink(path);
}

void report_take_back(const struct report_opts *o)
{
    take_back(o->pairs);
    take_back(o->clusters);
}

int report_run(const struct report_opts *o, struct err *e)
{
    struct reporting x = {0};
    struct sketches s;
    struct parts pairs = {0};
    struct sets *sets = NULL;
    int r = sketches_open(&s, o->dir, o->against, o->n_against, e);
    if (r < 0) return r;
    buf_init(&x.line, BUF_NO_MAX);
    x.algorithm = s.plan.algorithm;
    r = parts_open(&pairs, o->dir, "match", PAIR_WORDS, s.stamp, e);
    if (r == 0) r = sets_open(&sets, &s, pairs.stamp, e);
    if (r == 0 && !(x.view = sets_view_new(sets, CACHE_BYTES))) r = err_nomem(e, "writing a report");
    if (r == 0) r = one_report(&x, o, o->pairs, "link", all_pairs, e);
    if (r == 0 && (r = one_report(&x, o, o->clusters, "clusters", all_clusters, e)) < 0) take_back(o->pairs);
    sets_view_free(x.view);
    sets_close(sets);
    parts_close(&pairs);
    sketches_close(&s);
    buf_free(&x.line);
    return r;
}
