/* features.h: what is known of each block of a page, as small numbers that trees of thresholds can ask for.
 *
 * A feature is a byte: a flag, a count (capped), a share (of 255), or a length on a logarithmic scale. Integers only, so
 * that every CPU says the same. Stored in tiles of FEATURES_TILE blocks, and there by feature: FEATURES_TILE bytes for each. */
#ifndef LEAT_INGEST_FEATURES_H
#define LEAT_INGEST_FEATURES_H

#include "common/err.h"
#include "ingest/html/page.h"

#define FEATURES_TILE 64
#define PAGE_TYPES 7 /* article, documentation, service, forum, collection, listing, product: classify.h */
#define TEXT_GROUPS 17
#define LEVELS 5
#define NEAR 2

/* Features of a page, the same for all of its blocks. */
enum page_feature {
    PF_GROUPS = 0,                       /* how many elements have names of each group */
    PF_BODY = PF_GROUPS + GROUP_COUNT,   /* groups of <body>'s class and <meta name=generator> */
    PF_URL = PF_BODY + GROUP_COUNT,      /* groups of its address */
    PF_CLAIMS = PF_URL + GROUP_COUNT,    /* claims */
    PF_BLOCKS = PF_CLAIMS + CLAIM_COUNT, /* the rest: see features.c */
    PF_COUNT = PF_BLOCKS + 32
};

/* Features of a block. */
enum block_feature {
    BF_GROUPS = 0, /* 0: none; 1: an element around it has such a name; 2: one of the innermost three */
    BF_STATES = BF_GROUPS + GROUP_COUNT, /* enclosing elements */
    BF_TEXT = BF_STATES + STATE_COUNT,   /* groups of its own words, where it is short */
    BF_HEADING = BF_TEXT + TEXT_GROUPS,  /* groups of the last heading's words */
    BF_OWN = BF_HEADING + TEXT_GROUPS,   /* its text and place: see features.c */
    BF_NEAR = BF_OWN + 40,               /* blocks before and behind it: 5 each */
    BF_LEVELS = BF_NEAR + 2 * NEAR * 5,  /* elements around it, from the innermost: 6 each */
    BF_TREE = BF_LEVELS + LEVELS * 6,    /* its place in the tree */
    BF_TREE_MORE = BF_TREE + 18,         /* its place beside the main heading and the comments; words */
    BF_PAGE = BF_TREE_MORE + 23,         /* some of the page's */
    BF_TYPES = BF_PAGE + 28,             /* how probable each type of page is */
    BF_FIRST = BF_TYPES + PAGE_TYPES,    /* second stage: what the first stage said of it and around it */
    BF_COUNT = BF_FIRST + 25
};

struct block_fact; /* inside features.c */
struct node_fact;

struct features {
    struct block_fact *fact; /* by block */
    struct node_fact *node;  /* by node */
    uint32_t *slots;         /* hash table, for each use anew */
    uint64_t (*slot_sums)[2];
    uint16_t *score; /* of each block, by the first stage: 0 to 1023 */
    size_t cap, cap_nodes, cap_slots;
    size_t n_slots;
    uint8_t page[PF_COUNT];
    uint8_t types[PAGE_TYPES];
    uint8_t *column; /* of all tiles */
    size_t tiles;
    /* of the page */
    uint64_t bytes, link_bytes, prose_bytes, words;
    uint32_t main_node;
    uint32_t title_block, comment_block; /* BLOCKS_MAX: none */
};

void features_init(struct features *f);
void features_free(struct features *f);
void features_trim(struct features *f); /* gives back what a large page took */

/* Facts about a page that was read, and f->page. -ERR_IO: out of memory. */
int features_read(struct features *f, const struct page *p, struct err *e);

/* Fills the columns; f->types must be set. The second call fills BF_FIRST… from f->score. */
void features_fill(struct features *f, const struct page *p);
void features_fill_second(struct features *f, const struct page *p);

/* The tile that begins with block `from`, a multiple of FEATURES_TILE; aligned for vectors. Bytes behind the last block are
 * of no meaning. */
uint8_t *features_tile(const struct features *f, size_t from);

/* Words of a block. */
uint32_t features_words(const struct features *f, size_t block);

#endif
