/* dedup_pairs.c: the truth that deduplication is measured against: all pairs of documents that are alike, exactly, and how
 * many of them share a band.
 *
 *   dedup_pairs pairs FILE MIN           a line per pair of Jaccard similarity >= MIN: numbers of both documents, similarity
 *   dedup_pairs bands FILE PAIRS SEEDS PROFILE…   a line per bin of .05: pairs, and per profile the share that theory says
 *                                        shares a band and the share that did, over the seeds 1..SEEDS
 *
 * Documents are the sets of word 5-grams of dedup/shingle.h, numbered from 0 in the order of FILE (JSONL). All pairs are
 * found by prefix filtering (Chaudhuri et al. 2006, Bayardo et al. 2007): of two sets of J >= t, in an order of all shingles that
 * is the same for both, the first n - ceil(t n) + 1 of each have one in common; rarest first, few others do. Memory:
 * some 60 bytes a shingle. */
#include "common/jsonl.h"
#include "dedup/minhash.h"
#include "dedup/shingle.h"
#include <stdio.h>
#include <stdlib.h>

#define NGRAM 5
#define BINS 20
#define MAX_PROFILES 8

struct set {
    uint32_t *at;
    size_t n;
};

struct corpus {
    struct set *set;
    size_t n, cap, shingles;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "dedup_pairs: %s: %s\n", what, why);
    exit(1);
}

static void *need(void *p)
{
    if (!p) die("memory", "out of it");
    return p;
}

/* ------------------------------------------------------------------ documents */

static void add(struct corpus *c, struct shingles *s, struct slice text)
{
    struct err e = {0};
    struct shingle_list list;
    if (shingles_of(s, text, &list, &e) < 0) die("a document", e.msg);
    size_t n = list.n;
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 1024;
        c->set = need(realloc(c->set, c->cap * sizeof *c->set));
    }
    uint32_t *set = need(malloc(n * sizeof *set)), *spare = need(malloc(n * sizeof *set));
    memcpy(set, list.at, n * sizeof *set);
    n = shingles_set(set, spare, n);
    free(spare);
    c->set[c->n++] = (struct set){set, n};
    c->shingles += n;
}

static void read_corpus(struct corpus *c, char *path)
{
    struct err e = {0};
    struct jsonl *j = need(jsonl_new());
    struct shingles *s = need(shingles_new(&(struct shingle_opts){.n = NGRAM}));
    struct ledger led = {0};
    struct lines lines;
    struct buf batch;
    struct doc d;
    const char *file;
    uint64_t offset;
    int64_t got;
    lines_init(&lines, &path, 1);
    buf_init(&batch, BUF_NO_MAX);
    doc_init(&d);
    while ((got = lines_next(&lines, &batch, &led, &file, &offset, &e)) > 0) {
        struct slice line;
        for (size_t at = 0; lines_each(&batch, &at, &line);) {
            if (jsonl_parse(j, line.p, line.n, &d, &e) < 0) die(path, e.msg);
            add(c, s, d.text);
        }
    }
    if (got < 0) die(path, e.msg);
    doc_free(&d);
    buf_free(&batch);
    lines_free(&lines);
    shingles_free(s);
    jsonl_free(j);
}

static void free_corpus(struct corpus *c)
{
    for (size_t i = 0; i < c->n; i++) free(c->set[i].at);
    free(c->set);
}

/* ------------------------------------------------------------------ a table: shingle to number */

struct slot {
    uint32_t shingle, number; /* number 0: empty */
};

struct table {
    struct slot *slot;
    size_t mask;
};

static void table_init(struct table *t, size_t most)
{
    size_t n = 1024;
    while (n < 2 * most) n *= 2;
    t->slot = need(calloc(n, sizeof *t->slot));
    t->mask = n - 1;
}

static struct slot *look_up(const struct table *t, uint32_t shingle)
{
    size_t i = hash_mix64(shingle) & t->mask;
    while (t->slot[i].number && t->slot[i].shingle != shingle) i = (i + 1) & t->mask;
    t->slot[i].shingle = shingle;
    return &t->slot[i];
}

