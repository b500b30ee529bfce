/* added.h: finds added tokens in text: at each place the longest, from the left. A trie over their bytes.
 * The same as Hugging Face's (tokenizer/added_vocabulary.rs, LeftmostLongest). */
#ifndef LEAT_TOKENIZER_ADDED_H
#define LEAT_TOKENIZER_ADDED_H

#include "common/buf.h"
#include "common/err.h"

struct added {
    struct added_node {
        uint32_t child, sibling, id; /* 0: none; id: UINT32_MAX when no token ends here */
        uint8_t byte;
    } * node; /* node 0 is nobody's child */
    size_t n, cap;
    uint32_t root[256]; /* nodes of the first bytes */
};

void added_init(struct added *a);
void added_free(struct added *a);
int added_put(struct added *a, struct slice content, uint32_t id, struct err *e);

/* The first token at or behind `from`: true, its place and id; false: none. Time: text × the longest token, at worst. */
bool added_find(const struct added *a, struct slice text, size_t from, size_t *start, size_t *end,
                uint32_t *id);

#endif
