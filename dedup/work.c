/* work.c: names, stamps and plans of the files in a work folder.
 *
 * A stamp is the XXH3-64 of the metas of the files that it stands for, in order of task or part; metas tell content by hashes and
 * contain the stamps before, so an equal stamp means the same inputs and options all the way. */
#include "dedup/work.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/stream.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCKS_AHEAD 4 /* nearer records are read past, not looked up */

static const char *const algorithms[] = {"exact", "simhash", "minhash"};
static const char *const shingle_names[] = {"words", "characters", "datatrove"};
static const char *const signature_names[] = {"permutations", "fss", "datatrove"};

/* ------------------------------------------------------------------ plans */

int plan_put(const struct plan *p, struct buf *b)
{
    buf_printf(b, "\"algorithm\":\"%s\",\"version\":1", algorithms[p->algorithm]);
    if (p->algorithm == ALGORITHM_EXACT) buf_printf(b, ",\"normalize\":%s", p->normalize ? "true" : "false");
    if (p->algorithm != ALGORITHM_EXACT) buf_printf(b, ",\"ngram\":%u", p->shingle.n);
    if (p->algorithm == ALGORITHM_SIMHASH) buf_printf(b, ",\"distance\":%u", p->distance);
    if (p->algorithm == ALGORITHM_MINHASH)
        buf_printf(b, ",\"shingle\":\"%s\",\"signature\":\"%s\",\"bands\":%u,\"rows\":%u,\"seed\":%llu",
                   shingle_names[p->shingle.unit], signature_names[p->minhash.kind], p->minhash.bands,
                   p->minhash.rows, (unsigned long long)p->minhash.seed);
    return b->failed ? -ERR_IO : 0;
}

static bool get_name(struct json v, const char *key, const char *const *names, unsigned n, unsigned *number)
{
    struct slice name;
    if (!json_str(json_get(v, key), &name)) return false;
    for (*number = 0; *number < n; ++*number)
        if (slice_is(name, names[*number])) return true;
    return false;
}

static bool get_number(struct json v, const char *key, uint64_t least, uint64_t most, unsigned *number)
{
    uint64_t x;
    if (!json_uint(json_get(v, key), &x) || x < least || x > most) return false;
    *number = (unsigned)x;
    return true;
}

static bool minhash_get(struct json v, struct plan *p)
{
    unsigned unit, kind;
    if (!get_name(v, "shingle", shingle_names, 3, &unit) ||
        !get_name(v, "signature", signature_names, 3, &kind))
        return false;
    p->shingle.unit = (enum shingle_unit)unit;
    p->minhash.kind = (enum minhash_kind)kind;
    return get_number(v, "bands", 1, MINHASH_MAX_LANES, &p->minhash.bands) &&
           get_number(v, "rows", 1, MINHASH_MAX_LANES / p->minhash.bands, &p->minhash.rows) &&
           json_uint(json_get(v, "seed"), &p->minhash.seed);
}

static bool plan_get(struct json v, struct plan *p)
{
    unsigned algorithm, version;
    memset(p, 0, sizeof *p);
    if (!get_name(v, "algorithm", algorithms, 3, &algorithm) || !get_number(v, "version", 1, 1, &version))
        return false;
    p->algorithm = (enum algorithm)algorithm;
    if (p->algorithm == ALGORITHM_EXACT) return json_bool(json_get(v, "normalize"), &p->normalize);
    if (!get_number(v, "ngram", 1, SHINGLE_MAX, &p->shingle.n)) return false;
    if (p->algorithm == ALGORITHM_SIMHASH) return get_number(v, "distance", 0, 64, &p->distance);
    return minhash_get(v, p);
}

