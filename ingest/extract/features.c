/* features.c: facts about blocks, elements and the page: gathered, and those of the page as bytes.
 *
 * In: struct page. Out: facts, f->page. State: arrays that are used again. Memory: some 200 bytes for each block and
 * element (of which there are at most BLOCKS_MAX each). Time: linear. */
#include "ingest/extract/facts.h"
#include <stdlib.h>

void features_init(struct features *f)
{
    memset(f, 0, sizeof *f);
}

void features_free(struct features *f)
{
    free(f->fact);
    free(f->node);
    free(f->slots);
    free(f->slot_sums);
    free(f->score);
    free(f->column);
}

#define KEEP_BLOCKS 4096

void features_trim(struct features *f)
{
    if (f->cap <= KEEP_BLOCKS && f->cap_nodes <= KEEP_BLOCKS * 4) return;
    features_free(f);
    features_init(f);
}

/* ------------------------------------------------------------------ memory */

static int grow(void **array, size_t n, size_t size)
{
    void *p = realloc(*array, n * size);
    if (!p) return -1;
    *array = p;
    return 0;
}

#define TILE_BYTES ((size_t)BF_COUNT * FEATURES_TILE)

static int reserve(struct features *f, size_t blocks, size_t nodes)
{
    int r = 0;
    size_t most = blocks > nodes ? blocks : nodes, slots = 64;
    if (blocks / FEATURES_TILE >= f->tiles) {
        f->tiles = blocks / FEATURES_TILE + blocks / FEATURES_TILE / 2 + 8;
        free(f->column);
        f->column = aligned_alloc(64, f->tiles * TILE_BYTES);
        if (!f->column) {
            f->tiles = 0;
            return -1;
        }
        memset(f->column, 0, f->tiles * TILE_BYTES);
    }
    if (blocks + 1 > f->cap) {
        f->cap = blocks + blocks / 2 + 256;
        r |= grow((void **)&f->fact, f->cap, sizeof *f->fact);
        r |= grow((void **)&f->score, f->cap, sizeof *f->score);
    }
    if (nodes > f->cap_nodes) {
        f->cap_nodes = nodes + nodes / 2 + 256;
        r |= grow((void **)&f->node, f->cap_nodes, sizeof *f->node);
    }
    while (slots < 2 * most) slots *= 2;
    if (slots > f->cap_slots) {
        f->cap_slots = slots;
        r |= grow((void **)&f->slots, slots, sizeof *f->slots);
        r |= grow((void **)&f->slot_sums, slots, sizeof *f->slot_sums);
    }
    f->n_slots = slots;
    if (r < 0) f->cap = f->cap_nodes = f->cap_slots = 0;
    return r;
}

/* ------------------------------------------------------------------ the page */

/* Sums over a page: bytes in elements of a kind, and counts. */
struct page_sums {
    uint32_t groups[GROUP_COUNT], tags[TAG_COUNT];
    uint64_t pre, cells, items, headings, currency, prose_blocks, hidden, articles, digits, times, longest,
        sentences, furniture, main;
    uint64_t most, most_bytes; /* of the repeated siblings that have most text: how many, and how much */
};

static void sum_nodes(const struct features *f, const struct blocks *bs, struct page_sums *s)
{
    for (size_t i = 0; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        const struct node_fact *n = &f->node[i];
        for (uint64_t m = o->own; m; m &= m - 1) s->groups[__builtin_ctzll(m)]++;
        s->tags[o->tag]++;
        if (n->repeats < 3 || o->tag == TAG_P || n->group_bytes <= s->most_bytes) continue;
        s->most = n->repeats;
        s->most_bytes = n->group_bytes;
    }
}

static void sum_states(struct page_sums *s, uint32_t state, uint32_t bytes)
{
    if (state & STATE(PRE)) s->pre += bytes;
    if (state & STATE(CELL)) s->cells += bytes;
    if (state & STATE(LIST)) s->items += bytes;
    if (state & STATE(HEADING)) s->headings++;
    if (state & STATE(HIDDEN)) s->hidden += bytes;
    if (state & STATE(ARTICLE)) s->articles += bytes;
    if (state & STATE(MAIN)) s->main += bytes;
    if (state & (STATE(NAV) | STATE(ASIDE) | STATE(FOOTER) | STATE(HEADER))) s->furniture += bytes;
}

static void sum_blocks(const struct features *f, const struct blocks *bs, struct page_sums *s)
{
    for (size_t i = 0; i < bs->n; i++) {
        const struct block_fact *b = &f->fact[i];
        sum_states(s, bs->node[bs->block[i].node].state, b->bytes);
        if ((b->marks & HAS_CURRENCY) && b->bytes < SHORT_BYTES) s->currency++;
        if (b->prose) s->prose_blocks++;
        if (b->prose > s->longest) s->longest = b->prose;
        s->digits += b->digits;
        s->times += bs->block[i].times;
        s->sentences += b->sentences;
    }
}

static void put_sums(struct features *f, const struct blocks *bs, const struct page_sums *s)
{
    const uint32_t *tags = s->tags;
    const uint8_t sums[PF_COUNT - PF_BLOCKS] = {
        lg(bs->n),
        lg(f->bytes),
        share(f->link_bytes, f->bytes),
        share(f->prose_bytes, f->bytes),
        lg(f->prose_bytes),
        share(s->pre, f->bytes),
        share(s->cells, f->bytes),
        share(s->items, f->bytes),
        lg(s->headings),
        share(s->hidden, f->bytes),
        share(s->articles, f->bytes),
        share(s->main, f->bytes),
        share(s->furniture, f->bytes),
        lg(s->currency),
        lg(s->prose_blocks),
        lg(s->longest),
        share(s->digits, f->bytes),
        lg(s->times),
        lg(s->sentences),
        lg(s->most),
        share(s->most_bytes, f->bytes),
        lg(s->most ? s->most_bytes / s->most : 0),
        lg(bs->images),
        lg(bs->inputs),
        lg(tags[TAG_FORM]),
        lg(tags[TAG_BUTTON]),
        lg(tags[TAG_ARTICLE]),
        lg(tags[TAG_P]),
        lg(tags[TAG_PRE]),
        cap(bs->url_parts),
        cap(bs->url_words),
        lg(tags[TAG_SECTION]),
    };
    memcpy(f->page + PF_BLOCKS, sums, sizeof sums);
}

static void page_features(struct features *f, const struct page *p)
{
    const struct blocks *bs = &p->blocks;
    struct page_sums s = {0};
    sum_nodes(f, bs, &s);
    sum_blocks(f, bs, &s);
    for (int i = 0; i < GROUP_COUNT; i++) {
        f->page[PF_GROUPS + i] = lg(s.groups[i]);
        f->page[PF_BODY + i] = (bs->body | bs->generator) >> i & 1;
        f->page[PF_URL + i] = bs->url >> i & 1;
    }
    for (int i = 0; i < CLAIM_COUNT; i++) f->page[PF_CLAIMS + i] = bs->claims >> i & 1;
    put_sums(f, bs, &s);
}

int features_read(struct features *f, const struct page *p, struct err *e)
{
    const struct blocks *bs = &p->blocks;
    if (reserve(f, bs->n, bs->n_nodes) < 0) return err_nomem(e, "looking at a page");
    facts_read_text(f, p);
    facts_read_tree(f, bs);
    page_features(f, p);
    memset(f->types, 0, sizeof f->types);
    return 0;
}

uint32_t features_words(const struct features *f, size_t block)
{
    return f->fact[block].words;
}
