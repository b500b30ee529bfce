/* corpus.c: features in memory, or in a temporary file beyond a budget.
 *
 * In: documents' features in the order of the input. Out: passes over them. State, memory: see corpus.h. */
#include "corpus.h"
#include "common/hash.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int corpus_init(struct corpus *c, uint64_t memory_bytes, const char *tmp, struct err *e)
{
    *c = (struct corpus){.fd = -1, .tmp = tmp, .budget = (size_t)(memory_bytes / sizeof(feature))};
    if (c->budget < 1024) c->budget = 1024;
    return 0;
}

void corpus_free(struct corpus *c)
{
    if (c->fd >= 0) close(c->fd);
    free(c->doc);
    free(c->block);
    free(c->features);
    *c = (struct corpus){.fd = -1};
}

/* ------------------------------------------------------------------ the temporary file */

static int open_file(struct corpus *c, struct err *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/leat-classify-XXXXXX", c->tmp);
    c->fd = mkostemp(path, O_CLOEXEC);
    if (c->fd < 0)
        return err_sys(e, "cannot make a temporary file in %s (--tmp names another place)", c->tmp);
    unlink(path);
    return 0;
}

static int write_block(struct corpus *c, struct err *e)
{
    const struct corpus_block *b = &c->block[c->n_blocks - 1];
    const char *p = (const char *)c->features;
    uint64_t left = b->n_features * sizeof(feature), to = b->at * sizeof(feature);
    int r = c->fd < 0 ? open_file(c, e) : 0;
    while (r == 0 && left > 0) {
        ssize_t n = pwrite(c->fd, p, left, (off_t)to);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            return err_sys(e, "cannot write features to a file in %s (--tmp names another place)", c->tmp);
        p += n;
        to += (uint64_t)n;
        left -= (uint64_t)n;
    }
    return r;
}

static int read_block(struct corpus *c, size_t i, struct err *e)
{
    const struct corpus_block *b = &c->block[i];
    char *p = (char *)c->features;
    uint64_t left = b->n_features * sizeof(feature), from = b->at * sizeof(feature);
    if (c->loaded == i) return 0;
    while (left > 0) {
        ssize_t n = pread(c->fd, p, left, (off_t)from);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return err_sys(e, "cannot read features back from a file in %s", c->tmp);
        p += n;
        from += (uint64_t)n;
        left -= (uint64_t)n;
    }
    c->loaded = i;
    return 0;
}

/* ------------------------------------------------------------------ adding */

static int new_block(struct corpus *c, struct err *e)
{
    if (c->n_blocks > 0 && write_block(c, e) < 0) return -ERR_IO;
    struct corpus_block *b = realloc(c->block, (c->n_blocks + 1) * sizeof *b);
    if (!b) return err_nomem(e, "keeping features");
    c->block = b;
    c->block[c->n_blocks] = (struct corpus_block){.first = c->n, .at = c->n_features};
    c->loaded = c->n_blocks++;
    return 0;
}

/* Room in the last block for so many features: doubled up to the budget; more only for one document that needs it. */
static int make_room(struct corpus *c, size_t need, struct err *e)
{
    size_t room = c->room ? c->room : 1 << 16;
    if (need <= c->room) return 0;
    while (room < need) room *= 2;
    if (room > c->budget) room = need > c->budget ? need : c->budget;
    feature *p = realloc(c->features, room * sizeof *p);
    if (!p) return err_nomem(e, "keeping features; --memory says how much room they may take");
    c->features = p;
    c->room = room;
    return 0;
}

static int room_for_doc(struct corpus *c, struct err *e)
{
    if (c->n < c->cap) return 0;
    size_t cap = c->cap ? 2 * c->cap : 1024;
    struct corpus_doc *p = realloc(c->doc, cap * sizeof *p);
    if (!p) return err_nomem(e, "keeping documents");
    c->doc = p;
    c->cap = cap;
    return 0;
}

int corpus_add(struct corpus *c, const struct corpus_doc *doc, const feature *at, struct err *e)
{
    const struct corpus_block *last = c->n_blocks ? &c->block[c->n_blocks - 1] : NULL;
    bool full = !last || (last->n && last->n_features + doc->n_features > c->budget);
    int r = room_for_doc(c, e);
    if (r == 0 && full) r = new_block(c, e);
    struct corpus_block *b = r == 0 && c->block ? &c->block[c->n_blocks - 1] : NULL;
    if (!b) return err_set(e, ERR_IO, "no room for features");
    r = make_room(c, b->n_features + doc->n_features, e);
    if (r < 0) return r;
    c->doc[c->n] = *doc;
    c->doc[c->n].at = c->n_features;
    c->doc[c->n++].used = true;
    if (doc->n_features) memcpy(c->features + b->n_features, at, doc->n_features * sizeof *at);
    b->n_features += doc->n_features;
    b->n++;
    c->n_features += doc->n_features;
    return 0;
}

/* ------------------------------------------------------------------ balance */

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The largest whole number below ratio times n. */
static uint64_t cap_of(uint64_t n, double ratio)
{
    double most = ratio * (double)n;
    if (most > 1e18) return UINT64_MAX;
    uint64_t cap = (uint64_t)most;
    return (double)cap == most ? cap - 1 : cap;
}