void plan_tell(const struct plan *p, char *text, size_t cap)
{
    const struct minhash_opts *m = &p->minhash;
    if (p->algorithm == ALGORITHM_EXACT)
        snprintf(text, cap, "exact%s", p->normalize ? " --normalize" : "");
    else if (p->algorithm == ALGORITHM_SIMHASH)
        snprintf(text, cap, "simhash --ngram %u --distance %u", p->shingle.n, p->distance);
    else
        snprintf(text, cap, "minhash --profile %ux%u --ngram %u --seed %llu%s%s%s", m->bands, m->rows,
                 p->shingle.n, (unsigned long long)m->seed,
                 p->shingle.unit == SHINGLE_CHARACTERS ? " --shingle characters" : "",
                 m->kind == MINHASH_FSS ? " --signature fss" : "",
                 m->kind == MINHASH_DATATROVE ? " --compat datatrove" : "");
}

static bool plan_equal(const struct plan *a, const struct plan *b)
{
    const struct minhash_opts *m = &a->minhash, *n = &b->minhash;
    if (a->algorithm != b->algorithm) return false;
    if (a->algorithm == ALGORITHM_EXACT) return a->normalize == b->normalize;
    if (a->shingle.n != b->shingle.n) return false;
    if (a->algorithm == ALGORITHM_SIMHASH) return a->distance == b->distance;
    return a->shingle.unit == b->shingle.unit && m->bands == n->bands && m->rows == n->rows &&
           m->seed == n->seed && m->kind == n->kind;
}

/* ------------------------------------------------------------------ names */

static int path_put(struct buf *b, struct err *e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int path_put(struct buf *b, struct err *e, const char *fmt, ...)
{
    char name[4096];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof name)
        return err_set(e, ERR_USAGE, "the path of the work folder is too long");
    buf_clear(b);
    buf_put(b, name, (size_t)n);
    return buf_terminate(b) < 0 ? err_nomem(e, "naming a file") : 0;
}

int work_sketch_path(struct buf *b, const char *dir, unsigned task, const char *ending, struct err *e)
{
    return path_put(b, e, "%s/sketch-%06u.%s", dir, task, ending);
}

int work_sets_path(struct buf *b, const char *dir, unsigned task, const char *ending, struct err *e)
{
    return path_put(b, e, "%s/sets-%06u.%s", dir, task, ending);
}

int work_part_path(struct buf *b, const char *dir, const char *stage, unsigned part, unsigned parts,
                   struct err *e)
{
    return path_put(b, e, "%s/%s-%05u-of-%05u.rec", dir, stage, part, parts);
}

int work_part_meta(struct buf *b, uint64_t from, const char *members, struct err *e)
{
    char hex[HASH64_HEX + 1];
    hash64_hex(from, hex);
    buf_clear(b);
    buf_printf(b, "{\"from\":\"%s\"%s%s}", hex, *members ? "," : "", members);
    return b->failed ? err_nomem(e, "naming a file's origin") : 0;
}

int work_folder(const char *dir, struct err *e)
{
    return file_mkdirs(dir, e);
}

static int read_through(struct records *r, struct err *e)
{
    struct records_cursor *c;
    const uint64_t *record;
    int got = records_walk(&c, r, 0, records_count(r), 1 << 20, e);
    if (got < 0) return got;
    while ((got = records_next(c, &record, e)) == 1) {
    }
    records_walk_end(c);
    return got;
}

int work_done(const char *path, unsigned words, const char *kind, struct slice meta, struct err *e)
{
    struct records *r = NULL;
    struct err damaged = {0};
    if (!file_exists(path)) return 0;
    int got = records_open(&r, path, words, kind, &damaged);
    bool same = got == 0 && slice_eq(records_meta(r), meta);
    if (same) got = read_through(r, &damaged);
    records_close(r);
    if (got < 0 && got != -ERR_DATA) return err_set(e, damaged.code, "%s", damaged.msg);
    return got == 0 && same;
}

int work_open(struct records **r, const char *path, unsigned words, const char *kind, const char *stage,
              struct err *e)
{
    *r = NULL;
    if (file_exists(path)) return records_open(r, path, words, kind, e);
    return err_set(e, ERR_USAGE, "%s is missing: run leat dedup %s first", path, stage);
}

