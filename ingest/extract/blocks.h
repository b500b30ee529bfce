/* blocks.h: the blocks of text of a page, and the tree of elements that they lie in: what the choice of the main content
 * is made from.
 *
 * A block is the longest run of text without the start or end of an element that page.c follows. It is filled by page.c while it
 * reads, at a cost of a few instructions for each tag. Memory: BLOCKS_MAX blocks and nodes; text beyond them counts for the last one. */
#ifndef LEAT_INGEST_BLOCKS_H
#define LEAT_INGEST_BLOCKS_H

#include "ingest/extract/groups.h"
#include "ingest/html/html.h"
#include "ingest/extract/said.h"

#define BLOCKS_MAX 65536

/* What encloses an element; inherited. */
#define BLOCK_STATES(X) \
    X(NAV)              \
    X(ASIDE)            \
    X(HEADER)           \
    X(FOOTER)           \
    X(MAIN)             \
    X(ARTICLE)          \
    X(SECTION)          \
    X(FORM)             \
    X(LIST)             \
    X(CELL)             \
    X(HEADING)          \
    X(PRE)              \
    X(QUOTE)            \
    X(FIGURE)           \
    X(DL)               \
    X(CONTROL)          \
    X(HIDDEN)           \
    X(NOSCRIPT)         \
    X(ROLE)             \
    X(PROP_BODY)        \
    X(PROP)             \
    X(DETAILS)          \
    X(PARAGRAPH)        \
    X(TH)

enum block_state {
#define X(name) STATE_##name,
    BLOCK_STATES(X)
#undef X
        STATE_COUNT
};
#define STATE(name) ((uint32_t)1 << STATE_##name)

/* What a page says of itself: schema.org types and og:type. */
enum page_claim {
    CLAIM_ARTICLE,
    CLAIM_PRODUCT,
    CLAIM_FORUM,
    CLAIM_LIST,
    CLAIM_FAQ,
    CLAIM_SERVICE,
    CLAIM_RECIPE,
    CLAIM_BREADCRUMB,
    CLAIM_REVIEW,
    CLAIM_EVENT,
    CLAIM_BLOG,
    CLAIM_COMMENT,
    CLAIM_OG_ARTICLE,
    CLAIM_OG_PRODUCT,
    CLAIM_OG_SITE,
    CLAIM_OG_OTHER,
    CLAIM_COUNT
};

struct block {
    size_t start, end; /* in the page's text */
    uint32_t node;
    uint32_t link_bytes;
    uint16_t links, images, breaks, strong, times;
};

struct block_node {
    uint64_t own, all;        /* groups of its class and id; of those around it too */
    uint32_t parent;          /* the root is its own parent */
    uint32_t first, end;      /* blocks */
    uint32_t signature, path; /* hashes of tag and class; of those from the root */
    uint32_t state;
    uint32_t inputs;
    int32_t path_weight; /* of the words from the root */
    int8_t weight, path_least, path_most;
    uint16_t depth;
    uint8_t tag;
};

struct blocks {
    struct groups groups;
    struct block *block;
    struct block_node *node;
    size_t n, cap, n_nodes, cap_nodes;
    uint32_t at; /* innermost open node */
    bool off;    /* nothing is gathered: set before reading */
    bool open;   /* the last block goes on */
    bool in_link, failed, ld_json;
    struct block pending; /* counts for the next text */
    uint64_t body, url,
        generator; /* groups of <body>'s class, the page's own address, <meta name=generator> */
    struct said described, structured; /* <meta> descriptions; JSON */
    uint32_t claims;
    uint32_t url_parts, url_words;
    uint32_t images, inputs, times;
};

void blocks_init(struct blocks *b);
void blocks_free(struct blocks *b);
void blocks_begin(struct blocks *b);
void blocks_end(struct blocks *b); /* the page is read */

/* An element is opened that page.c follows: its node (0 where there is no room). Closing goes back to a node's parent. */
uint32_t blocks_open(struct blocks *b, const struct html_token *t, unsigned flags);
void blocks_close(struct blocks *b, uint32_t node);

/* Any start tag, followed or not; the end of a link. */
void blocks_tag(struct blocks *b, const struct html_token *t);
void blocks_link_end(struct blocks *b);

/* Text was appended: [start, end) of the page's text. */
void blocks_text(struct blocks *b, size_t start, size_t end);

/* The text of a <script> for which blocks_tag set ld_json. */
void blocks_ld_json(struct blocks *b, struct slice text);

#endif
