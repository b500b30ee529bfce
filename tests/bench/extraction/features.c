/* features.c: what leat-ingest knows of the blocks of a page, for train.py, which loads it as a shared library.
 *
 * One page at a time: ex_read, then the others. It is no part of leat. */
#include "ingest/extract/features.h"
#include <stdlib.h>

static struct html html;
static struct page page;
static struct features f;
static bool started, recording;
static uint32_t *seen;
static size_t n_seen, cap_seen;

void groups_seen(uint32_t hash);
long ex_read(const char *p, long n);
void ex_counts(long *page_features, long *first, long *second);
void ex_page(uint8_t *out);
void ex_first(uint8_t *out);
void ex_second(const uint16_t *score, uint8_t *out);
const char *ex_text(long block, long *n);
long ex_words(long block);
long ex_nodes(uint32_t *first, uint32_t *end, long max);
long ex_seen(const uint32_t **pairs);
void ex_record(int on);
void ex_weights_clear(void);
void ex_weights(const uint32_t *hash, const int8_t *weight, long n, int texts);

/* groups.c calls this for each word of a class or id: (node, hash) pairs. */
void groups_seen(uint32_t hash)
{
    if (!recording) return;
    if (n_seen + 2 > cap_seen) {
        cap_seen = cap_seen ? 2 * cap_seen : 65536;
        seen = realloc(seen, cap_seen * sizeof *seen);
        if (!seen) abort();
    }
    seen[n_seen++] = (uint32_t)page.blocks.n_nodes;
    seen[n_seen++] = hash;
}

static void start(void)
{
    if (started) return;
    html_init(&html);
    page_init(&page);
    features_init(&f);
    started = true;
}

long ex_read(const char *p, long n)
{
    struct err e = {0};
    start();
    n_seen = 0;
    if (page_read(&page, &html, slice_of(p, (size_t)n), &e) < 0 || features_read(&f, &page, &e) < 0)
        return -1;
    return (long)page.blocks.n;
}

void ex_counts(long *page_features, long *first, long *second)
{
    *page_features = PF_COUNT;
    *first = BF_FIRST;
    *second = BF_COUNT - BF_FIRST;
}

void ex_page(uint8_t *out)
{
    memcpy(out, f.page, PF_COUNT);
}

/* Columns [from, to) of every block, by block. */
static void copy_columns(uint8_t *out, size_t from, size_t to)
{
    for (size_t i = 0; i < page.blocks.n; i++)
        for (size_t k = from; k < to; k++)
            *out++ = features_tile(&f, i)[k * FEATURES_TILE + i % FEATURES_TILE];
}

void ex_first(uint8_t *out)
{
    features_fill(&f, &page);
    copy_columns(out, 0, BF_FIRST);
}

void ex_second(const uint16_t *score, uint8_t *out)
{
    memcpy(f.score, score, page.blocks.n * sizeof *score);
    features_fill_second(&f, &page);
    copy_columns(out, BF_FIRST, BF_COUNT);
}

const char *ex_text(long block, long *n)
{
    const struct block *b = &page.blocks.block[block];
    *n = (long)(b->end - b->start);
    return page.text.p + b->start;
}

long ex_words(long block)
{
    return features_words(&f, (size_t)block);
}

long ex_nodes(uint32_t *first, uint32_t *end, long max)
{
    long n = (long)page.blocks.n_nodes < max ? (long)page.blocks.n_nodes : max;
    for (long i = 0; i < n; i++) {
        first[i] = page.blocks.node[i].first;
        end[i] = page.blocks.node[i].end;
    }
    return n;
}

long ex_seen(const uint32_t **pairs)
{
    *pairs = seen;
    return (long)(n_seen / 2);
}

void ex_record(int on)
{
    start();
    recording = on;
}

/* Other weights of words than those of words_table.c. */
void ex_weights_clear(void)
{
    start();
    memset(page.blocks.groups.names.weight, 0, GROUP_SLOTS);
    memset(page.blocks.groups.texts.weight, 0, GROUP_SLOTS);
}

void ex_weights(const uint32_t *hash, const int8_t *weight, long n, int texts)
{
    struct group_words *w = texts ? &page.blocks.groups.texts : &page.blocks.groups.names;
    for (long i = 0; i < n; i++) {
        unsigned k = (hash[i] >> 16) % GROUP_SLOTS;
        while (w->hash[k] && w->hash[k] != hash[i]) k = (k + 1) % GROUP_SLOTS;
        w->hash[k] = hash[i];
        w->present[hash[i] >> 22] |= (uint64_t)1 << (hash[i] >> 16 & 63);
        w->weight[k] = weight[i];
    }
}