static uint64_t stamp_add(uint64_t stamp, const struct records *r)
{
    struct slice meta = records_meta(r);
    return hash64_seed(meta.p, meta.n, stamp);
}

/* ------------------------------------------------------------------ sketches */

static int by_task(const void *a, const void *b)
{
    unsigned x = ((const struct sketch *)a)->task, y = ((const struct sketch *)b)->task;
    return (x > y) - (x < y);
}

static int open_one(struct records **r, struct buf *path, const char *dir, unsigned task, const char *ending,
                    unsigned words, struct err *e)
{
    int got = work_sketch_path(path, dir, task, ending, e);
    return got < 0 ? got : work_open(r, path->p, words, ending, "sketch", e);
}

static int one_origin(const struct sketch *k, struct err *e)
{
    struct slice meta = records_meta(k->docs);
    if (slice_eq(records_meta(k->bands), meta) && slice_eq(records_meta(k->ids), meta)) return 0;
    return err_set(e, ERR_USAGE, "%s and what belongs to it are of different runs: sketch task %u again",
                   records_path(k->docs), k->task);
}

/* What a sketch's meta tells. */
struct origin {
    struct plan plan;
    uint64_t keep; /* hash of the keep key's options */
    unsigned tasks;
    bool index; /* of a saved index */
};

static int read_origin(const struct records *docs, struct origin *o, struct err *e)
{
    struct json_file *f;
    struct slice keep;
    int r = json_parse(&f, records_path(docs), records_meta(docs), e);
    if (r < 0) return r;
    struct json root = json_root(f);
    bool good = plan_get(root, &o->plan) && get_number(root, "tasks", 1, WORK_MAX_TASK, &o->tasks) &&
                json_str(json_get(root, "keep"), &keep) && hash64_parse(keep.p, keep.n, &o->keep) == 0;
    o->index = json_has(root, "link");
    json_free(f);
    return good ? 0 : err_set(e, ERR_USAGE, "%s: made by another release: sketch again", records_path(docs));
}

static int differ(const struct sketches *s, const struct records *docs, const struct plan *p, struct err *e)
{
    char here[256], there[256];
    plan_tell(p, here, sizeof here);
    plan_tell(&s->plan, there, sizeof there);
    return err_set(e, ERR_USAGE,
                   "%s was made with '%s', %s with other options: '%s': the same ones are needed for all "
                   "that is compared",
                   records_path(docs), here, records_path(s->at[0].docs), there);
}

/* The first sketch says what all have to be like. */
static int take_origin(struct sketches *s, const struct sketch *k, uint64_t *keep, struct err *e)
{
    struct origin o;
    bool first = s->n == 1, old = k->task > WORK_MAX_TASK;
    int r = read_origin(k->docs, &o, e);
    if (r < 0) return r;
    if (old && !o.index)
        return err_set(e, ERR_USAGE,
                       "%s is the work folder of stages, no saved index: make one with --save-index", k->dir);
    if (!old && o.index) return err_set(e, ERR_USAGE, "%s is a saved index, no work folder", k->dir);
    if (!first && !plan_equal(&o.plan, &s->plan)) return differ(s, k->docs, &o.plan, e);
    if (!first && !old && (o.keep != *keep || o.tasks != s->tasks))
        return err_set(
            e, ERR_USAGE, "%s was sketched with %s than %s: sketch one of them again", records_path(k->docs),
            o.tasks != s->tasks ? "another number of tasks" : "other options of --keep or --prefer-…",
            records_path(s->at[0].docs));
    if (first) {
        s->plan = o.plan;
        s->tasks = o.tasks;
        *keep = o.keep;
    }
    return 0;
}

