/* features.c: facts about blocks, elements and the page; facts to bytes.
 *
 * One pass over the text gives each block's facts; sums over all blocks before one (prefix sums) give those of any
 * element, since an element is a run of blocks. Elements are in the order of their start tags, so that what a parent knows is
 * known before its children ask. "Prose" is text in sentences that is not links; the main node is the innermost element
 * that holds more than half of the page's prose.
 *
 * In: struct page. Out: columns of bytes. State: arrays that are used again. Memory: some 200 bytes for each block and
 * element (of which there are at most BLOCKS_MAX each). Time: linear. */
#include "ingest/features.h"
#include "common/text.h"
#include <stdlib.h>

struct block_fact {
    uint32_t bytes, link_bytes, words, prose;
    uint16_t punctuation, sentences, digits, capitals, others, letters;
    uint8_t first, last, title_share, marks; /* classes of characters */
    uint32_t text_hash, repeats, repeats_before, path_count;
    uint8_t described_share, structured_share; /* of its pairs of words */
    uint64_t text_groups;
    int8_t text_weight, text_least, text_most;
    uint32_t next_heading; /* BLOCKS_MAX: none */
    uint32_t heading;      /* the last block in a heading before it; BLOCKS_MAX: none */
    uint32_t prose_before; /* block; BLOCKS_MAX: none */
    uint32_t prose_behind;
    /* sums over all blocks before it */
    uint64_t sum_bytes, sum_links, sum_prose, sum_words, sum_sentences;
    uint64_t sum_score; /* score * bytes */
    uint16_t path_score, group_score;
};

struct node_fact {
    uint32_t repeats; /* siblings of its signature, itself included */
    uint32_t group_bytes;
    uint32_t repeat_node,
        outer_repeat; /* the innermost and outermost element around it that is repeated; 0: none */
    uint16_t list_depth, cell_depth, article_depth;
    uint16_t lca_depth; /* how deep its path and that of the main node are the same */
    uint32_t branch;    /* the element on its path below that */
    uint16_t children;
    bool on_title_path;
    uint16_t title_depth; /* how deep its path and that of the title are the same */
    bool on_path;         /* the main node lies in it, or is it */
};

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

/* ------------------------------------------------------------------ numbers as bytes */

/* 8 steps for each doubling. */
static uint8_t lg(uint64_t n)
{
    if (n < 2) return (uint8_t)(n * 4);
    int log = 63 - __builtin_clzll(n);
    uint64_t below = log >= 3 ? n >> (log - 3) & 7 : n << (3 - log) & 7;
    uint64_t v = (uint64_t)log * 8 + below;
    return v > 255 ? 255 : (uint8_t)v;
}

static uint8_t share(uint64_t part, uint64_t all)
{
    return all == 0 ? 0 : part >= all ? 255 : (uint8_t)(part * 255 / all);
}

