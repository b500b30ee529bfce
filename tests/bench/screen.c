/* screen.c: MB/s of CPU time, the best of five rounds, over documents that a file holds, NUL between: personal data, FineWeb's
 * rules, word lists, overlap. screen DOCS LIST EVAL… */
#include "filter/lists/wordlist.h"
#include "filter/overlap/overlap.h"
#include "filter/pii/pii.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct work {
    struct pii *pii;
    struct wordlist *list;
    struct folded words;
    struct overlap *overlap;
    struct overlap_found *found;
    unsigned kinds;
};

typedef uint64_t one_doc(struct work *w, struct slice text);

static uint64_t do_pii(struct work *w, struct slice text)
{
    const struct pii_span *s;
    return pii_find(w->pii, text, w->kinds, NULL) < 0 ? 0 : pii_spans(w->pii, &s);
}

static uint64_t do_fineweb(struct work *w, struct slice text)
{
    const struct pii_span *s;
    return pii_find_fineweb(w->pii, text, PII_ALL, NULL) < 0 ? 0 : pii_spans(w->pii, &s);
}

static uint64_t do_list(struct work *w, struct slice text)
{
    struct wordlist_count c = {0};
    fold_words(&w->words, text, FOLD_SYMBOLS, NULL);
    wordlist_count(w->list, &w->words, text, &c);
    return c.hits;
}

static uint64_t do_overlap(struct work *w, struct slice text)
{
    return overlap_find(w->overlap, w->found, text, NULL) < 0 ? 0 : w->found->grams;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void measure(const char *name, one_doc *f, struct work *w, struct slice docs)
{
    double best = 1e9;
    uint64_t found = 0;
    for (int round = 0; round < 5; round++) {
        double from = now();
        found = 0;
        for (const char *p = docs.p, *end = docs.p + docs.n; p < end;) {
            const char *nul = memchr(p, 0, (size_t)(end - p));
            size_t n = (size_t)((nul ? nul : end) - p);
            found += f(w, slice_of(p, n));
            p += n + 1;
        }
        double seconds = now() - from;
        if (seconds < best) best = seconds;
    }
    printf("%-32s %8.0f MB/s  found %llu\n", name, (double)docs.n / best / 1e6, (unsigned long long)found);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct buf docs;
    struct work w = {.pii = pii_new(), .found = overlap_found_new(), .kinds = PII_ALL};
    struct overlap_opts opts = {.n = 13};
    FILE *f = argc > 3 ? fopen(argv[1], "rb") : NULL;
    char block[1 << 16];
    size_t n;
    if (!f) return 2;
    buf_init(&docs, BUF_NO_MAX);
    while ((n = fread(block, 1, sizeof block, f)) > 0) buf_put(&docs, block, n);
    folded_init(&w.words);
    if (wordlist_open(&w.list, argv[2], &e) < 0 || overlap_new(&w.overlap, &opts, &e) < 0)
        return puts(e.msg), 1;
    for (int i = 3; i < argc; i++)
        if (overlap_add(w.overlap, argv[i], &e) < 0) return puts(e.msg), 1;
    if (overlap_ready(w.overlap, &e) < 0) return puts(e.msg), 1;
    struct overlap_counts c = overlap_counts(w.overlap);
    printf("index: %llu items, %llu n-grams, %.1f MB\n", (unsigned long long)c.items,
           (unsigned long long)c.grams, (double)c.memory_bytes / 1e6);
    measure("pii: all kinds", do_pii, &w, buf_slice(&docs));
    w.kinds = PII_BIT(PII_EMAIL) | PII_BIT(PII_IP);
    measure("pii: e-mail and IP", do_pii, &w, buf_slice(&docs));
    measure("pii: FineWeb's rules", do_fineweb, &w, buf_slice(&docs));
    measure("word list", do_list, &w, buf_slice(&docs));
    measure("overlap, 13-grams", do_overlap, &w, buf_slice(&docs));
    for (size_t i = 0; i < docs.n; i++)
        if (strchr("0123456789@:=_-.", docs.p[i]) && docs.p[i]) docs.p[i] = 'x';
    w.kinds = PII_ALL;
    measure("pii: text without candidates", do_pii, &w, buf_slice(&docs));
    return 0;
}