/* Leaves out those of one class whose id's hash is not among the `cap` least; of equal hashes the later ones. */
static int cut_class(struct corpus *c, uint32_t class, uint64_t n, uint64_t cap, struct err *e)
{
    uint64_t *hash = malloc(n * sizeof *hash), i = 0, below = 0;
    if (!hash) return err_nomem(e, "balancing the classes");
    for (size_t d = 0; d < c->n; d++)
        if (c->doc[d].class == class) hash[i++] = c->doc[d].id_hash;
    qsort(hash, n, sizeof *hash, by_hash);
    uint64_t bound = hash[cap - 1], equal = 0;
    while (below < n && hash[below] < bound) below++;
    for (size_t d = 0; d < c->n; d++) {
        struct corpus_doc *doc = &c->doc[d];
        if (doc->class != class || doc->id_hash < bound) continue;
        doc->used = doc->id_hash == bound && below + equal++ < cap;
    }
    free(hash);
    return 0;
}

static uint64_t *count_classes(const struct corpus *c, uint32_t classes)
{
    uint64_t *count = calloc(classes, sizeof *count);
    for (size_t d = 0; count && d < c->n; d++) count[c->doc[d].class] += c->doc[d].used;
    return count;
}

int64_t corpus_balance(struct corpus *c, uint32_t classes, double ratio, struct err *e)
{
    uint64_t *count = count_classes(c, classes), least = UINT64_MAX;
    int64_t cut = 0;
    if (!count) return err_nomem(e, "balancing the classes");
    for (uint32_t k = 0; k < classes; k++)
        if (count[k] < least) least = count[k];
    uint64_t cap = cap_of(least, ratio);
    for (uint32_t k = 0; k < classes && cut >= 0; k++) {
        if (cap == 0 || count[k] <= cap) continue;
        int r = cut_class(c, k, count[k], cap, e);
        cut = r < 0 ? r : cut + (int64_t)(count[k] - cap);
    }
    free(count);
    return cut;
}

/* ------------------------------------------------------------------ folds */

struct member {
    uint64_t hash, number;
};

static int by_group(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The fold with the fewest documents of this class, of those the one with the fewest in all. */
static uint32_t emptiest(const uint64_t *size, uint32_t classes, uint32_t k, uint32_t class)
{
    uint32_t best = 0;
    for (uint32_t f = 1; f < k; f++) {
        const uint64_t *x = size + (size_t)f * (classes + 1), *y = size + (size_t)best * (classes + 1);
        if (x[class] != y[class] ? x[class] < y[class] : x[classes] < y[classes]) best = f;
    }
    return best;
}

int corpus_fold(struct corpus *c, uint32_t classes, uint32_t k, struct err *e)
{
    struct member *m = malloc((c->n ? c->n : 1) * sizeof *m);
    uint64_t *size = calloc((size_t)k * (classes + 1), sizeof *size);
    uint32_t fold = 0;
    if (!m || !size) {
        free(m);
        free(size);
        return err_nomem(e, "making folds");
    }
    for (size_t d = 0; d < c->n; d++) m[d] = (struct member){c->doc[d].group_hash, d};
    qsort(m, c->n, sizeof *m, by_group);
    for (size_t i = 0; i < c->n; i++) {
        struct corpus_doc *doc = &c->doc[m[i].number];
        if (i == 0 || m[i].hash != m[i - 1].hash) fold = emptiest(size, classes, k, doc->class);
        doc->fold = fold;
        size[(size_t)fold * (classes + 1) + doc->class]++;
        size[(size_t)fold * (classes + 1) + classes]++;
    }
    free(m);
    free(size);
    return 0;
}

/* ------------------------------------------------------------------ passes */

/* Fisher and Yates, by a counter-based generator. */
static void shuffle(uint64_t *order, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) order[i] = i;
    for (size_t i = n; i > 1; i--) {
        uint64_t random = hash_mix64(seed + i * UINT64_C(0x9e3779b97f4a7c15));
        size_t j = (size_t)(((unsigned __int128)random * i) >> 64);
        uint64_t other = order[j];
        order[j] = order[i - 1];
        order[i - 1] = other;
    }
}

static int pass_block(struct corpus *c, size_t i, uint64_t *order, uint64_t seed, corpus_fn *fn, void *ctx,
                      struct err *e)
{
    const struct corpus_block *b = &c->block[i];
    int r = read_block(c, i, e);
    shuffle(order, b->n, seed + i);
    for (size_t k = 0; r >= 0 && k < b->n; k++) {
        size_t number = b->first + order[k];
        const struct corpus_doc *doc = &c->doc[number];
        r = fn(ctx, doc, number, c->features + (doc->at - b->at), e);
    }
    return r;
}

static int pass_blocks(struct corpus *c, uint64_t seed, uint64_t *order, uint64_t *blocks, corpus_fn *fn,
                       void *ctx, struct err *e)
{
    int r = 0;
    shuffle(blocks, c->n_blocks, seed);
    for (size_t i = 0; r >= 0 && i < c->n_blocks; i++)
        r = pass_block(c, (size_t)blocks[i], order, hash_mix64(seed + 1), fn, ctx, e);
    return r;
}

int corpus_pass(struct corpus *c, uint64_t seed, uint64_t pass, corpus_fn *fn, void *ctx, struct err *e)
{
    size_t most = c->n_blocks + 1;
    int r = c->fd >= 0 && c->loaded == c->n_blocks - 1 ? write_block(c, e) : 0;
    for (size_t i = 0; i < c->n_blocks; i++) most = c->block[i].n > most ? c->block[i].n : most;
    uint64_t *room = r == 0 ? calloc(2 * most, sizeof *room) : NULL;
    if (!room) return err_set(e, ERR_IO, "out of memory while shuffling the documents");
    r = pass_blocks(c, hash_mix64(hash_mix64(seed + 1) + pass), room, room + most, fn, ctx, e);
    free(room);
    return r < 0 ? r : 0;
}