static uint8_t cap(uint64_t n)
{
    return n > 255 ? 255 : (uint8_t)n;
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

static void slots_clear(struct features *f)
{
    memset(f->slots, 0, f->n_slots * sizeof *f->slots);
    memset(f->slot_sums, 0, f->n_slots * sizeof *f->slot_sums);
}

/* The slot of a key; probing stops after a few steps, where strangers share. */
static size_t slot_of(struct features *f, uint32_t key)
{
    size_t mask = f->n_slots - 1;
    key |= 1;
    uint32_t h = key * 0x9e3779b1U;
    size_t i = (h ^ h >> 15) & mask;
    for (int k = 0; k < 16; k++, i = (i + 1) & mask)
        if (f->slots[i] == key || f->slots[i] == 0) break;
    f->slots[i] = f->slots[i] ? f->slots[i] : key;
    return i;
}

/* ------------------------------------------------------------------ text */

enum { K_OTHER, K_SPACE, K_LOWER, K_UPPER, K_DIGIT, K_END, K_COMMA, K_HIGH, K_KINDS, IN_WORD = 8 };

static const uint8_t kind_of[256] = {
    [0 ... 7] = K_SPACE,
    ['\t'] = K_SPACE,
    ['\n'] = K_SPACE,
    [' '] = K_SPACE,
    ['a' ... 'z'] = K_LOWER | IN_WORD,
    ['A' ... 'Z'] = K_UPPER | IN_WORD,
    ['0' ... '9'] = K_DIGIT | IN_WORD,
    ['.'] = K_END,
    ['!'] = K_END,
    ['?'] = K_END,
    [','] = K_COMMA,
    [';'] = K_COMMA,
    [':'] = K_COMMA,
    [0x80 ... 0xff] = K_HIGH | IN_WORD,
};

enum { HAS_CURRENCY = 1, HAS_COPYRIGHT = 2, HAS_AT = 4, HAS_BAR = 8, HAS_QUOTE = 16, HAS_PERCENT = 32 };

/* 0xC2, 0xE2: look at what follows. */
#define MORE 128
static const uint8_t mark_of[256] = {
    ['$'] = HAS_CURRENCY, ['@'] = HAS_AT, ['|'] = HAS_BAR, ['"'] = HAS_QUOTE,
    ['%'] = HAS_PERCENT,  [0xc2] = MORE,  [0xe2] = MORE,
};

/* Marks of two and three bytes: ©, £, »; €, quotation marks. */
static uint8_t long_mark(const char *p, const char *end)
{
    uint8_t lead = (uint8_t)*p, second = end - p > 1 ? (uint8_t)p[1] : 0,
            third = end - p > 2 ? (uint8_t)p[2] : 0;
    if (lead == 0xc2)
        return second == 0xa9 ? HAS_COPYRIGHT : second == 0xa3 ? HAS_CURRENCY : second == 0xbb ? HAS_BAR : 0;
    if (second == 0x82 && third == 0xac) return HAS_CURRENCY;
    return second == 0x80 && (third | 1) == 0x9d ? HAS_QUOTE : 0;
}

static uint8_t marks_in(const char *p, const char *end)
{
    uint8_t found = 0;
    for (; p < end; p++) {
        uint8_t mark = mark_of[(uint8_t)*p];
        found |= mark == MORE ? long_mark(p, end) : mark;
    }
    return found;
}

#define TITLE_BYTES 400
struct title_words {
    uint64_t bits[16]; /* a Bloom filter */
};

/* A text on the way of being read. */
struct reading {
    const struct title_words *title;
    const struct blocks *blocks;
    uint32_t n[K_KINDS], words, ends, in_title, capitals, all, described, structured, before;
};

static uint32_t title_has(const struct title_words *title, uint32_t hash)
{
    return title->bits[hash >> 28] >> (hash >> 22 & 63) & 1;
}

/* From the first character of a word to behind its last. */
static const char *read_word(struct reading *r, const char *p, const char *end)
{
    uint32_t hash = 0, digits = 0;
    uint8_t kind;
    const char *from = p;
    for (; p < end && ((kind = kind_of[(uint8_t)*p]) & IN_WORD); p++) {
        hash = said_word_add(hash, *p);
        digits += kind == (K_DIGIT | IN_WORD);
    }
    r->words++;
    r->n[K_DIGIT] += digits;
    r->n[K_LOWER] += (uint32_t)(p - from) - digits;
    if (*from >= 'A' && *from <= 'Z') r->capitals++;
    r->in_title += title_has(r->title, hash);
    r->all = (r->all ^ hash) * 0x85ebca6bU;
    r->described += said_has(&r->blocks->described, r->before, hash);
    r->structured += said_has(&r->blocks->structured, r->before, hash);
    r->before = hash;
    return p;
}

static uint16_t cap16(uint32_t n)
{
    return (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
}

static void read_text(struct block_fact *b, struct reading *r, const char *p, const char *end)
{
    uint8_t last = K_SPACE, before = K_SPACE;
    while (p < end) {
        uint8_t kind = kind_of[(uint8_t)*p];
        if (kind & IN_WORD) {
            if (!r->words) b->first = kind & ~IN_WORD;
            p = read_word(r, p, end);
            before = last = kind_of[(uint8_t)p[-1]] & ~IN_WORD;
            continue;
        }
        r->n[kind]++;
        if (kind != K_SPACE)
            last = kind;
        else if (before == K_END)
            r->ends++;
        before = kind;
        p++;
    }
    if (last == K_END) r->ends++;
    b->last = last;
}

static void take_reading(struct block_fact *b, const struct reading *r)
{
    if (r->words > 1) {
        b->described_share = share(r->described, r->words - 1);
        b->structured_share = share(r->structured, r->words - 1);
    }
    b->words = r->words;
    b->punctuation = cap16(r->n[K_COMMA]);
    b->sentences = cap16(r->ends);
    b->digits = cap16(r->n[K_DIGIT]);
    b->capitals = cap16(r->capitals);
    b->others = cap16(r->n[K_OTHER]);
    b->letters = cap16(r->n[K_LOWER]);
    b->title_share = share(r->in_title, r->words);
    b->text_hash = r->all;
}

static void read_title(const struct page *p, struct title_words *title)
{
    uint32_t hash = 0;
    memset(title, 0, sizeof *title);
    for (size_t i = 0; i <= p->title.n && i < TITLE_BYTES; i++) {
        bool in = i < p->title.n && (kind_of[(uint8_t)p->title.p[i]] & IN_WORD);
        bool ends = !in && i && (kind_of[(uint8_t)p->title.p[i - 1]] & IN_WORD);
        if (ends) title->bits[hash >> 28] |= (uint64_t)1 << (hash >> 22 & 63);
        hash = in ? said_word_add(hash, p->title.p[i]) : 0;
    }
}

#define SHORT_BYTES 120

static void read_blocks(struct features *f, const struct page *p)
{
    const struct blocks *bs = &p->blocks;
    struct title_words title;
    read_title(p, &title);
    for (size_t i = 0; i < bs->n; i++) {
        const struct block *s = &bs->block[i];
        struct block_fact *b = &f->fact[i];
        const char *from = p->text.p + s->start, *to = p->text.p + s->end;
        memset(b, 0, sizeof *b);
        b->bytes = (uint32_t)(s->end - s->start);
        b->link_bytes = s->link_bytes;
        struct reading r = {.title = &title, .blocks = bs};
        read_text(b, &r, from, to);
        take_reading(b, &r);
        b->marks = marks_in(from, b->bytes > SHORT_BYTES ? from + SHORT_BYTES : to);
        struct word_hints hints = {0};
        groups_of_text(&bs->groups, slice_of(from, b->bytes < SHORT_BYTES ? b->bytes : SHORT_BYTES), &hints);
        if (b->bytes <= SHORT_BYTES) b->text_groups = hints.groups;
        if (hints.words) b->text_weight = (int8_t)(hints.weight / (int32_t)hints.words);
        b->text_least = hints.least;
        b->text_most = hints.most;
        bool sentences = b->sentences > 0 && b->bytes >= 60;
        if ((sentences || b->bytes >= 200) && s->link_bytes < b->bytes / 3) b->prose = b->bytes;
    }
}

static void add_up(struct features *f, size_t n)
{
    struct block_fact sum = {0};
    for (size_t i = 0; i <= n; i++) {
        struct block_fact *b = &f->fact[i];
        if (i == n) memset(b, 0, sizeof *b);
        b->sum_bytes = sum.sum_bytes;
        b->sum_links = sum.sum_links;
        b->sum_prose = sum.sum_prose;
        b->sum_words = sum.sum_words;
        b->sum_sentences = sum.sum_sentences;
        sum.sum_bytes += b->bytes;
        sum.sum_links += b->link_bytes;
        sum.sum_prose += b->prose;
        sum.sum_words += b->words;
        sum.sum_sentences += b->sentences;
    }
    f->bytes = sum.sum_bytes;
    f->link_bytes = sum.sum_links;
    f->prose_bytes = sum.sum_prose;
    f->words = sum.sum_words;
}

static void link_neighbours(struct features *f, const struct blocks *bs)
{
    uint32_t heading = BLOCKS_MAX, prose = BLOCKS_MAX;
    for (size_t i = 0; i < bs->n; i++) {
        struct block_fact *b = &f->fact[i];
        b->heading = heading;
        b->prose_before = prose;
        if (bs->node[bs->block[i].node].state & STATE(HEADING)) heading = (uint32_t)i;
        if (b->prose) prose = (uint32_t)i;
    }
    prose = heading = BLOCKS_MAX;
    for (size_t i = bs->n; i-- > 0;) {
        f->fact[i].prose_behind = prose;
        f->fact[i].next_heading = heading;
        if (bs->node[bs->block[i].node].state & STATE(HEADING)) heading = (uint32_t)i;
        if (f->fact[i].prose) prose = (uint32_t)i;
    }
}

static void count_repeats(struct features *f, const struct blocks *bs)
{
    slots_clear(f);
    for (size_t i = 0; i < bs->n; i++)
        f->fact[i].repeats_before = (uint32_t)f->slot_sums[slot_of(f, f->fact[i].text_hash)][0]++;
    for (size_t i = 0; i < bs->n; i++)
        f->fact[i].repeats = (uint32_t)f->slot_sums[slot_of(f, f->fact[i].text_hash)][0];
    slots_clear(f);
    for (size_t i = 0; i < bs->n; i++) f->slot_sums[slot_of(f, bs->node[bs->block[i].node].path)][0]++;
    for (size_t i = 0; i < bs->n; i++)
        f->fact[i].path_count = (uint32_t)f->slot_sums[slot_of(f, bs->node[bs->block[i].node].path)][0];
}

/* ------------------------------------------------------------------ elements */

static uint64_t node_bytes(const struct features *f, const struct block_node *o)
{
    return f->fact[o->end].sum_bytes - f->fact[o->first].sum_bytes;
}

static uint64_t node_links(const struct features *f, const struct block_node *o)
{
    return f->fact[o->end].sum_links - f->fact[o->first].sum_links;
}

static uint64_t node_prose(const struct features *f, const struct block_node *o)
{
    return f->fact[o->end].sum_prose - f->fact[o->first].sum_prose;
}

static uint32_t sibling_key(const struct block_node *o)
{
    return (o->parent * 0xc2b2ae35U ^ o->signature) * 0x85ebca6bU;
}

static void count_siblings(struct features *f, const struct blocks *bs)
{
    slots_clear(f);
    for (size_t i = 1; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        if (o->end == o->first) continue;
        uint64_t *sums = f->slot_sums[slot_of(f, sibling_key(o))];
        sums[0]++;
        sums[1] += node_bytes(f, o);
    }
    for (size_t i = 0; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        struct node_fact *n = &f->node[i];
        memset(n, 0, sizeof *n);
        if (i == 0) continue;
        if (o->end > o->first) {
            const uint64_t *sums = f->slot_sums[slot_of(f, sibling_key(o))];
            n->repeats = (uint32_t)sums[0];
            n->group_bytes = (uint32_t)(sums[1] > UINT32_MAX ? UINT32_MAX : sums[1]);
            f->node[o->parent].children++;
        }
    }
}

/* The innermost element with more than half of the prose; where there is none, of the text. */
static void find_main(struct features *f, const struct blocks *bs)
{
    bool prose = f->prose_bytes > 0;
    uint64_t all = prose ? f->prose_bytes : f->bytes - f->link_bytes;
    f->main_node = 0;
    for (size_t i = 1; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        if (o->parent != f->main_node) continue;
        uint64_t own = prose ? node_prose(f, o) : node_bytes(f, o) - node_links(f, o);
        if (own > all / 2) f->main_node = (uint32_t)i;
    }
}

static bool has_item(const struct block_node *o)
{
    return o->tag == TAG_LI;
}

static uint8_t heading_level(const struct blocks *bs, const struct block_node *o)
{
    for (int i = 0; i < 4; i++, o = &bs->node[o->parent])
        if (o->tag >= TAG_H1 && o->tag <= TAG_H6) return (uint8_t)(o->tag - TAG_H1 + 1);
    return 0;
}

/* The page's heading: the first <h1> with words of its title, else the first heading with most of them, else the first <h1>. */
static void find_title(struct features *f, const struct blocks *bs)
{
    uint32_t h1 = BLOCKS_MAX, like = BLOCKS_MAX, both = BLOCKS_MAX;
    f->comment_block = BLOCKS_MAX;
    for (size_t i = bs->n; i-- > 0;) {
        const struct block_node *o = &bs->node[bs->block[i].node];
        if (o->all & GROUP(COMMENT)) f->comment_block = (uint32_t)i;
        if (!(o->state & STATE(HEADING))) continue;
        bool is_h1 = heading_level(bs, o) == 1;
        if (is_h1) h1 = (uint32_t)i;
        if (f->fact[i].title_share >= 200) like = (uint32_t)i;
        if (is_h1 && f->fact[i].title_share >= 100) both = (uint32_t)i;
    }
    f->title_block = both != BLOCKS_MAX ? both : like != BLOCKS_MAX ? like : h1;
}

static void inherit(struct features *f, const struct blocks *bs)
{
    for (uint32_t i = f->main_node; i; i = bs->node[i].parent) f->node[i].on_path = true;
    if (f->title_block != BLOCKS_MAX)
        for (uint32_t i = bs->block[f->title_block].node; i; i = bs->node[i].parent)
            f->node[i].on_title_path = true;
    for (size_t i = 1; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        struct node_fact *n = &f->node[i];
        const struct node_fact *up = &f->node[o->parent];
        bool repeated = n->repeats >= 3 && o->tag != TAG_P && o->tag != TAG_TR && o->tag != TAG_TD;
        n->repeat_node = repeated ? (uint32_t)i : up->repeat_node;
        n->outer_repeat = up->outer_repeat ? up->outer_repeat : repeated ? (uint32_t)i : 0;
        n->list_depth = (uint16_t)(up->list_depth + has_item(o));
        n->cell_depth = (uint16_t)(up->cell_depth + (o->tag == TAG_TD || o->tag == TAG_TH));
        n->article_depth = (uint16_t)(up->article_depth + (o->tag == TAG_ARTICLE));
        n->title_depth = n->on_title_path ? o->depth : up->title_depth;
        n->lca_depth = n->on_path ? o->depth : up->lca_depth;
        n->branch = n->on_path ? 0 : up->branch ? up->branch : (uint32_t)i;
    }
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
    read_blocks(f, p);
    add_up(f, bs->n);
    link_neighbours(f, bs);
    count_repeats(f, bs);
    count_siblings(f, bs);
    find_main(f, bs);
    find_title(f, bs);
    inherit(f, bs);
    page_features(f, p);
    memset(f->types, 0, sizeof f->types);
    return 0;
}

uint32_t features_words(const struct features *f, size_t block)
{
    return f->fact[block].words;
}

/* ------------------------------------------------------------------ columns */

static const uint8_t text_groups[TEXT_GROUPS] = {
    GROUP_COMMENT,  GROUP_SHARE, GROUP_RELATED, GROUP_AUTHOR, GROUP_AD,     GROUP_NEWSLETTER,
    GROUP_COOKIE,   GROUP_LOGIN, GROUP_SEARCH,  GROUP_CART,   GROUP_PRICE,  GROUP_TAG,
    GROUP_CATEGORY, GROUP_LEGAL, GROUP_DATE,    GROUP_REVIEW, GROUP_LATEST,
};

#define COLUMN(id) (tile + (size_t)(id)*FEATURES_TILE + i % FEATURES_TILE)
#define PUT(value) (*(k++) = (value), k += FEATURES_TILE - 1)

/* The columns were cleared. */
static void put_bits(uint8_t *column, uint64_t near, uint64_t all)
{
    for (; all; all &= all - 1) {
        int i = __builtin_ctzll(all);
        column[i * FEATURES_TILE] = (uint8_t)(1 + (near >> i & 1));
    }
}

static uint32_t only_text_groups(uint64_t groups)
{
    uint32_t bits = 0;
    for (int i = 0; i < TEXT_GROUPS; i++) bits |= (uint32_t)(groups >> text_groups[i] & 1) << i;
    return bits;
}

static uint8_t tag_class(uint8_t tag)
{
    switch (tag) {
    case TAG_P: return 1;
    case TAG_LI: return 2;
    case TAG_DIV: return 3;
    case TAG_TD: return 4;
    case TAG_H1:
    case TAG_H2:
    case TAG_H3:
    case TAG_H4:
    case TAG_H5:
    case TAG_H6: return 5;
    case TAG_PRE: return 6;
    case TAG_BLOCKQUOTE: return 7;
    case TAG_DT:
    case TAG_DD: return 8;
    case TAG_TH:
    case TAG_CAPTION: return 9;
    case TAG_BUTTON:
    case TAG_OPTION:
    case TAG_SELECT: return 10;
    case TAG_SECTION:
    case TAG_ARTICLE: return 11;
    case TAG_FIGCAPTION:
    case TAG_FIGURE: return 12;
    default: return 0;
    }
}

static void put_own(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    const struct block *s = &bs->block[i];
    const struct block_fact *b = &f->fact[i];
    const struct block_node *o = &bs->node[s->node];
    const struct node_fact *n = &f->node[s->node];
    PUT(lg(b->bytes));
    PUT(lg(b->words));
    PUT(share(b->link_bytes, b->bytes));
    PUT(b->words ? cap((uint64_t)b->bytes * 4 / b->words) : 0);
    PUT(share(b->punctuation, b->words));
    PUT(share(b->sentences, b->words));
    PUT(lg(b->sentences));
    PUT(share(b->digits, b->bytes));
    PUT(share(b->capitals, b->words));
    PUT(share(b->others, b->bytes));
    PUT(share(b->letters, b->bytes));
    PUT(b->first);
    PUT(b->last);
    PUT(b->title_share);
    PUT(b->marks & HAS_CURRENCY ? 1 : 0);
    PUT(b->marks & HAS_COPYRIGHT ? 1 : 0);
    PUT(b->marks & (HAS_AT | HAS_BAR) ? 1 : 0);
    PUT(b->marks & HAS_QUOTE ? 1 : 0);
    PUT(cap(b->repeats));
    PUT(lg(b->path_count));
    PUT(cap(s->links));
    PUT(cap(s->images));
    PUT(cap(s->breaks));
    PUT(cap(s->strong));
    PUT(cap(s->times));
    PUT(tag_class(o->tag));
    PUT(heading_level(bs, o));
    PUT(cap(o->depth));
    PUT(cap(n->list_depth));
    PUT(cap(n->cell_depth));
    PUT(cap(n->article_depth));
    PUT(share(i, bs->n));
    PUT(share(b->sum_bytes, f->bytes));
    PUT(share(b->sum_prose, f->prose_bytes));
    PUT(share(b->sum_prose + b->prose, f->prose_bytes));
    PUT(lg(i));
    PUT(lg(bs->n - i));
    PUT(b->prose_before == BLOCKS_MAX ? 255 : lg(i - b->prose_before));
    PUT(b->prose_behind == BLOCKS_MAX ? 255 : lg(b->prose_behind - i));
    PUT(b->heading == BLOCKS_MAX ? 255 : lg(i - b->heading));
}

static void put_near(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    static const int at[2 * NEAR] = {-1, 1, -2, 2};
    for (int j = 0; j < 2 * NEAR; j++) {
        int64_t other = (int64_t)i + at[j];
        if (other < 0 || other >= (int64_t)bs->n) {
            for (int m = 0; m < 5; m++) PUT(0);
            continue;
        }
        const struct block_fact *b = &f->fact[other];
        const struct block_node *o = &bs->node[bs->block[other].node];
        PUT(lg(b->bytes));
        PUT(share(b->link_bytes, b->bytes));
        PUT(share(b->sentences, b->words));
        PUT(tag_class(o->tag));
        PUT(o->path == bs->node[bs->block[i].node].path ? 1 : 0);
    }
}

static void put_levels(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    uint32_t at = bs->block[i].node;
    for (int j = 0; j < LEVELS; j++) {
        const struct block_node *o = &bs->node[at];
        const struct node_fact *n = &f->node[at];
        uint64_t bytes = node_bytes(f, o);
        PUT(lg(bytes));
        PUT(share(node_links(f, o), bytes));
        PUT(share(node_prose(f, o), bytes));
        PUT(lg(n->repeats));
        PUT(lg(n->children));
        PUT(share(bytes, f->bytes));
        at = o->parent;
        if (j == 3) at = bs->node[at].parent;
    }
}

static void put_tree(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    const struct block *s = &bs->block[i];
    const struct block_node *o = &bs->node[s->node], *main = &bs->node[f->main_node];
    const struct node_fact *n = &f->node[s->node];
    const struct block_node *branch = &bs->node[n->branch ? n->branch : f->main_node];
    uint64_t bytes = node_bytes(f, branch);
    PUT(cap((uint64_t)main->depth - n->lca_depth));
    PUT(cap((uint64_t)o->depth - n->lca_depth));
    PUT(i < main->first ? 0 : i < main->end ? 1 : 2);
    PUT(lg(bytes));
    PUT(share(node_links(f, branch), bytes));
    PUT(share(node_prose(f, branch), bytes));
    PUT(share(node_prose(f, branch), f->prose_bytes));
    PUT(lg(f->node[n->branch].repeats));
    PUT(lg(node_bytes(f, main)));
    const struct node_fact *repeat = &f->node[n->repeat_node], *outer = &f->node[n->outer_repeat];
    PUT(lg(repeat->repeats));
    PUT(repeat->repeats ? lg(repeat->group_bytes / repeat->repeats) : 0);
    PUT(share(repeat->group_bytes, f->bytes));
    PUT(cap((uint64_t)o->depth - bs->node[n->repeat_node].depth));
    PUT(lg(outer->repeats));
    PUT(outer->repeats ? lg(outer->group_bytes / outer->repeats) : 0);
    PUT(share(outer->group_bytes, f->bytes));
    PUT(cap(bs->node[o->parent].inputs + o->inputs));
    PUT(n->repeat_node
            ? share(node_links(f, &bs->node[n->repeat_node]), node_bytes(f, &bs->node[n->repeat_node]))
            : 0);
}

static uint8_t signed_byte(int32_t n)
{
    return (uint8_t)(n < -127 ? 1 : n > 127 ? 255 : n + 128);
}

static void put_more(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    const struct block *s = &bs->block[i];
    const struct block_fact *b = &f->fact[i];
    const struct block_node *o = &bs->node[s->node];
    const struct node_fact *n = &f->node[s->node];
    size_t title = f->title_block, comment = f->comment_block;
    bool titled = title != BLOCKS_MAX;
    PUT(!titled ? 3 : i < title ? 0 : i == title ? 1 : 2);
    PUT(titled ? lg(i < title ? title - i : i - title) : 255);
    PUT(titled && i > title ? lg(b->sum_bytes - f->fact[title].sum_bytes) : 0);
    PUT(titled ? cap((uint64_t)o->depth - n->title_depth) : 255);
    PUT(titled ? cap((uint64_t)bs->node[bs->block[title].node].depth - n->title_depth) : 255);
    PUT(comment == BLOCKS_MAX ? 2 : i >= comment);
    const struct block_node *up = o;
    for (int j = 0; j < 4; j++) {
        PUT(signed_byte(up->weight));
        up = &bs->node[up->parent];
    }
    PUT(signed_byte(o->path_weight / 2));
    PUT(signed_byte(o->path_least));
    PUT(signed_byte(o->path_most));
    PUT(signed_byte(b->text_weight));
    PUT(signed_byte(b->text_least));
    PUT(signed_byte(b->text_most));
    PUT(b->heading == BLOCKS_MAX ? 128 : signed_byte(f->fact[b->heading].text_weight));
    PUT(b->heading == BLOCKS_MAX ? 0 : heading_level(bs, &bs->node[bs->block[b->heading].node]));
    PUT(cap(b->repeats_before));
    PUT(b->described_share);
    PUT(b->structured_share);
    PUT(lg(bs->described.pairs));
    PUT(lg(bs->structured.pairs));
}

/* What all blocks of a tile share; flags that blocks will set are cleared. */
static void begin_tile(const struct features *f, uint8_t *tile)
{
    memset(tile, 0, (size_t)BF_OWN * FEATURES_TILE);
    tile += (size_t)BF_PAGE * FEATURES_TILE;
    for (int i = 0; i < BF_TYPES - BF_PAGE; i++, tile += FEATURES_TILE)
        memset(tile, f->page[PF_BLOCKS + i], FEATURES_TILE);
    for (int i = 0; i < PAGE_TYPES; i++, tile += FEATURES_TILE) memset(tile, f->types[i], FEATURES_TILE);
}

static void put_first(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    const struct block *s = &bs->block[i];
    static const int at[6] = {-1, 1, -2, 2, -3, 3};
    PUT((uint8_t)(f->score[i] >> 2));
    for (int j = 0; j < 6; j++) {
        int64_t other = (int64_t)i + at[j];
        PUT(other < 0 || other >= (int64_t)bs->n ? 0 : (uint8_t)(f->score[other] >> 2));
    }
    static const size_t windows[2] = {5, 20};
    for (int j = 0; j < 2; j++) {
        const struct block_fact *from = &f->fact[i < windows[j] ? 0 : i - windows[j]],
                                *to = &f->fact[i + 1 + windows[j] > bs->n ? bs->n : i + 1 + windows[j]];
        uint64_t bytes = to->sum_bytes - from->sum_bytes;
        PUT(bytes ? (uint8_t)((to->sum_score - from->sum_score) / bytes >> 2) : 0);
    }
    uint32_t node = s->node;
    for (int j = 0; j < 5; j++) {
        const struct block_node *o = &bs->node[node];
        uint64_t bytes = node_bytes(f, o);
        PUT(bytes ? (uint8_t)((f->fact[o->end].sum_score - f->fact[o->first].sum_score) / bytes >> 2) : 0);
        node = j == 3 ? bs->node[bs->node[o->parent].parent].parent : o->parent;
    }
    PUT((uint8_t)(f->fact[i].path_score >> 2));
    const struct node_fact *n = &f->node[s->node];
    const struct block_node *branch = &bs->node[n->branch ? n->branch : f->main_node];
    uint64_t bytes = node_bytes(f, branch);
    PUT(bytes ? (uint8_t)((f->fact[branch->end].sum_score - f->fact[branch->first].sum_score) / bytes >> 2)
              : 0);
    PUT(f->bytes ? (uint8_t)(f->fact[bs->n].sum_score / f->bytes >> 2) : 0);
    uint64_t all = f->fact[bs->n].sum_score;
    PUT(share(f->fact[i].sum_score, all));
    PUT(share(all - f->fact[i + 1].sum_score, all));
    const struct block_fact *b = &f->fact[i];
    uint32_t next = b->next_heading == BLOCKS_MAX ? (uint32_t)bs->n : b->next_heading;
    uint32_t from = b->heading == BLOCKS_MAX ? 0 : b->heading + 1;
    bytes = f->fact[next].sum_bytes - f->fact[from].sum_bytes;
    PUT(b->heading == BLOCKS_MAX ? 0 : (uint8_t)(f->score[b->heading] >> 2));
    PUT(next == bs->n ? 0 : (uint8_t)(f->score[next] >> 2));
    PUT(bytes ? (uint8_t)((f->fact[next].sum_score - f->fact[from].sum_score) / bytes >> 2) : 0);
    PUT((uint8_t)(b->group_score >> 2));
    PUT(f->title_block == BLOCKS_MAX ? 0 : (uint8_t)(f->score[f->title_block] >> 2));
    const struct block_node *repeat = &bs->node[n->repeat_node];
    bytes = n->repeat_node ? node_bytes(f, repeat) : 0;
    PUT(bytes ? (uint8_t)((f->fact[repeat->end].sum_score - f->fact[repeat->first].sum_score) / bytes >> 2)
              : 0);
}

uint8_t *features_tile(const struct features *f, size_t from)
{
    return f->column + from / FEATURES_TILE * TILE_BYTES;
}

void features_fill(struct features *f, const struct page *p)
{
    const struct blocks *bs = &p->blocks;
    for (size_t i = 0; i < bs->n; i++) {
        uint8_t *tile = features_tile(f, i);
        if (i % FEATURES_TILE == 0) begin_tile(f, tile);
        const struct block_fact *b = &f->fact[i];
        const struct block_node *o = &bs->node[bs->block[i].node], *up = &bs->node[o->parent];
        uint64_t near = o->own | up->own | bs->node[up->parent].own;
        uint64_t heading = b->heading == BLOCKS_MAX ? 0 : f->fact[b->heading].text_groups;
        put_bits(COLUMN(BF_GROUPS), near, o->all);
        put_bits(COLUMN(BF_STATES), 0, o->state);
        put_bits(COLUMN(BF_TEXT), 0, only_text_groups(b->text_groups));
        put_bits(COLUMN(BF_HEADING), 0, only_text_groups(heading));
        put_own(f, p, i, COLUMN(BF_OWN));
        put_near(f, p, i, COLUMN(BF_NEAR));
        put_levels(f, p, i, COLUMN(BF_LEVELS));
        put_tree(f, p, i, COLUMN(BF_TREE));
        put_more(f, p, i, COLUMN(BF_TREE_MORE));
    }
}

/* Of the repeated elements that the one around it is one of. */
static uint32_t repeat_key(const struct features *f, const struct blocks *bs, size_t block)
{
    uint32_t node = f->node[bs->block[block].node].repeat_node;
    return node ? sibling_key(&bs->node[node]) : 1;
}

static void sum_scores(struct features *f, const struct page *p)
{
    const struct blocks *bs = &p->blocks;
    uint64_t sum = 0;
    slots_clear(f);
    for (size_t i = 0; i <= bs->n; i++) {
        f->fact[i].sum_score = sum;
        if (i == bs->n) break;
        uint64_t weighted = (uint64_t)f->score[i] * f->fact[i].bytes;
        uint64_t *sums = f->slot_sums[slot_of(f, bs->node[bs->block[i].node].path)];
        sums[0] += f->fact[i].bytes;
        sums[1] += weighted;
        sum += weighted;
    }
    for (size_t i = 0; i < bs->n; i++) {
        const uint64_t *sums = f->slot_sums[slot_of(f, bs->node[bs->block[i].node].path)];
        f->fact[i].path_score = (uint16_t)(sums[0] ? sums[1] / sums[0] : 0);
    }
    slots_clear(f);
    for (size_t i = 0; i < bs->n; i++) {
        uint64_t *sums = f->slot_sums[slot_of(f, repeat_key(f, bs, i))];
        sums[0] += f->fact[i].bytes;
        sums[1] += (uint64_t)f->score[i] * f->fact[i].bytes;
    }
    for (size_t i = 0; i < bs->n; i++) {
        const uint64_t *sums = f->slot_sums[slot_of(f, repeat_key(f, bs, i))];
        f->fact[i].group_score = (uint16_t)(sums[0] ? sums[1] / sums[0] : 0);
    }
}

void features_fill_second(struct features *f, const struct page *p)
{
    sum_scores(f, p);
    for (size_t i = 0; i < p->blocks.n; i++) {
        uint8_t *tile = features_tile(f, i);
        put_first(f, p, i, COLUMN(BF_FIRST));
    }
}
