/* columns.c: facts to bytes: the columns that trees ask for, a tile of blocks after the other.
 *
 * The order of the PUTs is that of the tables in classify_table.c: a change needs them to be trained anew. In: facts. Out: the
 * tiles. State: none. Time: linear. */
#include "ingest/extract/facts.h"

#define TILE_BYTES ((size_t)BF_COUNT * FEATURES_TILE)

static const uint8_t text_groups[TEXT_GROUPS] = {
    GROUP_COMMENT,  GROUP_SHARE, GROUP_RELATED, GROUP_AUTHOR, GROUP_AD,     GROUP_NEWSLETTER,
    GROUP_COOKIE,   GROUP_LOGIN, GROUP_SEARCH,  GROUP_CART,   GROUP_PRICE,  GROUP_TAG,
    GROUP_CATEGORY, GROUP_LEGAL, GROUP_DATE,    GROUP_REVIEW, GROUP_LATEST,
};

/* Of BF_OWN: what neighbours are told: lengths, shares of links and of sentences, the tag. */
static const uint8_t near_of[] = {0, 2, 5, 25};
#define NEAR_SHIFTED (sizeof near_of)

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
    PUT(facts_heading_level(bs, o));
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

/* to[i] = from[i + by] in the columns of all blocks; 0 where there is no such block. */
static void shift_column(struct features *f, size_t blocks, size_t from, size_t to, int by)
{
    size_t tiles = (blocks + FEATURES_TILE - 1) / FEATURES_TILE, n = (size_t)(by < 0 ? -by : by),
           keep = FEATURES_TILE - n;
    for (size_t t = 0; t < tiles; t++) {
        uint8_t *in = f->column + t * TILE_BYTES + from * FEATURES_TILE,
                *out = f->column + t * TILE_BYTES + to * FEATURES_TILE;
        bool none = by < 0 ? t == 0 : t + 1 == tiles;
        memcpy(out + (by < 0 ? n : 0), in + (by < 0 ? 0 : n), keep);
        if (none)
            memset(out + (by < 0 ? 0 : keep), 0, n);
        else
            memcpy(out + (by < 0 ? 0 : keep), by < 0 ? in - TILE_BYTES + keep : in + TILE_BYTES, n);
    }
}

static const int8_t near_at[2 * NEAR] = {-1, 1, -2, 2};

static void put_near(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    uint32_t path = bs->node[bs->block[i].node].path;
    for (int j = 0; j < 2 * NEAR; j++) {
        int64_t other = (int64_t)i + near_at[j];
        bool there = other >= 0 && other < (int64_t)bs->n;
        k += (size_t)NEAR_SHIFTED * FEATURES_TILE;
        PUT(there && path == bs->node[bs->block[other].node].path ? 1 : 0);
    }
}

/* What blocks know of themselves, for those around them. */
static void shift_near(struct features *f, size_t blocks)
{
    size_t last = blocks % FEATURES_TILE;
    for (size_t m = 0; m < NEAR_SHIFTED && last; m++)
        memset(features_tile(f, blocks - last) + (BF_OWN + near_of[m]) * FEATURES_TILE + last, 0,
               FEATURES_TILE - last);
    for (int j = 0; j < 2 * NEAR; j++)
        for (size_t m = 0; m < NEAR_SHIFTED; m++)
            shift_column(f, blocks, BF_OWN + near_of[m], BF_NEAR + (size_t)j * (NEAR_SHIFTED + 1) + m,
                         near_at[j]);
}

static void read_levels(struct features *f, const struct blocks *bs)
{
    for (size_t i = 0; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        struct node_fact *n = &f->node[i];
        uint64_t bytes = node_bytes(f, o);
        if (o->first == o->end) continue;
        n->level[0] = lg(bytes);
        n->level[1] = share(node_links(f, o), bytes);
        n->level[2] = share(node_prose(f, o), bytes);
        n->level[3] = lg(n->repeats);
        n->level[4] = lg(n->children);
        n->level[5] = share(bytes, f->bytes);
    }
}

static void put_levels(struct features *f, const struct page *p, size_t i, uint8_t *k)
{
    const struct blocks *bs = &p->blocks;
    uint32_t at = bs->block[i].node;
    for (int j = 0; j < LEVELS; j++) {
        for (size_t m = 0; m < sizeof f->node->level; m++) PUT(f->node[at].level[m]);
        at = bs->node[at].parent;
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
    PUT(b->heading == BLOCKS_MAX ? 0 : facts_heading_level(bs, &bs->node[bs->block[b->heading].node]));
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
    read_levels(f, bs);
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
    shift_near(f, bs->n);
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
    facts_clear_slots(f);
    for (size_t i = 0; i <= bs->n; i++) {
        f->fact[i].sum_score = sum;
        if (i == bs->n) break;
        uint64_t weighted = (uint64_t)f->score[i] * f->fact[i].bytes;
        uint64_t *sums = f->slot_sums[facts_slot(f, bs->node[bs->block[i].node].path)];
        sums[0] += f->fact[i].bytes;
        sums[1] += weighted;
        sum += weighted;
    }
    for (size_t i = 0; i < bs->n; i++) {
        const uint64_t *sums = f->slot_sums[facts_slot(f, bs->node[bs->block[i].node].path)];
        f->fact[i].path_score = (uint16_t)(sums[0] ? sums[1] / sums[0] : 0);
    }
    facts_clear_slots(f);
    for (size_t i = 0; i < bs->n; i++) {
        uint64_t *sums = f->slot_sums[facts_slot(f, repeat_key(f, bs, i))];
        sums[0] += f->fact[i].bytes;
        sums[1] += (uint64_t)f->score[i] * f->fact[i].bytes;
    }
    for (size_t i = 0; i < bs->n; i++) {
        const uint64_t *sums = f->slot_sums[facts_slot(f, repeat_key(f, bs, i))];
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