/* The numbers of its documents become ones of `task`. */
static void renumber(const struct sketch *k)
{
    uint64_t shift = DOC_NUMBER(k->task, 0) - DOC_NUMBER(k->stored_task, 0);
    records_shift(k->bands, BANDS_WORDS - 1, shift);
    records_shift(k->ids, IDS_WORDS - 1, shift);
}

static int add_sketch(struct sketches *s, const char *dir, unsigned task, unsigned number, uint64_t *keep,
                      struct err *e)
{
    struct buf path;
    struct sketch *at = realloc(s->at, (s->n + 1) * sizeof *at);
    if (!at) return err_nomem(e, "opening sketches");
    s->at = at;
    struct sketch *k = &s->at[s->n++];
    *k = (struct sketch){.task = number, .stored_task = task, .dir = dir};
    buf_init(&path, BUF_NO_MAX);
    int r = open_one(&k->docs, &path, dir, task, "docs", DOCS_WORDS, e);
    if (r == 0) r = open_one(&k->bands, &path, dir, task, "bands", BANDS_WORDS, e);
    if (r == 0) r = open_one(&k->ids, &path, dir, task, "ids", IDS_WORDS, e);
    if (r == 0) r = one_origin(k, e);
    if (r == 0) r = take_origin(s, k, keep, e);
    if (r == 0) renumber(k);
    buf_free(&path);
    return r;
}

/* The number in PREFIX-NUMBER.ENDING. */
static bool number_in(const char *name, const char *prefix, const char *ending, unsigned *number)
{
    char *end;
    size_t n = strlen(prefix);
    if (strncmp(name, prefix, n) != 0 || name[n] < '0' || name[n] > '9') return false;
    unsigned long x = strtoul(name + n, &end, 10);
    *number = (unsigned)x;
    return x < 1UL << 24 && strcmp(end, ending) == 0;
}

/* Band keys without .docs are of a sketch that was cut off. */
static int check_whole(const char *dir, unsigned task, struct err *e)
{
    struct buf path;
    buf_init(&path, BUF_NO_MAX);
    int r = work_sketch_path(&path, dir, task, "docs", e);
    if (r == 0 && !file_exists(path.p))
        r = err_set(e, ERR_USAGE, "%s is missing: run leat dedup sketch --task %u first", path.p, task);
    buf_free(&path);
    return r;
}

