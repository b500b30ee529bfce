/* facts_tree.c: what the elements around blocks show: repetitions among siblings, where the main text and the title are.
 *
 * Elements are in the order of their start tags, so that what a parent knows is known before its children ask. In: f->fact.
 * Out: f->node. State: none. Time: linear. */
#include "ingest/extract/facts.h"

static void count_siblings(struct features *f, const struct blocks *bs)
{
    facts_clear_slots(f);
    for (size_t i = 1; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        if (o->end == o->first) continue;
        uint64_t *sums = f->slot_sums[facts_slot(f, sibling_key(o))];
        sums[0]++;
        sums[1] += node_bytes(f, o);
    }
    for (size_t i = 0; i < bs->n_nodes; i++) {
        const struct block_node *o = &bs->node[i];
        struct node_fact *n = &f->node[i];
        memset(n, 0, sizeof *n);
        if (i == 0) continue;
        if (o->end > o->first) {
            const uint64_t *sums = f->slot_sums[facts_slot(f, sibling_key(o))];
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

uint8_t facts_heading_level(const struct blocks *bs, const struct block_node *o)
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
        bool is_h1 = facts_heading_level(bs, o) == 1;
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

void facts_read_tree(struct features *f, const struct blocks *bs)
{
    count_siblings(f, bs);
    find_main(f, bs);
    find_title(f, bs);
    inherit(f, bs);
}
