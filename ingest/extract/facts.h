/* facts.h: what features are made of: facts about the blocks and elements of one page. Inside features.h's modules only.
 *
 * Sums over all blocks before one give those of any element, since an element is a run of blocks. "Prose" is text in
 * sentences that is not links; the main node is the innermost element that holds more than half of the page's prose. */
#ifndef LEAT_INGEST_FACTS_H
#define LEAT_INGEST_FACTS_H

#include "ingest/extract/features.h"

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
    uint8_t level[6];     /* the same as bytes: what columns.c says of it to the blocks inside */
};

/* Kinds of characters at a block's ends. */
enum { K_OTHER, K_SPACE, K_LOWER, K_UPPER, K_DIGIT, K_END, K_COMMA, K_HIGH };

enum { HAS_CURRENCY = 1, HAS_COPYRIGHT = 2, HAS_AT = 4, HAS_BAR = 8, HAS_QUOTE = 16 };

#define SHORT_BYTES 120

/* ------------------------------------------------------------------ numbers as bytes */

/* 8 steps for each doubling. */
static inline uint8_t lg(uint64_t n)
{
    if (n < 2) return (uint8_t)(n * 4);
    int log = 63 - __builtin_clzll(n);
    uint64_t below = log >= 3 ? n >> (log - 3) & 7 : n << (3 - log) & 7;
    uint64_t v = (uint64_t)log * 8 + below;
    return v > 255 ? 255 : (uint8_t)v;
}

static inline uint8_t share(uint64_t part, uint64_t all)
{
    return all == 0 ? 0 : part >= all ? 255 : (uint8_t)(part * 255 / all);
}

static inline uint8_t cap(uint64_t n)
{
    return n > 255 ? 255 : (uint8_t)n;
}

/* ------------------------------------------------------------------ counting by key */

void facts_clear_slots(struct features *f);
/* The slot of a key; probing stops after a few steps, where strangers share. */
size_t facts_slot(struct features *f, uint32_t key);

/* ------------------------------------------------------------------ elements */

static inline uint64_t node_bytes(const struct features *f, const struct block_node *o)
{
    return f->fact[o->end].sum_bytes - f->fact[o->first].sum_bytes;
}

static inline uint64_t node_links(const struct features *f, const struct block_node *o)
{
    return f->fact[o->end].sum_links - f->fact[o->first].sum_links;
}

static inline uint64_t node_prose(const struct features *f, const struct block_node *o)
{
    return f->fact[o->end].sum_prose - f->fact[o->first].sum_prose;
}

static inline uint32_t sibling_key(const struct block_node *o)
{
    return (o->parent * 0xc2b2ae35U ^ o->signature) * 0x85ebca6bU;
}

/* 1 to 6: the level of the heading that it is, or lies in; 0: none. */
uint8_t facts_heading_level(const struct blocks *bs, const struct block_node *o);

/* Of every block: f->fact, and the page's sums. */
void facts_read_text(struct features *f, const struct page *p);
/* Of every element: f->node, and the main and the title's; behind facts_read_text. */
void facts_read_tree(struct features *f, const struct blocks *bs);

#endif