static int by_number(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

/* The tasks that are sketched in a folder, in order. */
static int list_tasks(const char *dir, unsigned **tasks, size_t *n, struct err *e)
{
    DIR *d = opendir(dir);
    unsigned task;
    *tasks = NULL;
    *n = 0;
    if (!d) return err_sys(e, "cannot read the folder %s", dir);
    int r = 0;
    for (struct dirent *i; r == 0 && (i = readdir(d));) {
        if (number_in(i->d_name, "sketch-", ".bands", &task)) r = check_whole(dir, task, e);
        if (r < 0 || !number_in(i->d_name, "sketch-", ".docs", &task)) continue;
        unsigned *more = realloc(*tasks, (*n + 1) * sizeof **tasks);
        if (!more) r = err_nomem(e, "listing sketches");
        if (more) *tasks = more;
        if (more) (*tasks)[(*n)++] = task;
    }
    closedir(d);
    if (*n) qsort(*tasks, *n, sizeof **tasks, by_number);
    return r;
}

/* Of `tasks` tasks all must be there. */
static int check_complete(const char *dir, const unsigned *task, size_t n, unsigned tasks, bool old,
                          struct err *e)
{
    size_t i = 0;
    while (i < n && task[i] == i) i++;
    if (i == n && n == tasks) return 0;
    return err_set(e, ERR_USAGE, "%s: of %u tasks number %zu is not there: run leat dedup %s --task %zu/%u",
                   dir, tasks, i, old ? "index" : "sketch", i, tasks);
}

/* *number: of the next task of an index; NULL: the tasks keep theirs. */
static int add_folder(struct sketches *s, const char *dir, unsigned *number, uint64_t *keep, struct err *e)
{
    unsigned *tasks;
    size_t n, before = s->n;
    struct origin o = {0};
    int r = list_tasks(dir, &tasks, &n, e);
    if (r == 0 && n == 0)
        r = err_set(e, ERR_USAGE,
                    number ? "%s: no saved index: make one with --save-index"
                           : "%s: no sketches here: run leat dedup sketch for each part of the input first",
                    dir);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = add_sketch(s, dir, tasks[i], number ? (*number)++ : tasks[i], keep, e);
    if (r == 0 && s->at) r = read_origin(s->at[before].docs, &o, e);
    if (r == 0) r = check_complete(dir, tasks, n, o.tasks, number != NULL, e);
    free(tasks);
    return r;
}

static void stamp_all(struct sketches *s)
{
    qsort(s->at, s->n, sizeof *s->at, by_task);
    for (size_t i = 0; i < s->n; i++) s->stamp = stamp_add(s->stamp, s->at[i].docs);
}

int sketches_open(struct sketches *s, const char *dir, char *const *against, size_t n_against, struct err *e)
{
    memset(s, 0, sizeof *s);
    unsigned number = WORK_MAX_TASK + 1;
    uint64_t keep = 0;
    int r = add_folder(s, dir, NULL, &keep, e);
    for (size_t i = 0; r == 0 && i < n_against; i++) r = add_folder(s, against[i], &number, &keep, e);
    if (r < 0)
        sketches_close(s);
    else
        stamp_all(s);
    return r;
}

int plan_check_against(const struct plan *p, char *const *against, size_t n_against, struct err *e)
{
    struct sketches s = {0};
    unsigned number = WORK_MAX_TASK + 1;
    uint64_t keep = 0;
    char here[256], there[256];
    int r = 0;
    for (size_t i = 0; r == 0 && i < n_against; i++) r = add_folder(&s, against[i], &number, &keep, e);
    if (r == 0 && n_against && !plan_equal(p, &s.plan)) {
        plan_tell(p, here, sizeof here);
        plan_tell(&s.plan, there, sizeof there);
        r = err_set(e, ERR_USAGE, "the index %s was made with '%s', this run is '%s': give the same options",
                    against[0], there, here);
    }
    sketches_close(&s);
    return r;
}

void sketches_close(struct sketches *s)
{
    for (size_t i = 0; i < s->n; i++) {
        records_close(s->at[i].docs);
        records_close(s->at[i].bands);
        records_close(s->at[i].ids);
    }
    free(s->at);
    memset(s, 0, sizeof *s);
}

const struct sketch *sketches_task(const struct sketches *s, unsigned task)
{
    struct sketch key = {.task = task};
    return s->n ? bsearch(&key, s->at, s->n, sizeof *s->at, by_task) : NULL;
}

void docs_walk_init(struct docs_walk *w, const struct sketches *s)
{
    *w = (struct docs_walk){.sketches = s};
}

static int walk_to(struct docs_walk *w, uint64_t doc, struct err *e)
{
    records_walk_end(w->cursor);
    w->cursor = NULL;
    w->in = sketches_task(w->sketches, DOC_TASK(doc));
    w->next = DOC_INDEX(doc);
    if (!w->in || w->next >= records_count(w->in->docs))
        return err_set(e, ERR_DATA, "document %llu of task %u was never sketched: make the work folder anew",
                       (unsigned long long)w->next, DOC_TASK(doc));
    return records_walk(&w->cursor, w->in->docs, w->next, records_count(w->in->docs), 0, e);
}

int docs_walk_get(struct docs_walk *w, uint64_t doc, const uint64_t **record, struct err *e)
{
    uint64_t index = DOC_INDEX(doc);
    bool near = w->cursor && w->in->task == DOC_TASK(doc) && index >= w->next &&
                index - w->next < BLOCKS_AHEAD * RECORDS_BLOCK(DOCS_WORDS);
    int r = near ? 0 : walk_to(w, doc, e);
    if (r < 0) return r;
    do {
        r = records_next(w->cursor, record, e);
    } while (r == 1 && w->next++ != index);
    if (r == 0)
        return err_set(e, ERR_DATA, "%s ends before document %llu: make the work folder anew",
                       records_path(w->in->docs), (unsigned long long)index);
    return r < 0 ? r : 0;
}

void docs_walk_free(struct docs_walk *w)
{
    records_walk_end(w->cursor);
}

/* ------------------------------------------------------------------ parts */

/* How many parts the stage's files say that there are; 0: none. */
static int count_parts(const char *dir, const char *stage, unsigned *parts, struct err *e)
{
    unsigned part;
    char prefix[64], middle[32];
    DIR *d = opendir(dir);
    *parts = 0;
    if (!d) return err_sys(e, "cannot read the folder %s", dir);
    int n = snprintf(prefix, sizeof prefix, "%s-", stage);
    for (struct dirent *i; (i = readdir(d));) {
        unsigned total;
        if (strncmp(i->d_name, prefix, (size_t)n) != 0) continue;
        if (sscanf(i->d_name + n, "%5u-of-%5u%4s", &part, &total, middle) != 3 || strcmp(middle, ".rec") != 0)
            continue;
        if (*parts && total != *parts) {
            closedir(d);
            return err_set(e, ERR_USAGE,
                           "%s: %s was run in %u parts and in %u: remove the files of one of them", dir,
                           stage, *parts, total);
        }
        *parts = total;
    }
    closedir(d);
    return *parts
               ? 0
               : err_set(e, ERR_USAGE, "%s: nothing of %s here: run leat dedup %s first", dir, stage, stage);
}

static int check_origin(const struct records *r, const char *stage, uint64_t from, struct err *e)
{
    char want[64], hex[HASH64_HEX + 1];
    struct slice meta = records_meta(r);
    hash64_hex(from, hex);
    size_t n = (size_t)snprintf(want, sizeof want, "{\"from\":\"%s\"", hex);
    if (meta.n >= n && memcmp(meta.p, want, n) == 0) return 0;
    return err_set(e, ERR_USAGE,
                   "%s was made from other files than those that are here: run leat dedup %s again",
                   records_path(r), stage);
}

int parts_open(struct parts *p, const char *dir, const char *stage, unsigned words, uint64_t from,
               struct err *e)
{
    unsigned n;
    struct buf path;
    memset(p, 0, sizeof *p);
    int r = count_parts(dir, stage, &n, e);
    if (r < 0) return r;
    p->at = calloc(n ? n : 1, sizeof *p->at);
    if (!p->at) return err_nomem(e, "opening parts");
    buf_init(&path, BUF_NO_MAX);
    for (unsigned i = 0; r == 0 && i < n; i++) {
        r = work_part_path(&path, dir, stage, i, n, e);
        if (r == 0 && !file_exists(path.p))
            r = err_set(e, ERR_USAGE, "%s is missing: run leat dedup %s --part %u/%u", path.p, stage, i, n);
        if (r == 0) r = records_open(&p->at[i], path.p, words, stage, e);
        if (r == 0) p->n++;
        if (r == 0) r = check_origin(p->at[i], stage, from, e);
        if (r == 0 && !slice_eq(records_meta(p->at[i]), records_meta(p->at[0])))
            r = err_set(e, ERR_USAGE,
                        "%s was made with other options than %s: run leat dedup %s again for one of them",
                        path.p, records_path(p->at[0]), stage);
        if (r == 0) p->stamp = stamp_add(p->stamp, p->at[i]);
    }
    buf_free(&path);
    if (r < 0) parts_close(p);
    return r;
}

void parts_close(struct parts *p)
{
    for (size_t i = 0; i < p->n; i++) records_close(p->at[i]);
    free(p->at);
    memset(p, 0, sizeof *p);
}