/* ------------------------------------------------------------------ pairs */

struct posting {
    uint32_t doc, next; /* next: 1 + index; 0: the last */
};

struct index {
    struct table documents;  /* how many have the shingle */
    struct table first;      /* 1 + index of its latest posting */
    struct posting *posting; /* from 0 */
    size_t n_postings;
    uint32_t *candidate_of; /* 1 + the document that last met this one */
    uint32_t *candidate;
};

struct ranked {
    uint32_t documents, shingle;
};

static int by_rarity(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->documents != y->documents) return x->documents < y->documents ? -1 : 1;
    return x->shingle < y->shingle ? -1 : x->shingle > y->shingle;
}

/* The document's shingles, rarest first; returns the length of the prefix. */
static size_t prefix_of(const struct index *x, struct set s, double min, struct ranked *ranked)
{
    for (size_t i = 0; i < s.n; i++)
        ranked[i] = (struct ranked){look_up(&x->documents, s.at[i])->number, s.at[i]};
    qsort(ranked, s.n, sizeof *ranked, by_rarity);
    size_t least = (size_t)(min * (double)s.n); /* never above ceil(min n), whatever rounding does */
    return least < s.n ? s.n - least + 1 > s.n ? s.n : s.n - least + 1 : 1;
}

static void print_if_alike(const struct corpus *c, uint32_t a, uint32_t b, double min)
{
    struct set x = c->set[a], y = c->set[b];
    double less = (double)(x.n < y.n ? x.n : y.n), more = (double)(x.n < y.n ? y.n : x.n);
    if (less < min * more) return;
    double j = shingles_jaccard(x.at, x.n, y.at, y.n);
    if (j >= min) printf("%u\t%u\t%.9f\n", a, b, j);
}

/* Documents before this one that have a shingle of its prefix in theirs. */
static size_t candidates(struct index *x, const struct ranked *prefix, size_t n, uint32_t doc)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (prefix[i].documents < 2) continue;
        for (uint32_t p = look_up(&x->first, prefix[i].shingle)->number; p; p = x->posting[p - 1].next) {
            uint32_t other = x->posting[p - 1].doc;
            if (x->candidate_of[other] == doc + 1) continue;
            x->candidate_of[other] = doc + 1;
            x->candidate[found++] = other;
        }
    }
    return found;
}

static void index_prefix(struct index *x, const struct ranked *prefix, size_t n, uint32_t doc)
{
    for (size_t i = 0; i < n; i++) {
        if (prefix[i].documents < 2) continue;
        struct slot *s = look_up(&x->first, prefix[i].shingle);
        x->posting[x->n_postings++] = (struct posting){doc, s->number};
        s->number = (uint32_t)x->n_postings;
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void all_pairs(const struct corpus *c, double min)
{
    struct index x = {0};
    size_t longest = 0;
    table_init(&x.documents, c->shingles);
    table_init(&x.first, c->shingles);
    x.posting = need(malloc((c->shingles + 1) * sizeof *x.posting));
    x.candidate_of = need(calloc(c->n + 1, sizeof *x.candidate_of));
    x.candidate = need(calloc(c->n + 1, sizeof *x.candidate));
    for (size_t d = 0; d < c->n; d++) {
        if (c->set[d].n > longest) longest = c->set[d].n;
        for (size_t i = 0; i < c->set[d].n; i++) look_up(&x.documents, c->set[d].at[i])->number++;
    }
    struct ranked *ranked = need(malloc((longest + 1) * sizeof *ranked));
    for (uint32_t d = 0; d < c->n; d++) {
        size_t n = prefix_of(&x, c->set[d], min, ranked), found = candidates(&x, ranked, n, d);
        qsort(x.candidate, found, sizeof *x.candidate, by_number);
        for (size_t i = 0; i < found; i++) print_if_alike(c, x.candidate[i], d, min);
        index_prefix(&x, ranked, n, d);
    }
    free(ranked);
    free(x.candidate);
    free(x.candidate_of);
    free(x.posting);
    free(x.first.slot);
    free(x.documents.slot);
}

/* ------------------------------------------------------------------ bands */

struct pair {
    uint32_t a, b;
    double j;
};

struct tally {
    double expected, found;
};

struct bands {
    struct pair *pair;
    size_t n, cap;
    uint64_t pairs[BINS];
    struct tally tally[MAX_PROFILES][BINS];
};

static unsigned bin_of(double j)
{
    unsigned b = (unsigned)(j * BINS + 1e-9);
    return b < BINS ? b : BINS - 1;
}

static void read_pairs(struct bands *x, const char *path, size_t documents)
{
    FILE *f = fopen(path, "r");
    struct pair p;
    if (!f) die(path, "cannot be read");
    while (fscanf(f, "%u%u%lf", &p.a, &p.b, &p.j) == 3) {
        if (p.a >= documents || p.b >= documents) die(path, "names a document that is not there");
        if (x->n == x->cap) {
            x->cap = x->cap ? 2 * x->cap : 1024;
            x->pair = need(realloc(x->pair, x->cap * sizeof *x->pair));
        }
        x->pair[x->n++] = p;
        x->pairs[bin_of(p.j)]++;
    }
    fclose(f);
}

static bool share(const uint64_t *a, const uint64_t *b, unsigned bands)
{
    for (unsigned i = 0; i < bands; i++)
        if (a[i] == b[i]) return true;
    return false;
}

/* Adds a share of what one seed finds to the tally. */
static void tally_seed(const struct corpus *c, const struct bands *x, const struct minhash *m,
                       struct tally *tally, double weight)
{
    uint64_t *key = need(malloc((c->n * m->o.bands + 1) * sizeof *key));
    for (size_t d = 0; d < c->n; d++) {
        struct shingle_list list = {.at = c->set[d].at, .n = c->set[d].n};
        minhash_bands(m, &list, key + d * m->o.bands);
    }
    for (size_t i = 0; i < x->n; i++) {
        struct pair p = x->pair[i];
        struct tally *t = &tally[bin_of(p.j)];
        t->expected += weight * minhash_probability(m, p.j);
        t->found +=
            weight * share(key + (size_t)p.a * m->o.bands, key + (size_t)p.b * m->o.bands, m->o.bands);
    }
    free(key);
}

static void band_table(const struct corpus *c, struct bands *x, unsigned seeds, char **profile,
                       unsigned profiles)
{
    for (unsigned p = 0; p < profiles; p++) {
        for (unsigned s = 1; s <= seeds; s++) {
            struct minhash m;
            struct err e = {0};
            struct minhash_opts o = {.seed = s};
            if (minhash_profile(&o, profile[p], &e) < 0) die(profile[p], e.msg);
            minhash_init(&m, &o);
            tally_seed(c, x, &m, x->tally[p], 1.0 / seeds);
        }
    }
    printf("J\tpairs");
    for (unsigned p = 0; p < profiles; p++) printf("\t%s theory\tfound", profile[p]);
    for (unsigned b = 0; b < BINS; b++) {
        if (!x->pairs[b]) continue;
        printf("\n%.2f\t%llu", (double)b / BINS, (unsigned long long)x->pairs[b]);
        for (unsigned p = 0; p < profiles; p++)
            printf("\t%.4f\t%.4f", x->tally[p][b].expected / (double)x->pairs[b],
                   x->tally[p][b].found / (double)x->pairs[b]);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    struct corpus c = {0};
    bool pairs = argc == 4 && strcmp(argv[1], "pairs") == 0;
    bool bands = argc > 5 && argc <= 5 + MAX_PROFILES && strcmp(argv[1], "bands") == 0;
    if (!pairs && !bands) {
        fputs("dedup_pairs pairs FILE MIN | dedup_pairs bands FILE PAIRS SEEDS PROFILE…\n", stderr);
        return 2;
    }
    read_corpus(&c, argv[2]);
    if (pairs) {
        all_pairs(&c, atof(argv[3]));
    } else {
        struct bands x = {0};
        read_pairs(&x, argv[3], c.n);
        band_table(&c, &x, (unsigned)atoi(argv[4]), argv + 5, (unsigned)(argc - 5));
        free(x.pair);
    }
    free_corpus(&c);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
